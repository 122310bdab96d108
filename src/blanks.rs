//! Texts that staff write with blanks in square brackets, which are filled in for each recipient: `Kính gửi [họ tên],`.

/// The text with its blanks filled in; what is filled in is not read again.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, from) = rest.split_at(open);
        filled.push_str(before);
        if let Some((blank, value)) = values.iter().find(|(blank, _)| from.starts_with(blank)) {
            filled.push_str(value);
            rest = from.get(blank.len()..).unwrap_or_default();
        } else {
            filled.push('[');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    filled.push_str(rest);
    filled
}

/// What stands in square brackets and is no blank: a slip of the keyboard that would go out as it is.
pub fn unknown<'t>(text: &'t str, blanks: &[&str]) -> Vec<&'t str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let from = rest.get(open..).unwrap_or_default();
        let Some(close) = from.find(']') else { break };
        let blank = from.get(..=close).unwrap_or_default();
        if !blanks.contains(&blank) {
            found.push(blank);
        }
        rest = from.get(close + 1..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_filled_once_and_unknown_ones_are_named() {
        let values = [("[tên]", "Xã [đợt]"), ("[đợt]", "Quý 4")];
        assert_eq!(fill("[tên]: [đợt] [x] [", &values), "Xã [đợt]: Quý 4 [x] [");
        assert_eq!(unknown("[tên] [ngày] [đợt] [a", &["[tên]", "[đợt]"]), ["[ngày]"]);
    }
}
