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
    cells::{answers_behind, cells_below, hidden_in, hide_cells},
    compute::{Places, Strata, figures, hide_all, on_all_cores},
    domain::{Cell, Domain, Raters, Rules, Stratum},
    input::{Input, Judging, UnitSheets},
    joining::{self, Sizes, Together},
    notes::note,
    plan::Plan,
    recovery::{Known, Row, generic},
    report::{GroupResult, Note, Report, Result as Figures},
    suppress::Cells,
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
            .map(|group| {
                let own = (0..self.parts.len()).filter(|at| self.parts[*at].group == group);
                Domain::new(self.of_groups.some(&own.collect::<Vec<_>>()), true, plan)
            })
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
        let cells = Cells {
            n: std::iter::once(sums).chain(n.iter().cloned()).collect(),
            below: std::iter::once((1..=n.len()).collect()).chain(n.iter().map(|_| Vec::new())).collect(),
            parts: below.clone(),
            k,
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
                    let item = plan.items.get(cell).filter(|_| officials);
                    everywhere[cell]
                        || published[group].get(cell).is_some_and(|hidden| *hidden)
                        || item.is_some_and(|item| domains[group].all_equal(item, cell))
                }
            });
            let before = everywhere.clone();
            match self.given_away(plan, &below, shown, &hidden[1..], k) {
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

    /// Cells (items, or means above them) whose value of one group about one unit follows from all that is shown, where
    /// fewer than k answers are behind it; `None` where that is too much to find out. Unknown is the sum of an item over the
    /// answers of a group about a unit. Shown are, of each unit and of the whole, an item's counts and its figure with
    /// the units' weights, and of each group the same with its own; what has one weight in them counts as known.
    fn given_away(
        &self,
        plan: &Plan<'_>,
        below: &[Vec<usize>],
        shown: &Shown<'_>,
        groups: &[Vec<bool>],
        k: u64,
    ) -> Option<BTreeSet<usize>> {
        let items = plan.items.len();
        let answered = |at: usize, item: usize| -> u64 {
            self.of_groups.all[at].cells.iter().map(|cell| cell.tally.answered[item]).sum()
        };
        let row = |parts: &mut dyn Iterator<Item = (usize, f64)>, cell: usize| -> Row {
            let inside = leaves(below, cell);
            let mut row = Row::new();
            for (at, weight) in parts {
                let weight = generic(weight.to_bits());
                for item in inside.iter().filter(|item| answered(at, **item) > 0) {
                    // A mean adds the items up by their weights, the same everywhere.
                    let share = if inside.len() == 1 { 1 } else { generic(1 << 40 | *item as u64) };
                    row.insert(at * items + item, super::recovery::times(weight, share));
                }
            }
            row
        };
        let count = |parts: &mut dyn Iterator<Item = usize>, item: usize| -> Row {
            let answering = parts.filter(|at| answered(*at, item) > 0);
            answering.map(|at| (at * items + item, 1)).collect()
        };
        let mut rows: Vec<Row> = Vec::new();
        for (place, strata) in shown.places.iter().enumerate() {
            let inside = || (0..self.parts.len()).filter(|at| strata.contains(&self.parts[*at].within));
            for cell in (0..below.len()).filter(|cell| shown.hidden.get(place).is_some_and(|of| !of[*cell])) {
                rows.push(row(&mut inside().map(|at| (at, self.weights[self.parts[at].within])), cell));
                if cell < items {
                    rows.push(count(&mut inside(), cell));
                }
            }
        }
        for (group, hidden) in groups.iter().enumerate() {
            let own = || (0..self.parts.len()).filter(move |at| self.parts[*at].group == group);
            let weight = |at: usize| self.of_groups.all[at].cells.first().map_or(0.0, |cell| cell.weight);
            for cell in (0..below.len()).filter(|cell| !hidden[*cell]) {
                rows.push(row(&mut own().map(|at| (at, weight(at))), cell));
                if cell < items {
                    rows.push(count(&mut own(), cell));
                }
            }
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
        let all: Vec<usize> = (0..self.parts.len()).collect();
        for item in (0..items).filter(|item| shown.hidden.first().is_some_and(|whole| !whole[*item])) {
            of_one_weight(item, &|at| self.within[self.parts[at].within], &all);
        }
        for (group, hidden) in groups.iter().enumerate() {
            let own: Vec<usize> = all.iter().copied().filter(|at| self.parts[*at].group == group).collect();
            for item in (0..items).filter(|item| !hidden[*item]) {
                of_one_weight(item, &|at| self.of_groups.block(at), &own);
            }
        }
        rows.sort_by_key(Row::len);
        let mut known = Known::default();
        for row in rows {
            known.learn(row)?;
        }
        let mut found = BTreeSet::new();
        for at in 0..self.parts.len() {
            for cell in 0..below.len() {
                let most = leaves(below, cell).into_iter().map(|item| answered(at, item)).max().unwrap_or(0);
                if most > 0 && most < k && known.gives(row(&mut std::iter::once((at, 1.0)), cell))? {
                    found.insert(cell);
                }
            }
        }
        Some(found)
    }
}

/// The items below a cell; of an item: itself.
fn leaves(below: &[Vec<usize>], cell: usize) -> Vec<usize> {
    if below[cell].is_empty() {
        return vec![cell];
    }
    below[cell].iter().flat_map(|part| leaves(below, *part)).collect()
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
