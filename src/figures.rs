//! The way of a figure: from the store's columns through the index to a report.

use i18n_embed_fl::fl;

use crate::{
    definition::message::with_hint,
    index::{
        self,
        input::{Input, Links},
        report::Report,
    },
    language::Lang,
    store::{Store, StoreError, campaigns, ready, sheets, turnout, units, urn},
};

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum NoReport {
    /// There is no campaign with this slug.
    #[error("there is no campaign {slug:?}")]
    UnknownCampaign {
        /// The slug asked for.
        slug: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// The figures cannot be formed.
    #[error(transparent)]
    Index(#[from] index::Error),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NoReport {
    /// The words for the reader; `address` is the database's.
    pub fn words(&self, lang: Lang, address: &str) -> String {
        match self {
            Self::UnknownCampaign { slug, known } => {
                let words = fl!(lang.messages(), "figures-unknown-campaign", slug = slug.as_str());
                with_hint(lang, words, slug, known)
            }
            Self::Index(error) => error.words(lang),
            Self::Store(error) => error.words(lang, address),
        }
    }
}

/// The report of a campaign at `now`. A closed campaign's urn is opened first.
///
/// # Errors
/// [`NoReport`].
pub async fn report(store: &Store, slug: &str, now: i64) -> Result<Report, NoReport> {
    let Some(stored) = campaigns::find(&mut store.read().await?, slug).await? else {
        let all = campaigns::all(&mut store.read().await?).await?;
        let known = all.into_iter().map(|stored| stored.campaign.slug).collect();
        return Err(NoReport::UnknownCampaign { slug: slug.to_owned(), known });
    };
    if !stored.settled && stored.campaign.closes <= now {
        urn::settle(store, stored.number, now).await?;
    }
    let turnout = turnout::of(store, &stored, now).await?;
    let mut db = store.read().await?;
    let ready = ready::load(&mut db, stored).await?;
    let tree = units::tree(&mut db).await?;
    let strata = campaigns::strata(&mut db, ready.stored.number).await?;
    let sheets = sheets::load(&mut db, ready.stored.number, &ready.questionnaire).await?;
    drop(db);
    // Counting a million sheets keeps a core busy; requests go on meanwhile.
    let work = tokio::task::spawn_blocking(move || {
        index::compute(&Input {
            campaign: &ready.stored.campaign,
            definition: &ready.definition,
            questionnaire: &ready.questionnaire,
            units: &tree,
            strata: &strata,
            sheets: &sheets,
            links: (turnout.invited > 0)
                .then_some(Links { invited: turnout.invited, answered: turnout.answered }),
            now,
        })
    });
    match work.await {
        Ok(report) => Ok(report?),
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}
