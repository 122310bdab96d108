//! Drawing rows of a list by a seed alone.
//!
//! What a draw depends on: the seed, the method with its options, and the list. The random number of a row belongs to its
//! place in the list or, with an id column, to its id ([`super::random`]); then a simple or stratified draw does not
//! depend on the order of rows. [`systematic`] draws go along the list as it stands, sorted or shuffled.

mod strata;
pub mod systematic;

use std::{cmp::Ordering, collections::HashMap};

use serde::{Deserialize, Serialize};

pub use self::strata::{Gap, Quotas, Stratum, by_plan, by_rule};
use super::{
    number,
    problem::{Kind, Problem},
    random,
    sheet::{Problems, Sheet},
};

/// How rows are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Every sample of the size has the same chance.
    Simple,
    /// A simple draw within each stratum.
    Stratified,
    /// Every so-manieth row from a random start, with a fractional interval.
    Systematic,
    /// With probability proportional to size, systematically.
    Pps,
}

/// What is to be drawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The seed.
    pub seed: String,
    /// How many rows.
    pub n: u64,
    /// The column that tells rows apart; absent: their number in the list, from 1.
    pub id: Option<String>,
    /// The column of strata (stratified).
    pub by: Option<String>,
    /// The strata in their order, with what is drawn from each (stratified; else empty).
    pub strata: Vec<Stratum>,
    /// The column of sizes (pps).
    pub size: Option<String>,
    /// The columns by which the list is sorted first (systematic, pps).
    pub sort: Vec<String>,
    /// Whether the list is brought into random order first (systematic, pps).
    pub shuffle: bool,
}

/// A row drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawn {
    /// Its place in the sheet, from 0.
    pub row: usize,
    /// Its stratum; empty without strata.
    pub stratum: String,
    /// The probability (above 0, at most 1) with which it was drawn.
    pub probability: f64,
    /// What it stands for: 1 / probability.
    pub weight: f64,
}

/// Columns that a drawn file has besides those of the list.
pub const ADDED: [&str; 5] = ["draw_order", "draw_row", "draw_stratum", "draw_probability", "draw_weight"];

/// Draws. The order is the one in which rows were drawn: by random number (within strata, these by name), or along the
/// list.
///
/// # Errors
/// More to be drawn than there is, columns that are missing, cells that cannot be used.
pub fn draw(sheet: &Sheet, request: &Request) -> Result<Vec<Drawn>, Vec<Problem>> {
    let one = |problem| vec![problem];
    if let Some(name) = sheet.columns().iter().find(|name| ADDED.contains(&name.as_str())) {
        let column = Some(name.clone());
        return Err(vec![Problem { line: None, column, kind: Kind::ReservedColumn }]);
    }
    let rows = sheet.len() as u64;
    if request.n > rows || request.n == 0 {
        return Err(one(Problem::whole(Kind::TooMany { n: request.n, rows })));
    }
    let keys = keys(sheet, request.id.as_deref())?;
    match request.method {
        Method::Simple => {
            let all: Vec<usize> = (0..sheet.len()).collect();
            Ok(simple(&all, request.n, &request.seed, &keys, ""))
        }
        Method::Stratified => {
            let found = strata::find(sheet, request.by.as_deref().unwrap_or_default())?;
            strata::check(&found, &request.strata).map_err(one)?;
            let drawn = found
                .iter()
                .zip(&request.strata)
                .flat_map(|((name, rows), stratum)| simple(rows, stratum.n, &request.seed, &keys, name));
            Ok(drawn.collect())
        }
        Method::Systematic => {
            let order = order(sheet, request, &keys).map_err(one)?;
            let places = systematic::places(rows, request.n, random::start(&request.seed));
            let (probability, weight) = (request.n as f64 / rows as f64, rows as f64 / request.n as f64);
            Ok(places
                .into_iter()
                .map(|place| Drawn { row: order[place], stratum: String::new(), probability, weight })
                .collect())
        }
        Method::Pps => {
            let size = sheet.named(request.size.as_deref().unwrap_or_default()).map_err(one)?;
            let mut problems = Problems::default();
            let sizes: Vec<u64> = (0..sheet.len()).map(|row| problems.keep(sheet.whole(row, size))).collect();
            let sizes = problems.finish(sizes)?;
            let order = order(sheet, request, &keys).map_err(one)?;
            let sizes: Vec<u64> = order.iter().map(|&row| sizes[row]).collect();
            let chosen = systematic::by_size(&sizes, request.n, random::start(&request.seed))
                .ok_or_else(|| vec![Problem::whole(Kind::TooLarge)])?;
            Ok(chosen
                .into_iter()
                .map(|chosen| Drawn {
                    row: order[chosen.place],
                    stratum: String::new(),
                    probability: chosen.numerator as f64 / chosen.denominator as f64,
                    weight: chosen.denominator as f64 / chosen.numerator as f64,
                })
                .collect())
        }
    }
}

/// The rows with the smallest random numbers.
fn simple(rows: &[usize], n: u64, seed: &str, keys: &[String], stratum: &str) -> Vec<Drawn> {
    let mut ranked: Vec<_> = rows.iter().map(|&row| (random::rank(seed, &keys[row]), row)).collect();
    // Equal random numbers would need equal keys, which there are none of.
    ranked.sort_unstable();
    let (probability, weight) = (n as f64 / rows.len() as f64, rows.len() as f64 / n as f64);
    ranked
        .into_iter()
        .take(usize::try_from(n).unwrap_or(usize::MAX))
        .map(|(_, row)| Drawn { row, stratum: stratum.to_owned(), probability, weight })
        .collect()
}

/// What tells each row apart: its id, or its number in the list from 1.
///
/// # Errors
/// The column is missing, a cell is empty, or an id occurs twice.
pub fn keys(sheet: &Sheet, id: Option<&str>) -> Result<Vec<String>, Vec<Problem>> {
    let Some(id) = id else { return Ok((1..=sheet.len()).map(|row| row.to_string()).collect()) };
    let column = sheet.named(id).map_err(|problem| vec![problem])?;
    let mut problems = Problems::default();
    let mut lines: HashMap<String, u64> = HashMap::with_capacity(sheet.len());
    let keys: Vec<String> = (0..sheet.len())
        .map(|row| {
            let key = problems.keep(sheet.text(row, column));
            if let Some(first) = lines.insert(key.clone(), sheet.line(row))
                && !key.is_empty()
            {
                let kind = Kind::Twice { text: key.clone(), first };
                problems.keep::<()>(Err(sheet.problem(row, column, kind)));
            }
            key
        })
        .collect();
    problems.finish(keys)
}

/// The rows in the order in which a systematic draw goes along them. Columns in which every cell is a number are sorted
/// as numbers, others by code point; rows that are equal keep their order.
fn order(sheet: &Sheet, request: &Request, keys: &[String]) -> Result<Vec<usize>, Problem> {
    let mut order: Vec<usize> = (0..sheet.len()).collect();
    if request.shuffle {
        order.sort_by_cached_key(|&row| random::rank(&request.seed, &keys[row]));
    }
    for name in request.sort.iter().rev() {
        let column = sheet.named(name)?;
        let numbers: Result<Vec<f64>, _> =
            (0..sheet.len()).map(|row| number::real(sheet.cell(row, column))).collect();
        order.sort_by(|&a, &b| match &numbers {
            Ok(numbers) => numbers[a].total_cmp(&numbers[b]),
            Err(_) => Ordering::Equal,
        });
        if numbers.is_err() {
            order.sort_by_cached_key(|&row| sheet.text(row, column).unwrap_or_default());
        }
    }
    Ok(order)
}

/// The drawn rows as CSV: the columns of the list, then [`ADDED`]; UTF-8 with a byte order mark, commas, lines ended by
/// CR LF. Cells of the list are kept as they are.
#[must_use]
#[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
pub fn csv(sheet: &Sheet, drawn: &[Drawn]) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    let header = sheet.columns().iter().map(String::as_str).chain(ADDED);
    writer.write_record(header).expect("a header");
    for (order, drawn) in drawn.iter().enumerate() {
        let added = [
            (order + 1).to_string(),
            (drawn.row + 1).to_string(),
            drawn.stratum.clone(),
            drawn.probability.to_string(),
            drawn.weight.to_string(),
        ];
        for cell in sheet.cells(drawn.row).chain(added.iter().map(String::as_str)) {
            writer.write_field(cell).expect("a cell");
        }
        writer.write_record(None::<&[u8]>).expect("a row");
    }
    writer.into_inner().expect("memory")
}

#[cfg(test)]
mod tests;
