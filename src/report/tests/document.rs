//! The official report as DOCX and PDF, read back.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _},
};

use quick_xml::{Reader, events::Event};

use super::fixture;
use crate::{
    index::report::{Estimate, Note, Publish, Report},
    language::Lang,
    report::{
        self,
        document::{Block, Document, Issuer, compose},
        drag, duties, format, html,
    },
};

pub fn document(report: &Report, lang: Lang) -> Document {
    compose(report, &Issuer::of(report, "Sở Nội vụ tỉnh Bình Định"), lang)
}

/// The parts of a file by name.
pub fn parts(docx: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    (0..zip.len())
        .map(|number| {
            let mut file = zip.by_index(number).unwrap();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (file.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// What a reader of the format finds: paragraphs with their style, rows of tables, fields.
#[derive(Debug, Default)]
pub struct Read {
    paragraphs: Vec<(String, String)>,
    rows: Vec<Vec<String>>,
    tables: usize,
    heading_rows: usize,
    fields: BTreeSet<String>,
    alternatives: Vec<String>,
}

impl Read {
    pub fn of(docx: &[u8]) -> Self {
        let parts = parts(docx);
        let mut reader = Reader::from_reader(parts["word/document.xml"].as_slice());
        let mut read = Self::default();
        let (mut text, mut style, mut row) = (String::new(), String::new(), Vec::new());
        let attribute = |start: &quick_xml::events::BytesStart<'_>, name: &str| {
            let found = start.try_get_attribute(name).unwrap();
            found
                .map(|found| quick_xml::escape::unescape(&found.value).unwrap().into_owned())
                .unwrap_or_default()
        };
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) | Event::Empty(start) => match start.name().as_ref() {
                    "w:p" => (text, style) = (String::new(), String::new()),
                    "w:pStyle" => style = attribute(&start, "w:val"),
                    "w:tbl" => read.tables += 1,
                    "w:tblHeader" => read.heading_rows += 1,
                    "w:fldSimple" => drop(read.fields.insert(attribute(&start, "w:instr"))),
                    "w:instrText" => panic!("a field of another kind"),
                    "wp:docPr" => read.alternatives.push(attribute(&start, "descr")),
                    _ => {}
                },
                Event::Text(found) => text.push_str(&found),
                Event::GeneralRef(entity) => text.push_str(match entity.as_ref() {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("{other:?}"),
                }),
                Event::End(end) => match end.name().as_ref() {
                    "w:p" => read.paragraphs.push((style.clone(), text.clone())),
                    "w:tc" => row.push(text.clone()),
                    "w:tr" => read.rows.push(std::mem::take(&mut row)),
                    _ => {}
                },
                Event::Eof => break,
                _ => {}
            }
        }
        read
    }

    fn rows_named(&self, name: &str) -> Vec<&[String]> {
        self.rows
            .iter()
            .filter(|row| row.first().is_some_and(|cell| cell == name))
            .map(Vec::as_slice)
            .collect()
    }

    pub fn text(&self) -> String {
        self.paragraphs.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

fn docx(report: &Report, lang: Lang) -> Vec<u8> {
    report::docx(&document(report, lang)).unwrap()
}

#[test]
fn every_figure_is_the_one_of_the_report() {
    let report = fixture::report();
    for lang in [Lang::VI, Lang::EN] {
        let read = Read::of(&docx(&report, lang));
        let held = |name: &str, estimate: &Estimate| {
            let rows = read.rows_named(name);
            assert!(!rows.is_empty(), "{name}");
            match (estimate.estimate, estimate.lower.zip(estimate.upper)) {
                (Some(figure), Some(limits)) => {
                    let (figure, limits) = (format::percent(lang, figure), format::interval(lang, limits));
                    let told = rows.iter().any(|row| row.contains(&figure) && row.contains(&limits));
                    assert!(told, "{name}: {figure} {limits} in {rows:?}");
                }
                _ => assert!(rows.iter().all(|row| row.iter().all(|cell| !cell.contains('%'))), "{rows:?}"),
            }
        };
        for unit in &report.units {
            held(&unit.name, &unit.result.index);
        }
        for dimension in &report.total.dimensions {
            held(&dimension.name, &dimension.estimate);
            for criterion in &dimension.criteria {
                held(&criterion.name, &criterion.estimate);
                let row = read.rows_named(&criterion.name);
                let counts: Vec<String> =
                    criterion.counts.values().map(|count| format::count(lang, *count)).collect();
                assert!(
                    row.iter().any(|row| row.windows(counts.len()).any(|part| part == counts)),
                    "{row:?}"
                );
            }
        }
        let index = format::percent(lang, report.total.index.estimate.unwrap());
        let summary: Vec<&str> = read
            .paragraphs
            .iter()
            .filter(|(style, _)| style == "Summary")
            .map(|(_, text)| text.as_str())
            .collect();
        assert!(summary[0].contains(&index), "{summary:?}");
        // The director's test: the two criteria that cost the index most, as on the page, and whose they are.
        let worst = summary.iter().position(|said| said.ends_with(':')).unwrap() + 1;
        for (sentence, drag) in summary[worst..].iter().zip(&drag::heaviest(&report)[..2]) {
            let (_, criterion) = drag.item;
            assert!(sentence.contains(criterion.name.trim_end_matches('.')), "{summary:?}");
            for body in duties::bodies(criterion, duties::Role::Lead) {
                assert!(sentence.contains(body), "{summary:?}");
            }
        }
    }
}

#[test]
fn it_has_the_form_of_an_official_report() {
    let read = Read::of(&docx(&fixture::report(), Lang::VI));
    let texts = |style: &str| -> Vec<&str> {
        read.paragraphs.iter().filter(|(own, _)| own == style).map(|(_, text)| text.as_str()).collect()
    };
    assert_eq!(texts("Title"), ["Báo cáo"]);
    assert_eq!(texts("HeadAbove")[0], "Ủy ban nhân dân tỉnh\u{a0}Bình\u{a0}Định");
    assert_eq!(texts("HeadIssuer")[..2], ["Sở Nội vụ", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]);
    assert_eq!(texts("HeadMotto"), ["Độc lập - Tự do - Hạnh phúc"]);
    assert_eq!(texts("HeadNumber"), ["Số: ……/BC-SNV"]);
    assert_eq!(texts("HeadDate"), ["Bình Định, ngày …… tháng …… năm 2027"]);
    assert_eq!(
        texts("Heading1"),
        ["Tình hình triển khai khảo sát", "Kết quả khảo sát", "Đánh giá", "Trách nhiệm và nhiệm vụ"]
    );
    assert_eq!(texts("Heading3"), ["Các cơ quan, đơn vị, địa phương", "Văn phòng UBND tỉnh", "Sở Nội vụ"]);
    let annexes = texts("AnnexTitle");
    assert!(
        annexes[0].starts_with("Phụ lục I") && annexes.last().unwrap().ends_with("Phương pháp"),
        "{annexes:?}"
    );
    // Every numbered table repeats its headings; the head and the signature are tables without any.
    let captions = texts("Caption");
    assert_eq!((read.heading_rows, read.tables), (captions.len(), captions.len() + 2));
    for (number, caption) in captions.iter().enumerate() {
        assert!(caption.starts_with(&format!("Bảng {}. ", number + 1)), "{caption}");
    }
    let fields: Vec<&str> = read.fields.iter().map(String::as_str).collect();
    assert_eq!(fields, [" SEQ Bảng \\* ARABIC ", " SEQ Hình \\* ARABIC "]);
    #[cfg(feature = "pdf")]
    {
        assert_eq!(read.alternatives.len(), 3);
        assert!(read.alternatives[0].contains("Tiếp cận dịch vụ: "), "{:?}", read.alternatives);
    }
    let parts = parts(&docx(&fixture::report(), Lang::VI));
    let part = |name: &str| String::from_utf8(parts[name].clone()).unwrap();
    let text = part("word/document.xml");
    // A4 with margins of 20, 20, 30 and 20 mm; the first page without a number.
    assert!(text.contains(r#"<w:pgSz w:w="11906" w:h="16838"/>"#));
    assert!(
        text.contains(r#"w:top="1134" w:right="1134" w:bottom="1134" w:left="1701""#)
            && text.contains("<w:titlePg/>")
    );
    let styles = part("word/styles.xml");
    assert!(styles.contains(r#"w:ascii="Times New Roman""#) && styles.contains(r#"<w:sz w:val="28"/>"#));
    for name in ["heading 1", "heading 2", "heading 3", "caption", "Title", "List Bullet", "Table Grid"] {
        assert!(styles.contains(&format!(r#"<w:name w:val="{name}"/>"#)), "{name}");
    }
    for (name, bytes) in parts.iter().filter(|(name, _)| !name.ends_with(".png")) {
        let mut reader = Reader::from_reader(bytes.as_slice());
        while reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) != Event::Eof {}
    }
}

#[test]
fn the_report_ends_with_who_must_do_what() {
    let read = Read::of(&docx(&fixture::report(), Lang::VI));
    let text = read.text();
    assert!(text.contains("Giải quyết kịp thời toàn bộ phản ánh"), "the plan's task for feedback");
    let late = read.rows_named("Trả kết quả đúng hẹn");
    let office = late.iter().filter(|row| row.get(2).is_some_and(|cell| cell == "Theo dõi, Phối hợp"));
    assert_eq!(office.count(), 1, "{late:?}");
    let page = html::page(&fixture::report(), Lang::VI).into_string();
    let (_, duties) = page.split_once(r#"id="duties""#).unwrap();
    assert!(duties.contains("Theo dõi, Phối hợp") && duties.contains("Giải quyết kịp thời toàn bộ phản ánh"));
    // A questionnaire of others has no task of this plan.
    let mut other = fixture::report();
    other.campaign.definition.id = "xa".to_owned();
    assert!(!Read::of(&docx(&other, Lang::VI)).text().contains("Giải quyết kịp thời toàn bộ phản ánh"));
}

#[test]
fn d_01_what_is_suppressed_is_in_no_part_of_the_file() {
    let mut report = fixture::report();
    let secret = Estimate {
        n: Some(7_654),
        estimate: Some(0.123_456),
        lower: Some(0.111_111),
        upper: Some(0.133_333),
        decision: Some(crate::index::report::Decision::NotMet),
        publish: Publish::Suppress,
        ..Estimate::default()
    };
    report.units[1].result.index = secret.clone();
    report.units[1].result.dimensions[0].estimate = secret.clone();
    report.total.dimensions[1].estimate = secret.clone();
    report.total.dimensions[4].criteria[2].estimate = secret;
    let document = document(&report, Lang::VI);
    let told = serde_json::to_string(&document).unwrap();
    for figure in ["12,35", "11,11", "13,33", "7.654"] {
        assert!(!told.contains(figure), "{figure}");
    }
    assert!(told.contains("Không công bố"));
}

#[test]
fn h_04_h_16_names_are_shown_and_never_run() {
    let mut report = fixture::nasty();
    report.units[5].name = format!("=cmd|'/C calc'!A0 \"{}\"", "Bộ phận Một cửa ".repeat(13));
    report.units[6].name = "#panic(\"no\") $x^2$ \\ `raw` @ref {DDEAUTO c:\\\\x}\0\u{b}".to_owned();
    report.comments[0].text = "=cmd|'/C calc'!A0".to_owned();
    let read = Read::of(&docx(&report, Lang::VI));
    let fields: Vec<&str> = read.fields.iter().map(String::as_str).collect();
    assert_eq!(fields, [" SEQ Bảng \\* ARABIC ", " SEQ Hình \\* ARABIC "]);
    let text = read.text();
    for name in [
        "=HYPERLINK(\"http://x.example\",\"Sở\")",
        "<script>alert(1)</script>",
        "=cmd|'/C calc'!A0",
        "{DDEAUTO c:\\\\x}",
    ] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains(['\u{202e}', '\0', '\u{b}']));
}

#[test]
fn every_report_renders_and_says_what_is_the_case() {
    let said = |report: &Report| {
        let document = document(report, Lang::VI);
        #[cfg(feature = "pdf")]
        assert!(
            crate::distribution::pdf::report::report(&Default::default(), &document)
                .unwrap()
                .starts_with(b"%PDF-")
        );
        Read::of(&report::docx(&document).unwrap()).text()
    };
    let divided = said(&fixture::divided());
    assert!(divided.contains("Kết quả theo lĩnh vực thủ tục") && divided.contains("Hộ tịch, chứng thực"));
    assert!(divided.contains("Kết quả theo quầy – Sở Nội vụ"), "few counters stand in the document");
    let mut none = fixture::closed_until_end();
    none.responses.valid = 0;
    none.notes.clear();
    assert!(said(&none).contains("Chưa có phiếu trả lời hợp lệ nào"));
    none.units.clear();
    assert!(said(&none).contains("Chưa có phiếu trả lời hợp lệ nào"));
    none.responses.valid = 1;
    assert!(said(&none).contains("có dưới 10 phiếu trả lời"));
    assert!(said(&fixture::closed_until_end()).contains("sau khi đợt khảo sát kết thúc"));
    // A dimension that nobody was asked.
    let mut unasked = fixture::nasty();
    let nobody = Estimate { n: Some(0), publish: Publish::Publish, ..Estimate::default() };
    unasked.total.index = nobody.clone();
    unasked.total.dimensions[4].estimate = nobody.clone();
    for criterion in &mut unasked.total.dimensions[4].criteria {
        criterion.estimate = nobody.clone();
    }
    assert!(said(&unasked).contains("Chưa tính được chỉ số"));
    // All satisfied.
    let mut all = fixture::two_parts();
    let best =
        Estimate { estimate: Some(1.0), lower: Some(0.97), upper: Some(1.0), ..all.total.index.clone() };
    for dimension in &mut all.total.dimensions {
        for criterion in &mut dimension.criteria {
            criterion.estimate =
                Estimate { decision: Some(crate::index::report::Decision::Met), ..best.clone() };
        }
    }
    let text = said(&all);
    assert!(text.contains("Không có tiêu chí nào dưới mục tiêu 90\u{a0}%"), "{text}");
    // One unit; rotated modules.
    assert!(said(&report::of_unit(&fixture::rotated(), "snv").unwrap()).contains("của Sở Nội vụ"));
}

#[test]
fn rows_are_whole_and_what_belongs_together_stays_on_a_page() {
    let files = parts(&report::docx(&document(&fixture::report(), Lang::VI)).unwrap());
    let text = String::from_utf8(files["word/document.xml"].clone()).unwrap();
    let (body, _) = text.split_once("Nơi nhận").unwrap();
    let rows: Vec<&str> = body.split("<w:tr>").skip(1).collect();
    // The head and the signature are tables, too, of a row each that nothing has to keep.
    let whole = rows.iter().filter(|row| row.contains("<w:cantSplit/>")).count();
    assert!(whole + 2 >= rows.len() && whole > 20, "{whole} of {}", rows.len());
    // The last table's words, and the paragraph below it, go with the signature.
    let (_, below) = body.rsplit_once("</w:tbl>").unwrap();
    assert!(below.starts_with("<w:p><w:pPr><w:pStyle w:val=\"TableNote\"/><w:keepNext/>"), "{below}");
    // So does the empty line between them.
    assert!(below.contains("<w:pStyle w:val=\"HeadAbove\"/><w:keepNext/>"), "{below}");
    for caption in body.split("<w:pStyle w:val=\"Caption\"/>").skip(1) {
        let next = caption.split_once("</w:p>").unwrap().1;
        assert!(next.starts_with("<w:tbl>"), "a caption leads to its table");
    }
}

/// A report whose fifth dimension nobody was asked, without weights.
fn unasked() -> Report {
    let mut report = fixture::report();
    let nobody = || Estimate { n: Some(0), publish: Publish::Publish, ..Estimate::default() };
    let results =
        std::iter::once(&mut report.total).chain(report.units.iter_mut().map(|unit| &mut unit.result));
    for result in results {
        let dimension = &mut result.dimensions[4];
        dimension.estimate = nobody();
        for criterion in &mut dimension.criteria {
            criterion.counts.clear();
            (criterion.asked, criterion.estimate, criterion.mean) = (Some(0), nobody(), nobody());
        }
    }
    for (code, words) in [
        ("not_asked", "Không ai được hỏi về “Phản ánh”"),
        ("unweighted", "Kết quả không gia quyền: 1 đơn vị"),
    ] {
        report.notes.push(Note {
            code: code.to_owned(),
            unit: None,
            text: [("vi".to_owned(), words.to_owned()), ("en".to_owned(), words.to_owned())].into(),
        });
    }
    report
}

#[test]
fn what_nobody_was_asked_and_what_has_no_weights_is_said_in_every_file() {
    let report = unasked();
    let document = document(&report, Lang::VI);
    let first =
        |wanted: &str| document.summary.iter().any(|runs| runs.iter().any(|run| run.text.contains(wanted)));
    assert!(first("không gia quyền: 1 đơn vị") && first("Không ai được hỏi về"), "on the first page");
    let row = |blocks: &[Block], name: &str| -> Vec<String> {
        let tables = blocks.iter().filter_map(|block| match block {
            Block::Table(table) => Some(&table.rows),
            _ => None,
        });
        tables.flatten().find(|row| row.cells[0] == name).map(|row| row.cells.clone()).unwrap_or_default()
    };
    let name = &report.total.dimensions[4].name;
    let told = row(&document.body, name);
    assert_eq!(told.last().map(String::as_str), Some("không ai được hỏi"), "{told:?}");
    let text = Read::of(&report::docx(&document).unwrap()).text();
    let page = html::page(&report, Lang::VI).into_string();
    for said in [&text, &page] {
        for part in
            ["không ai được hỏi", "Kết quả không gia quyền: 1 đơn vị", "Không ai được hỏi về “Phản ánh”"]
        {
            assert!(said.contains(part), "{part}");
        }
    }
    // Of the criteria that nobody was asked none is called hidden: in CSV, and in the workbook's cells.
    let csv = String::from_utf8(report::csv(&report, Lang::VI)).unwrap();
    let criterion = &report.total.dimensions[4].criteria[2];
    let lines: Vec<&str> = csv.lines().filter(|line| line.contains(&format!(",{},", criterion.id))).collect();
    assert!(lines.len() > 1 && lines.iter().all(|line| line.contains("không ai được hỏi")), "{lines:?}");
    assert!(csv.contains("lưu ý,unweighted,Kết quả không gia quyền"));
    for said in [&text, &page] {
        assert!(!said.contains("mẫu counter") && said.contains("Ý kiến của Ông/Bà về lần làm thủ tục này"));
    }
}

#[test]
fn many_units_stand_in_the_annex_and_the_lowest_in_the_text() {
    let mut report = fixture::report();
    let unit = report.units[5].clone();
    for number in 0..700_u32 {
        let mut unit = unit.clone();
        unit.code = format!("x-{number}");
        unit.name = format!("UBND xã số {number}");
        let share = 0.6 + f64::from(number) / 2_000.0;
        unit.result.index.estimate = Some(share);
        report.units.push(unit);
    }
    let document = document(&report, Lang::VI);
    let tables = |blocks: &[Block]| -> Vec<usize> {
        blocks
            .iter()
            .filter_map(|block| if let Block::Table(table) = block { Some(table.rows.len()) } else { None })
            .collect()
    };
    assert!(tables(&document.body).into_iter().all(|rows| rows <= 40), "{:?}", tables(&document.body));
    assert_eq!(tables(&document.annexes[0].blocks), [report.units.len()]);
    let read = Read::of(&report::docx(&document).unwrap());
    // In the text, the annex and the matrix; the highest not in the text.
    assert_eq!(read.rows_named("UBND xã số 0").len(), 3);
    assert_eq!(read.rows_named("UBND xã số 699").len(), 2);
}

#[test]
fn the_same_report_gives_the_same_bytes_in_every_format() {
    let make = |report: &Report| {
        let document = document(report, Lang::VI);
        let mut files = vec![
            report::docx(&document).unwrap(),
            report::xlsx(report, Lang::VI).unwrap(),
            html::page(report, Lang::VI).into_string().into_bytes(),
            report::csv(report, Lang::VI),
            report::json(report).into_bytes(),
        ];
        #[cfg(feature = "pdf")]
        files.push(crate::distribution::pdf::report::report(&Default::default(), &document).unwrap());
        files
    };
    let report = fixture::report();
    assert!(make(&report) == make(&report));
    // What differs with the moment is the moment alone.
    let later = Report { generated_at: "2027-02-01T00:00:00Z".to_owned(), ..report.clone() };
    let (one, other) = (Read::of(&docx(&report, Lang::VI)), Read::of(&docx(&later, Lang::VI)));
    let differ = one.paragraphs.iter().zip(&other.paragraphs).filter(|(a, b)| a != b).count();
    assert_eq!((one.paragraphs.len(), differ), (other.paragraphs.len(), 1));
}
