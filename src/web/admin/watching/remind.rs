//! Reminding the officers of units that are behind: by hand, or once a week.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::live::Snapshot;
use crate::{
    clock,
    language::Lang,
    organisation::Phase,
    store::{
        StoreError, audit, campaigns,
        reminders::{self, Letter, Officer, Schedule},
    },
    watching::reminder,
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        views::{
            admin::{
                form::Fault,
                watching::remind::{self as view, Page, Recipient},
            },
            message::Kind,
        },
    },
    worker::remind as work,
};

/// Longest subject and text, in characters.
const SUBJECT: usize = 150;
const TEXT: usize = 4_000;
/// Most fields: a box for each unit.
const MOST: usize = 5_000;
/// Whoever was reminded within so many days is not offered again.
const AGAIN: i64 = 7;

/// The page for reminders.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/theo-doi/nhac", rejection(NotFound))]
pub struct RemindPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of an address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    lang: Option<String>,
    /// What has just been done: how many letters were written, or `tuan` for the weekly ones.
    xong: Option<String>,
}

struct Desk {
    snapshot: std::sync::Arc<Snapshot>,
    recipients: Vec<Recipient>,
    officers: Vec<Officer>,
    latest: Vec<reminders::Reminder>,
    schedule: Option<Schedule>,
}

/// Shows who is behind, and what would be written to them.
pub async fn show(
    path: RemindPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = language(wanted.lang.as_deref());
    let desk = match desk(&app, &path.slug).await {
        Ok(Some(desk)) => desk,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let (subject, text) = match &desk.schedule {
        Some(schedule) => (schedule.subject.clone(), schedule.text.clone()),
        None => work::usual(),
    };
    let weekday = desk.schedule.as_ref().map_or_else(String::new, |schedule| schedule.weekday.to_string());
    let chosen = desk.recipients.iter().filter(|one| one.behind && !one.lately);
    let fields = Fields::of(chosen.map(|one| ("unit".to_owned(), one.unit.clone())).chain([
        ("subject".to_owned(), subject),
        ("text".to_owned(), text),
        ("weekday".to_owned(), weekday),
    ]));
    let page = draw(&app, &desk, &staff, lang, &fields, &[], None, wanted.xong.as_deref());
    error::html(StatusCode::OK, page)
}

/// Shows the letters before they go out, writes them, or sets up the weekly ones.
pub async fn act(
    path: RemindPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = language(wanted.lang.as_deref());
    let (parts, body) = request.into_parts();
    let fields = match Fields::read_many(&parts.headers, body, form::DESK, MOST).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let desk = match desk(&app, &path.slug).await {
        Ok(Some(desk)) => desk,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let what = fields.one("do").unwrap_or_default().to_owned();
    let faults = faults(&app, &desk, lang, &fields, &what);
    if !faults.is_empty() {
        let page = draw(&app, &desk, &staff, lang, &fields, &faults, None, None);
        return error::html(StatusCode::UNPROCESSABLE_ENTITY, page);
    }
    let letters = letters(&desk, &fields);
    let done = match what.as_str() {
        "send" => send(&app, &desk, &staff, &letters).await.map(|()| letters.len().to_string()),
        "weekly" => weekly(&app, &desk, &staff, &fields).await.map(|()| "tuan".to_owned()),
        _ => {
            let page = draw(&app, &desk, &staff, lang, &fields, &[], Some(&letters), None);
            return error::html(StatusCode::OK, page);
        }
    };
    match done {
        Ok(done) => {
            let lang = if lang == Lang::VI { String::new() } else { format!("&lang={}", lang.code()) };
            Redirect::to(&format!("{path}?xong={done}{lang}")).into_response()
        }
        Err(error) => error::of_store(&error, lang),
    }
}

fn language(code: Option<&str>) -> Lang {
    code.and_then(Lang::find).unwrap_or(Lang::VI)
}

async fn desk(app: &App, slug: &str) -> Result<Option<Desk>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let now = app.clock.now();
    let officers = reminders::officers(&mut db, now).await?;
    let latest = reminders::latest(&mut db, stored.number).await?;
    let schedule = reminders::schedule(&mut db, stored.number).await?;
    drop(db);
    let Some(snapshot) = app.live.look(&app.store, &app.clock, stored.number).await? else { return Ok(None) };
    let board = snapshot.finished();
    let mut recipients: Vec<Recipient> = Vec::new();
    for officer in &officers {
        let Some(at) = board.tree.position(&officer.unit) else { continue };
        let (Some(unit), Some(figures)) = (board.tree.units().get(at), board.unit(at)) else { continue };
        if figures.plan.is_none() {
            continue;
        }
        let name = if officer.full_name.is_empty() { &officer.account } else { &officer.full_name };
        if let Some(known) = recipients.iter_mut().find(|known| known.unit == officer.unit) {
            known.officers.push(name.clone());
            continue;
        }
        let last =
            latest.iter().filter(|one| one.unit == officer.unit && !one.failed).map(|one| one.made).max();
        recipients.push(Recipient {
            unit: officer.unit.clone(),
            name: unit.name.clone(),
            officers: vec![name.clone()],
            figures: figures.clone(),
            behind: work::is_behind(figures),
            lately: last.is_some_and(|last| now - last < AGAIN * 86_400_000),
            last,
        });
    }
    recipients.sort_by(|a, b| {
        let behind = |one: &Recipient| one.figures.behind().unwrap_or(f64::NEG_INFINITY);
        behind(b).total_cmp(&behind(a)).then_with(|| a.unit.cmp(&b.unit))
    });
    Ok(Some(Desk { snapshot, recipients, officers, latest, schedule }))
}

fn faults(app: &App, desk: &Desk, lang: Lang, fields: &Fields, what: &str) -> Vec<Fault> {
    let mut faults = Vec::new();
    let fault = |field: &str, words: String| Fault::new(field, words);
    let chosen = fields.all("unit").any(|code| desk.recipients.iter().any(|one| one.unit == code));
    if what != "weekly" && !chosen {
        faults.push(fault("unit", view::say_nobody(lang)));
    }
    for (field, longest) in [("subject", SUBJECT), ("text", TEXT)] {
        let value = fields.one(field).unwrap_or_default();
        if value.trim().is_empty() {
            faults.push(fault(field, view::say_empty(lang, field)));
        } else if value.chars().count() > longest {
            faults.push(fault(field, view::say_long(lang, longest)));
        }
        for place in reminder::unknown(value) {
            faults.push(fault(field, view::say_place(lang, place)));
        }
    }
    let weekday = fields.one("weekday").unwrap_or_default();
    if !weekday.is_empty() && !weekday.parse::<u8>().is_ok_and(|day| day < 7) {
        faults.push(fault("weekday", view::say_weekday(lang)));
    }
    let ends = what == "weekly" && weekday.is_empty();
    if app.config.smtp_url.is_none() && !ends && matches!(what, "send" | "weekly") {
        faults.push(fault("", view::say_no_server(lang)));
    }
    let closed = desk.snapshot.stored.campaign.phase(app.clock.now()) == Phase::Closed;
    if closed && !ends && matches!(what, "send" | "weekly") {
        faults.push(fault("", view::say_closed(lang)));
    }
    faults
}

fn letters(desk: &Desk, fields: &Fields) -> Vec<Letter> {
    let board = desk.snapshot.finished();
    let (subject, text) = (fields.one("subject").unwrap_or_default(), fields.one("text").unwrap_or_default());
    let chosen: Vec<&Recipient> =
        desk.recipients.iter().filter(|one| fields.all("unit").any(|code| code == one.unit)).collect();
    chosen
        .into_iter()
        .flat_map(|one| {
            desk.officers.iter().filter(|officer| officer.unit == one.unit).map(move |officer| (one, officer))
        })
        .map(|(one, officer)| Letter {
            account: officer.account.clone(),
            ..work::letter(
                &desk.snapshot.stored,
                board,
                &one.unit,
                &one.figures,
                subject,
                &text.replace('\r', ""),
            )
        })
        .collect()
}

async fn send(app: &App, desk: &Desk, staff: &Staff, letters: &[Letter]) -> Result<(), StoreError> {
    let (now, stored) = (app.clock.now(), &desk.snapshot.stored);
    let mut db = app.store.write().await?;
    reminders::put(&mut db, stored.number, letters, &staff.account, now).await?;
    let entry = staff.did("reminder.send", stored.campaign.slug.as_str()).with(work::units(letters));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await
}

async fn weekly(app: &App, desk: &Desk, staff: &Staff, fields: &Fields) -> Result<(), StoreError> {
    let (now, stored) = (app.clock.now(), &desk.snapshot.stored);
    let schedule = fields.one("weekday").and_then(|day| day.parse::<i64>().ok()).map(|weekday| Schedule {
        weekday,
        subject: fields.one("subject").unwrap_or_default().to_owned(),
        text: fields.one("text").unwrap_or_default().replace('\r', ""),
        made_by: staff.account.clone(),
        // Not before its next day, even if that is today: nothing goes out that was not meant to.
        day: i64::from(clock::day(now)),
    });
    let told = |schedule: &Option<Schedule>| {
        schedule.as_ref().map_or(serde_json::Value::Null, |schedule| {
            serde_json::json!({ "weekday": schedule.weekday, "subject": schedule.subject, "text": schedule.text })
        })
    };
    let mut db = app.store.write().await?;
    reminders::put_schedule(&mut db, stored.number, schedule.as_ref()).await?;
    let entry = staff
        .did("reminder.schedule", stored.campaign.slug.as_str())
        .changed(told(&desk.schedule), told(&schedule));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await
}

#[expect(clippy::too_many_arguments, reason = "what one page shows, put together in one place")]
fn draw(
    app: &App,
    desk: &Desk,
    staff: &Staff,
    lang: Lang,
    fields: &Fields,
    faults: &[Fault],
    preview: Option<&[Letter]>,
    done: Option<&str>,
) -> String {
    view::page(&Page {
        lang,
        staff,
        stored: &desk.snapshot.stored,
        phase: desk.snapshot.stored.campaign.phase(app.clock.now()),
        tree: &desk.snapshot.board.tree,
        recipients: &desk.recipients,
        latest: &desk.latest,
        scheduled: desk.schedule.is_some(),
        can_send: app.config.smtp_url.is_some(),
        fields,
        faults,
        preview,
        done,
    })
    .into_string()
}
