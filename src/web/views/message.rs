//! Every page that only says something: thanks, closed, unknown, try again. Each says what to do next.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::language::Lang;

use super::{
    components, dates,
    layout::{self, Frame},
    phone::{self, Keeps},
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
    pub kind: &'a Kind<'a>,
}

/// What a page says. Times are UTC milliseconds.
#[derive(Debug, Clone, Copy)]
pub enum Kind<'a> {
    /// The answers are stored. The same for a first and a repeated submission, and for everybody.
    Thanks,
    /// The campaign opens later.
    NotYetOpen {
        /// When.
        opens: i64,
    },
    /// The campaign has closed.
    Closed {
        /// When, exclusive; the page names the last day on which answers were taken.
        closed: i64,
        /// Whether people were asked by personal links.
        by_link: bool,
    },
    /// The campaign is being prepared; when it opens is not decided.
    NotReady,
    /// The campaign takes no answers for a while. A form that was sent is held, so that one tap sends it again.
    Paused {
        /// Where to send it; empty where nothing was sent.
        action: &'a str,
        /// Every field that was sent.
        fields: &'a [(&'a str, &'a str)],
    },
    /// The counter's code was replaced by another one.
    Replaced,
    /// Nothing was stored since the page was for trying only.
    Tried,
    /// Nothing has this address: no counter, no personal link, no page.
    Unknown,
    /// No results were published at this address.
    NoResults,
    /// The personal link has served.
    Used,
    /// A newer personal link took the place of this one.
    Newer,
    /// The person gets no more mail.
    NoMoreMail,
    /// The form belongs to another campaign than the one asked here now.
    OtherForm,
    /// The answers could not be stored now. The form holds them all, so that one tap sends them again.
    Busy {
        /// Where to send them.
        action: &'a str,
        /// Every field that was sent, name and value, with `submission` and `token`.
        fields: &'a [(&'a str, &'a str)],
    },
    /// Something could not be read now; nothing was sent.
    Unavailable,
    /// The body was over the limit.
    TooLarge,
    /// The body was no form.
    ContentType,
    /// The request makes no sense: broken encoding, no submission id, too many fields, a method nobody answers.
    Malformed,
    /// The account may not do this.
    NotYours,
    /// Nobody administers at this time.
    AfterHours,
    /// The form came from another site.
    OtherSite,
    /// The request took too long.
    Slow,
    /// Too many requests.
    TooMany,
    /// Something went wrong here.
    Failed,
    /// Anything else, in the caller's words.
    Words {
        /// A sentence in the reader's language.
        words: &'a str,
    },
}

impl Kind<'_> {
    /// Heading, what happened, and what to do next.
    pub fn words(&self, lang: Lang) -> [String; 3] {
        let m = lang.messages();
        match *self {
            Self::NotYetOpen { opens } => {
                let when = dates::moment(lang, opens);
                [
                    fl!(m, "respond-early"),
                    fl!(m, "respond-early-what", when = when),
                    fl!(m, "respond-early-next"),
                ]
            }
            Self::Closed { closed, by_link } => {
                // The closing time is exclusive: midnight names the day before.
                let day = dates::day(lang, closed.saturating_sub(1));
                [
                    fl!(m, "respond-closed"),
                    fl!(m, "respond-closed-what", day = day),
                    if by_link { fl!(m, "desk-link-closed-next") } else { fl!(m, "respond-closed-next") },
                ]
            }
            Self::NotReady => [
                fl!(m, "respond-not-ready"),
                fl!(m, "respond-not-ready-what"),
                fl!(m, "respond-not-ready-next"),
            ],
            Self::Paused { action: "", .. } => {
                [fl!(m, "respond-paused"), fl!(m, "respond-paused-what"), fl!(m, "respond-paused-next")]
            }
            Self::Paused { .. } => {
                [fl!(m, "respond-paused"), fl!(m, "respond-paused-form"), fl!(m, "respond-paused-form-next")]
            }
            Self::Replaced => {
                [fl!(m, "respond-replaced"), fl!(m, "respond-replaced-what"), fl!(m, "respond-replaced-next")]
            }
            Self::Tried => {
                [fl!(m, "respond-tried"), fl!(m, "respond-tried-what"), fl!(m, "respond-tried-next")]
            }
            Self::Thanks => {
                [fl!(m, "respond-thanks"), fl!(m, "respond-thanks-what"), fl!(m, "respond-thanks-next")]
            }
            Self::Unknown => {
                [fl!(m, "respond-unknown"), fl!(m, "respond-unknown-what"), fl!(m, "respond-unknown-next")]
            }
            Self::NoResults => {
                [fl!(m, "publish-unknown"), fl!(m, "publish-unknown-what"), fl!(m, "publish-unknown-next")]
            }
            Self::Used => [fl!(m, "respond-used"), fl!(m, "respond-used-what"), fl!(m, "respond-used-next")],
            Self::Newer => [fl!(m, "outbox-newer"), fl!(m, "outbox-newer-what"), fl!(m, "outbox-newer-next")],
            Self::NoMoreMail => {
                [fl!(m, "outbox-stopped"), fl!(m, "outbox-stopped-what"), fl!(m, "outbox-stopped-next")]
            }
            Self::OtherForm => {
                [fl!(m, "respond-other"), fl!(m, "respond-other-what"), fl!(m, "respond-other-next")]
            }
            Self::Busy { .. } => {
                [fl!(m, "respond-busy"), fl!(m, "respond-busy-what"), fl!(m, "respond-busy-next")]
            }
            Self::Unavailable => [
                fl!(m, "respond-unavailable"),
                fl!(m, "respond-unavailable-what"),
                fl!(m, "respond-unavailable-next"),
            ],
            Self::TooLarge => {
                [fl!(m, "respond-large"), fl!(m, "respond-large-what"), fl!(m, "respond-large-next")]
            }
            Self::ContentType => {
                [fl!(m, "respond-type"), fl!(m, "respond-type-what"), fl!(m, "respond-type-next")]
            }
            Self::Malformed => {
                [fl!(m, "respond-bad"), fl!(m, "respond-bad-what"), fl!(m, "respond-bad-next")]
            }
            Self::NotYours => {
                [fl!(m, "respond-denied"), fl!(m, "respond-denied-what"), fl!(m, "respond-denied-next")]
            }
            Self::AfterHours => {
                [fl!(m, "signin-hours"), fl!(m, "signin-hours-what"), fl!(m, "signin-hours-next")]
            }
            Self::OtherSite => {
                [fl!(m, "respond-site"), fl!(m, "respond-site-what"), fl!(m, "respond-site-next")]
            }
            Self::Slow => [fl!(m, "respond-slow"), fl!(m, "respond-slow-what"), fl!(m, "respond-slow-next")],
            Self::TooMany => {
                [fl!(m, "respond-many"), fl!(m, "respond-many-what"), fl!(m, "respond-many-next")]
            }
            Self::Failed => {
                [fl!(m, "respond-internal"), fl!(m, "respond-internal-what"), fl!(m, "respond-internal-next")]
            }
            Self::Words { words } => {
                [fl!(m, "respond-words"), words.to_owned(), fl!(m, "respond-words-next")]
            }
        }
    }
}

/// The page where no campaign is known, or none should be named.
pub fn page(lang: Lang, kind: &Kind<'_>) -> Markup {
    of(&Page { lang, heading: None, language_links: &[], demonstration: false, kind })
}

/// The page within its campaign.
pub fn of(page: &Page<'_>) -> Markup {
    let messages = page.lang.messages();
    let [title, what, next] = page.kind.words(page.lang);
    let heading = page.heading.map_or_else(|| fl!(messages, "respond-heading"), str::to_owned);
    let say = match page.kind {
        Kind::Thanks => "thanks",
        Kind::Paused { .. } => "paused",
        Kind::Newer => "newer",
        _ => "",
    };
    // What was sent and could not be kept stands in the page, to be sent again.
    let held = match *page.kind {
        Kind::Busy { action, fields } | Kind::Paused { action, fields } => {
            Some((action, fields)).filter(|(action, _)| !action.is_empty())
        }
        _ => None,
    };
    let content = html! {
        .say data-say=(say) {
            (sign(page.kind))
            h1 { (title) }
            p { (what) }
            p { (next) }
            @if let Some((action, fields)) = held {
                form method="post" action=(action) data-words=(phone::words(page.lang, Keeps::Nothing)) {
                    @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                    .send {
                        p #status role="status" {}
                        button { (fl!(messages, "respond-send-again")) }
                    }
                }
            }
            (components::never_asked(page.lang))
        }
    };
    let frame = Frame {
        lang: page.lang,
        title: &title,
        error: held.is_some(),
        heading: &heading,
        language_links: page.language_links,
        demonstration: page.demonstration,
        script: held.is_some(),
    };
    layout::page(&frame, &content)
}

/// A tick, a clock or an exclamation mark; decoration, the words say it all.
fn sign(kind: &Kind<'_>) -> Markup {
    let path = match kind {
        Kind::Thanks | Kind::Tried | Kind::NoMoreMail => "M16 27l7 7 13-15",
        Kind::Paused { .. } => "M21 18v16M31 18v16",
        Kind::NotReady | Kind::NotYetOpen { .. } | Kind::Closed { .. } | Kind::Used => "M26 14v13l8 5",
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

#[cfg(test)]
mod tests {
    use super::super::testing::{Checked, XSS};
    use super::*;

    /// Midnight of the new year 2027 in the province.
    const NEW_YEAR: i64 = 1_798_736_400_000;

    fn kinds() -> Vec<Kind<'static>> {
        vec![
            Kind::Thanks,
            Kind::NotYetOpen { opens: NEW_YEAR },
            Kind::Closed { closed: NEW_YEAR, by_link: false },
            Kind::NotReady,
            Kind::Replaced,
            Kind::Paused { action: "", fields: &[] },
            Kind::Tried,
            Kind::Unknown,
            Kind::NoResults,
            Kind::Used,
            Kind::Newer,
            Kind::NoMoreMail,
            Kind::OtherForm,
            Kind::Busy { action: "/k/qn-1", fields: &[] },
            Kind::TooLarge,
            Kind::ContentType,
            Kind::Malformed,
            Kind::NotYours,
            Kind::OtherSite,
            Kind::Unavailable,
            Kind::Slow,
            Kind::AfterHours,
            Kind::TooMany,
            Kind::Failed,
            Kind::Words { words: "Chưa có số liệu để tính." },
        ]
    }

    fn draw(kind: &Kind<'_>, lang: Lang) -> Checked {
        Checked::new(&page(lang, kind))
    }

    #[test]
    fn m_03_every_message_is_a_sound_page_with_words_of_its_own_in_both_languages() {
        for lang in Lang::ALL {
            let mut titles = Vec::new();
            for kind in kinds() {
                let page = draw(&kind, lang);
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
    fn the_last_day_named_is_the_one_before_midnight_and_the_opening_says_its_hour() {
        let closed = Kind::Closed { closed: NEW_YEAR, by_link: false };
        assert!(draw(&closed, Lang::VI).text(".say").contains("hết ngày 31/12/2026"));
        assert!(draw(&closed, Lang::EN).text(".say").contains("31 December 2026"));
        let opens = Kind::NotYetOpen { opens: NEW_YEAR };
        assert!(draw(&opens, Lang::VI).text(".say").contains("00:00 ngày 01/01/2027"));
    }

    #[test]
    fn m_11_a_busy_page_carries_every_field_so_that_nothing_is_lost_without_javascript() {
        let comment = format!("Dòng một\nDòng \"hai\" {XSS}");
        let fields = [
            ("submission", "0123456789abcdef0123456789abcdef"),
            ("access.seats", "5"),
            ("comment", comment.as_str()),
        ];
        let page = draw(&Kind::Busy { action: "/k/qn-1?lang=vi", fields: &fields }, Lang::VI);
        assert_eq!(page.attribute("form", "action"), "/k/qn-1?lang=vi");
        assert_eq!(page.attribute("form", "method"), "post");
        assert_eq!(page.fields(), fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(page.text("title").starts_with("Lỗi:"));
    }

    #[test]
    fn a_form_sent_while_the_survey_pauses_is_held_whole_and_a_page_only_opened_has_nothing_to_send() {
        let fields = [("submission", "0123456789abcdef0123456789abcdef"), ("comment", XSS)];
        let page = draw(&Kind::Paused { action: "/k/qn-1", fields: &fields }, Lang::VI);
        assert_eq!(page.fields(), fields.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert_eq!(page.attribute(".say", "data-say"), "paused");
        assert_eq!(draw(&Kind::Paused { action: "", fields: &[] }, Lang::VI).count("form"), 0);
    }

    #[test]
    fn a_page_without_a_campaign_still_says_whose_it_is_and_the_heading_is_escaped() {
        let with = |heading| {
            Checked::new(&of(&Page {
                lang: Lang::VI,
                heading,
                language_links: &[],
                demonstration: true,
                kind: &Kind::Words { words: XSS },
            }))
        };
        assert!(with(None).text(".top p").contains("Khảo sát"));
        assert_eq!(with(Some(XSS)).text(".top p"), XSS);
        assert_eq!(with(None).count(".demo"), 1);
    }
}
