//! Taking a person off the list. What happens is the same whether that person has answered or not.

use axum::{
    extract::{Query, State},
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Around, list_of};
use crate::{
    apply::desk::{Fault, NotDone},
    language::Lang,
    organisation::Phase,
    store::{StoreError, invitations},
    web::{
        admin::setup::{self, Trouble, refused},
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        respond::answer::Wanted as Language,
        views::{
            admin::invited::withdraw::{self as view, Page},
            message::Kind,
        },
    },
};

/// Taking a person off the list.
#[derive(Debug, Clone, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/nguoi/{code}/rut", rejection(NotFound))]
pub struct WithdrawPath {
    /// The campaign's slug.
    pub slug: String,
    /// The list's code of the person.
    pub code: String,
}

/// Says what will happen.
pub async fn ask(
    path: WithdrawPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    setup::page(page(&app, &staff, lang, &path).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    path: &WithdrawPath,
) -> Result<Option<String>, StoreError> {
    let Some(around) = Around::load(app, &path.slug).await? else { return Ok(None) };
    let invited = invitations::of_campaign(&mut app.store.read().await?, around.stored.number).await?;
    let Some(known) = invited.iter().find(|it| it.code == path.code) else { return Ok(None) };
    let phase = around.stored.campaign.phase(app.clock.now());
    let page = Page {
        lang,
        staff,
        campaign: &around.stored.campaign,
        phase,
        person: &known.person(),
        unit: around.tree.get(&known.unit).map_or(known.unit.as_str(), |unit| unit.name.as_str()),
        bound: known.bound,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Does it.
pub async fn withdraw(
    path: WithdrawPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    let outcome = setup::desk(&app, &staff, lang)
        .edit(&path.slug, |campaign, standing| {
            if standing.phase == Phase::Closed {
                let words = fl!(lang.messages(), "lists-withdraw-closed");
                return Err(refused(vec![Fault::new("", words)]));
            }
            let n = campaign.people.len();
            campaign.people.retain(|person| person.code != path.code);
            if campaign.people.len() == n { Err(Trouble::NotDone(NotDone::Unknown)) } else { Ok(()) }
        })
        .await;
    match outcome {
        Ok(()) => setup::changed(&app, &list_of(&path.slug), lang, "withdrawn", None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            let words: Vec<String> = faults.into_iter().map(|fault| fault.words).collect();
            error::page(lang, Kind::Words { words: &words.join(" ") })
        }
        Err(Trouble::NotDone(NotDone::Store(error))) => error::of_store(&error, lang),
        Err(_) => error::page(lang, Kind::Unknown),
    }
}
