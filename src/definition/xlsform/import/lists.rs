//! Lists of options, and which of them are scales of satisfaction.

use std::collections::BTreeMap;

use super::super::{Level, Place, Remark, Why, Workbook, workbook::Table};
use super::{Options, names::code, words::Words};
use crate::{
    definition::model::{Pictogram, ScaleOption},
    language::vietnamese,
};

/// A list of options.
#[derive(Debug, Clone)]
pub struct List {
    /// Its name in the file.
    pub name: String,
    /// The options with their names in the file.
    pub options: Vec<(String, ScaleOption)>,
    /// The name of our scale, where the file says that it is one.
    pub scale: Option<String>,
    /// Pictures, where the file says so.
    pub pictogram: Option<Pictogram>,
    /// Whether it can be the scale of a criterion.
    pub satisfaction: bool,
    pub place: Place,
}

/// The keys of `choices` that are carried over.
const KEYS: [&str; 10] = [
    "list_name",
    "name",
    "value",
    "label",
    "order",
    "sipas_scale",
    "sipas_score",
    "sipas_satisfied",
    "sipas_missing",
    "sipas_pictogram",
];

/// The lists of the form by name, with those that are scales marked.
pub fn read(
    workbook: &Workbook,
    words: &Words,
    options: &Options,
    remarks: &mut Vec<Remark>,
) -> BTreeMap<String, List> {
    let mut lists: BTreeMap<String, List> = BTreeMap::new();
    let Some(table) = Table::find(workbook, "choices") else { return lists };
    for row in table.rows() {
        let list = row.get("list_name");
        let (name, key) =
            if row.get("name").is_empty() { (row.get("value"), "value") } else { (row.get("name"), "name") };
        if list.is_empty() || name.is_empty() {
            let what = if list.is_empty() { name } else { list };
            remarks.push(Remark::new(Level::Lost, Some(row.of("name")), what, Why::NoName));
            continue;
        }
        let entry = lists.entry(list.to_owned()).or_insert_with(|| List {
            name: list.to_owned(),
            options: Vec::new(),
            scale: None,
            pictogram: None,
            satisfaction: false,
            place: row.of("list_name"),
        });
        if entry.options.iter().any(|(known, _)| known == name) {
            remarks.push(Remark::new(Level::Lost, Some(row.of(key)), name, Why::RepeatedOption));
            continue;
        }
        let taken: Vec<String> = entry.options.iter().map(|(_, option)| option.code.clone()).collect();
        let code = code(name, &taken);
        if code != name {
            remarks.push(Remark::new(Level::Changed, Some(row.of(key)), name, Why::Recoded(code.clone())));
        }
        let label = words.of(&row, "label", remarks).unwrap_or_else(|| {
            remarks.push(Remark::new(Level::Changed, Some(row.of("label")), name, Why::NoWords));
            words.everywhere(name)
        });
        for (column, heading, cell) in row.filled() {
            if heading.key.starts_with("media::") {
                remarks.push(Remark::new(Level::Lost, Some(row.at(column)), cell, Why::Media));
            }
        }
        let yes = |key: &str| matches!(row.get(key).to_lowercase().as_str(), "yes" | "true" | "1" | "x");
        let option = ScaleOption {
            code,
            label,
            satisfied: yes("sipas_satisfied"),
            score: row.get("sipas_score").replace(',', ".").parse().ok(),
            missing: yes("sipas_missing"),
        };
        entry.options.push((name.to_owned(), option));
        let said = |key: &str| Some(row.get(key)).filter(|cell| !cell.is_empty());
        entry.scale = entry.scale.take().or_else(|| said("sipas_scale").map(str::to_owned));
        entry.pictogram = entry.pictogram.take().or_else(|| match said("sipas_pictogram")? {
            "faces" => Some(Pictogram::Faces),
            "none" => Some(Pictogram::None),
            _ => None,
        });
    }
    for (column, count) in table.others(|key| KEYS.contains(&key) || key.starts_with("media::")) {
        let place = table.place(table.head(), column);
        let what = place.heading.clone();
        remarks.push(Remark::new(Level::Lost, Some(place), &what, Why::UnknownColumn(count)));
    }
    let said = table.headings.iter().any(|heading| heading.key.starts_with("sipas_"));
    for list in lists.values_mut() {
        judge(list, said, options, remarks);
    }
    lists
}

/// Marks a list that is a scale of satisfaction and, where the file does not say it, what counts as satisfied.
fn judge(list: &mut List, said: bool, options: &Options, remarks: &mut Vec<Remark>) {
    let wanted = options.scales.iter().find(|scale| scale.list == list.name);
    let counts = |list: &List| {
        list.options.iter().any(|(_, o)| o.satisfied && !o.missing)
            && list.options.iter().any(|(_, o)| !o.satisfied && !o.missing)
    };
    if said && wanted.is_none() {
        list.satisfaction = counts(list);
        return;
    }
    let named = wanted.and_then(|scale| scale.satisfied.as_ref());
    if wanted.is_none() && (!options.scales.is_empty() || !recognised(list)) {
        return;
    }
    for (name, option) in &mut list.options {
        option.missing = is_missing(option, name);
        option.satisfied = match named {
            Some(named) => !option.missing && named.iter().any(|code| code == name || *code == option.code),
            None => !option.missing && opinion(option) == Some(true),
        };
    }
    let mut counting: Vec<&mut ScaleOption> =
        list.options.iter_mut().map(|(_, option)| option).filter(|option| !option.missing).collect();
    let steps = counting.len();
    if wanted.is_some() && !counting.iter().any(|option| option.satisfied) {
        // No words of satisfaction: the upper two of five, one of three.
        counting.iter_mut().rev().take(steps * 2 / 5).for_each(|option| option.satisfied = true);
    }
    // The satisfied end is the upper one, whichever way the list runs.
    let upwards =
        counting.last().is_some_and(|last| last.satisfied) || !counting.first().is_some_and(|f| f.satisfied);
    for (at, option) in counting.iter_mut().enumerate() {
        let rank = if upwards { at + 1 } else { steps - at };
        #[expect(clippy::cast_precision_loss, reason = "a handful of options")]
        let score = rank as f64 / steps as f64;
        option.score = Some((score * 10_000.0).round() / 10_000.0);
    }
    list.satisfaction = counts(list);
    if list.satisfaction {
        let satisfied =
            list.options.iter().filter(|(_, o)| o.satisfied).map(|(name, _)| name.clone()).collect();
        let place = Some(list.place.clone());
        remarks.push(Remark::new(Level::Chosen, place, &list.name, Why::Scale(satisfied)));
    }
}

/// Whether a list reads like a scale of satisfaction: three to seven steps, some satisfied and some dissatisfied.
fn recognised(list: &List) -> bool {
    let opinions: Vec<Option<bool>> = list
        .options
        .iter()
        .filter(|(name, o)| !is_missing(o, name))
        .map(|(_, option)| opinion(option))
        .collect();
    (3..=7).contains(&opinions.len()) && opinions.contains(&Some(true)) && opinions.contains(&Some(false))
}

/// Whether an option's words say that somebody is satisfied, or dissatisfied.
fn opinion(option: &ScaleOption) -> Option<bool> {
    option.label.values().find_map(|words| {
        let words = vietnamese::fold(words);
        let says = |any: &[&str]| any.iter().any(|word| words.contains(word));
        if says(&["hai long"]) {
            Some(!says(&["khong", "chua", "kem", "it hai long"]))
        } else if says(&["satisf"]) {
            if says(&["neither", "neutral"]) { None } else { Some(!says(&["dissatisf", "unsatisf", "not "])) }
        } else {
            None
        }
    })
}

/// Whether an option is "don't know" or a refusal.
fn is_missing(option: &ScaleOption, name: &str) -> bool {
    let by_name = matches!(
        vietnamese::fold(name).as_str(),
        "na" | "n_a" | "dk" | "99" | "-99" | "98" | "-98" | "88" | "-88" | "999" | "-999"
    );
    let by_words = option.label.values().any(|words| {
        let words = vietnamese::fold(words);
        [
            "khong biet",
            "khong y kien",
            "khong co y kien",
            "khong tra loi",
            "khong muon tra loi",
            "tu choi",
            "khong ap dung",
            "khong nho",
            "don't know",
            "do not know",
            "no opinion",
            "prefer not",
            "refuse",
            "not applicable",
        ]
        .iter()
        .any(|sign| words.contains(sign))
    });
    by_name || by_words
}
