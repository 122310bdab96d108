//! `/m/{token}`: the personal link of an invited person. Opening it changes nothing; only complete answers use it up.
//!
//! The form carries the token in its body and posts to `/m`, so that no address after the first one holds it (security
//! test A-15).

use std::sync::Arc;

use axum::{
    extract::{Extension, Query, Request, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{
    about,
    answer::{self, Wanted},
    code, newer, sitting,
};
use crate::{
    language::Lang,
    organisation::{Channel, Mode, Rater},
    questionnaire::{Invalid, Questionnaire},
    secret::{Key, hex},
    store::{
        StoreError, invitations,
        ready::Ready,
        responses::Sheet,
        units,
        urn::{self, Outcome},
    },
    web::{
        app::App,
        coding::Taken,
        error::{self, NotFound},
        form::{self, Fields},
        middleware::peer::{self, Peer},
        views::{
            components::Places,
            message::Kind,
            newer::LINK,
            notice::Facts,
            questionnaire::{self, Page},
            sitting::Judged,
        },
    },
};

/// A personal link.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/m/{token}", rejection(NotFound))]
pub struct LinkPath {
    /// The token.
    pub token: String,
}

/// Where the form of a personal link goes.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/m", rejection(NotFound))]
pub struct FormPath;

/// The thank-you page of personal links.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/m/cam-on", rejection(NotFound))]
pub struct ThanksPath;

/// What a token leads to.
pub struct Opened {
    /// The token.
    pub token: String,
    hash: [u8; 32],
    /// The list's code of the person.
    person: String,
    /// Its campaign.
    pub ready: Arc<Ready>,
    /// The revision that all of it was read at.
    pub revision: i64,
    /// The unit that is asked about: the person's own, or the only one that the person judges.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// Group and own unit of a person who judges units.
    rater: Option<Rater>,
    used: bool,
    /// A newer link took its place.
    ended: bool,
}

impl Opened {
    /// The units that the person judges; none where the campaign has no groups of raters.
    pub fn judged(&self) -> Vec<Judged<'_>> {
        let (Some(judging), Some(rater)) = (&self.ready.judging, &self.rater) else { return Vec::new() };
        let judged = judging.judged_by(rater).into_iter();
        judged.map(|(assigned, form, name)| Judged { unit: &assigned.unit, name, form }).collect()
    }

    /// The form that a person is asked who answers about one thing.
    fn form(&self, app: &App, key: &str) -> &Questionnaire {
        match self.judged().as_slice() {
            [one] => one.form,
            _ => answer::form(app, &self.ready, key).1,
        }
    }

    /// The name under which a device may keep what is not sent yet; it leads to nobody. It stays the same for a person, so
    /// that the link of a reminder finds what was begun with the first one.
    pub fn drafts(&self, key: &Key) -> String {
        let campaign = self.ready.stored.number.to_be_bytes();
        hex(&key.id("draft", &[&campaign, self.person.as_bytes()]))
    }
}

/// A token as typed from a letter or as a mail program left it: case, the letters that look like digits, and whatever is
/// neither letter nor digit (dashes, blanks of a wrapped line, a full stop or bracket behind) do not matter.
pub fn normal(token: &str) -> String {
    token
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        })
        .collect()
}

/// Looks a token up. Unknown and malformed tokens take the same way, so that nothing tells them apart.
async fn open(app: &App, token: &str) -> Result<Option<Opened>, StoreError> {
    let token = normal(token);
    let hash = code::opened(&app.key, &token).unwrap_or_else(|| invitations::token_hash(&app.key, &token));
    let mut db = app.store.read().await?;
    let Some(link) = invitations::find(&mut db, &hash).await? else { return Ok(None) };
    let mut unit_name = units::name(&mut db, &link.unit).await?.unwrap_or_default();
    drop(db);
    let Some((ready, revision)) = app.catalogue.campaign(link.campaign).await? else { return Ok(None) };
    let mut unit = link.unit;
    let rater = link.rater_group.map(|group| Rater { group, unit: unit.clone() });
    if let (Some(judging), Some(rater)) = (&ready.judging, &rater)
        && let [(assigned, _, name)] = judging.judged_by(rater).as_slice()
    {
        (unit, unit_name) = (assigned.unit.clone(), (*name).to_owned());
    }
    let (person, used, ended) = (link.code, link.used, link.ended);
    Ok(Some(Opened { token, hash, person, ready, revision, unit, unit_name, rater, used, ended }))
}

/// Shows the questionnaire of a link, or says why there is none.
pub async fn show(
    path: LinkPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Response {
    let lang = wanted.language_of_respondent();
    match open(&app, &path.token).await {
        Err(error) => error::of_store(&error, lang),
        Ok(None) => unknown(lang),
        Ok(Some(link)) => {
            let lang = answer::offered(lang, &link.ready.questionnaire);
            closed_or_used(&app, &link, lang, None).unwrap_or_else(|| {
                if link.judged().len() > 1 {
                    return sitting::begin(&app, &link, lang, Taken::by(&headers));
                }
                let key = answer::same_or_new(&Fields::default());
                let form = link.form(&app, &key);
                answer::packed(page(&app, &link, form, lang, &key, None), Taken::by(&headers))
            })
        }
    }
}

/// Stores the answers of a form posted to the link itself.
pub async fn submit(
    path: LinkPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language_of_respondent();
    let (parts, body) = request.into_parts();
    match Fields::read(&parts.headers, body, form::ANSWERS).await {
        Ok(fields) => store(&app, Some(&path.token), lang, fields, false).await,
        Err(bad) => error::of_form(bad, lang),
    }
}

/// Asks for the short code of a letter.
pub async fn ask(_: FormPath, Query(wanted): Query<Wanted>) -> Response {
    code::ask(wanted.language_of_respondent())
}

/// Stores the answers of a form that carries its token, or leads from a short code to its page.
pub async fn submit_form(
    _: FormPath,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    Extension(Peer(peer)): Extension<Peer>,
    request: Request,
) -> Response {
    let lang = wanted.language_of_respondent();
    let (parts, body) = request.into_parts();
    let fields = match Fields::read(&parts.headers, body, form::ANSWERS).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    if fields.has(code::CODE) && !fields.has(answer::TOKEN) {
        let address = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
        return code::enter(&app, lang, address, &fields).await;
    }
    if fields.has(LINK) {
        let address = peer::client(peer, &parts.headers, &app.config.trusted_proxies);
        return match newer::token(&app, lang, address, &fields).await {
            Ok(token) => {
                store(&app, None, lang, fields.without(LINK).with(answer::TOKEN, &token), true).await
            }
            Err(page) => page,
        };
    }
    store(&app, None, lang, fields, false).await
}

/// Stores a form. `again`: it was sent once before to an older link, and must not be lost if this one is none.
async fn store(app: &App, path: Option<&str>, lang: Lang, fields: Fields, again: bool) -> Response {
    let sent = fields.one(answer::TOKEN);
    let token = match (path, sent) {
        // A form made for one link and sent to another one is nobody's.
        (Some(path), Some(sent)) if normal(path) != normal(sent) => return unknown(lang),
        (Some(token), _) | (None, Some(token)) => token,
        (None, None) => return unknown(lang),
    };
    for _ in 0..answer::TRIES {
        match attempt(app, token, &fields, lang).await {
            Ok(Some(response)) if again && response.status() == StatusCode::NOT_FOUND => {
                return newer::unknown(lang, &fields);
            }
            Ok(Some(response)) => return response,
            Ok(None) => {}
            Err(error) => {
                tracing::error!(%error, "answers by personal link could not be stored");
                break;
            }
        }
        // The campaign changed since it was read: drop what is held and read all of it again.
        if let Err(error) = app.catalogue.refresh().await {
            tracing::error!(%error, "the campaigns cannot be read");
            break;
        }
    }
    let fields = fields.clone().with(answer::TOKEN, token);
    error::busy(lang, &answer::in_language(&FormPath.to_string(), lang), &fields)
}

/// One attempt to store; `None` if the campaign changed meanwhile.
async fn attempt(
    app: &App,
    token: &str,
    fields: &Fields,
    lang: Lang,
) -> Result<Option<Response>, StoreError> {
    let Some(link) = open(app, token).await? else { return Ok(Some(unknown(lang))) };
    let stored = &link.ready.stored;
    let lang = answer::offered(lang, &link.ready.questionnaire);
    if fields.has(answer::CAMPAIGN) && fields.one(answer::CAMPAIGN) != Some(stored.campaign.slug.as_str()) {
        return Ok(Some(error::page(lang, Kind::OtherForm)));
    }
    let phase = stored.campaign.phase(app.clock.now());
    let action = answer::in_language(&FormPath.to_string(), lang);
    let held = fields.clone().with(answer::TOKEN, token);
    if let Some(page) = answer::not_taken(&stored.campaign, phase, lang, &action, &held) {
        return Ok(Some(page));
    }
    if link.ended {
        return Ok(Some(newer::held(lang, fields)));
    }
    if link.judged().len() > 1 {
        return sitting::step(app, &link, lang, fields).await;
    }
    let key = answer::same_or_new(fields);
    let form = link.form(app, &key);
    // Whether the link is used is decided in the transaction: the same form sent again gets its thank-you page.
    let (answers, id) = match answer::parse(app, &link.ready, form, fields) {
        Ok(parsed) => parsed,
        Err(invalid) => {
            let page = || {
                let page = page(app, &link, form, lang, &key, Some(&invalid));
                error::html(StatusCode::UNPROCESSABLE_ENTITY, page)
            };
            return Ok(Some(closed_or_used(app, &link, lang, Some(fields)).unwrap_or_else(page)));
        }
    };
    let sheet = Sheet {
        id,
        campaign: stored.number,
        revision: link.revision,
        // The group's place is looked up with the link, in the transaction.
        place: 0,
        definition: stored.definition,
        channel: Channel::Link,
        mode: Mode::Unknown,
        language: lang.code().to_owned(),
        answers: answers.pack(form),
        texts: answer::texts(form, &answers),
        unit: link.unit.clone(),
    };
    finish(app, &link, lang, &[sheet], fields).await
}

/// Stores the sheets of a sitting and says so; `None` if the campaign changed meanwhile.
pub async fn finish(
    app: &App,
    link: &Opened,
    lang: Lang,
    sheets: &[Sheet],
    fields: &Fields,
) -> Result<Option<Response>, StoreError> {
    Ok(match urn::keep(&app.store, app.clock.now(), &link.hash, sheets).await? {
        Outcome::New | Outcome::Again => {
            let to = answer::in_language(&ThanksPath.to_string(), lang);
            Some(Redirect::to(&to).into_response())
        }
        Outcome::Used => Some(error::page(lang, Kind::Used)),
        Outcome::Ended => Some(newer::held(lang, fields)),
        Outcome::NotOpen => Some(answer::closed(&link.ready.stored.campaign, lang)),
        Outcome::Unknown => Some(unknown(lang)),
        Outcome::Stale => None,
    })
}

/// The thank-you page.
pub async fn thank(_: ThanksPath, Query(wanted): Query<Wanted>) -> Response {
    error::page(wanted.language_of_respondent(), Kind::Thanks)
}

fn unknown(lang: Lang) -> Response {
    error::page(lang, Kind::Unknown)
}

/// The page of a link that takes no answers: its campaign does not, or it was used, or a newer one took its place; that one
/// holds what was sent.
pub fn closed_or_used(app: &App, link: &Opened, lang: Lang, sent: Option<&Fields>) -> Option<Response> {
    let campaign = &link.ready.stored.campaign;
    answer::not_open(campaign, campaign.phase(app.clock.now()), lang)
        .or_else(|| {
            let page = || sent.map_or_else(|| error::page(lang, Kind::Newer), |sent| newer::held(lang, sent));
            link.ended.then(page)
        })
        .or_else(|| link.used.then(|| error::page(lang, Kind::Used)))
}

fn page(
    app: &App,
    link: &Opened,
    form: &Questionnaire,
    lang: Lang,
    submission: &str,
    answers: Option<&Invalid>,
) -> String {
    let campaign = &link.ready.stored.campaign;
    let path = LinkPath { token: link.token.clone() }.to_string();
    let links = answer::links_of(&link.ready.questionnaire, &path);
    let links: Vec<(Lang, &str)> = links.iter().map(|(other, href)| (*other, href.as_str())).collect();
    let details = about::LinkAboutPath { slug: campaign.slug.clone() }.to_string();
    let places = Places { unit: &link.unit_name, counter: None, year: answer::year(campaign) };
    questionnaire::page(&Page {
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
        language_links: &links,
        audio: app.sounds.of(&form.id, &form.version, lang.code()),
        drafts: Some(&link.drafts(&app.key)),
        answers,
    })
    .into_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_typed_from_a_letter_is_read_as_meant() {
        for typed in [" ABCD-O1IL-xyz ", "abcd0111xyz.", "<abcd0111xyz>", "abcd01 \r\n11xyz", "abcd0111xyz),"]
        {
            assert_eq!(normal(typed), "abcd0111xyz", "{typed}");
        }
    }
}
