//! Charts that belong to the workbook: their figures are its cells, so that they change with them and can be restyled.

use rust_xlsxwriter::{
    Chart as Drawing, ChartErrorBars, ChartErrorBarsType, ChartFormat, ChartLegendPosition, ChartLine,
    ChartRange, ChartSolidFill, ChartType, Color,
};

/// A chart of figures below each other with their intervals.
pub struct Chart {
    /// Its title.
    pub title: String,
    /// What its figures are called.
    pub figures: String,
    /// The first and the last row.
    pub rows: (u32, u32),
    /// Which columns hold what.
    pub columns: Columns,
    /// Whether the bars lie, for many long names.
    pub lying: bool,
}

/// Columns of a [`Chart`].
pub struct Columns {
    /// Names.
    pub names: u16,
    /// Figures, 0..1.
    pub figures: u16,
    /// How far the interval reaches up; the next one: down.
    pub margins: u16,
    /// The target, drawn as a line across.
    pub target: Option<u16>,
}

impl Chart {
    /// The chart over the cells of the sheet with this name.
    pub fn drawing(&self, sheet: &str, target: &str) -> Drawing {
        let (first, last) = self.rows;
        let line_of = |color: u32, width: f64| {
            let line = ChartLine::new().set_color(Color::RGB(color)).set_width(width).clone();
            ChartFormat::new().set_line(&line).clone()
        };
        let column = |at: u16| (sheet, first, at, last, at);
        let range = |at: u16| ChartRange::new_from_range(sheet, first, at, last, at);
        let mut drawing = Drawing::new(if self.lying { ChartType::Bar } else { ChartType::Column });
        let mut bars = ChartErrorBars::new();
        let margins =
            ChartErrorBarsType::Custom(range(self.columns.margins), range(self.columns.margins + 1));
        bars.set_type(margins).set_format(&mut line_of(0x1B_26_2B, 1.25));
        let series = drawing.add_series();
        series
            .set_name(self.figures.as_str())
            .set_categories(column(self.columns.names))
            .set_values(column(self.columns.figures))
            .set_gap(60)
            .set_format(
                ChartFormat::new().set_solid_fill(ChartSolidFill::new().set_color(Color::RGB(0x6F_A3_AE))),
            );
        if self.lying {
            series.set_x_error_bars(&bars);
        } else {
            series.set_y_error_bars(&bars);
        }
        if let Some(target_column) = self.columns.target {
            let mut line = Drawing::new(ChartType::Line);
            line.add_series()
                .set_name(target)
                .set_categories(column(self.columns.names))
                .set_values(column(target_column))
                .set_format(&mut line_of(0xA3_27_1F, 2.0));
            drawing.combine(&line);
        }
        drawing.title().set_name(self.title.as_str());
        drawing.legend().set_position(ChartLegendPosition::Bottom);
        // Of bars that lie, x is the axis of values, and the first name would be the lowest.
        let values = if self.lying { drawing.x_axis() } else { drawing.y_axis() };
        values.set_min(0).set_max(1).set_num_format("0%");
        if self.lying {
            drawing.y_axis().set_reverse();
            drawing.legend().set_hidden();
        }
        let rows = last - first + 1;
        drawing.set_width(860).set_height(if self.lying { 120 + 26 * rows } else { 380 });
        drawing.set_alt_text(self.title.as_str());
        drawing
    }
}
