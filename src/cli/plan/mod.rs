//! `sipas plan …`: how large a sample is needed, and drawing it.

mod draw;
mod sample;
mod verify;

use std::path::Path;

use clap::Subcommand;
use i18n_embed_fl::fl;

use super::{Failure, language};
use crate::sampling::{
    number::{self, NotNumber},
    problem::{Kind, Problem, Range},
};

/// Flags of `sipas plan`.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How many answers each unit and the province need, how to share them out, and how precise they will be.
    Sample(sample::Args),
    /// Draws rows of a list at random, so that the draw can be done again and checked.
    Draw(draw::Args),
}

/// Runs `sipas plan`.
///
/// # Errors
/// A [`Failure`]: 1 for files with errors and draws that do not agree with their record, 2 for wrong usage, 3 for files
/// that cannot be read or written.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.command {
        Command::Sample(args) => sample::run(args),
        Command::Draw(args) => draw::run(args),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| {
        let (path, detail) = (path.display().to_string(), error.to_string());
        Failure::Unreachable(fl!(language().messages(), "plan-unreadable", path = path, detail = detail))
    })
}

fn refused(path: &Path, problems: &[Problem]) -> Failure {
    let lang = language();
    let lines: Vec<String> =
        problems.iter().map(|problem| format!("{}: {}", path.display(), problem.words(lang))).collect();
    Failure::Input(lines.join("\n"))
}

/// A share as an argument: `0.03`, `0,03`, `3%`.
fn share(text: &str) -> Result<f64, String> {
    argument(text, Range::Share)
}

/// A share that may be 1.
fn rate(text: &str) -> Result<f64, String> {
    argument(text, Range::Rate)
}

/// A number above 0; per cent are understood.
fn positive(text: &str) -> Result<f64, String> {
    argument(text, Range::Positive)
}

fn argument(text: &str, range: Range) -> Result<f64, String> {
    let lang = language();
    match number::share(text) {
        Ok(number) if range.holds(number) => Ok(number),
        Ok(_) => Err(Problem::whole(Kind::Range { text: text.to_owned(), range }).words(lang)),
        Err(NotNumber::Ambiguous) => {
            Err(Problem::whole(Kind::Ambiguous { text: text.to_owned() }).words(lang))
        }
        Err(NotNumber::Text) if range == Range::Positive => {
            Err(fl!(lang.messages(), "plan-argument-not-number"))
        }
        Err(NotNumber::Text) => Err(fl!(lang.messages(), "plan-argument-not-share")),
    }
}

/// Two options that do not fit each other, in words.
fn needs(option: &str, other: &str) -> Failure {
    Failure::Usage(fl!(language().messages(), "plan-option-needs", option = option, other = other))
}

fn only_with(option: &str, other: &str) -> Failure {
    Failure::Usage(fl!(language().messages(), "plan-option-only-with", option = option, other = other))
}

fn not_with(option: &str, other: &str) -> Failure {
    Failure::Usage(fl!(language().messages(), "plan-option-not-with", option = option, other = other))
}

/// The exponent of a power allocation.
fn exponent(given: Option<f64>) -> Result<f64, Failure> {
    let exponent = given.unwrap_or(0.5);
    if (0.0..=1.0).contains(&exponent) {
        Ok(exponent)
    } else {
        Err(Failure::Usage(fl!(language().messages(), "plan-exponent-range")))
    }
}
