//! Posters, table stands and labels with a counter's QR code.

use i18n_embed_fl::fl;
use serde_json::{Value, json};

use super::{PdfError, Templates, language_code, render};
use crate::{
    distribution::{address, qr},
    language::Lang,
    questionnaire::text,
};

/// What is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// A poster of A3.
    A3,
    /// A poster of A4.
    A4,
    /// A poster of A5.
    A5,
    /// A table stand: A4, folded in the middle, with the words on both sides.
    Stand,
    /// A sheet of A4 with 21 labels of 63.5 × 38.1 mm, three beside each other.
    Labels21,
    /// A sheet of A4 with 8 labels of 99.1 × 67.7 mm, two beside each other.
    Labels8,
}

impl Size {
    /// All sizes, the usual one first.
    pub const ALL: [Self; 6] = [Self::A4, Self::A5, Self::A3, Self::Stand, Self::Labels21, Self::Labels8];

    /// The word in addresses and commands.
    pub const fn code(self) -> &'static str {
        match self {
            Self::A3 => "a3",
            Self::A4 => "a4",
            Self::A5 => "a5",
            Self::Stand => "stand",
            Self::Labels21 => "labels-21",
            Self::Labels8 => "labels-8",
        }
    }

    /// The size with this word.
    pub fn find(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|size| size.code().eq_ignore_ascii_case(code))
    }

    /// Counters on one sheet.
    pub const fn per_sheet(self) -> usize {
        match self {
            Self::Labels21 => 21,
            Self::Labels8 => 8,
            Self::A3 | Self::A4 | Self::A5 | Self::Stand => 1,
        }
    }

    /// Its name for people.
    pub fn name(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::A3 => fl!(m, "print-size-a3"),
            Self::A4 => fl!(m, "print-size-a4"),
            Self::A5 => fl!(m, "print-size-a5"),
            Self::Stand => fl!(m, "print-size-stand"),
            Self::Labels21 => fl!(m, "print-size-labels-21"),
            Self::Labels8 => fl!(m, "print-size-labels-8"),
        }
    }

    /// The sheet in millimetres. Labels are those of the common sheets L7160 and L7165. `code` is the width of the code
    /// with its quiet zone: at least 3 cm of it are code (security test M-19).
    fn sheet(self) -> Value {
        let poster = |width: u32, height: u32| json!({ "kind": "poster", "width": width, "height": height });
        match self {
            Self::A3 => poster(297, 420),
            Self::A4 => poster(210, 297),
            Self::A5 => poster(148, 210),
            Self::Stand => json!({ "kind": "stand", "width": 210, "height": 297 }),
            Self::Labels21 => json!({
                "kind": "labels", "width": 210, "height": 297, "columns": 3, "rows": 7, "left": 7.2, "top": 15.15,
                "label-width": 63.5, "label-height": 38.1, "gap-x": 2.55, "gap-y": 0, "code": 37.5, "points": 8,
            }),
            Self::Labels8 => json!({
                "kind": "labels", "width": 210, "height": 297, "columns": 2, "rows": 4, "left": 4.65, "top": 13.1,
                "label-width": 99.1, "label-height": 67.7, "gap-x": 2.5, "gap-y": 0, "code": 54, "points": 11,
            }),
        }
    }
}

/// A counter as printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The unit's name.
    pub unit: String,
    /// The counter's name.
    pub counter: String,
    /// Where the code leads.
    pub url: String,
}

/// What all sheets of a print say.
#[derive(Debug, Clone)]
pub struct Posters<'a> {
    /// The language of the words.
    pub lang: Lang,
    /// The language that stands below it, if any.
    pub second: Option<Lang>,
    /// The campaign's title in that language.
    pub campaign: &'a str,
    /// Who is responsible, for the file's properties; may be empty.
    pub author: &'a str,
    /// Minutes that answering takes.
    pub minutes: u32,
    /// Whether answers given there are invented ones.
    pub demonstration: bool,
    /// The province's logo, PNG.
    pub logo: Option<&'a [u8]>,
    /// Labels of the first sheet that are used up already.
    pub skip: usize,
}

impl Posters<'_> {
    /// The PDF: a sheet, or a label, for each counter in this order.
    ///
    /// # Errors
    /// [`PdfError`].
    pub fn pdf(&self, templates: &Templates, size: Size, desks: &[Desk]) -> Result<Vec<u8>, PdfError> {
        render(templates, "poster.typ", &self.data(size, desks)?, self.logo)
    }

    /// What the template gets; `docs/distribution.md` describes it.
    fn data(&self, size: Size, desks: &[Desk]) -> Result<Value, PdfError> {
        let m = self.lang.messages();
        let alt = fl!(m, "respond-poster-code");
        let posters = desks
            .iter()
            .map(|desk| {
                let short = address::short(&desk.url);
                Ok(json!({
                    "unit": text::clean(&desk.unit),
                    "counter": text::clean(&desk.counter),
                    "address": short.split_inclusive('/').collect::<Vec<_>>(),
                    "qr": qr::svg(&desk.url)?,
                    "alt": format!("{alt}: {short}"),
                }))
            })
            .collect::<Result<Vec<Value>, PdfError>>()?;
        let words = |lang: Lang| {
            let m = lang.messages();
            json!({
                "lang": language_code(lang),
                "invite": fl!(m, "respond-poster-invite"),
                "short": fl!(m, "respond-poster-short"),
                "or": fl!(m, "respond-poster-or"),
                "minutes": fl!(m, "respond-poster-minutes", n = self.minutes),
                "safe": fl!(m, "respond-poster-safe"),
                "fold": fl!(m, "respond-poster-fold"),
                "logo": fl!(m, "respond-poster-logo"),
            })
        };
        Ok(json!({
            "title": format!("{} – {}", fl!(m, "respond-poster-title"), text::clean(self.campaign)),
            "author": text::clean(self.author),
            "lang": language_code(self.lang),
            "campaign": text::clean(self.campaign),
            "demonstration": self.demonstration.then(|| fl!(m, "respond-demonstration")),
            "logo": self.logo.map(|_| "logo.png"),
            "sheet": size.sheet(),
            "skip": self.skip % size.per_sheet(),
            "words": words(self.lang),
            "second": self.second.map(words),
            "posters": posters,
        }))
    }
}
