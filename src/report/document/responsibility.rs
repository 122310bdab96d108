//! Section IV: who must do what, by the province's plan.

use i18n_embed_fl::fl;

use super::{
    Block, Row, Run, cells,
    composer::{self, Composer, UPRIGHT},
    lead, paragraph, plain, strong,
};
use crate::report::{duties, format, shown, tasks, words};

/// Section IV.
pub fn section(c: &mut Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let mut blocks = vec![Block::Heading { level: 1, text: fl!(m, "document-responsibility") }];
    let all = duties::by_body(report);
    if all.is_empty() {
        blocks.push(paragraph(if shown::any(report) {
            fl!(m, "document-nobody", target = format::percent_short(lang, report.target))
        } else {
            words::why_no_index(report, lang)
        }));
        return blocks;
    }
    blocks.extend(asked(c));
    blocks.push(Block::Heading { level: 2, text: fl!(m, "document-by-body") });
    blocks.push(paragraph(fl!(m, "document-by-body-means")));
    for duties in all {
        blocks.push(Block::Heading { level: 3, text: words::duties_body(lang, &duties) });
        let caption = words::duties_of(lang, &duties);
        let rows = duties
            .items
            .iter()
            .map(|((_, criterion), roles)| {
                let roles: Vec<String> = roles.iter().map(|role| words::role(lang, *role)).collect();
                let plan = criterion.responsible.as_ref().map_or(cells::NONE, |r| r.plan.as_str());
                Row::new(vec![
                    cells::name(&criterion.name),
                    plan.to_owned(),
                    if roles.is_empty() { cells::NONE.to_owned() } else { roles.join(", ") },
                    cells::figure(lang, &criterion.estimate),
                    cells::interval(lang, &criterion.estimate),
                    cells::verdict(lang, &criterion.estimate),
                ])
            })
            .collect();
        let columns = vec![
            composer::words(fl!(m, "report-column-criterion"), 32),
            composer::words(fl!(m, "document-column-row"), 9),
            composer::words(fl!(m, "document-column-role"), 15),
            composer::numbers(fl!(m, "report-column-estimate"), 14),
            composer::numbers(
                fl!(m, "report-interval-at", level = format::percent_short(lang, report.level)),
                21,
            ),
            composer::words(fl!(m, "report-column-decision"), 22),
        ];
        blocks.extend(c.table(UPRIGHT, caption, columns, rows, Vec::new()));
    }
    blocks
}

/// What the plan asks for where something is below the target, by dimension.
fn asked(c: &Composer<'_>) -> Vec<Block> {
    let (report, lang, m) = (c.report, c.lang, c.lang.messages());
    let Some(plan) = tasks::plan(report) else { return Vec::new() };
    let found = tasks::by_dimension(report);
    if found.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![
        Block::Heading { level: 2, text: fl!(m, "document-tasks") },
        lead(plain(fl!(m, "document-tasks-of", plan = lang.pick(plan)))),
    ];
    for (dimension, tasks) in found {
        blocks.push(lead(strong(format!("{}:", cells::name(&dimension.name)))));
        let points: Vec<Vec<Run>> = tasks
            .into_iter()
            .map(|task| {
                vec![plain(format!(
                    "{} ({}).",
                    lang.pick(&task.text),
                    fl!(m, "document-row", row = task.row.as_str())
                ))]
            })
            .collect();
        blocks.push(Block::Points { points });
    }
    blocks
}
