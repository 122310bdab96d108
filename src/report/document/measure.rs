//! How much room words take: lines and heights of text in Times New Roman, worked out before it is known in which file it
//! is set. Widths are those of Times and of what is as wide by design (Tinos, Liberation Serif); where a letter is not known,
//! it is taken as the widest, so that the room measured is never less than that needed.

use unicode_normalization::UnicodeNormalization;

use super::Run;

/// Widths of the characters from blank to tilde, in thousandths of the type's size.
const REGULAR: [u16; 95] = [
    250, 334, 409, 500, 500, 834, 778, 181, 334, 334, 500, 564, 250, 334, 250, 278, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 500, 278, 278, 564, 564, 564, 444, 921, 723, 667, 667, 723, 611, 557, 723, 723, 334,
    390, 723, 611, 890, 723, 723, 557, 723, 667, 557, 611, 723, 723, 944, 723, 723, 611, 334, 278, 334, 470,
    500, 334, 444, 500, 444, 500, 444, 334, 500, 500, 278, 278, 500, 278, 778, 500, 500, 500, 500, 334, 390,
    278, 500, 500, 723, 500, 500, 444, 480, 201, 480, 542,
];
/// The same for bold type.
const BOLD: [u16; 95] = [
    250, 334, 556, 500, 500, 1000, 834, 278, 334, 334, 500, 570, 250, 334, 250, 278, 500, 500, 500, 500, 500,
    500, 500, 500, 500, 500, 334, 334, 570, 570, 570, 500, 931, 723, 667, 723, 723, 667, 611, 778, 778, 390,
    500, 778, 667, 944, 723, 778, 611, 778, 723, 557, 667, 723, 723, 1000, 723, 723, 667, 334, 278, 334, 582,
    500, 334, 500, 557, 444, 557, 444, 334, 500, 557, 278, 334, 557, 278, 834, 557, 500, 557, 557, 444, 390,
    334, 557, 500, 723, 500, 500, 444, 395, 221, 395, 521,
];
/// What an unknown character may take.
const WIDEST: u16 = 1000;
/// The horn of ơ and ư, in thousandths.
const HORN: u16 = 75;

/// The width of a character, in thousandths of the type's size.
fn advance(c: char, bold: bool) -> u16 {
    let table = if bold { &BOLD } else { &REGULAR };
    let plain =
        |c: char| usize::try_from(u32::from(c)).ok()?.checked_sub(32).and_then(|at| table.get(at)).copied();
    match c {
        '\u{a0}' => 250,
        'đ' => 557,
        'Đ' => 723,
        '–' | '“' | '”' | '‘' | '’' | '·' | '°' | '«' | '»' => 500,
        '−' | '×' | '•' => 570,
        c if c.is_ascii() => plain(c).unwrap_or(0),
        c => {
            let mut letters = std::iter::once(c).nfd();
            let letter = letters.next().and_then(plain);
            let horned = letters.any(|mark| mark == '\u{31b}');
            letter.map_or(WIDEST, |width| width + if horned { HORN } else { 0 })
        }
    }
}

/// The width of a text on one line, in points.
pub fn width(text: &str, bold: bool, size: f64) -> f64 {
    text.chars().map(|c| f64::from(advance(c, bold)) * size / 1000.0).sum()
}

/// How many lines a text takes in a column, both in points; `indent` is that of the first line. Words are kept whole where
/// they fit into a line, as every program that sets text does.
pub fn lines(runs: &[Run], column: f64, indent: f64, size: f64) -> usize {
    let mut lines = 1;
    let (mut used, mut word) = (indent, 0.0);
    let mut put = |word: &mut f64, used: &mut f64| {
        if *used + *word > column && *used > 0.0 {
            lines += 1;
            *used = 0.0;
        }
        while *word > column {
            // Broken where the line ends; a piece of each may stay empty.
            lines += 1;
            *word -= column * 0.9;
        }
        *used += std::mem::take(word);
    };
    for run in runs {
        for c in run.text.chars() {
            let width = f64::from(advance(c, run.strong)) * size / 1000.0;
            if c == ' ' {
                put(&mut word, &mut used);
                used += width;
            } else {
                word += width;
            }
        }
    }
    put(&mut word, &mut used);
    lines
}

/// The lines of plain text; `bold`, in capitals where `caps`.
pub fn plain(text: &str, bold: bool, caps: bool, column: f64, size: f64) -> usize {
    let text = if caps { text.to_uppercase() } else { text.to_owned() };
    lines(&[Run { text, strong: bold }], column, 0.0, size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::plain as run;

    const LETTERS: &str =
        "aàảãáạăằẳẵắặâầẩẫấậđeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵƀčĕĭñŏŭ–“”‘’…×−·•°«»";

    #[cfg(feature = "pdf")]
    #[test]
    fn no_letter_takes_more_than_is_measured() {
        use typst::{foundations::Bytes, layout::Abs, text::Font};

        let fonts = [
            (include_bytes!("../../distribution/pdf/fonts/Tinos-Regular.ttf").as_slice(), false),
            (include_bytes!("../../distribution/pdf/fonts/Tinos-Bold.ttf").as_slice(), true),
        ];
        for (bytes, bold) in fonts {
            let font = Font::new(Bytes::new(bytes), 0).unwrap();
            let font = font.instantiate(Default::default(), Abs::pt(13.0), &Default::default());
            let ascii = (' '..='~').chain(['\u{a0}']);
            for c in ascii.chain(LETTERS.chars()).chain(LETTERS.to_uppercase().chars()) {
                let Some(glyph) = font.ttf().glyph_index(c) else { continue };
                let width = font.x_advance(glyph.0).unwrap().get() * 1000.0;
                assert!(width <= f64::from(advance(c, bold)) + 0.5, "{c}, bold {bold}: {width}");
            }
        }
    }

    #[test]
    fn words_stay_whole_and_what_has_no_blanks_is_broken() {
        let at = |text: &str, column: f64| lines(&[run(text)], column, 0.0, 10.0);
        // Ten letters of half the size each: 50 points, and 2.5 for a blank.
        assert_eq!(at("nnnnnnnnnn nnnnnnnnnn", 103.0), 1);
        assert_eq!(at("nnnnnnnnnn nnnnnnnnnn", 102.0), 2);
        assert_eq!(at("", 100.0), 1);
        assert!(at(&"n".repeat(100), 100.0) >= 5);
        assert_eq!(lines(&[run("nnnnnnnnnn")], 60.0, 20.0, 10.0), 2);
        // Blanks that hold together are no place to break.
        assert_eq!(at("nn nnnnnn\u{a0}nn", 54.0), 2);
    }
}
