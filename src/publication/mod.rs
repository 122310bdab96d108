//! Publishing the results of a closed campaign: the report that staff read, without what must not be published ([`cut`]),
//! frozen as files with their SHA-256.
//!
//! From the first publication on a campaign takes no further answers ([`crate::store::campaigns::Gate`]), not even from paper,
//! and is not opened again, and a later publication may show nothing that an earlier one hid: two of them, both kept by
//! somebody, must not tell of fewer than k people what neither tells.

mod cut;

use std::io::{Read as _, Write as _};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use i18n_embed_fl::fl;
use serde_json::json;
use sha2::{Digest, Sha256};

pub use cut::{Reveals, for_the_public, reveals};

use crate::{
    figures::{self, NoReport, Shelf},
    index::report::{Report, UnitResult},
    language::Lang,
    organisation::{Margin, Phase, Stratum},
    report::{self, shown},
    secret::hex,
    store::{
        AsConn, Reader, Store, StoreError, Writer,
        campaigns::{self, Hold, Stored},
        paper,
        publications::{self, File, JSON, Publication},
        responses,
    },
};

/// Name of the report itself, in which every number comes back bit for bit: pages and badges are made of it.
const REPORT: &str = "report";

/// Names of the frozen CSV files, by language.
const CSV: [(&str, Lang); 2] = [("csv", Lang::VI), ("csv-en", Lang::EN)];

/// Why nothing can be published.
#[derive(Debug, thiserror::Error)]
pub enum NoPublication {
    /// There is no report.
    #[error(transparent)]
    Report(#[from] NoReport),
    /// The campaign has not closed.
    #[error("the campaign has not closed")]
    Open,
    /// No figure at all may be shown.
    #[error("no figure may be shown")]
    Nothing,
    /// Paper sheets were keyed that do not count yet.
    #[error("{0} keyed paper sheets do not count yet")]
    Paper(usize),
    /// It would reveal what an earlier publication hid.
    #[error("it would reveal what was hidden")]
    Reveals(Reveals),
    /// What would be published is not what was looked at.
    #[error("the figures have changed since they were looked at")]
    Changed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl NoPublication {
    /// In words.
    pub fn words(&self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::Report(no) => no.words(lang, ""),
            Self::Open => fl!(m, "publish-not-open"),
            Self::Nothing => fl!(m, "publish-not-nothing"),
            Self::Paper(n) => fl!(m, "publish-not-paper", n = n.to_string()),
            Self::Reveals(Reveals::Hidden { unit: Some(unit) }) => {
                fl!(m, "publish-not-hidden", unit = unit.as_str())
            }
            Self::Reveals(Reveals::Hidden { unit: None }) => fl!(m, "publish-not-hidden-whole"),
            Self::Reveals(Reveals::Few { unit: Some(unit) }) => {
                fl!(m, "publish-not-few", unit = unit.as_str())
            }
            Self::Reveals(Reveals::Few { unit: None }) => fl!(m, "publish-not-few-whole"),
            Self::Reveals(Reveals::OtherWay) => fl!(m, "publish-not-other-way"),
            Self::Changed => fl!(m, "publish-not-changed"),
            Self::Store(error) => error.words(lang, ""),
        }
    }
}

/// What would be published now.
#[derive(Debug)]
pub struct Proposal {
    /// The public report.
    pub report: Report,
    /// Stands for all of it but the moment it was computed: what is looked at is what is published.
    pub fingerprint: String,
    /// SHA-256 of what the figures were formed from.
    inputs: String,
    /// Answer sheets in the database.
    sheets: u64,
    /// The latest publication that it was held to; none: there was none.
    latest: Option<i64>,
}

/// What would be published of a campaign at `now`, its figures from the shelf where they are there.
///
/// # Errors
/// [`NoPublication`] says why nothing can be.
pub async fn propose(
    shelf: &Shelf,
    store: &Store,
    stored: &Stored,
    now: i64,
) -> Result<Proposal, NoPublication> {
    if stored.campaign.phase(now) != Phase::Closed {
        return Err(NoPublication::Open);
    }
    let number = stored.number;
    // Counted first: what comes in while the figures are formed is noticed when they are published.
    let sheets = responses::stored(&mut store.read().await?, number).await?;
    let mut db = store.read().await?;
    // The latest one hides all that those before it hid.
    let all = publications::of_campaign(&mut db, number).await?;
    let first = match all.first() {
        Some(latest) => Some(read(&mut db, latest).await?),
        None => None,
    };
    drop(db);
    let report = figures::report_beside(shelf, store, &stored.campaign.slug, now, first.clone()).await?;
    let mut db = store.read().await?;
    let before = match &report.previous {
        Some(previous) => published(&mut db, &previous.slug).await?,
        None => None,
    };
    let report = for_the_public(&report, before.as_ref());
    if !shown::any(&report) {
        return Err(NoPublication::Nothing);
    }
    check_paper(&mut db, number).await?;
    let strata = campaigns::strata(&mut db, number).await?;
    let margins = campaigns::margins(&mut db, number).await?;
    let inputs = inputs(&report, &strata, &margins);
    if let Some((latest, first)) = all.first().zip(first)
        && let Some(what) = reveals(&first, &report, latest.inputs == inputs)
    {
        return Err(NoPublication::Reveals(what));
    }
    let timeless = Report { generated_at: String::new(), ..report.clone() };
    let fingerprint = hex(&Sha256::digest(report::json(&timeless)));
    let latest = all.first().map(|latest| latest.number);
    Ok(Proposal { report, fingerprint, inputs, sheets, latest })
}

/// What the public reads of a campaign now.
async fn published(db: &mut Reader, slug: &str) -> Result<Option<Report>, StoreError> {
    match publications::latest(db, slug).await?.filter(Publication::is_public) {
        Some(latest) => read(db, &latest).await.map(Some),
        None => Ok(None),
    }
}

/// A published campaign takes no paper any more, so none may be left half entered.
async fn check_paper(db: &mut impl AsConn, campaign: i64) -> Result<(), NoPublication> {
    let waiting = paper::tally(db, campaign, |_| true).await?;
    let waiting = waiting.once.len() + waiting.differing.len();
    if waiting > 0 { Err(NoPublication::Paper(waiting)) } else { Ok(()) }
}

/// Publishes a proposal in a transaction, to which the caller adds what the audit log tells; gives the publication.
///
/// # Errors
/// [`NoPublication::Changed`] if answers came in since it was made.
pub async fn publish(
    db: &mut Writer,
    stored: &Stored,
    proposal: &Proposal,
    now: i64,
) -> Result<Publication, NoPublication> {
    let number = stored.number;
    campaigns::hold(db, number, Hold::Alone).await?;
    let latest = publications::of_campaign(db, number).await?.first().map(|latest| latest.number);
    if responses::stored(db, number).await? != proposal.sheets || latest != proposal.latest {
        return Err(NoPublication::Changed);
    }
    check_paper(db, number).await?;
    let mut files = vec![pack(JSON, report::json(&proposal.report).as_bytes())?];
    files.push(pack(REPORT, &figures::packed(&proposal.report)?)?);
    for (name, lang) in CSV {
        files.push(pack(name, &report::csv(&proposal.report, lang))?);
    }
    // Whoever waited to add an answer read the gate from before this; the revision tells them to read again.
    campaigns::bump_revision(db).await?;
    let own = publications::add(db, number, now, &proposal.inputs, &files).await?;
    let sha256 = files.first().map_or_else(String::new, |file| file.sha256.clone());
    let inputs = proposal.inputs.clone();
    Ok(Publication { campaign: number, number: own, published: now, withdrawn: None, inputs, sha256 })
}

/// The report of a publication, as it was frozen.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn read(db: &mut Reader, publication: &Publication) -> Result<Report, StoreError> {
    let broken = || StoreError::Corrupt("publication");
    let file = publications::file(db, publication, REPORT).await?.ok_or_else(broken)?;
    figures::unpacked(&unpacked(&file)?)
}

/// A frozen file by the name of its format in a language.
///
/// # Errors
/// [`StoreError`] from the database.
pub async fn file(
    db: &mut Reader,
    publication: &Publication,
    format: Format,
    lang: Lang,
) -> Result<Option<File>, StoreError> {
    let name = match format {
        Format::Json => JSON,
        Format::Csv => CSV.iter().find(|(_, own)| *own == lang).map_or(CSV[0].0, |(name, _)| name),
    };
    publications::file(db, publication, name).await
}

/// A format of the open data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `sipas.report/1`.
    Json,
    /// Tidy rows.
    Csv,
}

/// A packed file as it was.
///
/// # Errors
/// [`StoreError::Corrupt`] if it cannot be unpacked.
pub fn unpacked(file: &File) -> Result<Vec<u8>, StoreError> {
    let mut bytes = Vec::with_capacity(usize::try_from(file.bytes).unwrap_or_default());
    GzDecoder::new(file.packed.as_slice())
        .read_to_end(&mut bytes)
        .map_err(|_| StoreError::Corrupt("file of a publication"))?;
    Ok(bytes)
}

fn pack(name: &str, bytes: &[u8]) -> Result<File, StoreError> {
    let failed = |_| StoreError::Corrupt("file of a publication");
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 8), Compression::best());
    encoder.write_all(bytes).map_err(failed)?;
    let packed = encoder.finish().map_err(failed)?;
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    Ok(File { name: name.to_owned(), bytes: size, sha256: hex(&Sha256::digest(bytes)), packed })
}

/// Stands for whatever decides how counts become figures: where it is the same, a hidden figure enters a shown one in the
/// same way.
fn inputs(report: &Report, strata: &[Stratum], margins: &[Margin]) -> String {
    // One that nobody has answered for and that has no population decides nothing.
    let counts = |unit: &&UnitResult| unit.population.is_some() || unit.result.responses != Some(0);
    let units = report.units.iter().filter(counts);
    let units = units.map(|unit| json!([unit.code, unit.parent, unit.population]));
    let strata = strata.iter().map(|stratum| json!([stratum.unit, stratum.population]));
    let margins = margins.iter().map(|margin| json!([margin.unit, margin.by, margin.totals]));
    let groups =
        report.groups.iter().map(|group| json!([group.code, group.weight, group.invited, group.assigned]));
    let mut all = json!({
        "definition": report.campaign.definition.sha256,
        "form": report.campaign.form,
        "minimum": report.method.minimum_answers,
        "method": report.method,
        "units": units.collect::<Vec<_>>(),
        "strata": strata.collect::<Vec<_>>(),
        "margins": margins.collect::<Vec<_>>(),
        "groups": groups.collect::<Vec<_>>(),
    });
    if !report.weighted_together.is_empty() {
        all["together"] = json!(report.weighted_together);
    }
    hex(&Sha256::digest(all.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn d_05_a_report_that_weights_other_units_together_is_formed_another_way() {
        let report = fixture::report();
        let of = |together: &[&[&str]]| {
            let codes = |units: &&[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
            let weighted_together = together.iter().map(codes).collect();
            inputs(&Report { weighted_together, ..report.clone() }, &[], &[])
        };
        assert_eq!(of(&[]), inputs(&report, &[], &[]));
        assert_ne!(of(&[&["an", "qn"]]), of(&[]));
        assert_ne!(of(&[&["an", "qn"]]), of(&[&["an", "hn"]]));
    }
}
