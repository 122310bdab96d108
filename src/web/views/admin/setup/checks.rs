//! Whether a draft can be opened, in plain words, with the way to what is missing.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    apply::desk,
    language::Lang,
    organisation::{Campaign, UnitTree, readiness::Finding},
    web::{
        respond::answer::in_language,
        typed,
        views::{admin::form, dates},
    },
};

/// Most units named in one sentence.
const MOST: usize = 8;

/// What was found.
pub fn list(lang: Lang, campaign: &Campaign, tree: &UnitTree, findings: &[Finding]) -> Markup {
    let m = lang.messages();
    let ready = findings.iter().all(|finding| !finding.stops());
    html! {
        section.checks aria-labelledby="checks" {
            h2 #checks { @if ready { (fl!(m, "desk-checks-ready")) } @else { (fl!(m, "desk-checks-stopped")) } }
            @if findings.iter().all(Finding::informs) { p.done { (fl!(m, "desk-checks-fine")) } }
            (items(lang, campaign, tree, findings))
        }
    }
}

fn grave(findings: &[Finding]) -> Vec<Finding> {
    findings.iter().filter(|finding| !finding.informs()).cloned().collect()
}

/// What was found before somebody opens it all the same: the same list, without what merely informs. Nothing where there is
/// nothing to think over.
pub fn before_opening(lang: Lang, campaign: &Campaign, tree: &UnitTree, findings: &[Finding]) -> Markup {
    let m = lang.messages();
    let grave = grave(findings);
    let stopped = grave.iter().any(Finding::stops);
    html! {
        @if !grave.is_empty() {
            section.checks aria-labelledby="checks" {
                h3 #checks {
                    @if stopped { (fl!(m, "desk-checks-stopped")) } @else { (fl!(m, "setup-checks-again")) }
                }
                (items(lang, campaign, tree, &grave))
            }
        }
    }
}

fn items(lang: Lang, campaign: &Campaign, tree: &UnitTree, findings: &[Finding]) -> Markup {
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", campaign.slug);
    html! {
        ul {
            @for finding in findings {
                @let (class, kind) = if finding.stops() { ("stop", fl!(m, "desk-check-stop")) }
                    else if finding.informs() { ("info", fl!(m, "desk-check-info")) }
                    else { ("warn", fl!(m, "desk-check-warn")) };
                li class=(class) {
                    b { (kind) ":" } " " (words(lang, campaign, tree, finding)) " "
                    @match way(campaign, finding) {
                        Some(Way::Page(path)) => {
                            a href=(in_language(&format!("{base}{path}"), lang)) { (page_name(lang, path)) }
                        }
                        Some(Way::Field(field)) => {
                            // The fold that the field may be in stands open, and the page comes up at the field.
                            @let path = in_language(&format!("{base}/settings?mend={field}"), lang);
                            a href={ (path) "#" (form::id(&field)) } { (fl!(m, "setup-mend")) }
                        }
                        None => {}
                    }
                }
            }
        }
    }
}

/// Where something is mended.
enum Way {
    /// On this page of the campaign.
    Page(&'static str),
    /// In this field of its settings.
    Field(String),
}

fn way(campaign: &Campaign, finding: &Finding) -> Option<Way> {
    let field = |name: &str| Some(Way::Field(name.to_owned()));
    match finding {
        Finding::FewInvited { .. } => Some(Way::Page("/nguoi-duoc-moi")),
        Finding::Nowhere if campaign.by_link => Some(Way::Page("/nguoi-duoc-moi")),
        Finding::Nowhere | Finding::WithoutCounter(_) => Some(Way::Page("/counters/add")),
        Finding::NoPopulations | Finding::WithoutPopulation(_) | Finding::WithoutSample(_) => {
            Some(Way::Page("/units"))
        }
        Finding::Past | Finding::AfterDue { .. } => field("closes.day"),
        Finding::Overlap(_) => field("opens.day"),
        Finding::SameName(_) => field("title.vi"),
        Finding::NoticeOwed(keys) | Finding::NoticeLacks(keys) => {
            keys.first().map(|key| Way::Field(desk::notice_field(key)))
        }
        Finding::Untranslated(_) => field("title.en"),
        Finding::NoPrevious => field("previous"),
        Finding::LocalAddress | Finding::Demonstration | Finding::AtOnce => None,
    }
}

fn page_name(lang: Lang, path: &str) -> String {
    let m = lang.messages();
    match path {
        "/nguoi-duoc-moi" => fl!(m, "lists-tab"),
        "/counters/add" => fl!(m, "desk-counters-add"),
        _ => fl!(m, "desk-tab-units"),
    }
}

fn words(lang: Lang, campaign: &Campaign, tree: &UnitTree, finding: &Finding) -> String {
    let m = lang.messages();
    let units = |codes: &[String]| {
        let names = codes
            .iter()
            .take(MOST)
            .map(|code| tree.get(code).map_or(code.as_str(), |unit| unit.name.as_str()));
        let mut names = names.collect::<Vec<_>>().join(", ");
        let more = codes.len().saturating_sub(MOST);
        if more > 0 {
            names.push(' ');
            names.push_str(&fl!(m, "desk-units-and-others", n = more));
        }
        names
    };
    match finding {
        Finding::Nowhere if campaign.by_link => fl!(m, "desk-link-nowhere"),
        Finding::Nowhere => fl!(m, "desk-check-nowhere"),
        Finding::FewInvited { invited, least } => {
            fl!(m, "lists-few", n = invited.to_string(), least = least.to_string())
        }
        Finding::Past => fl!(m, "desk-check-past", day = dates::day(lang, campaign.closes - 1)),
        Finding::Overlap(rival) => fl!(
            m,
            "desk-check-overlap",
            n = rival.counters,
            title = lang.pick(&rival.title),
            opens = dates::day(lang, rival.opens),
            closes = dates::day(lang, rival.closes - 1)
        ),
        Finding::SameName(rival) => fl!(
            m,
            "setup-check-same-name",
            opens = dates::day(lang, rival.opens),
            closes = dates::day(lang, rival.closes - 1)
        ),
        Finding::AfterDue { period, due } => {
            fl!(m, "setup-check-after-due", period = period.name(lang), day = typed::day_text(*due))
        }
        Finding::NoPopulations => fl!(m, "desk-check-no-populations"),
        Finding::WithoutPopulation(codes) => {
            fl!(m, "desk-check-without-population", n = codes.len(), units = units(codes))
        }
        Finding::WithoutCounter(codes) => {
            fl!(m, "desk-check-without-counter", n = codes.len(), units = units(codes))
        }
        Finding::WithoutSample(codes) => {
            fl!(m, "desk-check-without-sample", n = codes.len(), units = units(codes))
        }
        Finding::NoticeOwed(keys) => fl!(m, "setup-check-owed", parts = parts(lang, keys)),
        Finding::NoticeLacks(keys) => fl!(m, "desk-check-notice", parts = parts(lang, keys)),
        Finding::Untranslated(languages) => {
            let names: Vec<String> = languages.iter().map(|code| language(code)).collect();
            fl!(m, "desk-check-untranslated", languages = names.join(", "))
        }
        Finding::NoPrevious => fl!(m, "desk-check-no-previous"),
        Finding::LocalAddress => fl!(m, "print-local"),
        Finding::Demonstration => fl!(m, "desk-check-demonstration"),
        Finding::AtOnce => fl!(m, "desk-check-at-once"),
    }
}

/// Parts of the notice by their keys.
fn parts(lang: Lang, keys: &[&str]) -> String {
    let names: Vec<String> = keys.iter().map(|key| desk::notice_label(lang, key)).collect();
    names.join(", ")
}

/// A language by its own name; its code where the program does not know it.
fn language(code: &str) -> String {
    Lang::find_for_respondents(code)
        .map_or_else(|| code.to_owned(), |language| fl!(language.messages(), "respond-language-name"))
}
