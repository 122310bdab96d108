//! JSON, CSV and XLSX, read back by other readers.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Range, Reader, Xlsx, open_workbook_from_rs};
use serde_json::Value;

use super::fixture;
use crate::{
    index::report::{Publish, Report},
    language::Lang,
    report,
};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

fn sorted<const N: usize>(mut names: [&str; N]) -> Vec<&str> {
    names.sort_unstable();
    names.to_vec()
}

#[test]
fn json_has_the_fields_of_the_schema_and_no_other() {
    let text = report::json(&fixture::report());
    assert!(text.ends_with("}\n") && text.matches('\n').count() == 1);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["schema"], "sipas.report/1");
    assert_eq!(
        keys(&json),
        sorted([
            "schema",
            "campaign",
            "generated_at",
            "level",
            "target",
            "weighting",
            "method",
            "responses",
            "total",
            "units",
            "rankings",
            "comments",
            "previous",
            "notes"
        ])
    );
    let campaign = &json["campaign"];
    assert_eq!(
        keys(campaign),
        sorted([
            "slug",
            "title",
            "definition",
            "form",
            "form_title",
            "opens",
            "closes",
            "status",
            "demonstration"
        ])
    );
    assert_eq!(keys(&campaign["definition"]), sorted(["id", "version", "sha256"]));
    for field in ["measure", "aggregation", "weights"] {
        assert!(json["method"].get(field).is_some(), "{field}");
    }
    for field in ["stored", "valid", "flagged", "from", "to", "selection"] {
        assert!(json["responses"].get(field).is_some(), "{field}");
    }
    let result = ["responses", "index", "parts", "dimensions", "drivers", "weighting"];
    assert_eq!(keys(&json["total"]), sorted(result));
    let unit = &json["units"][0];
    assert_eq!(
        keys(unit),
        sorted([
            "code",
            "name",
            "kind",
            "parent",
            "population",
            "planned",
            "responses",
            "index",
            "parts",
            "dimensions",
            "drivers",
            "weighting"
        ])
    );
    assert_eq!(keys(&unit["parts"][0]), sorted(["id", "name", "weight", "estimate"]));
    let dimension = &unit["dimensions"][0];
    assert_eq!(
        keys(dimension),
        sorted(["id", "name", "part", "weight", "estimate", "criteria", "reliability"])
    );
    let criterion = &dimension["criteria"][0];
    let fields = ["id", "name", "in_dimension", "asked", "counts", "estimate", "mean", "responsible"];
    assert_eq!(keys(criterion), sorted(fields));
    let estimate =
        ["n", "estimate", "se", "df", "lower", "upper", "method", "n_eff", "deff", "decision", "publish"];
    assert_eq!(keys(&criterion["estimate"]), sorted(estimate));
    assert_eq!(json["weighting"], "design");
    assert_eq!(json["total"]["index"]["decision"], "not_met");
    assert!(text.starts_with(r#"{"schema":"sipas.report/1","campaign":{"slug":"#), "fields in order");
    assert_eq!(text, report::json(&fixture::report()));
}

#[test]
fn a_rotated_report_says_how_many_were_asked_each_module() {
    let report = fixture::rotated();
    let json: Value = serde_json::from_str(&report::json(&report)).unwrap();
    assert_eq!(keys(&json["rotation"]), sorted(["ask", "modules", "evenness"]));
    let module = &json["rotation"]["modules"][0];
    assert_eq!(keys(module), sorted(["id", "name", "probability", "asked", "share"]));
    assert_eq!(keys(&json["rotation"]["evenness"]), sorted(["chi_square", "df", "p"]));
    let rows = read(&report::csv(&report, Lang::EN));
    let modules: Vec<&Row> = rows.iter().filter(|row| row["level"] == "module").collect();
    let cells = |name: &str| modules.iter().map(|row| row[name].as_str()).collect::<Vec<_>>();
    assert_eq!(cells("id"), ["access", "procedures", "result"]);
    assert_eq!(cells("asked"), ["391", "412", "397"]);
    assert_eq!(cells("estimate"), ["", "", ""]);
    assert!(!modules[2]["name"].starts_with('='), "no formula");
    let sheets = sheets(&report, Lang::EN);
    let overview = sheets.values().next().unwrap();
    let found = sheets.values().find_map(|sheet| {
        let at = sheet.rows().position(|row| row.first() == Some(&Data::String("Mô-đun thủ tục".into())))?;
        sheet.rows().nth(at).map(<[Data]>::to_vec)
    });
    let row = found.unwrap_or_else(|| panic!("{overview:?}"));
    assert_eq!(row[1], Data::Float(412.0));
    assert!(!report::json(&fixture::report()).contains("rotation"));
}

#[test]
fn a_category_has_rows_in_csv_and_one_in_the_workbook() {
    let report = fixture::divided();
    let json: Value = serde_json::from_str(&report::json(&report)).unwrap();
    assert_eq!(json["breakdowns"][0]["by"], "field");
    assert_eq!(json["breakdowns"][2]["unit"], "snv");
    let civil = &report.breakdowns[0].categories[0];
    let told = json["breakdowns"][0]["categories"][0]["index"]["estimate"].as_f64().unwrap();
    assert!((told - civil.result.index.estimate.unwrap()).abs() < 1e-12);
    let rows = read(&report::csv(&report, Lang::EN));
    let of = |kind: &str, code: &str| -> Vec<&Row> {
        rows.iter().filter(|row| row["unit_kind"] == kind && row["unit"] == code).collect()
    };
    assert_eq!(of("field", "civil").len(), 1 + 1 + 5 + 16);
    assert_eq!(
        of("field", "civil")[0]["estimate"].parse::<f64>().unwrap(),
        civil.result.index.estimate.unwrap()
    );
    assert!(!of("field", "land")[0]["unit_name"].starts_with('='), "no formula");
    assert_eq!(of("field", "health")[0]["estimate"], "");
    assert_eq!(of("counter", "q-1")[0]["unit_parent"], "snv");
    let book = sheets(&report, Lang::VI);
    let sheet = &book["Lĩnh vực, kênh, quầy"];
    assert_eq!(sheet.height(), 1 + 5);
    let row = |at: usize| sheet.rows().nth(at).unwrap().to_vec();
    assert_eq!(row(1)[column(sheet, "Kết quả")], Data::Float(civil.result.index.estimate.unwrap()));
    assert_eq!(row(2)[column(sheet, "Nhóm")], Data::String("=Đất đai <b>".to_owned()), "text, not a formula");
    assert_eq!(row(4)[column(sheet, "Nhóm")], Data::String("Phiếu giấy".to_owned()));
    assert_eq!(row(5)[column(sheet, "Mã đơn vị")], Data::String("snv".to_owned()));
    assert!(!report::json(&fixture::report()).contains("breakdowns"));
}

#[test]
fn d_07_a_suppressed_cell_of_json_is_null_but_for_publish() {
    let json: Value = serde_json::from_str(&report::json(&fixture::report())).unwrap();
    let unit = json["units"].as_array().unwrap().iter().find(|unit| unit["code"] == "vc").unwrap();
    assert_eq!(unit["responses"], Value::Null);
    for (field, value) in unit["index"].as_object().unwrap() {
        if field == "publish" {
            assert_eq!(value, "suppress");
        } else {
            assert_eq!(*value, Value::Null, "{field}");
        }
    }
}

type Row = BTreeMap<String, String>;

pub fn read(bytes: &[u8]) -> Vec<Row> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").expect("the mark by which Excel knows UTF-8");
    let mut reader = ::csv::Reader::from_reader(body);
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn csv_has_a_row_for_each_unit_and_node_and_gives_the_figures_back() {
    let report = fixture::report();
    let rows = read(&report::csv(&report, Lang::EN));
    let figures = rows.iter().filter(|row| !["responsibility", "note"].contains(&row["level"].as_str()));
    assert_eq!(figures.count(), (1 + report.units.len()) * (1 + 1 + 5 + 16));
    let find = |unit: &str, level: &str, id: &str| {
        rows.iter().find(|row| row["unit"] == unit && row["level"] == level && row["id"] == id).unwrap()
    };
    let index = find("", "index", "");
    assert_eq!(index["estimate"].parse::<f64>().unwrap(), report.total.index.estimate.unwrap());
    assert_eq!((index["decision"].as_str(), index["publish"].as_str()), ("not_met", "publish"));
    let qn = report.units.iter().find(|unit| unit.code == "qn").unwrap();
    let criterion = &qn.result.dimensions[1].criteria[2];
    let row = find("qn", "criterion", "procedures.fees");
    assert_eq!(row["lower"].parse::<f64>().unwrap(), criterion.estimate.lower.unwrap());
    assert_eq!(row["n"], criterion.estimate.n.unwrap().to_string());
    assert_eq!(row["count_5"], criterion.counts["5"].to_string());
    assert_eq!(row["unit_parent"], "bd");
    assert_eq!(find("qn", "dimension", "access")["weight"].parse::<f64>().unwrap(), 3.0 / 16.0);
}

#[test]
fn csv_says_who_must_act_and_what_must_be_known() {
    let mut report = fixture::report();
    report.total.dimensions[0].criteria[0].responsible = None;
    let rows = read(&report::csv(&report, Lang::EN));
    let told: BTreeSet<(String, String, String)> = rows
        .iter()
        .filter(|row| row["level"] == "responsibility")
        .map(|row| (row["id"].clone(), row["body"].clone(), row["role"].clone()))
        .collect();
    let mut wanted = BTreeSet::new();
    for duties in report::duties::by_body(&report) {
        for ((_, criterion), roles) in duties.items {
            let of = |role: &str| {
                (criterion.id.clone(), duties.body.unwrap_or_default().to_owned(), role.to_owned())
            };
            wanted.extend(roles.iter().map(|role| of(&format!("{role:?}").to_lowercase())));
            if roles.is_empty() {
                wanted.insert(of(""));
            }
        }
    }
    assert!(!told.is_empty());
    assert_eq!(told, wanted);
    let told = rows.iter().find(|row| row["body"] == "Văn phòng UBND tỉnh").unwrap();
    let criterion = &report.total.dimensions[4].criteria[2];
    assert_eq!((told["id"].as_str(), told["plan"].as_str()), ("feedback.told", "3.5.1"));
    assert_eq!(told["estimate"].parse::<f64>().ok(), criterion.estimate.estimate);
    // Every note once, with its unit.
    let notes: Vec<(&str, &str)> = rows
        .iter()
        .filter(|row| row["level"] == "note")
        .map(|row| (row["id"].as_str(), row["unit"].as_str()))
        .collect();
    assert_eq!(notes, [("partly_self_selected", ""), ("suppressed", "vt")]);
    let vietnamese = read(&report::csv(&report, Lang::VI));
    assert!(vietnamese.iter().any(|row| row["Cấp"] == "trách nhiệm" && row["Vai trò"] == "Chủ trì"));
}

#[test]
fn a_note_on_a_unit_that_is_not_in_the_report_is_not_one_on_the_whole() {
    let mut report = fixture::divided();
    let text = [("vi", "Đã để riêng 3 phiếu."), ("en", "3 answers are set aside.")];
    report.notes.push(crate::index::report::Note {
        code: report::scope::SET_ASIDE.to_owned(),
        unit: Some("snv".to_owned()),
        text: text.map(|(lang, text)| (lang.to_owned(), text.to_owned())).into(),
    });
    let breakdown = &report.breakdowns[0];
    let (by, category) = (report::divided::code(breakdown.by), breakdown.categories[0].code.clone());
    let category = report::divided::of_category(&report, by, &category).unwrap();
    let named = |report: &Report| {
        let rows = read(&report::csv(report, Lang::EN));
        let of = |id: &str| {
            let row = rows.iter().find(|row| row["level"] == "note" && row["id"] == id).unwrap();
            (row["unit"].clone(), row["unit_name"].clone())
        };
        (of("set_aside"), of("partly_self_selected"))
    };
    let whole = (String::new(), "whole".to_owned());
    assert_eq!(named(&category), (("snv".to_owned(), "snv".to_owned()), whole.clone()));
    assert_eq!(named(&report), (("snv".to_owned(), "Sở Nội vụ".to_owned()), whole));
}

#[test]
fn csv_in_vietnamese_has_words() {
    let bytes = report::csv(&fixture::report(), Lang::VI);
    let rows = read(&bytes);
    assert_eq!(rows[0]["Đơn vị"], "Toàn đợt khảo sát");
    assert_eq!(rows[0]["Kết luận"], "Chưa đạt");
    assert_eq!(rows[1]["Cấp"], "Phần");
    let text = String::from_utf8(bytes).unwrap();
    let heading = text.lines().next().unwrap();
    let columns: BTreeSet<&str> = heading.split(',').collect();
    assert_eq!(columns.len(), heading.split(',').count(), "every column has a name of its own: {heading}");
}

#[test]
fn d_01_no_figure_of_a_suppressed_cell_stands_in_csv() {
    for row in read(&report::csv(&fixture::report(), Lang::EN)) {
        if row["publish"] == "suppress" {
            for (column, cell) in &row {
                let about = [
                    "unit",
                    "unit_name",
                    "unit_kind",
                    "unit_parent",
                    "level",
                    "id",
                    "name",
                    "weight",
                    "publish",
                ];
                assert!(about.contains(&column.as_str()) || cell.is_empty(), "{column}: {cell}");
            }
        }
    }
}

#[test]
fn h_04_no_cell_of_csv_begins_as_a_formula() {
    let report = fixture::nasty();
    for lang in Lang::ALL {
        let bytes = report::csv(&report, lang);
        let mut reader = ::csv::ReaderBuilder::new().has_headers(false).from_reader(&bytes[3..]);
        for record in reader.records() {
            for cell in &record.unwrap() {
                assert!(
                    !cell.starts_with(['=', '+', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']),
                    "{cell}"
                );
                assert!(!cell.starts_with('-') || cell.parse::<f64>().is_ok(), "{cell}");
            }
        }
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains(r#""'=HYPERLINK(""http://x.example"",""Sở"")""#));
    }
}

pub fn sheets(report: &Report, lang: Lang) -> BTreeMap<String, Range<Data>> {
    let bytes = report::xlsx(report, lang).unwrap();
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    for name in book.sheet_names() {
        let formulas = book.worksheet_formula(&name).unwrap();
        assert!(formulas.used_cells().next().is_none(), "{name} has formulas");
    }
    book.worksheets().into_iter().collect()
}

/// Every number of the workbook.
pub fn numbers(report: &Report, lang: Lang) -> Vec<f64> {
    let book = sheets(report, lang);
    let cells = book.values().flat_map(|sheet| sheet.used_cells());
    cells
        .filter_map(|(_, _, cell)| if let Data::Float(number) = cell { Some(*number) } else { None })
        .collect()
}

fn column(sheet: &Range<Data>, heading: &str) -> usize {
    sheet
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == heading)
        .unwrap_or_else(|| panic!("no column {heading}"))
}

#[test]
fn xlsx_opens_with_its_sheets_and_numbers_are_numbers() {
    let report = fixture::report();
    let book = sheets(&report, Lang::VI);
    assert_eq!(
        book.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from([
            "Tổng quan",
            "Đơn vị",
            "Tiêu chí",
            "Đơn vị và tiêu chí",
            "Ý kiến",
            "Trách nhiệm",
            "Phương pháp"
        ])
    );
    let units = &book["Đơn vị"];
    assert_eq!(units.height(), report.units.len() + 1);
    let qn = units.rows().find(|row| row[0] == Data::String("qn".to_owned())).unwrap();
    let result = &report.units.iter().find(|unit| unit.code == "qn").unwrap().result;
    assert_eq!(qn[column(units, "Kết quả")], Data::Float(result.index.estimate.unwrap()));
    assert_eq!(qn[column(units, "Kết luận")], Data::String("Chưa đạt".to_owned()));
    assert_eq!(
        qn[column(units, "Tiếp nhận, xử lý phản ánh, kiến nghị")],
        Data::Float(result.dimensions[4].estimate.estimate.unwrap())
    );
    let criteria = &book["Tiêu chí"];
    assert_eq!(criteria.height(), 17);
    let row = criteria.rows().find(|row| row[0] == Data::String("feedback.told".to_owned())).unwrap();
    assert_eq!(row[column(criteria, "Theo dõi")], Data::String("Văn phòng UBND tỉnh".to_owned()));
    let counted: f64 = (1..=5)
        .map(|code| match row[column(criteria, &format!("Mức {code}"))] {
            Data::Float(count) => count,
            _ => panic!("a count"),
        })
        .sum();
    assert_eq!(row[column(criteria, "Số câu trả lời (n)")], Data::Float(counted));
    let overview = &book["Tổng quan"];
    let value = |name: &str| {
        overview.rows().find(|row| row[0] == Data::String(name.to_owned())).map(|row| row[1].clone()).unwrap()
    };
    assert_eq!(value("Chỉ số hài lòng"), Data::Float(report.total.index.estimate.unwrap()));
    assert_eq!(value("Mục tiêu"), Data::Float(0.9));
    assert_eq!(value("Kết luận"), Data::String("Chưa đạt".to_owned()));
    let cells = &book["Đơn vị và tiêu chí"];
    assert_eq!(cells.height(), 1 + report.units.len() * (5 + 16));
    let own =
        |row: &&[Data]| row[0] == Data::String("qn".into()) && row[3] == Data::String("feedback.told".into());
    let (row, estimate) = (cells.rows().find(own).unwrap(), &result.dimensions[4].criteria[2].estimate);
    for (heading, value) in
        [("Kết quả", estimate.estimate), ("Cận dưới", estimate.lower), ("Cận trên", estimate.upper)]
    {
        assert_eq!(row[column(cells, heading)], Data::Float(value.unwrap()), "{heading}");
    }
}

#[test]
fn charts_of_the_workbook_are_drawn_of_its_own_cells() {
    let charts = |report: &Report| -> Vec<String> {
        let mut book = zip::ZipArchive::new(Cursor::new(report::xlsx(report, Lang::VI).unwrap())).unwrap();
        let names: Vec<String> =
            (0..book.len()).map(|at| book.by_index(at).unwrap().name().unwrap().into_owned()).collect();
        let charts = names.iter().filter(|name| name.starts_with("xl/charts/chart"));
        charts.map(|name| std::io::read_to_string(book.by_name(name).unwrap()).unwrap()).collect()
    };
    let found = charts(&fixture::report());
    assert_eq!(found.len(), 2);
    for range in ["Tổng quan'!$B$", "Tổng quan'!$G$", "'Tiêu chí'!$F$2:$F$17"] {
        assert!(found.iter().any(|chart| chart.contains(range)), "{range}: {found:?}");
    }
    // D-01: where a figure is hidden, a chart would draw it as nothing.
    assert!(charts(&fixture::closed_until_end()).is_empty());
}

#[test]
fn d_01_a_suppressed_unit_is_a_word_in_xlsx_and_never_a_number() {
    let report = fixture::report();
    let units = &sheets(&report, Lang::VI)["Đơn vị"];
    for code in ["vc", "vt", "vt-mc"] {
        let row = units.rows().find(|row| row[0] == Data::String(code.to_owned())).unwrap();
        assert_eq!(row[column(units, "Kết quả")], Data::String("Không công bố".to_owned()));
        for cell in &row[column(units, "Số phiếu hợp lệ")..] {
            assert!(!matches!(cell, Data::Float(_) | Data::Int(_)), "{code}: {cell}");
        }
    }
}

#[test]
fn h_05_names_are_string_cells_of_xlsx_as_they_are() {
    let report = fixture::nasty();
    for lang in Lang::ALL {
        let book = sheets(&report, lang);
        let names: BTreeSet<String> = book
            .values()
            .flat_map(|sheet| sheet.used_cells())
            .filter_map(|(_, _, cell)| if let Data::String(text) = cell { Some(text.clone()) } else { None })
            .collect();
        for name in fixture::NASTY {
            assert!(names.contains(name), "{name}");
        }
    }
}

#[test]
fn d_14_the_same_report_gives_the_same_bytes() {
    let report = fixture::two_parts();
    assert_eq!(report::xlsx(&report, Lang::VI).unwrap(), report::xlsx(&report, Lang::VI).unwrap());
    assert_eq!(report::csv(&report, Lang::VI), report::csv(&report, Lang::VI));
}

#[test]
fn a_report_of_one_unit_has_its_figures_as_the_total_and_its_subtree() {
    let whole = fixture::report();
    let cut = report::of_unit(&whole, "vp").unwrap();
    let codes: Vec<&str> = cut.units.iter().map(|unit| unit.code.as_str()).collect();
    assert_eq!(codes, ["vp", "ttpvhcc", "ttpvhcc-1", "ttpvhcc-2"]);
    assert_eq!(cut.total.index, whole.units[1].result.index);
    // What the plan asks of every body is asked of this one.
    let responsible = cut.total.dimensions[4].criteria[2].responsible.as_ref().unwrap();
    assert_eq!(responsible.lead, [whole.units[1].name.clone()]);
    assert_eq!(cut.units[0].result, cut.total);
    assert_eq!(cut.units[0].parent, None);
    assert_eq!(report::scope::only(&cut).unwrap().code, "vp");
    assert!(cut.notes.iter().all(|note| note.code != "suppressed"), "notes about other units are gone");
    assert!(report::of_unit(&whole, "không-có").is_none());
    let again = report::of_unit(&cut, "ttpvhcc-1").unwrap();
    assert_eq!(again.units.len(), 1);
    assert_eq!(again.notes.iter().filter(|note| note.code == report::scope::ONE_UNIT).count(), 1);
}

#[test]
fn the_fixture_holds_every_kind_of_cell() {
    let report = fixture::report();
    for publish in [Publish::Publish, Publish::Caution, Publish::Suppress] {
        assert!(report.units.iter().any(|unit| unit.result.index.publish == publish), "{publish:?}");
    }
    let decisions: BTreeSet<String> =
        report.units.iter().map(|unit| format!("{:?}", unit.result.index.decision)).collect();
    assert_eq!(decisions.len(), 4, "{decisions:?}");
}
