//! What stands above every page of a campaign: its title, where it stands, and the way to its other pages.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    web::{
        auth::{access::Permission, session::Staff},
        respond::answer::in_language,
        views::{
            admin::{
                campaigns,
                frame::{self, Frame},
            },
            dates,
        },
    },
};

/// A page of a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// How it stands.
    Overview,
    /// Title, period, thresholds, notice.
    Settings,
    /// Populations and sample.
    Units,
    /// Counters.
    Counters,
    /// Invited persons.
    Invited,
    /// The report.
    Report,
}

impl Tab {
    /// All of them, in the order in which a campaign is set up.
    const ALL: [Self; 6] =
        [Self::Overview, Self::Settings, Self::Units, Self::Counters, Self::Invited, Self::Report];

    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Settings => "/settings",
            Self::Units => "/units",
            Self::Counters => "/counters",
            Self::Invited => "/nguoi-duoc-moi",
            Self::Report => "/report",
        }
    }

    const fn needs(self) -> Permission {
        match self {
            Self::Overview | Self::Counters => Permission::ReadCampaigns,
            Self::Settings | Self::Units => Permission::ManageCampaigns,
            Self::Invited => Permission::ManageInvitations,
            Self::Report => Permission::ReadReports,
        }
    }

    fn name(self, lang: Lang, phase: Phase) -> String {
        let m = lang.messages();
        match self {
            Self::Overview if phase == Phase::Draft => fl!(m, "desk-tab-check"),
            Self::Overview => fl!(m, "desk-tab-overview"),
            Self::Settings => fl!(m, "desk-tab-settings"),
            Self::Units => fl!(m, "desk-tab-units"),
            Self::Counters => fl!(m, "desk-tab-counters"),
            Self::Invited => fl!(m, "lists-tab"),
            Self::Report => fl!(m, "desk-tab-report"),
        }
    }
}

/// What the head is made of.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The page.
    pub tab: Tab,
}

/// The page around its content. A draft's pages come in the order in which they are filled in, checking last.
pub fn page(head: &Head<'_>, content: &Markup) -> Markup {
    let Head { lang, campaign, phase, .. } = *head;
    let base = format!("/admin/campaigns/{}", campaign.slug);
    let mut tabs: Vec<Tab> = Tab::ALL.to_vec();
    tabs.retain(|tab| head.staff.may(tab.needs()));
    if phase == Phase::Draft && head.staff.may(Permission::ManageCampaigns) {
        tabs.rotate_left(1);
        tabs.retain(|tab| *tab != Tab::Report);
    }
    let content = html! {
        p.where {
            (campaigns::phase(lang, phase))
            span { (dates::period(lang, campaign)) }
        }
        nav.tabs.numbered[phase == Phase::Draft] aria-label=(fl!(lang.messages(), "desk-tabs")) {
            @for tab in tabs {
                a href=(in_language(&format!("{base}{}", tab.path()), lang))
                    aria-current=[(tab == head.tab).then_some("page")] { (tab.name(lang, phase)) }
            }
        }
        (content)
    };
    let title = lang.pick(&campaign.title);
    let path = format!("{base}{}", head.tab.path());
    frame::page(&frame_of(lang, title, &path, head.staff), &content)
}

/// The frame of a page of the desk.
pub fn frame_of<'a>(lang: Lang, title: &'a str, path: &'a str, staff: &'a Staff) -> Frame<'a> {
    Frame { lang, title, path, staff: Some(staff) }
}
