//! `sipas plan draw`: a random draw from a list, with a record by which it can be done again.

use std::{
    fs::OpenOptions,
    io::{ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use i18n_embed_fl::fl;
use unicode_normalization::UnicodeNormalization;

use super::{exponent, needs, not_with, only_with, read, refused, verify};
use crate::{
    cli::{Failure, language, say},
    report::format,
    sampling::{
        allocation::Rule,
        draw::{self, Quotas, Request, Stratum},
        random::ALGORITHM,
        record::{self, Done, File, Frame, Record, SCHEMA, sha256},
        sheet::Sheet,
    },
    secret,
};

/// Flags of `sipas plan draw`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The list to draw from: CSV with a header; any columns.
    #[arg(long, value_name = "FILE.csv")]
    frame: PathBuf,
    /// How rows are drawn.
    #[arg(long, value_enum, required_unless_present = "verify")]
    method: Option<Method>,
    /// How many rows.
    #[arg(long, value_name = "N")]
    n: Option<u64>,
    /// The column that tells rows apart; the draw then does not hang on their order (simple, stratified).
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The column of strata (stratified).
    #[arg(long, value_name = "COLUMN")]
    by: Option<String>,
    /// How rows are shared out among strata. [default: proportional]
    #[arg(long, value_enum)]
    allocation: Option<By>,
    /// The exponent of the power allocation. [default: 0.5]
    #[arg(long)]
    exponent: Option<f64>,
    /// The least number of rows of a stratum. [default: 1]
    #[arg(long, value_name = "N")]
    minimum: Option<u64>,
    /// A plan of `sipas plan sample` (CSV or JSON) that says how many to invite from each stratum.
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,
    /// The column of sizes, whole numbers (pps).
    #[arg(long, value_name = "COLUMN")]
    size: Option<String>,
    /// Sort the list by this column first, so that it is spread over its values (systematic, pps); may be repeated.
    #[arg(long, value_name = "COLUMN")]
    sort: Vec<String>,
    /// Bring the list into random order first (systematic, pps).
    #[arg(long, conflicts_with = "sort")]
    shuffle: bool,
    /// Any text; best one that nobody could choose, such as tonight's lottery result. [default: from the system's
    /// random source]
    #[arg(long, value_name = "TEXT")]
    seed: Option<String>,
    /// Where to write the drawn rows; absent: standard output.
    #[arg(long, value_name = "FILE.csv")]
    out: Option<PathBuf>,
    /// Where to write the record. [default: beside --out, ending in .record.json]
    #[arg(long, value_name = "FILE.json")]
    record: Option<PathBuf>,
    /// Do the draw of this record again and say whether it agrees.
    #[arg(
        long,
        value_name = "RECORD.json",
        conflicts_with_all = [
            "method", "n", "id", "by", "allocation", "exponent", "minimum", "plan", "size", "sort", "shuffle", "seed",
            "out", "record",
        ]
    )]
    verify: Option<PathBuf>,
    /// With --verify: a drawn file, to see whether it has been changed.
    #[arg(long, value_name = "FILE.csv", requires = "verify")]
    drawn: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Method {
    /// Every sample of the size has the same chance.
    Simple,
    /// A simple draw within each stratum.
    Stratified,
    /// At equal steps along the list from a random start.
    Systematic,
    /// With probability proportional to size, systematically; the largest are drawn for certain.
    Pps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// The same from every stratum.
    Equal,
    /// In proportion to the rows of the stratum.
    Proportional,
    /// By the rows of the stratum to a power.
    Power,
}

/// Draws, or does a draw again.
///
/// # Errors
/// As [`super::run`].
pub fn run(args: &Args) -> Result<(), Failure> {
    if let Some(record) = &args.verify {
        return verify::run(record, &args.frame, args.drawn.as_deref());
    }
    let lang = language();
    let method = check(args)?;
    let bytes = read(&args.frame)?;
    let wrong_frame = |problems: Vec<_>| refused(&args.frame, &problems);
    let sheet = Sheet::read(&bytes).map_err(wrong_frame)?;
    let (strata, plan) = strata(args, &sheet)?;
    let n = if strata.is_empty() { args.n.unwrap_or(0) } else { strata.iter().map(|s| s.n).sum() };
    let seed = args
        .seed
        .as_deref()
        .map_or_else(|| secret::hex(&secret::random::<16>()), |seed| seed.trim().nfc().collect());
    let request = Request {
        method,
        seed,
        n,
        id: args.id.clone(),
        by: args.by.clone(),
        strata,
        size: args.size.clone(),
        sort: args.sort.clone(),
        shuffle: args.shuffle,
    };
    let Done { drawn, csv, file } = record::perform(&sheet, &request).map_err(wrong_frame)?;
    let allocation = (args.plan.is_none() && request.by.is_some()).then(|| {
        let value = args.allocation.unwrap_or(By::Proportional).to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    });
    let record = Record {
        schema: SCHEMA.to_owned(),
        program: format!("sipas {}", env!("CARGO_PKG_VERSION")),
        algorithm: ALGORITHM.to_owned(),
        frame: Frame {
            file: File { file: file_name(&args.frame), sha256: sha256(&bytes) },
            rows: sheet.len() as u64,
        },
        plan,
        allocation,
        request,
        drawn: file,
    };
    let record_path =
        args.record.clone().or_else(|| args.out.as_ref().map(|out| out.with_extension("record.json")));
    // Both are looked at before either is written.
    if let Some(path) = [&args.out, &record_path].into_iter().flatten().find(|path| path.exists()) {
        return Err(exists(path));
    }
    if let Some(path) = &record_path {
        write(path, record.json().as_bytes())?;
    }
    match &args.out {
        Some(path) => write(path, &csv)?,
        None => {
            // A closed pipe is no error.
            let _ = std::io::stdout().write_all(&csv);
        }
    }
    let (m, count) = (lang.messages(), |number| format::count(lang, number));
    let (n, rows) = (count(record.request.n), count(record.frame.rows));
    say(fl!(m, "plan-draw-done", n = n, rows = rows, seed = record.request.seed.as_str()));
    let certain = drawn.iter().filter(|drawn| drawn.probability >= 1.0).count() as u64;
    if method == draw::Method::Pps && certain > 0 {
        say(fl!(m, "plan-draw-certain", certain = count(certain)));
    }
    if let Some(path) = &args.out {
        say(fl!(m, "plan-draw-written", path = path.display().to_string()));
    }
    match &record_path {
        Some(path) => say(fl!(m, "plan-draw-record-written", path = path.display().to_string())),
        None => say(fl!(m, "plan-draw-no-record")),
    }
    Ok(())
}

/// Options that do not fit the method or each other.
fn check(args: &Args) -> Result<draw::Method, Failure> {
    let method = match args.method.unwrap_or(Method::Simple) {
        Method::Simple => draw::Method::Simple,
        Method::Stratified => draw::Method::Stratified,
        Method::Systematic => draw::Method::Systematic,
        Method::Pps => draw::Method::Pps,
    };
    let stratified = method == draw::Method::Stratified;
    let along = matches!(method, draw::Method::Systematic | draw::Method::Pps);
    for (given, option, fits, with) in [
        (args.by.is_some(), "--by", stratified, "--method stratified"),
        (args.plan.is_some(), "--plan", stratified, "--method stratified"),
        (args.allocation.is_some(), "--allocation", stratified, "--method stratified"),
        (args.minimum.is_some(), "--minimum", stratified, "--method stratified"),
        (args.exponent.is_some(), "--exponent", args.allocation == Some(By::Power), "--allocation power"),
        (args.size.is_some(), "--size", method == draw::Method::Pps, "--method pps"),
        (!args.sort.is_empty(), "--sort", along, "--method systematic, pps"),
        (args.shuffle, "--shuffle", along, "--method systematic, pps"),
    ] {
        if given && !fits {
            return Err(only_with(option, with));
        }
    }
    for (given, option) in [
        (args.n.is_some(), "--n"),
        (args.allocation.is_some(), "--allocation"),
        (args.minimum.is_some(), "--minimum"),
    ] {
        if given && args.plan.is_some() {
            return Err(not_with(option, "--plan"));
        }
    }
    if args.n.is_none() && args.plan.is_none() {
        return Err(needs("--method", if stratified { "--n, --plan" } else { "--n" }));
    }
    if stratified && args.by.is_none() {
        return Err(needs("--method stratified", "--by"));
    }
    if method == draw::Method::Pps && args.size.is_none() {
        return Err(needs("--method pps", "--size"));
    }
    if args.seed.as_deref().is_some_and(|seed| seed.trim().is_empty()) {
        return Err(needs("--seed", "TEXT"));
    }
    Ok(method)
}

/// What is drawn from each stratum, with the plan that says so.
fn strata(args: &Args, sheet: &Sheet) -> Result<(Vec<Stratum>, Option<File>), Failure> {
    let lang = language();
    let Some(by) = &args.by else { return Ok((Vec::new(), None)) };
    let Some(path) = &args.plan else {
        let rule = match args.allocation.unwrap_or(By::Proportional) {
            By::Equal => Rule::Equal,
            By::Proportional => Rule::Proportional,
            By::Power => Rule::Power(exponent(args.exponent)?),
        };
        let (n, minimum) = (args.n.unwrap_or(0), args.minimum.unwrap_or(1));
        let strata = draw::by_rule(sheet, by, n, minimum, |rows| rule.weight_of_size(rows))
            .map_err(|problems| refused(&args.frame, &problems))?;
        return Ok((strata, None));
    };
    let bytes = read(path)?;
    let plan = Quotas::read(&bytes).map_err(|problems| refused(path, &problems))?;
    let strata = draw::by_plan(sheet, by, &plan).map_err(|problems| refused(&args.frame, &problems))?;
    for gap in plan.gaps(&strata) {
        say(fl!(
            lang.messages(),
            "plan-draw-gap",
            stratum = gap.stratum,
            population = format::count(lang, gap.population),
            rows = format::count(lang, gap.rows)
        ));
    }
    Ok((strata, Some(File { file: file_name(path), sha256: sha256(&bytes) })))
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

fn exists(path: &Path) -> Failure {
    let path = path.display().to_string();
    Failure::Input(fl!(language().messages(), "plan-draw-exists", path = path))
}

/// Writes a new file; a draw that is there already is not replaced.
fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = OpenOptions::new().write(true).create_new(true).open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return exists(path);
        }
        let (path, detail) = (path.display().to_string(), error.to_string());
        Failure::Unreachable(fl!(language().messages(), "figures-cannot-write", path = path, detail = detail))
    })
}
