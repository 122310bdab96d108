//! Where a command's words and results go. A closed pipe (`sipas links … | head`) is no error.

use std::{io::Write, path::Path};

use i18n_embed_fl::fl;

use super::{Failure, language};

/// Writes a line of words to stderr.
pub fn say(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Writes results to stdout, as they are.
pub fn print(text: impl std::fmt::Display) {
    let _ = write!(std::io::stdout(), "{text}");
}

/// Writes results to this file and says so; without one, to stdout.
///
/// # Errors
/// [`Failure::Unreachable`] for a file that cannot be written.
pub fn file(path: Option<&Path>, bytes: &[u8]) -> Result<(), Failure> {
    let m = language().messages();
    let Some(path) = path else {
        let _ = std::io::stdout().write_all(bytes);
        return Ok(());
    };
    let name = path.display().to_string();
    std::fs::write(path, bytes).map_err(|error| {
        let detail = error.to_string();
        Failure::Unreachable(fl!(m, "figures-cannot-write", path = name.as_str(), detail = detail))
    })?;
    say(fl!(m, "figures-written", path = name.as_str()));
    Ok(())
}
