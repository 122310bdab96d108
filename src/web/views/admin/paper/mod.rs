//! Pages for paper forms: [`desk`] with what was printed and what is to do, [`entry`] to key a sheet in, [`compare`]
//! for one that two people keyed differently.

pub mod compare;
pub mod desk;
pub mod entry;
pub mod import;
