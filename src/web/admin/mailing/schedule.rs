//! When reminders go out by themselves.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::{Value, json};

use super::show::{self, Sent, Wanted};
use crate::{
    clock,
    language::Lang,
    organisation::{Campaign, schedule::Schedule},
    store::{StoreError, audit, mailing},
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::meanwhile,
        posted::Posted,
        typed,
        views::{admin::form::Fault, message::Kind},
    },
};

/// Where the schedule is sent.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/thu-moi/lich", rejection(NotFound))]
pub struct SchedulePath {
    /// The campaign's slug.
    pub slug: String,
}

/// Most days between two reminders, and before closing.
const MOST: u64 = 90;
/// Most dates.
const DATES: usize = 20;

/// The schedule as its fields show it.
pub fn fields(schedule: Option<&Schedule>) -> Fields {
    let none = Schedule { before: 1, ..Schedule::default() };
    let schedule = schedule.unwrap_or(&none);
    let date = |day: &i64| Some(typed::day_text(clock::date(i32::try_from(*day).ok()?)?));
    Fields::of([
        ("every", schedule.every.map_or_else(String::new, |days| days.to_string())),
        ("dates", schedule.dates.iter().filter_map(date).collect::<Vec<_>>().join(", ")),
        ("before", schedule.before.to_string()),
    ])
}

/// Reads the fields; a schedule without days and dates is none.
fn read(
    lang: Lang,
    fields: &Fields,
    campaign: &Campaign,
    today: i64,
) -> Result<Option<Schedule>, Vec<Fault>> {
    let m = lang.messages();
    let mut faults = Vec::new();
    let value = |name: &str| fields.one(name).unwrap_or_default().trim();
    let mut days = |name: &str, least: u64| match typed::whole(value(name)) {
        _ if value(name).is_empty() => None,
        Some(days) if (least..=MOST).contains(&days) => i64::try_from(days).ok(),
        _ => {
            faults.push(Fault::new(name, fl!(m, "outbox-schedule-days", least = least, most = MOST)));
            None
        }
    };
    let every = days("every", 1);
    let before = days("before", 0).unwrap_or(1);
    let last = i64::from(clock::day(campaign.closes - 1)) - before;
    let mut dates = Vec::new();
    let parts = value("dates").split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty());
    for part in parts {
        match typed::day(part).map(|date| i64::from(clock::days(date))) {
            None => {
                faults.push(Fault::new("dates", typed::no_day(lang, &fl!(m, "outbox-schedule-dates"), part)));
            }
            Some(day) if day <= today => {
                faults.push(Fault::new("dates", fl!(m, "outbox-schedule-past", typed = part)));
            }
            Some(day) if day > last => {
                faults.push(Fault::new("dates", fl!(m, "outbox-schedule-late", typed = part)));
            }
            Some(day) => dates.push(day),
        }
    }
    dates.sort_unstable();
    dates.dedup();
    if dates.len() > DATES {
        faults.push(Fault::new("dates", fl!(m, "outbox-schedule-many", n = DATES)));
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let none = every.is_none() && dates.is_empty();
    Ok((!none).then_some(Schedule { every, dates, before }))
}

/// Sets the schedule up, or ends it.
pub async fn submit(
    path: SchedulePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }>,
) -> Response {
    let lang = wanted.language();
    match save(&app, &staff, lang, &path.slug, &fields).await {
        Ok(Some(Ok(()))) => super::back(&format!("/admin/campaigns/{}/thu-moi", path.slug), lang, "lich"),
        Ok(Some(Err(sent))) => {
            let status =
                if sent.faults.is_empty() { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
            error::found(status, show::draw(&app, &staff, lang, &path.slug, &sent, None).await, lang)
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn save(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    sent: &Fields,
) -> Result<Option<Result<(), Sent>>, StoreError> {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let now = app.clock.now();
    let today = i64::from(clock::day(now));
    let mut db = app.store.write().await?;
    let before = mailing::schedule(&mut db, stored.number).await?.map(|(schedule, _, _)| schedule);
    if let Some(meanwhile) = meanwhile(sent, &fields(before.as_ref())) {
        let sent = Sent { fields: Some(meanwhile.fields), faults: Vec::new(), changed: meanwhile.changed };
        return Ok(Some(Err(sent)));
    }
    let after = match read(lang, sent, &stored.campaign, today) {
        Ok(schedule) => schedule,
        Err(faults) => {
            let sent = Sent { fields: Some(sent.clone()), faults, changed: Vec::new() };
            return Ok(Some(Err(sent)));
        }
    };
    mailing::put_schedule(&mut db, stored.number, after.as_ref(), &staff.account, today).await?;
    let told = |schedule: Option<&Schedule>| {
        schedule.map_or(Value::Null, |one| {
            json!({ "every": one.every, "dates": fields(Some(one)).one("dates"), "before": one.before })
        })
    };
    let entry = staff.did("mail.schedule", slug).changed(told(before.as_ref()), told(after.as_ref()));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(Some(Ok(())))
}
