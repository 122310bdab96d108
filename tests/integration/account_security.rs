//! What keeps accounts safe besides the log-in itself: good passwords and names, owners and administrators who are told.

use crate::support::{
    Client, Database, MailServer, Server,
    stage::{When, applied, citizens},
};

const PASSWORD: &str = "bốn con voi qua sông";
const OTHER: &str = "năm con trâu qua cầu";

fn log_in(server: &Server, name: &str) -> Client {
    let mut client = server.client();
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)]).is(303);
    client
}

fn office(variables: &[(&str, &str)]) -> (Database, Server) {
    let database = applied(&citizens(When::Now));
    for (name, role) in [("thulan", "manager"), ("quang", "administrator"), ("mai", "administrator")] {
        database.run_with_input(&["user", "add", name, "--role", role], PASSWORD).ok();
    }
    let server = Server::start_with(&database, variables);
    (database, server)
}

/// The details of an account's form.
fn details<'a>(role: &'a str, email: &'a str) -> [(&'a str, &'a str); 5] {
    [("full_name", "Lê Thu Lan"), ("email", email), ("role", role), ("unit", ""), ("expires", "")]
}

#[test]
fn f_13_passwords_that_many_use_and_names_of_units_are_refused_by_page_and_command_alike() {
    let (database, server) = office(&[]);
    let unit = database.texts("SELECT name FROM unit ORDER BY code").remove(0);
    let mut staff = log_in(&server, "thulan");
    for weak in ["Matkhau@01012026", "password password", &format!("{unit} 2026 2026")] {
        let fields = [("present", PASSWORD), ("password", weak), ("again", weak)];
        let refused = staff.post("/admin/toi/mat-khau", &fields).is(422);
        assert!(refused.text().contains("dễ đoán"), "{weak}");
        let refused = database.run_with_input(&["user", "add", "hoa", "--role", "viewer"], weak).fails(1);
        assert!(refused.contains("easy to guess"), "{weak}: {refused}");
    }
    let fields = [("present", PASSWORD), ("password", OTHER), ("again", OTHER)];
    staff.post("/admin/toi/mat-khau", &fields).is(303);
}

#[test]
fn names_of_accounts_are_plain_by_page_and_command_alike() {
    let (database, server) = office(&[]);
    let mut administrator = log_in(&server, "quang");
    for odd in ["Quang", "qu\u{430}ng", "a\u{200b}b", "..", "command:root", "một hai"] {
        let fields = [&[("name", odd)][..], &details("viewer", "")].concat();
        let refused = administrator.post("/admin/tai-khoan-moi", &fields).is(422);
        assert!(refused.text().contains("không dấu"), "{odd:?}");
        database.run_with_input(&["user", "add", odd, "--role", "viewer"], PASSWORD).fails(1);
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM account"), 3);
    let fields = [&[("name", "an.nv@snv")][..], &details("viewer", "")].concat();
    administrator.post("/admin/tai-khoan-moi", &fields).is(200);
}

#[test]
fn f_03_the_owner_is_told_by_mail_of_guesses_and_of_whatever_changes_the_account() {
    let mails = MailServer::start();
    let url = mails.url();
    let (database, server) = office(&[("SIPAS_SMTP_URL", &url), ("SIPAS_BASE_URL", "https://k.example")]);
    // What was before the first look is not told.
    while database.number("SELECT COUNT(*) FROM setting WHERE name = 'notices'") == 0 {}
    let mut administrator = log_in(&server, "quang");
    let address = "/admin/tai-khoan/thulan";
    let mut change = |email| {
        administrator.post(address, &details("manager", email)).is(303);
    };
    change("lan@snv.example");
    let told = mails.wait_for(1).remove(0);
    assert_eq!(told.to, ["lan@snv.example"]);
    for part in ["thulan", "quang", "127.0.0.1", "Sửa tài khoản", "https://k.example/admin/toi"] {
        assert!(told.text().contains(part), "{part}: {}", told.text());
    }
    // Another address is told to the old one, too, or a thief would be the only one to know.
    change("other@snv.example");
    let mut to: Vec<String> = mails.wait_for(3).split_off(1).into_iter().flat_map(|mail| mail.to).collect();
    to.sort();
    assert_eq!(to, ["lan@snv.example", "other@snv.example"]);
    // What commands change is told as well.
    database.run(&["user", "sso", "thulan", "lan-01"]).ok();
    assert!(mails.wait_for(4)[3].subject().contains("đăng nhập một lần"));
    for _ in 0..5 {
        let wrong = [("name", "thulan"), ("password", "một mật khẩu nào đó")];
        server.client().post("/admin/login", &wrong).is(401);
    }
    let guessed = &mails.wait_for(5)[4];
    assert!(guessed.text().contains("gõ sai mật khẩu") && guessed.text().contains("không bị khóa"));
    let all: String = mails.mails().iter().map(|mail| mail.text() + &mail.subject()).collect();
    assert!(!all.contains(PASSWORD) && !all.contains("lan-01"), "{all}");
}

#[test]
fn every_administrator_is_told_of_new_accounts_rights_and_ways_in() {
    let (_database, server) = office(&[]);
    let mut one = log_in(&server, "quang");
    let fields = [&[("name", "bong-ma")][..], &details("manager", "")].concat();
    one.post("/admin/tai-khoan-moi", &fields).is(200);
    one.post("/admin/tai-khoan/thulan/lien-ket", &[]).is(200);
    // The other one sees it on the first page, and who did it.
    let mut other = log_in(&server, "mai");
    assert!(other.get("/admin/campaigns").is(200).text().contains("/admin/tai-khoan#grants"));
    let list = other.get("/admin/tai-khoan").is(200);
    for part in ["bong-ma", "Mời người dùng", "Quản lý khảo sát", "Tạo liên kết đặt mật khẩu", "do quang"]
    {
        assert!(list.text().contains(part), "{part}");
    }
    let mut manager = log_in(&server, "thulan");
    assert!(!manager.get("/admin/campaigns").is(200).text().contains("#grants"));
}

#[test]
fn f_14_the_rules_of_a_graded_system_hold_where_the_setting_is_on_and_are_off_otherwise() {
    const NEW: &str = "Năm con trâu qua 4 cầu";
    const DAYS: i64 = 86_400_000;
    let (database, server) = office(&[]);
    // Off: nothing of it.
    database.execute(&format!("UPDATE account SET created = created - {}", 100 * DAYS));
    let mut staff = log_in(&server, "quang");
    let change = |client: &mut Client, present: &str, new: &str| {
        client.post("/admin/toi/mat-khau", &[("present", present), ("password", new), ("again", new)])
    };
    change(&mut staff, PASSWORD, OTHER).is(303);
    change(&mut staff, OTHER, PASSWORD).is(303);
    server.sigterm();

    let on = [("SIPAS_LEVEL_RULES", "true"), ("SIPAS_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::start_with(&database, &on);
    // All kinds of characters, and none of those before.
    let mut staff = log_in(&server, "quang");
    assert!(change(&mut staff, PASSWORD, OTHER).is(422).text().contains("chữ hoa"));
    change(&mut staff, PASSWORD, NEW).is(303);
    let again = "Sáu con gà qua 9 ngõ";
    change(&mut staff, NEW, again).is(303);
    assert!(change(&mut staff, again, NEW).is(422).text().contains("năm lần gần đây"));
    // An administrator's holds for sixty days; what others have does not end.
    database
        .execute(&format!("UPDATE account SET password_set = {} WHERE name <> 'mai'", 1_700_000_000_000_i64));
    log_in(&server, "thulan");
    let enter = |client: &mut Client| client.post("/admin/login", &[("name", "quang"), ("password", again)]);
    let mut late = server.client();
    let page = enter(&mut late).is(200);
    assert!(late.cookies().is_empty() && page.text().contains("quá 60 ngày"));
    let ticket = page.form().value("ticket").unwrap().to_owned();
    let renew = |client: &mut Client, new: &str| {
        client.post("/admin/login/renew", &[("ticket", &ticket), ("password", new), ("again", new)])
    };
    renew(&mut late, again).is(422);
    renew(&mut late, "Bảy con vịt qua 3 ao").is(303);
    late.get("/admin/tai-khoan").is(200);
    renew(&mut server.client(), "Tám con dê qua 2 đồi").is(401);
    // Administrators are signed out after five minutes, others are not.
    database.execute(&format!("UPDATE session SET seen = seen - {}", 6 * 60_000));
    late.get("/admin/tai-khoan").is(303);
    // After five failures nobody gets in, from wherever.
    let from = |network: &str, password: &str| {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("name", "thulan"), ("password", password)])
            .finish();
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("x-forwarded-for", network)];
        server.client().send("POST", "/admin/login", &headers, body.as_bytes()).status
    };
    for n in 1..=5 {
        assert_eq!(from(&format!("192.0.2.{n}"), "một mật khẩu nào đó"), 401);
    }
    assert_eq!(from("198.51.100.1", PASSWORD), 429);
    server.sigterm();

    // Who was away for 45 days is switched off when the server next looks; somebody to run it stays.
    database.execute(&format!("UPDATE account SET used = used - {}", 46 * DAYS));
    let _server = Server::start_with(&database, &on);
    while database.number("SELECT COUNT(*) FROM account WHERE disabled") == 0 {}
    let idle = database.texts("SELECT object FROM audit WHERE action = 'account.idle' ORDER BY object");
    assert_eq!(idle, ["quang", "thulan"], "nobody has entered as mai since the rules hold");
}

/// Twenty log-ins one after another once grew a server by 350 MB, since the allocator kept the memory of each check.
#[cfg(target_os = "linux")]
#[test]
fn f_02_fifty_log_ins_in_a_row_take_no_more_memory_than_two_checks_need() {
    let (_database, server) = office(&[]);
    for _ in 0..5 {
        log_in(&server, "thulan");
    }
    let before = server.resident();
    for _ in 0..50 {
        log_in(&server, "thulan");
    }
    let grown = server.resident().saturating_sub(before) / 1_024;
    assert!(grown < 2 * 19 + 26, "{grown} MiB more after fifty log-ins");
}
