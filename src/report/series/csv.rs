//! The series as CSV in long form: a row a campaign and figure.

use ::csv::{Terminator, WriterBuilder};

use crate::{
    index::{
        report::Publish,
        series::{Level, Point, Series},
    },
    report::{guard, shown},
    schema::code_of,
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
    let shown = point.figure.as_ref().and_then(shown::shown);
    let publish = point.figure.as_ref().map_or(Publish::Suppress, |figure| figure.publish);
    let p_adjusted = shown.and(point.p_adjusted);
    let figure = shown.cloned().unwrap_or_default();
    let change = figure.change.clone().unwrap_or_default();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    [
        figure.n.map_or_else(String::new, |n| n.to_string()),
        number(figure.estimate),
        number(figure.se),
        number(figure.lower),
        number(figure.upper),
        figure.decision.map_or_else(String::new, |decision| code_of(&decision)),
        code_of(&publish),
        number(change.change),
        number(change.se),
        number(change.p),
        number(p_adjusted),
        change.reason.map_or_else(String::new, |reason| code_of(&reason)),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::report::{Change, Decision, Estimate};

    #[test]
    fn d_01_no_number_of_a_hidden_figure_stands_in_the_file_even_where_the_data_holds_one() {
        let figure = Estimate {
            n: Some(7),
            estimate: Some(0.25),
            se: Some(0.125),
            lower: Some(0.0625),
            upper: Some(0.5),
            decision: Some(Decision::NotMet),
            publish: Publish::Suppress,
            change: Some(Change { change: Some(0.03125), p: Some(0.75), ..Change::default() }),
            ..Estimate::default()
        };
        let point = Point { figure: Some(figure.clone()), p_adjusted: Some(0.75), significant: Some(false) };
        let cells = figures(&point);
        assert_eq!(cells[6], "suppress");
        assert!(cells.iter().enumerate().all(|(at, cell)| at == 6 || cell.is_empty()), "{cells:?}");
        let shown = Point { figure: Some(Estimate { publish: Publish::Caution, ..figure }), ..point };
        assert_eq!(figures(&shown)[..3], ["7", "0.25", "0.125"]);
        assert_eq!(figures(&Point::default())[6], "suppress", "a unit that there was not yet");
    }
}
