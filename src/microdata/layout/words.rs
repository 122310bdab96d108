//! Labels of codes, names of strata, and notes.

use i18n_embed_fl::fl;

use crate::{
    index::design::Item,
    language::Lang,
    organisation::{Channel, Mode},
    questionnaire::{Question, Questionnaire},
};

use super::{
    super::codebook::{Code, Missing, StratumEntry},
    Layout, Source,
    coded::option_codes,
};

/// A code and what it means.
pub(super) const fn code(value: i32, label: String) -> Code {
    Code { value, label, source: None, missing: false, worth: None }
}

/// The options of a single choice.
pub(super) fn options(question: &Question, item: Option<&Item>, lang: Lang) -> Vec<Code> {
    let codes = option_codes(question).into_iter().zip(&question.options).enumerate();
    let option = codes.map(|(position, (value, option))| Code {
        value,
        label: lang.pick(&option.label).to_owned(),
        source: Some(option.code.clone()),
        missing: option.missing,
        worth: item.and_then(|item| item.values.get(position + 1).copied().flatten()),
    });
    option.collect()
}

/// The codes for no answer.
pub(super) fn missing_codes(lang: Lang, missing: Missing) -> [Code; 3] {
    let m = lang.messages();
    let none = |value, label| Code { missing: true, ..code(value, label) };
    [
        none(missing.blank(), fl!(m, "microdata-blank")),
        none(missing.not_asked(), fl!(m, "microdata-not-asked")),
        none(missing.not_drawn(), fl!(m, "microdata-not-drawn")),
    ]
}

/// The code for what is withheld.
pub(super) fn withheld(lang: Lang, missing: Missing) -> Code {
    Code { missing: true, ..code(missing.withheld(), fl!(lang.messages(), "microdata-withheld")) }
}

/// Codes for no answer that a question can have.
pub(super) fn possible(questionnaire: &Questionnaire, question: &Question, lang: Lang) -> Vec<Code> {
    let [blank, not_asked, not_drawn] = missing_codes(lang, Missing::PLAIN);
    // Of forms that are asked side by side, each leaves out what is the others'.
    let ruled = question.asked_if.is_some() || questionnaire.rotation.is_none();
    let rotates = question.module.is_some() && questionnaire.rotation.is_some();
    [(blank, true), (not_asked, ruled), (not_drawn, rotates)]
        .into_iter()
        .filter_map(|(code, possible)| possible.then_some(code))
        .collect()
}

pub(super) fn channel_name(lang: Lang, channel: Channel) -> String {
    let m = lang.messages();
    match channel {
        Channel::Open => fl!(m, "microdata-channel-open"),
        Channel::Code => fl!(m, "microdata-channel-code"),
        Channel::Link => fl!(m, "microdata-channel-link"),
        Channel::Kiosk => fl!(m, "microdata-channel-kiosk"),
        Channel::Paper => fl!(m, "microdata-channel-paper"),
        Channel::Import => fl!(m, "microdata-channel-import"),
    }
}

pub(super) fn mode_name(lang: Lang, mode: Mode) -> String {
    let m = lang.messages();
    match mode {
        Mode::Unknown => fl!(m, "microdata-blank"),
        Mode::Own => fl!(m, "microdata-mode-own"),
        Mode::Helped => fl!(m, "microdata-mode-helped"),
        Mode::Proxy => fl!(m, "microdata-mode-proxy"),
    }
}

impl Layout {
    /// Names the strata.
    pub(super) fn name_strata(&mut self, source: &Source<'_>) {
        let name =
            |code: &String| source.units.get(code).map_or_else(|| code.clone(), |unit| unit.name.clone());
        let group = |code: &String| source.groups.get(code).unwrap_or(code).clone();
        let entries = (1..).zip(&self.traits.strata).map(|(number, stratum)| {
            let names: Vec<String> = stratum.units.iter().map(name).collect();
            let groups: Vec<String> = stratum.groups.iter().map(group).collect();
            let mut told = names.join("; ");
            if !groups.is_empty() {
                told = format!("{told} – {}", groups.join("; "));
            }
            StratumEntry {
                number,
                units: stratum.units.join("+"),
                groups: stratum.groups.join("+"),
                name: told,
                rows: stratum.answers,
                population: stratum.population,
                joined: stratum.units.len() > 1,
            }
        });
        self.codebook.strata = entries.collect();
    }

    /// Says what was done to the answers.
    pub(super) fn say(&mut self, lang: Lang, left_out: u64) {
        let m = lang.messages();
        let book = &mut self.codebook;
        let mut notes = vec![fl!(m, "microdata-note-k", k = book.k)];
        let joined = book.strata.iter().filter(|stratum| stratum.joined).count();
        if joined > 0 {
            notes.push(fl!(m, "microdata-note-joined", strata = joined, k = book.k));
        }
        for variable in book.variables.iter().filter(|variable| variable.withheld > 0) {
            let (name, rows) = (variable.name.as_str(), variable.withheld.to_string());
            notes.push(fl!(m, "microdata-note-withheld", variable = name, rows = rows));
        }
        notes.push(if book.exact {
            fl!(m, "microdata-note-exact")
        } else {
            fl!(m, "microdata-note-not-exact")
        });
        if left_out > 0 {
            notes.push(fl!(m, "microdata-note-set-aside", rows = left_out.to_string()));
        }
        if !book.weighted {
            notes.push(fl!(m, "microdata-note-unweighted"));
        }
        notes.push(fl!(m, "microdata-note-left-out"));
        if book.demonstration {
            notes.push(fl!(m, "microdata-note-demonstration"));
        }
        book.notes = notes;
    }
}
