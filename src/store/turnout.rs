//! How many have answered. Answers by personal link are counted once a day and in steps until their campaign closes, so
//! that nobody sees from the count who has just answered (security test B-07).

use crate::{clock, organisation::Campaign};

use super::{AsConn, Store, StoreError, campaigns::Stored, erasure::answers, invitations, on, responses};

/// The number of answers moves in steps of at least this many invited persons.
const STEP: u64 = 5;

/// How many have answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turnout {
    /// Answer sheets that are kept in the open: all of them, but those by personal link only once settled.
    pub sheets: u64,
    /// Persons invited by personal link.
    pub invited: u64,
    /// How many of them have answered: exact once the answers have been counted, else as of the day and in steps.
    pub answered: u64,
}

/// The steps in which counts that tell of answers are shown.
pub fn step(campaign: &Campaign) -> u64 {
    campaign.minimum_answers.map_or(STEP, u64::from).max(STEP)
}

/// How many have answered a campaign, as it may be shown at `now`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn of(store: &Store, stored: &Stored, now: i64) -> Result<Turnout, StoreError> {
    let mut db = store.read().await?;
    let sheets = sheets(&mut db, stored.number).await?;
    let (invited, used) = invitations::turnout(&mut db, stored.number).await?;
    if invited == 0 || stored.settled {
        return Ok(Turnout { sheets, invited, answered: used });
    }
    let today = i64::from(clock::day(now));
    let shown: Option<(i64, i64)> =
        on!(&mut db, |c| sqlx::query_as("SELECT day, answered FROM turnout WHERE campaign = $1")
            .bind(stored.number)
            .fetch_optional(c)
            .await)?;
    if let Some((_, answered)) = shown.filter(|(day, _)| *day == today) {
        return Ok(Turnout { sheets, invited, answered: answered.unsigned_abs() });
    }
    drop(db);
    let step = step(&stored.campaign);
    let answered = used / step * step;
    // Whoever comes first today decides; with two at once both read what was kept.
    let mut db = store.write().await?;
    let answered: i64 = on!(&mut db, |c| sqlx::query_scalar(
        "INSERT INTO turnout (campaign, day, answered) VALUES ($1, $2, $3)
         ON CONFLICT (campaign) DO UPDATE
         SET answered = CASE WHEN turnout.day = excluded.day THEN turnout.answered ELSE excluded.answered END,
             day = excluded.day
         RETURNING answered"
    )
    .bind(stored.number)
    .bind(today)
    .bind(i64::try_from(answered).unwrap_or(i64::MAX))
    .fetch_one(c)
    .await)?;
    db.commit().await?;
    Ok(Turnout { sheets, invited, answered: answered.unsigned_abs() })
}

/// How many sheets a campaign has. Those of closed generations were counted when their segment was made; only the
/// generations without one, as a rule the running one, are counted now.
async fn sheets(db: &mut impl AsConn, campaign: i64) -> Result<u64, StoreError> {
    let running: Option<i64> =
        on!(db, |c| sqlx::query_scalar("SELECT generation FROM campaign WHERE number = $1")
            .bind(campaign)
            .fetch_optional(c)
            .await)?;
    let segments: Vec<(i64, i64)> =
        on!(db, |c| sqlx::query_as("SELECT generation, sheets FROM segment WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    let mut n: u64 = segments.iter().map(|(_, sheets)| sheets.unsigned_abs()).sum();
    n += answers::of(db, campaign).await?.map_or(0, |erased| erased.sheets);
    for generation in 1..=running.unwrap_or(0) {
        if segments.iter().all(|(counted, _)| *counted != generation) {
            n += responses::count(db, campaign, generation).await?;
        }
    }
    Ok(n)
}
