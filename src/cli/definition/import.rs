//! `sipas definition import`: a definition from an XLSForm.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
};

use i18n_embed_fl::fl;

use super::files;
use crate::{
    cli::{Failure, language, print, say},
    definition::xlsform::{self as pure, Imported, Level, Options, ScaleChoice},
    xlsform,
};

/// Flags of `sipas definition import`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The XLSForm (.xlsx).
    file: PathBuf,
    /// Id of the definition; absent: the form's id.
    #[arg(long)]
    id: Option<String>,
    /// Its version; absent: the form's version.
    #[arg(long)]
    version: Option<String>,
    /// Language code of columns without a language; absent: the form's default language, else `vi`.
    #[arg(long, value_name = "CODE")]
    language: Option<String>,
    /// A list that is a scale of satisfaction, with the options that count as satisfied: `muc_do=4,5`. May be given
    /// several times; absent: the lists that read like one.
    #[arg(long = "scale", value_name = "LIST[=OPTIONS]")]
    scales: Vec<String>,
    /// A group that is a dimension. May be given several times; absent: every group that holds criteria.
    #[arg(long = "dimension", value_name = "GROUP")]
    dimensions: Vec<String>,
    /// A question on such a scale that stands beside the index. May be given several times.
    #[arg(long = "beside", value_name = "QUESTION")]
    beside: Vec<String>,
    /// The file to write; absent: the definition is printed. An existing file is not touched.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    let m = lang.messages();
    let bytes = files::bytes(&args.file)?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let workbook = xlsform::read(name.as_deref(), &bytes)
        .map_err(|refusal| Failure::Input(format!("{}: {}", args.file.display(), refusal.words(lang))))?;
    let shown = args.out.as_ref().map_or_else(|| "-".to_owned(), |out| out.display().to_string());
    let imported = pure::import(&workbook, &options(args), &shown).map_err(|refused| {
        let lines: Vec<String> = refused.iter().map(|remark| remark.line(lang)).collect();
        Failure::Input(format!("{}\n{}", fl!(m, "xlsform-not-imported"), lines.join("\n")))
    })?;
    imported.remarks.iter().for_each(|remark| say(remark.line(lang)));
    imported.problems.iter().for_each(|problem| say(problem.line(lang)));
    let errors = imported.problems.iter().filter(|problem| problem.is_error()).count();
    if errors > 0 {
        return Err(Failure::Input(fl!(m, "xlsform-imported-badly", errors = errors.to_string())));
    }
    match &args.out {
        Some(out) => write(out, &imported.toml)?,
        None => print(&imported.toml),
    }
    say(summary(&imported));
    Ok(())
}

fn options(args: &Args) -> Options {
    let scale = |flag: &String| match flag.split_once('=') {
        Some((list, options)) => ScaleChoice {
            list: list.to_owned(),
            satisfied: Some(options.split(',').map(|option| option.trim().to_owned()).collect()),
        },
        None => ScaleChoice { list: flag.clone(), satisfied: None },
    };
    Options {
        id: args.id.clone(),
        version: args.version.clone(),
        language: args.language.clone(),
        scales: args.scales.iter().map(scale).collect(),
        dimensions: args.dimensions.clone(),
        beside: args.beside.clone(),
    }
}

fn summary(imported: &Imported) -> String {
    let definition = &imported.definition;
    let count = |level: Level| imported.remarks.iter().filter(|remark| remark.level == level).count();
    fl!(
        language().messages(),
        "xlsform-imported",
        id = definition.id.as_str(),
        version = definition.version.as_str(),
        criteria = definition.criteria.len().to_string(),
        questions = definition.questions.len().to_string(),
        lost = count(Level::Lost).to_string(),
        changed = count(Level::Changed).to_string(),
        chosen = count(Level::Chosen).to_string()
    )
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let m = language().messages();
    let shown = path.display().to_string();
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::Input(fl!(m, "xlsform-exists", path = shown)),
        _ => Failure::Unreachable(fl!(m, "xlsform-cannot-write", path = shown, detail = error.to_string())),
    })
}
