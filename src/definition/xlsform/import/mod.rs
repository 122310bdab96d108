//! A definition from an XLSForm.

mod build;
mod lists;
mod names;
mod own;
mod survey;
mod words;

use super::{Level, OWN_SHEET, Remark, Why, Workbook, workbook::Table};
use crate::definition::{
    Definition, Problem, check::check_content, model::Text, parse, problem::ProblemKind, write,
};

/// What a file cannot say, or should not decide.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Id of the definition; absent: the form's id.
    pub id: Option<String>,
    /// Its version; absent: the form's version.
    pub version: Option<String>,
    /// Language of words without one; absent: the form's default language, else Vietnamese.
    pub language: Option<String>,
    /// The lists that are scales of satisfaction; empty: those that read like one.
    pub scales: Vec<ScaleChoice>,
    /// Names of the groups that are dimensions; empty: every group that holds criteria.
    pub dimensions: Vec<String>,
    /// Names of questions that stand beside the index though they are on such a scale.
    pub beside: Vec<String>,
}

/// A list that is a scale of satisfaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleChoice {
    /// The list's name in the file.
    pub list: String,
    /// Names of the options that count as satisfied; absent: by their words, else the upper ones.
    pub satisfied: Option<Vec<String>>,
}

/// A definition made from an XLSForm.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The definition.
    pub definition: Definition,
    /// The text of its file.
    pub toml: String,
    /// What was not carried over, changed or decided.
    pub remarks: Vec<Remark>,
    /// What `sipas definition check` says of it, in lines of `toml`; with an error it cannot be used.
    pub problems: Vec<Problem>,
    /// What there was to decide: the lists from which one option is chosen,
    pub lists: Vec<ListFound>,
    /// the groups that ask something,
    pub groups: Vec<GroupFound>,
    /// and the questions on scales of satisfaction.
    pub on_scales: Vec<ItemFound>,
}

/// A list from which one option is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct ListFound {
    /// Its name in the file.
    pub name: String,
    /// Its options: their names in the file, and their words.
    pub options: Vec<(String, Text)>,
    /// Whether it is taken for a scale of satisfaction.
    pub scale: bool,
    /// Names of the options that count as satisfied.
    pub satisfied: Vec<String>,
}

/// A group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupFound {
    /// Its name in the file.
    pub name: String,
    /// Its heading.
    pub label: Option<Text>,
    /// How many criteria it holds.
    pub criteria: usize,
}

/// A question on a scale of satisfaction.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemFound {
    /// Its name in the file.
    pub name: String,
    /// Its words.
    pub text: Text,
    /// Whether it stands beside the index.
    pub beside: bool,
}

/// The definition that a form makes. `file`: how its text is named in problems.
///
/// # Errors
/// Why there is none: no questions, no scale of satisfaction, an option that names what is not there.
pub fn import(workbook: &Workbook, options: &Options, file: &str) -> Result<Imported, Vec<Remark>> {
    let mut options = options.clone();
    let mut on_opinion: Vec<String> = Vec::new();
    loop {
        let mut made = build::build(workbook, &options)?;
        sheets(workbook, &mut made.remarks);
        let toml = write::toml(&made.definition);
        let problems = match parse(file, &toml) {
            Ok(parsed) => check_content(&parsed),
            Err(problems) => problems,
        };
        // A criterion that only one camp is asked would be refused: it stands beside the index.
        let mut moved = false;
        for problem in &problems {
            if let ProblemKind::RuleOnOpinion { id, .. } = &problem.kind
                && let Some(name) = made.names.iter().find(|(known, _)| known == id).map(|(_, name)| name)
                && !options.beside.contains(name)
            {
                options.beside.push(name.clone());
                on_opinion.push(name.clone());
                moved = true;
            }
        }
        if moved {
            continue;
        }
        for remark in made.remarks.iter_mut().filter(|r| r.why == Why::Beside && on_opinion.contains(&r.what))
        {
            (remark.level, remark.why) = (Level::Changed, Why::OnOpinion);
        }
        made.remarks.sort_by(|a, b| a.level.cmp(&b.level).then_with(|| a.place.cmp(&b.place)));
        return Ok(Imported {
            definition: made.definition,
            toml,
            remarks: made.remarks,
            problems,
            lists: made.lists,
            groups: made.groups,
            on_scales: made.on_scales,
        });
    }
}

/// Sheets that are not read.
fn sheets(workbook: &Workbook, remarks: &mut Vec<Remark>) {
    for sheet in &workbook.sheets {
        let name = sheet.name.trim().to_lowercase();
        let filled = sheet.rows.iter().any(|line| line.cells.iter().any(|cell| !cell.trim().is_empty()));
        if filled && !["survey", "choices", "settings", OWN_SHEET].contains(&name.as_str()) {
            remarks.push(Remark::new(Level::Lost, None, &sheet.name, Why::UnknownSheet));
        }
    }
    for name in ["survey", "choices", "settings", OWN_SHEET] {
        let Some(table) = Table::find(workbook, name) else { continue };
        for (place, text) in table.formulas() {
            remarks.push(Remark::new(Level::Changed, Some(place), text, Why::Formula));
        }
    }
    let Some(settings) = Table::find(workbook, "settings") else { return };
    const KEYS: [&str; 6] = ["form_title", "form_id", "version", "default_language", "title", "id_string"];
    for (at, row) in settings.rows().enumerate() {
        for (column, heading, cell) in row.filled() {
            if at > 0 || !KEYS.contains(&heading.key.as_str()) {
                let what = format!("{} = {cell}", heading.raw);
                remarks.push(Remark::new(Level::Lost, Some(row.at(column)), &what, Why::Setting));
            }
        }
    }
}
