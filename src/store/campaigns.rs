//! Campaigns and the populations behind them, and the revision that tells servers that something changed.

use std::collections::BTreeMap;

use crate::organisation::{Campaign, Margin, State, Stratum};

use super::{AsConn, Either, StoreError, Writer, on};

/// A campaign as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its number, used by answer sheets.
    pub number: i64,
    /// Number of the pinned definition.
    pub definition: i64,
    /// Whether the urn has been shuffled into the responses.
    pub settled: bool,
    /// Keyed hash of the code by which staff leave a tablet ([`crate::organisation::kiosk_code`]).
    pub kiosk_code: Option<Vec<u8>>,
    /// The campaign.
    pub campaign: Campaign,
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    number: i64,
    slug: String,
    definition: i64,
    id: String,
    version: String,
    sha256: String,
    form: String,
    by_link: bool,
    title: String,
    opens: i64,
    closes: i64,
    target: Option<f64>,
    minimum_answers: Option<i64>,
    demonstration: bool,
    settled: bool,
    previous: Option<String>,
    notice: Option<String>,
    kiosk_code: Option<Vec<u8>>,
    state: String,
    languages: Option<String>,
}

macro_rules! select {
    ($condition:literal) => {
        concat!(
            "SELECT k.number, k.slug, k.definition, d.id, d.version, d.sha256, k.form, d.officials AS by_link, k.title, k.opens, k.closes, \
             k.target, k.minimum_answers, k.demonstration, k.settled, k.previous, k.notice, k.kiosk_code, k.state, \
             k.languages \
             FROM campaign k JOIN definition d ON d.number = k.definition ",
            $condition
        )
    };
}

impl Row {
    fn read(self) -> Result<Stored, StoreError> {
        let title: BTreeMap<String, String> =
            serde_json::from_str(&self.title).map_err(|_| StoreError::Corrupt("campaign title"))?;
        let notice = self.notice.as_deref().map(serde_json::from_str).transpose();
        Ok(Stored {
            number: self.number,
            definition: self.definition,
            settled: self.settled,
            kiosk_code: self.kiosk_code,
            campaign: Campaign {
                slug: self.slug,
                definition: self.id,
                version: self.version,
                sha256: self.sha256,
                form: self.form,
                by_link: self.by_link,
                title,
                opens: self.opens,
                closes: self.closes,
                target: self.target,
                demonstration: self.demonstration,
                minimum_answers: self.minimum_answers.and_then(|k| u32::try_from(k).ok()),
                previous: self.previous,
                notice: notice.map_err(|_| StoreError::Corrupt("campaign notice"))?,
                languages: self.languages.as_deref().map(listed).unwrap_or_default(),
                state: State::from_word(&self.state).ok_or(StoreError::Corrupt("campaign state"))?,
            },
        })
    }
}

fn listed(languages: &str) -> Vec<String> {
    languages.split(',').filter(|code| !code.is_empty()).map(str::to_owned).collect()
}

/// The campaign with this slug.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find(db: &mut impl AsConn, slug: &str) -> Result<Option<Stored>, StoreError> {
    if !super::storable(slug) {
        return Ok(None);
    }
    let row: Option<Row> =
        on!(db, |c| sqlx::query_as(select!("WHERE k.slug = $1")).bind(slug).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// The campaign with this number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn get(db: &mut impl AsConn, number: i64) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> =
        on!(db, |c| sqlx::query_as(select!("WHERE k.number = $1")).bind(number).fetch_optional(c).await)?;
    row.map(Row::read).transpose()
}

/// All campaigns, the latest opening first.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn all(db: &mut impl AsConn) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> =
        on!(db, |c| sqlx::query_as(select!("ORDER BY k.opens DESC, k.slug")).fetch_all(c).await)?;
    rows.into_iter().map(Row::read).collect()
}

/// Adds a campaign (number `None`) or changes one; gives its number.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put(
    db: &mut Writer,
    number: Option<i64>,
    definition: i64,
    campaign: &Campaign,
) -> Result<i64, StoreError> {
    let title = serde_json::to_string(&campaign.title).map_err(|_| StoreError::Corrupt("campaign title"))?;
    let notice = campaign.notice.as_ref().map(serde_json::to_string).transpose();
    let notice = notice.map_err(|_| StoreError::Corrupt("campaign notice"))?;
    let minimum = campaign.minimum_answers.map(i64::from);
    let languages = Some(campaign.languages.join(",")).filter(|codes| !codes.is_empty());
    if let Some(number) = number {
        on!(db, |c| {
            sqlx::query(
            "UPDATE campaign SET definition = $2, form = $3, title = $4, opens = $5, closes = $6, target = $7,
             minimum_answers = $8, demonstration = $9, previous = $10, notice = $11, state = $12, languages = $13
             WHERE number = $1"
        )
        .bind(number)
        .bind(definition)
        .bind(&campaign.form)
        .bind(&title)
        .bind(campaign.opens)
        .bind(campaign.closes)
        .bind(campaign.target)
        .bind(minimum)
        .bind(campaign.demonstration)
        .bind(&campaign.previous)
        .bind(&notice)
        .bind(campaign.state.word())
        .bind(&languages)
        .execute(c)
        .await
        .map(drop)
        })?;
        return Ok(number);
    }
    Ok(on!(db, |c| {
        sqlx::query_scalar(
        "INSERT INTO campaign (number, slug, definition, form, title, opens, closes, target, minimum_answers,
         demonstration, previous, notice, state, languages, generation, settled)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 1, FALSE
         FROM campaign
         RETURNING number"
    )
    .bind(&campaign.slug)
    .bind(definition)
    .bind(&campaign.form)
    .bind(&title)
    .bind(campaign.opens)
    .bind(campaign.closes)
    .bind(campaign.target)
    .bind(minimum)
    .bind(campaign.demonstration)
    .bind(&campaign.previous)
    .bind(&notice)
    .bind(campaign.state.word())
    .bind(&languages)
    .fetch_one(c)
    .await
    })?)
}

/// Removes a draft with all that belongs to it; false, and nothing removed, if it is none or has answers.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remove_draft(db: &mut Writer, number: i64) -> Result<bool, StoreError> {
    let draft: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT number FROM campaign WHERE number = $1 AND state = 'draft'
         AND NOT EXISTS (SELECT 1 FROM response WHERE campaign = $1)
         AND NOT EXISTS (SELECT 1 FROM urn WHERE campaign = $1)
         AND NOT EXISTS (SELECT 1 FROM erased_answers WHERE campaign = $1)"
    )
    .bind(number)
    .fetch_optional(c)
    .await)?;
    if draft.is_none() {
        return Ok(false);
    }
    // Numbers are given again: nothing of a draft may be left for the next campaign that gets its number.
    for sql in [
        "DELETE FROM paper_entry WHERE campaign = $1",
        "DELETE FROM paper_sheet WHERE campaign = $1",
        "DELETE FROM paper_batch WHERE campaign = $1",
        "DELETE FROM answer_count WHERE campaign = $1",
        "DELETE FROM visit_count WHERE campaign = $1",
        "DELETE FROM hour_count WHERE campaign = $1",
        "DELETE FROM feature_count WHERE campaign = $1",
        "DELETE FROM watch_flag WHERE campaign = $1",
        "DELETE FROM watch_day WHERE campaign = $1",
        "DELETE FROM reminder WHERE campaign = $1",
        "DELETE FROM reminder_schedule WHERE campaign = $1",
        "DELETE FROM stratum WHERE campaign = $1",
        "DELETE FROM margin WHERE campaign = $1",
        "DELETE FROM microdata WHERE campaign = $1",
        "DELETE FROM publication_file WHERE campaign = $1",
        "DELETE FROM publication WHERE campaign = $1",
        "DELETE FROM formed_report WHERE campaign = $1",
        "DELETE FROM turnout WHERE campaign = $1",
        "DELETE FROM assignment WHERE campaign = $1",
        "DELETE FROM rater_group WHERE campaign = $1",
        "DELETE FROM turnout_by_group WHERE campaign = $1",
        "DELETE FROM followed_campaign WHERE campaign = $1",
        "DELETE FROM erased_list WHERE campaign = $1",
        "DELETE FROM outbox WHERE campaign = $1",
        "DELETE FROM set_aside WHERE campaign = $1",
        "DELETE FROM mail_run WHERE campaign = $1",
        "DELETE FROM mail_template WHERE campaign = $1",
        "DELETE FROM mail_schedule WHERE campaign = $1",
        "DELETE FROM ended_link WHERE campaign = $1",
        "DELETE FROM invitation WHERE campaign = $1",
        "DELETE FROM place WHERE campaign = $1",
        "DELETE FROM campaign WHERE number = $1",
    ] {
        on!(db, |c| sqlx::query(sql).bind(number).execute(c).await.map(drop))?;
    }
    Ok(true)
}

/// Sets or removes the hash of the code by which staff leave a campaign's tablets.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_kiosk_code(
    db: &mut Writer,
    campaign: i64,
    hash: Option<&[u8; 32]>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE campaign SET kiosk_code = $2 WHERE number = $1")
        .bind(campaign)
        .bind(hash.map(<[u8; 32]>::as_slice))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The populations of a campaign, by unit.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn strata(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Stratum>, StoreError> {
    let rows: Vec<(String, i64, Option<i64>)> = on!(db, |c| sqlx::query_as(
        "SELECT unit, population, sample FROM stratum WHERE campaign = $1 ORDER BY unit"
    )
    .bind(campaign)
    .fetch_all(c)
    .await)?;
    rows.into_iter()
        .map(|(unit, population, sample)| {
            let whole = |n: i64| u64::try_from(n).map_err(|_| StoreError::Corrupt("population"));
            Ok(Stratum { unit, population: whole(population)?, sample: sample.map(whole).transpose()? })
        })
        .collect()
}

/// Replaces the populations of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_strata(db: &mut Writer, campaign: i64, strata: &[Stratum]) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM stratum WHERE campaign = $1")
        .bind(campaign)
        .execute(c)
        .await
        .map(drop))?;
    for stratum in strata {
        on!(db, |c| sqlx::query(
            "INSERT INTO stratum (campaign, unit, population, sample) VALUES ($1, $2, $3, $4)"
        )
        .bind(campaign)
        .bind(&stratum.unit)
        .bind(i64::try_from(stratum.population).unwrap_or(i64::MAX))
        .bind(stratum.sample.and_then(|n| i64::try_from(n).ok()))
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// Writes down that populations or margins changed, so that every answer stands for something else.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn mark_weighed(db: &mut Writer, campaign: i64, now: i64) -> Result<(), StoreError> {
    Ok(on!(db, |c| sqlx::query("UPDATE campaign SET weighed = $2 WHERE number = $1")
        .bind(campaign)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?)
}

/// When populations or margins changed last, UTC milliseconds; absent: not since it is written down.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn weighed(db: &mut impl AsConn, campaign: i64) -> Result<Option<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT weighed FROM campaign WHERE number = $1")
        .bind(campaign)
        .fetch_one(c)
        .await)?)
}

/// The known margins of a campaign, by unit and question.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn margins(db: &mut impl AsConn, campaign: i64) -> Result<Vec<Margin>, StoreError> {
    let rows: Vec<(String, String, String)> =
        on!(db, |c| sqlx::query_as("SELECT unit, question, totals FROM margin WHERE campaign = $1")
            .bind(campaign)
            .fetch_all(c)
            .await)?;
    let mut margins = rows
        .into_iter()
        .map(|(unit, by, totals)| {
            let totals = serde_json::from_str(&totals).map_err(|_| StoreError::Corrupt("margin"))?;
            Ok(Margin { unit, by, totals })
        })
        .collect::<Result<Vec<Margin>, StoreError>>()?;
    // The databases order texts by different rules.
    margins.sort_by(|a, b| (&a.unit, &a.by).cmp(&(&b.unit, &b.by)));
    Ok(margins)
}

/// Replaces the margins of a campaign.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn put_margins(db: &mut Writer, campaign: i64, margins: &[Margin]) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("DELETE FROM margin WHERE campaign = $1")
        .bind(campaign)
        .execute(c)
        .await
        .map(drop))?;
    for margin in margins {
        let totals = serde_json::to_string(&margin.totals).map_err(|_| StoreError::Corrupt("margin"))?;
        on!(db, |c| sqlx::query(
            "INSERT INTO margin (campaign, unit, question, totals) VALUES ($1, $2, $3, $4)"
        )
        .bind(campaign)
        .bind(&margin.unit)
        .bind(&margin.by)
        .bind(&totals)
        .execute(c)
        .await
        .map(drop))?;
    }
    Ok(())
}

/// What a submission must know of its campaign at the moment it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Gate {
    /// Whether its managers let it take answers ([`State::Active`]).
    pub active: bool,
    /// Whether it is still being prepared ([`State::Draft`]).
    pub draft: bool,
    /// Opening, UTC milliseconds.
    pub opens: i64,
    /// Closing.
    pub closes: i64,
    /// The generation that new sheets belong to.
    pub generation: i64,
    /// Whether the urn has been shuffled out.
    pub settled: bool,
    /// Whether its results have been published: from then on no answer is added, or a later publication could be compared
    /// with an earlier one answer by answer.
    pub published: bool,
}

impl Gate {
    /// Whether the campaign takes answers at `now` (UTC milliseconds).
    pub const fn is_open(&self, now: i64) -> bool {
        self.active && self.opens <= now && now < self.closes && !self.settled && !self.published
    }

    /// Whether answers from paper and from files may be entered at `now`: until [`PAPER`] after closing, or until its results
    /// are published.
    pub const fn takes_paper(&self, now: i64) -> bool {
        self.opens <= now && now < self.closes.saturating_add(PAPER) && !self.published
    }
}

/// How long after closing answers from paper may still be entered, in milliseconds: 30 days. People answered before.
pub const PAPER: i64 = 30 * 24 * 60 * 60 * 1_000;

/// How a transaction holds the campaign it reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Others may hold it too: adding sheets.
    Shared,
    /// Nobody else may: spending a link, closing a generation, settling.
    Alone,
}

/// Reads and holds a campaign's gate until the transaction ends. SQLite's transactions hold the whole database.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hold(db: &mut Writer, campaign: i64, hold: Hold) -> Result<Option<Gate>, StoreError> {
    macro_rules! gate {
        ($hold:literal) => {
            concat!(
                "SELECT opens, closes, generation, settled, state = 'active' AS active, state = 'draft' AS draft, \
                 EXISTS (SELECT 1 FROM publication p WHERE p.campaign = campaign.number) AS published \
                 FROM campaign WHERE number = $1",
                $hold
            )
        };
    }
    const GATE: &str = gate!("");
    const SHARED: &str = gate!(" FOR SHARE");
    const ALONE: &str = gate!(" FOR UPDATE");
    Ok(match &mut db.transaction {
        Either::Sqlite(c) => sqlx::query_as(GATE).bind(campaign).fetch_optional(&mut **c).await?,
        Either::Postgres(c) => {
            let sql = if hold == Hold::Alone { ALONE } else { SHARED };
            sqlx::query_as(sql).bind(campaign).fetch_optional(&mut **c).await?
        }
    })
}

/// Holds all campaigns, those not made yet too: until the transaction ends no answer is taken, no campaign settled and
/// none changed by another process; reading goes on. SQLite's transactions hold the whole database.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hold_all(db: &mut Writer) -> Result<(), StoreError> {
    if let Either::Postgres(c) = &mut db.transaction {
        // Conflicts with what any lock on a row takes on its table, so that only reading goes on.
        sqlx::query("LOCK TABLE campaign IN EXCLUSIVE MODE").execute(&mut **c).await?;
    }
    Ok(())
}

/// The revision of everything that servers hold in memory.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn revision(db: &mut impl AsConn) -> Result<i64, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT value FROM revision WHERE id = 1").fetch_one(c).await)?)
}

/// Tells servers that something changed.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn bump_revision(db: &mut Writer) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE revision SET value = value + 1 WHERE id = 1")
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
