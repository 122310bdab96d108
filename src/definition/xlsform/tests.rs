//! Forms as people write them, in; ours, out and in again.

use super::{Imported, Level, Options, Remark, ScaleChoice, Sheet, Workbook, export, import, only};
use crate::{
    definition::{
        Definition, Library, canonical,
        model::{Condition, Kind},
        parse,
    },
    language::Lang,
};

/// Sheets from text: rows as lines, cells between bars.
fn book(sheets: &[(&str, &str)]) -> Workbook {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().replace("\\n", "\n")).collect::<Vec<_>>();
    let sheets = sheets.iter().map(|(name, rows)| Sheet::new(name, rows.trim().lines().map(cells)));
    Workbook { sheets: sheets.collect() }
}

fn read(workbook: &Workbook, options: &Options) -> Imported {
    let imported =
        import(workbook, options, "form.toml").unwrap_or_else(|refused| panic!("{}", lines(&refused)));
    let errors: Vec<String> =
        imported.problems.iter().filter(|p| p.is_error()).map(|p| p.line(Lang::EN)).collect();
    assert_eq!(errors, [""; 0], "{}", imported.toml);
    assert_eq!(parse("form.toml", &imported.toml).unwrap().definition, imported.definition);
    imported
}

fn lines(remarks: &[Remark]) -> String {
    remarks.iter().map(|remark| remark.line(Lang::EN)).collect::<Vec<_>>().join("\n")
}

fn lost(imported: &Imported) -> Vec<String> {
    imported.remarks.iter().filter(|r| r.level == Level::Lost).map(|r| r.line(Lang::EN)).collect()
}

fn ids(definition: &Definition) -> Vec<&str> {
    definition.forms[0].sections.iter().flat_map(|section| &section.ask).map(String::as_str).collect()
}

const CHOICES: &str = "\
list_name | name | label::Tiếng Việt (vi)  | label::English (en)
muc_do    | 1    | Rất không hài lòng      | Very dissatisfied
muc_do    | 2    | Không hài lòng          | Dissatisfied
muc_do    | 3    | Bình thường             | Neither satisfied nor dissatisfied
muc_do    | 4    | Hài lòng                | Satisfied
muc_do    | 5    | Rất hài lòng            | Very satisfied
muc_do    | 9    | Không biết              | Don't know
co_khong  | Co   | Có                      | Yes
co_khong  | Khong| Không                   | No
kenh      | web  | Trang thông tin điện tử | Website
kenh      | loa  | Loa truyền thanh        | Loudspeaker";

/// A survey of visitors in two languages, as a statistician would write it for Kobo.
const SURVEY: &str = "\
type                     | name      | label::Tiếng Việt (vi)         | label::English (en)    | hint::Tiếng Việt (vi) | hint::English (en) | required | relevant                           | constraint                | appearance | ghi chú
start                    | start     |                                |                        |                       |                    |          |                                    |                           |            |
note                     | loi_chao  | Xin chào **Ông/Bà**.           | Welcome.               |                       |                    |          |                                    |                           |            |
begin_group              | tiep_can  | Tiếp cận dịch vụ               | Access                 |                       |                    |          |                                    |                           | field-list |
note                     | n1        | Xin cho biết mức độ hài lòng.  | How satisfied are you? |                       |                    |          |                                    |                           |            |
select_one muc_do        | Ghe_Ngoi  | Ghế ngồi chờ                   | Seats                  | Nơi chờ               | Where you waited   | yes      |                                    |                           | likert     | hỏi kỹ
select_one muc_do        | bien_hieu | Biển chỉ dẫn                   | Signs                  |                       |                    | true()   |                                    |                           |            |
end_group                |           |                                |                        |                       |                    |          |                                    |                           |            |
begin_group              | phan_anh  | Phản ánh, kiến nghị            | Feedback               |                       |                    |          |                                    |                           |            |
select_one co_khong      | co_pa     | Ông/Bà có gửi phản ánh không?  | Any feedback?          |                       |                    | yes      |                                    |                           |            |
begin_group              | pa_chi_tiet| Chi tiết                      | Details                |                       |                    |          | ${co_pa} = 'Co'                    |                           |            |
select_one muc_do        | xu_ly     | Việc xử lý                     | Handling               |                       |                    | yes      |                                    |                           |            |
select_multiple kenh or_other | kenh | Qua kênh nào?                  | Which channels?        |                       |                    |          |                                    |                           |            |
text                     | web_nao   | Trang nào?                     | Which site?            |                       |                    |          | selected(${kenh}, 'web') and ${xu_ly} != '9' | string-length(.) <= 200 |  |
end_group                |           |                                |                        |                       |                    |          |                                    |                           |            |
end_group                |           |                                |                        |                       |                    |          |                                    |                           |            |
integer                  | tuoi      | Tuổi                           | Age                    |                       |                    |          |                                    | . >= 18 and . < 121       |            |
text                     | gop_y     | Góp ý                          | Comment                |                       |                    |          | ${tuoi} > 60                       |                           | multiline  |
begin_repeat             | nguoi     | Người đi cùng                  | Companions             |                       |                    |          |                                    |                           |            |
text                     | ten       | Tên                            | Name                   |                       |                    |          |                                    |                           |            |
end_repeat               |           |                                |                        |                       |                    |          |                                    |                           |            |
geopoint                 | noi       | Vị trí                         | Place                  |                       |                    |          |                                    |                           |            |
calculate                | diem      |                                |                        |                       |                    |          |                                    |                           |            |";

const SETTINGS: &str = "\
form_title        | form_id      | version    | default_language | style
Khảo sát quầy Một | Khao-sat.Quay| 2026-11-25 | Tiếng Việt (vi)  | pages";

fn visitors() -> Workbook {
    book(&[("survey", SURVEY), ("choices", CHOICES), ("settings", SETTINGS)])
}

#[test]
fn a_form_of_another_program_becomes_a_definition_that_passes_the_check() {
    let imported = read(&visitors(), &Options::default());
    let d = &imported.definition;
    assert_eq!((d.id.as_str(), d.version.as_str()), ("khao-sat.quay", "2026.11.25"));
    assert_eq!(d.languages, ["vi", "en"]);
    assert_eq!(d.title["vi"], "Khảo sát quầy Một");
    let form = &d.forms[0];
    assert_eq!(
        (form.introduction["vi"].as_str(), form.introduction["en"].as_str()),
        ("Xin chào Ông/Bà.", "Welcome.")
    );
    assert_eq!(
        ids(d),
        ["ghe_ngoi", "bien_hieu", "co_pa", "xu_ly", "kenh", "kenh_other", "web_nao", "tuoi", "gop_y"]
    );
    let dimensions: Vec<(&str, &str)> =
        d.dimensions.iter().map(|x| (x.id.as_str(), x.name["en"].as_str())).collect();
    assert_eq!(dimensions, [("tiep_can", "Access"), ("pa_chi_tiet", "Details")]);
    let criteria: Vec<(&str, &str, bool)> =
        d.criteria.iter().map(|c| (c.id.as_str(), c.dimension.as_str(), c.required)).collect();
    assert_eq!(
        criteria,
        [("ghe_ngoi", "tiep_can", true), ("bien_hieu", "tiep_can", true), ("xu_ly", "pa_chi_tiet", true)]
    );
    assert_eq!(d.criteria[0].help.as_ref().unwrap()["en"], "Where you waited");
    assert_eq!(form.sections[0].text.as_ref().unwrap()["vi"], "Xin cho biết mức độ hài lòng.");
    let scale = &d.scales["muc_do"].options;
    let scores: Vec<_> = scale.iter().map(|o| (o.code.as_str(), o.satisfied, o.score, o.missing)).collect();
    assert_eq!(
        scores,
        [
            ("1", false, Some(0.2), false),
            ("2", false, Some(0.4), false),
            ("3", false, Some(0.6), false),
            ("4", true, Some(0.8), false),
            ("5", true, Some(1.0), false),
            ("9", false, None, true)
        ]
    );
    let question = |id: &str| d.questions.iter().find(|question| question.id == id).unwrap();
    assert_eq!(question("co_pa").options[0].code, "co");
    assert_eq!((question("tuoi").min, question("tuoi").max), (Some(18), Some(120)));
    assert_eq!(question("web_nao").max_length, Some(200));
    assert_eq!((question("kenh").kind, question("kenh").options.len()), (Kind::Multiple, 3));
}

#[test]
fn rules_of_rows_and_groups_are_carried_over() {
    let imported = read(&visitors(), &Options::default());
    let d = &imported.definition;
    let json = |rule: &Option<Condition>| serde_json::to_string(rule).unwrap().replace('"', "");
    let details = d.forms[0].sections.iter().find(|section| section.title["en"] == "Details").unwrap();
    assert_eq!(json(&details.asked_if), "{question:co_pa,in:[co]}");
    let question = |id: &str| d.questions.iter().find(|question| question.id == id).unwrap();
    assert_eq!(
        json(&question("web_nao").asked_if),
        "{all:[{question:kenh,in:[web]},{not:{question:xu_ly,in:[9]}}]}"
    );
    assert_eq!(json(&question("kenh_other").asked_if), "{question:kenh,in:[other]}");
    assert_eq!(json(&question("gop_y").asked_if), "null", "a rule on a number is not carried over");
}

#[test]
fn nothing_is_dropped_silently() {
    let imported = read(&visitors(), &Options::default());
    let listed = lost(&imported).join("\n");
    for wanted in [
        "survey!A2 (type): Not carried over: “start start” – devices",
        "survey!J4 (appearance): Not carried over: “field-list”",
        "survey!J6 (appearance): Not carried over: “likert”",
        "survey!K1 (ghi chú): Not carried over: “ghi chú” – the column is not one of XLSForm (1 filled cells).",
        "survey!H18 (relevant): Not carried over: “${tuoi} > 60” – this rule cannot be carried over (“>” is not",
        "survey!J18 (appearance): Not carried over: “multiline”",
        "survey!A19 (type): Not carried over: “begin_repeat nguoi” – there are no groups that repeat",
        "survey!A20 (type): Not carried over: “text ten” – inside of a group that repeats",
        "survey!A22 (type): Not carried over: “geopoint noi” – there is no such type of question",
        "survey!A23 (type): Not carried over: “calculate diem” – questionnaires compute nothing",
        "settings!E2 (style): Not carried over: “style = pages”",
    ] {
        assert!(listed.contains(wanted), "{wanted}\n---\n{listed}");
    }
    assert_eq!(lost(&imported).len(), 11, "{listed}");
    let all = lines(&imported.remarks);
    for wanted in [
        "Changed: “Ghe_Ngoi” – the question's id is “ghe_ngoi”",
        "Changed: “Co” – the option's code is “co”",
        "Changed: “Xin chào **Ông/Bà**.” – markup removed",
        "Changed: “or_other” – “other” became an option and the question “kenh_other”",
        "Decided for you: “muc_do” – is a scale of satisfaction; counted as satisfied: 4, 5.",
        "Decided for you: “tiep_can” – is a dimension with 2 criteria.",
        "Changed: “Khảo sát quầy Một” – no words in the language “en”",
    ] {
        assert!(all.contains(wanted), "{wanted}\n---\n{all}");
    }
}

#[test]
fn the_officer_says_which_list_is_the_scale_and_which_groups_are_dimensions() {
    let survey = "\
type             | name    | label
begin group      | g1      | Nhóm một
select_one diem  | q1      | Câu một
select_one diem  | q2      | Câu hai
end group        |         |
begin group      | g2      | Nhóm hai
select_one diem  | q3      | Câu ba
end group        |         |
select_one diem  | q4      | Câu bốn";
    let choices = "\
list name | name | label
diem      | tot  | Tốt
diem      | vua  | Trung bình
diem      | kem  | Kém";
    let workbook = book(&[("survey", survey), ("choices", choices)]);
    let refused = import(&workbook, &Options::default(), "f.toml").unwrap_err();
    assert!(lines(&refused).contains("no list reads like a scale of satisfaction"), "{}", lines(&refused));
    let scale = |satisfied: &[&str]| ScaleChoice {
        list: "diem".to_owned(),
        satisfied: Some(satisfied.iter().map(|code| (*code).to_owned()).collect()),
    };
    let options = Options {
        scales: vec![scale(&["tot"])],
        dimensions: vec!["g1".to_owned()],
        beside: vec!["q2".to_owned()],
        id: Some("thu".to_owned()),
        version: Some("1.0".to_owned()),
        ..Options::default()
    };
    let imported = read(&workbook, &options);
    let d = &imported.definition;
    assert_eq!(d.criteria.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["q1"]);
    assert_eq!(d.questions.iter().map(|q| q.scale.as_deref().unwrap()).collect::<Vec<_>>(), ["diem"; 3]);
    let options_of: Vec<_> =
        d.scales["diem"].options.iter().map(|o| (o.code.as_str(), o.satisfied, o.score)).collect();
    assert_eq!(
        options_of,
        [("tot", true, Some(1.0)), ("vua", false, Some(0.6667)), ("kem", false, Some(0.3333))]
    );
    assert!(d.criteria[0].required, "something must be required");
    let wrong =
        Options { scales: vec![scale(&["great"])], dimensions: vec!["g9".to_owned()], ..Options::default() };
    let refused = lines(&import(&workbook, &wrong, "f.toml").unwrap_err());
    assert!(refused.contains("“g9” – not in the file; there are: g1, g2"), "{refused}");
    assert!(refused.contains("“great” – the list has no such option; there are: tot, vua, kem"), "{refused}");
}

#[test]
fn a_criterion_asked_of_one_camp_only_stands_beside_the_index() {
    let survey = "\
type              | name | label
select_one muc_do | q1   | Ghế ngồi
select_one muc_do | q2   | Vì sao chưa hài lòng: nơi chờ
select_one muc_do | chung| Nhìn chung
"
    .replace("| Vì sao chưa hài lòng: nơi chờ", "| Nơi chờ | ${q1} = '1' or ${q1} = '2'")
    .replace("| label", "| label | relevant");
    let choices =
        CHOICES.replace("label::Tiếng Việt (vi)", "label").replace("label::English (en)", "ghi_chu");
    let imported = read(&book(&[("survey", &survey), ("choices", &choices)]), &Options::default());
    let d = &imported.definition;
    assert_eq!(d.criteria.iter().map(|c| c.id.as_str()).collect::<Vec<_>>(), ["q1"]);
    assert_eq!(d.questions.iter().map(|q| q.id.as_str()).collect::<Vec<_>>(), ["q2", "chung"]);
    let all = lines(&imported.remarks);
    assert!(all.contains("“q2” – asked only of the satisfied or only of the dissatisfied"), "{all}");
    assert!(all.contains("“chung” – stands beside the index"), "{all}");
}

#[test]
fn a_file_that_is_no_form_is_refused_with_words() {
    for workbook in [
        Workbook::default(),
        book(&[("Sheet1", "a | b\n1 | 2")]),
        book(&[("survey", "type | name | label\nnote | n | Chào")]),
        book(&[("survey", "type | name | label\nselect_one gone | q | Hỏi")]),
    ] {
        let refused = lines(&import(&workbook, &Options::default(), "f.toml").unwrap_err());
        assert!(
            refused.starts_with("Not carried over: “survey” – the file has no sheet “survey”"),
            "{refused}"
        );
    }
}

fn hash(definition: &Definition) -> String {
    canonical::sha256(&definition.canonical())
}

#[test]
fn our_own_forms_come_back_with_the_same_hash() {
    let tests = [
        include_str!("../../../tests/definitions/small/1.2.toml"),
        include_str!("../../../tests/definitions/rotated/1.0.toml"),
        include_str!("../../../tests/definitions/visit/1.0.toml"),
    ];
    let tests = tests.map(|text| parse("f.toml", text).unwrap().definition);
    let library = Library::built_in().unwrap();
    let mut seen = 0;
    for definition in library.iter().map(|entry| entry.definition.clone()).chain(tests) {
        for form in &definition.forms {
            let exported = export(&definition, &form.id).unwrap();
            let wanted = only(&definition, &form.id).unwrap();
            let back = read(&exported.workbook, &Options::default());
            assert_eq!(back.definition, wanted, "{} {}", definition.id, form.id);
            assert_eq!(hash(&back.definition), hash(&wanted));
            assert_eq!(lines(&back.remarks), "", "{} {}", definition.id, form.id);
            seen += 1;
        }
    }
    assert!(seen >= 11, "{seen}");
    // One form that asks everything is the whole definition.
    let visit =
        parse("f.toml", include_str!("../../../tests/definitions/visit/1.0.toml")).unwrap().definition;
    assert_eq!(hash(&only(&visit, "counter").unwrap()), hash(&visit));
    assert!(export(&visit, "none").is_none());
}

#[test]
fn what_was_changed_in_a_spreadsheet_counts_and_not_what_stood_there_before() {
    let visit =
        parse("f.toml", include_str!("../../../tests/definitions/visit/1.0.toml")).unwrap().definition;
    let mut workbook = export(&visit, "counter").unwrap().workbook;
    let change = |workbook: &mut Workbook, from: &str, to: &str| {
        let cells =
            workbook.sheets.iter_mut().flat_map(|sheet| &mut sheet.rows).flat_map(|line| &mut line.cells);
        let changed = cells.filter(|cell| *cell == from).map(|cell| to.clone_into(cell)).count();
        assert!(changed > 0, "{from}");
    };
    change(&mut workbook, "Sự rõ ràng của biển hiệu, bảng chỉ dẫn", "Biển chỉ dẫn có rõ không?");
    change(&mut workbook, "Ý kiến của Ông/Bà về lần làm thủ tục này", "Ý kiến về lần này");
    change(&mut workbook, "string-length(.) <= 1000", "string-length(.) <= 300");
    change(&mut workbook, "results.fair", "results.equal");
    let back = read(&workbook, &Options::default()).definition;
    assert_eq!(back.criteria[0].text["vi"], "Biển chỉ dẫn có rõ không?");
    assert_eq!(back.forms[0].title.as_ref().unwrap()["vi"], "Ý kiến về lần này");
    assert_eq!(back.questions.last().unwrap().max_length, Some(300));
    assert!(back.criteria.iter().any(|criterion| criterion.id == "results.equal"));
}

#[test]
fn what_odk_will_not_do_is_told_when_a_form_goes_out() {
    let rotated =
        parse("f.toml", include_str!("../../../tests/definitions/rotated/1.0.toml")).unwrap().definition;
    let form = rotated.forms[0].id.clone();
    let told = lines(&export(&rotated, &form).unwrap().remarks);
    assert!(told.contains("ODK draws no modules") && told.contains("ODK shows no faces"), "{told}");
    let visit =
        parse("f.toml", include_str!("../../../tests/definitions/visit/1.0.toml")).unwrap().definition;
    let exported = export(&visit, "counter").unwrap();
    assert!(lines(&exported.remarks).contains("the placeholder became the question “_unit”"));
    let survey = &exported.workbook.sheets[0];
    assert_eq!(survey.rows[1].cells[..3], ["text", "_unit", "Đơn vị được đánh giá"]);
    assert!(survey.rows[2].cells[2].contains("tại ${_unit}"), "{:?}", survey.rows[2]);
}

mod any {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = String> {
        let words = [
            "select_one muc_do",
            "select_multiple kenh or_other",
            "begin_group",
            "end_group",
            "begin repeat",
            "end repeat",
            "note",
            "text",
            "integer",
            "calculate",
            "start",
            "q1",
            "q2",
            "${q1} = '1'",
            "yes",
            "",
            "selected(${q2}, 'web')",
            ". >= 1 and . <= 5",
            "Hài lòng",
            "Không hài lòng",
            "muc_do",
            "kenh",
            "1",
            "4",
        ];
        prop_oneof![4 => proptest::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "\\PC{0,8}"]
    }

    fn sheet(name: &'static str, head: &'static str) -> impl Strategy<Value = Sheet> {
        let columns = head.split('|').count();
        proptest::collection::vec(proptest::collection::vec(cell(), columns), 0..12).prop_map(move |rows| {
            let head = head.split('|').map(|cell| cell.trim().to_owned()).collect();
            Sheet::new(name, std::iter::once(head).chain(rows))
        })
    }

    proptest! {
        #[test]
        fn any_sheets_give_a_definition_or_a_refusal(
            survey in sheet("survey", "type|name|label|hint|required|relevant|constraint"),
            choices in sheet("choices", "list_name|name|label::vi"),
        ) {
            let workbook = Workbook { sheets: vec![survey, choices] };
            if let Ok(imported) = import(&workbook, &Options::default(), "f.toml") {
                prop_assert!(parse("f.toml", &imported.toml).is_ok(), "{}", imported.toml);
            }
        }
    }
}
