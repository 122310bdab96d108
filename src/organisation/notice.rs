//! What a campaign tells people before they answer: who is responsible, why, by which law, how long answers are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The settings behind the start of a questionnaire and the page of details. Whatever is absent is not said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notice {
    /// Name of the body that is responsible (the controller), by language.
    pub responsible: BTreeMap<String, String>,
    /// What the answers are wanted for, by language: the end of the sentence "… asks your opinion …".
    pub purpose: BTreeMap<String, String>,
    /// The law that the survey rests on, by language.
    pub legal_ground: BTreeMap<String, String>,
    /// Where the responsible body is.
    pub address: Option<String>,
    /// Where questions are answered.
    pub email: Option<String>,
    /// Where questions are answered.
    pub phone: Option<String>,
    /// Months after closing for which single answers are kept at most.
    pub keep_answers_months: Option<u32>,
    /// Days after closing for which the list of invited persons is kept at most.
    pub keep_list_days: Option<u32>,
}

/// What a purpose may say for what is known of the place: the unit's name, the counter's, the year.
pub const PLACEHOLDERS: [&str; 3] = ["{unit}", "{counter}", "{year}"];

/// Something in braces that nothing is filled in for: people would read it as it stands.
pub fn stray<'a>(text: &'a str, allowed: &[&str]) -> Option<&'a str> {
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let from = rest.get(open..)?;
        let close = from.find('}')?;
        let found = from.get(..=close)?;
        if !allowed.contains(&found) {
            return Some(found);
        }
        rest = from.get(close + 1..)?;
    }
    None
}

/// Whether an e-mail address that is one otherwise ends in a name without a dot: on the internet there is none.
pub fn lacks_dot(email: &str) -> bool {
    email.trim().rsplit_once('@').is_some_and(|(_, host)| !host.contains('.') && !host.starts_with('['))
}

/// Whether nobody could dial what is said to be a telephone number: the shortest are those of three digits.
pub fn lacks_digits(phone: &str) -> bool {
    phone.chars().filter(char::is_ascii_digit).count() < 3
}

impl Notice {
    /// This, and what it does not say as `earlier` says it. Ways to ask belong together: one of another time may lead to
    /// another office.
    #[must_use]
    pub fn or(self, earlier: &Self) -> Self {
        let texts = |own: BTreeMap<String, String>, other: &BTreeMap<String, String>| {
            if own.is_empty() { other.clone() } else { own }
        };
        let reachable = self.address.is_some() || self.email.is_some() || self.phone.is_some();
        let contact =
            |own: Option<String>, other: &Option<String>| if reachable { own } else { other.clone() };
        Self {
            responsible: texts(self.responsible, &earlier.responsible),
            purpose: texts(self.purpose, &earlier.purpose),
            legal_ground: texts(self.legal_ground, &earlier.legal_ground),
            address: contact(self.address, &earlier.address),
            email: contact(self.email, &earlier.email),
            phone: contact(self.phone, &earlier.phone),
            keep_answers_months: self.keep_answers_months.or(earlier.keep_answers_months),
            keep_list_days: self.keep_list_days.or(earlier.keep_list_days),
        }
    }

    /// What people are owed and are not told: who is responsible, what for, by which law, one way to ask, how long answers
    /// are kept. The law on personal data wants a body to say so before it asks; without it no real survey is opened at the
    /// desk. Keys of [`Self::missing`], with `contact` where there is no way to ask at all.
    pub fn owed(&self) -> Vec<&'static str> {
        let said = |texts: &BTreeMap<String, String>| texts.contains_key("vi");
        let reachable = self.address.is_some() || self.email.is_some() || self.phone.is_some();
        [
            ("responsible", said(&self.responsible)),
            ("purpose", said(&self.purpose)),
            ("legal_ground", said(&self.legal_ground)),
            ("contact", reachable),
            ("keep_answers_months", self.keep_answers_months.is_some()),
        ]
        .into_iter()
        .filter(|(_, given)| !given)
        .map(|(key, _)| key)
        .collect()
    }

    /// What people would like to know besides what they are [owed](Self::owed): of [`Self::missing`], the rest. The settings
    /// ask for one way to get in touch, so that no second one is missed afterwards.
    pub fn advised(&self, invited: bool) -> Vec<&'static str> {
        let owed = self.owed();
        let covered = |key: &str| owed.contains(&key) || matches!(key, "address" | "email");
        self.missing(invited).into_iter().filter(|key| !covered(key)).collect()
    }

    /// The keys of an `apply` file that are still needed to tell everything; the list of invited persons matters only
    /// where some are `invited`.
    pub fn missing(&self, invited: bool) -> Vec<&'static str> {
        let reachable = self.email.is_some() || self.phone.is_some();
        [
            ("responsible", !self.responsible.is_empty()),
            ("purpose", !self.purpose.is_empty()),
            ("legal_ground", !self.legal_ground.is_empty()),
            ("address", self.address.is_some()),
            ("email", reachable),
            ("keep_answers_months", self.keep_answers_months.is_some()),
            ("keep_list_days", !invited || self.keep_list_days.is_some()),
        ]
        .into_iter()
        .filter(|(_, given)| !given)
        .map(|(key, _)| key)
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_filled_in_may_stand_in_braces() {
        assert_eq!(stray("tại {unit}, {counter} năm {year}", &PLACEHOLDERS), None);
        assert_eq!(stray("tại {unit} của {đơn vị}", &PLACEHOLDERS), Some("{đơn vị}"));
        assert_eq!(stray("theo {unit}", &[]), Some("{unit}"));
        assert_eq!(stray("a { b", &PLACEHOLDERS), None);
        assert!(lacks_digits("abc") && lacks_digits("số 12") && !lacks_digits("113"));
        assert!(!lacks_digits("0256 123 456") && !lacks_digits("+84 (256) 1022, nhánh 3"));
        assert!(lacks_dot("sonoivu@binhdinh") && !lacks_dot("sonoivu@binhdinh.gov.vn"));
    }

    #[test]
    fn what_a_notice_does_not_say_is_taken_from_an_earlier_one_and_ways_to_ask_stay_together() {
        let texts = |text: &str| BTreeMap::from([("vi".to_owned(), text.to_owned())]);
        let earlier = Notice {
            responsible: texts("Sở Nội vụ"),
            legal_ground: texts("Quyết định 1"),
            email: Some("cu@snv.example".to_owned()),
            keep_answers_months: Some(24),
            ..Notice::default()
        };
        let later = Notice {
            legal_ground: texts("Quyết định 2"),
            phone: Some("0269".to_owned()),
            ..Notice::default()
        };
        let both = later.clone().or(&earlier);
        assert_eq!((both.responsible, both.keep_answers_months), (texts("Sở Nội vụ"), Some(24)));
        assert_eq!((both.legal_ground, both.email, both.phone), (texts("Quyết định 2"), None, later.phone));
        assert_eq!(Notice::default().or(&earlier), earlier);
    }

    #[test]
    fn what_is_missing_is_named_by_its_key_and_one_way_to_ask_is_enough() {
        let mut notice = Notice { phone: Some("0256".to_owned()), ..Notice::default() };
        assert_eq!(
            notice.missing(false),
            ["responsible", "purpose", "legal_ground", "address", "keep_answers_months"]
        );
        assert!(notice.missing(true).contains(&"keep_list_days"));
        // One way to ask is owed, whichever it is.
        assert_eq!(notice.owed(), ["responsible", "purpose", "legal_ground", "keep_answers_months"]);
        assert_eq!(notice.advised(true), ["keep_list_days"]);
        notice.phone = None;
        assert!(notice.missing(false).contains(&"email"));
        assert!(notice.owed().contains(&"contact") && notice.advised(false).is_empty());
        // What is said in another language alone is not said.
        notice.responsible.insert("en".to_owned(), "The Department".to_owned());
        assert!(notice.owed().contains(&"responsible"));
    }
}
