//! A language that a province adds by files alone: `CODE/sipas.ftl` in a folder, checked before anybody reads it.
//!
//! Only what respondents read needs words ([`wanted`]); staff pages and commands stay Vietnamese and English. A message
//! that is not there is shown in Vietnamese, so that a new version of the program never takes a language away.

use std::collections::{BTreeMap, BTreeSet};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern, PatternElement},
    parser,
};
use i18n_embed_fl::fl;

use super::{Lang, built_in};

/// The file with a language's messages, in the folder named after its code.
pub const FILE: &str = "sipas.ftl";
/// The message with the language's own name; without it nobody could choose the language.
const NAME: &str = "respond-language-name";
/// The message that says `rtl` where the language is written from right to left.
const DIRECTION: &str = "respond-direction";
/// How the ids of messages begin that respondents read.
const READ: [&str; 3] = ["respond-", "notice-", "kiosk-"];
/// How those begin that staff print.
const PRINTED: &str = "respond-poster-";

/// The messages of a language, free of errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// Code of the language: two or three lower-case letters.
    pub code: String,
    /// The messages, as Fluent has them.
    pub text: String,
    /// Whether the language is written from right to left.
    pub right_to_left: bool,
}

/// Something wrong in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// The file, as it was named by whoever asked.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What.
    pub kind: FlawKind,
}

/// What is wrong in a catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlawKind {
    /// The folder's name is no code of a language.
    Code(String),
    /// The language is one of the program's own.
    BuiltIn(String),
    /// The file is no UTF-8 text.
    NotUtf8,
    /// The text is no Fluent; the parser's words.
    NotFluent(String),
    /// The language's own name is missing.
    NoName,
    /// A message given twice, and the line of the first.
    Twice(String, usize),
    /// A message uses a value that the page does not give: message, value, values that it gives.
    UnknownValue(String, String, Vec<String>),
    /// A message refers to another one that is not in the file.
    UnknownReference(String, String),
    /// A message leaves out a value that the reader needs: message and value. A warning.
    LostValue(String, String),
    /// The program has no such message, or respondents never read it. A warning.
    Unused(String),
    /// A message without words; it is shown in Vietnamese. A warning.
    Missing(String),
}

impl Flaw {
    /// Whether the catalogue cannot be used because of this.
    pub const fn is_error(&self) -> bool {
        !matches!(self.kind, FlawKind::LostValue(..) | FlawKind::Unused(_) | FlawKind::Missing(_))
    }

    /// `file:line: words`, as editors read it.
    pub fn line(&self, lang: Lang) -> String {
        let m = lang.messages();
        let words = match &self.kind {
            FlawKind::Code(code) => fl!(m, "language-bad-code", code = code.as_str()),
            FlawKind::BuiltIn(code) => fl!(m, "language-built-in", code = code.as_str()),
            FlawKind::NotUtf8 => fl!(m, "definition-not-utf-8"),
            FlawKind::NotFluent(detail) => fl!(m, "language-not-fluent", detail = detail.as_str()),
            FlawKind::NoName => fl!(m, "language-no-name", id = NAME),
            FlawKind::Twice(id, first) => {
                fl!(m, "definition-duplicate", id = id.as_str(), first = first.to_string())
            }
            FlawKind::UnknownValue(id, value, known) => {
                let known = known.iter().map(|name| format!("${name}")).collect::<Vec<_>>().join(", ");
                fl!(
                    m,
                    "language-unknown-value",
                    id = id.as_str(),
                    value = format!("${value}"),
                    known = if known.is_empty() { "–".to_owned() } else { known }
                )
            }
            FlawKind::UnknownReference(id, other) => {
                fl!(m, "language-unknown-reference", id = id.as_str(), other = other.as_str())
            }
            FlawKind::LostValue(id, value) => {
                fl!(m, "language-lost-value", id = id.as_str(), value = format!("${value}"))
            }
            FlawKind::Unused(id) => fl!(m, "language-unused", id = id.as_str()),
            FlawKind::Missing(id) => fl!(m, "language-missing", id = id.as_str()),
        };
        let words =
            if self.is_error() { words } else { fl!(m, "definition-warning", words = words.as_str()) };
        format!("{}:{}: {words}", self.file, self.line)
    }
}

/// A message as far as it can be checked.
struct Seen {
    line: usize,
    values: BTreeSet<String>,
    references: BTreeSet<String>,
}

/// Reads the catalogue of the language with this code; `file` names it in what is said of it. Gives it if it can be
/// used, with everything that is wrong.
pub fn read(code: &str, file: &str, bytes: &[u8]) -> (Option<Catalogue>, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let mut flaw = |line: usize, kind: FlawKind| flaws.push(Flaw { file: file.to_owned(), line, kind });
    if !((2..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_lowercase())) {
        flaw(1, FlawKind::Code(code.to_owned()));
    } else if Lang::find(code).is_some() {
        flaw(1, FlawKind::BuiltIn(code.to_owned()));
    }
    let text = match std::str::from_utf8(bytes) {
        // As the loader does: the parser takes a CR for part of the text.
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n"),
        Err(error) => {
            let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
            flaw(1 + before.iter().filter(|b| **b == b'\n').count(), FlawKind::NotUtf8);
            return (None, flaws);
        }
    };
    let resource = match parser::parse(text.as_str()) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                // The line of the message; where the parser gave up may lie below it.
                let start = error.slice.map_or(error.pos.start, |broken| broken.start);
                let blank = text.bytes().skip(start).take_while(u8::is_ascii_whitespace).count();
                flaw(line_of(&text, start + blank), FlawKind::NotFluent(error.kind.to_string()));
            }
            resource
        }
    };
    let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
    let mut terms: BTreeSet<String> = BTreeSet::new();
    let mut right_to_left = false;
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let id = message.id.name;
                let line = line_of(&text, offset(&text, id));
                let Some(pattern) = &message.value else { continue };
                if let Some(first) = seen.get(id) {
                    flaw(line, FlawKind::Twice(id.to_owned(), first.line));
                    continue;
                }
                if id == DIRECTION {
                    right_to_left = matches!(
                        pattern.elements.as_slice(),
                        [PatternElement::TextElement { value }] if value.trim() == "rtl"
                    );
                }
                let mut message = Seen { line, values: BTreeSet::new(), references: BTreeSet::new() };
                walk(pattern, &mut message);
                seen.insert(id.to_owned(), message);
            }
            Entry::Term(term) => {
                terms.insert(format!("-{}", term.id.name));
            }
            _ => {}
        }
    }
    let known = wanted();
    for (id, message) in &seen {
        for other in &message.references {
            if !seen.contains_key(other) && !terms.contains(other) {
                flaw(message.line, FlawKind::UnknownReference(id.clone(), other.clone()));
            }
        }
        let Some(values) = known.get(id) else {
            // Others may refer to it.
            if !seen.values().any(|other| other.references.contains(id)) {
                flaw(message.line, FlawKind::Unused(id.clone()));
            }
            continue;
        };
        for value in message.values.difference(values) {
            let kind = FlawKind::UnknownValue(id.clone(), value.clone(), values.iter().cloned().collect());
            flaw(message.line, kind);
        }
        for value in values.difference(&message.values) {
            flaw(message.line, FlawKind::LostValue(id.clone(), value.clone()));
        }
    }
    if !seen.contains_key(NAME) {
        flaw(1, FlawKind::NoName);
    }
    for id in known.keys().filter(|id| !seen.contains_key(*id) && *id != NAME && *id != DIRECTION) {
        flaw(1, FlawKind::Missing(id.clone()));
    }
    flaws.sort_by_key(|flaw| flaw.line);
    let usable = !flaws.iter().any(Flaw::is_error);
    (usable.then(|| Catalogue { code: code.to_owned(), text, right_to_left }), flaws)
}

/// The ids of the messages that respondents read, with the values that the pages give to each.
pub fn wanted() -> BTreeMap<String, BTreeSet<String>> {
    let text = built_in(Lang::VI);
    let resource = parser::parse(text.as_str()).unwrap_or_else(|(resource, _)| resource);
    let message = |entry: &Entry<&str>| match entry {
        Entry::Message(message) if is_read(message.id.name) => {
            let mut seen = Seen { line: 0, values: BTreeSet::new(), references: BTreeSet::new() };
            message.value.iter().for_each(|pattern| walk(pattern, &mut seen));
            Some((message.id.name.to_owned(), seen.values))
        }
        _ => None,
    };
    resource.body.iter().filter_map(message).collect()
}

/// A catalogue to be translated: every message that respondents read, as a remark with its Vietnamese words. What is
/// still a remark is shown in Vietnamese.
pub fn template() -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in built_in(Lang::VI).lines() {
        // A message goes on where a line is indented.
        inside = if line.starts_with(' ') { inside } else { is_read(line) };
        if inside {
            text.push_str("# ");
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

fn is_read(id: &str) -> bool {
    READ.iter().any(|start| id.starts_with(start)) && !id.starts_with(PRINTED)
}

fn walk(pattern: &Pattern<&str>, seen: &mut Seen) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            walk_expression(expression, seen);
        }
    }
}

fn walk_expression(expression: &Expression<&str>, seen: &mut Seen) {
    match expression {
        Expression::Inline(inline) => walk_inline(inline, seen),
        Expression::Select { selector, variants } => {
            walk_inline(selector, seen);
            variants.iter().for_each(|variant| walk(&variant.value, seen));
        }
    }
}

fn walk_inline(inline: &InlineExpression<&str>, seen: &mut Seen) {
    match inline {
        InlineExpression::VariableReference { id } => {
            seen.values.insert(id.name.to_owned());
        }
        InlineExpression::MessageReference { id, .. } => {
            seen.references.insert(id.name.to_owned());
        }
        InlineExpression::TermReference { id, .. } => {
            seen.references.insert(format!("-{}", id.name));
        }
        InlineExpression::FunctionReference { arguments, .. } => {
            arguments.positional.iter().for_each(|argument| walk_inline(argument, seen));
        }
        InlineExpression::Placeable { expression } => walk_expression(expression, seen),
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
    }
}

/// Where a part of the text begins in it, in bytes.
fn offset(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

/// The line of a byte, from 1.
fn line_of(text: &str, byte: usize) -> usize {
    1 + text.bytes().take(byte).filter(|b| *b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME_LINE: &str = "respond-language-name = Ƥšéûđô\n";

    fn flaws(text: &str) -> Vec<(usize, FlawKind)> {
        let (catalogue, flaws) = read("qps", "qps/sipas.ftl", text.as_bytes());
        assert_eq!(catalogue.is_none(), flaws.iter().any(Flaw::is_error));
        let missing = |flaw: &Flaw| matches!(flaw.kind, FlawKind::Missing(_));
        flaws.into_iter().filter(|flaw| !missing(flaw)).map(|flaw| (flaw.line, flaw.kind)).collect()
    }

    fn s(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn the_built_in_catalogues_would_pass_their_own_check() {
        for lang in Lang::ALL {
            let (_, flaws) = read("qps", "sipas.ftl", built_in(lang).as_bytes());
            let bad: Vec<&Flaw> = flaws.iter().filter(|f| !matches!(f.kind, FlawKind::Unused(_))).collect();
            assert!(bad.is_empty(), "{bad:?}");
        }
    }

    #[test]
    fn a_mistake_is_placed_by_line_and_what_is_only_missing_is_a_note() {
        use FlawKind as F;
        assert_eq!(flaws(NAME_LINE), []);
        assert_eq!(flaws("respond-send = [Šéñđ]\n"), [(1, F::NoName)]);
        assert_eq!(
            flaws(&format!("{NAME_LINE}respond-send = a\nrespond-send = b\n")),
            [(3, F::Twice(s("respond-send"), 2))]
        );
        assert_eq!(
            flaws(&format!("{NAME_LINE}no-such-message = a\n")),
            [(2, F::Unused(s("no-such-message")))]
        );
        assert_eq!(
            flaws(&format!("{NAME_LINE}\nrespond-progress = {{ $don }} / {{ $all }}\n")),
            [
                (3, F::UnknownValue(s("respond-progress"), s("don"), vec![s("all"), s("done")])),
                (3, F::LostValue(s("respond-progress"), s("done"))),
            ]
        );
        assert_eq!(
            flaws(&format!("{NAME_LINE}respond-send = {{ other }} {{ -term }}\n-term = x\n")),
            [(2, F::UnknownReference(s("respond-send"), s("other")))]
        );
        let broken = flaws(&format!("{NAME_LINE}respond-send = {{ \nrespond-or = x\n"));
        assert!(matches!(&broken[..], [(2, F::NotFluent(_)), ..]), "{broken:?}");
        let (_, bytes) = read("qps", "f", b"respond-send = a\nrespond-or = \xff");
        assert_eq!((bytes[0].line, &bytes[0].kind), (2, &F::NotUtf8));
    }

    #[test]
    fn a_folder_is_named_after_a_language_that_the_program_does_not_have() {
        let first = |code: &str| read(code, "f", NAME_LINE.as_bytes()).1.remove(0).kind;
        assert_eq!(first("Bahnar"), FlawKind::Code(s("Bahnar")));
        assert_eq!(first("../x"), FlawKind::Code(s("../x")));
        assert_eq!(first("vi"), FlawKind::BuiltIn(s("vi")));
        assert!(read("bdq", "f", NAME_LINE.as_bytes()).0.is_some());
    }

    #[test]
    fn every_flaw_has_words_with_its_place() {
        for lang in Lang::ALL {
            let (_, flaws) = read("qps", "qps/sipas.ftl", b"respond-send = { $x } { y }\nz = 1\n");
            assert!(flaws.len() > 5);
            for flaw in flaws {
                let line = flaw.line(lang);
                assert!(line.starts_with("qps/sipas.ftl:") && line.len() > 30, "{line}");
            }
        }
    }

    #[test]
    fn a_template_asks_for_every_message_and_is_usable_once_it_has_a_name() {
        let template = template();
        let (catalogue, flaws) = read("qps", "f", format!("{NAME_LINE}{template}").as_bytes());
        assert!(
            catalogue.is_some() && flaws.iter().all(|f| matches!(f.kind, FlawKind::Missing(_))),
            "{flaws:?}"
        );
        let translated = template.replace("# ", "");
        let (_, flaws) = read("qps", "f", translated.as_bytes());
        assert_eq!(flaws, []);
    }

    #[test]
    fn the_direction_is_the_catalogue_s() {
        let read = |more: &str| read("qps", "f", format!("{NAME_LINE}{more}").as_bytes()).0.unwrap();
        assert!(!read("").right_to_left && !read("respond-direction = ltr\n").right_to_left);
        assert!(read("respond-direction = rtl\n").right_to_left);
    }
}
