//! Opening, pausing, going on, closing, archiving and deleting a campaign: each on a page of its own that says what will
//! happen, before it does.

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use i18n_embed_fl::fl;
use serde::Deserialize;

use super::{CELLS, Trouble, changed, desk, refused, shown};
use crate::{
    apply::desk::{Fault, NotDone},
    language::Lang,
    organisation::{Campaign, Phase, State as Stand},
    store::{StoreError, campaigns, invitations, units},
    web::{
        admin::{campaign, checked::Checked},
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{CONFIRM, Fault as Shown, confirmed},
                setup::state::{self as view, Page},
            },
            message::Kind,
        },
    },
};

/// A change of a campaign's state.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/state/{step}", rejection(NotFound))]
pub struct StatePath {
    /// The campaign's slug.
    pub slug: String,
    /// What is to be done: a word of [`Step`].
    pub step: String,
}

/// What can be done with a campaign as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A draft is released: it opens by its period.
    Open,
    /// It takes no answers for a while.
    Pause,
    /// It takes answers again.
    Resume,
    /// It ends now.
    Close,
    /// It is put away.
    Archive,
    /// It is taken out of the archive.
    Unarchive,
    /// A draft is removed.
    Delete,
}

impl Step {
    /// All steps.
    pub const ALL: [Self; 7] =
        [Self::Open, Self::Pause, Self::Resume, Self::Close, Self::Archive, Self::Unarchive, Self::Delete];

    /// The word in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Close => "close",
            Self::Archive => "archive",
            Self::Unarchive => "unarchive",
            Self::Delete => "delete",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.word() == word)
    }

    /// Whether it can be done with a campaign that stands so.
    pub fn fits(self, campaign: &Campaign, phase: Phase) -> bool {
        match self {
            Self::Open | Self::Delete => phase == Phase::Draft,
            Self::Pause => phase == Phase::Open,
            Self::Resume => campaign.state == Stand::Paused && phase != Phase::Closed,
            Self::Close => matches!(phase, Phase::Open | Phase::Paused),
            Self::Archive => phase == Phase::Closed && campaign.state != Stand::Archived,
            Self::Unarchive => campaign.state == Stand::Archived,
        }
    }

    /// The word to type before it is done, where it cannot be undone.
    pub fn word_to_confirm(self, lang: Lang) -> Option<String> {
        match self {
            Self::Close => Some(fl!(lang.messages(), "desk-confirm-close")),
            Self::Delete => Some(fl!(lang.messages(), "desk-confirm-delete")),
            Self::Open | Self::Pause | Self::Resume | Self::Archive | Self::Unarchive => None,
        }
    }

    const fn done(self) -> &'static str {
        match self {
            Self::Open => "opened",
            Self::Pause => "paused",
            Self::Resume => "resumed",
            Self::Close => "closed",
            Self::Archive => "archived",
            Self::Unarchive => "unarchived",
            Self::Delete => "deleted",
        }
    }
}

/// Says what will happen.
pub async fn show(
    path: StatePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    let Some(step) = Step::of(&path.step) else { return error::page(lang, Kind::Unknown) };
    super::page(page(&app, &staff, lang, &path.slug, step, &[]).await, lang)
}

/// The field that says what the check showed before opening.
pub const SEEN: &str = "seen";

/// Whether the check or the campaign is another by now than what was read before pressing the button.
async fn is_stale(app: &App, slug: &str, fields: &Fields) -> Result<bool, StoreError> {
    let Some(seen) = fields.one(SEEN) else { return Ok(false) };
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(false) };
    drop(db);
    if stored.campaign.state != Stand::Draft {
        return Ok(false);
    }
    Ok(seen != campaign::checked(app, &stored).await?.mark)
}

async fn page(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    step: Step,
    faults: &[Shown],
) -> Result<Option<String>, StoreError> {
    let mut db = app.store.read().await?;
    let Some(stored) = campaigns::find(&mut db, slug).await? else { return Ok(None) };
    let (invited, _) = invitations::turnout(&mut db, stored.number).await?;
    let phase = stored.campaign.phase(app.clock.now());
    let by_link = invited > 0;
    // Whoever opens it reads once more what the check said: nobody must have come by that page.
    let opens = step == Step::Open && stored.campaign.state == Stand::Draft;
    let tree = units::tree(&mut db).await?;
    drop(db);
    let checked = if opens { campaign::checked(app, &stored).await? } else { Checked::default() };
    let campaign = &stored.campaign;
    let page = Page { lang, staff, campaign, phase, step, by_link, tree: &tree, checked: &checked, faults };
    Ok(Some(view::page(&page).into_string()))
}

/// Does it.
pub async fn submit(
    path: StatePath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    posted: Result<Posted<{ form::DESK }, CELLS>, Response>,
) -> Response {
    let lang = wanted.language();
    let Some(step) = Step::of(&path.step) else { return error::page(lang, Kind::Unknown) };
    let Posted(fields) = match posted {
        Ok(posted) => posted,
        Err(response) => return response,
    };
    if step == Step::Open {
        match is_stale(&app, &path.slug, &fields).await {
            // Nothing is opened that nobody has read; the check says what it is now, with its button.
            Ok(true) => {
                let again = campaign::check_again(&app, &path.slug, &staff, lang).await;
                return error::found(StatusCode::CONFLICT, again, lang);
            }
            Ok(false) => {}
            Err(error) => return error::of_store(&error, lang),
        }
    }
    match take(&app, &staff, lang, &path.slug, step, &fields).await {
        Ok(()) if step == Step::Delete => changed(&app, "/admin/campaigns", lang, step.done(), None).await,
        Ok(()) => changed(&app, &format!("/admin/campaigns/{}", path.slug), lang, step.done(), None).await,
        Err(Trouble::NotDone(NotDone::Refused(faults))) => {
            // Nothing but the name was asked for; whatever else is wrong stands in other pages.
            let faults: Vec<Shown> = shown(faults)
                .into_iter()
                .map(|fault| if fault.field == CONFIRM { fault } else { Shown::new("", fault.words) })
                .collect();
            error::found(
                StatusCode::UNPROCESSABLE_ENTITY,
                page(&app, &staff, lang, &path.slug, step, &faults).await,
                lang,
            )
        }
        Err(Trouble::NotDone(NotDone::Store(error))) => error::of_store(&error, lang),
        Err(Trouble::NotDone(NotDone::Unknown) | Trouble::Meanwhile(_)) => error::page(lang, Kind::Unknown),
    }
}

async fn take(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    step: Step,
    fields: &Fields,
) -> Result<(), Trouble> {
    if let Some(word) = step.word_to_confirm(lang).filter(|word| !confirmed(fields, word)) {
        let words = fl!(lang.messages(), "desk-form-not-confirmed", name = word);
        return Err(refused(vec![Fault::new(CONFIRM, words)]));
    }
    let desk = desk(app, staff, lang);
    if step == Step::Delete {
        return Ok(desk.remove_draft(slug).await?);
    }
    let now = desk.now;
    desk.edit(slug, |wanted, standing| {
        if !step.fits(&wanted.campaign, standing.phase) {
            // Somebody else was quicker, or a page stood open for long.
            let words = fl!(lang.messages(), "desk-state-impossible");
            return Err(refused(vec![Fault::new("", words)]));
        }
        match step {
            Step::Open | Step::Resume | Step::Unarchive => wanted.campaign.state = Stand::Active,
            Step::Pause => wanted.campaign.state = Stand::Paused,
            Step::Archive => wanted.campaign.state = Stand::Archived,
            Step::Close => {
                wanted.campaign.state = Stand::Active;
                wanted.campaign.closes = now;
            }
            Step::Delete => {}
        }
        Ok(())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::super::sheet;
    use super::*;

    #[test]
    fn only_what_makes_sense_is_offered() {
        let offered = |state, now| {
            let campaign = Campaign { state, opens: 10, closes: 20, ..sheet::blank() };
            let phase = campaign.phase(now);
            Step::ALL
                .into_iter()
                .filter(|step| step.fits(&campaign, phase))
                .map(Step::word)
                .collect::<Vec<_>>()
        };
        assert_eq!(offered(Stand::Draft, 5), ["open", "delete"]);
        assert_eq!(offered(Stand::Active, 5), Vec::<&str>::new());
        assert_eq!(offered(Stand::Active, 15), ["pause", "close"]);
        assert_eq!(offered(Stand::Paused, 15), ["resume", "close"]);
        assert_eq!(offered(Stand::Active, 25), ["archive"]);
        assert_eq!(offered(Stand::Paused, 25), ["archive"]);
        assert_eq!(offered(Stand::Archived, 25), ["unarchive"]);
    }
}
