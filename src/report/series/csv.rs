//! The series as CSV in long form: a row a campaign and figure.

use ::csv::{Terminator, WriterBuilder};

use crate::{
    index::{
        report::Publish,
        series::{Level, Point, Series},
    },
    report::guard,
};

const COLUMNS: [&str; 21] = [
    "campaign",
    "title",
    "opens",
    "closes",
    "unit",
    "unit_name",
    "level",
    "id",
    "name",
    "n",
    "estimate",
    "se",
    "lower",
    "upper",
    "decision",
    "publish",
    "change",
    "change_se",
    "p",
    "p_adjusted",
    "not_compared",
];

/// Comma-separated, UTF-8 with a mark at the beginning, CRLF; numbers with a point, shares 0..1. Headings and codes are for
/// programs and the same in every language. The first rows are of all units together, or of the unit that the series is of.
#[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
pub fn csv(series: &Series) -> Vec<u8> {
    let mut writer =
        WriterBuilder::new().terminator(Terminator::CRLF).from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(COLUMNS).expect("a heading");
    let (unit, name) =
        (series.unit.as_deref().unwrap_or_default(), series.name.as_deref().unwrap_or_default());
    let lines = series.lines.iter().map(|line| {
        let level = match line.level {
            Level::Index => "index",
            Level::Dimension => "dimension",
            Level::Criterion => "criterion",
        };
        (unit, name, level, line.id.as_str(), line.name.as_str(), &line.points)
    });
    let units = series
        .units
        .iter()
        .map(|unit| (unit.code.as_str(), unit.name.as_str(), "index", "index", "", &unit.points));
    for (unit, unit_name, level, id, name, points) in lines.chain(units) {
        for (own, point) in series.campaigns.iter().zip(points) {
            let campaign = &own.campaign;
            let head = [
                &campaign.slug,
                campaign.title.as_str(),
                &campaign.opens,
                &campaign.closes,
                unit,
                unit_name,
                level,
                id,
                name,
            ];
            let cells = head.iter().map(|text| guard::cell(text).into_owned()).chain(figures(point));
            writer.write_record(cells).expect("a row");
        }
    }
    writer.into_inner().expect("what was written")
}

fn figures(point: &Point) -> [String; 12] {
    let figure = point.figure.clone().unwrap_or_default();
    let change = figure.change.clone().unwrap_or_default();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let code = |value: Option<serde_json::Value>| value.map(word).unwrap_or_default();
    [
        figure.n.map_or_else(String::new, |n| n.to_string()),
        number(figure.estimate),
        number(figure.se),
        number(figure.lower),
        number(figure.upper),
        code(figure.decision.and_then(|decision| serde_json::to_value(decision).ok())),
        code(
            serde_json::to_value(if point.figure.is_some() { figure.publish } else { Publish::Suppress })
                .ok(),
        ),
        number(change.change),
        number(change.se),
        number(change.p),
        number(point.p_adjusted),
        code(change.reason.and_then(|reason| serde_json::to_value(reason).ok())),
    ]
}
