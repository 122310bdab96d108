//! `sipas import`: what comes from elsewhere as a file.

pub mod responses;

use super::Failure;

/// Flags of `sipas import`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What is imported.
    #[command(subcommand)]
    what: What,
}

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
enum What {
    /// Answers gathered on paper or by another system: checks every row, imports all or none.
    Responses(responses::Args),
}

/// Imports.
///
/// # Errors
/// The command's own.
pub async fn run(args: &Args) -> Result<(), Failure> {
    match &args.what {
        What::Responses(args) => responses::run(args).await,
    }
}
