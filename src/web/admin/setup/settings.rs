//! The settings of a campaign.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{CELLS, Done, Trouble, changed, desk, new::framing, refused, sheet, shown};
use crate::{
    apply::desk::NotDone,
    language::Lang,
    organisation::Campaign,
    store::{StoreError, campaigns, invitations, responses},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{Changed, meanwhile},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault, Form},
                setup::{
                    head::Tab,
                    settings::{self as view, Sheet, Way},
                },
            },
            message::Kind,
        },
    },
};

/// The settings of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/settings", rejection(NotFound))]
pub struct SettingsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Mend {
    /// The field that somebody comes to mend.
    mend: Option<String>,
}

/// Shows the settings.
pub async fn show(
    path: SettingsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(done): Query<Done>,
    Query(Mend { mend }): Query<Mend>,
) -> Response {
    let lang = wanted.language();
    let sent = Sent { mend, ..Sent::default() };
    framing(super::page(page(&app, &staff, lang, &path.slug, &sent, done.words(lang)).await, lang))
}

/// What was sent and not taken.
#[derive(Debug, Default)]
struct Sent {
    fields: Option<Fields>,
    faults: Vec<Fault>,
    changed: Vec<Changed>,
    mend: Option<String>,
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    sent: &Sent,
    done: Option<String>,
) -> Result<Option<String>, StoreError> {
    let now = app.clock.now();
    let mut db = app.store.read().await?;
    let all = campaigns::all(&mut db).await?;
    let Some(stored) = all.iter().find(|stored| stored.campaign.slug == slug) else { return Ok(None) };
    let answered = responses::any(&mut db, stored.number).await?
        || invitations::any_told(&mut db, stored.number).await?;
    drop(db);
    let others: Vec<&Campaign> =
        all.iter().filter(|other| other.number != stored.number).map(|other| &other.campaign).collect();
    let base = sheet::fields(&stored.campaign);
    let values = sent.fields.as_ref().unwrap_or(&base);
    let offer = sheet::offer(lang, &app.shelf.library(), base.one("form").unwrap_or_default());
    let action = SettingsPath { slug: slug.to_owned() }.to_string();
    let page = view::page(&Sheet {
        lang,
        staff,
        form: Form { lang, values, faults: &sent.faults, changed: &sent.changed },
        offer: offer.as_ref(),
        others: &others,
        action: &action,
        base: Some(&base),
        has_kiosk_code: stored.kiosk_code.is_some(),
        mend: sent.mend.as_deref(),
        proposed: None,
        way: Way::Edit {
            campaign: &stored.campaign,
            phase: stored.campaign.phase(now),
            answered,
            done: done.as_deref(),
            tab: Tab::Settings,
        },
    });
    Ok(Some(page.into_string()))
}

/// Saves the settings.
pub async fn submit(
    path: SettingsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    let desk = desk(&app, &staff, lang);
    let saved = desk.edit(&path.slug, |campaign, _| {
        let stored = sheet::fields(&campaign.campaign);
        // Fields that could not be changed were not sent.
        let names: Vec<&str> = fields.iter().map(|(name, _)| name).collect();
        let shown = |name: &str| names.contains(&name) || name == "demonstration" || name == "languages";
        let stored = Fields::of(stored.iter().filter(|(name, _)| shown(name)));
        if let Some(meanwhile) = meanwhile(&fields, &stored) {
            return Err(Trouble::Meanwhile(meanwhile));
        }
        let slug = campaign.campaign.slug.clone();
        let faults = sheet::read(lang, &fields, &mut campaign.campaign);
        campaign.campaign.slug = slug;
        campaign.kiosk_code = sheet::kiosk_code(&fields);
        if faults.is_empty() { Ok(()) } else { Err(refused(faults)) }
    });
    let (status, sent) = match saved.await {
        Ok(()) => return changed(&app, &path.to_string(), lang, "saved", None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Sent { fields: Some(fields), faults: shown(faults), ..Sent::default() },
        ),
        Err(Trouble::Meanwhile(meanwhile)) => (
            StatusCode::CONFLICT,
            Sent { fields: Some(meanwhile.fields), changed: meanwhile.changed, ..Sent::default() },
        ),
        Err(Trouble::NotDone(NotDone::Store(error))) => return error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown)) => return error::page(lang, Kind::Unknown),
    };
    match page(&app, &staff, lang, &path.slug, &sent, None).await {
        Ok(Some(page)) => framing(error::html(status, page)),
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}
