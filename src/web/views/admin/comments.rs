//! Screening of free text.

use i18n_embed_fl::fl;
use maud::{Markup, html};
use sha2::{Digest as _, Sha256};

use super::{
    form,
    setup::head::{self, Head, Tab},
};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    screening,
    store::comments::{Comment, Filter, Status},
    web::{auth::session::Staff, respond::answer::in_language},
};

/// Field with the id of a comment on the page.
pub const SHOWN: &str = "shown";
/// Button that also releases what is neither decided on nor suspect.
pub const REST: &str = "rest";
/// Field with the place of a word to cover.
pub const COVERED: &str = "cover";
/// Field with the fingerprint of the words that were shown.
pub const SEEN: &str = "seen";
/// Button that also releases the comment.
pub const RELEASE: &str = "release";
/// There where somebody was asked whether what may name a person is released all the same.
pub const SURE: &str = "sure";

/// Name of the field with the fingerprint of the words that were asked about.
pub fn words_of(id: &str) -> String {
    format!("words-{id}")
}

/// What the page shows.
#[derive(Debug)]
pub struct Page<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// The campaign.
    pub campaign: &'a Campaign,
    /// Where it is.
    pub phase: Phase,
    /// Id and wording of the questions that ask for words.
    pub questions: &'a [(String, String)],
    /// What stands above each comment.
    pub heads: &'a [CommentHead],
    /// Code and name of the units that have comments.
    pub units: &'a [(String, String)],
    /// Comments by status, in the order of [`Status::ALL`].
    pub counts: [u64; 3],
    /// Which of them are shown.
    pub filter: &'a Filter,
    /// The comments, at most a page of them.
    pub comments: &'a [Comment],
    /// Whether there are more.
    pub more: bool,
    /// How many have just been decided on.
    pub done: Option<u64>,
}

/// What stands above a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentHead {
    /// The question as it was asked.
    pub question: String,
    /// The judged unit, as finely as a report may name it; absent where no unit is judged.
    pub about: Option<String>,
}

/// A status as it stands in addresses and forms.
pub const fn code(status: Status) -> &'static str {
    match status {
        Status::Waiting => "waiting",
        Status::Released => "released",
        Status::Withheld => "withheld",
    }
}

/// The status with this code.
pub fn status_of(text: &str) -> Option<Status> {
    Status::ALL.into_iter().find(|status| code(*status) == text)
}

/// Lower-case hex digits.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A fingerprint of the words that somebody has seen.
pub fn fingerprint(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

/// The address of a page of comments.
pub fn address(slug: &str, lang: Lang, filter: &Filter) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if lang != Lang::VI {
        query.append_pair("lang", lang.code());
    }
    query.append_pair("status", code(filter.status));
    for (name, value) in [("unit", &filter.unit), ("question", &filter.question)] {
        if !value.is_empty() {
            query.append_pair(name, value);
        }
    }
    if let Some(after) = filter.after {
        query.append_pair("after", &hex(&after));
    }
    format!("/admin/campaigns/{slug}/y-kien?{}", query.finish())
}

fn named(lang: Lang, status: Status) -> String {
    let m = lang.messages();
    match status {
        Status::Waiting => fl!(m, "admin-comments-waiting"),
        Status::Released => fl!(m, "admin-comments-released"),
        Status::Withheld => fl!(m, "admin-comments-withheld"),
    }
}

/// The page.
pub fn page(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let slug = page.campaign.slug.as_str();
    let here = address(slug, lang, page.filter);
    let content = html! {
        @if let Some(done) = page.done { (form::done(&fl!(m, "desk-comments-saved", n = done))) }
        p.note { (fl!(m, "admin-comments-note")) }
        (filters(page))
        @if page.comments.is_empty() {
            p { (fl!(m, "admin-comments-none")) }
        } @else {
            form method="post" action=(here) {
                @for (comment, head) in page.comments.iter().zip(page.heads) { (one(page, comment, head)) }
                p.actions {
                    button.main { (fl!(m, "admin-comments-keep")) }
                    @if page.filter.status == Status::Waiting {
                        " " button.button.plain name=(REST) value="1" { (fl!(m, "admin-comments-rest")) }
                    }
                }
            }
        }
        @if let Some(last) = page.comments.last().filter(|_| page.more) {
            @let next = Filter { after: Some(last.id), ..page.filter.clone() };
            p { a href=(address(slug, lang, &next)) { (fl!(m, "admin-comments-more")) } }
        }
    };
    let tab = Tab::Comments;
    let head = Head { lang, staff: page.staff, campaign: page.campaign, phase: page.phase, tab };
    head::below(&head, "", Some(&fl!(m, "admin-comments")), &content)
}

fn filters(page: &Page<'_>) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let choices = |name: &str, label: String, chosen: &str, options: &[(String, String)]| {
        let id = format!("filter-{name}");
        html! {
            .field {
                label for=(id) { (label) }
                select #(id) name=(name) {
                    option value="" { (fl!(m, "admin-comments-any")) }
                    @for (code, words) in options {
                        option value=(code) selected[code == chosen] { (words) }
                    }
                }
            }
        }
    };
    let questions = page.questions;
    html! {
        nav.filters aria-label=(fl!(m, "admin-comments-status")) {
            @for (status, n) in Status::ALL.into_iter().zip(page.counts) {
                @let filter = Filter { status, after: None, ..page.filter.clone() };
                a href=(address(&page.campaign.slug, lang, &filter))
                    aria-current=[(status == page.filter.status).then_some("page")]
                {
                    (named(lang, status)) " (" (n) ")"
                }
            }
        }
        @if page.units.len() > 1 || questions.len() > 1 {
            form.filter method="get" {
                @if lang != Lang::VI { input type="hidden" name="lang" value=(lang.code()); }
                input type="hidden" name="status" value=(code(page.filter.status));
                @if page.units.len() > 1 {
                    (choices("unit", fl!(m, "admin-unit"), &page.filter.unit, page.units))
                }
                @if questions.len() > 1 {
                    (choices("question", fl!(m, "admin-comments-question"), &page.filter.question, questions))
                }
                button.button.plain { (fl!(m, "admin-comments-filter")) }
            }
        }
    }
}

fn one(page: &Page<'_>, comment: &Comment, head: &CommentHead) -> Markup {
    let (lang, m) = (page.lang, page.lang.messages());
    let id = hex(&comment.id);
    let plain = screening::plain(&comment.text);
    let suspect = screening::is_suspect(&plain);
    html! {
        input type="hidden" name=(SHOWN) value=(id);
        fieldset.comment {
            legend {
                @if let Some(about) = &head.about { b { (fl!(m, "comments-about", unit = about.as_str())) } " – " }
                (head.question)
            }
            blockquote dir="auto" lang="vi" { (pointed(&plain)) }
            @if suspect { p.hint { (fl!(m, "admin-comments-suspect")) } }
            .choices {
                @for status in Status::ALL {
                    label {
                        input type="radio" name=(id) value=(code(status)) checked[comment.status == status];
                        " " (match status {
                            Status::Waiting => fl!(m, "admin-comments-wait"),
                            Status::Released => fl!(m, "admin-comments-release"),
                            Status::Withheld => fl!(m, "admin-comments-withhold"),
                        })
                    }
                }
                a href=(in_language(&format!("/admin/campaigns/{}/y-kien/{id}", page.campaign.slug), lang)) {
                    (fl!(m, "admin-comments-cover"))
                }
            }
        }
    }
}

/// Asks once more about what would be released with words that may name somebody. Everything else is stored.
pub fn sure(head: &Head<'_>, filter: &Filter, doubtful: &[Comment], decided: u64) -> Markup {
    let lang = head.lang;
    let m = lang.messages();
    let slug = head.campaign.slug.as_str();
    let here = address(slug, lang, filter);
    let content = html! {
        @if decided > 0 { (form::done(&fl!(m, "desk-comments-saved", n = decided))) }
        p.problem role="alert" { (fl!(m, "desk-comments-doubtful", n = doubtful.len())) }
        form method="post" action=(here) {
            input type="hidden" name=(SURE) value="1";
            @for comment in doubtful {
                @let id = hex(&comment.id);
                input type="hidden" name=(id) value=(code(Status::Released));
                input type="hidden" name=(words_of(&id)) value=(fingerprint(&screening::plain(&comment.text)));
                .comment {
                    blockquote dir="auto" lang="vi" { (pointed(&screening::plain(&comment.text))) }
                    p {
                        a href=(in_language(&format!("/admin/campaigns/{slug}/y-kien/{id}"), lang)) {
                            (fl!(m, "admin-comments-cover"))
                        }
                    }
                }
            }
            .buttons {
                a.button href=(here) { (fl!(m, "desk-comments-back")) }
                button.plain { (fl!(m, "desk-comments-sure", n = doubtful.len())) }
            }
        }
    };
    head::below(head, "", Some(&fl!(m, "admin-comments")), &content)
}

/// The words, with what may name somebody marked.
fn pointed(plain: &str) -> Markup {
    html! {
        @for part in screening::parts(plain) {
            (part.gap)
            @if part.suspect { mark { (part.word) } } @else { (part.word) }
        }
    }
}

/// One comment, word by word.
pub fn edit(head: &Head<'_>, comment: &Comment) -> Markup {
    let lang = head.lang;
    let m = lang.messages();
    let slug = head.campaign.slug.as_str();
    let tail = format!("/{}", hex(&comment.id));
    let path = format!("/admin/campaigns/{slug}/y-kien{tail}");
    let plain = screening::plain(&comment.text);
    let waiting =
        Filter { status: Status::Waiting, unit: String::new(), question: String::new(), after: None };
    let content = html! {
        (form::back(&address(slug, lang, &waiting), &fl!(m, "admin-comments")))
        p.note { (fl!(m, "admin-cover-note")) }
        form method="post" action=(in_language(&path, lang)) {
            input type="hidden" name=(SEEN) value=(fingerprint(&plain));
            fieldset.comment {
                legend { (fl!(m, "admin-cover-legend")) }
                .words dir="auto" {
                    @for (at, part) in screening::parts(&plain).iter().enumerate() {
                        (part.gap)
                        label lang="vi" {
                            input type="checkbox" name=(COVERED) value=(at) checked[part.suspect];
                            span { (part.word) }
                        }
                    }
                }
            }
            p.actions {
                button.main name=(RELEASE) value="1" { (fl!(m, "admin-cover-release")) }
                " " button.button.plain { (fl!(m, "admin-cover-only")) }
            }
        }
    };
    head::below(head, &tail, Some(&fl!(m, "admin-comments-cover")), &content)
}
