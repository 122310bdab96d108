//! Who issues a report: the head of the document and its end.

use i18n_embed_fl::fl;

use super::{Head, Signature, cells, letter};
use crate::{
    index::report::Report,
    language::Lang,
    report::{format, shown},
};

/// What an official places where something is to be filled in by hand.
const BLANK: &str = "……";

/// Who issues a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Issuer {
    /// The body above: `Ủy ban nhân dân tỉnh Bình Định`; may be empty.
    pub above: String,
    /// The body: `Sở Nội vụ`; may be empty.
    pub body: String,
    /// The place: `Bình Định`; may be empty.
    pub place: String,
}

impl Issuer {
    /// The issuer from the name of the body responsible for the campaign (`Sở Nội vụ tỉnh Bình Định`; may be empty): a
    /// province in its name, else in that of the report's one unit at the top, is the place and the body above. What is not
    /// known stays blank for people to fill in.
    pub fn of(report: &Report, responsible: &str) -> Self {
        let responsible = cells::name(responsible);
        let mut roots = shown::roots(&report.units);
        let top = match (roots.next(), roots.next()) {
            (Some(unit), None) => cells::name(&unit.name),
            _ => String::new(),
        };
        let named =
            province(&responsible).map(|(body, kind, place)| (body.to_owned(), kind, place.to_owned()));
        let (body, kind, place) = match (named, province(&top)) {
            (Some((body, kind, place)), _) => (body, kind, place),
            (None, Some((_, kind, place))) => (responsible, kind, place.to_owned()),
            (None, None) => (responsible, "", String::new()),
        };
        // On two lines, where one does not do, the second begins with the province.
        let province = format!("{kind} {place}").replace(' ', "\u{a0}");
        let above = if place.is_empty() { String::new() } else { format!("Ủy ban nhân dân {province}") };
        // The committee itself has nobody above.
        let above = if committee(&body) { String::new() } else { above };
        Self { above, body, place }
    }

    /// The head of the document. Number and day are the registry's.
    pub(super) fn head(&self, report: &Report, lang: Lang) -> Head {
        let m = lang.messages();
        let or_blank = |text: &str| if text.is_empty() { BLANK.to_owned() } else { text.to_owned() };
        let sign = if self.body.is_empty() { BLANK.to_owned() } else { initials(&self.body) };
        let year = format::year(&report.generated_at, &report.campaign.opens);
        Head {
            above: self.above.clone(),
            issuer: or_blank(&self.body),
            republic: fl!(m, "document-republic"),
            motto: fl!(m, "document-motto"),
            number: fl!(m, "document-number", blank = BLANK, sign = sign),
            date: fl!(m, "document-date", place = or_blank(&self.place), blank = BLANK, year = year),
        }
    }

    /// The head of a letter, with no name longer than `longest` characters: its number ends with whoever drafted it, which the
    /// registry fills in, too.
    pub(super) fn letter_head(&self, report: &Report, lang: Lang, longest: usize) -> Head {
        let sign = if self.body.is_empty() { BLANK.to_owned() } else { initials(&self.body) };
        let number = fl!(lang.messages(), "letter-number", blank = BLANK, sign = sign);
        let cut = |name: &str| letter::shorten(name, longest);
        let named = Self { above: cut(&self.above), body: cut(&self.body), place: cut(&self.place) };
        Head { number, ..named.head(report, lang) }
    }

    /// The end of a letter, with no name longer than `longest` characters.
    pub(super) fn letter_signature(&self, lang: Lang, longest: usize) -> Signature {
        let m = lang.messages();
        let mut to = vec![fl!(m, "letter-to-above")];
        if !self.above.is_empty() {
            to.push(fl!(m, "document-to-above", body = letter::shorten(&self.above, longest)));
        }
        to.push(fl!(m, "document-to-archive"));
        Signature { to, ..self.signature(lang) }
    }

    pub(super) fn signature(&self, lang: Lang) -> Signature {
        let m = lang.messages();
        let mut to = Vec::new();
        if !self.above.is_empty() {
            to.push(fl!(m, "document-to-above", body = self.above.as_str()));
        }
        to.push(fl!(m, "document-to-bodies"));
        to.push(fl!(m, "document-to-archive"));
        let office = if self.body.to_lowercase().starts_with("sở ") {
            fl!(m, "document-director")
        } else {
            fl!(m, "document-head-of-body")
        };
        Signature { recipients: fl!(m, "document-recipients"), to, office }
    }
}

/// Whether this is a people's committee.
fn committee(body: &str) -> bool {
    let body = body.to_lowercase();
    body.starts_with("ủy ban nhân dân") || body.starts_with("uỷ ban nhân dân") || body.starts_with("ubnd")
}

/// A name that ends with a province: what stands before, `tỉnh` or `thành phố`, the province's name. The committee of a
/// province stays whole.
fn province(name: &str) -> Option<(&str, &'static str, &str)> {
    ["tỉnh", "thành phố"].into_iter().find_map(|kind| {
        let (before, place) = name.split_once(&format!(" {kind} "))?;
        let (before, place) = (before.trim(), place.trim());
        let body = if committee(before) { name } else { before };
        (!place.is_empty()).then_some((body, kind, place))
    })
}

/// The sign of a body in a document's number: `SNV`.
fn initials(body: &str) -> String {
    if committee(body) {
        return "UBND".to_owned();
    }
    let first = |word: &str| word.chars().find(|c| c.is_alphanumeric());
    body.split_whitespace().filter_map(first).flat_map(char::to_uppercase).take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::fixture;

    #[test]
    fn a_department_of_a_province_has_the_committee_above() {
        let report = fixture::report();
        let issuer = Issuer::of(&report, "Sở Nội vụ tỉnh Gia Lai");
        assert_eq!((issuer.body.as_str(), issuer.place.as_str()), ("Sở Nội vụ", "Gia Lai"));
        assert_eq!(issuer.above, "Ủy ban nhân dân tỉnh\u{a0}Gia\u{a0}Lai");
        assert!(issuer.head(&report, Lang::VI).number.ends_with("/BC-SNV"));
        // The province of the tree, where the body's name does not tell.
        let issuer = Issuer::of(&report, "Sở Nội vụ");
        assert_eq!((issuer.body.as_str(), issuer.place.as_str()), ("Sở Nội vụ", "Bình Định"));
        assert_eq!(issuer.head(&report, Lang::VI).date, "Bình Định, ngày …… tháng …… năm 2027");
    }

    #[test]
    fn what_is_not_known_is_left_blank() {
        let mut report = fixture::report();
        let issuer = Issuer::of(&report, "UBND tỉnh Bình Định");
        assert_eq!((issuer.above.as_str(), issuer.body.as_str()), ("", "UBND tỉnh Bình Định"));
        report.units.clear();
        let issuer = Issuer::of(&report, "");
        assert_eq!(issuer, Issuer::default());
        let head = issuer.head(&report, Lang::VI);
        assert_eq!(
            (head.above.as_str(), head.issuer.as_str(), head.number.as_str()),
            ("", "……", "Số: ……/BC-……")
        );
    }
}
