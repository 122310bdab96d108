//! The form that merges units into one.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{UnitForm, below, choices};
use crate::web::{
    admin::units::merge::field,
    respond::answer::in_language,
    views::admin::{
        form::{self, Choice, Field, Line},
        frame::{self, Frame},
    },
};

/// The page.
pub fn page(page: &UnitForm<'_>) -> Markup {
    let (lang, m, form, unit) = (page.lang, page.lang.messages(), page.form, page.unit);
    let path = format!("/admin/unit/{}/merge", unit.code);
    let cancel = in_language(&format!("/admin/unit/{}", unit.code), lang);
    let position = page.tree.position(&unit.code);
    let siblings: Vec<&str> = below(page.tree, position.and_then(|at| page.tree.parent(at)))
        .into_iter()
        .filter_map(|at| page.tree.units().get(at))
        .map(|unit| unit.code.as_str())
        .collect();
    let all = choices(page.tree, page.today, None);
    let is_above = |code: &str| match (page.tree.position(code), position) {
        (Some(other), Some(own)) => page.tree.is_within(own, other),
        _ => false,
    };
    let (near, far): (Vec<_>, Vec<_>) = all
        .iter()
        .filter(|(code, _)| !is_above(code))
        .partition(|(code, _)| siblings.contains(&code.as_str()));
    let choice = |(code, label): &&'_ (String, String)| -> (String, String) {
        (code.clone(), label.trim_start_matches("– ").to_owned())
    };
    let near: Vec<(String, String)> = near.iter().map(choice).collect();
    let far: Vec<(String, String)> = far.iter().map(|(code, label)| (code.clone(), label.clone())).collect();
    fn picks(list: &[(String, String)]) -> Vec<Choice<'_>> {
        list.iter().map(|(value, label)| Choice { value, label, hint: None }).collect()
    }
    let [near_label, last_label, last_hint] =
        [fl!(m, "desk-units-merge-near"), fl!(m, "desk-units-merge-last"), fl!(m, "desk-units-last-hint")];
    let chosen_far = far.iter().any(|(code, _)| form.values.all(field::UNIT).any(|chosen| chosen == code));
    let fields = html! {
        .block {
            (form.line(&Field { name: field::LAST, label: &last_label, hint: Some(&last_hint), ..Field::default() }, Line::Code))
            (form.checks(&Field { name: field::UNIT, label: &near_label, ..Field::default() }, &picks(&near)))
            @if !far.is_empty() {
                details open[chosen_far || near.is_empty()] {
                    summary { (fl!(m, "desk-units-merge-far", n = far.len())) }
                    fieldset.field {
                        legend { (fl!(m, "desk-units-merge-far-legend")) }
                        @for (n, (code, label)) in far.iter().enumerate() {
                            .pick {
                                input id={ "far-" (n) } type="checkbox" name=(field::UNIT) value=(code)
                                    checked[form.values.all(field::UNIT).any(|chosen| chosen == code)];
                                label for={ "far-" (n) } { (label) }
                            }
                        }
                    }
                }
            }
        }
        .note {
            p { (fl!(m, "desk-units-merge-what", name = unit.name.as_str())) }
        }
        (form.buttons(&fl!(m, "desk-units-merge-go"), Some(&cancel)))
    };
    let content = html! {
        (form::back(&cancel, &unit.name))
        (form::purpose(&fl!(m, "desk-units-merge-purpose")))
        (form.summary())
        (form.post(&in_language(&path, lang), Some(page.base), &fields))
    };
    let title = fl!(m, "desk-units-merge-title", name = unit.name.as_str());
    frame::page(&Frame { lang, title: &title, path: &path, staff: Some(page.staff) }, &content)
}
