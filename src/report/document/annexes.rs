//! The annexes: every unit, units by dimension, how answers are spread, comments, method.

use std::collections::BTreeSet;

use i18n_embed_fl::fl;

use super::{
    Annex, Block, Column, Row, Run, cells,
    composer::{self, Composer, LANDSCAPE, UPRIGHT},
    lead, paragraph, plain,
    results::{unit_columns, unit_row},
    strong,
};
use crate::{
    index::report::{Decision, Estimate},
    report::{format, scope, shown, words},
};

const NUMBERS: [&str; 5] = ["I", "II", "III", "IV", "V"];
/// The deepest step of indentation.
const DEEPEST: usize = 5;

/// The annexes that have something to show, numbered.
pub fn all(c: &mut Composer<'_>) -> Vec<Annex> {
    let found = [units(c), matrix(c), spread(c), comments(c), method(c)];
    found
        .into_iter()
        .flatten()
        .zip(NUMBERS)
        .map(|((title, landscape, blocks), number)| Annex { number, title, landscape, blocks })
        .collect()
}

type Found = Option<(String, bool, Vec<Block>)>;

/// Every unit in the order of the tree, and the notes on single units.
fn units(c: &mut Composer<'_>) -> Found {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let others = report.units.len() - usize::from(scope::only(report).is_some());
    let counted = report.units.iter().any(|unit| unit.result.responses.is_some());
    if others == 0 || !(shown::any(report) || counted) {
        return None;
    }
    let rows = report
        .units
        .iter()
        .zip(shown::depths(&report.units))
        .map(|(unit, depth)| unit_row(c, unit, depth.min(DEEPEST)))
        .collect();
    let (columns, notes) = unit_columns(c, &report.units.iter().collect::<Vec<_>>());
    let mut blocks: Vec<Block> =
        c.table(UPRIGHT, fl!(m, "report-units-caption"), columns, rows, notes).into_iter().collect();
    let points: Vec<Vec<Run>> = report
        .notes
        .iter()
        .filter(|note| note.code != scope::ONE_UNIT)
        .filter_map(|note| {
            let code = note.unit.as_deref()?;
            let name = report.units.iter().find(|unit| unit.code == code).map_or(code, |unit| &unit.name);
            Some(vec![strong(format!("{}: ", cells::name(name))), plain(cells::name(lang.pick(&note.text)))])
        })
        .collect();
    if !points.is_empty() {
        blocks.push(lead(strong(format!("{}:", fl!(m, "report-notes")))));
        blocks.push(Block::Points { points });
    }
    Some((fl!(m, "document-annex-units"), false, blocks))
}

/// Units by dimension, with a sign for the decision.
fn matrix(c: &mut Composer<'_>) -> Found {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let dimensions = &report.total.dimensions;
    let only = scope::only(report).map(|unit| unit.code.as_str());
    let with_figures = |unit: &&crate::index::report::UnitResult| {
        Some(unit.code.as_str()) != only
            && unit.result.dimensions.iter().any(|dimension| shown::figure(&dimension.estimate).is_some())
    };
    let marked = |estimate: &Estimate| {
        let sign = match shown::decision(estimate) {
            Some(Decision::NotMet) => "*",
            Some(Decision::Undecided) => "~",
            _ => "",
        };
        shown::figure(estimate).map_or_else(
            || cells::NONE.to_owned(),
            |figure| format!("{}{sign}", format::decimal(lang, figure * 100.0, shown::decimals(estimate))),
        )
    };
    let rows: Vec<Row> = report
        .units
        .iter()
        .filter(with_figures)
        .map(|unit| {
            let of =
                |id: &str| unit.result.dimensions.iter().find(|d| d.id == id).map(|d| marked(&d.estimate));
            let figures = dimensions.iter().map(|d| of(&d.id).unwrap_or_else(|| cells::NONE.to_owned()));
            let cells = [cells::name(&unit.name), marked(&unit.result.index)].into_iter().chain(figures);
            Row::new(cells.collect())
        })
        .collect();
    let mut columns = vec![
        composer::words(fl!(m, "report-column-unit"), 34),
        composer::numbers(fl!(m, "report-level-index"), 12),
    ];
    columns.extend(dimensions.iter().map(|dimension| composer::numbers(cells::name(&dimension.name), 14)));
    let notes = vec![fl!(m, "document-matrix-means", target = format::percent_short(lang, report.target))];
    let table = c.table(LANDSCAPE, fl!(m, "document-matrix-table"), columns, rows, notes)?;
    Some((fl!(m, "document-annex-matrix"), true, vec![table]))
}

/// How many gave which answer to each criterion, so that another method can form the figures again.
fn spread(c: &mut Composer<'_>) -> Found {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let items: Vec<_> = report.total.dimensions.iter().flat_map(|dimension| &dimension.criteria).collect();
    let codes: BTreeSet<&String> =
        items.iter().flat_map(|criterion| shown::counts(criterion).keys()).collect();
    if codes.is_empty() {
        return None;
    }
    let rows = items
        .iter()
        .map(|criterion| {
            let counts = shown::counts(criterion);
            let of = |code: &&String| match counts.get(*code) {
                Some(count) => format::count(lang, *count),
                None if counts.is_empty() => cells::NONE.to_owned(),
                None => "0".to_owned(),
            };
            let mean = shown::shown(&criterion.estimate).and_then(|_| shown::figure(&criterion.mean));
            let mut cells = vec![cells::name(&criterion.name), cells::count(lang, shown::asked(criterion))];
            cells.extend(codes.iter().map(of));
            cells.push(mean.map_or_else(|| cells::NONE.to_owned(), |mean| format::decimal(lang, mean, 2)));
            Row::new(cells)
        })
        .collect();
    let mut columns = vec![
        composer::words(fl!(m, "report-column-criterion"), 36),
        composer::numbers(fl!(m, "report-column-asked"), 14),
    ];
    let option = |code: &&String| Column { heading: words::option(lang, code), number: true, width: 10 };
    columns.extend(codes.iter().map(option));
    columns.push(composer::numbers(words::mean(lang, report), 11));
    let notes = vec![fl!(m, "document-spread-means")];
    let table = c.table(UPRIGHT, fl!(m, "document-spread-table"), columns, rows, notes)?;
    Some((fl!(m, "document-annex-spread"), false, vec![table]))
}

/// What people wrote and staff released.
fn comments(c: &mut Composer<'_>) -> Found {
    let (report, m) = (c.report, c.lang.messages());
    if report.comments.is_empty() || !shown::any(report) {
        return None;
    }
    let points = report
        .comments
        .iter()
        .map(|comment| {
            let unit = comment.unit.as_deref();
            let unit = unit.and_then(|code| report.units.iter().find(|unit| unit.code == code));
            let from = unit.map_or_else(String::new, |unit| format!(" ({})", cells::name(&unit.name)));
            vec![plain(format!("“{}”{from}", cells::name(&comment.text)))]
        })
        .collect();
    let blocks =
        vec![paragraph(fl!(m, "report-comments-note", n = report.comments.len())), Block::Points { points }];
    Some((fl!(m, "document-annex-comments"), false, blocks))
}

/// How the figures were formed.
fn method(c: &mut Composer<'_>) -> Found {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let rows = words::method(report, lang)
        .into_iter()
        .map(|fact| Row::new(vec![fact.name, cells::name(&fact.value)]))
        .collect();
    let columns = vec![
        composer::words(fl!(m, "document-column-what"), 2),
        composer::words(fl!(m, "document-column-how"), 4),
    ];
    let mut blocks: Vec<Block> =
        c.table(UPRIGHT, fl!(m, "report-how"), columns, rows, Vec::new()).into_iter().collect();
    if let Some(sentence) = words::unassisted(report, lang) {
        blocks.push(paragraph(sentence));
    }
    if let Some(rotation) = &report.rotation {
        let rows = rotation
            .modules
            .iter()
            .map(|module| {
                Row::new(vec![
                    cells::name(&module.name),
                    format::percent(lang, module.probability),
                    cells::count(lang, module.asked),
                    module.share.map_or_else(|| cells::NONE.to_owned(), |share| format::percent(lang, share)),
                ])
            })
            .collect();
        let columns = vec![
            composer::words(fl!(m, "report-module"), 30),
            composer::numbers(fl!(m, "report-column-probability"), 15),
            composer::numbers(fl!(m, "report-column-asked"), 15),
            composer::numbers(fl!(m, "report-column-asked-share"), 15),
        ];
        let (ask, modules) = (rotation.ask, rotation.modules.len());
        let caption = fl!(m, "report-modules-caption", ask = ask, modules = modules);
        let notes = words::evenness(lang, rotation).into_iter().collect();
        blocks.extend(c.table(UPRIGHT, caption, columns, rows, notes));
    }
    Some((fl!(m, "document-annex-method"), false, blocks))
}
