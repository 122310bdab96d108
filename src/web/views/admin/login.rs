//! The log-in page.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::frame::{self, Frame};
use crate::{language::Lang, web::respond::answer::in_language};

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
    /// There is no session (any more).
    Ended,
}

/// The page; `name` is what was typed, `next` where to go afterwards.
pub fn page(lang: Lang, name: &str, next: Option<&str>, problem: Option<Problem>) -> Markup {
    let m = lang.messages();
    let content = html! {
        @if let Some(problem) = problem {
            p.problem role="alert" #problem {
                @match problem {
                    Problem::Wrong => (fl!(m, "admin-login-wrong")),
                    Problem::Ended => (fl!(m, "access-ended")),
                    Problem::Wait { seconds } => (fl!(m, "admin-login-wait", seconds = seconds)),
                }
            }
        }
        form.card method="post" action=(in_language("/admin/login", lang)) {
            @if let Some(next) = next { input type="hidden" name="next" value=(next); }
            p.field {
                label for="name" { (fl!(m, "admin-login-name")) }
                input #name name="name" value=(name) autocomplete="username" autocapitalize="none" spellcheck="false"
                    required autofocus[name.is_empty()] aria-describedby=[problem.map(|_| "problem")];
            }
            p.field {
                label for="password" { (fl!(m, "admin-login-password")) }
                input #password type="password" name="password" autocomplete="current-password" required
                    autofocus[!name.is_empty()] aria-describedby=[problem.map(|_| "problem")];
            }
            p { button.main { (fl!(m, "admin-login-button")) } }
        }
    };
    let title = fl!(m, "admin-login-title");
    frame::page(&Frame { lang, title: &title, path: "/admin/login", staff: None }, &content)
}
