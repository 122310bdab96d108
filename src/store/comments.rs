//! Free text, apart from the answer sheets: its ids are random and nothing leads back to a sheet (B-10).

use crate::secret;

use super::{StoreError, Writer, on};

/// Where a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelf {
    /// With the comments.
    Comments,
    /// In the urn, until the campaign closes.
    Urn,
}

/// Keeps the texts of one sheet.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(
    db: &mut Writer,
    shelf: Shelf,
    campaign: i64,
    unit: &str,
    texts: &[(String, String)],
) -> Result<(), StoreError> {
    let sql = match shelf {
        Shelf::Comments => {
            "INSERT INTO comment (id, campaign, unit, question, text) VALUES ($1, $2, $3, $4, $5)"
        }
        Shelf::Urn => {
            "INSERT INTO urn_comment (id, campaign, unit, question, text) VALUES ($1, $2, $3, $4, $5)"
        }
    };
    for (question, text) in texts {
        on!(db, |c| sqlx::query(sql)
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
