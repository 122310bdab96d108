//! The list of a campaign's invited persons: looked through, imported, added to, corrected, shortened. All of it goes through
//! [`crate::apply::desk`], so that pages and files change the same list by the same rules. No page says who has answered.

pub mod erase;
pub mod import;
pub mod links;
pub mod list;
pub mod person;
pub mod progress;
pub mod withdraw;

use crate::{
    organisation::{Raters, UnitTree},
    store::{
        StoreError,
        campaigns::{self, Stored},
        raters, units,
    },
    web::app::App,
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

/// The address of the list.
fn list_of(slug: &str) -> String {
    format!("/admin/campaigns/{slug}/nguoi-duoc-moi")
}
