//! Released comments in a report: under the smallest unit that is published, in an order that tells nothing of time.

use sha2::{Digest as _, Sha256};

use super::report::{Comment, Publish, Report, Result as Figures};
use crate::questionnaire::Questionnaire;

/// A comment that staff have released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Released {
    /// Code of the unit that it was given for.
    pub unit: String,
    /// Id of the question.
    pub question: String,
    /// The words.
    pub text: String,
}

/// The comments as the report shows them. A unit whose figures are hidden is not named: its comments stand under the
/// nearest unit above it that is published, so that no comment can be placed in fewer than k answers, as no count can
/// (security tests D-02, D-03). Where not even the whole is published there are none.
pub fn placed(report: &Report, form: &Questionnaire, released: Vec<Released>) -> Vec<Comment> {
    if !is_published(&report.total) {
        return Vec::new();
    }
    let mut placed: Vec<(usize, [u8; 32], Comment)> = released
        .into_iter()
        .map(|Released { unit, question, text }| {
            let place = form.questions.iter().position(|asked| asked.id == question).unwrap_or(usize::MAX);
            let comment = Comment { unit: smallest_published(report, &unit), question, text };
            let order = Sha256::new()
                .chain_update(&report.campaign.slug)
                .chain_update([0])
                .chain_update(comment.unit.as_deref().unwrap_or_default())
                .chain_update([0])
                .chain_update(&comment.text);
            (place, order.finalize().into(), comment)
        })
        .collect();
    placed.sort_by_key(|(place, order, _)| (*place, *order));
    placed.into_iter().map(|(_, _, comment)| comment).collect()
}

/// The unit under which a report shows comments on this one, itself or one above it; `None`: under none. Whoever names
/// a comment's unit before it is in a report must say no more than this.
pub fn place(report: &Report, unit: &str) -> Option<String> {
    if is_published(&report.total) { smallest_published(report, unit) } else { None }
}

fn smallest_published(report: &Report, unit: &str) -> Option<String> {
    let mut at = report.units.iter().find(|other| other.code == unit);
    // A parent that is not in the report ends the way; no tree is as deep as there are units.
    for _ in 0..report.units.len() {
        let unit = at?;
        if is_published(&unit.result) {
            return Some(unit.code.clone());
        }
        let parent = unit.parent.as_deref()?;
        at = report.units.iter().find(|other| other.code == parent);
    }
    None
}

fn is_published(figures: &Figures) -> bool {
    figures.responses.is_some() && figures.index.publish != Publish::Suppress
}
