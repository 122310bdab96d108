//! Several campaigns as one: against the engine on all their answers, and what all reports together must not tell.

use super::*;
use crate::{
    index::{
        pooled::{NoPool, Pool, Wave, pooled},
        report::PeriodInfo,
    },
    organisation::{History, Since},
};

type Told = (BTreeMap<String, Answers>, Vec<Stratum>);

fn period() -> PeriodInfo {
    PeriodInfo {
        code: "2026-6m".to_owned(),
        title: "Thử – 6 tháng".to_owned(),
        first: "2026-01-01".to_owned(),
        last: "2026-06-30".to_owned(),
        campaigns: Vec::new(),
    }
}

/// The title of a wave.
fn called(at: usize) -> BTreeMap<String, String> {
    BTreeMap::from([("vi".to_owned(), format!("Đợt {at}"))])
}

/// The answers of a wave, which came on two days of a hundred.
fn on_days(at: usize, answers: &BTreeMap<String, Answers>) -> Sheets {
    let mut sheets = sheets(answers);
    let first = i32::try_from(at).unwrap() * 100 + 9;
    sheets.units.values_mut().for_each(|unit| unit.days = Some((first, first + 1)));
    sheets
}

/// The reports of some campaigns, and the one over all of them.
fn reports(
    definitions: &[&Definition],
    waves: &[Told],
    trees: (&UnitTree, &UnitTree),
) -> (Vec<Report>, Result<Report, NoPool>) {
    let questionnaires: Vec<Questionnaire> =
        definitions.iter().map(|definition| Questionnaire::generate(definition, "f").unwrap()).collect();
    let campaigns: Vec<Campaign> = (0..waves.len())
        .map(|at| Campaign { slug: format!("t{at}"), title: called(at), ..campaign() })
        .collect();
    let columns: Vec<Sheets> =
        waves.iter().enumerate().map(|(at, (answers, _))| on_days(at, answers)).collect();
    let inputs: Vec<Input<'_>> = (0..waves.len())
        .map(|at| Input {
            campaign: &campaigns[at],
            definition: definitions[at],
            questionnaire: &questionnaires[at],
            units: trees.0,
            strata: &waves[at].1,
            margins: &[],
            previous: None,
            sheets: &columns[at],
            judging: None,
            links: None,
            published: None,
            breakdowns: Default::default(),
            now: 2_000_000,
        })
        .collect();
    let own: Vec<Report> = inputs.iter().map(|input| compute(input).unwrap()).collect();
    let parts: Vec<Wave<'_>> =
        inputs.iter().zip(&own).map(|(input, report)| Wave { input, report }).collect();
    let pool = Pool { waves: &parts, units: trees.1, period: period() };
    let all = pooled(&pool);
    (own, all)
}

/// The engine's answer to the same: a stratum is a unit in a campaign.
fn stacked(waves: &[Told]) -> (BTreeMap<String, Answers>, Vec<Stratum>) {
    let mut answers = BTreeMap::new();
    let mut strata = Vec::new();
    for (at, (own, populations)) in waves.iter().enumerate() {
        answers.extend(own.iter().map(|(unit, rows)| (format!("{unit}#{at}"), rows.clone())));
        strata.extend(populations.iter().map(|s| Stratum { unit: format!("{}#{at}", s.unit), ..s.clone() }));
    }
    (answers, strata)
}

fn equal_to_the_engine_over(measure: &str, aggregation: &str, seed: u64, weighted: bool) {
    let waves: Vec<Told> = (0..3)
        .map(|wave| {
            let (mut answers, mut strata) = random(seed * 10 + wave, (seed + wave).is_multiple_of(2));
            // Populations differ from campaign to campaign, and a unit is missing in one.
            strata.iter_mut().for_each(|stratum| stratum.population += 100 * wave);
            // One answer alone would hide most of the others.
            for gone in ["d1y"].into_iter().chain((wave == 1).then_some("s1")) {
                answers.remove(gone);
                strata.retain(|stratum| stratum.unit != gone);
            }
            (answers, if weighted { strata } else { Vec::new() })
        })
        .collect();
    let definition = definition(measure, aggregation, "citizens");
    let tree = units();
    let (own, all) = reports(&[&definition; 3], &waves, (&tree, &tree));
    let all = all.unwrap();
    assert_eq!(all.responses.valid, own.iter().map(|report| report.responses.valid).sum::<u64>());
    let (answers, strata) = stacked(&waves);
    let csv = csv(&answers, &strata);
    let scale = if measure == "mean_score" { 0.2 } else { 1.0 };
    let inside = |codes: &[&str]| -> Vec<String> {
        answers
            .keys()
            .filter(|key| codes.iter().any(|code| key.split('#').next() == Some(*code)))
            .cloned()
            .collect()
    };
    let mut shown = 0;
    let everywhere = ["d1", "d1x", "d1y", "d2", "s1"];
    let places =
        [("total", &everywhere[..]), ("d1", &["d1", "d1x", "d1y"]), ("d2", &["d2"]), ("s1", &["s1"])];
    for (code, of) in places {
        let figures = match code {
            "total" => &all.total,
            code => &all.units.iter().find(|unit| unit.code == code).unwrap().result,
        };
        let inside = inside(of);
        let inside: Vec<&str> = inside.iter().map(String::as_str).collect();
        let theirs = engine(measure, aggregation, &csv, weighted, &inside);
        compare(figures, &theirs, scale, code);
        shown += figures.figures().iter().filter(|(_, estimate)| estimate.estimate.is_some()).count();
    }
    assert!(shown > 20, "{shown} figures are compared");
    assert_eq!(all.total.responses, Some(answers.values().map(|rows| rows.len() as u64).sum()));
}

#[test]
fn figures_over_several_campaigns_are_those_of_the_engine_on_all_their_answers() {
    for seed in [1, 2] {
        for aggregation in ["item_shares", "respondent_scores", "pooled_answers"] {
            equal_to_the_engine_over("share_satisfied", aggregation, seed, true);
        }
        equal_to_the_engine_over("mean_score", "item_shares", seed, true);
        equal_to_the_engine_over("share_satisfied", "item_shares", seed, false);
    }
}

/// The same answer to everything, `n` times and `satisfied` of them satisfied.
fn rows(n: usize, satisfied: usize) -> Answers {
    (0..n).map(|at| [if at < satisfied { 5 } else { 2 }; 6]).collect()
}

fn told(units: &[(&str, usize, u64)]) -> Told {
    let answers = units.iter().map(|(unit, n, _)| ((*unit).to_owned(), rows(*n, n * 3 / 4))).collect();
    let stratum = |(unit, _, population): &(&str, usize, u64)| Stratum {
        unit: (*unit).to_owned(),
        population: *population,
        sample: None,
    };
    (answers, units.iter().map(stratum).collect())
}

fn index_of<'r>(report: &'r Report, unit: &str) -> &'r Estimate {
    &report.units.iter().find(|own| own.code == unit).unwrap().result.index
}

/// Counts of four small quarters and a share with other weights are two equations for four small whole numbers: mostly they
/// have one solution. And of the same two persons each quarter one knows the other's answers by subtracting the own.
#[test]
fn d_06_a_unit_that_every_quarter_hides_is_hidden_over_the_year() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let quarter = |n: u64| told(&[("d1x", 6, 60 + n), ("d1y", 7, 80), ("d2", 60, 900), ("s1", 50, 700)]);
    let waves = [quarter(1), quarter(20), quarter(30), quarter(44)];
    let tree = units();
    let (own, all) = reports(&[&definition; 4], &waves, (&tree, &tree));
    let all = all.unwrap();
    assert!(own.iter().all(|report| index_of(report, "d1x").publish == Publish::Suppress));
    assert_eq!(index_of(&all, "d1x").publish, Publish::Suppress);
    assert_eq!(index_of(&all, "d1y").publish, Publish::Suppress);
    // What every quarter shows is shown.
    assert_eq!(all.total.index.n, Some(4 * 123));
}

#[test]
fn d_06_a_period_tells_no_campaign_s_hidden_figure() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let tree = units();
    // Hidden in one campaign alone: with it the period would be the other one's figure and this one's.
    let waves = [
        told(&[("d1x", 4, 40), ("d1y", 20, 200), ("d2", 60, 600), ("s1", 50, 500)]),
        told(&[("d1x", 40, 80), ("d1y", 40, 80), ("d2", 60, 120), ("s1", 50, 100)]),
    ];
    let (own, all) = reports(&[&definition; 2], &waves, (&tree, &tree));
    let all = all.unwrap();
    assert_eq!(index_of(&own[0], "d1x").publish, Publish::Suppress);
    assert_eq!(index_of(&own[1], "d1x").n, Some(40));
    assert_eq!(index_of(&all, "d1x").publish, Publish::Suppress);
    assert!(all.notes.iter().all(|note| note.code != "hidden_by"), "the whole is there");
    // Its neighbour was hidden with it, and would give it away.
    assert_eq!(index_of(&own[0], "d1y").publish, Publish::Suppress);
    assert_eq!(index_of(&all, "d1y").publish, Publish::Suppress);
    assert_eq!(index_of(&all, "d2").n, Some(120));
    assert_eq!(all.total.index.n, Some(134 + 190));
}

#[test]
fn a_period_without_an_index_says_which_campaign_is_too_small_for_one() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let tree = units();
    let waves = [told(&[("d2", 60, 600), ("s1", 50, 500)]), told(&[("d2", 3, 600)])];
    let (_, all) = reports(&[&definition; 2], &waves, (&tree, &tree));
    let all = all.unwrap();
    assert_eq!(all.total.index.publish, Publish::Suppress);
    let note =
        |code: &str| all.notes.iter().find(|note| note.code == code).map(|note| note.text["vi"].clone());
    assert!(note("hidden_by").is_some_and(|words| words.contains("“Đợt 1”") && !words.contains("“Đợt 0”")));
    assert_eq!(note("not_covered"), None, "every unit that was asked in a campaign answered there");
}

#[test]
fn a_unit_heard_in_one_campaign_and_not_in_another_is_not_called_unheard() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let tree = units();
    let mut second = told(&[("d2", 60, 120), ("s1", 50, 100)]);
    second.0.remove("s1");
    let waves = [told(&[("d2", 60, 600), ("s1", 50, 500)]), second];
    let (_, all) = reports(&[&definition; 2], &waves, (&tree, &tree));
    let all = all.unwrap();
    let words = all.notes.iter().find(|note| note.code == "not_covered").unwrap().text["vi"].clone();
    assert!(words.contains("Ở 1 trong 2 đơn vị, ít nhất một đợt"), "{words}");
}

#[test]
fn d_06_a_period_tells_no_day_that_a_campaign_withholds() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let tree = units();
    let days = |sizes: &[usize]| {
        let waves: Vec<Told> = sizes.iter().map(|n| told(&[("d2", *n, 600)])).collect();
        let definitions = vec![&definition; sizes.len()];
        let (_, all) = reports(&definitions, &waves, (&tree, &tree));
        let responses = all.unwrap().responses;
        (responses.from, responses.to)
    };
    let day = |text: &str| Some(text.to_owned());
    assert_eq!(days(&[60, 50]), (day("1970-01-10"), day("1970-04-21")));
    // The day of one answer is the day on which somebody answered, and the others' first day is not that of all.
    assert_eq!(days(&[1]), (None, None));
    assert_eq!(days(&[1, 60]), (None, None));
    assert_eq!(days(&[60, 1]), (None, None));
    assert_eq!(days(&[60, 0]), (day("1970-01-10"), day("1970-01-11")), "nobody withholds anything there");
}

#[test]
fn d_06_that_nobody_was_asked_is_told_where_every_campaign_tells_it() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let tree = units();
    let unasked = |n: usize| {
        let (mut answers, strata) = told(&[("d2", n, 600)]);
        answers.values_mut().flatten().for_each(|row| row[5] = 0);
        (answers, strata)
    };
    let asked = |report: &Report| report.total.dimensions[2].criteria[0].asked;
    let (own, all) = reports(&[&definition; 2], &[unasked(60), unasked(3)], (&tree, &tree));
    assert_eq!((asked(&own[0]), asked(&own[1])), (Some(0), None));
    assert_eq!(asked(&all.unwrap()), None, "it would tell what three people were not asked");
    let (_, all) = reports(&[&definition; 3], &[unasked(60), unasked(40), unasked(0)], (&tree, &tree));
    assert_eq!(asked(&all.unwrap()), Some(0), "who did not answer hides nothing");
}

#[test]
fn a_population_that_is_known_in_part_is_none() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let tree = units();
    let wave = || {
        let (answers, mut strata) =
            told(&[("d1x", 30, 90), ("d1y", 20, 80), ("d2", 60, 900), ("s1", 50, 700)]);
        strata.retain(|stratum| stratum.unit != "d1y");
        (answers, strata)
    };
    let (own, all) = reports(&[&definition; 2], &[wave(), wave()], (&tree, &tree));
    let all = all.unwrap();
    let of =
        |report: &Report, code: &str| report.units.iter().find(|unit| unit.code == code).unwrap().population;
    for (report, d2) in [(&own[0], 900), (&all, 1_800)] {
        assert_eq!(of(report, "d2"), Some(d2));
        for partly in ["root", "d1", "d1y"] {
            assert_eq!(of(report, partly), None, "{partly}");
        }
    }
    let campaigns = all.period.unwrap().campaigns;
    assert_eq!(campaigns[0].population, None, "the others' would pass for all of its units'");
    // Who has a population and gave no answer is counted, who gave none and has none is not missed.
    let mut silent = told(&[("d1x", 30, 90), ("d2", 60, 900), ("s1", 0, 700)]);
    silent.0.remove("s1");
    let (own, all) = reports(&[&definition], &[silent], (&tree, &tree));
    assert_eq!(of(&own[0], "root"), Some(1_690));
    assert_eq!(all.unwrap().period.unwrap().campaigns[0].population, Some(1_690));
}

#[test]
fn a_unit_that_was_merged_counts_for_its_successor() {
    let definition = definition("share_satisfied", "item_shares", "citizens");
    let history: History = units().units().iter().cloned().map(Into::into).collect();
    let ended = Unit {
        valid_to: Some(jiff::civil::date(2026, 3, 31)),
        successor: Some("d2".to_owned()),
        ..units().get("s1").unwrap().clone()
    };
    let history = history.with([(ended, Since::Always)]);
    let day = |month| jiff::civil::date(2026, month, 15);
    let (before, after) = (history.merged_by(day(3)).unwrap(), history.merged_by(day(6)).unwrap());
    assert_eq!(before.get("s1").unwrap().parent.as_deref(), Some("root"));
    assert_eq!(after.get("s1").unwrap().parent.as_deref(), Some("d2"));
    let waves = [
        told(&[("d1x", 30, 90), ("d2", 60, 900), ("s1", 50, 700)]),
        told(&[("d1x", 40, 90), ("d2", 80, 1_500)]),
    ];
    let (_, all) = reports(&[&definition; 2], &waves, (&before, &after));
    let all = all.unwrap();
    assert_eq!(index_of(&all, "d2").n, Some(190));
    assert_eq!(index_of(&all, "s1").n, Some(50));
    let d2 = all.units.iter().find(|unit| unit.code == "d2").unwrap();
    assert_eq!(d2.population, Some(900 + 700 + 1_500));
}

#[test]
fn campaigns_that_ask_or_weigh_otherwise_are_not_counted_together() {
    let one = definition("share_satisfied", "item_shares", "citizens");
    let other = parsed(&definition_text("share_satisfied", "item_shares", "citizens").replace("q5", "q7"));
    let tree = units();
    let waves = [told(&[("d2", 60, 900)]), told(&[("d2", 60, 900)])];
    let (_, all) = reports(&[&one, &other], &waves, (&tree, &tree));
    assert_eq!(all.unwrap_err(), NoPool::Different(called(0)));
    let [with, (answers, _)] = waves;
    let (_, all) = reports(&[&one; 2], &[with.clone(), (answers, Vec::new())], (&tree, &tree));
    assert_eq!(all.unwrap_err(), NoPool::Weighting(called(1)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    /// A period shows of a unit what every campaign shows that has answers of it, or shows of all of its parts, and no more.
    #[test]
    fn d_06_a_period_shows_nothing_that_a_campaign_hides(
        sizes in proptest::collection::vec(proptest::collection::vec(0_usize..28, 5), 3),
        populations in proptest::collection::vec(30_u64..90, 15),
    ) {
        let definition = definition("share_satisfied", "item_shares", "citizens");
        let tree = units();
        let codes = ["d1", "d1x", "d1y", "d2", "s1"];
        let waves: Vec<Told> = sizes.iter().enumerate().map(|(wave, sizes)| {
            let units: Vec<(&str, usize, u64)> = codes.iter().enumerate()
                .map(|(at, code)| (*code, sizes[at], populations[wave * 5 + at]))
                .filter(|(_, n, _)| *n > 0).collect();
            told(&units)
        }).collect();
        prop_assume!(waves.iter().all(|(answers, _)| !answers.is_empty()));
        let (single, all) = reports(&[&definition; 3], &waves, (&tree, &tree));
        let all = all.unwrap();
        let shown = |report: &Report, code: Option<&str>, figure: usize| -> Option<bool> {
            let figures = match code {
                None => &report.total,
                Some(code) => &report.units.iter().find(|unit| unit.code == code)?.result,
            };
            Some(figures.figures()[figure].1.publish != Publish::Suppress)
        };
        let below = |code: Option<&str>| match code {
            None | Some("root") => codes.to_vec(),
            Some("d1") => vec!["d1", "d1x", "d1y"],
            Some(other) => codes.into_iter().filter(|unit| *unit == other).collect(),
        };
        for code in [None, Some("root"), Some("d1"), Some("d1x"), Some("d1y"), Some("d2"), Some("s1")] {
            let held = |wave: usize| below(code).iter().any(|unit| waves[wave].0.contains_key(*unit));
            for figure in 0..all.total.figures().len() {
                let each = (0..3).filter(|wave| held(*wave)).all(|wave| shown(&single[wave], code, figure) == Some(true));
                if shown(&all, code, figure) == Some(true) {
                    prop_assert!(each, "{code:?} {figure}: {sizes:?}");
                }
            }
        }
    }
}
