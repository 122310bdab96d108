//! Campaigns in which groups of raters judge units: strata are group × judged unit, their population the number of persons
//! assigned.
//!
//! A unit's figure combines its groups by their weights, by default by how many persons were to judge it; the whole combines
//! the units by that number. A group without answers about a unit leaves its part to the others there. A group's own
//! figure is over all its answers, each unit's by the number assigned.
//!
//! Fewer than k answers of a group about a unit would be told apart by their weight, so there they are one stratum with
//! those of the next larger group ([`Judged::new`]); fewer than k in all about a unit go with those about others
//! ([`super::joining`]). Groups are a second way to divide the same answers: [`Judged::groups`]
//! hides of them whatever would tell, together with what is shown of the units, fewer than k answers of one group about
//! one unit.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use crate::{definition::model::Audience, organisation::UnitTree};

use super::{
    Error,
    calibrate::{self, Base},
    cells::{Formed, answers_behind, cells_below, formed, hidden_in, hide_cells, is_told_alike, leaves},
    compute::{Places, Strata, figures, hide_all, on_all_cores},
    domain::{Cell, Domain, Raters, Rules, Stratum},
    input::{Input, Judging, UnitSheets},
    joining::{self, Sizes, Together},
    notes::note,
    plan::Plan,
    recovery::{self, Known, Row, Share, exact},
    report::{GroupResult, Note, Report, Result as Figures},
    suppress::{Batch, Cells, Sittings},
};

/// Answers of one group about one unit.
#[derive(Debug)]
struct Part {
    /// Position of the group.
    group: usize,
    /// Position of the unit.
    unit: usize,
    /// Position of the stratum that it belongs to in the units' figures.
    within: usize,
}

/// The answers by group.
#[derive(Debug)]
pub(super) struct Judged<'a> {
    judging: &'a Judging,
    parts: Vec<Part>,
    /// By part: its answers, weighted by the number assigned.
    of_groups: Strata,
    /// Weights of the units' strata.
    weights: Vec<f64>,
    /// By stratum of the units: the first of those that it is weighted together with.
    within: Vec<usize>,
}

/// What is shown of the units.
pub(super) struct Shown<'a> {
    /// By place (the whole first) and cell: whether it is hidden.
    pub hidden: &'a [Vec<bool>],
    /// By place: positions of its strata.
    pub places: &'a [Vec<usize>],
    /// The figures of the whole, with everything hidden that may not be shown.
    pub total: Option<&'a Figures>,
    /// The report that is public already.
    pub published: Option<&'a Report>,
}

/// How many judgements were asked of the unit at this position and those below it.
pub(super) fn assigned_within(judging: &Judging, tree: &UnitTree, at: usize) -> Option<u64> {
    let inside = judging
        .assigned
        .iter()
        .filter(|((unit, _), _)| tree.position(unit).is_some_and(|below| tree.is_within(below, at)));
    inside.map(|(_, n)| *n).fold(None, |sum: Option<u64>, n| Some(sum.unwrap_or(0) + n))
}

/// The answers of some groups about one unit, as one stratum.
struct About<'a> {
    groups: Vec<usize>,
    sheets: Vec<&'a UnitSheets>,
    n: u64,
    assigned: u64,
}

impl<'a> Judged<'a> {
    /// Strata of the units, and the answers by group.
    pub fn new(
        input: &Input<'a>,
        judging: &'a Judging,
        plan: &Plan<'_>,
        k: u64,
        closed: bool,
        notes: &mut Vec<Note>,
    ) -> Result<(Strata, Self), Error> {
        let position = |group: &str| judging.groups.iter().position(|other| other.code == group);
        let mut units: BTreeMap<&str, Vec<About<'_>>> = BTreeMap::new();
        for ((unit, group), sheets) in input.sheets.judged.iter().filter(|(_, s)| s.count > 0 && !closed) {
            let assigned = judging.assigned.get(&(unit.clone(), group.clone())).copied().unwrap_or(0);
            let (Some(group), n) = (position(group), sheets.count as u64) else { continue };
            if assigned < n {
                let unit = unit.clone();
                return Err(Error::PopulationTooSmall { unit, population: assigned, answers: n });
            }
            let one = About { groups: vec![group], sheets: vec![sheets], n, assigned };
            units.entry(unit.as_str()).or_default().push(one);
        }
        say_what(judging, &units, closed, notes);
        let mut merged = 0;
        let mut clusters: Vec<usize> = (0..judging.groups.len()).collect();
        for together in units.values_mut() {
            merged += usize::from(merge(together, k));
            for one in together.iter() {
                join(&mut clusters, &one.groups);
            }
        }
        if merged > 0 {
            notes.push(note("groups_merged", None, |lang| {
                fl!(lang.messages(), "index-groups-merged", k = k, units = merged)
            }));
        }
        let jobs: Vec<(usize, &str, &About<'_>)> = units
            .iter()
            .enumerate()
            .flat_map(|(at, (unit, all))| all.iter().map(move |one| (at, *unit, one)))
            .collect();
        let codes: Vec<String> = jobs.iter().map(|(_, unit, _)| (*unit).to_owned()).collect();
        let n: Vec<u64> = jobs.iter().map(|(.., one)| one.n).collect();
        let weights: Vec<f64> = jobs
            .iter()
            .map(|(_, unit, one)| share(judging, unit, one, &units[unit]) / one.n as f64)
            .collect();
        // The same people rather than others, so that groups stay apart as far as they can.
        let apart = |few: usize, other: usize| {
            !jobs[few].2.groups.iter().any(|group| jobs[other].2.groups.contains(group))
        };
        let sizes = Sizes { n: &n, weight: &weights, k, apart: &apart };
        let joint = joining::groups(&Places::new(input.units, [], &codes), &sizes);
        for of in &joint {
            let groups = of.iter().flat_map(|at| jobs[*at].2.groups.iter().copied());
            join(&mut clusters, &groups.collect::<Vec<_>>());
        }
        let count = |sheets: &UnitSheets, population: u64| {
            let base = Base { population: Some(population), together: None };
            calibrate::stratum(plan, input.questionnaire, sheets, base, &[], k)
        };
        // By part: its sheets, and how many persons were to judge.
        let mut pairs: Vec<(&UnitSheets, u64)> = Vec::new();
        let mut parts = Vec::new();
        for (within, (at, unit, together)) in jobs.iter().enumerate() {
            for (group, sheets) in together.groups.iter().zip(&together.sheets) {
                let pair = ((*unit).to_owned(), judging.groups[*group].code.clone());
                parts.push(Part { group: *group, unit: *at, within });
                pairs.push((*sheets, judging.assigned.get(&pair).copied().unwrap_or(0)));
            }
        }
        let of_groups = on_all_cores(parts.len(), |at| {
            let (Part { group, unit, .. }, (sheets, assigned)) = (&parts[at], pairs[at]);
            // Each group by itself: its people are no other group's.
            let raters = Some(Raters { cluster: *group, unit: *unit, units: 1 });
            Stratum { raters, ..count(sheets, assigned) }
        });
        let mut all: Vec<Stratum> = on_all_cores(jobs.len(), |job| {
            let (at, _, together) = jobs[job];
            let whole = match together.sheets.as_slice() {
                [one] => count(one, together.assigned),
                several => count(&joining::sheets_of(several), together.assigned),
            };
            let raters = Some(Raters { cluster: clusters[together.groups[0]], unit: at, units: 1 });
            let weight = weights[job];
            let cells = whole.cells.into_iter().map(|cell| Cell { weight, ..cell }).collect();
            Stratum { raters, cells, ..whole }
        });
        let together: Vec<Together> = joint
            .into_iter()
            .enumerate()
            .map(|(number, of)| {
                let own = || of.iter().map(|at| jobs[*at].2);
                let sheets: Vec<&UnitSheets> = own().flat_map(|one| one.sheets.iter().copied()).collect();
                let whole = count(&joining::sheets_of(&sheets), own().map(|one| one.assigned).sum());
                Together::of_raters(&mut all, of, whole, units.len() + number)
            })
            .collect();
        let strata = Strata { codes, all, together, weighted: true, ..Strata::default() };
        joining::say(&strata.codes_together(), k, notes);
        let weights = strata.all.iter().map(|s| s.cells.first().map_or(0.0, |cell| cell.weight)).collect();
        let mut judged = Self {
            judging,
            parts,
            of_groups: Strata { all: of_groups, weighted: true, ..Strata::default() },
            weights,
            within: (0..strata.all.len()).map(|at| strata.block(at)).collect(),
        };
        for (number, of) in judged.weighted_in_groups(k).into_iter().enumerate() {
            let own = || of.iter().map(|at| &pairs[*at]);
            let sheets: Vec<&UnitSheets> = own().map(|(sheets, _)| *sheets).collect();
            let whole = count(&joining::sheets_of(&sheets), own().map(|(_, assigned)| *assigned).sum());
            let together = Together::of_raters(&mut judged.of_groups.all, of, whole, units.len() + number);
            judged.of_groups.together.push(together);
        }
        Ok((strata, judged))
    }

    /// Parts that are weighted together in the figures of their group: those about units of which some group has fewer than `k`
    /// answers, and more of the group where they are fewer than `k` themselves.
    fn weighted_in_groups(&self, k: u64) -> Vec<Vec<usize>> {
        let answers = |at: usize| self.of_groups.all[at].sheets;
        let all = || 0..self.parts.len();
        let few: BTreeSet<usize> =
            all().filter(|at| answers(*at) < k).map(|at| self.parts[at].unit).collect();
        let mut joint = Vec::new();
        for group in 0..self.judging.groups.len() {
            let own = all().filter(|at| self.parts[*at].group == group);
            let (mut of, mut others): (Vec<usize>, Vec<usize>) =
                own.partition(|at| few.contains(&self.parts[*at].unit));
            others.sort_by_key(|at| std::cmp::Reverse((answers(*at), *at)));
            while !of.is_empty() && of.iter().map(|at| answers(*at)).sum::<u64>() < k {
                let Some(next) = others.pop() else { break };
                of.push(next);
            }
            of.sort_unstable();
            if of.len() > 1 {
                joint.push(of);
            }
        }
        joint
    }

    /// Whose answers those of each place are, of which the strata of the units' figures are given.
    pub fn sittings(&self, places: &[Vec<usize>], items: usize) -> Sittings {
        self.sittings_in(places.iter().map(|strata| self.inside(strata)).collect(), items)
    }

    /// The same of places whose parts are given.
    fn sittings_in(&self, places: Vec<Vec<usize>>, items: usize) -> Sittings {
        let batch = |at: usize| Batch {
            group: self.parts[at].group,
            sheets: self.of_groups.all[at].sheets,
            n: (0..items).map(|item| self.answered(at, item)).collect(),
        };
        let people = self.judging.groups.iter().map(|group| group.answered).collect();
        Sittings::new((0..self.parts.len()).map(batch).collect(), people, places)
    }

    /// The parts in some strata of the units' figures.
    fn inside(&self, strata: &[usize]) -> Vec<usize> {
        (0..self.parts.len()).filter(|at| strata.contains(&self.parts[*at].within)).collect()
    }

    /// The parts of a group.
    fn of_group(&self, group: usize) -> Vec<usize> {
        (0..self.parts.len()).filter(|at| self.parts[*at].group == group).collect()
    }

    /// Answers of a part to an item, or how many of it a dimension scores.
    fn answered(&self, part: usize, cell: usize) -> u64 {
        let cells = &self.of_groups.all[part].cells;
        cells.iter().filter_map(|held| held.tally.answered.get(cell)).sum()
    }

    /// Codes of the groups whose answers are in a stratum of the units' figures, and how many persons of them were to
    /// judge the unit with this code.
    pub fn behind(&self, within: usize, unit: &str) -> (Vec<String>, u64) {
        let parts = self.parts.iter().filter(|part| part.within == within);
        let codes: Vec<String> = parts.map(|part| self.judging.groups[part.group].code.clone()).collect();
        let assigned = |code: &String| self.judging.assigned.get(&(unit.to_owned(), code.clone())).copied();
        let sum = codes.iter().filter_map(assigned).sum();
        (codes, sum)
    }

    /// What each group answered, with everything hidden that may not be shown.
    pub fn groups(
        &self,
        plan: &Plan<'_>,
        rules: &Rules,
        shown: &Shown<'_>,
        k: u64,
        closed: bool,
    ) -> Vec<GroupResult> {
        let domains: Vec<Domain<'_>> = (0..self.judging.groups.len())
            .map(|group| Domain::new(self.of_groups.some(&self.of_group(group)), true, plan))
            .collect();
        let mut results: Vec<Figures> = on_all_cores(domains.len(), |group| Figures {
            weighting: domains[group].weighting(None),
            ..figures(plan, rules, &domains[group])
        });
        match (closed, results.as_mut_slice(), shown.total) {
            (true, results, _) => results.iter_mut().for_each(|result| {
                hide_all(result);
                result.responses = None;
            }),
            // One group is the whole.
            (false, [one], Some(total)) => *one = total.clone(),
            (false, results, _) => self.hide(plan, &domains, shown, k, results),
        }
        let weights: Option<Vec<f64>> = self.judging.groups.iter().map(|group| group.weight).collect();
        let sum: f64 = weights.iter().flatten().sum();
        let counted = counted(&self.judging.groups.iter().map(|group| group.invited).collect::<Vec<_>>(), k);
        let groups = self.judging.groups.iter().zip(results).enumerate();
        groups
            .map(|(at, (group, result))| {
                let assigned = || self.judging.assigned.iter().filter(|((_, of), _)| *of == group.code);
                GroupResult {
                    code: group.code.clone(),
                    name: group.name.clone(),
                    weight: weights.as_ref().and_then(|weights| weights.get(at)).map(|weight| weight / sum),
                    invited: group.invited,
                    answered: group.answered.filter(|_| !closed && counted[at]),
                    units: assigned().filter(|(_, n)| **n > 0).count() as u64,
                    assigned: assigned().map(|(_, n)| n).sum(),
                    result,
                }
            })
            .collect()
    }

    /// Hides of the groups' figures what is small, what gives another one away, and what tells, together with the units'
    /// figures, of few answers of one group about one unit.
    fn hide(
        &self,
        plan: &Plan<'_>,
        domains: &[Domain<'_>],
        shown: &Shown<'_>,
        k: u64,
        results: &mut [Figures],
    ) {
        let below = cells_below(plan);
        let whole = shown.hidden.first().cloned().unwrap_or_else(|| vec![true; below.len()]);
        let n: Vec<Vec<u64>> = results.iter().map(|result| answers_behind(plan, result)).collect();
        let sums = (0..below.len()).map(|cell| n.iter().map(|of| of[cell]).sum::<u64>()).collect::<Vec<_>>();
        let officials = plan.definition.audience == Audience::Officials;
        // The whole, and the groups.
        let all = (0..self.parts.len()).collect();
        let parts: Vec<Vec<usize>> =
            std::iter::once(all).chain((0..n.len()).map(|group| self.of_group(group))).collect();
        let cells = Cells {
            n: std::iter::once(sums).chain(n.iter().cloned()).collect(),
            below: std::iter::once((1..=n.len()).collect()).chain(n.iter().map(|_| Vec::new())).collect(),
            parts: below.clone(),
            k,
            formed: formed(plan),
            sittings: Some(self.sittings_in(parts, plan.items.len())),
            ..Cells::default()
        };
        // By cell: hidden in all groups, since it would tell of few.
        let mut everywhere = vec![false; below.len()];
        let published: Vec<Vec<bool>> = self
            .judging
            .groups
            .iter()
            .map(|group| {
                let own = shown
                    .published
                    .and_then(|report| report.groups.iter().find(|own| own.code == group.code));
                own.map(|own| hidden_in(plan, &own.result)).unwrap_or_default()
            })
            .collect();
        let hidden = loop {
            let hidden = cells.hidden(|place, cell| match place.checked_sub(1) {
                None => whole[cell],
                Some(group) => {
                    everywhere[cell]
                        || published[group].get(cell).is_some_and(|hidden| *hidden)
                        || officials && is_told_alike(plan, &domains[group], &below, cell)
                }
            });
            let before = everywhere.clone();
            match self.given_away(&cells, plan.items.len(), shown, &hidden[1..]) {
                Some(found) => found.into_iter().for_each(|cell| everywhere[cell] = true),
                None => everywhere.fill(true),
            }
            if everywhere == before {
                break hidden;
            }
        };
        for ((result, hidden), n) in results.iter_mut().zip(&hidden[1..]).zip(&n) {
            hide_cells(plan, result, hidden, n);
            super::compute::forget_associations(result);
            if hidden.iter().all(|hidden| *hidden) {
                result.responses = None;
            }
        }
    }

    /// Cells (items, or means above them) whose value of one group, or of one about one unit, follows from all that is shown, where
    /// fewer than k people are behind it; `None` where that is too much to find out. Unknown is the sum of an item over the
    /// answers of a group about a unit. Shown are, of each unit and of the whole, an item's counts and its figure with
    /// the units' weights, and of each group the same with its own; what has one weight in them counts as known.
    /// `cells` are those of the whole and of the groups.
    fn given_away(
        &self,
        cells: &Cells,
        items: usize,
        shown: &Shown<'_>,
        groups: &[Vec<bool>],
    ) -> Option<BTreeSet<usize>> {
        let (below, formed): (&[Vec<usize>], &[Formed]) = (&cells.parts, &cells.formed);
        let unknown = |at: usize, cell: usize| (self.answered(at, cell) > 0).then(|| at * below.len() + cell);
        let is_formed = |parts: &[usize], cell: usize| {
            let n = |cell: usize| parts.iter().map(|at| self.answered(*at, cell)).sum();
            recovery::is_formed(below, formed, cell, &n)
        };
        let row = |parts: &[usize], weight: &dyn Fn(usize) -> f64, cell: usize| -> Row {
            let share = |at: usize, cell: usize| Share {
                unknown: unknown(at, cell),
                weight: exact(weight(at)),
                n: self.answered(at, cell),
            };
            let held = |cell: usize| parts.iter().map(|at| share(*at, cell)).collect();
            recovery::mean(below, formed, cell, &held)
        };
        let count = |parts: &mut dyn Iterator<Item = usize>, item: usize| -> Row {
            parts.filter_map(|at| Some((unknown(at, item)?, 1))).collect()
        };
        let in_units = |at: usize| self.weights[self.parts[at].within];
        let in_groups = |at: usize| self.of_groups.all[at].cells.first().map_or(0.0, |cell| cell.weight);
        let all: Vec<usize> = (0..self.parts.len()).collect();
        let of_groups: Vec<Vec<usize>> = (0..groups.len()).map(|group| self.of_group(group)).collect();
        let mut rows: Vec<Row> = Vec::new();
        let mut tell = |parts: &[usize], weight: &dyn Fn(usize) -> f64, hidden: &[bool]| {
            for cell in (0..below.len()).filter(|cell| !hidden[*cell] && is_formed(parts, *cell)) {
                rows.push(row(parts, weight, cell));
                if cell < items {
                    rows.push(count(&mut parts.iter().copied(), cell));
                }
            }
        };
        for (strata, hidden) in shown.places.iter().zip(shown.hidden) {
            tell(&self.inside(strata), &in_units, hidden);
        }
        for (own, hidden) in of_groups.iter().zip(groups) {
            tell(own, &in_groups, hidden);
        }
        // Whoever tries whole numbers may find the sum over any answers of one weight.
        let mut of_one_weight = |item: usize, block: &dyn Fn(usize) -> usize, of: &[usize]| {
            let blocks: BTreeSet<usize> = of.iter().map(|at| block(*at)).collect();
            rows.extend(
                blocks
                    .into_iter()
                    .map(|own| count(&mut of.iter().copied().filter(|at| block(*at) == own), item)),
            );
        };
        for item in (0..items).filter(|item| shown.hidden.first().is_some_and(|whole| !whole[*item])) {
            of_one_weight(item, &|at| self.within[self.parts[at].within], &all);
        }
        for (own, hidden) in of_groups.iter().zip(groups) {
            for item in (0..items).filter(|item| !hidden[*item]) {
                of_one_weight(item, &|at| self.of_groups.block(at), own);
            }
        }
        for at in &all {
            rows.extend(recovery::scores(formed, &|cell| self.answered(*at, cell), &|cell| {
                unknown(*at, cell)
            }));
        }
        rows.sort_by_key(Row::len);
        let mut known = Known::default();
        for row in rows {
            known.learn(row)?;
        }
        let mut found = BTreeSet::new();
        for cell in 0..below.len() {
            let inside = leaves(below, cell);
            let few = |at: usize| {
                let most = inside.iter().map(|item| self.answered(at, *item)).max().unwrap_or(0);
                most > 0 && most < cells.k
            };
            for at in all.iter().copied().filter(|at| few(*at) && is_formed(&[*at], cell)) {
                if known.gives(row(&[at], &in_groups, cell))? {
                    found.insert(cell);
                }
            }
            // The first place is the whole.
            for (group, own) in of_groups.iter().enumerate() {
                if !cells.is_of_few(group + 1, cell) || !is_formed(own, cell) {
                    continue;
                }
                let sum = || count(&mut own.iter().copied(), cell);
                if known.gives(row(own, &in_groups, cell))? || cell < items && known.gives(sum())? {
                    found.insert(cell);
                }
            }
        }
        Some(found)
    }
}

/// Of which groups it may be told how many answered: 2 of 2, or 0 of 2, would name them. Where those that are not told are fewer
/// than k persons together, the smallest other group goes with them, or the sum would tell.
fn counted(invited: &[u64], k: u64) -> Vec<bool> {
    let mut told: Vec<bool> = invited.iter().map(|n| *n >= k).collect();
    let hidden: u64 = invited.iter().filter(|n| **n < k).sum();
    if (1..k).contains(&hidden)
        && let Some(next) = (0..invited.len()).filter(|at| told[*at]).min_by_key(|at| invited[*at])
    {
        told[next] = false;
    }
    told
}

/// Puts strata of fewer than k answers together with the next larger one; true if there were some.
fn merge(together: &mut Vec<About<'_>>, k: u64) -> bool {
    let mut merged = false;
    loop {
        together.sort_by_key(|one| (one.n, one.groups.clone()));
        if together.len() < 2 || together[0].n >= k {
            together.sort_by(|a, b| a.groups.cmp(&b.groups));
            return merged;
        }
        let small = together.remove(0);
        let next = &mut together[0];
        next.groups.extend(small.groups);
        next.sheets.extend(small.sheets);
        next.n += small.n;
        next.assigned += small.assigned;
        merged = true;
    }
}

/// Makes one cluster of these groups' clusters.
fn join(clusters: &mut [usize], groups: &[usize]) {
    let all: BTreeSet<usize> = groups.iter().map(|group| clusters[*group]).collect();
    let Some(first) = all.first().copied() else { return };
    clusters.iter_mut().filter(|cluster| all.contains(cluster)).for_each(|cluster| *cluster = first);
}

/// How many judgements of a unit a stratum stands for: the groups with answers share all that were asked about the unit,
/// by their weights, else by the number assigned.
fn share(judging: &Judging, unit: &str, of: &About<'_>, all: &[About<'_>]) -> f64 {
    let assigned = |group: usize| {
        let code = judging.groups[group].code.clone();
        judging.assigned.get(&(unit.to_owned(), code)).copied().unwrap_or(0) as f64
    };
    let weighted = judging.groups.iter().all(|group| group.weight.is_some());
    let weight = |group: usize| {
        let own = judging.groups[group].weight.filter(|_| weighted);
        own.unwrap_or_else(|| assigned(group))
    };
    let sum = |of: &About<'_>| of.groups.iter().map(|group| weight(*group)).sum::<f64>();
    let asked: f64 = (0..judging.groups.len()).map(assigned).sum();
    asked * sum(of) / all.iter().map(sum).sum::<f64>()
}

/// Says what the figures stand for: who was asked, what is missing, how groups are combined.
fn say_what(judging: &Judging, units: &BTreeMap<&str, Vec<About<'_>>>, closed: bool, notes: &mut Vec<Note>) {
    if closed {
        return;
    }
    notes.push(note("census_of_invited", None, |lang| fl!(lang.messages(), "index-census-of-invited")));
    if units.len() > 1 {
        notes.push(note("sittings_bounded", None, |lang| fl!(lang.messages(), "index-sittings-bounded")));
    }
    if judging.groups.iter().all(|group| group.weight.is_some()) {
        let weights = judging.groups.iter().map(|group| {
            let sum: f64 = judging.groups.iter().filter_map(|group| group.weight).sum();
            let percent = group.weight.unwrap_or(0.0) / sum * 100.0;
            format!("{} {percent:.2} %", group.name)
        });
        let weights = weights.collect::<Vec<_>>().join("; ");
        notes.push(note("group_weights", None, |lang| {
            fl!(lang.messages(), "index-group-weights", weights = weights.as_str())
        }));
    } else if judging.groups.len() > 1 {
        notes.push(note("groups_by_number", None, |lang| fl!(lang.messages(), "index-groups-by-number")));
    }
    for (at, group) in judging.groups.iter().enumerate() {
        let silent = judging.assigned.iter().filter(|((unit, of), n)| {
            let answers =
                || units.get(unit.as_str()).is_some_and(|all| all.iter().any(|one| one.groups.contains(&at)));
            *of == group.code && **n > 0 && units.contains_key(unit.as_str()) && !answers()
        });
        let silent = silent.count();
        if silent > 0 {
            notes.push(note("group_without_answers", None, |lang| {
                fl!(
                    lang.messages(),
                    "index-group-without-answers",
                    group = group.name.as_str(),
                    units = silent
                )
            }));
        }
    }
}
