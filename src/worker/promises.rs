//! Deleting what people were promised would be deleted: lists of invited persons some days after closing, single answers some
//! months after it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    clock,
    figures::{self, NoReport},
    report,
    secret::hex,
    store::{Store, StoreError, audit::Entry, campaigns, campaigns::Stored, erasure, responses},
};

/// Deletes what is due at `now`.
pub(super) async fn keep(store: &Store, now: i64) -> Result<(), StoreError> {
    let mut db = store.read().await?;
    let (lists, answers) = (erasure::waiting(&mut db).await?, erasure::answers::waiting(&mut db).await?);
    let (mut answers_due, mut lists_due) = (Vec::new(), Vec::new());
    for stored in campaigns::all(&mut db).await? {
        let ends = stored.campaign.answers_end();
        if ends.is_some_and(|end| end <= now) && answers.contains(&stored.number) {
            answers_due.push(stored.clone());
        }
        if stored.campaign.list_ends() <= now && lists.contains(&stored.number) {
            lists_due.push(stored);
        }
    }
    drop(db);
    // What cannot be done for one campaign is no reason to break the promises of the others.
    let mut outcome = Ok(());
    for stored in lists_due {
        outcome = outcome.and(erase_list(store, &stored, now).await);
    }
    for stored in answers_due {
        match erase_answers(store, &stored, now).await {
            Err(NoReport::Store(error)) => outcome = outcome.and(Err(error)),
            // Whoever mends the campaign's populations may still have its figures; without a report they would be lost.
            Err(no) => {
                let campaign = stored.campaign.slug;
                tracing::error!(campaign, reason = %no, "its answers are due to be deleted, but there is no report to keep");
            }
            Ok(()) => {}
        }
    }
    // What an earlier deletion left in the files.
    outcome.and(erasure::rewriting::try_again(store, now).await)
}

async fn erase_list(store: &Store, stored: &Stored, now: i64) -> Result<(), StoreError> {
    let slug = &stored.campaign.slug;
    let day = i64::from(clock::day(now));
    if erasure::erase(store, stored.number, day, now, entry("invited.erase", slug, Value::Null))
        .await?
        .is_some()
    {
        tracing::info!(campaign = slug, "its list of invited persons was deleted, as promised");
    }
    Ok(())
}

/// The report is made first, of answers that cannot change any more: it is what stays.
async fn erase_answers(store: &Store, stored: &Stored, now: i64) -> Result<(), NoReport> {
    let slug = &stored.campaign.slug;
    let sheets = responses::stored(&mut store.read().await?, stored.number).await?;
    let last = figures::to_be_kept(store, slug, now).await?;
    let told =
        json!({ "sheets": sheets, "report_sha256": hex(&Sha256::digest(report::json(&last).as_bytes())) });
    let last = figures::packed(&last)?;
    let entry = entry("responses.erase", slug, told);
    let day = clock::day(now);
    if erasure::answers::erase(store, stored.number, (sheets, &last), day, now, &entry).await? {
        tracing::info!(
            campaign = slug,
            sheets,
            "its single answers were deleted, as promised; its report stays"
        );
    }
    Ok(())
}

fn entry(action: &'static str, slug: &str, after: Value) -> Entry {
    Entry {
        actor: "system".to_owned(),
        origin: "worker".to_owned(),
        action,
        object: slug.to_owned(),
        before: Value::Null,
        after,
    }
}
