//! Published results as the public reads them: the list of campaigns, and the frame of one campaign's page. Dark on white as
//! the report for staff, no script; styles are those of the report (`static/report.css`).

use std::ops::Range;

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, html};

use super::{dates, layout};
use crate::{
    index::report::Report,
    language::Lang,
    report::{
        format,
        html::public::{self, Facts},
    },
    store::publications::Listed,
    web::{assets, respond::answer::in_language},
};

/// A campaign's page.
pub fn page(report: &Report, facts: &Facts<'_>, path: &str, lang: Lang) -> String {
    let m = lang.messages();
    let title = fl!(m, "publish-title", campaign = report.campaign.title.as_str());
    let about = format::percent(lang, crate::report::shown::figure(&report.total.index).unwrap_or_default());
    let about = crate::report::shown::figure(&report.total.index)
        .map(|_| crate::report::words::about(lang, report, &about));
    let content = html! {
        (public::content(report, facts, lang))
        p.all { a href=(in_language("/ket-qua", lang)) { (fl!(m, "publish-all")) } }
    };
    frame(&title, about.as_deref(), path, lang, &content)
}

/// A page of the units of a large report: which of how many, and the addresses of all of them; `path` is the report's and its own.
pub fn units(
    report: &Report,
    some: (usize, &Range<usize>),
    addresses: &[String],
    (path, own): (&str, &str),
    lang: Lang,
) -> String {
    let m = lang.messages();
    let (campaign, page) = (report.campaign.title.as_str(), some.0 + 1);
    let title = fl!(m, "publish-units-title", campaign = campaign, page = page);
    let whole = in_language(path, lang);
    let content = public::pages::content(report, some, (addresses, &whole), lang);
    frame(&title, None, own, lang, &content)
}

/// The list of all published campaigns.
pub fn list(listed: &[Listed], lang: Lang) -> String {
    let m = lang.messages();
    let title = fl!(m, "publish-list");
    let content = html! {
        .title { h1 { (title) } }
        @if listed.is_empty() {
            p.plain { (fl!(m, "publish-list-none")) }
        } @else {
            p.plain { (fl!(m, "publish-list-what")) }
            ul.published {
                @for one in listed {
                    li {
                        a href=(in_language(&format!("/ket-qua/{}", one.slug), lang)) { (title_of(one, lang)) }
                        p {
                            (fl!(
                                m,
                                "report-period",
                                from = dates::day(lang, one.opens),
                                to = dates::day(lang, one.closes.saturating_sub(1))
                            ))
                            " · " (fl!(m, "publish-on", day = dates::day(lang, one.published)))
                            @if one.demonstration { " · " (fl!(m, "publish-badge-demonstration")) }
                        }
                    }
                }
            }
        }
    };
    frame(&title, None, "/ket-qua", lang, &content)
}

/// The title in the reader's language, else in the first one.
pub fn title_of(listed: &Listed, lang: Lang) -> String {
    let by_language = serde_json::from_str(&listed.title).unwrap_or_default();
    lang.pick(&by_language).to_owned()
}

fn frame(title: &str, about: Option<&str>, path: &str, lang: Lang, content: &Markup) -> String {
    let m = lang.messages();
    html! {
        (DOCTYPE)
        html.paper lang=(lang.code()) {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                meta name="theme-color" content="#0a4a57";
                meta name="format-detection" content="telephone=no";
                @if let Some(about) = about { meta name="description" content=(about); }
                link rel="icon" href=(layout::ICON);
                link rel="stylesheet" href=(assets::asset_url("report.css"));
            }
            body.public {
                a.skip href="#report" { (fl!(m, "publish-skip")) }
                header.top {
                    .in {
                        p { (fl!(m, "publish-heading")) }
                        nav aria-label=(fl!(m, "respond-languages")) {
                            @for other in Lang::ALL.into_iter().filter(|other| *other != lang) {
                                a href=(in_language(path, other)) lang=(other.code()) hreflang=(other.code()) {
                                    (fl!(other.messages(), "respond-language-name"))
                                }
                            }
                        }
                    }
                }
                main #report { (content) }
            }
        }
    }
    .into_string()
}
