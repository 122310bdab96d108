//! Wording: which languages a form is in, and its texts in all of them.

use super::super::{
    Level, PLACEHOLDERS, Place, Remark, Why, Workbook,
    workbook::{Row, Table, language_code},
};
use super::{Options, own::Own};
use crate::definition::model::Text;

/// Keys whose cells are in languages.
const IN_LANGUAGES: [&str; 3] = ["label", "hint", "sipas::name"];

/// The languages of a form, and the reading of its texts.
#[derive(Debug, Clone)]
pub struct Words {
    /// Codes, the first one being that of columns without a language.
    pub languages: Vec<String>,
    /// The code of columns without a language.
    plain: String,
    /// Whether the form was written by us, so that its placeholders are ours.
    own: bool,
}

impl Words {
    pub fn read(workbook: &Workbook, own: &Own, options: &Options, remarks: &mut Vec<Remark>) -> Self {
        let mut named: Vec<String> = Vec::new();
        let mut has_plain = false;
        for name in ["survey", "choices"] {
            let Some(table) = Table::find(workbook, name) else { continue };
            for (column, heading) in IN_LANGUAGES.iter().flat_map(|key| table.columns(key)) {
                match heading.language.as_deref().map(language_code) {
                    Some(Some(code)) if !named.contains(&code) => named.push(code),
                    Some(Some(_)) => {}
                    Some(None) => {
                        let why = Why::UnknownLanguage;
                        remarks.push(Remark::new(
                            Level::Lost,
                            Some(table.place(table.head(), column)),
                            &heading.raw,
                            why,
                        ));
                    }
                    None => has_plain |= heading.key == "label",
                }
            }
        }
        let settings = Table::find(workbook, "settings");
        let row = settings.as_ref().and_then(|table| table.rows().next());
        let default = row.map(|row| row.get("default_language").to_owned()).unwrap_or_default();
        let default = options.language.clone().or_else(|| language_code(&default));
        let said = default.is_some();
        let vi = || "vi".to_owned();
        let first = default.unwrap_or_else(|| {
            if has_plain || named.contains(&vi()) { vi() } else { named.first().cloned().unwrap_or_else(vi) }
        });
        if has_plain && !said {
            remarks.push(Remark::new(Level::Chosen, None, "label", Why::Language(first.clone())));
        }
        let mut languages = own.values("definition", "", "language");
        languages.retain(|code| named.contains(code) || *code == first);
        for code in std::iter::once(&first).chain(&named) {
            // A first language that no column is in has no words.
            if !languages.contains(code) && (has_plain || named.contains(code)) {
                languages.push(code.clone());
            }
        }
        if languages.is_empty() {
            languages.push(first.clone());
        }
        Self { plain: first, own: !own.is_empty(), languages }
    }

    /// The code of the language that a heading names.
    fn code(&self, language: Option<&str>) -> Option<String> {
        language.map_or_else(|| Some(self.plain.clone()), language_code)
    }

    /// The texts of a key in a row, in every language; `None` where there are no words at all.
    pub fn of(&self, row: &Row<'_>, key: &str, remarks: &mut Vec<Remark>) -> Option<Text> {
        let mut text = Text::new();
        let mut first = None;
        for (column, language, words) in row.cells_of(key) {
            let Some(code) = self.code(language) else { continue };
            first.get_or_insert(column);
            let words = self.clean(words, row.at(column), remarks);
            // A column with its language goes before one without.
            if language.is_some() || !text.contains_key(&code) {
                text.insert(code, words);
            }
        }
        let column = first?;
        self.complete(&mut text, &row.at(column), remarks);
        Some(text)
    }

    /// The same words in every language.
    pub fn everywhere(&self, words: &str) -> Text {
        self.languages.iter().map(|code| (code.clone(), words.to_owned())).collect()
    }

    /// Fills in what is not translated with the words of the first language that is.
    pub fn complete(&self, text: &mut Text, place: &Place, remarks: &mut Vec<Remark>) {
        text.retain(|code, words| self.languages.contains(code) && !words.trim().is_empty());
        let Some(words) = self.languages.iter().find_map(|code| text.get(code)).cloned() else { return };
        for code in
            self.languages.iter().filter(|code| !text.contains_key(*code)).cloned().collect::<Vec<_>>()
        {
            let why = Why::Untranslated(code.clone());
            remarks.push(Remark::new(Level::Changed, Some(place.clone()), &words, why));
            text.insert(code, words.clone());
        }
    }

    /// Words as our pages can show them.
    pub fn clean(&self, words: &str, place: Place, remarks: &mut Vec<Remark>) -> String {
        let mut words = words.replace("\r\n", "\n");
        if self.own {
            for (placeholder, name) in PLACEHOLDERS {
                words = words.replace(&format!("${{{name}}}"), placeholder);
            }
            return words;
        }
        let before = words.clone();
        while let Some((start, end)) =
            words.find("${").and_then(|at| Some((at, at + words.get(at..)?.find('}')? + 1)))
        {
            words.replace_range(start..end, "…");
        }
        if words != before {
            remarks.push(Remark::new(Level::Changed, Some(place.clone()), &before, Why::Reference));
        }
        let unmarked = unmarked(&words);
        if unmarked != words {
            remarks.push(Remark::new(Level::Changed, Some(place), &words, Why::Markup));
        }
        // What would be filled in with the unit's name was not meant so.
        PLACEHOLDERS.iter().fold(unmarked, |words, (placeholder, _)| {
            words.replace(placeholder, placeholder.trim_matches(['{', '}']))
        })
    }
}

/// The words without tags of HTML and marks of Markdown.
fn unmarked(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let inside = from.get(1..).unwrap_or_default();
        let is_tag = inside.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match inside.find('>').filter(|_| is_tag) {
            Some(end) => rest = inside.get(end + 1..).unwrap_or_default(),
            None => {
                out.push('<');
                rest = inside;
            }
        }
    }
    out.push_str(rest);
    for mark in ["**", "__"] {
        if out.matches(mark).count() >= 2 {
            out = out.replace(mark, "");
        }
    }
    let lines = out.lines().map(|line| {
        let bare = line.trim_start_matches('#');
        if bare.len() < line.len() && bare.starts_with(' ') { bare.trim_start() } else { line }
    });
    let lines: Vec<&str> = lines.collect();
    lines.join("\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::unmarked;

    #[test]
    fn markup_goes_and_words_stay() {
        for (words, wanted) in [
            ("**Phần 1**: <span style=\"color:red\">bắt buộc</span>", "Phần 1: bắt buộc"),
            ("## Tiếp cận\nGhế", "Tiếp cận\nGhế"),
            ("dưới 5 < 10 và a_b", "dưới 5 < 10 và a_b"),
            ("x<br/>y", "xy"),
        ] {
            assert_eq!(unmarked(words), wanted);
        }
    }
}
