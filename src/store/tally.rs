//! What is counted in memory until [`super::watching::add`] takes it in: openings of pages, begun forms, hours, durations,
//! devices, languages. A server that is killed loses the last minute of these, never an answer.
//!
//! So a GET writes nothing (security test G-06): that a page was opened changes what nobody can read but as a sum, and
//! no request, page or answer depends on it.

use std::sync::{Arc, Mutex, PoisonError};

use super::{
    Store, StoreError,
    watching::{self, Gathered},
};
use crate::{
    clock, task,
    watching::classes::{self, Device},
};

/// The counters; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    gathered: Arc<Mutex<Gathered>>,
    /// Held by whoever writes.
    writing: Arc<tokio::sync::Mutex<()>>,
}

/// An answer that was stored, as far as it is counted here.
#[derive(Debug, Clone, Copy)]
pub struct Kept<'a> {
    /// Number of the campaign.
    pub campaign: i64,
    /// Number of the place.
    pub place: i64,
    /// Code of the unit.
    pub unit: &'a str,
    /// Language code of the form.
    pub language: &'a str,
    /// Seconds since the page was opened, where that is known.
    pub seconds: Option<i64>,
}

impl Tally {
    /// A counter's page was opened.
    pub fn opened(&self, campaign: i64, place: i64, device: Device, now: i64) {
        self.with(|gathered| {
            gathered.visits.entry((campaign, clock::day(now), place)).or_default().0 += 1;
            feature(gathered, campaign, "", "device", device.code());
        });
    }

    /// A form got from the question `told` (0: none yet) to the question `reached`, by their position.
    pub fn reached(&self, campaign: i64, place: i64, told: usize, reached: usize, now: i64) {
        self.with(|gathered| {
            if told == 0 {
                gathered.visits.entry((campaign, clock::day(now), place)).or_default().1 += 1;
            }
            for question in told + 1..=reached {
                feature(gathered, campaign, "", "reached", &question.to_string());
            }
        });
    }

    /// An answer was stored.
    pub fn kept(&self, kept: Kept<'_>, now: i64) {
        self.with(|gathered| {
            let hour = clock::hour(now);
            *gathered.hours.entry((kept.campaign, clock::day(now), kept.place, hour)).or_default() += 1;
            feature(gathered, kept.campaign, kept.unit, "hour", &hour.to_string());
            feature(gathered, kept.campaign, kept.unit, "language", kept.language);
            if let Some(seconds) = kept.seconds {
                feature(
                    gathered,
                    kept.campaign,
                    kept.unit,
                    "duration",
                    &classes::duration(seconds).to_string(),
                );
            }
        });
    }

    /// Writes what was counted; what cannot be written now is kept for the next time. Whoever waits for this may be
    /// stopped at any time, as the worker is when the server stops: what was begun is written all the same, and the next
    /// call waits for it.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn write(&self, store: &Store) -> Result<(), StoreError> {
        let (tally, store) = (self.clone(), store.clone());
        task::ended(tokio::spawn(async move { tally.write_all(&store).await }).await)
    }

    async fn write_all(&self, store: &Store) -> Result<(), StoreError> {
        let _alone = self.writing.lock().await;
        let gathered = self.with(std::mem::take);
        let written = watching::add(store, &gathered).await;
        if written.is_err() {
            self.with(|newer| newer.add(gathered));
        }
        written
    }

    fn with<T>(&self, act: impl FnOnce(&mut Gathered) -> T) -> T {
        act(&mut self.gathered.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn feature(gathered: &mut Gathered, campaign: i64, unit: &str, kind: &'static str, class: &str) {
    *gathered.features.entry((campaign, unit.to_owned(), kind, class.to_owned())).or_default() += 1;
}
