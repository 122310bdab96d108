//! The definition out of what was read: ids, scales, dimensions, rules.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::super::{
    Level, Place, Remark, Why, Workbook,
    rule::{self, Target},
    workbook::Table,
};
use super::{
    GroupFound, ItemFound, ListFound, Options,
    lists::{self, List},
    names,
    own::Own,
    survey::{self, Answer, Asked, Survey},
    words::Words,
};
use crate::{
    definition::{
        Definition, length,
        model::{
            Aggregation, All, Audience, Condition, Criterion, Dimension, Form, In, IndexSettings, Kind,
            Measure, OtherQuestion, Part, PlanRow, Rotation, Scale, ScaleOption, Section, Text, Weights,
        },
    },
    language::{Lang, vietnamese},
};

/// The target where nobody has set one: that of the province's plan for citizens.
const TARGET: f64 = 0.9;

/// A definition that was made.
pub struct Made {
    pub definition: Definition,
    pub remarks: Vec<Remark>,
    /// Ids with the names of their questions in the file.
    pub names: Vec<(String, String)>,
    pub lists: Vec<ListFound>,
    pub groups: Vec<GroupFound>,
    pub on_scales: Vec<ItemFound>,
}

/// Makes the definition.
///
/// # Errors
/// Why there is none.
pub fn build(workbook: &Workbook, options: &Options) -> Result<Made, Vec<Remark>> {
    let own = Own::read(workbook);
    let mut remarks = Vec::new();
    let words = Words::read(workbook, &own, options, &mut remarks);
    let lists = lists::read(workbook, &words, options, &mut remarks);
    let survey = survey::read(workbook, &words, &lists, !own.is_empty(), &mut remarks).unwrap_or_default();
    if survey.asked.is_empty() {
        let refused = Remark::new(Level::Lost, None, "survey", Why::NoSurvey);
        return Err(std::iter::once(refused).chain(remarks).collect());
    }
    named(options, &survey, &lists)?;
    let mut builder = Builder { own, words, lists, survey, options, remarks, settings: settings(workbook) };
    let definition = builder.definition()?;
    let names = builder.survey.asked.iter().map(|asked| (asked.id.clone(), asked.name.clone())).collect();
    let (lists, groups, on_scales) = builder.found(&definition);
    Ok(Made { definition, names, lists, groups, on_scales, remarks: builder.remarks })
}

/// What was named by hand is there.
fn named(options: &Options, survey: &Survey, lists: &BTreeMap<String, List>) -> Result<(), Vec<Remark>> {
    let mut refused = Vec::new();
    let mut look = |names: &[String], known: Vec<String>| {
        for name in names.iter().filter(|name| !known.contains(name)) {
            refused.push(Remark::new(Level::Lost, None, name, Why::NoSuch(known.clone())));
        }
    };
    let scales: Vec<String> = options.scales.iter().map(|scale| scale.list.clone()).collect();
    look(&scales, lists.keys().cloned().collect());
    look(&options.dimensions, survey.groups.iter().map(|group| group.name.clone()).collect());
    look(&options.beside, survey.asked.iter().map(|asked| asked.name.clone()).collect());
    for scale in &options.scales {
        let Some(list) = lists.get(&scale.list) else { continue };
        let known: Vec<String> = list.options.iter().map(|(name, _)| name.clone()).collect();
        for name in scale.satisfied.iter().flatten().filter(|name| !known.contains(name)) {
            refused.push(Remark::new(Level::Lost, None, name, Why::NoSuchOption(known.clone())));
        }
    }
    if refused.is_empty() { Ok(()) } else { Err(refused) }
}

/// The first row of `settings`.
#[derive(Debug, Default)]
struct Settings {
    title: Option<(String, Place)>,
    id: String,
    version: String,
}

fn settings(workbook: &Workbook) -> Settings {
    let Some(table) = Table::find(workbook, "settings") else { return Settings::default() };
    let Some(row) = table.rows().next() else { return Settings::default() };
    let first = |keys: [&'static str; 2]| keys.into_iter().find(|key| !row.get(key).is_empty());
    Settings {
        title: first(["form_title", "title"]).map(|key| (row.get(key).to_owned(), row.of(key))),
        id: first(["form_id", "id_string"]).map(|key| row.get(key).to_owned()).unwrap_or_default(),
        version: row.get("version").to_owned(),
    }
}

struct Builder<'a> {
    own: Own,
    words: Words,
    lists: BTreeMap<String, List>,
    survey: Survey,
    options: &'a Options,
    remarks: Vec<Remark>,
    settings: Settings,
}

impl Builder<'_> {
    /// What there was to decide, and how it was decided.
    fn found(&self, definition: &Definition) -> (Vec<ListFound>, Vec<GroupFound>, Vec<ItemFound>) {
        let asked = &self.survey.asked;
        let single = |asked: &Asked| match &asked.kind {
            Answer::Choice { list, multiple: false, or_other: false } => self.lists.get(list),
            _ => None,
        };
        let is_criterion =
            |asked: &Asked| definition.criteria.iter().any(|criterion| criterion.id == asked.id);
        let list = |list: &List| ListFound {
            name: list.name.clone(),
            options: list.options.iter().map(|(name, option)| (name.clone(), option.label.clone())).collect(),
            scale: list.satisfaction,
            satisfied: list
                .options
                .iter()
                .filter(|(_, o)| o.satisfied)
                .map(|(name, _)| name.clone())
                .collect(),
        };
        let used =
            |list: &&List| asked.iter().any(|a| single(a).is_some_and(|other| other.name == list.name));
        let lists = self.lists.values().filter(used).map(list).collect();
        let group = |(at, group): (usize, &survey::Group)| GroupFound {
            name: group.name.clone(),
            label: group.label.clone(),
            criteria: asked.iter().filter(|a| a.group == Some(at) && is_criterion(a)).count(),
        };
        let asks = |(at, group): &(usize, &survey::Group)| {
            !group.name.is_empty() && self.survey.sections.iter().any(|block| block.group == Some(*at))
        };
        let groups = self.survey.groups.iter().enumerate().filter(asks).map(group).collect();
        let on_scales = asked.iter().filter(|a| single(a).is_some_and(|list| list.satisfaction));
        let item = |asked: &Asked| ItemFound {
            name: asked.name.clone(),
            text: asked.text.clone(),
            beside: !is_criterion(asked),
        };
        (lists, groups, on_scales.map(item).collect())
    }

    fn choose(&mut self, place: Option<Place>, what: &str, why: Why) {
        self.remarks.push(Remark::new(Level::Chosen, place, what, why));
    }

    /// Words of ours for each language of the form.
    fn said(&self, words: impl Fn(Lang) -> String) -> Text {
        let one = |code: &String| (code.clone(), words(Lang::find(code).unwrap_or(Lang::EN)));
        self.words.languages.iter().map(one).collect()
    }

    fn definition(&mut self) -> Result<Definition, Vec<Remark>> {
        let title = self.title();
        let form_title = self.form_title();
        let (homes, dimensions) = self.dimensions(form_title.as_ref().unwrap_or(&title));
        if homes.iter().all(Option::is_none) {
            let lists = self.lists.keys().cloned().collect();
            let refused = Remark::new(Level::Lost, None, "", Why::NoScale(lists));
            return Err(std::iter::once(refused).chain(std::mem::take(&mut self.remarks)).collect());
        }
        let scales = self.scales(&homes);
        let rules: Vec<Option<Condition>> = (0..self.survey.asked.len()).map(|at| self.rule_of(at)).collect();
        let sections = self.sections(form_title.as_ref().unwrap_or(&title));
        let (mut criteria, questions, sections, wording) = self.items(&homes, &scales, rules, sections);
        self.require_something(&mut criteria, &questions, &sections);
        let form = self.form(form_title, sections, wording, criteria.len() + questions.len(), &questions);
        let (id, version) = self.identity();
        Ok(Definition {
            format: 1,
            id,
            version,
            languages: self.words.languages.clone(),
            index: self.index(&title),
            title,
            audience: self.own.word("definition", "", "audience").unwrap_or(Audience::Citizens),
            scales: scales.used,
            parts: self.parts(),
            dimensions,
            criteria,
            questions,
            forms: vec![form],
            plan: self.plan(),
            map: self
                .own
                .ids("map")
                .into_iter()
                .filter_map(|id| Some((id.clone(), self.own.value("map", &id, "")?)))
                .collect(),
        })
    }

    fn identity(&mut self) -> (String, String) {
        let digits = |version: &str| {
            let numbers = version.split(|c: char| !c.is_ascii_digit()).filter(|n| (1..=9).contains(&n.len()));
            numbers.collect::<Vec<_>>().join(".")
        };
        let title = self.settings.title.as_ref().map(|(title, _)| title.clone()).unwrap_or_default();
        let source = [self.settings.id.clone(), title, "xlsform".to_owned()];
        let wanted = source.into_iter().find(|id| !id.trim().is_empty()).unwrap_or_default();
        let id = self.options.id.clone().unwrap_or_else(|| names::id(&wanted, &[]));
        let version = digits(&self.settings.version);
        let version =
            self.options.version.clone().unwrap_or(if version.is_empty() { "1".to_owned() } else { version });
        let said = self.options.id.as_ref().is_some_and(|_| self.options.version.is_some());
        if !said && (id != self.settings.id || version != self.settings.version) {
            self.choose(None, &self.settings.id.clone(), Why::Named(id.clone(), version.clone()));
        }
        (id, version)
    }

    /// The title in all languages: ours where the form is ours, with what was changed in `settings`.
    fn title(&mut self) -> Text {
        let ours = self.own.text("definition", "", "title");
        if let Some(mut title) = ours {
            if self.form_title().is_none() {
                self.override_title(&mut title);
            }
            let place = self.place("title");
            self.words.complete(&mut title, &place, &mut self.remarks);
            return title;
        }
        match self.settings.title.clone() {
            Some((title, place)) => {
                let title = self.words.clean(&title, place.clone(), &mut self.remarks);
                let first = self.words.languages.first().cloned().unwrap_or_default();
                let mut text = Text::from([(first, title)]);
                self.words.complete(&mut text, &place, &mut self.remarks);
                text
            }
            None => {
                self.choose(None, "form_title", Why::Title);
                self.said(|lang| fl!(lang.messages(), "xlsform-default-title"))
            }
        }
    }

    fn place(&self, heading: &str) -> Place {
        Place { sheet: "settings".to_owned(), row: 2, column: None, heading: heading.to_owned() }
    }

    fn override_title(&self, title: &mut Text) {
        let first = self.words.languages.first().cloned().unwrap_or_default();
        if let Some((said, _)) = &self.settings.title {
            title.insert(first, said.clone());
        }
    }

    fn form_id(&self) -> String {
        self.own.ids("form").into_iter().next().unwrap_or_else(|| "full".to_owned())
    }

    fn form_title(&self) -> Option<Text> {
        let mut title = self.own.text("form", &self.form_id(), "title")?;
        self.override_title(&mut title);
        Some(title)
    }

    fn index(&mut self, title: &Text) -> IndexSettings {
        let own = &self.own;
        let target = own.parsed("index", "", "target");
        let method = own.text("index", "", "method").unwrap_or_else(|| {
            let name = |lang: Lang| lang.pick(title).to_owned();
            self.said(|lang| fl!(lang.messages(), "xlsform-default-method", title = name(lang)))
        });
        let index = IndexSettings {
            method,
            measure: own.word("index", "", "measure").unwrap_or(Measure::ShareSatisfied),
            aggregation: own.word("index", "", "aggregation").unwrap_or(Aggregation::ItemShares),
            part_weights: own.word("index", "", "part_weights").unwrap_or(Weights::ByItems),
            dimension_weights: own.word("index", "", "dimension_weights").unwrap_or(Weights::ByItems),
            target: target.unwrap_or(TARGET),
            level: own.parsed("index", "", "level").unwrap_or(0.95),
            minimum_answers: own.parsed("index", "", "minimum_answers"),
            caution_n_eff: own.parsed("index", "", "caution_n_eff").unwrap_or(30.0),
            caution_width: own.parsed("index", "", "caution_width").unwrap_or(0.20),
            group_weights: own.numbers("group", "weight"),
        };
        if target.is_none() {
            self.choose(None, "target", Why::Target(TARGET));
        }
        index
    }

    fn parts(&self) -> Vec<Part> {
        let part = |id: String| Part {
            name: self.own.text("part", &id, "name").unwrap_or_else(|| self.words.everywhere(&id)),
            weight: self.own.parsed("part", &id, "weight").unwrap_or(1.0),
            plan: self.own.value("part", &id, "plan"),
            id,
        };
        self.own.ids("part").into_iter().map(part).collect()
    }

    fn plan(&self) -> BTreeMap<String, PlanRow> {
        let row = |id: String| {
            let name = self.own.text("plan", &id, "name").unwrap_or_else(|| self.words.everywhere(&id));
            let bodies = |field: &str| self.own.values("plan", &id, field);
            let row = PlanRow {
                name,
                monitor: bodies("monitor"),
                lead: bodies("lead"),
                support: bodies("support"),
            };
            (id, row)
        };
        self.own.ids("plan").into_iter().map(row).collect()
    }

    /// The dimension of each question that is a criterion, and the dimensions.
    fn dimensions(&mut self, title: &Text) -> (Vec<Option<String>>, Vec<Dimension>) {
        if self.survey.says_criteria {
            return self.said_dimensions();
        }
        let mut dimensions: Vec<Dimension> = Vec::new();
        let mut of_group: BTreeMap<Option<usize>, String> = BTreeMap::new();
        let mut homes = Vec::new();
        for at in 0..self.survey.asked.len() {
            let Some(group) = self.home(at) else {
                homes.push(None);
                continue;
            };
            if let Some(id) = of_group.get(&group) {
                homes.push(Some(id.clone()));
                continue;
            }
            let found = group.and_then(|group| self.survey.groups.get(group));
            let taken: Vec<String> = dimensions.iter().map(|dimension| dimension.id.clone()).collect();
            let wanted = found.map(|group| group.name.clone()).filter(|name| !name.is_empty());
            let id = names::id(&wanted.clone().unwrap_or_else(|| "general".to_owned()), &taken);
            let label = found.and_then(|group| group.label.clone());
            let name =
                label.or_else(|| wanted.map(|w| self.words.everywhere(&w))).unwrap_or_else(|| title.clone());
            of_group.insert(group, id.clone());
            dimensions.push(Dimension { id: id.clone(), part: None, name, weight: 1.0, plan: None });
            homes.push(Some(id));
        }
        for (group, id) in of_group {
            let count = homes.iter().flatten().filter(|home| **home == id).count();
            let place =
                group.and_then(|group| self.survey.groups.get(group)).map(|group| group.place.clone());
            self.choose(place, &id, Why::Dimension(count));
        }
        (homes, dimensions)
    }

    fn said_dimensions(&self) -> (Vec<Option<String>>, Vec<Dimension>) {
        let on_scale = |asked: &Asked| {
            !self.options.beside.contains(&asked.name)
                && matches!(&asked.kind, Answer::Choice { list, multiple: false, .. } if self.lists.get(list).is_some_and(|list| list.satisfaction))
        };
        let homes: Vec<Option<String>> = self
            .survey
            .asked
            .iter()
            .map(|asked| {
                asked.dimension.as_ref().filter(|_| on_scale(asked)).map(|name| names::id(name, &[]))
            })
            .collect();
        let mut ids = self.own.ids("dimension");
        ids.extend(homes.iter().flatten().cloned());
        let mut seen = BTreeSet::new();
        ids.retain(|id| homes.iter().flatten().any(|home| home == id) && seen.insert(id.clone()));
        let dimension = |id: String| Dimension {
            part: self.own.value("dimension", &id, "part"),
            name: self.own.text("dimension", &id, "name").unwrap_or_else(|| self.words.everywhere(&id)),
            weight: self.own.parsed("dimension", &id, "weight").unwrap_or(1.0),
            plan: self.own.value("dimension", &id, "plan"),
            id,
        };
        (homes, ids.into_iter().map(dimension).collect())
    }

    /// The group whose dimension a question counts in, by rules: on a scale of satisfaction, not about everything, in
    /// one of the groups named. Absent: it stands beside the index.
    #[expect(clippy::option_option, reason = "a criterion outside of all groups has the dimension of none")]
    fn home(&mut self, at: usize) -> Option<Option<usize>> {
        let asked = self.survey.asked.get(at)?;
        let Answer::Choice { list, multiple: false, or_other: false } = &asked.kind else { return None };
        if !self.lists.get(list)?.satisfaction {
            return None;
        }
        let overall = || {
            let signs = ["overall", "all in all", "in general", "nhin chung", "noi chung", "danh gia chung"];
            let texts = asked.text.values().chain([&asked.name]);
            texts
                .map(|words| vietnamese::fold(words))
                .any(|words| signs.iter().any(|sign| words.contains(sign)))
        };
        let above = |mut group: Option<usize>| {
            while let Some(at) = group {
                let found = self.survey.groups.get(at)?;
                if self.options.dimensions.contains(&found.name) {
                    return Some(at);
                }
                group = found.parent;
            }
            None
        };
        let home = if self.options.beside.contains(&asked.name) {
            None
        } else if !self.options.dimensions.is_empty() {
            above(asked.group).map(Some)
        } else if overall() {
            None
        } else {
            Some(asked.group)
        };
        if home.is_none() {
            let (place, name) = (asked.place.clone(), asked.name.clone());
            self.choose(Some(place), &name, Why::Beside);
        }
        home
    }

    /// The scales, and which list is which: a scale of criteria, or a list that several questions share.
    fn scales(&mut self, homes: &[Option<String>]) -> Scales {
        let mut scales = Scales::default();
        let says = self.lists.values().any(|list| list.scale.is_some());
        for list in self.lists.values() {
            let users: Vec<usize> = (self.survey.asked.iter().enumerate())
                .filter(|(_, a)| matches!(&a.kind, Answer::Choice { list: name, .. } if *name == list.name))
                .map(|(at, _)| at)
                .collect();
            if users.is_empty() {
                let remark = Remark::new(Level::Lost, Some(list.place.clone()), &list.name, Why::UnusedList);
                self.remarks.push(remark);
                continue;
            }
            let of_criterion = users.iter().any(|at| homes.get(*at).is_some_and(Option::is_some));
            let shared = if says { list.scale.is_some() } else { users.len() > 1 };
            if of_criterion || shared {
                let name = list.scale.clone().unwrap_or_else(|| list.name.clone());
                let options = list.options.iter().map(|(_, option)| option.clone()).collect();
                scales.used.insert(name.clone(), Scale { options, pictogram: list.pictogram });
                scales.of_list.insert(list.name.clone(), name);
            }
        }
        scales
    }

    /// What a rule of the question at `before` may look at.
    fn target(&self, name: &str, before: usize) -> Option<Target> {
        let asked = self.survey.asked.iter().take(before).rev().find(|asked| asked.name == name)?;
        let Answer::Choice { list, multiple, or_other } = &asked.kind else {
            return Some(Target { id: asked.id.clone(), multiple: None, codes: Vec::new() });
        };
        let options = self.options_of(list, *or_other);
        let codes = options.into_iter().map(|(name, option)| (name, option.code)).collect();
        Some(Target { id: asked.id.clone(), multiple: Some(*multiple), codes })
    }

    /// The options of a list, with "other" where it is asked for.
    fn options_of(&self, list: &str, or_other: bool) -> Vec<(String, ScaleOption)> {
        let mut options = self.lists.get(list).map(|list| list.options.clone()).unwrap_or_default();
        if or_other && !options.iter().any(|(name, _)| name == "other") {
            let label = self.said(|lang| fl!(lang.messages(), "xlsform-other"));
            let taken: Vec<String> = options.iter().map(|(_, option)| option.code.clone()).collect();
            let code = names::code("other", &taken);
            options.push((
                "other".to_owned(),
                ScaleOption { code, label, satisfied: false, score: None, missing: false },
            ));
        }
        options
    }

    fn read_rule(&mut self, (text, place): &(String, Place), before: usize) -> Option<Condition> {
        match rule::read(text, &|name| self.target(name, before)) {
            Ok(rule) => Some(rule),
            Err(fault) => {
                let remark = Remark::new(Level::Lost, Some(place.clone()), text, Why::Rule(fault));
                if !self.remarks.contains(&remark) {
                    self.remarks.push(remark);
                }
                None
            }
        }
    }

    fn rule_of(&mut self, at: usize) -> Option<Condition> {
        let relevant = self.survey.asked.get(at)?.relevant.clone()?;
        self.read_rule(&relevant, at)
    }

    /// The sections, with the positions of what they ask.
    fn sections(&mut self, title: &Text) -> Vec<(Section, Vec<usize>)> {
        let mut sections = Vec::new();
        for at in 0..self.survey.sections.len() {
            let Some(block) = self.survey.sections.get(at) else { continue };
            let (asked, notes) = (block.asked.clone(), block.notes.clone());
            let mut rules = Vec::new();
            let (mut heading, mut module) = (None, None);
            let mut above = block.group;
            while let Some(group) = above.and_then(|at| self.survey.groups.get(at)) {
                let found = group.label.clone().or_else(|| {
                    Some(group.name.clone())
                        .filter(|name| !name.is_empty())
                        .map(|name| self.words.everywhere(&name))
                });
                heading = heading.or(found);
                module = module.or_else(|| group.module.clone());
                rules.extend(group.relevant.clone());
                above = group.parent;
            }
            let first = asked.first().copied().unwrap_or_default();
            let mut read: Vec<Condition> =
                rules.iter().rev().filter_map(|rule| self.read_rule(rule, first)).collect();
            let asked_if = match read.len() {
                0 | 1 => read.pop(),
                _ => Some(Condition::All(All { all: read })),
            };
            let section = Section {
                title: heading.unwrap_or_else(|| title.clone()),
                text: joined(&notes),
                module,
                ask: Vec::new(),
                asked_if,
            };
            sections.push((section, asked));
        }
        sections
    }

    /// Criteria and questions, and the sections with their ids.
    fn items(
        &mut self,
        homes: &[Option<String>],
        scales: &Scales,
        rules: Vec<Option<Condition>>,
        sections: Vec<(Section, Vec<usize>)>,
    ) -> (Vec<Criterion>, Vec<OtherQuestion>, Vec<Section>, BTreeMap<String, Text>) {
        let mut criteria: Vec<(f64, Criterion)> = Vec::new();
        let mut questions: Vec<(f64, OtherQuestion)> = Vec::new();
        let mut wording = BTreeMap::new();
        let mut made = Vec::new();
        for (mut section, asked) in sections {
            for at in asked {
                let Some(asked) = self.survey.asked.get(at) else { continue };
                let asked_if = rules.get(at).cloned().flatten();
                let id = asked.id.clone();
                section.ask.push(id.clone());
                let mut text = asked.text.clone();
                if let Some(own) = self.own.text("item", &id, "text") {
                    wording.insert(id.clone(), std::mem::replace(&mut text, own));
                }
                let list = match &asked.kind {
                    Answer::Choice { list, .. } => list.as_str(),
                    _ => "",
                };
                if let Some(Some(dimension)) = homes.get(at) {
                    let last = criteria.last().map_or(0.0, |(order, _)| *order);
                    let criterion = Criterion {
                        dimension: dimension.clone(),
                        name: asked.short.clone().unwrap_or_else(|| text.clone()),
                        text,
                        help: asked.help.clone(),
                        scale: scales.of_list.get(list).cloned().unwrap_or_default(),
                        weight: asked.weight.unwrap_or(1.0),
                        required: asked.required,
                        asked_if,
                        plan: asked.plan.clone(),
                        id,
                    };
                    criteria.push((asked.order.unwrap_or(last), criterion));
                    continue;
                }
                let mut question = OtherQuestion {
                    kind: Kind::Text,
                    text,
                    help: asked.help.clone(),
                    scale: None,
                    options: Vec::new(),
                    required: asked.required,
                    asked_if,
                    max_length: None,
                    min: None,
                    max: None,
                    id,
                };
                let mut or_other = None;
                match &asked.kind {
                    Answer::Text { longest } => question.max_length = *longest,
                    Answer::Number { min, max } => {
                        (question.kind, question.min, question.max) = (Kind::Number, *min, *max);
                    }
                    Answer::Choice { list, multiple, or_other: other } => {
                        question.kind = if *multiple { Kind::Multiple } else { Kind::Single };
                        if *other {
                            question.options =
                                self.options_of(list, true).into_iter().map(|(_, option)| option).collect();
                            let code = self.target(&asked.name, at + 1).and_then(|target| {
                                target
                                    .codes
                                    .into_iter()
                                    .find(|(name, _)| name == "other")
                                    .map(|(_, code)| code)
                            });
                            or_other = code.map(|code| (code, asked.place.clone()));
                        } else if let Some(scale) = scales.of_list.get(list) {
                            question.scale = Some(scale.clone());
                        } else {
                            question.options =
                                self.options_of(list, false).into_iter().map(|(_, option)| option).collect();
                        }
                    }
                }
                let last = questions.last().map_or(0.0, |(order, _)| *order);
                let (order, id) = (asked.order.unwrap_or(last), question.id.clone());
                let rule = question.asked_if.clone();
                questions.push((order, question));
                if let Some((code, place)) = or_other {
                    let other = self.other(&id, code, rule);
                    section.ask.push(other.id.clone());
                    let why = Why::OrOther(other.id.clone());
                    self.remarks.push(Remark::new(Level::Changed, Some(place), "or_other", why));
                    questions.push((order, other));
                }
            }
            made.push(section);
        }
        // The sort is stable: what has no place of its own follows what it stood behind.
        criteria.sort_by(|a, b| a.0.total_cmp(&b.0));
        questions.sort_by(|a, b| a.0.total_cmp(&b.0));
        let criteria = criteria.into_iter().map(|(_, criterion)| criterion).collect();
        (criteria, questions.into_iter().map(|(_, question)| question).collect(), made, wording)
    }

    /// The question in words behind an option "other".
    fn other(&self, id: &str, code: String, rule: Option<Condition>) -> OtherQuestion {
        let chosen = Condition::In(In { question: id.to_owned(), codes: vec![code] });
        let asked_if = match rule {
            Some(rule) => Condition::All(All { all: vec![rule, chosen] }),
            None => chosen,
        };
        let taken: Vec<String> = self.survey.asked.iter().map(|asked| asked.id.clone()).collect();
        OtherQuestion {
            id: names::id(&format!("{id}_other"), &taken),
            kind: Kind::Text,
            text: self.said(|lang| fl!(lang.messages(), "xlsform-other-which")),
            help: None,
            scale: None,
            options: Vec::new(),
            required: false,
            asked_if: Some(asked_if),
            max_length: Some(200),
            min: None,
            max: None,
        }
    }

    /// An untouched form must not be taken for an answered one: if nothing is required of everybody, the first
    /// criterion that everybody is asked is.
    fn require_something(
        &mut self,
        criteria: &mut [Criterion],
        questions: &[OtherQuestion],
        sections: &[Section],
    ) {
        let always: Vec<&String> = sections
            .iter()
            .filter(|section| section.asked_if.is_none())
            .flat_map(|section| &section.ask)
            .collect();
        let required = |id: &String| {
            criteria.iter().any(|c| c.id == *id && c.required && c.asked_if.is_none())
                || questions.iter().any(|q| q.id == *id && q.required && q.asked_if.is_none())
        };
        if self.survey.says_criteria || always.iter().any(|id| required(id)) {
            return;
        }
        let first =
            always.iter().find_map(|id| criteria.iter().position(|c| c.id == **id && c.asked_if.is_none()));
        if let Some(criterion) = first.and_then(|at| criteria.get_mut(at)) {
            criterion.required = true;
            let id = criterion.id.clone();
            self.choose(None, &id, Why::RequiredFirst);
        }
    }

    fn form(
        &mut self,
        title: Option<Text>,
        sections: Vec<Section>,
        wording: BTreeMap<String, Text>,
        asked: usize,
        questions: &[OtherQuestion],
    ) -> Form {
        let id = self.form_id();
        let introduction = joined(&self.survey.introduction).unwrap_or_else(|| {
            self.choose(None, "", Why::Introduction);
            self.said(|lang| fl!(lang.messages(), "xlsform-default-introduction"))
        });
        let minutes = self.own.parsed("form", &id, "minutes").unwrap_or_else(|| {
            let texts = questions.iter().filter(|q| q.kind == Kind::Text).count();
            let minutes = length::minutes((0..asked).map(|n| n < texts));
            self.choose(None, "minutes", Why::Minutes(minutes));
            minutes
        });
        let ask_mode = self.own.value("form", &id, "ask_mode").map(|word| word == "yes");
        Form {
            title,
            introduction,
            minutes,
            target: self.own.parsed("form", &id, "target"),
            rotation: self.own.parsed("form", &id, "rotation").map(|ask| Rotation { ask }),
            ask_mode,
            sections,
            wording,
            id,
        }
    }
}

/// Several notes as one text, a paragraph each.
fn joined(notes: &[Text]) -> Option<Text> {
    let mut notes = notes.iter();
    let mut text = notes.next()?.clone();
    for note in notes {
        for (code, words) in note {
            let before = text.entry(code.clone()).or_default();
            if !before.is_empty() {
                before.push_str("\n\n");
            }
            before.push_str(words);
        }
    }
    Some(text)
}

/// The scales, and the scale of each list that is one.
#[derive(Default)]
struct Scales {
    used: BTreeMap<String, Scale>,
    of_list: BTreeMap<String, String>,
}
