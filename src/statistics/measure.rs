//! Measures and domains of a specification, row by row.

use super::{
    error::{Error, Problem},
    spec::{Aggregate, CodeValue, Domain, Measure},
    table::{Code, Table},
};

/// The number of every row; NaN where it is missing.
///
/// # Errors
/// A column that is not there or holds no numbers, a measure that is neither one column nor several.
pub fn measure(spec: &Measure, table: &Table, path: &str) -> Result<Vec<f64>, Error> {
    let codes = spec.codes.as_deref().map(to_codes);
    match (&spec.col, &spec.cols, spec.agg) {
        (Some(col), None, None) if spec.min_answered.is_none() => {
            column(col, codes.as_deref(), table, &format!("{path}.col"))
        }
        (None, Some(cols), Some(agg)) => {
            if cols.is_empty() {
                return Err(Error::at(format!("{path}.cols"), Problem::TooFew { least: 1 }));
            }
            let mut sums = vec![0.0; table.rows()];
            let mut counts = vec![0u64; table.rows()];
            for (position, col) in cols.iter().enumerate() {
                let values = column(col, codes.as_deref(), table, &format!("{path}.cols[{position}]"))?;
                for ((sum, count), value) in sums.iter_mut().zip(&mut counts).zip(values) {
                    if !value.is_nan() {
                        *sum += value;
                        *count += 1;
                    }
                }
            }
            let least = spec.min_answered.unwrap_or(1).max(1);
            Ok(sums
                .into_iter()
                .zip(counts)
                .map(|(sum, count)| match agg {
                    Aggregate::Mean if count < least => f64::NAN,
                    Aggregate::Mean => sum / count as f64,
                    Aggregate::Sum => sum,
                    Aggregate::Count => count as f64,
                })
                .collect())
        }
        _ => Err(Error::at(path, Problem::Measure)),
    }
}

fn column(name: &str, codes: Option<&[Code]>, table: &Table, path: &str) -> Result<Vec<f64>, Error> {
    let column = table.column(name, path)?;
    match codes {
        Some(codes) => Ok(column.indicator(codes)),
        None => column.numbers(path),
    }
}

/// The codes that values of a specification mean.
#[must_use]
pub fn to_codes(values: &[CodeValue]) -> Vec<Code> {
    values.iter().map(CodeValue::code).collect()
}

/// Whether each row is in the domain.
///
/// # Errors
/// A column that is not there.
pub fn domain(spec: &Domain, table: &Table, path: &str) -> Result<Vec<bool>, Error> {
    let mut inside = vec![true; table.rows()];
    for (position, condition) in spec.iter().flatten().enumerate() {
        let column = table.column(&condition.col, &format!("{path}[{position}].col"))?;
        for (inside, hit) in inside.iter_mut().zip(column.indicator(&to_codes(&condition.codes))) {
            *inside &= hit == 1.0;
        }
    }
    Ok(inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evaluate(spec: &str) -> Result<Vec<f64>, Error> {
        let table = Table::read("a,b,c\n4,2,\n,5,x\n,,x\n".as_bytes(), "", |_| true).unwrap();
        measure(&serde_json::from_str(spec).unwrap(), &table, "y")
    }

    #[test]
    fn aggregates_follow_the_answered_columns() {
        let shown = |spec| format!("{:?}", evaluate(spec).unwrap());
        assert_eq!(shown(r#"{"cols":["a","b"],"agg":"mean"}"#), "[3.0, 5.0, NaN]");
        assert_eq!(shown(r#"{"cols":["a","b"],"agg":"mean","min_answered":2}"#), "[3.0, NaN, NaN]");
        assert_eq!(shown(r#"{"cols":["a","b"],"agg":"sum","in":[4,5]}"#), "[1.0, 1.0, 0.0]");
        assert_eq!(shown(r#"{"cols":["a","b"],"agg":"count"}"#), "[2.0, 1.0, 0.0]");
        assert_eq!(shown(r#"{"col":"a","in":["4.0"]}"#), "[1.0, NaN, NaN]");
    }

    #[test]
    fn a_measure_is_one_column_or_several() {
        for spec in [
            r#"{}"#,
            r#"{"col":"a","agg":"mean"}"#,
            r#"{"cols":["a"]}"#,
            r#"{"col":"a","min_answered":1}"#,
            r#"{"col":"a","cols":["b"],"agg":"sum"}"#,
        ] {
            assert_eq!(evaluate(spec).unwrap_err().problem, Problem::Measure, "{spec}");
        }
        assert_eq!(evaluate(r#"{"cols":["a","c"],"agg":"sum"}"#).unwrap_err().path, "y.cols[1]");
    }
}
