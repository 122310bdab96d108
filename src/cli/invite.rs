//! `sipas invite`: personal links by e-mail, each once.

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, language, links, print, say, surroundings::did};
use crate::{
    distribution::{
        invite::{self, Fate, Stopped},
        mail::{MailError, Mailer},
    },
    organisation::Phase,
    store::audit,
};

/// Flags of `sipas invite`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    #[command(flatten)]
    settings: Settings,
}

/// Sends the invitations and prints a line for each: code, and what became of it.
///
/// # Errors
/// [`Failure::Input`] for an unknown or closed campaign, missing settings, or mails that were refused;
/// [`Failure::Unreachable`] for the database or the mail server.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let slug = args.campaign.as_str();
    let here = args.settings.open().await?;
    let stored = links::campaign(&here, slug).await?;
    match stored.campaign.phase(here.clock.now()) {
        Phase::Closed => return Err(Failure::Input(fl!(m, "invite-closed", slug = slug))),
        // Its links would lead to a page that says it is not ready, and its list may still change.
        Phase::Draft => return Err(Failure::Input(fl!(m, "invite-draft", slug = slug))),
        Phase::Planned | Phase::Open | Phase::Paused => {}
    }
    let Some(url) = &here.config.smtp_url else {
        return Err(Failure::Input(fl!(m, "invite-no-server")));
    };
    let mailer = Mailer::new(url, &here.config.mail_from).map_err(|error| Failure::Input(words(&error)))?;
    let (mut sent, mut printed, mut failed) = (0_usize, 0_usize, 0_usize);
    let tell = |code: &str, fate: Fate| {
        let word = match &fate {
            Fate::Sent => "sent",
            Fate::Before | Fate::Printed | Fate::Answered => "skipped",
            Fate::Failed(_) => "failed",
        };
        print(format_args!("{code}\t{word}\n"));
        match fate {
            Fate::Sent => sent += 1,
            Fate::Printed => printed += 1,
            Fate::Failed(error) => {
                failed += 1;
                say(fl!(m, "invite-failed", code = code, why = words(&error)));
            }
            Fate::Before | Fate::Answered => {}
        }
    };
    let done = invite::send(&here.store, &here.key, &here.config.base_url, &mailer, &stored, tell).await;
    let told = json!({ "sent": sent, "failed": failed });
    let entry = did("link.mail", slug).with(told);
    audit::note(&here.store, here.clock.now(), &entry).await.map_err(|error| here.database(&error))?;
    say(fl!(m, "invite-sent", n = sent));
    if printed > 0 {
        say(fl!(m, "invite-printed", n = printed));
    }
    match done {
        Err(Stopped::Store(error)) => Err(here.database(&error)),
        Err(Stopped::Mail(error)) => Err(Failure::Unreachable(words(&error))),
        Ok(()) if failed > 0 => Err(Failure::Input(fl!(m, "invite-some-failed", n = failed))),
        Ok(()) => Ok(()),
    }
}

fn words(error: &MailError) -> String {
    let m = language().messages();
    match error {
        MailError::Server(detail) => fl!(m, "invite-server", detail = detail.as_str()),
        MailError::Sender(sender) => fl!(m, "invite-sender", sender = sender.as_str()),
        MailError::Recipient => fl!(m, "invite-recipient"),
        MailError::Refused(reply) => fl!(m, "invite-refused", reply = reply.as_str()),
        MailError::Unreachable(detail) => fl!(m, "invite-unreachable", detail = detail.as_str()),
    }
}
