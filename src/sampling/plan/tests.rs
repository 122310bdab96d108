//! Plans that were worked out by hand, and what must hold of every plan.

use proptest::prelude::*;

use super::*;
use crate::sampling::{
    sheet::Sheet,
    units::{self, Defaults},
};

const DEFAULTS: Defaults = Defaults { share: 0.5, deff: 1.0, response_rate: 1.0 };
const WISHES: Wishes = Wishes {
    method: Method::Cochran,
    margin: Some(0.03),
    level: 0.95,
    test: None,
    allocation: Allocation::Each,
    minimum: 2,
};
const PROVINCE: Allocation = Allocation::Total { rule: Rule::Proportional, total: None };

fn read(text: &str) -> Units {
    units::read(&Sheet::read(text.as_bytes()).unwrap(), &DEFAULTS).unwrap()
}

fn answers(plan: &Plan) -> Vec<u64> {
    plan.units.iter().map(|unit| unit.answers).collect()
}

#[test]
fn each_unit_gets_what_it_needs_itself() {
    // docs/method.md, section 10: at p = 0.9 and N = 5000, ±3 points need 357. At p = ½: n₀ = 1067.07,
    // n = 1067.07/(1 + 1066.07/5000) = 879.5, and of 40 all but one (1067.07/(1 + 1066.07/40) = 38.6).
    let units = read("unit,N,p\na,5000,0.9\nb,5000,\nc,40,\nd,1,\n");
    let plan = plan(&units, &WISHES).unwrap();
    assert_eq!(answers(&plan), [357, 880, 39, 1]);
    assert!(plan.units.iter().all(|unit| unit.reaches && unit.margin <= 0.03 && unit.invite == unit.answers));
    // With one answer fewer the margin would be missed.
    assert!(precision::margin(&units.units[0], 356, 1.959_963_984_540_054) > 0.03);
    assert_eq!(plan.units[3].state, State::Census);
    assert_eq!(plan.units[3].margin, 0.0);
    assert_eq!(plan.total.answers, 1277);
    assert_eq!(plan.total.population, 10_041);
}

#[test]
fn invitations_allow_for_those_who_do_not_answer() {
    let units = read("unit,N,p,response_rate\na,5000,0.9,60%\nb,60,,0.5\nc,12,,\n");
    let plan = plan(&units, &WISHES).unwrap();
    // 357/0.6 = 595. Of b's 60, 57 are needed and 30 answer. Of c all 12 are needed.
    assert_eq!(answers(&plan), [357, 30, 12]);
    let invited: Vec<_> = plan.units.iter().map(|unit| (unit.invite, unit.state, unit.reaches)).collect();
    assert_eq!(invited, [(595, State::Sample, true), (60, State::TooFew, false), (12, State::Census, true)]);
    assert_eq!(plan.units[1].needed, 57);
    assert_eq!(plan.units[1].weight, 2.0);
    // z √((1 − 30/60) ¼ · 60/59/30)
    assert!(
        (plan.units[1].margin - 1.959_963_984_540_054 * (0.5_f64 * 0.25 * 60.0 / 59.0 / 30.0).sqrt()).abs()
            < 1e-12
    );
    assert_eq!(plan.total.units_reaching, 2);
}

#[test]
fn the_province_alone_needs_what_one_unit_of_its_size_would() {
    // Units that do not differ, proportional: the stratified variance is the simple one but for N/(N − 1).
    let plan = plan(&read("unit,N\na,3000\nb,2000\n"), &Wishes { allocation: PROVINCE, ..WISHES }).unwrap();
    assert_eq!(plan.total.answers, 880);
    assert_eq!(answers(&plan), [528, 352]);
    assert!(plan.total.reaches && plan.total.margin <= 0.03);
    assert!((plan.total.weighting_effect - 1.0).abs() < 1e-12);
    assert_eq!(plan.total.units_reaching, 0);
}

#[test]
fn a_given_total_is_shared_out_exactly_and_its_cost_is_told() {
    let units = read("unit,N\na,9000\nb,900\nc,100\n");
    let of = |rule| {
        let allocation = Allocation::Total { rule, total: Some(300) };
        plan(&units, &Wishes { allocation, ..WISHES }).unwrap()
    };
    assert_eq!(answers(&of(Rule::Equal)), [100, 100, 100]);
    assert_eq!(answers(&of(Rule::Proportional)), [270, 27, 3]);
    // 300 · (94.868, 30, 10)/134.868 = 211.03, 66.73, 22.24.
    assert_eq!(answers(&of(Rule::Power(0.5))), [211, 67, 22]);
    // Σ N²/n = 810000 + 8100 + 100; times 300/10000² = 2.4546.
    assert!((of(Rule::Equal).total.weighting_effect - 2.4546).abs() < 1e-12);
    // se² = Σ (N_h/N)² (1 − f) S²/n, by hand for the equal allocation; the census of c adds nothing.
    let by_hand = (0.81_f64 * (1.0 - 1.0 / 90.0) * 0.25 * 9000.0 / 8999.0 / 100.0
        + 0.0081 * (1.0 - 1.0 / 9.0) * 0.25 * 900.0 / 899.0 / 100.0)
        .sqrt();
    assert!((of(Rule::Equal).total.margin - 1.959_963_984_540_054 * by_hand).abs() < 1e-12);
    assert_eq!(of(Rule::Equal).units[2].state, State::Census);
}

#[test]
fn neyman_needs_the_fewest_answers() {
    let units = read("unit,N,sd\na,9000,0.4\nb,900,1.2\nc,100,2\n");
    let of = |rule| {
        let allocation = Allocation::Total { rule, total: None };
        plan(&units, &Wishes { margin: Some(0.05), allocation, ..WISHES }).unwrap().total
    };
    let neyman = of(Rule::Neyman);
    assert!(neyman.reaches);
    for rule in [Rule::Equal, Rule::Proportional, Rule::Power(0.5)] {
        assert!(of(rule).reaches && of(rule).answers > neyman.answers, "{rule:?}");
    }
}

#[test]
fn a_target_needs_power() {
    // docs/method.md, section 10: 0.92 against 0.90 with 80 % power needs about 1670 answers, 0.93 about 720, 0.95 about 240.
    let units = read("unit,N\na,100000000\n");
    let needed = |truth| {
        let test = Some(Test { target: 0.9, truth, power: 0.8 });
        plan(&units, &Wishes { margin: None, test, ..WISHES }).unwrap()
    };
    for (truth, about) in [(0.92, 1666), (0.93, 717), (0.95, 239)] {
        let plan = needed(truth);
        assert!(plan.units[0].needed.abs_diff(about) <= 1, "{truth}: {}", plan.units[0].needed);
        let power = plan.units[0].power.unwrap();
        assert!((0.8..0.803).contains(&power), "{power}");
        assert!((plan.total.power.unwrap() - power).abs() < 1e-9);
    }
    // The province's total is worked out for the test, too; and the larger of the two goals counts.
    let test = Some(Test { target: 0.9, truth: 0.92, power: 0.8 });
    let province = plan(&units, &Wishes { margin: None, test, allocation: PROVINCE, ..WISHES }).unwrap();
    assert_eq!(province.total.answers, needed(0.92).total.answers);
    let both = plan(&units, &Wishes { margin: Some(0.01), test, ..WISHES }).unwrap();
    assert_eq!(
        both.units[0].needed,
        plan(&units, &Wishes { margin: Some(0.01), ..WISHES }).unwrap().units[0].needed
    );
}

#[test]
fn yamane_is_what_it_is() {
    let wishes = Wishes { method: Method::Yamane, margin: Some(0.05), ..WISHES };
    // docs/method.md, section 10: N = 5000 → 371 (370.4 rounded up). 500/(1 + 1.25) = 222.2.
    let units = read("unit,N,deff\na,5000,2\nb,500,2\n");
    let of_units = plan(&units, &wishes).unwrap();
    assert_eq!(answers(&of_units), [371, 223]);
    // 5500/(1 + 13.75) = 372.9, shared out by population.
    let province = plan(&units, &Wishes { allocation: PROVINCE, ..wishes }).unwrap();
    assert_eq!(answers(&province), [339, 34]);
    // The margins are the real ones: the design effect of 2 is in them and not in the formula.
    assert!(of_units.units[0].margin > 0.05);
}

#[test]
fn a_total_that_cannot_be_is_refused() {
    let units = read("unit,N,response_rate\na,100,0.5\nb,10,1\n");
    let of = |total, minimum| {
        let allocation = Allocation::Total { rule: Rule::Equal, total: Some(total) };
        plan(&units, &Wishes { allocation, minimum, ..WISHES }).map(|plan| answers(&plan)).map_err(|p| p.kind)
    };
    assert_eq!(of(61, 2), Err(Kind::TotalTooLarge { total: 61, most: 60 }));
    assert_eq!(of(60, 2), Ok(vec![50, 10]));
    assert_eq!(of(39, 30), Err(Kind::TotalTooSmall { total: 39, least: 40 }));
    assert_eq!(of(40, 30), Ok(vec![30, 10]));
    let means = read("unit,N,sd\na,100,1\n");
    let test = Some(Test { target: 0.9, truth: 0.92, power: 0.8 });
    assert_eq!(plan(&means, &Wishes { test, ..WISHES }).unwrap_err().kind, Kind::PowerNeedsShares);
    let method = Method::Yamane;
    assert_eq!(plan(&means, &Wishes { method, ..WISHES }).unwrap_err().kind, Kind::YamaneNeedsShares);
}

proptest! {
    #[test]
    fn every_plan_reaches_its_goal_or_says_that_it_cannot(
        populations in prop::collection::vec((1u64..20_000, 0.05f64..0.95, 0.2f64..=1.0), 1..15),
        margin in 0.01f64..0.2,
        rule in prop::sample::select(vec![
            None, Some(Rule::Equal), Some(Rule::Proportional), Some(Rule::Neyman), Some(Rule::Power(0.5)),
        ]),
    ) {
        let units: Vec<Unit> = populations.iter().map(|&(population, share, response_rate)| Unit {
            code: String::new(), name: String::new(), population, share, response_rate,
            variance: units::of_share(share, population), deff: 1.0, cost: 1.0,
        }).collect();
        let units = Units { units, scale: Scale::Share, unused: Vec::new() };
        let allocation = rule.map_or(Allocation::Each, |rule| Allocation::Total { rule, total: None });
        let plan = plan(&units, &Wishes { margin: Some(margin), allocation, ..WISHES }).unwrap();
        for (planned, unit) in plan.units.iter().zip(&units.units) {
            prop_assert!(1 <= planned.answers && planned.answers <= planned.invite);
            prop_assert!(planned.invite <= planned.population);
            prop_assert_eq!(planned.reaches, planned.margin <= margin * (1.0 + 1e-9));
            if rule.is_none() && planned.state != State::TooFew {
                prop_assert!(planned.reaches);
            }
            // As many answer as planned, but for the one that every unit gives.
            prop_assert!(planned.invite as f64 * unit.response_rate >= planned.answers as f64 - 1e-6
                || planned.answers == 1);
        }
        let all_asked = plan.units.iter().zip(&units.units).all(|(p, u)| p.answers == attainable(u));
        if rule.is_some() {
            prop_assert!(plan.total.reaches || all_asked);
        }
    }
}
