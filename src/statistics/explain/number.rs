//! How numbers look in a working: ten significant digits, so that a calculator comes to the same end.

/// Significant digits.
const DIGITS: i32 = 10;

/// A number by itself; `–` where there is none.
#[must_use]
pub fn show(x: f64) -> String {
    if x.is_nan() {
        return "–".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "∞".to_owned() } else { "-∞".to_owned() };
    }
    if x == 0.0 {
        return "0".to_owned();
    }
    let digits = usize::try_from(DIGITS - 1).unwrap_or(0);
    let scientific = format!("{x:.digits$e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-5..15).contains(&exponent) {
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
    trimmed(&format!("{x:.decimals$}")).to_owned()
}

/// A number as part of a formula: in brackets where it is negative.
#[must_use]
pub fn fill(x: f64) -> String {
    let shown = show(x);
    if shown.starts_with('-') { format!("({shown})") } else { shown }
}

/// A sum of many terms, written out where there are few.
#[must_use]
pub fn sum(terms: &[String]) -> String {
    const MOST: usize = 30;
    if terms.len() > MOST { String::new() } else { terms.join(" + ") }
}

fn trimmed(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_ten_digits_and_no_more_than_they_need() {
        for (x, shown) in [
            (0.0, "0"),
            (1.0, "1"),
            (-0.5, "-0.5"),
            (1.0 / 3.0, "0.3333333333"),
            (2_000_000.0 / 3.0, "666666.6667"),
            (123_456_789_012.0, "123456789012"),
            (1e-9 / 3.0, "3.333333333e-10"),
            (0.000_012_5, "0.0000125"),
            (1e20, "1e20"),
            (f64::NAN, "–"),
        ] {
            assert_eq!(show(x), shown);
        }
        assert_eq!((fill(-2.5), fill(2.5)), ("(-2.5)".to_owned(), "2.5".to_owned()));
    }
}
