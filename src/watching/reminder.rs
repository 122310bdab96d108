//! Letters to officers of units that are behind: a text with places in square brackets that are filled in for each unit.

use crate::blanks;

/// What is filled in for a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Name of the unit.
    pub unit: &'a str,
    /// Title of the campaign.
    pub campaign: &'a str,
    /// Complete answers up to yesterday.
    pub answers: &'a str,
    /// Planned answers.
    pub plan: &'a str,
    /// Answers missing to the pace.
    pub missing: &'a str,
    /// The last day of the campaign.
    pub closes: &'a str,
}

/// The places, as they are written in a text.
pub const PLACES: [&str; 6] = ["[đơn vị]", "[đợt]", "[số phiếu]", "[kế hoạch]", "[còn thiếu]", "[ngày đóng]"];

/// Share of the plan that a unit is behind by before it is reminded.
pub const BEHIND: f64 = 0.05;

/// The text with its places filled in; what is filled in is not read again.
pub fn fill(text: &str, facts: &Facts<'_>) -> String {
    let values = [facts.unit, facts.campaign, facts.answers, facts.plan, facts.missing, facts.closes];
    let values: Vec<(&str, &str)> = PLACES.into_iter().zip(values).collect();
    blanks::fill(text, &values)
}

/// What stands in square brackets and is no place.
pub fn unknown(text: &str) -> Vec<&str> {
    blanks::unknown(text, &PLACES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_once_and_unknown_ones_are_named() {
        let facts = Facts {
            unit: "Xã [đợt]",
            campaign: "Quý 4",
            answers: "15",
            plan: "100",
            missing: "35",
            closes: "31/12/2026",
        };
        assert_eq!(
            fill("[đơn vị]: [số phiếu]/[kế hoạch], thiếu [còn thiếu] [x] [", &facts),
            "Xã [đợt]: 15/100, thiếu 35 [x] ["
        );
        assert_eq!(unknown("[đơn vị] [ngày] [còn thiếu] [a"), ["[ngày]"]);
    }
}
