//! Charts as pictures: what every office of every age shows alike, and prints.

use crate::report::document::Chart;

/// The pictures of a document in their order.
#[derive(Debug, Default)]
pub struct Pictures(Vec<Vec<u8>>);

impl Pictures {
    /// Draws a chart; its number among the pictures, or nothing where this program has no drawing in it.
    pub fn draw(&mut self, chart: &Chart) -> Option<usize> {
        self.0.push(png(chart)?);
        Some(self.0.len() - 1)
    }

    /// All, PNG.
    pub fn all(&self) -> &[Vec<u8>] {
        &self.0
    }
}

/// The id of a picture's relation.
pub fn relation(number: usize) -> String {
    format!("rIdChart{}", number + 1)
}

#[cfg(not(feature = "pdf"))]
fn png(_: &Chart) -> Option<Vec<u8>> {
    None
}

/// The drawing in 203 dots per inch where it is as wide as the text.
#[cfg(feature = "pdf")]
fn png(chart: &Chart) -> Option<Vec<u8>> {
    use std::sync::{Arc, LazyLock};

    use resvg::{tiny_skia, usvg};

    const ZOOM: u16 = 2;
    static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = usvg::fontdb::Database::new();
        fonts.load_font_data(include_bytes!("../../distribution/pdf/fonts/NotoSans-Regular.ttf").to_vec());
        fonts.load_font_data(include_bytes!("../../distribution/pdf/fonts/NotoSans-Bold.ttf").to_vec());
        Arc::new(fonts)
    });
    let options = usvg::Options { fontdb: FONTS.clone(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(&chart.svg, &options)
        .inspect_err(|error| tracing::error!(%error, "a chart could not be drawn"))
        .ok()?;
    let size = tree.size().to_int_size().scale_by(f32::from(ZOOM))?;
    let mut drawn = tiny_skia::Pixmap::new(size.width(), size.height())?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(ZOOM.into(), ZOOM.into()), &mut drawn.as_mut());
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, size.width(), size.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().ok()?;
    // The ground is white and whole: no dot lets anything through, so that premultiplied is plain.
    writer.write_image_data(drawn.data()).ok()?;
    writer.finish().ok()?;
    Some(png)
}
