//! `sipas links`: the addresses of a campaign, for printers and letters.

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, Surroundings, language, print, say, surroundings::did};
use crate::{
    definition::message::with_hint,
    distribution::address,
    secret::{self, LINK_TOKEN},
    store::{
        StoreError, audit,
        campaigns::{self, Stored},
        invitations, outbox, places,
    },
};

/// Flags of `sipas links`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    /// Makes a new link for this invitation and ends its old one; prints only the new ones. May be repeated.
    #[arg(long, value_name = "CODE")]
    reissue: Vec<String>,
    #[command(flatten)]
    settings: Settings,
}

/// Prints a line for each counter and invitation: kind, code, unit, address. A personal link is shown once, when it is
/// made; afterwards a dash stands in its place, since only its hash is kept.
///
/// # Errors
/// [`Failure::Input`] for an unknown campaign or invitation.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let here = args.settings.open().await?;
    let stored = campaign(&here, &args.campaign).await?;
    let lines = if args.reissue.is_empty() {
        all(&here, &stored).await.map_err(|error| here.database(&error))?
    } else {
        again(&here, &stored, &args.reissue).await?
    };
    here.store.close().await;
    // After the commit: a link that is printed works.
    for line in lines {
        print(line + "\n");
    }
    Ok(())
}

/// The campaign with this slug.
///
/// # Errors
/// [`Failure::Input`] with those that there are.
pub async fn campaign(here: &Surroundings, slug: &str) -> Result<Stored, Failure> {
    let all = async { campaigns::all(&mut here.store.read().await?).await };
    let all = all.await.map_err(|error| here.database(&error))?;
    if let Some(stored) = all.iter().find(|stored| stored.campaign.slug == slug) {
        return Ok(stored.clone());
    }
    let known: Vec<String> = all.into_iter().map(|stored| stored.campaign.slug).collect();
    let words = fl!(language().messages(), "figures-unknown-campaign", slug = slug);
    Err(Failure::Input(with_hint(language(), words, slug, &known)))
}

async fn all(here: &Surroundings, stored: &Stored) -> Result<Vec<String>, StoreError> {
    let base = &here.config.base_url;
    let mut lines = Vec::new();
    let mut db = here.store.write().await?;
    for place in places::of_campaign(&mut db, stored.number).await? {
        if let (Some(code), Some(last), false) = (&place.counter, &place.address, place.retired) {
            lines.push(format!("counter\t{code}\t{}\t{}", place.unit, address::counter(base, last)));
        }
    }
    let mut made = 0_usize;
    let waiting = outbox::waiting_invitations(&mut db, stored.number).await?;
    for invitation in invitations::of_campaign(&mut db, stored.number).await? {
        let mut url = "-".to_owned();
        // A mail that waits brings its link; one made here would end it.
        if !invitation.linked && !waiting.contains(&invitation.code) {
            let token = secret::token::<LINK_TOKEN>();
            let hash = invitations::token_hash(&here.key, &token);
            if invitations::set_token(&mut db, stored.number, &invitation.code, &hash).await? {
                url = address::link(base, &token);
                made += 1;
            }
        }
        lines.push(format!("invitation\t{}\t{}\t{url}", invitation.code, invitation.unit));
    }
    if made > 0 {
        let entry = did("link.make", &stored.campaign.slug).with(json!({ "links": made }));
        audit::append(&mut db, here.clock.now(), &entry).await?;
    }
    db.commit().await?;
    if made > 0 {
        say(fl!(language().messages(), "links-once", n = made));
    }
    Ok(lines)
}

async fn again(here: &Surroundings, stored: &Stored, codes: &[String]) -> Result<Vec<String>, Failure> {
    let m = language().messages();
    let failed = |error: StoreError| here.database(&error);
    let mut db = here.store.write().await.map_err(failed)?;
    let known = invitations::of_campaign(&mut db, stored.number).await.map_err(failed)?;
    let mut lines = Vec::new();
    for code in codes {
        let Some(invitation) = known.iter().find(|invitation| invitation.code == *code) else {
            let codes: Vec<String> = known.into_iter().map(|invitation| invitation.code).collect();
            let words = fl!(m, "links-unknown-invitation", code = code.as_str());
            return Err(Failure::Input(with_hint(language(), words, code, &codes)));
        };
        let token = secret::token::<LINK_TOKEN>();
        let hash = invitations::token_hash(&here.key, &token);
        invitations::set_token(&mut db, stored.number, code, &hash).await.map_err(failed)?;
        let url = address::link(&here.config.base_url, &token);
        lines.push(format!("invitation\t{code}\t{}\t{url}", invitation.unit));
    }
    let entry = did("link.reissue", &stored.campaign.slug).with(json!({ "codes": codes }));
    audit::append(&mut db, here.clock.now(), &entry).await.map_err(failed)?;
    db.commit().await.map_err(failed)?;
    Ok(lines)
}
