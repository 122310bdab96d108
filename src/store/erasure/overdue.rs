//! Deletions that people were promised and that have not happened: what `sipas doctor` and the desk tell.

use super::rewriting;
use crate::store::{AsConn, StoreError, campaigns, on};

/// How long after its time a deletion may be on its way, in milliseconds: the server looks every twenty seconds, but waits for
/// a quarter of an hour where its clock has jumped.
const GRACE: i64 = 3_600_000;

/// What should be gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A campaign's single answers.
    Answers,
    /// Its list of invited persons.
    List,
}

/// Something that is there longer than was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The campaign's slug.
    pub slug: String,
    /// What it is.
    pub what: What,
    /// When it should have been deleted (UTC milliseconds).
    pub since: i64,
}

/// Everything that is there longer than was promised, in the order of the campaigns.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn overdue(db: &mut impl AsConn, now: i64) -> Result<Vec<Overdue>, StoreError> {
    let answers: Vec<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM campaign k WHERE state <> 'draft'
         AND (EXISTS (SELECT 1 FROM response r WHERE r.campaign = k.number)
              OR EXISTS (SELECT 1 FROM urn u WHERE u.campaign = k.number))
         AND NOT EXISTS (SELECT 1 FROM erased_answers e WHERE e.campaign = k.number)"
    )
    .fetch_all(c)
    .await)?;
    let lists: Vec<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM campaign k WHERE state <> 'draft'
         AND EXISTS (SELECT 1 FROM invitation i WHERE i.campaign = k.number)
         AND NOT EXISTS (SELECT 1 FROM erased_list e WHERE e.campaign = k.number)"
    )
    .fetch_all(c)
    .await)?;
    let late = |end: i64| end <= now.saturating_sub(GRACE);
    let mut found = Vec::new();
    for stored in campaigns::all(db).await? {
        let slug = &stored.campaign.slug;
        let answers_end = stored.campaign.answers_end().filter(|_| answers.contains(&stored.number));
        let list_ends = Some(stored.campaign.list_ends()).filter(|_| lists.contains(&stored.number));
        let ends = [(What::Answers, answers_end), (What::List, list_ends)];
        found.extend(ends.into_iter().filter_map(|(what, end)| {
            let since = end.filter(|end| late(*end))?;
            Some(Overdue { slug: slug.clone(), what, since })
        }));
    }
    Ok(found)
}

/// Since when (UTC milliseconds) the database's files have kept copies of what was deleted; `None` also while they are being
/// written anew.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn unwritten(db: &mut impl AsConn, now: i64) -> Result<Option<i64>, StoreError> {
    Ok(rewriting::owed(db).await?.filter(|since| *since <= now.saturating_sub(GRACE)))
}
