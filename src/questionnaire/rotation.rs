//! Rotation: the questionnaire as those get it who are asked some of its modules.
//!
//! A variant is a questionnaire of its own, with its own numbers, sections and rules, so that nothing that draws or
//! reads one needs to know of rotation; only its rows have the places of all questions, those not asked among them.
//! Which variant a respondent gets is decided by whoever asks ([`crate::web::respond`]: by the form's key); every one
//! must be as likely.

use crate::definition::{
    model::{Form, Text},
    rotation::choices,
};

use super::form::{Questionnaire, by_id};

/// The modules of a questionnaire and how many of them each respondent is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Rotation {
    /// How many modules each respondent is asked.
    pub ask: usize,
    /// The modules, in the order in which they first come.
    pub modules: Vec<Module>,
}

/// A module.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// Id.
    pub id: String,
    /// Heading of its first section.
    pub title: Text,
}

impl Module {
    pub(super) fn new(id: &str, form: &Form) -> Self {
        let section = form.sections.iter().find(|section| section.module.as_deref() == Some(id));
        Self { id: id.to_owned(), title: section.map(|section| section.title.clone()).unwrap_or_default() }
    }
}

impl Rotation {
    /// The probability that a respondent is asked a given module, 0..1.
    pub fn probability(&self) -> f64 {
        self.ask as f64 / self.modules.len() as f64
    }

    /// The modules of the choice with this number, in the order of the form: choices are numbered from 0 as a
    /// dictionary would sort them.
    fn chosen(&self, choice: usize) -> Vec<usize> {
        let mut rest = choice as u64;
        let mut chosen = Vec::with_capacity(self.ask);
        for module in 0..self.modules.len() {
            let wanted = self.ask - chosen.len();
            if wanted == 0 {
                break;
            }
            // With this module chosen, the others come from those after it.
            let with = choices(self.modules.len() - module - 1, wanted - 1).unwrap_or(u64::MAX);
            if rest < with {
                chosen.push(module);
            } else {
                rest -= with;
            }
        }
        chosen
    }
}

impl Questionnaire {
    /// How many variants there are; 1 where everybody is asked everything.
    pub fn variants(&self) -> usize {
        let ways = self.rotation.as_ref().and_then(|r| choices(r.modules.len(), r.ask));
        ways.and_then(|ways| usize::try_from(ways).ok()).unwrap_or(1).max(1)
    }

    /// The number of the variant for random bits: every variant is as likely, but for one part in 2^122 (there are at
    /// most 64).
    pub fn choice(&self, random: [u8; 16]) -> usize {
        usize::try_from(u128::from_be_bytes(random) % self.variants() as u128).unwrap_or(0)
    }

    /// The questionnaire as those get it who are asked the modules of this choice, a number below
    /// [`Self::variants`]. Where everybody is asked everything: itself.
    #[must_use]
    pub fn variant(&self, choice: usize) -> Self {
        let Some(rotation) = &self.rotation else { return self.clone() };
        let chosen = rotation.chosen(choice);
        let is_asked = |module: Option<usize>| module.is_none_or(|module| chosen.contains(&module));
        // Sections that are left out leave no gap in the numbers of the others.
        let kept: Vec<usize> =
            (0..self.sections.len()).filter(|at| is_asked(self.sections[*at].module)).collect();
        let (mut questions, left_out): (Vec<_>, Vec<_>) =
            self.questions.iter().cloned().partition(|question| is_asked(question.module));
        for question in &mut questions {
            question.section = kept.iter().position(|at| *at == question.section).unwrap_or(0);
        }
        Self {
            sections: kept.iter().map(|at| self.sections[*at].clone()).collect(),
            by_id: by_id(&questions),
            questions,
            left_out,
            rotation: None,
            ..self.clone()
        }
    }

    /// Whether the question belongs to a module that this variant does not ask.
    pub(super) fn leaves_out(&self, id: &str) -> bool {
        self.left_out.iter().any(|question| question.id == id)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{
        super::testing::{rotated, small_form},
        *,
    };

    fn ids(form: &Questionnaire) -> Vec<&str> {
        form.questions.iter().map(|question| question.id.as_str()).collect()
    }

    #[test]
    fn every_choice_of_modules_is_a_variant_once() {
        for (modules, ask) in [(5, 2), (4, 1), (6, 3), (3, 2)] {
            let module = |at: usize| Module { id: format!("m{at}"), title: Text::new() };
            let rotation = Rotation { ask, modules: (0..modules).map(module).collect() };
            let ways = usize::try_from(choices(modules, ask).unwrap()).unwrap();
            let all: BTreeSet<Vec<usize>> = (0..ways).map(|choice| rotation.chosen(choice)).collect();
            assert_eq!(all.len(), ways);
            for chosen in &all {
                assert!(chosen.len() == ask && chosen.is_sorted() && chosen.iter().all(|at| *at < modules));
            }
        }
    }

    #[test]
    fn without_rotation_the_one_variant_is_the_questionnaire() {
        let form = small_form("counter");
        assert_eq!((form.variants(), form.choice([255; 16])), (1, 0));
        assert_eq!(form.variant(0), form);
    }

    #[test]
    fn a_variant_asks_what_everybody_is_asked_and_its_modules() {
        let form = rotated();
        assert_eq!(form.variants(), 3);
        let all: Vec<Vec<String>> =
            (0..3).map(|at| ids(&form.variant(at)).into_iter().map(str::to_owned).collect()).collect();
        assert_eq!(all[0], ["sex", "a1", "a2", "visits", "b1", "why", "last"]);
        assert_eq!(all[1], ["sex", "a1", "a2", "visits", "c1", "ways", "last"]);
        assert_eq!(all[2], ["sex", "b1", "why", "c1", "ways", "last"]);
    }

    #[test]
    fn a_variant_has_no_empty_section_and_keeps_the_place_of_every_answer() {
        let form = rotated();
        for at in 0..form.variants() {
            let variant = form.variant(at);
            assert_eq!((variant.width, variant.variants()), (form.width, 1));
            for section in 0..variant.sections.len() {
                assert!(variant.questions.iter().any(|question| question.section == section));
            }
            for question in &variant.questions {
                let whole = form.question(&question.id).unwrap();
                assert_eq!((question.offset, question.bytes), (whole.offset, whole.bytes));
                assert_eq!(variant.sections[question.section].title, form.sections[whole.section].title);
            }
        }
    }

    #[test]
    fn random_bits_choose_all_variants_alike() {
        let form = rotated();
        let mut counts = [0; 3];
        for n in 0..3_000_u128 {
            // What a keyed hash gives is spread over all bits; so is this.
            let bits = n.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            counts[form.choice(bits.to_be_bytes())] += 1;
        }
        assert!(counts.iter().all(|n| (900..1_100).contains(n)), "{counts:?}");
    }
}
