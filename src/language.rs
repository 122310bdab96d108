//! The languages of the interface: Vietnamese first, English second, as message catalogues in `i18n/`, and for
//! respondents' pages those that a province adds by files ([`catalogue`]).
//!
//! The wording of questionnaires is data of their definitions; what is here is everything else that a person reads.

pub mod catalogue;
pub mod vietnamese;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    sync::{LazyLock, OnceLock},
};

use i18n_embed::{
    I18nAssets, LanguageLoader,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use rust_embed::RustEmbed;

use catalogue::Catalogue;

#[derive(RustEmbed)]
#[folder = "i18n"]
struct Catalogues;

/// A language of the interface: `vi`, `en`, or for respondents one that was added at start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lang(&'static str);

/// The languages added at start, once for the whole process.
static ADDED: OnceLock<BTreeMap<Lang, Added>> = OnceLock::new();

struct Added {
    messages: FluentLanguageLoader,
    right_to_left: bool,
}

impl Lang {
    /// Vietnamese, the fallback.
    pub const VI: Self = Self("vi");
    /// English.
    pub const EN: Self = Self("en");
    /// The languages that staff pages and commands speak, the fallback first.
    pub const ALL: [Self; 2] = [Self::VI, Self::EN];

    /// The language of staff pages and commands with this code (`en`, `en-GB`, `en_US.UTF-8`), if there is one.
    pub fn find(code: &str) -> Option<Self> {
        let code = primary(code);
        Self::ALL.into_iter().find(|lang| code.eq_ignore_ascii_case(lang.0))
    }

    /// The language of respondents' pages with this code, those added by files too.
    pub fn find_for_respondents(code: &str) -> Option<Self> {
        let code = primary(code);
        Self::for_respondents().find(|lang| code.eq_ignore_ascii_case(lang.0))
    }

    /// The languages of respondents' pages: the program's own, then those added, by code.
    pub fn for_respondents() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().chain(ADDED.get().into_iter().flat_map(BTreeMap::keys).copied())
    }

    /// Adds languages to respondents' pages. They are kept until the process ends; only the first call counts.
    pub fn add(catalogues: Vec<Catalogue>) {
        ADDED.get_or_init(|| {
            let added = |catalogue: Catalogue| {
                let code: &'static str = catalogue.code.clone().leak();
                let messages = loader(code, &Beside(&catalogue))?;
                Some((Self(code), Added { messages, right_to_left: catalogue.right_to_left }))
            };
            catalogues.into_iter().filter_map(added).collect()
        });
    }

    fn added(self) -> Option<&'static Added> {
        ADDED.get()?.get(&self)
    }

    /// The code, as in `<html lang>`.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// `rtl` for a language that is written from right to left, as in `<html dir>`.
    pub fn direction(self) -> Option<&'static str> {
        self.added().filter(|added| added.right_to_left).map(|_| "rtl")
    }

    /// The catalogue: `fl!(lang.messages(), "message-id", argument = value)`. A message that an added language lacks
    /// is Vietnamese.
    pub fn messages(self) -> &'static FluentLanguageLoader {
        static LOADERS: LazyLock<BTreeMap<Lang, FluentLanguageLoader>> =
            LazyLock::new(|| Lang::ALL.into_iter().map(|lang| (lang, load(lang))).collect());
        match self.added() {
            Some(added) => &added.messages,
            None => LOADERS.get(&self).unwrap_or_else(|| &LOADERS[&Self::VI]),
        }
    }

    /// The words of a text in this language, or in the text's first one.
    pub fn pick(self, text: &BTreeMap<String, String>) -> &str {
        text.get(self.0)
            .or_else(|| text.get("vi"))
            .or_else(|| text.values().next())
            .map_or("", String::as_str)
    }
}

/// The first part of a language tag or locale.
fn primary(code: &str) -> &str {
    code.trim().split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default()
}

/// The text of a built-in catalogue.
fn built_in(lang: Lang) -> String {
    let file = Catalogues::get(&format!("{}/{}", lang.0, catalogue::FILE));
    file.map_or_else(String::new, |file| String::from_utf8_lossy(&file.data).into_owned())
}

#[expect(clippy::expect_used, reason = "the catalogues are compiled in; a test loads them")]
fn load(lang: Lang) -> FluentLanguageLoader {
    loader(lang.0, &Catalogues).expect("an embedded message catalogue")
}

/// The messages of a language; those that it lacks in Vietnamese.
fn loader(code: &str, files: &dyn I18nAssets) -> Option<FluentLanguageLoader> {
    let loader = fluent_language_loader!();
    loader.load_languages(files, &[code.parse().ok()?]).ok()?;
    loader.set_use_isolating(false);
    Some(loader)
}

/// An added catalogue beside the built-in ones.
struct Beside<'a>(&'a Catalogue);

impl I18nAssets for Beside<'_> {
    fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
        if path == format!("{}/{}", self.0.code, catalogue::FILE) {
            return vec![Cow::Borrowed(self.0.text.as_bytes())];
        }
        I18nAssets::get_files(&Catalogues, path)
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        I18nAssets::filenames_iter(&Catalogues)
    }
}

#[cfg(test)]
mod tests {
    use i18n_embed_fl::fl;

    use super::*;

    #[test]
    fn a_language_is_found_by_tag_and_by_locale() {
        for code in ["en", "en-GB", "en_US.UTF-8", " EN "] {
            assert_eq!(Lang::find(code), Some(Lang::EN), "{code}");
        }
        for code in ["", "eng", "e", "fr", "env", "C.UTF-8"] {
            assert_eq!(Lang::find(code), None, "{code}");
        }
    }

    #[test]
    fn what_an_added_language_lacks_is_vietnamese_message_by_message() {
        let text = "respond-language-name = [Ƥšéûđô]\nrespond-progress = [{ $done }·{ $all }]\n";
        let (catalogue, _) = catalogue::read("qps", "qps/sipas.ftl", text.as_bytes());
        let messages = loader("qps", &Beside(&catalogue.unwrap())).unwrap();
        assert_eq!(fl!(messages, "respond-progress", done = "3", all = "12"), "[3·12]");
        assert_eq!(fl!(messages, "respond-send"), "Gửi phiếu");
        assert_eq!(
            fl!(messages, "respond-fault-range", low = 1, high = 20),
            fl!(Lang::VI.messages(), "respond-fault-range", low = 1, high = 20)
        );
    }
}
