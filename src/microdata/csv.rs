//! Data as CSV: a heading, then a row for each answer sheet. Codes and numbers as digits, with a decimal point; an empty
//! cell where a design variable has no value. No text can be taken for a formula.

use std::io::{self, Write};

use crate::report::guard;

use super::{Cell, File, codebook::Codebook};

/// Bytes gathered before they are written.
const BUFFER: usize = 64 * 1024;

/// A file being written.
#[derive(Debug)]
pub struct Csv<W> {
    out: W,
    line: Vec<u8>,
}

impl<W: Write> Csv<W> {
    /// Writes the heading.
    ///
    /// # Errors
    /// [`io::Error`] from the writer.
    pub fn begin(codebook: &Codebook, out: W) -> io::Result<Self> {
        let mut csv = Self { out, line: Vec::with_capacity(BUFFER + 4096) };
        for (at, variable) in codebook.variables.iter().enumerate() {
            if at > 0 {
                csv.line.push(b',');
            }
            text(&mut csv.line, &variable.name);
        }
        csv.line.push(b'\n');
        Ok(csv)
    }
}

impl<W: Write> File for Csv<W> {
    fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (at, cell) in cells.iter().enumerate() {
            if at > 0 {
                self.line.push(b',');
            }
            match cell {
                Cell::Code(code) => whole(&mut self.line, *code),
                Cell::Number(number) => write!(self.line, "{number}")?,
                Cell::Text(words) => text(&mut self.line, words),
                Cell::Empty => {}
            }
        }
        self.line.push(b'\n');
        if self.line.len() >= BUFFER {
            self.out.write_all(&self.line)?;
            self.line.clear();
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.out.write_all(&self.line)?;
        self.out.flush()
    }
}

/// The digits of a whole number.
fn whole(line: &mut Vec<u8>, number: i32) {
    let mut rest = number.unsigned_abs();
    let mut digits = [0_u8; 10];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        line.push(b'-');
    }
    line.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// A text, quoted where it has to be.
pub(super) fn text(line: &mut Vec<u8>, text: &str) {
    let guarded = guard::cell(text);
    if guarded.contains([',', '"', '\n', '\r']) {
        line.push(b'"');
        line.extend(guarded.replace('"', "\"\"").bytes());
        line.push(b'"');
    } else {
        line.extend(guarded.bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_full() {
        for number in [0, 7, -1, 10, 202_610, i32::MAX, i32::MIN] {
            let mut line = Vec::new();
            whole(&mut line, number);
            assert_eq!(String::from_utf8(line).unwrap(), number.to_string());
        }
    }

    #[test]
    fn h_04_no_text_is_a_formula_or_breaks_a_row() {
        let written = |of: &str| {
            let mut line = Vec::new();
            text(&mut line, of);
            String::from_utf8(line).unwrap()
        };
        assert_eq!(written("=cmd|' /C calc'!A0"), "'=cmd|' /C calc'!A0");
        assert_eq!(written("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(written("qn"), "qn");
    }
}
