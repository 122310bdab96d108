//! Accounts of staff.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    access_tokens, copy,
    form::{Choice, Fault, Field, Form, Line, back, done, purpose},
    frame::{self, Frame},
    grants, home, own,
};
use crate::{
    language::Lang,
    organisation::{Role, UnitTree, order::in_order},
    store::{
        access_tokens::Token,
        audit::Row,
        staff::{Listed, Session},
    },
    web::{
        auth::{one_time::Purpose, session::Staff},
        form::Fields,
        meanwhile::Changed,
        respond::answer::in_language,
        views::dates,
    },
};

/// What can be wrong with an account as asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// The name cannot be one.
    Name,
    /// The name is in use.
    Taken,
    /// A text is too long.
    Text,
    /// No e-mail address.
    Email,
    /// No role.
    Role,
    /// An officer without a unit.
    NeedsUnit,
    /// A unit for a role that has none.
    NoUnit,
    /// There is no such unit.
    UnknownUnit,
    /// A day that has passed.
    Expires,
    /// One's own role.
    Own,
    /// The last administrator.
    Last,
    /// Another name was typed.
    Confirm,
}

/// The same in words.
pub fn words(lang: Lang, wrong: Wrong) -> String {
    let m = lang.messages();
    match wrong {
        Wrong::Name => format!("{} {}", fl!(m, "signin-name-wrong"), fl!(m, "signin-name-full")),
        Wrong::Taken => fl!(m, "access-name-taken"),
        Wrong::Text => fl!(m, "access-text-wrong"),
        Wrong::Email => fl!(m, "access-email-wrong"),
        Wrong::Role => fl!(m, "access-role-wrong"),
        Wrong::NeedsUnit => fl!(m, "access-unit-needed"),
        Wrong::NoUnit => fl!(m, "access-unit-none"),
        Wrong::UnknownUnit => fl!(m, "access-unit-unknown"),
        Wrong::Expires => fl!(m, "access-expires-wrong"),
        Wrong::Own => fl!(m, "access-own-rights"),
        Wrong::Last => fl!(m, "access-last-administrator"),
        Wrong::Confirm => fl!(m, "access-confirm-wrong"),
    }
}

/// What the field for an account's last day is called.
pub fn expires(lang: Lang) -> String {
    fl!(lang.messages(), "access-expires")
}

/// Where an account is linked with the single sign-on.
fn identity(name: &str) -> String {
    crate::web::admin::identity::IdentityPath { name: name.to_owned() }.to_string()
}

/// Where a lost second factor is taken from an account.
fn lost_factor(name: &str) -> String {
    crate::web::admin::lost_factor::LostFactorPath { name: name.to_owned() }.to_string()
}

/// The address of an account's page.
pub fn address(name: &str) -> String {
    crate::web::admin::accounts::AccountPath { name: name.to_owned() }.to_string()
}

/// The list.
pub fn list(lang: Lang, staff: &Staff, all: &[Listed], grants: &[Row], tree: &UnitTree, now: i64) -> Markup {
    let m = lang.messages();
    let content = html! {
        (purpose(&fl!(m, "access-accounts-purpose")))
        (grants::note(lang, grants.len()))
        p.actions {
            a.button href=(in_language("/admin/tai-khoan-moi", lang)) { (fl!(m, "access-invite")) }
        }
        .scroll role="region" aria-labelledby="caption" tabindex="0" {
            table {
                caption #caption { (fl!(m, "access-accounts-caption", n = all.len())) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "access-name")) }
                        th scope="col" { (fl!(m, "access-role")) }
                        th scope="col" { (fl!(m, "admin-unit")) }
                        th scope="col" { (fl!(m, "access-state")) }
                        th scope="col" { (fl!(m, "access-second-factor")) }
                    }
                }
                tbody {
                    @for account in all {
                        tr {
                            th scope="row" {
                                a href=(in_language(&address(&account.name), lang)) { (account.name) }
                                @if !account.full_name.is_empty() { br; span.own-code { (account.full_name) } }
                            }
                            td { (home::role(lang, account.role)) }
                            td { (account.unit.as_deref().map_or_else(String::new, |unit| unit_name(tree, unit))) }
                            td { (state(lang, account, now)) }
                            td {
                                @if account.has_second_factor { (fl!(m, "access-yes")) } @else { (fl!(m, "access-no")) }
                            }
                        }
                    }
                }
            }
        }
        (grants::list(lang, grants))
    };
    let title = fl!(m, "access-accounts");
    frame::page(&Frame { lang, title: &title, path: "/admin/tai-khoan", staff: Some(staff) }, &content)
}

fn unit_name(tree: &UnitTree, unit: &str) -> String {
    tree.get(unit).map_or_else(|| unit.to_owned(), |unit| unit.name.clone())
}

fn state(lang: Lang, account: &Listed, now: i64) -> Markup {
    let m = lang.messages();
    html! {
        @if account.disabled {
            span.tag { (fl!(m, "access-state-disabled")) }
        } @else if account.expires.is_some_and(|expires| expires <= now) {
            span.tag { (fl!(m, "access-state-expired")) }
        } @else if !account.has_password {
            span.tag { (fl!(m, "access-state-invited")) }
        } @else {
            span.tag.open { (fl!(m, "access-state-usable")) }
            @if let Some(expires) = account.expires {
                " " (fl!(m, "access-state-until", day = dates::day(lang, expires - 1)))
            }
        }
    }
}

/// The fields of an account; `fixed` says why its rights cannot be changed.
fn fields(form: &Form<'_>, tree: &UnitTree, fixed: Option<&str>) -> Markup {
    let m = form.lang.messages();
    let hints: Vec<(Role, String, String)> = Role::ALL
        .into_iter()
        .map(|role| (role, home::role(form.lang, role), role_hint(form.lang, role)))
        .collect();
    let choices: Vec<Choice<'_>> = hints
        .iter()
        .map(|(role, label, hint)| Choice { value: role.code(), label, hint: Some(hint) })
        .collect();
    let none = fl!(m, "access-unit-nothing");
    let units: Vec<(&str, String)> = in_order(tree, None)
        .into_iter()
        .filter_map(|(at, depth)| Some((tree.units().get(at)?, depth)))
        .map(|(unit, depth)| (unit.code.as_str(), format!("{}{}", "– ".repeat(depth), unit.name)))
        .collect();
    let options: Vec<(&str, &str)> = std::iter::once(("", none.as_str()))
        .chain(units.iter().map(|(code, name)| (*code, name.as_str())))
        .collect();
    html! {
        (form.line(&Field {
            name: "full_name", label: &fl!(m, "access-full-name"), optional: true, ..Field::default()
        }, Line::Text))
        (form.line(&Field {
            name: "email", label: &fl!(m, "access-email"), optional: true, ..Field::default()
        }, Line::Email))
        (form.radios(&Field { name: "role", label: &fl!(m, "access-role"), fixed, ..Field::default() }, &choices))
        @if fixed.is_none() {
            (form.select(&Field {
                name: "unit", label: &fl!(m, "admin-unit"), hint: Some(&fl!(m, "access-unit-hint")), optional: true,
                ..Field::default()
            }, &options))
            (form.line(&Field {
                name: "expires", label: &expires(form.lang), hint: Some(&fl!(m, "access-expires-hint")),
                optional: true, ..Field::default()
            }, Line::Code))
        } @else {
            // One's own rights go back as they are.
            @for name in ["role", "unit", "expires"] {
                input type="hidden" name=(name) value=(form.values.one(name).unwrap_or_default());
            }
        }
    }
}

fn role_hint(lang: Lang, role: Role) -> String {
    let m = lang.messages();
    match role {
        Role::Administrator => fl!(m, "access-hint-administrator"),
        Role::Manager => fl!(m, "access-hint-manager"),
        Role::Officer => fl!(m, "access-hint-officer"),
        Role::Viewer => fl!(m, "access-hint-viewer"),
        Role::Auditor => fl!(m, "access-hint-auditor"),
    }
}

/// The form for an invitation. `managed`: whether anybody makes surveys yet.
pub fn invite(staff: &Staff, form: &Form<'_>, tree: &UnitTree, managed: bool) -> Markup {
    let (lang, m) = (form.lang, form.lang.messages());
    let list = in_language("/admin/tai-khoan", lang);
    let content = html! {
        (back(&list, &fl!(m, "access-accounts")))
        (purpose(&fl!(m, "access-invite-purpose")))
        @if !managed { p.note { (fl!(m, "setup-no-manager")) } }
        (form.summary())
        (form.post(&in_language("/admin/tai-khoan-moi", lang), None, &html! {
            (form.line(&Field {
                name: "name", label: &fl!(m, "access-name"), hint: Some(&fl!(m, "access-name-hint")),
                ..Field::default()
            }, Line::Code))
            (fields(form, tree, None))
            (form.buttons(&fl!(m, "access-invite-make"), Some(&list)))
        }))
    };
    let title = fl!(m, "access-invite");
    frame::page(&Frame { lang, title: &title, path: "/admin/tai-khoan-moi", staff: Some(staff) }, &content)
}

/// A link that has just been made; it is shown this once.
pub fn link(lang: Lang, staff: &Staff, name: &str, link: &str, purpose: Purpose) -> Markup {
    let m = lang.messages();
    let list = in_language("/admin/tai-khoan", lang);
    // For somebody who has a second account for other work; on this very host, whatever the link's own is called.
    let path = link.find("/admin/").and_then(|at| link.get(at..));
    let here = path.filter(|_| purpose == Purpose::Invitation);
    let content = html! {
        (back(&list, &fl!(m, "access-accounts")))
        @match purpose {
            Purpose::Invitation => p { (fl!(m, "access-link-invitation", name = name)) },
            Purpose::Reset => p { (fl!(m, "access-link-reset", name = name)) },
        }
        (copy::text(lang, link))
        p.note { (fl!(m, "access-link-once")) }
        @if let Some(here) = here {
            p { (fl!(m, "setup-link-own")) }
            p { a.button href=(in_language(here, lang)) { (fl!(m, "setup-link-open", name = name)) } }
        }
        p.actions {
            a.button.plain href=(in_language(&address(name), lang)) { (fl!(m, "access-link-next", name = name)) }
        }
    };
    let title = fl!(m, "access-link-made");
    frame::page(&Frame { lang, title: &title, path: "#/admin/tai-khoan", staff: Some(staff) }, &content)
}

/// What is wrong with what was sent, or has changed meanwhile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// What is wrong.
    pub faults: Vec<Fault>,
    /// What somebody else has changed.
    pub changed: Vec<Changed>,
}

/// An account's page.
#[derive(Debug)]
pub struct Account<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The account.
    pub listed: &'a Listed,
    /// All units.
    pub tree: &'a UnitTree,
    /// Its sessions.
    pub sessions: &'a [Session],
    /// Its access tokens.
    pub tokens: &'a [Token],
    /// What the form's fields hold.
    pub values: &'a Fields,
    /// What they would hold if it were opened now.
    pub base: &'a Fields,
    /// What is wrong, or has changed meanwhile.
    pub edit: &'a Edit,
    /// What the single sign-on is called, where there is one.
    pub sso: Option<&'a str>,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// Now.
    pub now: i64,
}

/// An account's page.
pub fn account(page: &Account<'_>) -> Markup {
    let (lang, m, listed) = (page.lang, page.lang.messages(), page.listed);
    let own_account = listed.name == page.staff.account;
    let path = address(&listed.name);
    let to = |last: &str| in_language(&format!("{path}/{last}"), lang);
    let form =
        Form { faults: &page.edit.faults, changed: &page.edit.changed, ..Form::new(lang, page.values) };
    let own_words = fl!(m, "access-own-rights");
    let usable = !listed.disabled && listed.expires.is_none_or(|expires| page.now < expires);
    let content = html! {
        (back(&in_language("/admin/tai-khoan", lang), &fl!(m, "access-accounts")))
        (purpose(&fl!(m, "access-account-purpose")))
        @match page.done {
            Some("saved") => (done(&fl!(m, "access-account-saved"))),
            Some("disabled") => (done(&fl!(m, "access-account-disabled"))),
            Some("enabled") => (done(&fl!(m, "access-account-enabled"))),
            Some("sessions") => (done(&fl!(m, "access-account-sessions-ended"))),
            Some("token") => (done(&fl!(m, "token-revoked"))),
            _ => {}
        }
        (form.summary())
        dl.facts {
            div { dt { (fl!(m, "access-state")) } dd { (state(lang, listed, page.now)) } }
            div {
                dt { (fl!(m, "access-second-factor")) }
                dd {
                    @if listed.has_second_factor && !own_account {
                        (fl!(m, "access-yes")) " – "
                        a href=(in_language(&lost_factor(&listed.name), lang)) { (fl!(m, "access-account-lost-factor")) }
                    } @else if listed.has_second_factor { (fl!(m, "access-yes")) }
                    @else { (fl!(m, "access-no")) }
                }
            }
            @if let Some(sso) = page.sso {
                div {
                    dt { (fl!(m, "signin-sso-account")) }
                    dd {
                        a href=(in_language(&identity(&listed.name), lang)) {
                            (fl!(m, "signin-sso-account-link", name = sso))
                        }
                    }
                }
            }
        }
        (form.post(&in_language(&path, lang), Some(page.base), &html! {
            (fields(&form, page.tree, own_account.then_some(own_words.as_str())))
            (form.buttons(&fl!(m, "access-account-save"), None))
        }))
        section {
            h2 { (fl!(m, "access-account-sessions")) }
            (own::sessions(lang, page.sessions, None, &format!("{path}/phien")))
        }
        @if !page.tokens.is_empty() {
            section.tokens {
                h2 { (fl!(m, "token-title")) }
                p { (fl!(m, "token-account-what")) }
                (access_tokens::table(lang, page.tokens, page.now, &to("ma-truy-cap")))
            }
        }
        @if usable {
            section {
                h2 { (fl!(m, "access-account-link")) }
                p {
                    @if listed.has_password { (fl!(m, "access-account-link-reset")) }
                    @else { (fl!(m, "access-account-link-invitation")) }
                }
                form.buttons method="post" action=(to("lien-ket")) {
                    button.plain { (fl!(m, "access-account-link-make")) }
                }
            }
        }
        @if !own_account {
            section {
                @if listed.disabled {
                    h2 { (fl!(m, "access-account-enable")) }
                    form.buttons method="post" action=(to("mo-lai")) {
                        button.plain { (fl!(m, "access-account-enable")) }
                    }
                } @else {
                    h2 { (fl!(m, "access-account-disable")) }
                    form method="post" action=(to("khoa")) {
                        (form.confirm(
                            &html! { p { (fl!(m, "access-account-disable-what")) } },
                            &listed.name, &fl!(m, "access-account-disable"), &in_language(&path, lang),
                        ))
                    }
                }
            }
        }
    };
    let title = if listed.full_name.is_empty() {
        listed.name.clone()
    } else {
        format!("{} ({})", listed.full_name, listed.name)
    };
    frame::page(&Frame { lang, title: &title, path: &path, staff: Some(page.staff) }, &content)
}
