//! Mails to invited persons: each is sent at least once and as a rule once, whatever the mail server does; reminders go to
//! those who have not answered; and nothing that stays tells who that was.
//!
//! The clock is the test's own: nobody waits for a day.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use sipas::{
    clock::{self, Clock},
    config::Config,
    distribution::mail::Mailer,
    secret::Key,
    store::{Store, invitations, mailing, outbox},
    worker::outbox::{self as work, Sender, Turn},
};
use tokio::runtime::Runtime;

use crate::support::{
    Act, Client, Database, Form, MailServer, SECRET, Server,
    stage::{applied, filled, officials_by_mail},
};

const PASSWORD: &str = "bốn con voi qua sông";
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;

/// A campaign with its mail server, and a sender whose clock stands still until it is moved.
struct Post {
    database: Database,
    runtime: Runtime,
    store: Store,
    now: Arc<AtomicI64>,
    config: Config,
    sender: Sender,
}

impl Post {
    fn new(invited: usize, url: &str) -> Self {
        Self::with(invited, url, "100000")
    }

    fn with(invited: usize, url: &str, per_minute: &str) -> Self {
        let database = applied(&officials_by_mail(invited));
        // Long enough for what takes days.
        database.execute(&format!("UPDATE campaign SET closes = closes + {}", 20 * DAY));
        let opens = database.number("SELECT opens FROM campaign");
        let now = Arc::new(AtomicI64::new(opens + DAY));
        let runtime = Runtime::new().unwrap();
        let config = Config::load(None, |name| {
            let value = match name {
                "SIPAS_SMTP_URL" => url,
                "SIPAS_MAIL_FROM" => "Sở Nội vụ <khaosat@binhdinh.example>",
                "SIPAS_BASE_URL" => "https://khaosat.binhdinh.example",
                "SIPAS_MAIL_PER_MINUTE" => per_minute,
                _ => return None,
            };
            Some(value.to_owned())
        })
        .unwrap();
        let key = Arc::new(Key::from_text(SECRET).unwrap());
        let store = runtime.block_on(Store::open(database.url(), &key)).unwrap();
        let sender = sender(&config, &store, &now);
        Self { database, runtime, store, now, config, sender }
    }

    fn now(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn pass(&self, milliseconds: i64) {
        self.now.fetch_add(milliseconds, Ordering::Relaxed);
    }

    fn invite(&self) -> usize {
        let (now, store) = (self.now(), &self.store);
        self.runtime.block_on(async {
            let mut db = store.write().await.unwrap();
            let day = i64::from(clock::day(now));
            let queued = outbox::queue_invitations(&mut db, 1, "thulan", day, now).await.unwrap();
            db.commit().await.unwrap();
            queued.map_or(0, |(_, codes)| codes.len())
        })
    }

    fn remind(&self) -> usize {
        let (now, store) = (self.now(), &self.store);
        self.runtime.block_on(async {
            let mut db = store.write().await.unwrap();
            let day = i64::from(clock::day(now));
            let queued = outbox::queue_reminders(&mut db, 1, "thulan", day, now).await.unwrap();
            db.commit().await.unwrap();
            queued.map_or(0, |(_, n)| n)
        })
    }

    /// Turns until nothing is due, or something is not yet; what they did, in a word each.
    fn work(&mut self) -> Vec<String> {
        let mut done = Vec::new();
        loop {
            match self.runtime.block_on(self.sender.turn()).unwrap() {
                Turn::Idle => return done,
                Turn::Wait(_) => {
                    done.push("wait".to_owned());
                    return done;
                }
                Turn::Skipped => done.push("skipped".to_owned()),
                Turn::Tried { noted, .. } => done.push(match noted {
                    outbox::Noted::Sent => "sent".to_owned(),
                    outbox::Noted::Waits(why) => format!("waits {why}"),
                    outbox::Noted::Failed(why) => format!("failed {why}"),
                    outbox::Noted::Away(_) => "away".to_owned(),
                    outbox::Noted::Lost => "lost".to_owned(),
                }),
            }
        }
    }

    /// Queued, sent, refused, given up, stopped of the latest run.
    fn counts(&self) -> Vec<i64> {
        let runs = self
            .runtime
            .block_on(async { mailing::runs(&mut self.store.read().await.unwrap(), 1).await.unwrap() });
        let run = &runs[0];
        vec![run.queued, run.sent, run.refused, run.given_up, run.stopped]
    }

    fn waiting(&self) -> i64 {
        self.database.number("SELECT COUNT(*) FROM outbox")
    }

    fn answer(&self, server: &Server, link: &str) {
        let mut official = server.client();
        let page = official.get(link).is(200);
        official.submit(link, &filled(&page, "4")).is(303);
    }
}

fn sender(config: &Config, store: &Store, now: &Arc<AtomicI64>) -> Sender {
    // Nobody waits for long for a mail server that says nothing.
    let mailer = Arc::into_inner(Mailer::of(config).unwrap().unwrap()).unwrap();
    let mailer = Arc::new(mailer.with_patience(Duration::from_secs(1)));
    let time = Arc::clone(now);
    let clock = Clock::from_fn(move || time.load(Ordering::Relaxed));
    Sender::new(config, store.clone(), clock, Arc::new(Key::from_text(SECRET).unwrap()), mailer)
}

#[test]
fn i_10_what_a_mail_server_says_decides_whether_it_is_tried_again() {
    let mails = MailServer::start_acting(&[
        ("cb1@binhdinh.example", Act::Say(451)),
        ("cb2@binhdinh.example", Act::Say(550)),
        ("cb3@binhdinh.example", Act::SayAfterwards(554)),
        ("cb4@binhdinh.example", Act::SayAfterwards(452)),
    ]);
    let mut post = Post::new(5, &mails.url());
    assert_eq!(post.invite(), 5);
    assert_eq!(post.work(), ["waits 451", "failed 550", "failed 554", "waits 452", "sent"]);
    assert_eq!(post.work(), Vec::<String>::new(), "not before its time");
    post.pass(2 * MINUTE);
    assert_eq!(post.work(), ["sent", "sent"]);
    assert_eq!((post.counts(), post.waiting()), (vec![5, 3, 2, 0, 0], 0));
    let faults =
        "SELECT code || ' ' || mail_fault FROM invitation WHERE mail_fault IS NOT NULL ORDER BY code";
    assert_eq!(post.database.texts(faults), ["cb-001 refused 550", "cb-002 refused 554"]);
    let to: BTreeSet<String> = mails.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!((mails.mails().len(), to.len()), (3, 3));
    // Whoever cannot be reached by mail gets a letter.
    let links = post.database.run(&["links", "can-bo"]).ok();
    let printed: Vec<&str> = links.lines().filter(|line| !line.ends_with("\t-")).collect();
    assert!(printed.len() == 2 && printed[0].contains("cb-001"), "{links}");
    let server = Server::start(&post.database);
    for mail in mails.mails() {
        post.answer(&server, &mail.link());
    }
}

#[test]
fn i_10_a_mail_that_may_have_arrived_is_sent_again_as_the_same_one() {
    let mails = MailServer::start_acting(&[
        ("cb1@binhdinh.example", Act::DieBefore),
        ("cb2@binhdinh.example", Act::DieAfter),
        ("cb3@binhdinh.example", Act::Silent),
    ]);
    let mut post = Post::new(3, &mails.url());
    post.invite();
    assert!(post.work().iter().all(|done| done.starts_with("waits ")));
    // The link in a mail that arrived works already, though nobody knows that it did.
    let server = Server::start(&post.database);
    post.answer(&server, &mails.mails()[0].link());
    post.pass(2 * MINUTE);
    // Who has answered by it gets it again as well: one mail fewer would tell (B-07).
    assert_eq!(post.work(), ["sent"; 3]);
    let all = mails.mails();
    let of = |to: &str| all.iter().filter(|mail| mail.to[0] == to).collect::<Vec<_>>();
    assert_eq!(of("cb1@binhdinh.example").len(), 1);
    let twice = of("cb3@binhdinh.example");
    assert_eq!(twice.len(), 2);
    assert_eq!(twice[0].link(), twice[1].link());
    assert_eq!(twice[0].header("Message-ID"), twice[1].header("Message-ID"));
    post.answer(&server, &twice[0].link());
}

#[test]
fn i_10_a_server_that_is_down_for_a_day_costs_no_mail_and_a_clock_set_back_holds_none_up() {
    let address = MailServer::nobody();
    let mut post = Post::new(4, &format!("smtp://{address}"));
    post.invite();
    assert_eq!(post.work(), ["away", "wait"]);
    for _ in 0..200 {
        post.pass(10 * MINUTE);
        assert_eq!(post.work()[..1], ["away"]);
    }
    assert_eq!(post.database.number("SELECT CAST(SUM(tries) AS BIGINT) FROM outbox"), 0);
    assert_eq!(
        post.database.texts("SELECT mail_fault FROM invitation WHERE mail_fault IS NOT NULL"),
        [""; 0]
    );
    // Somebody sets the clock right.
    post.pass(-DAY);
    let mails = MailServer::start_at(address);
    assert_eq!(post.work(), ["sent"; 4]);
    assert_eq!((mails.mails().len(), post.counts()), (4, vec![4, 4, 0, 0, 0]));
}

#[test]
fn i_10_after_three_days_a_mail_is_given_up_and_a_whole_server_that_refuses_is_not_believed() {
    let all: Vec<(String, Act)> = (1..=8)
        .flat_map(|n| (0..30).map(move |_| (format!("cb{n}@binhdinh.example"), Act::Say(554))))
        .collect();
    let script: Vec<(&str, Act)> = all.iter().map(|(to, act)| (to.as_str(), *act)).collect();
    let mails = MailServer::start_acting(&script);
    let mut post = Post::new(8, &mails.url());
    post.invite();
    let done = post.work();
    assert_eq!(done.iter().filter(|done| *done == "failed 554").count(), 5);
    assert_eq!(done.iter().filter(|done| *done == "waits 554").count(), 3);
    let started = post.now();
    while post.waiting() > 0 {
        post.pass(30 * MINUTE);
        post.work();
    }
    let days = (post.now() - started) as f64 / DAY as f64;
    assert!((2.0..5.0).contains(&days), "{days}");
    assert_eq!(post.counts(), [8, 0, 5, 3, 0]);
    // Sent off once more, they are tried once more.
    assert_eq!(post.invite(), 8);
}

#[test]
fn mails_keep_to_the_limit_per_minute_after_a_few() {
    let mails = MailServer::start();
    let mut post = Post::with(30, &mails.url(), "60");
    post.invite();
    let sent = |done: Vec<String>| done.iter().filter(|done| *done == "sent").count();
    assert_eq!(sent(post.work()), 11);
    assert_eq!(post.runtime.block_on(post.sender.turn()).unwrap(), Turn::Wait(1_000));
    post.pass(5_000);
    assert_eq!(sent(post.work()), 5);
    post.pass(MINUTE);
    assert_eq!(sent(post.work()), 11, "what was not used is not saved up");
}

#[test]
fn several_servers_send_each_mail_once() {
    let mails = MailServer::start();
    let post = Post::new(60, &mails.url());
    post.invite();
    let (config, store, now) = (&post.config, &post.store, &post.now);
    post.runtime.block_on(async {
        let senders = (0..4).map(|_| sender(config, store, now)).map(|mut sender| {
            tokio::spawn(async move {
                loop {
                    match sender.turn().await {
                        Ok(Turn::Idle) => return,
                        Ok(_) => {}
                        Err(error) => assert!(error.to_string().contains("busy"), "{error}"),
                    }
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.unwrap();
        }
    });
    let to: BTreeSet<String> = mails.mails().into_iter().flat_map(|mail| mail.to).collect();
    assert_eq!((to.len(), mails.mails().len()), (60, 60));
    assert_eq!((post.counts(), post.waiting()), (vec![60, 60, 0, 0, 0], 0));
}

#[test]
fn a_10_reminders_go_to_the_unused_end_the_older_link_and_leave_nothing_of_anybody() {
    let mails = MailServer::start();
    let mut post = Post::new(6, &mails.url());
    post.invite();
    post.work();
    let first = mails.mails();
    let server = Server::start(&post.database);
    post.answer(&server, &first[0].link());
    post.pass(DAY);
    assert_eq!(post.remind(), 5);
    // Until the reminder has been taken the older link works; whoever answers meanwhile gets none.
    post.answer(&server, &first[1].link());
    assert_eq!(post.work(), ["skipped", "sent", "sent", "sent", "sent"]);
    let second = &mails.mails()[6..];
    assert!(second.iter().all(|mail| mail.subject().starts_with("Nhắc trả lời")));
    let (old, new) = (first[2].link(), second[0].link());
    assert_ne!(old, new);
    let mut official = server.client();
    let page = official.get(&old).is(410);
    assert!(
        page.text().contains("<html lang=\"vi\"") && page.text().contains("liên kết mới"),
        "{}",
        page.text()
    );
    let form = filled(&official.get(&new).is(200), "5");
    official.post(&old, &form.pairs()).is(404);
    let mut with_old: Vec<(&str, &str)> =
        form.pairs().into_iter().filter(|(name, _)| *name != "token").collect();
    let token = old.trim_start_matches("/m/").to_owned();
    with_old.push(("token", &token));
    official.post("/m", &with_old).is(410);
    official.submit(&new, &form).is(303);
    // Whoever answered before, during and after the reminders: their rows say the same.
    let shown = "SELECT DISTINCT CAST(mailed AS TEXT) || CAST(sent AS TEXT) || CAST(no_mail AS TEXT)
                 || COALESCE(mail_fault, '') || CAST(stop_hash IS NOT NULL AS TEXT) FROM invitation";
    assert_eq!(post.database.texts(shown).len(), 1);
    if post.database.is_postgres() {
        let codes =
            |order: &str| post.database.texts(&format!("SELECT code FROM invitation ORDER BY {order}"));
        assert_eq!(codes("ctid"), codes("code"), "nor does the place of a row tell who got a second mail");
    }
    assert_eq!(post.waiting(), 0);
    assert_eq!(post.database.columns("ended_link"), ["hash", "campaign"], "of nobody in particular");
    for column in post.database.columns("mail_run") {
        assert!(!["code", "name", "email", "sent_at", "made"].contains(&column.as_str()), "{column}");
    }
}

#[test]
fn no_mail_goes_to_who_is_withdrawn_or_asked_for_none_and_none_at_all_after_closing() {
    let mails = MailServer::start();
    let mut post = Post::new(4, &mails.url());
    post.invite();
    post.work();
    post.remind();
    // One is withdrawn, one asks for no more mail, as a mail program does: without a cookie, from nowhere.
    let closes = post.database.number("SELECT closes FROM campaign");
    post.runtime.block_on(async {
        let mut db = post.store.write().await.unwrap();
        invitations::remove(&mut db, 1, "cb-003", true).await.unwrap();
        db.commit().await.unwrap();
    });
    let server = Server::start(&post.database);
    let header = mails.mails()[0].header("List-Unsubscribe");
    assert_eq!(mails.mails()[0].header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let stop = crate::support::stage::path(header.trim_matches(['<', '>']));
    let mut program = server.client();
    for method in ["GET", "HEAD"] {
        program.send(method, &stop, &[], b"");
    }
    assert_eq!(
        post.database.number("SELECT COUNT(*) FROM invitation WHERE no_mail"),
        0,
        "looking changes nothing"
    );
    assert!(program.get(&stop).is(200).text().contains("Không gửi thư cho tôi nữa"));
    program.post(&stop, &[("x", "y")]).is(400);
    program.post("/m/ngung-thu/none", &[("List-Unsubscribe", "One-Click")]).is(404);
    for _ in 0..2 {
        let page = program.post(&stop, &[("List-Unsubscribe", "One-Click")]).is(200);
        assert!(page.headers.get("set-cookie").is_none() && page.text().contains("không nhận thêm thư"));
    }
    let body =
        "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
    let multipart = [("content-type", "multipart/form-data; boundary=b")];
    program.send("POST", &stop, &multipart, body.as_bytes()).is(200);
    assert_eq!(post.database.number("SELECT COUNT(*) FROM invitation WHERE no_mail"), 1);
    assert_eq!(post.work(), ["skipped", "sent", "sent"]);
    assert_eq!(post.counts(), [4, 2, 0, 0, 2]);
    server.client().get(&mails.mails()[0].link()).is(200);
    // And the next time they are not asked for.
    post.pass(DAY);
    assert_eq!(post.remind(), 2);
    post.now.store(closes, Ordering::Relaxed);
    post.runtime.block_on(post.sender.look_after()).unwrap();
    assert_eq!((post.waiting(), post.counts()), (0, vec![2, 0, 0, 0, 2]));
    assert_eq!(mails.mails().len(), 6);
}

#[test]
fn reminders_by_schedule_come_in_the_morning_of_their_day_once_and_are_logged_without_a_number() {
    let mails = MailServer::start();
    let mut post = Post::new(3, &mails.url());
    post.invite();
    post.work();
    let today = i64::from(clock::day(post.now()));
    post.runtime.block_on(async {
        let mut db = post.store.write().await.unwrap();
        let every = sipas::organisation::schedule::Schedule { every: Some(3), dates: vec![], before: 2 };
        mailing::put_schedule(&mut db, 1, Some(&every), "thulan", today).await.unwrap();
        db.commit().await.unwrap();
    });
    let at = |post: &Post, day: i64, hour: i64| {
        let time = (today + day) * DAY + (hour - 7) * 3_600_000;
        post.runtime.block_on(work::remind(&post.store, time)).unwrap();
        post.waiting()
    };
    assert_eq!([at(&post, 2, 9), at(&post, 3, 7), at(&post, 3, 8), at(&post, 3, 9)], [0, 0, 3, 3]);
    post.now.store((today + 3) * DAY + 3 * 3_600_000, Ordering::Relaxed);
    assert_eq!(post.work(), ["sent"; 3]);
    assert_eq!(
        [at(&post, 2, 9), at(&post, 4, 9), at(&post, 6, 9)],
        [0, 0, 3],
        "the clock set back and right again"
    );
    let told = "SELECT new_value FROM audit WHERE action = 'mail.remind'";
    assert_eq!(post.database.texts(told), [r#"{"schedule":true}"#; 2]);
}

/// A server with a mail server, and a manager who is signed in.
fn desk(invited: usize) -> (Database, Server, MailServer, Client) {
    let (database, mails) = (applied(&officials_by_mail(invited)), MailServer::start());
    database.run_with_input(&["user", "add", "thulan", "--role", "manager"], PASSWORD).ok();
    let server = Server::start_with(
        &database,
        &[("SIPAS_SMTP_URL", &mails.url()), ("SIPAS_MAIL_PER_MINUTE", "100000")],
    );
    let mut client = server.client();
    client.post("/admin/login", &[("name", "thulan"), ("password", PASSWORD)]).is(303);
    (database, server, mails, client)
}

const PAGE: &str = "/admin/campaigns/can-bo/thu-moi";

#[test]
fn b_07_after_a_corrected_address_an_invitation_goes_out_whether_the_person_has_answered_or_not() {
    let (database, server, mails, mut staff) = desk(6);
    staff.post(&format!("{PAGE}/gui/moi"), &[]).is(303);
    mails.wait_for(6);
    let mut official = server.client();
    let first = mails.mails();
    let answered = first[0].link();
    let form = filled(&official.get(&answered).is(200), "4");
    official.submit(&answered, &form).is(303);
    for (n, mail) in first.iter().take(2).enumerate() {
        let code = database.texts(&format!("SELECT code FROM invitation WHERE email = '{}'", mail.to[0]));
        let [code] = code.try_into().unwrap();
        let person = format!("/admin/campaigns/can-bo/nguoi-duoc-moi/nguoi/{code}");
        let mut form = staff.get(&person).is(200).form_to(&person);
        form.set("email", &format!("dung-{n}@binhdinh.example"));
        staff.submit(&person, &form).is(303);
        let asked = staff.get(&format!("{PAGE}/gui/moi")).is(200);
        assert!(asked.text().contains("Gửi 1 thư mời"), "{n}: {}", asked.text());
        staff.post(&format!("{PAGE}/gui/moi"), &[]).is(303);
        mails.wait_for(7 + n);
        staff.post(&format!("{PAGE}/gui/moi"), &[]).is(409);
    }
    let second = mails.mails();
    assert!(second[6..].iter().all(|mail| mail.to[0].starts_with("dung-")));
    // Only who has the link learns which is which; either way one answer counts.
    official.get(&second[6].link()).is(410);
    official.get(&second[7].link()).is(200);
    for old in &first[..2] {
        assert!(official.get(&old.link()).is(410).text().contains("liên kết mới"));
    }
    assert_eq!(database.number("SELECT COUNT(*) FROM urn"), 1);
    let again = database.run(&["links", "can-bo", "--reissue", "cb-000", "--reissue", "cb-001"]).ok();
    assert_eq!(again.lines().count(), 2, "the command does not tell who has answered either: {again}");
}

#[test]
fn a_manager_sends_invitations_and_reminders_off_after_being_told_how_many_and_sees_counts() {
    let (database, server, mails, mut staff) = desk(12);
    assert!(staff.get("/admin/campaigns/can-bo").is(200).text().contains(PAGE));
    let before = staff.get(&format!("{PAGE}/gui/moi")).is(200);
    assert!(before.text().contains("Gửi 12 thư mời"), "{}", before.text());
    assert_eq!(database.number("SELECT COUNT(*) FROM outbox"), 0, "nothing is sent by looking");
    staff.post(&format!("{PAGE}/gui/moi"), &[]).is(303);
    mails.wait_for(12);
    // The same form once more: everybody has one.
    staff.post(&format!("{PAGE}/gui/moi"), &[]).is(409);
    let mut official = server.client();
    for mail in mails.mails().iter().take(3) {
        let form = filled(&official.get(&mail.link()).is(200), "4");
        official.submit(&mail.link(), &form).is(303);
    }
    // B-07: not 9, which would tell that three have answered.
    let asked = staff.get(&format!("{PAGE}/gui/nhac")).is(200);
    assert!(asked.text().contains("nhiều nhất 12 trong 12"), "{}", asked.text());
    staff.post(&format!("{PAGE}/gui/nhac"), &[]).is(303);
    mails.wait_for(21);
    let page = loop {
        let page = staff.get(PAGE).is(200);
        if database.number("SELECT COUNT(*) FROM outbox") == 0 {
            break staff.get(PAGE).is(200).text().to_owned();
        }
        drop(page);
    };
    // A second run would tell how many have answered since.
    assert!(staff.get(&format!("{PAGE}/gui/nhac")).is(200).text().contains("mỗi ngày chỉ nhắc một lần"));
    staff.post(&format!("{PAGE}/gui/nhac"), &[]).is(409);
    assert!(page.contains("Thư nhắc") && page.contains("từ 5") && !page.contains(">9<"), "{page}");
    assert!(!page.contains("cb-0") && !page.contains("Ông Nguyễn"), "nobody is named");
    let told = "SELECT action || ' ' || new_value FROM audit WHERE action LIKE '%mail%' ORDER BY number";
    assert_eq!(database.texts(told), [r#"link.mail {"queued":12}"#, r#"mail.remind {"at_most":12}"#]);
}

#[test]
fn words_are_checked_shown_sent_to_oneself_and_saved() {
    let (database, _server, mails, mut staff) = desk(1);
    let words = format!("{PAGE}/mau/invitation");
    let page = staff.get(&words).is(200);
    assert!(page.text().contains("[liên kết]") && page.text().contains("[closes]"));
    assert!(
        page.text().contains("chưa ghi cơ quan chủ trì và nơi liên hệ"),
        "nobody would stand below the mail"
    );
    let text = "Kính gửi [họ tên], [chức vụ],\r\n\r\nXin mở:\r\n\r\n[liên kết]\r\n";
    database.execute("UPDATE invitation SET title = 'Giám đốc Sở Nội vụ'");
    for (subject, text, says) in [
        ("Mời", "Không có gì", "thiếu chỗ điền [liên kết]"),
        ("", text, "tiêu đề"),
        ("Mời [liên kết]", text, "Tiêu đề không được mang liên kết"),
        ("Mời", "[liên kết] [ai]", "[ai]"),
        ("Mời", "[liên kết] https://example.com", "một liên kết"),
    ] {
        for act in ["preview", "save", "test"] {
            let page = staff.post(&words, &[("subject", subject), ("text", text), ("do", act)]).is(422);
            assert!(page.text().contains(says), "{says}: {}", page.text());
        }
    }
    let fields = |act| [("subject", "Kính mời: [đợt]"), ("text", text), ("do", act)];
    let shown = staff.post(&words, &fields("preview")).is(200);
    assert!(shown.text().contains("Kính mời: Khảo sát lãnh đạo") && shown.text().contains("Nguyễn Văn Minh"));
    let nowhere = staff.post(&words, &fields("test")).is(422);
    assert!(nowhere.text().contains("chưa có địa chỉ"), "{}", nowhere.text());
    database
        .execute("UPDATE account SET email = 'lan@snv.example', full_name = 'Thu Lan' WHERE name = 'thulan'");
    assert!(staff.post(&words, &fields("test")).is(200).text().contains("lan@snv.example"));
    let mail = mails.wait_for(1).remove(0);
    assert!(mail.text().contains("Kính gửi Thu Lan,") && mail.text().contains("/admin/preview/officials/"));
    assert_eq!(database.number("SELECT COUNT(*) FROM mail_template"), 0);
    // Somebody else saved meanwhile: nothing is overwritten unseen.
    let forms = Form::all(page.text());
    let mut fields_there = forms.iter().flat_map(|form| &form.fields);
    let base = fields_there.find(|field| field.name == "_base").unwrap().values[0].clone();
    staff.post(&words, &fields("save")).is(303);
    let mut late = fields("save").to_vec();
    late[0].1 = "Khác";
    late.push(("_base", &base));
    assert!(staff.post(&words, &late).is(409).text().contains("Khác"));
    staff.post(&format!("{PAGE}/gui/moi"), &[]).is(303);
    let mail = mails.wait_for(2).remove(1);
    assert_eq!(mail.subject(), "Kính mời: Khảo sát lãnh đạo");
    assert!(
        mail.text()
            .replace("\r\n", "\n")
            .starts_with("Kính gửi Ông Nguyễn 0, Giám đốc Sở Nội vụ,\n\nXin mở:\n\nhttp")
    );
    staff.post(&words, &fields("usual")).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM mail_template"), 0);
    // With a body and a contact in the settings the usual words name both, in HTML and in the plain part.
    database.execute(
        "UPDATE campaign SET notice = '{\"responsible\":{\"vi\":\"Sở Nội vụ Bình Định\"},\"phone\":\"0256 3822 123\"}'",
    );
    let usual = Form::all(staff.get(&words).is(200).text())
        .into_iter()
        .find(|form| form.fields.iter().any(|field| field.name == "text"))
        .unwrap();
    let mut sent = usual.pairs();
    sent.push(("do", "preview"));
    let shown = staff.post(&words, &sent).is(200).text().replace("\r\n", "\n");
    assert!(shown.contains("<p>Kính gửi: Ông Nguyễn Văn Minh, Giám đốc Sở Nội vụ</p>"), "{shown}");
    assert!(
        shown.contains("Trân trọng,<br>Sở Nội vụ Bình Định<br>Liên hệ khi cần hỏi: 0256 3822 123</p>"),
        "{shown}"
    );
    assert!(
        shown.contains("Trân trọng,\nSở Nội vụ Bình Định\nLiên hệ khi cần hỏi: 0256 3822 123\n"),
        "{shown}"
    );
    let page = staff.get(&words).is(200);
    assert!(!page.text().contains("chưa ghi cơ quan") && page.text().contains("[kính gửi]"));
    let told = "SELECT action FROM audit WHERE action LIKE 'mail.%' ORDER BY number";
    assert_eq!(database.texts(told), ["mail.test", "mail.words", "mail.words"]);
}

#[test]
fn the_schedule_of_reminders_is_read_as_people_write_it_and_kept_when_it_is_wrong() {
    let (database, _server, _mails, mut staff) = desk(1);
    database.execute(&format!("UPDATE campaign SET closes = closes + {}", 40 * DAY));
    let today = i32::try_from(database.number("SELECT opens FROM campaign") / DAY).unwrap() + 1;
    let date = |days: i32| clock::date(today + days).unwrap().strftime("%d/%m/%Y").to_string();
    let save = format!("{PAGE}/lich");
    for (every, dates, before, says) in [
        ("0", String::new(), "1", "từ 1 đến 90"),
        ("", "mai".to_owned(), "1", "“mai” không phải một ngày"),
        ("", "31/11/2026".to_owned(), "1", "lịch không có ngày 31/11/2026"),
        ("", date(-3), "1", "đã đến hoặc đã qua"),
        ("", date(80), "1", "sau ngày nhắc cuối cùng"),
    ] {
        let page = staff.post(&save, &[("every", every), ("dates", &dates), ("before", before)]).is(422);
        assert!(page.text().contains(says) && page.text().contains(&format!("value=\"{dates}\"")), "{says}");
    }
    let dates = format!("{}, {}", date(10), date(5));
    staff.post(&save, &[("every", "7"), ("dates", &dates), ("before", "2")]).is(303);
    let page = staff.get(PAGE).is(200);
    assert!(page.text().contains(&format!("{}, {}", date(5), date(10))), "{}", page.text());
    staff.post(&save, &[("every", ""), ("dates", ""), ("before", "2")]).is(303);
    assert_eq!(database.number("SELECT COUNT(*) FROM mail_schedule"), 0);
    assert_eq!(database.number("SELECT COUNT(*) FROM audit WHERE action = 'mail.schedule'"), 2);
}
