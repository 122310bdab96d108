//! One invited person: added, or corrected.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{Around, at_counters, list_of, only_by_link};
use crate::{
    apply::desk::{Fault, NotDone, Wanted},
    language::Lang,
    organisation::{
        Person,
        invited::free_code,
        person::{email_key, name_key},
        text,
    },
    store::{StoreError, invitations},
    web::{
        admin::setup::{self, Trouble, refused},
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{Changed, meanwhile},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault as Shown, Form},
                invited::person::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// Adding a person.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/them", rejection(NotFound))]
pub struct NewPath {
    /// The campaign's slug.
    pub slug: String,
}

/// A person of a list.
#[derive(Debug, Clone, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/nguoi-duoc-moi/nguoi/{code}", rejection(NotFound))]
pub struct PersonPath {
    /// The campaign's slug.
    pub slug: String,
    /// The list's code of the person.
    pub code: String,
}

/// What was sent and is shown again.
#[derive(Debug, Default)]
struct Sent {
    fields: Option<Fields>,
    faults: Vec<Shown>,
    changed: Vec<Changed>,
}

fn fields(person: &Person) -> Fields {
    let or = |value: &Option<String>| value.clone().unwrap_or_default();
    Fields::of([
        ("name", or(&person.name)),
        ("title", or(&person.title)),
        ("unit", person.unit.clone()),
        ("group", or(&person.group)),
        ("email", or(&person.email)),
        ("address", or(&person.address)),
    ])
}

/// Asks who is added.
pub async fn new(
    path: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    if let Some(list) = at_counters(&app, &path.slug, lang).await {
        return list;
    }
    setup::page(page(&app, &staff, lang, &path.slug, None, &Sent::default()).await, lang)
}

/// Shows a person.
pub async fn show(
    path: PersonPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    setup::page(page(&app, &staff, lang, &path.slug, Some(&path.code), &Sent::default()).await, lang)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    code: Option<&str>,
    sent: &Sent,
) -> Result<Option<String>, StoreError> {
    let Some(around) = Around::load(app, slug).await? else { return Ok(None) };
    let invited = invitations::of_campaign(&mut app.store.read().await?, around.stored.number).await?;
    let known = match code {
        None => None,
        Some(code) => match invited.iter().find(|it| it.code == code) {
            Some(known) => Some(known),
            None => return Ok(None),
        },
    };
    let base = known.map(|known| fields(&known.person()));
    let blank = Fields::default();
    let phase = around.stored.campaign.phase(app.clock.now());
    let page = Page {
        lang,
        staff,
        campaign: &around.stored.campaign,
        phase,
        form: Form {
            lang,
            values: sent.fields.as_ref().or(base.as_ref()).unwrap_or(&blank),
            faults: &sent.faults,
            changed: &sent.changed,
        },
        base: base.as_ref(),
        code,
        fixed: known.is_some_and(|known| known.bound) && view::begun(phase),
        tree: &around.tree,
        raters: &around.raters,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// The person that the fields say.
fn typed(lang: Lang, sent: &Fields, code: &str, before: Option<&Person>) -> Result<Person, Trouble> {
    let given = |name: &str| Some(text::line(sent.one(name)?)).filter(|text| !text.is_empty());
    let mut faults = Vec::new();
    let name = given("name");
    if name.is_none() {
        faults.push(Fault::new("name", fl!(lang.messages(), "lists-name-missing")));
    }
    // A field that is only shown is not sent.
    let unit = given("unit").or_else(|| before.map(|person| person.unit.clone()));
    if unit.is_none() {
        faults.push(Fault::new("unit", fl!(lang.messages(), "lists-unit-missing")));
    }
    let group =
        if sent.has("group") { given("group") } else { before.and_then(|person| person.group.clone()) };
    let (Some(unit), true) = (unit, faults.is_empty()) else { return Err(refused(faults)) };
    Ok(Person {
        code: code.to_owned(),
        unit,
        group,
        name,
        title: given("title"),
        email: given("email"),
        address: given("address"),
    })
}

/// Refuses a person who is on the list already.
fn check_twice(lang: Lang, wanted: &Wanted, person: &Person) -> Result<(), Trouble> {
    let m = lang.messages();
    let others = || wanted.people.iter().filter(|other| other.code != person.code);
    let email = person.email.as_ref().map(|email| email_key(email));
    let same_email =
        others().find(|other| email.is_some() && other.email.as_ref().map(|it| email_key(it)) == email);
    if let Some(other) = same_email {
        let name = other.name.clone().unwrap_or_default();
        let shown = person.email.clone().unwrap_or_default();
        let words = fl!(m, "lists-email-taken", email = shown, code = other.code.as_str(), name = name);
        return Err(refused(vec![Fault::new("email", words)]));
    }
    let key = person.name.as_ref().map(|name| name_key(name));
    let same = others().find(|other| {
        other.unit == person.unit
            && key.is_some()
            && other.name.as_ref().map(|name| name_key(name)) == key
            // Two addresses: two persons of one name.
            && (email.is_none() || other.email.is_none())
    });
    match same {
        None => Ok(()),
        Some(other) => {
            let name = other.name.clone().unwrap_or_default();
            let words = fl!(m, "lists-person-there", name = name, code = other.code.as_str());
            Err(refused(vec![Fault::new("name", words)]))
        }
    }
}

/// Adds a person.
pub async fn add(
    path: NewPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(sent): Posted<{ form::DESK }, { setup::CELLS }>,
) -> Response {
    let lang = wanted.language();
    let outcome = setup::desk(&app, &staff, lang)
        .edit(&path.slug, |campaign, _| {
            only_by_link(lang, &campaign.campaign)?;
            let mut person = typed(lang, &sent, "", None)?;
            let mut taken = campaign.people.iter().map(|other| other.code.clone()).collect();
            person.code = free_code(&person.unit, &mut taken);
            check_twice(lang, campaign, &person)?;
            campaign.people.push(person);
            Ok(())
        })
        .await;
    finish(&app, &staff, lang, &path.slug, None, sent, outcome).await
}

/// Corrects a person.
pub async fn change(
    path: PersonPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(sent): Posted<{ form::DESK }, { setup::CELLS }>,
) -> Response {
    let lang = wanted.language();
    let outcome = setup::desk(&app, &staff, lang)
        .edit(&path.slug, |campaign, _| {
            let at = campaign.people.iter().position(|person| person.code == path.code);
            let Some(before) = at.and_then(|at| campaign.people.get(at)).cloned() else {
                return Err(Trouble::NotDone(NotDone::Unknown));
            };
            if let Some(meanwhile) = meanwhile(&sent, &fields(&before)) {
                return Err(Trouble::Meanwhile(meanwhile));
            }
            let person = typed(lang, &sent, &path.code, Some(&before))?;
            if person.name != before.name || person.email != before.email || person.unit != before.unit {
                check_twice(lang, campaign, &person)?;
            }
            if let Some(place) = at.and_then(|at| campaign.people.get_mut(at)) {
                *place = person;
            }
            Ok(())
        })
        .await;
    finish(&app, &staff, lang, &path.slug, Some(&path.code), sent, outcome).await
}

async fn finish(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    code: Option<&str>,
    sent: Fields,
    outcome: Result<(), Trouble>,
) -> Response {
    let (status, sent) = match outcome {
        Ok(()) => return setup::changed(app, &list_of(slug), lang, "person", None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            // A fault of the person stands at the field of that name.
            let faults = faults.into_iter().map(|fault| {
                let part = fault.field.strip_prefix("invited.").and_then(|rest| rest.rsplit_once('.'));
                let field = part.map_or(fault.field.as_str(), |(_, part)| part).to_owned();
                Fault { field: if field == "code" { String::new() } else { field }, words: fault.words }
            });
            let faults = setup::shown(faults.collect());
            (StatusCode::UNPROCESSABLE_ENTITY, Sent { fields: Some(sent), faults, ..Sent::default() })
        }
        Err(Trouble::Meanwhile(meanwhile)) => (
            StatusCode::CONFLICT,
            Sent { fields: Some(meanwhile.fields), changed: meanwhile.changed, ..Sent::default() },
        ),
        Err(Trouble::NotDone(NotDone::Store(error))) => return error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown)) => return error::page(lang, Kind::Unknown),
    };
    error::found(status, page(app, staff, lang, slug, code, &sent).await, lang)
}
