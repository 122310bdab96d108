//! Answer sheets as rows: the truth.

use std::{
    collections::{BTreeMap, HashSet},
    sync::LazyLock,
};

use sqlx::AssertSqlSafe;

use crate::{
    organisation::{Channel, Mode},
    secret::{Id, Key},
};

use super::{AsConn, StoreError, Writer, on, watching};

/// One answer sheet on its way into the database.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// Keyed hash of the idempotency key.
    pub id: Id,
    /// Number of the campaign.
    pub campaign: i64,
    /// The revision that the questionnaire and the place were read at; a sheet from before a change is sent back to be
    /// read again, so that answers are never kept under another questionnaire than the one they were packed by.
    pub revision: i64,
    /// Number of the place.
    pub place: i64,
    /// Number of the pinned definition.
    pub definition: i64,
    /// The way it came in.
    pub channel: Channel,
    /// Who filled it in; not kept of answers by personal link.
    pub mode: Mode,
    /// Language code of the questionnaire.
    pub language: String,
    /// Packed answers.
    pub answers: Vec<u8>,
    /// Free texts with the id of their question; stored apart, without a key to the sheet.
    pub texts: Vec<(String, String)>,
    /// Code of the unit, for the texts.
    pub unit: String,
}

/// A sheet with what the store adds.
#[derive(Debug)]
pub struct Row<'a> {
    /// The sheet.
    pub sheet: &'a Sheet,
    /// Its generation.
    pub generation: i64,
    /// Its day, in days since 1970 in the province's time zone.
    pub day: i32,
}

/// Rows a statement: powers of two, so that few statements stay prepared.
const CHUNKS: [usize; 7] = [64, 32, 16, 8, 4, 2, 1];

static INSERTS: LazyLock<[String; CHUNKS.len()]> = LazyLock::new(|| CHUNKS.map(insert_statement));

fn insert_statement(rows: usize) -> String {
    let values: Vec<String> = (0..rows)
        .map(|row| {
            let parameters: Vec<String> = (1..=10).map(|column| format!("${}", row * 10 + column)).collect();
            format!("({})", parameters.join(", "))
        })
        .collect();
    format!(
        "INSERT INTO response (id, campaign, generation, place, definition, channel, language, day, answers, mode)
         VALUES {} ON CONFLICT (id) DO NOTHING RETURNING id",
        values.join(", ")
    )
}

/// Adds sheets that are not there yet, and counts them; gives the ids of those that are new. The ids given must differ.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn insert(db: &mut Writer, all: &[Row<'_>]) -> Result<HashSet<Id>, StoreError> {
    let mut rows = all;
    let mut new = HashSet::with_capacity(rows.len());
    for (size, sql) in CHUNKS.into_iter().zip(INSERTS.iter()) {
        while let Some((chunk, rest)) = rows.split_at_checked(size) {
            rows = rest;
            let ids: Vec<Vec<u8>> = on!(db, |c| {
                let mut query = sqlx::query_scalar(AssertSqlSafe(sql.as_str()));
                for Row { sheet, generation, day } in chunk {
                    query = query
                        .bind(sheet.id.as_slice())
                        .bind(sheet.campaign)
                        .bind(generation)
                        .bind(sheet.place)
                        .bind(sheet.definition)
                        .bind(i64::from(sheet.channel.byte()))
                        .bind(sheet.language.as_str())
                        .bind(i64::from(*day))
                        .bind(sheet.answers.as_slice())
                        .bind(i64::from(sheet.mode.byte()));
                }
                query.fetch_all(c).await
            })?;
            new.extend(ids.into_iter().filter_map(|id| Id::try_from(id).ok()));
        }
    }
    let mut counted = BTreeMap::new();
    for Row { sheet, day, .. } in all.iter().filter(|row| new.contains(&row.sheet.id)) {
        *counted.entry((sheet.campaign, *day, sheet.place, sheet.channel)).or_default() += 1;
    }
    watching::count_answers(db, &counted).await?;
    Ok(new)
}

static KNOWN: LazyLock<[String; CHUNKS.len()]> = LazyLock::new(|| {
    CHUNKS.map(|ids| {
        let parameters: Vec<String> = (1..=ids).map(|n| format!("${n}")).collect();
        format!("SELECT id FROM response WHERE id IN ({})", parameters.join(", "))
    })
});

/// Which of these sheets are there already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn known(db: &mut impl AsConn, all: &[Id]) -> Result<HashSet<Id>, StoreError> {
    let mut rest = all;
    let mut known = HashSet::new();
    for (size, sql) in CHUNKS.into_iter().zip(KNOWN.iter()) {
        while let Some((chunk, left)) = rest.split_at_checked(size) {
            rest = left;
            let ids: Vec<Vec<u8>> = on!(db, |c| {
                let mut query = sqlx::query_scalar(AssertSqlSafe(sql.as_str()));
                for id in chunk {
                    query = query.bind(id.as_slice());
                }
                query.fetch_all(c).await
            })?;
            known.extend(ids.into_iter().filter_map(|id| Id::try_from(id).ok()));
        }
    }
    Ok(known)
}

/// How many sheets of a generation there are.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count(db: &mut impl AsConn, campaign: i64, generation: i64) -> Result<u64, StoreError> {
    let n: i64 = on!(db, |c| sqlx::query_scalar(
        "SELECT COUNT(*) FROM response WHERE campaign = $1 AND generation = $2"
    )
    .bind(campaign)
    .bind(generation)
    .fetch_one(c)
    .await)?;
    Ok(n.unsigned_abs())
}

/// How many sheets each unit of a campaign has. What waits in the urn is sealed; a used link counts for the unit of the
/// invited person.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn by_unit(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(String, u64)>, StoreError> {
    let rows: Vec<(String, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT unit, CAST(SUM(n) AS BIGINT) FROM (
           SELECT p.unit, COUNT(*) AS n FROM response r JOIN place p ON p.number = r.place
           WHERE r.campaign = $1 GROUP BY p.unit
           UNION ALL SELECT i.unit, COUNT(*) AS n FROM invitation i JOIN campaign k ON k.number = i.campaign
           WHERE i.campaign = $1 AND i.used AND NOT k.settled GROUP BY i.unit) s
         GROUP BY unit ORDER BY unit"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    Ok(rows.into_iter().map(|(unit, n)| (unit, n.unsigned_abs())).collect())
}

/// How many sheets each place of a campaign has, by the place's number; without those in the urn, which have none yet.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn by_place(db: &mut impl AsConn, campaign: i64) -> Result<Vec<(i64, u64)>, StoreError> {
    let rows: Vec<(i64, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT place, COUNT(*) FROM response WHERE campaign = $1 GROUP BY place ORDER BY place"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    Ok(rows.into_iter().map(|(place, n)| (place, n.unsigned_abs())).collect())
}

/// How many sheets of a campaign are stored.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn stored(db: &mut impl AsConn, campaign: i64) -> Result<u64, StoreError> {
    let n: i64 = on!(db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM response WHERE campaign = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?;
    Ok(n.unsigned_abs())
}

/// Whether a campaign has any answer, or had some that were deleted since.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn any(db: &mut impl AsConn, campaign: i64) -> Result<bool, StoreError> {
    let found: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT campaign FROM (SELECT campaign FROM response WHERE campaign = $1
         UNION ALL SELECT campaign FROM urn WHERE campaign = $1
         UNION ALL SELECT campaign FROM erased_answers WHERE campaign = $1) s LIMIT 1"
    )
    .bind(campaign)
    .fetch_optional(c)
    .await)?;
    Ok(found.is_some())
}

/// The id under which an answer sheet with this idempotency key is stored.
pub fn sheet_id(key: &Key, campaign: i64, submission: &str) -> Id {
    key.id("sheet", &[&campaign.to_be_bytes(), submission.to_ascii_lowercase().as_bytes()])
}

/// Whether a sheet with this id is stored.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn exists(db: &mut impl AsConn, id: &Id) -> Result<bool, StoreError> {
    let found: Option<i64> = on!(db, |c| sqlx::query_scalar("SELECT campaign FROM response WHERE id = $1")
        .bind(id.as_slice())
        .fetch_optional(c)
        .await)?;
    Ok(found.is_some())
}
