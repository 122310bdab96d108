//! The shape of an `apply` file. Values carry their position, so that a message can name file and line.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, value::Datetime};

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Units.
    #[serde(default)]
    pub unit: Vec<Spanned<Unit>>,
    /// Campaigns.
    #[serde(default)]
    pub campaign: Vec<Spanned<Campaign>>,
}

/// `[[unit]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// Stable unique code.
    pub code: Spanned<String>,
    /// Official name.
    pub name: Spanned<String>,
    /// Free label.
    pub kind: Spanned<String>,
    /// Code of the unit above.
    pub parent: Option<Spanned<String>>,
}

/// `[[campaign]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Stable unique name in addresses.
    pub slug: Spanned<String>,
    /// Id of the definition.
    pub definition: Spanned<String>,
    /// Its version; absent: the newest, then pinned.
    pub version: Option<Spanned<String>>,
    /// The form.
    pub form: Spanned<String>,
    /// Title by language.
    pub title: Spanned<BTreeMap<String, String>>,
    /// Opening.
    pub opens: Spanned<Datetime>,
    /// Closing.
    pub closes: Spanned<Datetime>,
    /// Target, 0..1.
    pub target: Option<Spanned<f64>>,
    /// Smallest cell published.
    pub minimum_answers: Option<Spanned<i64>>,
    /// Whether the answers are invented.
    #[serde(default)]
    pub demonstration: bool,
    /// Populations.
    #[serde(default)]
    pub stratum: Vec<Spanned<Stratum>>,
    /// Counters.
    #[serde(default)]
    pub counter: Vec<Spanned<Counter>>,
    /// Invitations.
    #[serde(default)]
    pub invitation: Vec<Spanned<Invitation>>,
}

/// `[[campaign.stratum]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stratum {
    /// Unit.
    pub unit: Spanned<String>,
    /// Transactions completed or persons invited.
    pub population: Spanned<i64>,
    /// Planned answers.
    pub sample: Option<Spanned<i64>>,
}

/// `[[campaign.counter]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counter {
    /// Code.
    pub code: Spanned<String>,
    /// Unit.
    pub unit: Spanned<String>,
    /// Name on the poster.
    pub name: Spanned<String>,
    /// Keep the code as the address.
    #[serde(default)]
    pub public: bool,
}

/// `[[campaign.invitation]]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// The list's own number.
    pub code: Spanned<String>,
    /// Unit (group).
    pub unit: Spanned<String>,
    /// E-mail address; absent: a letter.
    pub email: Option<Spanned<String>>,
    /// Name.
    pub name: Option<Spanned<String>>,
}
