//! The calendar of reports due: each series of campaigns, its periods, how each stands.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::json;

use crate::{
    clock,
    figures::{calendar, period::Series},
    language::Lang,
    store::{StoreError, audit, campaigns::Stored, periods, ready},
    web::{
        app::App,
        auth::{access::Permission, scope, session::Staff},
        error,
        form::{self, Fields},
        posted::Posted,
        respond::answer::{Wanted, in_language, with_query},
        typed,
        views::admin::{
            form::Fault,
            periods::{self as view, Listed, Page},
        },
    },
};

/// The calendar.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/periods")]
pub struct PeriodsPath;

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// The year shown; absent: the newest one.
    year: Option<i16>,
    /// What has just been done: `saved`.
    done: Option<String>,
}

/// Shows the calendar.
pub async fn show(
    _: PeriodsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(asked): Query<Asked>,
) -> Response {
    page(&app, &staff, wanted.language(), &asked, None, &[]).await
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    asked: &Asked,
    typed: Option<&Fields>,
    faults: &[Fault],
) -> Response {
    let now = app.clock.now();
    let found = async {
        let all = scope::campaigns(app, staff).await?;
        let due_day = periods::due_day(&mut app.store.read().await?).await?;
        let mut listed = Vec::new();
        for (series, campaigns) in calendar::all(&all) {
            let Some(last) = campaigns.last() else { continue };
            let ready = ready::load(&mut app.store.read().await?, last.clone()).await?;
            let title = lang.pick(&ready.definition.title).to_owned();
            let form = ready.definition.forms.iter().find(|form| form.id == series.form);
            let form = form.and_then(|form| form.title.as_ref()).map(|title| lang.pick(title).to_owned());
            listed.push(Listed { title, form, series, campaigns });
        }
        Ok::<_, StoreError>((listed, due_day, all))
    };
    let (listed, due_day, all) = match found.await {
        Ok(found) => found,
        Err(error) => return error::of_store(&error, lang),
    };
    let today = clock::date(clock::day(now)).unwrap_or(Date::ZERO);
    let this = today.year();
    let years = calendar::years(listed.iter().flat_map(|own| &own.campaigns), this);
    let year = asked.year.filter(|year| years.contains(year)).unwrap_or(this);
    // Whoever sees a part of the campaigns cannot tell; whoever opens none cannot mend it.
    let mends = staff.sees_all() && staff.may(Permission::ManageCampaigns);
    let unasked = if mends { calendar::unasked(year, &all, due_day, today) } else { Vec::new() };
    let page = Page {
        lang,
        staff,
        unasked: &unasked,
        listed: &listed,
        years: &years,
        year,
        due_day,
        now,
        typed,
        faults,
        done: asked.done.as_deref(),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    error::html(status, view::page(&page).into_string())
}

/// The campaigns of one series that the account sees, in order of time.
pub(super) async fn of_series(app: &App, staff: &Staff, series: &Series) -> Result<Vec<Stored>, StoreError> {
    Ok(series.campaigns(scope::campaigns(app, staff).await?))
}

/// Sets the day on which reports are due.
pub async fn act(
    _: PeriodsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::LOGIN }>,
) -> Response {
    let lang = wanted.language();
    let day = typed::whole(fields.one("due").unwrap_or_default())
        .and_then(|day| i8::try_from(day).ok())
        .filter(|day| (1..=31).contains(day));
    let Some(day) = day else {
        let fault = Fault::new("due", fl!(lang.messages(), "period-due-fault"));
        return page(&app, &staff, lang, &Asked::default(), Some(&fields), &[fault]).await;
    };
    let saved = async {
        let before = periods::due_day(&mut app.store.read().await?).await?;
        let mut db = app.store.write().await?;
        periods::put_due_day(&mut db, day).await?;
        let entry = staff.did("period.due-day", "").changed(json!(before), json!(day));
        audit::append(&mut db, app.clock.now(), &entry).await?;
        db.commit().await
    };
    match saved.await {
        Ok(()) => {
            Redirect::to(&with_query(&in_language("/admin/periods", lang), "done=saved")).into_response()
        }
        Err(error) => error::of_store(&error, lang),
    }
}
