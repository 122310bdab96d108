//! What the codes of a report mean, in the reader's words.

use i18n_embed_fl::fl;

use crate::{
    definition::model::{Aggregation, Measure, Weights},
    index::report::{Decision, Modes, Publish, Report, Rotation, Weighting},
    language::Lang,
    organisation::Phase,
    report::{format, scope, shown},
};

/// đạt / chưa đạt / chưa đủ căn cứ kết luận.
pub fn decision(lang: Lang, decision: Decision) -> String {
    let words = lang.messages();
    match decision {
        Decision::Met => fl!(words, "report-met"),
        Decision::NotMet => fl!(words, "report-not-met"),
        Decision::Undecided => fl!(words, "report-undecided"),
    }
}

/// The decision as a sentence that gives its reason.
pub fn decision_because(lang: Lang, decision: Decision, target: f64) -> String {
    let (words, target) = (lang.messages(), format::percent_short(lang, target));
    match decision {
        Decision::Met => fl!(words, "report-met-because", target = target),
        Decision::NotMet => fl!(words, "report-not-met-because", target = target),
        Decision::Undecided => fl!(words, "report-undecided-because", target = target),
    }
}

/// Whether a figure may be shown.
pub fn publish(lang: Lang, publish: Publish) -> String {
    let words = lang.messages();
    match publish {
        Publish::Publish => fl!(words, "report-publish"),
        Publish::Caution => fl!(words, "report-caution"),
        Publish::Suppress => fl!(words, "report-suppressed"),
    }
}

/// Where the campaign is.
pub fn status(lang: Lang, report: &Report) -> String {
    let words = lang.messages();
    match report.campaign.status {
        Phase::Draft => fl!(words, "report-status-draft"),
        Phase::Paused => fl!(words, "report-status-paused"),
        Phase::Planned => fl!(words, "report-status-planned"),
        Phase::Open => fl!(words, "report-status-open"),
        Phase::Closed => fl!(words, "report-status-closed"),
    }
}

/// When the campaign takes answers.
pub fn period(lang: Lang, report: &Report) -> String {
    fl!(
        lang.messages(),
        "report-period",
        from = format::opening(lang, &report.campaign.opens),
        to = format::closing(lang, &report.campaign.closes)
    )
}

/// What is measured on an item.
pub fn measure(lang: Lang, measure: Measure) -> String {
    let words = lang.messages();
    match measure {
        Measure::ShareSatisfied => fl!(words, "report-measure-share"),
        Measure::MeanScore => fl!(words, "report-measure-score"),
    }
}

/// How items become a dimension.
pub fn aggregation(lang: Lang, aggregation: Aggregation) -> String {
    let words = lang.messages();
    match aggregation {
        Aggregation::ItemShares => fl!(words, "report-aggregation-items"),
        Aggregation::RespondentScores => fl!(words, "report-aggregation-respondents"),
        Aggregation::PooledAnswers => fl!(words, "report-aggregation-pooled"),
    }
}

/// Weights at one level of the index.
pub fn weights(lang: Lang, weights: Weights) -> String {
    let words = lang.messages();
    match weights {
        Weights::ByItems => fl!(words, "report-weights-items"),
        Weights::Equal => fl!(words, "report-weights-equal"),
        Weights::Given => fl!(words, "report-weights-given"),
    }
}

/// Whether answers carry the weight of a population.
pub fn weighting(lang: Lang, weighting: Weighting) -> String {
    let words = lang.messages();
    match weighting {
        Weighting::Design => fl!(words, "report-weighting-design"),
        Weighting::None => fl!(words, "report-weighting-none"),
    }
}

/// Whether chance alone decided who was asked which module, in a sentence; `None` where there is too little to tell.
pub fn evenness(lang: Lang, rotation: &Rotation) -> Option<String> {
    let evenness = rotation.evenness?;
    let statistic = format::decimal(lang, evenness.chi_square, 1);
    let p = if evenness.p < 0.001 {
        format!("< {}", format::decimal(lang, 0.001, 3))
    } else {
        format!("= {}", format::decimal(lang, evenness.p, 3))
    };
    let df = evenness.df.to_string();
    Some(fl!(lang.messages(), "report-evenness", statistic = statistic, df = df, p = p))
}

/// The way answers came in, by the channel's code; an unknown one keeps its code.
pub fn channel(lang: Lang, code: &str) -> String {
    let words = lang.messages();
    match code {
        "open" => fl!(words, "report-channel-open"),
        "code" => fl!(words, "report-channel-code"),
        "link" => fl!(words, "report-channel-link"),
        "kiosk" => fl!(words, "report-channel-kiosk"),
        "paper" => fl!(words, "report-channel-paper"),
        "import" => fl!(words, "report-channel-import"),
        other => other.to_owned(),
    }
}

/// Whose figures they are: the unit that the report is cut down to, else the one unit at the top of the tree, if there
/// is one.
pub fn whose(report: &Report) -> Option<&str> {
    if let Some(unit) = scope::only(report) {
        return Some(&unit.name);
    }
    let mut roots = shown::roots(&report.units);
    match (roots.next(), roots.next()) {
        (Some(unit), None) => Some(&unit.name),
        _ => None,
    }
}

/// The modes with their names, in the order asked; no number where too few may be told.
pub fn modes(lang: Lang, modes: &Modes) -> [(String, Option<u64>); 4] {
    let m = lang.messages();
    [
        (fl!(m, "report-mode-self"), modes.own),
        (fl!(m, "report-mode-helped"), modes.helped),
        (fl!(m, "report-mode-proxy"), modes.proxy),
        (fl!(m, "report-mode-unknown"), modes.unknown),
    ]
}
