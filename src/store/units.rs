//! Units: reading them with their past, writing changes, what uses them, and what was changed lately.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::{
    clock,
    organisation::{Dated, History, Past, Unit, UnitChange, UnitTree},
};

use super::{AsConn, StoreError, Writer, on};

/// All units as a tree, as they were last written.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] if the rows are no tree.
pub async fn tree(db: &mut impl AsConn) -> Result<UnitTree, StoreError> {
    history(db).await?.latest().map_err(|_| StoreError::Corrupt("tree of units"))
}

/// All units with their past.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn history(db: &mut impl AsConn) -> Result<History, StoreError> {
    #[derive(sqlx_macros::FromRow)]
    struct Row {
        code: String,
        name: String,
        kind: String,
        parent: Option<String>,
        valid_from: Option<i64>,
        valid_to: Option<i64>,
        successor: Option<String>,
    }
    let rows: Vec<Row> = on!(db, |c| sqlx::query_as(
        "SELECT code, name, kind, parent, valid_from, valid_to, successor FROM unit"
    )
    .fetch_all(c)
    .await)?;
    let past: Vec<(String, i64, String, String, Option<String>)> = on!(db, |c| sqlx::query_as(
        "SELECT unit, until, name, kind, parent FROM unit_past ORDER BY unit, until"
    )
    .fetch_all(c)
    .await)?;
    let mut by_unit: BTreeMap<String, Vec<Past>> = BTreeMap::new();
    for (unit, until, name, kind, parent) in past {
        by_unit.entry(unit).or_default().push(Past { until: date(until)?, name, kind, parent });
    }
    rows.into_iter()
        .map(|row| {
            Ok(Dated {
                past: by_unit.remove(&row.code).unwrap_or_default(),
                unit: Unit {
                    valid_from: row.valid_from.map(date).transpose()?,
                    valid_to: row.valid_to.map(date).transpose()?,
                    code: row.code,
                    name: row.name,
                    kind: row.kind,
                    parent: row.parent,
                    successor: row.successor,
                },
            })
        })
        .collect()
}

fn date(days: i64) -> Result<Date, StoreError> {
    i32::try_from(days).ok().and_then(clock::date).ok_or(StoreError::Corrupt("day of a unit"))
}

fn days(date: Date) -> i64 {
    i64::from(clock::days(date))
}

/// Adds or changes a unit, its past with it. Its parent must be there already.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(db: &mut Writer, dated: &Dated) -> Result<(), StoreError> {
    let unit = &dated.unit;
    on!(db, |c| {
        sqlx::query(
            "INSERT INTO unit (code, name, kind, parent, valid_from, valid_to, successor)
             VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (code) DO UPDATE
             SET name = excluded.name, kind = excluded.kind, parent = excluded.parent,
                 valid_from = excluded.valid_from, valid_to = excluded.valid_to, successor = excluded.successor",
        )
        .bind(&unit.code)
        .bind(&unit.name)
        .bind(&unit.kind)
        .bind(&unit.parent)
        .bind(unit.valid_from.map(days))
        .bind(unit.valid_to.map(days))
        .bind(&unit.successor)
        .execute(c)
        .await
        .map(drop)
    })?;
    on!(db, |c| sqlx::query("DELETE FROM unit_past WHERE unit = $1")
        .bind(&unit.code)
        .execute(c)
        .await
        .map(drop))?;
    for past in &dated.past {
        on!(db, |c| sqlx::query(
            "INSERT INTO unit_past (unit, until, name, kind, parent) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(&unit.code)
        .bind(days(past.until))
        .bind(&past.name)
        .bind(&past.kind)
        .bind(&past.parent)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// Takes a unit away; false if something belongs to it: then nothing is done.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove(db: &mut Writer, code: &str) -> Result<bool, StoreError> {
    let gone = on!(db, |c| sqlx::query(
        "DELETE FROM unit WHERE code = $1
         AND NOT EXISTS (SELECT 1 FROM unit u WHERE u.parent = $1 OR u.successor = $1)
         AND NOT EXISTS (SELECT 1 FROM unit_past u WHERE u.parent = $1)
         AND NOT EXISTS (SELECT 1 FROM place p WHERE p.unit = $1)
         AND NOT EXISTS (SELECT 1 FROM stratum s WHERE s.unit = $1)
         AND NOT EXISTS (SELECT 1 FROM margin s WHERE s.unit = $1)
         AND NOT EXISTS (SELECT 1 FROM invitation i WHERE i.unit = $1)
         AND NOT EXISTS (SELECT 1 FROM account a WHERE a.unit = $1)"
    )
    .bind(code)
    .execute(c)
    .await
    .map(|done| done.rows_affected()))?;
    Ok(gone > 0)
}

/// A campaign that has not closed takes answers for a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Code of the unit.
    pub unit: String,
    /// Its name.
    pub name: String,
    /// The campaign's slug.
    pub campaign: String,
    /// Its title by language.
    pub title: BTreeMap<String, String>,
    /// The last day on which it takes answers.
    pub last: Date,
}

/// What still counts on units at `now`: counters and groups of campaigns that have not closed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn uses(db: &mut impl AsConn, now: i64) -> Result<Vec<Use>, StoreError> {
    let rows: Vec<(String, String, String, String, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT DISTINCT p.unit, u.name, k.slug, k.title, k.closes FROM place p
         JOIN campaign k ON k.number = p.campaign JOIN unit u ON u.code = p.unit
         WHERE NOT p.retired AND k.closes > $1 ORDER BY p.unit, k.slug"
    )
    .bind(now)
    .fetch_all(c)
    .await)?;
    rows.into_iter()
        .map(|(unit, name, campaign, title, closes)| {
            let title = serde_json::from_str(&title).map_err(|_| StoreError::Corrupt("campaign title"))?;
            let last = clock::date(clock::day(closes.saturating_sub(1)));
            Ok(Use {
                unit,
                name,
                campaign,
                title,
                last: last.ok_or(StoreError::Corrupt("campaign's closing"))?,
            })
        })
        .collect()
}

/// The name of the unit with this code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn name(db: &mut impl AsConn, code: &str) -> Result<Option<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT name FROM unit WHERE code = $1")
        .bind(code)
        .fetch_optional(c)
        .await)?)
}

/// The names of all units.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn names(db: &mut impl AsConn) -> Result<Vec<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT name FROM unit ORDER BY code").fetch_all(c).await)?)
}

/// Changes that were made together at the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Their number, counted up.
    pub number: i64,
    /// When, UTC milliseconds.
    pub made: i64,
    /// By which account.
    pub account: String,
    /// What.
    pub changes: Vec<UnitChange>,
    /// Whether they were taken back.
    pub undone: bool,
}

/// Keeps what was changed, and gives its number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remember(
    db: &mut Writer,
    now: i64,
    account: &str,
    changes: &[UnitChange],
) -> Result<i64, StoreError> {
    let units = i64::try_from(changes.len()).unwrap_or(i64::MAX);
    let first = changes.first().and_then(|change| change.after.as_ref().or(change.before.as_ref()));
    let name = first.map_or("", |dated| dated.unit.name.as_str());
    let changes = serde_json::to_string(changes).map_err(|_| StoreError::Corrupt("change of units"))?;
    Ok(on!(db, |c| sqlx::query_scalar(
        "INSERT INTO unit_change (number, made, account, units, name, changes, undone)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, FALSE FROM unit_change RETURNING number"
    )
    .bind(now)
    .bind(account)
    .bind(units)
    .bind(name)
    .bind(&changes)
    .fetch_one(c)
    .await)?)
}

/// Changes that were made together, told in short.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Brief {
    /// See [`Made`].
    pub number: i64,
    /// See [`Made`].
    pub made: i64,
    /// See [`Made`].
    pub account: String,
    /// How many units.
    pub units: i64,
    /// The name of one of them.
    pub name: String,
    /// See [`Made`].
    pub undone: bool,
}

/// What was changed lately, the last first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn lately(db: &mut impl AsConn, most: i64) -> Result<Vec<Brief>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT number, made, account, units, name, undone FROM unit_change ORDER BY number DESC LIMIT $1"
    )
    .bind(most)
    .fetch_all(c)
    .await)?)
}

/// The changes with this number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn made(db: &mut impl AsConn, number: i64) -> Result<Option<Made>, StoreError> {
    let row: Option<(i64, i64, String, String, bool)> = on!(db, |c| sqlx::query_as(
        "SELECT number, made, account, changes, undone FROM unit_change WHERE number = $1"
    )
    .bind(number)
    .fetch_optional(c)
    .await)?;
    row.map(|(number, made, account, changes, undone)| {
        let changes = serde_json::from_str(&changes).map_err(|_| StoreError::Corrupt("change of units"))?;
        Ok(Made { number, made, account, changes, undone })
    })
    .transpose()
}

/// Marks changes as taken back.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_undone(db: &mut Writer, number: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE unit_change SET undone = TRUE WHERE number = $1")
        .bind(number)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
