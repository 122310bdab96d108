//! The skeleton of a staff page.

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, html};

use crate::{
    language::Lang,
    web::{
        assets,
        auth::{
            access::Permission::{
                self, ManageAccounts, ManageCampaigns, ReadAudit, ReadCampaigns, ReadReports, ReadUnits,
            },
            session::Staff,
        },
        handbook,
        respond::answer::in_language,
    },
};

/// A place in the main menu.
struct Place {
    needs: Permission,
    path: &'static str,
    name: fn(Lang) -> String,
}

/// The main menu: everybody sees the places that they may enter.
const MENU: &[Place] = &[
    Place {
        needs: ReadCampaigns,
        path: "/admin/campaigns",
        name: |lang| fl!(lang.messages(), "access-menu-campaigns"),
    },
    Place { needs: ReadReports, path: "/admin/periods", name: |lang| fl!(lang.messages(), "period-menu") },
    Place { needs: ReadUnits, path: "/admin/units", name: |lang| fl!(lang.messages(), "desk-units") },
    Place {
        needs: ManageCampaigns,
        path: "/admin/definitions",
        name: |lang| fl!(lang.messages(), "desk-definitions"),
    },
    Place {
        needs: ManageAccounts,
        path: "/admin/tai-khoan",
        name: |lang| fl!(lang.messages(), "access-menu-accounts"),
    },
    Place {
        needs: ReadAudit,
        path: "/admin/nhat-ky",
        name: |lang| fl!(lang.messages(), "access-menu-audit"),
    },
];

/// The first place that somebody may enter: where their work begins.
pub fn first_place(staff: &Staff) -> Option<&'static str> {
    MENU.iter().find(|place| staff.may(place.needs)).map(|place| place.path)
}

/// The path of a page that answers to a form and is lost by going anywhere: it offers no other language. A path behind it
/// is that of the place in the menu that the page belongs to.
pub const FIXED: &str = "#";

/// See [`FIXED`].
fn is_fixed(path: &str) -> bool {
    path.starts_with(FIXED)
}

/// What a staff page says about itself.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Language.
    pub lang: Lang,
    /// Title of the document and the page.
    pub title: &'a str,
    /// The page's own address, for the other languages.
    pub path: &'a str,
    /// Who is signed in; absent before the log-in.
    pub staff: Option<&'a Staff>,
}

/// The page around its content.
pub fn page(frame: &Frame<'_>, content: &Markup) -> Markup {
    titled(frame, frame.title, content)
}

/// The same where the page's heading is not the document's title.
pub fn titled(frame: &Frame<'_>, heading: &str, content: &Markup) -> Markup {
    document(frame, heading, Styles::Desk, content)
}

/// What a page's content looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Styles {
    /// As a page of the desk.
    Desk,
    /// As the report, on screen and on paper: dark on white whatever the reader's computer prefers.
    Report,
}

/// The whole document.
pub fn document(frame: &Frame<'_>, heading: &str, styles: Styles, content: &Markup) -> Markup {
    let m = frame.lang.messages();
    let (class, own) = match styles {
        Styles::Desk => (None, "admin.css"),
        Styles::Report => (Some("paper"), "report.css"),
    };
    html! {
        (DOCTYPE)
        html class=[class] lang=(frame.lang.code()) {
            head {
                meta charset="utf-8";
                title { (frame.title) " – sipas" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex";
                // Old browsers would else send a form without its origin, and be refused as strangers.
                meta name="referrer" content="same-origin";
                link rel="icon" href=(super::super::layout::ICON);
                link rel="stylesheet" href=(assets::asset_url("frame.css"));
                link rel="stylesheet" href=(assets::asset_url(own));
            }
            body {
                a.skip href="#main" { (fl!(m, "admin-skip")) }
                header.bar {
                    .in {
                        p.brand {
                            @if frame.staff.is_some() {
                                a href=(in_language("/admin", frame.lang)) { (fl!(m, "admin-brand")) }
                            } @else { (fl!(m, "admin-brand")) }
                        }
                        nav aria-label=(fl!(m, "admin-menu")) {
                            @for other in Lang::ALL.into_iter().filter(|other| *other != frame.lang && !is_fixed(frame.path)) {
                                a href=(in_language(frame.path, other)) lang=(other.code()) hreflang=(other.code()) {
                                    (fl!(other.messages(), "respond-language-name"))
                                }
                            }
                            @if let Some(staff) = frame.staff {
                                a href=(in_language(&handbook::help_for(frame.path.trim_start_matches(FIXED)), frame.lang)) {
                                    (fl!(m, "desk-help"))
                                }
                                form method="post" action="/admin/logout" {
                                    a.who href=(in_language("/admin/toi", frame.lang)) { (staff.account) }
                                    button.quiet { (fl!(m, "admin-log-out")) }
                                }
                            }
                        }
                    }
                }
                @if let Some(staff) = frame.staff { (menu(frame, staff)) }
                // Where a page that answers to a form can be opened (`form::refused`).
                @let here = (!is_fixed(frame.path)).then(|| in_language(frame.path, frame.lang));
                main #main.in data-address=[here] { h1 { (heading) } (super::form::named(content)) }
            }
        }
    }
}

/// The main menu. A page below a place belongs to it.
fn menu(frame: &Frame<'_>, staff: &Staff) -> Markup {
    let m = frame.lang.messages();
    let here = |path: &str| {
        frame
            .path
            .trim_start_matches(FIXED)
            .strip_prefix(path)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '-']))
    };
    html! {
        nav.places aria-label=(fl!(m, "access-menu")) {
            ul.in {
                @for place in MENU.iter().filter(|place| staff.may(place.needs)) {
                    li {
                        a href=(in_language(place.path, frame.lang))
                            aria-current=[here(place.path).then_some("page")] {
                            ((place.name)(frame.lang))
                        }
                    }
                }
            }
        }
    }
}
