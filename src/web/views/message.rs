//! Every page that only says something: thanks, closed, unknown, try again. Each says what to do next.

use i18n_embed_fl::fl;
use jiff::civil::{Date, DateTime, Time};
use maud::{Markup, html};

use crate::language::Lang;

use super::{
    components,
    layout::{self, Frame},
};

/// Everything the page shows.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// Language of the interface.
    pub lang: Lang,
    /// Whose survey this is; absent where no campaign is known.
    pub heading: Option<&'a str>,
    /// The same page in other languages; empty for an answer to a POST, which a link cannot repeat.
    pub language_links: &'a [(Lang, &'a str)],
    /// Whether the campaign is a demonstration.
    pub demonstration: bool,
    /// What is said.
    pub kind: Kind<'a>,
}

/// What a page says.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'a> {
    /// The answers are stored. The same for a first and a repeated submission, and for everybody.
    Thanks,
    /// The campaign opens later, at this local time.
    NotYetOpen(DateTime),
    /// The campaign closed at this local time (exclusive: midnight names the day before).
    Closed(DateTime),
    /// No counter and no personal link has this address.
    UnknownAddress,
    /// The personal link has served.
    UsedLink,
    /// The database does not answer; nothing was sent.
    Unavailable,
    /// The form was made for another campaign than the one asked here.
    OtherForm,
    /// What a pure module has to say.
    Words(&'a str),
    /// The answers could not be stored now. The form holds them all, so that one tap sends them again.
    Busy {
        /// Where to send them.
        action: &'a str,
        /// Every field that was sent, name and value, with `submission` and `token`.
        fields: &'a [(String, String)],
    },
    /// The body was over the limit.
    TooLarge,
    /// The body was no form.
    WrongType,
    /// The request makes no sense: broken encoding, no submission id, too many fields.
    BadRequest,
    /// The form came from another site.
    OtherSite,
    /// The address does not take this method.
    WrongMethod,
    /// Too many requests.
    TooMany,
    /// Something went wrong here.
    Internal {
        /// The request's number in the log, for the reader to quote.
        request: Option<&'a str>,
    },
}

impl Kind<'_> {
    /// The HTTP status that goes with the page.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Thanks => 200,
            Self::BadRequest => 400,
            Self::OtherSite => 403,
            Self::UnknownAddress | Self::NotYetOpen(_) => 404,
            Self::WrongMethod => 405,
            Self::Closed(_) | Self::UsedLink => 410,
            Self::TooLarge => 413,
            Self::WrongType => 415,
            Self::TooMany => 429,
            Self::Internal { .. } => 500,
            Self::Words(_) => 409,
            Self::OtherForm => 422,
            Self::Busy { .. } | Self::Unavailable => 503,
        }
    }

    /// Heading, what happened, and what to do next.
    fn words(&self, lang: Lang) -> [String; 3] {
        let m = lang.messages();
        match self {
            Self::Thanks => {
                [fl!(m, "respond-thanks"), fl!(m, "respond-thanks-what"), fl!(m, "respond-thanks-next")]
            }
            Self::NotYetOpen(opens) => {
                [fl!(m, "respond-early"), opening(*opens, lang), fl!(m, "respond-early-next")]
            }
            Self::Closed(closed) => {
                let day = day(last_day(*closed), lang);
                [
                    fl!(m, "respond-closed"),
                    fl!(m, "respond-closed-what", day = day),
                    fl!(m, "respond-closed-next"),
                ]
            }
            Self::UnknownAddress => {
                [fl!(m, "respond-unknown"), fl!(m, "respond-unknown-what"), fl!(m, "respond-unknown-next")]
            }
            Self::UsedLink => {
                [fl!(m, "respond-used"), fl!(m, "respond-used-what"), fl!(m, "respond-used-next")]
            }
            Self::Unavailable => [
                fl!(m, "respond-busy"),
                fl!(m, "respond-unavailable-what"),
                fl!(m, "respond-unavailable-next"),
            ],
            Self::OtherForm => {
                [fl!(m, "respond-other"), fl!(m, "respond-other-what"), fl!(m, "respond-other-next")]
            }
            Self::Words(words) => [fl!(m, "respond-no-report"), (*words).to_owned(), String::new()],
            Self::Busy { .. } => {
                [fl!(m, "respond-busy"), fl!(m, "respond-busy-what"), fl!(m, "respond-busy-next")]
            }
            Self::TooLarge => {
                [fl!(m, "respond-large"), fl!(m, "respond-large-what"), fl!(m, "respond-large-next")]
            }
            Self::WrongType => {
                [fl!(m, "respond-type"), fl!(m, "respond-type-what"), fl!(m, "respond-type-next")]
            }
            Self::BadRequest => {
                [fl!(m, "respond-bad"), fl!(m, "respond-bad-what"), fl!(m, "respond-bad-next")]
            }
            Self::OtherSite => {
                [fl!(m, "respond-site"), fl!(m, "respond-site-what"), fl!(m, "respond-site-next")]
            }
            Self::WrongMethod => {
                [fl!(m, "respond-method"), fl!(m, "respond-method-what"), fl!(m, "respond-method-next")]
            }
            Self::TooMany => {
                [fl!(m, "respond-many"), fl!(m, "respond-many-what"), fl!(m, "respond-many-next")]
            }
            Self::Internal { .. } => {
                [fl!(m, "respond-internal"), fl!(m, "respond-internal-what"), fl!(m, "respond-internal-next")]
            }
        }
    }
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let messages = page.lang.messages();
    let [title, what, next] = page.kind.words(page.lang);
    let heading = page.heading.map_or_else(|| fl!(messages, "respond-heading"), str::to_owned);
    let content = html! {
        .say {
            (sign(&page.kind))
            h1 { (title) }
            p { (what) }
            @if !next.is_empty() { p { (next) } }
            @if let Kind::Busy { action, fields } = page.kind {
                form method="post" action=(action)
                    data-sending=(fl!(messages, "respond-sending"))
                    data-offline=(fl!(messages, "respond-offline"))
                {
                    @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                    .send {
                        button { (fl!(messages, "respond-send-again")) }
                        p #status role="status" {}
                    }
                }
            }
            @if let Kind::Internal { request: Some(request) } = page.kind {
                p.hint { (fl!(messages, "respond-request", number = request)) }
            }
            (components::never_asked(page.lang))
        }
    };
    let frame = Frame {
        lang: page.lang,
        title: &title,
        error: matches!(page.kind, Kind::Busy { .. }),
        heading: &heading,
        language_links: page.language_links,
        demonstration: page.demonstration,
        script: matches!(page.kind, Kind::Busy { .. }),
    };
    layout::page(&frame, &content)
}

/// A tick, a clock or an exclamation mark; decoration, the words say it all.
fn sign(kind: &Kind<'_>) -> Markup {
    let path = match kind {
        Kind::Thanks => "M16 27l7 7 13-15",
        Kind::NotYetOpen(_) | Kind::Closed(_) | Kind::UsedLink => "M26 14v13l8 5",
        _ => "M26 14v15M26 35v3",
    };
    html! {
        svg.sign viewBox="0 0 52 52" fill="none" stroke="currentColor" stroke-width="3" stroke-linecap="round"
            stroke-linejoin="round" aria-hidden="true" focusable="false"
        {
            circle cx="26" cy="26" r="23" {}
            path d=(path) {}
        }
    }
}

/// The last day on which answers were taken, for an exclusive closing time.
fn last_day(closed: DateTime) -> Date {
    if closed.time() == Time::midnight() {
        closed.date().yesterday().unwrap_or(closed.date())
    } else {
        closed.date()
    }
}

/// "opens on 1 October 2026", with the hour where it is not midnight.
fn opening(opens: DateTime, lang: Lang) -> String {
    let day = day(opens.date(), lang);
    if opens.time() == Time::midnight() {
        fl!(lang.messages(), "respond-early-what", day = day)
    } else {
        let hour = format!("{}:{:02}", opens.hour(), opens.minute());
        fl!(lang.messages(), "respond-early-hour", day = day, hour = hour)
    }
}

/// A day as people write it: 1/10/2026 in Vietnamese, 1 October 2026 in English.
fn day(date: Date, lang: Lang) -> String {
    if lang == Lang::EN {
        date.strftime("%-d %B %Y").to_string()
    } else {
        date.strftime("%d/%m/%Y").to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::super::testing::{Checked, XSS};
    use super::*;

    fn kinds() -> Vec<Kind<'static>> {
        vec![
            Kind::Thanks,
            Kind::NotYetOpen(date(2026, 10, 1).at(7, 30, 0, 0)),
            Kind::Closed(date(2027, 1, 1).at(0, 0, 0, 0)),
            Kind::UnknownAddress,
            Kind::UsedLink,
            Kind::Busy { action: "/k/qn-1", fields: &[] },
            Kind::TooLarge,
            Kind::WrongType,
            Kind::BadRequest,
            Kind::OtherSite,
            Kind::WrongMethod,
            Kind::TooMany,
            Kind::Internal { request: Some("7f3a") },
        ]
    }

    fn draw(kind: Kind<'_>, lang: Lang) -> Checked {
        let links = [(Lang::VI, "?lang=vi"), (Lang::EN, "?lang=en")];
        let page =
            Page {
                lang, heading: Some("Khảo sát 2026"), language_links: &links, demonstration: false, kind
            };
        Checked::new(&super::page(&page))
    }

    #[test]
    fn m_03_every_message_is_a_sound_page_with_words_of_its_own_in_both_languages() {
        for lang in Lang::ALL {
            let mut titles = Vec::new();
            for kind in kinds() {
                let page = draw(kind, lang);
                assert_eq!(page.attribute("html", "lang"), lang.code());
                assert!(page.texts(".say > p").iter().all(|words| words.chars().count() > 15));
                assert!(page.count(".say > p") >= 3, "what, what next, never asked");
                titles.push(page.text("h1"));
                assert!(page.text("title").ends_with(&page.text("h1")));
            }
            titles.sort();
            titles.dedup();
            assert_eq!(titles.len(), kinds().len());
        }
    }

    #[test]
    fn days_are_written_as_people_write_them_and_the_last_day_is_the_one_before_midnight() {
        let closed = Kind::Closed(date(2027, 1, 1).at(0, 0, 0, 0));
        assert!(draw(closed, Lang::VI).text(".say").contains("31/12/2026"));
        assert!(draw(closed, Lang::EN).text(".say").contains("31 December 2026"));
        let noon = Kind::Closed(date(2026, 12, 31).at(12, 0, 0, 0));
        assert!(draw(noon, Lang::VI).text(".say").contains("31/12/2026"));
        let opens = Kind::NotYetOpen(date(2026, 10, 1).at(0, 0, 0, 0));
        let words = draw(opens, Lang::VI).text(".say");
        assert!(words.contains("01/10/2026") && !words.contains("0:00"), "{words}");
        let opens = Kind::NotYetOpen(date(2026, 10, 1).at(7, 30, 0, 0));
        assert!(draw(opens, Lang::EN).text(".say").contains("7:30"));
    }

    #[test]
    fn each_message_has_its_status() {
        let statuses: Vec<u16> = kinds().iter().map(Kind::status).collect();
        assert_eq!(statuses, [200, 200, 410, 404, 410, 503, 413, 415, 400, 403, 405, 429, 500]);
    }

    #[test]
    fn m_11_a_busy_page_carries_every_field_so_that_nothing_is_lost_without_javascript() {
        let fields = [
            ("submission".to_owned(), "0123456789abcdef0123456789abcdef".to_owned()),
            ("access.seats".to_owned(), "5".to_owned()),
            ("comment".to_owned(), format!("Dòng một\nDòng \"hai\" {XSS}")),
        ];
        let page = draw(Kind::Busy { action: "/k/qn-1?lang=vi", fields: &fields }, Lang::VI);
        assert_eq!(page.attribute("form", "action"), "/k/qn-1?lang=vi");
        assert_eq!(page.attribute("form", "method"), "post");
        assert_eq!(page.fields(), fields);
        assert!(page.text("title").starts_with("Lỗi:"));
    }

    #[test]
    fn g_12_an_internal_error_shows_the_request_s_number_and_nothing_else_of_it() {
        let page = draw(Kind::Internal { request: Some("7f3a") }, Lang::VI);
        assert!(page.text(".hint").contains("7f3a"));
        assert_eq!(draw(Kind::Internal { request: None }, Lang::VI).count(".hint"), 0);
    }

    #[test]
    fn a_page_without_a_campaign_still_says_whose_it_is_and_the_heading_is_escaped() {
        let with = |heading| {
            let kind = Kind::UnknownAddress;
            Checked::new(&page(&Page {
                lang: Lang::VI,
                heading,
                language_links: &[],
                demonstration: true,
                kind,
            }))
        };
        assert!(with(None).text(".top p").contains("Khảo sát"));
        assert_eq!(with(Some(XSS)).text(".top p"), XSS);
        assert_eq!(with(None).count(".demo"), 1);
    }
}
