//! What a report begins with and ends its figures with: the summary, section I on how the survey went, section III on what is
//! below the target.

use i18n_embed_fl::fl;

use super::{
    Block, Row, Run, cells,
    composer::{self, Composer, UPRIGHT},
    lead, paragraph, plain, strong,
};
use crate::{
    index::report::{Decision, Publish, Quadrant},
    organisation::Phase,
    report::{
        drag::{self, Drag},
        duties::{self, Role},
        format, scope, shown, words,
    },
};

/// Most units that a sentence lists.
const LISTED: usize = 12;

/// The sentences of the first page: the index, how sure its decision is, the criteria that hold it back most and who answers for them.
pub fn summary(c: &Composer<'_>) -> Vec<Vec<Run>> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let index = &report.total.index;
    let Some(figure) = words::figure(lang, index) else {
        return vec![vec![
            strong(format!("{}: ", words::index(lang, report))),
            plain(words::why_no_index(report, lang)),
        ]];
    };
    let mut first = vec![
        strong(format!("{}: {}", words::index(lang, report), figure)),
        plain(format!(
            " ({}: {}); {}.",
            fl!(m, "report-interval-at", level = format::percent_short(lang, report.level)).to_lowercase(),
            cells::interval(lang, index),
            fl!(m, "document-target-is", target = format::percent_short(lang, report.target)),
        )),
    ];
    if let Some(decision) = shown::decision(index) {
        first.push(strong(format!(" {}.", words::decision(lang, decision))));
        first.push(plain(format!(" {}", words::decision_because(lang, decision, report.target))));
    }
    let mut sentences = vec![first];
    if index.publish == Publish::Caution {
        sentences.push(vec![plain(fl!(m, "report-legend-caution"))]);
    }
    if let Some(words) = words::not_covered(report, lang) {
        sentences.push(vec![strong(words.to_owned())]);
    }
    sentences.extend(words::unweighted(report, lang).map(|words| vec![strong(cells::name(words))]));
    sentences.extend(words::unasked(report, lang).map(|words| vec![plain(cells::name(words))]));
    sentences.extend(words::gaps(report, lang).map(|words| vec![strong(words.to_owned())]));
    sentences.extend(words::self_selected(report, lang).map(|words| vec![plain(words)]));
    if report.campaign.status != Phase::Closed {
        let moment = format::moment(lang, &report.generated_at, &report.campaign.opens);
        sentences.push(vec![strong(fl!(m, "report-interim", moment = moment))]);
    }
    // As on the report's page: what costs the index most, which need not be what is lowest.
    let worst = drag::heaviest(report);
    let worst = worst.get(..drag::NAMED.min(worst.len())).unwrap_or_default();
    if !worst.is_empty() {
        sentences.push(vec![strong(fl!(m, "document-worst", n = worst.len()))]);
    }
    for drag in worst {
        let Drag { item: (_, criterion), .. } = drag;
        let estimate = &criterion.estimate;
        let mut runs = vec![
            plain("– "),
            strong(format!("{}: {}", cells::name(&criterion.name), cells::figure(lang, estimate))),
            plain(format!(
                " ({}; {})",
                cells::interval(lang, estimate),
                cells::verdict(lang, estimate).to_lowercase()
            )),
            plain(format!(" {}.", fl!(m, "report-worst-by", points = words::held_back(lang, drag)))),
        ];
        let bodies: Vec<String> = Role::ALL
            .into_iter()
            .filter_map(|role| {
                let bodies = duties::bodies(criterion, role);
                let names: Vec<String> = bodies.iter().map(|body| cells::name(body)).collect();
                (!names.is_empty()).then(|| format!("{}: {}", words::role(lang, role), names.join(", ")))
            })
            .collect();
        runs.push(plain(if bodies.is_empty() {
            format!(" {}.", fl!(m, "report-no-bodies"))
        } else {
            format!(" {}.", bodies.join("; "))
        }));
        if let Some(lowest) = words::lowest_units(lang, report, criterion) {
            runs.push(plain(format!(" {}.", cells::name(&lowest))));
        }
        sentences.push(runs);
    }
    if let Some(failing) = words::failing_units(lang, report) {
        sentences.push(vec![strong(format!("{failing}."))]);
    }
    if worst.is_empty() {
        sentences.extend(lowest(c));
    }
    sentences
}

/// Where nothing lies below the target, what is lowest, and who leads on it: told, not blamed.
fn lowest(c: &Composer<'_>) -> Vec<Vec<Run>> {
    let (report, lang) = (c.report, c.lang);
    let lowest = duties::lowest_criteria(report);
    if lowest.is_empty() {
        return Vec::new();
    }
    let own = |(_, criterion): &duties::Item<'_>| {
        vec![
            plain("– "),
            strong(format!("{}: {}", cells::name(&criterion.name), cells::figure(lang, &criterion.estimate))),
            plain(format!(
                " ({}). {}.",
                cells::interval(lang, &criterion.estimate),
                words::led_by(lang, criterion)
            )),
        ]
    };
    let heading = vec![strong(format!("{}:", words::lowest_heading(lang, &lowest)))];
    std::iter::once(heading).chain(lowest.iter().map(own)).collect()
}

/// Section I.
pub fn situation(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let mut blocks = vec![
        Block::Heading { level: 1, text: fl!(m, "document-situation") },
        paragraph(format!(
            "{}: {}; {}.",
            fl!(m, "report-when"),
            words::lower(&words::period(lang, report)),
            words::status(lang, report)
        )),
        paragraph(format!(
            "{}: {}. {}: {}.",
            fl!(m, "report-definition"),
            words::questionnaire(report, lang),
            fl!(m, "report-method"),
            cells::name(&report.method.name).trim_end_matches('.')
        )),
    ];
    blocks.extend(words::part(report, lang).map(|words| paragraph(cells::name(words))));
    let (responses, part) = (&report.responses, scope::only(report));
    let row = |name: String, number: Option<u64>, depth: usize| Row {
        depth,
        ..Row::new(vec![name, cells::count(lang, number)])
    };
    let head = |name: String| Row { strong: true, ..Row::new(vec![name, String::new()]) };
    let mut rows = Vec::new();
    let below = usize::from(part.is_some());
    if part.is_some() {
        rows.push(head(fl!(m, "report-sheets-whole")));
    }
    rows.extend([
        row(words::stored(report, lang), Some(responses.stored), below),
        row(fl!(m, "report-valid"), Some(responses.valid), below),
    ]);
    let planned = shown::sum(&report.units, |unit| unit.planned);
    let planned = planned.map(|planned| row(fl!(m, "report-planned"), Some(planned), below));
    let population = shown::population(report);
    let population = population.map(|population| row(fl!(m, "report-population"), Some(population), below));
    // In a report on a part, what is planned, and for how many, is that part's.
    let mut own: Vec<Row> = planned.into_iter().chain(population).collect();
    if let Some(unit) = part {
        let heading = [
            head(words::sheets_of_part(report, lang)),
            row(fl!(m, "report-valid"), unit.result.responses, 1),
        ];
        own.splice(0..0, heading);
    } else {
        rows.append(&mut own);
    }
    if !responses.channels.is_empty() {
        rows.push(head(fl!(m, "report-channels")));
        rows.extend(responses.channels.iter().map(|(code, n)| row(words::channel(lang, code), Some(*n), 1)));
    }
    if let Some(modes) = &responses.modes {
        rows.push(head(fl!(m, "report-modes")));
        rows.extend(words::modes(lang, modes).into_iter().map(|(name, n)| row(name, n, 1)));
    }
    rows.append(&mut own);
    let mut caption = words::sheets_caption(report, lang);
    if let (Some(from), Some(to)) = (&responses.from, &responses.to) {
        let days = fl!(m, "report-sheets-days", from = format::day(lang, from), to = format::day(lang, to));
        caption = format!("{caption} {days}");
    }
    let columns = vec![
        composer::words(fl!(m, "document-column-what"), 3),
        composer::numbers(fl!(m, "report-column-count-of"), 1),
    ];
    let hidden = responses
        .modes
        .as_ref()
        .is_some_and(|modes| words::modes(lang, modes).iter().any(|(_, n)| n.is_none()));
    let notes = if hidden {
        vec![fl!(m, "report-legend-suppressed", minimum = report.method.minimum_answers)]
    } else {
        Vec::new()
    };
    blocks.extend(c.table(UPRIGHT, caption, columns, rows, notes));
    let general: Vec<Vec<Run>> = report
        .notes
        .iter()
        .filter(|note| note.unit.is_none() && note.code != scope::ONE_UNIT)
        .map(|note| vec![plain(cells::name(lang.pick(&note.text)))])
        .collect();
    if !general.is_empty() {
        blocks.push(lead(strong(format!("{}:", fl!(m, "report-notes")))));
        blocks.push(Block::Points { points: general });
    }
    blocks
}

/// Section III.
pub fn assessment(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let mut blocks = vec![Block::Heading { level: 1, text: fl!(m, "document-assessment") }];
    if !shown::any(report) {
        blocks.push(paragraph(words::why_no_index(report, lang)));
        return blocks;
    }
    blocks.push(Block::Heading { level: 2, text: fl!(m, "document-criteria-below") });
    let below = duties::below_target(report);
    let certain =
        below.iter().filter(|(_, c)| shown::decision(&c.estimate) == Some(Decision::NotMet)).count();
    blocks.push(paragraph(if below.is_empty() {
        fl!(m, "document-nothing-below", target = format::percent_short(lang, report.target))
    } else {
        fl!(
            m,
            "document-so-many-below",
            n = below.len(),
            certain = certain,
            target = format::percent_short(lang, report.target)
        )
    }));
    let first = |criterion: &crate::index::report::CriterionResult| {
        report
            .total
            .drivers
            .criteria
            .iter()
            .any(|driver| driver.id == criterion.id && driver.quadrant == Some(Quadrant::ImproveFirst))
    };
    let points: Vec<Vec<Run>> = below
        .iter()
        .filter(|(_, criterion)| first(criterion))
        .map(|(dimension, criterion)| {
            vec![
                strong(cells::name(&criterion.name)),
                plain(format!(
                    " ({}): {}",
                    cells::name(&dimension.name),
                    cells::figure(lang, &criterion.estimate)
                )),
            ]
        })
        .collect();
    if !points.is_empty() {
        blocks.push(lead(plain(fl!(m, "document-improve-first"))));
        blocks.push(Block::Points { points });
    }
    let only = scope::only(report).map(|unit| unit.code.as_str());
    let behind = duties::failing(report);
    if report.units.iter().any(|unit| Some(unit.code.as_str()) != only) {
        blocks.push(Block::Heading { level: 2, text: fl!(m, "document-units-below") });
        if behind.is_empty() {
            blocks.push(paragraph(fl!(m, "document-no-unit-below")));
        } else {
            blocks.push(lead(plain(fl!(m, "document-so-many-units-below", n = behind.len()))));
            let listed = behind.iter().take(LISTED).map(|unit| {
                vec![plain(format!(
                    "{}: {} ({})",
                    cells::name(&unit.name),
                    cells::figure(lang, &unit.result.index),
                    cells::interval(lang, &unit.result.index)
                ))]
            });
            let mut points: Vec<Vec<Run>> = listed.collect();
            let more = behind.len().saturating_sub(LISTED);
            if more > 0 {
                points.push(vec![plain(fl!(m, "document-and-more", n = more))]);
            }
            blocks.push(Block::Points { points });
        }
    }
    blocks
}
