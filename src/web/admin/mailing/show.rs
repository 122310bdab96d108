//! How the sending of a campaign's mails stands.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use crate::{
    language::Lang,
    store::{StoreError, mailing, outbox, turnout},
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::{self, NotFound},
        form::Fields,
        meanwhile::Changed,
        views::admin::{
            form::Fault,
            mailing::show::{self as view, Page},
        },
    },
};

/// The page of a campaign's mails.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/thu-moi", rejection(NotFound))]
pub struct MailingPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of an address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    lang: Option<String>,
    /// What has just been done.
    xong: Option<String>,
}

impl Wanted {
    /// The language.
    pub fn language(&self) -> Lang {
        self.lang.as_deref().and_then(Lang::find).unwrap_or(Lang::VI)
    }

    /// What has just been done.
    pub fn done(&self) -> Option<&str> {
        self.xong.as_deref()
    }
}

/// What was sent of the schedule and not taken.
#[derive(Debug, Default)]
pub struct Sent {
    /// What was typed.
    pub fields: Option<Fields>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// What somebody else has changed.
    pub changed: Vec<Changed>,
}

/// Shows how the sending stands.
pub async fn show(
    path: MailingPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let drawn = draw(&app, &staff, lang, &path.slug, &Sent::default(), wanted.done()).await;
    error::found(StatusCode::OK, drawn, lang)
}

/// The page.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn draw(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    sent: &Sent,
    done: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let reach = mailing::reach(&mut db, stored.number).await?;
    let runs = mailing::runs(&mut db, stored.number).await?;
    let unreached = mailing::unreached(&mut db, stored.number).await?;
    let server = outbox::server(&mut db).await?;
    let schedule = mailing::schedule(&mut db, stored.number).await?.map(|(schedule, _, _)| schedule);
    drop(db);
    let base = super::schedule::fields(schedule.as_ref());
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        reach,
        runs: &runs,
        step: turnout::step(&stored.campaign),
        unreached: &unreached,
        server: &server,
        can_send: app.mailer.is_some(),
        scheduled: schedule.is_some(),
        values: sent.fields.as_ref().unwrap_or(&base),
        base: &base,
        faults: &sent.faults,
        changed: &sent.changed,
        done,
    };
    Ok(Some(view::page(&page).into_string()))
}
