//! A campaign with everything needed to ask it and to read its answers.

use crate::{definition::model::Definition, questionnaire::Questionnaire};

use super::{AsConn, StoreError, campaigns, definitions};

/// A campaign with its pinned definition and the questionnaire of its form.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The campaign as stored.
    pub stored: campaigns::Stored,
    /// The pinned definition.
    pub definition: Definition,
    /// The form asked, whole.
    pub questionnaire: Questionnaire,
    /// Where its modules rotate: the form as each choice of them is asked.
    variants: Vec<Questionnaire>,
}

impl Ready {
    /// The form for random bits that stand for one respondent ([`Questionnaire::choice`]), and the number of its
    /// variant: where modules rotate, with those asked; else the whole one.
    pub fn form(&self, random: [u8; 16]) -> (usize, &Questionnaire) {
        let choice = self.questionnaire.choice(random);
        (choice, self.variants.get(choice).unwrap_or(&self.questionnaire))
    }
}

/// Reads the definition that a campaign pinned.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] for a definition that cannot be read any more.
pub async fn load(db: &mut impl AsConn, stored: campaigns::Stored) -> Result<Ready, StoreError> {
    let pinned = definitions::get(db, stored.definition).await?.ok_or(StoreError::Corrupt("definition"))?;
    let definition =
        Definition::from_canonical(&pinned.canonical).map_err(|_| StoreError::Corrupt("definition"))?;
    let questionnaire = Questionnaire::generate(&definition, &stored.campaign.form)
        .ok_or(StoreError::Corrupt("form of a campaign"))?;
    let variants = match questionnaire.variants() {
        1 => Vec::new(),
        n => (0..n).map(|choice| questionnaire.variant(choice)).collect(),
    };
    Ok(Ready { stored, definition, questionnaire, variants })
}
