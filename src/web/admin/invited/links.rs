//! Links for letters and for staff's own channels. Making them ends the older ones; they are in that one answer and nowhere
//! else.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use super::Around;
use crate::{
    distribution::{
        address, courtesy,
        pdf::{
            PdfError, Templates,
            letters::{self, Letter, Letters, Recipient},
        },
    },
    language::Lang,
    organisation::{Person, Phase, UnitTree},
    report::{guard, workbook},
    short_code,
    store::{
        StoreError, audit,
        campaigns::{self, Hold},
        follow_up, invitations,
        personal_links::{self, Made},
        pictures, ready,
    },
    tabular,
    web::{
        admin::{printing, setup, units::export},
        app::App,
        auth::session::Staff,
        download::to_keep,
        error::{self, NotFound},
        form::{self, Fields},
        posted::Posted,
        respond::{answer::Wanted, link::FormPath},
        views::{
            admin::{
                form::{Fault, Form},
                invited::links::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// Most letters of one PDF: a page each, set in memory.
const MOST: usize = 2_000;

/// Making links.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/lien-ket", rejection(NotFound))]
pub struct LinksPath {
    /// The campaign's slug.
    pub slug: String,
}

/// Address labels.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/nhan.pdf", rejection(NotFound))]
pub struct LabelsPath {
    /// The campaign's slug.
    pub slug: String,
}

/// What is chosen in an address.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Chosen {
    /// See [`chosen`].
    pub who: Option<String>,
}

/// What links are made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Letters,
    Csv,
    Xlsx,
}

impl What {
    fn of(word: &str) -> Option<Self> {
        match word {
            "letters" => Some(Self::Letters),
            "csv" => Some(Self::Csv),
            "xlsx" => Some(Self::Xlsx),
            _ => None,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Letters => "letters",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Those who are meant: `letter` without an e-mail address, `all`, `unit:CODE`, `group:CODE`, `person:CODE`.
fn chosen(people: &[Person], tree: &UnitTree, who: &str) -> Vec<Person> {
    let mut people: Vec<Person> = people
        .iter()
        .filter(|person| match who.split_once(':') {
            Some(("unit", unit)) => person.unit == unit,
            Some(("group", group)) => person.group.as_deref() == Some(group),
            Some(("person", code)) => person.code == code,
            _ if who == "all" => true,
            _ => who == "letter" && person.email.is_none(),
        })
        .cloned()
        .collect();
    people.sort_by_cached_key(|person| {
        (tree.position(&person.unit).unwrap_or(usize::MAX), person.code.clone())
    });
    people
}

/// Shows what can be made.
pub async fn ask(
    path: LinksPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(chosen): Query<Chosen>,
) -> Response {
    let lang = wanted.language();
    let who = chosen.who.as_deref().unwrap_or("letter");
    let values = Fields::of([("who", who), ("what", "letters")]);
    setup::page(page(&app, &staff, lang, &path.slug, &values, &[]).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    values: &Fields,
    faults: &[Fault],
) -> Result<Option<String>, StoreError> {
    let Some(around) = Around::load(app, slug).await? else { return Ok(None) };
    let people = people(app, around.stored.number).await?;
    let page = Page {
        lang,
        staff,
        campaign: &around.stored.campaign,
        phase: around.stored.campaign.phase(app.clock.now()),
        form: Form { faults, ..Form::new(lang, values) },
        people: &people,
        tree: &around.tree,
        raters: &around.raters,
    };
    Ok(Some(view::page(&page).into_string()))
}

async fn people(app: &App, campaign: i64) -> Result<Vec<Person>, StoreError> {
    let invited = invitations::of_campaign(&mut app.store.read().await?, campaign).await?;
    Ok(invited.iter().map(invitations::Invitation::person).collect())
}

/// Why no links were made.
enum No {
    Faults(Vec<Fault>),
    Unknown,
    Store(StoreError),
    Failed,
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Makes them, and answers with the file that has them.
pub async fn make(
    path: LinksPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Posted(fields): Posted<{ form::DESK }, { setup::CELLS }>,
) -> Response {
    let lang = wanted.language();
    match made(&app, &staff, lang, &path.slug, &fields).await {
        Ok(response) => response,
        Err(No::Faults(faults)) => error::found(
            StatusCode::UNPROCESSABLE_ENTITY,
            page(&app, &staff, lang, &path.slug, &fields, &faults).await,
            lang,
        ),
        Err(No::Unknown) => error::page(lang, Kind::Unknown),
        Err(No::Store(error)) => error::of_store(&error, lang),
        Err(No::Failed) => error::page(lang, Kind::Failed),
    }
}

async fn made(app: &App, staff: &Staff, lang: Lang, slug: &str, fields: &Fields) -> Result<Response, No> {
    let m = lang.messages();
    let around = Around::load(app, slug).await?.ok_or(No::Unknown)?;
    let campaign = &around.stored.campaign;
    let who = fields.one("who").unwrap_or_default();
    let people = chosen(&people(app, around.stored.number).await?, &around.tree, who);
    let mut faults = Vec::new();
    let what = fields.one("what").and_then(What::of);
    if what.is_none() {
        faults.push(Fault::new("what", fl!(m, "lists-links-what-missing")));
    }
    if people.is_empty() {
        faults.push(Fault::new("who", fl!(m, "lists-links-nobody")));
    }
    if what == Some(What::Letters) && people.len() > MOST {
        faults.push(Fault::new("who", fl!(m, "lists-links-many", most = MOST)));
    }
    if campaign.phase(app.clock.now()) == Phase::Closed {
        faults.push(Fault::new("", fl!(m, "lists-links-closed")));
    }
    if fields.one("sure") != Some("yes") {
        faults.push(Fault::new("sure", fl!(m, "lists-links-not-sure")));
    }
    let (Some(what), true) = (what, faults.is_empty()) else { return Err(No::Faults(faults)) };
    let codes: Vec<String> = people.iter().map(|person| person.code.clone()).collect();
    let made = personal_links::make(&mut app.store.read().await?, &app.key, &codes).await?;
    let rows: Vec<(&Person, &Made)> = people.iter().zip(&made).collect();
    // The file first: setting a thousand pages takes a while, in which nobody may wait for the database, and what fails has
    // ended no older link.
    let file = if what == What::Letters {
        let words = Words::gather(app, lang, &around).await?;
        let letters = rows.iter().map(|(person, made)| letter(app, &around.tree, person, made)).collect();
        let set = move |templates: &Templates| words.pdf(templates, letters);
        let file = printing::set(app, lang, "thu-moi", set).await;
        if file.status() != StatusCode::OK {
            return Ok(file);
        }
        file
    } else {
        table(app, lang, &around, &rows, what)?
    };
    let mut db = app.store.write().await?;
    campaigns::hold(&mut db, around.stored.number, Hold::Alone).await?;
    if !personal_links::put(&mut db, &app.key, around.stored.number, &made).await? {
        return Err(No::Faults(vec![Fault::new("", fl!(m, "lists-links-changed"))]));
    }
    let told = json!({ "links": made.len(), "for": what.word(), "chosen": who });
    let entry = staff.did("link.export", slug).with(told);
    audit::append(&mut db, app.clock.now(), &entry).await?;
    db.commit().await?;
    Ok(file)
}

fn recipient(tree: &UnitTree, person: &Person) -> Recipient {
    Recipient {
        name: person.name.clone().unwrap_or_default(),
        title: person.title.clone().unwrap_or_default(),
        unit: tree.get(&person.unit).map_or_else(|| person.unit.clone(), |unit| unit.name.clone()),
        address: person.address.clone().unwrap_or_default(),
    }
}

fn letter(app: &App, tree: &UnitTree, person: &Person, made: &Made) -> Letter {
    Letter {
        to: recipient(tree, person),
        url: address::link(&app.config.base_url, &made.token),
        code: made.code.clone(),
    }
}

/// What letters say beside names, gathered before anything is changed.
struct Words {
    lang: Lang,
    campaign: String,
    sender: String,
    contact: String,
    until: String,
    minutes: u32,
    several: bool,
    days: u32,
    followed: bool,
    where_to_type: String,
    demonstration: bool,
    logo: Option<Vec<u8>>,
}

impl Words {
    async fn gather(app: &App, lang: Lang, around: &Around) -> Result<Self, StoreError> {
        let mut db = app.store.read().await?;
        let campaign = &around.stored.campaign;
        let notice = campaign.notice.as_ref();
        Ok(Self {
            lang,
            campaign: lang.pick(&campaign.title).to_owned(),
            sender: courtesy::sender(lang, notice),
            contact: courtesy::contact(notice),
            until: courtesy::until(lang, campaign.closes),
            minutes: ready::load(&mut db, around.stored.clone()).await?.questionnaire.minutes,
            several: !around.raters.is_empty(),
            days: campaign.list_days(),
            followed: follow_up::is_followed(&mut db, around.stored.number).await?,
            where_to_type: format!("{}{}", app.config.base_url, FormPath),
            demonstration: campaign.demonstration,
            logo: pictures::get(&mut db, pictures::LOGO).await?,
        })
    }

    fn pdf(&self, templates: &Templates, letters: Vec<Letter>) -> Result<Vec<u8>, PdfError> {
        let all = Letters {
            lang: self.lang,
            campaign: &self.campaign,
            sender: &self.sender,
            contact: &self.contact,
            until: &self.until,
            minutes: self.minutes,
            several: self.several,
            days: self.days,
            followed: self.followed,
            where_to_type: &self.where_to_type,
            demonstration: self.demonstration,
            logo: self.logo.as_deref(),
        };
        all.pdf(templates, &letters)
    }
}

/// The list of links as a table.
fn table(
    app: &App,
    lang: Lang,
    around: &Around,
    rows: &[(&Person, &Made)],
    what: What,
) -> Result<Response, No> {
    let m = lang.messages();
    let headings = vec![
        fl!(m, "lists-links-code"),
        fl!(m, "lists-name"),
        fl!(m, "lists-title"),
        fl!(m, "admin-unit"),
        fl!(m, "lists-email"),
        fl!(m, "lists-address"),
        fl!(m, "lists-links-link"),
        fl!(m, "lists-links-short"),
    ];
    let or = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut table = vec![headings];
    table.extend(rows.iter().map(|(person, made)| {
        let to = recipient(&around.tree, person);
        vec![
            person.code.clone(),
            to.name,
            to.title,
            to.unit,
            or(&person.email),
            to.address,
            address::link(&app.config.base_url, &made.token),
            short_code::printed(&made.code),
        ]
    }));
    if what == What::Csv {
        for row in &mut table {
            for cell in row {
                *cell = guard::cell(cell).into_owned();
            }
        }
        return Ok(to_keep(tabular::write(table.iter().map(Vec::as_slice)), export::CSV, "lien-ket.csv"));
    }
    let help = [[fl!(m, "lists-links-link"), fl!(m, "lists-links-once")]];
    let book = workbook::list(&fl!(m, "lists-sheet"), &table, &fl!(m, "desk-units-sheet-help"), &help);
    let book = book.map_err(|error| {
        tracing::error!(%error, "the workbook could not be written");
        No::Failed
    })?;
    Ok(to_keep(book, export::XLSX, "lien-ket.xlsx"))
}

/// Address labels of those who are chosen: no links, so that they may be printed as often as needed.
pub async fn labels(
    path: LabelsPath,
    _: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Query(chose): Query<Chosen>,
) -> Response {
    let lang = wanted.language();
    let around = match Around::load(&app, &path.slug).await {
        Ok(Some(around)) => around,
        Ok(None) => return error::page(lang, Kind::Unknown),
        Err(error) => return error::of_store(&error, lang),
    };
    let people = match people(&app, around.stored.number).await {
        Ok(people) => chosen(&people, &around.tree, chose.who.as_deref().unwrap_or("letter")),
        Err(error) => return error::of_store(&error, lang),
    };
    if people.is_empty() {
        return error::page(lang, Kind::Words { words: &fl!(lang.messages(), "lists-links-nobody") });
    }
    let to: Vec<Recipient> = people.iter().map(|person| recipient(&around.tree, person)).collect();
    let title = lang.pick(&around.stored.campaign.title).to_owned();
    printing::set(&app, lang, "nhan-dia-chi", move |templates| letters::labels(templates, lang, &title, &to))
        .await
}
