//! The report as an official document: what is said, in which order, before it is known in which file.
//!
//! [`compose`] turns a report into headings, paragraphs, numbered tables and charts in the order of an official Vietnamese
//! report (Decree 30/2020/NĐ-CP); [`fn@crate::report::docx`] and [`crate::distribution::pdf::report`] set them. All wording and
//! all rounding happens here, once, so that the files cannot differ. Figures pass through [`crate::report::shown`], names
//! through [`crate::questionnaire::text::clean`].

mod annexes;
mod body;
mod cells;
pub mod chart;
mod composer;
mod issuer;
pub mod letter;
mod measure;
mod responsibility;
mod results;

use i18n_embed_fl::fl;
use serde::Serialize;

use crate::{index::report::Report, language::Lang, report::words};

pub use chart::Chart;
pub use issuer::Issuer;
pub use letter::Letter;

/// A document.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Document {
    /// Code of its language.
    pub lang: &'static str,
    /// Title among the file's properties.
    pub title: String,
    /// When the figures were computed, RFC 3339 in UTC.
    pub generated_at: String,
    /// What stands above the title.
    pub head: Head,
    /// BÁO CÁO.
    pub kind: String,
    /// The lines of the subject below it.
    pub subject: Vec<String>,
    /// That the answers are invented, where they are.
    pub demonstration: Option<String>,
    /// The sentences of the first page that say it all.
    pub summary: Vec<Vec<Run>>,
    /// Sections I to IV.
    pub body: Vec<Block>,
    /// Below the last section.
    pub signature: Signature,
    /// The annexes.
    pub annexes: Vec<Annex>,
    /// The words before the number of a table or chart.
    pub words: Words,
}

/// The head of an official document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Head {
    /// The body above the one that issues; may be empty.
    pub above: String,
    /// The body that issues.
    pub issuer: String,
    /// CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM.
    pub republic: String,
    /// Độc lập - Tự do - Hạnh phúc.
    pub motto: String,
    /// The line of the number, which the registry fills in.
    pub number: String,
    /// The line of place and date.
    pub date: String,
}

/// Who gets it and who signs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// Nơi nhận.
    pub recipients: String,
    /// Each of them.
    pub to: Vec<String>,
    /// The office of who signs.
    pub office: String,
}

/// Words that a setter needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Bảng.
    pub table: String,
    /// Hình.
    pub chart: String,
    /// Phụ lục.
    pub annex: String,
}

/// An annex, on pages of its own.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Annex {
    /// I, II, …
    pub number: &'static str,
    /// Its title.
    pub title: String,
    /// Whether its pages lie on their side.
    pub landscape: bool,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// A piece of text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The words.
    pub text: String,
    /// Whether they stand out.
    pub strong: bool,
}

/// A part of a section.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum Block {
    /// A heading; the setter numbers it: I, 1, a.
    Heading {
        /// 1 to 3.
        level: u8,
        /// The words.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its text.
        runs: Vec<Run>,
        /// Whether it leads to what follows, on the same page.
        leads: bool,
    },
    /// Points with dashes.
    Points {
        /// Each of them.
        points: Vec<Vec<Run>>,
    },
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
}

/// A table with a number and a caption.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Its number.
    pub number: usize,
    /// Its caption.
    pub caption: String,
    /// Its columns; the first one names the rows.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What its signs mean.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Whether it holds numbers, which stand to the right.
    pub number: bool,
    /// Its share in the table's width, in parts of any sum.
    pub width: u32,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// As many as there are columns.
    pub cells: Vec<String>,
    /// Whether it stands out.
    pub strong: bool,
    /// How far its name is indented.
    pub depth: usize,
}

impl Row {
    /// A plain row.
    pub fn new(cells: Vec<String>) -> Self {
        Self { cells, strong: false, depth: 0 }
    }
}

/// Plain text.
pub(super) fn plain(text: impl Into<String>) -> Run {
    Run { text: text.into(), strong: false }
}

/// Text that stands out.
pub(super) fn strong(text: impl Into<String>) -> Run {
    Run { text: text.into(), strong: true }
}

/// A paragraph of plain text.
pub(super) fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { runs: vec![plain(text)], leads: false }
}

/// A paragraph that leads to what follows.
pub(super) fn lead(run: Run) -> Block {
    Block::Paragraph { runs: vec![run], leads: true }
}

/// The document of a report; `issuer` heads and signs it.
pub fn compose(report: &Report, issuer: &Issuer, lang: Lang) -> Document {
    let m = lang.messages();
    let mut composer = composer::Composer::new(report, lang);
    let summary = body::summary(&composer);
    let mut body = body::situation(&mut composer);
    body.extend(results::results(&mut composer));
    body.extend(body::assessment(&mut composer));
    body.extend(responsibility::section(&mut composer));
    let annexes = annexes::all(&mut composer);
    let campaign = cells::name(&report.campaign.title);
    let mut subject = vec![words::subject(lang, report)];
    if let Some(unit) = super::scope::only(report) {
        let name = cells::name(&unit.name);
        subject.push(if words::is_of_category(report) {
            name
        } else {
            fl!(m, "document-subject-unit", unit = name)
        });
    }
    subject.push(campaign.clone());
    Document {
        lang: lang.code(),
        title: words::title(lang, report, &campaign),
        generated_at: report.generated_at.clone(),
        head: issuer.head(report, lang),
        kind: fl!(m, "document-kind"),
        subject,
        demonstration: report
            .campaign
            .demonstration
            .then(|| format!("{} {}", fl!(m, "report-demonstration"), fl!(m, "report-demonstration-means"))),
        summary,
        body,
        signature: issuer.signature(lang),
        annexes,
        words: Words {
            table: fl!(m, "document-table"),
            chart: fl!(m, "document-chart"),
            annex: fl!(m, "document-annex"),
        },
    }
}
