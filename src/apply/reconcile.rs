//! Writing changes, all in the caller's transaction.

use std::collections::BTreeMap;

use super::change::{Change, CounterWanted, ends_link};
use crate::{
    organisation::Counter,
    secret::{self, COUNTER_SUFFIX},
    store::{
        StoreError, Writer, campaigns, definitions, invitations, places, raters as rater_store, translations,
        units,
    },
};

/// Makes the changes at `now` and tells running servers that there were some.
///
/// # Errors
/// [`StoreError`]; the caller must not commit then.
pub async fn run(db: &mut Writer, changes: &[Change], now: i64) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    let mut numbers = Numbers::default();
    for change in changes {
        match change {
            Change::Unit(change) => {
                if let Some(after) = &change.after {
                    units::put(db, after).await?;
                }
            }
            Change::Definition { entry, replaces } => {
                let (definition, sha256, canonical) = (&entry.definition, &entry.sha256, &entry.canonical);
                if let Some(number) = replaces {
                    if !definitions::replace_unused(db, *number, sha256, canonical).await? {
                        return Err(StoreError::Corrupt("definition"));
                    }
                } else {
                    definitions::pin(db, &definition.id, &definition.version, sha256, canonical).await?;
                }
            }
            Change::Translation { entry, .. } => {
                let of = &entry.translation;
                let pinned = definitions::find(db, &of.id, &of.version).await?;
                let number = pinned.ok_or(StoreError::Corrupt("definition"))?.number;
                translations::put(db, number, &of.language, &entry.sha256, &entry.canonical).await?;
            }
            Change::Campaign { campaign, before } => {
                let pinned = definitions::find(db, &campaign.definition, &campaign.version).await?;
                let pinned = pinned.ok_or(StoreError::Corrupt("definition"))?;
                let number = before.as_ref().map(|before| before.number);
                campaigns::put(db, number, pinned.number, campaign).await?;
            }
            Change::KioskCode { slug, hash, .. } => {
                let campaign = numbers.of(db, slug).await?;
                campaigns::put_kiosk_code(db, campaign, hash.as_ref()).await?;
            }
            Change::Strata { slug, strata, .. } => {
                let campaign = numbers.of(db, slug).await?;
                campaigns::put_strata(db, campaign, strata).await?;
                campaigns::mark_weighed(db, campaign, now).await?;
            }
            Change::Margins { slug, margins, .. } => {
                let campaign = numbers.of(db, slug).await?;
                campaigns::put_margins(db, campaign, margins).await?;
                campaigns::mark_weighed(db, campaign, now).await?;
            }
            Change::Counter { slug, counter, .. } => {
                let campaign = numbers.of(db, slug).await?;
                put_counter(db, campaign, counter).await?;
            }
            Change::Retire { place, .. } => places::retire(db, place.number).await?,
            Change::Remove { place, .. } => places::remove(db, place.number).await?,
            Change::Raters { slug, raters, .. } => {
                let campaign = numbers.of(db, slug).await?;
                rater_store::put(db, campaign, raters).await?;
                // All places at once and in this order: made one by one, they would tell what the first ones judged.
                for assigned in &raters.assignments {
                    places::group(db, campaign, &assigned.unit, Some(&assigned.group)).await?;
                }
            }
            Change::Invitation { slug, invitation, before } => {
                let campaign = numbers.of(db, slug).await?;
                if ends_link(invitation, before.as_ref()) {
                    invitations::end_mailed(db, campaign, &invitation.code).await?;
                }
                let wanted = invitations::Wanted {
                    code: &invitation.code,
                    unit: &invitation.unit,
                    rater_group: invitation.group.as_deref(),
                    name: invitation.name.as_deref(),
                    title: invitation.title.as_deref(),
                    email: invitation.email.as_deref(),
                    address: invitation.address.as_deref(),
                };
                invitations::put(db, campaign, &wanted).await?;
            }
            Change::Withdraw { slug, code, keep } => {
                let campaign = numbers.of(db, slug).await?;
                invitations::remove(db, campaign, code, *keep).await?;
            }
        }
    }
    campaigns::bump_revision(db).await
}

async fn put_counter(db: &mut Writer, campaign: i64, counter: &CounterWanted) -> Result<(), StoreError> {
    if let Some(old) = &counter.replaces {
        places::replace(db, old, &counter.code).await?;
    }
    let address = match &counter.address {
        Some(address) => address.clone(),
        // Another campaign of these files may have been given one a moment ago.
        None => match places::address_of(db, &counter.code).await? {
            Some(address) => address,
            None => format!("{}-{}", counter.code, secret::token::<COUNTER_SUFFIX>()),
        },
    };
    let CounterWanted { code, unit, name, .. } = counter.clone();
    places::put_counter(db, campaign, &Counter { code, unit, name, address }).await
}

/// Numbers of campaigns by slug, those just made too.
#[derive(Default)]
struct Numbers(BTreeMap<String, i64>);

impl Numbers {
    async fn of(&mut self, db: &mut Writer, slug: &str) -> Result<i64, StoreError> {
        if let Some(number) = self.0.get(slug) {
            return Ok(*number);
        }
        let stored = campaigns::find(db, slug).await?.ok_or(StoreError::Corrupt("campaign"))?;
        self.0.insert(slug.to_owned(), stored.number);
        Ok(stored.number)
    }
}
