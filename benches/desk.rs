//! The Department's pages in a whole province: 700 units, 2,000 counters, 1,000,000 stored answers. `cargo bench --bench
//! desk`; fails when a floor is missed, `-- --no-fail` only tells.
//!
//! 1. the median time of each page that grows with the province;
//! 2. what a viewer of the watching page costs, in cores, while an answer comes every second: 40 viewers against none.
//!
//! It uses the program from outside, as people do: everything is set up by its commands, and its processor time is read from
//! the system (Linux). `SIPAS_BENCH_ANSWERS` stores another number of answers, for a quick look.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark: it times, prints, and may stop at the first surprise"
)]

mod floors;

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use floors::{Floor, judge, median};
use jiff::{SignedDuration, Timestamp};

const BINARY: &str = env!("CARGO_BIN_EXE_sipas");
/// Units below the province, each below one of 30 others.
const UNITS: usize = 699;
const COUNTERS: usize = 2_000;
const ANSWERS: &str = "1000000";
/// Requests of each page.
const ROUNDS: usize = 15;
const VIEWERS: usize = 40;
/// How long processor time is measured.
const SPAN: Duration = Duration::from_secs(30);
/// A page is computed anew after this long at the earliest.
const STALE: Duration = Duration::from_millis(4_200);

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let desk = Desk::open(folder.path());
    let mut floors = Vec::new();
    for (what, path) in [
        ("list of campaigns, seconds", "/admin/campaigns"),
        ("page of a campaign, seconds", "/admin/campaigns/c"),
        ("counters of a campaign, seconds", "/admin/campaigns/c/counters"),
        ("units of a campaign, seconds", "/admin/campaigns/c/units"),
        ("units, seconds", "/admin/units"),
        ("watching page, seconds", "/admin/campaigns/c/theo-doi"),
        ("watching page, most behind first, seconds", "/admin/campaigns/c/theo-doi?xep=cham"),
        ("watching page, all unfolded, seconds", "/admin/campaigns/c/theo-doi?mo=*"),
        ("setting aside, seconds", "/admin/campaigns/c/theo-doi/de-rieng"),
        ("reminders, seconds", "/admin/campaigns/c/theo-doi/nhac"),
        ("settings of a campaign, seconds", "/admin/campaigns/c/settings"),
        ("copy of a campaign, seconds", "/admin/campaigns/c/copy"),
        ("a counter, seconds", "/admin/campaigns/c/counters/k0007"),
        ("more counters, seconds", "/admin/campaigns/c/counters/add"),
        ("prints, seconds", "/admin/campaigns/c/print"),
        ("paper, seconds", "/admin/campaigns/c/paper"),
        ("invited persons, seconds", "/admin/campaigns/c/nguoi-duoc-moi"),
        ("mails, seconds", "/admin/campaigns/c/thu-moi"),
        ("comments, seconds", "/admin/campaigns/c/y-kien"),
        ("a unit, seconds", "/admin/unit/u007"),
        ("merging a unit, seconds", "/admin/unit/u007/merge"),
        ("questionnaires, seconds", "/admin/definitions"),
    ] {
        let (status, weight, times) = desk.pages(path);
        if status != 200 {
            println!("{path} answers {status}: left out");
            continue;
        }
        let value = median(times.clone());
        println!("{path:<42} {value:>7.3} s (first {:.3}), {} KiB", times[0], weight / 1_024);
        floors.push(Floor { what, value, wanted: 0.15, at_least: false });
    }
    let times: Vec<f64> = (0..5)
        .map(|_| {
            desk.answer();
            thread::sleep(STALE);
            desk.get("/admin/campaigns/c/theo-doi").2
        })
        .collect();
    floors.push(Floor {
        what: "watching page after an answer, seconds",
        value: median(times),
        wanted: 0.15,
        at_least: false,
    });
    let alone = desk.load(0);
    let watched = desk.load(VIEWERS);
    println!("server with an answer a second: {alone:.4} of a core; with {VIEWERS} viewers {watched:.4}");
    floors.push(Floor {
        what: "a viewer of the watching page, share of a core",
        value: (watched - alone) / VIEWERS as f64,
        wanted: 0.01,
        at_least: false,
    });
    drop(desk);
    judge(&floors);
}

/// A running server with a province in it, and somebody signed in.
struct Desk {
    server: Child,
    url: String,
    cookie: String,
    agent: ureq::Agent,
    fields: String,
    sent: AtomicU64,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl Desk {
    fn open(folder: &Path) -> Self {
        let file = folder.join("bench.toml");
        std::fs::write(&file, province()).unwrap();
        run(folder, &["apply", file.to_str().unwrap()]);
        let answers = std::env::var("SIPAS_BENCH_ANSWERS").unwrap_or_else(|_| ANSWERS.to_owned());
        let started = Instant::now();
        run(folder, &["simulate", "c", "--responses", &answers, "--seed", "1"]);
        println!("{answers} answers stored in {:.0} s", started.elapsed().as_secs_f64());
        let account = run(folder, &["user", "add", "bench", "--role", "manager"]);
        let password = account.trim_end().split('\t').nth(1).unwrap().to_owned();
        let mut server = command(folder)
            .arg("serve")
            .env("SIPAS_LISTEN", "127.0.0.1:0")
            .env("SIPAS_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.trim_end().split('\t').nth(1).unwrap().trim_end_matches('/').to_owned();
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .proxy(None)
            .build()
            .into();
        let entered = agent
            .post(format!("{url}/admin/login"))
            .send_form([("name", "bench"), ("password", password.as_str())])
            .unwrap();
        let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { server, url, cookie, agent, fields: fields(folder), sent: AtomicU64::new(0) }
    }

    /// Status, bytes and seconds of a page.
    fn get(&self, path: &str) -> (u16, usize, f64) {
        let started = Instant::now();
        let mut page =
            self.agent.get(format!("{}{path}", self.url)).header("cookie", &self.cookie).call().unwrap();
        let mut bytes = Vec::new();
        page.body_mut().as_reader().read_to_end(&mut bytes).unwrap();
        (page.status().as_u16(), bytes.len(), started.elapsed().as_secs_f64())
    }

    fn pages(&self, path: &str) -> (u16, usize, Vec<f64>) {
        let rounds: Vec<_> = (0..ROUNDS).map(|_| self.get(path)).collect();
        (rounds[0].0, rounds[0].1, rounds.iter().map(|(_, _, seconds)| *seconds).collect())
    }

    /// Somebody answers at a counter.
    fn answer(&self) {
        let n = self.sent.fetch_add(1, Ordering::Relaxed);
        let counter = usize::try_from(n).unwrap() * 37 % COUNTERS;
        let body = format!("submission={n:032x}&{}", self.fields);
        let taken = self
            .agent
            .post(format!("{}/k/k{counter:04}", self.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .send(body)
            .unwrap();
        assert_eq!(taken.status(), 303);
    }

    /// The share of a core that the server takes with so many viewers, while an answer comes every second.
    fn load(&self, viewers: usize) -> f64 {
        let stop = Arc::new(AtomicBool::new(false));
        let events = Arc::new(AtomicU64::new(0));
        for _ in 0..viewers {
            let (stop, events) = (Arc::clone(&stop), Arc::clone(&events));
            let request = self
                .agent
                .get(format!("{}/admin/campaigns/c/theo-doi/su-kien", self.url))
                .header("cookie", &self.cookie)
                .header("accept", "text/event-stream");
            thread::spawn(move || {
                let mut lines = BufReader::new(request.call().unwrap().into_body().into_reader()).lines();
                while let Some(Ok(line)) = lines.next()
                    && !stop.load(Ordering::Relaxed)
                {
                    events.fetch_add(u64::from(line.starts_with("data:")), Ordering::Relaxed);
                }
            });
        }
        // The first event has everything, and opening is not watching.
        thread::sleep(Duration::from_secs(2));
        let (before, started) = (self.processor(), Instant::now());
        while started.elapsed() < SPAN {
            self.answer();
            thread::sleep(Duration::from_secs(1));
        }
        let share = (self.processor() - before) / started.elapsed().as_secs_f64();
        let told = events.load(Ordering::Relaxed);
        assert!(told >= 3 * viewers as u64, "{told} events for {viewers} viewers");
        stop.store(true, Ordering::Relaxed);
        share
    }

    /// Seconds of processor time that the server has taken.
    fn processor(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.server.id())).unwrap();
        let (_, rest) = stat.rsplit_once(") ").unwrap();
        let ticks: u64 = rest.split(' ').skip(11).take(2).map(|n| n.parse::<u64>().unwrap()).sum();
        // Linux tells programs of hundredths of a second, whatever it counts in itself.
        ticks as f64 / 100.0
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(BINARY);
    command
        .env("SIPAS_DATABASE_URL", format!("sqlite:{}", folder.join("desk.db").display()))
        .env("SIPAS_SECRET", "a key for benchmarks alone, long enough")
        .stdin(Stdio::null());
    command
}

/// What a command prints.
fn run(folder: &Path, arguments: &[&str]) -> String {
    let output = command(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A province in which every unit has a plan and about three counters.
fn province() -> String {
    let day = |days: i64| {
        (Timestamp::now() + SignedDuration::from_hours(24 * days)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let mut text = "[[unit]]\ncode = \"p\"\nname = \"Tỉnh\"\nkind = \"province\"\n".to_owned();
    for unit in 0..UNITS {
        let parent = if unit < 30 { "p".to_owned() } else { format!("u{:03}", unit % 30) };
        writeln!(
            text,
            "[[unit]]\ncode = \"u{unit:03}\"\nname = \"Ủy ban nhân dân xã số {unit}\"\nkind = \"commune\"\nparent = \"{parent}\""
        )
        .unwrap();
    }
    writeln!(
        text,
        "[[campaign]]\nslug = \"c\"\ndefinition = \"sipas\"\nform = \"counter\"\ntitle = {{ vi = \"Đo tốc độ\", en = \"Speed\" }}\n\
         opens = {}\ncloses = {}\ndemonstration = true",
        day(-45),
        day(45)
    )
    .unwrap();
    for unit in 0..UNITS {
        writeln!(
            text,
            "[[campaign.stratum]]\nunit = \"u{unit:03}\"\npopulation = 9000\nsample = {}",
            1_000 + unit
        )
        .unwrap();
    }
    for counter in 0..COUNTERS {
        writeln!(
            text,
            "[[campaign.counter]]\ncode = \"k{counter:04}\"\nunit = \"u{:03}\"\nname = \"Quầy số {counter}\"\npublic = true",
            counter % UNITS
        )
        .unwrap();
    }
    text
}

/// The first option of every question.
fn fields(folder: &Path) -> String {
    let form = run(folder, &["definition", "show", "sipas", "--form", "counter", "--format", "json"]);
    let form: serde_json::Value = serde_json::from_str(&form).unwrap();
    let mut fields = form_urlencoded::Serializer::new(String::new());
    for question in form["questions"].as_array().unwrap() {
        if let Some(option) = question["options"].as_array().and_then(|options| options.first()) {
            fields.append_pair(question["id"].as_str().unwrap(), option["code"].as_str().unwrap());
        }
    }
    fields.finish()
}
