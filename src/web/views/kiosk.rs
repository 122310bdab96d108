//! The tablet at a counter: the questionnaire with a start before it and thanks behind it, on one page.
//!
//! With `kiosk.js` one panel is seen at a time and the page never leaves the screen; without it only the questionnaire
//! is there, a plain form. Nothing on the page leads away from the counter.

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::json;

use crate::{language::Lang, web::assets};

use super::{
    components,
    layout::{self, Frame},
    questionnaire::{self, Page},
};

/// What the tablet's page needs beside the questionnaire.
#[derive(Debug, Clone, Copy)]
pub struct Tablet<'a> {
    /// The questionnaire; its language links lead to the same page.
    pub page: Page<'a>,
    /// Where the manifest is, by which the page is installed as an app.
    pub manifest: &'a str,
    /// Where the staff code is sent; absent: the campaign has none.
    pub leave: Option<&'a str>,
    /// Whether the form's key decides which modules are asked, so that a form serves one person only.
    pub rotates: bool,
}

/// The page.
pub fn page(tablet: &Tablet<'_>) -> Markup {
    let page = &tablet.page;
    let (lang, m) = (page.lang, page.lang.messages());
    let title = page.places.fill(lang.pick(&page.questionnaire.title));
    let first = page.language_links.first().map_or("vi", |(lang, _)| lang.code());
    html! {
        (DOCTYPE)
        html.kiosk lang=(lang.code()) dir=[lang.direction()] {
            head {
                meta charset="utf-8";
                title {
                    @if page.answers.is_some() { (fl!(m, "respond-error-title")) " " }
                    (title)
                }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#0a4a57";
                meta name="format-detection" content="telephone=no";
                meta name="robots" content="noindex";
                meta name="referrer" content="same-origin";
                link rel="icon" href=(layout::ICON);
                link rel="manifest" href=(tablet.manifest);
                style { (PreEscaped(assets::style())) }
                link rel="stylesheet" href=(assets::asset_url("kiosk.css"));
                script defer src=(assets::asset_url("kiosk.js")) {}
            }
            body {
                header {
                    .top {
                        .in {
                            p { (page.heading) }
                            .lang { (components::language_links(lang, page.language_links)) }
                        }
                    }
                    @if page.facts.campaign.demonstration {
                        .demo { p.in { (fl!(m, "respond-demonstration")) } }
                    }
                }
                main.in #stage data-words=(words(tablet)) data-first=(first) data-rotated[tablet.rotates] {
                    (start(tablet))
                    #ask data-panel="ask" {
                        (questionnaire::content(page))
                        button.quiet #quit type="button" { (fl!(m, "kiosk-quit")) }
                    }
                    (thanks_panel(lang))
                    (idle(lang))
                    @if tablet.leave.is_some() { (staff(lang)) }
                }
                p.foot #queue role="status" {}
            }
        }
    }
}

/// One button for each language: the choice and the start in one tap.
fn start(tablet: &Tablet<'_>) -> Markup {
    let page = &tablet.page;
    let m = page.lang.messages();
    html! {
        .panel.start #start data-panel="start" hidden {
            p.big role="heading" aria-level="1" { (page.places.fill(page.lang.pick(&page.questionnaire.title))) }
            p { @if let Some(counter) = page.places.counter { b { (counter) } br; } (page.places.unit) }
            @for (lang, _) in page.language_links {
                button type="button" lang=(lang.code()) data-lang=(lang.code()) {
                    (fl!(lang.messages(), "kiosk-start"))
                }
            }
            p #start-status role="status" {}
            @if tablet.leave.is_some() {
                button.quiet #staff-open type="button" { (fl!(m, "kiosk-staff")) }
            }
        }
    }
}

fn thanks_panel(lang: Lang) -> Markup {
    let m = lang.messages();
    html! {
        .panel #thanks data-panel="thanks" hidden {
            p.big role="heading" aria-level="1" { (fl!(m, "respond-thanks")) }
            p #thanks-what role="status" {}
            p.left #thanks-left {}
            button #thanks-home type="button" { (fl!(m, "kiosk-home")) }
            button.plain #thanks-stay type="button" { (fl!(m, "kiosk-stay")) }
        }
    }
}

fn idle(lang: Lang) -> Markup {
    let m = lang.messages();
    html! {
        .panel #idle data-panel="idle" role="alert" hidden {
            p.big role="heading" aria-level="1" { (fl!(m, "kiosk-idle")) }
            p { (fl!(m, "kiosk-idle-what")) }
            p.big.left #idle-left aria-hidden="true" {}
            button #idle-more type="button" { (fl!(m, "kiosk-more")) }
            button.plain #idle-end type="button" { (fl!(m, "kiosk-end")) }
        }
    }
}

fn staff(lang: Lang) -> Markup {
    let m = lang.messages();
    html! {
        .panel #staff data-panel="staff" hidden {
            p.big role="heading" aria-level="1" { (fl!(m, "kiosk-staff")) }
            form #staff-form autocomplete="off" novalidate {
                .field {
                    label for="code" { (fl!(m, "kiosk-code")) }
                    input #code name="code" type="password" inputmode="numeric" autocomplete="off"
                        aria-describedby="staff-said";
                }
                p #staff-said role="status" {}
                button { (fl!(m, "kiosk-leave")) }
            }
            button.plain #staff-back type="button" { (fl!(m, "kiosk-home")) }
        }
    }
}

/// What `kiosk.js` says, and where the page is in each language; `#` stands for a number.
fn words(tablet: &Tablet<'_>) -> String {
    let m = tablet.page.lang.messages();
    let pages: serde_json::Map<String, serde_json::Value> =
        tablet.page.language_links.iter().map(|(lang, href)| (lang.code().to_owned(), json!(href))).collect();
    json!({
        "pages": pages,
        "leave": tablet.leave,
        "back": fl!(m, "kiosk-back", seconds = "#"),
        "checking": fl!(m, "kiosk-checking"),
        "empty": fl!(m, "respond-fault-empty"),
        "errors": fl!(m, "respond-errors"),
        "full": fl!(m, "kiosk-full"),
        "kept": fl!(m, "kiosk-missing"),
        "later": fl!(m, "kiosk-later"),
        "left": fl!(m, "kiosk-left", left = "#"),
        "missing": fl!(m, "respond-fault-missing"),
        "offline": fl!(m, "kiosk-offline"),
        "progress": fl!(m, "respond-progress", done = "#", all = "#"),
        "refused": fl!(m, "kiosk-refused", n = "#"),
        "sending": fl!(m, "respond-sending"),
        "slow": fl!(m, "kiosk-slow"),
        "stored": fl!(m, "kiosk-stored"),
        "wait": fl!(m, "kiosk-wait"),
        "waiting": fl!(m, "kiosk-waiting", n = "#"),
        "wrong": fl!(m, "kiosk-wrong"),
    })
    .to_string()
}

/// The thank-you page of a tablet without a script, with the way back to the start.
pub fn thanks(lang: Lang, start: &str) -> Markup {
    let m = lang.messages();
    let title = fl!(m, "respond-thanks");
    let content = html! {
        .say data-say="thanks" {
            h1 { (title) }
            p { (fl!(m, "kiosk-stored")) }
            p { a.more href=(start) { (fl!(m, "kiosk-home")) } }
        }
    };
    let frame = Frame {
        lang,
        title: &title,
        error: false,
        heading: &fl!(m, "respond-heading"),
        language_links: &[],
        demonstration: false,
        script: false,
    };
    layout::page(&frame, &content)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Checked, PLACES, facts, real, visit};
    use super::*;
    use crate::organisation::Channel;

    #[test]
    fn nothing_on_the_tablet_leads_away_and_without_a_script_there_is_a_form() {
        let form = visit();
        let links = [(Lang::VI, "/k/qn-1/kiosk"), (Lang::EN, "/k/qn-1/kiosk?lang=en")];
        for lang in Lang::ALL {
            let facts = super::super::notice::Facts { lang, channel: Channel::Kiosk, ..facts(&form, real()) };
            let page = Page {
                lang,
                questionnaire: &form,
                heading: "Khảo sát",
                places: PLACES,
                action: "/k/qn-1/kiosk",
                campaign: "sipas-2026",
                submission: "0123456789abcdef0123456789abcdef",
                token: None,
                facts,
                details: "",
                language_links: &links,
                audio: None,
                drafts: None,
                answers: None,
            };
            let tablet = Tablet {
                page,
                manifest: "/k/qn-1/kiosk/m",
                leave: Some("/k/qn-1/kiosk/thoat"),
                rotates: false,
            };
            let page = Checked::new(&super::page(&tablet));
            for link in page.all("a[href]") {
                let href = link.attr("href").unwrap();
                assert!(href.starts_with("/k/qn-1/kiosk") || href.starts_with('#'), "{href}");
            }
            assert_eq!(page.count("details"), 1, "the notice is on the page");
            assert_eq!(page.count("[data-panel]:not([hidden])"), 1, "without a script only the form");
            assert_eq!(page.attribute("form[data-kiosk]", "autocomplete"), "off");
            assert_eq!(page.attribute("form[data-kiosk]", "method"), "post");
            assert_eq!(page.count("[data-lang]"), 2);
            let words: serde_json::Value =
                serde_json::from_str(&page.attribute("#stage", "data-words")).unwrap();
            for (name, places) in [("progress", 2), ("waiting", 1), ("refused", 1), ("back", 1), ("left", 1)]
            {
                assert_eq!(words[name].as_str().unwrap().matches('#').count(), places, "{name}");
            }
        }
    }
}
