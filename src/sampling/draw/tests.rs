//! What a draw promises: stated probabilities are the real ones, nothing is drawn twice, the seed decides.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::sampling::{
    allocation::Rule,
    record::{self, Difference, File, Frame, Record},
};

fn request(method: Method, n: u64, seed: &str) -> Request {
    Request {
        method,
        seed: seed.to_owned(),
        n,
        id: None,
        by: None,
        strata: Vec::new(),
        size: None,
        sort: Vec::new(),
        shuffle: false,
    }
}

/// Villages: id, commune, households.
fn villages(sizes: &[u64]) -> String {
    let mut text = "id,commune,households\n".to_owned();
    for (row, size) in sizes.iter().enumerate() {
        text += &format!("v{row:03},c{},{size}\n", row % 3);
    }
    text
}

fn sheet(text: &str) -> Sheet {
    Sheet::read(text.as_bytes()).unwrap()
}

fn rows(sheet: &Sheet, request: &Request) -> Vec<usize> {
    draw(sheet, request).unwrap().iter().map(|drawn| drawn.row).collect()
}

fn stratified(sheet: &Sheet, n: u64, seed: &str) -> Request {
    let strata = by_rule(sheet, "commune", n, 1, |rows| Rule::Proportional.weight_of_size(rows)).unwrap();
    Request { by: Some("commune".to_owned()), strata, ..request(Method::Stratified, n, seed) }
}

fn pps(n: u64, seed: &str) -> Request {
    Request { size: Some("households".to_owned()), ..request(Method::Pps, n, seed) }
}

#[test]
fn the_seed_and_the_list_decide_for_ever() {
    // Worked out with python3 (hashlib, fractions) from the description in docs/sampling.md.
    let sheet = sheet(&villages(&[12, 30, 7, 55, 120, 31, 18, 9, 44, 63, 25, 200]));
    let seed = "Xổ số 24/11/2026";
    assert_eq!(rows(&sheet, &request(Method::Simple, 4, seed)), [4, 3, 7, 5]);
    assert_eq!(rows(&sheet, &stratified(&sheet, 6, seed)), [3, 6, 4, 7, 5, 11]);
    assert_eq!(rows(&sheet, &request(Method::Systematic, 5, seed)), [0, 2, 5, 7, 9]);
    assert_eq!(rows(&sheet, &pps(5, seed)), [0, 4, 5, 9, 11]);
    let shuffled = Request { shuffle: true, ..pps(5, seed) };
    assert_eq!(rows(&sheet, &shuffled), [4, 3, 10, 11, 9]);
    assert_ne!(rows(&sheet, &request(Method::Simple, 4, "another")), [4, 3, 7, 5]);
}

#[test]
fn units_as_large_as_the_interval_are_certain_and_so_on_with_the_rest() {
    // X = 1000, n = 5, interval 200: 400 and 300 are certain. Left: X' = 300, n' = 3, interval 100: 120 is certain.
    // Left: 180 for 2, interval 90: none is as large.
    let sizes = [400, 300, 120, 80, 60, 40];
    let chosen = systematic::by_size(&sizes, 5, 0).unwrap();
    let certain: Vec<usize> =
        chosen.iter().filter(|chosen| chosen.numerator == chosen.denominator).map(|c| c.place).collect();
    assert_eq!(certain, [0, 1, 2]);
    assert_eq!(chosen.len(), 5);
    let fourth = chosen.iter().find(|chosen| chosen.place == 3).unwrap();
    assert_eq!((fourth.numerator, fourth.denominator), (160, 180));
    // As many as there are: all are certain. A start at the very end is still within the list.
    assert_eq!(systematic::by_size(&sizes, 6, u64::MAX).unwrap().len(), 6);
    assert_eq!(systematic::by_size(&[1; 7], 3, u64::MAX).unwrap().len(), 3);
    assert_eq!(systematic::by_size(&[u64::MAX, 1], 2, 0), None);
    assert_eq!(systematic::places(10, 3, 0), [0, 3, 6]);
    assert_eq!(systematic::places(10, 3, u64::MAX), [3, 6, 9]);
    assert_eq!(systematic::places(7, 7, u64::MAX), [0, 1, 2, 3, 4, 5, 6]);
}

#[test]
fn rows_are_drawn_as_often_as_is_said() {
    let sizes = [12, 30, 7, 55, 120, 31, 18, 9, 44, 63, 25, 200];
    let sheet = sheet(&villages(&sizes));
    let runs = 4000;
    for (name, make) in [
        ("simple", &(|seed: &str| request(Method::Simple, 5, seed)) as &dyn Fn(&str) -> Request),
        ("stratified", &|seed| stratified(&sheet, 5, seed)),
        ("systematic", &|seed| request(Method::Systematic, 5, seed)),
        ("shuffled", &|seed| Request { shuffle: true, ..request(Method::Systematic, 5, seed) }),
        ("pps", &|seed| pps(5, seed)),
        ("pps shuffled", &|seed| Request { shuffle: true, ..pps(5, seed) }),
        ("pps sorted", &|seed| Request { sort: vec!["commune".to_owned()], ..pps(5, seed) }),
    ] {
        let (mut times, mut stated) = (vec![0_u32; sizes.len()], vec![None; sizes.len()]);
        for run in 0..runs {
            for drawn in draw(&sheet, &make(&format!("{name} {run}"))).unwrap() {
                times[drawn.row] += 1;
                assert!((drawn.probability * drawn.weight - 1.0).abs() < 1e-12);
                // The probability of a row does not depend on the seed.
                assert_eq!(*stated[drawn.row].get_or_insert(drawn.probability), drawn.probability);
            }
        }
        let stated: Vec<f64> = stated.into_iter().map(Option::unwrap).collect();
        assert!((stated.iter().sum::<f64>() - 5.0).abs() < 1e-12, "{name}: {stated:?}");
        for (row, (&times, &p)) in times.iter().zip(&stated).enumerate() {
            let (found, se) = (f64::from(times) / f64::from(runs), (p * (1.0 - p) / f64::from(runs)).sqrt());
            // Seeds are fixed: this holds always or never. 4.5 standard errors in 84 looks are 1 in 1700.
            assert!((found - p).abs() <= 4.5 * se + 1e-12, "{name}, row {row}: {found} for {p}");
        }
    }
}

#[test]
fn pairs_are_drawn_as_often_as_in_a_simple_sample() {
    let sheet = sheet(&villages(&[1; 6]));
    let runs = 6000;
    let mut pairs = std::collections::BTreeMap::new();
    for run in 0..runs {
        let pair: BTreeSet<usize> =
            rows(&sheet, &request(Method::Simple, 2, &format!("pairs {run}"))).into_iter().collect();
        *pairs.entry(pair).or_insert(0_u32) += 1;
    }
    assert_eq!(pairs.len(), 15);
    let expected = f64::from(runs) / 15.0;
    let chi2: f64 = pairs.values().map(|&times| (f64::from(times) - expected).powi(2) / expected).sum();
    // The 99.9 % point of χ² with 14 degrees of freedom is 36.1.
    assert!(chi2 < 36.1, "{chi2}");
}

#[test]
fn with_an_id_the_order_of_rows_does_not_matter() {
    let text = villages(&[5; 12]);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let (forward, backward) = (sheet(&text), sheet(&lines.join("\n")));
    let ids = |sheet: &Sheet, request: &Request| -> Vec<String> {
        rows(sheet, request).iter().map(|&row| sheet.cell(row, 0).to_owned()).collect()
    };
    for make in [|sheet: &Sheet| stratified(sheet, 7, "s"), |_: &Sheet| request(Method::Simple, 7, "s")] {
        let with_id = |sheet: &Sheet| Request { id: Some("id".to_owned()), ..make(sheet) };
        assert_eq!(ids(&forward, &with_id(&forward)), ids(&backward, &with_id(&backward)));
        assert_ne!(ids(&forward, &make(&forward)), ids(&backward, &make(&backward)));
    }
}

#[test]
fn a_list_can_be_sorted_by_number_or_by_name() {
    let list = sheet("id,n,name\na,10,Đ\nb,9,B\nc,100,A\nd,9,C\n");
    let all = |sort: &[&str]| {
        let sort = sort.iter().map(|&name| name.to_owned()).collect();
        rows(&list, &Request { sort, ..request(Method::Systematic, 4, "s") })
    };
    assert_eq!(all(&[]), [0, 1, 2, 3]);
    assert_eq!(all(&["n"]), [1, 3, 0, 2]);
    assert_eq!(all(&["name"]), [2, 1, 3, 0]);
    assert_eq!(all(&["n", "name"]), [1, 3, 0, 2]);
}

#[test]
fn a_list_that_cannot_be_drawn_from_is_refused_with_its_place() {
    let list = sheet("id,commune,households\na,x,5\na,,1.000\nc,y,0\n");
    let kinds = |request: &Request| -> Vec<(Option<u64>, Kind)> {
        draw(&list, request).unwrap_err().into_iter().map(|problem| (problem.line, problem.kind)).collect()
    };
    let text = |text: &str| text.to_owned();
    assert_eq!(kinds(&request(Method::Simple, 4, "s")), [(None, Kind::TooMany { n: 4, rows: 3 })]);
    assert_eq!(kinds(&request(Method::Simple, 0, "s")), [(None, Kind::TooMany { n: 0, rows: 3 })]);
    assert_eq!(
        kinds(&Request { id: Some(text("id")), ..request(Method::Simple, 1, "s") }),
        [(Some(3), Kind::Twice { text: text("a"), first: 2 })]
    );
    assert_eq!(
        kinds(&pps(1, "s")),
        [
            (Some(3), Kind::Ambiguous { text: text("1.000") }),
            (Some(4), Kind::Range { text: text("0"), range: crate::sampling::problem::Range::AtLeastOne }),
        ]
    );
    assert_eq!(strata::find(&list, "commune").unwrap_err()[0].line, Some(3));
    let drawn = sheet("id,draw_order\na,1\n");
    assert_eq!(draw(&drawn, &request(Method::Simple, 1, "s")).unwrap_err()[0].kind, Kind::ReservedColumn);
}

#[test]
fn strata_get_what_the_plan_says() {
    let list = sheet(&villages(&[5; 10]));
    let quotas = |text: &str| Quotas::read(text.as_bytes()).unwrap();
    let plan = |text: &str| by_plan(&list, "commune", &quotas(text));
    let text = "level,unit,population,invite\nunit,c1,3,2\nunit,c0,5,3\nunit,c2,3,1\nprovince,,11,6\n";
    let strata = plan(text).unwrap();
    let json = r#"{"units": [{"unit": "c0", "population": 5, "invite": 3},
        {"unit": "c1", "population": 3, "invite": 2}, {"unit": "c2", "population": 3, "invite": 1}], "more": 1}"#;
    assert_eq!(quotas(json), quotas(text));
    assert!(Quotas::read(b"{\"units\": 1}").is_err());
    let gaps = quotas(text).gaps(&strata);
    let counts: Vec<(&str, u64, u64)> =
        strata.iter().map(|stratum| (stratum.stratum.as_str(), stratum.rows, stratum.n)).collect();
    assert_eq!(counts, [("c0", 4, 3), ("c1", 3, 2), ("c2", 3, 1)]);
    assert_eq!(gaps, [Gap { stratum: "c0".to_owned(), population: 5, rows: 4 }]);
    let kinds: Vec<Kind> =
        plan("mã;n\nc0;5\nc1;1\nc9;1\n").unwrap_err().into_iter().map(|problem| problem.kind).collect();
    assert_eq!(
        kinds,
        [
            Kind::TooManyInStratum { stratum: "c0".to_owned(), n: 5, rows: 4 },
            Kind::NotInPlan { stratum: "c2".to_owned() },
            Kind::NotInFrame { stratum: "c9".to_owned() },
        ]
    );
}

#[test]
fn a_drawn_file_keeps_the_list_and_adds_what_weighting_needs() {
    let list = sheet("\u{feff}mã;tên\r\n1;\"Thôn \"\"Một\"\"; xã An, Bình\"\r\n2;=1+1\r\n");
    let file = record::perform(&list, &request(Method::Systematic, 2, "s")).unwrap().csv;
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "\u{feff}mã,tên,draw_order,draw_row,draw_stratum,draw_probability,draw_weight\r\n\
         1,\"Thôn \"\"Một\"\"; xã An, Bình\",1,1,,1,1\r\n2,=1+1,2,2,,1,1\r\n"
    );
}

fn recorded(text: &str, request: Request) -> (Record, File, Vec<u8>) {
    let done = record::perform(&sheet(text), &request).unwrap();
    let file = File { file: "list.csv".to_owned(), sha256: record::sha256(text.as_bytes()) };
    let record = Record {
        schema: record::SCHEMA.to_owned(),
        program: "sipas".to_owned(),
        algorithm: random::ALGORITHM.to_owned(),
        frame: Frame { file: file.clone(), rows: sheet(text).len() as u64 },
        plan: None,
        allocation: None,
        request,
        drawn: done.file,
    };
    (Record::parse(record.json().as_bytes()).unwrap(), file, done.csv)
}

#[test]
fn a_record_shows_every_change() {
    let text = villages(&[12, 30, 7, 55, 120, 31, 18, 9, 44]);
    let id = Some("id".to_owned());
    let (record, file, csv) = recorded(&text, Request { id, ..request(Method::Simple, 3, "seed") });
    let check = |record: &Record| record::verify(record, &file, text.as_bytes(), Some(&csv));
    assert_eq!(check(&record), []);

    // A row of the list changed.
    let changed = text.replace("v000,", "v999,");
    let other = File { sha256: record::sha256(changed.as_bytes()), ..file.clone() };
    let found = record::verify(&record, &other, changed.as_bytes(), None);
    assert!(matches!(found[0], Difference::Frame { .. }), "{found:?}");

    // A row of the record changed for another one, and its order.
    let drawn: Vec<u64> = record.drawn.rows.clone();
    let stranger = (1..10).find(|row| !drawn.contains(row)).unwrap();
    let mut forged = record.clone();
    forged.drawn.rows[0] = stranger;
    let rows = Difference::Rows { only_recorded: vec![stranger], only_drawn: vec![drawn[0]] };
    assert_eq!(check(&forged), [rows]);
    forged.drawn.rows = drawn.iter().rev().copied().collect();
    assert_eq!(check(&forged), [Difference::Order]);
    let mut forged = record.clone();
    forged.drawn.ids[0] = "v777".to_owned();
    assert_eq!(check(&forged), [Difference::Ids]);
    let mut forged = record.clone();
    forged.request.seed = "other".to_owned();
    assert!(!check(&forged).is_empty());

    // The drawn file edited afterwards.
    let mut edited = csv.clone();
    edited.truncate(edited.len() - 3);
    let found = record::verify(&record, &file, text.as_bytes(), Some(&edited));
    assert!(matches!(found[..], [Difference::Given { .. }]), "{found:?}");

    // A list on which the draw is impossible.
    let found = record::verify(&record, &other, b"x\n1\n", None);
    assert!(matches!(found[..], [Difference::Frame { .. }, Difference::Impossible(_)]), "{found:?}");

    let of_another = record.json().replace(random::ALGORITHM, "sipas-draw-2");
    assert!(matches!(
        Record::parse(of_another.as_bytes()),
        Err(Problem { kind: Kind::OtherAlgorithm { .. }, .. })
    ));
    assert!(Record::parse(b"{}").is_err());
}

proptest! {
    #[test]
    fn every_draw_has_its_size_and_no_row_twice(
        sizes in prop::collection::vec(1u64..1000, 3..60),
        portion in 0.0f64..1.0,
        seed in "[a-z]{1,8}",
        shuffle: bool,
    ) {
        let list = sheet(&villages(&sizes));
        let n = 3 + (portion * (sizes.len() - 3) as f64) as u64;
        for request in [
            request(Method::Simple, n, &seed),
            stratified(&list, n, &seed),
            Request { shuffle, ..request(Method::Systematic, n, &seed) },
            Request { shuffle, ..pps(n, &seed) },
        ] {
            let drawn = draw(&list, &request).unwrap();
            let distinct: BTreeSet<usize> = drawn.iter().map(|drawn| drawn.row).collect();
            prop_assert_eq!(drawn.len() as u64, n);
            prop_assert_eq!(distinct.len() as u64, n);
            prop_assert!(drawn.iter().all(|drawn| drawn.probability > 0.0 && drawn.probability <= 1.0));
            prop_assert_eq!(&draw(&list, &request).unwrap(), &drawn);
            for stratum in &request.strata {
                let count = drawn.iter().filter(|drawn| drawn.stratum == stratum.stratum).count();
                prop_assert_eq!(count as u64, stratum.n);
            }
            if request.method != Method::Pps {
                // The weights of the drawn rows add up to the list.
                let sum: f64 = drawn.iter().map(|drawn| drawn.weight).sum();
                prop_assert!((sum - sizes.len() as f64).abs() < 1e-9 * sum);
            }
        }
    }

    #[test]
    fn probabilities_by_size_add_up(sizes in prop::collection::vec(1u64..10_000, 1..80), start: u64, cut: usize) {
        let n = 1 + (cut % sizes.len()) as u64;
        // Every place's probability is seen by drawing with enough starts; certain ones have 1.
        let chosen = systematic::by_size(&sizes, n, start).unwrap();
        prop_assert_eq!(chosen.len() as u64, n);
        let certain: BTreeSet<usize> =
            chosen.iter().filter(|c| c.numerator == c.denominator).map(|c| c.place).collect();
        if let Some(other) = chosen.iter().find(|chosen| chosen.numerator != chosen.denominator) {
            let rest: u128 = sizes.iter().enumerate().filter(|(place, _)| !certain.contains(place))
                .map(|(_, &size)| u128::from(size)).sum();
            // (n − certain) Σ x/X′ = n − certain.
            prop_assert_eq!(other.denominator, rest);
            let left = u128::from(n) - certain.len() as u128;
            prop_assert_eq!(other.numerator, left * u128::from(sizes[other.place]));
            let largest = sizes.iter().enumerate().filter(|(place, _)| !certain.contains(place)).map(|(_, s)| s).max();
            prop_assert!(left * u128::from(*largest.unwrap()) < rest);
        } else {
            prop_assert_eq!(certain.len() as u64, n);
        }
    }
}
