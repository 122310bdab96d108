//! Whose shortfall it is: of units that were judged, of units that had been merged, and where there is none.

use super::{
    document::{Read, document},
    files::read,
    fixture,
};
use crate::{
    index::{
        mark_merged,
        report::{Decision, GroupResult, Report, Result},
    },
    language::Lang,
    report::{
        self,
        document::{Block, Issuer, letter},
        duties, html, of_unit, scope, shown,
    },
};

/// Everything reaches the target, by so much more the later it stands.
fn reached(result: &mut Result) {
    let criteria = result.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria);
    for (at, criterion) in criteria.enumerate() {
        let estimate = &mut criterion.estimate;
        let figure = 0.93 + at as f64 / 1_000.0;
        (estimate.estimate, estimate.decision) = (Some(figure), Some(Decision::Met));
        (estimate.lower, estimate.upper) = (Some(figure - 0.01), Some(figure + 0.01));
    }
    result.index.decision = Some(Decision::Met);
    result.index.estimate = Some(0.94);
}

/// The same campaign, had groups judged the units: one department falls short, nothing else does.
fn judged() -> Report {
    let mut report = fixture::report();
    reached(&mut report.total);
    for unit in report.units.iter_mut().filter(|unit| unit.code != "stnmt") {
        reached(&mut unit.result);
    }
    report.groups.push(GroupResult {
        code: "dai-bieu".to_owned(),
        name: "Đại biểu HĐND tỉnh".to_owned(),
        weight: None,
        invited: 40,
        answered: Some(31),
        units: 5,
        assigned: 200,
        result: report.total.clone(),
    });
    report
}

fn text(report: &Report) -> String {
    Read::of(&report::docx(&document(report, Lang::VI)).unwrap()).text()
}

fn page(report: &Report) -> String {
    html::page(report, Lang::VI).into_string()
}

#[test]
fn a_unit_that_was_judged_is_itself_responsible_for_what_falls_short_there() {
    let report = judged();
    let unit = report.units.iter().find(|unit| unit.code == "stnmt").unwrap();
    assert_eq!(shown::decision(&unit.result.index), Some(Decision::NotMet));
    let own = duties::below(&unit.result, report.target).len();
    let [duties] = duties::by_body(&report).try_into().unwrap();
    assert_eq!(
        (duties.body, duties.unit.map(|unit| unit.code.as_str())),
        (Some(unit.name.as_str()), Some("stnmt"))
    );
    assert_eq!(duties.items.len(), own);
    let figure = report::format::percent(Lang::VI, unit.result.index.estimate.unwrap());
    let said = text(&report);
    assert!(!said.contains("không nêu nhiệm vụ cho cơ quan nào"), "{said}");
    for words in [
        format!("Chưa đạt mục tiêu (1 đơn vị): {} {figure}", unit.name),
        format!("{} (đánh giá về chính cơ quan, đơn vị)", unit.name),
        "Nhiệm vụ theo kế hoạch của tỉnh".to_owned(),
    ] {
        assert!(said.contains(&words), "{words} is missing in\n{said}");
    }
    let page = page(&report);
    let (headline, _) = page.split_once("id=\"duties\"").unwrap();
    assert!(headline.contains(&format!("Chưa đạt mục tiêu (1 đơn vị): {} {figure}", unit.name)));
    let rows = read(&report::csv(&report, Lang::EN));
    let told: Vec<_> = rows.iter().filter(|row| row["level"] == "responsibility").collect();
    assert_eq!(told.len(), own);
    assert!(
        told.iter().all(|row| row["unit"] == "stnmt" && row["body"] == unit.name && row["role"] == "lead")
    );
    let book = super::files::sheets(&report, Lang::VI);
    assert_eq!(book["Trách nhiệm"].rows().count(), own + 1);
    // One letter, to the unit.
    let to: Vec<String> = letter::addressees(&report).unwrap().into_iter().map(|to| to.code).collect();
    assert_eq!(to, ["don-vi-stnmt"]);
    // So also in the report on it alone.
    let alone = of_unit(&report, "stnmt").unwrap();
    let bodies: Vec<_> = duties::by_body(&alone).into_iter().map(|duties| duties.body).collect();
    assert_eq!(bodies.first(), Some(&Some(unit.name.as_str())), "{bodies:?}");
}

#[test]
fn a_unit_that_had_been_merged_is_neither_blamed_nor_ranked_nor_written_to() {
    let mut report = fixture::report();
    // The section of Quy Nhơn has become the ward's, where nobody answered but there.
    let ward = report.units.iter().position(|unit| unit.code == "qn-tdp").unwrap();
    report.units[ward].result = report.units.iter().find(|unit| unit.code == "qn-mc").unwrap().result.clone();
    report.units[ward].kind = "one-stop".to_owned();
    let old = report.units.iter().position(|unit| unit.code == "qn-mc").unwrap();
    report.units[old].parent = Some("qn-tdp".to_owned());
    report.units.swap(old, ward);
    mark_merged(&mut report, |code| (code == "qn-mc").then(|| "qn-tdp".to_owned()));
    let side: Vec<&str> = scope::side_by_side(&report).into_iter().map(|unit| unit.code.as_str()).collect();
    assert!(side.contains(&"qn-tdp") && !side.contains(&"qn-mc"), "{side:?}");
    assert!(report.rankings.iter().any(|list| list.units.iter().any(|unit| unit.code == "qn-tdp")));
    assert!(report.rankings.iter().all(|list| {
        list.units.iter().all(|unit| unit.code != "qn-mc")
            && list.not_ranked.iter().all(|unit| unit.code != "qn-mc")
    }));
    let to: Vec<String> = letter::addressees(&report).unwrap().into_iter().map(|to| to.code).collect();
    assert!(to.contains(&"don-vi-qn-tdp".to_owned()) && !to.contains(&"don-vi-qn-mc".to_owned()), "{to:?}");
    for criterion in report.total.dimensions.iter().flat_map(|dimension| &dimension.criteria) {
        assert!(duties::lowest(&report, criterion).iter().all(|(unit, _)| unit.code != "qn-mc"));
    }
    let name = "Bộ phận Một cửa thành phố Quy Nhơn";
    let (said, page) = (text(&report), page(&report));
    assert!(!said.contains(&format!("{name}: ")) && !said.contains(&format!("Thấp nhất: {name}")), "{said}");
    assert!(page.contains(&format!("{name} (đã sáp nhập)")));
    // What it was stays in the data.
    let json: serde_json::Value = serde_json::from_str(&report::json(&report)).unwrap();
    let own = json["units"].as_array().unwrap().iter().find(|unit| unit["code"] == "qn-mc").unwrap();
    assert_eq!(own["merged_into"], "qn-tdp");
}

#[test]
fn where_everything_reaches_the_target_the_lowest_are_named_with_who_leads() {
    let mut report = judged();
    report.groups.clear();
    for unit in &mut report.units {
        reached(&mut unit.result);
    }
    let first = report.total.dimensions[0].criteria[0].clone();
    let (said, page) = (text(&report), page(&report));
    let (headline, _) = page.split_once("id=\"dimensions\"").unwrap();
    let lead = &duties::bodies(&first, duties::Role::Lead)[0];
    for text in [said.as_str(), headline] {
        assert!(text.contains("Tiêu chí thấp nhất (đều đạt mục tiêu)"), "{text}");
        assert!(text.contains(&first.name) && text.contains(&format!("Chủ trì: {lead}")), "{text}");
        assert!(!text.contains("Chưa đạt mục tiêu ("), "nobody is blamed");
    }
    // Not where one does not.
    assert!(!self::page(&fixture::report()).contains("Tiêu chí thấp nhất"));
}

#[test]
fn the_table_of_answer_sheets_says_which_numbers_are_the_units() {
    let report = of_unit(&fixture::report(), "qn").unwrap();
    let composed = document(&report, Lang::VI);
    let table = composed.body.iter().find_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    let table = table.unwrap();
    assert!(
        table.caption.starts_with("Phiếu trả lời của toàn đợt khảo sát và của đơn vị này"),
        "{}",
        table.caption
    );
    let names: Vec<&str> = table.rows.iter().map(|row| row.cells[0].as_str()).collect();
    let own = names.iter().position(|name| *name == "Riêng đơn vị này").unwrap();
    assert_eq!(
        (names[0], &names[own + 1..]),
        ("Toàn đợt khảo sát", &["Hợp lệ", "Số phiếu dự kiến", "Tổng thể được khảo sát"][..])
    );
    let unit = &report.units[0];
    let count = |n: Option<u64>| report::format::count(Lang::VI, n.unwrap());
    assert_eq!(table.rows[own + 1].cells[1], count(unit.result.responses));
    assert_eq!(table.rows[own + 3].cells[1], count(unit.population));
    assert_eq!(table.rows[1].cells[1], count(Some(report.responses.stored)));
}

#[test]
fn a_letter_names_in_full_whom_it_is_to() {
    let mut report = fixture::report();
    let name =
        format!("Trung tâm {}", "phục vụ hành chính công ".repeat(9)).chars().take(199).collect::<String>();
    for criterion in report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria) {
        if let Some(responsible) = &mut criterion.responsible {
            responsible.lead = vec![name.clone()];
        }
        criterion.name = format!("{} {}", criterion.name, "dài ".repeat(45));
    }
    let issuer = Issuer::of(&report, "Sở Nội vụ tỉnh Bình Định");
    let letters = letter::letters(&report, &issuer, Lang::VI).unwrap();
    let own = letters.iter().find(|letter| letter.to.starts_with("Trung tâm phục vụ")).unwrap();
    assert_eq!(own.to, name.trim_end());
    assert!(letter::page::height(own) <= letter::page::ROOM);
}

#[test]
fn points_reached_and_possible_are_numbers_of_the_workbook() {
    let mut report = fixture::report();
    report.total.points =
        Some(crate::index::report::Points { reached: 15.23, possible: 17.0, satisfied: 0.9 });
    let numbers = super::files::numbers(&report, Lang::VI);
    assert!(numbers.contains(&15.23) && numbers.contains(&17.0));
}

#[test]
fn kinds_of_units_have_words_of_their_own() {
    for kind in ["province", "department", "district", "commune", "one-stop", "council", "council-group"] {
        for lang in Lang::ALL {
            assert!(!report::words::kind(lang, kind).contains('-') || kind == "one-stop", "{kind}");
            assert_ne!(report::words::kinds(lang, kind), kind);
        }
    }
    assert_eq!(report::words::kind(Lang::VI, "council-group"), "tổ đại biểu");
}
