//! Section II: the figures.

use i18n_embed_fl::fl;

use super::{
    Block, Column, Row, cells, chart,
    composer::{self, Composer, UPRIGHT},
    paragraph,
};
use crate::{
    index::report::{Decision, Estimate, Publish, UnitResult},
    language::Lang,
    report::{divided, drag, format, scope, shown, words},
};

/// Most rows of a chart, so that it stays on a page.
const CHARTED: usize = 24;
/// Most units in the table of the section; the annex has all.
const TABLED: usize = 40;

pub fn results(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let mut blocks = vec![Block::Heading { level: 1, text: fl!(m, "document-results") }];
    if !shown::any(report) {
        blocks.push(paragraph(words::why_no_index(report, lang)));
        return blocks;
    }
    blocks.push(Block::Heading { level: 2, text: words::index(lang, report) });
    blocks.extend(index(c));
    blocks.push(Block::Heading { level: 2, text: fl!(m, "report-dimensions") });
    blocks.extend(dimensions(c));
    blocks.push(Block::Heading { level: 2, text: fl!(m, "report-criteria") });
    blocks.extend(criteria(c));
    blocks.extend(units(c));
    blocks.extend(groups(c));
    blocks.extend(divided(c));
    blocks
}

fn index(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let total = &report.total;
    let mut blocks = Vec::new();
    let mut said = match words::figure(lang, &total.index) {
        Some(figure) => {
            fl!(
                m,
                "document-index-is",
                index = figure,
                level = format::percent_short(lang, report.level),
                interval = cells::interval(lang, &total.index),
                n = cells::count(lang, total.responses)
            )
        }
        None => words::why_no_index(report, lang),
    };
    if let Some(decision) = shown::decision(&total.index) {
        said = format!(
            "{said} {}: {}. {}",
            fl!(m, "report-column-decision"),
            words::decision(lang, decision).to_lowercase(),
            words::decision_because(lang, decision, report.target)
        );
    }
    if total.index.publish == Publish::Caution {
        said = format!("{said} {}", fl!(m, "report-legend-caution"));
    }
    if let Some(words) = words::not_covered(report, lang).filter(|_| shown::figure(&total.index).is_some()) {
        said = format!("{said} {words}");
    }
    blocks.push(paragraph(said));
    if let Some(points) = total.points {
        blocks.push(paragraph(fl!(
            m,
            "document-points",
            reached = format::decimal(lang, points.reached, 2),
            possible = format::decimal(lang, points.possible, 0),
            satisfied = format::percent(lang, points.satisfied)
        )));
    }
    if let Some(previous) = &report.previous {
        let title = cells::name(&previous.title);
        blocks.push(paragraph(match cells::moved(&total.index) {
            Some((points, change)) => {
                let points = format::points(lang, points);
                match change.significant {
                    Some(true) => fl!(m, "document-changed", previous = title, points = points),
                    Some(false) => fl!(m, "document-changed-by-chance", previous = title, points = points),
                    None => fl!(m, "document-changed-untested", previous = title, points = points),
                }
            }
            None => match words::why_not_compared(lang, &total.index) {
                Some(why) => fl!(m, "document-not-compared-since", previous = title, why = why),
                None => fl!(m, "document-not-compared", previous = title),
            },
        }));
    }
    blocks.extend(tally(c));
    blocks
}

/// How many of each reach the target.
fn tally(c: &mut Composer<'_>) -> Option<Block> {
    let (report, m) = (c.report, c.lang.messages());
    let lang = c.lang;
    let [dimensions, criteria, units] = scope::tallies(report);
    let rows = [
        (fl!(m, "report-dimensions"), dimensions),
        (fl!(m, "report-criteria"), criteria),
        (fl!(m, "report-units"), units),
    ];
    let rows = rows
        .into_iter()
        .filter(|(_, counts)| counts.iter().any(|count| *count > 0))
        .map(|(what, counts)| Row::new(std::iter::once(what).chain(counts.map(|n| n.to_string())).collect()))
        .collect();
    let columns = vec![
        composer::words(fl!(m, "report-tally-of"), 32),
        composer::numbers(words::decision(lang, Decision::Met), 14),
        composer::numbers(words::decision(lang, Decision::NotMet), 18),
        composer::numbers(words::decision(lang, Decision::Undecided), 20),
        composer::numbers(words::without_figure(lang, report), 16),
    ];
    c.table(UPRIGHT, fl!(m, "report-tally"), columns, rows, Vec::new())
}

/// The columns of figures: number of answers, figure, interval, decision.
fn figure_columns(lang: Lang, level: f64, answers: String) -> Vec<Column> {
    let m = lang.messages();
    vec![
        composer::numbers(answers, 10),
        composer::numbers(fl!(m, "report-column-estimate"), 14),
        composer::numbers(fl!(m, "report-interval-at", level = format::percent_short(lang, level)), 22),
        composer::words(fl!(m, "report-column-decision"), 21),
    ]
}

fn figures(lang: Lang, n: Option<u64>, estimate: &Estimate) -> [String; 4] {
    [
        cells::count(lang, n),
        cells::figure(lang, estimate),
        cells::interval(lang, estimate),
        cells::verdict(lang, estimate),
    ]
}

fn dimensions(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let total = &report.total;
    let dots: Vec<chart::Dot<'_>> = total
        .dimensions
        .iter()
        .map(|dimension| (cells::name(&dimension.name), &dimension.estimate))
        .collect();
    let drawn = chart::dots(lang, fl!(m, "report-dimensions-caption"), &dots, report.target);
    let mut blocks: Vec<Block> = c.chart(drawn).into_iter().collect();
    let changed = report.previous.is_some();
    let row = |name: &str, weight: f64, estimate: &Estimate, depth: usize, strong: bool| {
        let mut cells = vec![cells::name(name), format::percent(lang, weight)];
        cells.extend(figures(lang, shown::answers(estimate), estimate));
        if changed {
            cells.push(cells::change(lang, estimate));
        }
        Row { cells, strong, depth }
    };
    let mut rows = vec![row(&fl!(m, "report-level-index"), 1.0, &total.index, 0, true)];
    let parts = if total.parts.len() > 1 { total.parts.as_slice() } else { &[] };
    let mut placed = Vec::new();
    for part in parts {
        rows.push(row(&part.name, part.weight, &part.estimate, 0, true));
        for dimension in total.dimensions.iter().filter(|d| d.part.as_ref() == Some(&part.id)) {
            placed.push(dimension.id.as_str());
            rows.push(row(&dimension.name, dimension.weight, &dimension.estimate, 1, false));
        }
    }
    for dimension in total.dimensions.iter().filter(|d| !placed.contains(&d.id.as_str())) {
        rows.push(row(&dimension.name, dimension.weight, &dimension.estimate, 1, false));
    }
    let mut columns = vec![
        composer::words(fl!(m, "report-column-dimension"), 32),
        composer::numbers(fl!(m, "document-column-weight"), 13),
    ];
    columns.extend(figure_columns(lang, report.level, fl!(m, "document-column-n")));
    let mut notes = cells::legend(
        lang,
        total.dimensions.iter().map(|d| &d.estimate).chain([&total.index]),
        report.method.minimum_answers,
    );
    if changed {
        columns.push(composer::numbers(fl!(m, "report-column-change"), 16));
        notes.extend(change_note(c));
        let index_name = fl!(m, "report-level-index");
        let index = std::iter::once((index_name.as_str(), &total.index));
        let parts = parts.iter().map(|part| (part.name.as_str(), &part.estimate));
        let dimensions = total.dimensions.iter().map(|own| (own.name.as_str(), &own.estimate));
        notes.extend(words::why_no_changes(lang, index.chain(parts).chain(dimensions)));
    }
    blocks.extend(c.table(UPRIGHT, fl!(m, "document-dimensions-table"), columns, rows, notes));
    blocks
}

fn change_note(c: &Composer<'_>) -> Option<String> {
    let previous = c.report.previous.as_ref()?;
    Some(fl!(c.lang.messages(), "report-change-means", previous = cells::name(&previous.title)))
}

fn criteria(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let items = drag::by_weight(report);
    let dots: Vec<chart::Dot<'_>> = items
        .iter()
        .take(CHARTED)
        .map(|((_, criterion), _)| (cells::name(&criterion.name), &criterion.estimate))
        .collect();
    let drawn = chart::dots(lang, fl!(m, "document-criteria-chart"), &dots, report.target);
    let mut blocks: Vec<Block> = c.chart(drawn).into_iter().collect();
    let rows = items
        .iter()
        .map(|((dimension, criterion), drag)| {
            let mut cells = vec![cells::name(&criterion.name), cells::name(&dimension.name)];
            cells.extend(figures(lang, shown::answers(&criterion.estimate), &criterion.estimate));
            cells.insert(cells.len() - 1, words::held_back_if(lang, drag.as_ref()));
            Row::new(cells)
        })
        .collect();
    let mut columns = vec![
        composer::words(fl!(m, "report-column-criterion"), 32),
        composer::words(fl!(m, "report-column-dimension"), 22),
    ];
    columns.extend(figure_columns(lang, report.level, fl!(m, "document-column-n")));
    columns.insert(columns.len() - 1, composer::numbers(fl!(m, "report-column-held-back"), 15));
    let notes =
        cells::legend(lang, items.iter().map(|((_, c), _)| &c.estimate), report.method.minimum_answers);
    blocks.extend(c.table(UPRIGHT, fl!(m, "report-criteria-caption"), columns, rows, notes));
    blocks
}

/// The units right below the top of the report.
fn compared<'a>(c: &Composer<'a>) -> Vec<&'a UnitResult> {
    let units = &c.report.units;
    let depths = shown::depths(units);
    let at = |depth: usize| {
        let there = units.iter().zip(&depths).filter(move |(_, d)| **d == depth);
        there.map(|(unit, _)| unit).collect::<Vec<_>>()
    };
    let top = at(0);
    let below = at(1);
    if top.len() > 1 || below.is_empty() && scope::only(c.report).is_none() { top } else { below }
}

fn units(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let mut units = compared(c);
    if units.is_empty() {
        return Vec::new();
    }
    // The highest first; without a figure last.
    units.sort_by(|a, b| {
        let figure = |unit: &UnitResult| shown::figure(&unit.result.index).unwrap_or(-1.0);
        figure(b).total_cmp(&figure(a))
    });
    let mut blocks = vec![Block::Heading { level: 2, text: fl!(m, "report-units") }];
    let (all, known) =
        (units.len(), units.iter().filter(|unit| shown::figure(&unit.result.index).is_some()).count());
    // Of many, those with the lowest figures.
    let lowest = |most: usize| &units[known.saturating_sub(most)..known];
    let charted = if known > CHARTED { lowest(CHARTED) } else { &units[..all.min(CHARTED)] };
    // Those that nobody has answered for stand in the table.
    let dots: Vec<chart::Dot<'_>> = charted
        .iter()
        .filter(|unit| !words::is_unanswered(unit))
        .map(|unit| (cells::name(&unit.name), &unit.result.index))
        .collect();
    let caption = if known > CHARTED {
        fl!(m, "document-units-lowest-chart", n = CHARTED, all = all)
    } else {
        fl!(m, "document-units-chart")
    };
    let drawn = chart::dots(lang, caption, &dots, report.target);
    blocks.extend(c.chart(drawn));
    let tabled = if all > TABLED { lowest(TABLED) } else { &units[..] };
    let rows = tabled.iter().map(|unit| unit_row(c, unit, 0)).collect();
    let caption = if all > TABLED {
        fl!(m, "document-units-lowest-table", n = tabled.len(), all = all)
    } else {
        fl!(m, "report-units-caption")
    };
    let (columns, notes) = unit_columns(c, tabled);
    blocks.extend(c.table(UPRIGHT, caption, columns, rows, notes));
    blocks
}

/// A row of a table of units.
pub fn unit_row(c: &Composer<'_>, unit: &UnitResult, depth: usize) -> Row {
    let (report, lang) = (c.report, c.lang);
    let index = &unit.result.index;
    let mut cells = vec![cells::name(&words::unit(lang, unit))];
    cells.extend(figures(lang, unit.result.responses, index));
    if words::is_unanswered(unit) {
        cells[4] = words::unanswered(lang);
    }
    if let (Some(_), Some(planned)) = (unit.result.responses, unit.planned) {
        cells[1] = format!("{} /\u{a0}{}", cells[1], format::count(lang, planned));
    }
    if !report.rankings.is_empty() {
        cells.push(cells::rank(report, &unit.code));
    }
    if report.previous.is_some() {
        cells.push(cells::change(lang, index));
    }
    Row { cells, strong: false, depth }
}

/// The columns of a table of units, and what its signs mean.
pub fn unit_columns(c: &Composer<'_>, units: &[&UnitResult]) -> (Vec<Column>, Vec<String>) {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let planned = report.units.iter().any(|unit| unit.planned.is_some());
    let answers =
        if planned { fl!(m, "document-column-of-planned") } else { fl!(m, "report-column-answers") };
    let mut columns = vec![composer::words(fl!(m, "report-column-unit"), 38)];
    columns.extend(figure_columns(lang, report.level, answers));
    columns[1].width = 17;
    let silent = |unit: &&&UnitResult| !words::is_unanswered(unit);
    let estimates = units.iter().filter(silent).map(|unit| &unit.result.index);
    let mut notes = cells::legend(lang, estimates, report.method.minimum_answers);
    if !report.rankings.is_empty() {
        columns.push(composer::numbers(fl!(m, "report-column-rank"), 18));
        notes.push(fl!(m, "report-rank-means"));
    }
    if report.previous.is_some() {
        columns.push(composer::numbers(fl!(m, "report-column-change"), 16));
        notes.extend(change_note(c));
        let compared = units.iter().map(|unit| (unit.name.as_str(), &unit.result.index));
        notes.extend(words::why_no_changes(lang, compared));
    }
    (columns, notes)
}

fn groups(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    if report.groups.is_empty() {
        return Vec::new();
    }
    let of = |some: Option<u64>, all: u64| {
        format!("{} /\u{a0}{}", cells::count(lang, some), format::count(lang, all))
    };
    let rows = report
        .groups
        .iter()
        .map(|group| {
            let index = &group.result.index;
            Row::new(vec![
                cells::name(&group.name),
                of(group.answered, group.invited),
                of(group.result.responses, group.assigned),
                cells::figure(lang, index),
                cells::interval(lang, index),
                cells::verdict(lang, index),
            ])
        })
        .collect();
    let mut columns = vec![
        composer::words(fl!(m, "report-column-group"), 34),
        composer::numbers(fl!(m, "report-column-answered"), 17),
    ];
    columns.extend(figure_columns(lang, report.level, fl!(m, "report-column-sheets")));
    let mut notes = vec![fl!(m, "report-groups-means")];
    notes.extend(cells::legend(
        lang,
        report.groups.iter().map(|group| &group.result.index),
        report.method.minimum_answers,
    ));
    let mut blocks = vec![Block::Heading { level: 2, text: fl!(m, "report-groups") }];
    blocks.extend(c.table(UPRIGHT, fl!(m, "report-groups-caption"), columns, rows, notes));
    blocks
}

/// Fields of procedure, ways of filing, channels, and the counters where there are few.
fn divided(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let (told, elsewhere) = divided::beside(report);
    if told.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![
        Block::Heading { level: 2, text: fl!(m, "report-divided") },
        paragraph(fl!(m, "report-divided-means")),
    ];
    for breakdown in told {
        let rows = breakdown.categories.iter().map(|category| {
            let index = &category.result.index;
            let weakest = divided::weakest(category).map(|weakest| {
                format!("{} ({})", cells::name(&weakest.name), cells::figure(lang, &weakest.estimate))
            });
            Row::new(vec![
                cells::name(&words::category(lang, breakdown.by, category)),
                cells::count(lang, category.result.responses),
                cells::figure(lang, index),
                cells::interval(lang, index),
                cells::verdict(lang, index),
                weakest.unwrap_or_else(|| "–".to_owned()),
            ])
        });
        let rows = rows.collect();
        let mut columns = vec![composer::words(words::by(lang, breakdown.by), 30)];
        columns.extend(figure_columns(lang, report.level, fl!(m, "report-column-sheets")));
        columns[1].width = 18;
        columns.push(composer::words(fl!(m, "report-column-weakest"), 30));
        let indices = breakdown.categories.iter().map(|category| &category.result.index);
        let notes = cells::legend(lang, indices, report.method.minimum_answers);
        blocks.extend(c.table(UPRIGHT, divided::caption(lang, report, breakdown), columns, rows, notes));
    }
    if elsewhere {
        blocks.push(paragraph(fl!(m, "report-divided-elsewhere")));
    }
    blocks
}
