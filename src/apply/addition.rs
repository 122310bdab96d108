//! Taking back counters that were added together, as long as nothing was done with any of them.

use std::collections::BTreeSet;

use i18n_embed::fluent::FluentLanguageLoader;
use i18n_embed_fl::fl;

use super::{
    change::Change,
    desk::{Desk, Fault, NotDone, Wanted},
    known::Known,
    reconcile,
};
use crate::store::{campaigns, places};

/// Most counters named in one sentence.
const NAMED: usize = 5;

impl Desk<'_> {
    /// Takes an addition of counters back: their codes may be given again. Gives how many there were.
    ///
    /// # Errors
    /// [`NotDone`]: [`NotDone::Unknown`] where nothing is left of it; refused where somebody answered at one of them,
    /// opened its page, or printed paper forms for it. Nothing has changed then.
    pub async fn undo_addition(&self, slug: &str, addition: i64) -> Result<usize, NotDone> {
        let mut db = self.store.write().await?;
        campaigns::hold_all(&mut db).await?;
        let known = Known::load(&mut db, &BTreeSet::from([slug]), &self.library).await?;
        let campaign = known.campaign(slug).ok_or(NotDone::Unknown)?;
        let added: Vec<_> =
            campaign.places.iter().filter(|place| place.addition == Some(addition)).cloned().collect();
        if added.is_empty() {
            return Err(NotDone::Unknown);
        }
        let touched = places::touched(&mut db, campaign.stored.number, addition).await?;
        let faults = self.in_the_way(&touched);
        if !faults.is_empty() {
            return Err(NotDone::Refused(faults));
        }
        let gone: BTreeSet<&str> = added.iter().filter_map(|place| place.counter.as_deref()).collect();
        let mut wanted = Wanted::of(campaign, &known.replaced);
        wanted.counters.retain(|counter| !gone.contains(counter.code.as_str()));
        // What may not change refuses here; what is left of the counters goes instead of being retired.
        self.compare(&wanted, &known)?;
        let changes: Vec<Change> =
            added.into_iter().map(|place| Change::Remove { slug: slug.to_owned(), place }).collect();
        reconcile::run(&mut db, &changes, self.now).await?;
        self.note(&mut db, "counter.undo", slug, &changes).await?;
        db.commit().await?;
        Ok(changes.len())
    }

    /// Why an addition cannot be taken back; empty: it can.
    pub fn in_the_way(&self, touched: &places::Touched) -> Vec<Fault> {
        let m = self.lang.messages();
        let named = |codes: &[String]| {
            let mut named = codes.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
            if codes.len() > NAMED {
                named.push_str(", …");
            }
            named
        };
        let mut faults = Vec::new();
        let mut say = |codes: &[String], words: fn(&FluentLanguageLoader, usize, String) -> String| {
            if !codes.is_empty() {
                faults.push(Fault::new("", words(m, codes.len(), named(codes))));
            }
        };
        say(&touched.answered, |m, n, codes| fl!(m, "counters-undo-answered", n = n, codes = codes));
        say(&touched.scanned, |m, n, codes| fl!(m, "counters-undo-scanned", n = n, codes = codes));
        say(&touched.on_paper, |m, n, codes| fl!(m, "counters-undo-paper", n = n, codes = codes));
        faults
    }
}
