//! The log-in: name and password, then the code of the second factor.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    form::{Fault, Form},
    frame::{self, Frame},
    password,
};
use crate::{
    language::Lang,
    web::{
        auth::kept::{self, Kept, Lost},
        form::Fields,
        respond::answer::in_language,
        views::dates,
    },
};

/// Why a log-in was refused. Whether the name or the password is wrong is not said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Name and password do not fit.
    Wrong,
    /// Too many attempts.
    Wait {
        /// Seconds to wait.
        seconds: i64,
    },
    /// The session had ended.
    Ended,
    /// The second step took too long, or the account has changed meanwhile.
    Late,
    /// The code is wrong, or was used before.
    Code {
        /// The server's time, UTC milliseconds, to compare the telephone's with.
        now: i64,
    },
    /// The single sign-on cannot be reached.
    SsoUnreachable,
    /// Its answer is for another browser, or came too late.
    SsoStrange,
    /// It let nobody in.
    SsoRefused,
    /// Its answer does not hold.
    SsoFalse,
    /// No account is who it says they are.
    SsoNobody,
}

/// What the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// The name that was typed.
    pub name: &'a str,
    /// Where to go afterwards.
    pub next: Option<&'a str>,
    /// The form that is sent again afterwards, with its ticket.
    pub kept: Option<(&'a Kept, &'a str)>,
    /// What the single sign-on is called, where there is one.
    pub sso: Option<&'a str>,
    /// Who the single sign-on says somebody is, where no account is that.
    pub identity: Option<&'a str>,
    /// Where one also logs out of the single sign-on, right after the log-out.
    pub out: Option<&'a str>,
    /// Whether a session has ended.
    pub ended: bool,
    /// Whether there is no account at all yet.
    pub nobody: bool,
    /// Why the last attempt was refused.
    pub problem: Option<Problem>,
}

impl Page<'_> {
    /// The page as it is first shown.
    pub const fn new(lang: Lang) -> Self {
        Self {
            lang,
            name: "",
            next: None,
            kept: None,
            sso: None,
            identity: None,
            out: None,
            ended: false,
            nobody: false,
            problem: None,
        }
    }
}

/// The second step.
#[derive(Debug, Clone, Copy)]
pub struct Code<'a> {
    /// Language.
    pub lang: Lang,
    /// The ticket of the first step.
    pub ticket: &'a str,
    /// Where to go afterwards.
    pub next: Option<&'a str>,
    /// The ticket of the form that is sent again afterwards.
    pub kept: Option<&'a str>,
    /// Why the last attempt was refused.
    pub problem: Option<Problem>,
}

/// The first step.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, name) = (page.lang, page.name);
    let m = lang.messages();
    let described = page.problem.map(|_| "problem");
    let content = html! {
        @if let Some(problem) = page.problem { (told(lang, problem)) }
        @if page.nobody {
            .note {
                p { strong { (fl!(m, "setup-nobody")) } " " (fl!(m, "setup-nobody-link")) }
                p { (fl!(m, "setup-nobody-command")) }
                p { code { "sipas user add quantri --role administrator" } }
            }
        }
        @if page.ended { p.note { (fl!(m, "signin-ended")) } }
        @if let Some(identity) = page.identity { p.note { (fl!(m, "signin-sso-identity", identity = identity)) } }
        @if let (Some(out), Some(sso)) = (page.out, page.sso) {
            p.note { (fl!(m, "signin-sso-out", name = sso)) " " a href=(out) { (fl!(m, "signin-sso-out-there")) } }
        }
        @if let Some((form, _)) = page.kept { (kept_note(lang, form)) }
        form.card method="post" action=(in_language("/admin/login", lang)) {
            (carried(page.next, page.kept.map(|(_, ticket)| ticket)))
            p.field {
                label for="name" { (fl!(m, "admin-login-name")) }
                input #name name="name" value=(name) autocomplete="username" autocapitalize="none" spellcheck="false"
                    required autofocus[name.is_empty()] aria-describedby=[described];
            }
            p.field {
                label for="password" { (fl!(m, "admin-login-password")) }
                input #password type="password" name="password" autocomplete="current-password" required
                    autofocus[!name.is_empty()] aria-describedby=[described];
            }
            p { button.main { (fl!(m, "admin-login-button")) } }
        }
        @if let Some(sso) = page.sso {
            p {
                a.button.plain href=(sso_address(lang, page.next)) target=[page.kept.map(|_| "_blank")] {
                    (fl!(m, "signin-sso-button", name = sso))
                }
            }
        }
        @if let Some((_, ticket)) = page.kept {
            form method="post" action=(in_language("/admin/login/again", lang)) {
                (carried(None, Some(ticket)))
                p { (fl!(m, "signin-other-tab")) }
                p { button.plain { (fl!(m, "signin-other-tab-button")) } }
            }
        }
    };
    let title = fl!(m, "admin-login-title");
    let path = if page.kept.is_some() { frame::FIXED } else { "/admin/login" };
    frame::page(&Frame { lang, title: &title, path, staff: None }, &content)
}

/// The second step.
pub fn code(code: &Code<'_>) -> Markup {
    let lang = code.lang;
    let m = lang.messages();
    let described = if code.problem.is_some() { "problem code-hint" } else { "code-hint" };
    let content = html! {
        @if let Some(problem) = code.problem { (told(lang, problem)) }
        form.card method="post" action=(in_language("/admin/login/code", lang)) {
            (carried(code.next, code.kept))
            input type="hidden" name="ticket" value=(code.ticket);
            .field {
                label for="code" { (fl!(m, "signin-code")) }
                p.hint #code-hint { (fl!(m, "signin-code-hint")) }
                input #code name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false"
                    inputmode="numeric" required autofocus aria-describedby=(described);
            }
            p { button.main { (fl!(m, "signin-code-button")) } }
            details.more {
                summary { (fl!(m, "signin-lost")) }
                p { (fl!(m, "signin-lost-how")) }
                .field {
                    label for="recovery" { (fl!(m, "signin-recovery")) }
                    input #recovery name="recovery" autocomplete="off" autocapitalize="none" spellcheck="false";
                }
                p { button.plain formnovalidate { (fl!(m, "signin-recovery-button")) } }
            }
        }
        p { a href=(in_language("/admin/login", lang)) { (fl!(m, "signin-other-account")) } }
    };
    let title = fl!(m, "signin-code-title");
    frame::page(&Frame { lang, title: &title, path: frame::FIXED, staff: None }, &content)
}

/// The step that asks for a new password where the present one has held too long.
pub fn renewal(lang: Lang, ticket: &str, next: Option<&str>, kept: Option<&str>, faults: &[Fault]) -> Markup {
    let m = lang.messages();
    let nothing = Fields::default();
    let form = Form { faults, ..Form::new(lang, &nothing) };
    let content = html! {
        p { (fl!(m, "signin-renewal-what")) }
        (form.summary())
        (form.post(&in_language("/admin/login/renew", lang), None, &html! {
            input type="hidden" name="ticket" value=(ticket);
            (carried(next, kept))
            (password::new_fields(&form))
            (form.buttons(&fl!(m, "signin-renewal-button"), None))
        }))
    };
    let title = fl!(m, "signin-renewal");
    frame::page(&Frame { lang, title: &title, path: frame::FIXED, staff: None }, &content)
}

/// The way to the single sign-on, and on to the page that was asked for.
fn sso_address(lang: Lang, next: Option<&str>) -> String {
    let address = in_language("/admin/login/sso", lang);
    let Some(next) = next else { return address };
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let sign = if address.contains('?') { '&' } else { '?' };
    format!("{address}{sign}next={next}")
}

/// What is carried through the log-in.
fn carried(next: Option<&str>, kept: Option<&str>) -> Markup {
    html! {
        @if let Some(next) = next { input type="hidden" name="next" value=(next); }
        @if let Some(kept) = kept { input type="hidden" name=(kept::FIELD) value=(kept); }
    }
}

fn told(lang: Lang, problem: Problem) -> Markup {
    let m = lang.messages();
    html! {
        p.problem role="alert" #problem {
            @match problem {
                Problem::Wrong => (fl!(m, "admin-login-wrong")),
                Problem::Wait { seconds } => (fl!(m, "admin-login-wait", seconds = seconds)),
                Problem::Ended => (fl!(m, "access-ended")),
                Problem::Late => (fl!(m, "signin-late")),
                Problem::SsoUnreachable => (fl!(m, "signin-sso-unreachable")),
                Problem::SsoStrange => (fl!(m, "signin-sso-strange")),
                Problem::SsoRefused => (fl!(m, "signin-sso-refused")),
                Problem::SsoFalse => (fl!(m, "signin-sso-false")),
                Problem::SsoNobody => (fl!(m, "signin-sso-nobody")),
                Problem::Code { now } => (fl!(m, "signin-code-wrong", time = dates::time_of_day(now))),
            }
        }
    }
}

/// What becomes of the form that was sent without a session.
fn kept_note(lang: Lang, form: &Kept) -> Markup {
    let m = lang.messages();
    html! {
        .note {
            @match form.lost {
                None if form.files.is_empty() => p { (fl!(m, "signin-kept")) },
                None => p { (fl!(m, "signin-kept-files")) },
                Some(lost) => p { (why_lost(lang, lost)) },
            }
            @if let Some(by) = &form.by { p { (fl!(m, "signin-kept-by", account = by.as_str())) } }
        }
    }
}

/// Why a form could not be kept, and what to do.
pub fn why_lost(lang: Lang, lost: Lost) -> String {
    let m = lang.messages();
    match lost {
        Lost::Large => fl!(m, "signin-lost-large"),
        Lost::Broken => fl!(m, "signin-lost-broken"),
    }
}
