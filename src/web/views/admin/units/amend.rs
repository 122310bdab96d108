//! The form of a unit, new or known.

use i18n_embed_fl::fl;
use jiff::civil::Date;
use maud::{Markup, html};

use super::{choices, options};
use crate::{
    language::Lang,
    organisation::{Unit, UnitTree},
    web::{
        admin::units::amend::field,
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        views::admin::{
            form::{self, Choice, Field, Form, Line},
            frame::{self, Frame},
        },
    },
};

/// Everything the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who looks at it.
    pub staff: &'a Staff,
    /// All units.
    pub tree: &'a UnitTree,
    /// Today.
    pub today: Date,
    /// The unit that is changed; absent: a new one.
    pub unit: Option<&'a Unit>,
    /// What was typed, and what is wrong with it.
    pub form: &'a Form<'a>,
    /// What the form would show of the unit now.
    pub base: Option<&'a Fields>,
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m, form) = (page.lang, page.lang.messages(), page.form);
    let (path, cancel) = match page.unit {
        Some(unit) => (format!("/admin/unit/{}/edit", unit.code), format!("/admin/unit/{}", unit.code)),
        None => ("/admin/units/new".to_owned(), "/admin/units".to_owned()),
    };
    let cancel = in_language(&cancel, lang);
    let units = choices(page.tree, page.today, page.unit.map(|unit| unit.code.as_str()));
    let top = fl!(m, "desk-units-top");
    let mut kinds: Vec<&str> = page.tree.units().iter().map(|unit| unit.kind.as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let kinds_hint =
        fl!(m, "desk-units-kind-hint", kinds = kinds.iter().take(8).copied().collect::<Vec<_>>().join(", "));
    let hint = |id: &str| Some(id.to_owned());
    let [code_label, name_label, kind_label, parent_label, from_label, since_label, day_label] = [
        fl!(m, "desk-units-code"),
        fl!(m, "desk-units-name"),
        fl!(m, "desk-units-kind"),
        fl!(m, "desk-units-parent"),
        fl!(m, "desk-units-valid-from"),
        fl!(m, "desk-units-since"),
        fl!(m, "desk-units-since-day"),
    ];
    let code_hint = hint(&fl!(m, "desk-units-code-hint"));
    let code_fixed = page.unit.map(|_| fl!(m, "desk-units-code-fixed"));
    let from_hint = fl!(m, "desk-units-valid-from-hint");
    let since_hint = fl!(m, "desk-units-since-hint");
    let (since_change, since_change_hint) =
        (fl!(m, "desk-units-since-change"), fl!(m, "desk-units-since-change-hint"));
    let (since_mistake, since_mistake_hint) =
        (fl!(m, "desk-units-since-mistake"), fl!(m, "desk-units-since-mistake-hint"));
    let day_hint = fl!(m, "desk-units-day-hint");
    let fields = html! {
        .block {
            (form.line(&Field { name: field::NAME, label: &name_label, ..Field::default() }, Line::Text))
            (form.line(&Field {
                name: field::CODE, label: &code_label, hint: code_hint.as_deref(),
                fixed: code_fixed.as_deref(), ..Field::default()
            }, Line::Code))
            (form.line(&Field {
                name: field::KIND, label: &kind_label, hint: Some(&kinds_hint), ..Field::default()
            }, Line::Text))
            (form.select(&Field { name: field::PARENT, label: &parent_label, ..Field::default() }, &options(&top, &units)))
            (form.line(&Field {
                name: field::FROM, label: &from_label, hint: Some(&from_hint), optional: true, ..Field::default()
            }, Line::Code))
        }
        @if page.unit.is_some() {
            .block {
                (form.radios(
                    &Field { name: field::SINCE, label: &since_label, hint: Some(&since_hint), ..Field::default() },
                    &[
                        Choice { value: "day", label: &since_change, hint: Some(&since_change_hint) },
                        Choice { value: "always", label: &since_mistake, hint: Some(&since_mistake_hint) },
                    ],
                ))
                (form.line(&Field {
                    name: field::DAY, label: &day_label, hint: Some(&day_hint), ..Field::default()
                }, Line::Code))
            }
        }
        (form.buttons(&fl!(m, "desk-units-save"), Some(&cancel)))
    };
    let (title, purpose) = match page.unit {
        Some(unit) => {
            (fl!(m, "desk-units-edit-title", name = unit.name.as_str()), fl!(m, "desk-units-edit-purpose"))
        }
        None => (fl!(m, "desk-units-new"), fl!(m, "desk-units-new-purpose")),
    };
    let content = html! {
        (form::back(&cancel, &page.unit.map_or_else(|| fl!(m, "desk-units"), |unit| unit.name.clone())))
        (form::purpose(&purpose))
        (form.summary())
        (form.post(&in_language(&path, lang), page.base, &fields))
    };
    frame::page(&Frame { lang, title: &title, path: &path, staff: Some(page.staff) }, &content)
}
