//! A report as an account may read it, for pages, files and programs alike: cut to its own units, and without comments for
//! those who read none.

pub mod period;

use std::time::Duration;

use tokio::sync::SemaphorePermit;

use super::{
    app::App,
    auth::{access::Permission, scope, session::Staff},
};
use crate::{
    figures::{self, NoReport, Under},
    index::{self, report::Report},
    organisation::{Campaign, UnitTree},
    report,
    store::{StoreError, campaigns::Stored, places},
};

/// Longest wait for a seat when other reports are being computed.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why somebody gets no report.
#[derive(Debug)]
pub enum NoCut {
    /// There is no such campaign or unit, or it lies outside what the account sees.
    Unknown,
    /// Others are being computed.
    Busy,
    /// The figures cannot be formed.
    Index(index::Error),
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for NoCut {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The report of a campaign, or of a unit of it.
///
/// # Errors
/// [`NoCut`].
pub async fn report(
    app: &App,
    staff: &Staff,
    slug: &str,
    unit: Option<&str>,
    under: Under,
) -> Result<(Campaign, Report), NoCut> {
    let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Err(NoCut::Unknown) };
    let unit = unit.or(staff.unit.as_deref());
    if let Some(unit) = unit
        && !scope::unit(app, staff, &tree, unit).await?
    {
        return Err(NoCut::Unknown);
    }
    let _seat = seat(app).await.ok_or(NoCut::Busy)?;
    let computed = figures::report_on(&app.formed, &app.store, slug, app.clock.now(), under).await;
    let mut report = computed.map_err(|no| match no {
        NoReport::UnknownCampaign { .. } => NoCut::Unknown,
        NoReport::Store(error) => NoCut::Store(error),
        NoReport::Index(error) => NoCut::Index(error),
    })?;
    if let Some(unit) = unit.and_then(|unit| tree.get(unit))
        && report.units.iter().all(|told| told.code != unit.code)
        && asked(app, &stored, &tree, &unit.code).await?
    {
        // Nobody has answered there yet, as far as it may be told.
        report.units.push(index::unanswered(&report, unit));
    }
    Ok((stored.campaign, cut(staff, report, unit).ok_or(NoCut::Unknown)?))
}

/// Whether a campaign asks about a unit or one below it.
async fn asked(app: &App, stored: &Stored, tree: &UnitTree, unit: &str) -> Result<bool, StoreError> {
    let Some(above) = tree.position(unit) else { return Ok(false) };
    let asked = places::units_asked(&mut app.store.read().await?, Some(stored.number)).await?;
    let within = |code: &str| tree.position(code).is_some_and(|at| tree.is_within(at, above));
    Ok(asked.iter().any(|(_, code)| within(code)))
}

/// A report as the account may read it, of one unit where one is named; `None`: it has no such unit.
pub fn cut(staff: &Staff, mut report: Report, unit: Option<&str>) -> Option<Report> {
    if !staff.may(Permission::ReadComments) {
        report.comments.clear();
    }
    match unit {
        None => Some(report),
        Some(code) => report::of_unit(&report, code),
    }
}

/// Waits for one of the seats for work that keeps a core busy; `None`: it took too long.
pub async fn seat(app: &App) -> Option<SemaphorePermit<'_>> {
    tokio::time::timeout(PATIENCE, app.reports.acquire()).await.ok()?.ok()
}
