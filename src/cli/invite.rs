//! `sipas invite`: personal links by e-mail, each once.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use i18n_embed_fl::fl;
use serde_json::json;

use super::{Failure, Settings, Surroundings, language, links, print, say, surroundings::did};
use crate::{
    clock,
    distribution::mail::{MailError, Mailer},
    organisation::Phase,
    store::{
        StoreError, audit,
        campaigns::Stored,
        invitations,
        outbox::{self, Noted},
    },
    worker::outbox::{Sender, Turn},
};

/// Flags of `sipas invite`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The campaign's slug.
    campaign: String,
    /// Puts the invitations into the outbox and leaves the sending to the server (`sipas serve`).
    #[arg(long)]
    queue: bool,
    #[command(flatten)]
    settings: Settings,
}

/// What became of the invitations, for the last lines.
#[derive(Debug, Default)]
struct Tally {
    sent: usize,
    failed: usize,
    waiting: usize,
}

/// Sends the invitations and prints a line for each: code, and what became of it.
///
/// # Errors
/// [`Failure::Input`] for an unknown or closed campaign or a draft, missing settings, or mails that were refused;
/// [`Failure::Unreachable`] for the database or the mail server.
pub async fn run(args: &Args) -> Result<(), Failure> {
    let m = language().messages();
    let slug = args.campaign.as_str();
    let here = args.settings.open().await?;
    let stored = links::campaign(&here, slug).await?;
    match stored.campaign.phase(here.clock.now()) {
        Phase::Closed => return Err(Failure::Input(fl!(m, "invite-closed", slug = slug))),
        Phase::Draft => return Err(Failure::Input(fl!(m, "invite-draft", slug = slug))),
        Phase::Planned | Phase::Open | Phase::Paused => {}
    }
    let mailer = Mailer::of(&here.config).map_err(|error| Failure::Input(words(&error)))?;
    let Some(mailer) = mailer else { return Err(Failure::Input(fl!(m, "invite-no-server"))) };
    let (waiting, printed) =
        queue(&here, &stored, args.queue).await.map_err(|error| here.database(&error))?;
    let done = if args.queue {
        say(fl!(m, "invite-queued", n = waiting.len()));
        Ok(Tally::default())
    } else {
        send(&here, &stored, waiting, mailer).await
    };
    if printed > 0 {
        say(fl!(m, "invite-printed", n = printed));
    }
    here.store.close().await;
    let tally = done?;
    if tally.failed > 0 {
        return Err(Failure::Input(fl!(m, "invite-some-failed", n = tally.failed)));
    }
    Ok(())
}

/// Puts the invitations into the outbox, and says whom it leaves out; gives the codes of all that wait, those of an earlier
/// run that could not be sent among them, and how many persons have a printed link.
async fn queue(
    here: &Surroundings,
    stored: &Stored,
    only: bool,
) -> Result<(BTreeSet<String>, usize), StoreError> {
    let now = here.clock.now();
    let today = i64::from(clock::day(now));
    let mut db = here.store.write().await?;
    let did = did("link.mail", &stored.campaign.slug);
    let queued = outbox::queue_invitations(&mut db, stored.number, &did.actor, today, now).await?;
    if let Some((_, codes)) = &queued {
        audit::append(&mut db, now, &did.with(json!({ "queued": codes.len() }))).await?;
    }
    // Whoever runs this has looked after the mail server.
    outbox::try_now(&mut db).await?;
    outbox::hasten(&mut db, stored.number, now).await?;
    let waiting: BTreeSet<String> =
        outbox::waiting_invitations(&mut db, stored.number).await?.into_iter().collect();
    let all = invitations::of_campaign(&mut db, stored.number).await?;
    db.commit().await?;
    let mut printed = 0;
    for invitation in all.iter().filter(|invitation| invitation.email.is_some()) {
        if !waiting.contains(&invitation.code) {
            print(format_args!("{}\tskipped\n", invitation.code));
            printed += usize::from(invitation.linked && !invitation.mailed);
        } else if only {
            print(format_args!("{}\tqueued\n", invitation.code));
        }
    }
    Ok((waiting, printed))
}

/// Sends until nothing is due any more, and prints what became of these mails.
async fn send(
    here: &Surroundings,
    stored: &Stored,
    mut left: BTreeSet<String>,
    mailer: Arc<Mailer>,
) -> Result<Tally, Failure> {
    let m = language().messages();
    let failed = |error: StoreError| here.database(&error);
    let mut tally = Tally::default();
    let mut sender =
        Sender::new(&here.config, here.store.clone(), here.clock.clone(), Arc::clone(&here.key), mailer);
    let mut away = None;
    while !left.is_empty() && away.is_none() {
        match sender.turn().await.map_err(failed)? {
            Turn::Idle => break,
            Turn::Wait(wait) => tokio::time::sleep(Duration::from_millis(wait.unsigned_abs())).await,
            Turn::Skipped => {}
            Turn::Tried { person, noted } => {
                let mine = person.map(|(_, code)| code).filter(|code| left.contains(code));
                match (mine, noted) {
                    (_, Noted::Away(why)) => away = Some(why),
                    (Some(code), Noted::Sent) => {
                        print(format_args!("{code}\tsent\n"));
                        tally.sent += 1;
                        left.remove(&code);
                    }
                    (Some(code), Noted::Failed(why)) => {
                        print(format_args!("{code}\tfailed\n"));
                        let why = refusal(&why);
                        say(fl!(m, "invite-failed", code = code.as_str(), why = why));
                        tally.failed += 1;
                        left.remove(&code);
                    }
                    (Some(_), Noted::Waits(_) | Noted::Lost) | (None, _) => {}
                }
            }
        }
    }
    // A server that sends at the same time may have had some of them.
    let now = invitations::of_campaign(&mut here.store.read().await.map_err(failed)?, stored.number)
        .await
        .map_err(failed)?;
    for invitation in now.iter().filter(|invitation| left.contains(&invitation.code)) {
        if invitation.sent {
            print(format_args!("{}\tsent\n", invitation.code));
            tally.sent += 1;
        } else {
            print(format_args!("{}\twaiting\n", invitation.code));
            tally.waiting += 1;
        }
    }
    say(fl!(m, "invite-sent", n = tally.sent));
    if tally.waiting > 0 {
        say(fl!(m, "invite-waiting", n = tally.waiting));
    }
    match away {
        Some(why) => Err(Failure::Unreachable(fl!(m, "invite-unreachable", detail = why))),
        None => Ok(tally),
    }
}

/// Why a mail is not taken.
fn refusal(why: &str) -> String {
    let m = language().messages();
    if why == "address" { fl!(m, "invite-recipient") } else { fl!(m, "invite-refused", reply = why) }
}

/// What is wrong with the settings of mail.
pub fn words(error: &MailError) -> String {
    let m = language().messages();
    match error {
        MailError::Server(detail) => fl!(m, "invite-server", detail = detail.as_str()),
        MailError::Sender(sender) => fl!(m, "invite-sender", sender = sender.as_str()),
        MailError::File { path, detail } => {
            fl!(m, "invite-file", path = path.display().to_string(), detail = detail.as_str())
        }
    }
}
