//! Campaigns beside each other: what is compared, and how its tests are adjusted.

use super::{
    relations::{felt, text, with_margins},
    *,
};
use crate::{
    index::{
        report::Unchanged,
        series::{Level, Series, series},
    },
    statistics::ranking::holm,
};

const SIZES: [(&str, usize, u64); 3] = [("d1x", 60, 700), ("d2", 90, 2_000), ("s1", 45, 300)];

fn waves(definitions: &[&Definition]) -> Vec<Report> {
    let wave = |(seed, definition): (usize, &&Definition)| {
        let (answers, strata) = felt(seed as u64 * 50 + 1, &SIZES);
        with_margins(definition, &answers, &strata, &[])
    };
    definitions.iter().enumerate().map(wave).collect()
}

fn compared(reports: &[Report], definitions: &[&Definition], unit: Option<&str>) -> Series {
    let with: Vec<(&Report, &Definition)> = reports.iter().zip(definitions.iter().copied()).collect();
    series(&with, unit).unwrap()
}

#[test]
fn every_campaign_is_tested_against_the_one_before_with_allowance_for_the_others() {
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let definitions = [&definition; 3];
    let reports = waves(&definitions);
    let all = compared(&reports, &definitions, None);
    for line in &all.lines {
        let Some(first) = line.points.first() else { panic!("{line:?}") };
        assert!(first.change().is_none(), "there is none before the first");
        let family: Vec<Option<f64>> =
            line.points.iter().map(|point| point.change().and_then(|change| change.p)).collect();
        let adjusted: Vec<Option<f64>> = line.points.iter().map(|point| point.p_adjusted).collect();
        assert_eq!(adjusted, holm(&family));
        for (before, point) in line.points.iter().zip(&line.points[1..]) {
            let (Some(a), Some(b), Some(change)) = (before.shown(), point.shown(), point.change()) else {
                continue;
            };
            assert!((change.change.unwrap() - (b - a)).abs() < 1e-12);
            assert_eq!(point.significant, point.p_adjusted.map(|p| p < 0.05));
        }
    }
    // Of one step the units are a family.
    let family: Vec<Option<f64>> =
        all.units.iter().map(|unit| unit.points[2].change().and_then(|change| change.p)).collect();
    assert!(family.iter().flatten().count() > 2);
    let adjusted: Vec<Option<f64>> = all.units.iter().map(|unit| unit.points[2].p_adjusted).collect();
    assert_eq!(adjusted, holm(&family));
    // A unit's own series has its figures and no other unit's.
    let own = compared(&reports, &definitions, Some("d2"));
    let d2 =
        |report: &Report| report.units.iter().find(|unit| unit.code == "d2").unwrap().result.index.estimate;
    let shown: Vec<Option<f64>> = own.lines[0].points.iter().map(|point| point.shown()).collect();
    assert_eq!(shown, reports.iter().map(d2).collect::<Vec<_>>());
    assert!(own.units.is_empty() && own.name.is_some());
    let with: Vec<(&Report, &Definition)> = reports.iter().zip(definitions).collect();
    assert!(series(&with, Some("none")).is_none());
}

#[test]
fn where_a_question_changed_only_the_others_are_compared_and_it_is_said() {
    let before = parsed(&text("share_satisfied", "item_shares"));
    let after = parsed(&text("share_satisfied", "item_shares").replace("q5", "q7"));
    let definitions = [&before, &after];
    let all = compared(&waves(&definitions), &definitions, None);
    let reason = |level: Level, id: &str| {
        let line = all.lines.iter().find(|line| line.level == level && line.id == id).unwrap();
        line.points[1].change().unwrap().reason
    };
    assert_eq!(reason(Level::Criterion, "q7"), Some(Unchanged::NotAsked));
    assert_eq!(reason(Level::Criterion, "q0"), None);
    assert_eq!(reason(Level::Dimension, "a"), None);
    assert_eq!(reason(Level::Dimension, "c"), Some(Unchanged::NotComparable));
    assert_eq!(reason(Level::Index, "index"), Some(Unchanged::NotComparable));
    assert_eq!(all.no_longer_asked, ["q5"]);
}

#[test]
fn a_report_says_which_units_have_no_answers() {
    let definition = parsed(&text("share_satisfied", "item_shares"));
    let (answers, mut strata) = felt(1, &SIZES);
    let note = |report: &Report| -> Option<String> {
        report.notes.iter().find(|note| note.code == "not_covered").map(|note| note.text["vi"].clone())
    };
    assert_eq!(note(&with_margins(&definition, &answers, &strata, &[])), None);
    strata.push(Stratum { unit: "d1y".to_owned(), population: 1_000, sample: None });
    let said = note(&with_margins(&definition, &answers, &strata, &[])).unwrap();
    assert!(said.contains("1 trong 4") && said.contains("25,0"), "{said}");
}

#[test]
fn the_series_of_officials_is_not_headed_satisfaction() {
    let said = |measure: &str| {
        let definition = parsed(&text(measure, "item_shares"));
        let definitions = [&definition; 2];
        let all = compared(&waves(&definitions), &definitions, None);
        crate::report::series::content(&all, crate::language::Lang::VI, |_| String::new()).into_string()
    };
    assert!(said("share_satisfied").contains("<h2 id=\"over-time\">Chỉ số hài lòng</h2>"));
    assert!(said("mean_score").contains("<h2 id=\"over-time\">Tỷ lệ điểm đạt được</h2>"));
}
