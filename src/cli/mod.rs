//! The command line: one thin file per subcommand. Results go to stdout, words to stderr.
//!
//! A subcommand has an `Args` (its flags) and a `run` that returns a [`Failure`] with its exit code; `main` does
//! nothing but parse, dispatch and exit.

pub mod apply;
pub mod definition;
pub mod demo;
pub mod doctor;
pub mod erase_list;
pub mod estimate;
pub mod export;
mod failure;
pub mod import;
pub mod invite;
pub mod languages;
pub mod links;
mod output;
pub mod plan;
pub mod posters;
pub mod report;
pub mod serve;
pub mod simulate;
pub mod surroundings;
mod table;
pub mod user;
mod user_token;

use clap::{Parser, Subcommand};

pub use failure::Failure;
pub use output::{print, say};
pub use surroundings::{Settings, Surroundings, block_on};

use crate::language::Lang;

/// A self-hosted survey platform for satisfaction with public administration.
#[derive(Debug, Parser)]
#[command(name = "sipas", version, about)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A demonstration province with its server, from nothing.
    Demo(demo::Args),
    /// The server.
    Serve(serve::Args),
    /// Makes the database match files: units, campaigns, counters, invitations.
    Apply(apply::Args),
    /// The addresses of a campaign's counters and invited persons.
    Links(links::Args),
    /// The QR codes of a campaign's counters as a PDF: posters, table stands, labels.
    Posters(posters::Args),
    /// Deletes the list of persons whom a closed campaign invited.
    EraseList(erase_list::Args),
    /// Sends personal links by e-mail, each once.
    Invite(invite::Args),
    /// Answers gathered on paper or by another system, from a file.
    Import(import::Args),
    /// Questionnaire definitions: check, show, compare, try out.
    Definition(definition::Args),
    /// Languages of respondents' pages: check what was added, make a catalogue to translate.
    Language(languages::Args),
    /// Estimate from any CSV file.
    Estimate(estimate::Args),
    /// How large a sample is needed, and drawing it at random.
    Plan(plan::Args),
    /// The index report of a campaign, or of a quarter, six or nine months, a year.
    Report(report::Args),
    /// The answers of a campaign, de-identified, with a codebook.
    Export(export::Args),
    /// Invented answers into a demonstration campaign.
    Simulate(simulate::Args),
    /// Accounts of staff.
    User(user::Args),
    /// Health and integrity: settings, database, audit log.
    Doctor(doctor::Args),
}

/// Runs the parsed command line.
///
/// # Errors
/// A [`Failure`] with the message for the user and the exit code.
pub fn run(cli: Cli) -> Result<(), Failure> {
    match cli.command {
        Command::Demo(args) => block_on(demo::run(&args)),
        Command::Serve(args) => block_on(serve::run(&args)),
        Command::Apply(args) => block_on(apply::run(&args)),
        Command::Links(args) => block_on(links::run(&args)),
        Command::Posters(args) => block_on(posters::run(&args)),
        Command::EraseList(args) => block_on(erase_list::run(&args)),
        Command::Invite(args) => block_on(invite::run(&args)),
        Command::Import(args) => block_on(import::run(&args)),
        Command::Definition(args) => definition::run(&args),
        Command::Language(args) => languages::run(&args),
        Command::Estimate(args) => estimate::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Report(args) => block_on(report::run(&args)),
        Command::Export(args) => block_on(export::run(&args)),
        Command::Simulate(args) => block_on(simulate::run(&args)),
        Command::User(args) => block_on(user::run(&args)),
        Command::Doctor(args) => block_on(doctor::run(&args)),
    }
}

/// The language of the command line: `SIPAS_LANG`, else the locale if it is one we speak, else Vietnamese.
pub fn language() -> Lang {
    ["SIPAS_LANG", "LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find_map(|value| Lang::find(&value))
        .unwrap_or(Lang::VI)
}
