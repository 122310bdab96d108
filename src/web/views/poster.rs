//! The page that hangs at a counter: A5, in Vietnamese, in English below it where the
//! campaign is answered in English too. Needs nothing but itself, so that it
//! may be saved, sent and printed anywhere.

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{language::Lang, web::assets};

/// A name of more characters is set smaller, so that the sheet stays one.
const LONG_NAME: usize = 40;

/// What the poster shows.
#[derive(Debug, Clone, Copy)]
pub struct Poster<'a> {
    /// The unit's name.
    pub unit: &'a str,
    /// The counter's name.
    pub counter: &'a str,
    /// The address in the code in its short form: without a scheme, short enough to be typed.
    pub address: &'a str,
    /// The code as SVG, drawn by this program and taken as it is. The quiet zone belongs to it.
    pub qr: &'a str,
    /// Whether answers given there are a demonstration.
    pub demonstration: bool,
    /// The campaign's title.
    pub campaign: &'a str,
    /// Minutes that answering takes.
    pub minutes: u32,
    /// Whether it can be answered in English too.
    pub english: bool,
}

/// A sheet for each poster. The language is that of the person who prints.
pub fn page(lang: Lang, posters: &[Poster<'_>]) -> Markup {
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                title { @if let Some(first) = posters.first() { (first.counter) " – " (first.unit) } }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                style { (PreEscaped(assets::poster_style())) }
            }
            body {
                header.print lang=(lang.code()) { (fl!(lang.messages(), "respond-poster-print")) }
                main { @for poster in posters { (sheet(poster)) } }
            }
        }
    }
}

fn sheet(poster: &Poster<'_>) -> Markup {
    let (vi, en) = (Lang::VI.messages(), Lang::EN.messages());
    html! {
        section {
            p.campaign { (poster.campaign) }
            p.unit { (poster.unit) }
            h1.long[poster.counter.chars().count() > LONG_NAME] { (poster.counter) }
            @if poster.demonstration { p.demo { (fl!(vi, "respond-demonstration")) } }
            p.invite { (fl!(vi, "respond-poster-invite")) }
            @if poster.english { p.en lang="en" { (fl!(en, "respond-poster-invite")) } }
            .code role="img" aria-label=(fl!(vi, "respond-poster-code")) { (PreEscaped(drawing(poster.qr))) }
            p.or { (fl!(vi, "respond-poster-or")) }
            p.address { (breakable(poster.address)) }
            .safe {
                p { strong { (fl!(vi, "respond-poster-minutes", n = poster.minutes)) } " " (fl!(vi, "respond-poster-safe")) }
                @if poster.english {
                    p.en lang="en" {
                        (fl!(en, "respond-poster-minutes", n = poster.minutes)) " " (fl!(en, "respond-poster-safe"))
                    }
                }
            }
        }
    }
}

/// The drawing itself: HTML takes no XML declaration.
fn drawing(svg: &str) -> &str {
    svg.find("<svg").and_then(|start| svg.get(start..)).unwrap_or_default()
}

/// An address that, when it is too long for its line, breaks after a slash and never within a name.
fn breakable(address: &str) -> Markup {
    html! { @for part in address.split_inclusive('/') { (part) wbr; } }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Checked, XSS};
    use super::*;

    const SVG: &str = r##"<?xml version="1.0" standalone="yes"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0h4v4H0V0" fill="#fff"/></svg>"##;

    fn poster(counter: &str, demonstration: bool) -> Poster<'_> {
        let address = "hailong.binhdinh.gov.vn/k/qn-1";
        Poster {
            unit: "UBND thành phố Quy Nhơn",
            counter,
            address,
            qr: SVG,
            demonstration,
            campaign: "Đo lường quý IV",
            minutes: 1,
            english: true,
        }
    }

    fn draw(counter: &str, demonstration: bool) -> Checked {
        Checked::new(&page(Lang::VI, &[poster(counter, demonstration)]))
    }

    #[test]
    fn every_counter_has_a_sheet_of_its_own() {
        let html = page(Lang::EN, &[poster("Quầy 1", false), poster("Quầy 2", false)]).into_string();
        assert_eq!(html.matches("<section>").count(), 2);
        assert_eq!(html.matches("<svg").count(), 2);
    }

    #[test]
    fn j_13_the_poster_shows_the_address_in_words_and_says_that_nobody_asks_for_money() {
        let poster = draw("Quầy số 1 – Đất đai", false);
        assert_eq!(poster.text(".address"), "hailong.binhdinh.gov.vn/k/qn-1");
        assert!(poster.text(".safe").contains("mật khẩu") && poster.text(".safe").contains("password"));
        assert_eq!(poster.text("h1"), "Quầy số 1 – Đất đai");
        assert_eq!(poster.count(".code > svg"), 1);
        assert_eq!(poster.count(".demo"), 0);
    }

    #[test]
    fn a_poster_names_the_campaign_and_the_minutes_and_speaks_only_the_languages_it_is_answered_in() {
        let both = draw("Quầy 1", false);
        assert_eq!(both.text(".campaign"), "Đo lường quý IV");
        assert!(
            both.text(".safe").contains("Khoảng 1 phút.") && both.text(".safe").contains("About 1 minute.")
        );
        let vietnamese = Poster { english: false, ..poster("Quầy 1", false) };
        let vietnamese = Checked::new(&page(Lang::VI, &[vietnamese]));
        assert_eq!(vietnamese.count("[lang=en]"), 0);
    }

    #[test]
    fn a_poster_of_a_demonstration_says_so() {
        assert_eq!(draw("Quầy 1", true).count(".demo"), 1);
    }

    #[test]
    fn a_counter_s_name_is_text_whatever_it_holds() {
        assert_eq!(draw(XSS, false).text("h1"), XSS);
    }

    #[test]
    fn the_sheet_is_a5() {
        assert!(assets::poster_style().replace(": ", ":").contains("size:A5"));
    }
}
