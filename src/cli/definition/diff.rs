//! `sipas definition diff`: what changed between two versions, a line each, breaking changes first.

use std::path::Path;

use i18n_embed_fl::fl;

use super::{files, show::percent};
use crate::{
    cli::{Failure, language, print, say},
    definition::diff::{Change, Subject, What, diff},
    language::Lang,
};

pub(super) fn run(before: &str, after: &str, folder: Option<&Path>) -> Result<(), Failure> {
    let before = files::find(before, None, folder)?;
    let after = files::find(after, None, folder)?;
    let changes = diff(&before.definition, &after.definition);
    let lang = language();
    let m = lang.messages();
    changes.iter().for_each(|change| print(line(change, lang)));
    if changes.is_empty() {
        say(fl!(m, "definition-diff-none"));
    } else {
        let breaking = changes.iter().filter(|change| change.breaking).count();
        let compatible = (changes.len() - breaking).to_string();
        let breaking = breaking.to_string();
        say(fl!(m, "definition-diff-count", breaking = breaking, compatible = compatible));
    }
    Ok(())
}

fn line(change: &Change, lang: Lang) -> String {
    let m = lang.messages();
    let kind = if change.breaking {
        fl!(m, "definition-diff-breaking")
    } else {
        fl!(m, "definition-diff-compatible")
    };
    format!("[{kind}] {}: {}\n", subject(&change.subject, lang), what(&change.what, lang))
}

fn subject(subject: &Subject, lang: Lang) -> String {
    let m = lang.messages();
    match subject {
        Subject::Definition => fl!(m, "definition-diff-definition"),
        Subject::Index => fl!(m, "definition-diff-index"),
        Subject::Part(id) => fl!(m, "definition-diff-part", id = id.as_str()),
        Subject::Dimension(id) => fl!(m, "definition-diff-dimension", id = id.as_str()),
        Subject::Scale(id) => fl!(m, "definition-diff-scale", id = id.as_str()),
        Subject::Option(id, code) => {
            fl!(m, "definition-diff-option", id = id.as_str(), code = code.as_str())
        }
        Subject::Criterion(id) => fl!(m, "definition-diff-criterion", id = id.as_str()),
        Subject::Question(id) => fl!(m, "definition-diff-question", id = id.as_str()),
        Subject::Form(id) => fl!(m, "definition-diff-form", id = id.as_str()),
        Subject::Asked(form, id) => {
            fl!(m, "definition-diff-asked", id = id.as_str(), form = form.as_str())
        }
        Subject::Plan(id) => fl!(m, "definition-diff-plan", id = id.as_str()),
    }
}

fn what(what: &What, lang: Lang) -> String {
    let m = lang.messages();
    let value = |value: &str| {
        if value.is_empty() { fl!(m, "definition-diff-nothing") } else { value.to_owned() }
    };
    match what {
        What::Added => fl!(m, "definition-diff-added"),
        What::Removed => fl!(m, "definition-diff-removed"),
        What::Wording => fl!(m, "definition-diff-wording"),
        What::Order => fl!(m, "definition-diff-order"),
        What::Value { key, before, after } => {
            let key = (*key).to_owned();
            fl!(m, "definition-diff-value", key = key, before = value(before), after = value(after))
        }
        What::Share { dimension, before, after } => fl!(
            m,
            "definition-diff-share",
            dimension = dimension.as_str(),
            before = percent(*before, lang),
            after = percent(*after, lang)
        ),
    }
}
