//! What happens without a request: noticing changes that commands made, opening urns of closed campaigns, writing
//! what was counted, looking through finished days, forgetting old sessions and rows of the audit log; what people were
//! promised would be deleted is deleted by [`promises`]; of reports that are ready or due tells [`periods`]. Mail to those
//! invited and to officers is [`outbox`]'s; what letters to officers say, [`remind`]'s; mail to owners of accounts,
//! [`notices`]'.

pub mod notices;
pub mod outbox;
mod periods;
mod promises;
pub mod remind;

use std::{collections::BTreeSet, time::Duration};

use crate::{
    clock::{self, Clock},
    disk,
    steady::Steady,
    store::{
        Store, StoreError, access_tokens, accounts, audit, campaigns, segments, tally::Tally, urn, watching,
    },
    web::{
        auth::{levels, session},
        catalogue::Catalogue,
        shelf::Shelf,
    },
};

/// How soon a server notices what `sipas apply` changed.
const NOTICE: Duration = Duration::from_millis(250);
/// Of every how many looks one also does the slower work.
const SLOWER: u32 = 80;
/// Two days, in milliseconds.
const TWO_DAYS: i64 = 2 * 86_400_000;

/// Works until it is dropped.
#[expect(clippy::too_many_arguments, reason = "the parts of a server, which only its start puts together")]
pub async fn run(
    store: Store,
    clock: Clock,
    catalogue: Catalogue,
    shelf: Shelf,
    tally: Tally,
    database_url: String,
    keep_audit: Option<i64>,
    level_rules: bool,
) {
    tokio::spawn(build_segments(store.clone()));
    let mut ticks = tokio::time::interval(NOTICE);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let started = tokio::time::Instant::now();
    let mut steady = Steady::default();
    let mut away = false;
    let mut shelved = None;
    let mut failed = BTreeSet::new();
    for turn in (0..SLOWER).cycle() {
        ticks.tick().await;
        let now = clock.now();
        let is_steady = steady.look(now, started.elapsed());
        if turn == 0 {
            warn_of_little_room(&database_url);
            if !is_steady {
                tracing::warn!(
                    "the clock jumped ahead; urns stay closed and nothing is deleted for a quarter of an hour"
                );
            }
        }
        let outcome = async {
            let revision = catalogue.refresh().await?;
            if shelved != Some(revision) {
                shelf.refresh(&store).await?;
                shelved = Some(revision);
            }
            if turn == 0 {
                tally.write(&store).await?;
                slower(&store, now, is_steady, keep_audit, &mut failed).await?;
                if level_rules && is_steady {
                    levels::switch_off_unused(&store, clock.now()).await?;
                }
            }
            Ok::<(), StoreError>(())
        };
        match outcome.await {
            Ok(()) => away = false,
            Err(error) => {
                // Said once, not four times a second.
                if !away {
                    tracing::warn!(%error, "the database does not answer; trying on");
                }
                away = true;
            }
        }
    }
}

/// So that the first report after an upgrade does not read a million rows.
async fn build_segments(store: Store) {
    if let Err(error) = segments::build_missing(&store).await {
        tracing::warn!(%error, "column segments could not be built; reports read the rows instead");
    }
}

/// Every twenty seconds as long as it lasts: whoever watches the log must not miss it.
fn warn_of_little_room(database_url: &str) {
    if let Some(room) = disk::free_for(database_url).filter(|room| room.is_short()) {
        tracing::warn!(free = room.share, bytes = room.bytes, "the disk of the database is nearly full");
    }
}

async fn slower(
    store: &Store,
    now: i64,
    is_steady: bool,
    keep_audit: Option<i64>,
    failed: &mut BTreeSet<String>,
) -> Result<(), StoreError> {
    let all = campaigns::all(&mut store.read().await?).await?;
    if is_steady {
        periods::announce(store, &all, failed, now).await?;
    }
    for stored in all {
        if is_steady
            && !stored.settled
            && stored.campaign.closes <= now
            && urn::settle(store, stored.number, now).await?
        {
            tracing::info!(campaign = stored.campaign.slug, "closed; its urn has been opened");
        }
        // Once more on the day after closing, for its last day.
        if stored.campaign.opens <= now && now < stored.campaign.closes + TWO_DAYS {
            watching::look_through(store, stored.number, clock::day(now)).await?;
        }
    }
    if let Some(keep) = keep_audit.filter(|_| is_steady) {
        let removed = audit::sweep(store, now, now - keep).await?;
        if removed > 0 {
            tracing::info!(removed, "old entries of the audit log were removed");
        }
    }
    let mut db = store.write().await?;
    // Those that were idle for too long are over, but stay until nobody can come back to one: a form that was filled in
    // during one says whose it is (`web::auth::kept`).
    accounts::sweep_sessions(&mut db, now - session::ABSOLUTE, now - session::ABSOLUTE).await?;
    access_tokens::sweep(&mut db, now - access_tokens::KEPT).await?;
    db.commit().await?;
    if is_steady { promises::keep(store, now).await } else { Ok(()) }
}
