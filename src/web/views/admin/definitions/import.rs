//! The import of an XLSForm: the file, and what became of it.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    definition::{
        Problem,
        xlsform::{Imported, Level, Remark, Why},
    },
    language::Lang,
    web::{
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Choice, Fault, Field, Form, Line},
            frame::{self, Frame},
        },
    },
};

/// Remarks of a kind that are open at once; more are folded.
const OPEN: usize = 40;

/// What became of a file.
#[derive(Debug, Clone, Copy)]
pub struct Preview<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The questionnaire, or why there is none.
    pub outcome: &'a Result<Imported, Vec<Remark>>,
    /// What was decided.
    pub values: &'a Fields,
    /// What is wrong with that.
    pub faults: &'a [Fault],
    /// The sheets, to travel with the form.
    pub sheets: &'a str,
}

/// The page that asks for the file.
pub fn ask(lang: Lang, staff: &Staff, faults: &[Fault]) -> Markup {
    let m = lang.messages();
    let values = Fields::default();
    let form = Form { faults, ..Form::new(lang, &values) };
    let wrong = !faults.is_empty();
    let content = html! {
        (form::back(&in_language("/admin/definitions", lang), &fl!(m, "desk-definitions")))
        (form::purpose(&fl!(m, "desk-xlsform-purpose")))
        (form.summary())
        form.sheet method="post" enctype="multipart/form-data" action=(in_language("/admin/definitions/import", lang)) {
            .field.wrong[wrong] {
                label for=(form::id("file")) { (fl!(m, "desk-xlsform-file")) }
                p.hint id="file-hint" { (fl!(m, "desk-xlsform-file-hint")) }
                @for fault in faults { p.fault id="file-fault" { (fault.words) } }
                input id=(form::id("file")) type="file" name="file" required
                    accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                    aria-invalid=[wrong.then_some("true")]
                    aria-describedby=(if wrong { "file-hint file-fault" } else { "file-hint" });
            }
            (form.buttons(&fl!(m, "desk-xlsform-look"), Some(&in_language("/admin/definitions", lang))))
        }
        p.note { (fl!(m, "desk-xlsform-nothing-yet")) }
    };
    let title = fl!(m, "desk-definitions-import");
    frame::page(
        &Frame { lang, title: &title, path: "/admin/definitions/import", staff: Some(staff) },
        &content,
    )
}

/// The page of what became of it.
pub fn page(page: &Preview<'_>) -> Markup {
    let Preview { lang, outcome, .. } = *page;
    let m = lang.messages();
    let form = Form { faults: page.faults, ..Form::new(lang, page.values) };
    let action = in_language("/admin/definitions/import/check", lang);
    let content = html! {
        (form::back(&in_language("/admin/definitions/import", lang), &fl!(m, "desk-xlsform-other-file")))
        (form.summary())
        @match outcome {
            Ok(imported) => {
                (form::purpose(&summary(lang, imported)))
                (problems(lang, &imported.problems))
                (remarks(lang, &imported.remarks))
                (asked(lang, imported))
            }
            Err(refused) => {
                .summary role="alert" tabindex="-1" {
                    h2 { (fl!(m, "xlsform-not-imported")) }
                    ul { @for remark in refused { li { (remark.line(lang)) } } }
                }
            }
        }
        (form.post(&action, None, &decisions(page, &form)))
    };
    let title = fl!(m, "desk-xlsform-preview");
    // Another language is the file anew: the page's own address takes forms only.
    let path = "/admin/definitions/import";
    frame::page(&Frame { lang, title: &title, path, staff: Some(page.staff) }, &content)
}

fn summary(lang: Lang, imported: &Imported) -> String {
    let count = |level: Level| imported.remarks.iter().filter(|remark| remark.level == level).count();
    let d = &imported.definition;
    fl!(
        lang.messages(),
        "xlsform-imported",
        id = d.id.as_str(),
        version = d.version.as_str(),
        criteria = d.criteria.len().to_string(),
        questions = d.questions.len().to_string(),
        lost = count(Level::Lost).to_string(),
        changed = count(Level::Changed).to_string(),
        chosen = count(Level::Chosen).to_string()
    )
}

fn problems(lang: Lang, problems: &[Problem]) -> Markup {
    let m = lang.messages();
    html! {
        @if problems.iter().any(Problem::is_error) {
            .summary role="alert" {
                h2 { (fl!(m, "desk-xlsform-errors")) }
                ul { @for problem in problems.iter().filter(|p| p.is_error()) { li { (problem.words(lang)) } } }
            }
        }
        @if problems.iter().any(|problem| !problem.is_error()) {
            .note { ul { @for problem in problems.iter().filter(|p| !p.is_error()) { li { (problem.words(lang)) } } } }
        }
    }
}

/// What was lost, changed, decided, each with its cell.
fn remarks(lang: Lang, remarks: &[Remark]) -> Markup {
    let m = lang.messages();
    html! {
        @for (level, heading) in [
            (Level::Lost, fl!(m, "desk-xlsform-lost")),
            (Level::Changed, fl!(m, "desk-xlsform-changed")),
            (Level::Chosen, fl!(m, "desk-xlsform-chosen")),
        ] {
            @let of: Vec<&Remark> = remarks.iter().filter(|remark| remark.level == level).collect();
            @if !of.is_empty() {
                details.remarks open[of.len() <= OPEN] {
                    summary { (heading) " (" (of.len()) ")" }
                    ul {
                        @for remark in of {
                            li {
                                @if let Some(place) = &remark.place { strong { (place.to_string()) } ": " }
                                @if !remark.what.is_empty() { q { (remark.what) } " – " }
                                (remark.why.words(lang))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What will be asked.
fn asked(lang: Lang, imported: &Imported) -> Markup {
    let m = lang.messages();
    let d = &imported.definition;
    html! {
        details.remarks {
            summary { (fl!(m, "desk-definition-asked")) }
            @for section in d.forms.iter().flat_map(|form| &form.sections) {
                h3 { (lang.pick(&section.title)) }
                ol {
                    @for id in &section.ask {
                        @let criterion = d.criteria.iter().find(|criterion| criterion.id == *id);
                        @let question = d.questions.iter().find(|question| question.id == *id);
                        li {
                            @if let Some(text) = criterion.map(|c| &c.text).or(question.map(|q| &q.text)) {
                                (lang.pick(text))
                            }
                            @if criterion.is_some() { " " span.tag.open { (fl!(m, "desk-xlsform-criterion")) } }
                        }
                    }
                }
            }
        }
    }
}

/// What to decide, and what to do with it.
fn decisions(page: &Preview<'_>, form: &Form<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let good = page.outcome.as_ref().is_ok_and(|imported| !imported.problems.iter().any(Problem::is_error));
    let id = fl!(m, "desk-definitions-id");
    let version = fl!(m, "desk-definitions-version");
    html! {
        input type="hidden" name="sheets" value=(page.sheets);
        .block {
            h2 { (fl!(m, "desk-xlsform-decide")) }
            (form.line(&Field { name: "id", label: &id, hint: Some(&fl!(m, "desk-xlsform-id-hint")), ..Field::default() }, Line::Code))
            (form.line(&Field { name: "version", label: &version, hint: Some(&fl!(m, "desk-xlsform-version-hint")), ..Field::default() }, Line::Code))
            @match page.outcome {
                Ok(imported) => (choices(lang, form, imported)),
                Err(refused) => (scales(lang, form, &named(refused))),
            }
        }
        .buttons {
            @if good {
                button.main name="do" value="keep" { (fl!(m, "desk-xlsform-keep")) }
                button.plain name="do" value="file" { (fl!(m, "desk-xlsform-take")) }
            }
            button.(if good { "plain" } else { "main" }) name="do" value="look" { (fl!(m, "desk-xlsform-again")) }
        }
    }
}

fn choices(lang: Lang, form: &Form<'_>, imported: &Imported) -> Markup {
    let m = lang.messages();
    let lists: Vec<(String, String)> = imported
        .lists
        .iter()
        .map(|list| {
            let words: Vec<&str> = list.options.iter().map(|(_, label)| lang.pick(label)).collect();
            (list.name.clone(), words.join(" · "))
        })
        .collect();
    let groups: Vec<(String, String)> = imported
        .groups
        .iter()
        .map(|group| {
            let label = group.label.as_ref().map_or(group.name.as_str(), |label| lang.pick(label)).to_owned();
            (group.name.clone(), fl!(m, "desk-xlsform-group", name = label, n = group.criteria))
        })
        .collect();
    let items: Vec<(String, String)> =
        imported.on_scales.iter().map(|item| (item.name.clone(), lang.pick(&item.text).to_owned())).collect();
    html! {
        (scales(lang, form, &lists))
        @for list in imported.lists.iter().filter(|list| list.scale) {
            @let name = format!("satisfied.{}", list.name);
            @let label = fl!(m, "desk-xlsform-satisfied", list = list.name.as_str());
            @let known: Vec<String> = list.options.iter().map(|(name, label)| format!("{name} = {}", lang.pick(label))).collect();
            (form.line(&Field { name: &name, label: &label, hint: Some(&known.join("; ")), ..Field::default() }, Line::Code))
        }
        @if !groups.is_empty() {
            (ticks(form, "dimension", &fl!(m, "desk-xlsform-dimensions"), &fl!(m, "desk-xlsform-dimensions-hint"), &groups))
        }
        @if !items.is_empty() {
            (ticks(form, "beside", &fl!(m, "desk-xlsform-beside"), &fl!(m, "desk-xlsform-beside-hint"), &items))
        }
    }
}

fn scales(lang: Lang, form: &Form<'_>, lists: &[(String, String)]) -> Markup {
    let m = lang.messages();
    html! {
        @if !lists.is_empty() {
            (ticks(form, "scale", &fl!(m, "desk-xlsform-scales"), &fl!(m, "desk-xlsform-scales-hint"), lists))
        }
    }
}

fn ticks(form: &Form<'_>, name: &str, label: &str, hint: &str, choices: &[(String, String)]) -> Markup {
    let same = |value: &str, words: &str| value == words;
    let choices: Vec<Choice<'_>> = choices
        .iter()
        .map(|(value, words)| Choice {
            value,
            label: if words.is_empty() { value } else { words },
            hint: (!words.is_empty() && !same(value, words)).then_some(value.as_str()),
        })
        .collect();
    form.checks(&Field { name, label, hint: Some(hint), optional: true, ..Field::default() }, &choices)
}

/// The lists that a refusal names.
fn named(refused: &[Remark]) -> Vec<(String, String)> {
    let lists = refused.iter().find_map(|remark| match &remark.why {
        Why::NoScale(lists) => Some(lists),
        _ => None,
    });
    lists.into_iter().flatten().map(|list| (list.clone(), String::new())).collect()
}

/// What is said where no file was chosen.
pub fn no_file(lang: Lang) -> String {
    fl!(lang.messages(), "desk-xlsform-no-file")
}

/// What is said where id and version are another questionnaire's.
pub fn taken(lang: Lang, id: &str, version: &str) -> String {
    fl!(lang.messages(), "desk-xlsform-taken", id = id, version = version)
}
