//! Answer sheets one by one, for files of them.

use futures_util::TryStreamExt as _;
use tokio::sync::mpsc::Sender;

use crate::microdata::Sheet;

use super::{Reader, StoreError, Writer, on};

/// Sheets handed over at a time.
const BATCH: usize = 512;

/// A row as it is read.
type Row = (i64, i64, String, i64, Vec<u8>, i64);

/// In which order sheets are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As the database likes, to count them.
    Any,
    /// By their ids: keyed hashes of random numbers, so that the order is always the same and tells nothing of that in which
    /// they came.
    Ids,
}

/// Hands over all sheets of a campaign. Ends early where nobody takes them any more.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn stream(
    db: &mut Reader,
    campaign: i64,
    order: Order,
    to: &Sender<Vec<Sheet>>,
) -> Result<(), StoreError> {
    let text = match order {
        Order::Any => "SELECT place, channel, language, day, answers, mode FROM response WHERE campaign = $1",
        Order::Ids => {
            "SELECT place, channel, language, day, answers, mode FROM response WHERE campaign = $1 ORDER BY id"
        }
    };
    on!(db, |c| {
        let mut rows = sqlx::query_as::<_, Row>(text).bind(campaign).fetch(c);
        let mut batch = Vec::with_capacity(BATCH);
        while let Some((place, channel, language, day, answers, mode)) = rows.try_next().await? {
            batch.push(Sheet { place, channel, language, day, answers, mode });
            if batch.len() == BATCH {
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                if to.send(full).await.is_err() {
                    return Ok(());
                }
            }
        }
        if !batch.is_empty() {
            // Whoever took them knows how many there should be.
            let _ = to.send(batch).await;
        }
    });
    Ok(())
}

/// A file that was made.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Made {
    /// Name of its format.
    pub format: String,
    /// Answer sheets in it.
    pub sheets: i64,
    /// Answer sheets that are not, as they had been set aside.
    pub left_out: i64,
    /// Bytes.
    pub bytes: i64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// What files of a campaign were made in a language by this version of the program.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn made(
    db: &mut Reader,
    campaign: i64,
    language: &str,
    program: &str,
) -> Result<Vec<Made>, StoreError> {
    Ok(on!(db, |c| sqlx::query_as(
        "SELECT format, sheets, left_out, bytes, sha256 FROM microdata
         WHERE campaign = $1 AND language = $2 AND program = $3 ORDER BY format"
    )
    .bind(campaign)
    .bind(language)
    .bind(program)
    .fetch_all(c)
    .await)?)
}

/// Notes what files were made, in place of those noted before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note(
    db: &mut Writer,
    campaign: i64,
    language: &str,
    program: &str,
    files: &[Made],
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM microdata WHERE campaign = $1 AND language = $2")
        .bind(campaign)
        .bind(language)
        .execute(c)
        .await
        .map(drop))?;
    for file in files {
        on!(db, |c| sqlx::query(
            "INSERT INTO microdata (campaign, format, language, program, sheets, left_out, bytes, sha256)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
        )
        .bind(campaign)
        .bind(&file.format)
        .bind(language)
        .bind(program)
        .bind(file.sheets)
        .bind(file.left_out)
        .bind(file.bytes)
        .bind(&file.sha256)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}
