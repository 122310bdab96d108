//! The way of the answers out: from the store's rows to files of de-identified microdata ([`crate::microdata`]).
//!
//! The sheets are read twice, both times one by one: to count who shares traits with how many, which weights follow from too, and
//! to write the rows. What stays in memory are the counts. Only officials' campaigns and those in which groups judged units
//! are read as columns as well, since what the report hides of them is hidden here; the columns are gone before the counting.

use std::{collections::BTreeMap, io, sync::Arc};

use i18n_embed_fl::fl;
use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use crate::{
    clock,
    definition::model::Audience,
    figures::{self, NoReport, Wave},
    index::report::{Publish, Report, Result as Figures},
    index::{design, steps::Counted},
    language::Lang,
    microdata::{
        self, Format, Sheet,
        layout::{Counting, Hidden, Layout, Place, Refused, Source, Traits},
    },
    organisation::Phase,
    report::format,
    secret::hex,
    set_aside::View,
    store::{
        Store, StoreError, campaigns, erasure::answers, microdata as rows, microdata::Order, places,
        responses,
    },
    task,
};

/// Batches of sheets that may wait to be written.
const WAITING: usize = 8;

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum NoExport {
    /// The figures cannot be formed, there is no such campaign, or the database fails.
    #[error(transparent)]
    Report(#[from] NoReport),
    /// The campaign has not ended.
    #[error("the campaign is open until {closes}")]
    Open {
        /// When it closes, as people read it.
        closes: String,
    },
    /// Single answers were deleted.
    #[error("the answers were deleted on {day}, as those asked were promised")]
    Erased {
        /// The day.
        day: Date,
    },
    /// Too few answers.
    #[error("fewer than {k} answers")]
    TooFew {
        /// The smallest number.
        k: u64,
    },
    /// Answers came in while they were read, or were taken away.
    #[error("the answers changed while they were read")]
    Changed,
    /// More rows than a workbook holds.
    #[error("{rows} rows do not fit into a sheet")]
    TooManyRows {
        /// How many there are.
        rows: u64,
    },
    /// The file could not be written.
    #[error("the file could not be written: {0}")]
    Written(#[from] io::Error),
}

impl From<StoreError> for NoExport {
    fn from(error: StoreError) -> Self {
        Self::Report(NoReport::Store(error))
    }
}

impl From<Refused> for NoExport {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooFew { k } => Self::TooFew { k },
            Refused::Changed => Self::Changed,
            Refused::Corrupt => StoreError::Corrupt("answer sheet").into(),
        }
    }
}

impl NoExport {
    /// The words for the reader; `address` is the database's.
    pub fn words(&self, lang: Lang, address: &str) -> String {
        let m = lang.messages();
        match self {
            Self::Report(no) => no.words(lang, address),
            Self::Open { closes } => fl!(m, "microdata-open", closes = closes.as_str()),
            Self::Erased { day } => {
                fl!(m, "microdata-erased-what", day = format::date(lang, *day))
            }
            Self::TooFew { k } => fl!(m, "microdata-too-few", k = k.to_string()),
            Self::Changed => fl!(m, "microdata-changed"),
            Self::TooManyRows { rows } => {
                fl!(
                    m,
                    "microdata-too-many",
                    rows = rows.to_string(),
                    most = microdata::xlsx::MOST_ROWS.to_string()
                )
            }
            Self::Written(error) => fl!(m, "microdata-not-written", detail = error.to_string()),
        }
    }

    /// Whether whoever asked can mend it, rather than whoever runs the server.
    pub const fn is_input(&self) -> bool {
        match self {
            Self::Report(NoReport::Store(_)) | Self::Written(_) => false,
            Self::Report(_)
            | Self::Open { .. }
            | Self::Erased { .. }
            | Self::TooFew { .. }
            | Self::Changed
            | Self::TooManyRows { .. } => true,
        }
    }
}

/// Of which campaigns there are files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Of those that have closed, so that there is one file and no second one to compare it with.
    Closed,
    /// Also of those of citizens that are still open.
    Interim,
}

/// All that is known of a file before its rows are written.
#[derive(Debug)]
pub struct Prepared {
    /// Number of the campaign.
    pub campaign: i64,
    /// Whether the campaign is still open.
    pub interim: bool,
    /// Which answers count: as in the report.
    counted: Counted,
    /// Answer sheets that do not: set aside by two people, or of an open campaign not yet shown.
    pub left_out: u64,
    /// The variables, and how each sheet becomes a row.
    pub layout: Layout,
}

/// A file as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Rows; of a codebook, those that it is about.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
    /// SHA-256, hex.
    pub sha256: String,
}

/// Counts all sheets of a campaign at `now` and decides what may be told of whom.
///
/// # Errors
/// [`NoExport`].
pub async fn prepare(
    store: &Store,
    slug: &str,
    now: i64,
    when: When,
    lang: Lang,
) -> Result<Prepared, NoExport> {
    let Some(stored) = campaigns::find(&mut store.read().await?, slug).await? else {
        return Err(figures::unknown(store, slug).await.into());
    };
    if let Some(erased) = answers::of(&mut store.read().await?, stored.number).await? {
        return Err(NoExport::Erased { day: erased.day });
    }
    let closed = stored.campaign.phase(now) == Phase::Closed;
    let closes = time(stored.campaign.closes);
    let wave = Wave::without_answers(store, stored, now, View::Shown).await?;
    if !closed && (when == When::Closed || wave.has_links()) {
        return Err(NoExport::Open { closes });
    }
    let (wave, known) = Known::of(wave, store).await?;
    let campaign = wave.number();
    let mut db = store.read().await?;
    let places = places::of_campaign(&mut db, campaign).await?.into_iter().map(|place| Place {
        number: place.number,
        unit: place.unit,
        group: place.rater_group,
        counter: place.counter.map(|code| (code, place.name.unwrap_or_default())),
    });
    let places: Vec<Place> = places.collect();
    let counted = wave.counted().clone();
    let rule = counted.clone();
    let (to, mut from) = mpsc::channel::<Vec<Sheet>>(WAITING);
    let counting = tokio::task::spawn_blocking(move || -> Result<(Layout, u64), NoExport> {
        let input = wave.input(None);
        let items = design::items_of(input.definition, input.questionnaire).map_err(NoReport::Index)?;
        let margins = design::margin_questions(input.margins, input.questionnaire);
        let mut traits = Traits::new(&Counting {
            definition: input.definition,
            questionnaire: input.questionnaire,
            items: &items,
            margins: &margins,
            places: &places,
        });
        let mut left_out = 0;
        while let Some(batch) = from.blocking_recv() {
            for sheet in &batch {
                if counts(&rule, sheet) {
                    traits.count(sheet)?;
                } else {
                    left_out += 1;
                }
            }
        }
        let Known { hidden, design } = known;
        let design = match design {
            Some(design) => design,
            None => design::design_of_counts(&input, &traits.counts(&places)).map_err(NoReport::Index)?,
        };
        let groups: BTreeMap<String, String> = input
            .judging
            .iter()
            .flat_map(|judging| &judging.groups)
            .map(|group| (group.code.clone(), group.name.clone()))
            .collect();
        let source = Source {
            campaign: input.campaign,
            definition: input.definition,
            questionnaire: input.questionnaire,
            design: &design,
            units: input.units,
            groups: &groups,
            places: &places,
            hidden: &hidden,
            lang,
        };
        Ok((Layout::new(&source, traits, left_out)?, left_out))
    });
    let read = rows::stream(&mut db, campaign, Order::Any, &to).await;
    drop(to);
    let layout = task::ended(counting.await);
    read?;
    let (layout, left_out) = layout?;
    if responses::stored(&mut db, campaign).await? != layout.codebook.rows + left_out {
        return Err(NoExport::Changed);
    }
    Ok(Prepared { campaign, interim: !closed, counted, left_out, layout })
}

/// What is known before the sheets are counted.
#[derive(Default)]
struct Known {
    /// What the report hides.
    hidden: Hidden,
    /// The design, where it does not follow from counts.
    design: Option<design::Design>,
}

impl Known {
    /// Of citizens nothing, and memory is spared their answers. Those of officials, and of groups that judged, are read for it
    /// and put away again.
    async fn of(mut wave: Wave, store: &Store) -> Result<(Wave, Self), NoExport> {
        let (officials, judged) = {
            let input = wave.input(None);
            (input.definition.audience == Audience::Officials, input.judging.is_some())
        };
        if !officials && !judged {
            return Ok((wave, Self::default()));
        }
        wave.read_answers(store).await?;
        let work = tokio::task::spawn_blocking(move || -> Result<(Wave, Self), NoExport> {
            let input = wave.input(None);
            let mut known = Self::default();
            if judged {
                known.design = Some(design::design(&input).map_err(NoReport::Index)?);
            }
            if officials {
                known.hidden = hidden(&crate::index::compute(&input).map_err(NoReport::Index)?);
            }
            wave.forget_answers();
            Ok((wave, known))
        });
        task::ended(work.await)
    }
}

/// Whether a sheet is among those that the figures are formed of.
fn counts(counted: &Counted, sheet: &Sheet) -> bool {
    // Of places without a rule all count; there are few with one.
    let day = i32::try_from(sheet.day).unwrap_or(i32::MAX);
    counted.0.get(&sheet.place).is_none_or(|rule| rule.counts(day))
}

/// Writes a file.
///
/// # Errors
/// [`NoExport`]; what was written until then is no whole file.
pub async fn write(
    store: &Store,
    prepared: &Arc<Prepared>,
    format: Format,
    out: impl io::Write + Send + 'static,
) -> Result<Written, NoExport> {
    let expected = prepared.layout.codebook.rows;
    if format == Format::Xlsx && expected > microdata::xlsx::MOST_ROWS {
        return Err(NoExport::TooManyRows { rows: expected });
    }
    let (to, mut from) = mpsc::channel::<Vec<Sheet>>(WAITING);
    let own = Arc::clone(prepared);
    let writing = tokio::task::spawn_blocking(move || -> Result<Written, NoExport> {
        let mut out = Hashed { out, hash: Sha256::new(), bytes: 0 };
        let mut rows = 0_u64;
        let mut file = microdata::begin(format, &own.layout.codebook, &mut out)?;
        let mut cells = Vec::new();
        while let Some(batch) = from.blocking_recv() {
            for sheet in batch.iter().filter(|sheet| counts(&own.counted, sheet)) {
                own.layout.row(sheet, &mut cells)?;
                file.row(&cells)?;
                rows += 1;
            }
        }
        if format.has_rows() && rows != expected {
            return Err(NoExport::Changed);
        }
        file.finish()?;
        Ok(Written { rows: expected, bytes: out.bytes, sha256: hex(&out.hash.finalize()) })
    });
    let read = if format.has_rows() {
        rows::stream(&mut store.read().await?, prepared.campaign, Order::Ids, &to).await
    } else {
        Ok(())
    };
    drop(to);
    let written = task::ended(writing.await);
    read?;
    written
}

/// What the report hides of officials' answers: they know each other, and lists tell who they are.
fn hidden(report: &Report) -> Hidden {
    let of = |result: &Figures| -> Vec<String> {
        let criteria = result.dimensions.iter().flat_map(|dimension| &dimension.criteria);
        let hidden = criteria.filter(|criterion| criterion.estimate.publish == Publish::Suppress);
        hidden.map(|criterion| criterion.id.clone()).collect()
    };
    let mut units: BTreeMap<String, Vec<String>> =
        report.units.iter().map(|unit| (unit.code.clone(), of(&unit.result))).collect();
    // What is hidden of a unit is hidden of those below it: their rows add up to it.
    let above: BTreeMap<&str, &str> =
        report.units.iter().filter_map(|unit| Some((unit.code.as_str(), unit.parent.as_deref()?))).collect();
    for unit in &report.units {
        let mut inherited = Vec::new();
        let mut at = unit.code.as_str();
        while let Some(parent) = above.get(at) {
            at = parent;
            inherited
                .extend(report.units.iter().filter(|unit| unit.code == at).flat_map(|unit| of(&unit.result)));
        }
        units.entry(unit.code.clone()).or_default().extend(inherited);
    }
    Hidden {
        all: of(&report.total),
        units,
        groups: report.groups.iter().map(|group| (group.code.clone(), of(&group.result))).collect(),
    }
}

fn time(milliseconds: i64) -> String {
    Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |time| time.to_zoned_datetime(clock::province()).strftime("%H:%M %d/%m/%Y").to_string(),
    )
}

/// Passes bytes on and hashes them.
struct Hashed<W> {
    out: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: io::Write> io::Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.out.write(bytes)?;
        self.hash.update(bytes.get(..n).unwrap_or_default());
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
