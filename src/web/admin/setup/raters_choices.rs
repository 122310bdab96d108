//! Who judges what, as choices: a card for each group, on which every kind of units has the form by which the group judges
//! it, or none; single units by their codes or names. The last card is empty and adds a group; a group without a name goes.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::{
    apply::desk::Fault,
    language::{Lang, vietnamese},
    organisation::{Assignment, RaterGroup, Raters, UnitTree, next},
    web::form::Fields,
};

/// Tells this form from that of lines.
pub const BY: &str = "by";
/// See [`BY`].
pub const CHOICES: &str = "choices";

/// The name of a field of a card.
pub fn name(card: usize, part: &str) -> String {
    format!("g{card}.{part}")
}

/// The kinds of units, in their order on the cards.
pub fn kinds(tree: &UnitTree) -> Vec<String> {
    let kinds: BTreeSet<&str> = tree.units().iter().map(|unit| unit.kind.as_str()).collect();
    kinds.into_iter().map(str::to_owned).collect()
}

/// The units of a kind, however it is written.
pub fn of_kind<'t>(tree: &'t UnitTree, kind: &str) -> Vec<&'t str> {
    let wanted = vietnamese::key(kind);
    let units = tree.units().iter().filter(|unit| vietnamese::key(&unit.kind) == wanted);
    units.map(|unit| unit.code.as_str()).collect()
}

/// The unit with this code or name; names that several have are none.
pub fn unit<'t>(tree: &'t UnitTree, said: &str) -> Option<&'t str> {
    if let Some(unit) = tree.get(said) {
        return Some(&unit.code);
    }
    let wanted = vietnamese::key(said);
    let matches = |text: &str| vietnamese::key(text) == wanted;
    let mut named = tree.units().iter().filter(|unit| matches(&unit.name) || matches(&unit.code));
    let first = named.next()?;
    named.next().is_none().then_some(first.code.as_str())
}

/// What the cards hold.
pub fn fields(raters: &Raters, tree: &UnitTree, forms: &[&str]) -> Fields {
    let mut pairs: Vec<(String, String)> = vec![(BY.to_owned(), CHOICES.to_owned())];
    let kinds = kinds(tree);
    let empty = RaterGroup { code: String::new(), name: String::new(), weight: None };
    for (card, group) in raters.groups.iter().chain([&empty]).enumerate() {
        let mut put = |part: &str, value: String| pairs.push((name(card, part), value));
        put("code", group.code.clone());
        put("name", group.name.clone());
        put("weight", group.weight.map(|weight| weight.to_string().replace('.', ",")).unwrap_or_default());
        let mut by_form: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for assigned in raters.assignments.iter().filter(|assigned| assigned.group == group.code) {
            by_form.entry(&assigned.form).or_default().insert(&assigned.unit);
        }
        for (at, kind) in kinds.iter().enumerate() {
            let all: BTreeSet<&str> = of_kind(tree, kind).into_iter().collect();
            let whole = by_form.iter_mut().find(|(_, units)| all.is_subset(units));
            let form = whole.map_or("", |(form, units)| {
                units.retain(|unit| !all.contains(unit));
                *form
            });
            put(&format!("kind.{at}"), form.to_owned());
        }
        for form in forms {
            let rest = by_form.get(form).into_iter().flatten().copied();
            put(&format!("more.{form}"), rest.collect::<Vec<_>>().join("; "));
        }
    }
    Fields::of(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

/// Reads the cards. What is wrong stands at its field.
pub fn read(lang: Lang, sent: &Fields, tree: &UnitTree, forms: &[&str]) -> (Raters, Vec<Fault>) {
    let m = lang.messages();
    let (mut raters, mut faults) = (Raters::default(), Vec::new());
    let kinds = kinds(tree);
    let value = |card: usize, part: &str| sent.one(&name(card, part)).unwrap_or_default().trim().to_owned();
    let cards: Vec<usize> = (0..).take_while(|card| sent.has(&name(*card, "name"))).collect();
    let mut taken: Vec<String> = cards.iter().map(|card| value(*card, "code")).collect();
    for card in cards {
        let group = value(card, "name");
        let mut pairs: BTreeMap<String, (String, String)> = BTreeMap::new();
        let mut give = |unit: &str, form: &str, field: String, faults: &mut Vec<Fault>| {
            let before = pairs.insert(unit.to_owned(), (form.to_owned(), field.clone()));
            if before.is_some_and(|(other, _)| other != form) {
                let unit = tree.get(unit).map_or(unit, |unit| unit.name.as_str());
                faults
                    .push(Fault::new(field, fl!(m, "raters-two-forms", group = group.clone(), unit = unit)));
            }
        };
        for (at, kind) in kinds.iter().enumerate() {
            let part = format!("kind.{at}");
            let form = value(card, &part);
            if forms.contains(&form.as_str()) {
                for unit in of_kind(tree, kind) {
                    give(unit, &form, name(card, &part), &mut faults);
                }
            }
        }
        for form in forms {
            let part = format!("more.{form}");
            let text = value(card, &part);
            let whole = text.split([';', '\n']).map(str::trim).filter(|said| !said.is_empty());
            // Names may hold a comma; what is no name as a whole is several.
            let said = whole.flat_map(|said| {
                if unit(tree, said).is_some() { vec![said] } else { said.split(',').map(str::trim).collect() }
            });
            for said in said.filter(|said| !said.is_empty()) {
                match unit(tree, said) {
                    Some(unit) => give(unit, form, name(card, &part), &mut faults),
                    None => faults.push(Fault::new(name(card, &part), fl!(m, "raters-no-unit", unit = said))),
                }
            }
        }
        let weight = value(card, "weight");
        if group.is_empty() {
            // An empty card adds nothing; a group without a name goes, with what it judged.
            if value(card, "code").is_empty() && !(pairs.is_empty() && weight.is_empty()) {
                faults.push(Fault::new(name(card, "name"), fl!(m, "raters-no-name")));
            }
            continue;
        }
        let parsed: Option<f64> = weight.replace(',', ".").parse().ok();
        if parsed.is_none() && !weight.is_empty() {
            faults.push(Fault::new(name(card, "weight"), fl!(m, "raters-not-a-weight", typed = weight)));
        }
        let mut code = value(card, "code");
        if code.is_empty() {
            let others: Vec<&str> = taken.iter().map(String::as_str).collect();
            code = next::slug(&group, &others);
            taken.push(code.clone());
        }
        let assigned =
            pairs.into_iter().map(|(unit, (form, _))| Assignment { group: code.clone(), unit, form });
        raters.assignments.extend(assigned);
        raters.groups.push(RaterGroup { code, name: group, weight: parsed });
    }
    raters.sort();
    (raters, faults)
}

/// The field of a group's name, for what is wrong with the group as a whole.
pub fn field_of(sent: &Fields, raters: &Raters, code: &str) -> Option<String> {
    let wanted = raters.group(code).map(|group| group.name.as_str());
    let cards = (0..).take_while(|card| sent.has(&name(*card, "name")));
    let mut named = cards.map(|card| name(card, "name"));
    named.find(|field| sent.one(field).map(str::trim) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    fn tree() -> UnitTree {
        let unit = |code: &str, name: &str, kind: &str| Unit {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: kind.to_owned(),
            ..Unit::default()
        };
        UnitTree::new([
            unit("an", "Xã An", "commune"),
            unit("qn", "Phường Quy Nhơn", "commune"),
            unit("snv", "Sở Nội vụ", "department"),
        ])
        .unwrap()
    }

    #[test]
    fn choices_say_again_what_was_read_from_them_and_a_group_without_a_name_goes() {
        let forms = ["agency", "commune"];
        let sent = Fields::of([
            ("g0.code", ""),
            ("g0.name", "Đại biểu HĐND"),
            ("g0.weight", "0,4"),
            ("g0.kind.0", "commune"),
            ("g0.kind.1", ""),
            ("g0.more.agency", "sở nội vụ"),
        ]);
        let (raters, faults) = read(Lang::VI, &sent, &tree(), &forms);
        assert_eq!(faults, []);
        assert_eq!(raters.groups[0].code, "dai-bieu-hdnd");
        assert_eq!(raters.assignments.len(), 3);
        let again = fields(&raters, &tree(), &forms);
        assert_eq!(again.one("g0.kind.0"), Some("commune"));
        assert_eq!(again.one("g0.kind.1"), Some("agency"), "every unit of the kind is judged");
        assert_eq!(again.one("g1.name"), Some(""), "an empty card adds a group");
        assert_eq!(read(Lang::VI, &again, &tree(), &forms), (raters, Vec::new()));
        let none = again.with("g0.name", " ");
        assert_eq!(read(Lang::VI, &none, &tree(), &forms), (Raters::default(), Vec::new()));
    }

    #[test]
    fn what_is_wrong_stands_at_its_field_in_plain_words() {
        let sent = Fields::of([
            ("g0.name", "A"),
            ("g0.weight", "nhiều"),
            ("g0.kind.1", "agency"),
            ("g0.more.commune", "snv; Sở Lạ, qn"),
            ("g1.name", ""),
            ("g1.kind.0", "commune"),
        ]);
        let (_, faults) = read(Lang::VI, &sent, &tree(), &["agency", "commune"]);
        let told: Vec<(&str, &str)> =
            faults.iter().map(|fault| (fault.field.as_str(), fault.words.as_str())).collect();
        assert_eq!(
            told.iter().map(|(field, _)| *field).collect::<Vec<_>>(),
            ["g0.more.commune", "g0.more.commune", "g0.weight", "g1.name"]
        );
        assert!(told[0].1.contains("Sở Nội vụ") && told[1].1.contains("“Sở Lạ”"), "{told:?}");
    }
}
