//! What people are told before they answer: made from the campaign's settings, and a promise once somebody has answered.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::support::{
    Database, Page, Server,
    stage::{When, answer, applied, apply, citizens, links, officials, with_notice},
};

/// The words of a page, without its tags.
fn words(page: &Page) -> String {
    let html = scraper::Html::parse_document(page.text());
    let main = html.select(&scraper::Selector::parse("main").unwrap()).next().unwrap();
    main.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_citizen_reads_who_asks_before_the_first_question_and_the_rest_one_tap_away() {
    let database = applied(&with_notice(&citizens(When::Now)));
    let server = Server::start(&database);
    let mut phone = server.client();
    let page = phone.get("/k/qn-1").is(200);
    let said = words(&page);
    let before = said.split("1. ").next().unwrap();
    for part in [
        "Sở Nội vụ tỉnh Bình Định xin ý kiến Ông/Bà về lần làm thủ tục tại UBND thành phố Quy Nhơn, để phục vụ tốt hơn.",
        "ẩn danh",
        "tự nguyện",
        "từ đủ 18 tuổi",
        "phút",
        "mật khẩu",
    ] {
        assert!(before.contains(part), "{part}: {before}");
    }
    assert!(!said.contains("tối đa 24 tháng"), "the definition's introduction is not repeated");
    assert!(page.text().contains(r#"href="/k/qn-1/thong-tin""#));
    let details = words(&phone.get("/k/qn-1/thong-tin").is(200));
    for part in [
        "Quyết định số 12/QĐ-UBND",
        "01 Trần Phú, Quy Nhơn",
        "khaosat@snv.example",
        "0256 123 456",
        "24 tháng",
    ] {
        assert!(details.contains(part), "{part}: {details}");
    }
    assert!(!details.contains("Danh sách mời"), "nobody was invited");
    let english = words(&phone.get("/k/qn-1/thong-tin?lang=en").is(200));
    assert!(english.contains("Decision 12/QĐ-UBND") && english.contains("aged 18 or over"));
    assert!(phone.cookies().is_empty());
    phone.get("/k/nowhere/thong-tin").is(404);
}

#[test]
fn a_15_the_details_of_a_personal_link_have_no_token_in_their_address() {
    let file = with_notice(&officials(When::Now, 4)).replace("tại {unit}", "của tỉnh");
    let database = applied(&file);
    let links = links(&database);
    let server = Server::start(&database);
    let mut official = server.client();
    let page = official.get(&links[0]).is(200);
    assert!(page.text().contains(r#"href="/m/thong-tin/can-bo""#));
    let details = words(&official.get("/m/thong-tin/can-bo").is(200));
    assert!(details.contains("Danh sách mời được giữ nhiều nhất 30 ngày"), "{details}");
    assert!(
        details.contains("91/2025/QH15") && details.contains("xin ý kiến Ông/Bà về lần làm thủ tục của tỉnh")
    );
    assert!(!details.contains("Công chức tại quầy"));
    let token = links[0].rsplit('/').next().unwrap();
    assert!(!official.get("/m/thong-tin/can-bo").is(200).text().contains(token));
}

#[test]
fn nobody_learns_of_a_survey_by_links_before_it_opens_or_of_one_without_links() {
    let database = applied(&officials(When::Later, 2));
    let server = Server::start(&database);
    server.client().get("/m/thong-tin/can-bo").is(404);
    server.client().get("/m/thong-tin/nothing").is(404);
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    server.client().get("/m/thong-tin/dan").is(404);
    server.client().get("/k/qn-1/thong-tin").is(200);
}

#[test]
fn a_notice_is_applied_once_changed_with_its_differences_and_missing_parts_are_named() {
    let database = Database::new();
    let file = with_notice(&citizens(When::Now));
    let path = database.file("apply.toml", &file);
    let first = database.run(&["apply", &path]);
    assert_eq!(first.stderr, "");
    first.ok();
    assert_eq!(database.run(&["apply", &path]).ok(), "", "twice is once");

    let path = database.file("apply.toml", &file.replace("0256 123 456", "0256 654 321"));
    let changed = database.run(&["apply", &path]).ok();
    assert_eq!(changed, "~ campaign dan: notice.phone: 0256 123 456 → 0256 654 321\n");

    let path = database
        .file("apply.toml", &citizens(When::Now).replace("slug = ", "demonstration = false\nslug = "));
    let removed = database.run(&["apply", &path]);
    assert!(
        removed.stderr.contains("does not give: responsible, purpose, legal_ground, address, email, keep_")
    );
    assert!(removed.ok().contains("notice.responsible.vi: Sở Nội vụ tỉnh Bình Định → –"));
    let path =
        database.file("apply.toml", &citizens(When::Now).replace("slug = ", "demonstration = true\nslug = "));
    assert_eq!(database.run(&["apply", &path]).stderr, "", "a demonstration promises nothing");

    for (wrong, told) in [
        ("keep_answers_months = 0", "from 1 to 120"),
        ("email = \"a b\"", "e-mail"),
        ("responsible = { en = \"x\" }", "Vietnamese is missing"),
        ("emial = \"a@b.vn\"", "Did you mean “email”?"),
    ] {
        let file = citizens(When::Now).replacen(
            "[[campaign.",
            &format!("[campaign.notice]\n{wrong}\n[[campaign."),
            1,
        );
        let path = database.file("apply.toml", &file);
        let words = database.run(&["apply", &path]).fails(1);
        assert!(words.contains(told), "{wrong}: {words}");
    }
    let path =
        database.file("apply.toml", &citizens(When::Now).replacen("form = ", "notice = 3\nform = ", 1));
    assert!(database.run(&["apply", &path]).fails(1).contains("a table"));
}

#[test]
fn answers_may_be_kept_shorter_than_promised_never_longer() {
    let file = with_notice(&citizens(When::Now));
    let database = applied(&file);
    apply(&database, &file.replace("_months = 24", "_months = 36"));
    apply(&database, &file);
    let server = Server::start(&database);
    answer(&mut server.client(), "/k/qn-1", "4");
    for longer in
        [file.replace("_months = 24", "_months = 36"), file.replace("keep_answers_months = 24\n", "")]
    {
        let path = database.file("apply.toml", &longer);
        let words = database.run(&["apply", &path]).fails(1);
        assert!(words.contains("on the promise keep_answers_months = 24"), "{words}");
    }
    apply(&database, &file.replace("_months = 24", "_months = 12"));
}
