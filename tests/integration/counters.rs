//! Counters at the desk: looked at before they are added, shared between campaigns with everybody's knowledge, taken back
//! as long as nothing was done with them.

#![expect(clippy::unwrap_used, reason = "tests")]

use crate::support::{
    Client, Database, Form, Page, Server,
    stage::{When, answer, applied, citizens, open_counter, stored},
};

const PASSWORD: &str = "bốn con voi qua sông";

fn manager(database: &Database, server: &Server) -> Client {
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let mut client = server.client();
    client.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    client
}

/// A draft beside what there is, open between these days as people write them.
fn draft(desk: &mut Client, slug: &str, opens: &str, closes: &str) {
    let page = desk.get("/admin/campaigns/new?form=sipas%2F2026.1%2Fcounter").is(200);
    let mut form = page.form_to("/admin/campaigns/new");
    form.set("title.vi", &format!("Đợt {slug}"));
    form.set("slug", slug);
    form.set("opens.day", opens);
    form.set("closes.day", closes);
    desk.submit("/admin/campaigns/new", &form).is(303);
}

fn day(days: i64) -> String {
    #[expect(clippy::disallowed_methods, reason = "the binary under test lives in real time")]
    let now = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days + 7);
    now.strftime("%d/%m/%Y").to_string()
}

fn form_with(page: &Page, field: &str) -> Form {
    Form::all(page.text()).into_iter().find(|form| form.fields.iter().any(|had| had.name == field)).unwrap()
}

/// The preview of what these fields ask for.
fn look(desk: &mut Client, slug: &str, fields: &[(&str, &str)]) -> Page {
    let sent = desk.post(&format!("/admin/campaigns/{slug}/counters/add"), fields).is(303);
    let at = sent.header("location").to_owned();
    desk.get(&at).is(200)
}

fn confirm(desk: &mut Client, preview: &Page) -> Page {
    let form = form_with(preview, "seen");
    desk.submit(&form.action.clone(), &form)
}

fn codes(database: &Database, slug: &str) -> Vec<String> {
    database.texts(&format!(
        "SELECT p.counter FROM place p JOIN campaign c ON c.number = p.campaign
         WHERE c.slug = '{slug}' AND NOT p.retired ORDER BY p.number"
    ))
}

fn reuse(slug: &str) -> [(&'static str, &str); 2] {
    [("how", "reuse"), ("from", slug)]
}

const ONE: [(&str, &str); 4] = [("how", "number"), ("unit", "qn"), ("count", "1"), ("pattern", "Quầy số")];

#[test]
fn counters_of_a_second_campaign_are_new_ones_unless_somebody_chooses_to_share_them_and_is_told() {
    let (database, server, mut phone) = open_counter();
    let mut desk = manager(&database, &server);
    let first = database.texts("SELECT slug FROM campaign").remove(0);
    let title = database.texts("SELECT title FROM campaign").remove(0);
    let there = codes(&database, &first);
    draft(&mut desk, "hai", &day(-1), &day(30));

    // Numbers and codes go on after those of the other campaign.
    let preview = look(&mut desk, "hai", &ONE);
    assert!(!preview.text().contains("dùng chung mã QR"), "nothing is shared");
    confirm(&mut desk, &preview).is(303);
    let new = codes(&database, "hai").remove(0);
    assert!(!there.contains(&new), "{new} of {there:?}");
    let addresses = database.number("SELECT COUNT(DISTINCT address) FROM place");
    assert_eq!(addresses, i64::try_from(there.len()).unwrap() + 1, "each has an address of its own");

    // Sharing is a choice; the clash is told at once, and once more in the list.
    let preview = look(&mut desk, "hai", &reuse(&first));
    for words in ["dùng chung mã QR", "trùng thời gian", &there[0]] {
        assert!(preview.text().contains(words), "{words}: {}", preview.text());
    }
    confirm(&mut desk, &preview).is(303);
    assert!(codes(&database, "hai").contains(&there[0]));
    let list = desk.get("/admin/campaigns/hai/counters").is(200);
    assert!(list.text().contains("trùng thời gian"));

    // The trial of a draft's counter shows the draft's form, not the one that is open there.
    let address =
        database.texts(&format!("SELECT address FROM place WHERE counter = '{}' ORDER BY number", there[0]));
    assert_eq!(address[0], address[1], "the printed code serves both");
    let path = format!("/k/{}", address[0]);
    assert!(list.text().contains(&format!("{path}/thu?campaign=hai")));
    let tried = phone.get(&format!("{path}/thu?campaign=hai")).is(200);
    assert!(tried.text().contains("Đợt hai"), "{}", tried.text());
    assert_eq!(tried.form().value("_campaign"), Some("hai"));
    let open = phone.get(&format!("{path}/thu")).is(200);
    assert_eq!(open.form().value("_campaign"), Some(first.as_str()));
    phone.get(&format!("{path}/thu?campaign=khac")).is(404);

    // Retiring it here says that the code goes on serving the open campaign, and so it does.
    let counter = format!("/admin/campaigns/hai/counters/{}", there[0]);
    let page = desk.get(&counter).is(200);
    assert!(page.text().contains("Mã QR vẫn dẫn đến đợt"), "{title}: {}", page.text());
    desk.post(&counter, &[("do", "retire")]).is(303);
    assert!(desk.get(&counter).is(200).text().contains("Mã QR vẫn dẫn đến đợt"));
    answer(&mut phone, &path, "5");
    assert_eq!(stored(&database, &first), 1);

    // A list does not take up what was retired.
    let code = format!("qn\tQuầy chung\t{}", there[0]);
    let refused =
        desk.post("/admin/campaigns/hai/counters/add", &[("how", "lines"), ("lines", &code)]).is(422);
    assert!(refused.text().contains("đã có"), "a retired counter is taken up again at its own page");
}

#[test]
fn what_is_confirmed_is_what_was_shown_and_going_back_adds_nothing() {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    let mut desk = manager(&database, &server);
    draft(&mut desk, "hai", &day(40), &day(70));
    let kinds = database.texts("SELECT DISTINCT kind FROM unit ORDER BY kind");
    let page = desk.get("/admin/campaigns/hai/counters/add").is(200);
    let mut form = form_with(&page, "pattern");
    for n in 0..kinds.len() {
        form.set(&format!("each.{n}"), "2");
    }
    let sent = desk.submit("/admin/campaigns/hai/counters/add", &form).is(303);
    let at = sent.header("location").to_owned();
    let preview = desk.get(&at).is(200);
    let units = database.number("SELECT COUNT(*) FROM unit");
    assert!(preview.text().contains(&format!("Sẽ thêm {} quầy cho {units} đơn vị", 2 * units)));
    assert!(codes(&database, "hai").is_empty());
    // What was asked for comes back for changing.
    let again = desk.get(&at.replace("/preview", "")).is(200);
    assert_eq!(form_with(&again, "pattern").value("each.0"), Some("2"));
    // Another account does not get it.
    let mut other = server.client();
    database.run_with_input(&["user", "add", "khac", "--role", "manager"], PASSWORD).ok();
    other.post("/admin/login", &[("name", "khac"), ("password", PASSWORD)]).is(303);
    other.get(&at).is(303);
    // Somebody else adds one meanwhile: it is shown again as it would be now.
    let theirs = look(&mut other, "hai", &ONE);
    confirm(&mut other, &theirs).is(303);
    let changed = confirm(&mut desk, &preview).is(409);
    assert_eq!(codes(&database, "hai").len(), 1);
    confirm(&mut desk, &changed).is(303);
    assert_eq!(i64::try_from(codes(&database, "hai").len()).unwrap(), 2 * units + 1);
    // The same preview once more, as by the browser's way back, or sent twice.
    let back = desk.get(&at).is(303);
    assert!(back.header("location").ends_with("/counters"));
    confirm(&mut desk, &changed).is(404);
    assert_eq!(i64::try_from(codes(&database, "hai").len()).unwrap(), 2 * units + 1);
}

#[test]
fn an_addition_is_taken_back_as_one_until_something_was_done_with_a_counter_of_it() {
    let (database, server, mut phone) = open_counter();
    let mut desk = manager(&database, &server);
    let slug = database.texts("SELECT slug FROM campaign").remove(0);
    let before = codes(&database, &slug);
    let three = [("unit", "qn"), ("count", "3"), ("pattern", "Bàn")];
    let preview = look(&mut desk, &slug, &three);
    let added = confirm(&mut desk, &preview).is(303);
    let list = desk.get(added.header("location")).is(200);
    let undo = format!("/admin/campaigns/{slug}/counters/additions/1/undo");
    assert!(list.text().contains(&undo));
    // It is said that nothing of it hangs anywhere.
    desk.get(&undo).is(200);
    desk.post(&undo, &[]).is(422);
    assert_eq!(codes(&database, &slug).len(), before.len() + 3);
    desk.post(&undo, &[("not_printed", "yes")]).is(303);
    assert_eq!(codes(&database, &slug), before, "and nothing is left of them");
    desk.post(&undo, &[("not_printed", "yes")]).is(404);
    let actions = database.texts("SELECT action FROM audit WHERE actor = 'thulan' ORDER BY number");
    assert_eq!(actions[actions.len() - 2..], ["counter.add", "counter.undo"]);

    // Their codes are free again; once somebody has opened a page or answered, all of them stay.
    let preview = look(&mut desk, &slug, &three);
    confirm(&mut desk, &preview).is(303);
    let path = format!("/k/{}", database.texts("SELECT address FROM place WHERE name = 'Bàn 1'").remove(0));
    phone.get(&path).is(200);
    let refused = desk.post(&undo, &[("not_printed", "yes")]).is(422);
    assert!(refused.text().contains("đã có người quét"), "{}", refused.text());
    answer(&mut phone, &path, "5");
    assert!(desk.get(&undo).is(200).text().contains("đã có phiếu trả lời"));
    assert_eq!(codes(&database, &slug).len(), before.len() + 3);
    assert_eq!(stored(&database, &slug), 1);
    // Counters that files or a copy brought are no addition.
    desk.get(&format!("/admin/campaigns/{slug}/counters/additions/7/undo")).is(404);
}
