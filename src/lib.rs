//! **sipas** measures satisfaction with public administration: questionnaires, answers, indices, reports.
//!
//! Dependencies point one way: `web, cli, worker → report, distribution, store → index, sampling → statistics,
//! questionnaire → definition, organisation`. The modules marked *pure* know no database, network or clock; time and randomness are
//! passed in. Start at `questionnaire` for the way of an answer and at `index` for the way of a figure.

pub mod apply;
pub mod blanks;
pub mod cli;
pub mod clock;
pub mod config;
pub mod definition;
pub mod disk;
pub mod distribution;
pub mod doors;
pub mod export;
pub mod figures;
pub mod gathered;
pub mod index;
pub mod language;
pub mod microdata;
pub mod organisation;
pub mod publication;
pub mod questionnaire;
pub mod recordings;
pub mod report;
pub mod report_file;
pub mod sampling;
mod schema;
pub mod screening;
pub mod secret;
pub mod set_aside;
pub mod short_code;
pub mod simulation;
pub mod statistics;
pub mod steady;
pub mod store;
pub mod tabular;
pub mod task;
pub mod watching;
pub mod web;
pub mod worker;
pub mod xlsform;
