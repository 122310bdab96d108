//! How fast, as ratios in one run: `cargo bench` (or `just bench`). Fails when a floor is missed; `--no-fail` only tells.
//!
//! 1. durable submissions over HTTP against raw inserts of the same rows, 64 a transaction, into SQLite;
//! 2. the questionnaire page against an axum route that says "hello";
//! 3. the weight of the counter's page with its styles and script;
//! 4. the JSON report over a million sheets of 25 items and 100 units, on a database opened anew.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark: it times, prints, and may stop at the first surprise"
)]

mod floors;

use std::{
    fmt::Write as _,
    io::Read as _,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use floors::{Floor, judge, median};
use jiff::{SignedDuration, Timestamp};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sipas::{
    apply::{self, Source},
    clock::Clock,
    config::Config,
    definition::Library,
    figures,
    language::Lang,
    questionnaire::{Answer, Answers, Questionnaire, synthetic},
    report,
    set_aside::View,
    simulation,
    store::{Store, campaigns, ready},
    web,
};
use sqlx::{Connection as _, Row as _, SqliteConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Connections at a time.
const CONNECTIONS: usize = 64;
/// Length of one measurement.
const SPAN: Duration = Duration::from_secs(3);
/// Measurements of each side, alternating; the median counts.
const ROUNDS: usize = 3;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let floors = runtime.block_on(all());
    judge(&floors);
}

async fn all() -> Vec<Floor> {
    // On the disk of the build, not in memory: durability has its price there.
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let served = Served::start(folder.path()).await;
    let mut floors = Vec::new();
    let (mut submissions, mut raw, mut pages, mut hellos) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let hello = hello().await;
    for round in 0..ROUNDS {
        submissions.push(served.submissions(round as u64).await);
        raw.push(raw_inserts(&folder.path().join(format!("raw-{round}.db")), &served.rows).await);
        pages.push(load(served.address, served.page_request().into()).await);
        hellos.push(load(hello, "GET / HTTP/1.1\r\nhost: b\r\n\r\n".into()).await);
    }
    let (submissions, raw, pages, hellos) = (median(submissions), median(raw), median(pages), median(hellos));
    println!("durable submissions over HTTP    {submissions:>10.0} /s");
    println!("raw inserts, 64 a transaction    {raw:>10.0} /s");
    println!("questionnaire page (gzip)        {pages:>10.0} /s");
    println!("axum hello                       {hellos:>10.0} /s");
    floors.push(Floor {
        what: "submissions / raw batch-64 inserts",
        value: submissions / raw,
        wanted: 0.3,
        at_least: true,
    });
    floors.push(Floor { what: "page / axum hello", value: pages / hellos, wanted: 0.4, at_least: true });
    let weight = served.weight().await;
    floors.push(Floor {
        what: "page and script, gzip, KiB",
        value: weight / 1_024.0,
        wanted: 14.0,
        at_least: false,
    });
    served.stop().await;
    let seconds = million(folder.path()).await;
    floors.push(Floor {
        what: "JSON report over 1,000,000 sheets, seconds",
        value: seconds,
        wanted: 1.0,
        at_least: false,
    });
    floors
}

fn config(folder: &Path, name: &str) -> Config {
    let url = format!("sqlite:{}", folder.join(name).display());
    Config::load(None, |variable| match variable {
        "SIPAS_DATABASE_URL" => Some(url.clone()),
        "SIPAS_SECRET" => Some("a key for benchmarks alone, long enough".to_owned()),
        _ => None,
    })
    .unwrap()
}

fn days_from_now(days: i64) -> String {
    (Timestamp::now() + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

async fn applied(store: &Store, key: &sipas::secret::Key, library: &Library, text: String) {
    let source = Source { name: "bench.toml".to_owned(), text };
    apply::apply(
        store,
        key,
        library,
        &Clock::system(),
        Lang::EN,
        &[source],
        Some(&sipas::cli::surroundings::did("apply.change", "benchmark")),
    )
    .await
    .unwrap();
}

/// A server in this process with a counter that is open.
struct Served {
    address: std::net::SocketAddr,
    store: Store,
    bodies: Arc<Vec<String>>,
    rows: Vec<Vec<u8>>,
    stop: tokio::sync::oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn start(folder: &Path) -> Self {
        let config = config(folder, "served.db");
        let key = Arc::new(config.key().unwrap());
        let store = Store::open(&config.database_url, &key).await.unwrap();
        let library = Library::built_in().unwrap();
        let (opens, closes) = (days_from_now(-1), days_from_now(1));
        let text = format!(
            "[[unit]]\ncode = \"u\"\nname = \"U\"\nkind = \"district\"\n[[campaign]]\nslug = \"c\"\n\
             definition = \"sipas\"\nform = \"counter\"\ntitle = {{ vi = \"Đo tốc độ\", en = \"Speed\" }}\n\
             opens = {opens}\ncloses = {closes}\n\
             [[campaign.counter]]\ncode = \"k\"\nunit = \"u\"\nname = \"K\"\npublic = true\n"
        );
        applied(&store, &key, &library, text).await;
        let mut db = store.read().await.unwrap();
        let stored = campaigns::find(&mut db, "c").await.unwrap().unwrap();
        let ready = ready::load(&mut db, stored).await.unwrap();
        drop(db);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let sheets: Vec<Answers> = (0..1_000)
            .map(|_| synthetic::answer(&ready.questionnaire, synthetic::Quality(1.8), &mut rng))
            .collect();
        let bodies = sheets.iter().map(|answers| body(&ready.questionnaire, answers)).collect();
        let rows = sheets.iter().map(|answers| answers.pack(&ready.questionnaire)).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let server = web::run::run(
            config,
            key,
            store.clone(),
            Clock::system(),
            Default::default(),
            listener,
            None,
            async {
                let _ = stopped.await;
            },
        );
        let done = tokio::spawn(server);
        Self { address, store, bodies: Arc::new(bodies), rows, stop, done }
    }

    async fn stop(self) {
        let _ = self.stop.send(());
        self.done.await.unwrap();
    }

    fn page_request(&self) -> String {
        "GET /k/k HTTP/1.1\r\nhost: b\r\naccept-encoding: gzip\r\n\r\n".to_owned()
    }

    /// Acknowledged submissions a second.
    async fn submissions(&self, salt: u64) -> f64 {
        let before = self.count().await;
        let (stop, next) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let started = Instant::now();
        let phones: Vec<_> = (0..CONNECTIONS)
            .map(|_| {
                let (stop, next, bodies, address) =
                    (Arc::clone(&stop), Arc::clone(&next), Arc::clone(&self.bodies), self.address);
                tokio::spawn(async move {
                    let mut phone = Phone::connect(address).await;
                    let mut acknowledged = 0_u64;
                    while !stop.load(Ordering::Relaxed) {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        let fields = &bodies[usize::try_from(n).unwrap() % bodies.len()];
                        let body = format!("submission={salt:016x}{n:016x}&{fields}");
                        let request = format!(
                            "POST /k/k HTTP/1.1\r\nhost: b\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                             content-length: {}\r\n\r\n{body}",
                            body.len()
                        );
                        assert_eq!(phone.ask(request.as_bytes()).await, 303);
                        acknowledged += 1;
                    }
                    acknowledged
                })
            })
            .collect();
        tokio::time::sleep(SPAN).await;
        stop.store(true, Ordering::Relaxed);
        let mut acknowledged = 0;
        for phone in phones {
            acknowledged += phone.await.unwrap();
        }
        let took = started.elapsed();
        assert_eq!(self.count().await - before, acknowledged, "every acknowledged answer is there, once");
        acknowledged as f64 / took.as_secs_f64()
    }

    async fn count(&self) -> u64 {
        let mut db = self.store.read().await.unwrap();
        let stored = campaigns::find(&mut db, "c").await.unwrap().unwrap();
        drop(db);
        sipas::store::turnout::of(&self.store, &stored, 0).await.unwrap().sheets
    }

    /// Bytes of the page and its one other file, compressed.
    async fn weight(&self) -> f64 {
        let mut phone = Phone::connect(self.address).await;
        assert_eq!(phone.ask(self.page_request().as_bytes()).await, 200);
        let page = phone.body.clone();
        let mut text = String::new();
        flate2::read::GzDecoder::new(page.as_slice()).read_to_string(&mut text).unwrap();
        let scripts: Vec<&str> = text.match_indices("src=\"/").map(|(at, _)| &text[at + 5..]).collect();
        assert_eq!((scripts.len(), text.contains("rel=\"stylesheet\"")), (1, false), "two requests in all");
        let path = scripts[0].split('"').next().unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nhost: b\r\naccept-encoding: gzip\r\n\r\n");
        assert_eq!(phone.ask(request.as_bytes()).await, 200);
        (page.len() + phone.body.len()) as f64
    }
}

/// A complete form, without its key.
fn body(questionnaire: &Questionnaire, answers: &Answers) -> String {
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for (at, question) in questionnaire.questions.iter().enumerate() {
        match answers.get(at) {
            Some(Answer::Single(option)) => {
                fields.append_pair(&question.id, &question.options[*option].code);
            }
            Some(Answer::Multiple(options)) => {
                for option in options {
                    fields.append_pair(&question.id, &question.options[*option].code);
                }
            }
            Some(Answer::Text(text)) => {
                fields.append_pair(&question.id, text);
            }
            Some(Answer::Number(number)) => {
                fields.append_pair(&question.id, &number.to_string());
            }
            None => {}
        }
    }
    fields.finish()
}

/// A connection that sends a request and reads its answer: the least a client can do.
struct Phone {
    stream: TcpStream,
    buffer: Vec<u8>,
    body: Vec<u8>,
}

impl Phone {
    async fn connect(address: std::net::SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::with_capacity(65_536), body: Vec::new() }
    }

    /// The status; the body is kept.
    async fn ask(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        loop {
            assert!(self.stream.read_buf(&mut self.buffer).await.unwrap() > 0, "the server hung up");
            let Some(end) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
            let head = std::str::from_utf8(&self.buffer[..end]).unwrap();
            let length = head
                .split("\r\n")
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .map_or(0, |(_, value)| value.trim().parse::<usize>().unwrap());
            if self.buffer.len() < end + 4 + length {
                continue;
            }
            self.body.clear();
            self.body.extend_from_slice(&self.buffer[end + 4..end + 4 + length]);
            return head.split(' ').nth(1).unwrap().parse().unwrap();
        }
    }
}

async fn hello() -> std::net::SocketAddr {
    let router = axum::Router::new().route("/", axum::routing::get(|| async { "hello" }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

/// Answered requests a second.
async fn load(address: std::net::SocketAddr, request: Arc<str>) -> f64 {
    let stop = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let phones: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let (stop, request) = (Arc::clone(&stop), Arc::clone(&request));
            tokio::spawn(async move {
                let mut phone = Phone::connect(address).await;
                let mut answered = 0_u64;
                while !stop.load(Ordering::Relaxed) {
                    assert_eq!(phone.ask(request.as_bytes()).await, 200);
                    answered += 1;
                }
                answered
            })
        })
        .collect();
    tokio::time::sleep(SPAN).await;
    stop.store(true, Ordering::Relaxed);
    let mut answered = 0;
    for phone in phones {
        answered += phone.await.unwrap();
    }
    answered as f64 / started.elapsed().as_secs_f64()
}

/// Rows a second into a table like ours, 64 a transaction in one statement, as durable as ours.
async fn raw_inserts(path: &Path, rows: &[Vec<u8>]) -> f64 {
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
        .synchronous(sqlx::sqlite::SqliteSynchronous::Full)
        .pragma("cache_size", "-32768")
        .pragma("wal_autocheckpoint", "4000");
    let mut db = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(
        "CREATE TABLE response (id BLOB PRIMARY KEY, campaign BIGINT NOT NULL, generation BIGINT NOT NULL,
         place BIGINT NOT NULL, definition BIGINT NOT NULL, channel BIGINT NOT NULL, language TEXT NOT NULL,
         day BIGINT NOT NULL, answers BLOB NOT NULL) WITHOUT ROWID;
         CREATE INDEX response_by_generation ON response (campaign, generation);",
    )
    .execute(&mut db)
    .await
    .unwrap();
    let values: Vec<String> = (0..64)
        .map(|row| {
            let marks: Vec<String> = (1..=9).map(|column| format!("${}", row * 9 + column)).collect();
            format!("({})", marks.join(","))
        })
        .collect();
    let sql = format!("INSERT INTO response VALUES {}", values.join(","));
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let (mut n, started) = (0_usize, Instant::now());
    while started.elapsed() < SPAN {
        let mut transaction = db.begin().await.unwrap();
        let mut query = sqlx::query(sqlx::AssertSqlSafe(sql.as_str()));
        for _ in 0..64 {
            let mut id = vec![0; 16];
            rng.fill_bytes(&mut id);
            let answers = rows[n % rows.len()].clone();
            query =
                query.bind(id).bind(1).bind(1).bind(1).bind(1).bind(0).bind("vi").bind(20_000).bind(answers);
            n += 1;
        }
        query.execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
    }
    let rate = n as f64 / started.elapsed().as_secs_f64();
    let kept: i64 = sqlx::query("SELECT COUNT(*) FROM response").fetch_one(&mut db).await.unwrap().get(0);
    assert_eq!(usize::try_from(kept).unwrap(), n);
    rate
}

/// Seconds for the JSON report of a million sheets on a database that was just opened.
async fn million(folder: &Path) -> f64 {
    let config = config(folder, "million.db");
    let key = config.key().unwrap();
    let store = Store::open(&config.database_url, &key).await.unwrap();
    let library = Library::from_files([("speed/1.toml", questionnaire())]).unwrap();
    let (opens, closes) = (days_from_now(-40), days_from_now(-1));
    let mut text = "[[unit]]\ncode = \"root\"\nname = \"R\"\nkind = \"province\"\n".to_owned();
    for unit in 0..100 {
        write!(
            text,
            "[[unit]]\ncode = \"u{unit:02}\"\nname = \"U{unit}\"\nkind = \"district\"\nparent = \"root\"\n"
        )
        .unwrap();
    }
    write!(
        text,
        "[[campaign]]\nslug = \"m\"\ndefinition = \"speed\"\nversion = \"1\"\nform = \"f\"\ntitle = {{ vi = \"M\" }}\n\
         opens = {opens}\ncloses = {closes}\ndemonstration = true\n"
    )
    .unwrap();
    for unit in 0..100 {
        write!(text, "[[campaign.stratum]]\nunit = \"u{unit:02}\"\npopulation = 20000\n").unwrap();
        write!(text, "[[campaign.counter]]\ncode = \"k{unit:02}\"\nunit = \"u{unit:02}\"\nname = \"K\"\npublic = true\n").unwrap();
    }
    applied(&store, &key, &library, text).await;
    let number = campaigns::find(&mut store.read().await.unwrap(), "m").await.unwrap().unwrap().number;
    let started = Instant::now();
    simulation::run(&store, number, 1_000_000, 7, Clock::system().now()).await.unwrap();
    println!("a million invented sheets stored {:>10.1} s", started.elapsed().as_secs_f64());
    store.close().await;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let store = Store::open(&config.database_url, &key).await.unwrap();
        let report = figures::report(&store, "m", Clock::system().now(), View::Shown).await.unwrap();
        let json = report::json(&report);
        times.push(started.elapsed().as_secs_f64());
        assert_eq!((report.responses.stored, report.units.len()), (1_000_000, 101));
        assert!(json.len() > 100_000);
        store.close().await;
    }
    println!("report after opening             {:>10.3} s (first {:.3})", median(times.clone()), times[0]);
    // The first one counts: the caches of the database are empty then.
    times[0]
}

/// 25 items on a five-point scale in five dimensions.
fn questionnaire() -> String {
    let mut text = "format = 1\nid = \"speed\"\nversion = \"1\"\nlanguages = [\"vi\"]\ntitle = { vi = \"S\" }\n\
                    audience = \"citizens\"\n[index]\nmethod = { vi = \"M\" }\ntarget = 0.9\n[scale.five]\noptions = [\n"
        .to_owned();
    for code in 1..=5 {
        let score = f64::from(code) / 5.0;
        writeln!(
            text,
            "{{ code = \"{code}\", label = {{ vi = \"{code}\" }}, satisfied = {}, score = {score} }},",
            code > 3
        )
        .unwrap();
    }
    text.push_str("]\n");
    for dimension in 0..5 {
        write!(text, "[[dimension]]\nid = \"d{dimension}\"\nname = {{ vi = \"D{dimension}\" }}\n").unwrap();
    }
    let mut ask = Vec::new();
    for item in 0..25 {
        let dimension = item / 5;
        write!(
            text,
            "[[criterion]]\nid = \"q{item}\"\ndimension = \"d{dimension}\"\nname = {{ vi = \"q\" }}\n\
             text = {{ vi = \"q{item}\" }}\nscale = \"five\"\n"
        )
        .unwrap();
        ask.push(format!("\"q{item}\""));
    }
    write!(
        text,
        "[[form]]\nid = \"f\"\nintroduction = {{ vi = \"i\" }}\nminutes = 1\n[[form.section]]\ntitle = {{ vi = \"s\" }}\nask = [{}]\n",
        ask.join(", ")
    )
    .unwrap();
    text
}
