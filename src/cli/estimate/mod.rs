//! `sipas estimate`: the statistics engine on any CSV.

mod problem;
mod words;

use std::{
    fs::{self, File},
    io::BufReader,
    path::{Path, PathBuf},
};

use i18n_embed_fl::fl;

use super::{Failure, language, print};
use crate::statistics::{
    error::{Error, Problem},
    explain, run,
    spec::Spec,
    table::Table,
};

/// Estimates with their uncertainty from a CSV file and a specification of its design (schema svy-ref/1).
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The specification: designs and estimands, as JSON of the schema svy-ref/1 (docs/estimate.md, with an example).
    #[arg(long, value_name = "SPEC.json")]
    pub spec: PathBuf,
    /// The data; without, the file that the specification names, beside it.
    #[arg(long, value_name = "FILE.csv")]
    pub data: Option<PathBuf>,
    /// Prints how each figure comes about, its formula with the numbers filled in, instead of the results.
    #[arg(long)]
    pub explain: bool,
}

/// Prints `{"results": …}`, or the working of every figure.
///
/// # Errors
/// A specification or data that cannot be read or understood, with the place in it.
pub fn run(args: &Args) -> Result<(), Failure> {
    let text = fs::read(&args.spec).map_err(|error| unreadable(&args.spec, &error))?;
    let wrong_spec = |error: &Error| refused(&args.spec, &args.spec, error);
    let text = String::from_utf8(text).map_err(|error| {
        let detail = error.utf8_error().to_string();
        wrong_spec(&Error { path: "$".to_owned(), problem: Problem::Shape { detail } })
    })?;
    let spec = Spec::parse(text.trim_start_matches('\u{feff}')).map_err(|error| wrong_spec(&error))?;
    let data = args.data.clone().unwrap_or_else(|| args.spec.with_file_name(&spec.data.file));
    let file = File::open(&data).map_err(|error| unreadable(&data, &error))?;
    let refused = |error: &Error| refused(&args.spec, &data, error);
    let table = Table::read(BufReader::new(file), &spec.data.missing, |column| run::needs(&spec, column))
        .map_err(|error| refused(&error))?;
    if args.explain {
        let explanation = explain::explain(&spec, &table).map_err(|error| refused(&error))?;
        print(words::text(&explanation, language()));
        return Ok(());
    }
    let results = run::run(&spec, &table).map_err(|error| refused(&error))?;
    let json = serde_json::to_string_pretty(&results).map_err(|error| Failure::Input(error.to_string()))?;
    print(json + "\n");
    Ok(())
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failure {
    let file = path.display().to_string();
    Failure::Unreachable(fl!(
        language().messages(),
        "estimate-unreadable",
        file = file,
        detail = error.to_string()
    ))
}

/// What is in the data is said of their file, with the place in the specification that wants it.
fn refused(spec: &Path, data: &Path, error: &Error) -> Failure {
    let m = language().messages();
    let problem = problem::words(&error.problem, language());
    let (spec, data) = (spec.display().to_string(), data.display().to_string());
    let path = error.path.as_str();
    Failure::Input(if !error.problem.in_data() {
        fl!(m, "estimate-problem", file = spec, path = path, problem = problem)
    } else if path == "data" {
        format!("{data}: {problem}")
    } else {
        fl!(m, "estimate-problem-of-data", file = data, problem = problem, spec = spec, path = path)
    })
}
