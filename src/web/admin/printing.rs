//! What is printed for a campaign's counters: a page to choose, and the PDF.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::report;
use crate::{
    distribution::{
        address,
        pdf::{PdfError, Templates, poster::Size},
        print::{self, Choice, Sheets},
    },
    language::Lang,
    organisation::order::in_order,
    store::{StoreError, pictures, places, ready},
    web::{
        app::App,
        auth::{access::Permission, scope, session::Staff},
        download::to_keep,
        error::{self, NotFound},
        form::Fields,
        respond::answer::{Wanted, languages},
        views::{
            admin::{
                form::Fault,
                printing::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// The page to choose.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/print", rejection(NotFound))]
pub struct PrintPath {
    /// The campaign's slug.
    pub slug: String,
}

/// The same for one counter.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/counters/{counter}/print", rejection(NotFound))]
pub struct PrintOnePath {
    /// The campaign's slug.
    pub slug: String,
    /// The counter's code.
    pub counter: String,
}

/// The PDF.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/posters.pdf", rejection(NotFound))]
pub struct PdfPath {
    /// The campaign's slug.
    pub slug: String,
}

/// What was chosen: the part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    /// The size's word.
    size: Option<String>,
    /// Code of a unit; empty: all.
    unit: Option<String>,
    /// Code of a counter.
    counter: Option<String>,
    /// Language of the words on paper.
    words: Option<String>,
    /// Labels of the first sheet that are used up.
    skip: Option<String>,
}

impl Chosen {
    /// As fields of the form.
    fn fields(&self) -> Fields {
        let all = [("size", &self.size), ("unit", &self.unit), ("words", &self.words), ("skip", &self.skip)];
        Fields::of(all.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))))
    }

    /// How many labels of the first sheet are used up, where labels were chosen: other sizes have no such field to be seen.
    fn skipped(&self, size: Size, lang: Lang) -> Result<usize, Fault> {
        let n = size.per_sheet();
        let most = n.saturating_sub(1);
        let typed = self.skip.as_deref().unwrap_or_default().trim();
        if n == 1 || typed.is_empty() {
            return Ok(0);
        }
        let skip = typed.parse().ok().filter(|skip| *skip <= most);
        skip.ok_or_else(|| Fault::new("skip", fl!(lang.messages(), "print-skip-over", n = n, most = most)))
    }

    fn choice<'a>(&'a self, staff: &'a Staff) -> Choice<'a> {
        fn given(text: Option<&String>) -> Option<&str> {
            text.map(String::as_str).filter(|text| !text.is_empty())
        }
        Choice {
            counter: given(self.counter.as_ref()),
            unit: given(self.unit.as_ref()),
            within: staff.unit.as_deref(),
        }
    }
}

/// Shows what can be printed for all counters or a unit's.
pub async fn show(
    path: PrintPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(chosen): Query<Chosen>,
) -> Response {
    Asked { app: &app, slug: &path.slug, staff: &staff, lang: wanted.language(), chosen: &chosen }
        .page(&[])
        .await
}

/// Shows what can be printed for one counter.
pub async fn show_one(
    path: PrintOnePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let chosen = Chosen { counter: Some(path.counter), ..Chosen::default() };
    Asked { app: &app, slug: &path.slug, staff: &staff, lang: wanted.language(), chosen: &chosen }
        .page(&[])
        .await
}

/// Who asks for the page of which campaign, and what is chosen there.
struct Asked<'a> {
    app: &'a App,
    slug: &'a str,
    staff: &'a Staff,
    lang: Lang,
    chosen: &'a Chosen,
}

impl Asked<'_> {
    /// The page, with what is wrong with the choice if something is.
    async fn page(&self, faults: &[Fault]) -> Response {
        let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        error::found(status, self.drawn(faults).await, self.lang)
    }

    /// The same as HTML; `None` where there is no such campaign or counter.
    async fn drawn(&self, faults: &[Fault]) -> Result<Option<String>, StoreError> {
        let Self { app, slug, staff, lang, chosen } = *self;
        let Some((stored, tree)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
        let mut db = app.store.read().await?;
        let choice = chosen.choice(staff);
        let mut counted = vec![0_usize; tree.units().len()];
        let (mut counters, mut counter) = (0, None);
        for place in places::of_campaign(&mut db, stored.number).await? {
            let (Some(code), false) = (&place.counter, place.retired) else { continue };
            if !staff.sees(&tree, &place.unit) {
                continue;
            }
            if choice.counter == Some(code.as_str()) {
                counter = Some((code.clone(), place.name.clone().unwrap_or_else(|| code.clone())));
            }
            counters += 1;
            // A unit's number is that of all counters below it.
            let mut at = tree.position(&place.unit);
            while let Some(here) = at {
                if let Some(n) = counted.get_mut(here) {
                    *n += 1;
                }
                at = tree.parent(here);
            }
        }
        if choice.counter.is_some() && counter.is_none() {
            return Ok(None);
        }
        let questionnaire = ready::load(&mut db, stored.clone()).await?.questionnaire;
        let languages = languages(&questionnaire);
        let units: Vec<(String, String, usize)> = in_order(&tree, None)
            .into_iter()
            .filter_map(|(at, _)| Some((tree.units().get(at)?, *counted.get(at)?)))
            .filter(|(unit, n)| *n > 0 && staff.sees(&tree, &unit.code))
            .map(|(unit, n)| (unit.code.clone(), unit.name.clone(), n))
            .collect();
        let page = Page {
            lang,
            staff,
            campaign: &stored.campaign,
            phase: stored.campaign.phase(app.clock.now()),
            counters,
            units: &units,
            chosen: &chosen.fields(),
            faults,
            counter: counter.as_ref().map(|(code, name)| (code.as_str(), name.as_str())),
            languages: &languages,
            local: address::is_local(&app.config.base_url),
            logo: if staff.may(Permission::ManageCampaigns) {
                Some(pictures::get(&mut db, pictures::LOGO).await?.is_some())
            } else {
                None
            },
        };
        Ok(Some(view::page(&page).into_string()))
    }
}

/// The PDF of what was chosen.
pub async fn pdf(
    path: PdfPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(chosen): Query<Chosen>,
) -> Response {
    let lang = wanted.language();
    let size = match chosen.size.as_deref() {
        None => Some(Size::A4),
        Some(code) => Size::find(code),
    };
    let words = match chosen.words.as_deref() {
        None => Some(lang),
        Some(code) => Lang::find_for_respondents(code),
    };
    let (Some(size), Some(words)) = (size, words) else { return error::page(lang, Kind::Unknown) };
    let skip = match chosen.skipped(size, lang) {
        Ok(skip) => skip,
        Err(fault) => {
            let asked = Asked { app: &app, slug: &path.slug, staff: &staff, lang, chosen: &chosen };
            return asked.page(&[fault]).await;
        }
    };
    let gathered = print::gather(&app.store, &app.config.base_url, &path.slug, chosen.choice(&staff)).await;
    let sheets = match gathered {
        Ok(Some(sheets)) if !sheets.desks.is_empty() => sheets,
        Ok(_) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let name = format!("{}-{}", path.slug, size.code());
    set(&app, lang, &name, move |templates| Sheets::pdf(&sheets, templates, words, size, skip)).await
}

/// Sets a PDF where others do not wait for it, and gives it as a file of this name.
pub async fn set(
    app: &App,
    lang: Lang,
    name: &str,
    print: impl FnOnce(&Templates) -> Result<Vec<u8>, PdfError> + Send + 'static,
) -> Response {
    let _seat = match report::seat(app, lang).await {
        Ok(seat) => seat,
        Err(busy) => return busy,
    };
    let templates = Templates::new(app.config.templates.clone());
    match tokio::task::spawn_blocking(move || print(&templates)).await {
        Ok(Ok(bytes)) => to_keep(bytes, "application/pdf", &format!("{name}.pdf")),
        Ok(Err(error)) => {
            tracing::error!(%error, "a PDF could not be set");
            error::page(lang, Kind::Words { words: &error.words(lang) })
        }
        Err(error) => {
            tracing::error!(%error, "a PDF could not be set");
            error::page(lang, Kind::Failed)
        }
    }
}
