//! Who filled in a form.

use serde::{Deserialize, Serialize};

/// Who filled in a form, as far as they said so. Recorded beside the answers and outside the index; never asked of those
/// with a personal link, whom it could make stand out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Not said, or never asked.
    #[default]
    Unknown,
    /// The respondent alone.
    #[serde(rename = "self")]
    Own,
    /// The respondent with help from staff.
    Helped,
    /// Somebody else in the respondent's place.
    Proxy,
}

impl Mode {
    /// All modes; the position is the byte stored.
    pub const ALL: [Self; 4] = [Self::Unknown, Self::Own, Self::Helped, Self::Proxy];

    /// Those that a form offers.
    pub const ASKED: [Self; 3] = [Self::Own, Self::Helped, Self::Proxy];

    /// The byte stored.
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// The mode of a stored byte.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.get(usize::from(byte)).copied()
    }

    /// The code that a form sends.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "",
            Self::Own => "self",
            Self::Helped => "helped",
            Self::Proxy => "proxy",
        }
    }

    /// The mode of a code; nothing sent is [`Mode::Unknown`].
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.code() == code)
    }

    /// Whether somebody other than the respondent had a hand in it.
    pub const fn is_assisted(self) -> bool {
        matches!(self, Self::Helped | Self::Proxy)
    }
}
