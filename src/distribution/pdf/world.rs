//! What a template can see: itself, its data, the logo, our fonts, and the files of the province's folder. No packages,
//! no network, no clock.

use std::{
    path::{Path, PathBuf},
    sync::LazyLock,
};

use serde_json::Value;
use typst::{
    Library, LibraryExt as _, World, WorldExt as _,
    diag::{FileError, FileResult, SourceDiagnostic},
    foundations::{Bytes, Datetime, Duration, Smart},
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::LazyHash,
};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

use super::{PdfError, Templates};

const DATA: &str = "data.json";
const LOGO: &str = "logo.png";
/// Largest file of the province's folder that is read, in bytes.
const LARGEST: u64 = 20 << 20;

/// Noto Sans, and for official letters and reports Tinos, cut down to Latin letters with all marks; see `fonts/OFL.txt`.
static OURS: LazyLock<Vec<Font>> = LazyLock::new(|| {
    [
        include_bytes!("fonts/NotoSans-Regular.ttf").as_slice(),
        include_bytes!("fonts/NotoSans-Bold.ttf").as_slice(),
        include_bytes!("fonts/Tinos-Regular.ttf").as_slice(),
        include_bytes!("fonts/Tinos-Bold.ttf").as_slice(),
        include_bytes!("fonts/Tinos-Italic.ttf").as_slice(),
        include_bytes!("fonts/Tinos-BoldItalic.ttf").as_slice(),
    ]
    .into_iter()
    .flat_map(|bytes| Font::iter(Bytes::new(bytes)))
    .collect()
});

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::builder().build()));

struct Desk<'a> {
    templates: &'a Templates,
    main: FileId,
    data: Bytes,
    logo: Option<Bytes>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

/// Sets the template and gives a tagged PDF.
pub(super) fn render(
    templates: &Templates,
    name: &'static str,
    data: &Value,
    logo: Option<&[u8]>,
) -> Result<Vec<u8>, PdfError> {
    let broken = |message: String| PdfError::Template { place: name.to_owned(), message };
    let path = VirtualPath::new(name).map_err(|error| broken(error.to_string()))?;
    let fonts: Vec<Font> =
        templates.folder().map(fonts_in).into_iter().flatten().chain(OURS.clone()).collect();
    let desk = Desk {
        templates,
        main: RootedPath::new(VirtualRoot::Project, path).intern(),
        data: Bytes::from_string(data.to_string()),
        logo: logo.map(|bytes| Bytes::new(bytes.to_vec())),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
    };
    let set = typst::compile::<PagedDocument>(&desk).output.and_then(|document| {
        let options =
            PdfOptions { creator: Smart::Custom(Some("sipas".to_owned())), ..PdfOptions::default() };
        typst_pdf::pdf(&document, &options)
    });
    // What was set for one print is of no use to the next one; it would stay in memory for good.
    typst::comemo::evict(0);
    set.map_err(|errors| match errors.first() {
        Some(first) => desk.fault(first),
        None => broken("no reason given".to_owned()),
    })
}

impl Desk<'_> {
    /// An error of the typesetter with its place in the template.
    fn fault(&self, error: &SourceDiagnostic) -> PdfError {
        let mut message = error.message.to_string();
        for hint in &error.hints {
            message.push_str("; ");
            message.push_str(&hint.v);
        }
        let at = error.span.id();
        let name = at.unwrap_or(self.main).get().vpath().get_without_slash().to_owned();
        let position = at.and_then(|id| {
            let range = self.range(error.span)?;
            self.source(id).ok()?.lines().byte_to_line_column(range.start)
        });
        let place = match position {
            Some((line, column)) => format!("{name}:{}:{}", line + 1, column + 1),
            None => name,
        };
        PdfError::Template { place, message }
    }

    fn read(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.get();
        if !matches!(path.root(), VirtualRoot::Project) {
            return Err(FileError::Other(Some(
                "packages are not loaded: put the file beside the template".into(),
            )));
        }
        let name = path.vpath().get_without_slash();
        match name {
            DATA => return Ok(self.data.clone()),
            LOGO => return self.logo.clone().ok_or_else(|| FileError::NotFound(LOGO.into())),
            _ => {}
        }
        if let Some(folder) = self.templates.folder() {
            let file = path.vpath().realize(folder).map_err(FileError::Realize)?;
            if file.is_file() {
                return small(&file).map_err(|error| FileError::from_io(error, Path::new(name)));
            }
        }
        match self.templates.source(name) {
            Some(text) => Ok(Bytes::from_string(text)),
            None => Err(FileError::NotFound(name.into())),
        }
    }
}

/// The fonts that lie in the province's folder.
fn fonts_in(folder: &Path) -> Vec<Font> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("ttf") || kind.eq_ignore_ascii_case("otf"))
        })
        .collect();
    files.sort();
    files.iter().filter_map(|file| small(file).ok()).flat_map(Font::iter).collect()
}

fn small(file: &Path) -> std::io::Result<Bytes> {
    if std::fs::metadata(file)?.len() > LARGEST {
        return Err(std::io::ErrorKind::FileTooLarge.into());
    }
    std::fs::read(file).map(Bytes::new)
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let bytes = self.read(id)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::InvalidUtf8)?;
        // Windows editors begin a file with a mark.
        Ok(Source::new(id, text.trim_start_matches('\u{feff}').to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.read(id)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m_15_the_fonts_have_every_letter_of_the_province() {
        let letters = "aàảãáạăằẳẵắặâầẩẫấậđeèẻẽéẹêềểễếệiìỉĩíịoòỏõóọôồổỗốộơờởỡớợuùủũúụưừửữứựyỳỷỹýỵƀčĕĭñŏŭ\u{306}\u{323}–“”…×·";
        for font in OURS.iter() {
            for letter in letters.chars().chain(letters.to_uppercase().chars()) {
                assert!(
                    font.info().coverage.contains(u32::from(letter)),
                    "{letter} in {}",
                    font.info().family
                );
            }
        }
        assert_eq!(OURS.len(), 6);
    }
}
