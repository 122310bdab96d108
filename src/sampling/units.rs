//! The units of a plan: what a sample is shared out among, and what is known of each.

use std::collections::HashMap;

use super::{
    problem::{Kind, Problem, Range},
    sheet::{Names, Problems, Sheet},
};

/// A unit (a stratum of the province).
#[derive(Debug, Clone, PartialEq)]
pub struct Unit {
    /// Its code.
    pub code: String,
    /// Its name; empty, if none is given.
    pub name: String,
    /// How many transactions or persons it has.
    pub population: u64,
    /// The variance S² of what is measured, with the divisor N − 1.
    pub variance: f64,
    /// The expected share (0..1).
    pub share: f64,
    /// The design effect within the unit.
    pub deff: f64,
    /// The share (0..1) of those invited who answer.
    pub response_rate: f64,
    /// What an answer costs; only relations between units matter.
    pub cost: f64,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A share.
    Share,
    /// A mean, where the file gives standard deviations.
    Mean,
}

/// Values for what the file does not say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Defaults {
    /// The expected share.
    pub share: f64,
    /// The design effect.
    pub deff: f64,
    /// The share that answers.
    pub response_rate: f64,
}

const UNIT: Names = &["unit", "code", "mã", "mã đơn vị", "đơn vị"];
const NAME: Names = &["name", "unit name", "tên", "tên đơn vị"];
const POPULATION: Names = &["population", "N", "tổng thể", "số hồ sơ", "số giao dịch", "số người"];
const SHARE: Names = &["share", "p", "tỷ lệ", "tỷ lệ dự kiến"];
const DEFF: Names = &["deff", "design effect", "hiệu ứng thiết kế"];
const RESPONSE_RATE: Names = &["response rate", "tỷ lệ trả lời", "tỷ lệ phản hồi"];
const DEVIATION: Names = &["sd", "standard deviation", "độ lệch chuẩn"];
const COST: Names = &["cost", "chi phí"];

/// Columns that are known.
const KNOWN: [Names; 8] = [UNIT, NAME, POPULATION, SHARE, DEFF, RESPONSE_RATE, DEVIATION, COST];

/// The units of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Units {
    /// In the order of the file.
    pub units: Vec<Unit>,
    /// What is measured.
    pub scale: Scale,
    /// Columns that were not used.
    pub unused: Vec<String>,
}

/// The units of a sheet with the columns `unit` and `population`, and where it has them `name`, `share`, `deff`,
/// `response_rate`, `sd` and `cost`, or the same in Vietnamese. Empty cells of `share`, `deff` and `response_rate` have the
/// defaults; `sd` and `cost` are given for every unit or for none.
///
/// # Errors
/// All that is wrong in the sheet.
pub fn read(sheet: &Sheet, defaults: &Defaults) -> Result<Units, Vec<Problem>> {
    let one = |problem| vec![problem];
    // "Đơn vị" beside "mã" is the name.
    let (unit, name) = match (sheet.find(UNIT), sheet.find(NAME).map_err(one)?) {
        (Err(problem), None) => {
            let code = sheet.find(&["code", "mã", "mã đơn vị"]).ok().flatten();
            let name = sheet.find(&["unit", "đơn vị"]).ok().flatten();
            match (code, name) {
                (Some(code), Some(name)) => (code, Some(name)),
                _ => return Err(one(problem)),
            }
        }
        (Err(problem), Some(_)) => return Err(one(problem)),
        (Ok(Some(unit)), name) => (unit, name),
        (Ok(None), Some(name)) => (name, None),
        (Ok(None), None) => (sheet.required(UNIT).map_err(one)?, None),
    };
    let population = sheet.required(POPULATION).map_err(one)?;
    let optional = |names| sheet.find(names).map_err(one);
    let (share, deff, rate) = (optional(SHARE)?, optional(DEFF)?, optional(RESPONSE_RATE)?);
    let (deviation, cost) = (optional(DEVIATION)?, optional(COST)?);

    let mut problems = Problems::default();
    let mut lines: HashMap<String, u64> = HashMap::new();
    let units = (0..sheet.len())
        .map(|row| {
            let code = problems.keep(sheet.text(row, unit));
            if let Some(first) = lines.insert(code.clone(), sheet.line(row))
                && !code.is_empty()
            {
                let kind = Kind::Twice { text: code.clone(), first };
                problems.keep::<()>(Err(sheet.problem(row, unit, kind)));
            }
            let name = name.map_or_else(String::new, |name| sheet.cell(row, name).to_owned());
            let population = problems.keep(sheet.whole(row, population));
            let mut number = |column: Option<usize>, range| {
                column.and_then(|column| problems.keep(sheet.real(row, column, range)))
            };
            let share = number(share, Range::Share).unwrap_or(defaults.share);
            let deff = number(deff, Range::Positive).unwrap_or(defaults.deff);
            let response_rate = number(rate, Range::Rate).unwrap_or(defaults.response_rate);
            let mut all_or_none = |column: Option<usize>| {
                let column = column?;
                let number = sheet.real(row, column, Range::Positive);
                problems.keep(number.and_then(|number| {
                    number.map(Some).ok_or_else(|| sheet.problem(row, column, Kind::Empty))
                }))
            };
            let variance = all_or_none(deviation).map_or_else(|| of_share(share, population), |sd| sd * sd);
            let cost = all_or_none(cost).unwrap_or(1.0);
            Unit { code, name, population, variance, share, deff, response_rate, cost }
        })
        .collect();
    let scale = if deviation.is_some() { Scale::Mean } else { Scale::Share };
    let unused = sheet.others(&KNOWN).into_iter().map(str::to_owned).collect();
    problems.finish(Units { units, scale, unused })
}

/// The variance of a share of a population with the divisor N − 1: `p(1 − p) N/(N − 1)` (Cochran 1977, eq. 3.4).
#[must_use]
pub fn of_share(share: f64, population: u64) -> f64 {
    let n = population as f64;
    if population < 2 { 0.0 } else { share * (1.0 - share) * n / (n - 1.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: Defaults = Defaults { share: 0.5, deff: 1.5, response_rate: 0.8 };

    fn units(text: &str) -> Result<Units, Vec<Problem>> {
        read(&Sheet::read(text.as_bytes()).unwrap(), &DEFAULTS)
    }

    #[test]
    fn columns_have_names_in_two_languages_and_defaults() {
        let english = units("unit,name,N,p,deff,response_rate,note\nqn,Quy Nhơn,11,0.9,,60%,x\n").unwrap();
        let vietnamese = units(
            "Mã đơn vị;Đơn vị;Tổng thể;Tỷ lệ dự kiến;Hiệu ứng thiết kế;Tỷ lệ trả lời\nqn;Quy Nhơn;11;0,9;1,5;0,6\n",
        );
        // "Mã đơn vị" and "Đơn vị" are code and name.
        let vietnamese = vietnamese.unwrap();
        assert_eq!(english.units, vietnamese.units);
        let unit = &english.units[0];
        assert_eq!((unit.deff, unit.response_rate, unit.cost), (1.5, 0.6, 1.0));
        assert!((unit.variance - 0.9 * 0.1 * 1.1).abs() < 1e-15);
        assert_eq!((english.scale, english.unused), (Scale::Share, vec!["note".to_owned()]));
    }

    #[test]
    fn every_problem_is_told() {
        let found = units("unit,N,p,sd\na,1.200,0.9,1\na,5,90,1\n,5,0.9,\n").unwrap_err();
        let told: Vec<(u64, &str)> =
            found.iter().map(|problem| (problem.line.unwrap(), problem.column.as_deref().unwrap())).collect();
        assert_eq!(told, [(2, "N"), (3, "unit"), (3, "p"), (4, "unit"), (4, "sd")]);
    }

    #[test]
    fn a_population_of_one_has_no_variance() {
        assert_eq!(of_share(0.5, 1), 0.0);
    }
}
