//! What both ways share: the language, the form's own fields, and the pages of a campaign that takes no answers.

use axum::{
    body::Body,
    http::{
        HeaderValue, StatusCode,
        header::{CONTENT_ENCODING, CONTENT_LENGTH, VARY},
    },
    response::Response,
};
use jiff::Timestamp;
use serde::Deserialize;

use crate::{
    clock,
    language::Lang,
    organisation::{Campaign, Mode, Phase},
    questionnaire::{Answers, Invalid, Questionnaire},
    secret::{self, Id, Key},
    store::{ready::Ready, responses},
    web::{
        app::App,
        coding::{self, Packed, Taken},
        error,
        form::Fields,
        template::HOLE,
        views::message::Kind,
    },
};

/// Field with the idempotency key.
pub const SUBMISSION: &str = "submission";
/// Field with the slug of the campaign that the form was made for. It may be absent; if it is there, the answers count
/// for that campaign or not at all. No question's id begins with an underscore.
pub const CAMPAIGN: &str = "_campaign";
/// Field that says who filled in the form; may be absent.
pub const MODE: &str = "_mode";
/// Field of the switch that shows pictures, so that a page shown again shows them too. Never stored.
pub const PICTURES: &str = "_pictures";
/// Field with the token of a personal link.
pub const TOKEN: &str = "token";
/// Field with the language, which a client may send instead of `?lang=`.
pub const LANG: &str = "lang";

/// How often an answer is read again when the campaign changes under it.
pub const TRIES: usize = 4;

/// The part of an address after `?`.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    /// Code of the language.
    pub lang: Option<String>,
}

impl Wanted {
    /// The language of a staff page; Vietnamese where none or an unknown one is asked for.
    pub fn language(&self) -> Lang {
        self.lang.as_deref().and_then(Lang::find).unwrap_or(Lang::VI)
    }

    /// The language of a respondent's page, one added by files too.
    pub fn language_of_respondent(&self) -> Lang {
        self.lang.as_deref().and_then(Lang::find_for_respondents).unwrap_or(Lang::VI)
    }
}

/// The languages that a questionnaire can be answered in: those of its definition that pages have words for.
pub fn languages(questionnaire: &Questionnaire) -> Vec<Lang> {
    let spoken = |lang: &Lang| questionnaire.languages.iter().any(|code| code == lang.code());
    Lang::for_respondents().filter(spoken).collect()
}

/// The language asked for if the questionnaire has it, else its first one: nobody answers in a language that the
/// questions are not in.
pub fn offered(lang: Lang, questionnaire: &Questionnaire) -> Lang {
    let languages = languages(questionnaire);
    let first = || questionnaire.languages.iter().find_map(|code| Lang::find_for_respondents(code));
    if languages.contains(&lang) { lang } else { first().unwrap_or(Lang::VI) }
}

/// A questionnaire's addresses in its languages.
pub fn links_of(questionnaire: &Questionnaire, path: &str) -> Vec<(Lang, String)> {
    languages(questionnaire).into_iter().map(|lang| (lang, in_language(path, lang))).collect()
}

/// An address in a language: Vietnamese needs no mark.
pub fn in_language(path: &str, lang: Lang) -> String {
    if lang == Lang::VI { path.to_owned() } else { with_query(path, &format!("lang={}", lang.code())) }
}

/// An address with more after its `?`.
pub fn with_query(path: &str, query: &str) -> String {
    let sign = if path.contains('?') { '&' } else { '?' };
    format!("{path}{sign}{query}")
}

/// An address of what is about one unit, where one is named.
pub fn with_unit(path: &str, unit: Option<&str>) -> String {
    match unit {
        None => path.to_owned(),
        Some(unit) => with_query(
            path,
            &form_urlencoded::Serializer::new(String::new()).append_pair("unit", unit).finish(),
        ),
    }
}

/// A staff page's addresses in all languages.
pub fn language_links(path: &str) -> Vec<(Lang, String)> {
    Lang::ALL.into_iter().map(|lang| (lang, in_language(path, lang))).collect()
}

/// A new idempotency key.
pub fn new_submission() -> [u8; HOLE] {
    written(secret::random())
}

/// Longest time from opening a page to sending it that is believed, in seconds: that of a draft on a phone, and more.
const LONGEST: i64 = 6 * 60 * 60;

/// A new idempotency key that tells this server alone when it was made, so that it can be counted how long answering takes
/// with nothing to keep, to send along or to run on the phone. 96 of its bits are random; the last 32 are the second,
/// under a mask that only the server's key gives. The key itself is never stored. Never for personal links.
pub fn timed_submission(key: &Key, now: i64) -> [u8; HOLE] {
    let mut bytes: [u8; HOLE / 2] = secret::random();
    let second = u32::try_from(now / 1_000).unwrap_or(0) ^ mask(key, &bytes);
    bytes[12..].copy_from_slice(&second.to_be_bytes());
    written(bytes)
}

/// How many seconds before `now` a key was made by [`timed_submission`]. A key that somebody else made gives `None`, but
/// for one in two hundred thousand.
pub fn seconds_since(key: &Key, submission: &str, now: i64) -> Option<i64> {
    let mut bytes = [0; HOLE / 2];
    for (byte, pair) in bytes.iter_mut().zip(submission.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    let second = u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]]) ^ mask(key, &bytes);
    let seconds = now / 1_000 - i64::from(second);
    (0..=LONGEST).contains(&seconds).then_some(seconds)
}

fn mask(key: &Key, bytes: &[u8; HOLE / 2]) -> u32 {
    let hash = key.hash("second", &[&bytes[..12]]);
    u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]])
}

fn written(bytes: [u8; HOLE / 2]) -> [u8; HOLE] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut key = [0; HOLE];
    for (pair, byte) in key.chunks_exact_mut(2).zip(bytes) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    key
}

/// The idempotency key of a form; `None` if it is not 32 hex digits.
pub fn submission(fields: &Fields) -> Option<String> {
    fields.one(SUBMISSION).filter(|key| secret::is_submission(key)).map(str::to_ascii_lowercase)
}

/// The key a page is shown with again: the one sent, else a new one.
pub fn same_or_new(fields: &Fields) -> String {
    submission(fields).unwrap_or_else(|| String::from_utf8_lossy(&new_submission()).into_owned())
}

/// The form that a key stands for, with the number of its variant. Where modules rotate, a keyed hash of the form's
/// idempotency key chooses them: the same key always has the same ones, nothing need be stored or sent along, and who
/// does not have the server's key cannot tell which they will be.
pub fn form<'r>(app: &App, ready: &'r Ready, key: &str) -> (usize, &'r Questionnaire) {
    let campaign = ready.stored.number.to_be_bytes();
    ready.form(app.key.id("modules", &[&campaign, key.to_ascii_lowercase().as_bytes()]))
}

/// The answers among a form's fields, with the id they are stored under. `form` is that of the key sent
/// ([`self::form`]).
///
/// # Errors
/// [`Invalid`] with what was sent and what is wrong; without a usable idempotency key nothing may be stored either.
pub fn parse(
    app: &App,
    ready: &Ready,
    form: &Questionnaire,
    fields: &Fields,
) -> Result<(Answers, Id), Invalid> {
    let own = [SUBMISSION, CAMPAIGN, TOKEN, LANG, PICTURES];
    let given = || fields.iter().filter(|(name, _)| !(own.contains(name) || form.asks_mode && *name == MODE));
    // What the page shows again although it is no answer.
    let keep = |mut invalid: Invalid| {
        for name in [MODE, PICTURES] {
            invalid.sent.extend(fields.one(name).map(|value| (name.to_owned(), vec![value.to_owned()])));
        }
        invalid
    };
    let answers = Answers::parse(form, given()).map_err(keep)?;
    if form.asks_mode && mode(fields).is_none() {
        return Err(keep(Invalid { unknown: vec![MODE.to_owned()], ..Invalid::of_key(form, given()) }));
    }
    match submission(fields) {
        Some(key) => Ok((answers, responses::sheet_id(&app.key, ready.stored.number, &key))),
        None => Err(keep(Invalid::of_key(form, given()))),
    }
}

/// Who filled in the form; `None` for a code that the form does not offer, or several.
pub fn mode(fields: &Fields) -> Option<Mode> {
    if !fields.has(MODE) {
        return Some(Mode::Unknown);
    }
    Mode::from_code(fields.one(MODE)?.trim())
}

/// The free texts with their questions' ids.
pub fn texts(form: &Questionnaire, answers: &Answers) -> Vec<(String, String)> {
    answers
        .texts()
        .filter_map(|(at, text)| Some((form.questions.get(at)?.id.clone(), text.to_owned())))
        .collect()
}

/// The year of a campaign, for the placeholder in its wording.
pub fn year(campaign: &Campaign) -> i16 {
    Timestamp::from_millisecond(campaign.opens)
        .map_or(1970, |opens| opens.to_zoned_datetime(clock::province()).year())
}

/// A freshly opened page, compressed where the browser takes it. Not for a page that shows what was sent: beside a token,
/// its length could tell (BREACH).
pub fn packed(page: String, taken: Taken) -> Response {
    let packed = coding::at_once(page.as_bytes(), taken);
    let mut response = error::html(StatusCode::OK, page);
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(Packed { coding, bytes }) = packed {
        *response.body_mut() = Body::from(bytes);
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}

/// The page of a campaign that takes no answers now; `None` if it is open.
pub fn not_open(campaign: &Campaign, phase: Phase, lang: Lang) -> Option<Response> {
    match phase {
        Phase::Open => None,
        Phase::Draft => Some(says(campaign, lang, Kind::NotReady)),
        Phase::Paused => Some(says(campaign, lang, Kind::Paused { action: "", fields: &[] })),
        Phase::Planned => Some(says(campaign, lang, Kind::NotYetOpen { opens: campaign.opens })),
        Phase::Closed => Some(closed(campaign, lang)),
    }
}

/// The page for a form that was sent while its campaign takes no answers; `None` if it is open. While it pauses, the
/// page holds the form, so that nothing is lost.
pub fn not_taken(
    campaign: &Campaign,
    phase: Phase,
    lang: Lang,
    action: &str,
    fields: &Fields,
) -> Option<Response> {
    if phase != Phase::Paused {
        return not_open(campaign, phase, lang);
    }
    let fields: Vec<(&str, &str)> = fields.iter().collect();
    Some(says(campaign, lang, Kind::Paused { action, fields: &fields }))
}

/// A page under the campaign's title.
pub fn says(campaign: &Campaign, lang: Lang, kind: Kind<'_>) -> Response {
    error::page_of(lang, lang.pick(&campaign.title), campaign.demonstration, kind)
}

/// The page of a campaign that has closed.
pub fn closed(campaign: &Campaign, lang: Lang) -> Response {
    says(campaign, lang, Kind::Closed { closed: campaign.closes, by_link: campaign.by_link })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_own_server_when_it_was_made_and_nobody_else() {
        let (ours, other) =
            (Key::from_text("a key for this test").unwrap(), Key::from_text("another key for it").unwrap());
        let now = 1_795_600_000_000;
        let one = String::from_utf8(timed_submission(&ours, now).to_vec()).unwrap();
        assert!(secret::is_submission(&one));
        assert_eq!(seconds_since(&ours, &one, now + 95_500), Some(95));
        assert_eq!(seconds_since(&ours, &one, now + 7 * 3_600_000), None, "too long ago to be believed");
        assert_eq!(seconds_since(&ours, &one, now - 60_000), None, "not made yet");
        assert_eq!(seconds_since(&other, &one, now + 95_500), None);
        let random = String::from_utf8(new_submission().to_vec()).unwrap();
        assert_eq!(seconds_since(&ours, &random, now), None);
        assert_eq!(seconds_since(&ours, "no key", now), None);
    }

    #[test]
    fn a_new_idempotency_key_is_32_hex_digits() {
        let key = String::from_utf8(new_submission().to_vec()).unwrap();
        assert!(secret::is_submission(&key) && key != "0".repeat(32));
    }
}
