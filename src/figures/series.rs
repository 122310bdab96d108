//! The way of a series: the report of every closed campaign that asked the same form, under the units that there are now.

use super::{NoReport, Wave, last_report, period::Series};
use crate::{
    definition::model::Definition,
    index::{
        report::Report,
        series::{self, Series as Compared},
    },
    organisation::Phase,
    set_aside::View,
    store::{
        Store, campaigns,
        ready::{self, Ready},
        units,
    },
};

/// Most campaigns compared: the newest.
pub const MOST: usize = 12;

/// The closed campaigns of a series beside each other, of one unit or of all together. `None`: none has closed, or the last one
/// has no such unit.
///
/// # Errors
/// [`NoReport`].
pub async fn series(
    store: &Store,
    of: &Series,
    unit: Option<&str>,
    now: i64,
) -> Result<Option<Compared>, NoReport> {
    let mut db = store.read().await?;
    let mut all = of.campaigns(campaigns::all(&mut db).await?);
    all.retain(|stored| stored.campaign.phase(now) == Phase::Closed);
    all.drain(..all.len().saturating_sub(MOST));
    let merged = units::history(&mut db).await?.iter().any(|dated| dated.unit.successor.is_some());
    drop(db);
    let mut reports: Vec<(Report, Ready)> = Vec::with_capacity(all.len());
    for stored in all {
        let number = stored.number;
        if let Some(last) = last_report(store, number).await? {
            let ready = ready::load(&mut store.read().await?, stored).await?;
            reports.push((last, ready));
            continue;
        }
        let wave = Wave::load(store, stored, now, View::Shown).await?;
        // Counting a million sheets keeps a core busy; requests go on meanwhile. One after another, so that one
        // campaign's answers are in memory at a time.
        let work = tokio::task::spawn_blocking(move || {
            let report = if merged { wave.compute_under_successors() } else { wave.compute(None) };
            report.map(|report| (report, wave.ready))
        });
        match work.await {
            Ok(Ok(computed)) => reports.push(computed),
            Ok(Err(error)) => {
                tracing::warn!(campaign = number, %error, "the campaign has no report; it is left out of its series");
            }
            Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
        }
    }
    let with: Vec<(&Report, &Definition)> =
        reports.iter().map(|(report, ready)| (report, &ready.definition)).collect();
    Ok(series::series(&with, unit))
}
