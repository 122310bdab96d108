//! A questionnaire as it looks on a phone, before there is a campaign: shown in a frame on the pages that choose it.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::sheet;
use crate::{
    definition::model::Definition,
    language::Lang,
    organisation::{Campaign, Channel},
    questionnaire::Questionnaire,
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        middleware::headers::Needs,
        respond::answer::{self, Wanted},
        views::{
            components::Places,
            layout,
            message::Kind,
            notice::Facts,
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
    let (unit, counter) = ("UBND xã An Bình", "Quầy số 1");
    let places = Places { unit, counter: Some(counter), year: 2026 };
    let links = answer::links_of(form, &path.to_string());
    let links: Vec<(Lang, &str)> = links.iter().map(|(lang, href)| (*lang, href.as_str())).collect();
    let title = places.fill(lang.pick(&form.title));
    let page = Page {
        lang,
        questionnaire: form,
        heading: lang.pick(&campaign.title),
        places,
        action: "",
        campaign: "",
        submission: "",
        token: None,
        facts: Facts {
            lang,
            campaign: &campaign,
            questionnaire: form,
            places,
            channel: Channel::Open,
            smallest_cell: definition.index.minimum_answers.unwrap_or_default(),
            followed: false,
        },
        details: &path.to_string(),
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
        demonstration: false,
        script: false,
    };
    layout::page(&frame, &questionnaire::content(&page)).into_string()
}
