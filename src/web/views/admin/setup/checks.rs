//! Whether a draft can be opened, in plain words, with the way to what is missing.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{
    language::Lang,
    organisation::{Campaign, UnitTree, readiness::Finding},
    web::{respond::answer::in_language, views::dates},
};

/// Most units named in one sentence.
const MOST: usize = 8;

/// What was found.
pub fn list(lang: Lang, campaign: &Campaign, tree: &UnitTree, findings: &[Finding]) -> Markup {
    let m = lang.messages();
    let base = format!("/admin/campaigns/{}", campaign.slug);
    let ready = findings.iter().all(|finding| !finding.stops());
    html! {
        section.checks aria-labelledby="checks" {
            h2 #checks { @if ready { (fl!(m, "desk-checks-ready")) } @else { (fl!(m, "desk-checks-stopped")) } }
            @if findings.iter().all(Finding::informs) { p.done { (fl!(m, "desk-checks-fine")) } }
            ul {
                @for finding in findings {
                    @let (class, kind) = if finding.stops() { ("stop", fl!(m, "desk-check-stop")) }
                        else if finding.informs() { ("info", fl!(m, "desk-check-info")) }
                        else { ("warn", fl!(m, "desk-check-warn")) };
                    li class=(class) {
                        b { (kind) ":" } " " (words(lang, campaign, tree, finding)) " "
                        @if let Some((path, label)) = way(lang, campaign, finding) {
                            a href=(in_language(&format!("{base}{path}"), lang)) { (label) }
                        }
                    }
                }
            }
        }
    }
}

/// Where it is mended.
fn way(lang: Lang, campaign: &Campaign, finding: &Finding) -> Option<(&'static str, String)> {
    let m = lang.messages();
    Some(match finding {
        Finding::FewInvited { .. } => ("/nguoi-duoc-moi", fl!(m, "lists-tab")),
        Finding::Nowhere if campaign.by_link => ("/nguoi-duoc-moi", fl!(m, "lists-tab")),
        Finding::Nowhere | Finding::WithoutCounter(_) => ("/counters/add", fl!(m, "desk-counters-add")),
        Finding::NoPopulations | Finding::WithoutPopulation(_) | Finding::WithoutSample(_) => {
            ("/units", fl!(m, "desk-tab-units"))
        }
        Finding::Past
        | Finding::Overlap(_)
        | Finding::NoticeLacks(_)
        | Finding::Untranslated(_)
        | Finding::NoPrevious => ("/settings", fl!(m, "desk-tab-settings")),
        Finding::LocalAddress | Finding::Demonstration | Finding::AtOnce => return None,
    })
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
        Finding::NoticeLacks(keys) => {
            let names: Vec<String> = keys.iter().map(|key| notice_part(lang, key)).collect();
            fl!(m, "desk-check-notice", parts = names.join(", "))
        }
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

/// A part of the notice by its key.
fn notice_part(lang: Lang, key: &str) -> String {
    let m = lang.messages();
    match key {
        "responsible" => fl!(m, "desk-notice-responsible"),
        "purpose" => fl!(m, "desk-notice-purpose"),
        "legal_ground" => fl!(m, "desk-notice-law"),
        "address" => fl!(m, "desk-notice-address"),
        "email" => fl!(m, "desk-notice-email"),
        "keep_answers_months" => fl!(m, "desk-notice-months"),
        "keep_list_days" => fl!(m, "desk-notice-days"),
        other => other.to_owned(),
    }
}

/// A language by its own name; its code where the program does not know it.
fn language(code: &str) -> String {
    Lang::find_for_respondents(code)
        .map_or_else(|| code.to_owned(), |language| fl!(language.messages(), "respond-language-name"))
}
