//! A questionnaire as one person gets it: generated from a definition for a form, with its flow and the checking of
//! answers.
//!
//! Pure. [`form`] lays out the questions and where each answer lies in a packed row; [`rotation`] leaves out
//! the modules that a respondent is not asked, [`part`] makes a form part of a larger one, [`flow`] decides which questions the rules ask; [`answers`] turns form
//! fields into checked, packed answers and back, [`keying`] what is keyed from paper, [`sitting`] what is answered about several units before it is sent, [`text`] makes what was typed fit to be kept; [`walk`] goes through it at
//! random.
//! Views that draw it are in [`crate::web::respond`].

pub mod answers;
pub mod flow;
pub mod form;
pub mod keying;
pub mod part;
pub mod rotation;
pub mod sitting;
pub mod synthetic;
#[cfg(test)]
mod testing;
pub mod text;
pub mod walk;

pub use answers::{Answer, Answers, Fault, Invalid};
pub use form::{Choice, Question, Questionnaire, Section};
pub use rotation::Rotation;
