//! The list of a campaign's invited persons: looked through, imported, added to, corrected, shortened. All of it goes through
//! [`crate::apply::desk`], so that pages and files change the same list by the same rules. No page says who has answered.

pub mod erase;
pub mod import;
pub mod links;
pub mod list;
pub mod person;
pub mod progress;
pub mod withdraw;

use axum::response::{IntoResponse, Redirect, Response};
use i18n_embed_fl::fl;

use crate::{
    apply::desk::Fault,
    language::Lang,
    organisation::{Campaign, Raters, UnitTree},
    store::{
        StoreError,
        campaigns::{self, Stored},
        raters, units,
    },
    web::{
        admin::setup::{Trouble, refused},
        app::App,
        respond::answer::in_language,
    },
};

/// What the pages of a list need beside it.
struct Around {
    stored: Stored,
    tree: UnitTree,
    raters: Raters,
}

impl Around {
    async fn load(app: &App, slug: &str) -> Result<Option<Self>, StoreError> {
        let mut db = app.store.read().await?;
        let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
        let tree = units::tree(&mut db).await?;
        let raters = raters::of_campaign(&mut db, stored.number).await?;
        Ok(Some(Self { stored, tree, raters }))
    }

    fn groups(&self) -> Vec<(String, String)> {
        self.raters.groups.iter().map(|group| (group.code.clone(), group.name.clone())).collect()
    }
}

/// What is asked at counters invites nobody by the desk: one person could answer twice, a single invited one would stand out in
/// every count, and the figures would no longer be of those who came.
fn only_by_link(lang: Lang, campaign: &Campaign) -> Result<(), Trouble> {
    if campaign.by_link {
        return Ok(());
    }
    Err(refused(vec![Fault::new("", fl!(lang.messages(), "lists-at-counters-what"))]))
}

/// The way to the list from the pages that add to it, where the campaign asks at counters.
async fn at_counters(app: &App, slug: &str, lang: Lang) -> Option<Response> {
    // What cannot be read now is told by the page itself.
    let around = Around::load(app, slug).await.ok()??;
    (!around.stored.campaign.by_link)
        .then(|| Redirect::to(&in_language(&list_of(slug), lang)).into_response())
}

/// The address of the list.
fn list_of(slug: &str) -> String {
    format!("/admin/campaigns/{slug}/nguoi-duoc-moi")
}
