//! The pages of an import: the file, what is wrong with it, and what it would change.

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{
        Dated, History, UnitChange,
        import::{Key, List, heading},
        problem::written,
    },
    tabular::Fault,
    web::{
        admin::units::import::{FIRST, field},
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Choice, Field, Form, Line},
            frame::{self, Frame},
        },
    },
};

/// Most rows of a table on these pages.
const SHOWN: usize = 300;
/// Height of the field for a pasted list, in lines.
const LINES: u8 = 10;
/// Most new units that are shown without being asked for: more of them are counted by their kinds, and folded away.
const FEW: usize = 10;

/// The page that asks for a file, with the rows of one that cannot be read.
pub fn ask(lang: Lang, staff: &Staff, form: &Form<'_>, rows: &[Fault]) -> Markup {
    let m = lang.messages();
    let [file, file_hint, since, since_hint, change, change_hint, mistake, mistake_hint, day, day_hint] = [
        fl!(m, "desk-units-file"),
        fl!(m, "desk-units-file-hint"),
        fl!(m, "desk-units-import-since"),
        fl!(m, "desk-units-import-since-hint"),
        fl!(m, "desk-units-since-change"),
        fl!(m, "desk-units-since-change-hint"),
        fl!(m, "desk-units-since-mistake"),
        fl!(m, "desk-units-since-mistake-hint"),
        fl!(m, "desk-units-since-day"),
        fl!(m, "desk-units-day-hint"),
    ];
    let wrong = form.faults.iter().any(|fault| fault.field == field::FILE);
    let id = form::id(field::FILE);
    let of = |name: &str| form.values.one(name).unwrap_or_default();
    // Only the day was wrong: the list comes along.
    let read_before = !wrong && form.values.one(field::LIST).is_some();
    let (lines, lines_hint) = (fl!(m, "import-lines"), fl!(m, "import-lines-hint"));
    let content = html! {
        (form::back(&in_language("/admin/units", lang), &fl!(m, "desk-units")))
        (form::purpose(&fl!(m, "desk-units-import-purpose")))
        // The rows are counted one by one; their field says so once.
        (form.summary_of(form.faults.len() + rows.len().saturating_sub(1)))
        @if !rows.is_empty() {
            @if form.faults.iter().any(|fault| fault.field == field::LINES) {
                (table_of(lang, rows, &fl!(m, "import-faults", n = rows.len()), &fl!(m, "import-faults-caption")))
            } @else { (faulty(lang, rows)) }
        }
        form.sheet method="post" enctype="multipart/form-data" action=(in_language("/admin/units/import", lang)) novalidate {
            .block {
                (form.area(
                    &Field { name: field::LINES, label: &lines, hint: Some(&lines_hint), ..Field::default() },
                    LINES,
                ))
                .field.wrong[wrong] {
                    label for=(id) { (file) }
                    p.hint id={ (id) "-hint" } {
                        @if read_before { (fl!(m, "desk-units-file-read", file = of(field::NAME))) }
                        @else { (file_hint) }
                    }
                    @if read_before {
                        @for name in [field::LIST, field::NAME, field::GUESSED] {
                            @if form.values.one(name).is_some() {
                                input type="hidden" name=(name) value=(of(name));
                            }
                        }
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
            @if form.values.one(field::SINCE) == Some(FIRST) {
                input type="hidden" name=(field::SINCE) value=(FIRST);
            } @else {
            .block {
                (form.radios(
                    &Field { name: field::SINCE, label: &since, hint: Some(&since_hint), ..Field::default() },
                    &[
                        Choice { value: "day", label: &change, hint: Some(&change_hint) },
                        Choice { value: "always", label: &mistake, hint: Some(&mistake_hint) },
                    ],
                ))
                (form.line(&Field { name: field::DAY, label: &day, hint: Some(&day_hint), ..Field::default() }, Line::Code))
            }
            }
            (form.buttons(&fl!(m, "desk-units-import-preview"), Some(&in_language("/admin/units", lang))))
        }
        details.fold {
            summary { (fl!(m, "import-fold-example")) }
            (example(lang))
            h2 { (fl!(m, "desk-units-template-title")) }
            p { (fl!(m, "desk-units-template-what")) }
            p.actions {
                a.button.plain href=(in_language("/admin/units/template.xlsx", lang)) { (fl!(m, "desk-units-template")) }
                a.button.plain href=(in_language("/admin/units/template.csv", lang)) { (fl!(m, "import-template-csv")) }
                @if of(field::SINCE) != FIRST {
                    a.button.plain href=(in_language("/admin/units/units.xlsx", lang)) {
                        (fl!(m, "desk-units-download-xlsx"))
                    }
                }
            }
        }
    };
    let title = fl!(m, "desk-units-import");
    frame::page(&Frame { lang, title: &title, path: "/admin/units/import", staff: Some(staff) }, &content)
}

/// What a list looks like.
fn example(lang: Lang) -> Markup {
    let m = lang.messages();
    let rows = [
        fl!(m, "desk-units-example-top"),
        fl!(m, "desk-units-example-department"),
        fl!(m, "desk-units-example-commune"),
    ];
    html! {
        h2 #example { (fl!(m, "desk-units-example")) }
        p { (fl!(m, "desk-units-example-codes")) }
        .scroll role="region" aria-labelledby="example" tabindex="0" {
            table {
                thead {
                    tr {
                        @for key in [Key::Code, Key::Name, Key::Kind, Key::Parent] {
                            th scope="col" { (heading(lang, key)) }
                        }
                    }
                }
                tbody {
                    @for row in &rows { tr { @for cell in row.split('|') { td { (cell.trim()) } } } }
                }
            }
        }
    }
}

/// The rows of a file that cannot be taken.
pub fn faulty(lang: Lang, rows: &[Fault]) -> Markup {
    let m = lang.messages();
    table_of(lang, rows, &fl!(m, "desk-units-faults", n = rows.len()), &fl!(m, "desk-units-faults-caption"))
}

fn table_of(lang: Lang, rows: &[Fault], title: &str, caption: &str) -> Markup {
    let m = lang.messages();
    html! {
        h2 { (title) }
        .scroll role="region" aria-labelledby="faulty" tabindex="0" {
            table {
                caption #faulty { (caption) }
                thead {
                    tr { th scope="col" { (fl!(m, "desk-units-place")) } th scope="col" { (fl!(m, "desk-units-mend")) } }
                }
                tbody {
                    @for fault in rows.iter().take(SHOWN) {
                        tr { th.place scope="row" { (fault.place(lang)) } td { (fault.words) } }
                    }
                }
            }
        }
        @let more: usize = rows.len().saturating_sub(SHOWN);
        @if more > 0 { p { (fl!(m, "desk-units-more-rows", n = more)) } }
    }
}

/// What a file would change.
#[derive(Debug, Clone, Copy)]
pub struct Preview<'a> {
    /// Language.
    pub lang: Lang,
    /// Who looks at it.
    pub staff: &'a Staff,
    /// Name of the file.
    pub file: &'a str,
    /// The units as they are.
    pub history: &'a History,
    /// The list.
    pub list: &'a List,
    /// What it would change.
    pub changes: &'a [UnitChange],
    /// Whether the file's encoding was a guess.
    pub guessed: bool,
    /// Whether it is shown again because others changed units meanwhile.
    pub again: bool,
    /// The fields that say from when changes hold; of a list that was pasted and is kept, also its id.
    pub since: &'a Fields,
    /// The list, packed, to be sent along.
    pub packed: &'a str,
    /// Fingerprint of the changes.
    pub seen: &'a str,
}

/// Groups of changes, each under the gravest thing that happens to a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Group {
    Ended,
    Moved,
    Renamed,
    Other,
    Added,
}

impl Group {
    const ALL: [Self; 5] = [Self::Ended, Self::Moved, Self::Renamed, Self::Other, Self::Added];

    fn of(change: &UnitChange) -> Self {
        let (Some(before), Some(after)) = (&change.before, &change.after) else { return Self::Added };
        let (was, is) = (&before.unit, &after.unit);
        if was.valid_to != is.valid_to && is.valid_to.is_some() || was.successor != is.successor {
            Self::Ended
        } else if was.parent != is.parent {
            Self::Moved
        } else if (&was.name, &was.kind) != (&is.name, &is.kind) {
            Self::Renamed
        } else {
            Self::Other
        }
    }

    fn title(self, lang: Lang, n: usize) -> String {
        let m = lang.messages();
        match self {
            Self::Ended => fl!(m, "desk-units-group-ended", n = n),
            Self::Moved => fl!(m, "desk-units-group-moved", n = n),
            Self::Renamed => fl!(m, "desk-units-group-renamed", n = n),
            Self::Other => fl!(m, "desk-units-group-other", n = n),
            Self::Added => fl!(m, "desk-units-group-added", n = n),
        }
    }
}

/// The page that shows it, with the button that does it.
pub fn preview(page: &Preview<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let changed = page.changes.iter().filter(|change| change.before.is_some()).count();
    let added = page.changes.len() - changed;
    let same = page.list.len().saturating_sub(page.changes.len());
    let absent = page.history.iter().filter(|dated| !page.list.names(&dated.unit.code)).count();
    let content = html! {
        @match page.since.one(field::LINES) {
            Some(id) => (form::back(&in_language(&format!("/admin/units/import?of={id}"), lang), &fl!(m, "import-mend"))),
            None => (form::back(&in_language("/admin/units/import", lang), &fl!(m, "desk-units-import-other"))),
        }
        @if page.file.is_empty() { (form::purpose(&fl!(m, "import-preview-pasted"))) }
        @else { (form::purpose(&fl!(m, "desk-units-preview-purpose", file = page.file))) }
        @if page.again { .summary.meanwhile role="alert" { p { (fl!(m, "desk-units-import-changed")) } } }
        @if page.guessed { p.note { (fl!(m, "desk-units-guessed")) } }
        dl.facts {
            div { dt { (fl!(m, "desk-units-fact-added")) } dd { (added) } }
            div { dt { (fl!(m, "desk-units-fact-changed")) } dd { (changed) } }
            div { dt { (fl!(m, "desk-units-fact-same")) } dd { (same) } }
            div { dt { (fl!(m, "desk-units-fact-absent")) } dd { (absent) } }
        }
        p { (fl!(m, "import-kinds", kinds = kinds(page.list))) }
        @if absent > 0 { p { (fl!(m, "desk-units-absent-stay")) } }
        @if !page.list.notes.is_empty() { (notes(page)) }
        @if page.changes.is_empty() {
            p.done role="status" { (fl!(m, "desk-units-nothing-changes")) }
            p { a.button href=(in_language("/admin/units", lang)) { (fl!(m, "desk-units-back")) } }
        } @else {
            @for group in Group::ALL { (group_of(page, group)) }
            form.sheet method="post" action=(in_language("/admin/units/import/confirm", lang)) {
                input type="hidden" name=(field::LIST) value=(page.packed);
                input type="hidden" name=(field::SEEN) value=(page.seen);
                @for name in [field::NAME, field::SINCE, field::DAY] {
                    input type="hidden" name=(name) value=(page.since.one(name).unwrap_or_default());
                }
                (Form::new(lang, page.since).buttons(
                    &if page.changes.iter().all(|change| Group::of(change) == Group::Added) {
                        fl!(m, "desk-units-import-add", n = page.changes.len())
                    } else {
                        fl!(m, "desk-units-import-go", n = page.changes.len())
                    },
                    Some(&in_language("/admin/units", lang)),
                ))
            }
        }
    };
    let title = fl!(m, "desk-units-preview");
    frame::page(
        &Frame { lang, title: &title, path: "/admin/units/import", staff: Some(page.staff) },
        &content,
    )
}

/// “1 tỉnh, 12 sở, 37 xã”: whether a list is whole is seen by its kinds sooner than by its rows.
fn kinds(list: &List) -> String {
    list.kinds().iter().map(|(kind, n)| format!("{n} {kind}")).collect::<Vec<_>>().join(", ")
}

fn notes(page: &Preview<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        .note {
            p { (fl!(m, "desk-units-notes", n = page.list.notes.len())) }
            ul {
                @for note in page.list.notes.iter().take(20) { li { (note.place(page.lang)) ": " (note.words) } }
                @if page.list.notes.len() > 20 { li { "…" } }
            }
        }
    }
}

fn group_of(page: &Preview<'_>, group: Group) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let changes: Vec<&UnitChange> = page.changes.iter().filter(|change| Group::of(change) == group).collect();
    let id = format!("group-{group:?}");
    html! {
        @if !changes.is_empty() {
            details.group open[group != Group::Added || changes.len() <= FEW || page.guessed] {
                summary { h2 #(id) { (group.title(lang, changes.len())) } }
                // Whoever looks at the new units one by one sees their codes.
                @if group == Group::Added && page.list.made > 0 { p { (fl!(m, "import-made", n = page.list.made)) } }
                .scroll role="region" aria-labelledby=(id) tabindex="0" {
                    table {
                        thead {
                            tr {
                                th scope="col" { (fl!(m, "desk-units-row")) }
                                th scope="col" { (fl!(m, "desk-units-name")) }
                                th scope="col" { (fl!(m, "desk-units-change")) }
                            }
                        }
                        tbody {
                            @for change in changes.iter().take(SHOWN) {
                                tr {
                                    td { (page.list.row(change.code()).map_or_else(|| "–".to_owned(), |row| row.to_string())) }
                                    th scope="row" {
                                        (change.before.as_ref().or(change.after.as_ref()).map_or("", |d| d.unit.name.as_str()))
                                        " " span.code { (change.code()) }
                                    }
                                    td { (differences(page, change)) }
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

/// What differs about a unit, a line each.
fn differences(page: &Preview<'_>, change: &UnitChange) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let Some(after) = &change.after else { return html! {} };
    let is = &after.unit;
    let name = |code: &Option<String>| match code {
        None => fl!(m, "desk-units-top"),
        Some(code) => {
            let added = || page.changes.iter().find(|change| change.code() == code)?.after.as_ref();
            let found: Option<&Dated> = page.history.get(code).or_else(added);
            found.map_or_else(|| code.clone(), |dated| format!("{} ({code})", dated.unit.name))
        }
    };
    let day = |day: Option<Date>| day.map_or_else(|| "–".to_owned(), |day| written(lang, day));
    let mut lines: Vec<(String, Option<String>, String)> = Vec::new();
    match &change.before {
        None => {
            lines.push((fl!(m, "desk-units-kind"), None, is.kind.clone()));
            lines.push((fl!(m, "desk-units-parent"), None, name(&is.parent)));
            for (label, value) in
                [(fl!(m, "desk-units-valid-from"), is.valid_from), (fl!(m, "desk-units-last"), is.valid_to)]
            {
                if value.is_some() {
                    lines.push((label, None, day(value)));
                }
            }
            if is.successor.is_some() {
                lines.push((fl!(m, "desk-units-successor"), None, name(&is.successor)));
            }
        }
        Some(before) => {
            let was = &before.unit;
            let none = fl!(m, "desk-units-successor-none");
            let heir = |code: &Option<String>| if code.is_some() { name(code) } else { none.clone() };
            let all = [
                (fl!(m, "desk-units-name"), was.name.clone(), is.name.clone()),
                (fl!(m, "desk-units-kind"), was.kind.clone(), is.kind.clone()),
                (fl!(m, "desk-units-parent"), name(&was.parent), name(&is.parent)),
                (fl!(m, "desk-units-valid-from"), day(was.valid_from), day(is.valid_from)),
                (fl!(m, "desk-units-last"), day(was.valid_to), day(is.valid_to)),
                (fl!(m, "desk-units-successor"), heir(&was.successor), heir(&is.successor)),
            ];
            let changed = all.into_iter().filter(|(_, was, is)| was != is);
            lines.extend(changed.map(|(label, was, is)| (label, Some(was), is)));
        }
    }
    html! {
        @for (label, was, is) in lines {
            p.line {
                span.what { (label) ": " }
                @if let Some(was) = was { del { (was) } " → " }
                (is)
            }
        }
    }
}
