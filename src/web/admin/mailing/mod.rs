//! Mails to the invited persons of a campaign: how the sending stands ([`show`]), sending off ([`step`]), when reminders go
//! out by themselves ([`schedule`]), what they say ([`words`]).
//!
//! Staff see counts alone. What tells of answers, namely how many got a reminder, is shown in steps (security test B-07).

pub mod schedule;
pub mod show;
pub mod step;
pub mod words;

use axum::response::{IntoResponse, Redirect, Response};

use crate::{
    language::Lang,
    store::{StoreError, campaigns::Stored, mailing::Reach, turnout},
    web::app::App,
};

/// Back to a page that says what has been done.
fn back(path: &str, lang: Lang, done: &str) -> Response {
    let lang = if lang == Lang::VI { String::new() } else { format!("&lang={}", lang.code()) };
    Redirect::to(&format!("{path}?xong={done}{lang}")).into_response()
}

/// How many get a reminder at most: from the number of answers as it is shown, which moves once a day and in steps.
async fn at_most(app: &App, stored: &Stored, reach: &Reach) -> Result<u64, StoreError> {
    let turnout = turnout::of(&app.store, stored, app.clock.now()).await?;
    Ok(reach.sent.unsigned_abs().min(turnout.invited.saturating_sub(turnout.answered)))
}
