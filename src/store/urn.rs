//! The urn: answers by personal link wait here without time or order until their campaign closes, and are then
//! shuffled into the responses. The link and the answers are stored in one transaction, with nothing that both rows
//! share (security tests B-01 to B-06); and what one person gave is one sealed row like any other ([`mod@sitting`]), so that
//! not even copies of the database from before and after an answer tell what it was (B-08).

pub mod sitting;

use std::collections::BTreeMap;

use crate::{
    clock,
    organisation::Channel,
    secret::{self, Id},
};

use super::{
    Store, StoreError, Writer,
    campaigns::{self, Hold},
    invitations, on, places, raters,
    responses::Sheet,
    watching,
};
use sitting::{Sitting, Text};

/// What became of an answer by personal link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored now; the link is used.
    New,
    /// The same form sent again.
    Again,
    /// The link was used before, with another form.
    Used,
    /// The campaign does not take answers now.
    NotOpen,
    /// A newer link took the place of this one.
    Ended,
    /// There is no such link.
    Unknown,
    /// The campaign or its questionnaire changed since the sheet was read; read them and it again.
    Stale,
}

/// Spends a link and stores its answers, both or neither; durable when it returns.
///
/// A sheet for each judged unit (`sheet.unit`; one for the person's own unit where the campaign has no raters), all of the
/// campaign that the page was made for. `sheet.place` is found when the urn is opened: a place that came into being now
/// would tell which units were judged. The id of the first sheet is that of the row, by which the same form sent again is
/// known: a keyed hash of what is kept nowhere. Once opened, the sheets of a sitting have nothing in common.
///
/// # Errors
/// [`StoreError`]; nothing was stored then.
pub async fn keep(
    store: &Store,
    now: i64,
    token: &[u8; 32],
    sheets: &[Sheet],
) -> Result<Outcome, StoreError> {
    let Some(sheet) = sheets.first() else { return Ok(Outcome::Unknown) };
    let mut db = store.write().await?;
    let Some(gate) = campaigns::hold(&mut db, sheet.campaign, Hold::Alone).await? else {
        return Ok(Outcome::Unknown);
    };
    let Some(link) = invitations::find(&mut db, token).await?.filter(|link| link.campaign == sheet.campaign)
    else {
        return Ok(Outcome::Unknown);
    };
    if !gate.is_open(now) {
        return Ok(Outcome::NotOpen);
    }
    if link.ended {
        return Ok(Outcome::Ended);
    }
    if sheet.revision != campaigns::revision(&mut db).await? {
        return Ok(Outcome::Stale);
    }
    if link.used {
        let again: Option<i64> =
            on!(&mut db, |c| sqlx::query_scalar("SELECT campaign FROM urn WHERE id = $1")
                .bind(sheet.id.as_slice())
                .fetch_optional(c)
                .await)?;
        return Ok(if again.is_some() { Outcome::Again } else { Outcome::Used });
    }
    let sitting = sitting(sheets, link.rater_group.as_deref());
    if !drop_in(&mut db, sheet.campaign, &sheet.id, &sitting).await? {
        // Another link's form with this idempotency key: the key was copied, and one form cannot count for two.
        return Ok(Outcome::Used);
    }
    invitations::spend(&mut db, sheet.campaign, token).await?;
    db.commit().await?;
    Ok(Outcome::New)
}

fn sitting(sheets: &[Sheet], group: Option<&str>) -> Sitting {
    let waiting = |sheet: &Sheet| sitting::Sheet {
        unit: sheet.unit.clone(),
        group: group.map(ToOwned::to_owned),
        definition: sheet.definition,
        language: sheet.language.clone(),
        answers: sheet.answers.clone(),
    };
    let texts = |sheet: &Sheet| {
        let text = |(question, text): &(String, String)| Text {
            unit: sheet.unit.clone(),
            question: question.clone(),
            text: text.clone(),
        };
        sheet.texts.iter().map(text).collect::<Vec<_>>()
    };
    Sitting { sheets: sheets.iter().map(waiting).collect(), texts: sheets.iter().flat_map(texts).collect() }
}

/// Drops a sitting into the urn; false if one with its id is there already.
async fn drop_in(db: &mut Writer, campaign: i64, id: &Id, sitting: &Sitting) -> Result<bool, StoreError> {
    let sealed = sitting.seal(&db.keys.urn, campaign, id);
    let stored: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO urn (id, campaign, sealed) VALUES ($1, $2, $3)
         ON CONFLICT (id) DO NOTHING RETURNING campaign"
    )
    .bind(id.as_slice())
    .bind(campaign)
    .bind(sealed.as_slice())
    .fetch_optional(c)
    .await)?;
    Ok(stored.is_some())
}

/// Drops invented sheets into the urn, all in one sitting: nobody's secret is in them, and thousands of rows of one length
/// would be much to write. The invitations are marked by whoever invents them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn fill(
    db: &mut Writer,
    campaign: i64,
    group: Option<&str>,
    sheets: &[Sheet],
) -> Result<(), StoreError> {
    drop_in(db, campaign, &secret::random(), &sitting(sheets, group)).await.map(drop)
}

/// Shuffles the urn of a closed campaign into the responses, once; false if the campaign is not closed at `now`, was
/// settled before, or has no personal links.
///
/// Every sheet gets a new random id and the day of closing, all are written in the order of those ids, and all
/// invitations are rewritten, in one transaction: whenever it is cut off, a rerun gives the same result.
///
/// # Errors
/// [`StoreError`]; nothing has changed then.
pub async fn settle(store: &Store, campaign: i64, now: i64) -> Result<bool, StoreError> {
    let mut db = store.write().await?;
    let Some(gate) = campaigns::hold(&mut db, campaign, Hold::Alone).await? else { return Ok(false) };
    let (invited, _) = invitations::turnout(&mut db, campaign).await?;
    if gate.settled || gate.draft || now < gate.closes || invited == 0 {
        return Ok(false);
    }
    let sittings = opened(&mut db, campaign).await?;
    let last = clock::day(gate.closes - 1);
    let mut counted = BTreeMap::new();
    for (id, sheet) in shuffled(sittings.iter().flat_map(|sitting| &sitting.sheets)) {
        let place = places::group(&mut db, campaign, &sheet.unit, sheet.group.as_deref()).await?;
        *counted.entry((campaign, last, place, Channel::Link)).or_default() += 1;
        on!(&mut db, |c| {
            sqlx::query(
            "INSERT INTO response (id, campaign, generation, place, definition, channel, language, day, answers)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        )
        .bind(id.as_slice())
        .bind(campaign)
        .bind(gate.generation)
        .bind(place)
        .bind(sheet.definition)
        .bind(i64::from(Channel::Link.byte()))
        .bind(&sheet.language)
        .bind(i64::from(last))
        .bind(sheet.answers.as_slice())
        .execute(c)
        .await
        .map(drop)
        })?;
    }
    watching::count_answers(&mut db, &counted).await?;
    for (id, Text { unit, question, text }) in shuffled(sittings.iter().flat_map(|sitting| &sitting.texts)) {
        on!(&mut db, |c| sqlx::query(
            "INSERT INTO comment (id, campaign, unit, question, text) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(id.as_slice())
        .bind(campaign)
        .bind(unit)
        .bind(question)
        .bind(text)
        .execute(c)
        .await
        .map(drop))?;
    }
    raters::settle(&mut db, campaign, gate.opens).await?;
    for sql in [
        "DELETE FROM urn WHERE campaign = $1",
        "UPDATE invitation SET used = used WHERE campaign = $1",
        "UPDATE campaign SET settled = TRUE WHERE number = $1",
    ] {
        on!(&mut db, |c| sqlx::query(sql).bind(campaign).execute(c).await.map(drop))?;
    }
    campaigns::bump_revision(&mut db).await?;
    db.commit().await?;
    forget(store).await;
    Ok(true)
}

/// Everything in a campaign's urn.
async fn opened(db: &mut Writer, campaign: i64) -> Result<Vec<Sitting>, StoreError> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        on!(db, |c| sqlx::query_as("SELECT id, sealed FROM urn WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    rows.iter()
        .map(|(id, sealed)| {
            let id: Option<Id> = id.as_slice().try_into().ok();
            id.and_then(|id| Sitting::open(&db.keys.urn, campaign, &id, sealed))
                .ok_or(StoreError::Corrupt("urn"))
        })
        .collect()
}

/// Each with a new random id, in the order of these.
fn shuffled<T>(all: impl Iterator<Item = T>) -> Vec<(Id, T)> {
    let mut all: Vec<(Id, T)> = all.map(|one| (secret::random(), one)).collect();
    all.sort_unstable_by_key(|(id, _)| *id);
    all
}

/// Seals what was put into the urn before answers were sealed there.
///
/// # Errors
/// [`StoreError`]; nothing has changed then.
pub(super) async fn seal_what_is_open(store: &Store) -> Result<(), StoreError> {
    type Open = (Vec<u8>, i64, String, i64, String, Vec<u8>);
    // Nearly always there is none, and whoever starts a command need not wait for the lock to write.
    let waits: Option<i64> = on!(&mut store.read().await?, |c| {
        sqlx::query_scalar("SELECT campaign FROM urn_open LIMIT 1").fetch_optional(c).await
    })?;
    if waits.is_none() {
        return Ok(());
    }
    let mut db = store.write().await?;
    let sheets: Vec<Open> = on!(&mut db, |c| sqlx::query_as(
        "SELECT u.id, u.campaign, p.unit, u.definition, u.language, u.answers
         FROM urn_open u JOIN place p ON p.number = u.place"
    )
    .fetch_all(c)
    .await)?;
    for (id, campaign, unit, definition, language, answers) in sheets {
        // Texts were apart from their sheets and stay so: all of them go with whichever sheet comes first.
        let texts: Vec<(String, String, String)> = on!(&mut db, |c| sqlx::query_as(
            "DELETE FROM urn_open_comment WHERE campaign = $1 RETURNING unit, question, text"
        )
        .bind(campaign)
        .fetch_all(c)
        .await)?;
        let texts = texts.into_iter().map(|(unit, question, text)| Text { unit, question, text }).collect();
        let sheet = sitting::Sheet { unit, group: None, definition, language, answers };
        let id: Id = id.as_slice().try_into().map_err(|_| StoreError::Corrupt("urn"))?;
        drop_in(&mut db, campaign, &id, &Sitting { sheets: vec![sheet], texts }).await?;
    }
    on!(&mut db, |c| sqlx::query("DELETE FROM urn_open").execute(c).await.map(drop))?;
    db.commit().await?;
    forget(store).await;
    Ok(())
}

/// Removes what the databases keep of deleted rows: SQLite's log, PostgreSQL's old row versions.
async fn forget(store: &Store) {
    let result = match store {
        Store::Sqlite { .. } => store.truncate_log().await,
        Store::Postgres { pool, .. } => {
            async {
                sqlx::query("VACUUM urn, urn_open, urn_open_comment").execute(pool).await?;
                invitations::in_order(pool).await
            }
            .await
        }
    };
    if let Err(error) = result {
        tracing::warn!(%error, "old row versions of the urn are still there; the database removes them later");
    }
}
