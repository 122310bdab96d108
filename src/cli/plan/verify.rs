//! `sipas plan draw --verify`: whether a draw agrees with its record.

use std::path::Path;

use i18n_embed_fl::fl;

use super::{read, refused};
use crate::{
    cli::{Failure, language, print},
    language::Lang,
    report::format,
    sampling::record::{self, Difference, File, Record, sha256},
};

/// Most rows that are listed.
const MOST: usize = 10;

/// Does the draw again and says that it agrees.
///
/// # Errors
/// [`Failure::Input`] with what differs, or for something that is no record.
pub fn run(path: &Path, frame: &Path, drawn: Option<&Path>) -> Result<(), Failure> {
    let lang = language();
    let m = lang.messages();
    let record = Record::parse(&read(path)?).map_err(|problem| refused(path, &[problem]))?;
    let bytes = read(frame)?;
    let given = drawn.map(read).transpose()?;
    let file = File { file: frame.display().to_string(), sha256: sha256(&bytes) };
    let found = record::verify(&record, &file, &bytes, given.as_deref());
    if !found.is_empty() {
        let lines = found.iter().map(|difference| format!("- {}", words(lang, difference)));
        let all: Vec<String> = std::iter::once(fl!(m, "plan-verify-differs")).chain(lines).collect();
        return Err(Failure::Input(all.join("\n")));
    }
    let agrees = fl!(
        m,
        "plan-verify-agrees",
        rows = format::count(lang, record.drawn.rows.len() as u64),
        frame = file.file,
        seed = record.request.seed.as_str()
    );
    print(agrees + "\n");
    if let Some(drawn) = drawn {
        print(fl!(m, "plan-verify-given-agrees", path = drawn.display().to_string()) + "\n");
    }
    Ok(())
}

fn words(lang: Lang, difference: &Difference) -> String {
    let m = lang.messages();
    match difference {
        Difference::Frame { recorded, found } => fl!(
            m,
            "plan-verify-frame",
            recorded_rows = format::count(lang, recorded.rows),
            recorded = recorded.file.sha256.as_str(),
            found_rows = format::count(lang, found.rows),
            found = found.file.sha256.as_str()
        ),
        Difference::Impossible(problems) => {
            let problem = problems.first().map_or_else(String::new, |problem| problem.words(lang));
            fl!(m, "plan-verify-impossible", problem = problem)
        }
        Difference::Rows { only_recorded, only_drawn } => {
            fl!(m, "plan-verify-rows", recorded = list(lang, only_recorded), drawn = list(lang, only_drawn))
        }
        Difference::Order => fl!(m, "plan-verify-order"),
        Difference::Ids => fl!(m, "plan-verify-ids"),
        Difference::File { recorded, found } => {
            fl!(m, "plan-verify-file", recorded = recorded.as_str(), found = found.as_str())
        }
        Difference::Given { recorded, found } => {
            fl!(m, "plan-verify-given", recorded = recorded.as_str(), found = found.as_str())
        }
    }
}

fn list(lang: Lang, rows: &[u64]) -> String {
    if rows.is_empty() {
        return fl!(lang.messages(), "plan-verify-none");
    }
    let mut shown: Vec<String> = rows.iter().take(MOST).map(u64::to_string).collect();
    if rows.len() > MOST {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
