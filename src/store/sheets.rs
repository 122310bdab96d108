//! The answer sheets of a campaign as columns, for the index: segments where there are some, rows for the rest.

use std::collections::BTreeMap;

use crate::{
    definition::model::Kind,
    index::{
        input::{CounterName, Sheets, UnitSheets},
        steps::{Counted, Rule},
    },
    questionnaire::Questionnaire,
};

use super::{AsConn, StoreError, on, places, segments};

/// Reads the sheets of a campaign that count: as `counted` says.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] for a row that does not fit the questionnaire.
pub async fn load(
    db: &mut impl AsConn,
    campaign: i64,
    questionnaire: &Questionnaire,
    counted: &Counted,
) -> Result<Sheets, StoreError> {
    let mut sheets = Sheets::default();
    let mut units: BTreeMap<i64, (String, Option<String>)> = BTreeMap::new();
    for place in places::of_campaign(db, campaign).await? {
        if let Some((code, name)) = place.counter.zip(place.name) {
            sheets.counters.insert(place.number, CounterName { code, name });
        }
        units.insert(place.number, (place.unit, place.rater_group));
    }
    // The running generation is read first: a row belongs to one generation for ever, so that none is counted twice
    // when a generation closes meanwhile.
    let running: i64 = on!(db, |c| sqlx::query_scalar("SELECT generation FROM campaign WHERE number = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?;
    for generation in 1..=running {
        // One after the other: beside the columns, memory holds one segment and not all.
        let blocks = match segments::stored(db, campaign, generation, questionnaire.width).await? {
            Some(blocks) => blocks,
            None => segments::from_rows(db, campaign, generation, questionnaire.width).await?,
        };
        for (place, block) in blocks {
            let rule = counted.rule(place);
            if !block.days.iter().any(|day| rule.counts(*day)) {
                continue;
            }
            let (unit, group) = units.get(&place).ok_or(StoreError::Corrupt("place of an answer sheet"))?;
            let held = match group {
                None => sheets.units.entry(unit.clone()).or_default(),
                Some(group) => sheets.judged.entry((unit.clone(), group.clone())).or_default(),
            };
            append(held, place, &block, questionnaire, &rule);
        }
    }
    Ok(sheets)
}

fn append(
    unit: &mut UnitSheets,
    place: i64,
    block: &segments::Block,
    questionnaire: &Questionnaire,
    rule: &Rule,
) {
    let counted: Vec<bool> = block.days.iter().map(|day| rule.counts(*day)).collect();
    let all = counted.iter().all(|counts| *counts);
    let days = || block.days.iter().zip(&counted).filter(|(_, counts)| **counts).map(|(day, _)| *day);
    unit.columns.resize_with(questionnaire.questions.len(), Vec::new);
    let Some((first, last)) = days().min().zip(days().max()) else { return };
    let count = days().count();
    unit.count += count;
    match unit.counters.last_mut() {
        Some((last, n)) if *last == place => *n += count,
        _ => unit.counters.push((place, count)),
    }
    unit.days = match unit.days {
        Some((before, after)) => Some((before.min(first), after.max(last))),
        None => Some((first, last)),
    };
    let take = |into: &mut Vec<u8>, bytes: &[u8]| {
        if all {
            into.extend_from_slice(bytes);
        } else {
            into.extend(bytes.iter().zip(&counted).filter(|(_, counts)| **counts).map(|(byte, _)| *byte));
        }
    };
    let before = unit.sources.len();
    take(&mut unit.sources, &block.channels);
    for (channel, n) in histogram(&unit.sources[before..]) {
        *unit.channels.entry(channel).or_default() += n;
    }
    let mut bytes = Vec::new();
    take(&mut bytes, &block.languages);
    for (at, n) in histogram(&bytes) {
        if let Some(code) = block.codes.get(usize::from(at)) {
            *unit.languages.entry(code.clone()).or_default() += n;
        }
    }
    take(&mut unit.modes, &block.modes);
    for (column, question) in unit.columns.iter_mut().zip(&questionnaire.questions) {
        if question.kind == Kind::Single
            && let Some(bytes) = block.columns.get(question.offset)
        {
            take(column, bytes);
        }
    }
}

/// How often each byte occurs; those that do not are left out.
fn histogram(bytes: &[u8]) -> impl Iterator<Item = (u8, u64)> {
    let mut counts = [0_u64; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    (0..=u8::MAX).zip(counts).filter(|(_, n)| *n > 0)
}
