//! A form as a part of what a whole campaign asks: its rows have the places of the whole one, so that answers by different
//! forms lie side by side. The same as a variant of a form whose modules rotate ([`super::rotation`]).

use super::Questionnaire;

impl Questionnaire {
    /// This questionnaire with the places of `whole`, whose other questions its rows say were not asked; `None` if `whole`
    /// lacks one of its questions.
    pub fn part_of(mut self, whole: &Self) -> Option<Self> {
        for question in &mut self.questions {
            question.offset = whole.question(&question.id)?.offset;
        }
        let others = whole.questions.iter().filter(|question| self.position(&question.id).is_none());
        self.left_out = others.cloned().collect();
        self.width = whole.width;
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        definition::{Library, combined},
        questionnaire::{Answers, answers::NOT_ASKED},
    };

    #[test]
    fn what_several_forms_ask_is_asked_once_and_each_form_keeps_its_answers_in_it() {
        let library = Library::built_in().unwrap();
        let mut definition = library.get("officials", "2026.1").unwrap().definition.clone();
        let ids = ["council", "departments", "local"];
        let whole = combined::form(&definition, &ids).unwrap();
        assert_eq!(whole.id, "council+departments+local");
        assert_eq!(combined::form(&definition, &["council"]).unwrap(), definition.forms[0]);
        assert!(combined::form(&definition, &["council", "none"]).is_none());
        definition.forms.push(whole);
        let whole = Questionnaire::generate(&definition, "council+departments+local").unwrap();
        let mut all: Vec<&str> = whole.questions.iter().map(|q| q.id.as_str()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "each question once");
        for id in ids {
            let own = Questionnaire::generate(&definition, id).unwrap();
            let part = own.clone().part_of(&whole).unwrap();
            let fields = part.questions.iter().filter(|q| q.dimension.is_some()).map(|q| (q.id.clone(), "5"));
            let row = Answers::parse(&part, fields).unwrap().pack(&part);
            assert_eq!(row.len(), whole.width);
            for question in whole.questions.iter().filter(|q| q.bytes == 1) {
                let asked = own.question(&question.id).is_some();
                assert_eq!(row[question.offset] != NOT_ASKED, asked, "{id}: {}", question.id);
            }
            assert!(Answers::unpack(&whole, &row).is_some());
        }
    }
}
