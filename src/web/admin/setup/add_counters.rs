//! Many counters at once: asked for, looked at, and only then made. What is looked at is kept under an address of its own
//! ([`previewed`]), so that going back and loading again do nothing.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::{
    CELLS, Done, Trouble, changed, desk,
    new_counters::{Beside, New, Shared, to_take},
    refused, shown,
};
use crate::{
    apply::desk::{Fault, NotDone, Others, Standing, Wanted},
    language::Lang,
    organisation::UnitTree,
    secret::hex,
    store::{StoreError, previewed, units},
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        posted::Posted,
        respond::answer::{Wanted as Language, in_language, with_query},
        views::{
            admin::{
                form::{Fault as Shown, Form},
                setup::add_counters::{self as view, Page, Preview, Source},
            },
            message::Kind,
        },
    },
};

/// Adding counters.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/add", rejection(NotFound))]
pub struct AddPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Looking at what would be added.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/add/preview", rejection(NotFound))]
pub struct PreviewPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The part of an address after `?` that names what was sent.
#[derive(Debug, Default, Deserialize)]
pub struct Of {
    /// Its id.
    pub of: Option<String>,
}

/// Asks which; with what was sent before, if that is named.
pub async fn show(
    path: AddPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(of): Query<Of>,
    Query(done): Query<Done>,
) -> Response {
    let lang = wanted.language();
    let sent = match sent(&app, &staff, &path.slug, &of).await {
        Ok(sent) => sent.unwrap_or_else(|| begun(lang)),
        Err(error) => return error::of_store(&error, lang),
    };
    let done = done.words(lang);
    answered(StatusCode::OK, page(&app, &staff, lang, &path.slug, &sent, &[], done.as_deref()).await, lang)
}

fn begun(lang: Lang) -> Fields {
    let pattern = fl!(lang.messages(), "desk-add-pattern-begin");
    Fields::of([("pattern", pattern.as_str())])
}

/// What the purpose of kept forms is called.
fn purpose(slug: &str) -> String {
    format!("counters {slug}")
}

async fn sent(app: &App, staff: &Staff, slug: &str, of: &Of) -> Result<Option<Fields>, StoreError> {
    let Some(id) = &of.of else { return Ok(None) };
    let mut db = app.store.read().await?;
    let kept = previewed::find(&mut db, id, &staff.account, &purpose(slug), app.clock.now()).await?;
    Ok(kept.and_then(|bytes| Fields::parse_any(&bytes).ok()))
}

fn answered(status: StatusCode, page: Result<Option<String>, NotDone>, lang: Lang) -> Response {
    match page {
        Ok(page) => error::found(status, Ok(page), lang),
        Err(NotDone::Store(error)) => error::of_store(&error, lang),
        Err(NotDone::Unknown | NotDone::Refused(_)) => error::page(lang, Kind::Unknown),
    }
}

async fn tree(app: &App) -> Result<UnitTree, NotDone> {
    Ok(units::tree(&mut app.store.read().await?).await?)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    values: &Fields,
    faults: &[Shown],
    done: Option<&str>,
) -> Result<Option<String>, NotDone> {
    let tree = tree(app).await?;
    let looked = |campaign: &mut Wanted, standing: &Standing, others: Others<'_>| {
        let others = others.all();
        let beside = Beside { tree: &tree, campaign, standing, others: &others };
        let sources = others.iter().filter_map(|other| {
            let n = to_take(beside, other).0.len();
            (n > 0).then(|| Source { campaign: other.campaign.clone(), phase: other.phase, n })
        });
        let sources: Vec<Source> = sources.collect();
        Ok::<_, NotDone>((campaign.clone(), standing.phase, sources))
    };
    let (campaign, phase, sources) = desk(app, staff, lang).rehearse_beside(slug, looked).await?;
    // What one of the forms was sent with leaves the others as they begin.
    let begun = begun(lang);
    let values = if values.has("pattern") {
        values.clone()
    } else {
        begun.iter().fold(values.clone(), |values, (name, value)| values.with(name, value))
    };
    let page = Page {
        lang,
        staff,
        campaign: &campaign.campaign,
        phase,
        form: Form { faults, ..Form::new(lang, &values) },
        tree: &tree,
        counters: &campaign.counters,
        sources: &sources,
        done,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// Keeps what was asked for and leads to what would come of it; or says what is wrong with it.
pub async fn submit(
    path: AddPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    if let Err(trouble) = looked_at(&app, &staff, lang, &path.slug, &fields).await {
        return told(&app, &staff, lang, &path.slug, &fields, trouble).await;
    }
    let kept = async {
        let mut db = app.store.write().await?;
        let content = fields.encode();
        let (purpose, now) = (purpose(&path.slug), app.clock.now());
        let id = previewed::keep(&mut db, &staff.account, &purpose, content.as_bytes(), now).await?;
        db.commit().await?;
        Ok::<_, StoreError>(id)
    };
    match kept.await {
        Ok(id) => {
            let to = PreviewPath { slug: path.slug }.to_string();
            Redirect::to(&in_language(&with_query(&to, &format!("of={id}")), lang)).into_response()
        }
        Err(error) => error::of_store(&error, lang),
    }
}

/// The page of the form again, with what is wrong.
async fn told(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    fields: &Fields,
    trouble: Trouble,
) -> Response {
    match trouble {
        Trouble::NotDone(NotDone::Refused(faults)) => {
            // A fault of a counter that is being made is one of what it was made from.
            let from = match fields.one("how") {
                Some("lines") => "lines",
                Some("reuse") => "from",
                _ => "pattern",
            };
            let at = |fault: Fault| {
                if fault.field.starts_with("counter.") { Fault::new(from, fault.words) } else { fault }
            };
            let faults = shown(faults.into_iter().map(at).collect());
            let page = page(app, staff, lang, slug, fields, &faults, None).await;
            answered(StatusCode::UNPROCESSABLE_ENTITY, page, lang)
        }
        Trouble::NotDone(NotDone::Store(error)) => error::of_store(&error, lang),
        Trouble::NotDone(NotDone::Unknown) | Trouble::Meanwhile(_) => error::page(lang, Kind::Unknown),
    }
}

/// What would come of a form.
struct Looked {
    wanted: Wanted,
    standing: Standing,
    new: New,
    shared: Vec<Shared>,
    /// Titles of the campaigns after whose counters the numbers go on.
    numbers_after: Vec<String>,
}

impl Looked {
    fn of(
        lang: Lang,
        fields: &Fields,
        tree: &UnitTree,
        campaign: &mut Wanted,
        standing: &Standing,
        others: Others<'_>,
    ) -> Result<Self, Trouble> {
        let others = others.all();
        let beside = Beside { tree, campaign, standing, others: &others };
        let new = New::of(lang, fields, beside).map_err(refused)?;
        let shared = new.shared(beside);
        let after = others.iter().filter(|other| new.numbers_after.contains(&other.campaign.slug));
        let numbers_after = after.map(|other| lang.pick(&other.campaign.title).to_owned()).collect();
        let wanted = campaign.clone();
        campaign.counters.extend(new.wishes.iter().cloned());
        Ok(Self { wanted, standing: standing.clone(), new, shared, numbers_after })
    }

    /// What a page showed, in 64 hex digits.
    fn fingerprint(&self) -> String {
        let shared = self.shared.iter().map(|shared| format!("{}\t{}\n", shared.opens, shared.n));
        hex(&Sha256::digest(format!("{}{}", self.new.written(), shared.collect::<String>())))
    }
}

async fn looked_at(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    fields: &Fields,
) -> Result<Looked, Trouble> {
    let tree = tree(app).await?;
    desk(app, staff, lang)
        .rehearse_beside(slug, |campaign, standing, others| {
            Looked::of(lang, fields, &tree, campaign, standing, others)
        })
        .await
}

/// Shows what would be added.
pub async fn preview(
    path: PreviewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(of): Query<Of>,
) -> Response {
    let lang = wanted.language();
    match sent(&app, &staff, &path.slug, &of).await {
        Ok(Some(fields)) => previewed_page(&app, &staff, lang, &path.slug, (&of, &fields), false).await,
        // Gone back to after they were added: nothing is wrong, and there they are.
        Ok(None) => {
            let list = format!("/admin/campaigns/{}/counters", path.slug);
            Redirect::to(&in_language(&list, lang)).into_response()
        }
        Err(error) => error::of_store(&error, lang),
    }
}

async fn previewed_page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    (of, fields): (&Of, &Fields),
    again: bool,
) -> Response {
    let looked = match looked_at(app, staff, lang, slug, fields).await {
        Ok(looked) => looked,
        Err(trouble) => return told(app, staff, lang, slug, fields, trouble).await,
    };
    let tree = match tree(app).await {
        Ok(tree) => tree,
        Err(error) => return answered(StatusCode::OK, Err(error), lang),
    };
    let page = view::preview(&Preview {
        lang,
        staff,
        campaign: &looked.wanted.campaign,
        phase: looked.standing.phase,
        tree: &tree,
        new: &looked.new,
        shared: &looked.shared,
        numbers_after: &looked.numbers_after,
        id: of.of.as_deref().unwrap_or_default(),
        seen: &looked.fingerprint(),
        again,
    });
    let status = if again { StatusCode::CONFLICT } else { StatusCode::OK };
    error::html(status, page.into_string())
}

/// Adds what was looked at, all or none; what has become something else meanwhile is shown again.
pub async fn confirm(
    path: PreviewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(confirmed): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    let of = Of { of: confirmed.one("of").map(str::to_owned) };
    let fields = match sent(&app, &staff, &path.slug, &of).await {
        Ok(Some(fields)) => fields,
        Ok(None) => {
            let gone = [Shown::new("", fl!(lang.messages(), "counters-preview-gone"))];
            let page = page(&app, &staff, lang, &path.slug, &begun(lang), &gone, None).await;
            return answered(StatusCode::NOT_FOUND, page, lang);
        }
        Err(error) => return error::of_store(&error, lang),
    };
    let tree = match tree(&app).await {
        Ok(tree) => tree,
        Err(error) => return answered(StatusCode::OK, Err(error), lang),
    };
    let seen = confirmed.one("seen").unwrap_or_default();
    // `None`: it would no longer be what was shown.
    let desk = desk(&app, &staff, lang);
    let added = desk.edit_beside(&path.slug, |campaign, standing, others| {
        let before = campaign.clone();
        let looked = Looked::of(lang, &fields, &tree, campaign, standing, others)?;
        if looked.fingerprint() == seen {
            return Ok::<_, Trouble>(Some(looked.new.wishes.len()));
        }
        *campaign = before;
        Ok(None)
    });
    match added.await {
        Ok(Some(n)) => {
            let dropped = async {
                let mut db = app.store.write().await?;
                let id = of.of.as_deref().unwrap_or_default();
                previewed::drop_done(&mut db, id, &staff.account).await?;
                db.commit().await
            };
            if let Err(error) = dropped.await {
                tracing::warn!(%error, "a preview that was confirmed is kept until its time is over");
            }
            changed(&app, &format!("/admin/campaigns/{}/counters", path.slug), lang, "added", Some(n)).await
        }
        Ok(None) => previewed_page(&app, &staff, lang, &path.slug, (&of, &fields), true).await,
        Err(trouble) => told(&app, &staff, lang, &path.slug, &fields, trouble).await,
    }
}
