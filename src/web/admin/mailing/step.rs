//! Sending invitations or reminders off, stopping what waits, trying the mail server at once: each on a page of its own that
//! says what will happen, before it does.

use axum::{
    extract::{Query, Request, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;
use serde_json::json;

use super::show::Wanted;
use crate::{
    clock,
    language::Lang,
    organisation::Phase,
    store::{
        StoreError, audit,
        campaigns::Stored,
        mailing::{self, Reach},
        outbox::{self, Kind as MailKind},
    },
    web::{
        app::App,
        auth::{scope, session::Staff},
        error::{self, NotFound},
        form::{self, Fields},
        views::{
            admin::mailing::step::{self as view, Page},
            message::Kind,
        },
    },
};

/// Something to do with a campaign's mails.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/thu-moi/gui/{what}", rejection(NotFound))]
pub struct StepPath {
    /// The campaign's slug.
    pub slug: String,
    /// A word of [`Step`].
    pub what: String,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Invitations go to everybody who has none.
    Invite,
    /// Reminders go to those who have not answered.
    Remind,
    /// What waits is not sent.
    Stop,
    /// The mail server is tried at once.
    Retry,
}

impl Step {
    const ALL: [Self; 4] = [Self::Invite, Self::Remind, Self::Stop, Self::Retry];

    /// The word in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Invite => "moi",
            Self::Remind => "nhac",
            Self::Stop => "dung",
            Self::Retry => "thu-lai",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }
}

/// How many a step is about, and why it cannot be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Mails; of reminders at most so many.
    pub mails: u64,
    /// How many got their invitation.
    pub sent: u64,
    /// See [`Hindrance`].
    pub hindrance: Option<Hindrance>,
}

/// Why a step cannot be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hindrance {
    /// No mail server.
    NoServer,
    /// Not released.
    Draft,
    /// Closed.
    Closed,
    /// Reminders before it opens, or while it pauses.
    NotOpen,
    /// Reminders went off today: a second run would tell who has answered since.
    Today,
    /// Nobody.
    Nobody,
}

async fn extent(app: &App, stored: &Stored, step: Step) -> Result<Extent, StoreError> {
    let mut db = app.store.read().await?;
    let reach: Reach = mailing::reach(&mut db, stored.number).await?;
    let runs = mailing::runs(&mut db, stored.number).await?;
    drop(db);
    let mails = match step {
        Step::Invite => reach.unsent.unsigned_abs(),
        Step::Remind => super::at_most(app, stored, &reach).await?,
        Step::Stop => runs.iter().map(|run| run.waiting().unsigned_abs()).sum(),
        Step::Retry => 1,
    };
    let phase = stored.campaign.phase(app.clock.now());
    let sends = matches!(step, Step::Invite | Step::Remind);
    let today = i64::from(clock::day(app.clock.now()));
    let reminded = runs.iter().any(|run| run.kind == MailKind::Reminder.word() && run.day == today);
    let hindrance = match phase {
        _ if step != Step::Stop && app.mailer.is_none() => Some(Hindrance::NoServer),
        Phase::Draft if sends => Some(Hindrance::Draft),
        Phase::Closed if sends => Some(Hindrance::Closed),
        Phase::Planned | Phase::Paused if step == Step::Remind => Some(Hindrance::NotOpen),
        _ if step == Step::Remind && reminded => Some(Hindrance::Today),
        _ if mails == 0 => Some(Hindrance::Nobody),
        _ => None,
    };
    Ok(Extent { mails, sent: reach.sent.unsigned_abs(), hindrance })
}

/// Says what will happen.
pub async fn show(
    path: StepPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let lang = wanted.language();
    let Some(step) = Step::of(&path.what) else { return error::page(lang, Kind::Unknown) };
    error::found(StatusCode::OK, draw(&app, &staff, lang, &path.slug, step).await, lang)
}

async fn draw(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    step: Step,
) -> Result<Option<String>, StoreError> {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let extent = extent(app, &stored, step).await?;
    let phase = stored.campaign.phase(app.clock.now());
    let page = Page { lang, staff, campaign: &stored.campaign, phase, step, extent };
    Ok(Some(view::page(&page).into_string()))
}

/// Does it.
pub async fn submit(
    path: StepPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Wanted>,
    request: Request,
) -> Response {
    let lang = wanted.language();
    let Some(step) = Step::of(&path.what) else { return error::page(lang, Kind::Unknown) };
    let (parts, body) = request.into_parts();
    if let Err(bad) = Fields::read(&parts.headers, body, form::DESK).await {
        return error::of_form(bad, lang);
    }
    match act(&app, &staff, &path.slug, step).await {
        Ok(Some(true)) => super::back(&format!("/admin/campaigns/{}/thu-moi", path.slug), lang, step.word()),
        // Somebody else was quicker, or the page stood open for long: it says how it is now.
        Ok(Some(false)) => {
            error::found(StatusCode::CONFLICT, draw(&app, &staff, lang, &path.slug, step).await, lang)
        }
        Ok(None) => error::page(lang, Kind::Unknown),
        Err(error) => error::of_store(&error, lang),
    }
}

/// Does it; false if it cannot be done now, `None` if there is no such campaign.
async fn act(app: &App, staff: &Staff, slug: &str, step: Step) -> Result<Option<bool>, StoreError> {
    let Some((stored, _)) = scope::campaign(app, staff, slug).await? else { return Ok(None) };
    let extent = extent(app, &stored, step).await?;
    if extent.hindrance.is_some() {
        return Ok(Some(false));
    }
    let now = app.clock.now();
    let today = i64::from(clock::day(now));
    let mut db = app.store.write().await?;
    let entry = match step {
        Step::Invite => {
            let queued =
                outbox::queue_invitations(&mut db, stored.number, &staff.account, today, now).await?;
            let Some((_, codes)) = queued else { return Ok(Some(false)) };
            staff.did("link.mail", slug).with(json!({ "queued": codes.len() }))
        }
        Step::Remind => {
            outbox::queue_reminders(&mut db, stored.number, &staff.account, today, now).await?;
            staff.did("mail.remind", slug).with(json!({ "at_most": extent.mails }))
        }
        Step::Stop => {
            outbox::stop_all(&mut db, stored.number).await?;
            staff.did("mail.stop", slug)
        }
        Step::Retry => {
            outbox::try_now(&mut db).await?;
            staff.did("mail.retry", slug)
        }
    };
    audit::append(&mut db, now, &entry).await?;
    db.commit().await?;
    if step == Step::Stop {
        outbox::forget(&app.store).await;
    }
    Ok(Some(true))
}
