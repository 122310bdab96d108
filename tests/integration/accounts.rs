//! Accounts of staff: the first one, invitations, changes, passwords, sessions.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::support::{
    Client, Database, Page, Server,
    stage::{When, applied, citizens, path},
};

const PASSWORD: &str = "bốn con voi qua sông";
const OTHER: &str = "năm con trâu qua cầu";

fn account(database: &Database, name: &str, role: &str, more: &[&str]) {
    let args = [&["user", "add", name, "--role", role], more].concat();
    database.run_with_input(&args, PASSWORD).ok();
}

fn log_in(server: &Server, name: &str, password: &str) -> (Client, Page) {
    let mut client = server.client();
    let page = client.post("/admin/login", &[("name", name), ("password", password)]);
    (client, page)
}

fn enter(server: &Server, name: &str) -> Client {
    let (client, page) = log_in(server, name, PASSWORD);
    page.is(303);
    client
}

fn desk() -> (Database, Server, Client) {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    account(&database, "quantri", "administrator", &[]);
    account(&database, "thulan", "manager", &[]);
    let administrator = enter(&server, "quantri");
    (database, server, administrator)
}

/// The path of the one-time link on a page.
fn link(page: &Page) -> String {
    let at = page.text().find("/admin/dat-mat-khau/").unwrap();
    page.text()[at..].split(['<', '"', '&']).next().unwrap().to_owned()
}

/// Sets a password by a link.
fn set(client: &mut Client, link: &str, password: &str) -> Page {
    let form = client.get(link).is(200).form();
    let token = form.value("token").unwrap().to_owned();
    client.post("/admin/dat-mat-khau", &[("token", &token), ("password", password), ("again", password)])
}

fn signed_out(page: &Page) -> bool {
    page.status == 303 && page.header("location").starts_with("/admin/login")
}

#[test]
fn f_10_the_first_start_prints_a_link_that_makes_the_first_administrator_once() {
    let database = Database::new();
    let server = Server::start(&database);
    let first = set_up_link(&server);
    assert_eq!(database.number("SELECT COUNT(*) FROM account"), 0, "no account by default");
    let mut client = server.client();
    client.get(&first).is(200);
    let token = client.get(&first).is(200).form().value("token").unwrap().to_owned();
    let fields = |name, password| {
        [("token", token.as_str()), ("name", name), ("password", password), ("again", password)]
    };
    assert!(client.post("/admin/dat-mat-khau", &fields("", "12345")).is(422).text().contains("14"));
    // Until then the log-in says why nobody can log in, and where the link is.
    let log_in = server.client().get("/admin/login").is(200);
    assert!(log_in.text().contains("Chưa có tài khoản") && log_in.text().contains("sipas user add"));
    let before = client.cookies().clone();
    let set = client.post("/admin/dat-mat-khau", &fields("nguyenvanan", PASSWORD)).is(303);
    assert_eq!(set.header("location"), "/admin/tai-khoan-moi", "and there is somebody to invite next");
    assert_ne!(*client.cookies(), before, "logged in at once");
    let invite = client.get("/admin/tai-khoan-moi").is(200);
    assert!(invite.text().contains("Chưa có ai quản lý khảo sát"));
    assert_eq!(invite.form_to("/admin/tai-khoan-moi").value("role"), Some("manager"));
    assert!(!server.client().get("/admin/login").is(200).text().contains("Chưa có tài khoản"));
    client.post("/admin/dat-mat-khau", &fields("thief", PASSWORD)).is(410);
    client.get(&first).is(410);
    let roles = database.texts("SELECT name || ' ' || role FROM account");
    assert_eq!(roles, ["nguyenvanan administrator"]);
    enter(&server, "nguyenvanan").get("/admin/tai-khoan").is(200);
    // Only hashes are kept, and a second start prints none.
    assert!(database.texts("SELECT value FROM setting").iter().all(|value| !value.contains(&token)));
    drop(server);
    let again = Server::start(&database);
    again.client().get("/readyz").is(200);
    assert!(!again.stdout().contains("setup\t"));
}

/// The set-up link that a server prints.
fn set_up_link(server: &Server) -> String {
    loop {
        if let Some(link) = server.stdout().lines().find_map(|line| line.strip_prefix("setup\t")) {
            return path(link);
        }
        std::thread::yield_now();
    }
}

#[test]
fn f_10_who_sets_up_and_makes_surveys_gets_both_accounts_from_one_page_with_two_passwords() {
    let database = Database::new();
    let server = Server::start(&database);
    let link = set_up_link(&server);
    let mut client = server.client();
    let page = client.get(&link).is(200);
    for rule in ["chữ thường không dấu", "ít nhất 14 ký tự", "Khác tên ở trên", "Khác mật khẩu ở trên"]
    {
        assert!(page.text().contains(rule), "told before anything is sent: {rule}");
    }
    let token = page.form().value("token").unwrap().to_owned();
    let mut send = |manager: &str, password: &str, again: &str| {
        let fields = [
            ("token", token.as_str()),
            ("name", "quantri"),
            ("password", PASSWORD),
            ("again", PASSWORD),
            ("manager", manager),
            ("manager_password", password),
            ("manager_again", again),
        ];
        client.post("/admin/dat-mat-khau", &fields)
    };
    // Half an account is none, and what is wrong is told at its own field.
    let half = send("", OTHER, OTHER).is(422);
    assert!(half.text().contains("f-manager-fault") && half.text().contains("quantri"), "{}", half.text());
    let same = send("quantri", OTHER, OTHER).is(422);
    assert!(same.text().contains("tên khác nhau"));
    assert_eq!(same.form().value("name"), Some("quantri"), "all but passwords stays");
    assert!(send("thulan", PASSWORD, PASSWORD).is(422).text().contains("mật khẩu khác nhau"));
    assert!(send("thulan", OTHER, PASSWORD).is(422).text().contains("f-manager_again-fault"));
    assert!(send("thulan", "12345", "12345").is(422).text().contains("f-manager_password-fault"));
    assert_eq!(database.number("SELECT COUNT(*) FROM account"), 0);
    let set = send("thulan", OTHER, OTHER).is(303);
    assert_eq!(set.header("location"), "/admin/units/import", "the first thing that surveys need");
    send("thulan2", OTHER, OTHER).is(410);
    // The session is the manager's, with the manager's rights alone.
    let units = client.get("/admin/units").is(200);
    assert!(units.text().contains("thulan") && !units.text().contains("quantri"));
    client.get("/admin/tai-khoan").is(403);
    assert_eq!(log_in(&server, "quantri", OTHER).1.status, 401);
    enter(&server, "quantri").get("/admin/tai-khoan").is(200);
    let roles = database.texts("SELECT name || ' ' || role FROM account ORDER BY name");
    assert_eq!(roles, ["quantri administrator", "thulan manager"]);
    let noted = database
        .texts("SELECT actor || ' ' || object FROM audit WHERE action = 'account.add' ORDER BY number");
    assert_eq!(noted, ["quantri quantri", "quantri thulan"]);
}

#[test]
fn an_invited_person_sets_a_password_by_a_link_that_works_once() {
    let (database, server, mut administrator) = desk();
    let fields = [
        ("name", "canbo"),
        ("full_name", "Trần Thị Bình"),
        ("email", "binh@binhdinh.example"),
        ("role", "officer"),
        ("unit", "qn"),
        ("expires", ""),
    ];
    let made = administrator.post("/admin/tai-khoan-moi", &fields).is(200);
    let invitation = link(&made);
    let page = administrator.get("/admin/tai-khoan").is(200);
    assert!(page.text().contains("Trần Thị Bình") && page.text().contains("Chưa đặt mật khẩu"));
    log_in(&server, "canbo", "").1.is(401);
    let token = invitation.rsplit('/').next().unwrap();
    assert!(!database.texts("SELECT token_hash FROM account_link").iter().any(|hash| hash.contains(token)));
    let mut person = server.client();
    for _ in 0..3 {
        person.get(&invitation).is(200);
    }
    assert!(set(&mut person, &invitation, "12345").is(422).text().contains("14"));
    set(&mut person, &invitation, PASSWORD).is(303);
    person.get("/admin/campaigns/dan").is(200);
    person.get(&invitation).is(410);
    person.post("/admin/dat-mat-khau", &[("token", token), ("password", OTHER), ("again", OTHER)]).is(410);
    let mut officer = enter(&server, "canbo");
    assert!(officer.get("/admin/campaigns/dan").is(200).text().contains("Quy Nhơn"));
    // What is wrong is told at its field, and nothing typed is lost.
    let wrong = administrator
        .post("/admin/tai-khoan-moi", &[("name", "canbo2"), ("full_name", "Lê C"), ("role", "officer")])
        .is(422);
    assert!(wrong.text().contains("phải gắn với một đơn vị") && wrong.text().contains("Lê C"));
    let twice = administrator.post("/admin/tai-khoan-moi", &fields).is(422);
    assert!(twice.text().contains("Đã có tài khoản tên này"));
    administrator.post("/admin/tai-khoan-moi", &[("name", "x"), ("role", "king")]).is(422);
    administrator.post("/admin/tai-khoan-moi", &[("name", "x"), ("role", "manager"), ("unit", "qn")]).is(422);
    administrator.post("/admin/tai-khoan-moi", &[("name", "x"), ("role", "officer"), ("unit", "no")]).is(422);
    assert_eq!(database.number("SELECT COUNT(*) FROM account"), 3);
    // A link opened where somebody else is logged in ends that session and begins another one.
    let fields = [("name", "quanly2"), ("role", "manager")];
    let made = administrator.post("/admin/tai-khoan-moi", &fields).is(200);
    let mut stolen = administrator.clone();
    set(&mut administrator, &link(&made), PASSWORD).is(303);
    assert!(administrator.get("/admin/campaigns/new").is(200).text().contains("quanly2"));
    assert!(signed_out(&stolen.get("/admin/tai-khoan")), "the session before it is over");
}

#[test]
fn f_12_a_reset_link_works_once_for_a_short_time_ends_sessions_and_leaves_the_second_factor() {
    let (database, server, mut administrator) = desk();
    let mut manager = enter(&server, "thulan");
    database.execute(
        "UPDATE account SET totp_seed = (SELECT token_hash FROM session LIMIT 1), totp_step = 0
         WHERE name = 'thulan'",
    );
    let first = link(&administrator.post("/admin/tai-khoan/thulan/lien-ket", &[]).is(200));
    let second = link(&administrator.post("/admin/tai-khoan/thulan/lien-ket", &[]).is(200));
    let mut person = server.client();
    person.get(&first).is(410);
    let minutes = database.number("SELECT (expires - (SELECT MAX(at) FROM audit)) / 60000 FROM account_link");
    assert!((29..=30).contains(&minutes), "{minutes}");
    manager.get("/admin").is(303);
    set(&mut person, &second, OTHER).is(200);
    assert!(signed_out(&manager.get("/admin")));
    assert_eq!(database.number("SELECT COUNT(*) FROM account WHERE totp_seed IS NOT NULL"), 1);
    log_in(&server, "thulan", PASSWORD).1.is(401);
    // The right password asks for the second factor.
    assert!(log_in(&server, "thulan", OTHER).1.is(200).text().contains("code"));
    // Time runs out.
    let late = link(&administrator.post("/admin/tai-khoan/thulan/lien-ket", &[]).is(200));
    database.execute("UPDATE account_link SET expires = 1");
    person.get(&late).is(410);
    let token = late.rsplit('/').next().unwrap();
    person
        .post("/admin/dat-mat-khau", &[("token", token), ("password", PASSWORD), ("again", PASSWORD)])
        .is(410);
}

#[test]
fn e_05_nobody_changes_the_own_rights_and_an_administrator_stays() {
    let (database, server, mut administrator) = desk();
    let own = [("role", "manager"), ("unit", ""), ("full_name", ""), ("email", ""), ("expires", "")];
    let refused = administrator.post("/admin/tai-khoan/quantri", &own).is(422);
    assert!(refused.text().contains("Không ai tự đổi vai trò"));
    administrator.post("/admin/tai-khoan/quantri/khoa", &[("confirm", "quantri")]).is(422);
    account(&database, "phoquantri", "administrator", &[]);
    let mut deputy = enter(&server, "phoquantri");
    deputy.post("/admin/tai-khoan/quantri/khoa", &[("confirm", "quantri")]).is(303);
    assert!(signed_out(&administrator.get("/admin")));
    // The deputy is the last one now; an invited administrator without a password does not count.
    deputy.post("/admin/tai-khoan-moi", &[("name", "moi"), ("role", "administrator")]).is(200);
    database.execute("UPDATE account SET role = 'administrator' WHERE name = 'thulan'");
    let mut second = enter(&server, "thulan");
    second.post("/admin/tai-khoan/phoquantri/khoa", &[("confirm", "phoquantri")]).is(303);
    second.post("/admin/tai-khoan/thulan/khoa", &[("confirm", "thulan")]).is(422);
    let usable =
        "SELECT COUNT(*) FROM account WHERE role = 'administrator' AND NOT disabled AND password_hash <> ''";
    assert_eq!(database.number(usable), 1);
}

#[test]
fn e_05_of_two_administrators_who_switch_each_other_off_one_stays() {
    let (database, server, one) = desk();
    account(&database, "phoquantri", "administrator", &[]);
    let two = enter(&server, "phoquantri");
    std::thread::scope(|scope| {
        for (mut client, other) in [(one, "phoquantri"), (two, "quantri")] {
            scope.spawn(move || {
                client.post(&format!("/admin/tai-khoan/{other}/khoa"), &[("confirm", other)]);
            });
        }
    });
    let usable = "SELECT COUNT(*) FROM account WHERE role = 'administrator' AND NOT disabled";
    assert_eq!(database.number(usable), 1);
}

#[test]
fn e_04_fields_that_are_not_of_a_form_change_nothing() {
    let (database, server, mut administrator) = desk();
    let before = database.texts("SELECT password_hash FROM account ORDER BY name");
    let fields = [
        ("role", "manager"),
        ("unit", ""),
        ("full_name", "Thu Lan"),
        ("email", ""),
        ("expires", ""),
        ("name", "other"),
        ("disabled", "true"),
        ("password_hash", "x"),
        ("totp_seed", "x"),
    ];
    administrator.post("/admin/tai-khoan/thulan", &fields).is(303);
    assert_eq!(database.texts("SELECT password_hash FROM account ORDER BY name"), before);
    let kept = database.texts("SELECT full_name FROM account WHERE name = 'thulan' AND NOT disabled");
    assert_eq!(kept, ["Thu Lan"]);
    let mut manager = enter(&server, "thulan");
    let mine = [("present", PASSWORD), ("password", OTHER), ("again", OTHER), ("role", "administrator")];
    manager.post("/admin/toi/mat-khau", &mine).is(303);
    assert_eq!(database.texts("SELECT role FROM account WHERE name = 'thulan'"), ["manager"]);
}

#[test]
fn e_06_another_role_or_end_signs_out_and_the_log_tells_before_and_after() {
    let (database, server, mut administrator) = desk();
    let mut manager = enter(&server, "thulan");
    let form = administrator.get("/admin/tai-khoan/thulan").is(200);
    assert!(form.text().contains("Quản lý khảo sát"));
    let to = |role, expires| {
        [("role", role), ("unit", ""), ("full_name", ""), ("email", ""), ("expires", expires)]
    };
    administrator.post("/admin/tai-khoan/thulan", &to("auditor", "31/12/2099")).is(303);
    assert!(signed_out(&manager.get("/admin/campaigns")));
    enter(&server, "thulan").get("/admin/campaigns").is(403);
    let told = database.texts("SELECT old_value || new_value FROM audit WHERE action = 'account.change'");
    assert!(told[0].contains("\"role\":\"manager\"") && told[0].contains("\"role\":\"auditor\""), "{told:?}");
    administrator.post("/admin/tai-khoan/thulan", &to("auditor", "01/01/2020")).is(422);
    administrator.post("/admin/tai-khoan/thulan", &to("officer", "")).is(422);
    // The name must be typed.
    administrator.post("/admin/tai-khoan/thulan/khoa", &[("confirm", "thu")]).is(422);
    let mut auditor = enter(&server, "thulan");
    administrator.post("/admin/tai-khoan/thulan/khoa", &[("confirm", "thulan")]).is(303);
    assert!(signed_out(&auditor.get("/admin")));
    log_in(&server, "thulan", PASSWORD).1.is(401);
    administrator.post("/admin/tai-khoan/thulan/mo-lai", &[]).is(303);
    enter(&server, "thulan");
    administrator.get("/admin/tai-khoan/nobody").is(404);
}

#[test]
fn two_administrators_who_edit_the_same_account_are_told_and_lose_nothing() {
    let (_database, _server, mut administrator) = desk();
    let form = administrator.get("/admin/tai-khoan/thulan").is(200);
    let base = form.text().split("name=\"_base\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let base = base.replace("&amp;", "&");
    let first = [("role", "manager"), ("unit", ""), ("full_name", "Thu Lan"), ("email", ""), ("expires", "")];
    administrator.post("/admin/tai-khoan/thulan", &first).is(303);
    let second = [
        ("_base", base.as_str()),
        ("role", "manager"),
        ("unit", ""),
        ("full_name", "Nguyễn Thu Lan"),
        ("email", "lan@binhdinh.example"),
        ("expires", ""),
    ];
    let page = administrator.post("/admin/tai-khoan/thulan", &second).is(409);
    assert!(page.text().contains("Nguyễn Thu Lan") && page.text().contains("lan@binhdinh.example"));
}

#[test]
fn f_09_a_new_password_needs_the_present_one_and_ends_the_other_sessions() {
    let (_database, server, _) = desk();
    let (mut here, mut elsewhere) = (enter(&server, "thulan"), enter(&server, "thulan"));
    let with = |present, password, again| [("present", present), ("password", password), ("again", again)];
    assert!(
        here.post("/admin/toi/mat-khau", &with("sai", OTHER, OTHER)).is(422).text().contains("không đúng")
    );
    here.post("/admin/toi/mat-khau", &with(PASSWORD, OTHER, "khác")).is(422);
    here.post("/admin/toi/mat-khau", &with(PASSWORD, "ngắn", "ngắn")).is(422);
    elsewhere.get("/admin/toi").is(200);
    here.post("/admin/toi/mat-khau", &with(PASSWORD, OTHER, OTHER)).is(303);
    here.get("/admin/toi").is(200);
    assert!(signed_out(&elsewhere.get("/admin/toi")));
    log_in(&server, "thulan", PASSWORD).1.is(401);
    log_in(&server, "thulan", OTHER).1.is(303);
    // A stolen session cannot guess on and on.
    for _ in 0..4 {
        here.post("/admin/toi/mat-khau", &with("sai", OTHER, OTHER));
    }
    here.post("/admin/toi/mat-khau", &with("sai", OTHER, OTHER)).is(422);
    here.post("/admin/toi/mat-khau", &with(OTHER, PASSWORD, PASSWORD)).is(429);
}

#[test]
fn f_16_own_sessions_are_listed_and_ended_and_an_administrator_ends_anyone_s() {
    let (database, server, mut administrator) = desk();
    let mut here = enter(&server, "thulan");
    let mut phone = server.client();
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("user-agent", "Mozilla/5.0 (Linux; Android 10; K) Chrome/141.0.0.0 Mobile Safari/537.36"),
    ];
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([("name", "thulan"), ("password", PASSWORD)])
        .finish();
    phone.send("POST", "/admin/login", &headers, body.as_bytes()).is(303);
    let mut third = enter(&server, "thulan");
    let page = here.get("/admin/toi").is(200);
    assert!(page.text().contains("Chrome · Android") && page.text().contains("Phiên này"));
    let id = database.texts("SELECT id FROM session WHERE device LIKE 'Chrome%'")[0].clone();
    // Nobody ends a session of somebody else by its id.
    administrator.post("/admin/toi/phien", &[("session", &id)]).is(303);
    phone.get("/admin/toi").is(200);
    here.post("/admin/toi/phien", &[("session", &id)]).is(303);
    assert!(signed_out(&phone.get("/admin/toi")));
    third.get("/admin/toi").is(200);
    here.post("/admin/toi/phien", &[]).is(303);
    assert!(signed_out(&third.get("/admin/toi")));
    here.get("/admin/toi").is(200);
    assert!(administrator.get("/admin/tai-khoan/thulan").is(200).text().contains("127.0.0.1"));
    administrator.post("/admin/tai-khoan/thulan/phien", &[]).is(303);
    assert!(signed_out(&here.get("/admin/toi")));
}

#[test]
fn f_01_a_hash_made_with_less_is_renewed_at_the_log_in() {
    let (database, server, _) = desk();
    // argon2id with m=8192, t=1 of the same password, made by another program.
    let weak = weak_hash();
    database.execute(&format!("UPDATE account SET password_hash = '{weak}' WHERE name = 'thulan'"));
    enter(&server, "thulan");
    let hash = &database.texts("SELECT password_hash FROM account WHERE name = 'thulan'")[0];
    assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
    enter(&server, "thulan");
}

fn weak_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8_192, 1, 1, None).unwrap());
    weak.hash_password_with_salt(PASSWORD.as_bytes(), b"0123456789abcdef").unwrap().to_string()
}
