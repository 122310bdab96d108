//! The report over a period's campaigns as an account may read it.

use super::{cut, seat};
use crate::{
    figures::{
        NoReport,
        period::{self, NoPeriodReport, Series},
    },
    index::report::Report,
    organisation::Period,
    store::{StoreError, units},
    web::{
        app::App,
        auth::{scope, session::Staff},
    },
};

/// Why somebody gets no report.
#[derive(Debug)]
pub enum NoCut {
    /// There are no such campaigns or no such unit, or they lie outside what the account sees.
    Unknown,
    /// Others are being computed.
    Busy,
    /// The period has none.
    Period(NoPeriodReport),
    /// The database.
    Store(StoreError),
}

impl From<StoreError> for NoCut {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// The report of a period, or of a unit over it.
///
/// # Errors
/// [`NoCut`].
pub async fn report(
    app: &App,
    staff: &Staff,
    series: &Series,
    period: Period,
    unit: Option<&str>,
) -> Result<Report, NoCut> {
    let campaigns = series.campaigns(scope::campaigns(app, staff).await?);
    if campaigns.is_empty() {
        return Err(NoCut::Unknown);
    }
    let unit = unit.or(staff.unit.as_deref());
    if let Some(unit) = unit {
        let tree = units::tree(&mut app.store.read().await?).await?;
        if !scope::unit(app, staff, &tree, unit).await? {
            return Err(NoCut::Unknown);
        }
    }
    let _seat = seat(app).await.ok_or(NoCut::Busy)?;
    let computed = period::report(&app.store, &campaigns, period, app.clock.now()).await;
    let report = computed.map_err(|no| match no {
        NoPeriodReport::Report(NoReport::Store(error)) => NoCut::Store(error),
        no => NoCut::Period(no),
    })?;
    cut(staff, report, unit).ok_or(NoCut::Unknown)
}
