//! Files with their text, values with their place, and what is found wrong with them.

use std::fmt;

use i18n_embed_fl::fl;

use crate::language::Lang;

/// A file to apply: its name for messages, and its text.
#[derive(Debug, Clone)]
pub struct Source {
    /// Name shown in messages.
    pub name: String,
    /// TOML text.
    pub text: String,
}

/// What is wrong or doubtful, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// File.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The words.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl Source {
    /// The text of a file's bytes; a byte order mark at the start is dropped.
    ///
    /// # Errors
    /// The place of the first byte that is no UTF-8.
    pub fn from_bytes(lang: Lang, name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        match std::str::from_utf8(bytes) {
            Ok(text) => {
                Ok(Self { name: name.to_owned(), text: text.trim_start_matches('\u{feff}').to_owned() })
            }
            Err(error) => {
                let byte = error.valid_up_to();
                let text = String::from_utf8_lossy(bytes.get(..byte).unwrap_or_default()).into_owned();
                let before = Self { name: name.to_owned(), text };
                let words = fl!(lang.messages(), "apply-not-utf-8", byte = (byte + 1).to_string());
                Err(before.problem(&Lines::of(&before.text), byte, words))
            }
        }
    }

    fn problem(&self, lines: &Lines, byte: usize, message: String) -> Problem {
        let (line, column) = lines.place(&self.text, byte);
        Problem { file: self.name.clone(), line, column, message }
    }
}

/// The bytes at which the lines of a text start: found once, since a long list may have many mistakes.
#[derive(Debug)]
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// Line and column of a byte, from 1.
    fn place(&self, text: &str, byte: usize) -> (usize, usize) {
        let line = self.0.partition_point(|start| *start <= byte);
        let start = line.checked_sub(1).and_then(|n| self.0.get(n)).copied().unwrap_or(0);
        (line, text.get(start..byte).unwrap_or_default().chars().count() + 1)
    }
}

/// Where a value stands: the number of its file and the byte where it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Spot {
    pub file: usize,
    pub byte: usize,
}

/// A value with its place. One that could not be read is its type's default and has been complained of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Said<T> {
    pub value: T,
    pub spot: Spot,
}

/// Gathers what is wrong (nothing is changed then) and what is doubtful, in the user's language.
#[derive(Debug)]
pub struct Findings<'a> {
    pub lang: Lang,
    /// Whether it is told at the desk, where nobody knows the words of a file.
    pub desk: bool,
    sources: &'a [Source],
    lines: Vec<Lines>,
    wrong: Vec<(Spot, String)>,
    doubtful: Vec<(Spot, String)>,
}

impl<'a> Findings<'a> {
    pub fn new(lang: Lang, sources: &'a [Source]) -> Self {
        let lines = sources.iter().map(|source| Lines::of(&source.text)).collect();
        Self { lang, desk: false, sources, lines, wrong: Vec::new(), doubtful: Vec::new() }
    }

    /// For people at the desk, who filled in fields and wrote no file.
    pub fn at_desk(lang: Lang) -> Self {
        Self { desk: true, ..Self::new(lang, &[]) }
    }

    /// Something that must be mended.
    pub fn wrong(&mut self, spot: Spot, words: String) {
        self.wrong.push((spot, words));
    }

    /// Something that somebody should look at.
    pub fn doubtful(&mut self, spot: Spot, words: String) {
        self.doubtful.push((spot, words));
    }

    /// Whether something at this place was complained of already.
    pub fn is_wrong_at(&self, spot: Spot) -> bool {
        self.wrong.iter().any(|(at, _)| *at == spot)
    }

    fn problem(&self, spot: Spot, words: String) -> Option<Problem> {
        let (source, lines) = (self.sources.get(spot.file)?, self.lines.get(spot.file)?);
        Some(source.problem(lines, spot.byte, words))
    }

    /// A place in words: `file:line:column`.
    pub fn place(&self, spot: Spot) -> String {
        self.problem(spot, String::new())
            .map_or_else(String::new, |at| format!("{}:{}:{}", at.file, at.line, at.column))
    }

    /// All that is wrong, with the places, in their order: for who has no files to name.
    pub fn finish_at(mut self) -> Vec<(Spot, String)> {
        let mut wrong = std::mem::take(&mut self.wrong);
        wrong.sort();
        wrong.dedup();
        wrong
    }

    /// What was doubtful if nothing is wrong, else all that is wrong, in the order of the files.
    pub fn finish(mut self) -> Result<Vec<Problem>, Vec<Problem>> {
        let (wrong, doubtful) = (std::mem::take(&mut self.wrong), std::mem::take(&mut self.doubtful));
        let is_sound = wrong.is_empty();
        let mut found = if is_sound { doubtful } else { wrong };
        found.sort();
        found.dedup();
        let problems = found.into_iter().filter_map(|(spot, words)| self.problem(spot, words)).collect();
        if is_sound { Ok(problems) } else { Err(problems) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_that_is_no_utf_8_is_placed() {
        let problem = Source::from_bytes(Lang::EN, "a.toml", b"a = 1\nb = \"\xc4\x91\xff\"").unwrap_err();
        assert_eq!((problem.line, problem.column), (2, 7));
        assert!(problem.message.contains("byte 14"), "{problem}");
        assert_eq!(Source::from_bytes(Lang::EN, "a", "\u{feff}a = 1".as_bytes()).unwrap().text, "a = 1");
    }

    #[test]
    fn what_is_wrong_comes_in_the_order_of_the_files() {
        let sources =
            [("a", "x\ny"), ("b", "z")].map(|(n, t)| Source { name: n.to_owned(), text: t.to_owned() });
        let mut found = Findings::new(Lang::EN, &sources);
        found.doubtful(Spot::default(), "not shown".to_owned());
        found.wrong(Spot { file: 1, byte: 0 }, "third".to_owned());
        found.wrong(Spot { file: 0, byte: 2 }, "second".to_owned());
        found.wrong(Spot { file: 0, byte: 1 }, "first".to_owned());
        let lines: Vec<String> = found.finish().unwrap_err().iter().map(ToString::to_string).collect();
        assert_eq!(lines, ["a:1:2: first", "a:2:1: second", "b:1:1: third"]);
    }
}
