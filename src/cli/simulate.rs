//! `sipas simulate`: invented answers into a demonstration.

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, language, links, say, surroundings::did};
use crate::{
    simulation::{self, Refused},
    store::audit,
};

/// Flags of `sipas simulate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug; it must be marked as a demonstration.
    campaign: String,
    /// How many answers.
    #[arg(long, value_name = "N")]
    responses: u64,
    /// The same seed gives the same answers.
    #[arg(long, value_name = "S")]
    seed: u64,
    #[command(flatten)]
    settings: Settings,
}

/// Adds the answers.
///
/// # Errors
/// [`Failure::Input`] for an unknown or a real campaign or too many answers; [`Failure::Unreachable`] for the database.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let lang = language();
    let here = args.settings.open().await?;
    let (slug, count) = (args.campaign.as_str(), args.responses);
    let stored = links::campaign(&here, slug).await?;
    here.check_room()?;
    simulation::run(&here.store, stored.number, args.responses, args.seed, here.clock.now()).await.map_err(
        |refused| match &refused {
            Refused::Store(error) => here.database(error),
            _ => Failure::Input(refused.words(lang, &here.config.database_url)),
        },
    )?;
    let entry = did("campaign.simulate", slug).with(json!({ "responses": count }));
    audit::note(&here.store, here.clock.now(), &entry).await.map_err(|error| here.database(&error))?;
    here.store.close().await;
    say(fl!(lang.messages(), "simulate-done", n = count, slug = slug));
    Ok(())
}
