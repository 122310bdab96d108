//! One form of a definition as XLSForm.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::{
    LONGEST_TEXT, Level, OWN_SHEET, PLACEHOLDERS, Remark, Sheet, Why, Workbook, only, rule,
    workbook::language_name,
};
use crate::{
    definition::{
        Definition, faces,
        model::{Form, Kind, OtherQuestion, ScaleOption, Text},
        write,
    },
    language::Lang,
};

/// A form written as XLSForm.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The sheets `survey`, `choices`, `settings` and `sipas`.
    pub workbook: Workbook,
    /// What ODK will not do.
    pub remarks: Vec<Remark>,
}

/// The form as XLSForm; `None` if the definition has no such form.
pub fn export(definition: &Definition, form: &str) -> Option<Exported> {
    let d = only(definition, form)?;
    let form = d.forms.first()?;
    let mut writer = Writer { d: &d, remarks: Vec::new(), placeholders: BTreeSet::new(), lists: lists(&d) };
    let survey = writer.survey(form);
    let choices = writer.choices();
    let others: Vec<String> =
        definition.forms.iter().filter(|other| other.id != form.id).map(|other| other.id.clone()).collect();
    if !others.is_empty() {
        writer.remark(Level::Lost, "", Why::OtherForms(others));
    }
    if form.rotation.is_some() {
        writer.remark(Level::Lost, "rotation", Why::Rotation);
    }
    if form.ask_mode != Some(false) {
        writer.remark(Level::Lost, "ask_mode", Why::Mode);
    }
    let remarks = writer.remarks;
    let workbook = Workbook { sheets: vec![survey, choices, settings(&d, form), own(&d, form)] };
    Some(Exported { workbook, remarks })
}

/// A sheet being made: rows of cells by heading; headings that stay empty are left out.
struct Grid {
    headings: Vec<String>,
    rows: Vec<BTreeMap<String, String>>,
}

impl Grid {
    fn new(headings: Vec<String>) -> Self {
        Self { headings, rows: Vec::new() }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = (String, String)>) {
        self.rows.push(cells.into_iter().collect());
    }

    fn sheet(self, name: &str) -> Sheet {
        let used =
            |heading: &&String| self.rows.iter().any(|row| row.get(*heading).is_some_and(|c| !c.is_empty()));
        let headings: Vec<&String> = self.headings.iter().filter(used).collect();
        let head = headings.iter().map(|heading| (*heading).clone()).collect();
        let row = |row: &BTreeMap<String, String>| {
            headings.iter().map(|heading| row.get(*heading).cloned().unwrap_or_default()).collect()
        };
        Sheet::new(name, std::iter::once(head).chain(self.rows.iter().map(row)))
    }
}

fn cell(heading: &str, value: impl Into<String>) -> (String, String) {
    (heading.to_owned(), value.into())
}

/// The name of the list of each scale and of each question with options of its own.
struct Lists {
    scales: BTreeMap<String, String>,
    own: BTreeMap<String, String>,
}

fn lists(d: &Definition) -> Lists {
    let plain = |name: &str| {
        name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
            && name != "external"
    };
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let mut take = |wanted: &str| {
        let wanted = if plain(wanted) && !wanted.is_empty() { wanted } else { "list" };
        let names = std::iter::once(wanted.to_owned()).chain((2..).map(|n| format!("{wanted}_{n}")));
        let name = names.into_iter().find(|name| !taken.contains(name)).unwrap_or_default();
        taken.insert(name.clone());
        name
    };
    let scales = d.scales.keys().map(|name| (name.clone(), take(name))).collect();
    let own = d.questions.iter().filter(|q| !q.options.is_empty());
    Lists { scales, own: own.map(|question| (question.id.clone(), take(&question.id))).collect() }
}

struct Writer<'a> {
    d: &'a Definition,
    remarks: Vec<Remark>,
    placeholders: BTreeSet<&'static str>,
    lists: Lists,
}

impl Writer<'_> {
    fn remark(&mut self, level: Level, what: &str, why: Why) {
        self.remarks.push(Remark::new(level, None, what, why));
    }

    /// The words as cells `key::Tiếng Việt (vi)`.
    fn words(&mut self, key: &str, text: &Text) -> Vec<(String, String)> {
        let mut cells = Vec::new();
        for language in &self.d.languages {
            let Some(words) = text.get(language) else { continue };
            cells.push((format!("{key}::{}", language_name(language)), self.fill(words)));
        }
        cells
    }

    /// Placeholders as references to what the field team fills in.
    fn fill(&mut self, words: &str) -> String {
        let mut words = words.to_owned();
        if words.contains("${") {
            self.remark(Level::Changed, &words.clone(), Why::LooksLikeReference);
            words = words.replace("${", "$ {");
        }
        for (placeholder, name) in PLACEHOLDERS {
            if words.contains(placeholder) {
                words = words.replace(placeholder, &format!("${{{name}}}"));
                self.placeholders.insert(name);
            }
        }
        words
    }

    fn survey(&mut self, form: &Form) -> Sheet {
        let d = self.d;
        let by_language =
            |key: &'static str| d.languages.iter().map(move |code| format!("{key}::{}", language_name(code)));
        let mut headings = vec!["type".to_owned(), "name".to_owned()];
        headings.extend(by_language("label").chain(by_language("hint")));
        headings.extend(
            ["required", "relevant", "constraint", "calculation", "sipas::dimension"].map(str::to_owned),
        );
        headings.extend(d.languages.iter().map(|code| format!("sipas::name::{}", language_name(code))));
        let own = ["sipas::weight", "sipas::plan", "sipas::max_length", "sipas::order", "sipas::module"];
        headings.extend(own.map(str::to_owned));
        let mut grid = Grid::new(headings);
        let introduction = self.words("label", &form.introduction);
        grid.row([cell("type", "note"), cell("name", "_introduction")].into_iter().chain(introduction));
        let order = Order::of(d, form);
        for (at, section) in form.sections.iter().enumerate() {
            let name = format!("_section_{}", at + 1);
            let mut cells = vec![cell("type", "begin_group"), cell("name", name.as_str())];
            cells.extend(self.words("label", &section.title));
            cells.push(cell("relevant", self.rule(section.asked_if.as_ref())));
            cells.push(cell("sipas::module", section.module.clone().unwrap_or_default()));
            grid.row(cells);
            if let Some(text) = &section.text {
                let words = self.words("label", text);
                grid.row(
                    [cell("type", "note"), cell("name", format!("{name}_text"))].into_iter().chain(words),
                );
            }
            for id in &section.ask {
                let cells = self.item(form, id, &order);
                grid.row(cells);
            }
            grid.row([cell("type", "end_group")]);
        }
        let asked = self.placeholders.clone();
        for name in asked {
            let row = self.placeholder(name);
            grid.rows.insert(0, row.into_iter().collect());
        }
        grid.sheet("survey")
    }

    fn rule(&self, rule: Option<&crate::definition::model::Condition>) -> String {
        let questions = &self.d.questions;
        let multiple = |id: &str| questions.iter().any(|q| q.id == id && q.kind == Kind::Multiple);
        rule.map(|rule| rule::write(rule, &multiple)).unwrap_or_default()
    }

    fn item(&mut self, form: &Form, id: &str, order: &Order) -> Vec<(String, String)> {
        let d = self.d;
        let mut cells = vec![cell("name", id), cell("sipas::order", order.cell(id))];
        if let Some(criterion) = d.criteria.iter().find(|criterion| criterion.id == id) {
            let list = self.lists.scales.get(&criterion.scale).cloned().unwrap_or_default();
            cells.push(cell("type", format!("select_one {list}")));
            cells.extend(self.words("label", form.wording.get(id).unwrap_or(&criterion.text)));
            if let Some(help) = &criterion.help {
                cells.extend(self.words("hint", help));
            }
            cells.push(cell("required", if criterion.required { "yes" } else { "" }));
            cells.push(cell("relevant", self.rule(criterion.asked_if.as_ref())));
            cells.push(cell("sipas::dimension", criterion.dimension.as_str()));
            cells.extend(self.words("sipas::name", &criterion.name));
            cells.push(cell("sipas::weight", number(criterion.weight)));
            cells.push(cell("sipas::plan", criterion.plan.clone().unwrap_or_default()));
        } else if let Some(question) = d.questions.iter().find(|question| question.id == id) {
            cells.push(cell("type", self.kind(question)));
            cells.extend(self.words("label", form.wording.get(id).unwrap_or(&question.text)));
            if let Some(help) = &question.help {
                cells.extend(self.words("hint", help));
            }
            cells.push(cell("required", if question.required { "yes" } else { "" }));
            cells.push(cell("relevant", self.rule(question.asked_if.as_ref())));
            cells.push(cell("constraint", limits(question)));
            let longest = question.max_length.map(|longest| longest.to_string());
            cells.push(cell("sipas::max_length", longest.unwrap_or_default()));
        }
        cells
    }

    fn kind(&self, question: &OtherQuestion) -> String {
        let list = match &question.scale {
            Some(scale) => self.lists.scales.get(scale),
            None => self.lists.own.get(&question.id),
        };
        let list = list.cloned().unwrap_or_default();
        match question.kind {
            Kind::Single => format!("select_one {list}"),
            Kind::Multiple => format!("select_multiple {list}"),
            Kind::Text => "text".to_owned(),
            Kind::Number => "integer".to_owned(),
        }
    }

    fn placeholder(&mut self, name: &'static str) -> Vec<(String, String)> {
        self.remark(Level::Changed, name, Why::Placeholder(name.to_owned()));
        if name == "_year" {
            let year = "format-date(today(), '%Y')";
            return vec![cell("type", "calculate"), cell("name", name), cell("calculation", year)];
        }
        let mut cells = vec![cell("type", "text"), cell("name", name), cell("required", "yes")];
        for language in &self.d.languages {
            let m = Lang::find(language).unwrap_or(Lang::EN).messages();
            let words =
                if name == "_unit" { fl!(m, "xlsform-ask-unit") } else { fl!(m, "xlsform-ask-counter") };
            cells.push((format!("label::{}", language_name(language)), words));
        }
        cells
    }

    fn choices(&mut self) -> Sheet {
        let d = self.d;
        let mut headings = vec!["list_name".to_owned(), "name".to_owned()];
        headings.extend(d.languages.iter().map(|code| format!("label::{}", language_name(code))));
        // With colons they would break pyxform, in this sheet alone.
        let own = ["sipas_scale", "sipas_score", "sipas_satisfied", "sipas_missing", "sipas_pictogram"];
        headings.extend(own.map(str::to_owned));
        let mut grid = Grid::new(headings);
        for (name, scale) in &d.scales {
            let list = self.lists.scales.get(name).cloned().unwrap_or_default();
            if faces::of(scale, d.audience).iter().any(Option::is_some) {
                self.remark(Level::Lost, name, Why::Faces);
            }
            let picture = scale.pictogram.map(write::pictogram).unwrap_or_default();
            self.options(&mut grid, &list, &scale.options, (name, picture));
        }
        for question in d.questions.iter().filter(|question| !question.options.is_empty()) {
            let list = self.lists.own.get(&question.id).cloned().unwrap_or_default();
            self.options(&mut grid, &list, &question.options, ("", ""));
        }
        grid.sheet("choices")
    }

    fn options(
        &mut self,
        grid: &mut Grid,
        list: &str,
        options: &[ScaleOption],
        (scale, picture): (&str, &str),
    ) {
        for option in options {
            let yes = |is: bool| if is { "yes" } else { "" };
            let mut cells = vec![
                cell("list_name", list),
                cell("name", option.code.as_str()),
                cell("sipas_scale", scale),
                cell("sipas_pictogram", picture),
                cell("sipas_score", option.score.map(|score| format!("{score}")).unwrap_or_default()),
                cell("sipas_satisfied", yes(option.satisfied)),
                cell("sipas_missing", yes(option.missing)),
            ];
            for language in &self.d.languages {
                let Some(words) = option.label.get(language) else { continue };
                if PLACEHOLDERS.iter().any(|(placeholder, _)| words.contains(placeholder)) {
                    self.remark(Level::Changed, words, Why::PlaceholderInOption);
                }
                cells.push((format!("label::{}", language_name(language)), words.clone()));
            }
            grid.row(cells);
        }
    }
}

/// The places of items in the definition, where the form asks them in another order.
struct Order(BTreeMap<String, usize>);

impl Order {
    fn of(d: &Definition, form: &Form) -> Self {
        let asked: Vec<&String> = form.sections.iter().flat_map(|section| &section.ask).collect();
        let mut places = BTreeMap::new();
        let criteria: Vec<&String> = d.criteria.iter().map(|criterion| &criterion.id).collect();
        let questions: Vec<&String> = d.questions.iter().map(|question| &question.id).collect();
        for ids in [criteria, questions] {
            let in_form: Vec<&&String> = asked.iter().filter(|id| ids.contains(id)).collect();
            if in_form.iter().map(|id| **id).ne(ids.iter().copied()) {
                places.extend(ids.into_iter().enumerate().map(|(at, id)| (id.clone(), at + 1)));
            }
        }
        Self(places)
    }

    fn cell(&self, id: &str) -> String {
        self.0.get(id).map(usize::to_string).unwrap_or_default()
    }
}

#[expect(clippy::float_cmp, reason = "exactly the default")]
fn number(weight: f64) -> String {
    if weight == 1.0 { String::new() } else { format!("{weight}") }
}

fn limits(question: &OtherQuestion) -> String {
    match question.kind {
        Kind::Text => format!("string-length(.) <= {}", question.max_length.unwrap_or(LONGEST_TEXT)),
        Kind::Number => {
            let limit = |sign: &str, limit: Option<i32>| limit.map(|limit| format!(". {sign} {limit}"));
            let both = [limit(">=", question.min), limit("<=", question.max)];
            both.into_iter().flatten().collect::<Vec<_>>().join(" and ")
        }
        Kind::Single | Kind::Multiple => String::new(),
    }
}

fn settings(d: &Definition, form: &Form) -> Sheet {
    let first = d.languages.first().map(String::as_str).unwrap_or_default();
    let title = form.title.as_ref().unwrap_or(&d.title).get(first).cloned().unwrap_or_default();
    let headings = ["form_title", "form_id", "version", "default_language"].map(str::to_owned).to_vec();
    let row = vec![title, d.id.clone(), d.version.clone(), language_name(first)];
    Sheet::new("settings", [headings, row])
}

/// What has no row in the other sheets.
fn own(d: &Definition, form: &Form) -> Sheet {
    let heading = |code: &String| format!("text::{}", language_name(code));
    let mut headings = ["what", "id", "field", "value"].map(str::to_owned).to_vec();
    headings.extend(d.languages.iter().map(heading));
    let mut grid = Grid { headings, rows: Vec::new() };
    let mut value = |what: &str, id: &str, field: &str, value: String| {
        if !value.is_empty() {
            grid.row([cell("what", what), cell("id", id), cell("field", field), cell("value", value)]);
        }
    };
    value("definition", "", "audience", write::audience(d.audience).to_owned());
    for language in &d.languages {
        value("definition", "", "language", language.clone());
    }
    let index = &d.index;
    value("index", "", "measure", write::measure(index.measure).to_owned());
    value("index", "", "aggregation", write::aggregation(index.aggregation).to_owned());
    value("index", "", "part_weights", write::weights(index.part_weights).to_owned());
    value("index", "", "dimension_weights", write::weights(index.dimension_weights).to_owned());
    value("index", "", "target", index.target.to_string());
    value("index", "", "level", index.level.to_string());
    value("index", "", "minimum_answers", index.minimum_answers.map(|n| n.to_string()).unwrap_or_default());
    value("index", "", "caution_n_eff", index.caution_n_eff.to_string());
    value("index", "", "caution_width", index.caution_width.to_string());
    for (code, weight) in &index.group_weights {
        value("group", code, "weight", weight.to_string());
    }
    for part in &d.parts {
        value("part", &part.id, "weight", part.weight.to_string());
        value("part", &part.id, "plan", part.plan.clone().unwrap_or_default());
    }
    for dimension in &d.dimensions {
        value("dimension", &dimension.id, "weight", dimension.weight.to_string());
        value("dimension", &dimension.id, "part", dimension.part.clone().unwrap_or_default());
        value("dimension", &dimension.id, "plan", dimension.plan.clone().unwrap_or_default());
    }
    value("form", &form.id, "minutes", form.minutes.to_string());
    value("form", &form.id, "target", form.target.map(|target| target.to_string()).unwrap_or_default());
    value("form", &form.id, "rotation", form.rotation.map(|r| r.ask.to_string()).unwrap_or_default());
    let asks = form.ask_mode.map(|ask| if ask { "yes" } else { "no" });
    value("form", &form.id, "ask_mode", asks.unwrap_or_default().to_owned());
    for (row, plan) in &d.plan {
        for (field, bodies) in [("monitor", &plan.monitor), ("lead", &plan.lead), ("support", &plan.support)]
        {
            bodies.iter().for_each(|body| value("plan", row, field, body.clone()));
        }
    }
    for (id, earlier) in &d.map {
        value("map", id, "", earlier.clone());
    }
    let mut words = |what: &str, id: &str, field: &str, text: &Text| {
        let texts = text.iter().map(|(code, words)| (heading(code), words.clone()));
        grid.row([cell("what", what), cell("id", id), cell("field", field)].into_iter().chain(texts));
    };
    words("definition", "", "title", &d.title);
    words("index", "", "method", &index.method);
    d.parts.iter().for_each(|part| words("part", &part.id, "name", &part.name));
    d.dimensions.iter().for_each(|dimension| words("dimension", &dimension.id, "name", &dimension.name));
    if let Some(title) = &form.title {
        words("form", &form.id, "title", title);
    }
    d.plan.iter().for_each(|(row, plan)| words("plan", row, "name", &plan.name));
    for id in form.wording.keys() {
        let criterion =
            d.criteria.iter().find(|criterion| criterion.id == *id).map(|criterion| &criterion.text);
        let question = d.questions.iter().find(|question| question.id == *id).map(|question| &question.text);
        if let Some(text) = criterion.or(question) {
            words("item", id, "text", text);
        }
    }
    grid.sheet(OWN_SHEET)
}
