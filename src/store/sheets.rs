//! The answer sheets of a campaign as columns, for the index: segments where there are some, rows for the rest.

use std::collections::BTreeMap;

use crate::{
    definition::model::Kind,
    index::input::{Sheets, UnitSheets},
    questionnaire::Questionnaire,
};

use super::{AsConn, StoreError, on, places, segments};

/// Reads all sheets of a campaign.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] for a row that does not fit the questionnaire.
pub async fn load(
    db: &mut impl AsConn,
    campaign: i64,
    questionnaire: &Questionnaire,
) -> Result<Sheets, StoreError> {
    let units: BTreeMap<i64, (String, Option<String>)> = places::of_campaign(db, campaign)
        .await?
        .into_iter()
        .map(|place| (place.number, (place.unit, place.rater_group)))
        .collect();
    // The running generation is read first: a row belongs to one generation for ever, so that none is counted twice
    // when a generation closes meanwhile.
    let running: i64 = on!(db, |c| sqlx::query_scalar("SELECT generation FROM campaign WHERE number = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?;
    let mut stored = segments::stored(db, campaign, questionnaire.width).await?;
    let mut sheets = Sheets::default();
    for generation in 1..=running {
        let blocks = match stored.remove(&generation) {
            Some(blocks) => blocks,
            None => segments::from_rows(db, campaign, generation, questionnaire.width).await?,
        };
        for (place, block) in blocks {
            let (unit, group) = units.get(&place).ok_or(StoreError::Corrupt("place of an answer sheet"))?;
            let held = match group {
                None => sheets.units.entry(unit.clone()).or_default(),
                Some(group) => sheets.judged.entry((unit.clone(), group.clone())).or_default(),
            };
            append(held, &block, questionnaire);
        }
    }
    Ok(sheets)
}

fn append(unit: &mut UnitSheets, block: &segments::Block, questionnaire: &Questionnaire) {
    unit.count += block.sheets;
    unit.days = match unit.days {
        Some((first, last)) => Some((first.min(block.days.0), last.max(block.days.1))),
        None => Some(block.days),
    };
    for (channel, n) in (0..).zip(block.channels).filter(|(_, n)| *n > 0) {
        *unit.channels.entry(channel).or_default() += u64::from(n);
    }
    for (language, n) in &block.languages {
        *unit.languages.entry(language.clone()).or_default() += u64::from(*n);
    }
    unit.modes.extend_from_slice(&block.modes);
    unit.columns.resize_with(questionnaire.questions.len(), Vec::new);
    for (column, question) in unit.columns.iter_mut().zip(&questionnaire.questions) {
        if question.kind == Kind::Single
            && let Some(bytes) = block.columns.get(question.offset)
        {
            column.extend_from_slice(bytes);
        }
    }
}
