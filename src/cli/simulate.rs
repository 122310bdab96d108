//! `sipas simulate`: invented answers into a demonstration.

use i18n_embed_fl::fl;

use super::{Failure, Settings, language, say};
use crate::{
    definition::message::with_hint,
    simulation::{self, Refused},
    store::campaigns,
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
    let find = async {
        let mut db = here.store.read().await?;
        let all = campaigns::all(&mut db).await?;
        Ok::<_, crate::store::StoreError>(all)
    };
    let all = find.await.map_err(|error| here.database(&error))?;
    let Some(stored) = all.iter().find(|stored| stored.campaign.slug == args.campaign) else {
        let known: Vec<String> = all.into_iter().map(|stored| stored.campaign.slug).collect();
        let words = fl!(lang.messages(), "figures-unknown-campaign", slug = args.campaign.as_str());
        return Err(Failure::Input(with_hint(lang, words, &args.campaign, &known)));
    };
    simulation::run(&here.store, stored.number, args.responses, args.seed, here.clock.now()).await.map_err(
        |refused| match &refused {
            Refused::Store(error) => here.database(error),
            _ => Failure::Input(refused.words(lang, &here.config.database_url)),
        },
    )?;
    here.store.close().await;
    say(fl!(lang.messages(), "simulate-done", n = args.responses, slug = args.campaign.as_str()));
    Ok(())
}
