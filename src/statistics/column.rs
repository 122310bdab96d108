//! A column of a table: its distinct texts once, and for each row which of them it has.
//!
//! A column with few distinct texts takes a byte a row. One with very many that are all plain numbers (weights,
//! populations, sums) keeps the numbers alone.

use std::collections::{BTreeMap, HashMap};

use super::{
    error::{Error, Problem},
    table::{Code, is_long},
};

/// Distinct numbers above which a column keeps no texts.
const MOST_NUMBERS: usize = 4096;

/// One distinct text of a column.
#[derive(Debug, Clone)]
struct Level {
    text: String,
    code: Code,
    /// Line of its first cell.
    line: u64,
}

/// Of each row the number of its level + 1, 0 for a missing cell; or its number itself, NaN for a missing cell.
#[derive(Debug, Clone)]
enum Cells {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
    Numbers(Vec<f64>),
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    name: String,
    cells: Cells,
    /// None for [`Cells::Numbers`].
    levels: Vec<Level>,
}

/// Rows of a column sorted into groups of equal codes.
#[derive(Debug, Clone)]
pub struct Groups {
    /// The row's group; `None` for a missing cell.
    pub of: Vec<Option<u32>>,
    /// The groups' names, in the order of their codes: numbers by value, then texts by code point.
    pub names: Vec<String>,
}

/// A measure of one column with few distinct texts: a small number of each row, and what each such number is worth.
#[derive(Debug, Clone)]
pub struct Coded<'a> {
    /// Of each row the position of its value.
    pub cells: &'a [u8],
    /// The values; the first is NaN, for a missing cell.
    pub values: Vec<f64>,
}

impl Column {
    /// The column's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a function of the levels gives for each row, and `missing` for a missing cell.
    fn map<T: Copy>(&self, missing: T, value: impl Fn(&Code) -> T) -> Vec<T> {
        let by_cell = || -> Vec<T> {
            std::iter::once(missing).chain(self.levels.iter().map(|level| value(&level.code))).collect()
        };
        match &self.cells {
            Cells::Narrow(cells) => {
                let mut table = [missing; 256];
                table.iter_mut().zip(by_cell()).for_each(|(slot, value)| *slot = value);
                cells.iter().map(|cell| table[usize::from(*cell)]).collect()
            }
            Cells::Wide(cells) => {
                let table = by_cell();
                cells.iter().map(|cell| table[*cell as usize]).collect()
            }
            Cells::Numbers(numbers) => numbers
                .iter()
                .map(|number| if number.is_nan() { missing } else { value(&Code::Number(*number)) })
                .collect(),
        }
    }

    /// The numbers by row; NaN where the cell is missing.
    ///
    /// # Errors
    /// [`Problem::NotNumber`] for the first cell that is none.
    pub fn numbers(&self, path: &str) -> Result<Vec<f64>, Error> {
        self.all_numbers(path)?;
        Ok(self.map(f64::NAN, number))
    }

    fn all_numbers(&self, path: &str) -> Result<(), Error> {
        let texts = self.levels.iter().filter(|level| matches!(level.code, Code::Text(_)));
        let Some(Level { text, line, .. }) = texts.min_by_key(|level| level.line) else { return Ok(()) };
        let (column, text) = (self.name.clone(), text.clone());
        Err(Error::at(path, Problem::NotNumber { column, line: *line, text }))
    }

    /// 1 where the code is in the list, 0 where not, NaN where the cell is missing.
    #[must_use]
    pub fn indicator(&self, list: &[Code]) -> Vec<f64> {
        self.map(f64::NAN, |code| is_in(code, list))
    }

    /// The numbers, or with a list whether the code is in it, without a value for each row; `None` where there are too
    /// many distinct texts, or one that should be a number is none.
    #[must_use]
    pub fn coded(&self, list: Option<&[Code]>) -> Option<Coded<'_>> {
        let Cells::Narrow(cells) = &self.cells else { return None };
        if list.is_none() {
            self.all_numbers("").ok()?;
        }
        let value = |level: &Level| list.map_or_else(|| number(&level.code), |list| is_in(&level.code, list));
        Some(Coded {
            cells,
            values: std::iter::once(f64::NAN).chain(self.levels.iter().map(value)).collect(),
        })
    }

    /// The rows by group of equal codes.
    #[must_use]
    pub fn groups(&self) -> Groups {
        let mut names: BTreeMap<Code, String> = BTreeMap::new();
        match &self.cells {
            Cells::Numbers(numbers) => {
                for number in numbers.iter().filter(|number| !number.is_nan()) {
                    names.entry(Code::Number(*number)).or_insert_with(|| number.to_string());
                }
            }
            _ => {
                for level in &self.levels {
                    // Of several spellings of a number, the name is the least, whatever the order of rows.
                    let name = names.entry(level.code.clone()).or_insert_with(|| level.text.clone());
                    if level.text < *name {
                        name.clone_from(&level.text);
                    }
                }
            }
        }
        let ranks: BTreeMap<&Code, u32> = names.keys().zip(0..).collect();
        Groups { of: self.map(None, |code| ranks.get(code).copied()), names: names.into_values().collect() }
    }
}

fn number(code: &Code) -> f64 {
    match code {
        Code::Number(number) => *number,
        Code::Text(_) => f64::NAN,
    }
}

fn is_in(code: &Code, list: &[Code]) -> f64 {
    if list.contains(code) { 1.0 } else { 0.0 }
}

/// A column that is being read.
#[derive(Debug)]
pub struct Dictionary {
    column: Column,
    missing: Vec<u8>,
    known: HashMap<Vec<u8>, u32>,
    /// Of texts of a single byte, the cell + 1; 0 where none was seen yet. Most answers are one digit.
    single: [u16; 256],
    /// The cell of the row before: files are often sorted.
    last: u32,
    /// Whether every text so far is a number as it is printed, so that the number says everything.
    plain: bool,
    /// The line of the first text that is no UTF-8.
    broken: Option<u64>,
}

impl Dictionary {
    /// An empty column.
    #[must_use]
    pub fn new(name: &str, missing: &str) -> Self {
        let column = Column { name: name.to_owned(), cells: Cells::Narrow(Vec::new()), levels: Vec::new() };
        Self {
            column,
            missing: missing.as_bytes().to_vec(),
            known: HashMap::new(),
            single: [0; 256],
            last: 0,
            plain: true,
            broken: None,
        }
    }

    /// The line of the first text that is no UTF-8.
    #[must_use]
    pub fn broken(&self) -> Option<u64> {
        self.broken
    }

    /// Adds the cell of a row with its line.
    #[inline]
    pub fn push(&mut self, text: &[u8], line: u64) {
        if let Cells::Narrow(cells) = &mut self.column.cells {
            let cell = match text {
                [byte] => self.single[usize::from(*byte)].checked_sub(1),
                [] => self.missing.is_empty().then_some(0),
                _ => None,
            };
            if let Some(cell) = cell {
                cells.push(cell as u8);
                return;
            }
        }
        self.push_any(text, line);
    }

    fn push_any(&mut self, text: &[u8], line: u64) {
        if let Cells::Numbers(numbers) = &mut self.column.cells {
            if text == self.missing {
                numbers.push(f64::NAN);
                return;
            }
            if let Some(number) = plain_number(text) {
                numbers.push(number);
                return;
            }
            self.back_to_texts(line);
        }
        let cell = self.cell(text, line);
        match &mut self.column.cells {
            Cells::Narrow(cells) => match u8::try_from(cell) {
                Ok(cell) => {
                    cells.push(cell);
                    if let [byte] = text {
                        self.single[usize::from(*byte)] = u16::from(cell) + 1;
                    }
                }
                Err(_) => {
                    let mut wide: Vec<u32> = Vec::with_capacity(cells.len() + 1);
                    wide.extend(cells.iter().map(|cell| u32::from(*cell)));
                    wide.push(cell);
                    self.column.cells = Cells::Wide(wide);
                }
            },
            Cells::Wide(cells) => cells.push(cell),
            Cells::Numbers(_) => {}
        }
        if self.plain && self.column.levels.len() > MOST_NUMBERS {
            self.keep_numbers_alone();
        }
    }

    /// The level of a text + 1, a new one where it is new; 0 for a missing cell.
    fn cell(&mut self, text: &[u8], line: u64) -> u32 {
        if text == self.missing {
            return 0;
        }
        let before = (self.last as usize).checked_sub(1).and_then(|last| self.column.levels.get(last));
        if before.is_some_and(|level| level.text.as_bytes() == text) {
            return self.last;
        }
        let cell = match self.known.get(text) {
            Some(cell) => *cell,
            None => {
                if std::str::from_utf8(text).is_err() {
                    self.broken.get_or_insert(line);
                }
                let shown = String::from_utf8_lossy(text).into_owned();
                let code = Code::of(&shown);
                self.plain &= plain_number(text).is_some();
                self.column.levels.push(Level { text: shown, code, line });
                let cell = u32::try_from(self.column.levels.len()).unwrap_or(u32::MAX);
                self.known.insert(text.to_vec(), cell);
                cell
            }
        };
        self.last = cell;
        cell
    }

    fn keep_numbers_alone(&mut self) {
        self.column.cells = Cells::Numbers(self.column.map(f64::NAN, number));
        self.column.levels = Vec::new();
        self.known = HashMap::new();
        self.single = [0; 256];
        self.last = 0;
    }

    /// Undoes [`Self::keep_numbers_alone`] for good when a text comes that is no plain number. The numbers get the line
    /// of that text, for want of their own: messages name the lines of texts only.
    fn back_to_texts(&mut self, line: u64) {
        let Cells::Numbers(numbers) = std::mem::replace(&mut self.column.cells, Cells::Wide(Vec::new()))
        else {
            return;
        };
        self.plain = false;
        let missing = self.missing.clone();
        for number in numbers {
            let cell = if number.is_nan() {
                self.cell(&missing, line)
            } else {
                self.cell(number.to_string().as_bytes(), line)
            };
            if let Cells::Wide(cells) = &mut self.column.cells {
                cells.push(cell);
            }
        }
    }

    /// The column. Few levels are put in the order of their codes: sums over them must not depend on which came first.
    #[must_use]
    pub fn finish(self) -> Column {
        let mut column = self.column;
        if let Cells::Narrow(cells) = &mut column.cells {
            let levels = std::mem::take(&mut column.levels);
            let mut sorted: Vec<(u8, Level)> = (1..=u8::MAX).zip(levels).collect();
            sorted.sort_by(|(_, a), (_, b)| a.code.cmp(&b.code).then_with(|| a.text.cmp(&b.text)));
            let mut place = [0; 256];
            sorted.iter().zip(1..=u8::MAX).for_each(|((met, _), now)| place[usize::from(*met)] = now);
            cells.iter_mut().for_each(|cell| *cell = place[usize::from(*cell)]);
            column.levels = sorted.into_iter().map(|(_, level)| level).collect();
        }
        column
    }
}

/// The number of a text that is a finite decimal number without sign tricks: the number alone tells what was meant, up
/// to zeros at its end. `007` and `+7` are rather names.
fn plain_number(text: &[u8]) -> Option<f64> {
    let digits = text.strip_prefix(b"-").unwrap_or(text);
    let named = matches!(digits, [b'0', b'0'..=b'9', ..]) || !digits.first()?.is_ascii_digit();
    if named {
        return None;
    }
    let text = std::str::from_utf8(text).ok().filter(|text| !is_long(text))?;
    let number: f64 = text.parse().ok()?;
    number.is_finite().then_some(number + 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(texts: impl IntoIterator<Item = String>) -> Column {
        let mut column = Dictionary::new("a", "");
        for (text, line) in texts.into_iter().zip(2..) {
            column.push(text.as_bytes(), line);
        }
        column.finish()
    }

    fn kind(column: &Column) -> &'static str {
        match column.cells {
            Cells::Narrow(_) => "narrow",
            Cells::Wide(_) => "wide",
            Cells::Numbers(_) => "numbers",
        }
    }

    /// `count` distinct numbers, then the texts given.
    fn after(count: usize, rest: &[&str]) -> Column {
        column((0..count).map(|i| format!("{}", i as f64 / 2.0)).chain(rest.iter().map(ToString::to_string)))
    }

    #[test]
    fn a_column_says_the_same_however_it_is_kept() {
        for (count, expected) in [(255, "narrow"), (256, "wide"), (4096, "wide"), (4097, "numbers")] {
            let column = after(count, &["", "0.5", "7"]);
            assert_eq!(kind(&column), expected, "{count}");
            let numbers = column.numbers("p").unwrap();
            assert_eq!(numbers[..3], [0.0, 0.5, 1.0]);
            assert_eq!(numbers[count + 1..], [0.5, 7.0]);
            assert!(numbers[count].is_nan());
            let indicator = column.indicator(&[Code::of("0.50")]);
            assert_eq!(indicator.iter().filter(|x| **x == 1.0).count(), 2);
            assert_eq!((indicator[1], indicator[2], indicator[count + 1]), (1.0, 0.0, 1.0));
            assert!(indicator[count].is_nan());
            let groups = column.groups();
            assert_eq!(groups.names.len(), count);
            assert_eq!(groups.names[..3], ["0", "0.5", "1"]);
            assert_eq!(groups.of[count - 1..], [Some(count as u32 - 1), None, Some(1), Some(14)]);
            assert_eq!(column.coded(None).is_some(), expected == "narrow");
        }
    }

    #[test]
    fn a_text_after_thousands_of_numbers_brings_the_texts_back() {
        let column = after(5000, &["", "x", "2.50", "", "9999", "007"]);
        assert_eq!(kind(&column), "wide");
        let error = column.numbers("p").unwrap_err();
        assert_eq!(error.to_string(), "p: line 5003, column \"a\": \"x\" is not a number");
        let groups = column.groups();
        assert_eq!(groups.names.len(), 5002, "5000 numbers, x, 9999; 2.50 is 2.5 and 007 is 7");
        assert_eq!(groups.names[14], "007");
        assert_eq!(groups.names[5001], "x");
        assert_eq!(groups.of[5000..], [None, Some(5001), Some(5), None, Some(5000), Some(14)]);
    }

    #[test]
    fn names_that_look_like_numbers_keep_their_spelling() {
        let column = column((0..5000).map(|i| format!("{i:05}")));
        assert_eq!(kind(&column), "wide");
        assert_eq!(column.groups().names[7], "00007");
        for named in ["00", "+1", ".5", "-", "nan", "1e999", "0x1", " 1", "inf", ""] {
            assert!(plain_number(named.as_bytes()).is_none(), "{named}");
        }
        assert_eq!(plain_number(b"-0.5"), Some(-0.5));
        assert_eq!(plain_number(b"0"), Some(0.0));
        assert!(plain_number(b"-0").unwrap().is_sign_positive());
    }

    #[test]
    fn codes_are_in_their_order_whichever_came_first() {
        let texts = ["x", "10", "", "9"].map(str::to_owned);
        let column = column(texts.clone().into_iter().take(2).chain(["9".to_owned(), String::new()]));
        let other = self::column(texts.into_iter().rev());
        assert_eq!(column.coded(Some(&[])).unwrap().cells, [3, 2, 1, 0]);
        assert_eq!(other.coded(Some(&[])).unwrap().cells, [1, 0, 2, 3]);
        assert_eq!(
            column.numbers("p").unwrap_err().to_string(),
            "p: line 2, column \"a\": \"x\" is not a number"
        );
        assert_eq!(
            other.numbers("p").unwrap_err().to_string(),
            "p: line 5, column \"a\": \"x\" is not a number"
        );
    }

    #[test]
    fn few_codes_are_told_by_position_and_value() {
        let column = column(["4", "", "x", "4.0", "4"].map(str::to_owned));
        assert!(column.coded(None).is_none(), "x is no number");
        let coded = column.coded(Some(&[Code::of("4")])).unwrap();
        assert_eq!(coded.cells, [1, 0, 3, 2, 1]);
        assert!(coded.values[0].is_nan());
        assert_eq!(coded.values[1..], [1.0, 1.0, 0.0]);
    }
}
