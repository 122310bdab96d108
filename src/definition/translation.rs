//! A definition's words in a further language: a file beside the definition, `sipas/2026.1.bdq.toml`.
//!
//! A released definition never changes, and its hash is pinned; a translation therefore lies outside it, with a hash of
//! its own ([`Entry::sha256`]) that is pinned beside the definition's. It holds what respondents read and nothing else:
//! every key names a text of the definition, so that no translation can change what an answer counts.
//!
//! What is not translated is shown in the definition's first language and marked as such, text by text; but the options
//! of one question are translated all or none, since people choose what they can read.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

use super::{
    canonical,
    model::{Definition, ScaleOption, Text},
    problem::{Expected, Position, Problem, ProblemKind, Severity},
    source::{Node, Path, Source, Step, Value},
};

/// The one format that this program reads.
const FORMAT: i64 = 1;
/// The keys that say what is translated.
const HEAD: [&str; 4] = ["format", "id", "version", "language"];
/// Placeholders that pages fill in.
const PLACEHOLDERS: [&str; 3] = ["{unit}", "{counter}", "{year}"];

/// A translation as it is pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// Id of the definition.
    pub id: String,
    /// Version of the definition.
    pub version: String,
    /// Language code.
    pub language: String,
    /// The words by the place of their text: `criterion/access.seats/text`.
    pub texts: BTreeMap<String, String>,
}

/// A translation with what pins it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The translation, its texts in NFC.
    pub translation: Translation,
    /// Its canonical JSON.
    pub canonical: String,
    /// SHA-256 of the canonical JSON, hex.
    pub sha256: String,
}

impl Entry {
    fn new(translation: Translation) -> Self {
        let canonical = canonical::of(&translation);
        let sha256 = canonical::sha256(&canonical);
        Self { translation, canonical, sha256 }
    }
}

impl Translation {
    /// A translation from its canonical JSON, as it was pinned.
    ///
    /// # Errors
    /// When the text is not the JSON of a translation.
    pub fn from_canonical(json: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// Adds the words and the language to the definition; its hash stays that of the definition without them.
    pub fn apply(&self, definition: &mut Definition) {
        for slot in slots(definition) {
            if let Some(words) = self.texts.get(&slot.place()) {
                slot.text.insert(self.language.clone(), words.clone());
            }
        }
        if !definition.languages.contains(&self.language) {
            definition.languages.push(self.language.clone());
        }
    }
}

/// A text that respondents read, with its place in a translation.
struct Slot<'a> {
    path: Vec<String>,
    text: &'a mut Text,
    /// Whether it is an option's label; labels of the same table belong together.
    label: bool,
}

impl Slot<'_> {
    fn place(&self) -> String {
        self.path.join("/")
    }
}

/// Every text that respondents read, in the order of the definition.
fn slots(definition: &mut Definition) -> Vec<Slot<'_>> {
    let mut slots = Vec::new();
    one(&mut slots, &["title"], Some(&mut definition.title));
    for (name, scale) in &mut definition.scales {
        labels(&mut slots, &["scale", name], &mut scale.options);
    }
    for criterion in &mut definition.criteria {
        let id = criterion.id.clone();
        one(&mut slots, &["criterion", &id, "text"], Some(&mut criterion.text));
        one(&mut slots, &["criterion", &id, "help"], criterion.help.as_mut());
    }
    for question in &mut definition.questions {
        let id = question.id.clone();
        one(&mut slots, &["question", &id, "text"], Some(&mut question.text));
        one(&mut slots, &["question", &id, "help"], question.help.as_mut());
        labels(&mut slots, &["question", &id, "options"], &mut question.options);
    }
    for form in &mut definition.forms {
        let id = form.id.clone();
        one(&mut slots, &["form", &id, "title"], form.title.as_mut());
        one(&mut slots, &["form", &id, "introduction"], Some(&mut form.introduction));
        for (at, section) in form.sections.iter_mut().enumerate() {
            let number = (at + 1).to_string();
            one(&mut slots, &["form", &id, "section", &number, "title"], Some(&mut section.title));
            one(&mut slots, &["form", &id, "section", &number, "text"], section.text.as_mut());
        }
        for (item, wording) in &mut form.wording {
            one(&mut slots, &["form", &id, "wording", item], Some(wording));
        }
    }
    slots
}

fn one<'a>(slots: &mut Vec<Slot<'a>>, path: &[&str], text: Option<&'a mut Text>) {
    let path = path.iter().map(|part| (*part).to_owned()).collect();
    slots.extend(text.map(|text| Slot { path, text, label: false }));
}

fn labels<'a>(slots: &mut Vec<Slot<'a>>, above: &[&str], options: &'a mut [ScaleOption]) {
    for option in options {
        let path = above.iter().map(|part| (*part).to_owned()).chain([option.code.clone()]).collect();
        slots.push(Slot { path, text: &mut option.label, label: true });
    }
}

/// Whether a file is named as a translation: `2026.1.bdq.toml`. A version has digits alone.
pub fn is_named(file: &str) -> bool {
    name(file).is_some()
}

/// Folder, version and language in a translation's file name.
pub fn name(file: &str) -> Option<(&str, &str, &str)> {
    let mut names = file.rsplit(['/', '\\']);
    let (version, language) = names.next()?.strip_suffix(".toml")?.rsplit_once('.')?;
    let letters = !language.is_empty() && language.bytes().all(|b| b.is_ascii_alphabetic());
    letters.then(|| (names.next().unwrap_or_default(), version, language))
}

/// Reads a translation: `definition` gives the one with an id and version. Gives the translation if it can be used, with
/// everything that is wrong.
pub fn read(
    file: &str,
    text: &str,
    definition: impl Fn(&str, &str) -> Option<Definition>,
) -> (Option<Entry>, Vec<Problem>) {
    let source = match Source::read(file, text) {
        Ok(source) => source,
        Err(problems) => return (None, problems),
    };
    let mut check = Check { source: &source, problems: Vec::new() };
    let entry = check.run(definition);
    let mut problems = check.problems;
    problems.sort_by(|a, b| a.at.cmp(&b.at));
    let usable = !problems.iter().any(Problem::is_error);
    (entry.filter(|_| usable), problems)
}

/// A translation to be filled in: every text of the definition in its first language, above an empty one. What stays
/// empty is not translated.
pub fn template(definition: &Definition, language: &str) -> String {
    let (id, version) = (&definition.id, &definition.version);
    let mut text = format!(
        "format = {FORMAT}\nid = {}\nversion = {}\nlanguage = {}\n",
        quoted(id),
        quoted(version),
        quoted(language)
    );
    let mut definition = definition.clone();
    let first = definition.languages.first().cloned().unwrap_or_default();
    let mut table: Vec<String> = Vec::new();
    for slot in slots(&mut definition) {
        let Some((last, above)) = slot.path.split_last() else { continue };
        if above != table {
            table = above.to_vec();
            let keys: Vec<String> = above.iter().map(|part| key(part)).collect();
            text.push_str(&format!("\n[{}]\n", keys.join(".")));
        }
        for line in slot.text.get(&first).map(String::as_str).unwrap_or_default().lines() {
            text.push_str(format!("# {line}").trim_end());
            text.push('\n');
        }
        text.push_str(&format!("{} = \"\"\n", key(last)));
    }
    text
}

/// A key as TOML wants it.
fn key(part: &str) -> String {
    let bare = !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if bare { part.to_owned() } else { quoted(part) }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

struct Check<'a> {
    source: &'a Source,
    problems: Vec<Problem>,
}

/// What the file says of a text.
struct Said {
    words: String,
    start: usize,
}

impl Check<'_> {
    fn add(&mut self, at: Position, severity: Severity, kind: ProblemKind) {
        self.problems.push(Problem { at, severity, kind });
    }

    fn error(&mut self, start: usize, kind: ProblemKind) {
        self.add(self.source.position_of(start), Severity::Error, kind);
    }

    fn run(&mut self, definition: impl Fn(&str, &str) -> Option<Definition>) -> Option<Entry> {
        let Value::Table(entries) = &self.source.root.value else { return None };
        let head = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| &entry.node);
        match head("format").map(|node| (node.start, &node.value)) {
            Some((_, Value::Whole(Some(FORMAT)))) => {}
            Some((start, Value::Whole(Some(n)))) => {
                self.error(start, ProblemKind::UnknownFormat(u32::try_from(*n).unwrap_or(u32::MAX)));
            }
            Some((start, _)) => self.error(start, ProblemKind::WrongType(Expected::Whole(1, 1))),
            None => self.error(0, ProblemKind::MissingKey("format".to_owned())),
        }
        let (id, version, language) = (
            self.head("id", head("id")),
            self.head("version", head("version")),
            self.head("language", head("language")),
        );
        let (id, version, language) = (id?, version?, language?);
        self.place(&id, &version, &language);
        if !((2..=3).contains(&language.words.len())
            && language.words.bytes().all(|b| b.is_ascii_lowercase()))
        {
            self.error(language.start, ProblemKind::BadLanguage(language.words.clone()));
        }
        let Some(mut definition) = definition(&id.words, &version.words) else {
            let kind = ProblemKind::NothingToTranslate { id: id.words, version: version.words };
            self.error(version.start, kind);
            return None;
        };
        if definition.languages.contains(&language.words) {
            self.error(language.start, ProblemKind::AlreadyDeclared(language.words.clone()));
        }
        let first = definition.languages.first().cloned().unwrap_or_default();
        let slots = slots(&mut definition);
        let places: BTreeSet<String> = slots.iter().map(Slot::place).collect();
        let mut said = BTreeMap::new();
        self.walk(&self.source.root, &[], &places, &mut said);
        let mut texts = BTreeMap::new();
        for slot in &slots {
            let place = slot.place();
            let Some(said) = said.get(&place).filter(|said| !said.words.trim().is_empty()) else {
                self.missing(slot, &slots, &said);
                continue;
            };
            self.placeholders(said, slot.text.get(&first).map(String::as_str).unwrap_or_default());
            texts.insert(place, said.words.trim().nfc().collect());
        }
        let (id, version, language) = (id.words, version.words, language.words);
        Some(Entry::new(Translation { id, version, language, texts }))
    }

    fn head(&mut self, key: &str, node: Option<&Node>) -> Option<Said> {
        match node {
            Some(Node { start, value: Value::Text(words) }) => {
                return Some(Said { words: words.clone(), start: *start });
            }
            Some(node) => self.error(node.start, ProblemKind::WrongType(Expected::Text)),
            None => self.error(0, ProblemKind::MissingKey(key.to_owned())),
        }
        None
    }

    /// Folder and file are named after what is translated.
    fn place(&mut self, id: &Said, version: &Said, language: &Said) {
        let Some((folder, of, into)) = name(self.source.file()) else { return };
        let (folder, file) = (folder.to_owned(), format!("{of}.{into}"));
        if !folder.is_empty() && folder != id.words {
            self.error(id.start, ProblemKind::IdIsNotFolder { id: id.words.clone(), folder });
        }
        let wanted = format!("{}.{}", version.words, language.words);
        if file != wanted {
            self.error(version.start, ProblemKind::VersionIsNotFile { version: wanted, file });
        }
    }

    /// Gathers the texts of a table and names what the definition does not have.
    fn walk(
        &mut self,
        node: &Node,
        path: &[String],
        places: &BTreeSet<String>,
        said: &mut BTreeMap<String, Said>,
    ) {
        let Value::Table(entries) = &node.value else { return };
        for entry in entries.iter().filter(|entry| !path.is_empty() || !HEAD.contains(&entry.key.as_str())) {
            let path: Vec<String> = path.iter().cloned().chain([entry.key.clone()]).collect();
            let place = path.join("/");
            let below = format!("{place}/");
            match &entry.node.value {
                Value::Text(words) if places.contains(&place) => {
                    said.insert(place, Said { words: words.clone(), start: entry.node.start });
                }
                _ if places.contains(&place) => {
                    self.error(entry.node.start, ProblemKind::WrongType(Expected::Text));
                }
                Value::Table(_) if starts(places, &below) => self.walk(&entry.node, &path, places, said),
                _ if starts(places, &below) => {
                    self.error(entry.node.start, ProblemKind::WrongType(Expected::Table));
                }
                _ => {
                    let above = place.strip_suffix(&entry.key).unwrap_or_default();
                    let kind = ProblemKind::UnknownKey { key: entry.key.clone(), known: next(places, above) };
                    self.error(entry.start, kind);
                }
            }
        }
    }

    /// A text without a translation: a note, but an error where other options of the same question have one.
    fn missing(&mut self, slot: &Slot<'_>, slots: &[Slot<'_>], said: &BTreeMap<String, Said>) {
        let path: Path = slot.path.iter().map(Step::from).collect();
        let at = self.source.position(&path);
        let keys: Vec<String> = slot.path.iter().map(|part| key(part)).collect();
        let above = slot.path.split_last().map(|(_, above)| above);
        let partly = slot.label
            && slots.iter().any(|other| {
                other.label
                    && other.path.split_last().map(|(_, above)| above) == above
                    && said.get(&other.place()).is_some_and(|said| !said.words.trim().is_empty())
            });
        if partly {
            self.add(at, Severity::Error, ProblemKind::PartlyTranslated(keys.join(".")));
        } else {
            self.add(at, Severity::Warning, ProblemKind::NotTranslated(keys.join(".")));
        }
    }

    fn placeholders(&mut self, said: &Said, original: &str) {
        for name in braced(&said.words) {
            if !PLACEHOLDERS.contains(&name) {
                let known = PLACEHOLDERS.map(str::to_owned).to_vec();
                self.error(said.start, ProblemKind::UnknownPlaceholder { name: name.to_owned(), known });
            }
        }
        for name in
            PLACEHOLDERS.into_iter().filter(|name| original.contains(name) && !said.words.contains(name))
        {
            let at = self.source.position_of(said.start);
            self.add(at, Severity::Warning, ProblemKind::LostPlaceholder(name.to_owned()));
        }
    }
}

fn starts(places: &BTreeSet<String>, with: &str) -> bool {
    places.range(with.to_owned()..).next().is_some_and(|place| place.starts_with(with))
}

/// The keys that may follow.
fn next(places: &BTreeSet<String>, above: &str) -> Vec<String> {
    let mut keys: Vec<String> = places
        .iter()
        .filter_map(|place| place.strip_prefix(above)?.split('/').next().map(str::to_owned))
        .collect();
    keys.dedup();
    keys
}

/// What stands in braces, with them.
fn braced(words: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = words;
    while let Some(open) = rest.find('{') {
        let from = rest.get(open..).unwrap_or_default();
        let Some(close) = from.find('}') else { break };
        found.extend(from.get(..=close));
        rest = from.get(close + 1..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{definition::parse, language::Lang};

    const FILE: &str = "small/1.2.qps.toml";
    const HEAD: &str = "format = 1\nid = \"small\"\nversion = \"1.2\"\nlanguage = \"qps\"\n";

    fn small() -> Definition {
        parse("small/1.2.toml", include_str!("../../tests/definitions/small/1.2.toml")).unwrap().definition
    }

    fn found(text: &str) -> (Option<Entry>, Vec<Problem>) {
        read(FILE, text, |id, version| (id == "small" && version == "1.2").then(small))
    }

    /// Errors and notes but for what is merely not translated.
    fn faults(text: &str) -> Vec<String> {
        let (entry, problems) = found(text);
        assert_eq!(entry.is_none(), problems.iter().any(Problem::is_error));
        let missing = |p: &Problem| matches!(p.kind, ProblemKind::NotTranslated(_));
        problems.iter().filter(|p| !missing(p)).map(|p| p.line(Lang::EN)).collect()
    }

    /// Every text in brackets.
    fn whole() -> String {
        let mut text = String::new();
        let mut last = String::new();
        for line in template(&small(), "qps").lines() {
            if let Some(words) = line.strip_prefix("# ") {
                words.clone_into(&mut last);
            }
            text.push_str(&line.replace("= \"\"", &format!("= \"[{last}]\"")));
            text.push('\n');
        }
        text
    }

    #[test]
    fn a_template_filled_in_translates_every_text_and_nothing_else_changes() {
        let (entry, problems) = found(&whole());
        assert_eq!(problems, []);
        let translation = entry.unwrap().translation;
        let (before, mut after) = (small(), small());
        translation.apply(&mut after);
        assert_eq!(after.languages, ["vi", "en", "qps"]);
        assert_eq!(after.criteria[1].text["qps"], "[Có đủ ghế không?]");
        assert_eq!(after.criteria[1].help.as_ref().unwrap()["qps"], "[Nơi chờ]");
        assert_eq!(after.scales["agree"].options[2].label["qps"], "[Không biết]");
        assert_eq!(after.questions[0].options[0].label["qps"], "[Có]");
        assert_eq!(after.forms[1].sections[0].title["qps"], "[Dịch vụ]");
        assert_eq!(after.forms[1].wording["access.seats"]["qps"], "[Ở quầy có đủ ghế không?]");
        for slot in slots(&mut after) {
            assert!(slot.text.remove("qps").is_some(), "{}", slot.place());
        }
        after.languages.pop();
        assert_eq!(after, before);
    }

    #[test]
    fn what_is_left_out_is_a_note_with_its_place_but_half_a_scale_is_an_error() {
        let (entry, problems) =
            found(&format!("{HEAD}title = \"[t]\"\n[scale.agree]\n1 = \"a\"\n2 = \"b\"\n"));
        assert!(entry.is_none());
        let errors: Vec<String> =
            problems.iter().filter(|p| p.is_error()).map(|p| p.line(Lang::EN)).collect();
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert!(
            errors[0].starts_with("small/1.2.qps.toml:6:") && errors[0].contains("scale.agree.na"),
            "{errors:?}"
        );
        let (entry, problems) = found(&format!("{HEAD}title = \"[t]\"\n"));
        assert_eq!(entry.unwrap().translation.texts.len(), 1);
        assert!(problems.len() > 20 && problems.iter().all(|p| !p.is_error()));
        assert!(problems.iter().any(|p| p.line(Lang::EN).contains("criterion.\"access.seats\".text")));
    }

    #[test]
    fn a_slip_is_named_with_its_place() {
        let one = |text: &str, wanted: &str| {
            let faults = faults(&format!("{HEAD}{text}"));
            assert!(faults.len() == 1 && faults[0].starts_with(wanted), "{faults:?}");
        };
        one("titel = \"x\"", "small/1.2.qps.toml:5:1: There is no key “titel” here. Did you mean “title”?");
        one(
            "[criterion.\"access.seat\"]\ntext = \"x\"",
            "small/1.2.qps.toml:5:12: There is no key “access.seat” here. Did you mean “access.seats”?",
        );
        one("[criterion.\"access.seats\"]\nweight = 3", "small/1.2.qps.toml:6:1: There is no key “weight”");
        one("title = 3", "small/1.2.qps.toml:5:9: Wrong value; expected text");
        one("scale = 3", "small/1.2.qps.toml:5:9: Wrong value; expected a table");
        one("title = \"{don_vi}\"", "small/1.2.qps.toml:5:9: There is no placeholder “{don_vi}”");
        let head = |from: &str, to: &str| faults(&HEAD.replace(from, to)).join("\n");
        assert!(head("qps", "vi").contains("itself has"), "{}", head("qps", "vi"));
        assert!(head("\"1.2\"", "\"1.3\"").contains("no version"), "{}", head("\"1.2\"", "\"1.3\""));
        assert!(head("\"small\"", "\"large\"").contains("folder"));
        assert!(head("format = 1", "format = 2").contains("format"));
        assert!(head("language = \"qps\"", "").contains("language"));
    }

    #[test]
    fn the_hash_is_that_of_the_words_alone() {
        let of = |text: &str| found(text).0.unwrap().sha256;
        let (a, b) =
            (format!("{HEAD}title = \"ế\"\n"), format!("# x\n{HEAD}title = \" e\u{302}\u{301} \"\n"));
        assert_eq!(of(&a), of(&b));
        assert_eq!(of(&a), of(&format!("{a}[scale.agree]\n1 = \"\"\n")), "empty is not translated");
        assert_ne!(of(&a), of(&a.replace('ế', "e")));
        let entry = found(&a).0.unwrap();
        assert_eq!(Translation::from_canonical(&entry.canonical).unwrap(), entry.translation);
    }

    #[test]
    fn a_file_is_a_translation_by_its_name() {
        assert_eq!(name("a/sipas/2026.1.bdq.toml"), Some(("sipas", "2026.1", "bdq")));
        assert!(!is_named("sipas/2026.1.toml") && !is_named("sipas/2026.toml") && !is_named("x.bdq.txt"));
    }
}
