//! Recordings of questions in a folder of definitions: `ID/VERSION/audio/LANGUAGE/QUESTION.mp3`.
//!
//! Beside the definition and outside its hash: a recording reads a wording aloud, it is not one. The server holds them
//! ([`crate::web::audio`]), `sipas definition check` looks at them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Larger recordings are warned of: a minute of speech takes less, and somebody pays for the bytes.
pub const LARGE: u64 = 80 * 1_000;
/// Larger files are not served.
pub const LARGEST: u64 = 2_000_000;

/// A file named as a recording.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Recording {
    /// Id of the definition.
    pub id: String,
    /// Version of the definition.
    pub version: String,
    /// Language code.
    pub language: String,
    /// Id of the question.
    pub question: String,
    /// `mp3`, `ogg` or `m4a`; anything else is no recording that a browser plays.
    pub extension: String,
    /// The file.
    pub path: PathBuf,
}

/// Why a recording cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It cannot be read.
    Unreadable,
    /// It is larger than [`LARGEST`].
    TooLarge,
    /// Its content is not what its name says.
    NotAudio,
}

/// All recordings below a folder of definitions, in order.
pub fn all(folder: &Path) -> Vec<Recording> {
    let mut found = Vec::new();
    for (id, definition) in folders(folder) {
        for (version, below) in folders(&definition) {
            found.extend(of(&id, &version, &below.join("audio")));
        }
    }
    found.sort();
    found
}

fn of(id: &str, version: &str, audio: &Path) -> Vec<Recording> {
    let mut found = Vec::new();
    for (language, folder) in folders(audio) {
        for path in entries(&folder).into_iter().filter(|path| path.is_file()) {
            let text =
                |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().into_owned();
            found.push(Recording {
                id: id.to_owned(),
                version: version.to_owned(),
                language: language.clone(),
                question: text(path.file_stem()),
                extension: text(path.extension()),
                path,
            });
        }
    }
    found
}

/// The content of a recording, with its content type.
///
/// # Errors
/// [`Fault`].
pub fn read(recording: &Recording) -> Result<(Vec<u8>, &'static str), Fault> {
    let size = fs::metadata(&recording.path).map_err(|_| Fault::Unreadable)?.len();
    if size > LARGEST {
        return Err(Fault::TooLarge);
    }
    let bytes = fs::read(&recording.path).map_err(|_| Fault::Unreadable)?;
    let content_type = content_type(&recording.extension, &bytes).ok_or(Fault::NotAudio)?;
    Ok((bytes, content_type))
}

/// The content type of a recording whose first bytes are what its extension says.
fn content_type(extension: &str, bytes: &[u8]) -> Option<&'static str> {
    match extension {
        // An ID3 tag, or the first frame at once: eleven bits set.
        "mp3"
            if bytes.starts_with(b"ID3") || matches!(bytes, [0xff, second, ..] if second & 0xe0 == 0xe0) =>
        {
            Some("audio/mpeg")
        }
        "ogg" if bytes.starts_with(b"OggS") => Some("audio/ogg"),
        "m4a" if bytes.get(4..8) == Some(b"ftyp") => Some("audio/mp4"),
        _ => None,
    }
}

/// The folders in a folder, with their names; none where it cannot be read.
fn folders(folder: &Path) -> Vec<(String, PathBuf)> {
    let folders = entries(folder).into_iter().filter(|path| path.is_dir());
    folders.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.filter_map(|entry| Some(entry.ok()?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::content_type;

    #[test]
    fn a_recording_is_what_its_name_says() {
        assert_eq!(content_type("mp3", b"ID3\x04rest"), Some("audio/mpeg"));
        assert_eq!(content_type("mp3", &[0xff, 0xfb, 0x90]), Some("audio/mpeg"));
        assert_eq!(content_type("ogg", b"OggS\0"), Some("audio/ogg"));
        assert_eq!(content_type("m4a", b"\0\0\0\x20ftypM4A "), Some("audio/mp4"));
        for (extension, bytes) in [("mp3", &b"<html>"[..]), ("ogg", b"ID3"), ("html", b"OggS"), ("m4a", b"")]
        {
            assert_eq!(content_type(extension, bytes), None, "{extension}");
        }
    }
}
