//! The rows of `survey`: groups, notes and questions in their order, and what of each is not carried over.

use std::collections::BTreeMap;

use super::super::{
    LONGEST_TEXT, Level, PLACEHOLDERS, Place, Remark, Why, Workbook,
    workbook::{Row, Table},
};
use super::{lists::List, names, words::Words};
use crate::definition::model::Text;

/// What the rows ask.
#[derive(Debug, Default)]
pub struct Survey {
    pub introduction: Vec<Text>,
    pub groups: Vec<Group>,
    pub sections: Vec<Block>,
    pub asked: Vec<Asked>,
    /// Whether the file says itself which questions are criteria.
    pub says_criteria: bool,
}

/// A group.
#[derive(Debug)]
pub struct Group {
    pub name: String,
    pub label: Option<Text>,
    pub relevant: Option<(String, Place)>,
    pub module: Option<String>,
    pub parent: Option<usize>,
    pub place: Place,
}

/// What becomes a section: what stands together in one group, below the same notes.
#[derive(Debug)]
pub struct Block {
    pub group: Option<usize>,
    pub notes: Vec<Text>,
    /// Positions in [`Survey::asked`].
    pub asked: Vec<usize>,
    place: Place,
}

/// A question.
#[derive(Debug)]
pub struct Asked {
    pub name: String,
    pub id: String,
    pub kind: Answer,
    pub text: Text,
    pub help: Option<Text>,
    pub required: bool,
    pub relevant: Option<(String, Place)>,
    pub group: Option<usize>,
    pub place: Place,
    // What only our own files say.
    pub dimension: Option<String>,
    pub short: Option<Text>,
    pub weight: Option<f64>,
    pub plan: Option<String>,
    pub order: Option<f64>,
}

/// What a question takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Choice { list: String, multiple: bool, or_other: bool },
    Text { longest: Option<u32> },
    Number { min: Option<i32>, max: Option<i32> },
}

/// What a row is, by its type.
enum Type {
    BeginGroup,
    EndGroup,
    BeginRepeat,
    EndRepeat,
    Note,
    Asked(Answer),
    Whole,
    Range,
    Calculation,
    Metadata,
    Other,
}

impl Type {
    fn read(written: &str) -> Self {
        let mut words: Vec<&str> = written.split_whitespace().collect();
        let lower = words.join(" ").to_lowercase().replace('_', " ");
        match lower.as_str() {
            "begin group" | "begin lgroup" => return Self::BeginGroup,
            "end group" | "end lgroup" => return Self::EndGroup,
            "begin repeat" | "begin loop" => return Self::BeginRepeat,
            "end repeat" | "end loop" => return Self::EndRepeat,
            "note" => return Self::Note,
            "text" | "string" => return Self::Asked(Answer::Text { longest: None }),
            "integer" | "int" => return Self::Asked(Answer::Number { min: None, max: None }),
            "decimal" => return Self::Whole,
            "range" => return Self::Range,
            "calculate" => return Self::Calculation,
            "start" | "end" | "today" | "deviceid" | "subscriberid" | "simserial" | "phonenumber"
            | "username" | "email" | "audit" | "start-geopoint" | "background-audio" | "uri" | "imei" => {
                return Self::Metadata;
            }
            _ => {}
        }
        let other = ["or_other", "or other", "or specify other"];
        let or_other = other.iter().any(|words| lower.ends_with(&words.replace('_', " ")));
        if or_other {
            let count = if lower.ends_with("or specify other") {
                3
            } else if words.last().is_some_and(|word| word.eq_ignore_ascii_case("or_other")) {
                1
            } else {
                2
            };
            words.truncate(words.len() - count);
        }
        // The list's name is the last word; the words before it say how many may be chosen.
        let (Some(list), Some(before)) = (words.last(), words.len().checked_sub(1)) else {
            return Self::Other;
        };
        let before = words.get(..before).unwrap_or_default().join(" ").to_lowercase().replace('_', " ");
        let multiple = match before.as_str() {
            "select one" | "select1" | "select one from" | "select one using" => false,
            "select multiple"
            | "select multiple from"
            | "select all that apply"
            | "select all that apply from"
            | "select multiple using"
            | "select" => true,
            _ => return Self::Other,
        };
        Self::Asked(Answer::Choice { list: (*list).to_owned(), multiple, or_other })
    }
}

/// Cells that are carried over, or said with the row.
const KEYS: [&str; 8] = ["type", "name", "label", "hint", "required", "relevant", "constraint", "disabled"];
/// Cells of XLSForm that are not, and why.
const LOST: [(&str, Why); 16] = [
    ("appearance", Why::Presentation),
    ("parameters", Why::Presentation),
    ("autoplay", Why::Presentation),
    ("body::", Why::Presentation),
    ("constraint_message", Why::Message),
    ("required_message", Why::Message),
    ("calculation", Why::Calculation),
    ("trigger", Why::Calculation),
    ("repeat_count", Why::Repeat),
    ("choice_filter", Why::ChoiceFilter),
    ("default", Why::Preset),
    ("readonly", Why::ReadOnly),
    ("media::", Why::Media),
    ("guidance_hint", Why::SecondHint),
    ("bind::", Why::Setting),
    ("instance::", Why::Setting),
];

fn lost(key: &str) -> Option<Why> {
    let matches = |known: &str| if known.ends_with("::") { key.starts_with(known) } else { key == known };
    LOST.iter().find(|(known, _)| matches(known)).map(|(_, why)| why.clone())
}

/// Reads the sheet; `None` if there is none.
pub fn read(
    workbook: &Workbook,
    words: &Words,
    lists: &BTreeMap<String, List>,
    own: bool,
    remarks: &mut Vec<Remark>,
) -> Option<Survey> {
    let table = Table::find(workbook, "survey")?;
    let mut walk = Walk {
        words,
        lists,
        own,
        remarks,
        survey: Survey { says_criteria: table.has("sipas::dimension"), ..Survey::default() },
        stack: Vec::new(),
        open: None,
        repeats: 0,
        taken: Vec::new(),
    };
    table.rows().for_each(|row| walk.row(row));
    if let Some(group) = walk.stack.last().and_then(|at| walk.survey.groups.get(*at)) {
        let remark = Remark::new(Level::Lost, Some(group.place.clone()), &group.name, Why::Unbalanced);
        walk.remarks.push(remark);
    }
    let known = |key: &str| KEYS.contains(&key) || key.starts_with("sipas::") || lost(key).is_some();
    for (column, count) in table.others(known) {
        let place = table.place(table.head(), column);
        let what = place.heading.clone();
        walk.remarks.push(Remark::new(Level::Lost, Some(place), &what, Why::UnknownColumn(count)));
    }
    let mut survey = walk.survey;
    for block in survey.sections.iter().filter(|block| block.asked.is_empty()) {
        for note in &block.notes {
            let what = note.values().next().map(String::as_str).unwrap_or_default();
            remarks.push(Remark::new(Level::Lost, Some(block.place.clone()), what, Why::NothingBelow));
        }
    }
    survey.sections.retain(|block| !block.asked.is_empty());
    headings_without_questions(&survey, remarks);
    Some(survey)
}

/// A heading is shown above the questions of its own group; those of groups that hold only groups are shown nowhere.
fn headings_without_questions(survey: &Survey, remarks: &mut Vec<Remark>) {
    for (at, group) in survey.groups.iter().enumerate() {
        let Some(label) = &group.label else { continue };
        if survey.sections.iter().any(|block| block.group == Some(at)) {
            continue;
        }
        let has_inner = survey.groups.iter().any(|other| other.parent == Some(at));
        let why = if has_inner { Why::OuterHeading } else { Why::NothingBelow };
        let what = label.values().next().map(String::as_str).unwrap_or_default();
        remarks.push(Remark::new(Level::Lost, Some(group.place.clone()), what, why));
    }
}

struct Walk<'a> {
    words: &'a Words,
    lists: &'a BTreeMap<String, List>,
    own: bool,
    remarks: &'a mut Vec<Remark>,
    survey: Survey,
    stack: Vec<usize>,
    /// The block that the next question belongs to.
    open: Option<usize>,
    /// How deep inside of groups that repeat.
    repeats: usize,
    taken: Vec<String>,
}

impl Walk<'_> {
    fn lose(&mut self, place: Place, what: &str, why: Why) {
        self.remarks.push(Remark::new(Level::Lost, Some(place), what, why));
    }

    fn row(&mut self, row: Row<'_>) {
        let written = row.get("type");
        let kind = Type::read(written);
        let said = || format!("{written} {}", row.get("name"));
        if self.repeats > 0 {
            match kind {
                Type::BeginRepeat => self.repeats += 1,
                Type::EndRepeat => self.repeats -= 1,
                _ => self.lose(row.of("type"), &said(), Why::InRepeat),
            }
            return;
        }
        if matches!(row.get("disabled").to_lowercase().as_str(), "yes" | "true" | "1") {
            return self.lose(row.of("type"), &said(), Why::Disabled);
        }
        match kind {
            Type::BeginGroup => self.group(&row),
            Type::EndGroup => {
                self.open = None;
                if self.stack.pop().is_none() {
                    self.lose(row.of("type"), &said(), Why::Unbalanced);
                }
            }
            Type::BeginRepeat => {
                self.repeats = 1;
                self.open = None;
                self.lose(row.of("type"), &said(), Why::Repeat);
            }
            Type::EndRepeat => self.lose(row.of("type"), &said(), Why::Unbalanced),
            Type::Note => self.note(&row),
            Type::Asked(answer) => self.asked(&row, answer, &said()),
            Type::Whole => {
                let why = Why::WholeNumbers;
                self.remarks.push(Remark::new(Level::Changed, Some(row.of("type")), &said(), why));
                self.asked(&row, Answer::Number { min: None, max: None }, &said());
            }
            Type::Range => self.asked(&row, range(row.get("parameters")), &said()),
            Type::Calculation
                if self.own && PLACEHOLDERS.iter().any(|(_, name)| *name == row.get("name")) => {}
            Type::Calculation => self.lose(row.of("type"), &said(), Why::Calculation),
            Type::Metadata => self.lose(row.of("type"), &said(), Why::Metadata),
            Type::Other if written.is_empty() => self.lose(row.of("type"), &first(&row), Why::NoName),
            Type::Other => self.lose(row.of("type"), &said(), Why::Type),
        }
    }

    fn group(&mut self, row: &Row<'_>) {
        self.cells(row, &["label", "relevant"]);
        let group = Group {
            name: row.get("name").to_owned(),
            label: self.words.of(row, "label", self.remarks),
            relevant: relevant(row),
            module: Some(row.get("sipas::module").to_owned()).filter(|module| !module.is_empty()),
            parent: self.stack.last().copied(),
            place: row.of("name"),
        };
        self.stack.push(self.survey.groups.len());
        self.survey.groups.push(group);
        self.open = None;
    }

    fn note(&mut self, row: &Row<'_>) {
        self.cells(row, &["label", "hint", "relevant"]);
        let label = self.words.of(row, "label", self.remarks);
        let hint = self.words.of(row, "hint", self.remarks);
        let Some(note) = label.or(hint) else { return };
        if let Some((_, place)) = relevant(row) {
            let what = note.values().next().cloned().unwrap_or_default();
            return self.lose(place, &what, Why::NoteWithRule);
        }
        if self.survey.asked.is_empty() && self.survey.groups.is_empty() {
            self.survey.introduction.push(note);
            return;
        }
        // Below questions a note begins a section of its own, so that it stands where it stood.
        let fresh =
            self.open.and_then(|at| self.survey.sections.get(at)).is_none_or(|block| !block.asked.is_empty());
        if fresh {
            self.begin(row);
        }
        if let Some(block) = self.open.and_then(|at| self.survey.sections.get_mut(at)) {
            block.notes.push(note);
        }
    }

    fn begin(&mut self, row: &Row<'_>) {
        self.open = Some(self.survey.sections.len());
        let group = self.stack.last().copied();
        self.survey.sections.push(Block {
            group,
            notes: Vec::new(),
            asked: Vec::new(),
            place: row.of("label"),
        });
    }

    fn asked(&mut self, row: &Row<'_>, answer: Answer, said: &str) {
        let name = row.get("name");
        if self.own && PLACEHOLDERS.iter().any(|(_, own)| *own == name) {
            return;
        }
        if name.is_empty() {
            return self.lose(row.of("type"), said, Why::NoName);
        }
        if let Answer::Choice { list, .. } = &answer
            && self.lists.get(list).is_none_or(|list| list.options.len() < 2)
        {
            return self.lose(row.of("type"), said, Why::MissingList);
        }
        self.cells(row, &["label", "hint", "required", "relevant", "constraint", "parameters"]);
        let text = self.words.of(row, "label", self.remarks);
        let mut help = self.words.of(row, "hint", self.remarks);
        if help.is_none() {
            help = self.words.of(row, "guidance_hint", self.remarks);
        } else if let Some((column, cell)) = row.find("guidance_hint") {
            self.lose(row.at(column), cell, Why::SecondHint);
        }
        // A question with a hint alone asks it.
        let (text, help) = match (text, help) {
            (None, Some(hint)) => (hint, None),
            (Some(text), help) => (text, help),
            (None, None) => {
                self.remarks.push(Remark::new(Level::Changed, Some(row.of("label")), name, Why::NoWords));
                (self.words.everywhere(name), None)
            }
        };
        let id = names::id(name, &self.taken);
        if id != name {
            let why = Why::Renamed(id.clone());
            self.remarks.push(Remark::new(Level::Changed, Some(row.of("name")), name, why));
        }
        self.taken.push(id.clone());
        if let Answer::Choice { or_other: true, .. } = &answer {
            // Its text question has an id of its own, which no later one may take.
            self.taken.push(names::id(&format!("{id}_other"), &self.taken));
        }
        let said = |key: &str| Some(row.get(key).to_owned()).filter(|cell| !cell.is_empty());
        let asked = Asked {
            name: name.to_owned(),
            id,
            kind: self.limits(row, answer),
            text,
            help,
            required: self.required(row),
            relevant: relevant(row),
            group: self.stack.last().copied(),
            place: row.of("name"),
            dimension: said("sipas::dimension"),
            short: self.words.of(row, "sipas::name", self.remarks),
            weight: said("sipas::weight").and_then(|cell| cell.replace(',', ".").parse().ok()),
            plan: said("sipas::plan"),
            order: said("sipas::order").and_then(|cell| cell.parse().ok()),
        };
        if self.open.is_none() {
            self.begin(row);
        }
        let at = self.survey.asked.len();
        self.survey.asked.push(asked);
        if let Some(block) = self.open.and_then(|open| self.survey.sections.get_mut(open)) {
            block.asked.push(at);
        }
    }

    /// Names every filled cell of a row that is carried over which itself is not.
    fn cells(&mut self, row: &Row<'_>, carried: &[&str]) {
        let always = ["type", "name", "guidance_hint", "disabled"];
        for (column, heading, cell) in row.filled() {
            let key = heading.key.as_str();
            if carried.contains(&key) || always.contains(&key) || key.starts_with("sipas::") {
                continue;
            }
            let why = match key {
                "hint" => Some(Why::SecondHint),
                "required" | "constraint" => Some(Why::Setting),
                key => lost(key),
            };
            if let Some(why) = why {
                self.lose(row.at(column), cell, why);
            }
        }
    }

    fn required(&mut self, row: &Row<'_>) -> bool {
        let Some((column, cell)) = row.find("required") else { return false };
        match cell.to_lowercase().as_str() {
            "yes" | "true" | "true()" | "1" | "có" | "x" => true,
            "no" | "false" | "false()" | "0" | "không" => false,
            _ => {
                self.lose(row.at(column), cell, Why::RequiredSometimes);
                false
            }
        }
    }

    /// The answer's limits from `constraint`.
    fn limits(&mut self, row: &Row<'_>, answer: Answer) -> Answer {
        let own = row.get("sipas::max_length").parse().ok();
        let Some((column, cell)) = row.find("constraint") else {
            return match answer {
                Answer::Text { .. } => Answer::Text { longest: own },
                other => other,
            };
        };
        let limited = match &answer {
            Answer::Text { .. } => length(cell).map(|longest| Answer::Text {
                longest: Some(longest)
                    .filter(|longest| !self.own || *longest != LONGEST_TEXT || own == Some(*longest)),
            }),
            Answer::Number { min, max } => {
                numbers(cell).map(|(low, high)| Answer::Number { min: low.or(*min), max: high.or(*max) })
            }
            Answer::Choice { .. } => None,
        };
        limited.unwrap_or_else(|| {
            self.lose(row.at(column), cell, Why::Constraint);
            answer
        })
    }
}

fn first(row: &Row<'_>) -> String {
    row.filled().next().map(|(_, _, cell)| cell.to_owned()).unwrap_or_default()
}

fn relevant(row: &Row<'_>) -> Option<(String, Place)> {
    let (column, cell) = row.find("relevant")?;
    // A row that is always asked needs no rule.
    let always = matches!(cell.to_lowercase().as_str(), "true()" | "yes" | "true" | "1");
    (!always).then(|| (cell.to_owned(), row.at(column)))
}

/// `start=1 end=10 step=1`
fn range(parameters: &str) -> Answer {
    let value = |name: &str| {
        parameters.split([' ', ';', ',']).find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key.trim() == name).then(|| value.trim().parse().ok())?
        })
    };
    Answer::Number { min: value("start").or(Some(0)), max: value("end").or(Some(10)) }
}

/// `string-length(.) <= 200`, `string-length(.) < 201`
fn length(constraint: &str) -> Option<u32> {
    let squeezed: String = constraint.split_whitespace().collect();
    let rest = squeezed.strip_prefix("string-length(.)")?;
    let limit = match rest.strip_prefix("<=") {
        Some(limit) => limit.parse::<u32>().ok()?,
        None => rest.strip_prefix('<')?.parse::<u32>().ok()?.checked_sub(1)?,
    };
    (limit > 0).then_some(limit)
}

/// `. >= 1 and . <= 20`, in whole numbers.
fn numbers(constraint: &str) -> Option<(Option<i32>, Option<i32>)> {
    let (mut low, mut high) = (None, None);
    let lower = constraint.to_lowercase();
    for part in lower.split(" and ") {
        let squeezed: String = part.split_whitespace().collect();
        let bare =
            squeezed.strip_prefix('(').and_then(|inside| inside.strip_suffix(')')).unwrap_or(&squeezed);
        let rest = bare.strip_prefix('.')?;
        let (sign, number) = rest.split_at(rest.find(|c: char| c.is_ascii_digit() || c == '-')?);
        let number: i32 = number.parse().ok()?;
        match sign {
            ">=" => low = Some(number),
            ">" => low = Some(number.checked_add(1)?),
            "<=" => high = Some(number),
            "<" => high = Some(number.checked_sub(1)?),
            _ => return None,
        }
    }
    (low.is_none() || high.is_none() || low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_of_numbers_and_lengths_are_read_and_other_checks_are_not() {
        assert_eq!(numbers(". >= 1 and . <= 20"), Some((Some(1), Some(20))));
        assert_eq!(numbers("(.>0) AND (.<121)"), Some((Some(1), Some(120))));
        assert_eq!(numbers(". <= -3"), Some((None, Some(-3))));
        for other in
            [". >= 1 or . = -9", ". > ${x}", ". >= 1.5", "regex(., '^[0-9]+$')", ". > 9 and . < 3", ""]
        {
            assert_eq!(numbers(other), None, "{other}");
        }
        assert_eq!(
            (length("string-length(.) <= 200"), length("string-length( . )<51")),
            (Some(200), Some(50))
        );
        assert_eq!((length("string-length(.) > 3"), length("string-length(.) <= 0")), (None, None));
        assert_eq!(range("start=1 end=5 step=1"), Answer::Number { min: Some(1), max: Some(5) });
    }

    #[test]
    fn types_are_read_as_people_write_them() {
        let choice = |written: &str| match Type::read(written) {
            Type::Asked(Answer::Choice { list, multiple, or_other }) => {
                format!("{list} {multiple} {or_other}")
            }
            _ => "no choice".to_owned(),
        };
        for (written, wanted) in [
            ("select_one Muc_Do", "Muc_Do false false"),
            ("select one from yes_no", "yes_no false false"),
            ("select_multiple kenh or_other", "kenh true true"),
            ("select all that apply from kenh or specify other", "kenh true true"),
            ("select_one kenh or other", "kenh false true"),
            ("select_one_from_file xa.csv", "no choice"),
            ("rank kenh", "no choice"),
            ("select_one", "no choice"),
            ("", "no choice"),
        ] {
            assert_eq!(choice(written), wanted, "{written}");
        }
    }
}
