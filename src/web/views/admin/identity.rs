//! Who an account is at the single sign-on.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    accounts,
    form::{self, Choice, Fault, Field, Form, Line},
    frame::{self, Frame},
};
use crate::{
    language::Lang,
    store::identities::Identity,
    web::{auth::session::Staff, form::Fields, respond::answer::in_language},
};

/// Field with the person's name at the provider.
pub const NAME: &str = "sso";
/// Box that switches the password off.
pub const PASSWORD_OFF: &str = "password_off";

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The account.
    pub account: &'a str,
    /// The page's address.
    pub action: &'a str,
    /// What the provider is called.
    pub provider: &'a str,
    /// What the fields hold.
    pub fields: &'a Fields,
    /// What is wrong with them.
    pub faults: &'a [Fault],
    /// Whether it has just been saved.
    pub done: bool,
}

/// The fields as they are stored.
pub fn fields(identity: &Identity) -> Fields {
    let off = identity.password_off.then_some((PASSWORD_OFF, "yes"));
    Fields::of([(NAME, identity.name.as_deref().unwrap_or_default())].into_iter().chain(off))
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, provider) = (page.lang, page.provider);
    let m = lang.messages();
    let sheet = Form { faults: page.faults, ..Form::new(lang, page.fields) };
    let (name, name_hint) = (fl!(m, "signin-sso-name"), fl!(m, "signin-sso-name-hint"));
    let password = fl!(m, "admin-login-password");
    let (off, off_hint) = (fl!(m, "signin-sso-password-off"), fl!(m, "signin-sso-password-off-hint"));
    let account = in_language(&accounts::address(page.account), lang);
    let content = html! {
        (form::back(&account, page.account))
        (form::purpose(&fl!(m, "signin-sso-purpose", provider = provider, account = page.account)))
        @if page.done { (form::done(&fl!(m, "signin-sso-done"))) }
        (sheet.summary())
        @if page.account == page.staff.account {
            p.note { (fl!(m, "signin-sso-own", account = page.account)) }
        } @else {
            (sheet.post(&in_language(page.action, lang), None, &html! {
                (sheet.line(&Field {
                    name: NAME, label: &name, hint: Some(&name_hint), optional: true, fixed: None,
                }, Line::Code))
                (sheet.checks(&Field { name: PASSWORD_OFF, label: &password, ..Field::default() }, &[
                    Choice { value: "yes", label: &off, hint: Some(&off_hint) },
                ]))
                (sheet.buttons(&fl!(m, "signin-sso-save"), Some(&account)))
            }))
        }
    };
    let title = fl!(m, "signin-sso-title", account = page.account);
    frame::page(&Frame { lang, title: &title, path: page.action, staff: Some(page.staff) }, &content)
}
