//! Definitions from files: reading them for the pure [`crate::definition`], which takes texts.

use std::path::{Path, PathBuf};

use i18n_embed_fl::fl;

use crate::{
    cli::{Failure, language},
    definition::{
        Definition, Entry, Library, Problem,
        check::{check_content, check_text},
        message::with_hint,
        parse, source, translation,
    },
};

/// The definitions built into the program and those of a folder (`--definitions`, `SIPAS_DEFINITIONS`), whose
/// versions take the place of the built-in ones.
///
/// # Errors
/// [`Failure::Unreachable`] if the folder cannot be read, [`Failure::Input`] with every error in the definitions.
pub fn library(folder: Option<&Path>) -> Result<Library, Failure> {
    let mut library = Library::built_in().map_err(|problems| refuse(&problems))?;
    if let Some(folder) = folder {
        let mut files = Vec::new();
        for path in definitions_in(folder)? {
            files.push((path.display().to_string(), text(&path)?));
        }
        let (translations, definitions): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|(file, _)| translation::is_named(file));
        library.extend(Library::from_files(definitions).map_err(|problems| refuse(&problems))?);
        library.translate(translations).map_err(|problems| refuse(&problems))?;
    }
    Ok(library)
}

/// A definition by what a person types: `id`, `id@version` or the path of a `.toml` file.
///
/// # Errors
/// [`Failure::Input`] if there is none or it has errors, [`Failure::Unreachable`] if its file cannot be read.
pub fn find(what: &str, version: Option<&str>, folder: Option<&Path>) -> Result<Entry, Failure> {
    let m = language().messages();
    if Path::new(what).extension().is_some_and(|e| e == "toml") || what.contains(['/', '\\']) {
        let parsed = parse(what, &text(Path::new(what))?).map_err(|problems| refuse(&problems))?;
        let errors: Vec<Problem> = check_content(&parsed).into_iter().filter(Problem::is_error).collect();
        if !errors.is_empty() {
            return Err(refuse(&errors));
        }
        let definition = parsed.definition;
        return match version {
            Some(version) if version != definition.version => {
                let known = [definition.version.clone()];
                let words =
                    fl!(m, "definition-no-such-version", id = definition.id.as_str(), version = version);
                Err(Failure::Input(with_hint(language(), words, version, &known)))
            }
            _ => Ok(Entry::new(&definition)),
        };
    }
    let (id, version) = match what.split_once('@') {
        Some((id, of_id)) => (id, version.or(Some(of_id))),
        None => (what, version),
    };
    let library = library(folder)?;
    let Some(newest) = library.newest(id) else {
        let known: Vec<String> = library.ids().map(str::to_owned).collect();
        let words = fl!(m, "definition-no-such-id", id = id);
        return Err(Failure::Input(with_hint(language(), words, id, &known)));
    };
    let Some(version) = version else { return Ok(newest.clone()) };
    library.get(id, version).cloned().ok_or_else(|| {
        let versions = library.iter().filter(|entry| entry.definition.id == id);
        let known: Vec<String> = versions.map(|entry| entry.definition.version.clone()).collect();
        let words = fl!(m, "definition-no-such-version", id = id, version = version);
        Failure::Input(with_hint(language(), words, version, &known))
    })
}

/// All problems of a file.
///
/// # Errors
/// [`Failure::Unreachable`] if it cannot be read.
pub fn problems(path: &Path) -> Result<Vec<Problem>, Failure> {
    let file = path.display().to_string();
    let bytes = bytes(path)?;
    Ok(match source::text(&file, &bytes) {
        Ok(text) if translation::is_named(&file) => {
            translation::read(&file, text, |id, version| original(path, id, version)).1
        }
        Ok(text) => check_text(&file, text),
        Err(problems) => problems,
    })
}

/// The definition that a file beside it belongs to: the one of its folder, else the one built in.
pub fn original(beside: &Path, id: &str, version: &str) -> Option<Definition> {
    let beside = beside.with_file_name(format!("{version}.toml"));
    let read = || parse(&beside.display().to_string(), &std::fs::read_to_string(&beside).ok()?).ok();
    if let Some(parsed) = read()
        && parsed.definition.id == id
        && parsed.definition.version == version
    {
        return Some(parsed.definition);
    }
    Some(Library::built_in().ok()?.get(id, version)?.definition.clone())
}

/// The `.toml` files in a folder and the folders below it, in order; a file is itself.
///
/// # Errors
/// [`Failure::Unreachable`] if something cannot be read, [`Failure::Input`] if there is none.
pub fn definitions_in(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
        for entry in std::fs::read_dir(path).map_err(|error| unreachable(path, &error))? {
            let entry = entry.map_err(|error| unreachable(path, &error))?;
            let kind = entry.file_type().map_err(|error| unreachable(path, &error))?;
            if kind.is_dir() {
                collect(&entry.path(), found)?;
            } else if entry.path().extension().is_some_and(|e| e == "toml") {
                found.push(entry.path());
            }
        }
        Ok(())
    }
    if !std::fs::metadata(path).map_err(|error| unreachable(path, &error))?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    collect(path, &mut found)?;
    if found.is_empty() {
        let path = path.display().to_string();
        return Err(Failure::Input(fl!(language().messages(), "definition-none-in-folder", path = path)));
    }
    found.sort();
    Ok(found)
}

/// Problems as a failure: a line each.
pub fn refuse(problems: &[Problem]) -> Failure {
    let lines: Vec<String> = problems.iter().map(|problem| problem.line(language())).collect();
    Failure::Input(lines.join("\n"))
}

fn text(path: &Path) -> Result<String, Failure> {
    let bytes = bytes(path)?;
    source::text(&path.display().to_string(), &bytes).map(str::to_owned).map_err(|problems| refuse(&problems))
}

/// A file's bytes.
///
/// # Errors
/// [`Failure::Unreachable`] if it cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| unreachable(path, &error))
}

fn unreachable(path: &Path, error: &std::io::Error) -> Failure {
    let (path, detail) = (path.display().to_string(), error.to_string());
    Failure::Unreachable(fl!(language().messages(), "definition-cannot-read", path = path, detail = detail))
}
