//! What the codes of a report mean, in the reader's words.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use crate::{
    definition::model::{Aggregation, Measure, Weights},
    index::{
        CLOSED_UNTIL_END, IN_STEPS, NOT_COVERED, UNASKED, UNWEIGHTED,
        pooled::GAPS,
        report::{
            By, Category, CriterionResult, Decision, Estimate, Modes, Publish, Quadrant, Report, Rotation,
            Unchanged, UnitResult, Weighting,
        },
    },
    language::Lang,
    organisation::Phase,
    questionnaire::text,
    report::{
        divided,
        drag::Drag,
        duties::{self, Role},
        format, scope, shown,
    },
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

/// Whether the figures are points of what could be reached, as in surveys of officials, and not shares of satisfied answers.
fn is_in_points(report: &Report) -> bool {
    report.method.measure == Measure::MeanScore
}

/// What the index is called.
pub fn index(lang: Lang, report: &Report) -> String {
    index_of(lang, report.method.measure)
}

/// What the index of what is measured so is called.
pub fn index_of(lang: Lang, measure: Measure) -> String {
    let m = lang.messages();
    match measure {
        Measure::ShareSatisfied => fl!(m, "report-index"),
        Measure::MeanScore => fl!(m, "report-index-points"),
    }
}

/// The title of a report on a campaign with this name.
pub fn title(lang: Lang, report: &Report, campaign: &str) -> String {
    let m = lang.messages();
    if is_in_points(report) {
        fl!(m, "report-title-points", campaign = campaign)
    } else {
        fl!(m, "report-title", campaign = campaign)
    }
}

/// What kind of report it is, above its title.
pub fn heading(lang: Lang, report: &Report) -> String {
    let m = lang.messages();
    if is_in_points(report) { fl!(m, "report-heading-points") } else { fl!(m, "report-heading") }
}

/// What an official report is about.
pub fn subject(lang: Lang, report: &Report) -> String {
    let m = lang.messages();
    if is_in_points(report) { fl!(m, "document-subject-points") } else { fl!(m, "document-subject") }
}

/// What a letter is about: what is below the target for certain, or what may be.
pub fn letter_about(lang: Lang, report: &Report, certain: bool) -> String {
    let m = lang.messages();
    match (is_in_points(report), certain) {
        (false, true) => fl!(m, "letter-about"),
        (false, false) => fl!(m, "letter-about-open"),
        (true, true) => fl!(m, "letter-about-points"),
        (true, false) => fl!(m, "letter-about-open-points"),
    }
}

/// What the index is called in a sentence, of a unit where one is named.
pub fn letter_index(lang: Lang, report: &Report, unit: Option<&str>) -> String {
    let m = lang.messages();
    match (is_in_points(report), unit) {
        (false, Some(unit)) => fl!(m, "letter-index-of", unit = unit),
        (false, None) => fl!(m, "letter-index"),
        (true, Some(unit)) => fl!(m, "letter-index-of-points", unit = unit),
        (true, None) => fl!(m, "letter-index-points"),
    }
}

/// What a published page tells in short, for those who link to it.
pub fn about(lang: Lang, report: &Report, figure: &str) -> String {
    let (m, period) = (lang.messages(), period(lang, report));
    if is_in_points(report) {
        fl!(m, "publish-about-points", index = figure, period = period)
    } else {
        fl!(m, "publish-about", index = figure, period = period)
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

/// A figure in per cent, with as many decimals as it was given; nothing where it may not be seen.
pub fn figure(lang: Lang, estimate: &Estimate) -> Option<String> {
    let share = shown::figure(estimate)?;
    Some(format::percent_to(lang, share, shown::decimals(estimate)))
}

/// The limits of its interval, likewise.
pub fn interval(lang: Lang, estimate: &Estimate) -> Option<String> {
    let limits = shown::limits(estimate)?;
    Some(format::interval_to(lang, limits, shown::decimals(estimate)))
}

/// By how many percentage points a criterion below the target holds the index down, with its sign.
pub fn held_back(lang: Lang, drag: &Drag<'_>) -> String {
    format::points_to(lang, -drag.points, shown::decimals(&drag.item.1.estimate))
}

/// The same in a table, where a dash says that a criterion does not.
pub fn held_back_if(lang: Lang, drag: Option<&Drag<'_>>) -> String {
    drag.map_or_else(|| "–".to_owned(), |drag| held_back(lang, drag))
}

/// Why a change, or its test, is not there.
pub fn unchanged(lang: Lang, reason: Unchanged) -> String {
    let m = lang.messages();
    match reason {
        Unchanged::NotComputable => fl!(m, "series-why-not-computable"),
        Unchanged::PreviousHidden => fl!(m, "series-why-hidden"),
        Unchanged::NoUnit => fl!(m, "series-why-no-unit"),
        Unchanged::NotAsked => fl!(m, "series-why-not-asked"),
        Unchanged::NotComparable => fl!(m, "series-why-not-comparable"),
        Unchanged::NoVariance => fl!(m, "series-why-no-variance"),
    }
}

/// Why the index is not compared with that of the previous campaign, in the middle of a sentence; nothing where it is, or where
/// there is none.
pub fn why_not_compared(lang: Lang, estimate: &Estimate) -> Option<String> {
    let change = shown::figure(estimate).and(estimate.change.as_ref())?;
    let reason = change.reason.filter(|_| change.change.is_none())?;
    Some(lower(&unchanged(lang, reason)))
}

/// So many rows of a table are named where they have no change; of more, their number is told.
const NAMED: usize = 3;

/// Why figures of a table were not compared with the previous campaign, or their change was not tested: a sentence for each reason.
pub fn why_no_changes<'a>(lang: Lang, rows: impl Iterator<Item = (&'a str, &'a Estimate)>) -> Vec<String> {
    let m = lang.messages();
    let mut found: BTreeMap<(Unchanged, bool), Vec<&str>> = BTreeMap::new();
    for (name, estimate) in rows {
        let change = shown::figure(estimate).and(estimate.change.as_ref());
        if let Some((reason, change)) = change.and_then(|change| Some((change.reason?, change))) {
            found.entry((reason, change.change.is_none())).or_default().push(name);
        }
    }
    let said = found.into_iter().map(|((reason, missing), names)| {
        let of = if names.len() > NAMED {
            fl!(m, "report-change-rows", n = names.len())
        } else {
            names.iter().map(|own| name(own)).collect::<Vec<_>>().join("; ")
        };
        let why = lower(&unchanged(lang, reason));
        if missing {
            fl!(m, "report-change-none", of = of, why = why)
        } else {
            fl!(m, "report-change-untested", of = of, why = why)
        }
    });
    said.collect()
}

/// A name out of the data, on one line and without signs that cannot be seen.
pub fn name(text: &str) -> String {
    text::clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// With a small first letter, for the middle of a sentence.
pub fn lower(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Whose answers a report on a part is about, in a sentence: a unit and those below it, or a category. Nothing in one of all.
pub fn part(report: &Report, lang: Lang) -> Option<&str> {
    note(report, scope::ONE_UNIT, lang)
}

/// Whether a report is on a category of answers, and not on a unit.
pub fn is_of_category(report: &Report) -> bool {
    scope::only(report).is_some_and(|only| only.kind == divided::KIND)
}

/// What stands above the numbers of the part that a report is on, beside those of the whole campaign.
pub fn sheets_of_part(report: &Report, lang: Lang) -> String {
    let m = lang.messages();
    if is_of_category(report) { fl!(m, "report-sheets-category") } else { fl!(m, "report-sheets-unit") }
}

/// What the table of answer sheets is called: whose numbers it has.
pub fn sheets_caption(report: &Report, lang: Lang) -> String {
    let m = lang.messages();
    match (scope::only(report), is_of_category(report)) {
        (None, _) => fl!(m, "report-sheets-caption"),
        (Some(_), true) => fl!(m, "report-sheets-caption-category"),
        (Some(_), false) => fl!(m, "report-sheets-caption-unit"),
    }
}

/// Whether nobody has answered at a unit at all, or nobody counts yet.
pub fn is_unanswered(unit: &UnitResult) -> bool {
    unit.result.responses == Some(0) && shown::figure(&unit.result.index).is_none()
}

/// What stands for the decision on such a unit.
pub fn unanswered(lang: Lang) -> String {
    fl!(lang.messages(), "report-unanswered")
}

/// A unit's name where units are listed; of one that had been merged into another by then, that it had.
pub fn unit(lang: Lang, unit: &UnitResult) -> String {
    match unit.merged_into {
        Some(_) => fl!(lang.messages(), "report-unit-merged", unit = unit.name.as_str()),
        None => unit.name.clone(),
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

/// Whether nobody at all was asked, so that there is no figure and nothing to hide.
pub fn is_unasked(estimate: &Estimate) -> bool {
    shown::answers(estimate) == Some(0) && shown::figure(estimate).is_none()
}

/// Why there is no figure.
pub fn why_none(lang: Lang, estimate: &Estimate) -> String {
    let m = lang.messages();
    if shown::shown(estimate).is_none() {
        publish(lang, Publish::Suppress)
    } else if is_unasked(estimate) {
        fl!(m, "report-not-asked")
    } else {
        fl!(m, "report-not-computable")
    }
}

/// What those without a figure are called where they are counted: not published, unless some of them were never asked or cannot be
/// computed.
pub fn without_figure(lang: Lang, report: &Report) -> String {
    let results = std::iter::once(&report.total).chain(report.units.iter().map(|unit| &unit.result));
    let mut estimates = results.flat_map(|result| {
        let dimensions = result.dimensions.iter();
        let nodes = dimensions.flat_map(|dimension| {
            std::iter::once(&dimension.estimate).chain(dimension.criteria.iter().map(|own| &own.estimate))
        });
        std::iter::once(&result.index).chain(nodes)
    });
    let open = |estimate: &Estimate| shown::shown(estimate).is_some() && shown::figure(estimate).is_none();
    if estimates.any(open) {
        fl!(lang.messages(), "report-without-figure")
    } else {
        publish(lang, Publish::Suppress)
    }
}

/// How far a figure can be relied on; of one that there is not, that nobody was asked.
pub fn reliance(lang: Lang, estimate: &Estimate) -> String {
    if is_unasked(estimate) { why_none(lang, estimate) } else { publish(lang, estimate.publish) }
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
    days(lang, &report.campaign.opens, &report.campaign.closes)
}

/// From when to when, from RFC 3339 with the province's offset, the end exclusive.
pub fn days(lang: Lang, opens: &str, closes: &str) -> String {
    fl!(
        lang.messages(),
        "report-period",
        from = format::opening(lang, opens),
        to = format::closing(lang, closes)
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

/// The questionnaire and its form, by the name that people know it by.
pub fn questionnaire(report: &Report, lang: Lang) -> String {
    let (m, campaign) = (lang.messages(), &report.campaign);
    let (id, version) = (campaign.definition.id.as_str(), campaign.definition.version.as_str());
    if campaign.form_title.is_empty() {
        return fl!(m, "report-definition-is", id = id, version = version, form = campaign.form.as_str());
    }
    let title = text::clean(lang.pick(&campaign.form_title));
    fl!(m, "report-definition-called", title = title.as_str(), id = id, version = version)
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

/// What answers are divided by.
pub fn by(lang: Lang, by: By) -> String {
    let m = lang.messages();
    match by {
        By::Field => fl!(m, "report-by-field"),
        By::Filed => fl!(m, "report-by-filed"),
        By::Channel => fl!(m, "report-by-channel"),
        By::Counter => fl!(m, "report-by-counter"),
    }
}

/// The name of a category.
pub fn category(lang: Lang, by: By, category: &Category) -> String {
    match by {
        By::Channel => channel(lang, &category.code),
        By::Field | By::Filed | By::Counter => category.name.clone(),
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

/// The words of the note with this code, where there is one.
fn note<'r>(report: &'r Report, code: &str, lang: Lang) -> Option<&'r str> {
    report.notes.iter().find(|note| note.code == code).map(|note| lang.pick(&note.text))
}

/// Of an open campaign, how its answers come to be counted: not each as it comes.
pub fn in_steps(report: &Report, lang: Lang) -> Option<&str> {
    note(report, IN_STEPS, lang)
}

/// Which part of the population nobody has answered for, where there is one: it belongs beside every decision on the whole.
pub fn not_covered(report: &Report, lang: Lang) -> Option<&str> {
    note(report, NOT_COVERED, lang)
}

/// About which dimensions nobody was asked, where there are some.
pub fn unasked(report: &Report, lang: Lang) -> Option<&str> {
    note(report, UNASKED, lang)
}

/// That the answers carry no weights, and why, where they carry none: likewise.
pub fn unweighted(report: &Report, lang: Lang) -> Option<&str> {
    note(report, UNWEIGHTED, lang)
}

/// Which quarters of a period had no campaign, likewise.
pub fn gaps(report: &Report, lang: Lang) -> Option<&str> {
    note(report, GAPS, lang)
}

/// That those who answered chose to, where all or some did: it belongs beside every interval of the whole.
pub fn self_selected(report: &Report, lang: Lang) -> Option<String> {
    let m = lang.messages();
    report.notes.iter().find_map(|note| match note.code.as_str() {
        "self_selected" => Some(fl!(m, "report-self-selected")),
        "partly_self_selected" => Some(fl!(m, "report-partly-self-selected")),
        _ => None,
    })
}

/// Where every body leads on a criterion, the units that are lowest there, in words.
pub fn lowest_units(lang: Lang, report: &Report, criterion: &CriterionResult) -> Option<String> {
    let lowest = duties::lowest(report, criterion);
    let named = lowest
        .iter()
        .filter_map(|(unit, own)| Some(format!("{} {}", unit.name, figure(lang, &own.estimate)?)));
    let units = named.collect::<Vec<_>>().join("; ");
    (!units.is_empty()).then(|| fl!(lang.messages(), "report-lowest-units", units = units))
}

/// The units that certainly do not reach the target, the lowest first, in words: where units are judged, and where nothing of the
/// whole lies below the target, no criterion names them.
pub fn failing_units(lang: Lang, report: &Report) -> Option<String> {
    if !duties::are_judged(report) && !duties::below_target(report).is_empty() {
        return None;
    }
    let failing = duties::failing(report);
    let told = failing.iter().take(NAMED).filter_map(|unit| {
        let (own, interval) = (figure(lang, &unit.result.index)?, interval(lang, &unit.result.index)?);
        Some(format!("{} {own} ({interval})", name(&unit.name)))
    });
    let units = told.collect::<Vec<_>>().join("; ");
    if units.is_empty() {
        return None;
    }
    let (m, more) = (lang.messages(), failing.len().saturating_sub(NAMED));
    Some(if more == 0 {
        fl!(m, "report-failing-units", n = failing.len(), units = units)
    } else {
        fl!(m, "report-failing-units-more", n = failing.len(), units = units, more = more)
    })
}

/// What stands above the lowest criteria where none lies below the target: that they reach it, where that is so.
pub fn lowest_heading(lang: Lang, lowest: &[duties::Item<'_>]) -> String {
    let m = lang.messages();
    let met = |item: &duties::Item<'_>| shown::decision(&item.1.estimate) == Some(Decision::Met);
    if lowest.iter().all(met) { fl!(m, "report-lowest-met") } else { fl!(m, "report-lowest") }
}

/// Who leads on a criterion: `Chủ trì: Sở Nội vụ`.
pub fn led_by(lang: Lang, criterion: &CriterionResult) -> String {
    let m = lang.messages();
    let leading: Vec<String> = duties::bodies(criterion, Role::Lead).iter().map(|body| name(body)).collect();
    if leading.is_empty() {
        fl!(m, "report-no-bodies")
    } else {
        format!("{}: {}", fl!(m, "report-lead"), leading.join("; "))
    }
}

/// Whose part in what is below the target it is: a body's, or a unit's in what was said of itself.
pub fn duties_body(lang: Lang, duties: &duties::Duties<'_>) -> String {
    let m = lang.messages();
    match (duties.unit, duties.body) {
        (Some(unit), _) => fl!(m, "document-duties-unit", unit = name(&unit.name)),
        (None, Some(body)) => name(body),
        (None, None) => fl!(m, "report-no-bodies"),
    }
}

/// What a table of what is below the target is called: of a body, or of a unit's own figures.
pub fn duties_of(lang: Lang, duties: &duties::Duties<'_>) -> String {
    let m = lang.messages();
    match (duties.unit, duties.body) {
        (Some(unit), _) => fl!(m, "document-duties-table-unit", unit = name(&unit.name)),
        (None, Some(body)) => fl!(m, "document-duties-table", body = name(body)),
        (None, None) => fl!(m, "document-duties-table", body = fl!(m, "report-no-bodies")),
    }
}

/// What a mean of answers is called: with the units' weights, where there are some.
pub fn mean(lang: Lang, report: &Report) -> String {
    let m = lang.messages();
    match report.weighting {
        Weighting::Design => fl!(m, "report-mean-weighted"),
        Weighting::None => fl!(m, "report-mean-short"),
    }
}

/// What a column of answers by option is called.
pub fn option(lang: Lang, code: &str) -> String {
    let m = lang.messages();
    if code == "na" {
        fl!(m, "document-column-no-opinion")
    } else {
        fl!(m, "report-column-count", code = code)
    }
}

/// What the number of valid answer sheets is called: while answers are counted in steps, more may have come.
pub fn answers(report: &Report, lang: Lang) -> String {
    let m = lang.messages();
    if in_steps(report, lang).is_some() { fl!(m, "report-answers-so-far") } else { fl!(m, "report-answers") }
}

/// What the number of all answer sheets is called, likewise.
pub fn stored(report: &Report, lang: Lang) -> String {
    let m = lang.messages();
    if in_steps(report, lang).is_some() { fl!(m, "report-stored-so-far") } else { fl!(m, "report-stored") }
}

/// Why there is no index, in a sentence, on pages and in files.
pub fn why_no_index(report: &Report, lang: Lang) -> String {
    let m = lang.messages();
    let hidden = shown::shown(&report.total.index).is_none();
    // While answers are counted in steps, more have come than count: none of them is lost.
    let steps = in_steps(report, lang).filter(|_| hidden);
    match note(report, CLOSED_UNTIL_END, lang).or(steps) {
        Some(words) => name(words),
        None if report.responses.valid == 0 || report.total.responses == Some(0) => {
            fl!(m, "document-no-answers")
        }
        None if !hidden => fl!(m, "document-index-not-computable"),
        None => fl!(m, "document-too-few", minimum = report.method.minimum_answers),
    }
}

/// Something to know about how the figures were formed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What kind of value.
    pub kind: FactKind,
}

/// What kind of value a [`Fact`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    /// Words of ours.
    Text,
    /// A name out of the data.
    Name,
    /// Something to be copied, not read.
    Code,
}

/// How the figures were formed, so that another can form them again.
pub fn method(report: &Report, lang: Lang) -> Vec<Fact> {
    let m = lang.messages();
    let (campaign, method) = (&report.campaign, &report.method);
    let definition = &campaign.definition;
    let text = |name: String, value: String| Fact { name, value, kind: FactKind::Text };
    let mut facts = vec![
        Fact { name: fl!(m, "report-method"), value: method.name.clone(), kind: FactKind::Name },
        text(fl!(m, "report-measure"), measure(lang, method.measure)),
        text(fl!(m, "report-aggregation"), aggregation(lang, method.aggregation)),
    ];
    if report.total.parts.len() > 1 {
        facts.push(text(fl!(m, "report-weights-parts"), weights(lang, method.weights.parts)));
    }
    facts.extend([
        text(fl!(m, "report-weights-dimensions"), weights(lang, method.weights.dimensions)),
        text(fl!(m, "report-weighting"), weighting(lang, report.weighting)),
    ]);
    if report.weighting == Weighting::Design
        && let Some(population) = shown::population(report)
    {
        let population = format::count(lang, population);
        facts.push(text(fl!(m, "report-strata"), fl!(m, "report-strata-are", population = population)));
    }
    facts.extend([
        text(
            fl!(m, "report-decision-rule"),
            fl!(m, "report-decision-how", level = format::percent_short(lang, report.level)),
        ),
        text(fl!(m, "report-minimum"), fl!(m, "report-minimum-is", minimum = method.minimum_answers)),
        text(fl!(m, "report-definition"), questionnaire(report, lang)),
        Fact { name: fl!(m, "report-sha256"), value: definition.sha256.clone(), kind: FactKind::Code },
        Fact { name: fl!(m, "report-campaign"), value: campaign.slug.clone(), kind: FactKind::Code },
        text(fl!(m, "report-generated"), format::moment(lang, &report.generated_at, &campaign.opens)),
    ]);
    facts
}

/// The index without the answers with which somebody helped, for comparison, in a sentence.
pub fn unassisted(report: &Report, lang: Lang) -> Option<String> {
    let index = report.responses.modes.as_ref()?.index_unassisted.as_ref()?;
    Some(fl!(
        lang.messages(),
        "report-unassisted",
        index = format::percent(lang, index.estimate?),
        lower = format::percent(lang, index.lower?),
        upper = format::percent(lang, index.upper?),
        n = format::count(lang, index.n.unwrap_or_default())
    ))
}

/// A kind of unit: the usual ones by their name, others as the province wrote them.
pub fn kind(lang: Lang, kind: &str) -> String {
    let m = lang.messages();
    match kind {
        "province" => fl!(m, "report-kind-province"),
        "department" => fl!(m, "report-kind-department"),
        "district" => fl!(m, "report-kind-district"),
        "commune" => fl!(m, "report-kind-commune"),
        "one-stop" => fl!(m, "report-kind-one-stop"),
        "council" => fl!(m, "report-kind-council"),
        "council-group" => fl!(m, "report-kind-council-group"),
        other => other.to_owned(),
    }
}

/// The same of several units of a kind, as a heading.
pub fn kinds(lang: Lang, kind: &str) -> String {
    let m = lang.messages();
    match kind {
        "province" => fl!(m, "raters-kind-province"),
        "department" => fl!(m, "raters-kind-department"),
        "district" => fl!(m, "raters-kind-district"),
        "commune" => fl!(m, "raters-kind-commune"),
        "one-stop" => fl!(m, "raters-kind-one-stop"),
        "council" => fl!(m, "raters-kind-council"),
        "council-group" => fl!(m, "raters-kind-council-group"),
        other => other.to_owned(),
    }
}

/// What importance and performance suggest. Performance is measured by the mean of the dimensions, so that one may be better than
/// others and still not reach the target: that is never to be left as it is.
pub fn quadrant(lang: Lang, quadrant: Quadrant, decision: Option<Decision>) -> String {
    let m = lang.messages();
    match (quadrant, decision) {
        (Quadrant::ImproveFirst, _) => fl!(m, "report-improve-first"),
        (Quadrant::ImproveLater, _) => fl!(m, "report-improve-later"),
        (Quadrant::KeepUp | Quadrant::Maintain, Some(Decision::NotMet)) => fl!(m, "report-improve-on"),
        (Quadrant::KeepUp, _) => fl!(m, "report-keep-up"),
        (Quadrant::Maintain, _) => fl!(m, "report-maintain"),
    }
}

/// What a body has to do with a criterion.
pub fn role(lang: Lang, role: Role) -> String {
    let m = lang.messages();
    match role {
        Role::Lead => fl!(m, "report-lead"),
        Role::Monitor => fl!(m, "report-monitor"),
        Role::Support => fl!(m, "report-support"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn what_does_not_reach_the_target_is_never_to_be_left_as_it_is() {
        let below = Some(Decision::NotMet);
        assert_eq!(quadrant(Lang::VI, Quadrant::Maintain, below), "Cải thiện tiếp");
        assert_eq!(quadrant(Lang::VI, Quadrant::KeepUp, below), "Cải thiện tiếp");
        assert_eq!(quadrant(Lang::VI, Quadrant::Maintain, Some(Decision::Met)), "Duy trì");
    }

    #[test]
    fn what_officials_said_is_not_called_satisfaction() {
        let mut report = fixture::report();
        assert_eq!(index(Lang::VI, &report), "Chỉ số hài lòng");
        report.method.measure = Measure::MeanScore;
        let m = [index(Lang::VI, &report), title(Lang::VI, &report, "X"), heading(Lang::VI, &report)];
        for words in m.into_iter().chain([subject(Lang::VI, &report), letter_about(Lang::VI, &report, true)])
        {
            assert!(!words.contains("hài lòng"), "{words}");
        }
    }
}
