//! The program from outside: one binary for all integration tests.

mod access;
mod apply;
mod bad_input;
mod definition;
mod dependencies;
mod distribution;
mod durability;
mod everyone;
mod handbook;
mod kept_forms;
mod kiosk;
mod languages;
mod notice;
mod personal_link;
mod plan;
mod questionnaire_pages;
mod questionnaires;
mod report;
mod respond;
mod rotation;
mod screening;
mod second_factor;
mod staff;
mod statistics;
mod support;
mod xlsform;
