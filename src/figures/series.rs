//! The way of a series: the report of every closed campaign that asked the same form, under the units that there are now.

use super::{NoReport, Wave, last_report};
use crate::{
    definition::model::Definition,
    index::{
        report::Report,
        series::{self, Series},
    },
    organisation::Phase,
    set_aside::View,
    store::{
        Store,
        campaigns::Stored,
        ready::{self, Ready},
        units,
    },
    task,
};

/// Most campaigns compared: the newest.
pub const MOST: usize = 12;

/// The closed ones of a series' campaigns ([`super::period::Series::campaigns`]) beside each other, of one unit or of all
/// together. `None`: none has closed, or none has such a unit.
///
/// # Errors
/// [`NoReport`].
pub async fn series(
    store: &Store,
    campaigns: &[Stored],
    unit: Option<&str>,
    now: i64,
) -> Result<Option<Series>, NoReport> {
    let mut all: Vec<&Stored> =
        campaigns.iter().filter(|stored| stored.campaign.phase(now) == Phase::Closed).collect();
    all.drain(..all.len().saturating_sub(MOST));
    let merged = units::history(&mut store.read().await?).await?.has_mergers();
    let mut reports: Vec<(Report, Ready)> = Vec::with_capacity(all.len());
    for stored in all {
        let number = stored.number;
        if let Some(last) = last_report(store, number).await? {
            // It cannot be put under other units: where some were merged it would be compared with what it is not.
            if !merged {
                let ready = ready::load(&mut store.read().await?, stored.clone()).await?;
                reports.push((last, ready));
            }
            continue;
        }
        let wave = Wave::load(store, stored.clone(), now, View::Shown).await?;
        // Counting a million sheets keeps a core busy; requests go on meanwhile. One after another, so that one
        // campaign's answers are in memory at a time.
        let work = tokio::task::spawn_blocking(move || {
            let report = if merged { wave.compute_under_successors() } else { wave.compute(None) };
            report.map(|report| (report, wave.frame.ready))
        });
        match task::ended(work.await) {
            Ok(computed) => reports.push(computed),
            Err(error) => {
                tracing::warn!(campaign = number, %error, "the campaign has no report; it is left out of its series");
            }
        }
    }
    let with: Vec<(&Report, &Definition)> =
        reports.iter().map(|(report, ready)| (report, &ready.definition)).collect();
    Ok(series::series(&with, unit))
}
