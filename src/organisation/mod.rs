//! The province's organisation and its campaigns as plain data: units, counters, periods, populations, invitations, roles.
//!
//! Pure: what is stored is in [`crate::store`], what is read from files in [`crate::apply`].

pub mod campaign;
pub mod history;
pub mod import;
pub mod invited;
pub mod kiosk_code;
pub mod mode;
pub mod next;
pub mod notice;
pub mod order;
pub mod period;
pub mod person;
pub mod problem;
pub mod raters;
pub mod readiness;
pub mod role;
pub mod schedule;
pub mod text;
pub mod unit;

pub use campaign::{Campaign, Channel, Counter, Margin, Phase, State, Stratum};
pub use history::{Dated, History, Past, Since, UnitChange};
pub use mode::Mode;
pub use notice::Notice;
pub use period::{Period, Span, quarters};
pub use person::Person;
pub use raters::{Assignment, Rater, RaterGroup, Raters};
pub use role::Role;
pub use unit::{Unit, UnitTree};
