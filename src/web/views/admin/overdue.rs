//! What is kept longer than those who answered were promised, above the list of campaigns: the promise is the Department's.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::campaigns::Row;
use crate::{
    language::Lang,
    store::erasure::overdue::{Overdue, What},
    web::views::dates,
};

/// What is kept too long.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Late {
    /// Answers and lists.
    pub overdue: Vec<Overdue>,
    /// Since when (UTC milliseconds) the database's files have kept copies of what was deleted.
    pub unwritten: Option<i64>,
}

/// What is kept too long, and whom to tell; nothing where nothing is.
pub fn note(lang: Lang, rows: &[Row], late: &Late) -> Markup {
    let m = lang.messages();
    if late == &Late::default() {
        return html! {};
    }
    let title = |slug: &str| {
        let row = rows.iter().find(|row| row.campaign.slug == slug);
        row.map_or(slug, |row| lang.pick(&row.campaign.title)).to_owned()
    };
    html! {
        .summary role="alert" aria-labelledby="overdue" {
            h2 #overdue { (fl!(m, "desk-overdue")) }
            ul {
                @for Overdue { slug, what, since } in &late.overdue {
                    @let (title, day) = (title(slug), dates::day(lang, *since));
                    li {
                        @match what {
                            What::Answers => (fl!(m, "desk-overdue-answers", title = title, day = day)),
                            What::List => (fl!(m, "desk-overdue-list", title = title, day = day)),
                        }
                    }
                }
                @if let Some(since) = late.unwritten {
                    li { (fl!(m, "desk-overdue-unwritten", day = dates::day(lang, since))) }
                }
            }
            p { (fl!(m, "desk-overdue-what")) }
        }
    }
}
