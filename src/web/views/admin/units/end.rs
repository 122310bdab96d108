//! The form that ends a unit.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{UnitForm, below, choices, has_ended, options};
use crate::web::{
    admin::units::end::field,
    respond::answer::in_language,
    views::admin::{
        form::{self, Field, Line},
        frame::{self, Frame},
    },
};

/// The page.
pub fn page(page: &UnitForm<'_>) -> Markup {
    let (lang, m, form, unit) = (page.lang, page.lang.messages(), page.form, page.unit);
    let path = format!("/admin/unit/{}/end", unit.code);
    let cancel = in_language(&format!("/admin/unit/{}", unit.code), lang);
    let children = page.tree.position(&unit.code).map(|at| below(page.tree, Some(at))).unwrap_or_default();
    let going_on = children
        .iter()
        .filter(|at| page.tree.units().get(**at).is_some_and(|child| !has_ended(child, page.today)))
        .count();
    // A successor may lie below the unit now; what lies below may not go below itself.
    let successors: Vec<(String, String)> =
        choices(page.tree, page.today, None).into_iter().filter(|(code, _)| *code != unit.code).collect();
    let parents = choices(page.tree, page.today, Some(&unit.code));
    let (none, top) = (fl!(m, "desk-units-successor-none"), fl!(m, "desk-units-top"));
    let [last_label, last_hint, successor_label, successor_hint, below_label, below_hint] = [
        fl!(m, "desk-units-last"),
        fl!(m, "desk-units-last-hint"),
        fl!(m, "desk-units-successor"),
        fl!(m, "desk-units-successor-hint"),
        fl!(m, "desk-units-below-to", n = going_on),
        fl!(m, "desk-units-below-to-hint"),
    ];
    let what = html! {
        p { (fl!(m, "desk-units-end-what", name = unit.name.as_str())) }
        ul {
            li { (fl!(m, "desk-units-end-what-answers")) }
            li { (fl!(m, "desk-units-end-what-counters")) }
            li { (fl!(m, "desk-units-end-what-undo")) }
        }
    };
    let fields = html! {
        .block {
            (form.line(&Field { name: field::LAST, label: &last_label, hint: Some(&last_hint), ..Field::default() }, Line::Code))
            (form.select(&Field {
                name: field::SUCCESSOR, label: &successor_label, hint: Some(&successor_hint), optional: true, ..Field::default()
            }, &options(&none, &successors)))
            @if going_on > 0 {
                (form.select(&Field {
                    name: field::BELOW, label: &below_label, hint: Some(&below_hint), ..Field::default()
                }, &options(&top, &parents)))
            }
        }
        (form.confirm(&what, &unit.code, &fl!(m, "desk-units-end-go"), &cancel))
    };
    let content = html! {
        (form::back(&cancel, &unit.name))
        (form::purpose(&fl!(m, "desk-units-end-purpose")))
        (form.summary())
        (form.post(&in_language(&path, lang), Some(page.base), &fields))
    };
    let title = fl!(m, "desk-units-end-title", name = unit.name.as_str());
    frame::page(&Frame { lang, title: &title, path: &path, staff: Some(page.staff) }, &content)
}
