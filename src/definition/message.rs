//! What is wrong with a definition, in words: what, and what would be right.

use i18n_embed_fl::fl;

use super::problem::{Expected, Limits, Problem, ProblemKind, Reference, Severity, nearest};
use crate::language::Lang;

/// Names listed where none is near to what was written.
const MOST_NAMES: usize = 12;

impl Problem {
    /// `file:line:column: words`, as editors read it.
    pub fn line(&self, lang: Lang) -> String {
        format!("{}: {}", self.at, self.words(lang))
    }

    /// The problem in words, without its place.
    pub fn words(&self, lang: Lang) -> String {
        let words = self.kind.words(lang);
        match self.severity {
            Severity::Error => words,
            Severity::Warning => fl!(lang.messages(), "definition-warning", words = words),
        }
    }
}

impl ProblemKind {
    fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::NotUtf8 => fl!(m, "definition-not-utf-8"),
            Self::NotToml(detail) => fl!(m, "definition-not-toml", detail = detail.as_str()),
            Self::UnknownKey { key, known } => {
                with_hint(lang, fl!(m, "definition-unknown-key", key = key.as_str()), key, known)
            }
            Self::MissingKey(key) => fl!(m, "definition-missing-key", key = key.as_str()),
            Self::WrongType(expected) => {
                fl!(m, "definition-wrong-type", expected = expected_words(expected, lang))
            }
            Self::Unreadable(detail) => fl!(m, "definition-unreadable", detail = detail.as_str()),
            Self::UnknownFormat(format) => fl!(m, "definition-unknown-format", format = format.to_string()),
            Self::IdIsNotFolder { id, folder } => {
                fl!(m, "definition-id-is-not-folder", id = id.as_str(), folder = folder.as_str())
            }
            Self::VersionIsNotFile { version, file } => {
                fl!(m, "definition-version-is-not-file", version = version.as_str(), file = file.as_str())
            }
            Self::BadVersion(version) => fl!(m, "definition-bad-version", version = version.as_str()),
            Self::BadId(id) => fl!(m, "definition-bad-id", id = id.as_str()),
            Self::ReservedId(id) => fl!(m, "definition-reserved-id", id = id.as_str()),
            Self::Duplicate { id, first } => {
                fl!(m, "definition-duplicate", id = id.as_str(), first = first.to_string())
            }
            Self::SameVariable { id, other, name } => fl!(
                m,
                "definition-same-variable",
                id = id.as_str(),
                other = other.as_str(),
                name = name.as_str()
            ),
            Self::UnknownReference { what, id, known } => {
                with_hint(lang, unknown(*what, id, lang), id, known)
            }
            Self::SameVersion { id, version, other } => fl!(
                m,
                "definition-same-version",
                id = id.as_str(),
                version = version.as_str(),
                other = other.as_str()
            ),
            Self::NoLanguage => fl!(m, "definition-no-language"),
            Self::BadLanguage(l) => fl!(m, "definition-bad-language", language = l.as_str()),
            Self::MissingTranslation(l) => fl!(m, "definition-missing-translation", language = l.as_str()),
            Self::EmptyText(l) => fl!(m, "definition-empty-text", language = l.as_str()),
            Self::UndeclaredLanguage(l) => fl!(m, "definition-undeclared-language", language = l.as_str()),
            Self::TooFewOptions(n) => fl!(m, "definition-too-few-options", count = n.to_string()),
            Self::TooManyOptions(n) => fl!(m, "definition-too-many-options", count = n.to_string()),
            Self::BadCode(code) => fl!(m, "definition-bad-code", code = code.as_str()),
            Self::NoOrderForFaces => fl!(m, "definition-no-order-for-faces"),
            Self::OutOfLimits(number, limits) => out_of_limits(*number, *limits, lang),
            Self::NoSatisfiedOption => fl!(m, "definition-no-satisfied-option"),
            Self::NoUnsatisfiedOption => fl!(m, "definition-no-unsatisfied-option"),
            Self::MissingScore(code) => fl!(m, "definition-missing-score", code = code.as_str()),
            Self::MissingCounts(code) => fl!(m, "definition-missing-counts", code = code.as_str()),
            Self::MinimumTooSmall(n) => fl!(m, "definition-minimum-too-small", count = n.to_string()),
            Self::DimensionWithoutCriterion(id) => {
                fl!(m, "definition-dimension-without-criterion", id = id.as_str())
            }
            Self::PartWithoutDimension(id) => fl!(m, "definition-part-without-dimension", id = id.as_str()),
            Self::DimensionWithoutPart(id) => fl!(m, "definition-dimension-without-part", id = id.as_str()),
            Self::NoForm => fl!(m, "definition-no-form"),
            Self::NoMinutes => fl!(m, "definition-no-minutes"),
            Self::EmptySection => fl!(m, "definition-empty-section"),
            Self::AskedTwice { id, form } => {
                fl!(m, "definition-asked-twice", id = id.as_str(), form = form.as_str())
            }
            Self::FormWithoutCriterion(form) => {
                fl!(m, "definition-form-without-criterion", form = form.as_str())
            }
            Self::FormAcceptsNothing(form) => fl!(m, "definition-form-accepts-nothing", form = form.as_str()),
            Self::WordingNotAsked { id, form } => {
                fl!(m, "definition-wording-not-asked", id = id.as_str(), form = form.as_str())
            }
            Self::NeverAsked(id) => fl!(m, "definition-never-asked", id = id.as_str()),
            Self::RuleOnLater { question, form } => {
                fl!(m, "definition-rule-on-later", question = question.as_str(), form = form.as_str())
            }
            Self::RuleOnNotAsked { question, form } => {
                fl!(m, "definition-rule-on-not-asked", question = question.as_str(), form = form.as_str())
            }
            Self::RuleOnModule { question, module, form } => fl!(
                m,
                "definition-rule-on-module",
                question = question.as_str(),
                module = module.as_str(),
                form = form.as_str()
            ),
            Self::ModuleWithoutRotation { module, form } => {
                fl!(m, "definition-module-without-rotation", module = module.as_str(), form = form.as_str())
            }
            Self::TooFewModules { form, modules } => {
                fl!(m, "definition-too-few-modules", form = form.as_str(), modules = modules.to_string())
            }
            Self::AskOutsideModules { ask, modules } => fl!(
                m,
                "definition-ask-outside-modules",
                ask = ask.to_string(),
                modules = modules.to_string(),
                most = modules.saturating_sub(1).to_string()
            ),
            Self::TooManyChoices { ask, modules, most } => fl!(
                m,
                "definition-too-many-choices",
                ask = ask.to_string(),
                modules = modules.to_string(),
                most = most.to_string()
            ),
            Self::ModuleWithoutCriterion { module, form } => {
                fl!(m, "definition-module-without-criterion", module = module.as_str(), form = form.as_str())
            }
            Self::DimensionAcrossModules { dimension, form } => fl!(
                m,
                "definition-dimension-across-modules",
                dimension = dimension.as_str(),
                form = form.as_str()
            ),
            Self::OneModuleAsked(form) => fl!(m, "definition-one-module-asked", form = form.as_str()),
            Self::RuleOnKind(question) => fl!(m, "definition-rule-on-kind", question = question.as_str()),
            Self::EmptyRule => fl!(m, "definition-empty-rule"),
            Self::RuleNeverFires(form) => fl!(m, "definition-rule-never-fires", form = form.as_str()),
            Self::RuleOnOpinion { id, question } => {
                fl!(m, "definition-rule-on-opinion", id = id.as_str(), question = question.as_str())
            }
            Self::ExtraForSome { id, question } => {
                fl!(m, "definition-extra-for-some", id = id.as_str(), question = question.as_str())
            }
            Self::RuleAlwaysFires(form) => fl!(m, "definition-rule-always-fires", form = form.as_str()),
            Self::MinAboveMax(min, max) => {
                fl!(m, "definition-min-above-max", min = min.to_string(), max = max.to_string())
            }
            Self::NoLength => fl!(m, "definition-no-length"),
            Self::ScaleAndOptions => fl!(m, "definition-scale-and-options"),
            Self::NoOptions => fl!(m, "definition-no-options"),
            Self::KeyNotForKind { key, kind } => {
                fl!(m, "definition-key-not-for-kind", key = (*key).to_owned(), kind = (*kind).to_owned())
            }
            Self::NothingToTranslate { id, version } => {
                fl!(m, "definition-no-such-version", id = id.as_str(), version = version.as_str())
            }
            Self::AlreadyDeclared(l) => fl!(m, "definition-already-declared", language = l.as_str()),
            Self::NotTranslated(key) => fl!(m, "definition-not-translated", key = key.as_str()),
            Self::PartlyTranslated(key) => fl!(m, "definition-partly-translated", key = key.as_str()),
            Self::UnknownPlaceholder { name, known } => {
                with_hint(lang, fl!(m, "definition-unknown-placeholder", name = name.as_str()), name, known)
            }
            Self::LostPlaceholder(name) => fl!(m, "definition-lost-placeholder", name = name.as_str()),
            Self::BadMap(value) => fl!(m, "definition-bad-map", value = value.as_str()),
        }
    }
}

fn expected_words(expected: &Expected, lang: Lang) -> String {
    let m = lang.messages();
    match expected {
        Expected::Text => fl!(m, "definition-expected-text"),
        Expected::Number => fl!(m, "definition-expected-number"),
        Expected::Whole(min, max) => {
            fl!(m, "definition-expected-whole", min = min.to_string(), max = max.to_string())
        }
        Expected::Truth => fl!(m, "definition-expected-truth"),
        Expected::List => fl!(m, "definition-expected-list"),
        Expected::Table => fl!(m, "definition-expected-table"),
        Expected::Texts => fl!(m, "definition-expected-texts"),
        Expected::Condition => fl!(m, "definition-expected-condition"),
        Expected::OneOf(words) => fl!(m, "definition-expected-one-of", words = words.join(", ")),
    }
}

fn unknown(what: Reference, id: &str, lang: Lang) -> String {
    let m = lang.messages();
    match what {
        Reference::Scale => fl!(m, "definition-unknown-scale", id = id),
        Reference::Dimension => fl!(m, "definition-unknown-dimension", id = id),
        Reference::Part => fl!(m, "definition-unknown-part", id = id),
        Reference::Plan => fl!(m, "definition-unknown-plan", id = id),
        Reference::Item => fl!(m, "definition-unknown-item", id = id),
        Reference::Option => fl!(m, "definition-unknown-option", id = id),
    }
}

fn out_of_limits(number: f64, limits: Limits, lang: Lang) -> String {
    let (m, number) = (lang.messages(), number.to_string());
    match limits {
        Limits::InsideUnit => fl!(m, "definition-limits-inside-unit", number = number),
        Limits::Unit => fl!(m, "definition-limits-unit", number = number),
        Limits::Positive => fl!(m, "definition-limits-positive", number = number),
        Limits::PositiveUnit => fl!(m, "definition-limits-positive-unit", number = number),
    }
}

/// Adds the name that was probably meant, else the names there are.
pub fn with_hint(lang: Lang, words: String, written: &str, known: &[String]) -> String {
    let m = lang.messages();
    let hint = match nearest(written, known) {
        Some(name) => fl!(m, "definition-hint-nearest", name = name),
        None if known.is_empty() => return words,
        None => {
            let mut names = known.iter().take(MOST_NAMES).cloned().collect::<Vec<_>>().join(", ");
            if known.len() > MOST_NAMES {
                names.push_str(", …");
            }
            fl!(m, "definition-hint-known", names = names)
        }
    };
    format!("{words} {hint}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::check::check_text;

    const SMALL: &str = include_str!("../../tests/definitions/small/1.2.toml");

    fn lines(from: &str, to: &str, lang: Lang) -> Vec<String> {
        check_text("small/1.2.toml", &SMALL.replace(from, to)).iter().map(|p| p.line(lang)).collect()
    }

    #[test]
    fn a_slip_is_named_with_its_place_and_what_was_meant() {
        assert_eq!(
            lines("part = \"policy\"", "part = \"polcy\"", Lang::EN)[1],
            "small/1.2.toml:32:8: There is no part “polcy”. Did you mean “policy”?"
        );
        assert_eq!(
            lines("weight = 2", "wieght = 2", Lang::VI),
            ["small/1.2.toml:51:1: Không có khóa “wieght” ở đây. Có phải ý là “weight”?"]
        );
        assert_eq!(
            lines("audience = \"citizens\"", "audience = 3", Lang::EN),
            ["small/1.2.toml:8:12: Wrong value; expected one of the words: citizens, officials."]
        );
        assert_eq!(
            lines("title = { vi = \"Phiếu thử\", en = \"Test form\" }", "title = \"a\"", Lang::EN),
            [
                "small/1.2.toml:7:9: Wrong value; expected a text for each language, such as { vi = \"…\", en = \"…\" \
                 }."
            ]
        );
    }

    #[test]
    fn a_warning_says_that_it_is_one() {
        assert_eq!(
            lines("\"visits\", \"comment\"]", "\"comment\"]", Lang::VI).pop().as_deref(),
            Some("small/1.2.toml:98:1: Lưu ý: Không mẫu phiếu nào hỏi “visits”.")
        );
    }
}
