//! The `sipas` binary: parse the command line, dispatch, exit.

use std::process::ExitCode;

use clap::Parser;
use sipas::cli::{self, Cli};

fn main() -> ExitCode {
    match cli::run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            cli::say(&failure);
            ExitCode::from(failure.exit_code())
        }
    }
}
