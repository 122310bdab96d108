//! Remarks in words.

use i18n_embed_fl::fl;

use super::{Level, Remark, Why, rule::Fault};
use crate::language::Lang;

/// Names listed before the rest is only counted.
const MOST_NAMES: usize = 12;

impl Level {
    /// The level in a word.
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Lost => fl!(m, "xlsform-level-lost"),
            Self::Changed => fl!(m, "xlsform-level-changed"),
            Self::Chosen => fl!(m, "xlsform-level-chosen"),
        }
    }
}

impl Remark {
    /// `survey!D12 (relevant): level: “what”: why`, as far as there is each.
    pub fn line(&self, lang: Lang) -> String {
        let mut line = String::new();
        if let Some(place) = &self.place {
            line = format!("{place}: ");
        }
        line.push_str(&self.level.words(lang));
        line.push_str(": ");
        if !self.what.is_empty() {
            line.push_str(&format!("“{}” – ", self.what));
        }
        line.push_str(&self.why.words(lang));
        line
    }
}

impl Why {
    /// The reason in words.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Type => fl!(m, "xlsform-type"),
            Self::Metadata => fl!(m, "xlsform-metadata"),
            Self::Repeat => fl!(m, "xlsform-repeat"),
            Self::InRepeat => fl!(m, "xlsform-in-repeat"),
            Self::Calculation => fl!(m, "xlsform-calculation"),
            Self::Rule(fault) => fl!(m, "xlsform-rule", fault = fault.words(lang)),
            Self::Constraint => fl!(m, "xlsform-constraint"),
            Self::RequiredSometimes => fl!(m, "xlsform-required-sometimes"),
            Self::Presentation => fl!(m, "xlsform-presentation"),
            Self::Message => fl!(m, "xlsform-message"),
            Self::Media => fl!(m, "xlsform-media"),
            Self::ChoiceFilter => fl!(m, "xlsform-choice-filter"),
            Self::Preset => fl!(m, "xlsform-preset"),
            Self::ReadOnly => fl!(m, "xlsform-read-only"),
            Self::UnknownColumn(cells) => fl!(m, "xlsform-unknown-column", cells = cells.to_string()),
            Self::UnknownSheet => fl!(m, "xlsform-unknown-sheet"),
            Self::Setting => fl!(m, "xlsform-setting"),
            Self::UnusedList => fl!(m, "xlsform-unused-list"),
            Self::MissingList => fl!(m, "xlsform-missing-list"),
            Self::RepeatedOption => fl!(m, "xlsform-repeated-option"),
            Self::UnknownLanguage => fl!(m, "xlsform-unknown-language"),
            Self::NoteWithRule => fl!(m, "xlsform-note-with-rule"),
            Self::NothingBelow => fl!(m, "xlsform-nothing-below"),
            Self::OuterHeading => fl!(m, "xlsform-outer-heading"),
            Self::Disabled => fl!(m, "xlsform-disabled"),
            Self::NoName => fl!(m, "xlsform-no-name"),
            Self::Unbalanced => fl!(m, "xlsform-unbalanced"),
            Self::Reference => fl!(m, "xlsform-reference"),
            Self::SecondHint => fl!(m, "xlsform-second-hint"),
            Self::WholeNumbers => fl!(m, "xlsform-whole-numbers"),
            Self::Markup => fl!(m, "xlsform-markup"),
            Self::Formula => fl!(m, "xlsform-formula"),
            Self::Renamed(id) => fl!(m, "xlsform-renamed", id = id.as_str()),
            Self::Recoded(code) => fl!(m, "xlsform-recoded", code = code.as_str()),
            Self::Untranslated(code) => fl!(m, "xlsform-untranslated", language = code.as_str()),
            Self::NoWords => fl!(m, "xlsform-no-words"),
            Self::OrOther(id) => fl!(m, "xlsform-or-other", id = id.as_str()),
            Self::OnOpinion => fl!(m, "xlsform-on-opinion"),
            Self::Scale(satisfied) => fl!(m, "xlsform-scale", options = names(satisfied)),
            Self::Dimension(count) => fl!(m, "xlsform-dimension", n = count.to_string()),
            Self::Beside => fl!(m, "xlsform-beside"),
            Self::RequiredFirst => fl!(m, "xlsform-required-first"),
            Self::Introduction => fl!(m, "xlsform-introduction"),
            Self::Title => fl!(m, "xlsform-title"),
            Self::Minutes(minutes) => fl!(m, "xlsform-minutes", minutes = minutes.to_string()),
            Self::Target(target) => {
                fl!(m, "xlsform-target", target = format!("{:.0} %", target * 100.0))
            }
            Self::Language(code) => fl!(m, "xlsform-language", language = code.as_str()),
            Self::Named(id, version) => fl!(m, "xlsform-named", id = id.as_str(), version = version.as_str()),
            Self::NoSurvey => fl!(m, "xlsform-no-survey"),
            Self::NoScale(lists) => fl!(m, "xlsform-no-scale", lists = names(lists)),
            Self::NoSuch(known) => fl!(m, "xlsform-no-such", known = names(known)),
            Self::NoSuchOption(known) => fl!(m, "xlsform-no-such-option", known = names(known)),
            Self::OtherForms(forms) => fl!(m, "xlsform-other-forms", forms = names(forms)),
            Self::Rotation => fl!(m, "xlsform-rotation"),
            Self::Mode => fl!(m, "xlsform-mode"),
            Self::Faces => fl!(m, "xlsform-faces"),
            Self::Placeholder(name) => fl!(m, "xlsform-placeholder", name = name.as_str()),
            Self::PlaceholderInOption => fl!(m, "xlsform-placeholder-in-option"),
            Self::LooksLikeReference => fl!(m, "xlsform-looks-like-reference"),
        }
    }
}

impl Fault {
    /// What of a rule cannot be carried over, in words.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Unsupported(words) => fl!(m, "xlsform-rule-unsupported", words = words.as_str()),
            Self::Malformed => fl!(m, "xlsform-rule-malformed"),
            Self::UnknownQuestion(name) => fl!(m, "xlsform-rule-unknown-question", name = name.as_str()),
            Self::NotChoice(name) => fl!(m, "xlsform-rule-not-choice", name = name.as_str()),
            Self::UnknownOption { question, value } => {
                fl!(m, "xlsform-rule-unknown-option", name = question.as_str(), value = value.as_str())
            }
        }
    }
}

fn names(names: &[String]) -> String {
    let mut listed = names.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > MOST_NAMES {
        listed.push_str(", …");
    }
    listed
}
