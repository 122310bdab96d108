//! Why figures cannot be formed.

use i18n_embed_fl::fl;

use crate::language::Lang;

/// Why figures cannot be formed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A unit has more answers than people.
    #[error("unit {unit:?} has {answers} answers but a population of {population}")]
    PopulationTooSmall {
        /// The unit's code.
        unit: String,
        /// Its population.
        population: u64,
        /// Its answers.
        answers: u64,
    },
    /// The definition has no such form.
    #[error("the definition has no form {0:?}")]
    NoForm(String),
}

impl Error {
    /// The words for the reader: what is wrong and how to mend it.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::PopulationTooSmall { unit, population, answers } => fl!(
                m,
                "index-population",
                unit = unit.as_str(),
                population = population.to_string(),
                answers = answers.to_string()
            ),
            Self::NoForm(form) => fl!(m, "index-no-form", form = form.as_str()),
        }
    }
}
