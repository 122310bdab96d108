//! Setting up campaigns: making and copying, settings, populations and sample, counters, states. All of it goes through
//! [`crate::apply::desk`], so that pages and files change the same things by the same rules.

pub mod add_counters;
pub mod copy;
pub mod counter;
pub mod counters;
pub mod new;
pub mod new_counters;
pub mod preview;
pub mod raters;
pub mod raters_choices;
pub mod settings;
mod sheet;
pub use sheet::{Offer, form_name};
pub mod state;
pub mod undo_counters;
pub mod units;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use i18n_embed_fl::fl;
use serde::Deserialize;

use crate::{
    apply::desk::{self, Desk, NotDone},
    language::Lang,
    store::StoreError,
    web::{
        app::App, auth::session::Staff, error, meanwhile::Meanwhile, respond::answer::with_query,
        views::admin::form::Fault,
    },
};

/// Most fields of a table that staff fill in: several for each unit of a page.
pub(in crate::web::admin) const CELLS: usize = 2_000;

/// The part of an address after `?` that says what has just been done.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    /// A word of [`Self::words`].
    pub done: Option<String>,
    /// How many.
    pub n: Option<u32>,
}

impl Done {
    /// What has been done, in words.
    pub fn words(&self, lang: Lang) -> Option<String> {
        let m = lang.messages();
        let n = self.n.unwrap_or_default();
        Some(match self.done.as_deref()? {
            "made-counters" => fl!(m, "setup-done-made-counters"),
            "made-by-link" => fl!(m, "desk-link-done-made"),
            "copied" => fl!(m, "desk-done-copied", n = n),
            "saved" => fl!(m, "desk-done-saved"),
            "added" => fl!(m, "desk-done-added", n = n),
            "undone" => fl!(m, "counters-undone", n = n),
            "opened" => fl!(m, "desk-done-opened"),
            "paused" => fl!(m, "desk-done-paused"),
            "resumed" => fl!(m, "desk-done-resumed"),
            "closed" => fl!(m, "desk-done-closed"),
            "archived" => fl!(m, "desk-done-archived"),
            "unarchived" => fl!(m, "desk-done-unarchived"),
            "deleted" => fl!(m, "desk-done-deleted"),
            "retired" => fl!(m, "desk-done-retired"),
            "restored" => fl!(m, "desk-done-restored"),
            "replaced" => fl!(m, "desk-done-replaced"),
            "listed" => fl!(m, "lists-done-listed", n = n),
            "person" => fl!(m, "lists-done-person"),
            "withdrawn" => fl!(m, "lists-done-withdrawn"),
            "erased" => fl!(m, "lists-done-erased", n = n),
            "followed" => fl!(m, "lists-done-followed"),
            "unfollowed" => fl!(m, "lists-done-unfollowed"),
            _ => return None,
        })
    }
}

/// Leads to a page that says what has been done. From then on this server shows the public what it is now; others notice
/// within a moment, and none of them stores anything that does not fit ([`crate::web::catalogue`]).
pub(in crate::web::admin) async fn changed(
    app: &App,
    path: &str,
    lang: Lang,
    done: &str,
    n: Option<usize>,
) -> Response {
    if let Err(error) = app.catalogue.refresh().await {
        tracing::warn!(%error, "what was changed is not shown yet");
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    if lang != Lang::VI {
        query.append_pair("lang", lang.code());
    }
    query.append_pair("done", done);
    if let Some(n) = n {
        query.append_pair("n", &n.to_string());
    }
    Redirect::to(&with_query(path, &query.finish())).into_response()
}

/// Why a form was not taken.
pub(in crate::web::admin) enum Trouble {
    /// Somebody else changed the same meanwhile.
    Meanwhile(Meanwhile),
    /// It was refused.
    NotDone(NotDone),
}

impl From<NotDone> for Trouble {
    fn from(not_done: NotDone) -> Self {
        Self::NotDone(not_done)
    }
}

pub(in crate::web::admin) fn refused(faults: Vec<desk::Fault>) -> Trouble {
    Trouble::NotDone(NotDone::Refused(faults))
}

/// The faults as a page shows them.
pub(in crate::web::admin) fn shown(faults: Vec<desk::Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| Fault::new(fault.field, fault.words)).collect()
}

pub(in crate::web::admin) fn desk<'a>(app: &'a App, staff: &'a Staff, lang: Lang) -> Desk<'a> {
    Desk {
        actor: &staff.account,
        origin: staff.address.map_or_else(String::new, |address| address.to_string()),
        store: &app.store,
        key: &app.key,
        library: app.shelf.library(),
        now: app.clock.now(),
        lang,
    }
}

/// A page, or what the database says.
pub(in crate::web::admin) fn page(outcome: Result<Option<String>, StoreError>, lang: Lang) -> Response {
    error::found(StatusCode::OK, outcome, lang)
}

/// The cells of a line that was pasted from a spreadsheet: between tabs, or between semicolons where there is no tab.
fn cells(line: &str) -> Vec<&str> {
    let between = if line.contains('\t') { '\t' } else { ';' };
    line.split(between).map(str::trim).collect()
}
