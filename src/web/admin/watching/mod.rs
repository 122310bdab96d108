//! Watching a campaign fill: the page, and the events that keep it up to date.
//!
//! The Department sees everything as it comes; an officer of a unit sees that unit and what is below it, at the end of
//! yesterday: no live counts, no hours, no flags (security test J-07). No figure of the index is here, so the rule that
//! two days' figures differ by nothing or by k answers (D-05) has nothing to hold back; what is counted is that somebody
//! answered, which whoever stands at the counter sees, too.

pub mod aside;
pub mod live;
pub mod remind;

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Query, State},
    http::{
        HeaderValue, StatusCode,
        header::{ACCEPT, CACHE_CONTROL},
        request::Parts,
    },
    response::{
        IntoResponse, Redirect, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use axum_extra::routing::TypedPath;
use futures_util::stream;
use serde::Deserialize;

use self::live::Snapshot;
use crate::{
    language::Lang,
    set_aside as aside_counts,
    store::{StoreError, set_aside, turnout},
    web::{
        app::App,
        auth::{
            access::Permission,
            scope,
            session::{self, Staff},
        },
        error::{self, NotFound},
        views::{
            admin::watching::{self as view, Inner, Page, Part, Sort},
            message::Kind,
        },
    },
};

/// How often a page is looked at anew.
const BEAT: Duration = Duration::from_millis(5_000);
/// After how many beats the session is checked again.
const CHECK: u32 = 3;
/// The smallest number of answers whose classes are shown, unless the campaign asks for more.
const MINIMUM: u64 = 10;

/// The watching page.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/theo-doi", rejection(NotFound))]
pub struct WatchingPath {
    /// The campaign's slug.
    pub slug: String,
}

/// What has changed on the watching page, as server-sent events.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/theo-doi/su-kien", rejection(NotFound))]
pub struct EventsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of an address after `?`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Wanted {
    lang: Option<String>,
    /// Code of the unit looked at.
    unit: Option<String>,
    /// Codes of unfolded units.
    mo: Option<String>,
    /// Order.
    xep: Option<String>,
    /// The state of things that the page shows already.
    stamp: Option<u64>,
}

impl Wanted {
    fn language(&self) -> Lang {
        self.lang.as_deref().and_then(Lang::find).unwrap_or(Lang::VI)
    }
}

/// What is needed to draw the page.
struct Look {
    snapshot: Arc<Snapshot>,
    turnout: turnout::Turnout,
    waiting: u64,
    /// Answers set aside, by unit.
    aside: Vec<(String, u64)>,
    questions: Vec<String>,
    staff: Staff,
    wanted: Wanted,
    now: i64,
}

/// Shows the page.
pub async fn show(
    path: WatchingPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    match look(&app, &path.slug, &staff, wanted).await {
        Ok(Some(look)) => match look.draw(|page| view::page(page).into_string()) {
            Some(page) => error::html(StatusCode::OK, page),
            None => error::page(lang, Kind::Unknown),
        },
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Sends what changes, until the page is left, the session ends or the server stops.
pub async fn events(
    path: EventsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    parts: Parts,
) -> Response {
    let lang = wanted.language();
    let stamp = wanted.stamp;
    let accepts = parts.headers.get(ACCEPT).and_then(|accepts| accepts.to_str().ok()).unwrap_or_default();
    if !accepts.contains("text/event-stream") {
        // Somebody opens the address by hand.
        return Redirect::to(&WatchingPath { slug: path.slug }.to_string()).into_response();
    }
    let look = match look(&app, &path.slug, &staff, wanted).await {
        Ok(Some(look)) if staff.sees_all() && !look.snapshot.board.counters.is_empty() => look,
        // Finished days do not move, and of personal links nothing does before tomorrow.
        Ok(_) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let Some(drawn) = look.draw(Drawn::of) else { return error::page(lang, Kind::Unknown) };
    let first = (stamp != Some(look.snapshot.stamp)).then(|| drawn.everything());
    let viewer = Viewer { app, parts, look, drawn, first, beats: 0, over: false };
    let events = stream::unfold(viewer, |mut viewer| async move {
        let event = viewer.next().await?;
        Some((Ok::<_, Infallible>(event), viewer))
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::default()).into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies must not wait for more.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

async fn look(app: &App, slug: &str, staff: &Staff, wanted: Wanted) -> Result<Option<Look>, StoreError> {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let Some(snapshot) = app.live.look(&app.store, &app.clock, stored.number).await? else { return Ok(None) };
    let now = app.clock.now();
    let turnout = turnout::of(&app.store, &stored, now).await?;
    let waiting = if staff.may(Permission::SetAside) {
        set_aside::waiting(&mut app.store.read().await?, stored.number).await?
    } else {
        0
    };
    let aside = aside_counts::out(&mut app.store.read().await?, stored.number).await?;
    let lang = wanted.language();
    let questions = match app.catalogue.campaign(stored.number).await? {
        // Where modules rotate, the third question is not the same one for all.
        Some((ready, _)) if ready.questionnaire.variants() <= 1 => ready
            .questionnaire
            .questions
            .iter()
            .map(|question| lang.pick(&question.name).to_owned())
            .collect(),
        _ => Vec::new(),
    };
    Ok(Some(Look { snapshot, turnout, waiting, aside, questions, staff: staff.clone(), wanted, now }))
}

impl Look {
    /// Draws with `draw`; `None` if the unit asked for is not there, or not theirs to see (security test E-02).
    fn draw<T>(&self, draw: impl FnOnce(&Page<'_>) -> T) -> Option<T> {
        let snapshot = &self.snapshot;
        let everything = self.staff.sees_all();
        let board = if everything { &snapshot.board } else { snapshot.finished() };
        let own = match &self.staff.unit {
            None if everything => None,
            unit => Some(board.tree.position(unit.as_deref()?)?),
        };
        let unit = match &self.wanted.unit {
            None => own,
            Some(code) => {
                let seen = self.staff.sees(&board.tree, code);
                Some(board.tree.position(code).filter(|at| seen && board.unit(*at).is_some())?)
            }
        };
        let open: Vec<String> =
            self.wanted.mo.iter().flat_map(|codes| codes.split(',')).map(str::to_owned).collect();
        let campaign = &snapshot.stored.campaign;
        let minimum = campaign.minimum_answers.map_or(MINIMUM, u64::from);
        let inner = Inner {
            features: &snapshot.features,
            flags: &snapshot.flags,
            questions: &self.questions,
            minimum,
        };
        Some(draw(&Page {
            lang: self.wanted.language(),
            staff: &self.staff,
            stored: &snapshot.stored,
            phase: campaign.phase(self.now),
            board,
            unit,
            above: unit.filter(|at| Some(*at) != own).map(|at| board.tree.parent(at)),
            open: &open,
            sort: if self.wanted.xep.as_deref() == Some("cham") { Sort::Behind } else { Sort::Tree },
            inner: everything.then_some(inner),
            turnout: &self.turnout,
            waiting: self.waiting,
            aside: &self.aside,
            stamp: snapshot.stamp,
        }))
    }
}

/// The page as its viewer has it.
struct Drawn {
    parts: Vec<Part>,
    rows: Vec<Part>,
}

impl Drawn {
    fn of(page: &Page<'_>) -> Self {
        Self { parts: view::parts(page), rows: view::rows(page) }
    }

    fn everything(&self) -> Vec<Part> {
        self.parts.iter().cloned().chain([view::body(&self.rows)]).collect()
    }

    /// What differs from what was drawn before. Rows in another order come together.
    fn since(&self, before: &Self) -> Vec<Part> {
        let mut changed: Vec<Part> = different(&before.parts, &self.parts).cloned().collect();
        let ids = |rows: &[Part]| rows.iter().map(|(id, _)| id.clone()).collect::<Vec<_>>();
        if ids(&before.rows) == ids(&self.rows) {
            changed.extend(different(&before.rows, &self.rows).cloned());
        } else {
            changed.push(view::body(&self.rows));
        }
        changed
    }
}

fn different<'a>(before: &'a [Part], now: &'a [Part]) -> impl Iterator<Item = &'a Part> {
    now.iter().enumerate().filter(|(at, part)| before.get(*at) != Some(part)).map(|(_, part)| part)
}

struct Viewer {
    app: App,
    /// The head of the request, for its session.
    parts: Parts,
    look: Look,
    drawn: Drawn,
    first: Option<Vec<Part>>,
    beats: u32,
    over: bool,
}

impl Viewer {
    /// The next event; `None` when there is no more.
    async fn next(&mut self) -> Option<Event> {
        if let Some(first) = self.first.take() {
            return event(&first);
        }
        if self.over {
            return None;
        }
        let mut ended = self.app.live.ended();
        loop {
            tokio::select! {
                () = tokio::time::sleep(BEAT) => {}
                _ = ended.wait_for(|ended| *ended) => return None,
            }
            self.beats += 1;
            if self.beats.is_multiple_of(CHECK) && !session::holds(&self.app, &self.parts).await {
                self.over = true;
                return Some(Event::default().event("end").data(""));
            }
            let Some(changed) = self.changed().await else { continue };
            if !changed.is_empty() {
                return event(&changed);
            }
        }
    }

    async fn changed(&mut self) -> Option<Vec<Part>> {
        let number = self.look.snapshot.stored.number;
        // A database that does not answer now may do so at the next beat.
        let snapshot = self.app.live.look(&self.app.store, &self.app.clock, number).await.ok()??;
        if snapshot.stamp == self.look.snapshot.stamp {
            return None;
        }
        self.look.snapshot = snapshot;
        self.look.now = self.app.clock.now();
        let drawn = self.look.draw(Drawn::of)?;
        let changed = drawn.since(&self.drawn);
        self.drawn = drawn;
        Some(changed)
    }
}

fn event(parts: &[Part]) -> Option<Event> {
    Some(Event::default().data(serde_json::to_string(parts).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(rows: &[(&str, &str)]) -> Drawn {
        let part = |(id, text): &(&str, &str)| ((*id).to_owned(), (*text).to_owned());
        Drawn { parts: vec![part(&("facts", "1"))], rows: rows.iter().map(part).collect() }
    }

    #[test]
    fn only_what_changed_is_sent_and_rows_in_another_order_come_together() {
        let before = drawn(&[("a", "1"), ("b", "1")]);
        assert!(drawn(&[("a", "1"), ("b", "1")]).since(&before).is_empty());
        assert_eq!(drawn(&[("a", "1"), ("b", "2")]).since(&before), [("b".to_owned(), "2".to_owned())]);
        let turned = drawn(&[("b", "2"), ("a", "1")]).since(&before);
        assert_eq!(turned.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(), ["rows"]);
    }
}
