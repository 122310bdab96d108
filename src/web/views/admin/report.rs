//! The index report within the frame of the desk. On paper the menus are gone and it looks like the file that
//! `sipas report --format html` writes.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form,
    frame::{self, Styles},
    setup::head::{self, Head},
};
use crate::{
    index::{IN_STEPS, report::Report},
    organisation::Phase,
    report::html::{self as report, Ways},
    report::words,
    web::{auth::access::Permission, respond::answer::in_language},
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Whose page it is.
    pub head: Head<'a>,
    /// The report.
    pub report: &'a Report,
    /// Label and address of the same report under other units.
    pub other: Option<(&'a str, &'a str)>,
    /// The same report in other formats: the format's name and its address.
    pub downloads: &'a [(&'a str, String)],
    /// Where to go from it.
    pub ways: &'a Ways,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Head { lang, campaign, staff, .. } = page.head;
    let m = lang.messages();
    let name = lang.pick(&campaign.title);
    let title = words::title(lang, page.report, name);
    if let Some(none) = nothing_yet(page) {
        return head::page(&page.head, &none);
    }
    let content = html! {
        p.kind-of-paper { (words::heading(lang, page.report)) }
        (head::above(&page.head))
        nav.downloads aria-label=(fl!(m, "report-downloads")) {
            span aria-hidden="true" { (fl!(m, "report-downloads")) }
            ul { @for (format, href) in page.downloads { li { a href=(href) { (format) } } } }
            (form::making(lang, &fl!(m, "report-takes")))
            @if let Some((label, href)) = page.other { a.other href=(href) { (label) } }
        }
        (report::demonstration(page.report, lang))
        @if let Some(whose) = report::whose(page.report) { p.whose { (whose) } }
        @if page.report.has_note(IN_STEPS) && staff.may(Permission::ReadCampaigns) {
            p.received {
                @let (before, after) = fl!(m, "report-received-elsewhere", page = "\u{0}").split_once('\u{0}')
                    .map_or_else(Default::default, |(a, b)| (a.to_owned(), b.to_owned()));
                (before) a href=(in_language(&format!("/admin/campaigns/{}/theo-doi", campaign.slug), lang)) {
                    (fl!(m, "desk-tab-watching"))
                } (after)
            }
        }
        (report::content(page.report, page.ways, lang))
    };
    let path = format!("/admin/campaigns/{}/report", campaign.slug);
    frame::document(&head::frame_of(lang, &title, &path, staff), name, Styles::Report, &content)
}

/// What to read where no answer counts yet; a report would only say so at length.
fn nothing_yet(page: &Page<'_>) -> Option<Markup> {
    let Head { lang, campaign, phase, staff, .. } = page.head;
    let m = lang.messages();
    let path = format!("/admin/campaigns/{}", campaign.slug);
    if phase == Phase::Draft {
        let what = fl!(m, "desk-report-draft-what");
        let next = (in_language(&path, lang), fl!(m, "desk-watch-empty-next"));
        return Some(form::empty(&fl!(m, "desk-report-none"), &what, Some((&next.0, &next.1))));
    }
    // Of personal links the report itself says when its figures are opened.
    if phase == Phase::Closed || campaign.by_link || page.report.responses.stored > 0 {
        return None;
    }
    let what = fl!(m, "desk-report-none-what", k = page.report.method.minimum_answers);
    let watches = staff.may(Permission::ReadCampaigns);
    let next = watches.then(|| (in_language(&format!("{path}/theo-doi"), lang), fl!(m, "desk-watch-link")));
    let next = next.as_ref().map(|(href, label)| (href.as_str(), label.as_str()));
    Some(html! {
        @if let Some(whose) = report::whose(page.report) { p { b { (whose) } } }
        (form::empty(&fl!(m, "desk-report-none"), &what, next))
    })
}
