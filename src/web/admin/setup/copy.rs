//! A campaign once more for the next period: its dates moved on, its title renamed, its counters with their addresses.

use std::collections::BTreeMap;

use axum::{
    extract::{Query, State},
    http::StatusCode,
    response::Response,
};
use axum_extra::routing::TypedPath;
use serde::Deserialize;

use super::{CELLS, changed, desk, new::framing, refused, sheet, shown};
use crate::{
    apply::desk::{KioskCode, NotDone, Wanted},
    clock,
    language::Lang,
    organisation::{
        Campaign, State as Stand,
        next::{self, Name},
    },
    store::campaigns,
    web::{
        app::App,
        auth::session::Staff,
        error::{self, NotFound},
        form::{self, Fields},
        posted::Posted,
        respond::answer::Wanted as Language,
        views::{
            admin::{
                form::{Fault, Form},
                setup::settings::{self as view, Sheet, Way},
            },
            message::Kind,
        },
    },
};

/// A copy of a campaign.
#[derive(Debug, Deserialize, TypedPath)]
#[typed_path("/admin/campaigns/{slug}/copy", rejection(NotFound))]
pub struct CopyPath {
    /// Slug of the campaign that is copied.
    pub slug: String,
}

/// The campaign as it is proposed for the next period.
fn proposed(from: &Campaign, taken: &[&str]) -> Campaign {
    let zone = clock::province();
    let (opens, closes) =
        next::period(from.opens, from.closes, &zone).unwrap_or((from.closes, from.closes + 1));
    let names = Name::of(from.opens, &zone).zip(Name::of(opens, &zone));
    let renamed =
        |text: &str| names.map_or_else(|| text.to_owned(), |(old, new)| next::renamed(text, old, new));
    let title: BTreeMap<String, String> =
        from.title.iter().map(|(language, title)| (language.clone(), renamed(title))).collect();
    // A code that was made of the title is made of the new one; one of its own moves on by itself.
    let base = next::slug(Lang::VI.pick(&from.title), &[]);
    let rest = from.slug.strip_prefix(base.as_str());
    let of_title = rest.is_some_and(|rest| rest.trim_start_matches('-').chars().all(|c| c.is_ascii_digit()));
    let slug = if of_title { Lang::VI.pick(&title).to_owned() } else { renamed(&from.slug) };
    Campaign {
        slug: next::slug(&slug, taken),
        title,
        opens,
        closes,
        previous: Some(from.slug.clone()),
        state: Stand::Draft,
        ..from.clone()
    }
}

/// Shows what the copy would be.
pub async fn show(
    path: CopyPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
) -> Response {
    let lang = wanted.language();
    match settings(&app, &staff, lang, &path.slug, None).await {
        Ok(page) => framing(error::html(StatusCode::OK, page)),
        Err(not_done) => failed(&not_done, lang),
    }
}

async fn settings(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    sent: Option<(&Fields, &[Fault])>,
) -> Result<String, NotDone> {
    let all = campaigns::all(&mut app.store.read().await?).await?;
    let taken: Vec<&str> = all.iter().map(|stored| stored.campaign.slug.as_str()).collect();
    let others: Vec<&Campaign> = all.iter().map(|stored| &stored.campaign).collect();
    let (from, _) = desk(app, staff, lang).read(slug).await?;
    let begun = sheet::fields(&proposed(&from.campaign, &taken)).with("strata", "yes");
    let (values, faults) = sent.unwrap_or((&begun, &[]));
    let offer = sheet::offer(lang, &app.shelf.library(), values.one("form").unwrap_or_default());
    let action = CopyPath { slug: slug.to_owned() }.to_string();
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
        proposed: None,
        way: Way::Copy {
            from: lang.pick(&from.campaign.title),
            slug,
            counters: from.counters.len(),
            invited: from.invited(),
        },
    })
    .into_string())
}

/// Makes the copy.
pub async fn submit(
    path: CopyPath,
    staff: Staff,
    State(app): State<App>,
    Query(wanted): Query<Language>,
    Posted(fields): Posted<{ form::DESK }, CELLS>,
) -> Response {
    let lang = wanted.language();
    match make(&app, &staff, lang, &path.slug, &fields).await {
        Ok((slug, n)) => changed(&app, &format!("/admin/campaigns/{slug}"), lang, "copied", Some(n)).await,
        Err(NotDone::Refused(faults)) => {
            let faults = shown(faults);
            match settings(&app, &staff, lang, &path.slug, Some((&fields, &faults))).await {
                Ok(page) => framing(error::html(StatusCode::UNPROCESSABLE_ENTITY, page)),
                Err(not_done) => failed(&not_done, lang),
            }
        }
        Err(not_done) => failed(&not_done, lang),
    }
}

async fn make(
    app: &App,
    staff: &Staff,
    lang: Lang,
    slug: &str,
    fields: &Fields,
) -> Result<(String, usize), NotDone> {
    let desk = desk(app, staff, lang);
    let all = async { campaigns::all(&mut app.store.read().await?).await }.await?;
    let taken: Vec<&str> = all.iter().map(|stored| stored.campaign.slug.as_str()).collect();
    let (from, _) = desk.read(slug).await?;
    let mut campaign = proposed(&from.campaign, &taken);
    let mut faults = sheet::read(lang, fields, &mut campaign);
    sheet::slug(lang, &mut campaign, &taken, &mut faults);
    if !faults.is_empty() {
        return Err(match refused(faults) {
            super::Trouble::NotDone(not_done) => not_done,
            super::Trouble::Meanwhile(_) => NotDone::Unknown,
        });
    }
    let (made, n) = (campaign.slug.clone(), from.counters.len());
    let mut wanted = Wanted::new(campaign);
    wanted.kiosk_code = match sheet::kiosk_code(fields) {
        KioskCode::Set(code) => KioskCode::Set(code),
        KioskCode::Keep | KioskCode::Remove => KioskCode::Remove,
    };
    wanted.counters = from.counters;
    if fields.one("strata") == Some("yes") {
        (wanted.strata, wanted.margins) = (from.strata, from.margins);
    }
    desk.create(wanted).await?;
    Ok((made, n))
}

fn failed(not_done: &NotDone, lang: Lang) -> Response {
    match not_done {
        NotDone::Store(error) => error::of_store(error, lang),
        NotDone::Unknown | NotDone::Refused(_) => error::page(lang, Kind::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_quarter_has_its_own_name_dates_and_slug_and_counts_changes_from_this_one() {
        let from = Campaign {
            slug: "sipas-2026-q4".to_owned(),
            title: BTreeMap::from([
                ("vi".to_owned(), "Hài lòng quý 4 năm 2026".to_owned()),
                ("en".to_owned(), "Satisfaction Q4 2026".to_owned()),
            ]),
            opens: 1_790_787_600_000,
            closes: 1_798_736_400_000,
            state: Stand::Active,
            ..sheet::blank()
        };
        let next = proposed(&from, &["sipas-2026-q4"]);
        assert_eq!(next.slug, "sipas-2027-q1");
        assert_eq!(next.title["vi"], "Hài lòng quý 1 năm 2027");
        assert_eq!(next.title["en"], "Satisfaction Q1 2027");
        assert_eq!((next.opens, next.previous.as_deref()), (from.closes, Some("sipas-2026-q4")));
        assert_eq!(next.state, Stand::Draft);
        assert_eq!(proposed(&from, &["sipas-2027-q1"]).slug, "sipas-2027-q1-2");
        for (slug, wanted) in [
            ("hai-long-quy-4-nam-2026", "hai-long-quy-1-nam-2027"),
            ("hai-long-quy-4-nam-2026-2", "hai-long-quy-1-nam-2027"),
            ("binh-dinh-quy-4-2026", "binh-dinh-quy-1-2027"),
        ] {
            assert_eq!(proposed(&Campaign { slug: slug.to_owned(), ..from.clone() }, &[]).slug, wanted);
        }
    }
}
