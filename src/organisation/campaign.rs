//! Campaigns (đợt khảo sát): which questionnaire is asked where and when, and of which population.

use std::collections::BTreeMap;

use jiff::Span;
use serde::{Deserialize, Serialize};

use super::Notice;
use crate::clock;

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
    /// Whether its definition is for officials, who answer by personal links and not at counters.
    pub by_link: bool,
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
    /// Codes of the languages in which it may be answered; empty: every language that its questionnaire has.
    pub languages: Vec<String>,
    /// What its managers decided; within it the period decides.
    pub state: State,
}

/// Where a campaign stands by decision of its managers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being prepared: takes no answers, whatever its period says.
    Draft,
    /// Takes answers within its period.
    #[default]
    Active,
    /// Takes none for a while; whoever has a form open keeps it and can send it when it goes on.
    Paused,
    /// Closed and put away from the list.
    Archived,
}

impl State {
    /// All states.
    pub const ALL: [Self; 4] = [Self::Draft, Self::Active, Self::Paused, Self::Archived];

    /// The word stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Archived => "archived",
        }
    }

    /// The state of a stored word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Where a campaign is in its life at a given moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Being prepared: not yet released.
    Draft,
    /// Not yet open.
    Planned,
    /// Takes answers.
    Open,
    /// Within its period, and takes no answers for a while.
    Paused,
    /// Takes no more answers.
    Closed,
}

/// Days after closing for which a list of invited persons is kept where the notice names no other number.
const LIST_DAYS: u32 = 30;
/// A day, in milliseconds.
const DAY: i64 = 86_400_000;

impl Campaign {
    /// Days after closing for which the list of invited persons is kept, as they are told.
    pub fn list_days(&self) -> u32 {
        self.notice.as_ref().and_then(|notice| notice.keep_list_days).unwrap_or(LIST_DAYS)
    }

    /// The moment from which on that list is deleted by itself (UTC milliseconds).
    pub fn list_ends(&self) -> i64 {
        self.closes.saturating_add(i64::from(self.list_days()) * DAY)
    }

    /// The moment from which on single answers are deleted by themselves (UTC milliseconds), as people are told; `None` where
    /// nothing is promised.
    pub fn answers_end(&self) -> Option<i64> {
        let months = self.notice.as_ref()?.keep_answers_months?;
        clock::later(self.closes, Span::new().try_months(i64::from(months)).ok()?)
    }

    /// Where the campaign is at `now` (UTC milliseconds).
    pub const fn phase(&self, now: i64) -> Phase {
        match self.state {
            State::Draft => Phase::Draft,
            State::Archived => Phase::Closed,
            State::Active | State::Paused if now < self.opens => Phase::Planned,
            State::Active if now < self.closes => Phase::Open,
            State::Paused if now < self.closes => Phase::Paused,
            State::Active | State::Paused => Phase::Closed,
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

    /// The code in reports and files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Code => "code",
            Self::Link => "link",
            Self::Kiosk => "kiosk",
            Self::Paper => "paper",
            Self::Import => "import",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign(state: State) -> Campaign {
        Campaign {
            slug: String::new(),
            definition: String::new(),
            version: String::new(),
            sha256: String::new(),
            form: String::new(),
            by_link: false,
            title: BTreeMap::new(),
            opens: 10,
            closes: 20,
            target: None,
            demonstration: false,
            minimum_answers: None,
            previous: None,
            notice: None,
            languages: Vec::new(),
            state,
        }
    }

    #[test]
    fn a_channel_is_stored_by_its_byte_and_written_by_its_code() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_byte(channel.byte()), Some(channel));
            assert_eq!(serde_json::to_value(channel).unwrap(), channel.code());
        }
    }

    #[test]
    fn a_list_ends_as_promised_or_after_thirty_days() {
        let mut it = campaign(State::Active);
        assert_eq!(it.list_ends(), 20 + 30 * DAY);
        it.notice = Some(Notice { keep_list_days: Some(7), ..Notice::default() });
        assert_eq!(it.list_ends(), 20 + 7 * DAY);
        it.closes = i64::MAX;
        assert_eq!(it.list_ends(), i64::MAX);
    }

    #[test]
    fn a_campaign_takes_answers_only_within_its_period_and_while_it_is_active() {
        let at = |state, now| campaign(state).phase(now);
        for (state, phases) in [
            (State::Draft, [Phase::Draft; 3]),
            (State::Active, [Phase::Planned, Phase::Open, Phase::Closed]),
            (State::Paused, [Phase::Planned, Phase::Paused, Phase::Closed]),
            (State::Archived, [Phase::Closed; 3]),
        ] {
            assert_eq!([9, 10, 20].map(|now| at(state, now)), phases, "{state:?}");
        }
        for state in State::ALL {
            assert_eq!(State::from_word(state.word()), Some(state));
        }
    }
}
