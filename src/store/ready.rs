//! A campaign with everything needed to ask it and to read its answers.

use std::collections::BTreeMap;

use crate::{
    definition::{model::Definition, translation::Translation},
    questionnaire::Questionnaire,
};

use super::{AsConn, StoreError, campaigns, definitions, translations};

/// A campaign with its pinned definition and the questionnaire of its form.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The campaign as stored.
    pub stored: campaigns::Stored,
    /// The pinned definition, with the words of its translations.
    pub definition: Definition,
    /// SHA-256 of the translations, hex, by language.
    pub translations: BTreeMap<String, String>,
    /// The form asked, whole.
    pub questionnaire: Questionnaire,
    /// Where its modules rotate: the form as each choice of them is asked.
    variants: Vec<Questionnaire>,
}

impl Ready {
    /// The form as each choice of its modules is asked; empty where none rotate.
    pub fn variants(&self) -> &[Questionnaire] {
        &self.variants
    }

    /// The form for random bits that stand for one respondent ([`Questionnaire::choice`]), and the number of its
    /// variant: where modules rotate, with those asked; else the whole one.
    pub fn form(&self, random: [u8; 16]) -> (usize, &Questionnaire) {
        let choice = self.questionnaire.choice(random);
        (choice, self.variants.get(choice).unwrap_or(&self.questionnaire))
    }
}

/// Reads the definition that a campaign pinned, and its translations.
///
/// # Errors
/// [`StoreError`] from the database; [`StoreError::Corrupt`] for a definition that cannot be read any more.
pub async fn load(db: &mut impl AsConn, stored: campaigns::Stored) -> Result<Ready, StoreError> {
    let pinned = definitions::get(db, stored.definition).await?.ok_or(StoreError::Corrupt("definition"))?;
    let mut definition =
        Definition::from_canonical(&pinned.canonical).map_err(|_| StoreError::Corrupt("definition"))?;
    let mut translated = BTreeMap::new();
    for pinned in translations::of(db, stored.definition).await? {
        Translation::from_canonical(&pinned.texts)
            .map_err(|_| StoreError::Corrupt("translation"))?
            .apply(&mut definition);
        translated.insert(pinned.language, pinned.sha256);
    }
    let mut questionnaire = Questionnaire::generate(&definition, &stored.campaign.form)
        .ok_or(StoreError::Corrupt("form of a campaign"))?;
    // A campaign may offer fewer languages than its questionnaire has; one of them at least is always there.
    let chosen = &stored.campaign.languages;
    if questionnaire.languages.iter().any(|code| chosen.contains(code)) {
        questionnaire.languages.retain(|code| chosen.contains(code));
    }
    let variants = match questionnaire.variants() {
        1 => Vec::new(),
        n => (0..n).map(|choice| questionnaire.variant(choice)).collect(),
    };
    Ok(Ready { stored, definition, translations: translated, questionnaire, variants })
}
