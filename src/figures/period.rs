//! The way of a period's figures: the campaigns that asked the same within a quarter, half a year, nine months, a year, as one
//! report.

use i18n_embed_fl::fl;
use jiff::civil::Date;

use super::{NoReport, Wave, last_report};
use crate::{
    clock,
    index::{
        input::{Input, Previous},
        pooled::{self, NoPool, Pool, Within},
        report::{CampaignInfo, PeriodCampaign, PeriodInfo, Report},
    },
    language::Lang,
    organisation::{Campaign, Period, Phase, State, UnitTree},
    set_aside::View,
    store::{
        Store, StoreError,
        campaigns::{self, Stored},
        ready::{self, Ready},
        units,
    },
};

/// Campaigns that ask the same form of the same questionnaire.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Series {
    /// Id of the questionnaire.
    pub definition: String,
    /// The form.
    pub form: String,
}

impl Series {
    /// The series of a campaign.
    pub fn of(campaign: &Campaign) -> Self {
        Self { definition: campaign.definition.clone(), form: campaign.form.clone() }
    }

    /// Its campaigns that have been released, in order of time.
    pub fn campaigns(&self, all: Vec<Stored>) -> Vec<Stored> {
        let mut own: Vec<Stored> = all
            .into_iter()
            .filter(|stored| Self::of(&stored.campaign) == *self && stored.campaign.state != State::Draft)
            .collect();
        own.sort_by(|a, b| order(&a.campaign).cmp(&order(&b.campaign)));
        own
    }
}

fn order(campaign: &Campaign) -> (i64, i64, &str) {
    (campaign.closes, campaign.opens, &campaign.slug)
}

/// First and last day of a campaign.
fn days(campaign: &Campaign) -> Option<(Date, Date)> {
    let day = |at: i64| clock::date(clock::day(at));
    Some((day(campaign.opens)?, day(campaign.closes.saturating_sub(1))?))
}

/// How a period stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It has no campaign.
    Empty,
    /// It goes on, and none of its last three months is told yet.
    GoesOn,
    /// Campaigns that have not closed, by slug.
    Waits(Vec<String>),
    /// Its report can be made.
    Ready,
}

/// How a period stands at `now`; `campaigns` are those of [`in_period`].
pub fn standing(period: Period, campaigns: &[&Campaign], now: i64) -> Standing {
    if campaigns.is_empty() {
        return Standing::Empty;
    }
    let open: Vec<String> = campaigns
        .iter()
        .filter(|campaign| campaign.phase(now) != Phase::Closed)
        .map(|campaign| campaign.slug.clone())
        .collect();
    if !open.is_empty() {
        return Standing::Waits(open);
    }
    let over = clock::date(clock::day(now)).is_some_and(|today| period.last() < today);
    let told = campaigns
        .iter()
        .filter_map(|campaign| days(campaign))
        .any(|(_, last)| period.is_in_last_quarter(last));
    if over || told { Standing::Ready } else { Standing::GoesOn }
}

/// The campaigns that lie wholly within a period; those that only reach into it belong to none of its length.
pub fn in_period(period: Period, campaigns: &[Stored]) -> Vec<&Stored> {
    let lies =
        |stored: &&Stored| days(&stored.campaign).is_some_and(|(first, last)| period.holds(first, last));
    campaigns.iter().filter(lies).collect()
}

/// Why a period has no report.
#[derive(Debug, thiserror::Error)]
pub enum NoPeriodReport {
    /// No campaign of the series lies within it.
    #[error("no campaign lies within the period")]
    Empty,
    /// It goes on.
    #[error("the period goes on")]
    GoesOn,
    /// Campaigns of it have not closed.
    #[error("campaigns have not closed: {}", .0.join(", "))]
    Open(Vec<String>),
    /// The answers of one of several campaigns have been deleted.
    #[error("the answers of campaign {0:?} have been deleted")]
    Erased(String),
    /// They cannot be counted together.
    #[error(transparent)]
    Pool(#[from] NoPool),
    /// One of the campaigns has no report.
    #[error(transparent)]
    Report(#[from] NoReport),
}

impl From<StoreError> for NoPeriodReport {
    fn from(error: StoreError) -> Self {
        Self::Report(error.into())
    }
}

impl NoPeriodReport {
    /// The words for the reader; `address` is the database's.
    pub fn words(&self, lang: Lang, address: &str) -> String {
        let m = lang.messages();
        match self {
            Self::Empty => fl!(m, "period-no-empty"),
            Self::GoesOn => fl!(m, "period-no-goes-on"),
            Self::Open(slugs) => fl!(m, "period-no-open", campaigns = slugs.join(", ")),
            Self::Erased(slug) => fl!(m, "period-no-erased", campaign = slug.as_str()),
            Self::Pool(no) => no.words(lang),
            Self::Report(no) => no.words(lang, address),
        }
    }
}

/// The report of a series over a period, with changes from the one before where that has one.
///
/// # Errors
/// [`NoPeriodReport`].
pub async fn report(
    store: &Store,
    series: &Series,
    period: Period,
    now: i64,
) -> Result<Report, NoPeriodReport> {
    let all = campaigns::all(&mut store.read().await?).await?;
    let all = series.campaigns(all);
    let before = match one(store, &all, period.before(), now, None).await {
        Ok(before) => Some(before),
        Err(NoPeriodReport::Report(NoReport::Store(error))) => return Err(error.into()),
        // What there is no report of is not compared with.
        Err(_) => None,
    };
    Ok(one(store, &all, period, now, before).await?.0)
}

/// The report of one period, with the questionnaire of its last campaign.
async fn one(
    store: &Store,
    all: &[Stored],
    period: Period,
    now: i64,
    before: Option<(Report, Ready)>,
) -> Result<(Report, Ready), NoPeriodReport> {
    let own = in_period(period, all);
    let held: Vec<&Campaign> = own.iter().map(|stored| &stored.campaign).collect();
    match standing(period, &held, now) {
        Standing::Ready => {}
        Standing::Empty => return Err(NoPeriodReport::Empty),
        Standing::GoesOn => return Err(NoPeriodReport::GoesOn),
        Standing::Waits(slugs) => return Err(NoPeriodReport::Open(slugs)),
    }
    let several = own.len() > 1;
    let mut waves = Vec::new();
    for stored in &own {
        if let Some(last) = last_report(store, stored.number).await? {
            if several {
                return Err(NoPeriodReport::Erased(stored.campaign.slug.clone()));
            }
            let ready = ready::load(&mut store.read().await?, (*stored).clone()).await?;
            return Ok((named(last, period), ready));
        }
        waves.push(Wave::load(store, (*stored).clone(), now, View::Shown).await?);
    }
    let history = units::history(&mut store.read().await?).await?;
    let tree = |waves: &[&Campaign]| {
        let last = waves.iter().filter_map(|campaign| days(campaign)).map(|(_, last)| last).max();
        history
            .merged_by(last.unwrap_or(Date::ZERO))
            .map_err(|_| NoPeriodReport::from(StoreError::Corrupt("tree of units")))
    };
    let units = tree(&held)?;
    let mut within = Vec::new();
    for positions in within_period(period, &own) {
        let campaigns: Vec<&Campaign> = positions.iter().map(|at| held[*at]).collect();
        within.push(Within { units: tree(&campaigns)?, waves: positions });
    }
    // Counting a million sheets keeps a core busy; requests go on meanwhile.
    let work = tokio::task::spawn_blocking(move || compute(waves, within, &units, period, before));
    match work.await {
        Ok(computed) => computed,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

/// The reports within a period's that somebody may have read, by positions of their campaigns: those of shorter periods, and
/// those that were made before the last campaigns came.
fn within_period(period: Period, own: &[&Stored]) -> Vec<Vec<usize>> {
    let mut sets: Vec<Vec<usize>> = Vec::new();
    for shorter in period.within().chain([period]) {
        let held: Vec<usize> = (0..own.len())
            .filter(|at| days(&own[*at].campaign).is_some_and(|(first, last)| shorter.holds(first, last)))
            .collect();
        sets.extend((2..=held.len()).map(|length| held[..length].to_vec()));
    }
    // Each after those that lie in it.
    sets.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    sets.dedup();
    sets.retain(|set| set.len() < own.len());
    sets
}

fn compute(
    mut waves: Vec<Wave>,
    within: Vec<Within>,
    units: &UnitTree,
    period: Period,
    before: Option<(Report, Ready)>,
) -> Result<(Report, Ready), NoPeriodReport> {
    let previous = before.as_ref().map(|(report, ready)| Previous { report, definition: &ready.definition });
    let report = if let [wave] = waves.as_slice() {
        named(wave.compute(previous).map_err(NoReport::Index)?, period)
    } else {
        let reports: Vec<Report> =
            waves.iter().map(|wave| wave.compute(None)).collect::<Result<_, _>>().map_err(NoReport::Index)?;
        let inputs: Vec<Input<'_>> = waves.iter().map(|wave| wave.input(None)).collect();
        let parts: Vec<pooled::Wave<'_>> =
            inputs.iter().zip(&reports).map(|(input, report)| pooled::Wave { input, report }).collect();
        let title = waves.last().map_or("", |wave| Lang::VI.pick(&wave.ready.definition.title));
        pooled::pooled(&Pool {
            waves: &parts,
            within: &within,
            units,
            period: info(period, title),
            previous,
        })?
    };
    let ready = waves.pop().map(|wave| wave.ready).ok_or(NoPeriodReport::Empty)?;
    Ok((report, ready))
}

fn info(period: Period, title: &str) -> PeriodInfo {
    PeriodInfo {
        code: period.to_string(),
        title: fl!(
            Lang::VI.messages(),
            "period-title",
            questionnaire = title,
            period = period.name(Lang::VI)
        ),
        first: period.first().to_string(),
        last: period.last().to_string(),
        campaigns: Vec::new(),
    }
}

/// A campaign's report as that of the period in which it is the only one.
fn named(report: Report, period: Period) -> Report {
    let campaign = PeriodCampaign {
        campaign: report.campaign.clone(),
        responses: report.responses.valid,
        population: report
            .units
            .iter()
            .filter(|unit| unit.parent.is_none())
            .map(|unit| unit.population)
            .sum(),
    };
    let title = fl!(
        Lang::VI.messages(),
        "period-title",
        questionnaire = report.campaign.title.as_str(),
        period = period.name(Lang::VI)
    );
    Report {
        campaign: CampaignInfo {
            slug: format!("{}-{}-{period}", report.campaign.definition.id, report.campaign.form),
            title: title.clone(),
            ..report.campaign.clone()
        },
        period: Some(PeriodInfo { title, campaigns: vec![campaign], ..info(period, "") }),
        ..report
    }
}
