//! What the database holds, as far as the files may change or contradict it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    definition::Library,
    organisation::{History, Margin, Raters, Stratum},
    store::{
        AsConn, StoreError,
        campaigns::{self, Stored},
        definitions::{self, Pinned},
        erasure,
        invitations::{self, Invitation},
        places::{self, Place},
        publications, raters, responses, translations, units,
    },
};

/// The database's side; empty for one that is not made yet.
#[derive(Debug, Default)]
pub struct Known {
    pub units: History,
    pub definitions: Vec<Pinned>,
    pub translations: Vec<KnownTranslation>,
    pub campaigns: Vec<KnownCampaign>,
    /// Addresses of counters that were replaced.
    pub replaced: BTreeSet<String>,
}

/// A pinned translation.
#[derive(Debug)]
pub struct KnownTranslation {
    pub pinned: translations::Pinned,
    /// Whether anybody answered in its language; looked up only where another one is at hand.
    pub answered: bool,
}

/// A campaign with what belongs to it.
#[derive(Debug)]
pub struct KnownCampaign {
    pub stored: Stored,
    /// Whether it has answers, counted ones or in the urn.
    pub answered: bool,
    pub places: Vec<Place>,
    /// From here on only for campaigns that the files list.
    pub strata: Vec<Stratum>,
    pub margins: Vec<Margin>,
    pub raters: Raters,
    pub invitations: Vec<Invitation>,
    /// Whether its list of invited persons was deleted.
    pub erased: bool,
    /// Whether its results have ever been published.
    pub published: bool,
    /// Answers by the number of their place.
    pub answers: BTreeMap<i64, u64>,
}

impl Known {
    /// Reads what matters for changes of the campaigns with these slugs; answers by place are for [`Self::count`].
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn load(
        db: &mut impl AsConn,
        slugs: &BTreeSet<&str>,
        library: &Library,
    ) -> Result<Self, StoreError> {
        let mut known = Self {
            units: units::history(db).await?,
            definitions: definitions::all(db).await?,
            translations: Vec::new(),
            campaigns: Vec::new(),
            replaced: places::replaced(db).await?,
        };
        for definition in &known.definitions {
            for pinned in translations::of(db, definition.number).await? {
                let mut at_hand = library.translations(&definition.id, &definition.version);
                let changed = at_hand.any(|entry| {
                    entry.translation.language == pinned.language && entry.sha256 != pinned.sha256
                });
                // Among a million answers a language that nobody used takes long to be missed.
                let answered =
                    changed && translations::answered(db, definition.number, &pinned.language).await?;
                known.translations.push(KnownTranslation { pinned, answered });
            }
        }
        for stored in campaigns::all(db).await? {
            let number = stored.number;
            let mut campaign = KnownCampaign {
                answered: responses::any(db, number).await? || invitations::any_told(db, number).await?,
                places: places::of_campaign(db, number).await?,
                stored,
                strata: Vec::new(),
                margins: Vec::new(),
                raters: Raters::default(),
                invitations: Vec::new(),
                erased: false,
                published: false,
                answers: BTreeMap::new(),
            };
            if slugs.contains(campaign.stored.campaign.slug.as_str()) {
                campaign.strata = campaigns::strata(db, number).await?;
                campaign.margins = campaigns::margins(db, number).await?;
                campaign.raters = raters::of_campaign(db, number).await?;
                campaign.invitations = invitations::of_campaign(db, number).await?;
                campaign.erased = erasure::is_erased(db, number).await?;
                campaign.published = publications::any(db, number).await?;
            }
            known.campaigns.push(campaign);
        }
        Ok(known)
    }

    /// Counts the answers of the campaigns with these slugs by place.
    ///
    /// # Errors
    /// [`StoreError`] from the database.
    pub async fn count(&mut self, db: &mut impl AsConn, slugs: &BTreeSet<&str>) -> Result<(), StoreError> {
        for campaign in &mut self.campaigns {
            if campaign.answered && slugs.contains(campaign.stored.campaign.slug.as_str()) {
                campaign.answers =
                    responses::by_place(db, campaign.stored.number).await?.into_iter().collect();
            }
        }
        Ok(())
    }

    /// The campaign with this slug.
    pub fn campaign(&self, slug: &str) -> Option<&KnownCampaign> {
        self.campaigns.iter().find(|campaign| campaign.stored.campaign.slug == slug)
    }

    /// The address that a counter's code was given in some campaign, the latest one first.
    pub fn address(&self, counter: &str) -> Option<&str> {
        self.campaigns
            .iter()
            .flat_map(|campaign| &campaign.places)
            .filter(|place| {
                place.counter.as_deref() == Some(counter)
                    && place.address.as_deref() != Some(counter)
                    && place.address.as_ref().is_some_and(|address| !self.replaced.contains(address))
            })
            .max_by_key(|place| place.number)
            .and_then(|place| place.address.as_deref())
    }
}

impl KnownCampaign {
    /// The counter with this code, listed or retired.
    pub fn counter(&self, code: &str) -> Option<&Place> {
        self.places.iter().find(|place| place.counter.as_deref() == Some(code))
    }

    /// Answers by unit, without those in the urn: they are sealed, and what is refused must not tell their number.
    pub fn answers_by_unit(&self) -> BTreeMap<&str, u64> {
        let mut by_unit = BTreeMap::new();
        for place in &self.places {
            if let Some(answers) = self.answers.get(&place.number) {
                *by_unit.entry(place.unit.as_str()).or_default() += answers;
            }
        }
        by_unit
    }
}
