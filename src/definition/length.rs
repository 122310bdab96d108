//! How long a form takes, as people are told before they begin: the one place of that rule.
//!
//! A question with answers to choose from takes [`CHOOSE`] seconds and one that is answered in words [`WRITE`], all of them
//! together are rounded up to whole minutes, and of modules that rotate those are counted that take longest. A form may say that it
//! takes longer, as one does that an interviewer reads out, but never that it takes less than its questions do. Questions that only some
//! are asked count: whoever is asked them was not promised less.

use std::collections::BTreeMap;

use super::model::{Definition, Form, Kind};

/// Seconds for a question with answers to choose from, a number or a day.
const CHOOSE: u32 = 6;
/// Seconds for a question that is answered in words.
const WRITE: u32 = 20;

const fn seconds(text: bool) -> u32 {
    if text { WRITE } else { CHOOSE }
}

const fn whole_minutes(seconds: u32) -> u32 {
    if seconds == 0 { 1 } else { seconds.div_ceil(60) }
}

/// Minutes that questions take, of which is said whether they are answered in words.
pub fn minutes(texts: impl IntoIterator<Item = bool>) -> u32 {
    whole_minutes(texts.into_iter().map(seconds).sum())
}

/// The minutes that a form is said to take.
pub fn stated(definition: &Definition, form: &Form) -> u32 {
    let is_text = |id: &str| {
        definition.questions.iter().any(|question| question.id == id && question.kind == Kind::Text)
    };
    let mut every = 0_u32;
    let mut modules: BTreeMap<&str, u32> = BTreeMap::new();
    for section in &form.sections {
        let seconds: u32 = section.ask.iter().map(|id| seconds(is_text(id))).sum();
        match section.module.as_deref().filter(|_| form.rotation.is_some()) {
            Some(module) => *modules.entry(module).or_default() += seconds,
            None => every += seconds,
        }
    }
    let mut modules: Vec<u32> = modules.into_values().collect();
    modules.sort_unstable_by(|a, b| b.cmp(a));
    let asked = form.rotation.map_or(0, |rotation| rotation.ask as usize);
    let rotating: u32 = modules.into_iter().take(asked).sum();
    form.minutes.max(whole_minutes(every + rotating))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::Library;

    #[test]
    fn no_form_says_that_it_takes_less_than_its_questions_do() {
        let library = Library::built_in().unwrap();
        let of = |id: &str, form: &str| {
            let definition = &library.newest(id).unwrap().definition;
            stated(definition, definition.forms.iter().find(|other| other.id == form).unwrap())
        };
        // 20 questions and a comment: 20 × 6 s + 20 s, although the form itself says two minutes.
        assert_eq!((of("sipas", "counter"), of("sipas", "pulse")), (3, 1));
        // What says that it takes longer is believed.
        assert_eq!((of("sipas", "full"), of("officials", "departments")), (20, 9));
    }

    #[test]
    fn seconds_are_rounded_up_and_of_modules_the_longest_count() {
        assert_eq!(minutes([]), 1);
        assert_eq!((minutes([false; 10]), minutes([false; 11]), minutes([true; 4])), (1, 2, 2));
        let library = Library::built_in().unwrap();
        let definition = &library.newest("sipas").unwrap().definition;
        let mut form = definition.forms.iter().find(|form| form.id == "counter").unwrap().clone();
        form.minutes = 1;
        for (n, section) in form.sections.iter_mut().enumerate() {
            section.module = Some(format!("m{}", n % 3));
        }
        assert_eq!(stated(definition, &form), 3);
        // The longest of the three: nine questions and the comment.
        form.rotation = Some(crate::definition::model::Rotation { ask: 1 });
        assert_eq!(stated(definition, &form), 2);
    }
}
