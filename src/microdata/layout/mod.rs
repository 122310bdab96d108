//! From answer sheets to rows: first all sheets are counted by their traits ([`Traits`]), then it is known what may be told
//! of whom ([`Layout`]), and the sheets are read once more, row by row. Nothing but the counts is held in memory: a few bytes for
//! each combination of traits that there is ([`super::classes`]), nothing for a sheet.
//!
//! `source` is what is given, `chosen` which questions are traits, `coded` how a sheet's bytes are coded; `traits` counts sheets,
//! `settled` makes combinations of traits of them, `told` what may be told of each; `variables` and `words` describe it.

mod chosen;
mod coded;
mod settled;
mod source;
mod told;
mod traits;
mod variables;
mod words;

use crate::{clock, schema::code_of};

use super::{
    Cell, Sheet,
    anonymity::WITHHELD,
    codebook::{Codebook, Missing, Role, Variable},
};

use coded::Read;
use told::{Release, Told};
use words::withheld;

pub use source::{Counting, Hidden, Place, Refused, Source};
pub use traits::Traits;

/// What a column of the file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Stratum,
    Unit,
    Group,
    Cluster,
    Weight,
    BaseWeight,
    Population,
    Level(usize),
    Module(usize),
    /// Position in the key.
    Trait(usize),
    Single(usize),
    Option(usize, usize),
}

/// The variables of a file, and how each sheet becomes a row.
#[derive(Debug)]
pub struct Layout {
    /// The codebook.
    pub codebook: Codebook,
    traits: Traits,
    told: Told,
    columns: Vec<Column>,
    /// By column: positions in the key whose withholding takes it along.
    with: Vec<Vec<usize>>,
    /// By stratum and column: what the report hides.
    hidden: Vec<Vec<bool>>,
    /// By stratum: the codes of its units.
    units: Vec<String>,
    /// By stratum: the codes of its groups of raters.
    groups: Vec<String>,
}

impl Layout {
    /// What may be told of the sheets counted; so many others of the campaign are no part of its figures.
    ///
    /// # Errors
    /// [`Refused::TooFew`].
    pub fn new(source: &Source<'_>, mut traits: Traits, left_out: u64) -> Result<Self, Refused> {
        let k = source.design.k;
        if traits.rows < k {
            return Err(Refused::TooFew { k });
        }
        traits.settle(source);
        let release = Release::of(&mut traits)?;
        let codes = |of: &[String]| of.join("+");
        let mut layout = Self {
            codebook: head(source, &traits, release.exact),
            units: traits.strata.iter().map(|stratum| codes(&stratum.units)).collect(),
            groups: traits.strata.iter().map(|stratum| codes(&stratum.groups)).collect(),
            traits,
            told: release.told,
            columns: Vec::new(),
            with: Vec::new(),
            hidden: Vec::new(),
        };
        layout.name_strata(source);
        layout.design_variables(source, release.levels);
        layout.trait_variables(source, &release.combinations);
        layout.answer_variables(source, &release.combinations);
        layout.hide(source);
        layout.say(source.lang, left_out);
        Ok(layout)
    }

    /// Hides of officials' answers what the report hides: of a unit, of a group, of all.
    fn hide(&mut self, source: &Source<'_>) {
        let hidden: Vec<Vec<bool>> = self
            .traits
            .strata
            .iter()
            .map(|stratum| {
                let units = stratum.units.iter().filter_map(|code| source.hidden.units.get(code));
                let groups = stratum.groups.iter().filter_map(|code| source.hidden.groups.get(code));
                let own: Vec<&String> = units.chain(groups).flatten().chain(&source.hidden.all).collect();
                let hides =
                    |variable: &Variable| variable.item.as_ref().is_some_and(|item| own.contains(&&item.id));
                self.codebook.variables.iter().map(hides).collect()
            })
            .collect();
        for (at, variable) in self.codebook.variables.iter_mut().enumerate() {
            let rows: u64 = hidden
                .iter()
                .zip(&self.traits.strata)
                .filter(|(of, _)| of.get(at).copied().unwrap_or(false))
                .map(|(_, stratum)| stratum.answers)
                .sum();
            if rows > 0 {
                if variable.withheld == 0 {
                    variable.codes.push(withheld(source.lang, Missing::PLAIN));
                }
                // At most all rows: those that both rules withhold count once.
                variable.withheld = (variable.withheld + rows).min(self.codebook.rows);
            }
        }
        self.hidden = hidden;
        let items = self.codebook.variables.iter().filter(|variable| variable.role == Role::Item);
        self.codebook.exact &= items.map(|variable| variable.withheld).sum::<u64>() == 0;
    }

    /// The row of a sheet; `cells` is cleared first.
    ///
    /// # Errors
    /// [`Refused::Changed`] for a sheet that was not counted, [`Refused::Corrupt`].
    pub fn row<'l>(&'l self, sheet: &Sheet, cells: &mut Vec<Cell<'l>>) -> Result<(), Refused> {
        cells.clear();
        let read = Read::new(&self.traits.questionnaire, &self.traits.codes, sheet)?;
        let mut class = Vec::with_capacity(self.traits.class.capacity());
        self.traits.class_of(&read, &mut class)?;
        let held = self.traits.held(&class)?;
        let told = self.traits.classes.get(&class).and_then(|class| self.told.get(class));
        let told = told.ok_or(Refused::Changed)?;
        let stratum = self.traits.strata.get(held.stratum).ok_or(Refused::Corrupt)?;
        let hidden = self.hidden.get(held.stratum).map(Vec::as_slice).unwrap_or_default();
        let text = |texts: &'l [String]| texts.get(held.stratum).map_or(Cell::Empty, |text| Cell::Text(text));
        for ((at, column), with) in self.columns.iter().enumerate().zip(&self.with) {
            let taken_along = with.iter().any(|position| told.traits.get(*position) == Some(&WITHHELD));
            if taken_along || hidden.get(at).copied().unwrap_or(false) {
                cells.push(Cell::Code(Missing::PLAIN.withheld()));
                continue;
            }
            let question = |at: usize| self.traits.questionnaire.questions.get(at).ok_or(Refused::Corrupt);
            cells.push(match column {
                Column::Stratum => Cell::Code(i32::try_from(held.stratum + 1).unwrap_or(i32::MAX)),
                Column::Unit => text(&self.units),
                Column::Group => text(&self.groups),
                Column::Cluster => {
                    let cluster = stratum.cluster.and_then(|cluster| i32::try_from(cluster + 1).ok());
                    cluster.map_or(Cell::Empty, Cell::Code)
                }
                Column::Weight => Cell::Number(told.weight),
                Column::BaseWeight => Cell::Number(stratum.base_weight),
                Column::Population => stratum.population.map_or(Cell::Empty, |n| Cell::Number(n as f64)),
                Column::Level(at) => told.levels.get(*at).map_or(Cell::Empty, |level| Cell::Code(*level)),
                Column::Module(at) => Cell::Code(i32::from(read.asked.get(*at).copied().unwrap_or(false))),
                Column::Trait(position) => match told.traits.get(*position).copied() {
                    Some(WITHHELD) | None => Cell::Code(self.traits.missing_of(*position).withheld()),
                    Some(value) => Cell::Code(value),
                },
                Column::Single(at) => Cell::Code(read.single(&self.traits.codes, *at, question(*at)?)),
                Column::Option(at, option) => Cell::Code(read.option(question(*at)?, *option)),
            });
        }
        Ok(())
    }
}

/// A codebook without variables, strata and notes.
fn head(source: &Source<'_>, traits: &Traits, exact: bool) -> Codebook {
    let Source { campaign, definition, design, lang, .. } = source;
    Codebook {
        language: lang.code().to_owned(),
        title: lang.pick(&campaign.title).to_owned(),
        slug: campaign.slug.clone(),
        definition: (campaign.definition.clone(), campaign.version.clone(), campaign.sha256.clone()),
        form: campaign.form.clone(),
        period: (date(clock::day(campaign.opens)), date(clock::day(campaign.closes.saturating_sub(1)))),
        demonstration: campaign.demonstration,
        rows: traits.rows,
        k: design.k,
        weighted: design.weighted,
        aggregation: code_of(&design.aggregation),
        measure: code_of(&definition.index.measure),
        pooled_nodes: design.by_items,
        rotation: traits.questionnaire.rotation.as_ref().map(|of| (of.ask, of.modules.len())),
        variables: Vec::new(),
        strata: Vec::new(),
        exact,
        notes: Vec::new(),
    }
}

fn date(day: i32) -> String {
    clock::date(day).map_or_else(String::new, |date| date.to_string())
}
