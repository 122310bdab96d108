//! Links for printers and letters, and invitations by e-mail.

use crate::support::{
    Database, MailServer, Server,
    stage::{When, applied, citizens, filled, officials, officials_by_mail, path},
};

fn invite(database: &Database, mail: &MailServer) -> crate::support::Output {
    let variables = database.variables();
    let mut all: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let url = mail.url();
    all.push(("SIPAS_SMTP_URL", &url));
    all.push(("SIPAS_MAIL_FROM", "Sở Nội vụ <khaosat@binhdinh.example>"));
    all.push(("SIPAS_BASE_URL", "https://khaosat.binhdinh.example"));
    crate::support::run(&["invite", "can-bo"], &all)
}

#[test]
fn a_02_links_are_shown_once_and_only_hashes_are_kept() {
    let database = applied(&officials(When::Now, 3));
    let first = database.run(&["links", "can-bo"]).ok();
    let lines: Vec<Vec<&str>> = first.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0][..3], ["invitation", "cb-000", "qn"]);
    let tokens: Vec<String> =
        lines.iter().map(|line| path(line[3]).strip_prefix("/m/").unwrap().to_owned()).collect();
    assert!(tokens.iter().all(|token| token.len() == 26));
    let second = database.run(&["links", "can-bo"]).ok();
    assert!(second.lines().all(|line| line.ends_with("\t-")), "{second}");
    // nothing in the files of the database holds a token.
    for file in std::fs::read_dir(database.folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for token in &tokens {
            assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
        }
    }
}

#[test]
fn a_link_made_again_ends_the_first_one() {
    let database = applied(&officials(When::Now, 2));
    let first = database.run(&["links", "can-bo"]).ok();
    let old = path(first.lines().next().unwrap().split('\t').nth(3).unwrap());
    let again = database.run(&["links", "can-bo", "--reissue", "cb-000"]).ok();
    assert_eq!(again.lines().count(), 1);
    let new = path(again.trim_end().split('\t').nth(3).unwrap());
    let server = Server::start(&database);
    let mut official = server.client();
    assert!(official.get(&old).is(410).text().contains("liên kết mới"));
    let page = official.get(&new).is(200);
    official.submit(&new, &filled(&page, "4")).is(303);
    // B-07: nor does the command tell who has answered; their next link says so to whoever opens it.
    let used = database.run(&["links", "can-bo", "--reissue", "cb-000"]).ok();
    official.get(&path(used.trim_end().split('\t').nth(3).unwrap())).is(410);
    assert!(database.run(&["links", "can-bo", "--reissue", "cb-00"]).fails(1).contains("cb-000"));
}

#[test]
fn counters_are_listed_with_their_addresses() {
    let database =
        applied(&citizens(When::Now).replace("name = \"Quầy số 1\"\npublic = true", "name = \"Quầy số 1\""));
    let lines = database.run(&["links", "dan"]).ok();
    assert!(lines.contains("counter\tqn-1\tqn\thttp://127.0.0.1:8080/k/qn-1\n"), "{lines}");
    let hidden = lines.lines().find(|line| line.starts_with("counter\tan-1\tan\t")).unwrap();
    let last = hidden.rsplit("/k/").next().unwrap();
    assert!(last.starts_with("an-1-") && last.len() == "an-1-".len() + 10, "an unguessable suffix: {last}");
    let server = Server::start(&database);
    server.client().get(&format!("/k/{last}")).is(200);
    server.client().get("/k/an-1").is(404);
}

#[test]
fn each_invited_person_gets_one_mail_with_a_link_of_their_own() {
    let (database, mail) = (applied(&officials_by_mail(3)), MailServer::start());
    let told = invite(&database, &mail).ok();
    assert_eq!(told, "cb-000\tsent\ncb-001\tsent\ncb-002\tsent\n");
    let mails = mail.wait_for(3);
    let server = Server::start(&database);
    for mail in &mails {
        let text = mail.text();
        let link = text.lines().find(|line| line.starts_with("https://khaosat.binhdinh.example/m/")).unwrap();
        server.client().get(&path(link.trim())).is(200);
        assert!(mail.subject().contains("Khảo sát lãnh đạo"), "{}", mail.subject());
        assert!(text.contains("Ông Nguyễn"));
    }
    let again = invite(&database, &mail).ok();
    assert_eq!(again, "cb-000\tskipped\ncb-001\tskipped\ncb-002\tskipped\n");
    assert_eq!(mail.mails().len(), 3, "nobody is mailed twice");
}

#[test]
fn a_refused_address_is_named_and_the_others_get_their_mail() {
    let (database, mail) =
        (applied(&officials_by_mail(3)), MailServer::start_refusing(&["cb2@binhdinh.example"]));
    let output = invite(&database, &mail);
    assert_eq!(output.stdout, "cb-000\tsent\ncb-001\tfailed\ncb-002\tsent\n");
    let words = output.fails(1);
    assert!(words.contains("cb-001") && !words.contains("/m/"), "{words}");
    assert_eq!(mail.wait_for(2).len(), 2);
}

#[test]
fn without_a_mail_server_or_after_the_end_nothing_is_sent() {
    let database = applied(&officials_by_mail(2));
    let words = database.run(&["invite", "can-bo"]).fails(1);
    assert!(words.contains("SIPAS_SMTP_URL"), "{words}");
    let closed = applied(&officials(When::Before, 2));
    let mail = MailServer::start();
    invite(&closed, &mail).fails(1);
    let draft = applied(&officials(When::Now, 2));
    draft.execute("UPDATE campaign SET state = 'draft'");
    let words = invite(&draft, &mail).fails(1);
    assert!(words.contains("draft"), "{words}");
    assert!(mail.mails().is_empty());
}
