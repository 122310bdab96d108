//! Faces beside the words of a scale, for people who do not read well. Off until a respondent asks for them by a tap,
//! which needs no script and loses nothing typed; always beside the words; told apart by the mouth, not by a colour;
//! nothing to a screen reader, which reads the words.
//!
//! Each is drawn once in the page and used by reference, so that sixty of them cost a few hundred bytes.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use crate::{language::Lang, questionnaire::Questionnaire, web::respond::answer::PICTURES};

/// Mouths from very dissatisfied to very satisfied.
const MOUTHS: [&str; 5] = [
    "M10 23.5c2-5.5 10-5.5 12 0M8.8 7.6l4 2M23.2 7.6l-4 2",
    "M10.5 22.5c2.5-3 8.5-3 11 0",
    "M10.5 21.5h11",
    "M10.5 20c2.5 3.2 8.5 3.2 11 0",
    "M9 18.5h14c-.6 5-3.6 7-7 7s-6.4-2-7-7z",
];

/// The switch and the drawings; nothing for a form without faces. Must stand before the sections, beside them.
pub fn switch(lang: Lang, questionnaire: &Questionnaire, on: bool) -> Markup {
    let faces = questionnaire.questions.iter().any(|q| q.options.iter().any(|option| option.face.is_some()));
    html! {
        @if faces {
            svg hidden aria-hidden="true" {
                symbol #f0 viewBox="0 0 32 32" {
                    circle cx="16" cy="16" r="14" {}
                    path stroke-width="3.5" d="M11.5 13.5v.1M20.5 13.5v.1" {}
                }
                @for (at, mouth) in MOUTHS.iter().enumerate() {
                    symbol #{ "f" (at + 1) } viewBox="0 0 32 32" {
                        use xlink:href="#f0" {}
                        path d=(mouth) {}
                    }
                }
            }
            input #pics type="checkbox" name=(PICTURES) value="1" checked[on];
            label.pics for="pics" { (drawing(4)) (fl!(lang.messages(), "respond-pictures")) }
        }
    }
}

/// The face of this number, from 1 (very dissatisfied) to 5.
pub fn face(number: u8) -> Markup {
    drawing(number)
}

fn drawing(number: u8) -> Markup {
    html! { svg.f aria-hidden="true" focusable="false" { use xlink:href={ "#f" (number) } {} } }
}
