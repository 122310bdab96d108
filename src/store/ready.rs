//! A campaign with everything needed to ask it and to read its answers.

use std::collections::BTreeMap;

use crate::{
    definition::{combined, model::Definition, translation::Translation},
    organisation::{Assignment, Rater, Raters, UnitTree},
    questionnaire::Questionnaire,
};

use super::{AsConn, StoreError, campaigns, definitions, follow_up, raters, translations};

/// A campaign with its pinned definition and the questionnaire of its form.
#[derive(Debug, Clone, PartialEq)]
pub struct Ready {
    /// The campaign as stored.
    pub stored: campaigns::Stored,
    /// The pinned definition, with the words of its translations.
    pub definition: Definition,
    /// SHA-256 of the translations, hex, by language.
    pub translations: BTreeMap<String, String>,
    /// The form asked, whole; where raters judge by several forms, all of them as one.
    pub questionnaire: Questionnaire,
    /// Who judges what; absent where every invited person answers once, about one thing.
    pub judging: Option<Judging>,
    /// Whether staff are told who has not answered.
    pub followed: bool,
    /// Where its modules rotate: the form as each choice of them is asked.
    variants: Vec<Questionnaire>,
}

/// Who judges what in a campaign, and by which forms.
#[derive(Debug, Clone, PartialEq)]
pub struct Judging {
    /// Groups and assignments.
    pub raters: Raters,
    /// The units as they were on the campaign's first day.
    pub tree: UnitTree,
    /// The forms as parts of the whole questionnaire, by their ids.
    pub forms: BTreeMap<String, Questionnaire>,
}

impl Judging {
    /// What a person judges, each with its form and the unit's name, in the order of the tree.
    pub fn judged_by(&self, rater: &Rater) -> Vec<(&Assignment, &Questionnaire, &str)> {
        let judged = self.raters.judged_by(&self.tree, rater).into_iter();
        judged
            .filter_map(|assigned| {
                let name = self.tree.get(&assigned.unit).map_or(assigned.unit.as_str(), |unit| &unit.name);
                Some((assigned, self.forms.get(&assigned.form)?, name))
            })
            .collect()
    }
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
    let raters = raters::of_campaign(db, stored.number).await?;
    let no_form = || StoreError::Corrupt("form of a campaign");
    let (mut questionnaire, judging) = if raters.is_empty() {
        (Questionnaire::generate(&definition, &stored.campaign.form).ok_or_else(no_form)?, None)
    } else {
        let ids = raters.forms();
        let whole = combined::form(&definition, &ids).ok_or_else(no_form)?;
        let id = whole.id.clone();
        if definition.forms.iter().all(|form| form.id != id) {
            definition.forms.push(whole);
        }
        let mut whole = Questionnaire::generate(&definition, &id).ok_or_else(no_form)?;
        let mut forms = BTreeMap::new();
        for id in ids {
            let form = Questionnaire::generate(&definition, id).and_then(|form| form.part_of(&whole));
            forms.insert(id.to_owned(), form.ok_or_else(no_form)?);
        }
        let tree = raters::tree(db, &stored.campaign).await?;
        // Nobody is asked the whole, so that none of its parts takes longer for it.
        let minutes = forms.values().map(|form| form.minutes).max().unwrap_or(whole.minutes);
        whole.minutes = minutes;
        (whole, Some(Judging { raters, tree, forms }))
    };
    // A campaign may offer fewer languages than its questionnaire has; one of them at least is always there.
    let chosen = &stored.campaign.languages;
    if questionnaire.languages.iter().any(|code| chosen.contains(code)) {
        questionnaire.languages.retain(|code| chosen.contains(code));
    }
    let variants = match questionnaire.variants() {
        1 => Vec::new(),
        n => (0..n).map(|choice| questionnaire.variant(choice)).collect(),
    };
    let followed = follow_up::is_followed(db, stored.number).await?;
    Ok(Ready { stored, definition, translations: translated, questionnaire, judging, followed, variants })
}
