//! A table in plain text, aligned whatever letters it holds.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A column's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// The widest line wished for.
const WIDTH: usize = 96;
/// Columns are not made narrower than this.
const NARROWEST: usize = 12;

/// What is special about a table.
#[derive(Debug, Clone, Copy, Default)]
pub struct Layout {
    /// The column that is cut where lines would be too long; without, they are as long as they are.
    pub elastic: Option<usize>,
    /// The last row is a total: a rule stands before it.
    pub total: bool,
}

/// Rows under a heading.
pub fn render(heading: &[(String, Side)], rows: &[Vec<String>], layout: Layout) -> String {
    let mut widths: Vec<usize> = heading.iter().map(|(name, _)| width(name)).collect();
    for row in rows {
        for (most, cell) in widths.iter_mut().zip(row) {
            *most = (*most).max(width(cell));
        }
    }
    let whole = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
    if let Some(most) = layout.elastic.and_then(|elastic| widths.get_mut(elastic)) {
        *most = (*most).min(most.saturating_sub(whole.saturating_sub(WIDTH)).max(NARROWEST));
    }
    let line = |cells: Vec<&str>| {
        let mut line = String::new();
        for ((cell, most), (_, side)) in cells.into_iter().zip(&widths).zip(heading) {
            let cell = cut(cell, *most);
            let space = " ".repeat(most.saturating_sub(width(&cell)));
            let gap = if line.is_empty() { "" } else { "  " };
            line += gap;
            match side {
                Side::Left => line.extend([cell.as_str(), space.as_str()]),
                Side::Right => line.extend([space.as_str(), cell.as_str()]),
            }
        }
        line.trim_end().to_owned() + "\n"
    };
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1)) + "\n";
    let mut text = line(heading.iter().map(|(name, _)| name.as_str()).collect()) + &rule;
    for (place, row) in rows.iter().enumerate() {
        if layout.total && place + 1 == rows.len() {
            text += &rule;
        }
        text += &line(row.iter().map(String::as_str).collect());
    }
    text
}

/// Columns on a screen; Vietnamese letters take one each, whether composed or not.
fn width(text: &str) -> usize {
    text.chars().filter(|&letter| !is_combining_mark(letter)).count()
}

fn cut(text: &str, most: usize) -> String {
    let text: String = text.nfc().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if width(&text) <= most {
        return text;
    }
    text.chars().take(most.saturating_sub(1)).collect::<String>() + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_under_vietnamese_letters() {
        let heading = [("Đơn vị".to_owned(), Side::Left), ("Số".to_owned(), Side::Right)];
        let decomposed: String = "Phường Quy Nhơn".nfd().collect();
        let rows = [vec![decomposed, "1".to_owned()], vec!["Xã".to_owned(), "12.000".to_owned()]];
        let layout = Layout { elastic: Some(0), total: true };
        let text = render(&heading, &rows, layout);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[2], "Phường Quy Nhơn       1");
        assert_eq!(lines[4], "Xã               12.000");
        assert!(lines.iter().all(|line| line.chars().count() == 23), "{text}");
        let long = render(&heading, &[vec!["a".repeat(200), "1".to_owned()]], layout);
        assert!(long.lines().all(|line| line.chars().count() <= WIDTH), "{long}");
        assert!(long.contains("a…"));
    }
}
