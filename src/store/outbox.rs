//! The outbox: mails that wait, who is sending which, and what became of them.
//!
//! A mail is claimed in one transaction, handed over to the mail server, and noted in another one. Whoever dies between
//! the two leaves a claim that runs out; then the same mail goes out again, with the same link and the same `Message-ID`, since
//! both are made of the row's random seed and the server's key. The link's hash is committed with the first claim, so
//! that no mail can arrive before its link works; the link sent before works until the new one has been taken.
//!
//! What stays of a mail is a number in its run. While rows of reminders wait they tell who has not answered, as
//! `invitation.used` does; afterwards nothing is left that would tell when somebody did ([`forget`]).

use crate::{
    organisation::Phase,
    secret::{self, Id, Key},
};

use super::{AsConn, Store, StoreError, Writer, campaigns, invitations, on};

/// How long a claim holds, in milliseconds: longer than all waits of one hand-over together.
pub const LEASE: i64 = 15 * 60_000;
/// Tries after which a mail is given up: about three days.
pub const TRIES: i64 = 25;
/// The longest wait between two tries, in milliseconds.
const LONGEST: i64 = 4 * 3_600_000;
/// The longest pause after the mail server was away, in milliseconds.
const PAUSE: i64 = 10 * 60_000;
/// So many mails may follow each other at once before the limit per minute spaces them out.
const BURST: i64 = 10;
/// A mail of a campaign that pauses is looked at again after this long, in milliseconds.
const AGAIN: i64 = 60_000;

/// What a mail to an invited person is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The first one, to everybody.
    Invitation,
    /// To those who have not answered yet.
    Reminder,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Invitation, Self::Reminder];

    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reminder => "reminder",
        }
    }

    /// The kind of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// A mail that is this process's to send until its claim runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    name: String,
    claim: Id,
    tries: i64,
    unsure: bool,
    /// Random; see [`message_id`] and [`link_token`].
    pub seed: [u8; 32],
    /// Number of its campaign.
    pub campaign: i64,
    /// The recipient's address; absent: there is none any more.
    pub email: Option<String>,
    /// The recipient's name.
    pub full_name: Option<String>,
    /// The recipient's office, as the list of invited persons has it.
    pub title: Option<String>,
    /// What it says.
    pub what: What,
}

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An invitation or a reminder.
    Person {
        /// Number of the run.
        run: i64,
        /// Its kind.
        kind: Kind,
        /// The list's code of the person.
        code: String,
    },
    /// A letter to an officer.
    Letter {
        /// Its number.
        number: i64,
        /// Subject.
        subject: String,
        /// Text.
        text: String,
    },
}

/// What there is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Nothing is due.
    Nothing,
    /// Something is, but not before this long, in milliseconds: by the limit, or since the mail server is away.
    Wait(i64),
    /// A mail was no longer wanted, or its campaign pauses; there may be more.
    Skipped,
    /// This one.
    Mail(Box<Claimed>),
}

/// The token of the link in a mail: 130 bits that only who has the seed and the server's key can work out.
pub fn link_token(key: &Key, seed: &[u8; 32]) -> String {
    secret::token_of(&key.hash("token of a mail", &[seed]))
}

/// The first half of a mail's `Message-ID`: the same however often it is sent.
pub fn message_id(key: &Key, seed: &[u8; 32]) -> String {
    secret::hex(&key.id("id of a mail", &[seed]))
}

/// The token by which a person asks for no more mail: the same in all mails to them.
pub fn stop_token(key: &Key, campaign: i64, code: &str) -> String {
    secret::token_of(&key.hash("no more mail", &[&campaign.to_be_bytes(), code.as_bytes()]))
}

fn stop_hash(key: &Key, token: &str) -> [u8; 32] {
    key.hash("hash of no more mail", &[token.as_bytes()])
}

/// How long to wait after so many tries, in milliseconds: doubling from one minute to four hours, a quarter more or less
/// by `random`, so that mails refused together do not come back together.
pub fn backoff(tries: i64, random: u8) -> i64 {
    let doubled = 60_000_i64.saturating_mul(1_i64 << tries.clamp(1, 20).saturating_sub(1));
    let wait = doubled.min(LONGEST);
    wait - wait / 4 + wait / 2 * i64::from(random) / 255
}

/// How long to leave the mail server alone after it was away so often in a row, in milliseconds.
fn pause(failures: i64) -> i64 {
    5_000_i64.saturating_mul(1_i64 << failures.clamp(1, 20).saturating_sub(1)).min(PAUSE)
}

/// Sends invitations off to everybody with an address who has none yet; gives the run and the codes. `None`: nobody.
///
/// A printed link is left alone: a mail would end it. Who has answered already, by a link sent to an address that was
/// corrected since, is invited like the others: nobody learns from a mail that is not sent who has.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn queue_invitations(
    db: &mut Writer,
    campaign: i64,
    made_by: &str,
    today: i64,
    now: i64,
) -> Result<Option<(i64, Vec<String>)>, StoreError> {
    let run = begin(db, campaign, Kind::Invitation, made_by, today).await?;
    let codes: Vec<String> = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO outbox (name, campaign, run, code, tries, due, unsure)
         SELECT 'person:' || CAST(campaign AS TEXT) || ':' || code, campaign, $2, code, 0, $3, FALSE
         FROM invitation
         WHERE campaign = $1 AND COALESCE(email, '') <> '' AND NOT sent AND NOT no_mail
           AND (token_hash IS NULL OR mailed)
         ON CONFLICT (name) DO NOTHING RETURNING code"
    )
    .bind(campaign)
    .bind(run)
    .bind(now)
    .fetch_all(c)
    .await)?;
    finish(db, run, codes).await
}

/// Sends reminders off to those who were invited by e-mail and have not answered; gives the run and how many there are,
/// which is for nobody's eyes until the campaign closes. `None`: nobody.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn queue_reminders(
    db: &mut Writer,
    campaign: i64,
    made_by: &str,
    today: i64,
    now: i64,
) -> Result<Option<(i64, usize)>, StoreError> {
    let run = begin(db, campaign, Kind::Reminder, made_by, today).await?;
    let codes: Vec<String> = on!(db, |c| sqlx::query_scalar(
        "INSERT INTO outbox (name, campaign, run, code, tries, due, unsure)
         SELECT 'person:' || CAST(campaign AS TEXT) || ':' || code, campaign, $2, code, 0, $3, FALSE
         FROM invitation
         WHERE campaign = $1 AND COALESCE(email, '') <> '' AND sent AND mailed AND NOT used AND NOT no_mail
         ON CONFLICT (name) DO NOTHING RETURNING code"
    )
    .bind(campaign)
    .bind(run)
    .bind(now)
    .fetch_all(c)
    .await)?;
    Ok(finish(db, run, codes).await?.map(|(run, codes)| (run, codes.len())))
}

async fn begin(
    db: &mut Writer,
    campaign: i64,
    kind: Kind,
    made_by: &str,
    today: i64,
) -> Result<i64, StoreError> {
    Ok(on!(db, |c| {
        sqlx::query_scalar(
        "INSERT INTO mail_run (number, campaign, kind, day, made_by, queued, sent, refused, given_up, stopped)
         SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, 0, 0, 0, 0, 0 FROM mail_run RETURNING number"
    )
    .bind(campaign)
    .bind(kind.word())
    .bind(today)
    .bind(made_by)
    .fetch_one(c)
    .await
    })?)
}

async fn finish(
    db: &mut Writer,
    run: i64,
    codes: Vec<String>,
) -> Result<Option<(i64, Vec<String>)>, StoreError> {
    if codes.is_empty() {
        on!(db, |c| sqlx::query("DELETE FROM mail_run WHERE number = $1")
            .bind(run)
            .execute(c)
            .await
            .map(drop))?;
        return Ok(None);
    }
    on!(db, |c| sqlx::query("UPDATE mail_run SET queued = $2 WHERE number = $1")
        .bind(run)
        .bind(i64::try_from(codes.len()).unwrap_or(i64::MAX))
        .execute(c)
        .await
        .map(drop))?;
    let mut codes = codes;
    codes.sort();
    Ok(Some((run, codes)))
}

/// Puts a letter to an officer into the outbox.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn queue_letter(db: &mut Writer, campaign: i64, number: i64, now: i64) -> Result<(), StoreError> {
    let name = format!("letter:{number}");
    on!(db, |c| sqlx::query(
        "INSERT INTO outbox (name, campaign, letter, tries, due, unsure) VALUES ($1, $2, $3, 0, $4, FALSE)"
    )
    .bind(&name)
    .bind(campaign)
    .bind(number)
    .bind(now)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Whether a mail is due at `now`. A clock that was set back does not hold one up for longer than the longest wait.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn is_due(db: &mut impl AsConn, now: i64) -> Result<bool, StoreError> {
    let due: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "SELECT due FROM outbox WHERE (due <= $1 OR due > $2)
         AND (claimed IS NULL OR claimed <= $1 OR claimed > $3) LIMIT 1"
    )
    .bind(now)
    .bind(now.saturating_add(2 * LONGEST))
    .bind(now.saturating_add(LEASE))
    .fetch_optional(c)
    .await)?;
    Ok(due.is_some())
}

#[derive(sqlx_macros::FromRow)]
struct Row {
    name: String,
    campaign: i64,
    run: Option<i64>,
    kind: Option<String>,
    code: Option<String>,
    letter: Option<i64>,
    seed: Option<Vec<u8>>,
    tries: i64,
    unsure: bool,
}

/// Claims the mail that is due first. `interval` is the time between two mails by the limit per minute. To be committed
/// unless there is nothing to do.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn claim(db: &mut Writer, key: &Key, now: i64, interval: i64) -> Result<Next, StoreError> {
    let next = choose(db, key, now, interval).await?;
    if next == Next::Skipped {
        // Nothing was sent that would count for the limit.
        on!(db, |c| sqlx::query("UPDATE mail_server SET next = next - $1 WHERE id = 1")
            .bind(interval)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(next)
}

async fn choose(db: &mut Writer, key: &Key, now: i64, interval: i64) -> Result<Next, StoreError> {
    // Whoever updates this row holds it until the commit: no two servers choose at once.
    let burst = interval.saturating_mul(BURST);
    let far = now.saturating_add(2 * PAUSE + burst);
    let slot: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "UPDATE mail_server SET next = CASE WHEN next < $1 OR next > $4 THEN $1 ELSE next END + $2
         WHERE id = 1 AND (next <= $3 OR next > $4) RETURNING next"
    )
    .bind(now)
    .bind(interval)
    .bind(now.saturating_add(burst))
    .bind(far)
    .fetch_optional(c)
    .await)?;
    if slot.is_none() {
        let next: i64 =
            on!(db, |c| sqlx::query_scalar("SELECT next FROM mail_server WHERE id = 1").fetch_one(c).await)?;
        return Ok(Next::Wait((next - now - burst).max(1)));
    }
    let row: Option<Row> = on!(db, |c| sqlx::query_as(
        "SELECT o.name, o.campaign, o.run, r.kind, o.code, o.letter, o.seed, o.tries, o.unsure
         FROM outbox o LEFT JOIN mail_run r ON r.number = o.run
         WHERE (o.due <= $1 OR o.due > $2) AND (o.claimed IS NULL OR o.claimed <= $1 OR o.claimed > $3)
         ORDER BY o.due, o.name LIMIT 1"
    )
    .bind(now)
    .bind(now.saturating_add(2 * LONGEST))
    .bind(now.saturating_add(LEASE))
    .fetch_optional(c)
    .await)?;
    let Some(row) = row else { return Ok(Next::Nothing) };
    let phase = campaigns::get(db, row.campaign).await?.map(|stored| stored.campaign.phase(now));
    match phase {
        None | Some(Phase::Closed) => {
            stop_all(db, row.campaign).await?;
            return Ok(Next::Skipped);
        }
        Some(Phase::Draft | Phase::Paused) => {
            on!(db, |c| sqlx::query("UPDATE outbox SET due = $2 WHERE campaign = $1")
                .bind(row.campaign)
                .bind(now + AGAIN)
                .execute(c)
                .await
                .map(drop))?;
            return Ok(Next::Skipped);
        }
        Some(Phase::Open | Phase::Planned) => {}
    }
    take(db, key, now, row).await
}

/// Takes the mail of a row, or drops it if it is no longer wanted.
async fn take(db: &mut Writer, key: &Key, now: i64, row: Row) -> Result<Next, StoreError> {
    let seed: [u8; 32] = match row.seed {
        Some(seed) => seed.try_into().map_err(|_| StoreError::Corrupt("outbox"))?,
        None => secret::random(),
    };
    let claim: Id = secret::random();
    let (mut hash, mut to, mut what) = (None, None, None);
    if let (Some(run), Some(kind), Some(code)) = (row.run, row.kind, &row.code) {
        let kind = Kind::from_word(&kind).ok_or(StoreError::Corrupt("mail run"))?;
        let stop = stop_hash(key, &stop_token(key, row.campaign, code));
        let person: Option<(String, Option<String>, Option<String>)> = on!(db, |c| sqlx::query_as(
            "UPDATE invitation SET stop_hash = $3 WHERE campaign = $1 AND code = $2
             AND (NOT used OR $4) AND NOT no_mail AND COALESCE(email, '') <> ''
             RETURNING email, name, title"
        )
        .bind(row.campaign)
        .bind(code)
        .bind(stop.as_slice())
        .bind(kind == Kind::Invitation)
        .fetch_optional(c)
        .await)?;
        to = person.map(|(email, name, title)| (Some(email), name, title));
        hash = Some(invitations::token_hash(key, &link_token(key, &seed)));
        what = Some(What::Person { run, kind, code: code.clone() });
    } else if let Some(number) = row.letter {
        let letter: Option<(Option<String>, Option<String>, String, String)> = on!(db, |c| {
            sqlx::query_as(
                "SELECT a.email, a.full_name, r.subject, r.text
                 FROM reminder r LEFT JOIN account a ON a.name = r.account AND NOT a.disabled WHERE r.number = $1"
            )
            .bind(number)
            .fetch_optional(c)
            .await
        })?;
        if let Some((email, name, subject, text)) = letter {
            to = Some((email, name, None));
            what = Some(What::Letter { number, subject, text });
        }
    }
    let (Some((email, full_name, title)), Some(what)) = (to, what) else {
        let hash: Option<Vec<u8>> =
            on!(db, |c| sqlx::query_scalar("DELETE FROM outbox WHERE name = $1 RETURNING hash")
                .bind(&row.name)
                .fetch_one(c)
                .await)?;
        if let (Some(code), Some(hash)) = (&row.code, hash) {
            arrived(db, row.campaign, code, &hash).await?;
        }
        if let Some(run) = row.run {
            count(db, run, Count::Stopped).await?;
        }
        return Ok(Next::Skipped);
    };
    on!(db, |c| sqlx::query(
        "UPDATE outbox SET seed = $2, hash = $3, claim = $4, claimed = $5, unsure = TRUE WHERE name = $1"
    )
    .bind(&row.name)
    .bind(seed.as_slice())
    .bind(hash.as_ref().map(<[u8; 32]>::as_slice))
    .bind(claim.as_slice())
    .bind(now + LEASE)
    .execute(c)
    .await
    .map(drop))?;
    Ok(Next::Mail(Box::new(Claimed {
        name: row.name,
        claim,
        tries: row.tries,
        unsure: row.unsure,
        seed,
        campaign: row.campaign,
        email,
        full_name: full_name.filter(|name| !name.is_empty()),
        title: title.filter(|title| !title.is_empty()),
        what,
    })))
}

/// Why a mail did not go out, or not yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// The mail server cannot be reached, or not with our name and password: nothing of the mail's doing, and it counts for
    /// none. All wait.
    Away(String),
    /// It was not taken now. `unsure`: it may have been, the mail server gave no answer.
    Later {
        /// The reply's code, or what happened.
        why: String,
        /// See above.
        unsure: bool,
    },
    /// It is not taken at all.
    Refused(String),
}

/// What became of an attempt, after it was noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noted {
    /// It went out.
    Sent,
    /// It is tried again later.
    Waits(String),
    /// It is not tried any more.
    Failed(String),
    /// The mail server is away.
    Away(String),
    /// It was no longer ours: withdrawn meanwhile, or another server took it over.
    Lost,
}

/// Notes what became of an attempt. `interval` as in [`claim`].
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn note(
    db: &mut Writer,
    mail: &Claimed,
    outcome: Result<(), Undelivered>,
    now: i64,
    interval: i64,
) -> Result<Noted, StoreError> {
    match outcome {
        Ok(()) => {
            available(db).await?;
            let Some(hash) = remove(db, mail).await? else { return Ok(Noted::Lost) };
            match &mail.what {
                What::Person { run, code, .. } => {
                    end_link(db, mail.campaign, code).await?;
                    set_link(db, mail.campaign, code, hash.as_deref(), true, None).await?;
                    count(db, *run, Count::Sent).await?;
                }
                What::Letter { number, .. } => {
                    on!(db, |c| sqlx::query("UPDATE reminder SET sent = $2 WHERE number = $1")
                        .bind(number)
                        .bind(now)
                        .execute(c)
                        .await
                        .map(drop))?;
                }
            }
            Ok(Noted::Sent)
        }
        Err(Undelivered::Away(why)) => {
            release(db, mail, mail.tries, now, mail.unsure).await?;
            let failures: i64 = on!(db, |c| {
                sqlx::query_scalar(
                "UPDATE mail_server SET failures = failures + 1, reason = $1 WHERE id = 1 RETURNING failures"
            )
            .bind(&why)
            .fetch_one(c)
            .await
            })?;
            // Beyond the burst, or a few more would be tried at once.
            on!(db, |c| sqlx::query("UPDATE mail_server SET next = $1 WHERE id = 1")
                .bind(now + pause(failures) + interval.saturating_mul(BURST))
                .execute(c)
                .await
                .map(drop))?;
            Ok(Noted::Away(why))
        }
        Err(Undelivered::Later { why, unsure }) => {
            available(db).await?;
            let (tries, unsure) = (mail.tries + 1, mail.unsure || unsure);
            if tries >= TRIES {
                return give_up(db, mail, unsure, "given up", Count::GivenUp, why).await;
            }
            on!(db, |c| sqlx::query("UPDATE mail_server SET reason = $1 WHERE id = 1")
                .bind(&why)
                .execute(c)
                .await
                .map(drop))?;
            let [random] = secret::random::<1>();
            release(db, mail, tries, now + backoff(tries, random), unsure).await?;
            Ok(Noted::Waits(why))
        }
        Err(Undelivered::Refused(why)) => {
            available(db).await?;
            give_up(db, mail, mail.unsure, &format!("refused {why}"), Count::Refused, why).await
        }
    }
}

/// A mail that is not tried any more.
async fn give_up(
    db: &mut Writer,
    mail: &Claimed,
    unsure: bool,
    fault: &str,
    counted: Count,
    why: String,
) -> Result<Noted, StoreError> {
    let Some(hash) = remove(db, mail).await? else { return Ok(Noted::Lost) };
    match &mail.what {
        What::Person { run, kind, code } => {
            // A link that may have arrived after all must not lead into the void.
            let arrived = hash.filter(|_| unsure);
            if arrived.is_some() {
                end_link(db, mail.campaign, code).await?;
            }
            let fault = (*kind == Kind::Invitation).then_some(fault);
            if arrived.is_some() || fault.is_some() {
                set_link(db, mail.campaign, code, arrived.as_deref(), false, fault).await?;
            }
            count(db, *run, counted).await?;
        }
        What::Letter { number, .. } => fail_letter(db, *number).await?,
    }
    Ok(Noted::Failed(why))
}

/// Removes a mail that is still ours; gives its link's hash, and `None` if it is not.
async fn remove(db: &mut Writer, mail: &Claimed) -> Result<Option<Option<Vec<u8>>>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("DELETE FROM outbox WHERE name = $1 AND claim = $2 RETURNING hash")
        .bind(&mail.name)
        .bind(mail.claim.as_slice())
        .fetch_optional(c)
        .await)?)
}

/// Lets go of a mail that is still ours.
async fn release(
    db: &mut Writer,
    mail: &Claimed,
    tries: i64,
    due: i64,
    unsure: bool,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE outbox SET tries = $3, due = $4, unsure = $5, claim = NULL, claimed = NULL
         WHERE name = $1 AND claim = $2"
    )
    .bind(&mail.name)
    .bind(mail.claim.as_slice())
    .bind(tries)
    .bind(due)
    .bind(unsure)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// The mail server was there.
async fn available(db: &mut Writer) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE mail_server SET failures = 0, reason = NULL WHERE id = 1 AND reason IS NOT NULL"
    )
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

#[derive(Clone, Copy)]
enum Count {
    Sent,
    Refused,
    GivenUp,
    Stopped,
}

async fn count(db: &mut Writer, run: i64, what: Count) -> Result<(), StoreError> {
    let sql = match what {
        Count::Sent => "UPDATE mail_run SET sent = sent + 1 WHERE number = $1",
        Count::Refused => "UPDATE mail_run SET refused = refused + 1 WHERE number = $1",
        Count::GivenUp => "UPDATE mail_run SET given_up = given_up + 1 WHERE number = $1",
        Count::Stopped => "UPDATE mail_run SET stopped = stopped + 1 WHERE number = $1",
    };
    on!(db, |c| sqlx::query(sql).bind(run).execute(c).await.map(drop))?;
    Ok(())
}

async fn fail_letter(db: &mut Writer, number: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query("UPDATE reminder SET failed = TRUE WHERE number = $1")
        .bind(number)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Gives a person the link of a mail.
async fn set_link(
    db: &mut Writer,
    campaign: i64,
    code: &str,
    hash: Option<&[u8]>,
    sent: bool,
    fault: Option<&str>,
) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE invitation SET token_hash = COALESCE($3, token_hash),
             mailed = CASE WHEN $3 IS NULL THEN mailed ELSE TRUE END, sent = sent OR $4, mail_fault = $5
         WHERE campaign = $1 AND code = $2"
    )
    .bind(campaign)
    .bind(code)
    .bind(hash)
    .bind(sent)
    .bind(fault)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

async fn end(db: &mut Writer, campaign: i64, hash: &[u8]) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO ended_link (hash, campaign) VALUES ($1, $2) ON CONFLICT (hash) DO NOTHING"
    )
    .bind(hash)
    .bind(campaign)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Ends the link that a person has now; whoever opens it will be told that there is a newer one.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn end_link(db: &mut Writer, campaign: i64, code: &str) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "INSERT INTO ended_link (hash, campaign) SELECT token_hash, campaign FROM invitation
         WHERE campaign = $1 AND code = $2 AND token_hash IS NOT NULL ON CONFLICT (hash) DO NOTHING"
    )
    .bind(campaign)
    .bind(code)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Takes the mail that waits for a person out of the outbox, with its link: withdrawn, or another link is made by hand.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn withdraw(db: &mut Writer, campaign: i64, code: &str) -> Result<(), StoreError> {
    let gone: Option<(Option<i64>, Option<Vec<u8>>)> = on!(db, |c| sqlx::query_as(
        "DELETE FROM outbox WHERE campaign = $1 AND code = $2 RETURNING run, hash"
    )
    .bind(campaign)
    .bind(code)
    .fetch_optional(c)
    .await)?;
    let Some((run, hash)) = gone else { return Ok(()) };
    if let Some(hash) = hash {
        end(db, campaign, &hash).await?;
    }
    match run {
        Some(run) => count(db, run, Count::Stopped).await,
        None => Ok(()),
    }
}

#[derive(sqlx_macros::FromRow)]
struct Gone {
    run: Option<i64>,
    letter: Option<i64>,
    code: Option<String>,
    hash: Option<Vec<u8>>,
}

/// A mail that is not tried any more and may have arrived all the same: the link in it becomes the person's own.
async fn arrived(db: &mut Writer, campaign: i64, code: &str, hash: &[u8]) -> Result<(), StoreError> {
    end_link(db, campaign, code).await?;
    set_link(db, campaign, code, Some(hash), false, None).await
}

/// Takes all that waits for a campaign out of the outbox; gives how many mails to invited persons that were.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn stop_all(db: &mut Writer, campaign: i64) -> Result<usize, StoreError> {
    let gone: Vec<Gone> = on!(db, |c| {
        sqlx::query_as("DELETE FROM outbox WHERE campaign = $1 RETURNING run, letter, code, hash")
            .bind(campaign)
            .fetch_all(c)
            .await
    })?;
    for Gone { run, letter, code, hash } in &gone {
        if let (Some(code), Some(hash)) = (code, hash) {
            arrived(db, campaign, code, hash).await?;
        }
        if let Some(run) = run {
            count(db, *run, Count::Stopped).await?;
        }
        if let Some(letter) = letter {
            fail_letter(db, *letter).await?;
        }
    }
    Ok(gone.iter().filter(|gone| gone.run.is_some()).count())
}

/// Numbers of the campaigns for which something waits.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn campaigns_waiting(db: &mut impl AsConn) -> Result<Vec<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT DISTINCT campaign FROM outbox").fetch_all(c).await)?)
}

/// The list's codes of those whose invitation waits, by code.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting_invitations(db: &mut impl AsConn, campaign: i64) -> Result<Vec<String>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar(
        "SELECT o.code FROM outbox o JOIN mail_run r ON r.number = o.run
         WHERE o.campaign = $1 AND r.kind = $2 ORDER BY o.code"
    )
    .bind(campaign)
    .bind(Kind::Invitation.word())
    .fetch_all(c)
    .await)?)
}

/// Makes the mails to invited persons that wait for another try due at once.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn hasten(db: &mut Writer, campaign: i64, now: i64) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE outbox SET due = $2 WHERE campaign = $1 AND code IS NOT NULL AND claimed IS NULL AND due > $2"
    )
    .bind(campaign)
    .bind(now)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// How many mails of a run wait.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn waiting(db: &mut impl AsConn, run: i64) -> Result<u64, StoreError> {
    let n: i64 = on!(db, |c| sqlx::query_scalar("SELECT COUNT(*) FROM outbox WHERE run = $1")
        .bind(run)
        .fetch_one(c)
        .await)?;
    Ok(n.unsigned_abs())
}

/// Removes what the databases keep of the rows of a run that is done: they told who had not answered.
pub async fn forget(store: &Store) {
    let result = match store {
        Store::Sqlite { .. } => store.truncate_log().await,
        Store::Postgres { pool, .. } => {
            // In the order of the list again: rows that were written one by one would stay behind the others for good.
            invitations::in_order(pool).await
        }
    };
    if let Err(error) = result {
        tracing::warn!(%error, "old row versions of the outbox are still there; the database removes them later");
    }
}

/// Who asks for no more mail, by the token of `List-Unsubscribe`.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn find_stop(db: &mut impl AsConn, key: &Key, token: &str) -> Result<Option<i64>, StoreError> {
    Ok(on!(db, |c| sqlx::query_scalar("SELECT campaign FROM invitation WHERE stop_hash = $1")
        .bind(stop_hash(key, token).as_slice())
        .fetch_optional(c)
        .await)?)
}

/// Sends this person no more mail; the link stays. False: there is nobody with this token.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn stop(db: &mut Writer, key: &Key, token: &str) -> Result<bool, StoreError> {
    let gone: Option<i64> = on!(db, |c| sqlx::query_scalar(
        "UPDATE invitation SET no_mail = TRUE WHERE stop_hash = $1 RETURNING campaign"
    )
    .bind(stop_hash(key, token).as_slice())
    .fetch_optional(c)
    .await)?;
    Ok(gone.is_some())
}

/// How the mail server is.
#[derive(Debug, Clone, PartialEq, Eq, sqlx_macros::FromRow)]
pub struct Server {
    /// How often in a row it could not be reached.
    pub failures: i64,
    /// Why, in technical words.
    pub reason: Option<String>,
}

/// How the mail server is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn server(db: &mut impl AsConn) -> Result<Server, StoreError> {
    Ok(on!(db, |c| sqlx::query_as("SELECT failures, reason FROM mail_server WHERE id = 1")
        .fetch_one(c)
        .await)?)
}

/// Tries the mail server at once, whatever it was before.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn try_now(db: &mut Writer) -> Result<(), StoreError> {
    on!(db, |c| sqlx::query(
        "UPDATE mail_server SET failures = 0, reason = NULL, next = 0 WHERE id = 1 AND failures > 0"
    )
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn i_10_waits_double_up_to_four_hours_and_end_after_three_days() {
        let minutes: Vec<i64> =
            [1, 2, 3, 8, 9, 24, 1_000].map(|tries| backoff(tries, 127) / 60_000).into_iter().collect();
        assert_eq!(minutes, [0, 1, 3, 127, 239, 239, 239]);
        for tries in 1..TRIES {
            let (least, most) = (backoff(tries, 0), backoff(tries, 255));
            assert!(least >= 45_000 && most <= LONGEST + LONGEST / 4, "{tries}: {least} {most}");
            assert!(most - least >= least / 2, "jitter");
        }
        let days = |random| (1..TRIES).map(|tries| backoff(tries, random)).sum::<i64>() as f64 / 86_400_000.0;
        assert!(days(0) > 2.0 && days(255) < 4.0, "{} {}", days(0), days(255));
    }

    #[test]
    fn the_mail_server_is_left_alone_for_at_most_ten_minutes() {
        assert_eq!([1, 2, 3, 100].map(pause), [5_000, 10_000, 20_000, PAUSE]);
    }

    #[test]
    fn a_01_a_mail_sent_again_has_the_same_link_and_another_mail_another_one() {
        let key = Key::from_text("a key for this test").unwrap();
        let token = link_token(&key, &[1; 32]);
        assert_eq!(token.len(), secret::LINK_TOKEN);
        assert_eq!(token, link_token(&key, &[1; 32]));
        assert_ne!(token, link_token(&key, &[2; 32]));
        let other = Key::from_text("another key for it").unwrap();
        assert_ne!(token, link_token(&other, &[1; 32]), "the seed alone opens nothing (A-02)");
        assert_ne!(stop_token(&key, 1, "cb-1"), stop_token(&key, 1, "cb-2"));
    }
}
