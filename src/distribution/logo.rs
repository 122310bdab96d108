//! The province's emblem or logo for print: a picture somebody uploaded, taken apart and written anew.
//!
//! Only PNG and JPEG, within limits of size and pixels (security test H-13): SVG can carry programs, other formats and
//! what lies beside the pixels of these can carry anything else. What is kept is a PNG that this program wrote.

use i18n_embed_fl::fl;

use crate::language::Lang;

/// Largest file taken, in bytes.
pub const LARGEST: usize = 200 * 1024;
/// Most pixels on a side of the picture uploaded.
pub const PIXELS: u32 = 4_096;
/// Most pixels on a side of the picture kept: 5 cm at 600 dots an inch.
#[cfg(feature = "pdf")]
const KEPT: u32 = 1_200;

/// Why a picture is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogoError {
    /// The program was built without the feature `pdf`, for which alone the logo is there.
    #[error("this program was built without PDFs (feature `pdf`)")]
    NotBuiltIn,
    /// Nothing was chosen.
    #[error("no file")]
    Nothing,
    /// More than [`LARGEST`] bytes.
    #[error("the file is too large")]
    TooLarge,
    /// Neither PNG nor JPEG by its first bytes.
    #[error("neither PNG nor JPEG")]
    Kind,
    /// More than [`PIXELS`] on a side.
    #[error("too many pixels")]
    TooManyPixels,
    /// It begins like a picture and is none.
    #[error("the picture is broken")]
    Broken,
}

impl LogoError {
    /// The words for the person who uploaded it.
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::NotBuiltIn => fl!(m, "print-not-built-in"),
            Self::Nothing => fl!(m, "print-logo-nothing"),
            Self::TooLarge => fl!(m, "print-logo-too-large"),
            Self::Kind => fl!(m, "print-logo-kind"),
            Self::TooManyPixels => fl!(m, "print-logo-pixels", n = PIXELS),
            Self::Broken => fl!(m, "print-logo-broken"),
        }
    }
}

/// The picture as a PNG of this program.
///
/// # Errors
/// [`LogoError`].
#[cfg(feature = "pdf")]
pub fn read(bytes: &[u8]) -> Result<Vec<u8>, LogoError> {
    use image::{
        DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, error::LimitErrorKind,
    };
    use std::io::Cursor;

    if bytes.is_empty() {
        return Err(LogoError::Nothing);
    }
    if bytes.len() > LARGEST {
        return Err(LogoError::TooLarge);
    }
    let format = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        ImageFormat::Png
    } else if bytes.starts_with(b"\xff\xd8\xff") {
        ImageFormat::Jpeg
    } else {
        return Err(LogoError::Kind);
    };
    let fault = |error: ImageError| match error {
        ImageError::Limits(limit) if !matches!(limit.kind(), LimitErrorKind::Unsupported { .. }) => {
            LogoError::TooManyPixels
        }
        _ => LogoError::Broken,
    };
    let mut limits = Limits::default();
    limits.max_image_width = Some(PIXELS);
    limits.max_image_height = Some(PIXELS);
    limits.max_alloc = Some(256 << 20);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(fault)?;
    let turned = decoder.orientation().map_err(fault)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    picture.apply_orientation(turned);
    if picture.width().max(picture.height()) > KEPT {
        picture = picture.resize(KEPT, KEPT, image::imageops::FilterType::Triangle);
    }
    // Eight bits a channel, whatever it came in.
    let picture = DynamicImage::ImageRgba8(picture.into_rgba8());
    let mut kept = Vec::new();
    picture.write_to(&mut Cursor::new(&mut kept), ImageFormat::Png).map_err(fault)?;
    Ok(kept)
}

/// Without the feature `pdf` no picture is taken.
///
/// # Errors
/// [`LogoError::NotBuiltIn`].
#[cfg(not(feature = "pdf"))]
pub fn read(_: &[u8]) -> Result<Vec<u8>, LogoError> {
    Err(LogoError::NotBuiltIn)
}

#[cfg(test)]
#[cfg(feature = "pdf")]
mod tests {
    use std::io::Cursor;

    use image::{DynamicImage, ImageFormat, RgbImage};

    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        DynamicImage::ImageRgb8(RgbImage::new(width, height))
            .write_to(&mut Cursor::new(&mut bytes), format)
            .unwrap();
        bytes
    }

    #[test]
    fn h_13_png_and_jpeg_are_written_anew_and_nothing_beside_the_pixels_stays() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg] {
            let mut sent = picture(300, 200, format);
            sent.extend_from_slice(b"<script>alert(1)</script>");
            let kept = read(&sent).unwrap();
            assert!(kept.starts_with(b"\x89PNG"), "{format:?}");
            assert!(!kept.windows(8).any(|part| part == b"<script>"), "{format:?}");
            let again = image::load_from_memory(&kept).unwrap();
            assert_eq!((again.width(), again.height()), (300, 200));
        }
    }

    #[test]
    fn h_13_a_large_picture_is_kept_smaller() {
        let kept = image::load_from_memory(&read(&picture(3_000, 1_500, ImageFormat::Png)).unwrap()).unwrap();
        assert_eq!((kept.width(), kept.height()), (1_200, 600));
    }

    #[test]
    fn h_13_everything_else_is_refused() {
        let refused = |bytes: &[u8]| read(bytes).unwrap_err();
        assert_eq!(refused(b""), LogoError::Nothing);
        assert_eq!(refused(br#"<svg xmlns="http://www.w3.org/2000/svg"/>"#), LogoError::Kind);
        assert_eq!(refused(b"<?xml version=\"1.0\"?><svg/>"), LogoError::Kind);
        assert_eq!(refused(b"GIF89a"), LogoError::Kind);
        assert_eq!(refused(&vec![0; LARGEST + 1]), LogoError::TooLarge);
        assert_eq!(refused(b"\x89PNG\r\n\x1a\nno picture"), LogoError::Broken);
        let whole = picture(100, 100, ImageFormat::Jpeg);
        assert_eq!(refused(&whole[..40]), LogoError::Broken);
        // A few bytes that would become gigabytes: refused by the numbers in its head, before anything is unpacked.
        for (width, height) in [(5_000, 10), (10, 5_000)] {
            assert_eq!(refused(&picture(width, height, ImageFormat::Png)), LogoError::TooManyPixels);
        }
        let mut bomb = picture(10, 10, ImageFormat::Png);
        bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
        let crc = crc32fast::hash(&bomb[12..29]).to_be_bytes();
        bomb[29..33].copy_from_slice(&crc);
        assert_eq!(refused(&bomb), LogoError::TooManyPixels);
    }

    proptest::proptest! {
        #[test]
        fn h_12_any_bytes_are_a_picture_or_refused(bytes: Vec<u8>, png: bool) {
            let head: &[u8] = if png { b"\x89PNG\r\n\x1a\n" } else { b"\xff\xd8\xff" };
            let _ = read(&[head, &bytes].concat());
        }
    }
}
