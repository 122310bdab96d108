//! Paper sheets: which numbers were printed for which place, what was keyed, and the way of a sheet's answers into the
//! responses, once.
//!
//! A number belongs to one sheet of one campaign. Its answers are stored in the transaction that marks it as counted
//! and deletes what was keyed, so that it counts once however often and by whomever it is keyed in, and no number leads
//! to answers afterwards other than by the paper itself.

use std::collections::BTreeMap;

use crate::{clock, secret::Id};

use super::{
    AsConn, StoreError, Writer,
    campaigns::{self, Gate, Hold},
    comments,
    erasure::answers,
    inbox::Refused,
    on,
    responses::{self, Row, Sheet},
};

/// Sheets printed together, for one place.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Batch {
    /// First number.
    pub first: i64,
    /// Last number.
    pub last: i64,
    /// Number of the place.
    pub place: i64,
    /// Language code of the form.
    pub language: String,
}

/// What was keyed of a sheet, by question.
pub type Typed = BTreeMap<String, String>;

/// What somebody keyed of a sheet that does not count yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The account.
    pub account: String,
    /// What was keyed.
    pub typed: Typed,
}

/// Where a sheet is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nobody has keyed it.
    Fresh,
    /// Keyed once; a second person is wanted.
    Once(Entry),
    /// Keyed twice, differently.
    Differs(Entry, Entry),
    /// Its answers count.
    Counted,
}

/// The sheets of a campaign, by where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Sheets printed.
    pub printed: u64,
    /// Sheets whose answers count.
    pub counted: u64,
    /// Numbers keyed once.
    pub once: Vec<i64>,
    /// Numbers keyed twice, differently.
    pub differing: Vec<i64>,
}

/// All batches of a campaign, the last one first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn batches(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Batch>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT first, last, place, language FROM paper_batch WHERE campaign = $1 ORDER BY first DESC"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?)
}

/// The batch that a number was printed in.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn batch_of(db: &mut impl AsConn, campaign: i64, number: i64) -> Result<Option<Batch>, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_as(
        "SELECT first, last, place, language FROM paper_batch WHERE campaign = $1 AND first <= $2 AND last >= $2"
    )
    .bind(campaign)
    .bind(number)
    .fetch_optional(c)
    .await
    })?)
}

/// Gives the next `count` numbers of a campaign to a place.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn print(
    db: &mut Writer,
    campaign: i64,
    place: i64,
    language: &str,
    count: u32,
) -> Result<Batch, StoreError> {
    campaigns::hold(db, campaign, Hold::Alone).await?;
    // Numbers that came in by a file count, too: they may be of forms printed elsewhere.
    let last: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT MAX(number) FROM (SELECT last AS number FROM paper_batch WHERE campaign = $1
         UNION ALL SELECT number FROM paper_sheet WHERE campaign = $1) s"
    )
    .bind(campaign)
    .fetch_one(c)
    .await)?;
    let first = last.unwrap_or(0) + 1;
    let batch = Batch { first, last: first + i64::from(count) - 1, place, language: language.to_owned() };
    on!(db, |c| sqlx::query(
        "INSERT INTO paper_batch (campaign, first, last, place, language) VALUES ($1, $2, $3, $4, $5)"
    )
    .bind(campaign)
    .bind(batch.first)
    .bind(batch.last)
    .bind(place)
    .bind(language)
    .execute(c)
    .await
    .map(drop))?;
    Ok(batch)
}

/// Whether every sheet of a campaign is keyed by two people.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn twice(db: &mut impl AsConn, campaign: i64) -> Result<bool, StoreError> {
    let twice: Option<bool> =
        on!(db, |c| sqlx::query_scalar("SELECT paper_twice FROM campaign WHERE number = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    Ok(twice.unwrap_or(false))
}

/// Sets whether every sheet is keyed by two people; false, and nothing changed, while sheets wait for a second one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn set_twice(db: &mut Writer, campaign: i64, twice: bool) -> Result<bool, StoreError> {
    campaigns::hold(db, campaign, Hold::Alone).await?;
    if !twice {
        let waiting: Option<i64> =
            on!(db, |c| sqlx::query_scalar("SELECT number FROM paper_entry WHERE campaign = $1 LIMIT 1")
                .bind(campaign)
                .fetch_optional(c)
                .await)?;
        if waiting.is_some() {
            return Ok(false);
        }
    }
    on!(db, |c| sqlx::query("UPDATE campaign SET paper_twice = $2 WHERE number = $1")
        .bind(campaign)
        .bind(twice)
        .execute(c)
        .await
        .map(drop))?;
    Ok(true)
}

/// The sheets of a campaign that were printed for these places.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn tally(
    db: &mut impl AsConn,
    campaign: i64,
    is_seen: impl Fn(i64) -> bool,
) -> Result<Tally, StoreError> {
    let mut printed = batches(db, campaign).await?;
    printed.retain(|batch| is_seen(batch.place));
    let counted: Vec<(i64, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT place, COUNT(*) FROM paper_sheet WHERE campaign = $1 GROUP BY place"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    let waiting: Vec<(i64, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT number, COUNT(*) FROM paper_entry WHERE campaign = $1 GROUP BY number ORDER BY number"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    let here = |number: i64| printed.iter().any(|batch| (batch.first..=batch.last).contains(&number));
    let of = |n: i64| {
        let keyed = waiting.iter().filter(move |(number, entries)| *entries == n && here(*number));
        keyed.map(|(number, _)| *number)
    };
    let counted = counted.iter().filter(|(place, _)| is_seen(*place));
    Ok(Tally {
        printed: printed.iter().map(|batch| (batch.last - batch.first + 1).unsigned_abs()).sum(),
        counted: counted.map(|(_, n)| n.unsigned_abs()).sum(),
        once: of(1).collect(),
        differing: of(2).collect(),
    })
}

/// Where a sheet is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn state(db: &mut impl AsConn, campaign: i64, number: i64) -> Result<State, StoreError> {
    let counted: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM paper_sheet WHERE campaign = $1 AND number = $2"
    )
    .bind(campaign)
    .bind(number)
    .fetch_optional(c)
    .await)?;
    if counted.is_some() {
        return Ok(State::Counted);
    }
    let rows: Vec<(String, String)> = on!(db, |c| sqlx::query_as(
        "SELECT account, typed FROM paper_entry WHERE campaign = $1 AND number = $2 ORDER BY pass"
    )
    .bind(campaign)
    .bind(number)
    .fetch_all(c)
    .await)?;
    let mut entries = rows
        .into_iter()
        .map(|(account, typed)| {
            let typed = serde_json::from_str(&typed).map_err(|_| StoreError::Corrupt("paper entry"))?;
            Ok(Entry { account, typed })
        })
        .collect::<Result<Vec<Entry>, StoreError>>()?
        .into_iter();
    Ok(match (entries.next(), entries.next()) {
        (None, _) => State::Fresh,
        (Some(first), None) => State::Once(first),
        (Some(first), Some(second)) => State::Differs(first, second),
    })
}

/// Keeps what one person keyed, until the sheet counts. `pass` is 1 or 2; what the same pass held is replaced.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn keep(
    db: &mut Writer,
    campaign: i64,
    number: i64,
    pass: i64,
    entry: &Entry,
) -> Result<(), StoreError> {
    let typed = serde_json::to_string(&entry.typed).map_err(|_| StoreError::Corrupt("paper entry"))?;
    on!(db, |c| {
        sqlx::query(
        "INSERT INTO paper_entry (campaign, number, pass, account, typed) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (campaign, number, pass) DO UPDATE SET account = excluded.account, typed = excluded.typed"
    )
    .bind(campaign)
    .bind(number)
    .bind(pass)
    .bind(&entry.account)
    .bind(&typed)
    .execute(c)
    .await
    .map(drop)
    })?;
    Ok(())
}

/// Holds a campaign for keying, so that two people who send the same number wait for each other; its gate, if it takes
/// answers from paper at `now` and is still the one that the sheet was read for.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn open(
    db: &mut Writer,
    now: i64,
    campaign: i64,
    revision: i64,
) -> Result<Result<Gate, Refused>, StoreError> {
    let Some(gate) = campaigns::hold(db, campaign, Hold::Alone).await? else {
        return Ok(Err(Refused::NotOpen));
    };
    if campaigns::revision(db).await? != revision {
        return Ok(Err(Refused::Stale));
    }
    let takes = gate.takes_paper(now) && answers::of(db, campaign).await?.is_none();
    Ok(if takes { Ok(gate) } else { Err(Refused::NotOpen) })
}

/// Stores the answers of a sheet, marks its number as counted and deletes what was keyed. False if it counted before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn count(
    db: &mut Writer,
    now: i64,
    gate: &Gate,
    number: i64,
    sheet: &Sheet,
) -> Result<bool, StoreError> {
    let new = put(db, now, gate, &[sheet]).await?.contains(&sheet.id);
    mark(db, sheet.campaign, number, sheet.place).await?;
    Ok(new)
}

/// Marks a number as counted, and deletes what was keyed of it.
async fn mark(db: &mut Writer, campaign: i64, number: i64, place: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO paper_sheet (campaign, number, place) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING"
    )
    .bind(campaign)
    .bind(number)
    .bind(place)
    .execute(c)
    .await
    .map(drop))?;
    // What was keyed of it has served.
    on!(db, |c| sqlx::query("DELETE FROM paper_entry WHERE campaign = $1 AND number = $2")
        .bind(campaign)
        .bind(number)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Stores sheets and their texts; gives the ids of those that were not there. The ids given must differ.
async fn put(
    db: &mut Writer,
    now: i64,
    gate: &Gate,
    sheets: &[&Sheet],
) -> Result<std::collections::HashSet<Id>, StoreError> {
    // What is keyed in after closing was answered before.
    let day = clock::day(now).min(clock::day(gate.closes - 1));
    let mut rows: Vec<Row<'_>> =
        sheets.iter().map(|sheet| Row { sheet, generation: gate.generation, day }).collect();
    rows.sort_unstable_by_key(|row| row.sheet.id);
    let new = responses::insert(db, &rows).await?;
    for row in rows.iter().filter(|row| new.contains(&row.sheet.id)) {
        comments::put(db, row.sheet.campaign, &row.sheet.unit, &row.sheet.texts).await?;
    }
    Ok(new)
}

/// Stores sheets from a file, each with its number if it is a paper sheet. Gives how many were new. The ids must differ.
///
/// # Errors
/// [`StoreError`]; nothing was stored then.
pub async fn import(
    db: &mut Writer,
    now: i64,
    gate: &Gate,
    sheets: &[(Option<i64>, Sheet)],
) -> Result<u64, StoreError> {
    let all: Vec<&Sheet> = sheets.iter().map(|(_, sheet)| sheet).collect();
    let new = put(db, now, gate, &all).await?;
    for (number, sheet) in sheets {
        if let Some(number) = number {
            mark(db, sheet.campaign, *number, sheet.place).await?;
        }
    }
    Ok(new.len() as u64)
}

/// The next number after this one, printed for one of these places and not counted, that nobody has keyed yet.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn next_fresh(
    db: &mut impl AsConn,
    campaign: i64,
    after: i64,
    is_seen: impl Fn(i64) -> bool,
) -> Result<Option<i64>, StoreError> {
    // Sheets are keyed pile by pile: what follows is nearly always free.
    for number in (after + 1..).take(50) {
        match batch_of(db, campaign, number).await? {
            None => return Ok(None),
            Some(batch) if !is_seen(batch.place) => continue,
            Some(_) => {}
        }
        if matches!(state(db, campaign, number).await?, State::Fresh) {
            return Ok(Some(number));
        }
    }
    Ok(None)
}
