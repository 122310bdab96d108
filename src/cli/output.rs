//! Where a command's words and results go. A closed pipe (`sipas links … | head`) is no error.

use std::io::Write;

/// Writes a line of words to stderr.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes results to stdout, as they are.
pub fn print(text: impl std::fmt::Display) {
    let _ = write!(std::io::stdout(), "{text}");
}
