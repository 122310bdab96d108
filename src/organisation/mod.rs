//! The province's organisation and its campaigns as plain data: units, counters, periods, populations, invitations, roles.
//!
//! Pure: what is stored is in [`crate::store`], what is read from files in [`crate::apply`].

pub mod campaign;
pub mod kiosk_code;
pub mod mode;
pub mod notice;
pub mod role;
pub mod unit;

pub use campaign::{Campaign, Channel, Counter, Margin, Phase, Stratum};
pub use mode::Mode;
pub use notice::Notice;
pub use role::Role;
pub use unit::{Unit, UnitTree};
