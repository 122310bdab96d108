//! Two people who edit the same thing: a form carries what it was made from, so that the one who saves second is told
//! what the first one changed, field by field, and loses nothing that was typed.

use std::collections::BTreeSet;

use super::form::Fields;

/// Hidden field with what the form's fields held when it was shown, encoded as a form is.
pub const BASE: &str = "_base";

/// A field that somebody else has changed since the form was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Its name.
    pub field: String,
    /// What it holds now.
    pub theirs: String,
    /// Whether the sender changed it too, to something else: then what was typed stays in the form.
    pub both: bool,
}

/// What to show to whoever saves second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meanwhile {
    /// The fields as they should be shown again: what was typed, and what the other one changed where nothing was.
    pub fields: Fields,
    /// What the other one changed.
    pub changed: Vec<Changed>,
}

/// Compares what was sent with what is `stored` now, as the same form would show it; `None` if nothing that the form
/// shows has changed since, or if it does not say what it was made from.
pub fn meanwhile(sent: &Fields, stored: &Fields) -> Option<Meanwhile> {
    let base = Fields::parse_any(sent.one(BASE)?.as_bytes()).ok()?;
    let names: BTreeSet<&str> = base.iter().chain(stored.iter()).map(|(name, _)| name).collect();
    let of = |fields: &Fields, name: &str| fields.all(name).map(str::to_owned).collect::<Vec<_>>();
    let mut changed = Vec::new();
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    for name in names {
        let (was, now, mine) = (of(&base, name), of(stored, name), of(sent, name));
        if was == now || mine == now {
            continue;
        }
        let both = mine != was;
        if !both {
            taken.insert(name);
        }
        changed.push(Changed { field: name.to_owned(), theirs: now.join(", "), both });
    }
    if changed.is_empty() {
        return None;
    }
    let kept = sent.iter().filter(|(name, _)| !taken.contains(name) && *name != BASE);
    let theirs = stored.iter().filter(|(name, _)| taken.contains(name));
    Some(Meanwhile { fields: Fields::of(kept.chain(theirs)), changed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::of(pairs.iter().copied())
    }

    fn sent(base: &[(&str, &str)], pairs: &[(&str, &str)]) -> Fields {
        let base = fields(base).encode();
        Fields::of(pairs.iter().copied().chain([(BASE, base.as_str())]))
    }

    #[test]
    fn nothing_is_said_where_nobody_else_changed_anything() {
        let stored = fields(&[("title", "Quý 4"), ("target", "90")]);
        let typed = [("title", "Quý 4 năm 2026"), ("target", "90")];
        assert_eq!(meanwhile(&sent(&[("title", "Quý 4"), ("target", "90")], &typed), &stored), None);
        // Both made the same change.
        let same = sent(&[("title", "Quý 3"), ("target", "90")], &[("title", "Quý 4"), ("target", "90")]);
        assert_eq!(meanwhile(&same, &stored), None);
        // A program that sends no base decides for itself.
        assert_eq!(meanwhile(&fields(&[("title", "x")]), &stored), None);
    }

    #[test]
    fn what_was_typed_stays_and_what_was_not_touched_becomes_the_others() {
        let base = [("title", "Quý 4"), ("target", "90"), ("language", "vi")];
        let stored = fields(&[("title", "Đợt 4"), ("target", "85"), ("language", "vi"), ("language", "en")]);
        let typed = [("title", "Quý IV"), ("target", "90"), ("language", "vi")];
        let found = meanwhile(&sent(&base, &typed), &stored).unwrap();
        assert_eq!(found.fields.one("title"), Some("Quý IV"));
        assert_eq!(found.fields.one("target"), Some("85"));
        assert_eq!(found.fields.all("language").collect::<Vec<_>>(), ["vi", "en"]);
        let told: Vec<_> =
            found.changed.iter().map(|c| (c.field.as_str(), c.theirs.as_str(), c.both)).collect();
        assert_eq!(told, [("language", "vi, en", false), ("target", "85", false), ("title", "Đợt 4", true)]);
    }

    #[test]
    fn a_box_that_the_other_one_cleared_is_cleared() {
        let found = meanwhile(&sent(&[("kept", "yes")], &[("kept", "yes")]), &fields(&[])).unwrap();
        assert!(!found.fields.has("kept"));
        assert_eq!(found.changed[0].theirs, "");
    }
}
