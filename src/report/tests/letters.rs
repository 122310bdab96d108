//! The letters to bodies: what they say, and that each stays on its page.

use super::{document::Read, fixture};
use crate::{
    index::report::{CriterionResult, Decision, Estimate, Publish, Report, Responsible, UnitResult},
    language::Lang,
    organisation::Phase,
    report::{
        self,
        document::{
            Block, Issuer, Letter,
            letter::{NoLetters, letters, page},
        },
        format, scope, shown,
    },
};

fn every(report: &Report, lang: Lang) -> Vec<Letter> {
    letters(report, &Issuer::of(report, "Sở Nội vụ tỉnh Bình Định"), lang).unwrap()
}

fn is_to_unit(letter: &Letter) -> bool {
    letter.code.starts_with("don-vi-")
}

/// Those to bodies.
fn written(report: &Report, lang: Lang) -> Vec<Letter> {
    every(report, lang).into_iter().filter(|letter| !is_to_unit(letter)).collect()
}

#[test]
fn each_unit_that_does_not_reach_the_target_gets_a_letter_with_its_own_figures() {
    let mut report = fixture::report();
    // Of a name that is a formula elsewhere, and codes that differ by case alone.
    report.units[3].code = "X".to_owned();
    report.units[4].code = "x".to_owned();
    let failing: Vec<UnitResult> = scope::side_by_side(&report)
        .into_iter()
        .filter(|unit| shown::decision(&unit.result.index) == Some(Decision::NotMet))
        .cloned()
        .collect();
    let all: Vec<Letter> = every(&report, Lang::VI).into_iter().filter(is_to_unit).collect();
    assert!(failing.len() > 1 && failing.len() < report.units.len() - 1);
    assert_eq!(all.len(), failing.len());
    let mut codes: Vec<&str> = all.iter().map(|letter| letter.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), all.len(), "files of their own");
    let mut last = 0.0;
    for letter in &all {
        let unit = failing.iter().find(|unit| letter.to == unit.name).unwrap();
        let figure = unit.result.index.estimate.unwrap();
        assert!(figure >= last, "the lowest first");
        last = figure;
        let text = said(letter);
        for words in [
            format::percent(Lang::VI, figure).as_str(),
            "chưa đạt",
            "tại quý đơn vị",
            "Đề nghị quý đơn vị rà soát nguyên nhân",
            "Thời hạn báo cáo kết quả: ",
            "Gửi kèm: ",
        ] {
            assert!(text.contains(words), "{words} is missing in\n{text}");
        }
        // Its own criteria with its own figures, all of those below the target told or counted.
        let below: Vec<_> = unit
            .result
            .dimensions
            .iter()
            .flat_map(|dimension| &dimension.criteria)
            .filter(|criterion| {
                shown::figure(&criterion.estimate).is_some_and(|figure| figure < report.target)
            })
            .collect();
        let named = |criterion: &&&CriterionResult| {
            let figure = format::percent(Lang::VI, criterion.estimate.estimate.unwrap());
            text.contains(&format!("{}: {figure}", criterion.name))
        };
        assert_eq!(below.iter().filter(named).count() + more(&text), below.len(), "{text}");
    }
    fits(&every(&report, Lang::VI));
    // Where nothing of the whole falls short a part of it may.
    for criterion in report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria) {
        (criterion.estimate.estimate, criterion.estimate.decision) = (Some(0.99), Some(Decision::Met));
    }
    assert!(every(&report, Lang::VI).iter().all(is_to_unit));
}

/// A letter as its DOCX tells it.
fn said(letter: &Letter) -> String {
    Read::of(&report::docx_letter(letter).unwrap()).text()
}

/// Every criterion with this decision, below the target.
fn all(report: &mut Report, decision: Decision) {
    for criterion in report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria) {
        criterion.estimate.estimate = Some(0.812_34);
        (criterion.estimate.lower, criterion.estimate.upper) = match decision {
            Decision::NotMet => (Some(0.801), Some(0.823)),
            _ => (Some(0.7), Some(0.91)),
        };
        criterion.estimate.decision = Some(decision);
        criterion.estimate.publish = Publish::Publish;
    }
}

#[test]
fn each_body_that_leads_or_monitors_gets_a_letter_with_its_figures_and_tasks() {
    let report = fixture::report();
    let all = written(&report, Lang::VI);
    let to: Vec<(&str, &str)> = all.iter().map(|letter| (letter.code.as_str(), letter.to.as_str())).collect();
    assert_eq!(
        to,
        [
            ("cac-co-quan-don-vi-dia-phuong", "Các cơ quan, đơn vị, địa phương"),
            ("van-phong-ubnd-tinh", "Văn phòng UBND tỉnh"),
            // Not to itself.
            ("so-noi-vu", "Các phòng, đơn vị thuộc Sở Nội vụ"),
        ]
    );
    let office = said(&all[1]);
    for words in [
        "Ủy ban nhân dân tỉnh\u{a0}Bình\u{a0}Định",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Số: ……/SNV-……",
        "V/v khắc phục các tiêu chí chưa đạt",
        "Kính gửi: Văn phòng UBND tỉnh",
        "Khảo sát mức độ hài lòng quý IV năm 2026",
        "mục tiêu từ 90\u{a0}% trở lên: chưa đạt",
        "theo dõi, mục\u{a0}3.5.1",
        "Giải quyết kịp thời toàn bộ phản ánh, kiến nghị về thủ tục hành chính thuộc thẩm quyền của tỉnh (mục\u{a0}3.5.1)",
        "theo dõi, đôn đốc các cơ quan chủ trì",
        "Thời hạn báo cáo kết quả: kỳ báo cáo quý I năm 2027, lồng ghép trong báo cáo công tác cải cách hành chính",
        "Gửi kèm: báo cáo kết quả đợt khảo sát nêu trên./.",
        "Nơi nhận:",
        "- Như trên;",
        "- Ủy ban nhân dân tỉnh\u{a0}Bình\u{a0}Định (để báo cáo);",
        "Giám đốc",
    ] {
        assert!(office.contains(words), "{words} is missing in\n{office}");
    }
    let index = &report.total.index;
    assert!(office.contains(&format::percent(Lang::VI, index.estimate.unwrap())));
    // What fell short for certain, and what did not, are told apart; what found no room is counted.
    let (certain, open) = office.split_once("Chưa đủ căn cứ kết luận, không coi là chưa đạt: ").unwrap();
    let mut told = [0, 0];
    let mut left = 0;
    for criterion in report.total.dimensions.iter().flat_map(|dimension| &dimension.criteria) {
        let estimate = &criterion.estimate;
        if estimate.estimate.unwrap() >= report.target
            || criterion.responsible.as_ref().unwrap().plan == "5.4"
        {
            assert!(!office.contains(&criterion.name), "{}", criterion.name);
            continue;
        }
        if !office.contains(&criterion.name) {
            left += 1;
            continue;
        }
        let figure = format!(
            "{}: {} ({})",
            criterion.name,
            format::percent(Lang::VI, estimate.estimate.unwrap()),
            format::interval(Lang::VI, (estimate.lower.unwrap(), estimate.upper.unwrap()))
        );
        let certainly = estimate.decision == Some(Decision::NotMet);
        told[usize::from(!certainly)] += 1;
        assert_eq!((certain.contains(&figure), open.contains(&figure)), (certainly, !certainly), "{figure}");
    }
    assert!(told[0] >= 4 && told[1] >= 2, "{told:?} in\n{office}");
    assert_eq!(more(&office), left, "{office}");
    let english = said(&written(&report, Lang::EN)[1]);
    assert!(
        english.contains("for the first quarter of 2027,")
            && english.contains("Enclosed: ")
            && english.contains("To: Văn phòng UBND tỉnh")
    );
}

#[test]
fn what_is_not_decided_is_no_shortfall() {
    let mut report = fixture::report();
    all(&mut report, Decision::Undecided);
    for letter in written(&report, Lang::VI) {
        let text = said(&letter);
        assert!(letter.about.contains("chưa đủ căn cứ kết luận"), "{}", letter.about);
        assert!(text.contains("Chưa có tiêu chí nào bị kết luận là chưa đạt"), "{text}");
        assert!(!text.contains("khắc phục") && !text.contains("rà soát nguyên nhân"), "{text}");
    }
    // A figure without any decision neither.
    for criterion in report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria) {
        criterion.estimate.decision = None;
    }
    assert!(said(&written(&report, Lang::VI)[0]).contains("Chưa có tiêu chí nào bị kết luận là chưa đạt"));
}

#[test]
fn whoever_only_supports_is_told_what_and_whom() {
    let mut report = fixture::report();
    all(&mut report, Decision::NotMet);
    for criterion in report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria) {
        let responsible = criterion.responsible.as_mut().unwrap();
        responsible.monitor.clear();
        responsible.support = vec!["Sở Tư pháp".to_owned()];
    }
    report.total.dimensions[0].criteria[0].responsible.as_mut().unwrap().support.push("Sở Y tế".to_owned());
    report.total.dimensions[0].criteria[1].responsible.as_mut().unwrap().lead.push("Sở Y tế".to_owned());
    let all = written(&report, Lang::VI);
    let to: Vec<&str> = all.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, ["Các cơ quan, đơn vị, địa phương", "Sở Y tế", "Sở Tư pháp"]);
    assert!(said(&all[1]).contains("phối hợp thực hiện 1 tiêu chí dưới mục tiêu khác"));
    let supports = said(&all[2]);
    for words in [
        "do quý cơ quan, đơn vị phối hợp thực hiện",
        "chủ trì là Các cơ quan, đơn vị, địa phương; Sở Y tế",
        "Việc cần làm theo Kế hoạch",
        "phối hợp với các cơ quan chủ trì thực hiện các việc trên",
        "Thời hạn báo cáo kết quả: ",
    ] {
        assert!(supports.contains(words), "{words} is missing in\n{supports}");
    }
    assert!(!supports.contains("rà soát nguyên nhân") && !supports.contains("Ngoài ra"), "{supports}");
    fits(&all);
    // Without anybody there is nothing to send.
    for criterion in report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria) {
        criterion.responsible = None;
    }
    report.units.clear();
    assert_eq!(letters(&report, &Issuer::default(), Lang::VI), Err(NoLetters::Nobody));
}

#[test]
fn d_01_hidden_figures_are_in_no_letter_and_open_campaigns_have_none() {
    let issuer = Issuer::default();
    assert_eq!(letters(&fixture::closed_until_end(), &issuer, Lang::VI), Err(NoLetters::NotClosed));
    let mut open = fixture::report();
    open.campaign.status = Phase::Open;
    assert_eq!(letters(&open, &issuer, Lang::VI), Err(NoLetters::NotClosed));
    let mut hidden = fixture::closed_until_end();
    hidden.campaign.status = Phase::Closed;
    assert_eq!(letters(&hidden, &issuer, Lang::VI), Err(NoLetters::NoFigures));
    let mut report = fixture::report();
    let secret = Estimate {
        estimate: Some(0.123_456),
        lower: Some(0.111_111),
        upper: Some(0.133_333),
        decision: Some(Decision::NotMet),
        publish: Publish::Suppress,
        ..Estimate::default()
    };
    report.total.index = secret.clone();
    report.total.dimensions[4].criteria[2].estimate = secret;
    let name = report.total.dimensions[4].criteria[2].name.clone();
    for letter in written(&report, Lang::VI) {
        let text = said(&letter);
        assert!(!["12,35", "11,11", "13,33"].iter().any(|figure| text.contains(figure)), "{text}");
        assert!(!text.contains(&name) && text.contains("chỉ số chung không công bố"), "{text}");
    }
}

/// Every criterion of a long questionnaire far below the target, names as long as may be, and everybody's.
fn worst(decision: Decision) -> Report {
    let mut report = fixture::two_parts();
    let long = |start: &str| {
        format!("{start} {}", "“Ưu” MỌI / \"khả năng\" ".repeat(12)).chars().take(200).collect::<String>()
    };
    report.campaign.title = long("Khảo sát");
    report.campaign.demonstration = true;
    for (at, dimension) in report.total.dimensions.iter_mut().enumerate() {
        let mut criteria = dimension.criteria.clone();
        criteria.extend(dimension.criteria.clone());
        for (number, criterion) in criteria.iter_mut().enumerate() {
            criterion.id = format!("{at}.{number}");
            criterion.name = if number % 3 == 2 {
                criterion.name.clone()
            } else {
                long(&format!("Tiêu chí {at}.{number}"))
            };
            criterion.responsible = Some(Responsible {
                plan: "8.1.2".to_owned(),
                lead: vec![long("Ủy ban/Sở"), "../../etc/passwd".to_owned()],
                monitor: vec![long("Ủy ban/Sở"), "Văn phòng".to_owned()],
                support: vec![],
            });
        }
        dimension.criteria = criteria;
    }
    all(&mut report, decision);
    for (number, criterion) in
        report.total.dimensions.iter_mut().flat_map(|dimension| &mut dimension.criteria).enumerate()
    {
        if number % 4 == 3 {
            (criterion.estimate.decision, criterion.estimate.upper) = (Some(Decision::Undecided), Some(0.91));
        }
    }
    report
}

/// How many criteria a letter leaves to the report.
fn more(text: &str) -> usize {
    // Some of a list, or all of it.
    let left = |line: &str| match line.strip_prefix("và ") {
        Some(rest) => rest.split_once(" tiêu chí khác").map(|(n, _)| n.to_owned()),
        None => line.split_once(" tiêu chí, nêu").map(|(n, _)| n.to_owned()),
    };
    let of = |line: &str| left(line)?.parse::<usize>().ok();
    text.lines().filter_map(of).sum::<usize>()
}

fn points(letter: &Letter) -> usize {
    let of = |block: &Block| if let Block::Points { points } = block { points.len() } else { 0 };
    letter.blocks.iter().map(of).sum()
}

#[test]
fn a_letter_stays_on_its_page_and_says_how_many_more_there_are() {
    let report = worst(Decision::NotMet);
    let long = "CƠ QUAN RẤT DÀI ".repeat(12);
    let mut seen = Vec::new();
    for issuer in [Issuer::of(&report, "Sở Nội vụ"), Issuer::of(&report, &format!("{long} tỉnh {long}"))]
    {
        for lang in Lang::ALL {
            for letter in letters(&report, &issuer, lang).unwrap() {
                assert!(page::height(&letter) <= page::ROOM, "{}", page::height(&letter));
                assert!(points(&letter) >= 3, "each list is told of");
                assert!(
                    letter.code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
                    "{}",
                    letter.code
                );
                assert!(said(&letter).contains("IV"), "the rest is in the report");
                seen.push(letter);
            }
        }
    }
    // One body's lists and the number of those that are left are all there are.
    let all: usize = report.total.dimensions.iter().map(|dimension| dimension.criteria.len()).sum();
    let text = said(&seen[0]);
    let shown = text.lines().filter(|line| line.contains(", mục\u{a0}8.1.2")).count();
    // The name of whom it is to, in full, leaves little room.
    assert_eq!((more(&text) + shown, shown >= 2), (all, true), "{text}");
    seen.extend(written(&fixture::report(), Lang::VI));
    seen.extend(written(&fixture::nasty(), Lang::VI));
    fits(&seen);
}

/// As pages of PDF, and where there is a LibreOffice as its pages.
fn fits(letters: &[Letter]) {
    #[cfg(feature = "pdf")]
    {
        let pdf = crate::distribution::pdf::report::letters(&Default::default(), letters).unwrap();
        keep("letters.pdf", &pdf);
        let count = |what: &[u8]| pdf.windows(what.len()).filter(|window| *window == what).count();
        assert_eq!(count(b"/Type/Page\n") + count(b"/Type /Page\n") + count(b"/Type/Page/"), letters.len());
    }
    let named = |(number, letter): (usize, &Letter)| Letter { code: format!("{number}"), ..letter.clone() };
    let letters: Vec<Letter> = letters.iter().enumerate().map(named).collect();
    keep("letters.zip", &report::docx_letters(&letters).unwrap());
}

/// For whoever wants to look at them: `SIPAS_KEEP=folder cargo test --lib letters`.
fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("SIPAS_KEEP") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[test]
fn letters_of_bodies_named_alike_are_files_of_their_own() {
    let mut report = fixture::report();
    let lead = ["Sở A/B", "Sở A-B", "Sở A\"B", "王"].map(str::to_owned).to_vec();
    let mut responsible = report.total.dimensions[4].criteria[2].responsible.clone().unwrap();
    responsible.lead = lead;
    report.total.dimensions[4].criteria[2].responsible = Some(responsible);
    let all = written(&report, Lang::VI);
    let codes: Vec<&str> = all.iter().map(|letter| letter.code.as_str()).collect();
    for code in ["so-a-b", "so-a-b-2", "so-a-b-3", "co-quan"] {
        assert!(codes.contains(&code), "{codes:?}");
    }
    let zip = report::docx_letters(&all).unwrap();
    assert_eq!(zip, report::docx_letters(&all).unwrap());
    let names: Vec<String> = super::document::parts(&zip).into_keys().collect();
    assert_eq!(names.len(), all.len());
    assert!(names.contains(&"so-a-b-2.docx".to_owned()), "{names:?}");
    assert!(said(&all[0]).contains("Kính gửi: Sở A/B"));
}
