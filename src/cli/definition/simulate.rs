//! `sipas definition simulate`: random ways through a form.

use std::path::Path;

use i18n_embed_fl::fl;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::{
    files,
    show::{generate, percent},
};
use crate::{
    cli::{Failure, language, print, say},
    questionnaire::walk::walk,
};

/// From so many ways on, a question that none of them met is an error.
const ENOUGH: u64 = 1_000;

/// Flags of `sipas definition simulate`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The definition: its id, `id@version` or a file.
    id: String,
    /// The version; absent: the newest.
    #[arg(long)]
    version: Option<String>,
    /// The form.
    #[arg(long)]
    form: String,
    /// Number of ways.
    #[arg(long, default_value_t = ENOUGH, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    runs: u64,
    /// The same seed gives the same ways.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub(super) fn run(args: &Args, folder: Option<&Path>) -> Result<(), Failure> {
    let entry = files::find(&args.id, args.version.as_deref(), folder)?;
    let questionnaire = generate(&entry.definition, &args.form)?;
    let ways = walk(&questionnaire, args.runs, &mut ChaCha8Rng::seed_from_u64(args.seed));
    let lang = language();
    let m = lang.messages();
    let (runs, form, seed) = (args.runs.to_string(), args.form.as_str(), args.seed.to_string());
    say(fl!(m, "definition-simulate-head", runs = runs, form = form, seed = seed));
    let mut never = Vec::new();
    for (question, asked) in questionnaire.questions.iter().zip(&ways.asked) {
        #[expect(clippy::cast_precision_loss, reason = "counts up to ten million")]
        let share = *asked as f64 / ways.runs as f64;
        print(format!("{asked:>9}  {:>7}  {}\n", percent(share, lang), question.id));
        if *asked == 0 {
            never.push(question.id.as_str());
        }
    }
    print(
        fl!(
            m,
            "definition-simulate-length",
            shortest = ways.shortest.to_string(),
            median = ways.median.to_string(),
            longest = ways.longest.to_string()
        ) + "\n",
    );
    if never.is_empty() {
        return Ok(());
    }
    let words = fl!(m, "definition-simulate-never", ids = never.join(", "));
    if ways.runs >= ENOUGH {
        return Err(Failure::Input(words));
    }
    say(words);
    Ok(())
}
