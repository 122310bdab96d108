//! QR codes as drawings (SVG) and pictures (PNG): quiet zone of four modules, error correction level Q, so that a code
//! with a scratch or a stain is still read.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code that readers need (ISO/IEC 18004).
const QUIET: usize = 4;
/// Pixels a module in a picture: a code of 41 modules prints at 41 mm and 300 dots an inch.
const PIXELS: usize = 12;

/// Why there is no code.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    /// The text does not fit into a code.
    #[error("the address does not fit into a QR code")]
    TooLong(#[from] qrcode::types::QrError),
    /// The picture cannot be written.
    #[error("the picture cannot be written")]
    Picture(#[from] png::EncodingError),
}

/// The modules of a code with its quiet zone, row by row; true is dark. The second value is the width.
fn modules(text: &str) -> Result<(Vec<bool>, usize), QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::Q)?;
    let (inner, colors) = (code.width(), code.to_colors());
    let width = inner + 2 * QUIET;
    let mut modules = vec![false; width * width];
    for (at, color) in colors.iter().enumerate() {
        let (x, y) = (at % inner + QUIET, at / inner + QUIET);
        modules[y * width + x] = *color == Color::Dark;
    }
    Ok((modules, width))
}

/// The code as SVG, to be put into a page or a file: a white square and one path.
///
/// # Errors
/// [`QrError::TooLong`].
pub fn svg(text: &str) -> Result<String, QrError> {
    let (modules, width) = modules(text)?;
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let run = row[x..].iter().take_while(|dark| **dark).count();
            if run > 0 {
                // Writing into a String cannot fail.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run.max(1);
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {width}\" shape-rendering=\"crispEdges\" \
         role=\"img\" aria-label=\"QR\"><rect width=\"{width}\" height=\"{width}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

/// The code as PNG, one bit a pixel.
///
/// # Errors
/// [`QrError`].
pub fn png(text: &str) -> Result<Vec<u8>, QrError> {
    let (modules, width) = modules(text)?;
    let side = width * PIXELS;
    let row_bytes = side.div_ceil(8);
    let mut pixels = vec![0xff_u8; row_bytes * side];
    for y in 0..side {
        for x in 0..side {
            if modules[y / PIXELS * width + x / PIXELS] {
                pixels[y * row_bytes + x / 8] &= !(0x80 >> (x % 8));
            }
        }
    }
    let side = u32::try_from(side).unwrap_or(u32::MAX);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: &str = "https://khaosat.binhdinh.gov.vn/k/qn-1-0123456789";

    fn decode(width: usize, dark: impl FnMut(usize, usize) -> bool) -> String {
        let mut dark = dark;
        let mut image =
            rqrr::PreparedImage::prepare_from_greyscale(
                width,
                width,
                |x, y| if dark(x, y) { 0 } else { 255 },
            );
        let codes = image.detect_grids();
        assert_eq!(codes.len(), 1);
        codes[0].decode().unwrap().1
    }

    #[test]
    fn the_picture_reads_back() {
        let bytes = png(ADDRESS).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, row) = (info.width as usize, info.line_size);
        assert!(width >= 360, "at least 3 cm at 300 dots an inch: {width}");
        assert_eq!(decode(width, |x, y| pixels[y * row + x / 8] & (0x80 >> (x % 8)) == 0), ADDRESS);
    }

    #[test]
    fn the_drawing_is_the_same_code_with_its_quiet_zone() {
        let drawing = svg(ADDRESS).unwrap();
        let (modules, width) = modules(ADDRESS).unwrap();
        let mut drawn = vec![false; width * width];
        let path = drawing.split("d=\"").nth(1).unwrap().split('"').next().unwrap();
        for run in path.split('M').skip(1) {
            let numbers: Vec<usize> = run
                .split(|c: char| !c.is_ascii_digit())
                .filter(|n| !n.is_empty())
                .map(|n| n.parse().unwrap())
                .collect();
            for x in numbers[0]..numbers[0] + numbers[2] {
                drawn[numbers[1] * width + x] = true;
            }
        }
        assert_eq!(drawn, modules);
        for edge in 0..QUIET {
            assert!((0..width).all(|at| !modules[edge * width + at] && !modules[at * width + edge]));
        }
        assert!(!drawing.contains("href") && !drawing.contains("<?xml"));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(matches!(svg(&"a".repeat(4_000)), Err(QrError::TooLong(_))));
    }
}
