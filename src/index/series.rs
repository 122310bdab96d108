//! Campaigns in order of time, each against the one before: nothing enters but what their reports show.
//!
//! Every change is tested (`change`); of one figure the tests over all campaigns are a family, and of one step those of all
//! units, so that p values are adjusted for it (Holm 1979). What was asked or counted otherwise is not compared, and says why.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{
    change,
    input::Previous,
    report::{CampaignInfo, Change, Estimate, Publish, Report, Result as Figures, Unchanged},
};
use crate::{
    definition::model::{Definition, Measure},
    statistics::ranking::holm,
};

/// The name and version of the series' shape.
pub const SCHEMA: &str = "sipas.series/1";

/// Campaigns in order of time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Series {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Confidence level of all intervals, 0..1.
    pub level: f64,
    /// The target of the last campaign, 0..1.
    pub target: f64,
    /// What the last campaign measures: `share_satisfied` or `mean_score`.
    pub measure: Measure,
    /// Fewest answers of a published cell (k) of the last campaign.
    pub minimum: u32,
    /// The campaigns.
    pub campaigns: Vec<SeriesCampaign>,
    /// Code of the unit; null: all together.
    pub unit: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// The index, dimensions and criteria of the last campaign, in its order.
    pub lines: Vec<Line>,
    /// The index of every unit of the last campaign; empty in a unit's series.
    pub units: Vec<UnitLine>,
    /// Ids of criteria of earlier campaigns that the last one does not ask.
    pub no_longer_asked: Vec<String>,
}

/// A campaign of a series.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeriesCampaign {
    /// The campaign.
    #[serde(flatten)]
    pub campaign: CampaignInfo,
    /// Answer sheets that its figures are formed from; null where fewer than may be told.
    pub responses: Option<u64>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The whole index.
    Index,
    /// A dimension.
    Dimension,
    /// A criterion.
    Criterion,
}

/// A figure over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Line {
    /// What it is about.
    pub level: Level,
    /// Its id; `index` for the whole.
    pub id: String,
    /// Its name.
    pub name: String,
    /// A point a campaign.
    pub points: Vec<Point>,
}

/// A unit's index over time.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct UnitLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Code of the unit above.
    pub parent: Option<String>,
    /// A point a campaign; the p values of the last step are adjusted for all units.
    pub points: Vec<Point>,
}

/// A figure in a campaign.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Point {
    /// The figure, with its change since the campaign before; null where that campaign has no such unit or question.
    pub figure: Option<Estimate>,
    /// p of no change, adjusted for the family; null where there is no test.
    pub p_adjusted: Option<f64>,
    /// Whether that is below 1 − level.
    pub significant: Option<bool>,
}

impl Point {
    /// The figure as shown, 0..1.
    pub fn shown(&self) -> Option<f64> {
        self.figure.as_ref().filter(|figure| figure.publish != Publish::Suppress)?.estimate
    }

    /// The change since the campaign before.
    pub fn change(&self) -> Option<&Change> {
        self.figure.as_ref()?.change.as_ref()
    }
}

/// The series of some reports in order of time, each with its definition; of one unit, or of all together. `None`: there is no
/// report, or none has such a unit; those after the last one that has it are left out.
pub fn series(reports: &[(&Report, &Definition)], unit: Option<&str>) -> Option<Series> {
    let has = |report: &Report| unit.is_none_or(|code| report.units.iter().any(|unit| unit.code == code));
    let reports = reports.get(..=reports.iter().rposition(|(report, _)| has(report))?)?;
    let mut compared: Vec<Report> = Vec::with_capacity(reports.len());
    for (at, (report, definition)) in reports.iter().enumerate() {
        let mut report = (*report).clone();
        match at.checked_sub(1).and_then(|before| reports.get(before)) {
            Some((before, earlier)) => {
                change::set(&mut report, definition, &Previous { report: before, definition: earlier });
            }
            None => change::forget(&mut report),
        }
        compared.push(report);
    }
    let last = compared.last()?;
    let of = |report: &'_ Report| -> Option<Figures> {
        match unit {
            None => Some(report.total.clone()),
            Some(code) => report.units.iter().find(|unit| unit.code == code).map(|unit| unit.result.clone()),
        }
    };
    let figures: Vec<Option<Figures>> = compared.iter().map(of).collect();
    let own = figures.last()?.as_ref()?;
    let alpha = 1.0 - last.level;
    let mut lines = vec![(Level::Index, "index".to_owned(), String::new())];
    for dimension in &own.dimensions {
        lines.push((Level::Dimension, dimension.id.clone(), dimension.name.clone()));
        let criteria = dimension.criteria.iter();
        lines.extend(criteria.map(|c| (Level::Criterion, c.id.clone(), c.name.clone())));
    }
    let lines = lines
        .into_iter()
        .map(|(level, id, name)| {
            let points = figures.iter().map(|figures| point(figures.as_ref()?, level, &id));
            Line { points: adjusted(points, alpha), level, id, name }
        })
        .collect();
    let mut units: Vec<UnitLine> = Vec::new();
    if unit.is_none() {
        let indices: Vec<BTreeMap<&str, &Estimate>> = compared
            .iter()
            .map(|report| report.units.iter().map(|unit| (unit.code.as_str(), &unit.result.index)).collect())
            .collect();
        units.extend(last.units.iter().map(|unit| {
            let points = indices.iter().map(|report| report.get(unit.code.as_str()).map(|e| (*e).clone()));
            UnitLine {
                code: unit.code.clone(),
                name: unit.name.clone(),
                parent: unit.parent.clone(),
                points: points.map(|figure| Point { figure, ..Point::default() }).collect(),
            }
        }));
        for at in 0..compared.len() {
            let family: Vec<Option<f64>> =
                units.iter().map(|unit| unit.points.get(at)?.change()?.p).collect();
            for (unit, p) in units.iter_mut().zip(holm(&family)) {
                if let Some(point) = unit.points.get_mut(at) {
                    (point.p_adjusted, point.significant) = (p, p.map(|p| p < alpha));
                }
            }
        }
    }
    let asked = |report: &Report| -> BTreeSet<String> {
        let criteria = report.total.dimensions.iter().flat_map(|dimension| &dimension.criteria);
        criteria.map(|criterion| criterion.id.clone()).collect()
    };
    let now = asked(last);
    let before: BTreeSet<String> = compared.iter().flat_map(&asked).collect();
    Some(Series {
        schema: SCHEMA,
        level: last.level,
        target: last.target,
        measure: last.method.measure,
        minimum: last.method.minimum_answers,
        campaigns: compared
            .iter()
            .zip(&figures)
            .map(|(report, figures)| SeriesCampaign {
                campaign: report.campaign.clone(),
                responses: figures.as_ref().and_then(|figures| figures.responses),
            })
            .collect(),
        unit: unit.map(str::to_owned),
        name: unit.and_then(|code| Some(last.units.iter().find(|unit| unit.code == code)?.name.clone())),
        lines,
        units,
        no_longer_asked: before.difference(&now).cloned().collect(),
    })
}

/// A figure of a report by what it is about.
fn point(figures: &Figures, level: Level, id: &str) -> Option<Estimate> {
    let dimensions = || figures.dimensions.iter();
    match level {
        Level::Index => Some(figures.index.clone()),
        Level::Dimension => dimensions().find(|d| d.id == id).map(|d| d.estimate.clone()),
        Level::Criterion => {
            dimensions().flat_map(|d| &d.criteria).find(|c| c.id == id).map(|c| c.estimate.clone())
        }
    }
}

/// The points of a line, its tests adjusted for each other.
fn adjusted(points: impl Iterator<Item = Option<Estimate>>, alpha: f64) -> Vec<Point> {
    let mut points: Vec<Point> = points.map(|figure| Point { figure, ..Point::default() }).collect();
    let family: Vec<Option<f64>> = points.iter().map(|point| point.change()?.p).collect();
    for (point, p) in points.iter_mut().zip(holm(&family)) {
        (point.p_adjusted, point.significant) = (p, p.map(|p| p < alpha));
    }
    points
}

/// Why figures of a line are not compared somewhere, each reason once.
pub fn reasons(line: &Line) -> BTreeSet<Unchanged> {
    line.points.iter().filter_map(|point| point.change()?.reason).collect()
}
