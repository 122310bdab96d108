//! The pages of one's own second factor.

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    again, copy,
    form::{self, Fault, Form},
    frame::{self, Frame},
};
use crate::{
    distribution::qr,
    language::Lang,
    web::{
        auth::{
            kept::{self, Kept},
            session::Staff,
        },
        form::Fields,
        respond::answer::in_language,
        views::dates,
    },
};

/// What is wrong, or why the page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Nothing is open before a second factor has been set up.
    First,
    /// There is none to change.
    None,
    /// The page has been open for too long.
    Late,
    /// The current password is wrong.
    Password,
    /// The code of the present second factor is wrong or was used before.
    Code {
        /// The server's time, UTC milliseconds.
        now: i64,
    },
    /// The code of the telephone that is being set up is wrong.
    New,
    /// It would be right at another time.
    Clock {
        /// By how many seconds the telephone's clock is ahead.
        seconds: i64,
        /// The server's time, UTC milliseconds.
        now: i64,
    },
    /// Too many attempts.
    Wait {
        /// Seconds to wait.
        seconds: i64,
    },
    /// It is compulsory.
    Compulsory,
    /// The password is too short to stand alone.
    ShortPassword,
}

impl Problem {
    /// The status of a page that says so.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Late => StatusCode::CONFLICT,
            Self::First | Self::Compulsory => StatusCode::FORBIDDEN,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// The page that sets one up.
#[derive(Debug, Clone, Copy)]
pub struct SetUp<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The proposed secret as text.
    pub secret: &'a str,
    /// What the QR code says.
    pub address: &'a str,
    /// The ticket of the proposal.
    pub ticket: &'a str,
    /// The ticket of a form that is sent again afterwards.
    pub kept: Option<&'a str>,
    /// Whether there is one already, whose code is asked for.
    pub has_factor: bool,
    /// What is wrong.
    pub problem: Option<Problem>,
}

/// The page of one that is set up.
#[derive(Debug, Clone, Copy)]
pub struct Overview<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// Recovery codes left.
    pub left: i64,
    /// Whether the account must have one.
    pub compulsory: bool,
    /// What is wrong.
    pub problem: Option<Problem>,
}

/// So few recovery codes left are worth a warning.
const FEW: i64 = 3;

/// The page that sets one up.
pub fn set_up(page: &SetUp<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let groups: Vec<&str> =
        (0..page.secret.len()).step_by(4).filter_map(|at| page.secret.get(at..at + 4)).collect();
    let content = html! {
        (form::purpose(&fl!(m, "signin-factor-purpose")))
        @if let Some(problem) = page.problem { (told(lang, problem)) }
        form.sheet method="post" action=(in_language("/admin/second-factor/new", lang)) {
            input type="hidden" name="ticket" value=(page.ticket);
            @if let Some(kept) = page.kept { input type="hidden" name=(kept::FIELD) value=(kept); }
            .block {
                h2 { "1. " (fl!(m, "signin-factor-app")) }
                p { (fl!(m, "signin-factor-app-how")) }
            }
            .block {
                h2 { "2. " (fl!(m, "signin-factor-scan")) }
                @if let Ok(drawing) = qr::svg(page.address) {
                    p {
                        img.factor alt=(fl!(m, "signin-factor-qr")) width="240" height="240"
                            src={ "data:image/svg+xml;base64," (STANDARD.encode(drawing)) };
                    }
                }
                p { (fl!(m, "signin-factor-by-hand")) }
                p.secret translate="no" { @for group in groups { span { (group) } " " } }
                p { a href=(page.address) { (fl!(m, "signin-factor-here")) } }
            }
            .block {
                h2 { "3. " (fl!(m, "signin-factor-confirm")) }
                (password(lang, "set-password"))
                @if page.has_factor { (present_code(lang, "set-code")) }
                .field {
                    label for="new" { (fl!(m, "signin-factor-new-code")) }
                    p.hint #new-hint { (fl!(m, "signin-factor-new-code-hint")) }
                    input.tiny #new name="new" autocomplete="off" inputmode="numeric" required
                        aria-describedby="new-hint";
                }
            }
            .buttons { button.main { (fl!(m, "signin-factor-turn-on")) } }
        }
    };
    let title =
        if page.has_factor { fl!(m, "signin-factor-change-title") } else { fl!(m, "signin-factor-title") };
    framed(lang, &title, page.staff, &content)
}

/// The page of one that is set up.
pub fn overview(page: &Overview<'_>) -> Markup {
    let lang = page.lang;
    let m = lang.messages();
    let content = html! {
        (form::purpose(&fl!(m, "signin-factor-purpose")))
        @if let Some(problem) = page.problem { (told(lang, problem)) }
        @if page.left <= FEW { p.note { (fl!(m, "signin-factor-few", n = page.left)) } }
        @else { (form::done(&fl!(m, "signin-factor-on", n = page.left))) }
        .sheet {
            .block {
                h2 { (fl!(m, "signin-factor-change-title")) }
                p { (fl!(m, "signin-factor-change-how")) }
                p {
                    a.button href=(in_language("/admin/second-factor/new", lang)) { (fl!(m, "signin-factor-change")) }
                }
            }
            form.block method="post" action=(in_language("/admin/second-factor/recovery-codes", lang)) {
                h2 { (fl!(m, "signin-factor-renew-title")) }
                p { (fl!(m, "signin-factor-renew-how")) }
                (password(lang, "renew-password"))
                (present_code(lang, "renew-code"))
                .buttons { button.plain { (fl!(m, "signin-factor-renew")) } }
            }
            @if page.compulsory {
                p.fixed { (fl!(m, "signin-factor-compulsory")) }
            } @else {
                form.danger method="post" action=(in_language("/admin/second-factor/remove", lang)) {
                    h2 { (fl!(m, "signin-factor-remove-title")) }
                    p { (fl!(m, "signin-factor-remove-how")) }
                    (password(lang, "remove-password"))
                    (present_code(lang, "remove-code"))
                    .buttons { button.main.bad { (fl!(m, "signin-factor-remove")) } }
                }
            }
        }
    };
    framed(lang, &fl!(m, "signin-factor-title"), page.staff, &content)
}

/// The recovery codes, shown once; a form that waits is sent from here.
pub fn codes(lang: Lang, staff: &Staff, codes: &[String], waiting: Option<&Kept>) -> Markup {
    let m = lang.messages();
    let content = html! {
        (form::done(&fl!(m, "signin-codes-done")))
        p.note { (fl!(m, "signin-codes-note")) }
        ol.codes translate="no" { @for code in codes { li { (code) } } }
        (copy::button(lang, &codes.join("\n")))
        (copy::script())
        p { (fl!(m, "signin-codes-how")) }
        @match waiting.and_then(|form| Some((form, form.fields.as_ref()?))) {
            Some((form, fields)) => {
                p { (fl!(m, "signin-codes-waiting")) }
                (again::send(lang, form, fields, false))
            },
            None => p { a.button href=(in_language("/admin", lang)) { (fl!(m, "signin-codes-on")) } },
        }
    };
    let title = fl!(m, "signin-codes-title");
    frame::page(&Frame { lang, title: &title, path: "#/admin/second-factor", staff: Some(staff) }, &content)
}

/// It is removed.
pub fn removed(lang: Lang, staff: &Staff) -> Markup {
    let m = lang.messages();
    let content = html! {
        (form::done(&fl!(m, "signin-removed")))
        p { a.button href=(in_language("/admin", lang)) { (fl!(m, "signin-removed-on")) } }
    };
    framed(lang, &fl!(m, "signin-factor-title"), staff, &content)
}

/// What to say of somebody else's second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// Whether to remove it.
    Ask,
    /// There is none.
    None,
    /// Another name was typed than the account's.
    OtherName,
    /// It is removed.
    Removed,
}

/// Somebody else's second factor, removed by an administrator. `action` is the page's address.
pub fn lost(lang: Lang, staff: &Staff, name: &str, action: &str, typed: &Fields, told: Lost) -> Markup {
    let m = lang.messages();
    let faults = [Fault::new(form::CONFIRM, fl!(m, "signin-factor-lost-name"))];
    let faults = if told == Lost::OtherName { faults.as_slice() } else { &[] };
    let sheet = Form { faults, ..Form::new(lang, typed) };
    let back = in_language(&format!("/admin/tai-khoan/{name}"), lang);
    let content = html! {
        (form::back(&back, name))
        (form::purpose(&fl!(m, "signin-factor-lost-purpose", name = name)))
        @match told {
            Lost::None => p.note { (fl!(m, "signin-user-none", name = name)) },
            Lost::Removed => (form::done(&fl!(m, "signin-user-removed", name = name))),
            Lost::Ask | Lost::OtherName => {
                (sheet.summary())
                (sheet.post(&in_language(action, lang), None, &sheet.confirm(
                    &html! { p { (fl!(m, "signin-factor-lost-what", name = name)) } },
                    name, &fl!(m, "signin-factor-lost-remove"), &back,
                )))
            },
        }
    };
    let title = fl!(m, "signin-factor-lost-title", name = name);
    frame::page(&Frame { lang, title: &title, path: action, staff: Some(staff) }, &content)
}

fn framed(lang: Lang, title: &str, staff: &Staff, content: &Markup) -> Markup {
    frame::page(&Frame { lang, title, path: "/admin/second-factor", staff: Some(staff) }, content)
}

fn password(lang: Lang, id: &str) -> Markup {
    html! {
        .field {
            label for=(id) { (fl!(lang.messages(), "signin-factor-password")) }
            input.short id=(id) type="password" name="password" autocomplete="current-password" required;
        }
    }
}

fn present_code(lang: Lang, id: &str) -> Markup {
    let m = lang.messages();
    html! {
        .field {
            label for=(id) { (fl!(m, "signin-factor-code")) }
            p.hint id={ (id) "-hint" } { (fl!(m, "signin-factor-code-hint")) }
            input.short id=(id) name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" required
                aria-describedby={ (id) "-hint" };
        }
    }
}

fn told(lang: Lang, problem: Problem) -> Markup {
    let m = lang.messages();
    let words = match problem {
        Problem::First => return html! { p.note { (fl!(m, "signin-factor-first")) } },
        Problem::None => return html! {},
        Problem::Late => fl!(m, "signin-factor-late"),
        Problem::Password => fl!(m, "signin-factor-wrong-password"),
        Problem::Code { now } => fl!(m, "signin-code-wrong", time = dates::time_of_day(now)),
        Problem::New => fl!(m, "signin-factor-wrong-new"),
        Problem::Clock { seconds, now } => {
            let (minutes, time) = ((seconds.abs() + 30) / 60, dates::time_of_day(now));
            if seconds > 0 {
                fl!(m, "signin-factor-clock-ahead", minutes = minutes, time = time)
            } else {
                fl!(m, "signin-factor-clock-behind", minutes = minutes, time = time)
            }
        }
        Problem::Wait { seconds } => fl!(m, "admin-login-wait", seconds = seconds),
        Problem::Compulsory => fl!(m, "signin-factor-compulsory"),
        Problem::ShortPassword => fl!(m, "signin-factor-short-password"),
    };
    html! { p.problem role="alert" { (words) } }
}
