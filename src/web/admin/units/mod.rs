//! The units of the province: the tree, changes to it, lists in and out.
//!
//! Every page reads the [`History`] and shows or changes it; what may be is decided by
//! [`crate::organisation::problem`], and everything is written through [`save`], in one transaction that can be taken back.

pub mod amend;
pub mod changes;
pub mod end;
pub mod export;
pub mod import;
pub mod merge;
mod one;
pub mod save;
pub mod show;
pub mod tree;

use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::routing::TypedPath;
use jiff::civil::Date;
use serde::Deserialize;

use crate::{
    clock,
    language::Lang,
    organisation::{History, UnitTree},
    store::{StoreError, units},
    web::{
        app::App,
        error::NotFound,
        respond::answer::{in_language, with_query},
    },
};

/// The tree.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/units")]
pub struct UnitsPath;

/// A unit.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/unit/{code}", rejection(NotFound))]
pub struct UnitPath {
    /// Its code.
    pub code: String,
}

/// All units as they are known now.
struct Units {
    history: History,
    /// As they were last written.
    tree: UnitTree,
    today: Date,
}

impl Units {
    async fn load(app: &App) -> Result<Self, StoreError> {
        let history = units::history(&mut app.store.read().await?).await?;
        Self::of(history, app)
    }

    fn of(history: History, app: &App) -> Result<Self, StoreError> {
        let tree = history.latest().map_err(|_| StoreError::Corrupt("tree of units"))?;
        Ok(Self { history, tree, today: today(app) })
    }
}

fn today(app: &App) -> Date {
    clock::date(clock::day(app.clock.now())).unwrap_or(Date::ZERO)
}

/// What a page says was just done, as a number of changes in its address.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    /// See [`units::Made::number`].
    pub done: Option<i64>,
}

/// Back to a page that says what was done.
fn done(path: &str, lang: Lang, number: Option<i64>) -> Response {
    let path = in_language(path, lang);
    // 0: everything was like that already.
    Redirect::to(&with_query(&path, &format!("done={}", number.unwrap_or_default()))).into_response()
}

/// The changes that a page says were just made, if they can still be taken back.
async fn just_done(app: &App, done: &Done) -> Result<Option<units::Made>, StoreError> {
    match done.done {
        None => Ok(None),
        Some(number) => units::made(&mut app.store.read().await?, number).await,
    }
}
