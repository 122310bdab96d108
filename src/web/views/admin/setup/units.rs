//! Populations and planned answers.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase, Unit},
    report::format::count,
    sampling::plan::Plan,
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        typed,
        views::admin::{
            form::{self, Field, Form, Line, id},
            pager::Paging,
        },
    },
};

/// A unit in the table.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The unit.
    pub unit: &'a Unit,
    /// How far below a root it is.
    pub depth: usize,
    /// Its counters in the campaign.
    pub counters: usize,
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// The fields.
    pub form: Form<'a>,
    /// What they hold if the page is opened now.
    pub base: &'a Fields,
    /// The units shown.
    pub rows: &'a [Row<'a>],
    /// Letters looked for.
    pub find: &'a str,
    /// Which page of them.
    pub paging: Paging,
    /// All units there are.
    pub units: usize,
    /// Units found.
    pub found: usize,
    /// Sum of the populations saved.
    pub population: u64,
    /// Sum of the planned answers saved.
    pub sample: u64,
    /// Units with a population.
    pub with: usize,
    /// What the planner worked out.
    pub plan: Option<&'a Plan>,
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let head = Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Units };
    let content = html! {
        @if let Some(done) = page.done { (head::done(&head, done)) }
        (form::purpose(&if page.campaign.by_link {
            fl!(m, "desk-link-units-purpose")
        } else {
            fl!(m, "desk-setup-units-purpose")
        }))
        // Who is asked by personal links is counted from the list.
        @if page.phase == Phase::Draft && !page.campaign.by_link && page.with == 0 {
            .note.calm {
                p { (fl!(m, "setup-units-optional")) }
                p {
                    a.button.plain href=(in_language(&format!("/admin/campaigns/{}/counters", page.campaign.slug), lang)) {
                        (fl!(m, "setup-units-skip"))
                    }
                }
            }
        }
        @if page.units == 0 {
            (form::empty(
                &fl!(m, "desk-setup-units-none"),
                &fl!(m, "desk-setup-units-none-what"),
                Some((&in_language("/admin/units", lang), &fl!(m, "desk-setup-units-go"))),
            ))
        } @else {
            (form.summary())
            @if page.with > 0 {
                dl.facts {
                    div { dt { (fl!(m, "desk-units-with")) } dd { (count(lang, page.with as u64)) } }
                    div { dt { (population_words(page)) } dd { (count(lang, page.population)) } }
                    div { dt { (fl!(m, "desk-units-sample")) } dd { (count(lang, page.sample)) } }
                }
            }
            (paste(page))
            (search(page))
            (table(page))
        }
    };
    head::page(&head, &content)
}

/// What the population of a unit is made of.
fn population_words(page: &Page<'_>) -> String {
    let m = page.lang.messages();
    if page.campaign.by_link { fl!(m, "desk-link-population") } else { fl!(m, "desk-units-population") }
}

fn path(page: &Page<'_>) -> String {
    format!("/admin/campaigns/{}/units", page.campaign.slug)
}

fn address(page: &Page<'_>, number: usize) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if page.lang != Lang::VI {
        query.append_pair("lang", page.lang.code());
    }
    if !page.find.is_empty() {
        query.append_pair("find", page.find);
    }
    query.append_pair("page", &number.to_string());
    format!("{}?{}", path(page), query.finish())
}

fn search(page: &Page<'_>) -> Markup {
    let m = page.lang.messages();
    html! {
        @if page.units > 20 {
            form.filter role="search" method="get" action=(path(page)) {
                @if page.lang != Lang::VI { input type="hidden" name="lang" value=(page.lang.code()); }
                p.field {
                    label for="find" { (fl!(m, "desk-find-unit")) }
                    input #find type="search" name="find" value=(page.find) autocomplete="off";
                }
                button.plain { (fl!(m, "desk-find")) }
            }
        }
    }
}

fn table(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let (population, sample) = (population_words(page), fl!(m, "desk-units-sample"));
    let fields = html! {
        @if let Some(plan) = page.plan { (not_saved(lang, plan)) }
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table.entry {
                caption #caption {
                    (fl!(m, "desk-units-caption", found = page.found, units = page.units))
                    (page.paging.words(page.lang))
                }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "admin-unit")) }
                        th.number scope="col" { (fl!(m, "desk-units-counters")) }
                        th scope="col" { (population) }
                        th scope="col" { (sample) }
                    }
                }
                tbody {
                    @for row in page.rows {
                        tr {
                            th scope="row" {
                                span class={ "depth d" (row.depth.min(4)) } { (row.unit.name) }
                                " " span.own-code { (row.unit.code) }
                            }
                            td.number { @if row.counters > 0 { (row.counters) } @else { "–" } }
                            @for (name, label) in [("population", &population), ("sample", &sample)] {
                                td { (cell(form, &format!("{name}.{}", row.unit.code), &format!("{label}: {}", row.unit.name))) }
                            }
                        }
                    }
                }
            }
        }
        @if page.rows.is_empty() { p { (fl!(m, "desk-find-nothing")) } }
        (planner(page))
        .buttons {
            button.main name="do" value="save" { (fl!(m, "desk-save")) }
            a.button.plain href=(in_language(&path(page), lang)) { (fl!(m, "desk-form-cancel")) }
        }
    };
    let here = address(page, page.paging.number);
    let sent = form.post(&here, Some(page.base), &fields);
    let shown = form.faults.is_empty() && form.changed.is_empty() && page.plan.is_none();
    html! {
        @if shown { (sent) } @else { (form::refused(&here, &sent)) }
        (page.paging.links(page.lang, Some(&fl!(m, "desk-pages-save")), |number| address(page, number)))
    }
}

/// What the planner has filled in, with the button that saves it: it stands where people look first.
fn not_saved(lang: Lang, plan: &Plan) -> Markup {
    let m = lang.messages();
    html! {
        .note.unsaved role="status" {
            p {
                strong { (fl!(m, "desk-plan-unsaved")) } " "
                (fl!(
                    m,
                    "desk-plan-done",
                    n = count(lang, plan.total.answers),
                    units = plan.units.len(),
                    margin = typed::percent_text((plan.total.margin * 1_000.0).round() / 1_000.0)
                ))
            }
            p { button.main name="do" value="save" { (fl!(m, "desk-save")) } }
        }
    }
}

/// A number in the table; its label is heard, not seen.
fn cell(form: Form<'_>, name: &str, label: &str) -> Markup {
    let fault = form.faults.iter().find(|fault| fault.field == name);
    let theirs = form.changed.iter().find(|changed| changed.field == name);
    let value = form.values.all(name).next().unwrap_or_default();
    html! {
        input.tiny id=(id(name)) type="text" name=(name) value=(value) inputmode="numeric" autocomplete="off"
            aria-label=(label) aria-invalid=[fault.map(|_| "true")]
            aria-describedby=[fault.map(|_| format!("{}-fault", id(name)))];
        @if let Some(fault) = fault { p.fault id={ (id(name)) "-fault" } { (fault.words) } }
        @if let Some(theirs) = theirs {
            p.theirs { (fl!(form.lang.messages(), "desk-form-theirs", now = theirs.theirs.as_str())) }
        }
    }
}

fn planner(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let (margin, margin_hint) = (fl!(m, "desk-plan-margin-label"), fl!(m, "desk-plan-margin-hint"));
    let (share, share_hint) = (fl!(m, "desk-plan-share-label"), fl!(m, "desk-plan-share-hint"));
    html! {
        .block.planner {
            h2 { (fl!(m, "desk-plan")) }
            p.hint { (fl!(m, "desk-plan-what")) }
            .pair {
                (form.line(
                    &Field { name: "margin", label: &margin, hint: Some(&margin_hint), ..Field::default() },
                    Line::Percent,
                ))
                (form.line(
                    &Field { name: "share", label: &share, hint: Some(&share_hint), ..Field::default() },
                    Line::Percent,
                ))
            }
            p { button.plain name="do" value="plan" { (fl!(m, "desk-plan-button")) } }
        }
    }
}

fn paste(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let (label, hint) = (fl!(m, "desk-lines-label"), fl!(m, "desk-lines-hint"));
    let wrong = form.faults.iter().any(|fault| fault.field == "lines");
    let fields = html! {
        (form.area(&Field { name: "lines", label: &label, hint: Some(&hint), ..Field::default() }, 6))
        .buttons { button.plain { (fl!(m, "desk-lines-button")) } }
    };
    html! {
        // Where nothing is known yet, a table from elsewhere is what most people begin with.
        details.fold open[wrong || page.with == 0] {
            summary { (fl!(m, "desk-lines")) }
            (form.post(&in_language(&path(page), lang), None, &fields))
        }
    }
}
