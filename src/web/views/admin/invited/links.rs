//! Making links: letters, or a list for other channels.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    distribution::pdf,
    language::Lang,
    organisation::{Campaign, Person, Phase, Raters, UnitTree, order::in_order},
    web::{
        auth::session::Staff,
        respond::answer::in_language,
        views::admin::{
            form::{self, Choice, Field, Form},
            setup::head::{self, Head, Tab},
        },
    },
};

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
    /// Everybody on the list.
    pub people: &'a [Person],
    /// The units.
    pub tree: &'a UnitTree,
    /// Groups of raters.
    pub raters: &'a Raters,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}/nguoi-duoc-moi", page.campaign.slug);
    let back = in_language(&base, lang);
    let content = html! {
        (form::back(&back, &fl!(m, "lists-tab")))
        h2.page { (fl!(m, "lists-links")) }
        (form::purpose(&fl!(m, "lists-links-purpose")))
        (form.summary())
        @if page.phase == Phase::Closed {
            p.note { (fl!(m, "lists-links-closed")) }
        } @else if page.people.is_empty() {
            (form::empty(
                &fl!(m, "lists-none"),
                &fl!(m, "lists-none-what"),
                Some((&in_language(&format!("{base}/nhap"), lang), &fl!(m, "lists-import"))),
            ))
        } @else {
            (form.post(&in_language(&format!("{base}/lien-ket"), lang), None, &fields(page, &back)))
            h2 { (fl!(m, "lists-labels")) }
            p { (fl!(m, "lists-labels-what")) }
            @if pdf::BUILT_IN {
                p.actions {
                    @for (who, label) in [("letter", fl!(m, "lists-labels-letter")), ("all", fl!(m, "lists-labels-all"))] {
                        a.button.plain href=(in_language(&format!("{base}/nhan.pdf?who={who}"), lang)) { (label) }
                    }
                }
            }
        }
    };
    head::page(
        &Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab: Tab::Invited },
        &content,
    )
}

/// Those who can be chosen together: value and label with their number.
fn whom(page: &Page<'_>) -> Vec<(String, String)> {
    let m = page.lang.messages();
    let count = |of: &dyn Fn(&Person) -> bool| page.people.iter().filter(|person| of(person)).count();
    let mut all = vec![
        ("letter".to_owned(), fl!(m, "lists-links-letter", n = count(&|person| person.email.is_none()))),
        ("all".to_owned(), fl!(m, "lists-links-all", n = page.people.len())),
    ];
    all.extend(page.raters.groups.iter().map(|group| {
        let n = count(&|person| person.group.as_deref() == Some(group.code.as_str()));
        (format!("group:{}", group.code), format!("{} ({n})", group.name))
    }));
    let units = in_order(page.tree, None).into_iter().filter_map(|(at, _)| page.tree.units().get(at));
    all.extend(units.filter_map(|unit| {
        let n = count(&|person| person.unit == unit.code);
        (n > 0).then(|| (format!("unit:{}", unit.code), format!("{} ({n})", unit.name)))
    }));
    let one = page.form.values.one("who").and_then(|who| who.strip_prefix("person:"));
    if let Some(person) = one.and_then(|code| page.people.iter().find(|person| person.code == code)) {
        let name = person.name.clone().unwrap_or_else(|| person.code.clone());
        all.insert(0, (format!("person:{}", person.code), name));
    }
    all
}

fn fields(page: &Page<'_>, back: &str) -> Markup {
    let Page { lang, form, .. } = *page;
    let m = lang.messages();
    let [who, who_hint, what, letters, letters_hint, xlsx, xlsx_hint, csv, sure, sure_hint] = [
        fl!(m, "lists-links-who"),
        fl!(m, "lists-links-who-hint"),
        fl!(m, "lists-links-what"),
        fl!(m, "lists-links-letters"),
        if pdf::BUILT_IN { fl!(m, "lists-links-letters-hint") } else { fl!(m, "print-not-built-in") },
        fl!(m, "lists-links-xlsx"),
        fl!(m, "lists-links-xlsx-hint"),
        fl!(m, "lists-links-csv"),
        fl!(m, "lists-links-sure"),
        fl!(m, "lists-links-sure-hint"),
    ];
    let all = whom(page);
    let options: Vec<(&str, &str)> =
        all.iter().map(|(value, label)| (value.as_str(), label.as_str())).collect();
    html! {
        .block {
            (form.select(&Field { name: "who", label: &who, hint: Some(&who_hint), ..Field::default() }, &options))
            (form.radios(
                &Field { name: "what", label: &what, ..Field::default() },
                &[
                    Choice { value: "letters", label: &letters, hint: Some(&letters_hint) },
                    Choice { value: "xlsx", label: &xlsx, hint: Some(&xlsx_hint) },
                    Choice { value: "csv", label: &csv, hint: None },
                ],
            ))
        }
        .danger {
            p { (fl!(m, "lists-links-ends")) }
            p { (fl!(m, "lists-links-everybody")) }
            (form.check(&Field { name: "sure", label: &sure, hint: Some(&sure_hint), ..Field::default() }))
            .buttons {
                button.main { (fl!(m, "lists-links-make")) }
                a.button.plain href=(back) { (fl!(m, "desk-form-cancel")) }
            }
        }
    }
}
