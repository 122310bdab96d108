//! The page: what it says, what it never shows, and the rules of HTML that it keeps.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

use super::{files::numbers, fixture};
use crate::{
    index::report::{
        Change, DimensionDriver, Drivers, Estimate, Publish, Quadrant, RankedUnit, Ranking, Report, Unchanged,
    },
    language::Lang,
    report::{self, divided, html::page},
};

fn shown(report: &Report, lang: Lang) -> (String, Html) {
    let text = page(report, lang).into_string();
    let parsed = Html::parse_document(&text);
    assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
    (text, parsed)
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).unwrap()).collect()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(page: &Html, selector: &str) -> String {
    all(page, selector).into_iter().map(words).collect::<Vec<_>>().join(" | ")
}

#[test]
fn the_headline_says_index_interval_target_decision_and_answers() {
    let (_, page) = shown(&fixture::report(), Lang::VI);
    assert_eq!(text_of(&page, "h1"), "Khảo sát mức độ hài lòng quý IV năm 2026");
    assert_eq!(text_of(&page, ".whose"), "UBND tỉnh Bình Định");
    let headline = text_of(&page, ".headline");
    let index = fixture::report().total.index;
    for said in [
        report::format::percent(Lang::VI, index.estimate.unwrap()).replace('\u{a0}', " ").as_str(),
        report::format::interval(Lang::VI, (index.lower.unwrap(), index.upper.unwrap()))
            .replace('\u{a0}', " ")
            .as_str(),
        "Khoảng tin cậy 95 %",
        "từ 90 % trở lên",
        "Chưa đạt",
        "3.346 / 3.950 phiếu dự kiến",
        "82.360",
    ] {
        assert!(headline.contains(said), "{said}: {headline}");
    }
    assert!(all(&page, ".demo, .interim").is_empty());
}

#[test]
fn the_headline_names_the_two_criteria_that_hold_the_index_back_most_with_who_leads() {
    let report = fixture::report();
    let (_, page) = shown(&report, Lang::VI);
    let named = all(&page, ".headline .worst li");
    assert_eq!(named.len(), 2);
    for (drag, item) in report::drag::heaviest(&report).iter().zip(named) {
        let said = words(item);
        let (_, criterion) = drag.item;
        let lead = &criterion.responsible.as_ref().unwrap().lead[0];
        let points = report::format::points(Lang::VI, -drag.points);
        assert!(said.contains(&criterion.name) && said.contains(lead) && said.contains(&points), "{said}");
    }
    // Nothing is below the target: nothing is named.
    let mut report = report;
    report.target = 0.01;
    assert!(all(&shown(&report, Lang::VI).1, ".worst").is_empty());
}

#[test]
fn importance_and_result_of_the_dimensions_stand_in_a_drawing_and_in_words() {
    let mut report = fixture::report();
    assert!(all(&shown(&report, Lang::VI).1, ".drivers").is_empty());
    let driver = |at: usize, importance, performance, quadrant| DimensionDriver {
        id: report.total.dimensions[at].id.clone(),
        lmg: Some(0.1),
        johnson: 0.1,
        importance,
        performance: Some(performance),
        quadrant: Some(quadrant),
    };
    report.total.drivers = Drivers {
        r2: Some(0.5),
        n: Some(900),
        importance_cut: Some(0.5),
        performance_cut: Some(0.9),
        dimensions: vec![
            driver(0, 0.3, 0.95, Quadrant::Maintain),
            driver(1, 0.7, 0.8, Quadrant::ImproveFirst),
        ],
        left_out: vec![report.total.dimensions[2].id.clone()],
        ..Drivers::default()
    };
    let (_, page) = shown(&report, Lang::VI);
    let rows: Vec<String> = all(&page, ".drivers tbody tr").into_iter().map(words).collect();
    // The most important first; its number is that in the drawing.
    assert!(rows[0].starts_with("1 ") && rows[0].contains(&report.total.dimensions[1].name), "{rows:?}");
    assert!(rows[0].ends_with("Cải thiện trước") && rows[1].ends_with("Cải thiện tiếp"), "{rows:?}");
    assert_eq!(all(&page, ".quadrants circle").len(), 2);
    assert_eq!(all(&page, ".quadrants circle.urgent").len(), 1);
    assert!(text_of(&page, ".drivers").contains(&report.total.dimensions[2].name));
}

#[test]
fn a_demonstration_and_interim_figures_say_what_they_are() {
    let mut report = fixture::report();
    report.campaign.demonstration = true;
    report.campaign.status = crate::organisation::Phase::Open;
    let (_, page) = shown(&report, Lang::VI);
    assert!(text_of(&page, ".demo").starts_with("SỐ LIỆU TRÌNH DIỄN."));
    assert!(text_of(&page, ".interim").contains("09:14 ngày 05/01/2027 (UTC+7)"));
}

#[test]
fn criteria_stand_worst_first_with_who_is_responsible_for_those_that_fall_short() {
    let (_, page) = shown(&fixture::report(), Lang::VI);
    let rows = all(&page, "table[role=table] tbody tr");
    assert!(!rows.is_empty());
    let section = all(&page, "section[aria-labelledby=criteria]")[0];
    let names: Vec<String> = section.select(&Selector::parse("tbody th").unwrap()).map(words).collect();
    assert_eq!(names.len(), 16);
    assert!(names[0].starts_with("Trả lời kịp thời"), "{names:?}");
    assert!(names[15].starts_with("Phí, lệ phí đúng quy định"), "{names:?}");
    let groups = all(&page, ".group");
    let first = words(groups[0]);
    for said in ["Mục 3.5.1 của kế hoạch", "Theo dõi", "Văn phòng UBND tỉnh", "Trả lời kịp thời"]
    {
        assert!(first.contains(said), "{said}: {first}");
    }
    let short: usize = groups.iter().map(|group| group.select(&Selector::parse("li").unwrap()).count()).sum();
    let not_met = section.select(&Selector::parse(".chip.not-met").unwrap()).count();
    assert_eq!(short, not_met);
}

#[test]
fn ranks_stand_with_their_range_and_changes_with_their_sign() {
    let mut report = fixture::report();
    let (plain, _) = shown(&report, Lang::VI);
    assert!(!plain.contains("Thứ hạng") && !plain.contains("Thay đổi"));
    let ranked = |code: &str, rank, rank_lo, rank_hi| RankedUnit {
        code: code.to_owned(),
        estimate: 0.9,
        se: 0.01,
        rank,
        rank_lo,
        rank_hi,
    };
    report.rankings = vec![Ranking {
        kind: "district".to_owned(),
        parent: None,
        alpha: 0.05,
        compared: 3,
        units: vec![ranked("an", 1, 1, 1), ranked("hn", 2, 2, 3)],
        not_ranked: Vec::new(),
    }];
    report.previous = Some(report.campaign.clone());
    let of = |change, significant| {
        Some(Change { change: Some(change), significant: Some(significant), ..Change::default() })
    };
    for unit in &mut report.units {
        match unit.code.as_str() {
            "an" => unit.result.index.change = of(0.0125, true),
            "hn" => unit.result.index.change = of(-0.004, false),
            _ => {}
        }
    }
    let (_, page) = shown(&report, Lang::VI);
    let row = |name: &str| {
        let rows = all(&page, "section[aria-labelledby=units] tbody tr");
        let text = |row: &ElementRef<'_>| row.text().collect::<String>();
        rows.iter().map(text).find(|text| text.starts_with(name)).unwrap()
    };
    // In the list by result: each with its dot, its rank and the ranks that the data cannot rule out.
    let dots: Vec<String> = all(&page, ".dots tbody tr").into_iter().map(words).collect();
    assert_eq!((dots.len(), all(&page, ".dots svg.dot circle").len()), (2, 2));
    assert!(dots[0].starts_with("UBND thị xã An Nhơn189,76") && !dots[0].contains(" đến "), "{dots:?}");
    assert!(dots[1].starts_with("UBND thị xã Hoài Nhơn22 đến 384,96"), "{dots:?}");
    assert!(text_of(&page, ".dots caption").contains("3 đơn vị: cấp huyện"));
    let an = row("UBND thị xã An Nhơn");
    assert!(an.contains("1/3") && an.contains("+1,25") && an.contains("(rõ rệt)"), "{an}");
    let hn = row("UBND thị xã Hoài Nhơn");
    assert!(hn.contains("2/3 (2 đến 3)") && hn.contains("−0,40") && !hn.contains("rõ rệt"), "{hn}");
}

#[test]
fn units_stand_in_the_order_of_the_tree_with_their_decision_in_words() {
    let report = fixture::report();
    let (_, page) = shown(&report, Lang::VI);
    let section = all(&page, "section[aria-labelledby=units]")[0];
    let rows: Vec<_> = section.select(&Selector::parse("tbody tr").unwrap()).collect();
    assert_eq!(rows.len(), report.units.len());
    for (row, unit) in rows.iter().zip(&report.units) {
        let said = words(*row);
        assert!(said.starts_with(&unit.name), "{said}");
        if unit.result.index.publish == Publish::Suppress {
            assert!(said.contains("Không công bố") && !said.contains('%'), "{said}");
        } else {
            assert!(
                ["Đạt", "Chưa đạt", "Chưa đủ căn cứ kết luận"].iter().any(|word| said.contains(word)),
                "{said}"
            );
        }
        assert_eq!(said.contains("Thận trọng"), unit.result.index.publish == Publish::Caution, "{said}");
    }
    assert!(words(section).contains("Dấu – : không công bố"));
    let folded = all(&page, "details");
    let open = report.units.iter().filter(|unit| unit.result.dimensions[0].estimate.estimate.is_some());
    assert_eq!(folded.len(), open.count());
}

#[test]
fn who_hears_the_dashes_of_a_unit_that_nobody_answered_for_hears_that() {
    let mut report = fixture::report();
    let unit = report.units.iter_mut().find(|unit| unit.code == "vc").unwrap();
    assert_eq!(unit.result.index, Estimate::default());
    unit.result.responses = Some(0);
    let name = unit.name.clone();
    let (_, page) = shown(&report, Lang::VI);
    let rows = all(&page, "section[aria-labelledby=units] tbody tr").into_iter().map(words);
    let row = rows.into_iter().find(|row| row.starts_with(&name)).unwrap();
    assert!(row.contains("–Chưa có phiếu") && !row.contains("Không công bố"), "{row}");
}

#[test]
fn page_and_document_give_the_same_reason_for_no_index() {
    let mut none = fixture::closed_until_end();
    let mut same = |reason: &str, change: fn(&mut Report)| {
        change(&mut none);
        let headline = text_of(&shown(&none, Lang::VI).1, ".headline");
        assert!(headline.contains(reason), "{headline}");
        let why = report::words::why_no_index(&none, Lang::VI);
        assert_eq!(why.replace('\u{a0}', " "), reason);
    };
    let closed = fixture::closed_until_end().notes[0].text["vi"].clone();
    same(&closed, |_| ());
    same("Chưa có phiếu trả lời hợp lệ nào, nên chưa có kết quả.", |report| {
        report.notes.clear();
        report.responses.valid = 0;
    });
    same(
        "Chưa công bố kết quả, vì có dưới 10 phiếu trả lời hoặc vì từ đó có thể suy ra nhóm có quá ít phiếu.",
        |report| report.responses.valid = 7,
    );
}

#[test]
fn d_01_no_page_shows_a_figure_of_a_suppressed_cell_even_where_the_data_holds_one() {
    let mut report = fixture::report();
    // The index module leaves nothing in a suppressed cell; the page does not count on it.
    report.total.index.publish = Publish::Suppress;
    report.total.index.estimate = Some(0.123_45);
    report.total.index.lower = Some(0.111_11);
    report.total.index.upper = Some(0.133_33);
    let criterion = &mut report.total.dimensions[0].criteria[0];
    criterion.estimate.publish = Publish::Suppress;
    criterion.estimate.n = Some(7_654);
    criterion.mean.estimate = Some(3.21);
    criterion.counts.insert("5".to_owned(), 7_653);
    for lang in Lang::ALL {
        let (text, _) = shown(&report, lang);
        for figure in
            ["12,3", "12.3", "11,11", "11.11", "13,33", "13.33", "7.654", "7,654", "7654", "3,21", "3.21"]
        {
            assert!(!text.contains(figure), "{figure} in the page");
        }
        let csv = String::from_utf8(report::csv(&report, lang)).unwrap();
        for figure in [",0.12345,", ",0.11111,", ",0.13333,", ",7654,", ",7653,", ",3.21,"] {
            assert!(!csv.contains(figure), "{figure} in CSV");
        }
        let numbers = numbers(&report, lang);
        for figure in [0.123_45, 0.111_11, 0.133_33, 7_654.0, 7_653.0, 3.21] {
            assert!(!numbers.contains(&figure), "{figure} in XLSX");
        }
    }
}

#[test]
fn b_07_a_campaign_of_personal_links_shows_why_there_are_no_figures_yet() {
    let (text, page) = shown(&fixture::closed_until_end(), Lang::VI);
    let headline = text_of(&page, ".headline");
    assert!(
        headline.contains("Không công bố") && headline.contains("sau khi đợt khảo sát kết thúc"),
        "{headline}"
    );
    assert!(all(&page, "svg, details, #dimensions, #criteria, #units, .tally").is_empty());
    assert!(!text.contains("Số liệu tạm thời"));
}

#[test]
fn h_01_names_come_back_escaped_in_the_page() {
    for lang in Lang::ALL {
        let (text, page) = shown(&fixture::nasty(), lang);
        assert!(all(&page, "script").is_empty());
        assert!(!text.contains("<script") && !text.contains("<b>&amp;</b>"), "raw markup");
        assert_eq!(text_of(&page, "h1"), fixture::NASTY[3]);
        let units = text_of(&page, "section[aria-labelledby=units] tbody th");
        for name in fixture::NASTY {
            assert!(units.contains(name), "{name}");
        }
    }
}

#[test]
fn h_16_drawings_are_images_with_a_title_and_a_description() {
    let (_, page) = shown(&fixture::nasty(), Lang::VI);
    let drawings = all(&page, "svg");
    assert!(drawings.len() > 20);
    for svg in drawings {
        if svg.attr("aria-hidden") == Some("true") {
            continue;
        }
        assert_eq!(svg.attr("role"), Some("img"));
        for id in svg.attr("aria-labelledby").unwrap().split(' ') {
            let named = all(&page, &format!("[id='{id}']"));
            assert_eq!(named.len(), 1, "{id}");
            assert!(!words(named[0]).is_empty(), "{id}");
        }
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere_and_passes_a_strict_policy() {
    let reports = [
        fixture::report(),
        fixture::two_parts(),
        fixture::nasty(),
        fixture::closed_until_end(),
        fixture::divided(),
    ];
    for report in reports {
        let (text, page) = shown(&report, Lang::VI);
        assert!(all(&page, "script, iframe, object, embed, img, link").is_empty());
        for element in all(&page, "*") {
            for (name, value) in element.value().attrs() {
                assert!(name != "style" && !name.starts_with("on"), "{name}={value}");
                let leads = ["href", "src", "action", "xlink:href"].contains(&name);
                assert!(!leads || value.starts_with('#'), "{name}={value}");
            }
        }
        assert!(!text.contains("url(") && !text.contains("@import"));
        assert_eq!(all(&page, "style").len(), 1);
    }
    assert!(!report::html::STYLES.contains("</"));
}

#[test]
fn headings_go_down_in_order_and_every_table_has_caption_and_headings() {
    for report in [fixture::report(), fixture::two_parts(), fixture::closed_until_end(), fixture::divided()] {
        for lang in Lang::ALL {
            let (_, page) = shown(&report, lang);
            assert_eq!(all(&page, "html")[0].attr("lang"), Some(lang.code()));
            let mut before = 0;
            for heading in all(&page, "h1, h2, h3, h4, h5, h6") {
                let level: u32 = heading.value().name()[1..].parse().unwrap();
                assert!(level <= before + 1, "{} after h{before}", heading.html());
                before = level;
            }
            assert_eq!(all(&page, "h1").len(), 1);
            for table in all(&page, "table") {
                let caption: Vec<_> = table.select(&Selector::parse("caption").unwrap()).collect();
                assert_eq!(caption.len(), 1);
                assert!(!words(caption[0]).is_empty());
                for heading in table.select(&Selector::parse("th").unwrap()) {
                    let scope = heading.attr("scope");
                    assert!(
                        [Some("col"), Some("row"), Some("rowgroup")].contains(&scope),
                        "{}",
                        heading.html()
                    );
                    assert!(!words(heading).is_empty(), "{}", heading.html());
                }
            }
            let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
            assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "ids are unique");
            for link in all(&page, "a[href^='#']") {
                let target = link.attr("href").unwrap().trim_start_matches('#');
                assert!(ids.contains(&target), "{target}");
            }
        }
    }
}

#[test]
fn in_english_the_words_are_english_and_names_say_that_they_are_vietnamese() {
    let (_, page) = shown(&fixture::report(), Lang::EN);
    let headline = text_of(&page, ".headline");
    assert!(headline.contains("Not met") && headline.contains("90% or more"), "{headline}");
    let unit = all(&page, "section[aria-labelledby=units] tbody th span[lang=vi]");
    assert_eq!(unit.len(), fixture::report().units.len());
}

#[test]
fn parts_stand_before_their_dimensions() {
    let (_, page) = shown(&fixture::two_parts(), Lang::VI);
    let section = all(&page, "section[aria-labelledby=dimensions]")[0];
    let rows: Vec<String> = section.select(&Selector::parse("tbody th").unwrap()).map(words).collect();
    assert_eq!(rows.len(), 9);
    assert!(rows[0].starts_with("Xây dựng, tổ chức thực hiện chính sách"), "{rows:?}");
    assert!(rows[1].starts_with("Trách nhiệm giải trình"), "{rows:?}");
    assert!(rows[3].starts_with("Cung ứng dịch vụ hành chính công"), "{rows:?}");
}

#[test]
fn a_report_of_one_unit_is_headed_by_its_name() {
    let cut = report::of_unit(&fixture::report(), "qn").unwrap();
    let (_, page) = shown(&cut, Lang::VI);
    assert_eq!(text_of(&page, ".whose"), "UBND thành phố Quy Nhơn");
    assert!(text_of(&page, ".headline").contains("1.056 / 1.050 phiếu dự kiến"));
    assert!(text_of(&page, ".notes").contains("chỉ gồm UBND thành phố Quy Nhơn"));
    assert!(text_of(&page, ".notes").contains("không phải mẫu chọn ngẫu nhiên"), "still no random sample");
    let leaf = report::of_unit(&fixture::report(), "snv").unwrap();
    let (_, page) = shown(&leaf, Lang::VI);
    assert!(all(&page, "#units, details").is_empty(), "a unit without units below has no table of units");
}

#[test]
fn a_rotated_report_shows_how_many_were_asked_each_module_beside_its_probability() {
    let (text, page) = shown(&fixture::rotated(), Lang::VI);
    let table = text_of(&page, ".how table + table");
    assert!(table.contains("mỗi người được hỏi 2 trong 3 mô-đun") && table.contains("p = 0,419"), "{table}");
    assert!(table.contains("Mô-đun thủ tục") && table.contains("412"), "{table}");
    assert!(table.contains("66,67"), "{table}");
    assert!(!text.contains("quả <b>"), "names come back escaped");
}

#[test]
fn fields_channels_and_counters_stand_with_their_weakest_criterion_and_a_hidden_one_has_no_figure() {
    let report = fixture::divided();
    let (_, page) = shown(&report, Lang::VI);
    let tables = all(&page, "table.divided");
    let captions: Vec<String> = all(&page, "table.divided caption").into_iter().map(words).collect();
    assert_eq!(
        captions,
        ["Kết quả theo lĩnh vực thủ tục", "Kết quả theo kênh trả lời", "Kết quả theo quầy – Sở Nội vụ"]
    );
    let row = Selector::parse("tbody tr").unwrap();
    let fields: Vec<String> = tables[0].select(&row).map(words).collect();
    let weakest = divided::weakest(&report.breakdowns[0].categories[0]).unwrap();
    assert!(fields[0].contains(&format!("Thấp nhất: {}", weakest.name)), "{}", fields[0]);
    // In tenths of a percentage point, as they were given.
    let one_decimal = |text: &str| !text.split('%').any(has_hundredths);
    assert!(fields[0].contains(" %") || fields[0].contains("\u{a0}%"));
    assert!(fields.iter().all(|field| one_decimal(field)), "{fields:?}");
    assert!(fields[0].contains("612 phiếu") && fields[1].contains("=Đất đai <b>"), "{fields:?}");
    assert!(fields[2].contains("Không công bố") && !fields[2].contains('%'), "{}", fields[2]);
    assert!(text_of(&page, "table.divided").contains("Phiếu giấy"), "a channel has its name");
    // In a file each is opened in place; at an address of ours it has a page.
    assert!(all(&page, "[id='divided'] ~ .each details").len() >= 2);
    let ways = report::html::Ways { category: Some("/r?lang=vi".to_owned()), ..Default::default() };
    let text = report::html::content(&report, &ways, Lang::VI).into_string();
    assert!(text.contains("/r?lang=vi&amp;by=field&amp;category=civil"));
    assert!(text.contains("/r?lang=vi&amp;unit=snv&amp;by=counter&amp;category=q-1"));
}

/// Whether a text ends with a number of two decimals.
fn has_hundredths(text: &str) -> bool {
    let number = text.trim_end().rsplit(|c: char| !c.is_ascii_digit() && c != ',').next().unwrap_or_default();
    number.rsplit_once(',').is_some_and(|(_, decimals)| decimals.len() > 1)
}

#[test]
fn the_report_on_a_category_gives_no_figure_that_it_has_not_and_speaks_of_no_units() {
    let whole = fixture::divided();
    let report = divided::of_category(&whole, "field", "civil").unwrap();
    let issuer = report::document::Issuer::default();
    let document = report::document::compose(&report, &issuer, Lang::VI);
    let docx = super::document::Read::of(&report::docx(&document).unwrap()).text();
    let (_, page) = shown(&report, Lang::VI);
    let figures = ["Chỉ số hài lòng: ", "Lĩnh vực thủ tục: Hộ tịch, chứng thực"];
    assert!(figures.iter().all(|words| docx.contains(words)), "{docx}");
    for text in [text_of(&page, ".headline"), text_of(&page, "section[aria-labelledby=criteria]")] {
        assert!(!text.split('%').any(has_hundredths), "{text}");
    }
    // Of what is rounded itself; shares of weights keep theirs.
    let index = report::words::figure(Lang::VI, &report.total.index).unwrap();
    assert!(docx.contains(&index) && !has_hundredths(index.trim_end_matches('%')), "{index}");
    for text in [docx, page.root_element().text().collect()] {
        assert!(!text.contains("các đơn vị trực thuộc"), "{text}");
        assert!(text.contains("chỉ về Lĩnh vực thủ tục: Hộ tịch, chứng thực"), "{text}");
    }
}

#[test]
fn what_is_not_compared_says_why_in_every_file() {
    let mut report = fixture::report();
    report.previous = Some(report.campaign.clone());
    let of = |reason| Some(Change { reason: Some(reason), ..Change::default() });
    report.total.index.change = of(Unchanged::NotComparable);
    report.total.dimensions[0].estimate.change = of(Unchanged::NotAsked);
    for unit in &mut report.units {
        unit.result.index.change = of(Unchanged::NoUnit);
    }
    let issuer = report::document::Issuer::default();
    let document = report::document::compose(&report, &issuer, Lang::VI);
    let docx = super::document::Read::of(&report::docx(&document).unwrap()).text();
    let title = &report.campaign.title;
    let whole = format!("Không so sánh được với đợt “{title}”: cách hỏi hoặc cách tính khác.");
    assert!(docx.contains(&whole), "{docx}");
    let of = format!("{} (đợt trước không hỏi).", report.total.dimensions[0].name);
    assert!(docx.contains(&of), "{docx}");
    let (_, page) = shown(&report, Lang::VI);
    let facts = text_of(&page, ".facts");
    assert!(facts.contains("không so sánh được (cách hỏi hoặc cách tính khác)"), "{facts}");
    let units = text_of(&page, "section[aria-labelledby=units]");
    assert!(
        docx.contains("đợt trước không có đơn vị này") && units.contains("đợt trước không có đơn vị này")
    );
}

#[test]
fn the_report_on_a_category_is_headed_by_it_and_names_who_is_responsible() {
    let whole = fixture::divided();
    let report = divided::of_category(&whole, "field", "civil").unwrap();
    let (_, page) = shown(&report, Lang::VI);
    assert_eq!(text_of(&page, ".whose"), "Lĩnh vực thủ tục: Hộ tịch, chứng thực");
    assert!(text_of(&page, ".notes").contains("chỉ về Lĩnh vực thủ tục: Hộ tịch, chứng thực"));
    assert_eq!(report.total.index, whole.breakdowns[0].categories[0].result.index);
    let leads = |report: &Report| report.total.dimensions[0].criteria[0].responsible.clone();
    assert!(leads(&report).is_some() && leads(&report) == leads(&whole));
    let counter = divided::of_category(&whole, "counter", "q-1").unwrap();
    assert!(counter.units[0].name.ends_with("1, Sở Nội vụ"), "{}", counter.units[0].name);
    assert!(divided::of_category(&whole, "field", "none").is_none());
    // An officer's report has the counters of the own unit, and nothing that tells of others.
    let cut = report::of_unit(&whole, "snv").unwrap();
    assert_eq!(cut.breakdowns, whole.breakdowns[2..]);
    assert!(report::of_unit(&whole, "qn").unwrap().breakdowns.is_empty());
}

/// `SIPAS_LOOK=folder cargo test --lib look -- --ignored` writes the pages of the fixtures, to be looked at.
#[test]
#[ignore = "writes files to look at"]
fn look() {
    let folder = std::path::PathBuf::from(std::env::var_os("SIPAS_LOOK").expect("SIPAS_LOOK names a folder"));
    let mut demonstration = fixture::report();
    demonstration.campaign.demonstration = true;
    demonstration.campaign.status = crate::organisation::Phase::Open;
    for (name, report, lang) in [
        ("report", fixture::report(), Lang::VI),
        ("two-parts", fixture::two_parts(), Lang::VI),
        ("demonstration-en", demonstration, Lang::EN),
        ("unit", report::of_unit(&fixture::report(), "qn").unwrap(), Lang::VI),
        ("rotated", fixture::rotated(), Lang::VI),
        ("divided", fixture::divided(), Lang::VI),
        ("closed", fixture::closed_until_end(), Lang::VI),
        ("nasty", fixture::nasty(), Lang::VI),
    ] {
        std::fs::write(folder.join(format!("{name}.html")), page(&report, lang).into_string()).unwrap();
        std::fs::write(folder.join(format!("{name}.xlsx")), report::xlsx(&report, lang).unwrap()).unwrap();
    }
}
