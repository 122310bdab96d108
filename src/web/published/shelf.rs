//! Publications ready to be sent: their pages, and what badges are drawn of.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use i18n_embed_fl::fl;
use serde_json::{Value, json};

use super::{Held, name_of, name_of_units};
use crate::{
    index::report::{Estimate, Report},
    language::Lang,
    publication::{self, Format},
    report::{
        badge::{self, Badge},
        html::public::{Facts, pages},
        words,
    },
    store::{StoreError, publications::Publication},
    task,
    web::{
        app::App,
        respond::answer::in_language,
        views::{dates, published as view},
    },
};

/// So many publications are kept ready; the others are read again when somebody asks for them.
const READY: usize = 8;

/// The publications that were asked for last, the latest of them first.
#[derive(Debug, Default)]
pub struct Published(Mutex<Vec<Arc<Shown>>>);

/// A publication ready to be sent.
#[derive(Debug)]
pub struct Shown {
    campaign: i64,
    number: i64,
    pages: Vec<(Lang, Held)>,
    /// The pages of units, where there are some.
    of_units: Vec<(Lang, Vec<Held>)>,
    units: BTreeMap<String, Unit>,
    level: f64,
    /// What indices are held against, 0..1.
    target: f64,
    said: Vec<(Lang, Said)>,
    demonstration: bool,
}

/// What a badge says of the campaign.
#[derive(Debug)]
struct Said {
    /// When was asked.
    period: String,
    /// What the index is called.
    index: String,
}

/// What a badge shows of a unit.
#[derive(Debug)]
struct Unit {
    name: String,
    kind: String,
    parent: Option<String>,
    index: Estimate,
    responses: Option<u64>,
}

impl Shown {
    /// The page.
    pub(super) fn page(&self, lang: Lang) -> &Held {
        let own = self.pages.iter().find(|(own, _)| *own == lang);
        // There is one for each language.
        &own.unwrap_or(&self.pages[0]).1
    }

    /// The page of units with this number, from 1 on.
    pub(super) fn of_units(&self, number: usize, lang: Lang) -> Option<&Held> {
        let (_, pages) = self.of_units.iter().find(|(own, _)| *own == lang)?;
        pages.get(number.checked_sub(1)?)
    }

    /// Each unit as the API tells of it, by code.
    pub fn units(&self) -> impl Iterator<Item = (String, Value)> {
        self.units.iter().map(|(code, unit)| {
            let Unit { name, kind, parent, index, responses } = unit;
            let told = json!({
                "code": code, "name": name, "kind": kind, "parent": parent, "responses": responses, "index": index,
            });
            (code.clone(), told)
        })
    }

    /// The badge of a unit; `None`: no such unit.
    pub(super) fn badge(&self, code: &str, lang: Lang) -> Option<String> {
        let unit = self.units.get(code)?;
        let (_, said) = self.said.iter().find(|(own, _)| *own == lang)?;
        let badge = Badge {
            lang,
            name: &unit.name,
            what: &said.index,
            index: &unit.index,
            target: self.target,
            responses: unit.responses,
            level: self.level,
            period: &said.period,
            demonstration: self.demonstration,
        };
        Some(badge::svg(&badge).into_string())
    }
}

/// A publication, from the shelf or made ready.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn take(app: &App, publication: &Publication) -> Result<Arc<Shown>, StoreError> {
    let is_it =
        |shown: &Arc<Shown>| (shown.campaign, shown.number) == (publication.campaign, publication.number);
    let look = || {
        let mut shelf = app.published.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = shelf.iter().position(is_it)?;
        let shown = shelf.remove(at);
        shelf.insert(0, Arc::clone(&shown));
        Some(shown)
    };
    if let Some(shown) = look() {
        return Ok(shown);
    }
    // Rendering 700 units takes a core for a while: no more at a time than reports.
    let _seat = app.reports.acquire().await;
    // Whoever waited behind the first one finds it made.
    if let Some(shown) = look() {
        return Ok(shown);
    }
    let report = publication::read(&mut app.store.read().await?, publication).await?;
    let base = app.config.base_url.trim_end_matches('/').to_owned();
    let (own, work) = (publication.clone(), move |own: &Publication| make(&report, own, &base));
    let shown = Arc::new(task::ended(tokio::task::spawn_blocking(move || work(&own)).await));
    let mut shelf = app.published.0.lock().unwrap_or_else(PoisonError::into_inner);
    shelf.retain(|shown| !is_it(shown));
    shelf.insert(0, Arc::clone(&shown));
    shelf.truncate(READY);
    Ok(shown)
}

fn make(report: &Report, publication: &Publication, base: &str) -> Shown {
    let path = format!("/ket-qua/{}", report.campaign.slug);
    let some = pages::all(report);
    let below = |number: usize| format!("{path}/{}", name_of_units(number));
    let of_units = |lang: Lang| -> Vec<String> {
        (1..=some.len()).map(|number| in_language(&below(number), lang)).collect()
    };
    let page = |lang: Lang| {
        let file = |format| in_language(&format!("{path}/{}", name_of(format)), lang);
        let day = dates::day(lang, publication.published);
        let facts = Facts {
            day: &day,
            sha256: &publication.sha256,
            json: &file(Format::Json),
            csv: &file(Format::Csv),
            badge: &format!("{base}{path}/{{{}}}.svg", fl!(lang.messages(), "publish-badge-unit")),
            units: &of_units(lang),
        };
        (lang, Held::new(view::page(report, &facts, &path, lang).into_bytes()))
    };
    let unit_pages = |lang: Lang| {
        let addresses = of_units(lang);
        let made = some.iter().enumerate().map(|(at, some)| {
            let page = view::units(report, (at, some), &addresses, (&path, &below(at + 1)), lang);
            Held::new(page.into_bytes())
        });
        (lang, made.collect())
    };
    let said =
        |lang: Lang| (lang, Said { period: words::period(lang, report), index: words::index(lang, report) });
    let units = report.units.iter().map(|unit| {
        let result = &unit.result;
        let own = Unit {
            name: unit.name.clone(),
            kind: unit.kind.clone(),
            parent: unit.parent.clone(),
            index: result.index.clone(),
            responses: result.responses,
        };
        (unit.code.clone(), own)
    });
    Shown {
        campaign: publication.campaign,
        number: publication.number,
        pages: Lang::ALL.map(page).into(),
        of_units: Lang::ALL.map(unit_pages).into(),
        units: units.collect(),
        level: report.level,
        target: report.target,
        said: Lang::ALL.map(said).into(),
        demonstration: report.campaign.demonstration,
    }
}
