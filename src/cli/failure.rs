//! Why a command could not do its work, and the exit code that says so.

/// A failed command: the words for the user (already in their language) and the exit code.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Bad input: what, where, how to mend it. Exit code 1.
    #[error("{0}")]
    Input(String),
    /// Wrong usage. Exit code 2.
    #[error("{0}")]
    Usage(String),
    /// Something it needs could not be reached: a file, a database, a port. Exit code 3.
    #[error("{0}")]
    Unreachable(String),
}

impl Failure {
    /// The process's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Input(_) => 1,
            Self::Usage(_) => 2,
            Self::Unreachable(_) => 3,
        }
    }
}
