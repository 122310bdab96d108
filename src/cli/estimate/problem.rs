//! What is wrong with a specification or its data, in the user's language.

use i18n_embed_fl::fl;

use crate::{
    language::Lang,
    statistics::error::{Allowed, Problem, Unit},
};

/// The words for a problem.
pub fn words(problem: &Problem, lang: Lang) -> String {
    let m = lang.messages();
    match problem {
        Problem::Shape { detail } => fl!(m, "estimate-problem-shape", detail = detail.clone()),
        Problem::Schema { found } => fl!(m, "estimate-problem-schema", found = found.clone()),
        Problem::Kind { found, supported } => {
            fl!(m, "estimate-problem-kind", found = found.clone(), supported = supported.clone())
        }
        Problem::Twice { name } => fl!(m, "estimate-problem-twice", name = name.clone()),
        Problem::NoColumn { column, available } => {
            fl!(m, "estimate-problem-no-column", column = column.clone(), available = available.clone())
        }
        Problem::NotNumber { column, line, text } => {
            fl!(
                m,
                "estimate-problem-not-number",
                column = column.clone(),
                line = (*line),
                text = text.clone()
            )
        }
        Problem::EmptyCell { column, line } => {
            fl!(m, "estimate-problem-empty-cell", column = column.clone(), line = (*line))
        }
        Problem::CellRange { column, line, value, range } => fl!(
            m,
            "estimate-problem-cell-range",
            column = column.clone(),
            line = (*line),
            value = value.to_string(),
            range = allowed(*range, lang)
        ),
        Problem::Csv { line, detail } => {
            fl!(m, "estimate-problem-csv", line = (*line), detail = detail.clone())
        }
        Problem::Unclosed { line } => fl!(m, "estimate-problem-unclosed", line = (*line)),
        Problem::EmptyFile => fl!(m, "estimate-problem-empty-file"),
        Problem::Separator { line, found } => {
            fl!(m, "estimate-problem-separator", line = (*line), found = format!("{found:?}"))
        }
        Problem::Rows { said, found } => fl!(m, "estimate-problem-rows", said = (*said), found = (*found)),
        Problem::Range { value, range } => {
            fl!(m, "estimate-problem-range", value = value.to_string(), range = allowed(*range, lang))
        }
        Problem::TooFew { least } => fl!(m, "estimate-problem-too-few", least = (*least as u64)),
        Problem::TooMany { found, most } => {
            fl!(m, "estimate-problem-too-many", found = (*found as u64), most = (*most as u64))
        }
        Problem::Measure => fl!(m, "estimate-problem-measure"),
        Problem::Side => fl!(m, "estimate-problem-side"),
        Problem::NoDesign => fl!(m, "estimate-problem-no-design"),
        Problem::MixedFpc => fl!(m, "estimate-problem-mixed-fpc"),
        Problem::FpcVaries { column, unit } => {
            fl!(m, "estimate-problem-fpc-varies", column = column.clone(), unit = named(unit, lang))
        }
        Problem::FpcTooSmall { column, unit, population, sampled } => fl!(
            m,
            "estimate-problem-fpc-too-small",
            column = column.clone(),
            unit = named(unit, lang),
            population = population.to_string(),
            sampled = (*sampled)
        ),
        Problem::Lonely { unit } => fl!(m, "estimate-problem-lonely", unit = named(unit, lang)),
        Problem::NoWeight => fl!(m, "estimate-problem-no-weight"),
        Problem::NoTotal { line, cell } => {
            fl!(m, "estimate-problem-no-total", line = (*line), cell = cell.clone())
        }
        Problem::NoRows { cell } => fl!(m, "estimate-problem-no-rows", cell = cell.clone()),
        Problem::NotConverged { rounds } => {
            fl!(m, "estimate-problem-not-converged", rounds = u64::from(*rounds))
        }
        Problem::Bounds => fl!(m, "estimate-problem-bounds"),
    }
}

fn allowed(allowed: Allowed, lang: Lang) -> String {
    let m = lang.messages();
    match allowed {
        Allowed::NotNegative => fl!(m, "estimate-allowed-not-negative"),
        Allowed::Positive => fl!(m, "estimate-allowed-positive"),
        Allowed::Share => fl!(m, "estimate-allowed-share"),
        Allowed::AtMostOne => fl!(m, "estimate-allowed-at-most-one"),
        Allowed::MoreThanTarget => fl!(m, "estimate-allowed-more-than-target"),
    }
}

fn named(unit: &Unit, lang: Lang) -> String {
    let m = lang.messages();
    match unit {
        Unit::Sample => fl!(m, "estimate-unit-sample"),
        Unit::Stratum(name) => fl!(m, "estimate-unit-stratum", name = name.as_str()),
        Unit::Psu { psu, stratum } => {
            fl!(m, "estimate-unit-psu", name = psu.as_str(), stratum = named(stratum, lang))
        }
    }
}
