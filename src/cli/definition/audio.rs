//! What is wrong with the recordings in a folder of definitions.

use std::path::Path;

use i18n_embed_fl::fl;

use super::files;
use crate::{
    cli::language,
    definition::{Definition, message::with_hint},
    recordings::{self, Fault, LARGE, LARGEST, Recording},
};

/// A line about a recording, and whether it keeps it from being heard.
pub struct Remark {
    /// Whether the recording is left out by a server.
    pub is_error: bool,
    /// `file: words`.
    pub line: String,
}

/// Everything about the recordings below a folder that somebody should know, and how many there are.
pub fn check(folder: &Path) -> (usize, Vec<Remark>) {
    let recordings = recordings::all(folder);
    let remarks = recordings.iter().flat_map(|recording| of(folder, recording)).collect();
    (recordings.len(), remarks)
}

fn of(folder: &Path, recording: &Recording) -> Vec<Remark> {
    let m = language().messages();
    let file = recording.path.display().to_string();
    let remark = |is_error: bool, words: String| {
        let words = if is_error { words } else { fl!(m, "definition-warning", words = words) };
        Remark { is_error, line: format!("{file}: {words}") }
    };
    let mut remarks = Vec::new();
    let Recording { id, version, language, question, .. } = recording;
    match files::original(&folder.join(id).join(format!("{version}.toml")), id, version) {
        None => {
            let words = fl!(m, "definition-no-such-version", id = id.as_str(), version = version.as_str());
            remarks.push(remark(true, words));
        }
        Some(definition) => {
            let known = questions(&definition);
            if !known.contains(question) {
                let words = fl!(m, "definition-unknown-item", id = question.as_str());
                remarks.push(remark(true, with_hint(crate::cli::language(), words, question, &known)));
            }
            let translated = folder.join(id).join(format!("{version}.{language}.toml")).is_file();
            if !definition.languages.contains(language) && !translated {
                let words =
                    fl!(m, "definition-no-such-language", id = id.as_str(), language = language.as_str());
                remarks.push(remark(true, words));
            }
        }
    }
    match recordings::read(recording) {
        Ok((bytes, _)) if bytes.len() as u64 > LARGE => {
            let (size, most) = (kilobytes(bytes.len() as u64), kilobytes(LARGE));
            remarks.push(remark(false, fl!(m, "definition-audio-large", size = size, most = most)));
        }
        Ok(_) => {}
        Err(Fault::TooLarge) => {
            remarks.push(remark(true, fl!(m, "definition-audio-too-large", most = kilobytes(LARGEST))));
        }
        Err(Fault::NotAudio) => remarks.push(remark(true, fl!(m, "definition-not-audio"))),
        Err(Fault::Unreadable) => remarks.push(remark(true, fl!(m, "definition-audio-unreadable"))),
    }
    remarks
}

fn questions(definition: &Definition) -> Vec<String> {
    let criteria = definition.criteria.iter().map(|criterion| criterion.id.clone());
    criteria.chain(definition.questions.iter().map(|question| question.id.clone())).collect()
}

fn kilobytes(bytes: u64) -> String {
    bytes.div_ceil(1_000).to_string()
}
