//! Mail as others see it: a mail server (aiosmtpd) and a reader of mails (Python's `email`, dkimpy) that are not ours.
//! `./test.sh mail` installs them.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::support::{
    Database, Server,
    stage::{applied, filled, officials_by_mail, path},
};

/// Python in `target/mail`, where `./test.sh mail` installs what it needs.
fn python(script: &str) -> Command {
    let target = std::env::var("CARGO_TARGET_DIR").unwrap_or_else(|_| "target".to_owned());
    let mut command = Command::new(Path::new(&target).join("mail/bin/python"));
    command.arg(Path::new("tests/mail").join(script));
    command
}

/// A mail server that keeps mails in a folder; ends when dropped.
struct Post {
    child: Child,
    port: u16,
    folder: tempfile::TempDir,
}

impl Post {
    fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = python("server.py");
        command.arg(folder.path()).args(options).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().strip_prefix("listening ").unwrap().parse().unwrap();
        Self { child, port, folder }
    }

    fn count(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|e| e == "eml")).count()
    }

    /// The mails as a mail program reads them.
    fn read(&self, record: Option<&str>) -> Vec<Value> {
        let output = python("read.py").arg(self.folder.path()).args(record).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn settings(url: &str) -> Vec<(&'static str, String)> {
    vec![
        ("SIPAS_SMTP_URL", url.to_owned()),
        ("SIPAS_MAIL_FROM", "Sở Nội vụ tỉnh Bình Định <khaosat@binhdinh.example>".to_owned()),
        ("SIPAS_BASE_URL", "https://khaosat.binhdinh.example".to_owned()),
        ("SIPAS_MAIL_PER_MINUTE", "1000000".to_owned()),
    ]
}

fn run(database: &Database, args: &[&str], settings: &[(&'static str, String)]) -> crate::support::Output {
    let own = database.variables();
    let all: Vec<(&str, &str)> =
        own.iter().chain(settings).map(|(name, value)| (*name, value.as_str())).collect();
    crate::support::run(args, &all)
}

#[test]
#[ignore = "needs aiosmtpd: ./test.sh mail"]
fn i_10_killed_three_times_while_sending_1000_invitations_everyone_gets_one_and_at_most_those_in_flight_two()
{
    const INVITED: usize = 1_000;
    const KILLS: usize = 3;
    let (database, post) = (applied(&officials_by_mail(INVITED)), Post::start(&[]));
    let settings = settings(&format!("smtp://127.0.0.1:{}", post.port));
    let variables: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(run(&database, &["invite", "can-bo", "--queue"], &settings).ok().lines().count(), INVITED);
    for round in 1..=KILLS {
        let server = Server::start_with(&database, &variables);
        while post.count() < round * 200 {
            thread::sleep(Duration::from_millis(2));
        }
        server.kill_now();
    }
    // A claim of a process that was killed runs out by itself, after a quarter of an hour.
    assert!(database.number("SELECT COUNT(*) FROM outbox WHERE claimed IS NOT NULL") <= KILLS as i64);
    database.execute("UPDATE outbox SET claimed = 0 WHERE claimed IS NOT NULL");
    let server = Server::start_with(&database, &variables);
    while database.number("SELECT COUNT(*) FROM outbox") > 0 {
        thread::sleep(Duration::from_millis(20));
    }
    let mails = post.read(None);
    let mut of: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for mail in &mails {
        of.entry(mail["to"].as_str().unwrap()).or_default().push(mail);
    }
    assert_eq!(of.len(), INVITED);
    let twice: Vec<_> = of.values().filter(|mails| mails.len() > 1).collect();
    assert!(mails.len() <= INVITED + KILLS, "{} mails", mails.len());
    for mails in twice {
        // The same mail: a program that has the first one may throw the second one away.
        assert_eq!((mails.len(), &mails[0]["id"]), (2, &mails[1]["id"]));
        assert_eq!(mails[0]["links"], mails[1]["links"]);
    }
    assert_eq!(database.number("SELECT sent FROM mail_run"), INVITED as i64);
    assert_eq!(database.number("SELECT COUNT(*) FROM invitation WHERE sent"), INVITED as i64);
    // B-12, K-04: nothing in the log tells of anybody.
    let log = server.stderr();
    assert!(!log.contains("binhdinh.example") && !log.contains("/m/") && !log.contains("cb-"), "{log}");
}

#[test]
#[ignore = "needs aiosmtpd: ./test.sh mail"]
fn a_mail_program_reads_words_links_and_signature_and_the_link_can_be_answered() {
    let (database, post) = (applied(&officials_by_mail(2)), Post::start(&["--tls"]));
    let url = format!("smtp://localhost:{}?tls=required", post.port);
    let mut settings = settings(&url);
    // Nobody vouches for the server: nothing is sent.
    let words = run(&database, &["invite", "can-bo"], &settings).fails(3);
    assert!(words.contains("SIPAS_SMTP_URL") && post.count() == 0, "{words}");
    settings.push(("SIPAS_SMTP_CA", post.folder.path().join("ca.pem").display().to_string()));
    let key = String::from_utf8(python("key.py").output().unwrap().stdout).unwrap();
    settings.push(("SIPAS_DKIM_KEY", database.file("dkim.pem", &key)));
    settings.push(("SIPAS_DKIM_SELECTOR", "ks2026".to_owned()));
    let doctor = run(&database, &["doctor"], &settings).ok();
    let line = doctor.lines().find(|line| line.contains("ks2026._domainkey.binhdinh.example")).unwrap();
    let record = &line[line.find("v=DKIM1").unwrap()..];
    // Queued by the run that failed; this one goes on with them.
    run(&database, &["invite", "can-bo"], &settings).ok();
    let server = Server::start(&database);
    let mails = post.read(Some(record.trim_end_matches('"')));
    assert_eq!(mails.len(), 2);
    for mail in &mails {
        assert_eq!(mail["encrypted"], true);
        assert_eq!(mail["signed"], true, "{mail}");
        assert_eq!(mail["defects"], serde_json::json!([]));
        assert_eq!(mail["type"], "multipart/alternative");
        assert_eq!(mail["charsets"], serde_json::json!(["utf-8", "utf-8"]));
        assert!(mail["ascii"] == true && mail["longest"].as_u64().unwrap() <= 998, "{mail}");
        assert_eq!(mail["from"], "Sở Nội vụ tỉnh Bình Định");
        assert_eq!(mail["subject"], "Thư mời: Khảo sát lãnh đạo");
        assert_eq!(mail["automatic"], "auto-generated");
        let text = mail["text"].as_str().unwrap();
        assert!(
            text.contains("trân trọng mời Ông/Bà tham gia: Khảo sát lãnh đạo.")
                && text.contains("Kính gửi: Ông Nguyễn")
        );
        let links: Vec<String> = serde_json::from_value(mail["links"].clone()).unwrap();
        assert_eq!(links.len(), 1, "A-13: one link");
        assert_eq!(mail["html_links"], mail["links"]);
        assert_eq!(mail["html_others"], serde_json::json!([]), "A-13: nothing from elsewhere");
        assert!(mail["html_text"].as_str().unwrap().contains("Leaders' survey"));
        assert_eq!(mail["stop"][1], "List-Unsubscribe=One-Click");
        let mut official = server.client();
        let page = official.get(&path(&links[0])).is(200);
        official.submit(&path(&links[0]), &filled(&page, "5")).is(303);
        let stop = path(mail["stop"][0].as_str().unwrap().trim_matches(['<', '>']));
        official.post(&stop, &[("List-Unsubscribe", "One-Click")]).is(200);
    }
}
