//! A personal link whose person judges several units: a list of them, one after the other by its form, and all answers
//! sent together at the end. Each step is a form that carries what was answered so far ([`Kept`]); the server keeps
//! nothing until the last one (B-11), and then everything in one transaction.

use axum::{http::StatusCode, response::Response};
use i18n_embed_fl::fl;

use super::{
    about, answer,
    link::{FormPath, LinkPath, Opened, closed_or_used, finish},
};
use crate::{
    language::Lang,
    organisation::{Channel, Mode},
    questionnaire::{Answers, Invalid, Questionnaire, sitting::Kept},
    secret,
    store::{
        StoreError,
        responses::{self, Sheet},
    },
    web::{
        app::App,
        coding::Taken,
        error,
        form::{BadForm, Fields},
        views::{
            components::Places,
            notice::Facts,
            questionnaire::Page,
            sitting::{self, Judged, Step},
        },
    },
};

/// Field with what was answered about the units so far.
const KEPT: &str = "_kept";
/// Field with the unit that the page asks about.
const UNIT: &str = "_unit";
/// Field with what the pressed button asks for.
const GO: &str = "_go";

/// Where a button leads.
enum Go<'f> {
    /// To the list of units.
    List,
    /// To the next unit that nothing is kept about.
    Next,
    /// To the list, with nothing kept about the unit.
    Skip,
    /// To this unit.
    Unit(&'f str),
    /// To the end, which asks once where units are left out.
    Send,
    /// To the end: everything is stored, some units left out knowingly. What a form without a pressed button asks for, as
    /// clients of their own send it.
    SendSome,
}

impl<'f> Go<'f> {
    fn read(fields: &'f Fields) -> Option<Self> {
        match fields.one(GO) {
            None if fields.has(GO) => None,
            None | Some("send-some") => Some(Self::SendSome),
            Some("send") => Some(Self::Send),
            Some("list") => Some(Self::List),
            Some("next") => Some(Self::Next),
            Some("skip") => Some(Self::Skip),
            Some(other) => other.strip_prefix("unit:").map(Go::Unit),
        }
    }
}

/// The list of units, with nothing answered.
pub fn begin(app: &App, link: &Opened, lang: Lang, taken: Taken) -> Response {
    let key = answer::same_or_new(&Fields::default());
    let page = draw(app, link, lang, &key, &Kept::default(), &Step::List { empty: false });
    answer::packed(page, taken)
}

/// One step; `None` if the campaign changed meanwhile.
pub async fn step(
    app: &App,
    link: &Opened,
    lang: Lang,
    fields: &Fields,
) -> Result<Option<Response>, StoreError> {
    let malformed = || Ok(Some(error::of_form(BadForm::Malformed, lang)));
    let Some(go) = Go::read(fields) else { return malformed() };
    let Some(mut kept) = Kept::read(fields.one(KEPT).unwrap_or_default()) else { return malformed() };
    let key = answer::same_or_new(fields);
    let judged = link.judged();
    let own = [answer::SUBMISSION, answer::CAMPAIGN, answer::TOKEN, answer::LANG, KEPT, UNIT, GO];
    let given = || fields.iter().filter(|(name, _)| !own.contains(name));
    let asked = fields.one(UNIT).and_then(|unit| judged.iter().position(|judged| judged.unit == unit));
    let wrong = |at: usize, kept: &Kept, invalid: &Invalid| {
        let step = Step::Unit { at, answers: invalid };
        let page = || error::html(StatusCode::UNPROCESSABLE_ENTITY, draw(app, link, lang, &key, kept, &step));
        Ok(Some(closed_or_used(app, link, lang, Some(fields)).unwrap_or_else(page)))
    };
    if let Some(at) = asked {
        let Judged { unit, form, .. } = judged[at];
        let answered = given().any(|(name, value)| form.position(name).is_some() && !value.trim().is_empty());
        if matches!(go, Go::Skip) || !answered {
            kept.forget(unit);
        } else {
            if let Err(invalid) = Answers::parse(form, given()) {
                return wrong(at, &kept, &invalid);
            }
            kept.put(unit, form, given());
        }
    }
    if !matches!(go, Go::Send | Go::SendSome) {
        let after = asked.map_or(0, |at| at + 1);
        let next = || {
            let order = (after..judged.len()).chain(0..after);
            order.filter(|at| Some(*at) != asked).find(|at| !kept.has(judged[*at].unit))
        };
        let at = match go {
            Go::Unit(unit) => judged.iter().position(|judged| judged.unit == unit),
            Go::Next => next(),
            Go::List | Go::Skip | Go::Send | Go::SendSome => None,
        };
        let shown = at.map(|at| shown(kept.fields(judged[at].unit, judged[at].form)));
        let step = match (at, &shown) {
            (Some(at), Some(shown)) => Step::Unit { at, answers: shown },
            _ => Step::List { empty: false },
        };
        let page = || error::html(StatusCode::OK, draw(app, link, lang, &key, &kept, &step));
        return Ok(Some(closed_or_used(app, link, lang, Some(fields)).unwrap_or_else(page)));
    }
    let Some(submission) = answer::submission(fields) else {
        let page = || {
            let page = draw(app, link, lang, &key, &kept, &Step::List { empty: false });
            error::html(StatusCode::UNPROCESSABLE_ENTITY, page)
        };
        return Ok(Some(closed_or_used(app, link, lang, Some(fields)).unwrap_or_else(page)));
    };
    let done = judged.iter().filter(|judged| kept.has(judged.unit)).count();
    if matches!(go, Go::Send) && (1..judged.len()).contains(&done) {
        let page = || error::html(StatusCode::OK, draw(app, link, lang, &key, &kept, &Step::Sure));
        return Ok(Some(closed_or_used(app, link, lang, Some(fields)).unwrap_or_else(page)));
    }
    let mut sheets = Vec::new();
    for (at, Judged { unit, form, .. }) in judged.iter().enumerate() {
        if !kept.has(unit) {
            continue;
        }
        match Answers::parse(form, kept.fields(unit, form)) {
            Ok(answers) => {
                let key = sheets.is_empty().then_some(&submission);
                sheets.push(sheet(app, link, lang, &judged[at], &answers, key));
            }
            Err(invalid) => return wrong(at, &kept, &invalid),
        }
    }
    if sheets.is_empty() {
        let page = || {
            let page = draw(app, link, lang, &key, &kept, &Step::List { empty: true });
            error::html(StatusCode::UNPROCESSABLE_ENTITY, page)
        };
        return Ok(Some(closed_or_used(app, link, lang, Some(fields)).unwrap_or_else(page)));
    }
    finish(app, link, lang, &sheets, fields).await
}

/// Values to show again, without complaint.
fn shown(fields: Vec<(&str, &str)>) -> Invalid {
    let mut shown = Invalid::default();
    for (name, value) in fields {
        shown.sent.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    shown
}

/// A sheet about one unit. Only one sheet of a sitting has an id that the form's key leads to, so that nobody who has the
/// key and the server's finds the others by it.
fn sheet(
    app: &App,
    link: &Opened,
    lang: Lang,
    judged: &Judged<'_>,
    answers: &Answers,
    submission: Option<&String>,
) -> Sheet {
    let stored = &link.ready.stored;
    Sheet {
        id: submission.map_or_else(secret::random, |key| responses::sheet_id(&app.key, stored.number, key)),
        campaign: stored.number,
        revision: link.revision,
        // Looked up with the link, in the transaction.
        place: 0,
        definition: stored.definition,
        channel: Channel::Link,
        mode: Mode::Unknown,
        language: lang.code().to_owned(),
        answers: answers.pack(judged.form),
        texts: answer::texts(judged.form, answers),
        unit: judged.unit.to_owned(),
    }
}

fn draw(app: &App, link: &Opened, lang: Lang, submission: &str, kept: &Kept, step: &Step<'_>) -> String {
    let campaign = &link.ready.stored.campaign;
    let judged = link.judged();
    let same = judged.first().filter(|first| judged.iter().all(|other| other.form.form == first.form.form));
    let form: &Questionnaire = match step {
        Step::Unit { at, .. } => judged[*at].form,
        // What several forms ask together has no words of its own: those of the questionnaire hold for all of them.
        Step::List { .. } | Step::Sure => same.map_or(&link.ready.questionnaire, |first| first.form),
    };
    // Where all of them are meant, no single one is named, least of all the person's own.
    let all = fl!(lang.messages(), "sitting-all-units");
    let unit = match step {
        Step::Unit { at, .. } => judged[*at].name,
        Step::List { .. } | Step::Sure => &all,
    };
    let path = LinkPath { token: link.token.clone() }.to_string();
    let links = answer::links_of(&link.ready.questionnaire, &path);
    let links: Vec<(Lang, &str)> = links.iter().map(|(other, href)| (*other, href.as_str())).collect();
    let details = about::LinkAboutPath { slug: campaign.slug.clone() }.to_string();
    let places = Places { unit, counter: None, year: answer::year(campaign) };
    let page = Page {
        lang,
        questionnaire: form,
        heading: lang.pick(&campaign.title),
        places,
        action: &answer::in_language(&FormPath.to_string(), lang),
        campaign: &campaign.slug,
        submission,
        token: Some(&link.token),
        facts: Facts { questionnaire: form, ..about::facts(&link.ready, lang, places, Channel::Link) },
        details: &answer::in_language(&details, lang),
        // Answers on their way would be lost by another language's page.
        language_links: if matches!(step, Step::List { .. }) && kept.is_empty() { &links } else { &[] },
        audio: app.sounds.of(&form.id, &form.version, lang.code()),
        drafts: Some(&link.drafts(&app.key)),
        answers: match step {
            Step::Unit { answers, .. } => Some(answers),
            Step::List { .. } | Step::Sure => None,
        },
    };
    sitting::page(&page, &judged, kept, step).into_string()
}
