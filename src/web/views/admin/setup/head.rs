//! What stands above every page of a campaign: its title, where it stands, and the way to its other pages.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    apply::desk,
    language::Lang,
    organisation::{Campaign, Phase},
    web::{
        auth::{access::Permission, session::Staff},
        respond::answer::in_language,
        views::{
            admin::{
                campaigns, form,
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
    /// Who judges what.
    Raters,
    /// Invited persons.
    Invited,
    /// What is printed for them.
    Print,
    /// Paper forms.
    Paper,
    /// How it fills.
    Watching,
    /// What people wrote.
    Comments,
    /// The report.
    Report,
    /// Publishing it.
    Publish,
    /// Answer sheets as files.
    Microdata,
}

impl Tab {
    /// All of them, in the order in which a campaign is set up, and then runs.
    const ALL: [Self; 13] = [
        Self::Overview,
        Self::Settings,
        Self::Units,
        Self::Counters,
        Self::Raters,
        Self::Invited,
        Self::Print,
        Self::Paper,
        Self::Watching,
        Self::Comments,
        Self::Report,
        Self::Publish,
        Self::Microdata,
    ];

    /// The steps of setting up a draft, numbered in this order; checking comes last. Who is asked by personal links has no
    /// counter to go to.
    const fn steps(campaign: &Campaign) -> [Self; 4] {
        if campaign.by_link {
            [Self::Settings, Self::Raters, Self::Invited, Self::Overview]
        } else {
            [Self::Settings, Self::Units, Self::Counters, Self::Overview]
        }
    }

    /// Whether a campaign has such a page: what is at counters alone, or for personal links alone.
    const fn fits(self, campaign: &Campaign) -> bool {
        match self {
            Self::Counters | Self::Print | Self::Paper | Self::Watching => !campaign.by_link,
            Self::Raters | Self::Invited => campaign.by_link,
            _ => true,
        }
    }

    const fn path(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Settings => "/settings",
            Self::Units => "/units",
            Self::Counters => "/counters",
            Self::Raters => "/raters",
            Self::Invited => "/nguoi-duoc-moi",
            Self::Print => "/print",
            Self::Paper => "/paper",
            Self::Watching => "/theo-doi",
            Self::Comments => "/y-kien",
            Self::Report => "/report",
            Self::Publish => "/cong-bo",
            Self::Microdata => "/du-lieu",
        }
    }

    const fn needs(self) -> Permission {
        match self {
            Self::Overview | Self::Counters | Self::Print | Self::Watching => Permission::ReadCampaigns,
            Self::Settings | Self::Units | Self::Raters => Permission::ManageCampaigns,
            Self::Invited => Permission::ManageInvitations,
            Self::Paper => Permission::EnterPaper,
            Self::Comments => Permission::ScreenComments,
            Self::Report => Permission::ReadReports,
            Self::Publish => Permission::Publish,
            Self::Microdata => Permission::ExportAnswers,
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
            Self::Raters => fl!(m, "raters-tab"),
            Self::Invited => fl!(m, "lists-tab"),
            Self::Print => fl!(m, "desk-tab-print"),
            Self::Paper => fl!(m, "paper-title"),
            Self::Watching => fl!(m, "desk-tab-watching"),
            Self::Comments => fl!(m, "desk-tab-comments"),
            Self::Report => fl!(m, "desk-tab-report"),
            Self::Publish => fl!(m, "publish-tab"),
            Self::Microdata => fl!(m, "microdata-tab"),
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

/// The page of a tab around its content.
pub fn page(head: &Head<'_>, content: &Markup) -> Markup {
    below(head, "", None, content)
}

/// A page below a tab: `tail` of its address after the tab's, and its own title.
pub fn below(head: &Head<'_>, tail: &str, title: Option<&str>, content: &Markup) -> Markup {
    let path = format!("{}{}{tail}", base(head.campaign), head.tab.path());
    let (document, name) = (document_title(head, title), head.lang.pick(&head.campaign.title));
    let content = html! {
        (above(head))
        @if let Some(title) = title { h2.page { (title) } }
        (content)
    };
    frame::titled(&frame_of(head.lang, &document, &path, head.staff), name, &content)
}

/// Says what has just been done; in a draft it leads to the step after this one.
pub fn done(head: &Head<'_>, words: &str) -> Markup {
    let Head { lang, campaign, phase, tab, .. } = *head;
    let sets_up = phase == Phase::Draft && head.staff.may(Permission::ManageCampaigns);
    let mut after = Tab::steps(campaign).into_iter().skip_while(|step| *step != tab).skip(1);
    let next = after.next().filter(|_| sets_up);
    // Who came from the check to mend something wants to go back there, not through every step once more.
    let check = next.is_some_and(|next| next != Tab::Overview).then_some(Tab::Overview);
    html! {
        .done role="status" {
            p { (words) }
            @if let Some(next) = next {
                p {
                    a.button href=(in_language(&format!("{}{}", base(campaign), next.path()), lang)) {
                        (fl!(lang.messages(), "desk-next-step", step = next.name(lang, phase)))
                    }
                    @if let Some(check) = check {
                        " · "
                        a href=(in_language(&base(campaign), lang)) { (check.name(lang, phase)) }
                    }
                }
            }
        }
    }
}

/// The title of the browser's tab: the page first, since that is what is read of it.
pub fn document_title(head: &Head<'_>, title: Option<&str>) -> String {
    let tab = head.tab.name(head.lang, head.phase);
    format!("{} – {}", title.unwrap_or(&tab), head.lang.pick(&head.campaign.title))
}

/// The address of the campaign's page, above all others.
fn base(campaign: &Campaign) -> String {
    format!("/admin/campaigns/{}", campaign.slug)
}

/// Where the campaign stands, and its pages that this account may see. A draft's pages come in the order in which they
/// are filled in, checking last, and those with nothing to show before it opens are left out.
pub fn above(head: &Head<'_>) -> Markup {
    let Head { lang, campaign, phase, .. } = *head;
    let base = base(campaign);
    let sets_up = phase == Phase::Draft && head.staff.may(Permission::ManageCampaigns);
    let steps = Tab::steps(campaign);
    let mut tabs: Vec<Tab> = Tab::ALL.to_vec();
    if sets_up {
        tabs.retain(|tab| !steps.contains(tab));
        tabs.splice(0..0, steps);
    }
    tabs.retain(|tab| tab.fits(campaign) || *tab == head.tab);
    if phase == Phase::Draft {
        tabs.retain(|tab| {
            !matches!(tab, Tab::Watching | Tab::Comments | Tab::Report | Tab::Publish | Tab::Microdata)
                || *tab == head.tab
        });
    }
    tabs.retain(|tab| head.staff.may(tab.needs()));
    html! {
        p.where {
            (campaigns::phase(lang, phase))
            span { (dates::period(lang, campaign)) }
        }
        nav.tabs aria-label=(fl!(lang.messages(), "desk-tabs")) {
            @for tab in tabs {
                a class=[(sets_up && steps.contains(&tab)).then_some("step")]
                    href=(in_language(&format!("{base}{}", tab.path()), lang))
                    aria-current=[(tab == head.tab).then_some("page")] { (tab.name(lang, phase)) }
            }
        }
        // The check says it with everything else.
        @if sets_up && head.tab != Tab::Overview { (owed(lang, campaign)) }
    }
}

/// What people are owed before a draft can open and are not told yet: better learnt while its settings are at hand than when
/// everything else is ready.
fn owed(lang: Lang, campaign: &Campaign) -> Markup {
    let m = lang.messages();
    let notice = campaign.notice.clone().unwrap_or_default();
    let keys = if campaign.demonstration { Vec::new() } else { notice.owed() };
    html! {
        @if let Some(first) = keys.first() {
            @let field = desk::notice_field(first);
            @let settings = in_language(&format!("{}/settings?mend={field}", base(campaign)), lang);
            @let parts: Vec<String> = keys.iter().map(|key| desk::notice_label(lang, key)).collect();
            p.note {
                (fl!(m, "setup-owed", parts = parts.join(", "))) " "
                a href={ (settings) "#" (form::id(&field)) } { (fl!(m, "setup-owed-go")) }
            }
        }
    }
}

/// The frame of a page of the desk.
pub fn frame_of<'a>(lang: Lang, title: &'a str, path: &'a str, staff: &'a Staff) -> Frame<'a> {
    Frame { lang, title, path, staff: Some(staff) }
}
