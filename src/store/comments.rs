//! Free text, apart from the answer sheets: its ids are random and nothing leads back to a sheet (B-10).

use crate::{
    index::comments::Released,
    screening,
    secret::{self, Id},
};

use super::{AsConn, Store, StoreError, Writer, on};

/// Keeps the texts of one sheet.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(
    db: &mut Writer,
    campaign: i64,
    unit: &str,
    texts: &[(String, String)],
) -> Result<(), StoreError> {
    for (question, text) in texts {
        on!(db, |c| sqlx::query(
            "INSERT INTO comment (id, campaign, unit, question, text) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(secret::random::<16>().as_slice())
        .bind(campaign)
        .bind(unit)
        .bind(question)
        .bind(text)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// Whether a comment may appear in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Not yet read.
    Waiting,
    /// May appear.
    Released,
    /// May not.
    Withheld,
}

impl Status {
    /// All of them; the position is the number stored.
    pub const ALL: [Self; 3] = [Self::Waiting, Self::Released, Self::Withheld];

    const fn number(self) -> i64 {
        self as i64
    }
}

/// A comment as staff read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Random; orders comments without regard to time.
    pub id: Id,
    /// Code of the unit that it was given for: the one that was judged, where several are.
    pub unit: String,
    /// Id of the question.
    pub question: String,
    /// The words as stored.
    pub text: String,
    /// Whether it may appear.
    pub status: Status,
}

/// Which comments are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// Only of this status.
    pub status: Status,
    /// Only of this unit; empty: of any.
    pub unit: String,
    /// Only on this question; empty: on any.
    pub question: String,
    /// Only those after this one in the order of their random ids.
    pub after: Option<Id>,
}

type Row = (Vec<u8>, String, String, String, i64);

fn read((id, unit, question, text, status): Row) -> Result<Comment, StoreError> {
    let corrupt = || StoreError::Corrupt("comment");
    let status = usize::try_from(status).ok().and_then(|number| Status::ALL.get(number).copied());
    Ok(Comment {
        id: id.try_into().map_err(|_| corrupt())?,
        unit,
        question,
        text,
        status: status.ok_or_else(corrupt)?,
    })
}

/// Comments of a campaign, in the order of their random ids, at most so many.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn list(
    db: &mut impl AsConn,
    campaign: i64,
    filter: &Filter,
    most: i64,
) -> Result<Vec<Comment>, StoreError> {
    if !super::storable(&filter.unit) || !super::storable(&filter.question) {
        return Ok(Vec::new());
    }
    let after = filter.after.map_or_else(Vec::new, |id| id.to_vec());
    let rows: Vec<Row> = on!(db, |c| {
        sqlx::query_as(
        "SELECT id, unit, question, text, status FROM comment
         WHERE campaign = $1 AND status = $2 AND ($3 = '' OR unit = $3) AND ($4 = '' OR question = $4) AND id > $5
         ORDER BY id LIMIT $6"
    )
    .bind(campaign)
    .bind(filter.status.number())
    .bind(&filter.unit)
    .bind(&filter.question)
    .bind(after.as_slice())
    .bind(most)
    .fetch_all(c)
    .await
    })?;
    rows.into_iter().map(read).collect()
}

/// One comment of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn get(db: &mut impl AsConn, campaign: i64, id: &Id) -> Result<Option<Comment>, StoreError> {
    let row: Option<Row> = on!(db, |c| sqlx::query_as(
        "SELECT id, unit, question, text, status FROM comment WHERE campaign = $1 AND id = $2"
    )
    .bind(campaign)
    .bind(id.as_slice())
    .fetch_optional(c)
    .await)?;
    row.map(read).transpose()
}

/// How many comments there are of each status, in the order of [`Status::ALL`].
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn counts(db: &mut impl AsConn, campaign: i64) -> Result<[u64; 3], StoreError> {
    let rows: Vec<(i64, i64)> = on!(db, |c| sqlx::query_as(
        "SELECT status, COUNT(*) FROM comment WHERE campaign = $1 GROUP BY status"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    Ok(Status::ALL.map(|status| {
        rows.iter().find(|(number, _)| *number == status.number()).map_or(0, |(_, n)| n.unsigned_abs())
    }))
}

/// Units that have comments in a campaign, by code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn units(db: &mut impl AsConn, campaign: i64) -> Result<Vec<String>, StoreError> {
    let mut units: Vec<String> =
        on!(db, |c| sqlx::query_scalar("SELECT DISTINCT unit FROM comment WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    units.sort();
    Ok(units)
}

/// Decides on comments of a campaign; gives how many there were.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn decide(db: &mut Writer, campaign: i64, ids: &[Id], status: Status) -> Result<u64, StoreError> {
    let mut changed = 0;
    for id in ids {
        let row: Option<i64> = on!(db, |c| sqlx::query_scalar(
            "UPDATE comment SET status = $3 WHERE campaign = $1 AND id = $2 RETURNING status"
        )
        .bind(campaign)
        .bind(id.as_slice())
        .bind(status.number())
        .fetch_optional(c)
        .await)?;
        changed += u64::from(row.is_some());
    }
    Ok(changed)
}

/// Replaces the words of a comment that still reads as `before`; false if it does not any more.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn replace(
    db: &mut Writer,
    campaign: i64,
    id: &Id,
    before: &str,
    after: &str,
) -> Result<bool, StoreError> {
    let row: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "UPDATE comment SET text = $4 WHERE campaign = $1 AND id = $2 AND text = $3 RETURNING status"
    )
    .bind(campaign)
    .bind(id.as_slice())
    .bind(before)
    .bind(after)
    .fetch_optional(c)
    .await)?;
    Ok(row.is_some())
}

/// Removes what the databases keep of words that were covered: SQLite's log, PostgreSQL's old row versions.
pub async fn forget(store: &Store) {
    let result = match store {
        Store::Sqlite { .. } => store.truncate_log().await,
        Store::Postgres { pool, .. } => {
            sqlx::query("VACUUM comment").execute(pool).await.map(drop).map_err(Into::into)
        }
    };
    if let Err(error) = result {
        tracing::warn!(%error, "old versions of comments are still there; the database removes them later");
    }
}

/// The comments that may appear in a report, as they can be shown.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn released(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Released>, StoreError> {
    let rows: Vec<(String, String, String)> = on!(db, |c| sqlx::query_as(
        "SELECT unit, question, text FROM comment WHERE campaign = $1 AND status = $2"
    )
    .bind(campaign)
    .bind(Status::Released.number())
    .fetch_all(c)
    .await)?;
    Ok(rows
        .into_iter()
        .map(|(unit, question, text)| Released { unit, question, text: screening::plain(&text) })
        .collect())
}
