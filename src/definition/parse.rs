//! From a file's text to a [`Definition`], with the place of every value kept beside it.

use super::{
    model::Definition,
    problem::{Problem, ProblemKind, Severity},
    schema, shape,
    source::Source,
};

/// A file that has a definition's shape; whether it makes sense is for [`super::check`].
#[derive(Debug, Clone)]
pub struct Parsed {
    /// What the file says.
    pub definition: Definition,
    /// Where it says so.
    pub source: Source,
}

/// Reads a file's text.
///
/// # Errors
/// Every place where the text is no TOML, or else every unknown or missing key and value of a wrong type.
pub fn parse(file: &str, text: &str) -> Result<Parsed, Vec<Problem>> {
    let source = Source::read(file, text)?;
    let mut problems = shape::problems(&source, schema::schema());
    if problems.is_empty() {
        match toml::from_str(text) {
            Ok(definition) => return Ok(Parsed { definition, source }),
            Err(error) => problems.push(Problem {
                at: source.position_of(error.span().map_or(0, |span| span.start)),
                severity: Severity::Error,
                kind: ProblemKind::Unreadable(error.message().to_owned()),
            }),
        }
    }
    problems.sort_by(|a, b| a.at.cmp(&b.at));
    Err(problems)
}
