//! The definitions at hand, by id and version: those built into the program and those of a folder.

use std::{cmp::Ordering, collections::BTreeMap};

use rust_embed::RustEmbed;

use super::{
    canonical,
    check::check,
    model::Definition,
    parse::parse,
    problem::{Problem, ProblemKind, Severity},
    source::at,
    translation,
};

#[derive(RustEmbed)]
#[folder = "survey-definitions"]
struct BuiltIn;

/// A definition with what pins it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The definition, its texts in NFC.
    pub definition: Definition,
    /// Its canonical JSON.
    pub canonical: String,
    /// SHA-256 of the canonical JSON, hex.
    pub sha256: String,
}

impl Entry {
    /// A definition with its canonical form.
    pub fn new(definition: &Definition) -> Self {
        let canonical = definition.canonical();
        let sha256 = canonical::sha256(&canonical);
        let definition = Definition::from_canonical(&canonical).unwrap_or_else(|_| definition.clone());
        Self { definition, canonical, sha256 }
    }
}

/// Definitions by id and version.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Library {
    entries: BTreeMap<String, BTreeMap<Version, Entry>>,
    /// By id, version and language.
    translations: BTreeMap<(String, String, String), translation::Entry>,
}

impl Library {
    /// The definitions in these files: path (`sipas/2026.1.toml`, any folders before it) and text. Warnings pass.
    ///
    /// # Errors
    /// Every error in every file.
    pub fn from_files<P, T>(files: impl IntoIterator<Item = (P, T)>) -> Result<Self, Vec<Problem>>
    where
        P: AsRef<str>,
        T: AsRef<str>,
    {
        let mut library = Self::default();
        let mut origin: BTreeMap<(String, Version), String> = BTreeMap::new();
        let mut problems = Vec::new();
        for (file, text) in files {
            let parsed = match parse(file.as_ref(), text.as_ref()) {
                Ok(parsed) => parsed,
                Err(found) => {
                    problems.extend(found);
                    continue;
                }
            };
            problems.extend(check(&parsed).into_iter().filter(Problem::is_error));
            let (id, version) = (parsed.definition.id.clone(), parsed.definition.version.clone());
            let key = (id.clone(), Version(version.clone()));
            if let Some(other) = origin.insert(key, file.as_ref().to_owned()) {
                problems.push(Problem {
                    at: parsed.source.position(&at!["version"]),
                    severity: Severity::Error,
                    kind: ProblemKind::SameVersion { id, version, other },
                });
            }
            library.add(Entry::new(&parsed.definition));
        }
        if problems.is_empty() { Ok(library) } else { Err(problems) }
    }

    /// Adds the translations in these files ([`translation::is_named`]) of definitions that are here. Warnings pass.
    ///
    /// # Errors
    /// Every error in every file.
    pub fn translate<P, T>(&mut self, files: impl IntoIterator<Item = (P, T)>) -> Result<(), Vec<Problem>>
    where
        P: AsRef<str>,
        T: AsRef<str>,
    {
        let mut problems = Vec::new();
        for (file, text) in files {
            let definition = |id: &str, version: &str| Some(self.get(id, version)?.definition.clone());
            let (entry, found) = translation::read(file.as_ref(), text.as_ref(), definition);
            problems.extend(found.into_iter().filter(Problem::is_error));
            if let Some(entry) = entry {
                let of = &entry.translation;
                let key = (of.id.clone(), of.version.clone(), of.language.clone());
                self.translations.insert(key, entry);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The translations of a definition, by language.
    pub fn translations(&self, id: &str, version: &str) -> impl Iterator<Item = &translation::Entry> {
        self.translations
            .values()
            .filter(move |entry| entry.translation.id == id && entry.translation.version == version)
    }

    /// The definitions built into the program.
    ///
    /// # Errors
    /// Every error in them; a test holds that there is none.
    pub fn built_in() -> Result<Self, Vec<Problem>> {
        let (translations, definitions): (Vec<_>, Vec<_>) =
            Self::built_in_files().into_iter().partition(|(file, _)| translation::is_named(file));
        let mut library = Self::from_files(definitions)?;
        library.translate(translations)?;
        Ok(library)
    }

    /// Paths and texts of the definitions built into the program.
    pub fn built_in_files() -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = BuiltIn::iter()
            .filter(|path| path.ends_with(".toml"))
            .filter_map(|path| {
                let text = String::from_utf8_lossy(&BuiltIn::get(&path)?.data).into_owned();
                Some((path.into_owned(), text))
            })
            .collect();
        files.sort();
        files
    }

    /// Adds a definition; one with the same id and version gives way.
    pub fn add(&mut self, entry: Entry) {
        let version = Version(entry.definition.version.clone());
        self.entries.entry(entry.definition.id.clone()).or_default().insert(version, entry);
    }

    /// Adds all definitions of another library; where both have an id and version, the other's counts.
    pub fn extend(&mut self, other: Self) {
        other.entries.into_values().flat_map(BTreeMap::into_values).for_each(|entry| self.add(entry));
        self.translations.extend(other.translations);
    }

    /// The definition with this id and version.
    pub fn get(&self, id: &str, version: &str) -> Option<&Entry> {
        self.entries.get(id)?.get(&Version(version.to_owned()))
    }

    /// The newest version of this id, versions compared by their numbers: 2026.10 is newer than 2026.9.
    pub fn newest(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)?.values().next_back()
    }

    /// All definitions, by id and then version.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().flat_map(BTreeMap::values)
    }

    /// The ids there are.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }
}

/// A version, ordered by its numbers; `1.0` and `1.00` are different versions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version(String);

impl Version {
    fn numbers(&self) -> impl Iterator<Item = u64> {
        self.0.split('.').map(|number| number.parse().unwrap_or(0))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers().cmp(other.numbers()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = include_str!("../../tests/definitions/small/1.2.toml");

    fn version(version: &str) -> (String, String) {
        (
            format!("any/where/small/{version}.toml"),
            SMALL.replace("version = \"1.2\"", &format!("version = \"{version}\"")),
        )
    }

    #[test]
    fn definitions_are_found_by_version_and_the_newest_by_its_numbers() {
        let library = Library::from_files(["1.2", "1.10", "1.9", "1"].map(version)).unwrap();
        assert_eq!(library.newest("small").unwrap().definition.version, "1.10");
        let entry = library.get("small", "1.9").unwrap();
        assert_eq!(entry.sha256, canonical::sha256(&entry.canonical));
        assert_eq!(Definition::from_canonical(&entry.canonical).unwrap(), entry.definition);
        assert!(library.get("small", "1.09").is_none() && library.newest("large").is_none());
        assert_eq!(library.iter().count(), 4);
        assert_eq!(library.ids().collect::<Vec<_>>(), ["small"]);
    }

    #[test]
    fn every_file_with_a_mistake_is_named_at_once() {
        let mut twice = version("1.2");
        twice.0 = "elsewhere/small/1.2.toml".to_owned();
        let broken = ("small/3.toml".to_owned(), "id = ".to_owned());
        let problems = Library::from_files([
            version("1.2"),
            twice,
            broken,
            ("small/5.toml".to_owned(), SMALL.to_owned()),
        ])
        .unwrap_err();
        let files: Vec<&str> = problems.iter().map(|p| p.at.file.as_str()).collect();
        assert_eq!(files, ["elsewhere/small/1.2.toml", "small/3.toml", "small/5.toml", "small/5.toml"]);
    }

    #[test]
    fn a_folder_takes_the_place_of_what_is_built_in() {
        let mut library = Library::from_files([version("1.2"), version("1.3")]).unwrap();
        let (path, text) = version("1.3");
        library.extend(Library::from_files([(path, text.replace("minutes = 3", "minutes = 5"))]).unwrap());
        assert_eq!(library.get("small", "1.3").unwrap().definition.forms[0].minutes, 5);
        assert_eq!(library.get("small", "1.2").unwrap().definition.forms[0].minutes, 3);
    }

    #[test]
    fn the_definitions_built_in_have_no_problem() {
        assert_eq!(
            Library::built_in_files()
                .into_iter()
                .flat_map(|(f, t)| crate::definition::check::check_text(&f, &t))
                .collect::<Vec<_>>(),
            []
        );
        assert!(Library::built_in().is_ok());
    }
}
