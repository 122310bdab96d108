//! One's own account.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    access_tokens,
    form::{Fault, Form, done, purpose},
    frame::{self, Frame},
    home, password,
};
use crate::{
    language::Lang,
    store::staff::Session,
    web::{
        auth::{access::Scope, session::Staff},
        form::Fields,
        respond::answer::in_language,
        views::dates,
    },
};

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// Their sessions.
    pub sessions: &'a [Session],
    /// What is wrong with a new password.
    pub faults: &'a [Fault],
    /// What has just been done.
    pub done: Option<&'a str>,
}

/// The present password is wrong.
pub fn wrong(lang: Lang) -> String {
    fl!(lang.messages(), "access-password-wrong")
}

/// Too many wrong ones.
pub fn wait(lang: Lang, seconds: i64) -> String {
    fl!(lang.messages(), "admin-login-wait", seconds = seconds)
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m, staff) = (page.lang, page.lang.messages(), page.staff);
    let empty = Fields::default();
    let form = Form { faults: page.faults, ..Form::new(lang, &empty) };
    let content = html! {
        (purpose(&fl!(m, "access-own-purpose")))
        @match page.done {
            Some("password") => (done(&fl!(m, "access-own-password-done"))),
            Some("sessions") => (done(&fl!(m, "access-own-sessions-done"))),
            _ => {}
        }
        (form.summary())
        dl.facts {
            div { dt { (fl!(m, "access-name")) } dd { (staff.account) } }
            div { dt { (fl!(m, "access-role")) } dd { (home::role(lang, staff.role)) } }
            @if let Some(unit) = &staff.unit { div { dt { (fl!(m, "admin-unit")) } dd { (unit) } } }
        }
        section {
            h2 { (fl!(m, "access-own-password")) }
            (form.post(&in_language("/admin/toi/mat-khau", lang), None, &html! {
                input type="text" name="username" value=(staff.account) autocomplete="username" readonly hidden;
                (password::field(&form, "present", &fl!(m, "access-password-present"), None, "current-password"))
                (password::new_fields(&form))
                (form.buttons(&fl!(m, "access-own-password-set"), None))
            }))
        }
        section {
            h2 { (fl!(m, "signin-factor-title")) }
            p { a.button.plain href=(in_language("/admin/second-factor", lang)) { (fl!(m, "access-own-second-factor")) } }
        }
        @if Scope::ALL.into_iter().any(|scope| staff.may(scope.permission())) {
            section {
                h2 { (fl!(m, "token-title")) }
                p { (fl!(m, "token-own-what")) }
                p { a.button.plain href=(in_language(access_tokens::PATH, lang)) { (fl!(m, "token-own-link")) } }
            }
        }
        section {
            h2 { (fl!(m, "access-own-sessions")) }
            (sessions(lang, page.sessions, Some(&staff.session), "/admin/toi/phien"))
        }
    };
    let title = fl!(m, "access-own");
    frame::page(&Frame { lang, title: &title, path: "/admin/toi", staff: Some(staff) }, &content)
}

/// A table of sessions with a button for each; `own` is the one of this request. The forms go to `action`.
pub fn sessions(lang: Lang, sessions: &[Session], own: Option<&str>, action: &str) -> Markup {
    let m = lang.messages();
    let action = in_language(action, lang);
    html! {
        @if sessions.is_empty() { p { (fl!(m, "access-sessions-none")) } } @else {
            .scroll role="region" aria-labelledby="sessions" tabindex="0" {
                table {
                    caption #sessions { (fl!(m, "access-sessions", n = sessions.len())) }
                    thead {
                        tr {
                            th scope="col" { (fl!(m, "access-session-device")) }
                            th scope="col" { (fl!(m, "access-session-address")) }
                            th scope="col" { (fl!(m, "access-session-begun")) }
                            th scope="col" { (fl!(m, "access-session-seen")) }
                            th scope="col" { (fl!(m, "access-session-end")) }
                        }
                    }
                    tbody {
                        @for session in sessions {
                            @let device = if session.device.is_empty() {
                                fl!(m, "access-session-unknown")
                            } else { session.device.clone() };
                            tr {
                                th scope="row" { (device) }
                                td { (session.address) }
                                td { (dates::moment(lang, session.created)) }
                                td { (dates::moment(lang, session.seen)) }
                                td {
                                    @if own == Some(session.id.as_str()) { (fl!(m, "access-session-this")) } @else {
                                        form method="post" action=(action) {
                                            button.plain name="session" value=(session.id)
                                                aria-label={ (fl!(m, "access-session-end")) ": " (device) } {
                                                (fl!(m, "access-session-end"))
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            @if sessions.len() > 1 || own.is_none() {
                form.buttons method="post" action=(action) {
                    button.plain {
                        @if own.is_some() { (fl!(m, "access-sessions-end-others")) }
                        @else { (fl!(m, "access-sessions-end-all")) }
                    }
                }
            }
        }
    }
}
