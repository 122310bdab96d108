//! `sipas definition export`: a form of a definition for other programs.

use std::{
    io::{IsTerminal as _, Write as _},
    path::{Path, PathBuf},
};

use clap::ValueEnum;
use i18n_embed_fl::fl;

use super::files;
use crate::{
    cli::{Failure, language, say},
    definition::{message::with_hint, xlsform as pure},
    xlsform,
};

/// Flags of `sipas definition export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The definition: its id, `id@version` or a file.
    id: String,
    /// The version; absent: the newest.
    #[arg(long)]
    version: Option<String>,
    /// The form; absent: the only one.
    #[arg(long)]
    form: Option<String>,
    /// For ODK Collect and Kobo.
    #[arg(long, value_enum, default_value_t = Format::Xlsform)]
    format: Format,
    /// The file to write; absent: standard output, unless that is a terminal.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// A spreadsheet (.xlsx) as <https://xlsform.org> describes it.
    Xlsform,
}

pub(super) fn run(args: &Args, folder: Option<&Path>) -> Result<(), Failure> {
    let Format::Xlsform = args.format;
    let lang = language();
    let m = lang.messages();
    let definition = files::find(&args.id, args.version.as_deref(), folder)?.definition;
    let forms: Vec<String> = definition.forms.iter().map(|form| form.id.clone()).collect();
    let form = match (&args.form, forms.as_slice()) {
        (Some(form), _) => form,
        (None, [only]) => only,
        (None, _) => {
            let (id, forms) = (definition.id.as_str(), forms.join(", "));
            return Err(Failure::Usage(fl!(m, "xlsform-which-form", id = id, forms = forms)));
        }
    };
    let Some(exported) = pure::export(&definition, form) else {
        let words = fl!(m, "definition-no-such-form", id = definition.id.as_str(), form = form.as_str());
        return Err(Failure::Input(with_hint(lang, words, form, &forms)));
    };
    let bytes = xlsform::write(&exported.workbook).map_err(|error| Failure::Input(error.to_string()))?;
    let unwritten = |path: String, error: std::io::Error| {
        Failure::Unreachable(fl!(m, "xlsform-cannot-write", path = path, detail = error.to_string()))
    };
    match &args.out {
        Some(out) => {
            std::fs::write(out, &bytes).map_err(|error| unwritten(out.display().to_string(), error))?;
        }
        None if std::io::stdout().is_terminal() => return Err(Failure::Usage(fl!(m, "xlsform-out-needed"))),
        None => std::io::stdout().write_all(&bytes).map_err(|error| unwritten("-".to_owned(), error))?,
    }
    exported.remarks.iter().for_each(|remark| say(remark.line(lang)));
    let questions = pure::only(&definition, form).map_or(0, |d| d.criteria.len() + d.questions.len());
    let (id, version) = (definition.id.as_str(), definition.version.as_str());
    say(fl!(
        m,
        "xlsform-exported",
        form = form.as_str(),
        id = id,
        version = version,
        questions = questions.to_string()
    ));
    Ok(())
}
