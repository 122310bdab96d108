//! The urn: answers by personal link wait here without time or order until their campaign closes, and are then
//! shuffled into the responses. The link and the answers are stored in one transaction, with nothing that both rows
//! share (security tests B-01 to B-06).

use std::collections::BTreeMap;

use crate::{
    clock,
    organisation::Channel,
    secret::{self, Id},
};

use super::{
    AsConn, Either, Store, StoreError, Writer,
    campaigns::{self, Hold},
    comments::{self, Shelf},
    invitations, on, places, raters,
    responses::Sheet,
    watching,
};

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
/// campaign that the page was made for; `sheet.place` is set here. The sheets of one sitting have nothing in common: the
/// first one has the id by which the same form sent again is known, and that id is a keyed hash of what is kept nowhere;
/// the others need random ones.
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
    let mut ordered: Vec<&Sheet> = sheets.iter().collect();
    ordered.sort_unstable_by_key(|sheet| sheet.id);
    for sheet in ordered {
        let group = link.rater_group.as_deref();
        let place = places::group(&mut db, sheet.campaign, &sheet.unit, group).await?;
        let stored = drop_in(&mut db, place, sheet).await?;
        if !stored {
            // Another link's form with this idempotency key: the key was copied, and one form cannot count for two.
            return Ok(Outcome::Used);
        }
        comments::put(&mut db, Shelf::Urn, sheet.campaign, &sheet.unit, &sheet.texts).await?;
    }
    stir(&mut db, sheet.campaign).await?;
    invitations::spend(&mut db, sheet.campaign, token).await?;
    db.commit().await?;
    Ok(Outcome::New)
}

/// Writes everything in a campaign's urn anew in the order of random ids, so that on `PostgreSQL` no transaction number and
/// no place in the table tells which sheets, or which sheet and which text, came together: whoever judged all units but
/// one would be known by it. SQLite keeps rows in that order anyway and has no transaction numbers.
async fn stir(db: &mut Writer, campaign: i64) -> Result<(), StoreError> {
    if let Either::Postgres(c) = &mut db.transaction {
        for sql in [
            "WITH taken AS (DELETE FROM urn WHERE campaign = $1
                            RETURNING id, campaign, place, definition, language, answers)
             INSERT INTO urn (id, campaign, place, definition, language, answers) SELECT * FROM taken ORDER BY id",
            "WITH taken AS (DELETE FROM urn_comment WHERE campaign = $1
                            RETURNING id, campaign, unit, question, text)
             INSERT INTO urn_comment (id, campaign, unit, question, text) SELECT * FROM taken ORDER BY id",
        ] {
            sqlx::query(sql).bind(campaign).execute(&mut **c).await?;
        }
    }
    Ok(())
}

/// Drops a sheet into the urn; false if one with its id is there already.
async fn drop_in(db: &mut Writer, place: i64, sheet: &Sheet) -> Result<bool, StoreError> {
    let stored: Option<i64> = on!(db, |c| {
        sqlx::query_scalar(
        "INSERT INTO urn (id, campaign, place, definition, language, answers) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (id) DO NOTHING RETURNING campaign"
    )
    .bind(sheet.id.as_slice())
    .bind(sheet.campaign)
    .bind(place)
    .bind(sheet.definition)
    .bind(&sheet.language)
    .bind(sheet.answers.as_slice())
    .fetch_optional(c)
    .await
    })?;
    Ok(stored.is_some())
}

/// Drops invented sheets about a judged unit into the urn; the invitations are marked by whoever invents them.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn fill_judged(
    db: &mut Writer,
    campaign: i64,
    group: &str,
    sheets: &[Sheet],
) -> Result<(), StoreError> {
    for sheet in sheets {
        let place = places::group(db, campaign, &sheet.unit, Some(group)).await?;
        drop_in(db, place, sheet).await?;
        comments::put(db, Shelf::Urn, campaign, &sheet.unit, &sheet.texts).await?;
    }
    Ok(())
}

/// Drops invented sheets of a group into the urn and marks as many of its invitations as used.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn fill(db: &mut Writer, campaign: i64, unit: &str, sheets: &[Sheet]) -> Result<(), StoreError> {
    let place = places::group(db, campaign, unit, None).await?;
    for sheet in sheets {
        drop_in(db, place, sheet).await?;
        comments::put(db, Shelf::Urn, campaign, unit, &sheet.texts).await?;
    }
    invitations::spend_some(db, campaign, unit, None, sheets.len() as u64).await
}

/// How many answers wait in the urn of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting(db: &mut impl AsConn, campaign: i64) -> Result<u64, StoreError> {
    let n: i64 = on!(db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM urn WHERE campaign = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?;
    Ok(n.unsigned_abs())
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
    let mut sheets: Vec<(Id, i64, i64, String, Vec<u8>)> = {
        let rows: Vec<(i64, i64, String, Vec<u8>)> = on!(&mut db, |c| sqlx::query_as(
            "SELECT place, definition, language, answers FROM urn WHERE campaign = $1"
        )
        .bind(campaign)
        .fetch_all(c)
        .await)?;
        rows.into_iter()
            .map(|(place, definition, language, answers)| {
                (secret::random(), place, definition, language, answers)
            })
            .collect()
    };
    sheets.sort_unstable();
    let last = clock::day(gate.closes - 1);
    let day = i64::from(last);
    let mut counted = BTreeMap::new();
    for (_, place, ..) in &sheets {
        *counted.entry((campaign, last, *place, Channel::Link)).or_default() += 1;
    }
    watching::count_answers(&mut db, &counted).await?;
    for (id, place, definition, language, answers) in &sheets {
        on!(&mut db, |c| {
            sqlx::query(
            "INSERT INTO response (id, campaign, generation, place, definition, channel, language, day, answers)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        )
        .bind(id.as_slice())
        .bind(campaign)
        .bind(gate.generation)
        .bind(place)
        .bind(definition)
        .bind(i64::from(Channel::Link.byte()))
        .bind(language)
        .bind(day)
        .bind(answers.as_slice())
        .execute(c)
        .await
        .map(drop)
        })?;
    }
    let mut texts: Vec<(Id, String, String, String)> = {
        let rows: Vec<(String, String, String)> = on!(&mut db, |c| sqlx::query_as(
            "SELECT unit, question, text FROM urn_comment WHERE campaign = $1"
        )
        .bind(campaign)
        .fetch_all(c)
        .await)?;
        rows.into_iter().map(|(unit, question, text)| (secret::random(), unit, question, text)).collect()
    };
    texts.sort_unstable();
    for (id, unit, question, text) in &texts {
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
        "DELETE FROM urn_comment WHERE campaign = $1",
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

/// Removes what the databases keep of deleted rows: SQLite's log, PostgreSQL's old row versions.
async fn forget(store: &Store) {
    let result = match store {
        Store::Sqlite { .. } => store.truncate_log().await,
        Store::Postgres { pool, .. } => sqlx::query("VACUUM urn, urn_comment, invitation")
            .execute(pool)
            .await
            .map(drop)
            .map_err(Into::into),
    };
    if let Err(error) = result {
        tracing::warn!(%error, "old row versions of the urn are still there; the database removes them later");
    }
}
