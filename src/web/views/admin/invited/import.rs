//! The pages of an import of a list: the file, what is wrong with it, and what it would change.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{
        Campaign, Person, Phase, Raters, UnitTree,
        invited::{Changed, Plan},
    },
    tabular::Fault,
    web::{
        admin::invited::import::field,
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Form},
            setup::head::{self, Head, Tab},
            units::import::faulty,
        },
    },
};

/// Most rows of a table on these pages.
const SHOWN: usize = 300;

/// Asking for a file.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The form.
    pub form: Form<'a>,
    /// Rows of a file that cannot be taken.
    pub rows: &'a [Fault],
    /// Whether the campaign has groups of raters.
    pub groups: bool,
}

/// The page that asks for a file.
pub fn ask(page: &Ask<'_>) -> Markup {
    let Ask { lang, form, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let back = in_language(&base, lang);
    let wrong = form.faults.iter().any(|fault| fault.field == field::FILE);
    let id = form::id(field::FILE);
    let content = html! {
        (form::back(&back, &fl!(m, "lists-tab")))
        h2.page { (fl!(m, "lists-import")) }
        (form::purpose(&fl!(m, "lists-import-purpose")))
        (form.summary())
        @if !page.rows.is_empty() { (faulty(lang, page.rows)) }
        form.sheet method="post" enctype="multipart/form-data" action=(in_language(&format!("{base}/nhap"), lang)) novalidate {
            .block {
                .field.wrong[wrong] {
                    label for=(id) { (fl!(m, "desk-units-file")) }
                    p.hint id={ (id) "-hint" } {
                        @if page.groups { (fl!(m, "lists-file-hint-groups")) } @else { (fl!(m, "lists-file-hint")) }
                    }
                    @for fault in form.faults.iter().filter(|fault| fault.field == field::FILE) {
                        p.fault id={ (id) "-fault" } { (fault.words) }
                    }
                    input id=(id) type="file" name=(field::FILE)
                        accept=".csv,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                        aria-invalid=[wrong.then_some("true")]
                        aria-describedby={ (id) "-hint" @if wrong { " " (id) "-fault" } };
                }
            }
            (form.buttons(&fl!(m, "desk-units-import-preview"), Some(&back)))
        }
        h2 { (fl!(m, "lists-template-title")) }
        p { (fl!(m, "lists-template-what")) }
        p.actions {
            a.button.plain href=(in_language(&format!("{base}/mau.xlsx"), lang)) { (fl!(m, "desk-units-template")) }
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}

/// What a file would change.
#[derive(Debug, Clone, Copy)]
pub struct Preview<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The units.
    pub tree: &'a UnitTree,
    /// Groups of raters.
    pub raters: &'a Raters,
    /// Name of the file.
    pub file: &'a str,
    /// What it would change.
    pub plan: &'a Plan,
    /// Whether the file's encoding was a guess.
    pub guessed: bool,
    /// Whether it is shown again because others changed the list meanwhile.
    pub again: bool,
    /// The list, packed, to be sent along.
    pub packed: &'a str,
    /// Fingerprint of the changes.
    pub seen: &'a str,
}

/// The page that shows it, with the button that does it.
pub fn preview(page: &Preview<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let back = in_language(&base, lang);
    let (changed, added): (Vec<&Changed>, Vec<&Changed>) =
        page.plan.changes.iter().partition(|changed| changed.before.is_some());
    let none = Fields::default();
    let content = html! {
        (form::back(&in_language(&format!("{base}/nhap"), lang), &fl!(m, "desk-units-import-other")))
        h2.page { (fl!(m, "desk-units-preview")) }
        (form::purpose(&fl!(m, "desk-units-preview-purpose", file = page.file)))
        @if page.again { .summary.meanwhile role="alert" { p { (fl!(m, "lists-import-changed")) } } }
        @if page.guessed { p.note { (fl!(m, "desk-units-guessed")) } }
        dl.facts {
            div { dt { (fl!(m, "desk-units-fact-added")) } dd { (added.len()) } }
            div { dt { (fl!(m, "desk-units-fact-changed")) } dd { (changed.len()) } }
            div { dt { (fl!(m, "desk-units-fact-same")) } dd { (page.plan.same) } }
        }
        p { (fl!(m, "lists-others-stay")) }
        @if !page.plan.notes.is_empty() { (notes(page)) }
        @if page.plan.changes.is_empty() {
            p.done role="status" { (fl!(m, "lists-nothing-changes")) }
            p { a.button href=(back) { (fl!(m, "lists-back")) } }
        } @else {
            (table(page, "changed", &fl!(m, "lists-group-changed", n = changed.len()), &changed))
            (table(page, "added", &fl!(m, "desk-units-group-added", n = added.len()), &added))
            form.sheet method="post" action=(in_language(&format!("{base}/nhap/xac-nhan"), lang)) {
                input type="hidden" name=(field::LIST) value=(page.packed);
                input type="hidden" name=(field::SEEN) value=(page.seen);
                input type="hidden" name=(field::NAME) value=(page.file);
                (Form::new(lang, &none).buttons(&fl!(m, "lists-import-go", n = page.plan.changes.len()), Some(&back)))
            }
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}

fn notes(page: &Preview<'_>) -> Markup {
    let notes = &page.plan.notes;
    html! {
        .note {
            p { (fl!(page.lang.messages(), "desk-units-notes", n = notes.len())) }
            ul {
                @for note in notes.iter().take(50) { li { (note.place(page.lang)) ": " (note.words) } }
                @if notes.len() > 50 { li { "…" } }
            }
        }
    }
}

fn table(page: &Preview<'_>, id: &str, title: &str, changes: &[&Changed]) -> Markup {
    let m = page.lang.messages();
    html! {
        @if !changes.is_empty() {
            details.group open {
                summary { h2 #(id) { (title) } }
                .scroll role="region" aria-labelledby=(id) tabindex="0" {
                    table {
                        thead {
                            tr {
                                th scope="col" { (fl!(m, "desk-units-row")) }
                                th scope="col" { (fl!(m, "lists-person")) }
                                th scope="col" { (fl!(m, "desk-units-change")) }
                            }
                        }
                        tbody {
                            @for changed in changes.iter().take(SHOWN) {
                                tr {
                                    td { (changed.row) }
                                    th scope="row" {
                                        (changed.after.name.as_deref().unwrap_or_default())
                                        " " span.code { (changed.after.code) }
                                    }
                                    td { (differences(page, changed)) }
                                }
                            }
                        }
                    }
                }
                @let more: usize = changes.len().saturating_sub(SHOWN);
                @if more > 0 { p { (fl!(m, "desk-units-more-rows", n = more)) } }
            }
        }
    }
}

/// What differs about a person, a line each.
fn differences(page: &Preview<'_>, changed: &Changed) -> Markup {
    let m = page.lang.messages();
    let unit = |code: &str| page.tree.get(code).map_or(code, |unit| unit.name.as_str()).to_owned();
    let group = |code: &str| page.raters.group(code).map_or(code, |group| group.name.as_str()).to_owned();
    let all = |person: &Person| {
        [
            (fl!(m, "lists-name"), person.name.clone()),
            (fl!(m, "lists-title"), person.title.clone()),
            (fl!(m, "admin-unit"), Some(unit(&person.unit))),
            (fl!(m, "lists-group"), person.group.as_deref().map(group)),
            (fl!(m, "lists-email"), person.email.clone()),
            (fl!(m, "lists-address"), person.address.clone()),
        ]
    };
    let is = all(&changed.after);
    let was = changed.before.as_ref().map(all);
    html! {
        @for (n, (label, is)) in is.iter().enumerate() {
            @let before = was.as_ref().and_then(|was| was.get(n)).and_then(|(_, was)| was.as_deref());
            @if changed.before.is_none() {
                // The name stands before the line already.
                @if let Some(is) = is.as_deref().filter(|_| n > 0) { p.line { span.what { (label) ": " } (is) } }
            } @else if before != is.as_deref() {
                p.line {
                    span.what { (label) ": " }
                    del { (before.unwrap_or("–")) } " → " (is.as_deref().unwrap_or("–"))
                }
            }
        }
    }
}
