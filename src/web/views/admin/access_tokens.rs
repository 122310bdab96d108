//! Access tokens: one's own, and a table of those of an account.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::{
    copy,
    form::{Choice, Fault, Field, Form, Line, back, done, empty, purpose},
    frame::{self, Frame},
    own, password,
};
use crate::{
    language::Lang,
    store::access_tokens::Token,
    web::{
        admin::access_tokens::{DAYS, LONGEST, MOST, Order, Proof},
        auth::{access::Scope, session::Staff},
        respond::answer::in_language,
        views::dates,
    },
};

/// Where one's own are.
pub const PATH: &str = "/admin/toi/ma-truy-cap";

/// What can be wrong with a token as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// No name, or one that is too long.
    Name,
    /// No scope, or one that the account has no permission for.
    Scopes,
    /// It would last too long.
    Days,
    /// The password is wrong.
    Password,
    /// The code of the second factor is wrong or was used before.
    Code,
    /// Too many wrong ones.
    Wait {
        /// Seconds to wait.
        seconds: i64,
    },
    /// The entry through the single sign-on was too long ago.
    NotFresh,
    /// There are too many.
    TooMany,
}

impl Wrong {
    /// The same in words.
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Name => fl!(m, "token-name-wrong", most = LONGEST),
            Self::Scopes => fl!(m, "token-scopes-wrong"),
            Self::Days => fl!(m, "token-days-wrong", most = DAYS[DAYS.len() - 1]),
            Self::Password => own::wrong(lang),
            Self::Code => fl!(m, "token-code-wrong"),
            Self::Wait { seconds } => own::wait(lang, seconds),
            Self::NotFresh => fl!(m, "token-not-fresh"),
            Self::TooMany => fl!(m, "token-too-many", most = MOST),
        }
    }

    /// The same at its field.
    pub fn fault(self, lang: Lang) -> Fault {
        let field = match self {
            Self::Name => "name",
            Self::Scopes => "scope",
            Self::Days => "days",
            Self::Password | Self::Wait { .. } => "password",
            Self::Code => "code",
            Self::NotFresh | Self::TooMany => "",
        };
        Fault::new(field, self.words(lang))
    }
}

/// What a scope is called.
pub fn scope(lang: Lang, scope: Scope) -> String {
    let m = lang.messages();
    match scope {
        Scope::Campaigns => fl!(m, "token-scope-campaigns"),
        Scope::Units => fl!(m, "token-scope-units"),
        Scope::Counts => fl!(m, "token-scope-counts"),
        Scope::Reports => fl!(m, "token-scope-reports"),
        Scope::Exports => fl!(m, "token-scope-exports"),
    }
}

/// What one's own page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Who is signed in.
    pub staff: &'a Staff,
    /// Their tokens.
    pub tokens: &'a [Token],
    /// The form for a new one.
    pub form: &'a Form<'a>,
    /// How they show that it is them.
    pub proof: Proof,
    /// What has just been done.
    pub done: Option<&'a str>,
    /// Now.
    pub now: i64,
}

/// One's own tokens.
pub fn page(page: &Page<'_>) -> Markup {
    let (form, staff) = (page.form, page.staff);
    let (lang, m) = (form.lang, form.lang.messages());
    let may = Scope::ALL.into_iter().any(|scope| staff.may(scope.permission()));
    let content = html! {
        (back(&in_language("/admin/toi", lang), &fl!(m, "access-own")))
        (purpose(&fl!(m, "token-purpose")))
        @if page.done == Some("revoked") { (done(&fl!(m, "token-revoked"))) }
        (form.summary())
        @if !may {
            (empty(&fl!(m, "token-none-for-role"), &fl!(m, "token-none-for-role-what"), None))
        }
        @if !page.tokens.is_empty() {
            (table(lang, page.tokens, page.now, &in_language(&format!("{PATH}/thu-hoi"), lang)))
        }
        @if may {
            h2 { (fl!(m, "token-new")) }
            (new(page))
        }
    };
    let title = fl!(m, "token-title");
    frame::page(&Frame { lang, title: &title, path: PATH, staff: Some(staff) }, &content)
}

fn new(page: &Page<'_>) -> Markup {
    let (form, staff) = (page.form, page.staff);
    let (lang, m) = (form.lang, form.lang.messages());
    let scopes: Vec<(Scope, String)> = Scope::ALL
        .into_iter()
        .filter(|scope| staff.may(scope.permission()))
        .map(|one| (one, scope(lang, one)))
        .collect();
    let choices: Vec<Choice<'_>> = scopes
        .iter()
        .map(|(scope, words)| Choice { value: scope.code(), label: words, hint: Some(scope.code()) })
        .collect();
    let days = DAYS.map(|days| (days.to_string(), fl!(m, "token-days-for", n = days)));
    let days: Vec<(&str, &str)> = days.iter().map(|(days, words)| (days.as_str(), words.as_str())).collect();
    form.post(&in_language(PATH, lang), None, &html! {
        (form.line(&Field {
            name: "name", label: &fl!(m, "token-name"), hint: Some(&fl!(m, "token-name-hint")), ..Field::default()
        }, Line::Text))
        (form.checks(&Field {
            name: "scope", label: &fl!(m, "token-scopes"), hint: Some(&fl!(m, "token-scopes-hint")), ..Field::default()
        }, &choices))
        (form.select(&Field {
            name: "days", label: &fl!(m, "token-days"), hint: Some(&fl!(m, "token-days-hint")), ..Field::default()
        }, &days))
        @match page.proof {
            Proof::Password { code } => {
                input type="text" name="username" value=(staff.account) autocomplete="username" readonly hidden;
                (password::field(form, "password", &fl!(m, "access-password-present"), None, "current-password"))
                @if code {
                    (form.line(&Field {
                        name: "code", label: &fl!(m, "signin-factor-code"),
                        hint: Some(&fl!(m, "signin-factor-code-hint")), ..Field::default()
                    }, Line::Code))
                }
            },
            Proof::SingleSignOn { fresh } => {
                @if !fresh { p.note { (fl!(m, "token-not-fresh")) } }
            },
        }
        (form.buttons(&fl!(m, "token-make"), None))
    })
}

/// A table of tokens with a button for each; the forms go to `action`.
pub fn table(lang: Lang, tokens: &[Token], now: i64, action: &str) -> Markup {
    let m = lang.messages();
    html! {
        .scroll role="region" aria-labelledby="tokens" tabindex="0" {
            table {
                caption #tokens { (fl!(m, "token-caption", n = tokens.len())) }
                thead {
                    tr {
                        th scope="col" { (fl!(m, "token-name")) }
                        th scope="col" { (fl!(m, "token-scopes")) }
                        th scope="col" { (fl!(m, "token-made-on")) }
                        th scope="col" { (fl!(m, "token-until")) }
                        th scope="col" { (fl!(m, "token-used")) }
                        th scope="col" { (fl!(m, "token-revoke")) }
                    }
                }
                tbody {
                    @for token in tokens {
                        tr {
                            th scope="row" { (token.name) p.own-code { (token.id) } }
                            td {
                                @for one in token.scopes.split(' ').filter_map(Scope::from_code) {
                                    (scope(lang, one)) br;
                                }
                            }
                            td { (dates::day(lang, token.created)) }
                            td {
                                @if token.expires <= now { span.tag { (fl!(m, "token-over")) } " " }
                                (dates::last_day(lang, Some(token.expires)))
                            }
                            td {
                                @match token.used {
                                    Some(day) => (used(lang, day)),
                                    None => (fl!(m, "token-never")),
                                }
                            }
                            td {
                                form method="post" action=(action) {
                                    button.plain name="token" value=(token.id)
                                        aria-label={ (fl!(m, "token-revoke")) ": " (token.name) } {
                                        (fl!(m, "token-revoke"))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The day of a last use: noon by the province's clocks, whatever they are set by.
fn used(lang: Lang, day: i64) -> String {
    dates::day(lang, day.saturating_mul(86_400_000).saturating_add(5 * 3_600_000))
}

/// A token that has just been made; it is shown this once.
pub fn made(lang: Lang, staff: &Staff, order: &Order, token: &str, base_url: &str) -> Markup {
    let m = lang.messages();
    let list = in_language(PATH, lang);
    let example = order.scopes.first().map_or("campaigns", |scope| match scope {
        Scope::Units => "units",
        _ => "campaigns",
    });
    let content = html! {
        (back(&list, &fl!(m, "token-title")))
        (done(&fl!(m, "token-made", name = order.name.as_str())))
        (copy::text(lang, token))
        p.note { (fl!(m, "token-once")) }
        p { (fl!(m, "token-how")) }
        pre.once tabindex="0" translate="no" {
            code { "curl -H 'Authorization: Bearer …' " (base_url.trim_end_matches('/')) "/api/v1/" (example) }
        }
        p.actions { a.button href=(list) { (fl!(m, "token-kept")) } }
    };
    let title = fl!(m, "token-made-title");
    frame::page(&Frame { lang, title: &title, path: frame::FIXED, staff: Some(staff) }, &content)
}
