//! Data for SPSS (`.sav`, system file), with labels, missing values and weight; UTF-8, small numbers in a byte each.
//!
//! The format as PSPP's developers describe it ("System File Format", PSPP Developers Guide). Records in this order: header,
//! variables, labels of values, machine, floating point, display, long names, number of cases, encoding; then the cases.

use std::io::{self, Write};

use super::{
    Cell, File,
    codebook::{Codebook, Kind, Variable},
};

/// What is subtracted from a small whole number to give its byte.
const BIAS: f64 = 100.0;
/// SPSS's "no value".
const MISSING: f64 = -f64::MAX;
/// Longest text, label of a value, label of a variable, in bytes.
const LONGEST_TEXT: usize = 255;
const LONGEST_VALUE_LABEL: usize = 120;
const LONGEST_LABEL: usize = 255;
/// Bytes gathered before they are written.
const BUFFER: usize = 64 * 1024;

/// A file being written.
#[derive(Debug)]
pub struct Sav<W> {
    out: W,
    ready: Vec<u8>,
    /// By variable: 8-byte elements of a text; 0 of a number.
    widths: Vec<usize>,
    codes: Vec<u8>,
    literals: Vec<u8>,
}

impl<W: Write> Sav<W> {
    /// Writes everything before the cases.
    ///
    /// # Errors
    /// [`io::Error`] from the writer.
    pub fn begin(codebook: &Codebook, mut out: W) -> io::Result<Self> {
        out.write_all(&dictionary(codebook))?;
        let widths = codebook.variables.iter().map(|v| text_width(v).map_or(0, |n| n.div_ceil(8)));
        Ok(Self {
            out,
            ready: Vec::with_capacity(BUFFER + 4096),
            widths: widths.collect(),
            codes: Vec::with_capacity(8),
            literals: Vec::with_capacity(64),
        })
    }

    /// Adds an element: its code, and its bytes where the code does not say it all.
    fn element(&mut self, code: u8, literal: Option<[u8; 8]>) {
        self.codes.push(code);
        self.literals.extend(literal.into_iter().flatten());
        if self.codes.len() == 8 {
            self.ready.append(&mut self.codes);
            self.ready.append(&mut self.literals);
        }
    }

    fn number(&mut self, number: f64) {
        let code = number + BIAS;
        if number.fract() == 0.0 && (1.0..=251.0).contains(&code) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a whole number from 1 to 251"
            )]
            self.element(code as u8, None);
        } else {
            self.element(253, Some(number.to_le_bytes()));
        }
    }

    fn text(&mut self, text: &str, elements: usize) {
        let bytes = padded(cut(text, LONGEST_TEXT), elements * 8);
        for eight in bytes.chunks_exact(8) {
            match <[u8; 8]>::try_from(eight) {
                Ok(eight) if eight != [b' '; 8] => self.element(253, Some(eight)),
                _ => self.element(254, None),
            }
        }
    }
}

impl<W: Write> File for Sav<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (at, cell) in cells.iter().enumerate() {
            match (self.widths.get(at).copied().unwrap_or(0), cell) {
                (0, Cell::Code(code)) => self.number(f64::from(*code)),
                (0, Cell::Number(number)) if number.is_finite() => self.number(*number),
                (0, _) => self.element(255, None),
                (elements, Cell::Text(text)) => self.text(text, elements),
                (elements, _) => self.text("", elements),
            }
        }
        if self.ready.len() >= BUFFER {
            self.out.write_all(&self.ready)?;
            self.ready.clear();
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        if !self.codes.is_empty() {
            self.codes.resize(8, 0);
            let (mut codes, mut literals) =
                (std::mem::take(&mut self.codes), std::mem::take(&mut self.literals));
            self.ready.append(&mut codes);
            self.ready.append(&mut literals);
        }
        self.out.write_all(&self.ready)?;
        self.out.flush()
    }
}

/// Bytes of a text variable.
fn text_width(variable: &Variable) -> Option<usize> {
    match variable.kind {
        Kind::Text(bytes) => Some(bytes.clamp(1, LONGEST_TEXT)),
        Kind::Nominal | Kind::Ordinal | Kind::Count | Kind::Number => None,
    }
}

/// The text up to so many bytes, cut between letters.
fn cut(text: &str, most: usize) -> &str {
    let end =
        text.char_indices().map(|(at, letter)| at + letter.len_utf8()).take_while(|end| *end <= most).last();
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

fn padded(text: &str, length: usize) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(length, b' ');
    bytes
}

/// What comes before the cases.
fn dictionary(codebook: &Codebook) -> Vec<u8> {
    let mut bytes = Vec::new();
    let variables = &codebook.variables;
    // Positions count 8-byte elements, from 1.
    let mut positions = Vec::with_capacity(variables.len());
    let mut next = 1_usize;
    for variable in variables {
        positions.push(next);
        next += text_width(variable).map_or(1, |n| n.div_ceil(8));
    }
    let weight = variables.iter().position(|v| v.name == "weight").and_then(|at| positions.get(at));

    bytes.extend(b"$FL2");
    bytes.extend(padded(&format!("@(#) SPSS DATA FILE sipas {}", env!("CARGO_PKG_VERSION")), 60));
    whole(&mut bytes, 2);
    whole(&mut bytes, next - 1);
    whole(&mut bytes, 1);
    whole(&mut bytes, weight.copied().filter(|_| codebook.weighted).unwrap_or(0));
    whole(&mut bytes, usize::try_from(codebook.rows).unwrap_or(usize::MAX));
    bytes.extend(BIAS.to_le_bytes());
    // The same campaign, the same bytes: the day is that of its end.
    bytes.extend(padded(&day(&codebook.period.1), 9));
    bytes.extend(b"00:00:00");
    bytes.extend(padded(cut(&codebook.title, 64), 64));
    bytes.extend([0; 3]);

    for (number, variable) in variables.iter().enumerate() {
        variable_record(&mut bytes, number, variable);
    }
    for (variable, position) in variables.iter().zip(&positions).filter(|(v, _)| !v.codes.is_empty()) {
        value_labels(&mut bytes, variable, *position);
    }
    extension(&mut bytes, 3, 4, &integers(&[1, 0, 0, -1, 1, 1, 2, 65_001]));
    let lowest = f64::from_bits(MISSING.to_bits() - 1);
    extension(
        &mut bytes,
        4,
        8,
        &[MISSING.to_le_bytes(), f64::MAX.to_le_bytes(), lowest.to_le_bytes()].concat(),
    );
    let display: Vec<i32> = variables
        .iter()
        .flat_map(|variable| match variable.kind {
            Kind::Nominal => [1, 8, 1],
            Kind::Ordinal => [2, 8, 1],
            Kind::Count => [3, 8, 1],
            Kind::Number => [3, 12, 1],
            Kind::Text(_) => [1, 12, 0],
        })
        .collect();
    extension(&mut bytes, 11, 4, &integers(&display));
    let names: Vec<String> = variables
        .iter()
        .enumerate()
        .map(|(number, v)| format!("{}={}", short_name(number), v.name))
        .collect();
    extension(&mut bytes, 13, 1, names.join("\t").as_bytes());
    let cases = i64::try_from(codebook.rows).unwrap_or(i64::MAX);
    extension(&mut bytes, 16, 8, &[1_i64.to_le_bytes(), cases.to_le_bytes()].concat());
    extension(&mut bytes, 20, 1, b"UTF-8");
    whole(&mut bytes, 999);
    whole(&mut bytes, 0);
    bytes
}

fn whole(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend(i32::try_from(number).unwrap_or(-1).to_le_bytes());
}

fn integers(numbers: &[i32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn extension(bytes: &mut Vec<u8>, kind: usize, size: usize, data: &[u8]) {
    whole(bytes, 7);
    whole(bytes, kind);
    whole(bytes, size);
    whole(bytes, data.len() / size.max(1));
    bytes.extend(data);
}

/// A name of eight letters, by which records refer to a variable.
fn short_name(number: usize) -> String {
    format!("V{:05}", number + 1)
}

fn variable_record(bytes: &mut Vec<u8>, number: usize, variable: &Variable) {
    let width = text_width(variable);
    let missing = variable.missing_from();
    whole(bytes, 2);
    whole(bytes, width.unwrap_or(0));
    whole(bytes, 1);
    bytes.extend((if missing.is_some() { -2_i32 } else { 0 }).to_le_bytes());
    // Type, width and decimals in a byte each: A is 1, F is 5.
    let format = match variable.kind {
        Kind::Text(_) => 0x01_00_00 | width.unwrap_or(1) << 8,
        Kind::Number => 0x05_00_00 | 14 << 8 | 6,
        Kind::Nominal | Kind::Ordinal | Kind::Count => 0x05_00_00 | 8 << 8,
    };
    whole(bytes, format);
    whole(bytes, format);
    bytes.extend(padded(&short_name(number), 8));
    let label = cut(&variable.label, LONGEST_LABEL);
    whole(bytes, label.len());
    bytes.extend(padded(label, label.len().next_multiple_of(4)));
    if let Some(highest) = missing {
        bytes.extend(f64::from_bits(MISSING.to_bits() - 1).to_le_bytes());
        bytes.extend(f64::from(highest).to_le_bytes());
    }
    for _ in 1..width.unwrap_or(1).div_ceil(8) {
        whole(bytes, 2);
        bytes.extend((-1_i32).to_le_bytes());
        for _ in 0..4 {
            whole(bytes, 0);
        }
        bytes.extend([b' '; 8]);
    }
}

fn value_labels(bytes: &mut Vec<u8>, variable: &Variable, position: usize) {
    whole(bytes, 3);
    whole(bytes, variable.codes.len());
    for code in &variable.codes {
        bytes.extend(f64::from(code.value).to_le_bytes());
        let label = cut(&code.label, LONGEST_VALUE_LABEL);
        bytes.push(u8::try_from(label.len()).unwrap_or_default());
        bytes.extend(padded(label, (label.len() + 1).next_multiple_of(8) - 1));
    }
    whole(bytes, 4);
    whole(bytes, 1);
    whole(bytes, position);
}

/// `2026-12-31` as `31 Dec 26`.
fn day(date: &str) -> String {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month = date.get(5..7).and_then(|month| month.parse::<usize>().ok());
    let month = month.and_then(|month| months.get(month.checked_sub(1)?)).unwrap_or(&"Jan");
    format!("{} {month} {}", date.get(8..10).unwrap_or("01"), date.get(2..4).unwrap_or("70"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_letters() {
        assert_eq!(cut("Sở Nội vụ", 4), "Sở");
        assert_eq!(cut("Sở", 4), "Sở");
        assert_eq!(cut("Sở", 3), "S");
        assert_eq!(cut("", 8), "");
    }

    #[test]
    fn days_are_those_of_spss() {
        assert_eq!(day("2026-12-31"), "31 Dec 26");
        assert_eq!(day(""), "01 Jan 70");
    }
}
