//! The way of a figure: from the store's columns through the index to a report.

pub mod calendar;
mod kept;
pub mod period;
pub mod series;
mod silent;

use std::sync::{Arc, Mutex, PoisonError};

use i18n_embed_fl::fl;
use jiff::civil::Date;

use crate::{
    clock,
    definition::{message::with_hint, model::Audience},
    index::{
        self,
        comments::{Released, placed},
        input::{Breakdowns, Input, Judging, JudgingGroup, Links, Previous, Sheets},
        notes::note,
        report::Report,
        steps::Counted,
    },
    language::Lang,
    organisation::{Campaign, Margin, Phase, Stratum, UnitTree},
    report::{divided, format},
    set_aside::{self, Basis, View},
    store::{
        AsConn, Store, StoreError, campaigns, campaigns::Stored, comments, erasure, publications, raters,
        ready, ready::Ready, responses, sheets, turnout, units, urn,
    },
    task,
};

/// Code of the note that says that the answers have been deleted and this is the last report.
pub const ERASED: &str = "answers_erased";

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

/// Which units a report shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Under {
    /// Those of the campaign's time.
    #[default]
    Then,
    /// Those that there are now: what was answered at a unit that has been merged counts for its successor.
    Successors,
}

/// The report of a campaign at `now`, of the answers that `view` says while it is open. A closed campaign's urn is opened
/// first.
///
/// # Errors
/// [`NoReport`].
pub async fn report(store: &Store, slug: &str, now: i64, view: View) -> Result<Report, NoReport> {
    report_under(store, slug, now, view, Under::Then).await
}

/// The same under other units.
///
/// # Errors
/// [`NoReport`].
pub async fn report_under(
    store: &Store,
    slug: &str,
    now: i64,
    view: View,
    under: Under,
) -> Result<Report, NoReport> {
    put_together(store, slug, now, view, under, Beside::default()).await
}

/// The report of a closed campaign beside one that is public already: what that one hides stays hidden, whatever has become of
/// the answers since. From the shelf, like [`report_on`].
///
/// # Errors
/// [`NoReport`].
pub async fn report_beside(
    shelf: &Shelf,
    store: &Store,
    slug: &str,
    now: i64,
    published: Option<Report>,
) -> Result<Report, NoReport> {
    let beside = Beside { shelf: Some(shelf), published };
    put_together(store, slug, now, View::Shown, Under::Then, beside).await
}

/// The report from a shelf, if what it is computed from is still the same, else computed and put there.
///
/// # Errors
/// [`NoReport`].
pub async fn report_on(
    shelf: &Shelf,
    store: &Store,
    slug: &str,
    now: i64,
    under: Under,
) -> Result<Report, NoReport> {
    let beside = Beside { shelf: Some(shelf), published: None };
    put_together(store, slug, now, View::Shown, under, beside).await
}

/// So many reports stay on a shelf; one of 700 units takes about 50 MB.
const HELD: usize = 4;

/// The reports that were asked for last.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Vec<Arc<Held>>>);

/// A report with what it was computed from.
#[derive(Debug)]
struct Held {
    under: Under,
    frame: Frame,
    before: Option<Frame>,
    published: Option<Report>,
    report: Report,
}

impl Held {
    /// Whether it was computed from this.
    fn is_of(&self, under: Under, frame: &Frame, before: Option<&Frame>, published: Option<&Report>) -> bool {
        self.under == under
            && self.frame == *frame
            && self.before.as_ref() == before
            && self.published.as_ref() == published
    }

    /// What it stands for: one of each is enough.
    fn place(&self) -> (Under, i64, bool) {
        (self.under, self.frame.ready.stored.number, self.published.is_some())
    }
}

impl Shelf {
    fn take(&self, is_it: impl Fn(&Held) -> bool) -> Option<Arc<Held>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = all.iter().position(|held| is_it(held))?;
        let held = all.remove(at);
        all.insert(0, Arc::clone(&held));
        Some(held)
    }

    fn put(&self, held: Held) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|other| other.place() != held.place());
        all.insert(0, Arc::new(held));
        all.truncate(HELD);
    }
}

/// What a report is computed beside.
#[derive(Default)]
struct Beside<'a> {
    /// It may be there already, and stays there.
    shelf: Option<&'a Shelf>,
    /// What this one hides stays hidden.
    published: Option<Report>,
}

async fn put_together(
    store: &Store,
    slug: &str,
    now: i64,
    view: View,
    under: Under,
    beside: Beside<'_>,
) -> Result<Report, NoReport> {
    let Some(stored) = campaigns::find(&mut store.read().await?, slug).await? else {
        return Err(unknown(store, slug).await);
    };
    if let Some(last) = last_report(store, stored.number).await? {
        return Ok(last);
    }
    let earlier = match &stored.campaign.previous {
        // A campaign that is not there is no reason to show none of this one's figures.
        // Under other units there are no changes.
        Some(slug) if under == Under::Then => campaigns::find(&mut store.read().await?, slug).await?,
        _ => None,
    };
    let earlier = match earlier {
        Some(earlier) => Some(Earlier::load(store, earlier, now, view).await?),
        None => None,
    };
    let frame = Frame::load(store, stored, now, view).await?;
    let Beside { shelf, published } = beside;
    let before = match &earlier {
        Some(Earlier::Computed(frame)) => Some(frame.as_ref().clone()),
        // What was kept does not change.
        Some(Earlier::Kept(_)) | None => None,
    };
    let is_it = |held: &Held| held.is_of(under, &frame, before.as_ref(), published.as_ref());
    if let Some(held) = shelf.and_then(|shelf| shelf.take(is_it)) {
        return Ok(Report { generated_at: index::moment(now), ..held.report.clone() });
    }
    let alone = shelf.filter(|_| published.is_none());
    let source = alone.and_then(|_| kept::Source::of(&frame, &before, under));
    if let (Some(shelf), Some(source)) = (shelf, &source)
        && let Some(mut report) = source.find(store).await?
    {
        report.comments = placed(&report, &frame.ready.questionnaire, frame.comments.clone());
        shelf.put(Held { under, frame, before, published, report: report.clone() });
        return Ok(Report { generated_at: index::moment(now), ..report });
    }
    let known = shelf.map(|shelf| (shelf, frame.clone(), published.clone()));
    let earlier = match earlier {
        Some(earlier) => Some(earlier.with_answers(store, now).await?),
        None => None,
    };
    let wave = Wave { breakdowns: published.is_none(), published, ..Wave::of(store, frame, now).await? };
    // Counting a million sheets keeps a core busy; requests go on meanwhile.
    let work = tokio::task::spawn_blocking(move || {
        if under == Under::Successors {
            return wave.compute_under_successors();
        }
        let before = earlier.and_then(|earlier| match earlier.compute() {
            Ok(before) => Some(before),
            Err(error) => {
                tracing::warn!(%error, "the previous campaign has no report; changes are left out");
                None
            }
        });
        let previous =
            before.as_ref().map(|(report, ready)| Previous { report, definition: &ready.definition });
        wave.compute(previous)
    });
    let report = task::ended(work.await)?;
    if let Some((shelf, frame, published)) = known {
        if let Some(source) = source {
            let (store, report, sheets) = (store.clone(), report.clone(), frame.sheets);
            // Whoever asked need not wait for it.
            tokio::spawn(async move { source.keep(&store, &report, sheets, now).await });
        }
        shelf.put(Held { under, frame, before, published, report: report.clone() });
    }
    Ok(report)
}

/// The report that stays when a closed campaign's answers are deleted at `now`; it says so.
///
/// # Errors
/// [`NoReport`].
pub(crate) async fn to_be_kept(store: &Store, slug: &str, now: i64) -> Result<Report, NoReport> {
    let mut last = report(store, slug, now, View::Shown).await?;
    // What single people wrote goes with their answers.
    last.comments.clear();
    last.notes.push(note(ERASED, None, |lang| {
        let day = clock::date(clock::day(now)).map(|date| format::date(lang, date));
        let day = day.unwrap_or_default();
        fl!(lang.messages(), "figures-answers-erased", day = day)
    }));
    Ok(last)
}

/// A report as bytes, in which every number comes back bit for bit.
pub(crate) fn packed(report: &Report) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::new();
    ciborium::into_writer(report, &mut bytes).map_err(|_| StoreError::Corrupt("report"))?;
    Ok(bytes)
}

/// A report from what [`packed`] gave.
pub(crate) fn unpacked(bytes: &[u8]) -> Result<Report, StoreError> {
    ciborium::from_reader(bytes).map_err(|error| {
        tracing::error!(%error, "a kept report cannot be read");
        StoreError::Corrupt("kept report")
    })
}

/// The report that was kept of a campaign whose answers have been deleted.
async fn last_report(store: &Store, campaign: i64) -> Result<Option<Report>, StoreError> {
    let kept = erasure::answers::last_report(&mut store.read().await?, campaign).await?;
    kept.map(|bytes| unpacked(&bytes)).transpose()
}

/// The campaign that changes are counted from: what its report is computed from, without its answers or with them.
enum Earlier<Of> {
    /// Its report is computed.
    Computed(Box<Of>),
    /// Its answers have been deleted; its last report was kept.
    Kept(Box<(Report, Ready)>),
}

impl Earlier<Frame> {
    async fn load(store: &Store, stored: Stored, now: i64, view: View) -> Result<Self, StoreError> {
        Ok(match last_report(store, stored.number).await? {
            Some(last) => {
                let ready = ready::load(&mut store.read().await?, stored).await?;
                Self::Kept(Box::new((last, ready)))
            }
            None => Self::Computed(Box::new(Frame::load(store, stored, now, view).await?)),
        })
    }

    async fn with_answers(self, store: &Store, now: i64) -> Result<Earlier<Wave>, StoreError> {
        Ok(match self {
            Self::Computed(frame) => Earlier::Computed(Box::new(Wave::of(store, *frame, now).await?)),
            Self::Kept(kept) => Earlier::Kept(kept),
        })
    }
}

impl Earlier<Wave> {
    fn compute(self) -> Result<(Report, Ready), index::Error> {
        match self {
            Self::Computed(wave) => Ok((wave.compute(None)?, wave.frame.ready)),
            Self::Kept(kept) => Ok(*kept),
        }
    }
}

/// That there is no campaign with this slug, and which there are.
pub(crate) async fn unknown(store: &Store, slug: &str) -> NoReport {
    let all = async { campaigns::all(&mut store.read().await?).await };
    match all.await {
        Ok(all) => NoReport::UnknownCampaign {
            slug: slug.to_owned(),
            known: all.into_iter().map(|stored| stored.campaign.slug).collect(),
        },
        Err(error) => error.into(),
    }
}

/// The day whose tree a campaign's report shows: today while it runs, else its first or last one, so that the report of a
/// campaign that is over stays as it was when units move (security test E-10).
fn day(campaign: &Campaign, now: i64) -> Date {
    let (first, last) = (clock::day(campaign.opens), clock::day(campaign.closes.saturating_sub(1)));
    clock::date(clock::day(now).min(last).max(first)).unwrap_or(Date::ZERO)
}

/// Who was to judge what in a campaign with groups of raters.
async fn judging(db: &mut impl AsConn, ready: &Ready) -> Result<Judging, StoreError> {
    let Some(of) = &ready.judging else { return Ok(Judging::default()) };
    let counted = raters::counted(db, ready.stored.number, &of.raters, &of.tree).await?;
    let declared = &ready.definition.index.group_weights;
    let groups = of.raters.groups.iter().map(|group| {
        let (invited, answered) = counted.groups.get(&group.code).copied().unwrap_or_default();
        JudgingGroup {
            code: group.code.clone(),
            name: group.name.clone(),
            weight: group.weight.or_else(|| declared.get(&group.code).copied()),
            invited,
            answered,
        }
    });
    let mut groups: Vec<JudgingGroup> = groups.collect();
    if groups.iter().any(|group| group.weight.is_none()) {
        groups.iter_mut().for_each(|group| group.weight = None);
    }
    let assigned = counted.assigned.into_iter().map(|((group, unit), n)| ((unit, group), n));
    Ok(Judging { groups, assigned: assigned.collect() })
}

/// What a campaign's report is computed from but the answers, and how many there are: where it is equal, so is the report.
#[derive(Debug, Clone, PartialEq)]
struct Frame {
    ready: Ready,
    tree: UnitTree,
    /// The units that there are now, those that were merged below their successors.
    successors: UnitTree,
    strata: Vec<Stratum>,
    margins: Vec<Margin>,
    /// Units with counters in use.
    asked: Vec<String>,
    basis: Basis,
    judging: Option<Judging>,
    comments: Vec<Released>,
    links: Option<Links>,
    phase: Phase,
    /// Answer sheets in the database. None is ever changed; all of a campaign's are deleted together.
    sheets: u64,
    divided: Divided,
}

/// Whether figures by field, channel and counter are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Divided {
    /// Every later report will be of the same answers and weights.
    Given,
    /// From this day on, since 1970: until then answers come in.
    Later(i32),
    /// Answers or weights have changed since they were to be seen.
    Withheld,
}

impl Divided {
    /// Of a campaign whose answers count as `basis` says.
    async fn of(db: &mut impl AsConn, stored: &Stored, basis: &Basis, now: i64) -> Result<Self, StoreError> {
        let closes = stored.campaign.closes;
        if stored.campaign.demonstration && now >= closes {
            // Its answers are nobody's.
            return Ok(Self::Given);
        }
        let last = closes.saturating_add(campaigns::PAPER);
        let from = match publications::first(db, stored.number).await? {
            Some(published) => last.min(published),
            None => last,
        };
        let from = from.max(closes);
        let changed = campaigns::weighed(db, stored.number).await?.max(basis.moved);
        Ok(match changed {
            _ if now < from => Self::Later(clock::day(last)),
            Some(changed) if changed >= from => Self::Withheld,
            _ => Self::Given,
        })
    }
}

impl Frame {
    /// Reads it; a closed campaign's urn is opened first.
    async fn load(store: &Store, stored: Stored, now: i64, view: View) -> Result<Self, StoreError> {
        if !stored.settled && stored.campaign.closes <= now {
            urn::settle(store, stored.number, now).await?;
        }
        let turnout = turnout::of(store, &stored, now).await?;
        let mut db = store.read().await?;
        let number = stored.number;
        // Counted first: what comes in while the rest is read makes the next frame another one.
        let sheets = responses::stored(&mut db, number).await?;
        let ready = ready::load(&mut db, stored).await?;
        let history = units::history(&mut db).await?;
        let no_tree = |_| StoreError::Corrupt("tree of units");
        let k = index::smallest_cell(&ready.stored.campaign, &ready.definition);
        let basis = set_aside::basis(&mut db, &ready.stored, k, now, view).await?;
        Ok(Self {
            tree: history.on(day(&ready.stored.campaign, now)).map_err(no_tree)?,
            successors: history.merged().map_err(no_tree)?,
            strata: campaigns::strata(&mut db, number).await?,
            margins: campaigns::margins(&mut db, number).await?,
            asked: silent::asked(&mut db, number).await?,
            divided: Divided::of(&mut db, &ready.stored, &basis, now).await?,
            basis,
            judging: match &ready.judging {
                Some(_) => Some(judging(&mut db, &ready).await?),
                None => None,
            },
            comments: comments::released(&mut db, number).await?,
            links: (turnout.invited > 0)
                .then_some(Links { invited: turnout.invited, answered: turnout.answered }),
            phase: ready.stored.campaign.phase(now),
            sheets,
            ready,
        })
    }
}

/// All that a campaign's report is computed from.
pub(crate) struct Wave {
    frame: Frame,
    sheets: Sheets,
    /// All sheets, those set aside too; absent where the index is not to be compared.
    with: Option<Sheets>,
    /// The report that is public already, where this one will be published beside it.
    published: Option<Report>,
    /// Whether figures by field, channel and counter are wanted.
    breakdowns: bool,
    now: i64,
}

impl Wave {
    /// Reads it; a closed campaign's urn is opened first.
    pub(crate) async fn load(
        store: &Store,
        stored: Stored,
        now: i64,
        view: View,
    ) -> Result<Self, StoreError> {
        Self::of(store, Frame::load(store, stored, now, view).await?, now).await
    }

    /// The same without the answers, for whom counts of them are enough.
    pub(crate) async fn without_answers(
        store: &Store,
        stored: Stored,
        now: i64,
        view: View,
    ) -> Result<Self, StoreError> {
        let frame = Frame::load(store, stored, now, view).await?;
        Ok(Self { frame, sheets: Sheets::default(), with: None, published: None, breakdowns: false, now })
    }

    /// Reads the answers that count.
    pub(crate) async fn read_answers(&mut self, store: &Store) -> Result<(), StoreError> {
        let (number, questionnaire) = (self.number(), &self.frame.ready.questionnaire);
        let counted = &self.frame.basis.counted;
        self.sheets = sheets::load(&mut store.read().await?, number, questionnaire, counted).await?;
        Ok(())
    }

    /// Puts the answers away.
    pub(crate) fn forget_answers(&mut self) {
        self.sheets = Sheets::default();
    }

    /// Reads the answers to a frame.
    async fn of(store: &Store, frame: Frame, now: i64) -> Result<Self, StoreError> {
        let mut db = store.read().await?;
        let (number, questionnaire) = (frame.ready.stored.number, &frame.ready.questionnaire);
        let with = match &frame.basis.with {
            Some(counted) => Some(sheets::load(&mut db, number, questionnaire, counted).await?),
            None => None,
        };
        let sheets = sheets::load(&mut db, number, questionnaire, &frame.basis.counted).await?;
        Ok(Self { frame, sheets, with, published: None, breakdowns: false, now })
    }

    fn compute(&self, previous: Option<Previous<'_>>) -> Result<Report, index::Error> {
        self.finish(index::compute(&self.input(previous))?, &self.frame.tree)
    }

    fn compute_under_successors(&self) -> Result<Report, index::Error> {
        let report = index::under_successors(&self.input(None), &self.frame.successors)?;
        self.finish(report, &self.frame.successors)
    }

    /// Number of the campaign.
    pub(crate) const fn number(&self) -> i64 {
        self.frame.ready.stored.number
    }

    /// Which of its answers count.
    pub(crate) const fn counted(&self) -> &Counted {
        &self.frame.basis.counted
    }

    /// Whether people were invited by personal link.
    pub(crate) const fn has_links(&self) -> bool {
        self.frame.links.is_some()
    }

    /// The same as the index takes it.
    pub(crate) fn input<'a>(&'a self, previous: Option<Previous<'a>>) -> Input<'a> {
        Input {
            campaign: &self.frame.ready.stored.campaign,
            definition: &self.frame.ready.definition,
            questionnaire: &self.frame.ready.questionnaire,
            units: &self.frame.tree,
            strata: &self.frame.strata,
            margins: &self.frame.margins,
            previous,
            sheets: &self.sheets,
            judging: self.frame.judging.as_ref(),
            links: self.frame.links,
            published: self.published.as_ref(),
            breakdowns: match self.frame.divided {
                Divided::Given if self.breakdowns => Breakdowns::Given,
                _ => Breakdowns::Without,
            },
            now: self.now,
        }
    }

    fn finish(&self, mut report: Report, tree: &UnitTree) -> Result<Report, index::Error> {
        silent::list(&mut report, tree, self.frame.asked.iter().map(String::as_str));
        let with = match &self.with {
            Some(sheets) => {
                Some(index::whole_index(&Input { sheets, ..self.input(None) }, &report.weighted_together)?)
            }
            None => None,
        };
        self.frame.basis.tell(&mut report, with);
        report.comments = placed(&report, &self.frame.ready.questionnaire, self.frame.comments.clone());
        report.campaign.definition.translations.clone_from(&self.frame.ready.translations);
        let citizens = self.frame.ready.definition.audience == Audience::Citizens;
        if self.breakdowns && citizens && self.frame.phase == Phase::Closed {
            self.say_why_nothing_is_divided(&mut report);
        }
        Ok(report)
    }
}

impl Wave {
    fn say_why_nothing_is_divided(&self, report: &mut Report) {
        report.notes.extend(match self.frame.divided {
            Divided::Given => None,
            Divided::Later(day) => Some(note(divided::LATER, None, |lang| {
                let day = clock::date(day).map(|date| format::date(lang, date)).unwrap_or_default();
                fl!(lang.messages(), "figures-breakdowns-later", day = day)
            })),
            Divided::Withheld => Some(note(divided::WITHHELD, None, |lang| {
                fl!(lang.messages(), "figures-breakdowns-withheld")
            })),
        });
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};

    use flate2::{Compression, read::GzDecoder, write::GzEncoder};

    use super::*;
    use crate::{index::report::SetAside, report::tests::fixture};

    /// Reports of every kind of part.
    fn kinds() -> [(&'static str, Report); 2] {
        let mut report = fixture::report();
        report.set_aside = Some(SetAside { responses: 13, groups: Vec::new(), index_with: None });
        [("plain", report), ("rotated", fixture::rotated())]
    }

    #[test]
    fn a_report_comes_back_bit_for_bit() {
        for (name, report) in kinds() {
            assert_eq!(unpacked(&packed(&report).unwrap()).unwrap(), report, "{name}");
        }
    }

    /// Published results and last reports outlive the program that wrote them: these are of the first one that did.
    #[test]
    fn what_an_earlier_program_kept_can_be_read() {
        let kept: [&[u8]; 2] = [
            include_bytes!("../tests/kept-reports/plain.cbor.gz"),
            include_bytes!("../tests/kept-reports/rotated.cbor.gz"),
        ];
        for packed in kept {
            let mut bytes = Vec::new();
            GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
            let report = unpacked(&bytes).unwrap();
            assert!(report.total.index.estimate.is_some() && !report.units.is_empty());
        }
    }

    #[test]
    #[ignore = "writes the files that the test above reads: only for a new kind of part, beside the old ones"]
    fn write_kept_reports() {
        for (name, report) in kinds() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/kept-reports");
            let file = std::fs::File::create(format!("{folder}/{name}.cbor.gz")).unwrap();
            let mut file = GzEncoder::new(file, Compression::best());
            file.write_all(&packed(&report).unwrap()).unwrap();
            file.finish().unwrap();
        }
    }
}
