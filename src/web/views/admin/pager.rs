//! Long tables, a page at a time.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::language::Lang;

/// Rows on a page.
pub const PAGE: usize = 100;

/// Which page of a table is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging {
    /// Number of the page, from 1.
    pub number: usize,
    /// Pages there are, at least one.
    pages: usize,
    /// Rows on each.
    size: usize,
}

impl Paging {
    /// Of so many rows found, the page asked for or the one nearest to it.
    pub fn of(found: usize, asked: Option<usize>) -> Self {
        Self::by(PAGE, found, asked)
    }

    /// The same with another number of rows on a page, at least one.
    pub fn by(size: usize, found: usize, asked: Option<usize>) -> Self {
        let size = size.max(1);
        let pages = found.div_ceil(size).max(1);
        Self { number: asked.unwrap_or(1).clamp(1, pages), pages, size }
    }

    /// The rows on the page.
    pub fn rows<T>(self, found: impl IntoIterator<Item = T>) -> impl Iterator<Item = T> {
        found.into_iter().skip((self.number - 1) * self.size).take(self.size)
    }

    /// "page 2 of 3", for the caption of the table; nothing where all rows are on one.
    pub fn words(self, lang: Lang) -> Markup {
        html! {
            @if self.pages > 1 {
                " " (fl!(lang.messages(), "desk-page-of", page = self.number, pages = self.pages))
            }
        }
    }

    /// The way to the other pages, with what to know before one goes there.
    pub fn links(self, lang: Lang, hint: Option<&str>, address: impl Fn(usize) -> String) -> Markup {
        html! {
            @if self.pages > 1 {
                nav.pager aria-label=(fl!(lang.messages(), "desk-pages")) {
                    @if let Some(hint) = hint { p.hint { (hint) } }
                    @for number in 1..=self.pages {
                        a href=(address(number)) aria-current=[(number == self.number).then_some("page")] { (number) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_not_there_is_the_one_nearest_to_it() {
        let of = |found, asked| {
            let paging = Paging::of(found, asked);
            (paging.number, paging.rows(0..found).collect::<Vec<_>>().len())
        };
        assert_eq!(of(0, None), (1, 0));
        assert_eq!(of(100, Some(2)), (1, 100));
        assert_eq!(of(101, Some(2)), (2, 1));
        assert_eq!(of(250, Some(0)), (1, 100));
        assert_eq!(of(250, Some(9)), (3, 50));
    }
}
