//! One questionnaire: what it asks, its preview, its files; and its removal while no campaign uses it.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::list::Done;
use crate::{
    definition::{Entry, write, xlsform as form},
    language::Lang,
    store::{StoreError, audit, campaigns, definitions},
    web::{
        app::App,
        auth::session::Staff,
        download::to_keep,
        error::{self, NotFound},
        form::{self as bodies, Fields},
        respond::answer::{Wanted, in_language, with_query},
        shelf::Origin,
        views::{
            admin::{
                definitions::show::{self as view, Page},
                form::{CONFIRM, Fault, Form},
            },
            message::Kind,
        },
    },
    xlsform,
};

/// A questionnaire.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions/{id}/{version}", rejection(NotFound))]
pub struct DefinitionPath {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
}

/// Its text.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions/{id}/{version}/toml", rejection(NotFound))]
pub struct TomlPath {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
}

/// A form of it as XLSForm.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions/{id}/{version}/{form}/xlsform", rejection(NotFound))]
pub struct XlsformPath {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The form.
    pub form: String,
}

/// Its removal.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/definitions/{id}/{version}/remove", rejection(NotFound))]
pub struct RemovePath {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
}

/// Shows it.
pub async fn show(
    path: DefinitionPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    error::found(
        StatusCode::OK,
        page(&app, &staff, lang, (&path.id, &path.version), done.done.as_deref(), &[]).await,
        lang,
    )
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    (id, version): (&str, &str),
    done: Option<&str>,
    faults: &[Fault],
) -> Result<Option<String>, StoreError> {
    let library = app.shelf.library();
    let Some(entry) = library.get(id, version) else { return Ok(None) };
    let mut db = app.store.read().await?;
    let pinned = definitions::find(&mut db, id, version).await?;
    let uses = definitions::uses(&mut db).await?;
    let uses =
        pinned.map_or(0, |p| uses.iter().find(|(number, _)| *number == p.number).map_or(0, |(_, n)| *n));
    let origin = app.shelf.origin(entry);
    let values = Fields::default();
    let page = Page {
        lang,
        staff,
        entry,
        origin,
        campaigns: uses,
        removable: origin == Origin::Kept && uses == 0,
        done,
        form: Form { faults, ..Form::new(lang, &values) },
    };
    Ok(Some(view::page(&page).into_string()))
}

fn found(app: &App, id: &str, version: &str) -> Option<Entry> {
    app.shelf.library().get(id, version).cloned()
}

/// Gives its text.
pub async fn toml(
    path: TomlPath,
    _: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let Some(entry) = found(&app, &path.id, &path.version) else {
        return error::page(wanted.language(), Kind::Unknown);
    };
    let name = format!("{}-{}.toml", entry.definition.id, entry.definition.version);
    to_keep(write::toml(&entry.definition).into_bytes(), "application/toml; charset=utf-8", &name)
}

/// Gives a form of it as XLSForm.
pub async fn xlsform(
    path: XlsformPath,
    _: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let Some(entry) = found(&app, &path.id, &path.version) else { return error::page(lang, Kind::Unknown) };
    let Some(exported) = form::export(&entry.definition, &path.form) else {
        return error::page(lang, Kind::Unknown);
    };
    match xlsform::write(&exported.workbook) {
        Ok(bytes) => {
            let name = format!("{}-{}-{}.xlsx", path.id, path.version, path.form);
            to_keep(bytes, xlsform::MEDIA_TYPE, &name)
        }
        Err(error) => {
            tracing::error!(%error, "the XLSForm could not be written");
            error::page(lang, Kind::Failed)
        }
    }
}

/// Removes it, once its name was typed.
pub async fn remove(
    path: RemovePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, bodies::LOGIN).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let (id, version) = (path.id.as_str(), path.version.as_str());
    if !crate::web::views::admin::form::confirmed(&fields, id) {
        let fault = Fault::new(CONFIRM, view::retype(lang, id));
        return error::found(
            StatusCode::UNPROCESSABLE_ENTITY,
            page(&app, &staff, lang, (id, version), None, &[fault]).await,
            lang,
        );
    }
    match take_away(&app, &staff, id, version).await {
        Ok(true) => {
            let to = in_language("/admin/definitions", lang);
            Redirect::to(&with_query(&to, "done=removed")).into_response()
        }
        Ok(false) => error::page(lang, Kind::Words { words: &view::in_use(lang) }),
        Err(error) => error::of_store(&error, lang),
    }
}

async fn take_away(app: &App, staff: &Staff, id: &str, version: &str) -> Result<bool, StoreError> {
    let mut db = app.store.write().await?;
    let Some(pinned) = definitions::find(&mut db, id, version).await? else { return Ok(false) };
    if !definitions::remove_unused(&mut db, pinned.number).await? {
        return Ok(false);
    }
    let entry = staff.did("definition.remove", format!("{id}@{version}"));
    let before = json!({ "sha256": pinned.sha256 });
    audit::append(&mut db, app.clock.now(), &entry.changed(before, serde_json::Value::Null)).await?;
    campaigns::bump_revision(&mut db).await?;
    db.commit().await?;
    app.shelf.refresh(&app.store).await?;
    Ok(true)
}
