//! Parts that several pages share.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{definition::model::Text, language::Lang};

/// What the placeholders of a questionnaire's wording stand for.
#[derive(Debug, Clone, Copy)]
pub struct Places<'a> {
    /// `{unit}`.
    pub unit: &'a str,
    /// `{counter}`; where there is none, the unit.
    pub counter: Option<&'a str>,
    /// `{year}`.
    pub year: i16,
}

impl Places<'_> {
    /// The wording with its placeholders filled in. What is filled in is not read again; an unknown placeholder
    /// stays as it is.
    pub fn fill(&self, wording: &str) -> String {
        let mut filled = String::with_capacity(wording.len() + 32);
        let mut rest = wording;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            filled.push_str(before);
            let year;
            let known = [("{unit}", self.unit), ("{counter}", self.counter.unwrap_or(self.unit)), {
                year = self.year.to_string();
                ("{year}", year.as_str())
            }];
            if let Some((name, value)) = known.into_iter().find(|(name, _)| from.starts_with(name)) {
                filled.push_str(value);
                rest = from.get(name.len()..).unwrap_or_default();
            } else {
                filled.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
        filled.push_str(rest);
        filled
    }
}

/// A text of the definition, filled in; where it is not given in the reader's language, marked with its own.
pub fn wording(text: &Text, lang: Lang, places: &Places<'_>) -> Markup {
    let words = places.fill(lang.pick(text));
    html! {
        @if let Some(other) = other_language(text, lang) { span lang=(other) { (words) } } @else { (words) }
    }
}

/// A longer text of the definition: a paragraph for each block between empty lines.
pub fn paragraphs(text: &Text, lang: Lang, places: &Places<'_>) -> Markup {
    let words = places.fill(lang.pick(text)).replace("\r\n", "\n");
    let other = other_language(text, lang);
    html! {
        @for block in words.split("\n\n").map(str::trim).filter(|block| !block.is_empty()) {
            p lang=[other] { (block) }
        }
    }
}

/// The language a text is shown in, if it is not the reader's.
fn other_language(text: &Text, lang: Lang) -> Option<&str> {
    if text.contains_key(lang.code()) {
        return None;
    }
    text.get_key_value("vi").or_else(|| text.iter().next()).map(|(code, _)| code.as_str())
}

/// Links to the same page in other languages, each named in its own.
pub fn language_links(lang: Lang, links: &[(Lang, &str)]) -> Markup {
    html! {
        @if links.iter().any(|(other, _)| *other != lang) {
            nav aria-label=(fl!(lang.messages(), "respond-languages")) {
                @for (other, href) in links.iter().filter(|(other, _)| *other != lang) {
                    a href=(href) lang=(other.code()) hreflang=(other.code()) {
                        (fl!(other.messages(), "respond-language-name"))
                    }
                }
            }
        }
    }
}

/// The sentence that unmasks a forged code: nobody asks for passwords or money here.
pub fn never_asked(lang: Lang) -> Markup {
    html! { p.safe { (fl!(lang.messages(), "respond-never-asked")) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_once() {
        let places = Places { unit: "Xã {year} & <b>", counter: None, year: 2026 };
        assert_eq!(
            places.fill("{unit}, {counter}; {year} {other} {"),
            "Xã {year} & <b>, Xã {year} & <b>; 2026 {other} {"
        );
    }

    #[test]
    fn a_text_missing_in_the_readers_language_says_which_it_is_in() {
        let text = Text::from([("vi".to_owned(), "Hài lòng".to_owned())]);
        let places = Places { unit: "", counter: None, year: 2026 };
        assert_eq!(wording(&text, Lang::EN, &places).into_string(), r#"<span lang="vi">Hài lòng</span>"#);
        assert_eq!(wording(&text, Lang::VI, &places).into_string(), "Hài lòng");
        assert_eq!(paragraphs(&text, Lang::EN, &places).into_string(), r#"<p lang="vi">Hài lòng</p>"#);
    }
}
