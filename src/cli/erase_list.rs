//! `sipas erase-list`: deletes the list of persons whom a closed campaign invited.

use i18n_embed_fl::fl;

use super::{Failure, Settings, language, links, say, surroundings::did};
use crate::{clock, store::erasure};

/// Flags of `sipas erase-list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    #[command(flatten)]
    settings: Settings,
}

/// Deletes names, addresses, links and codes; counts stay. Doing it twice is no fault.
///
/// # Errors
/// [`Failure::Input`] for an unknown campaign, or one whose answers have not been counted yet.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let here = args.settings.open().await?;
    let stored = links::campaign(&here, &args.campaign).await?;
    if !stored.settled {
        return Err(Failure::Input(fl!(m, "lists-erase-not-yet")));
    }
    let (slug, now) = (stored.campaign.slug.as_str(), here.clock.now());
    let day = i64::from(clock::day(now));
    let erased = erasure::erase(&here.store, stored.number, day, now, did("invited.erase", slug)).await;
    let erased = erased.map_err(|error| here.database(&error))?;
    here.store.close().await;
    match erased {
        Some(n) => say(fl!(m, "lists-done-erased", n = n)),
        None => say(fl!(m, "lists-erase-nothing")),
    }
    Ok(())
}
