//! Inviting: every person with an e-mail address gets a link of their own, once.
//!
//! The token's hash is committed before the mail goes out, and that it went out is noted right after. A process that
//! dies between the two leaves a person with a working link who counts as not yet mailed; the next run sends a new link
//! and ends the first one, so that never two links of one person work.

use std::sync::Arc;

use super::{
    address,
    mail::{self, MailError, Mailer},
};
use crate::{
    secret::{self, Key, LINK_TOKEN},
    store::{Store, StoreError, campaigns::Stored, invitations},
};

/// What became of an invitation.
#[derive(Debug)]
pub enum Fate {
    /// Sent now.
    Sent,
    /// Sent by an earlier run.
    Before,
    /// A link was printed before; a mail would end it. `sipas links --reissue` makes another one.
    Printed,
    /// Answered already, by a link of an earlier run.
    Answered,
    /// The mail server did not take it.
    Failed(MailError),
}

/// Why the invitations could not be sent at all.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The mail server cannot be reached.
    #[error(transparent)]
    Mail(MailError),
}

/// Sends the invitations of a campaign, and tells of each person with an e-mail address.
///
/// # Errors
/// [`Stopped`]; what was sent until then was told.
pub async fn send(
    store: &Store,
    key: &Arc<Key>,
    base_url: &str,
    mailer: &Mailer,
    stored: &Stored,
    mut tell: impl FnMut(&str, Fate),
) -> Result<(), Stopped> {
    let all = invitations::of_campaign(&mut store.read().await?, stored.number).await?;
    for invitation in &all {
        let Some(email) = &invitation.email else { continue };
        if invitation.sent {
            tell(&invitation.code, Fate::Before);
            continue;
        }
        if invitation.linked && !invitation.mailed {
            tell(&invitation.code, Fate::Printed);
            continue;
        }
        let token = secret::token::<LINK_TOKEN>();
        let hash = invitations::token_hash(key, &token);
        let mut db = store.write().await?;
        if !invitations::set_mailed_token(&mut db, stored.number, &invitation.code, &hash).await? {
            tell(&invitation.code, Fate::Answered);
            continue;
        }
        db.commit().await?;
        let link = address::link(base_url, &token);
        let letter = mail::invitation(&stored.campaign, invitation.name.as_deref(), &link);
        match mailer.send(email, invitation.name.as_deref(), &letter).await {
            Ok(()) => {
                let mut db = store.write().await?;
                invitations::set_sent(&mut db, stored.number, &invitation.code).await?;
                db.commit().await?;
                tell(&invitation.code, Fate::Sent);
            }
            Err(error @ MailError::Unreachable(_)) => return Err(Stopped::Mail(error)),
            Err(error) => tell(&invitation.code, Fate::Failed(error)),
        }
    }
    Ok(())
}
