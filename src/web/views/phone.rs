//! The words that `respond.js` says, in the page's language: they stand in `data-words` of the form.

use i18n_embed_fl::fl;
use serde_json::json;

use crate::language::Lang;

/// What the device keeps of answers that are not sent yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// Nothing beyond the page.
    Nothing,
    /// All for an hour: at a counter, where nobody is named.
    Hour,
    /// In this window; longer only if the reader asks for it: by personal link.
    Asked,
}

/// The words as JSON; `#` stands for a number.
pub fn words(lang: Lang, keeps: Keeps) -> String {
    let m = lang.messages();
    let kept = keeps == Keeps::Hour;
    let lost = if kept { fl!(m, "respond-lost") } else { fl!(m, "respond-lost-page") };
    let offline = if kept { fl!(m, "respond-offline") } else { fl!(m, "respond-offline-page") };
    let mut words = json!({
        "again": fl!(m, "respond-try-again"),
        "back": fl!(m, "respond-back"),
        "busy": fl!(m, "respond-busy-retry"),
        "empty": fl!(m, "respond-fault-empty"),
        "error": fl!(m, "respond-error-title"),
        "errors": fl!(m, "respond-missing"),
        "kept": fl!(m, "respond-missing-what"),
        "left": fl!(m, "respond-left", left = "#"),
        "lost": lost,
        "missing": fl!(m, "respond-fault-missing"),
        "next": fl!(m, "respond-next"),
        "offline": offline,
        "part": fl!(m, "respond-part", part = "#", parts = "#"),
        "progress": fl!(m, "respond-progress", done = "#", all = "#"),
        "sending": fl!(m, "respond-sending"),
    });
    if keeps != Keeps::Nothing {
        words["fresh"] = if kept { fl!(m, "respond-fresh") } else { fl!(m, "sitting-fresh") }.into();
        words["restored"] = fl!(m, "respond-restored").into();
    }
    words.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_answers_are_kept_the_words_promise_it() {
        assert!(words(Lang::VI, Keeps::Hour).contains("một giờ"));
        assert!(words(Lang::EN, Keeps::Hour).contains("for an hour"));
        for keeps in [Keeps::Asked, Keeps::Nothing] {
            assert!(!words(Lang::VI, keeps).contains("một giờ"));
            assert!(!words(Lang::EN, keeps).contains("for an hour"));
        }
    }

    #[test]
    fn numbers_are_left_open_in_the_order_in_which_the_script_fills_them() {
        for lang in Lang::ALL {
            let words: serde_json::Value = serde_json::from_str(&words(lang, Keeps::Hour)).unwrap();
            for (name, places) in [("progress", 2), ("part", 2), ("left", 1), ("lost", 0)] {
                let text = words[name].as_str().unwrap();
                assert_eq!(text.matches('#').count(), places, "{name}");
            }
        }
    }
}
