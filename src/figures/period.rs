//! The way of a period's figures: the campaigns that asked the same within a quarter, half a year, nine months, a year, as one
//! report.

use std::{collections::BTreeMap, sync::Arc};

use i18n_embed_fl::fl;
use jiff::{Span, civil::Date};

use super::{NoReport, Wave, last_report, silent};
use crate::{
    clock,
    index::{
        self, MERGED,
        input::{Input, Previous},
        notes::note,
        pooled::{self, GAPS, NoPool, Pool},
        report::{CampaignInfo, PeriodInfo, Report},
    },
    language::Lang,
    organisation::{Campaign, Period, Phase, State, UnitTree, quarters},
    report::format,
    set_aside::View,
    store::{
        Store, StoreError,
        campaigns::Stored,
        periods,
        ready::{self, Ready},
        units,
    },
    task,
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
    pub fn campaigns(&self, mut all: Vec<Stored>) -> Vec<Stored> {
        all.retain(|stored| Self::of(&stored.campaign) == *self);
        released(all)
    }
}

/// Those that have been released, in order of time.
pub(super) fn released(mut campaigns: Vec<Stored>) -> Vec<Stored> {
    campaigns.retain(|stored| stored.campaign.state != State::Draft);
    campaigns.sort_by(|a, b| order(&a.campaign).cmp(&order(&b.campaign)));
    campaigns
}

fn order(campaign: &Campaign) -> (i64, i64, &str) {
    (campaign.closes, campaign.opens, &campaign.slug)
}

/// First and last day of a campaign.
pub(super) fn days(campaign: &Campaign) -> Option<(Date, Date)> {
    let day = |at: i64| clock::date(clock::day(at));
    Some((day(campaign.opens)?, day(campaign.closes.saturating_sub(1))?))
}

/// A text, by language.
pub type Words = BTreeMap<String, String>;

/// Titles as they stand in a sentence.
fn quoted(lang: Lang, titles: &[Words]) -> String {
    titles.iter().map(|title| format!("“{}”", lang.pick(title))).collect::<Vec<_>>().join(", ")
}

/// How a period stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It has no campaign.
    Empty,
    /// It goes on; from this day on its report can be made of the campaigns that there are.
    GoesOn(Date),
    /// Campaigns that have not closed, by their titles.
    Waits(Vec<Words>),
    /// Its report can be made.
    Ready,
}

/// Days before the day on which a report is due from which on it is made of what there is, and a missing one is told of.
pub const SOON: i64 = 7;

/// How a period stands at `now`; `campaigns` are those of [`in_period`], `due` is the day on which its report is due.
pub fn standing(period: Period, campaigns: &[&Campaign], due: Date, now: i64) -> Standing {
    if campaigns.is_empty() {
        return Standing::Empty;
    }
    let open: Vec<Words> = campaigns
        .iter()
        .filter(|campaign| campaign.phase(now) != Phase::Closed)
        .map(|campaign| campaign.title.clone())
        .collect();
    if !open.is_empty() {
        return Standing::Waits(open);
    }
    // More campaigns may come until then.
    let from = due.checked_sub(Span::new().days(SOON)).unwrap_or(due).min(period.last());
    let today = clock::date(clock::day(now)).unwrap_or(Date::ZERO);
    if from <= today { Standing::Ready } else { Standing::GoesOn(from) }
}

/// The campaigns that lie wholly within a period; those that only reach into it belong to none of its length.
pub fn in_period(period: Period, campaigns: &[Stored]) -> Vec<&Stored> {
    let lies =
        |stored: &&Stored| days(&stored.campaign).is_some_and(|(first, last)| period.holds(first, last));
    campaigns.iter().filter(lies).collect()
}

/// The quarters of a period in which none of its campaigns asked.
pub fn gaps(period: Period, campaigns: &[&Campaign]) -> Vec<u8> {
    let asked: Vec<(Date, Date)> = campaigns.iter().filter_map(|campaign| days(campaign)).collect();
    period.quarters_without(&asked)
}

/// Says so, since the figures are those of the other quarters alone.
fn say_gaps(report: &mut Report, period: Period, campaigns: &[&Stored]) {
    let held: Vec<&Campaign> = campaigns.iter().map(|stored| &stored.campaign).collect();
    let missing = gaps(period, &held);
    if missing.is_empty() {
        return;
    }
    let (opens, closes) = (report.campaign.opens.clone(), report.campaign.closes.clone());
    report.notes.push(note(GAPS, None, |lang| {
        fl!(
            lang.messages(),
            "period-note-gaps",
            quarters = quarters(lang, &missing),
            from = format::opening(lang, &opens),
            to = format::closing(lang, &closes)
        )
    }));
}

/// Says that units had been merged by the period's end, and what stands for them.
fn say_merged(report: &mut Report) {
    let n = report.units.iter().filter(|unit| unit.merged_into.is_some()).count();
    if n > 0 {
        report.notes.push(note(MERGED, None, |lang| fl!(lang.messages(), "period-note-merged", n = n)));
    }
}

/// Why a period has no report.
#[derive(Debug, thiserror::Error)]
pub enum NoPeriodReport {
    /// No campaign of the series lies within it.
    #[error("no campaign lies within the period")]
    Empty,
    /// It goes on until this day at least.
    #[error("the period goes on; the report can be made from {0} on")]
    GoesOn(Date),
    /// Campaigns of it have not closed; their titles.
    #[error("campaigns have not closed: {}", quoted(Lang::VI, .0))]
    Open(Vec<Words>),
    /// The answers of one of several campaigns, by its title, have been deleted.
    #[error("the answers of campaign {} have been deleted", Lang::VI.pick(.0))]
    Erased(Words),
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
            Self::GoesOn(from) => fl!(m, "period-no-goes-on", day = format::date(lang, *from)),
            Self::Open(titles) => fl!(m, "period-no-open", campaigns = quoted(lang, titles)),
            Self::Erased(title) => fl!(m, "period-no-erased", campaign = lang.pick(title)),
            Self::Pool(no) => no.words(lang),
            Self::Report(no) => no.words(lang, address),
        }
    }
}

/// The report over a period of a series' campaigns ([`Series::campaigns`]), with changes from the one before where that has one.
///
/// # Errors
/// [`NoPeriodReport`].
pub async fn report(
    store: &Store,
    campaigns: &[Stored],
    period: Period,
    now: i64,
) -> Result<Report, NoPeriodReport> {
    let due = periods::due_day(&mut store.read().await?).await?;
    let own = ready_campaigns(campaigns, period, due, now)?;
    // Both under the units of this one's end, so that a merger is no change.
    let last = own.iter().filter_map(|stored| days(&stored.campaign)).map(|(_, last)| last).max();
    let history = units::history(&mut store.read().await?).await?;
    let merged = history.has_mergers();
    let tree = history.merged_by(last.unwrap_or(Date::ZERO));
    let tree = tree.map_err(|_| NoPeriodReport::from(StoreError::Corrupt("tree of units")))?;
    let tree = Arc::new(tree);
    let merged = merged.then_some(last.unwrap_or(Date::ZERO));
    let before = match ready_campaigns(campaigns, period.before(), due, now) {
        Ok(earlier) => match one(store, &earlier, period.before(), now, &tree, merged).await {
            Ok(before) => Some(before),
            Err(NoPeriodReport::Report(NoReport::Store(error))) => return Err(error.into()),
            // What there is no report of is not compared with.
            Err(_) => None,
        },
        Err(_) => None,
    };
    let (mut report, ready) = one(store, &own, period, now, &tree, merged).await?;
    index::forget_changes(&mut report);
    say_gaps(&mut report, period, &own);
    if let Some((before, earlier)) = &before {
        let previous = Previous { report: before, definition: &earlier.definition };
        index::set_changes(&mut report, &ready.definition, &previous);
    }
    Ok(report)
}

/// The campaigns of a period whose report can be made.
fn ready_campaigns(
    campaigns: &[Stored],
    period: Period,
    due_day: i8,
    now: i64,
) -> Result<Vec<&Stored>, NoPeriodReport> {
    let own = in_period(period, campaigns);
    let held: Vec<&Campaign> = own.iter().map(|stored| &stored.campaign).collect();
    match standing(period, &held, period.due(due_day), now) {
        Standing::Ready => Ok(own),
        Standing::Empty => Err(NoPeriodReport::Empty),
        Standing::GoesOn(from) => Err(NoPeriodReport::GoesOn(from)),
        Standing::Waits(titles) => Err(NoPeriodReport::Open(titles)),
    }
}

/// The report of one period under some units, with the questionnaire of its last campaign; no changes. `merged`: the day whose units
/// they are, where any were merged into others.
async fn one(
    store: &Store,
    own: &[&Stored],
    period: Period,
    now: i64,
    units: &Arc<UnitTree>,
    merged: Option<Date>,
) -> Result<(Report, Ready), NoPeriodReport> {
    let several = own.len() > 1;
    let mut waves = Vec::new();
    for stored in own {
        if let Some(last) = last_report(store, stored.number).await? {
            if several {
                return Err(NoPeriodReport::Erased(stored.campaign.title.clone()));
            }
            let ready = ready::load(&mut store.read().await?, (*stored).clone()).await?;
            let title = Lang::VI.pick(&ready.definition.title);
            return Ok((named(last, period, title), ready));
        }
        let wave = Wave::load(store, (*stored).clone(), now, View::Shown).await?;
        // Several campaigns as one, and each of them alone, would tell what each category hides in one of them.
        waves.push(Wave { breakdowns: !several, ..wave });
    }
    let units = Arc::clone(units);
    // Counting a million sheets keeps a core busy; requests go on meanwhile.
    let work = tokio::task::spawn_blocking(move || compute(waves, &units, merged, period));
    task::ended(work.await)
}

fn compute(
    mut waves: Vec<Wave>,
    units: &UnitTree,
    merged: Option<Date>,
    period: Period,
) -> Result<(Report, Ready), NoPeriodReport> {
    let reports: Vec<Report> =
        waves.iter().map(|wave| wave.compute(None)).collect::<Result<_, _>>().map_err(NoReport::Index)?;
    let alone =
        waves.len() == 1 && (merged.is_none() || waves.iter().any(|wave| wave.frame.judging.is_some()));
    let title = waves.last().map_or("", |wave| Lang::VI.pick(&wave.frame.ready.definition.title));
    let report = if let (true, [report]) = (alone, reports.as_slice()) {
        named(report.clone(), period, title)
    } else {
        let inputs: Vec<Input<'_>> = waves.iter().map(|wave| wave.input(None)).collect();
        let parts: Vec<pooled::Wave<'_>> =
            inputs.iter().zip(&reports).map(|(input, report)| pooled::Wave { input, report }).collect();
        let mut report = pooled::pooled(&Pool { waves: &parts, units, period: info(period, title) })?;
        let asked = waves.iter().flat_map(|wave| &wave.frame.asked);
        silent::list(&mut report, units, asked.map(String::as_str));
        if let Some(day) = merged {
            index::mark_merged(&mut report, |code| {
                let unit = units.get(code).filter(|unit| unit.valid_to.is_some_and(|last| last < day))?;
                unit.successor.clone()
            });
            say_merged(&mut report);
        }
        report
    };
    let ready = waves.pop().map(|wave| wave.frame.ready).ok_or(NoPeriodReport::Empty)?;
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

/// A campaign's report as that of the period in which it is the only one, with the title of its questionnaire: the campaign's own may
/// name a shorter time.
fn named(report: Report, period: Period, questionnaire: &str) -> Report {
    let campaigns = vec![pooled::member(&report)];
    let info = PeriodInfo { campaigns, ..info(period, questionnaire) };
    Report {
        campaign: CampaignInfo {
            slug: format!("{}-{}-{period}", report.campaign.definition.id, report.campaign.form),
            title: info.title.clone(),
            ..report.campaign.clone()
        },
        period: Some(info),
        ..report
    }
}
