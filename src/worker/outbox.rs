//! Sends what waits in the outbox: the same code for the server and for `sipas invite`.

use std::{sync::Arc, time::Duration};

use i18n_embed_fl::fl;

use crate::{
    clock::{self, Clock},
    config::Config,
    distribution::{
        address,
        letter::{self, Letter},
        mail::{Mail, Mailer},
    },
    language::Lang,
    organisation::Phase,
    secret::Key,
    steady::Steady,
    store::{
        AsConn, Store, StoreError, Writer,
        audit::{self, Entry},
        campaigns, follow_up, mailing,
        outbox::{self, Claimed, Kind, Next, Noted, Undelivered, What},
    },
};

/// How often there is a look.
const LOOK: Duration = Duration::from_secs(1);
/// Of every how many looks one also does the slower work.
const SLOWER: u32 = 20;
/// The hour from which reminders go out.
const MORNING: u8 = 8;
/// After so many refusals in a row it is more likely that all of our mail is refused than that all addresses are wrong:
/// from then on a refusal counts as one for now.
const SUSPICIOUS: u32 = 5;

/// What sends.
#[derive(Debug)]
pub struct Sender {
    store: Store,
    clock: Clock,
    key: Arc<Key>,
    base_url: String,
    mailer: Arc<Mailer>,
    /// Milliseconds between two mails.
    interval: i64,
    refused: u32,
}

/// What a turn did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Nothing is due.
    Idle,
    /// Something is, after this long, in milliseconds.
    Wait(i64),
    /// A mail that was no longer wanted is gone.
    Skipped,
    /// A mail was tried.
    Tried {
        /// The number of its run and the list's code of the person; of a letter to an officer, neither.
        person: Option<(i64, String)>,
        /// What became of it.
        noted: Noted,
    },
}

impl Sender {
    /// One with these settings.
    pub fn new(config: &Config, store: Store, clock: Clock, key: Arc<Key>, mailer: Arc<Mailer>) -> Self {
        let interval = if mailer.is_folder() { 0 } else { 60_000 / i64::from(config.mail_per_minute.max(1)) };
        Self { store, clock, key, base_url: config.base_url.clone(), mailer, interval, refused: 0 }
    }

    /// Sends the mail that is due first.
    ///
    /// # Errors
    /// [`StoreError`] from the database; what was sent but could not be noted is sent once more, the same as before.
    pub async fn turn(&mut self) -> Result<Turn, StoreError> {
        let now = self.clock.now();
        if !outbox::is_due(&mut self.store.read().await?, now).await? {
            return Ok(Turn::Idle);
        }
        let mut db = self.store.write().await?;
        let mail = match outbox::claim(&mut db, &self.key, now, self.interval).await? {
            Next::Nothing => return Ok(Turn::Idle),
            Next::Wait(wait) => return Ok(Turn::Wait(wait)),
            Next::Skipped => {
                db.commit().await?;
                return Ok(Turn::Skipped);
            }
            Next::Mail(mail) => mail,
        };
        let letter = self.letter(&mut db, &mail).await?;
        db.commit().await?;
        let outcome = self.deliver(&mail, &letter).await;
        let outcome = self.weigh(outcome);
        let mut db = self.store.write().await?;
        let noted = outbox::note(&mut db, &mail, outcome, self.clock.now(), self.interval).await?;
        db.commit().await?;
        let person = match mail.what {
            What::Person { run, code, .. } => {
                let done = !matches!(noted, Noted::Waits(_) | Noted::Away(_));
                if done && outbox::waiting(&mut self.store.read().await?, run).await? == 0 {
                    outbox::forget(&self.store).await;
                }
                Some((run, code))
            }
            What::Letter { .. } => None,
        };
        Ok(Turn::Tried { person, noted })
    }

    /// The words of a mail, with its blanks still in them.
    async fn letter(&self, db: &mut Writer, mail: &Claimed) -> Result<Letter, StoreError> {
        Ok(match &mail.what {
            What::Letter { subject, text, .. } => Letter { subject: subject.clone(), text: text.clone() },
            What::Person { kind, .. } => {
                let letter = words(db, mail.campaign, *kind).await?;
                let stored = campaigns::get(db, mail.campaign).await?.ok_or(StoreError::Corrupt("outbox"))?;
                let link = self.link(mail);
                let to = letter::To { name: mail.full_name.as_deref(), title: mail.title.as_deref() };
                let mut filled = letter::fill(&letter, &stored.campaign, to, &link);
                // Whatever words a campaign has of its own: who is followed is told so.
                if follow_up::is_followed(db, mail.campaign).await? {
                    let told = Lang::ALL.map(|lang| fl!(lang.messages(), "lists-notice-followed"));
                    filled.text = format!("{}\n\n{}\n", filled.text.trim_end(), told.join("\n\n"));
                }
                filled
            }
        })
    }

    fn link(&self, mail: &Claimed) -> String {
        address::link(&self.base_url, &outbox::link_token(&self.key, &mail.seed))
    }

    async fn deliver(&self, mail: &Claimed, letter: &Letter) -> Result<(), Undelivered> {
        let Some(to) = mail.email.as_deref() else { return Err(Undelivered::Refused("address".to_owned())) };
        let (html, stop) = match &mail.what {
            What::Person { code, .. } => {
                let stop = outbox::stop_token(&self.key, mail.campaign, code);
                (
                    Some(letter::html(letter, &self.link(mail))),
                    Some(address::no_more_mail(&self.base_url, &stop)),
                )
            }
            What::Letter { .. } => (None, None),
        };
        self.mailer
            .send(&Mail {
                to,
                name: mail.full_name.as_deref(),
                subject: &letter.subject,
                text: &letter.text,
                html: html.as_deref(),
                id: &outbox::message_id(&self.key, &mail.seed),
                stop: stop.as_deref(),
            })
            .await
    }

    /// Believes a refusal unless everything is refused.
    fn weigh(&mut self, outcome: Result<(), Undelivered>) -> Result<(), Undelivered> {
        match outcome {
            Ok(()) => {
                self.refused = 0;
                Ok(())
            }
            Err(Undelivered::Refused(why)) if why != "address" => {
                self.refused = self.refused.saturating_add(1);
                if self.refused > SUSPICIOUS {
                    return Err(Undelivered::Later { why, unsure: false });
                }
                Err(Undelivered::Refused(why))
            }
            other => other,
        }
    }

    /// Takes out what waits for campaigns that have closed, and sends reminders off, to invited persons and to officers,
    /// whose day it is.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn look_after(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let waiting = outbox::campaigns_waiting(&mut self.store.read().await?).await?;
        for number in waiting {
            let stored = campaigns::get(&mut self.store.read().await?, number).await?;
            if stored.is_none_or(|stored| stored.campaign.phase(now) == Phase::Closed) {
                let mut db = self.store.write().await?;
                outbox::stop_all(&mut db, number).await?;
                db.commit().await?;
                outbox::forget(&self.store).await;
            }
        }
        remind(&self.store, now).await?;
        super::remind::weekly(&self.store, &self.clock).await
    }
}

/// Sends reminders off whose day it is.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn remind(store: &Store, now: i64) -> Result<(), StoreError> {
    let today = i64::from(clock::day(now));
    if clock::hour(now) < MORNING {
        return Ok(());
    }
    for stored in campaigns::all(&mut store.read().await?).await? {
        if stored.campaign.phase(now) != Phase::Open {
            continue;
        }
        let mut db = store.read().await?;
        let Some((schedule, made_by, done)) = mailing::schedule(&mut db, stored.number).await? else {
            continue;
        };
        let mailed = mailing::runs(&mut db, stored.number).await?.iter().map(|run| run.day).max();
        drop(db);
        let last = i64::from(clock::day(stored.campaign.closes - 1));
        if !schedule.is_due(today, done, mailed, last) {
            continue;
        }
        let mut db = store.write().await?;
        if mailing::take_day(&mut db, stored.number, today).await? {
            outbox::queue_reminders(&mut db, stored.number, &made_by, today, now).await?;
            // How many there were would tell how many had answered by this day (security test B-07).
            let entry = Entry {
                actor: made_by,
                origin: String::new(),
                action: "mail.remind",
                object: stored.campaign.slug.clone(),
                before: serde_json::Value::Null,
                after: serde_json::json!({ "schedule": true }),
            };
            audit::append(&mut db, now, &entry).await?;
            db.commit().await?;
        }
    }
    Ok(())
}

/// What a mail of this kind says: the campaign's own words, else the usual ones; with its blanks.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn words(db: &mut impl AsConn, campaign: i64, kind: Kind) -> Result<Letter, StoreError> {
    let own = mailing::template(db, campaign, kind).await?;
    Ok(own.map_or_else(|| letter::usual(kind), |(subject, text)| Letter { subject, text }))
}

/// Works until it is dropped.
pub async fn run(mut sender: Sender) {
    let started = tokio::time::Instant::now();
    let mut steady = Steady::default();
    let mut ticks = tokio::time::interval(LOOK);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    for look in (0..SLOWER).cycle() {
        ticks.tick().await;
        // A clock that jumped ahead closes no campaign for good, nor is a day of reminders used up by it.
        let is_steady = steady.look(sender.clock.now(), started.elapsed());
        if !is_steady {
            continue;
        }
        if look == 0
            && let Err(error) = sender.look_after().await
        {
            tracing::debug!(%error, "the outbox waits for the database");
        }
        loop {
            match sender.turn().await {
                Ok(Turn::Idle) => break,
                // Whoever stops the server waits for no mail.
                Ok(Turn::Wait(wait)) => {
                    let wait = u64::try_from(wait).unwrap_or(0).min(1_000);
                    tokio::time::sleep(Duration::from_millis(wait)).await;
                    if wait == 1_000 {
                        break;
                    }
                }
                // No code and no address: the log says nothing of anybody (security tests B-12, K-04).
                Ok(Turn::Tried { noted: Noted::Away(why), .. }) => {
                    tracing::warn!(why, "the mail server cannot be reached; mails wait");
                    break;
                }
                Ok(Turn::Tried { noted: Noted::Failed(why), .. }) => {
                    tracing::warn!(why, "a mail is not taken");
                }
                Ok(Turn::Skipped | Turn::Tried { .. }) => {}
                Err(error) => {
                    tracing::debug!(%error, "the outbox waits for the database");
                    break;
                }
            }
        }
    }
}
