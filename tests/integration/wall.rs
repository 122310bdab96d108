//! The wall between the list of invited persons and their answers, seen by somebody who copies everything the server keeps.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use crate::support::{
    Client, Database, Kind, Server,
    stage::{self, When, applied, filled, links, officials, report},
};

/// Officials who are asked: half of them content, who say so in words, half of them not, who write nothing.
const ASKED: usize = 30;

fn is_content(n: usize) -> bool {
    n * 7 % 10 < 5
}

fn words(n: usize) -> String {
    format!("Ý kiến riêng số {n}: cần một cửa, một dấu. {}", "Tôi rất hài lòng. ".repeat(n % 5 * 20))
}

fn answer(client: &mut Client, link: &str, n: usize) {
    let page = client.get(link).is(200);
    let mut form = filled(&page, if is_content(n) { "5" } else { "1" });
    if is_content(n) {
        let text = form.fields.iter().find(|field| field.kind == Kind::Text).unwrap().name.clone();
        form.set(&text, &words(n));
    }
    client.submit(link, &form).is(303);
}

/// Everything that stands in the database, by table.
fn copy(database: &Database) -> BTreeMap<String, BTreeSet<String>> {
    database
        .tables()
        .into_iter()
        .map(|table| {
            let rows = database.dump(&table).into_iter().collect();
            (table, rows)
        })
        .collect()
}

/// The bytes of all files of a database in a file.
fn bytes(database: &Database) -> Vec<u8> {
    let files = fs::read_dir(database.folder()).unwrap().map(|file| file.unwrap().path());
    files.filter(|file| file.is_file()).flat_map(|file| fs::read(file).unwrap()).collect()
}

fn contains(bytes: &[u8], part: &str) -> bool {
    bytes.windows(part.len()).any(|window| window == part.as_bytes())
}

#[test]
fn b_02_b_08_copies_from_before_and_after_each_answer_tell_nothing_of_it() {
    let database = applied(&officials(When::Now, ASKED));
    let links = links(&database);
    let server = Server::start(&database);
    // What a server notes once after its start is there before the first copy.
    let mut before = copy(&database);
    loop {
        std::thread::sleep(std::time::Duration::from_millis(700));
        let now = copy(&database);
        if now == before {
            break;
        }
        before = now;
    }
    let mut seen = BTreeSet::new();
    for (n, link) in links.iter().enumerate() {
        answer(&mut server.client(), link, n);
        let after = copy(&database);
        // What differs: in which table, how many rows are new and how many gone, how long the new ones are.
        let shape: Vec<(String, usize, usize, BTreeSet<usize>)> = after
            .iter()
            .filter(|(table, rows)| before[*table] != **rows)
            .map(|(table, rows)| {
                let new: Vec<&String> = rows.difference(&before[table]).collect();
                // A row of the list is as long as its name.
                let lengths = new.iter().filter(|_| table == "urn").map(|row| row.len()).collect();
                (table.clone(), new.len(), before[table].difference(rows).count(), lengths)
            })
            .collect();
        let tables: Vec<&str> = shape.iter().map(|(table, ..)| table.as_str()).collect();
        assert_eq!(tables, ["invitation", "urn"], "answer {n}");
        assert_eq!((shape[0].1, shape[0].2, shape[1].1, shape[1].2), (1, 1, 1, 0), "answer {n}");
        seen.insert(shape);
        before = after;
    }
    // Whoever looks at the thirty differences sees thirty times the same: nothing to tell the content from the others.
    assert_eq!(seen.len(), 1, "{seen:?}");
    if !database.is_postgres() {
        let kept = bytes(&database);
        assert!(contains(&kept, "Ông Nguyễn 7"), "the copy is one of this database");
        assert!(!contains(&kept, "hài lòng"), "what is written lies open in a file");
    }
    let log = server.stderr() + &server.stdout();
    assert!(!log.contains("hài lòng"), "{log}");

    // After closing everything is there once, and no row that lay in the urn is found again.
    let waiting = database.dump("urn");
    drop(server);
    stage::apply(&database, &officials(When::Before, ASKED));
    report(&database, "can-bo");
    let texts: BTreeSet<String> = database.texts("SELECT text FROM comment").into_iter().collect();
    let given: BTreeSet<String> = (0..ASKED).filter(|n| is_content(*n)).map(words).collect();
    assert_eq!(texts.len(), given.len());
    assert!(given.iter().all(|text| texts.contains(text.trim_end())), "{texts:?}");
    assert_eq!(database.number("SELECT COUNT(*) FROM response"), ASKED as i64);
    assert_eq!(database.number("SELECT COUNT(*) FROM urn"), 0);
    let ids = database.texts("SELECT id FROM response UNION ALL SELECT id FROM comment");
    assert!(ids.iter().all(|id| waiting.iter().all(|row| !row.to_lowercase().contains(id.as_str()))));
}

#[test]
fn b_02_no_pair_of_columns_joins_some_invitations_to_some_answers() {
    let database = applied(&officials(When::Now, ASKED));
    let links = links(&database);
    let server = Server::start(&database);
    for (n, link) in links.iter().enumerate() {
        answer(&mut server.client(), link, n);
    }
    drop(server);
    stage::apply(&database, &officials(When::Before, ASKED));
    report(&database, "can-bo");
    for table in ["response", "comment"] {
        for column in database.columns(table) {
            for of_list in database.columns("invitation") {
                let joined = database.texts(&format!(
                    "SELECT i.unit || ' ' || i.code || ' ' || CAST(COUNT(r.id) AS TEXT) FROM invitation i
                     LEFT JOIN {table} r ON CAST(i.{of_list} AS TEXT) = CAST(r.{column} AS TEXT)
                     GROUP BY i.unit, i.code"
                ));
                // Whom a pair of columns joins to something, it joins to the same as everybody else of the unit: the
                // group in which answers are published.
                let mut by_unit: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
                for row in &joined {
                    let (unit, n) = (row.split(' ').next().unwrap(), row.rsplit(' ').next().unwrap());
                    by_unit.entry(unit).or_default().insert(n);
                }
                assert_eq!(by_unit.len(), 2);
                assert!(
                    by_unit.values().all(|found| found.len() == 1 && !found.contains("1")),
                    "invitation.{of_list} picks some of {table} by {column}: {by_unit:?}"
                );
            }
        }
    }
}

#[test]
fn b_06_an_opening_of_the_urn_that_is_cut_off_changes_nothing_and_is_done_again() {
    let database = applied(&officials(When::Now, 12));
    let links = links(&database);
    let server = Server::start(&database);
    for (n, link) in links.iter().enumerate() {
        answer(&mut server.client(), link, n);
    }
    drop(server);
    stage::apply(&database, &officials(When::Before, 12));
    let before = copy(&database);
    // In the order in which they are written.
    for table in ["place", "response", "answer_count", "comment", "revision"] {
        let cut = database.without(table, || database.run(&["report", "can-bo", "--format", "json"]));
        assert_ne!(cut.code, 0, "without {table}");
        let after = copy(&database);
        assert!(after == before, "cut off at {table}, something has changed");
    }
    let first = report(&database, "can-bo");
    assert_eq!(database.number("SELECT COUNT(*) FROM response"), 12);
    assert_eq!(database.number("SELECT COUNT(*) FROM urn"), 0);
    assert_eq!(report(&database, "can-bo")["total"], first["total"]);
}

#[test]
fn answers_from_before_they_were_sealed_are_sealed_at_the_next_start() {
    let database = applied(&officials(When::Now, 6));
    let links = links(&database);
    let server = Server::start(&database);
    for (n, link) in links.iter().enumerate() {
        answer(&mut server.client(), link, n);
    }
    drop(server);
    stage::apply(&database, &officials(When::Before, 6));
    let expected = report(&database, "can-bo");
    let written = database.texts("SELECT text FROM comment").len();
    // As an older version would have left them in a campaign that is still open.
    stage::apply(&database, &officials(When::Before, 6));
    for statement in [
        "INSERT INTO urn_open (id, campaign, place, definition, language, answers)
         SELECT id, campaign, place, definition, language, answers FROM response",
        "INSERT INTO urn_open_comment (id, campaign, unit, question, text)
         SELECT id, campaign, unit, question, text FROM comment",
        "DELETE FROM response",
        "DELETE FROM comment",
        "DELETE FROM segment",
        "DELETE FROM answer_count",
        "UPDATE campaign SET settled = FALSE",
    ] {
        database.execute(statement);
    }
    drop(Server::start(&database));
    for table in ["urn_open", "urn_open_comment"] {
        assert_eq!(database.number(&format!("SELECT COUNT(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(report(&database, "can-bo")["total"], expected["total"]);
    assert_eq!(database.texts("SELECT text FROM comment").len(), written);
}
