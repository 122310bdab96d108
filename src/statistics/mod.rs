//! Survey statistics (stub).
