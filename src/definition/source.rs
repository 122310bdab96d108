//! A definition's text with the place of every value, so that a problem can name file, line and column.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::{Position, Problem, ProblemKind, Severity};

/// A step from a value to one inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The value of a key.
    Key(String),
    /// The element at a position, from 0.
    At(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<&String> for Step {
    fn from(key: &String) -> Self {
        Self::Key(key.clone())
    }
}

impl From<usize> for Step {
    fn from(at: usize) -> Self {
        Self::At(at)
    }
}

/// The way from the top of the file to a value: `at!["criterion", 3, "dimension"]`.
pub type Path = Vec<Step>;

macro_rules! at {
    ($($step:expr),* $(,)?) => { $crate::definition::source::Path::from([$($crate::definition::source::Step::from($step)),*]) };
}
pub(crate) use at;

/// A path one or more steps longer.
pub(crate) fn below(path: &[Step], steps: impl IntoIterator<Item = Step>) -> Path {
    path.iter().cloned().chain(steps).collect()
}

/// A file's text and the place of every value in it.
#[derive(Debug, Clone)]
pub struct Source {
    file: String,
    text: String,
    pub(super) root: Node,
}

/// A value and the byte where it starts.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub start: usize,
    pub value: Value,
}

/// A value as TOML has it; numbers beyond their type are `None`.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Table(Vec<Entry>),
    List(Vec<Node>),
    Text(String),
    Whole(Option<i64>),
    Number(Option<f64>),
    Truth,
    Date,
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub key: String,
    pub start: usize,
    pub node: Node,
}

/// The text in a file's bytes.
///
/// # Errors
/// The place of the first byte that is no UTF-8.
pub fn text<'a>(file: &str, bytes: &'a [u8]) -> Result<&'a str, Vec<Problem>> {
    std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let before = String::from_utf8_lossy(before);
        let at = position(file, &before, before.len());
        vec![Problem { at, severity: Severity::Error, kind: ProblemKind::NotUtf8 }]
    })
}

impl Source {
    /// Reads the text as TOML.
    ///
    /// # Errors
    /// Every place where the text is no TOML.
    pub fn read(file: &str, text: &str) -> Result<Self, Vec<Problem>> {
        let (tree, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let problem = |error: toml::de::Error| Problem {
                at: position(file, text, error.span().map_or(0, |span| span.start)),
                severity: Severity::Error,
                kind: ProblemKind::NotToml(error.message().to_owned()),
            };
            return Err(errors.into_iter().map(problem).collect());
        }
        let root = Node { start: 0, value: Value::Table(entries(tree.get_ref())) };
        Ok(Self { file: file.to_owned(), text: text.to_owned(), root })
    }

    /// The file, as it was named by whoever asked.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where the value at the end of the path starts; where the path leads nowhere, its last step that exists.
    pub fn position(&self, path: &[Step]) -> Position {
        let mut node = &self.root;
        for step in path {
            let next = match (step, &node.value) {
                (Step::Key(key), Value::Table(entries)) => {
                    entries.iter().find(|e| e.key == *key).map(|e| &e.node)
                }
                (Step::At(at), Value::List(nodes)) => nodes.get(*at),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
        }
        self.position_of(node.start)
    }

    /// Where the key at the end of the path is written; for an element of a list, the element.
    pub fn key_position(&self, path: &[Step]) -> Position {
        if let Some((Step::Key(last), above)) = path.split_last()
            && let Some(Value::Table(entries)) = self.node(above).map(|n| &n.value)
            && let Some(entry) = entries.iter().find(|e| e.key == *last)
        {
            return self.position_of(entry.start);
        }
        self.position(path)
    }

    fn node(&self, path: &[Step]) -> Option<&Node> {
        path.iter().try_fold(&self.root, |node, step| match (step, &node.value) {
            (Step::Key(key), Value::Table(entries)) => {
                entries.iter().find(|e| e.key == *key).map(|e| &e.node)
            }
            (Step::At(at), Value::List(nodes)) => nodes.get(*at),
            _ => None,
        })
    }

    /// The place of a byte of the text.
    pub(super) fn position_of(&self, byte: usize) -> Position {
        position(&self.file, &self.text, byte)
    }
}

fn position(file: &str, text: &str, byte: usize) -> Position {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rsplit('\n').next().unwrap_or_default();
    Position {
        file: file.to_owned(),
        line: before.matches('\n').count() + 1,
        column: line.chars().count() + 1,
    }
}

fn entries(table: &DeTable<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            start: key.span().start,
            node: node(value),
        })
        .collect();
    entries.sort_by_key(|entry| entry.start);
    entries
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    Node {
        start: value.span().start,
        value: match value.get_ref() {
            DeValue::Table(table) => Value::Table(entries(table)),
            DeValue::Array(list) => Value::List(list.iter().map(node).collect()),
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => {
                Value::Whole(i64::from_str_radix(number.as_str(), number.radix()).ok())
            }
            DeValue::Float(number) => Value::Number(number.as_str().parse().ok()),
            DeValue::Boolean(_) => Value::Truth,
            DeValue::Datetime(_) => Value::Date,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# Ghi chú\nid = \"a\"\n[[form]]\nid = \"đ\"\nask = [\"x\", \"y\"]\n[[form]]\nid = \"ế\"; x\n";

    #[test]
    fn a_value_is_found_by_its_path_and_a_missing_one_at_its_table() {
        let text = TEXT.trim_end_matches("; x\n");
        let source = Source::read("f.toml", text).unwrap();
        let at = |path: Path| source.position(&path).to_string();
        assert_eq!(at(at!["id"]), "f.toml:2:6");
        assert_eq!(at(at!["form", 0, "ask", 1]), "f.toml:5:13");
        assert_eq!(at(at!["form", 1, "title"]), "f.toml:6:1");
        assert_eq!(source.key_position(&at!["form", 0, "ask"]).to_string(), "f.toml:5:1");
    }

    #[test]
    fn a_byte_that_is_no_utf_8_is_placed() {
        let problem = text("f.toml", b"a = 1\nb = \"\xc4\x91\xff\"").unwrap_err().remove(0);
        assert_eq!((problem.at.to_string(), problem.kind), ("f.toml:2:7".to_owned(), ProblemKind::NotUtf8));
    }

    #[test]
    fn broken_toml_is_placed_by_line_and_character() {
        let problems = Source::read("f.toml", TEXT).unwrap_err();
        assert_eq!(problems[0].at.to_string(), "f.toml:7:9", "{problems:?}");
    }
}
