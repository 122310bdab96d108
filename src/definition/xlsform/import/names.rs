//! Ids and codes as our format allows them, from names as other programs allow them.

use crate::{
    definition::check::{LONGEST_CODE, LONGEST_ID, RESERVED, variable, well_formed},
    language::vietnamese,
};

/// An id for a name, none of `taken` nor the same variable as one of them.
pub fn id(name: &str, taken: &[String]) -> String {
    let mut id: String = vietnamese::fold(name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '_' })
        .collect();
    while id.contains("__") {
        id = id.replace("__", "_");
    }
    let id = id.trim_matches(['_', '.', '-']);
    let id = if id.starts_with(|c: char| c.is_ascii_lowercase()) { id.to_owned() } else { format!("q_{id}") };
    let fits = |id: &str| {
        id.chars().take(LONGEST_ID - 4).collect::<String>().trim_end_matches(['_', '.', '-']).to_owned()
    };
    let id = if id.len() > LONGEST_ID { fits(&id) } else { id.trim_end_matches(['_', '.', '-']).to_owned() };
    let free = |id: &str| {
        !RESERVED.contains(&id)
            && !taken.iter().any(|other| variable(other) == variable(id))
            && well_formed(id)
    };
    let numbered = (2..).map(|n| format!("{}_{n}", fits(&id)));
    std::iter::once(id.clone()).chain(numbered).find(|id| free(id)).unwrap_or(id)
}

/// An option's code for its name, none of `taken`.
pub fn code(name: &str, taken: &[String]) -> String {
    let code: String = vietnamese::fold(name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-') { c } else { '_' })
        .collect();
    let cut = |code: &str, most: usize| code.chars().take(most).collect::<String>();
    let code = cut(&code, LONGEST_CODE);
    let code = if code.is_empty() { "x".to_owned() } else { code };
    let numbered = (2..).map(|n| format!("{}_{n}", cut(&code, LONGEST_CODE - 4)));
    std::iter::once(code.clone()).chain(numbered).find(|code| !taken.contains(code)).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_become_ids_that_people_recognise() {
        let id = |name: &str| id(name, &["taken".to_owned(), "a.b".to_owned()]);
        for (name, wanted) in [
            ("access.seats", "access.seats"),
            ("Q1_HaiLong", "q1_hailong"),
            ("Độ hài lòng", "do_hai_long"),
            ("1_gioi_tinh", "q_1_gioi_tinh"),
            ("taken", "taken_2"),
            ("a_b", "a_b_2"),
            ("all", "all_2"),
            ("_ghi_chu_", "ghi_chu"),
            ("", "q"),
        ] {
            assert_eq!(id(name), wanted);
        }
        assert_eq!(id(&"x".repeat(80)), "x".repeat(44));
        assert_eq!(code("Khác (ghi rõ)", &[]), "khac__ghi_ro_");
        assert_eq!((code("-99", &[]), code("Có", &["co".to_owned()])), ("-99".to_owned(), "co_2".to_owned()));
    }

    proptest! {
        #[test]
        fn any_name_has_an_id_and_a_code(name in "\\PC{0,70}", n in 0_usize..4) {
            let mut taken: Vec<String> = Vec::new();
            for _ in 0..=n {
                let id = id(&name, &taken);
                prop_assert!(well_formed(&id) && !taken.contains(&id), "{}", id);
                taken.push(id);
            }
            let code = code(&name, &taken);
            prop_assert!((1..=LONGEST_CODE).contains(&code.len()));
        }
    }
}
