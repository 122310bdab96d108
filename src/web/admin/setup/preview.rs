//! A questionnaire as it looks on a phone: before there is a campaign, and as a campaign asks it. Shown in a frame on the
//! pages that set it up.

use std::collections::HashSet;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::sheet;
use crate::{
    apply::desk,
    definition::model::Definition,
    language::Lang,
    organisation::{Campaign, Channel, Phase},
    questionnaire::Questionnaire,
    store::{AsConn, StoreError, campaigns, places, ready, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        middleware::headers::Needs,
        respond::{
            about,
            answer::{self, Wanted},
        },
        views::{
            components::Places,
            layout,
            message::Kind,
            notice::{self, Facts},
            questionnaire::{self, Page},
        },
    },
};

/// A form of a definition.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/preview/{definition}/{version}/{form}", rejection(NotFound))]
pub struct PreviewPath {
    /// Id of the definition.
    pub definition: String,
    /// Its version.
    pub version: String,
    /// The form.
    pub form: String,
}

/// A campaign as people will see it.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/preview", rejection(NotFound))]
pub struct CampaignPreviewPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Shows {
    /// Whether the page of details is asked for, which stands behind the link above the first question.
    details: Option<String>,
}

/// Shows a campaign's form as its people will see it: with its title, its notice, its languages, and one of its own units.
pub async fn campaign(
    path: CampaignPreviewPath,
    _: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(shows): Query<Shows>,
) -> Response {
    let lang = wanted.language_of_respondent();
    let found = async {
        let mut db = app.store.read().await?;
        let Some(stored) = campaigns::find(&mut db, &path.slug).await? else { return Ok(None) };
        let (unit, counter) = place(&mut db, stored.number).await?;
        let ready = ready::load(&mut db, stored).await?;
        Ok::<_, StoreError>(Some((ready, unit, counter)))
    };
    let (ready, unit, counter) = match found.await {
        Ok(Some(found)) => found,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let form = &ready.questionnaire;
    let campaign = &unsaid(&ready.stored.campaign, ready.stored.campaign.phase(app.clock.now()));
    let lang = answer::offered(lang, form);
    let counter = counter.filter(|_| !campaign.by_link);
    let places = Places { unit: &unit, counter: counter.as_deref(), year: answer::year(campaign) };
    let channel = if campaign.by_link { Channel::Link } else { Channel::Open };
    let address = path.to_string();
    let facts = Facts { campaign, ..about::facts(&ready, lang, places, channel) };
    let page = if shows.details.is_some() {
        let links = answer::links_of(form, &answer::with_query(&address, "details=1"));
        let links: Vec<(Lang, &str)> = links.iter().map(|(lang, href)| (*lang, href.as_str())).collect();
        let back = answer::in_language(&address, lang);
        notice::page(&facts, &links, Some(&back)).into_string()
    } else {
        let details = answer::in_language(&answer::with_query(&address, "details=1"), lang);
        drawn(facts, &address, &details, campaign.demonstration)
    };
    let mut response = error::html(StatusCode::OK, page);
    response.extensions_mut().insert(Needs::Framing);
    response
}

/// A draft as it is looked at: what its notice does not give is marked in its place. The questionnaire's own introduction, which
/// would stand there, could be taken for what the campaign says; and it cannot open like that. Trial runs can.
fn unsaid(campaign: &Campaign, phase: Phase) -> Campaign {
    let mut shown = campaign.clone();
    if phase != Phase::Draft || campaign.demonstration {
        return shown;
    }
    let mut notice = shown.notice.take().unwrap_or_default();
    for key in notice.owed() {
        let mark = |lang: Lang| {
            let part = desk::notice_label(lang, key);
            fl!(lang.messages(), "setup-unsaid", part = part)
        };
        let marks = || Lang::ALL.into_iter().map(|lang| (lang.code().to_owned(), mark(lang))).collect();
        match key {
            "responsible" => notice.responsible = marks(),
            "purpose" => notice.purpose = marks(),
            "legal_ground" => notice.legal_ground = marks(),
            "contact" => notice.address = Some(mark(Lang::VI)),
            // Without a number nothing is promised, and nothing stands there.
            _ => {}
        }
    }
    shown.notice = Some(notice);
    shown
}

/// The unit, and the counter if there is one yet, that the form is shown for: the campaign's first, else any unit that has
/// none below it.
async fn place(db: &mut impl AsConn, campaign: i64) -> Result<(String, Option<String>), StoreError> {
    let tree = units::tree(db).await?;
    let places = places::of_campaign(db, campaign).await?;
    let first = places.iter().find(|place| !place.retired && place.counter.is_some());
    let strata = if first.is_none() { campaigns::strata(db, campaign).await? } else { Vec::new() };
    let code = first.map(|place| &place.unit).or(strata.first().map(|stratum| &stratum.unit));
    let unit = match code.and_then(|code| tree.get(code)) {
        Some(unit) => Some(unit),
        None => {
            let above: HashSet<usize> = (0..tree.units().len()).filter_map(|at| tree.parent(at)).collect();
            tree.units().iter().enumerate().find(|(at, _)| !above.contains(at)).map(|(_, unit)| unit)
        }
    };
    let unit = unit.map_or_else(|| SAMPLE_UNIT.to_owned(), |unit| unit.name.clone());
    let counter = first.and_then(|place| place.name.clone());
    Ok((unit, Some(counter.unwrap_or_else(|| SAMPLE_COUNTER.to_owned()))))
}

/// Named where there is no unit and no counter yet.
const SAMPLE_UNIT: &str = "UBND xã An Bình";
/// See [`SAMPLE_UNIT`].
const SAMPLE_COUNTER: &str = "Quầy số 1";

/// Shows the form. It can be looked at in a frame, not sent: a frame without rights runs and sends nothing.
pub async fn show(
    path: PreviewPath,
    _: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language_of_respondent();
    let library = app.shelf.library();
    let Some(entry) = library.get(&path.definition, &path.version) else {
        return error::page(lang, Kind::Unknown);
    };
    let mut definition = entry.definition.clone();
    for translation in library.translations(&path.definition, &path.version) {
        translation.translation.clone().apply(&mut definition);
    }
    let Some(form) = Questionnaire::generate(&definition, &path.form) else {
        return error::page(lang, Kind::Unknown);
    };
    let mut response = error::html(StatusCode::OK, page(&path, &definition, &form, lang));
    response.extensions_mut().insert(Needs::Framing);
    response
}

fn page(path: &PreviewPath, definition: &Definition, form: &Questionnaire, lang: Lang) -> String {
    let lang = answer::offered(lang, form);
    let campaign = Campaign { title: definition.title.clone(), ..sheet::blank() };
    let places = Places { unit: SAMPLE_UNIT, counter: Some(SAMPLE_COUNTER), year: 2026 };
    let facts = Facts {
        lang,
        campaign: &campaign,
        questionnaire: form,
        places,
        channel: Channel::Open,
        smallest_cell: definition.index.minimum_answers.unwrap_or_default(),
        followed: false,
    };
    let address = path.to_string();
    drawn(facts, &address, &address, false)
}

/// The first page of a form, which nobody can send.
fn drawn(facts: Facts<'_>, address: &str, details: &str, demonstration: bool) -> String {
    let (lang, form) = (facts.lang, facts.questionnaire);
    let links = answer::links_of(form, address);
    let links: Vec<(Lang, &str)> = links.iter().map(|(lang, href)| (*lang, href.as_str())).collect();
    let title = facts.places.fill(lang.pick(&form.title));
    let page = Page {
        lang,
        questionnaire: form,
        heading: lang.pick(&facts.campaign.title),
        places: facts.places,
        action: "",
        campaign: "",
        submission: "",
        token: None,
        facts,
        details,
        language_links: &links,
        audio: None,
        drafts: None,
        answers: None,
    };
    let frame = layout::Frame {
        lang,
        title: &title,
        error: false,
        heading: page.heading,
        language_links: &links,
        demonstration,
        script: false,
    };
    layout::page(&frame, &questionnaire::content(&page)).into_string()
}
