//! Pages where a password is set.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form::{Fault, Field, Form, Line, id, purpose},
    frame::{self, Frame},
};
use crate::{
    language::Lang,
    web::{
        admin::first_manager::field as first_manager,
        auth::password::{self, Weak, Whose},
        form::Fields,
        respond::answer::in_language,
    },
};

/// What is wrong with a password and its repetition.
pub fn check(lang: Lang, given: &str, again: &str, whose: &Whose<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(weak) = password::check(given, whose) {
        faults.push(Fault::new("password", weak_words(lang, weak, whose)));
    }
    // Told with what else is wrong, so that both are mended at once.
    if given != again {
        faults.push(Fault::new("again", fl!(lang.messages(), "access-password-differs")));
    }
    faults
}

/// The account has had this password lately.
pub fn used_before(lang: Lang) -> Fault {
    Fault::new("password", fl!(lang.messages(), "signin-password-before"))
}

/// Why a password is not accepted, in words.
pub fn weak_words(lang: Lang, weak: Weak, whose: &Whose<'_>) -> String {
    let m = lang.messages();
    match weak {
        Weak::Short => fl!(m, "user-password-short", n = whose.shortest()),
        Weak::Long => fl!(m, "user-password-long", n = password::LONGEST),
        Weak::Guessable => fl!(m, "access-password-guessable"),
        Weak::Common => fl!(m, "signin-password-common"),
        Weak::Kinds => fl!(m, "signin-password-kinds"),
    }
}

/// What is wrong with a name.
pub fn name_words(lang: Lang) -> String {
    fl!(lang.messages(), "signin-name-wrong")
}

/// A field for a password; never filled in.
pub fn field(form: &Form<'_>, name: &str, label: &str, hint: Option<&str>, complete: &str) -> Markup {
    let faults: Vec<&Fault> = form.faults.iter().filter(|fault| fault.field == name).collect();
    let described = [
        hint.map(|_| format!("{}-hint", id(name))),
        (!faults.is_empty()).then(|| format!("{}-fault", id(name))),
    ];
    let described = described.into_iter().flatten().collect::<Vec<_>>().join(" ");
    html! {
        .field.wrong[!faults.is_empty()] {
            label for=(id(name)) { (label) }
            @if let Some(hint) = hint { p.hint id={ (id(name)) "-hint" } { (hint) } }
            @for (n, fault) in faults.iter().enumerate() {
                p.fault id=[(n == 0).then(|| format!("{}-fault", id(name)))] { (fault.words) }
            }
            input id=(id(name)) type="password" name=(name) autocomplete=(complete)
                aria-invalid=[(!faults.is_empty()).then_some("true")]
                aria-describedby=[(!described.is_empty()).then_some(described)];
        }
    }
}

/// The fields for a new password.
pub fn new_fields(form: &Form<'_>) -> Markup {
    let m = form.lang.messages();
    let hint = fl!(m, "access-password-hint", n = password::SHORTEST);
    html! {
        (field(form, "password", &fl!(m, "access-password-new"), Some(&hint), "new-password"))
        (field(form, "again", &fl!(m, "access-password-again"), None, "new-password"))
    }
}

/// The form that a one-time link opens; without an account it makes the first one.
pub fn by_link(lang: Lang, token: &str, account: Option<&str>, fields: &Fields, faults: &[Fault]) -> Markup {
    let m = lang.messages();
    let form = Form { faults, ..Form::new(lang, fields) };
    let inside = html! {
        input type="hidden" name="token" value=(token);
        @match account {
            Some(account) => {
                // For the browser's own store of passwords.
                input type="text" name="username" value=(account) autocomplete="username" readonly hidden;
            }
            None => {
                (form.line(&Field {
                    name: "name", label: &fl!(m, "access-name"), hint: Some(&fl!(m, "access-name-hint")),
                    ..Field::default()
                }, Line::Code))
            }
        }
        (new_fields(&form))
        @if account.is_none() { (manager_fields(&form)) }
        (form.buttons(&if account.is_some() { fl!(m, "access-password-set") } else { fl!(m, "setup-make") }, None))
    };
    let content = html! {
        @match account {
            Some(account) => (purpose(&fl!(m, "access-link-purpose", name = account))),
            None => (purpose(&fl!(m, "access-setup-purpose"))),
        }
        (form.summary())
        (form.post(&in_language("/admin/dat-mat-khau", lang), None, &inside))
    };
    let title = if account.is_some() { fl!(m, "access-link-title") } else { fl!(m, "access-setup-title") };
    // What was sent is answered elsewhere; the link's own page is there in every language.
    let path = format!("/admin/dat-mat-khau/{token}");
    frame::page(&Frame { lang, title: &title, path: &path, staff: None }, &content)
}

/// The second account, for whoever sets the system up and makes surveys as well.
fn manager_fields(form: &Form<'_>) -> Markup {
    let m = form.lang.messages();
    html! {
        fieldset.setup-contact {
            legend { (fl!(m, "setup-manager")) }
            p.hint { (fl!(m, "setup-manager-hint")) }
            (form.line(&Field {
                name: first_manager::NAME, label: &fl!(m, "setup-manager-name"),
                hint: Some(&fl!(m, "setup-manager-name-hint")), ..Field::default()
            }, Line::Code))
            @let hint = fl!(m, "setup-manager-password-hint", n = password::SHORTEST);
            (field(form, first_manager::PASSWORD, &fl!(m, "setup-manager-password"), Some(&hint), "section-manager new-password"))
            (field(form, first_manager::AGAIN, &fl!(m, "setup-manager-again"), None, "section-manager new-password"))
        }
    }
}

/// A link that cannot be used (any more).
pub fn gone(lang: Lang) -> Markup {
    let m = lang.messages();
    let content = html! {
        p { (fl!(m, "access-link-gone-what")) }
        p { a href=(in_language("/admin/login", lang)) { (fl!(m, "admin-login-title")) } }
    };
    let title = fl!(m, "access-link-gone");
    frame::page(&Frame { lang, title: &title, path: frame::FIXED, staff: None }, &content)
}

/// The password is set.
pub fn done(lang: Lang) -> Markup {
    let m = lang.messages();
    let content = html! {
        p { (fl!(m, "access-password-done-what")) }
        p.actions { a.button href=(in_language("/admin/login", lang)) { (fl!(m, "admin-login-title")) } }
    };
    let title = fl!(m, "access-password-done");
    frame::page(&Frame { lang, title: &title, path: frame::FIXED, staff: None }, &content)
}
