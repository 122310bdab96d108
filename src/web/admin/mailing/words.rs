//! What invitations and reminders say: a subject and a text with blanks, shown filled in before it is saved, and sent to
//! oneself to see how it looks in a mail program.

use std::time::Duration;

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;
use serde_json::json;

use super::show::Wanted;
use crate::{
    distribution::{
        letter::{self, Letter},
        mail::Mail,
    },
    language::Lang,
    secret,
    store::{
        StoreError, audit,
        campaigns::Stored,
        mailing,
        outbox::{Kind, Undelivered},
        staff,
    },
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::{self, NotFound},
        form::{self, Fields},
        meanwhile::{Changed, meanwhile},
        views::{
            admin::{
                form::Fault,
                mailing::words::{self as view, Page},
            },
            message::Kind as Says,
        },
    },
    worker::outbox::words,
};

/// Longest wait for the mail server while somebody looks on.
const PATIENCE: Duration = Duration::from_secs(20);

/// What mails of a kind say.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/thu-moi/mau/{kind}", rejection(NotFound))]
pub struct WordsPath {
    /// The campaign's slug.
    pub slug: String,
    /// A word of [`Kind`].
    pub kind: String,
}

#[derive(Default)]
struct Sent {
    fields: Option<Fields>,
    faults: Vec<Fault>,
    changed: Vec<Changed>,
    preview: bool,
}

fn fields(letter: &Letter) -> Fields {
    Fields::of([("subject", letter.subject.as_str()), ("text", letter.text.as_str())])
}

/// Shows the words.
pub async fn show(
    path: WordsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let Some(kind) = Kind::from_word(&path.kind) else { return error::page(lang, Says::Unknown) };
    let sent = Sent::default();
    let drawn = draw(&app, &staff, lang, &path.slug, kind, &sent, wanted.done()).await;
    error::found(StatusCode::OK, drawn, lang)
}

/// Where the link of an example leads: the questionnaire as staff may look at it.
fn example(app: &App, stored: &Stored) -> String {
    let campaign = &stored.campaign;
    let base = &app.config.base_url;
    format!("{base}/admin/preview/{}/{}/{}", campaign.definition, campaign.version, campaign.form)
}

async fn draw(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    kind: Kind,
    sent: &Sent,
    done: Option<&str>,
) -> Result<Option<String>, StoreError> {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut db = app.store.read().await?;
    let now = words(&mut db, stored.number, kind).await?;
    let own = mailing::template(&mut db, stored.number, kind).await?.is_some();
    let account = staff::get(&mut db, &staff.account).await?;
    drop(db);
    let base = fields(&now);
    let values = sent.fields.as_ref().unwrap_or(&base);
    let link = example(app, &stored);
    let vietnamese = Lang::VI.messages();
    let (name, title) = (fl!(vietnamese, "outbox-example-name"), fl!(vietnamese, "outbox-example-title"));
    let to = letter::To { name: Some(&name), title: Some(&title) };
    let preview = sent.preview.then(|| letter::fill(&typed(values), &stored.campaign, to, &link));
    let examples = letter::examples(&stored.campaign, to, &link);
    let email = account.and_then(|account| account.email).filter(|email| !email.is_empty());
    let page = Page {
        lang,
        staff,
        campaign: &stored.campaign,
        phase: stored.campaign.phase(app.clock.now()),
        kind,
        own,
        values,
        base: &base,
        faults: &sent.faults,
        changed: &sent.changed,
        preview: preview.as_ref(),
        examples: &examples,
        link: &link,
        email: email.as_deref(),
        done,
    };
    Ok(Some(view::page(&page).into_string()))
}

/// The words as typed; browsers send line breaks as two characters.
fn typed(fields: &Fields) -> Letter {
    let value = |name: &str| fields.one(name).unwrap_or_default().replace("\r\n", "\n").replace('\r', "\n");
    Letter { subject: value("subject").trim().to_owned(), text: format!("{}\n", value("text").trim()) }
}

fn faults(lang: Lang, letter: &Letter) -> Vec<Fault> {
    letter::check(letter)
        .into_iter()
        .map(|fault| {
            let field = if fault.is_subject() { "subject" } else { "text" };
            Fault::new(field, view::say(lang, &fault))
        })
        .collect()
}

/// Shows the words filled in, sends them to oneself, saves them, or goes back to the usual ones.
pub async fn submit(
    path: WordsPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let Some(kind) = Kind::from_word(&path.kind) else { return error::page(lang, Says::Unknown) };
    let (parts, body) = request.into_parts();
    let sent = match Fields::read(&parts.headers, body, form::DESK).await {
        Ok(fields) => fields,
        Err(bad) => return error::of_form(bad, lang),
    };
    let outcome = match sent.one("do") {
        Some("save") => save(&app, &staff, lang, &path.slug, kind, &sent).await,
        Some("usual") => usual(&app, &staff, &path.slug, kind).await,
        Some("test") => test(&app, &staff, lang, &path.slug, &sent).await,
        _ => Ok(Some(Err(look(lang, &sent)))),
    };
    match outcome {
        Ok(Some(Ok(done))) => super::back(&path.to_string(), lang, done),
        Ok(Some(Err(sent))) => {
            let status = match (sent.faults.is_empty(), sent.changed.is_empty()) {
                (false, _) => StatusCode::UNPROCESSABLE_ENTITY,
                (true, false) => StatusCode::CONFLICT,
                (true, true) => StatusCode::OK,
            };
            error::found(status, draw(&app, &staff, lang, &path.slug, kind, &sent, None).await, lang)
        }
        Ok(None) => error::page(lang, Says::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

fn look(lang: Lang, sent: &Fields) -> Sent {
    let faults = faults(lang, &typed(sent));
    Sent { fields: Some(sent.clone()), preview: faults.is_empty(), faults, changed: Vec::new() }
}

type Outcome = Result<Option<Result<&'static str, Sent>>, StoreError>;

async fn save(app: &App, staff: &Staff, lang: Lang, slug: &str, kind: Kind, sent: &Fields) -> Outcome {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let now = app.clock.now();
    let mut db = app.store.write().await?;
    let before = words(&mut db, stored.number, kind).await?;
    if let Some(meanwhile) = meanwhile(sent, &fields(&before)) {
        return Ok(Some(Err(Sent {
            fields: Some(meanwhile.fields),
            changed: meanwhile.changed,
            ..Sent::default()
        })));
    }
    let after = typed(sent);
    let faults = faults(lang, &after);
    if !faults.is_empty() {
        return Ok(Some(Err(Sent { fields: Some(sent.clone()), faults, ..Sent::default() })));
    }
    mailing::put_template(&mut db, stored.number, kind, Some((&after.subject, &after.text))).await?;
    let told =
        |letter: &Letter| json!({ "kind": kind.word(), "subject": letter.subject, "text": letter.text });
    let entry = staff.did("mail.words", slug).changed(told(&before), told(&after));
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    Ok(Some(Ok("luu")))
}

async fn usual(app: &App, staff: &Staff, slug: &str, kind: Kind) -> Outcome {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let mut db = app.store.write().await?;
    mailing::put_template(&mut db, stored.number, kind, None).await?;
    let entry = staff.did("mail.words", slug).with(json!({ "kind": kind.word(), "usual": true }));
    audit::append(&mut db, app.clock.now(), &entry).await?;
    db.commit().await?;
    Ok(Some(Ok("mau")))
}

/// Sends the words to the person signed in, while they look on: what the mail server says is shown.
async fn test(app: &App, staff: &Staff, lang: Lang, slug: &str, sent: &Fields) -> Outcome {
    let m = lang.messages();
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let letter = typed(sent);
    let mut faults = faults(lang, &letter);
    let account = staff::get(&mut app.store.read().await?, &staff.account).await?;
    let account = account.filter(|account| account.email.as_ref().is_some_and(|email| !email.is_empty()));
    if faults.is_empty() {
        match (&app.mailer, &account) {
            (None, _) => faults.push(Fault::new("", fl!(m, "desk-remind-no-server"))),
            (_, None) => faults.push(Fault::new("", fl!(m, "outbox-test-no-address"))),
            (Some(mailer), Some(account)) => {
                let link = example(app, &stored);
                let name = Some(account.full_name.as_str()).filter(|name| !name.is_empty());
                let to = letter::To { name, title: None };
                let filled = letter::fill(&letter, &stored.campaign, to, &link);
                let html = letter::html(&filled, &link);
                let mail = Mail {
                    to: account.email.as_deref().unwrap_or_default(),
                    name,
                    subject: &filled.subject,
                    text: &filled.text,
                    html: Some(&html),
                    id: &secret::hex(&secret::random::<16>()),
                    stop: None,
                };
                let slow = || Err(Undelivered::Away("timeout".to_owned()));
                let sending = tokio::time::timeout(PATIENCE, mailer.send(&mail));
                if let Err(error) = sending.await.unwrap_or_else(|_| slow()) {
                    faults.push(Fault::new("", view::say_undelivered(lang, &error)));
                }
            }
        }
    }
    if faults.is_empty() {
        let entry = staff.did("mail.test", slug);
        audit::note(&app.store, app.clock.now(), &entry).await?;
    }
    Ok(Some(Err(Sent {
        fields: Some(sent.clone().with("tested", if faults.is_empty() { "yes" } else { "no" })),
        preview: faults.is_empty(),
        faults,
        changed: Vec::new(),
    })))
}
