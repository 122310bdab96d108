//! `[campaign.notice]`: what people are told before they answer.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use super::{
    plan::{CampaignAsked, lines},
    source::{Findings, Said},
    table::Table,
    value,
};
use crate::{
    language::Lang,
    organisation::{Notice, notice},
};

const KEYS: [&str; 8] = [
    "responsible",
    "purpose",
    "legal_ground",
    "address",
    "email",
    "phone",
    "keep_answers_months",
    "keep_list_days",
];

/// Longest sentence, in characters.
pub const SENTENCE: usize = 600;
/// Longest time that answers are kept, in months.
pub const MONTHS: u32 = 120;
/// Longest time that a list of invited persons is kept, in days.
pub const DAYS: u32 = 1_000;

/// Reads the table, if there is one.
pub fn read(found: &mut Findings<'_>, campaign: &Table<'_>) -> Option<Said<Notice>> {
    let table = campaign.table(found, "notice", &KEYS)?;
    let value = Notice {
        responsible: texts(found, &table, "responsible", value::NAME, &[]),
        purpose: texts(found, &table, "purpose", SENTENCE, &notice::PLACEHOLDERS),
        legal_ground: texts(found, &table, "legal_ground", SENTENCE, &[]),
        address: line(found, &table, "address", value::NAME),
        email: email(found, &table),
        phone: table.text(found, "phone").map(|said| value::phone(found, said).value),
        keep_answers_months: within(found, &table, "keep_answers_months", MONTHS),
        keep_list_days: within(found, &table, "keep_list_days", DAYS),
    };
    Some(Said { value, spot: table.spot })
}

fn texts(
    found: &mut Findings<'_>,
    table: &Table<'_>,
    key: &str,
    most: usize,
    allowed: &[&str],
) -> BTreeMap<String, String> {
    let Some(said) = table.texts(found, key) else { return BTreeMap::new() };
    for text in said.value.values() {
        if let Some(words) = stray(found.lang, &text.value, allowed) {
            found.wrong(text.spot, words);
        }
    }
    lines(found, said, most)
}

/// What is wrong with something in braces, if nothing is filled in for it.
pub fn stray(lang: Lang, text: &str, allowed: &[&str]) -> Option<String> {
    let (m, found) = (lang.messages(), notice::stray(text, allowed)?);
    Some(if allowed.is_empty() {
        fl!(m, "apply-no-placeholders", found = found)
    } else {
        fl!(
            m,
            "apply-bad-placeholder",
            found = found,
            unit = "{unit}",
            counter = "{counter}",
            year = "{year}"
        )
    })
}

fn email(found: &mut Findings<'_>, table: &Table<'_>) -> Option<String> {
    let said = table.text(found, "email")?;
    if notice::lacks_dot(&said.value) {
        let words = fl!(found.lang.messages(), "apply-email-dot", email = said.value.as_str());
        found.wrong(said.spot, words);
    }
    Some(value::email(found, said).value)
}

fn line(found: &mut Findings<'_>, table: &Table<'_>, key: &str, most: usize) -> Option<String> {
    table.text(found, key).map(|said| value::line(found, said, most).value)
}

fn within(found: &mut Findings<'_>, table: &Table<'_>, key: &str, most: u32) -> Option<u32> {
    let said = table.whole(found, key)?;
    let number = said.value?;
    let value = u32::try_from(number).ok().filter(|value| (1..=most).contains(value));
    if value.is_none() {
        let (number, most) = (number.to_string(), most.to_string());
        found
            .wrong(said.spot, fl!(found.lang.messages(), "apply-out-of-range", number = number, most = most));
    }
    value
}

/// Names what the start of a real survey leaves unsaid.
pub fn check(found: &mut Findings<'_>, asked: &CampaignAsked) {
    if asked.demonstration.value {
        return;
    }
    let none = Notice::default();
    let notice = asked.notice.as_ref().map_or(&none, |said| &said.value);
    let missing = notice.missing(!asked.invitations.is_empty());
    if !missing.is_empty() {
        let spot = asked.notice.as_ref().map_or(asked.slug.spot, |said| said.spot);
        let (slug, keys) = (asked.slug.value.as_str(), missing.join(", "));
        found.doubtful(spot, fl!(found.lang.messages(), "apply-notice-missing", slug = slug, keys = keys));
    }
}
