//! What the sheets share: styles of cells, the heading row, print set-up.

use i18n_embed_fl::fl;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Worksheet, XlsxError};

use super::chart::Chart;
use crate::{
    index::report::{self as results, Decision, DimensionResult, Estimate},
    language::Lang,
    report::{guard, shown, words},
};

/// Excel's number for A4.
const A4: u8 = 9;

/// How a row is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Not at all.
    Plain,
    /// Shown not to reach the target.
    Below,
}

/// Writes cells of one sheet.
pub struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    lang: Lang,
    mark: Mark,
}

impl<'a> Sheet<'a> {
    /// A sheet with this name, for A4 landscape, as wide as the page.
    pub fn new(sheet: &'a mut Worksheet, name: &str, lang: Lang) -> Result<Self, XlsxError> {
        sheet.set_name(name)?;
        sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
        sheet.set_margins(0.5, 0.5, 0.6, 0.6, 0.3, 0.3).set_footer("&C&A &P/&N");
        Ok(Self { sheet, lang, mark: Mark::Plain })
    }

    /// How the cells that follow are marked.
    pub const fn mark(&mut self, mark: Mark) {
        self.mark = mark;
    }

    /// The heading row: frozen, printed on every page, with filters over `rows` rows.
    pub fn headings(&mut self, columns: &[(String, f64)], rows: usize) -> Result<(), XlsxError> {
        let format = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::VerticalCenter)
            .set_background_color(Color::RGB(0x0A_4A_57))
            .set_font_color(Color::White)
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0xB4_C0_C4));
        for (column, (heading, width)) in (0_u16..).zip(columns) {
            self.sheet.write_string_with_format(0, column, guard::string(heading), &format)?;
            self.sheet.set_column_width(column, *width)?;
        }
        self.sheet.set_row_height(0, 42)?;
        self.sheet.set_freeze_panes(1, 2)?.set_repeat_rows(0, 0)?;
        let last = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        self.sheet.autofilter(0, 0, u32::try_from(rows).unwrap_or(u32::MAX), last)?;
        Ok(())
    }

    /// The width of a column, in characters.
    pub fn width(&mut self, column: u16, width: f64) -> Result<(), XlsxError> {
        self.sheet.set_column_width(column, width).map(drop)
    }

    fn base(&self) -> Format {
        let format = Format::new()
            .set_align(FormatAlign::Top)
            .set_border(FormatBorder::Thin)
            .set_border_color(Color::RGB(0xD5_DD_E0));
        match self.mark {
            Mark::Plain => format,
            Mark::Below => format.set_background_color(Color::RGB(0xFD_F0_EE)),
        }
    }

    /// Text.
    pub fn text(&mut self, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
        self.indented(row, column, text, 0)
    }

    /// Text moved to the right by this many steps.
    pub fn indented(&mut self, row: u32, column: u16, text: &str, steps: usize) -> Result<(), XlsxError> {
        let format = self.base().set_text_wrap().set_indent(u8::try_from(steps.min(15)).unwrap_or(15));
        self.sheet.write_string_with_format(row, column, guard::string(text), &format).map(drop)
    }

    /// Text in bold, without a frame.
    pub fn strong(&mut self, row: u32, column: u16, text: &str, size: f64) -> Result<(), XlsxError> {
        let format = Format::new().set_bold().set_font_size(size).set_font_color(Color::RGB(0x0A_4A_57));
        self.sheet.write_string_with_format(row, column, guard::string(text), &format).map(drop)
    }

    fn number(&mut self, row: u32, column: u16, number: Option<f64>, form: &str) -> Result<(), XlsxError> {
        let format = self.base().set_num_format(form);
        match number.filter(|number| number.is_finite()) {
            Some(number) => self.sheet.write_number_with_format(row, column, number, &format).map(drop),
            None => self.sheet.write_blank(row, column, &format).map(drop),
        }
    }

    /// A share, 0..1, as a percentage; nothing where there is none.
    pub fn share(&mut self, row: u32, column: u16, share: Option<f64>) -> Result<(), XlsxError> {
        self.number(row, column, share, "0.00%")
    }

    /// A share of a figure, with as many decimals as that was given with.
    fn share_of(
        &mut self,
        (row, column): (u32, u16),
        share: Option<f64>,
        estimate: &Estimate,
    ) -> Result<(), XlsxError> {
        let form = if shown::decimals(estimate) == 1 { "0.0%" } else { "0.00%" };
        self.number(row, column, share, form)
    }

    /// A number with two decimals.
    pub fn decimal(&mut self, row: u32, column: u16, number: Option<f64>) -> Result<(), XlsxError> {
        self.number(row, column, number, "0.00")
    }

    /// A count.
    pub fn count(&mut self, row: u32, column: u16, count: Option<u64>) -> Result<(), XlsxError> {
        // A count above 2^53 would lose its last digits; no province has as many answers.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        self.number(row, column, count.map(|count| count as f64), "#,##0")
    }

    /// The figure, or the words that say that it is not published.
    pub fn figure(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        if shown::shown(estimate).is_none() || words::is_unasked(estimate) {
            return self.text(row, column, &words::why_none(self.lang, estimate));
        }
        self.share_of((row, column), shown::figure(estimate), estimate)
    }

    /// The limits of the interval in this column and the next.
    pub fn limits(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        self.lower(row, column, estimate)?;
        self.upper(row, column + 1, estimate)
    }

    /// The lower limit of the interval.
    pub fn lower(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        let lower = shown::limits(estimate).map(|(lower, _)| lower);
        self.share_of((row, column), lower, estimate)
    }

    /// The upper limit of the interval.
    pub fn upper(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        let upper = shown::limits(estimate).map(|(_, upper)| upper);
        self.share_of((row, column), upper, estimate)
    }

    /// How far the interval reaches above the figure, and in the next column below it.
    pub fn margins(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        let margins = shown::figure(estimate).zip(shown::limits(estimate));
        self.share_of((row, column), margins.map(|(figure, (_, upper))| upper - figure), estimate)?;
        self.share_of((row, column + 1), margins.map(|(figure, (lower, _))| figure - lower), estimate)
    }

    /// A chart of cells of this sheet, its upper left corner in a cell.
    pub fn chart(&mut self, row: u32, column: u16, chart: &Chart) -> Result<(), XlsxError> {
        let target = fl!(self.lang.messages(), "report-target");
        self.sheet.insert_chart(row, column, &chart.drawing(&self.sheet.name(), &target)).map(drop)
    }

    /// The decision in words.
    pub fn decision(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        let decision = shown::decision(estimate).map(|decision| words::decision(self.lang, decision));
        self.text(row, column, &decision.unwrap_or_default())
    }

    /// What [`estimate_headings`] name, from this column on.
    pub fn estimate(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        self.count(row, column, shown::answers(estimate))?;
        self.figure(row, column + 1, estimate)?;
        self.limits(row, column + 2, estimate)?;
        self.decision(row, column + 4, estimate)?;
        self.publish(row, column + 5, estimate)
    }

    /// The figures of these dimensions, from this column on, as far as a result has them.
    pub fn dimensions(
        &mut self,
        row: u32,
        column: u16,
        wanted: &[DimensionResult],
        result: &results::Result,
    ) -> Result<(), XlsxError> {
        for (column, dimension) in (column..).zip(wanted) {
            let own = result.dimensions.iter().find(|own| own.id == dimension.id);
            self.figure(row, column, own.map_or(&Estimate::default(), |own| &own.estimate))?;
        }
        Ok(())
    }

    /// How far a figure can be relied on, in words.
    fn publish(&mut self, row: u32, column: u16, estimate: &Estimate) -> Result<(), XlsxError> {
        self.text(row, column, &words::reliance(self.lang, estimate))
    }
}

/// How a row with this figure is marked.
pub fn mark(estimate: &Estimate) -> Mark {
    if shown::decision(estimate) == Some(Decision::NotMet) { Mark::Below } else { Mark::Plain }
}

/// The number of a row below a heading row.
pub fn below(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX).saturating_add(1)
}

/// Headings that units and criteria share: number of answers, figure, limits, decision, remark.
pub fn estimate_headings(lang: Lang) -> [(String, f64); 6] {
    let words = lang.messages();
    [
        (fl!(words, "report-column-n"), 11.0),
        (fl!(words, "report-column-estimate"), 13.0),
        (fl!(words, "report-column-lower"), 11.0),
        (fl!(words, "report-column-upper"), 11.0),
        (fl!(words, "report-column-decision"), 19.0),
        (fl!(words, "report-column-publish"), 14.0),
    ]
}
