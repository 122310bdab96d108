//! The report as one flat, tidy table: a row for each unit and node of the index tree.

mod more;

use std::collections::BTreeSet;

use ::csv::{Terminator, WriterBuilder};
use i18n_embed_fl::fl;

use crate::{
    index::report::{Decision, Estimate, Points, Report, Result, UnitResult},
    language::Lang,
    report::{divided, guard, shown, words},
    schema::code_of,
};

/// The byte order mark, by which Excel knows UTF-8.
const BOM: [u8; 3] = [0xEF, 0xBB, 0xBF];

/// Columns before the counts, as named in English: the names of the schema `sipas.report/1`.
const COLUMNS: [&str; 21] = [
    "unit",
    "unit_name",
    "unit_kind",
    "unit_parent",
    "level",
    "id",
    "name",
    "weight",
    "n",
    "estimate",
    "se",
    "df",
    "lower",
    "upper",
    "method",
    "n_eff",
    "deff",
    "decision",
    "publish",
    "asked",
    "mean",
];

/// The last columns, of those rows that say who answers for a criterion.
const RESPONSIBLE: [&str; 3] = ["body", "role", "plan"];

/// Columns after those, where the method counts scores.
const POINTS: [&str; 3] = ["points", "points_possible", "satisfied"];

/// Whether the report counts points.
fn has_points(report: &Report) -> bool {
    report.method.measure == crate::definition::model::Measure::MeanScore
}

/// The report as CSV: UTF-8 with a byte order mark, commas, lines ended by CR LF (RFC 4180), decimal points, shares 0..1
/// unrounded.
///
/// One row for the whole campaign (no unit code), each unit, each group of raters, each field of procedure, way of filing, channel
/// and counter, times index, parts, dimensions and
/// criteria; where modules
/// rotate, at the end one for each module of the whole campaign, with how many were asked it. In English
/// the headings and codes are those of the schema `sipas.report/1`, for programs; in Vietnamese they are words. After
/// the named columns one column for each option code counts the answers of criteria. A suppressed row has no figure; of one that
/// nobody was asked `n` and `asked` are 0.
///
/// Below them stand who must act and what a reader must know ([`more`]): of each criterion below the target one row (`responsibility`)
/// for each body and role, with the criterion's figure, and one (`note`) for each note, its words as the name.
/// Text that a spreadsheet could take for a formula is neutralised ([`guard::cell`]).
#[expect(clippy::expect_used, reason = "writing rows of one length to memory cannot fail")]
pub fn csv(report: &Report, lang: Lang) -> Vec<u8> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(BOM.to_vec());
    let options = option_codes(report);
    let points: &[&str] = if has_points(report) { &POINTS } else { &[] };
    let counts = options
        .iter()
        .map(|code| if lang == Lang::EN { format!("count_{code}") } else { words::option(lang, code) });
    let named = COLUMNS.iter().chain(points).map(|name| text(lang, name));
    let responsible = RESPONSIBLE.iter().map(|name| text(lang, name));
    writer.write_record(named.chain(counts).chain(responsible)).expect("a heading");
    let rest = report.units.iter().map(|unit| (Some(unit), &unit.result));
    let index = words::index(lang, report);
    for (unit, result) in std::iter::once((None, &report.total)).chain(rest) {
        for row in rows(result, &index) {
            writer.write_record(row.cells(unit, !points.is_empty(), &options, lang)).expect("a row");
        }
    }
    for group in &report.groups {
        // In the columns of a unit, of a kind that says that it is none.
        let as_unit = UnitResult {
            code: group.code.clone(),
            name: group.name.clone(),
            kind: text(lang, "rater_group"),
            parent: None,
            merged_into: None,
            population: None,
            planned: None,
            result: group.result.clone(),
        };
        for row in rows(&group.result, &index) {
            writer
                .write_record(row.cells(Some(&as_unit), !points.is_empty(), &options, lang))
                .expect("a row");
        }
    }
    for breakdown in &report.breakdowns {
        for category in &breakdown.categories {
            // A counter's unit stands as the one above.
            let as_unit = UnitResult {
                code: category.code.clone(),
                name: words::category(lang, breakdown.by, category),
                kind: match lang {
                    Lang::EN => divided::code(breakdown.by).to_owned(),
                    _ => words::by(lang, breakdown.by),
                },
                parent: breakdown.unit.clone(),
                merged_into: None,
                population: None,
                planned: None,
                result: category.result.clone(),
            };
            for row in rows(&category.result, &index) {
                let cells = row.cells(Some(&as_unit), !points.is_empty(), &options, lang);
                writer.write_record(cells).expect("a row");
            }
        }
    }
    for module in report.rotation.iter().flat_map(|rotation| &rotation.modules) {
        let cells = COLUMNS.iter().map(|name| match *name {
            "unit_name" => text(lang, "whole"),
            "level" => text(lang, "module"),
            "id" => guard::cell(&module.id).into_owned(),
            "name" => guard::cell(&module.name).into_owned(),
            "asked" => integer(module.asked),
            _ => String::new(),
        });
        let empty = points.iter().chain(&options).chain(&RESPONSIBLE).map(|_| String::new());
        writer.write_record(cells.chain(empty)).expect("a row");
    }
    for cells in more::rows(report, points.len() + options.len(), lang) {
        writer.write_record(cells).expect("a row");
    }
    writer.into_inner().expect("what was written")
}

/// The option codes that occur in the report, in order.
pub fn option_codes(report: &Report) -> Vec<&str> {
    let results = std::iter::once(&report.total)
        .chain(report.units.iter().map(|unit| &unit.result))
        .chain(report.groups.iter().map(|group| &group.result));
    let criteria = results.flat_map(|result| &result.dimensions).flat_map(|dimension| &dimension.criteria);
    let codes: BTreeSet<&str> = criteria.flat_map(|c| shown::counts(c).keys()).map(String::as_str).collect();
    codes.into_iter().collect()
}

/// A node of the index tree.
struct Row<'a> {
    level: &'static str,
    id: &'a str,
    name: &'a str,
    weight: Option<f64>,
    estimate: &'a Estimate,
    criterion: Option<&'a crate::index::report::CriterionResult>,
    points: Option<Points>,
}

fn rows<'r>(result: &'r Result, index: &'r str) -> Vec<Row<'r>> {
    let node = |level, id, name, weight, estimate| Row {
        level,
        id,
        name,
        weight,
        estimate,
        criterion: None,
        points: None,
    };
    let mut rows = vec![Row { points: result.points, ..node("index", "", index, None, &result.index) }];
    for part in &result.parts {
        rows.push(node("part", &part.id, &part.name, Some(part.weight), &part.estimate));
    }
    for dimension in &result.dimensions {
        let own = Some(dimension.weight);
        rows.push(Row {
            points: dimension.points,
            ..node("dimension", &dimension.id, &dimension.name, own, &dimension.estimate)
        });
        rows.extend(dimension.criteria.iter().map(|criterion| Row {
            criterion: Some(criterion),
            points: criterion.points,
            ..node("criterion", &criterion.id, &criterion.name, None, &criterion.estimate)
        }));
    }
    rows
}

impl Row<'_> {
    fn cells(&self, unit: Option<&UnitResult>, points: bool, options: &[&str], lang: Lang) -> Vec<String> {
        let guarded = |text: &str| guard::cell(text).into_owned();
        let of_unit = |of: fn(&UnitResult) -> &str| unit.map_or_else(String::new, |unit| guarded(of(unit)));
        let seen = shown::shown(self.estimate);
        let share = |of: fn(&Estimate) -> Option<f64>| number(seen.and_then(of));
        let counts = self.criterion.map(shown::counts);
        let mut cells = vec![
            of_unit(|unit| &unit.code),
            unit.map_or_else(|| text(lang, "whole"), |unit| guarded(&unit.name)),
            of_unit(|unit| &unit.kind),
            of_unit(|unit| unit.parent.as_deref().unwrap_or_default()),
            text(lang, self.level),
            guarded(self.id),
            guarded(self.name),
            number(self.weight),
            integer(seen.and_then(|e| e.n)),
            share(|e| e.estimate),
            share(|e| e.se),
            integer(seen.and_then(|e| e.df)),
            share(|e| e.lower),
            share(|e| e.upper),
            seen.and_then(|e| e.method.as_deref()).unwrap_or_default().to_owned(),
            share(|e| e.n_eff),
            share(|e| e.deff),
            seen.and_then(|e| e.decision).map_or_else(String::new, |decision| decided(decision, lang)),
            published(self.estimate, lang),
            integer(self.criterion.and_then(shown::asked)),
            number(self.criterion.filter(|_| seen.is_some()).and_then(|c| shown::figure(&c.mean))),
        ];
        if points {
            let own = self.points.filter(|_| seen.is_some());
            let figure = |of: fn(Points) -> f64| number(own.map(of));
            cells.extend([figure(|p| p.reached), figure(|p| p.possible), figure(|p| p.satisfied)]);
        }
        cells
            .extend(options.iter().map(|code| integer(counts.and_then(|counts| counts.get(*code)).copied())));
        cells.extend(RESPONSIBLE.map(|_| String::new()));
        cells
    }
}

fn number(number: Option<f64>) -> String {
    number.filter(|number| number.is_finite()).map_or_else(String::new, |number| number.to_string())
}

fn integer(number: Option<u64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn decided(decision: Decision, lang: Lang) -> String {
    if lang == Lang::EN { code_of(&decision) } else { words::decision(lang, decision) }
}

fn published(estimate: &Estimate, lang: Lang) -> String {
    if lang == Lang::EN { code_of(&estimate.publish) } else { words::reliance(lang, estimate) }
}

/// A heading or code of the schema; in Vietnamese, its words.
fn text(lang: Lang, name: &str) -> String {
    if lang == Lang::EN {
        return name.to_owned();
    }
    let words = lang.messages();
    match name {
        "unit" => fl!(words, "report-column-unit-code"),
        "unit_name" => fl!(words, "report-column-unit"),
        "unit_kind" => fl!(words, "report-column-kind"),
        "unit_parent" => fl!(words, "report-column-parent"),
        "level" => fl!(words, "report-column-level"),
        "id" => fl!(words, "report-column-id"),
        "name" => fl!(words, "report-column-name"),
        "weight" => fl!(words, "report-column-weight"),
        "n" => fl!(words, "report-column-n"),
        "estimate" => fl!(words, "report-column-estimate"),
        "se" => fl!(words, "report-column-se"),
        "df" => fl!(words, "report-column-df"),
        "lower" => fl!(words, "report-column-lower"),
        "upper" => fl!(words, "report-column-upper"),
        "method" => fl!(words, "report-column-interval-method"),
        "n_eff" => fl!(words, "report-column-n-eff"),
        "deff" => fl!(words, "report-column-deff"),
        "decision" => fl!(words, "report-column-decision"),
        "publish" => fl!(words, "report-column-publish"),
        "asked" => fl!(words, "report-column-asked"),
        "mean" => fl!(words, "report-column-mean"),
        "points" => fl!(words, "report-points"),
        "points_possible" => fl!(words, "report-points-possible"),
        "satisfied" => fl!(words, "report-satisfied"),
        "rater_group" => fl!(words, "report-level-group"),
        "whole" => fl!(words, "report-whole"),
        "index" => fl!(words, "report-level-index"),
        "part" => fl!(words, "report-level-part"),
        "dimension" => fl!(words, "report-level-dimension"),
        "criterion" => fl!(words, "report-level-criterion"),
        "module" => fl!(words, "report-module"),
        "responsibility" => fl!(words, "report-level-responsibility"),
        "note" => fl!(words, "report-level-note"),
        "body" => fl!(words, "document-column-body"),
        "role" => fl!(words, "document-column-role"),
        "plan" => fl!(words, "report-plan"),
        other => other.to_owned(),
    }
}
