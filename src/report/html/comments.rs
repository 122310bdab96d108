//! What people wrote and staff released.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::parts;
use crate::{index::report::Report, language::Lang};

/// The section; nothing where nothing was released.
pub fn section(report: &Report, lang: Lang) -> Markup {
    let words = lang.messages();
    html! {
        @if !report.comments.is_empty() {
            section.said aria-labelledby="comments" {
                h2 #comments { (fl!(words, "report-comments")) }
                p.soft { (fl!(words, "report-comments-note", n = report.comments.len())) }
                ul {
                    @for comment in &report.comments {
                        @let unit = comment.unit.as_deref();
                        @let unit = unit.and_then(|code| report.units.iter().find(|unit| unit.code == code));
                        li {
                            blockquote dir="auto" lang="vi" { (comment.text) }
                            @if let Some(unit) = unit { p { (parts::name(lang, &unit.name)) } }
                        }
                    }
                }
            }
        }
    }
}
