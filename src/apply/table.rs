//! Reading TOML tables value by value, so that every mistake in a file is told at once and in the user's language.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
    value::Datetime,
};

use super::source::{Findings, Said, Source, Spot};
use crate::definition::message::with_hint;

/// A table of a file, with the keys that it may have.
pub struct Table<'a> {
    file: usize,
    pub spot: Spot,
    entries: &'a DeTable<'a>,
}

/// What a value should have been.
#[derive(Clone, Copy)]
enum Wanted {
    Text,
    Whole,
    Number,
    Truth,
    Moment,
    Texts,
    TextList,
    Wholes,
    Table,
    Tables,
}

/// Reads a file's text as TOML; an empty table where it is none.
pub fn parse<'a>(found: &mut Findings<'_>, file: usize, source: &'a Source) -> Option<Spanned<DeTable<'a>>> {
    let (tree, errors) = DeTable::parse_recoverable(&source.text);
    if errors.is_empty() {
        return Some(tree);
    }
    for error in errors {
        let spot = Spot { file, byte: error.span().map_or(0, |span| span.start) };
        found.wrong(spot, fl!(found.lang.messages(), "apply-not-toml", detail = error.message().to_owned()));
    }
    None
}

impl<'a> Table<'a> {
    /// A table; keys other than `known` are complained of.
    pub fn new(
        found: &mut Findings<'_>,
        file: usize,
        table: &'a DeTable<'a>,
        byte: usize,
        known: &[&str],
    ) -> Self {
        for key in table.keys() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let words = fl!(found.lang.messages(), "apply-unknown-key", key = name);
                let known: Vec<String> = known.iter().map(|&name| name.to_owned()).collect();
                let words = with_hint(found.lang, words, name, &known);
                found.wrong(Spot { file, byte: key.span().start }, words);
            }
        }
        Self { file, spot: Spot { file, byte }, entries: table }
    }

    fn get(&self, key: &str) -> Option<(&'a DeValue<'a>, Spot)> {
        let value = self.entries.get(key)?;
        Some((value.get_ref(), Spot { file: self.file, byte: value.span().start }))
    }

    /// The value under a key as `read` sees it; `None` where there is none, the default where it is of another type.
    fn read<T: Default>(
        &self,
        found: &mut Findings<'_>,
        key: &str,
        wanted: Wanted,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<Said<T>> {
        let (value, spot) = self.get(key)?;
        let value = read(value).unwrap_or_else(|| {
            wrong_type(found, spot, key, wanted);
            T::default()
        });
        Some(Said { value, spot })
    }

    /// The value that must be there.
    pub fn required<T: Default>(
        &self,
        found: &mut Findings<'_>,
        key: &str,
        value: Option<Said<T>>,
    ) -> Said<T> {
        value.unwrap_or_else(|| {
            found.wrong(self.spot, fl!(found.lang.messages(), "apply-missing-key", key = key));
            Said { value: T::default(), spot: self.spot }
        })
    }

    /// Text.
    pub fn text(&self, found: &mut Findings<'_>, key: &str) -> Option<Said<String>> {
        self.read(found, key, Wanted::Text, |value| value.as_str().map(str::to_owned))
    }

    /// A whole number.
    pub fn whole(&self, found: &mut Findings<'_>, key: &str) -> Option<Said<Option<i64>>> {
        self.read(found, key, Wanted::Whole, |value| {
            let number = value.as_integer()?;
            Some(Some(i64::from_str_radix(number.as_str(), number.radix()).ok()?))
        })
    }

    /// A number.
    pub fn number(&self, found: &mut Findings<'_>, key: &str) -> Option<Said<Option<f64>>> {
        self.read(found, key, Wanted::Number, |value| {
            let number = match value {
                DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok()? as f64,
                DeValue::Float(number) => number.as_str().parse().ok()?,
                _ => return None,
            };
            Some(Some(number))
        })
    }

    /// True or false; absent: false.
    pub fn truth(&self, found: &mut Findings<'_>, key: &str) -> Said<bool> {
        let said = self.read(found, key, Wanted::Truth, DeValue::as_bool);
        said.unwrap_or(Said { value: false, spot: self.spot })
    }

    /// A moment.
    pub fn moment(&self, found: &mut Findings<'_>, key: &str) -> Option<Said<Option<Datetime>>> {
        self.read(found, key, Wanted::Moment, |value| value.as_datetime().map(|moment| Some(*moment)))
    }

    /// A list of texts; none where there is no such key.
    pub fn text_list(&self, found: &mut Findings<'_>, key: &str) -> Vec<Said<String>> {
        let list = self.read(found, key, Wanted::TextList, |value| {
            value
                .as_array()?
                .iter()
                .map(|text| {
                    let spot = Spot { file: self.file, byte: text.span().start };
                    Some(Said { value: text.get_ref().as_str()?.to_owned(), spot })
                })
                .collect::<Option<Vec<_>>>()
        });
        list.map(|said| said.value).unwrap_or_default()
    }

    /// A text by language.
    pub fn texts(&self, found: &mut Findings<'_>, key: &str) -> Option<Said<BTreeMap<String, Said<String>>>> {
        self.read(found, key, Wanted::Texts, |value| {
            value
                .as_table()?
                .iter()
                .map(|(language, text)| {
                    let spot = Spot { file: self.file, byte: text.span().start };
                    let value = text.get_ref().as_str()?.to_owned();
                    Some((language.get_ref().to_string(), Said { value, spot }))
                })
                .collect()
        })
    }

    /// A whole number by code.
    pub fn wholes(&self, found: &mut Findings<'_>, key: &str) -> Option<Said<BTreeMap<String, Said<i64>>>> {
        self.read(found, key, Wanted::Wholes, |value| {
            value
                .as_table()?
                .iter()
                .map(|(code, number)| {
                    let spot = Spot { file: self.file, byte: number.span().start };
                    let number = number.get_ref().as_integer()?;
                    let value = i64::from_str_radix(number.as_str(), number.radix()).ok()?;
                    Some((code.get_ref().to_string(), Said { value, spot }))
                })
                .collect()
        })
    }

    /// A table (`[key]`) with the keys that it may have.
    pub fn table(&self, found: &mut Findings<'_>, key: &str, known: &[&str]) -> Option<Self> {
        let (value, spot) = self.get(key)?;
        let DeValue::Table(table) = value else {
            wrong_type(found, spot, key, Wanted::Table);
            return None;
        };
        Some(Table::new(found, self.file, table, spot.byte, known))
    }

    /// The tables of a list (`[[key]]`), each with the keys that it may have.
    pub fn tables(&self, found: &mut Findings<'_>, key: &str, known: &[&str]) -> Vec<Self> {
        let Some((value, spot)) = self.get(key) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            wrong_type(found, spot, key, Wanted::Tables);
            return Vec::new();
        };
        list.iter()
            .filter_map(|element| {
                let byte = element.span().start;
                if let DeValue::Table(table) = element.get_ref() {
                    return Some(Table::new(found, self.file, table, byte, known));
                }
                wrong_type(found, Spot { file: self.file, byte }, key, Wanted::Tables);
                None
            })
            .collect()
    }
}

fn wrong_type(found: &mut Findings<'_>, spot: Spot, key: &str, wanted: Wanted) {
    let m = found.lang.messages();
    let expected = match wanted {
        Wanted::Text => fl!(m, "apply-expected-text"),
        Wanted::Whole => fl!(m, "apply-expected-whole"),
        Wanted::Number => fl!(m, "apply-expected-number"),
        Wanted::Truth => fl!(m, "apply-expected-truth"),
        Wanted::Moment => fl!(m, "apply-expected-moment"),
        Wanted::Texts => fl!(m, "apply-expected-texts"),
        Wanted::TextList => fl!(m, "apply-expected-text-list"),
        Wanted::Wholes => fl!(m, "apply-expected-wholes"),
        Wanted::Table => fl!(m, "apply-expected-table", key = key),
        Wanted::Tables => fl!(m, "apply-expected-tables", key = key),
    };
    found.wrong(spot, fl!(m, "apply-wrong-type", key = key, expected = expected));
}
