//! Numbers beside the names of a pasted list: what counts its lines, and what is a code of the official list of administrative
//! units (two digits for a province, three for a former district, five for a commune).

/// What the numbers of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    /// They count the lines, from one on and anew in each group.
    Count,
    /// They are codes.
    Codes,
    /// Neither can be said.
    Unclear,
}

/// Digits of a commune's official code.
const COMMUNE: usize = 5;
/// Digits of any official code.
const CODES: [usize; 3] = [2, 3, COMMUNE];

fn digits(text: &str) -> &str {
    text.trim_end_matches(['.', ')'])
}

/// Whether a text is a number as it stands before names: `7`, `12.`, `3)`, `21550`.
pub(super) fn is_number(text: &str) -> bool {
    let digits = digits(text);
    !digits.is_empty() && digits.len() <= COMMUNE && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a text can hardly be anything but a commune's code.
pub(super) fn is_code(text: &str) -> bool {
    text.len() == COMMUNE && is_number(text)
}

/// What a column's numbers are; rows that have none are `None` or empty.
pub(super) fn column(rows: &[Option<&str>]) -> Column {
    let numbers: Vec<&str> = rows.iter().flatten().copied().filter(|text| !text.is_empty()).collect();
    if !numbers.iter().all(|text| is_number(text)) {
        return Column::Unclear;
    }
    let numbers: Vec<&str> = numbers.into_iter().map(digits).collect();
    // No list of units has ten thousand lines.
    let has_commune = numbers.iter().any(|number| number.len() == COMMUNE);
    if has_commune && numbers.iter().all(|number| CODES.contains(&number.len())) {
        return Column::Codes;
    }
    let values: Vec<u32> = numbers.iter().filter_map(|number| number.parse().ok()).collect();
    let counts = |pair: &[u32]| match *pair {
        [one, next] => next == 1 || one.checked_add(1) == Some(next),
        _ => true,
    };
    let begins = values.first().is_none_or(|first| *first <= 1);
    if !has_commune && begins && values.windows(2).all(counts) { Column::Count } else { Column::Unclear }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_counts_is_told_from_codes() {
        let of = |numbers: &[&str]| column(&numbers.iter().map(|number| Some(*number)).collect::<Vec<_>>());
        assert_eq!(of(&["1", "2", "", "1", "2", "3"]), Column::Count);
        assert_eq!(of(&["01", "02", "03"]), Column::Count);
        assert_eq!(of(&["52", "21550", "21551"]), Column::Codes);
        assert_eq!(of(&["00001"]), Column::Codes);
        assert_eq!(of(&["1", "21550"]), Column::Unclear);
        assert_eq!(of(&["1", "3", "4"]), Column::Unclear);
        assert_eq!(of(&["540", "541", "542"]), Column::Unclear);
        assert_eq!(of(&["xã", "21550"]), Column::Unclear);
    }
}
