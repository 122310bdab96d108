//! `sipas definition check`: everything that is wrong, a line each.

use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;

use super::{audio, files};
use crate::{
    cli::{Failure, language, say},
    definition::{Library, Problem, check::check_text},
};

/// The folder looked into where nothing is named.
const FOLDER: &str = "survey-definitions";

pub(super) fn run(paths: &[PathBuf], folder: Option<&Path>) -> Result<(), Failure> {
    let mut named: Vec<PathBuf> = paths.to_vec();
    if named.is_empty() {
        let default = Path::new(FOLDER);
        named.extend(folder.or_else(|| default.is_dir().then_some(default)).map(Path::to_owned));
    }
    let mut problems: Vec<Problem> = Vec::new();
    let mut checked = 0;
    if named.is_empty() {
        for (file, text) in Library::built_in_files() {
            checked += 1;
            problems.extend(check_text(&file, &text));
        }
    }
    for path in &named {
        for file in files::definitions_in(path)? {
            checked += 1;
            problems.extend(files::problems(&file)?);
        }
    }
    let lang = language();
    problems.iter().for_each(|problem| say(problem.line(lang)));
    let mut errors = problems.iter().filter(|problem| problem.is_error()).count();
    let mut warnings = problems.len() - errors;
    for path in named.iter().filter(|path| path.is_dir()) {
        let (files, remarks) = audio::check(path);
        checked += files;
        for remark in remarks {
            say(remark.line);
            *(if remark.is_error { &mut errors } else { &mut warnings }) += 1;
        }
    }
    let warnings = warnings.to_string();
    let files = checked.to_string();
    if errors == 0 {
        say(fl!(lang.messages(), "definition-checked-well", files = files, warnings = warnings));
        return Ok(());
    }
    Err(Failure::Input(fl!(
        lang.messages(),
        "definition-checked-badly",
        files = files,
        errors = errors.to_string(),
        warnings = warnings
    )))
}
