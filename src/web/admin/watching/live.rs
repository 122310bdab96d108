//! What the watching pages show, read and computed once for all who look: at most every few seconds, only while
//! somebody looks, and only what changed.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use tokio::sync::watch;

use crate::{
    clock::{self, Clock},
    organisation::{Stratum, UnitTree},
    store::{Store, StoreError, campaigns, places, units, watching},
    watching::{
        board::{Board, Counted, Counter, Span},
        flags::Flag,
    },
};

/// What is shown is at most this old, in milliseconds.
pub const PERIOD: i64 = 4_000;
/// Coarse classes and flags, and what finished days have (an import may add to them), are read anew this seldom.
const SELDOM: i64 = 60_000;
/// Campaigns kept in memory, at most.
const CAMPAIGNS: usize = 8;

/// What the pages of a campaign are drawn from.
#[derive(Debug)]
pub struct Snapshot {
    /// Another one whenever something changed.
    pub stamp: u64,
    /// The campaign.
    pub stored: campaigns::Stored,
    /// Everything up to now.
    pub board: Board,
    /// The coarse classes: unit (empty: the whole campaign), kind, class, number.
    pub features: Vec<(String, String, String, u64)>,
    /// What stands out, with its day; the latest first.
    pub flags: Vec<(i32, Flag)>,
    finished: OnceLock<Board>,
    parts: Parts,
    counted: Vec<Counted>,
}

impl Snapshot {
    /// The board as it was at the end of yesterday.
    pub fn finished(&self) -> &Board {
        self.finished.get_or_init(|| {
            let span = Span { until: self.board.span.today, ..self.board.span };
            self.parts.board(&self.counted, span)
        })
    }
}

/// What a board is made of, beside the counts.
#[derive(Debug, Clone, Default, PartialEq)]
struct Parts {
    tree: UnitTree,
    counters: Vec<Counter>,
    strata: Vec<Stratum>,
}

impl Parts {
    fn board(&self, counted: &[Counted], span: Span) -> Board {
        Board::new(self.tree.clone(), self.counters.clone(), &self.strata, counted, span)
    }
}

#[derive(Debug, Default)]
struct Held {
    at: i64,
    seldom_at: i64,
    revision: i64,
    day: i32,
    parts: Parts,
    past: Vec<Counted>,
    sums: [u64; 3],
    today: Vec<Counted>,
    features: Vec<(String, String, String, u64)>,
    flags: Vec<(i32, Flag)>,
    snapshot: Option<Arc<Snapshot>>,
}

/// The snapshots of the campaigns that are looked at.
#[derive(Debug)]
pub struct Live {
    campaigns: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<Held>>>>,
    ended: watch::Sender<bool>,
}

impl Default for Live {
    fn default() -> Self {
        Self { campaigns: Mutex::default(), ended: watch::Sender::new(false) }
    }
}

impl Live {
    /// Ends all pages that update by themselves: the server stops.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Tells when the server stops.
    pub fn ended(&self) -> watch::Receiver<bool> {
        self.ended.subscribe()
    }

    /// What there is to see of a campaign; `None` if there is no such campaign any more.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn look(
        &self,
        store: &Store,
        clock: &Clock,
        campaign: i64,
    ) -> Result<Option<Arc<Snapshot>>, StoreError> {
        let held = self.held(campaign);
        // Whoever comes first reads; the others wait here and find it done.
        let mut held = held.lock().await;
        let now = clock.now();
        if let Some(snapshot) = held.snapshot.as_ref().filter(|_| (0..PERIOD).contains(&(now - held.at))) {
            return Ok(Some(Arc::clone(snapshot)));
        }
        held.read(store, now, campaign).await
    }

    fn held(&self, campaign: i64) -> Arc<tokio::sync::Mutex<Held>> {
        let mut campaigns = self.campaigns.lock().unwrap_or_else(PoisonError::into_inner);
        if campaigns.len() >= CAMPAIGNS && !campaigns.contains_key(&campaign) {
            campaigns.retain(|_, held| Arc::strong_count(held) > 1);
        }
        Arc::clone(campaigns.entry(campaign).or_default())
    }
}

impl Held {
    async fn read(
        &mut self,
        store: &Store,
        now: i64,
        campaign: i64,
    ) -> Result<Option<Arc<Snapshot>>, StoreError> {
        let mut db = store.read().await?;
        let today = clock::day(now);
        let revision = campaigns::revision(&mut db).await?;
        let anew = self.snapshot.is_none() || revision != self.revision;
        let seldom = anew || today != self.day || !(0..SELDOM).contains(&(now - self.seldom_at));
        let Some(stored) = campaigns::get(&mut db, campaign).await? else { return Ok(None) };
        let mut changed =
            self.snapshot.as_ref().is_none_or(|held| held.stored != stored) || today != self.day;
        if anew {
            let parts = Parts {
                tree: units::tree(&mut db).await?,
                counters: places::of_campaign(&mut db, campaign)
                    .await?
                    .into_iter()
                    .filter_map(counter)
                    .collect(),
                strata: campaigns::strata(&mut db, campaign).await?,
            };
            changed |= parts != self.parts;
            self.parts = parts;
        }
        if seldom {
            let features = watching::features(&mut db, campaign).await?;
            let flags = watching::flags(&mut db, campaign).await?;
            changed |= features != self.features || flags != self.flags;
            (self.features, self.flags, self.seldom_at) = (features, flags, now);
            // Finished days are many rows that hardly ever change: their sums tell whether to read them.
            let sums = watching::sums(&mut db, campaign, today).await?;
            if anew || today != self.day || sums != self.sums {
                (self.past, self.sums) = (watching::counted(&mut db, campaign, i32::MIN, today).await?, sums);
                changed = true;
            }
        }
        let fresh = watching::counted(&mut db, campaign, today, i32::MAX).await?;
        changed |= fresh != self.today;
        drop(db);
        (self.today, self.day, self.revision, self.at) = (fresh, today, revision, now);
        if let Some(snapshot) = self.snapshot.as_ref().filter(|_| !changed) {
            return Ok(Some(Arc::clone(snapshot)));
        }
        let counted: Vec<Counted> = self.past.iter().chain(&self.today).copied().collect();
        let span = Span {
            opens: clock::day(stored.campaign.opens),
            ends: clock::day(stored.campaign.closes - 1) + 1,
            today,
            until: today + 1,
        };
        let snapshot = Arc::new(Snapshot {
            // Never one that an older page could hold from before a restart.
            stamp: self.snapshot.as_ref().map_or(now.unsigned_abs(), |last| last.stamp + 1),
            stored,
            board: self.parts.board(&counted, span),
            features: self.features.clone(),
            flags: self.flags.clone(),
            finished: OnceLock::new(),
            parts: self.parts.clone(),
            counted,
        });
        self.snapshot = Some(Arc::clone(&snapshot));
        Ok(Some(snapshot))
    }
}

fn counter(place: places::Place) -> Option<Counter> {
    Some(Counter {
        place: place.number,
        code: place.counter?,
        unit: place.unit,
        name: place.name.unwrap_or_default(),
        retired: place.retired,
    })
}
