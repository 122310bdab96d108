//! The languages of the interface: Vietnamese first, English second, as message catalogues in `i18n/`.
//!
//! The wording of questionnaires is data of their definitions; what is here is everything else that a person reads.

use std::{collections::BTreeMap, sync::LazyLock};

use i18n_embed::{
    LanguageLoader,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "i18n"]
struct Catalogues;

/// A language of the interface: `vi` or `en`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(&'static str);

impl Lang {
    /// Vietnamese, the fallback.
    pub const VI: Self = Self("vi");
    /// English.
    pub const EN: Self = Self("en");
    /// All languages, the fallback first.
    pub const ALL: [Self; 2] = [Self::VI, Self::EN];

    /// The language with this code (`en`, `en-GB`, `en_US.UTF-8`), if there is a catalogue for it.
    pub fn find(code: &str) -> Option<Self> {
        let code = code.trim();
        Self::ALL.into_iter().find(|lang| {
            code.get(..2).is_some_and(|start| start.eq_ignore_ascii_case(lang.0))
                && !code.as_bytes().get(2).is_some_and(u8::is_ascii_alphanumeric)
        })
    }

    /// The code, as in `<html lang>`.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// The catalogue: `fl!(lang.messages(), "message-id", argument = value)`.
    pub fn messages(self) -> &'static FluentLanguageLoader {
        static LOADERS: LazyLock<BTreeMap<Lang, FluentLanguageLoader>> =
            LazyLock::new(|| Lang::ALL.into_iter().map(|lang| (lang, load(lang))).collect());
        &LOADERS[&self]
    }

    /// The words of a text in this language, or in the text's first one.
    pub fn pick(self, text: &BTreeMap<String, String>) -> &str {
        text.get(self.0)
            .or_else(|| text.get("vi"))
            .or_else(|| text.values().next())
            .map_or("", String::as_str)
    }
}

#[expect(clippy::expect_used, reason = "the catalogues are compiled in; a test loads them")]
fn load(lang: Lang) -> FluentLanguageLoader {
    let loader = fluent_language_loader!();
    let id = lang.0.parse().expect("a language code");
    loader.load_languages(&Catalogues, &[id]).expect("an embedded message catalogue");
    loader.set_use_isolating(false);
    loader
}
