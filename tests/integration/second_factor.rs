//! The second factor: set up with a telephone, asked for at each log-in, changed and removed only by whoever has it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use scraper::{Html, Selector};
use totp_rs::{Builder, Secret};

use crate::support::{
    Client, Database, Form, Page, Server,
    stage::{When, applied, citizens},
};

const PASSWORD: &str = "bốn con voi qua sông";
const FACTOR: &str = "/admin/second-factor";
const REQUIRED: [(&str, &str); 1] = [("SIPAS_REQUIRE_SECOND_FACTOR", "true")];

/// An account of a manager, and a server.
fn office() -> (Database, Server) {
    office_with(&[])
}

fn office_with(variables: &[(&str, &str)]) -> (Database, Server) {
    let database = applied(&citizens(When::Now));
    account(&database, "thulan", "manager");
    let server = Server::start_with(&database, variables);
    (database, server)
}

fn account(database: &Database, name: &str, role: &str) {
    database.run_with_input(&["user", "add", name, "--role", role], PASSWORD).ok();
}

fn log_in(client: &mut Client, name: &str) -> Page {
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)])
}

fn words(page: &Page, css: &str) -> Vec<String> {
    let selector = Selector::parse(css).unwrap();
    let html = Html::parse_document(page.text());
    let read = |element: scraper::ElementRef<'_>| {
        element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    html.select(&selector).map(read).collect()
}

/// The form of a page that posts here.
fn form(page: &Page, action: &str) -> Form {
    let found = Form::all(page.text()).into_iter().find(|form| form.action.split('?').next() == Some(action));
    found.unwrap_or_else(|| panic!("no form for {action} in:\n{}", page.text()))
}

/// A telephone with an authenticator app.
struct Telephone(String);

impl Telephone {
    /// Types the key of the page that sets one up.
    fn new(page: &Page) -> Self {
        Self(words(page, ".secret").concat().replace(' ', ""))
    }

    /// The code that it shows now, or so many steps later.
    fn code(&self, steps: u64) -> String {
        #[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
        let now = u64::try_from(jiff::Timestamp::now().as_second()).unwrap();
        let secret = Secret::try_from_base32(&self.0).unwrap();
        Builder::new().with_secret(secret).build().unwrap().generate(now + 30 * steps).to_string()
    }
}

/// Sets one up and gives the telephone and the recovery codes. The codes of the present step and the next one are free.
fn set_up(database: &Database, client: &mut Client) -> (Telephone, Vec<String>) {
    let page = client.get(FACTOR).is(200);
    let telephone = Telephone::new(&page);
    let mut form = form(&page, "/admin/second-factor/new");
    form.set("password", PASSWORD).set("new", &telephone.code(0));
    let codes = words(&client.submit(FACTOR, &form).is(200), ".codes li");
    assert_eq!(codes.len(), 10, "{codes:?}");
    database.execute("UPDATE account SET totp_step = 0 WHERE totp_step IS NOT NULL");
    (telephone, codes)
}

/// Enters a code on the page that asks for it.
fn enter(client: &mut Client, asked: &Page, code: &str) -> Page {
    let mut form = form(asked, "/admin/login/code");
    form.set("code", code);
    client.submit("/admin/login", &form)
}

#[test]
fn f_11_with_a_second_factor_a_log_in_takes_the_password_and_the_code() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, _) = set_up(&database, &mut staff);

    let mut other = server.client();
    let asked = other
        .post("/admin/login", &[("name", "thulan"), ("password", PASSWORD), ("next", "/admin/campaigns/dan")])
        .is(200);
    assert!(other.cookies().is_empty(), "the password alone opens nothing");
    other.get("/admin/campaigns").is(303);
    let asked = enter(&mut other, &asked, "000000").is(401);
    assert!(other.cookies().is_empty());
    assert!(words(&asked, "[role=alert]").concat().contains(':'), "the server's time to compare with");
    let code = telephone.code(0);
    let entered = enter(&mut other, &asked, &code).is(303);
    assert_eq!(entered.header("location"), "/admin/campaigns/dan", "the way on is kept through both steps");
    other.get("/admin/campaigns").is(200);

    // Seen over the shoulder it is worthless: the code counts once.
    let mut thief = server.client();
    let asked = log_in(&mut thief, "thulan").is(200);
    let asked = enter(&mut thief, &asked, &code).is(401);
    enter(&mut thief, &asked, &telephone.code(1)).is(303);
}

#[test]
fn f_11_each_of_ten_recovery_codes_stands_in_for_the_telephone_once() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (_, codes) = set_up(&database, &mut staff);
    for (n, code) in codes.iter().take(2).enumerate() {
        let mut client = server.client();
        let asked = log_in(&mut client, "thulan").is(200);
        let mut form = form(&asked, "/admin/login/code");
        // However it is typed.
        form.set("recovery", &code.to_uppercase().replace('-', " "));
        assert_eq!(client.submit("/admin/login", &form).is(303).header("location"), FACTOR);
        let left = 9 - n;
        assert!(words(&client.get(FACTOR).is(200), ".done").concat().contains(&left.to_string()));
        let asked = log_in(&mut server.client(), "thulan").is(200);
        enter(&mut server.client(), &asked, code).is(401);
    }
}

#[test]
fn f_11_guesses_at_the_code_are_slowed_down_from_wherever_and_the_password_frees_none() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, codes) = set_up(&database, &mut staff);
    let mut thief = server.client();
    for _ in 0..5 {
        let asked = log_in(&mut thief, "thulan").is(200);
        enter(&mut thief, &asked, "123456").is(401);
    }
    let refused = log_in(&mut thief, "thulan").is(429);
    assert!(refused.header("retry-after").parse::<u32>().unwrap() >= 1);

    // From another network, too.
    let server = Server::start_with(&database, &[("SIPAS_TRUSTED_PROXIES", "127.0.0.1")]);
    let from = |network: usize, path: &str, body: &str| {
        let address = format!("198.51.{network}.7");
        let headers =
            [("content-type", "application/x-www-form-urlencoded"), ("x-forwarded-for", address.as_str())];
        server.client().send("POST", path, &headers, body.as_bytes())
    };
    let body = |fields: &[(&str, &str)]| {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
    };
    let password = body(&[("name", "thulan"), ("password", PASSWORD)]);
    let ask = |network: usize, code: &str| {
        let asked = from(network, "/admin/login", &password).is(200);
        let mut form = form(&asked, "/admin/login/code");
        form.set("code", code);
        from(network, "/admin/login/code", &form.body())
    };
    for network in 0..5 {
        ask(network, "123456").is(401);
    }
    ask(6, &telephone.code(0)).is(429);
    ask(7, &codes[0]).is(429);
}

#[test]
fn f_09_an_access_token_takes_the_code_too_or_an_entry_through_the_single_sign_on_just_now() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, _) = set_up(&database, &mut staff);
    let ask = |client: &mut Client, password: &str, code: &str| {
        let fields =
            [("name", "R"), ("days", "30"), ("scope", "units:read"), ("password", password), ("code", code)];
        client.post("/admin/toi/ma-truy-cap", &fields)
    };
    ask(&mut staff, PASSWORD, "").is(422);
    ask(&mut staff, PASSWORD, "123456").is(422);
    ask(&mut staff, "một mật khẩu nào đó", &telephone.code(0)).is(422);
    assert_eq!(database.number("SELECT COUNT(*) FROM access_token"), 0);
    ask(&mut staff, PASSWORD, &telephone.code(0)).is(200);
    // Each code counts once.
    ask(&mut staff, PASSWORD, &telephone.code(0)).is(422);
    // Who has no password here has just come through the single sign-on, and not otherwise.
    database.execute("UPDATE account SET password_off = TRUE");
    ask(&mut staff, PASSWORD, "").is(422);
    database.execute("UPDATE session SET entry = 2");
    ask(&mut staff, "", "").is(200);
    database.execute("UPDATE session SET created = created - 660000");
    assert!(ask(&mut staff, "", "").is(422).text().contains("10 phút"));
    assert_eq!(database.number("SELECT COUNT(*) FROM access_token WHERE vouched"), 1);
    // Another telephone ends them all.
    database.execute("UPDATE account SET password_off = FALSE, totp_step = 0");
    let page = staff.get("/admin/second-factor/new").is(200);
    let other = Telephone::new(&page);
    let mut form = form(&page, "/admin/second-factor/new");
    form.set("password", PASSWORD).set("code", &telephone.code(0)).set("new", &other.code(0));
    staff.submit(FACTOR, &form).is(200);
    assert_eq!(database.number("SELECT COUNT(*) FROM access_token"), 0);
}

#[test]
fn f_09_setting_it_up_asks_for_the_password_and_ends_the_other_sessions() {
    let (database, server) = office();
    let (mut here, mut there) = (server.client(), server.client());
    log_in(&mut here, "thulan").is(303);
    log_in(&mut there, "thulan").is(303);
    let page = here.get(FACTOR).is(200);
    let telephone = Telephone::new(&page);
    let mut filled = form(&page, "/admin/second-factor/new");
    filled.set("password", "một mật khẩu nào đó").set("new", &telephone.code(0));
    let refused = here.submit(FACTOR, &filled).is(422);
    assert_eq!(Telephone::new(&refused).0, telephone.0, "the code need not be scanned again");
    filled.set("password", PASSWORD).set("new", "123456");
    here.submit(FACTOR, &filled).is(422);
    assert_eq!(database.number("SELECT COUNT(*) FROM account WHERE totp_seed IS NOT NULL"), 0);
    let before = here.cookies().clone();
    filled.set("new", &telephone.code(0));
    here.submit(FACTOR, &filled).is(200);
    assert_ne!(&before, here.cookies(), "a new session here");
    here.get("/admin/campaigns").is(200);
    there.get("/admin/campaigns").is(303);
    // The page that was open before proposes nothing to another account.
    account(&database, "hoa", "manager");
    log_in(&mut there, "hoa").is(303);
    filled.set("new", &telephone.code(1));
    there.submit(FACTOR, &filled).is(409);
}

#[test]
fn f_09_another_telephone_new_codes_and_removing_ask_for_password_and_code_and_end_the_other_sessions() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, codes) = set_up(&database, &mut staff);
    let fresh = |database: &Database| database.execute("UPDATE account SET totp_step = 0");
    let another = || {
        let mut client = server.client();
        let asked = log_in(&mut client, "thulan").is(200);
        enter(&mut client, &asked, &telephone.code(0)).is(303);
        fresh(&database);
        client
    };

    // New recovery codes.
    let mut other = another();
    let mut renew = form(&staff.get(FACTOR).is(200), "/admin/second-factor/recovery-codes");
    for (password, code) in [("một mật khẩu nào đó", telephone.code(0)), (PASSWORD, "123456".to_owned())]
    {
        renew.set("password", password).set("code", &code);
        staff.submit(FACTOR, &renew).is(422);
    }
    renew.set("code", &telephone.code(0));
    let renewed = words(&staff.submit(FACTOR, &renew).is(200), ".codes li");
    assert!(renewed.len() == 10 && renewed.iter().all(|code| !codes.contains(code)));
    other.get("/admin/campaigns").is(303);
    staff.get("/admin/campaigns").is(200);
    fresh(&database);

    // Another telephone: the old one and its codes are worthless.
    let mut other = another();
    let page = staff.get("/admin/second-factor/new").is(200);
    let second = Telephone::new(&page);
    assert_ne!(second.0, telephone.0);
    let mut change = form(&page, "/admin/second-factor/new");
    change.set("password", PASSWORD).set("new", &second.code(0));
    staff.submit(FACTOR, &change).is(422);
    change.set("code", &renewed[0]);
    staff.submit(FACTOR, &change).is(200);
    other.get("/admin/campaigns").is(303);
    fresh(&database);
    let asked = log_in(&mut other, "thulan").is(200);
    let asked = enter(&mut other, &asked, &telephone.code(0)).is(401);
    let asked = enter(&mut other, &asked, &renewed[1]).is(401);
    enter(&mut other, &asked, &second.code(0)).is(303);
    fresh(&database);

    // Removing it.
    let mut remove = form(&staff.get(FACTOR).is(200), "/admin/second-factor/remove");
    remove.set("password", PASSWORD).set("code", "123456");
    staff.submit(FACTOR, &remove).is(422);
    remove.set("code", &second.code(0));
    staff.submit(FACTOR, &remove).is(200);
    other.get("/admin/campaigns").is(303);
    log_in(&mut other, "thulan").is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM recovery_code"), 0);
}

#[test]
fn where_it_is_compulsory_nothing_is_open_before_it_is_set_up() {
    let (database, server) = office();
    account(&database, "quang", "administrator");
    account(&database, "mai", "viewer");
    // Signed in before the setting was switched on.
    let mut before = server.client();
    log_in(&mut before, "quang").is(303);
    before.get("/admin/campaigns").is(200);
    let cookies = before.cookies().clone();
    drop(server);

    let server = Server::start_with(&database, &REQUIRED);
    let cookie = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
    let held = server.client().send("GET", "/admin/campaigns", &[("cookie", &cookie)], b"").is(303);
    assert_eq!(held.header("location"), FACTOR);

    for name in ["thulan", "quang"] {
        let mut staff = server.client();
        let page = log_in(&mut staff, name).is(200);
        assert!(!words(&page, ".secret").is_empty(), "led to the set-up at once");
        staff.post("/admin/campaigns/dan/y-kien", &[]).is(403);
        for path in ["/admin", "/admin/campaigns", "/admin/campaigns/dan", "/admin/campaigns/dan/report.json"]
        {
            assert_eq!(staff.get(path).is(303).header("location"), FACTOR, "{path}");
        }
        set_up(&database, &mut staff);
        staff.get("/admin/campaigns").is(200);
        // It cannot be taken away again.
        let page = staff.get(FACTOR).is(200);
        assert!(Form::all(page.text()).iter().all(|form| !form.action.contains("remove")));
    }
    let mut staff = server.client();
    log_in(&mut staff, "mai").is(303);
    staff.get("/admin/second-factor").is(200);
    staff.get("/admin").is(200);
}

#[test]
fn where_it_is_compulsory_it_cannot_be_removed_by_a_form_of_ones_own() {
    let (database, server) = office_with(&REQUIRED);
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(200);
    let (telephone, _) = set_up(&database, &mut staff);
    let fields = [("password", PASSWORD), ("code", &telephone.code(0))];
    staff.post("/admin/second-factor/remove", &fields).is(403);
    assert_eq!(database.number("SELECT COUNT(*) FROM account WHERE totp_seed IS NOT NULL"), 1);
}

#[test]
fn f_13_a_password_too_short_to_stand_alone_opens_nothing_but_the_set_up() {
    let (database, server) = office();
    let short = "voi quá!";
    let hash = sipas::web::auth::password::hash(short).unwrap();
    database.execute(&format!("UPDATE account SET password_hash = '{hash}'"));
    let mut staff = server.client();
    let page = staff.post("/admin/login", &[("name", "thulan"), ("password", short)]).is(200);
    assert_eq!(staff.get("/admin/campaigns").is(303).header("location"), FACTOR);
    let telephone = Telephone::new(&page);
    let mut filled = form(&page, "/admin/second-factor/new");
    filled.set("password", short).set("new", &telephone.code(0));
    staff.submit(FACTOR, &filled).is(200);
    staff.get("/admin/campaigns").is(200);
    // Nor can the second factor be removed while the password is what it is.
    database.execute("UPDATE account SET totp_step = 0");
    let fields = [("password", short), ("code", &telephone.code(0))];
    let refused = staff.post("/admin/second-factor/remove", &fields).is(422);
    assert!(words(&refused, "[role=alert]").concat().contains("14"));
}

#[test]
fn an_administrator_removes_it_for_somebody_who_lost_the_telephone_and_it_is_recorded() {
    let (database, server) = office();
    account(&database, "quang", "administrator");
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    set_up(&database, &mut staff);
    let mut administrator = server.client();
    log_in(&mut administrator, "quang").is(303);
    let address = "/admin/accounts/thulan/second-factor";
    let mut ask = form(&administrator.get(address).is(200), address);
    ask.set("confirm", "hoa");
    administrator.submit(address, &ask).is(422);
    staff.get("/admin/campaigns").is(200);
    ask.set("confirm", "Thulan");
    administrator.submit(address, &ask).is(200);
    staff.get("/admin/campaigns").is(303);
    log_in(&mut staff, "thulan").is(303);
    let recorded = "SELECT actor || ' ' || object FROM audit WHERE action = 'account.second-factor-remove'";
    assert_eq!(database.texts(recorded), ["quang thulan"]);
    administrator.get("/admin/accounts/none/second-factor").is(404);
    // One's own asks for password and code.
    let own = "/admin/accounts/quang/second-factor";
    set_up(&database, &mut administrator);
    administrator.get(own).is(303);
    administrator.post(own, &[("confirm", "quang")]).is(303);
    assert_eq!(database.texts("SELECT name FROM account WHERE totp_seed IS NOT NULL"), ["quang"]);
}

#[test]
fn a_command_removes_it_too_and_says_when_there_is_none() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    set_up(&database, &mut staff);
    database.run(&["user", "second-factor", "remove", "thulan"]).ok();
    staff.get("/admin/campaigns").is(303);
    log_in(&mut staff, "thulan").is(303);
    let none = database.run(&["user", "second-factor", "remove", "thulan"]).fails(1);
    assert!(none.contains("thulan"), "{none}");
    database.run(&["user", "second-factor", "remove", "hoa"]).fails(1);
    let recorded = "SELECT actor FROM audit WHERE action = 'account.second-factor-remove'";
    assert!(database.texts(recorded)[0].starts_with("command:"));
}

#[test]
fn what_somebody_does_with_it_is_recorded_without_secrets() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, codes) = set_up(&database, &mut staff);
    let fields = [("password", PASSWORD), ("code", codes[0].as_str())];
    staff.post("/admin/second-factor/recovery-codes", &fields).is(200);
    let fields = [("password", PASSWORD), ("code", &telephone.code(0))];
    staff.post("/admin/second-factor/remove", &fields).is(200);
    let recorded =
        "SELECT action FROM audit WHERE actor = 'thulan' AND action LIKE 'account.%' ORDER BY number";
    let actions = ["account.second-factor-set", "account.recovery-codes", "account.second-factor-remove"];
    assert_eq!(database.texts(recorded), actions);
    let told = "SELECT old_value || new_value FROM audit WHERE actor = 'thulan' AND action LIKE 'account.%'";
    let told = database.texts(told);
    assert!(told.iter().all(String::is_empty), "{told:?}");
}

#[test]
fn l_11_the_database_holds_neither_the_secret_nor_a_recovery_code() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, codes) = set_up(&database, &mut staff);
    let secret = Secret::try_from_base32(&telephone.0).unwrap();
    let hex: String = secret.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let mut held = database.texts("SELECT totp_seed FROM account WHERE totp_seed IS NOT NULL");
    held.extend(database.texts("SELECT code_hash FROM recovery_code"));
    assert_eq!(held.len(), 11);
    for text in held {
        assert!(!text.contains(&hex[..16]) && !text.contains(&telephone.0), "{text}");
        assert!(codes.iter().all(|code| !text.contains(code.as_str())), "{text}");
    }
    if !database.is_postgres() {
        for file in std::fs::read_dir(database.folder()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let holds = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
            assert!(!holds(secret.as_bytes()) && !holds(telephone.0.as_bytes()));
            assert!(codes.iter().all(|code| !holds(code.as_bytes())));
        }
    }
    let log = server.stderr();
    assert!(!log.contains(&telephone.0) && codes.iter().all(|code| !log.contains(code.as_str())));
}

#[test]
fn f_11_a_password_step_is_worthless_once_the_account_has_changed() {
    let (database, server) = office();
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let (telephone, _) = set_up(&database, &mut staff);
    let mut other = server.client();
    let asked = log_in(&mut other, "thulan").is(200);
    let hash = sipas::web::auth::password::hash("năm con voi qua sông").unwrap();
    database.execute(&format!("UPDATE account SET password_hash = '{hash}'"));
    let late = enter(&mut other, &asked, &telephone.code(0)).is(401);
    assert!(other.cookies().is_empty());
    assert_eq!(form(&late, "/admin/login").value("name"), Some(""));
    // Nor is one of one's own making.
    other.post("/admin/login/code", &[("ticket", "AAAA"), ("code", &telephone.code(0))]).is(401);
}
