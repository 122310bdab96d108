use super::super::testing::{Checked, PLACES, XSS, facts, real, visit};
use super::{start as start_of, *};

fn on<'a>(questionnaire: &'a Questionnaire, campaign: &'a Campaign, channel: Channel) -> Facts<'a> {
    Facts { channel, ..facts(questionnaire, campaign) }
}

fn bare() -> Campaign {
    Campaign { notice: None, ..real().clone() }
}

#[test]
fn the_start_says_who_asks_and_why_that_it_is_anonymous_and_for_adults() {
    let form = visit();
    let words = start(&facts(&form, real())).into_string();
    assert!(words.contains("<b>Sở Nội vụ tỉnh Bình Định</b> xin ý kiến Ông/Bà về lần làm thủ tục tại UBND"));
    assert!(words.contains("ẩn danh") && words.contains("tự nguyện") && words.contains("từ đủ 18 tuổi"));
    assert_eq!(words.matches("<p>").count(), 2, "short");
    // The definition's words would say all of it once more, or something else.
    let introduction = Lang::VI.pick(&form.introduction);
    assert!(!introduction.is_empty() && !words.contains(introduction));
}

#[test]
fn without_settings_the_definition_speaks_and_only_what_always_holds_is_added() {
    let form = visit();
    let campaign = bare();
    let words = start(&facts(&form, &campaign)).into_string();
    assert!(words.contains(&PLACES.fill(Lang::VI.pick(&form.introduction))));
    assert!(words.contains("từ đủ 18 tuổi"));
    let page = Checked::new(&page(&facts(&form, &campaign), &[], Some("/k/qn-1")));
    for absent in ["Ai hỏi", "Căn cứ", "Giữ bao lâu"] {
        assert!(!page.texts("h2").iter().any(|h2| h2.starts_with(absent)), "{absent}");
    }
    assert!(!page.text("main").contains("liên hệ ghi ở trên"), "no contact is given");
}

#[test]
fn the_details_tell_what_the_law_wants_told() {
    let form = visit();
    for lang in Lang::ALL {
        let page = Checked::new(&page(&Facts { lang, ..facts(&form, real()) }, &[], Some("/k/qn-1")));
        let words = page.text("main");
        for needed in
            ["01 Trần Phú", "khaosat@snv.example", "0256 000 000", "1001/QĐ-BNV", "IP", "cookie", "18"]
        {
            assert!(words.contains(needed), "{needed}");
        }
        assert!(words.contains("10"), "the smallest number published");
        assert_eq!(page.attribute(".back a", "href"), "/k/qn-1");
        assert_eq!(page.count(".safe"), 1, "J-13");
    }
    let page = Checked::new(&page(&facts(&form, real()), &[], None));
    assert!(page.text("main").contains("24 tháng sau khi đợt khảo sát kết thúc, đến hết ngày 31/12/2028"));
}

#[test]
fn what_is_said_of_a_personal_link_is_not_said_of_a_counter() {
    let form = visit();
    let said = |channel| Checked::new(&page(&on(&form, real(), channel), &[], None)).text("main");
    let (open, link) = (said(Channel::Open), said(Channel::Link));
    for words in
        ["Danh sách mời", "Không ghi ngày giờ gửi", "91/2025/QH15", "trước khi đợt khảo sát kết thúc"]
    {
        assert!(link.contains(words) && !open.contains(words), "{words}");
    }
    for words in ["ngày gửi (không ghi giờ)", "Công chức tại quầy"] {
        assert!(open.contains(words) && !link.contains(words), "{words}");
    }
    let start = |channel| start_of(&on(&form, real(), channel)).into_string();
    assert!(start(Channel::Link).contains("tách khỏi tên") && !start(Channel::Open).contains("liên kết"));
}

#[test]
fn settings_are_words_never_markup() {
    let form = visit();
    let mut campaign = real().clone();
    campaign.notice.iter_mut().for_each(|notice| {
        for texts in [&mut notice.responsible, &mut notice.purpose, &mut notice.legal_ground] {
            texts.values_mut().for_each(|text| XSS.clone_into(text));
        }
        notice.address = Some(XSS.to_owned());
        notice.email = Some(XSS.to_owned());
        notice.phone = Some(XSS.to_owned());
    });
    let page = Checked::new(&page(&facts(&form, &campaign), &[], None));
    assert_eq!(page.count("script"), 0);
    assert!(page.text("main").matches(XSS).count() >= 5);
}
