//! Campaigns (đợt khảo sát): which questionnaire is asked where and when, and of which population.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Notice;

/// A campaign. Times are UTC milliseconds since 1970; opening is inclusive, closing exclusive.
#[derive(Debug, Clone, PartialEq)]
pub struct Campaign {
    /// Stable unique name in addresses: `sipas-2026-q4`.
    pub slug: String,
    /// Id of the definition.
    pub definition: String,
    /// Its pinned version.
    pub version: String,
    /// SHA-256 of the pinned version's canonical JSON, lower-case hex.
    pub sha256: String,
    /// The form asked.
    pub form: String,
    /// Title by language.
    pub title: BTreeMap<String, String>,
    /// Opening, UTC milliseconds.
    pub opens: i64,
    /// Closing, UTC milliseconds.
    pub closes: i64,
    /// The campaign's own target, 0..1; absent: the form's or the definition's.
    pub target: Option<f64>,
    /// Whether its answers are invented.
    pub demonstration: bool,
    /// The smallest cell published, if the campaign asks for more than its definition.
    pub minimum_answers: Option<u32>,
    /// Slug of the campaign that changes are counted from.
    pub previous: Option<String>,
    /// What people are told before they answer; absent: the definition's introduction alone.
    pub notice: Option<Notice>,
}

/// Where a campaign is in its life at a given moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Not yet open.
    Planned,
    /// Takes answers.
    Open,
    /// Takes no more answers.
    Closed,
}

impl Campaign {
    /// Where the campaign is at `now` (UTC milliseconds).
    pub const fn phase(&self, now: i64) -> Phase {
        if now < self.opens {
            Phase::Planned
        } else if now < self.closes {
            Phase::Open
        } else {
            Phase::Closed
        }
    }
}

/// The population behind a unit's answers in a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// The unit that directly holds counters or invitations.
    pub unit: String,
    /// Transactions completed in the period, or persons invited.
    pub population: u64,
    /// Planned answers.
    pub sample: Option<u64>,
}

/// A known margin of a unit's population: how many of it there are by the answers to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Margin {
    /// The unit that directly holds counters or invitations.
    pub unit: String,
    /// Id of a single-choice question.
    pub by: String,
    /// Number of the population by option code; they sum to the unit's population.
    pub totals: BTreeMap<String, u64>,
}

/// A counter (quầy) of a campaign: a QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// The list's own code: `qn-1`.
    pub code: String,
    /// The unit it belongs to.
    pub unit: String,
    /// Name as printed on the poster.
    pub name: String,
    /// Last part of its address `/k/{address}`: the code, or the code with an unguessable suffix.
    pub address: String,
}

/// The way an answer came in; channels stay apart in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The QR code at a counter.
    Open,
    /// A one-time code from the slip.
    Code,
    /// A personal link.
    Link,
    /// A tablet at the counter.
    Kiosk,
    /// A paper form, entered by staff.
    Paper,
    /// Another system.
    Import,
}

impl Channel {
    /// All channels; the position is the byte stored.
    pub const ALL: [Self; 6] = [Self::Open, Self::Code, Self::Link, Self::Kiosk, Self::Paper, Self::Import];

    /// The byte stored.
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// The channel of a stored byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }
}
