//! Publishing the results of a closed campaign for everybody, publishing them anew, withdrawing them. The page says what will
//! be public before it is; what was looked at is what is published.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use crate::{
    language::Lang,
    publication::{self, NoPublication},
    store::{
        StoreError, audit,
        campaigns::Stored,
        publications::{self, Publication},
    },
    web::{
        admin::campaign,
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form,
        posted::Posted,
        respond::answer::{Wanted, in_language, with_query},
        views::{
            admin::{
                form::{CONFIRM, Fault, confirmed},
                publish::{self as view, Page},
                setup::head::{Head, Tab},
            },
            message::Kind,
        },
    },
};

/// The page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/cong-bo", rejection(NotFound))]
pub struct PublishPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// What has just been done: `published`, `withdrawn`.
    done: Option<String>,
}

/// Shows what is published, and what would be.
pub async fn show(
    path: PublishPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    let lang = wanted.language();
    let stored = match campaign::found(&app, &staff, &path.slug, lang).await {
        Ok(stored) => stored,
        Err(response) => return response,
    };
    page(&app, &staff, &stored, lang, &[], asked.done.as_deref()).await
}

async fn page(
    app: &App,
    staff: &Staff,
    stored: &Stored,
    lang: Lang,
    faults: &[Fault],
    done: Option<&str>,
) -> Response {
    let now = app.clock.now();
    let proposed = propose(app, stored).await;
    let proposal = match proposed {
        Err(NoPublication::Store(error)) => return error::of_store(&error, lang),
        proposed => proposed,
    };
    let before = async {
        let mut db = app.store.read().await?;
        let all = publications::of_campaign(&mut db, stored.number).await?;
        let units = match all.first().filter(|latest| latest.is_public()) {
            // Those that badges can be had of.
            Some(latest) => publication::read(&mut db, latest).await?.units,
            None => Vec::new(),
        };
        Ok::<_, StoreError>((all, units))
    };
    let (all, units) = match before.await {
        Ok(before) => before,
        Err(error) => return error::of_store(&error, lang),
    };
    let head = Head {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(now),
        tab: Tab::Publish,
    };
    let units: Vec<(&str, &str)> =
        units.iter().map(|unit| (unit.code.as_str(), unit.name.as_str())).collect();
    let page = Page {
        head,
        base: app.config.base_url.trim_end_matches('/'),
        proposal: proposal.as_ref(),
        all: &all,
        units: &units,
        faults,
        done,
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    error::html(status, view::page(&page).into_string())
}

async fn propose(app: &App, stored: &Stored) -> Result<publication::Proposal, NoPublication> {
    let _seat = app.reports.acquire().await;
    publication::propose(&app.formed, &app.store, stored, app.clock.now()).await
}

/// Publishes (`do=publish`) or withdraws (`do=withdraw`).
pub async fn act(
    path: PublishPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let stored = match campaign::found(&app, &staff, &path.slug, lang).await {
        Ok(stored) => stored,
        Err(response) => return response,
    };
    let publishes = match fields.one("do") {
        Some("publish") => true,
        Some("withdraw") => false,
        _ => return error::page(lang, Kind::Malformed),
    };
    let word = view::word(lang, publishes);
    if !confirmed(&fields, &word) {
        let fault = Fault::new(CONFIRM, fl!(lang.messages(), "desk-form-not-confirmed", name = word));
        return page(&app, &staff, &stored, lang, &[fault], None).await;
    }
    let (taken, done) = if publishes {
        (publish(&app, &staff, &stored, fields.one("fingerprint").unwrap_or_default()).await, "published")
    } else {
        (withdraw(&app, &staff, &stored).await, "withdrawn")
    };
    match taken {
        Ok(()) => {
            let back = in_language(&path.to_string(), lang);
            Redirect::to(&with_query(&back, &format!("done={done}"))).into_response()
        }
        Err(NoPublication::Store(error)) => error::of_store(&error, lang),
        Err(no) => {
            let fault = Fault::new("", no.words(lang));
            let mut response = page(&app, &staff, &stored, lang, &[fault], None).await;
            if response.status() == StatusCode::UNPROCESSABLE_ENTITY {
                *response.status_mut() = StatusCode::CONFLICT;
            }
            response
        }
    }
}

async fn publish(app: &App, staff: &Staff, stored: &Stored, looked_at: &str) -> Result<(), NoPublication> {
    let proposal = propose(app, stored).await?;
    if proposal.fingerprint != looked_at {
        return Err(NoPublication::Changed);
    }
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let Publication { number, sha256, .. } = publication::publish(&mut db, stored, &proposal, now).await?;
    let told = json!({ "number": number, "sha256": sha256 });
    let entry = staff.did("publication.publish", stored.campaign.slug.as_str()).with(told);
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(())
}

async fn withdraw(app: &App, staff: &Staff, stored: &Stored) -> Result<(), NoPublication> {
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    // Somebody else may have been quicker.
    if publications::withdraw(&mut db, stored.number, now).await? {
        let entry = staff.did("publication.withdraw", stored.campaign.slug.as_str());
        audit::append(&mut db, now, &entry).await?;
        db.commit().await?;
    }
    Ok(())
}
