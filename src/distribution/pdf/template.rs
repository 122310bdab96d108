//! The templates: ours, built in, and those of the province's folder, which take their place.

use std::path::{Path, PathBuf};

/// Ours, by file name.
const BUILT_IN: [(&str, &str); 6] = [
    ("poster.typ", include_str!("templates/poster.typ")),
    ("paper.typ", include_str!("templates/paper.typ")),
    ("letter.typ", include_str!("templates/letter.typ")),
    ("labels.typ", include_str!("templates/labels.typ")),
    ("report.typ", include_str!("templates/report.typ")),
    ("report-letters.typ", include_str!("templates/report-letters.typ")),
];

/// Where templates come from: the province's folder, if there is one, else ours.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    folder: Option<PathBuf>,
}

impl Templates {
    /// Templates of this folder; what it does not hold is ours.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// The province's folder.
    pub fn folder(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// The built-in template of this name, for a province to begin with.
    pub fn source(&self, name: &str) -> Option<&'static str> {
        BUILT_IN.into_iter().find(|(other, _)| *other == name).map(|(_, text)| text)
    }
}
