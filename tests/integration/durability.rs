//! What was acknowledged is there, once, whatever happens to the process, the disk or the lock.

#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::{
    collections::BTreeSet,
    io::{Read as _, Write as _},
    net::TcpStream,
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use sipas::{secret::Key, store::responses::sheet_id};

use crate::support::{
    Database, SECRET, Server,
    stage::{When, answer, applied, citizens, filled, open_counter, stored},
};

/// Sends forms from several phones until the server is gone; gives the keys that were acknowledged, and counts them in `so_far`.
fn storm(server: &Server, phones: u32, so_far: &AtomicU32, salt: u32) -> BTreeSet<String> {
    let page = server.client().get("/k/qn-1").is(200);
    let acknowledged = Mutex::new(BTreeSet::new());
    let next = AtomicU32::new(0);
    thread::scope(|scope| {
        for _ in 0..phones {
            scope.spawn(|| {
                let (mut client, mut form) = (server.client(), filled(&page, "5"));
                loop {
                    let key = format!("{salt:08x}{:024x}", next.fetch_add(1, Ordering::Relaxed));
                    form.fields.iter_mut().find(|f| f.name == "submission").unwrap().values =
                        vec![key.clone()];
                    match client.try_submit("/k/qn-1", &form) {
                        Some(page) if page.status == 303 => {
                            acknowledged.lock().unwrap().insert(key);
                            so_far.fetch_add(1, Ordering::Relaxed);
                        }
                        Some(page) => panic!("{}", page.status),
                        // The server is gone: whether this one was kept is open.
                        None => return,
                    }
                }
            });
        }
    });
    acknowledged.into_inner().unwrap()
}

/// The ids in the database.
fn ids(database: &Database) -> Vec<String> {
    database.texts("SELECT id FROM response")
}

fn id(key: &str) -> String {
    let id = sheet_id(&Key::from_text(SECRET).unwrap(), 1, key);
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn c_01_after_kill_9_every_acknowledged_answer_is_there_once() {
    let database = applied(&citizens(When::Now));
    let mut acknowledged = BTreeSet::new();
    for round in 0..6 {
        let server = Server::start(&database);
        // Rendered before the clock runs, however slow the machine is.
        server.client().get("/k/qn-1").is(200);
        let so_far = AtomicU32::new(0);
        thread::scope(|scope| {
            let storm = scope.spawn(|| storm(&server, 8, &so_far, round));
            while so_far.load(Ordering::Relaxed) < 10 && !storm.is_finished() {
                thread::sleep(Duration::from_millis(2));
            }
            // Different lengths, so that the end meets different moments of a commit.
            thread::sleep(Duration::from_millis(u64::from(round) * 37));
            server.kill_now();
            acknowledged.extend(storm.join().unwrap());
        });
    }
    let kept = ids(&database);
    let different: BTreeSet<&String> = kept.iter().collect();
    assert_eq!(kept.len(), different.len(), "none twice");
    assert!(acknowledged.len() >= 60, "{} answers were acknowledged", acknowledged.len());
    for key in &acknowledged {
        assert!(different.contains(&id(key)), "{key} was acknowledged and is gone");
    }
    let server = Server::start(&database);
    answer(&mut server.client(), "/k/qn-1", "5");
    assert_eq!(stored(&database, "dan"), kept.len() as u64 + 1);
}

#[test]
fn c_03_a_database_that_may_lose_acknowledged_answers_is_refused() {
    let database = applied(&citizens(When::Now));
    if database.is_postgres() {
        let name = database.url().rsplit('/').next().unwrap();
        database.execute(&format!("ALTER DATABASE {name} SET synchronous_commit = off"));
        let words = database.run(&["links", "dan"]).fails(3);
        assert!(words.contains("synchronous_commit"), "{words}");
    } else {
        // Whatever the file was left with, the program's own connections write ahead and wait for the disk.
        database.execute("PRAGMA journal_mode = DELETE");
        database.run(&["links", "dan"]).ok();
        assert_eq!(database.texts("SELECT journal_mode FROM pragma_journal_mode"), ["wal"]);
    }
}

#[test]
fn c_09_with_little_room_left_nothing_new_is_begun_and_answers_are_taken() {
    let Some(disk) = SmallDisk::mount() else { return };
    let database = Database::sqlite_at(disk.path());
    let file = database.file("apply.toml", &citizens(When::Now));
    database.run(&["apply", &file]).ok();
    let server = Server::start(&database);
    // About a twelfth stays free.
    std::fs::File::create(disk.path().join("filler"))
        .unwrap()
        .write_all(&vec![0; room(disk.path()) - 256 * 1024])
        .unwrap();
    let words = database.run(&["apply", &file]).fails(3);
    assert!(words.contains('%'), "{words}");
    answer(&mut server.client(), "/k/qn-1", "5");
    drop(server);
    assert_eq!(stored(&database, "dan"), 1);
}

/// Bytes free on a disk.
fn room(folder: &std::path::Path) -> usize {
    let output =
        std::process::Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().nth(1).unwrap().trim().parse().unwrap()
}

#[test]
fn c_12_sigterm_under_load_ends_in_order() {
    let database = applied(&citizens(When::Now));
    let server = Server::start(&database);
    let so_far = AtomicU32::new(0);
    let acknowledged = thread::scope(|scope| {
        let storm = scope.spawn(|| storm(&server, 8, &so_far, 0));
        while so_far.load(Ordering::Relaxed) < 20 && !storm.is_finished() {
            thread::sleep(Duration::from_millis(2));
        }
        server.ask_to_stop();
        storm.join().unwrap()
    });
    assert_eq!(server.wait().code(), Some(0));
    let kept: BTreeSet<String> = ids(&database).into_iter().collect();
    assert!(acknowledged.len() >= 20);
    for key in &acknowledged {
        assert!(kept.contains(&id(key)), "{key} was acknowledged and is gone");
    }
}

#[test]
fn c_07_a_phone_cut_off_before_the_answer_repeats_and_is_thanked() {
    let (database, server, mut phone) = open_counter();
    let form = filled(&phone.get("/k/qn-1").is(200), "5");
    let body = form.body();
    let address = server.url().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST /k/qn-1 HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-www-form-urlencoded\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    // The first byte of the answer means that the commit is done; the phone never reads the rest.
    stream.read_exact(&mut [0]).unwrap();
    drop(stream);
    phone.submit("/k/qn-1", &form).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn c_11_a_locked_database_asks_for_patience_and_loses_nothing() {
    let (database, _server, mut phone) = open_counter();
    let form = filled(&phone.get("/k/qn-1").is(200), "5");
    let lock = database.lock();
    let busy = phone.submit("/k/qn-1", &form).is(503);
    assert!(!busy.header("retry-after").is_empty());
    // The page carries the whole form: sending it again needs no script.
    let again = busy.form();
    assert_eq!(again.value("submission"), form.value("submission"));
    drop(lock);
    phone.submit("/k/qn-1", &again).is(303);
    assert_eq!(stored(&database, "dan"), 1);
}

#[test]
fn c_08_a_full_disk_refuses_keeps_what_was_typed_and_recovers() {
    let Some(disk) = SmallDisk::mount() else {
        // Only root may mount; the reason stands in the output of the test.
        return;
    };
    let database = Database::sqlite_at(disk.path());
    let file = database.file("apply.toml", &citizens(When::Now));
    database.run(&["apply", &file]).ok();
    let server = Server::start(&database);
    let mut phone = server.client();
    answer(&mut phone, "/k/qn-1", "5");
    let filler = disk.path().join("filler");
    fill(&filler);
    let form = filled(&phone.get("/k/qn-1").is(200), "5");
    let mut refused = None;
    let mut acknowledged = 1;
    for n in 0..2_000 {
        let mut form = form.clone();
        form.fields.iter_mut().find(|f| f.name == "submission").unwrap().values = vec![format!("{n:032x}")];
        let page = phone.submit("/k/qn-1", &form);
        if page.status == 503 {
            refused = Some((form, page));
            break;
        }
        acknowledged += u64::from(page.is(303).status == 303);
    }
    let (form, page) = refused.expect("the disk is full at some time");
    assert_eq!(page.form().value("submission"), form.value("submission"));
    phone.get("/k/qn-1").is(200);
    std::fs::remove_file(&filler).unwrap();
    phone.submit("/k/qn-1", &page.form()).is(303);
    assert_eq!(stored(&database, "dan"), acknowledged + 1);
}

/// A disk of a few megabytes.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mounted.then_some(Self(folder))
    }

    fn path(&self) -> &std::path::Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// Writes until nothing more fits.
fn fill(path: &std::path::Path) {
    let mut file = std::fs::File::create(path).unwrap();
    let mut size = 64 * 1024;
    while size >= 512 {
        if file.write_all(&vec![0; size]).is_err() {
            size /= 2;
        }
    }
}
