//! The single sign-on as far as no provider is needed: settings, links with accounts, and what is said when it is away. With
//! a provider: `tests/browser/single-sign-on.test.mjs`.

use crate::support::{
    Client, Database, Server,
    stage::{When, applied, citizens},
};

const PASSWORD: &str = "bốn con voi qua sông";
/// A provider that is not there.
const AWAY: [(&str, &str); 4] = [
    ("SIPAS_OIDC_ISSUER", "http://127.0.0.1:1"),
    ("SIPAS_OIDC_CLIENT_ID", "sipas"),
    ("SIPAS_OIDC_NAME", "Cổng <tỉnh>"),
    ("SIPAS_OIDC_EMAIL_DOMAINS", "snv.example"),
];

fn office(variables: &[(&str, &str)]) -> (Database, Server, Client) {
    let database = applied(&citizens(When::Now));
    for (name, role) in [("thulan", "manager"), ("hoa", "manager"), ("quang", "administrator")] {
        database.run_with_input(&["user", "add", name, "--role", role], PASSWORD).ok();
    }
    let server = Server::start_with(&database, variables);
    let mut administrator = server.client();
    log_in(&mut administrator, "quang").is(303);
    (database, server, administrator)
}

fn log_in(client: &mut Client, name: &str) -> crate::support::Page {
    client.post("/admin/login", &[("name", name), ("password", PASSWORD)])
}

#[test]
fn without_settings_there_is_none() {
    let (_database, server, mut administrator) = office(&[]);
    let mut stranger = server.client();
    assert!(!stranger.get("/admin/login").is(200).text().contains("/admin/login/sso"));
    stranger.get("/admin/login/sso").is(404);
    stranger.get("/admin/login/sso/back?code=a&state=b").is(404);
    administrator.get("/admin/accounts/thulan/sso").is(404);
    administrator.post("/admin/accounts/thulan/sso", &[("sso", "lan")]).is(404);
}

#[test]
fn a_provider_that_is_away_is_said_in_words_and_passwords_still_work() {
    let (database, server, mut administrator) = office(&AWAY);
    let mut staff = server.client();
    let page = staff.get("/admin/login").is(200);
    assert!(page.text().contains("/admin/login/sso") && page.text().contains("Cổng &lt;tỉnh&gt;"));
    let away = staff.get("/admin/login/sso?next=/admin/campaigns").is(502);
    assert!(away.text().contains("mật khẩu") && !away.text().contains("127.0.0.1:1"), "{}", away.text());
    let refused = "SELECT new_value FROM audit WHERE action = 'session.refuse-sso'";
    assert_eq!(database.texts(refused).len(), 0, "nobody was refused");
    staff.get("/admin/login/sso/back?code=a&state=b").is(400);
    assert!(staff.cookies().is_empty());
    assert_eq!(database.texts(refused), ["\"another browser, or late\""]);
    // Strangers cannot fill the log: from the sixth on there is an alarm, once.
    for _ in 0..40 {
        staff.get("/admin/login/sso/back?code=a&state=b").is(400);
    }
    assert_eq!(database.texts(refused).len(), 5);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'session.alarm'"), 1);
    let log = administrator.get("/admin/nhat-ky?action=session").is(200);
    assert!(log.text().contains("Đăng nhập một lần bị từ chối"));
    log_in(&mut staff, "thulan").is(303);
}

#[test]
fn an_identity_is_one_account_s_of_an_allowed_domain_and_recorded() {
    let (database, server, mut administrator) = office(&AWAY);
    let account = administrator.get("/admin/tai-khoan/thulan").is(200);
    assert!(account.text().contains("/admin/accounts/thulan/sso"));
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    let set = |client: &mut Client, account: &str, sso: &str| {
        client.post(&format!("/admin/accounts/{account}/sso"), &[("sso", sso)])
    };
    set(&mut administrator, "thulan", "lan@evil.example").is(422);
    set(&mut administrator, "thulan", "hai từ").is(422);
    set(&mut administrator, "thulan", &"a".repeat(256)).is(422);
    staff.get("/admin/campaigns").is(200);
    set(&mut administrator, "thulan", " Lan@SNV.example ").is(200);
    staff.get("/admin/campaigns").is(303);
    set(&mut administrator, "hoa", "lan@snv.example").is(422);
    set(&mut administrator, "quang", "quang-at-sso").is(403);
    set(&mut administrator, "none", "x").is(404);
    assert_eq!(
        database.texts("SELECT oidc_subject FROM account WHERE oidc_subject IS NOT NULL"),
        ["lan@snv.example"]
    );
    let recorded = database.texts("SELECT new_value FROM audit WHERE action = 'account.sso'");
    assert!(recorded.len() == 1 && recorded[0].contains("lan@snv.example"), "{recorded:?}");
    set(&mut administrator, "thulan", "").is(200);
    assert_eq!(database.number("SELECT COUNT(*) FROM account WHERE oidc_subject IS NOT NULL"), 0);
}

#[test]
fn a_password_is_switched_off_only_where_the_provider_sees_to_a_second_factor() {
    let (_database, server, mut administrator) = office(&AWAY);
    let address = "/admin/accounts/thulan/sso";
    let fields = [("sso", "lan"), ("password_off", "yes")];
    administrator.post(address, &fields).is(422);
    log_in(&mut server.client(), "thulan").is(303);

    let vouched = [&AWAY[..], &[("SIPAS_OIDC_SECOND_FACTOR", "true")]].concat();
    let (_database, server, mut administrator) = office(&vouched);
    administrator.post(address, &[("sso", ""), ("password_off", "yes")]).is(422);
    let mut staff = server.client();
    log_in(&mut staff, "thulan").is(303);
    administrator.post(address, &fields).is(200);
    staff.get("/admin/campaigns").is(303);
    // As a wrong password is told, so is this (F-05).
    let refused = log_in(&mut server.client(), "thulan").is(401);
    let unknown = log_in(&mut server.client(), "nobody").is(401);
    assert_eq!(refused.text().replace("thulan", "nobody"), unknown.text());
    administrator.post(address, &[("sso", "lan")]).is(200);
    log_in(&mut staff, "thulan").is(303);
}

#[test]
fn a_command_links_accounts_too() {
    let (database, _server, _) = office(&[]);
    database.run(&["user", "sso", "quang", "quang-at-sso"]).ok();
    assert!(database.run(&["user", "sso", "hoa", "quang-at-sso"]).fails(1).contains("Another account"));
    // No domain is allowed without settings.
    assert!(database.run(&["user", "sso", "hoa", "hoa@snv.example"]).fails(1).contains("oidc_email_domains"));
    database.run(&["user", "sso", "none", "x"]).fails(1);
    database.run(&["user", "sso", "quang"]).ok();
    database.run(&["user", "sso", "hoa", "quang-at-sso"]).ok();
    let recorded = "SELECT object FROM audit WHERE action = 'account.sso' ORDER BY number";
    assert_eq!(database.texts(recorded), ["quang", "quang", "hoa"]);
}
