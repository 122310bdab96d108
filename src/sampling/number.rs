//! Numbers as people write them in Vietnam and elsewhere, read only where they mean one thing.
//!
//! `1.234` is one thousand two hundred and thirty-four in Vietnam and a little more than one in a program's file. A
//! number with exactly three digits after its only mark is therefore refused, unless it begins with `0`.

/// Why a text is not taken for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotNumber {
    /// It is none.
    Text,
    /// It can be read in two ways.
    Ambiguous,
}

/// A whole number without marks: `4200`.
///
/// # Errors
/// [`NotNumber::Ambiguous`] for digits in groups (`4.200`, `4,200`, `4 200`), [`NotNumber::Text`] for anything else.
pub fn whole(text: &str) -> Result<u64, NotNumber> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map_err(|_| NotNumber::Text);
    }
    Err(if is_grouped(text) { NotNumber::Ambiguous } else { NotNumber::Text })
}

/// Digits in groups of three, by whatever mark.
fn is_grouped(text: &str) -> bool {
    let mut groups = text.split(['.', ',', ' ', '\u{a0}', '\u{202f}', '\'']);
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit());
    groups.next().is_some_and(|first| digits(first) && first.len() <= 3)
        && groups.all(|group| digits(group) && group.len() == 3)
}

/// A number with a decimal point or a decimal comma: `0.9`, `0,9`, `12`.
///
/// # Errors
/// [`NotNumber`].
pub fn real(text: &str) -> Result<f64, NotNumber> {
    let text = text.trim();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    if digits(whole) && digits(fraction) && (fraction.len() != 3 || whole.starts_with('0')) {
        return format!("{whole}.{fraction}").parse().map_err(|_| NotNumber::Text);
    }
    Err(if is_grouped(text) { NotNumber::Ambiguous } else { NotNumber::Text })
}

/// A share: as [`real`], or in per cent (`3%`, `92,5 %`).
///
/// # Errors
/// [`NotNumber`].
pub fn share(text: &str) -> Result<f64, NotNumber> {
    match text.trim().strip_suffix('%') {
        // Parsed again from its decimal text, so that 3% and 0.03 are the same number.
        Some(percent) => {
            real(percent).and_then(|percent| format!("{percent}e-2").parse().map_err(|_| NotNumber::Text))
        }
        None => real(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_never_taken_for_decimals() {
        assert_eq!(whole(" 4200 "), Ok(4200));
        for text in ["4.200", "4,200", "4 200", "4\u{a0}200", "1.234.567"] {
            assert_eq!(whole(text), Err(NotNumber::Ambiguous), "{text}");
        }
        for text in ["", "-5", "4200 hồ sơ", "1e3", ".5", "5.", "4.2", "1 2", "99999999999999999999"] {
            assert_eq!(whole(text), Err(NotNumber::Text), "{text}");
        }
        for text in ["1.234", "1,234", "12.345", "1.234.567", "1 000"] {
            assert_eq!(real(text), Err(NotNumber::Ambiguous), "{text}");
        }
    }

    #[test]
    fn decimals_have_a_point_or_a_comma() {
        for text in ["0.9", "0,9", "0.90", " 0.900"] {
            assert_eq!(real(text), Ok(0.9), "{text}");
        }
        assert_eq!(real("1.25"), Ok(1.25));
        assert_eq!(real("150000"), Ok(150_000.0));
        for text in ["", "x", "-1", "1e3", "NaN", "inf", ".5", "0..5", "1.2.3", "1 5"] {
            assert_eq!(real(text), Err(NotNumber::Text), "{text}");
        }
    }

    #[test]
    fn a_share_may_be_in_per_cent() {
        assert_eq!(share("3%"), Ok(0.03));
        assert_eq!(share("92,5 %"), Ok(0.925));
        assert_eq!(share("0.03"), Ok(0.03));
        assert_eq!(share("%"), Err(NotNumber::Text));
    }
}
