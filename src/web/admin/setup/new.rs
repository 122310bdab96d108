//! A new campaign: first its questionnaire is chosen, then its settings are given. It begins as a draft.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use jiff::civil::Date;
use serde::Deserialize;

use super::{CELLS, Trouble, changed, desk, page, refused, sheet, shown};
use crate::{
    apply::desk::{KioskCode, NotDone, Wanted},
    clock,
    language::Lang,
    organisation::{Campaign, Notice, Period},
    store::{StoreError, campaigns, periods, units},
    web::{
        app::App,
        auth::session::Staff,
        error,
        form::{self, Fields},
        middleware::headers::Needs,
        posted::Posted,
        respond::answer::Wanted as Language,
        typed,
        views::admin::{
            form::{Fault, Form},
            setup::settings::{self as view, Sheet, Way},
        },
    },
};

/// A new campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/new")]
pub struct NewPath;

/// The part of the address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    /// The form chosen: `sipas/2026.1/counter`.
    pub form: Option<String>,
}

/// Shows the questionnaires to choose from, or the settings for the one that was chosen.
pub async fn show(
    _: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Query(chosen): Query<Chosen>,
) -> Response {
    let lang = wanted.language();
    let name = chosen.form.unwrap_or_default();
    if sheet::offer(lang, &app.shelf.library(), &name).is_none() {
        let offers = sheet::offers(lang, &app.shelf.library(), "");
        let names = async { units::names(&mut app.store.read().await?).await }.await;
        return match names {
            Ok(names) => {
                let page = view::choose(lang, &staff, &offers, !names.is_empty());
                error::html(StatusCode::OK, page.into_string())
            }
            Err(error) => error::of_store(&error, lang),
        };
    }
    framing(page(settings(&app, &staff, lang, &name, None).await.map(Some), lang))
}

/// The settings for a chosen form: as they begin, or as they were sent with what is wrong.
async fn settings(
    app: &App,
    staff: &Staff,
    lang: Lang,
    name: &str,
    sent: Option<(&Fields, &[Fault])>,
) -> Result<String, StoreError> {
    let mut db = app.store.read().await?;
    let all = campaigns::all(&mut db).await?;
    let due_day = periods::due_day(&mut db).await?;
    drop(db);
    let others: Vec<&Campaign> = all.iter().map(|stored| &stored.campaign).collect();
    let offer = sheet::offer(lang, &app.shelf.library(), name);
    let at_counters = offer.as_ref().is_some_and(|offer| offer.at_counters);
    let asked = offer.as_ref().filter(|offer| !offer.at_counters).map(|offer| offer.title.as_str());
    let today = clock::date(clock::day(app.clock.now()));
    let proposed = today.map(|today| Proposed::of(today, due_day, asked));
    let of = |field: fn(&Proposed) -> &String| proposed.as_ref().map(field).cloned().unwrap_or_default();
    // Two campaigns of one name are told apart by nobody: the second one of a quarter gets its own.
    let title = of(|proposed| &proposed.example);
    let taken = others.iter().any(|other| Lang::VI.pick(&other.title) == title);
    let begun = Campaign { notice: known(&others, !at_counters), ..sheet::blank() };
    let begun = sheet::fields(&begun)
        .with("form", name)
        .with("title.vi", if taken { "" } else { &title })
        .with("opens.day", &of(|proposed| &proposed.opens))
        .with("opens.time", "00:00")
        .with("closes.day", &of(|proposed| &proposed.closes))
        .with("closes.time", "24:00");
    let begun = spoken(begun, offer.as_ref());
    let first = !begun.has("notice.purpose.vi") || begun.one("notice.purpose.vi").is_some_and(str::is_empty);
    let begun = if first && at_counters { usual(begun) } else { begun };
    let (values, faults) = sent.unwrap_or((&begun, &[]));
    let action = NewPath.to_string();
    Ok(view::page(&Sheet {
        lang,
        staff,
        form: Form { faults, ..Form::new(lang, values) },
        offer: offer.as_ref(),
        others: &others,
        action: &action,
        base: None,
        has_kiosk_code: false,
        mend: None,
        proposed: proposed.as_ref(),
        way: Way::New,
    })
    .into_string())
}

/// What is proposed for a new campaign, as its page says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// A title: of what is asked, if it is not the usual thing, and when.
    pub example: String,
    /// First day.
    pub opens: String,
    /// Last day.
    pub closes: String,
    /// The quarter that it is for.
    pub period: Period,
    /// The day on which that quarter's report is due, the reason for the last day.
    pub due: String,
}

impl Proposed {
    /// For `today`, where reports are due on `due_day`; titles are in Vietnamese, as everybody reads them.
    fn of(today: Date, due_day: i8, asked: Option<&str>) -> Self {
        let (first, last) = Period::proposed(today, due_day);
        let period = Period::quarter_of(last);
        let (m, name) = (Lang::VI.messages(), period.name(Lang::VI));
        Self {
            example: match asked {
                Some(title) => fl!(m, "period-title", questionnaire = title, period = name),
                None => fl!(m, "new-title", period = name),
            },
            opens: typed::day_text(first),
            closes: typed::day_text(last),
            period,
            due: typed::day_text(period.due(due_day)),
        }
    }
}

/// What a new campaign tells people, as earlier ones of its kind did, the latest first: who asks and by which law is the same
/// from one to the next. Of those of the other kind only who asks, and where to ask back; nothing is made up.
fn known(others: &[&Campaign], by_link: bool) -> Option<Notice> {
    let (same, other): (Vec<&Campaign>, Vec<&Campaign>) =
        others.iter().partition(|campaign| campaign.by_link == by_link);
    let who = |notice: &Notice| Notice {
        responsible: notice.responsible.clone(),
        address: notice.address.clone(),
        email: notice.email.clone(),
        phone: notice.phone.clone(),
        ..Notice::default()
    };
    let same = same.into_iter().filter_map(|campaign| campaign.notice.clone());
    let other = other.into_iter().filter_map(|campaign| campaign.notice.as_ref().map(who));
    let known = same.chain(other).fold(Notice::default(), |known, earlier| known.or(&earlier));
    (known != Notice::default()).then_some(known)
}

/// The languages that are ticked to begin with: those that a province has translated for its own people. English is every
/// questionnaire's, and asks for a title and a notice in it: whoever wants that ticks it.
fn spoken(begun: Fields, offer: Option<&sheet::Offer>) -> Fields {
    let Some((_, more)) = offer.and_then(|offer| offer.languages.split_first()) else { return begun };
    let ticked = more.iter().filter(|code| *code != "en").map(|code| ("languages", code.as_str()));
    let pairs: Vec<(&str, &str)> = begun.iter().chain([("speaks", "")]).chain(ticked).collect();
    Fields::of(pairs)
}

/// How long forms of counters are kept where nobody has decided otherwise, in months: what questionnaires say of themselves.
const MONTHS: &str = "24";

/// What a province would write into its first notice, to be changed where it does not hold.
fn usual(begun: Fields) -> Fields {
    let purpose = |lang: Lang| fl!(lang.messages(), "desk-notice-purpose-begin", unit = "{unit}");
    let kept = begun.one("notice.keep_answers_months").filter(|months| !months.is_empty());
    let months = kept.unwrap_or(MONTHS).to_owned();
    begun
        .with("notice.purpose.vi", &purpose(Lang::VI))
        .with("notice.purpose.en", &purpose(Lang::EN))
        .with("notice.keep_answers_months", &months)
}

/// Makes the campaign and leads to its next step.
pub async fn submit(
    _: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    match make(&app, &staff, lang, &fields).await {
        Ok(slug) => {
            let name = fields.one("form").unwrap_or_default();
            let offer = sheet::offer(lang, &app.shelf.library(), name);
            let (next, done) = match offer {
                Some(offer) if !offer.at_counters => ("raters", "made-by-link"),
                // Numbers of cases may come at any time, and that page leads to them; without counters nobody answers.
                _ => ("counters/add", "made-counters"),
            };
            changed(&app, &format!("/admin/campaigns/{slug}/{next}"), lang, done, None).await
        }
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            let faults = shown(faults);
            let name = fields.one("form").unwrap_or_default();
            match settings(&app, &staff, lang, name, Some((&fields, &faults))).await {
                Ok(page) => framing(error::html(StatusCode::UNPROCESSABLE_ENTITY, page)),
                Err(error) => error::of_store(&error, lang),
            }
        }
        Err(Trouble::NotDone(NotDone::Store(error))) => error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown) | Trouble::Meanwhile(_)) => {
            error::page(lang, crate::web::views::message::Kind::Unknown)
        }
    }
}

async fn make(app: &App, staff: &Staff, lang: Lang, fields: &Fields) -> Result<String, Trouble> {
    let store = |error| Trouble::NotDone(NotDone::Store(error));
    let all = async { campaigns::all(&mut app.store.read().await?).await }.await.map_err(store)?;
    let taken: Vec<&str> = all.iter().map(|stored| stored.campaign.slug.as_str()).collect();
    let mut campaign = sheet::blank();
    let mut faults = sheet::read(lang, fields, &mut campaign);
    sheet::slug(lang, &mut campaign, &taken, &mut faults);
    if !faults.is_empty() {
        return Err(refused(faults));
    }
    let slug = campaign.slug.clone();
    let kiosk_code = match sheet::kiosk_code(fields) {
        KioskCode::Set(code) => KioskCode::Set(code),
        KioskCode::Keep | KioskCode::Remove => KioskCode::Remove,
    };
    let mut wanted = Wanted::new(campaign);
    wanted.kiosk_code = kiosk_code;
    desk(app, staff, lang).create(wanted).await?;
    Ok(slug)
}

/// The page has the questionnaire in a frame.
pub fn framing(mut response: Response) -> Response {
    response.extensions_mut().insert(Needs::Frame);
    response
}
