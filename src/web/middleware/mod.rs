//! What every response passes through: security headers, error pages for what handlers do not answer, the request
//! log, and who is on the other end of the connection.

pub mod doors;
pub mod headers;
pub mod log;
pub mod peer;
