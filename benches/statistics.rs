//! The statistics engine against two yardsticks, in one run, one thread each: `cargo bench --bench statistics`.
//!
//! 1. Over 1,000,000 rows of 25 items in 200 strata, in memory: all 25 means, five dimensions and the composite with
//!    variances and intervals, against the time that DuckDB takes for the weighted shares by stratum of the same columns
//!    alone. Needs the Python package `duckdb` (`pip install duckdb`); without it this part is left out, and said so.
//! 2. The same from a CSV file of 100 MB, as `sipas estimate` does it, against reading every record of the file with the
//!    crate `csv` and looking at none.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a benchmark: it times, prints, and may stop at the first surprise"
)]

mod floors;

use std::{
    fmt::Write as _,
    fs::File,
    hint::black_box,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::Instant,
};

use floors::{Floor, judge, median};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use sipas::statistics::{
    run::{needs, run},
    spec::Spec,
    table::Table,
};

const ROWS: usize = 1_000_000;
const ITEMS: usize = 25;
const STRATA: u32 = 200;
/// Measurements of each side, alternating; the median counts.
const ROUNDS: usize = 5;

fn main() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let file = folder.path().join("data.csv");
    write(&file);
    println!("data: {:.1} MB, {ROWS} rows", std::fs::metadata(&file).unwrap().len() as f64 / 1e6);
    let spec = Spec::parse(&specification().to_string()).unwrap();
    let mut floors = in_memory(&spec, &file);
    floors.push(from_file(&spec, &file));
    judge(&floors);
}

/// Answers of the five-point scale, one in twenty blank, in strata of about equal size with a weight of each row.
fn write(file: &Path) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut out = std::io::BufWriter::new(File::create(file).unwrap());
    let items: Vec<String> = (1..=ITEMS).map(|item| format!("q{item}")).collect();
    writeln!(out, "unit,stratum,weight,population,note,{}", items.join(",")).unwrap();
    let mut line = String::new();
    for row in 0..ROWS {
        line.clear();
        let stratum = random.next_u32() % STRATA;
        let weight = 1.0 + f64::from(random.next_u32() % 10_000) / 1_000.0;
        write!(line, "\"Xã số {stratum}, tỉnh\",h{stratum:03},{weight},60000,phiếu {row:07}").unwrap();
        for _ in 0..ITEMS {
            let drawn = random.next_u32() % 100;
            line.push(',');
            let codes = [(5, ""), (8, "1"), (13, "2"), (22, "3"), (60, "4"), (100, "5")];
            line += codes.iter().find(|(most, _)| drawn < *most).unwrap().1;
        }
        writeln!(out, "{line}").unwrap();
    }
    out.flush().unwrap();
}

fn specification() -> Value {
    let satisfied = |item: usize| json!({ "col": format!("q{item}"), "in": [4, 5] });
    let ci = |method: &str| json!([{ "method": method, "level": 0.95 }]);
    let mut estimands: Vec<Value> = (1..=ITEMS)
        .map(
            |item| json!({ "key": format!("q{item}"), "kind": "mean", "y": satisfied(item), "ci": ci("kg") }),
        )
        .collect();
    let dimension = |number: usize| {
        let items: Vec<Value> = (number * 5 + 1..=number * 5 + 5).map(satisfied).collect();
        json!({ "name": format!("d{number}"), "weight": 1, "items": items })
    };
    for number in 0..5 {
        estimands.push(json!({ "key": format!("d{number}"), "kind": "composite",
            "components": [dimension(number)], "ci": ci("logit") }));
    }
    let all: Vec<Value> = (0..5).map(dimension).collect();
    estimands.push(json!({ "key": "index", "kind": "composite", "components": all, "ci": ci("logit") }));
    json!({ "schema": "svy-ref/1", "data": { "file": "data.csv" }, "analyses": [{
        "id": "a",
        "design": { "weight": "weight", "strata": "stratum", "stages": [{ "fpc": "population" }],
                    "lonely_psu": "adjust" },
        "estimands": estimands,
    }] })
}

fn table(spec: &Spec, file: &Path) -> Table {
    let input = BufReader::new(File::open(file).unwrap());
    Table::read(input, &spec.data.missing, |column| needs(spec, column)).unwrap()
}

/// Seconds that something takes.
fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(work());
    start.elapsed().as_secs_f64()
}

fn in_memory(spec: &Spec, file: &Path) -> Vec<Floor> {
    let table = table(spec, file);
    let Some(mut duckdb) = DuckDb::start(file) else {
        let ours = median((0..ROUNDS).map(|_| seconds(|| run(spec, &table).unwrap())).collect());
        println!("estimates with variances, in memory       {ours:>8.3} s");
        println!("DuckDB: not measured; `pip install duckdb` for the Python in PATH");
        return Vec::new();
    };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(seconds(|| run(spec, &table).unwrap()));
        theirs.push(duckdb.query());
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!("estimates with variances, in memory       {ours:>8.3} s");
    println!("DuckDB, weighted shares by stratum alone  {theirs:>8.3} s");
    vec![Floor {
        what: "25 means, 5 dimensions, index / DuckDB's shares alone",
        value: ours / theirs,
        wanted: 0.5,
        at_least: false,
    }]
}

fn from_file(spec: &Spec, file: &Path) -> Floor {
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(seconds(|| {
            let table = table(spec, file);
            serde_json::to_string_pretty(&run(spec, &table).unwrap()).unwrap()
        }));
        bare.push(seconds(|| {
            let mut reader = csv::Reader::from_reader(BufReader::new(File::open(file).unwrap()));
            let mut record = csv::ByteRecord::new();
            let mut cells = 0;
            while reader.read_byte_record(&mut record).unwrap() {
                cells += record.len();
            }
            cells
        }));
    }
    let (ours, bare) = (median(ours), median(bare));
    println!("sipas estimate on the file                {ours:>8.3} s");
    println!("crate csv, reading alone                  {bare:>8.3} s");
    Floor { what: "speed of estimate / bare csv read", value: bare / ours, wanted: 0.5, at_least: true }
}

/// DuckDB in a process of its own: a line in asks for a measurement, a line out is its seconds.
struct DuckDb {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

const SCRIPT: &str = "
import sys, time
import duckdb
con = duckdb.connect()
con.execute('SET threads = 1')
con.execute(f\"CREATE TABLE t AS SELECT * FROM read_csv('{sys.argv[1]}', header = true)\")
items = [f'q{i}' for i in range(1, 26)]
shares = ', '.join(f'sum(CASE WHEN {q} IN (4, 5) THEN weight END) / sum(CASE WHEN {q} IS NOT NULL THEN weight END)' for q in items)
print('ready', flush=True)
for _ in sys.stdin:
    start = time.perf_counter()
    con.execute(f'SELECT stratum, {shares} FROM t GROUP BY stratum').fetchall()
    print(time.perf_counter() - start, flush=True)
";

impl DuckDb {
    fn start(file: &Path) -> Option<Self> {
        let mut process = Command::new("python3")
            .args(["-c", SCRIPT, file.to_str()?])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .ok()?;
        let input = process.stdin.take()?;
        let mut found = Self { input, output: BufReader::new(process.stdout.take()?), process };
        (found.line() == "ready").then_some(found)
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn query(&mut self) -> f64 {
        writeln!(self.input).unwrap();
        self.line().parse().unwrap()
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
