//! The letters to the bodies that have a part in something below the target, and to the units that do not reach it: an official
//! letter (công văn) of one page for each, made from the same report as the document beside it.
//!
//! [`letters`] writes them; [`fn@crate::report::docx_letter`] and [`crate::distribution::pdf::report::letters`] set them. That a
//! letter stays on its page is decided here, by measuring ([`super::measure`]): what there is no room for is counted, and the letter
//! says how many more stand in the report. What is not decided is told as such, and never as a shortfall.

use i18n_embed_fl::fl;
use serde::Serialize;

use super::{Block, Head, Issuer, Run, Signature, cells, lead, plain, strong};
use crate::{
    index::report::{Decision, Publish, Report, UnitResult},
    language::Lang,
    organisation::{Phase, next},
    report::{
        duties::{self, EVERYBODY, Item, Role},
        format, scope, shown,
        tasks::{self, Task},
        words,
    },
};

/// A letter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Letter {
    /// Code of its language.
    pub lang: &'static str,
    /// The body's name in file names and addresses: letters, digits and dashes.
    pub code: String,
    /// Title among the file's properties.
    pub title: String,
    /// When the figures were computed, RFC 3339 in UTC.
    pub generated_at: String,
    /// What stands above, with the number that the registry gives.
    pub head: Head,
    /// V/v: what it is about.
    pub about: String,
    /// Kính gửi.
    pub dear: String,
    /// To whom.
    pub to: String,
    /// That the answers are invented, where they are.
    pub demonstration: Option<String>,
    /// Paragraphs and points.
    pub blocks: Vec<Block>,
    /// Below it.
    pub signature: Signature,
}

/// Why there are no letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoLetters {
    /// Answers may still change what they would say.
    #[error("the campaign has not closed")]
    NotClosed,
    /// Nothing is known yet of what is below the target.
    #[error("no figure may be shown")]
    NoFigures,
    /// Nobody has a part in anything below the target, and no unit certainly lies below it.
    #[error("no body has a part in a criterion below the target, and no unit lies below it")]
    Nobody,
}

impl NoLetters {
    /// The reason in words.
    pub fn words(self, lang: Lang) -> String {
        let m = lang.messages();
        match self {
            Self::NotClosed => fl!(m, "letter-not-closed"),
            Self::NoFigures => fl!(m, "letter-no-figures"),
            Self::Nobody => fl!(m, "letter-nobody"),
        }
    }
}

/// A body or unit that gets a letter.
#[derive(Debug, Clone, PartialEq)]
pub struct Addressee<'a> {
    /// Its name.
    pub body: &'a str,
    /// The unit whose own figures the letter tells; absent: a body, which is told those of the whole.
    pub unit: Option<&'a UnitResult>,
    /// Its name in file names and addresses: letters, digits and dashes.
    pub code: String,
    /// What it leads or monitors, the lowest figure first; of a body that only supports what it supports; of a unit what lies below
    /// the target there.
    items: Vec<(Item<'a>, Vec<Role>)>,
    /// How many others it supports.
    supports: usize,
    /// Whether it neither leads nor monitors any of them.
    only_supports: bool,
}

/// Who gets a letter: bodies in the order of the report's list, then the units, the lowest first.
///
/// # Errors
/// [`NoLetters`].
pub fn addressees(report: &Report) -> Result<Vec<Addressee<'_>>, NoLetters> {
    if report.campaign.status != Phase::Closed {
        return Err(NoLetters::NotClosed);
    }
    let mut found = bodies(report);
    found.extend(units(report));
    match (found.is_empty(), shown::any(report)) {
        (false, _) => Ok(found),
        (true, true) => Err(NoLetters::Nobody),
        (true, false) => Err(NoLetters::NoFigures),
    }
}

/// The units, among those side by side, whose index certainly does not reach the target.
fn units(report: &Report) -> Vec<Addressee<'_>> {
    let failing = duties::failing(report);
    let judged = duties::are_judged(report);
    let mut codes: Vec<String> = Vec::new();
    for unit in &failing {
        // Codes of units may differ by case alone, files may not.
        let taken: Vec<&str> = codes.iter().map(String::as_str).collect();
        codes.push(next::slug_or(&unit.code, "khac", &taken));
    }
    failing
        .into_iter()
        .zip(codes)
        .map(|(unit, code)| {
            let leads = |item: &Item<'_>| {
                let lead = duties::bodies(item.1, Role::Lead);
                judged || lead.iter().any(|body| *body == unit.name || body == EVERYBODY)
            };
            let below = duties::below(&unit.result, report.target).into_iter();
            let items = below.map(|item| (item, if leads(&item) { vec![Role::Lead] } else { Vec::new() }));
            Addressee {
                body: &unit.name,
                unit: Some(unit),
                code: format!("don-vi-{code}"),
                items: items.collect(),
                supports: 0,
                only_supports: false,
            }
        })
        .collect()
}

/// The bodies that have a part in something below the target. Those that lead or monitor something are told of that, and how much more
/// they support; those that only support, what.
fn bodies(report: &Report) -> Vec<Addressee<'_>> {
    let mut found: Vec<Addressee<'_>> = Vec::new();
    for duties in duties::by_body(report) {
        // Units get letters of their own.
        let Some(body) = duties.body.filter(|_| duties.unit.is_none()) else { continue };
        let acts = |(_, roles): &(Item<'_>, Vec<Role>)| roles.iter().any(|role| *role != Role::Support);
        let (acting, supporting): (Vec<_>, Vec<_>) = duties.items.into_iter().partition(acts);
        let only_supports = acting.is_empty();
        let (items, supports) = if only_supports { (supporting, 0) } else { (acting, supporting.len()) };
        let taken: Vec<&str> = found.iter().map(|other| other.code.as_str()).collect();
        let code = next::slug_or(body, "co-quan", &taken);
        found.push(Addressee { body, unit: None, code, items, supports, only_supports });
    }
    found
}

/// The letters of a report; `issuer` heads and signs them.
///
/// # Errors
/// [`NoLetters`].
pub fn letters(report: &Report, issuer: &Issuer, lang: Lang) -> Result<Vec<Letter>, NoLetters> {
    let all = addressees(report)?;
    Ok(all.iter().map(|addressee| letter(report, issuer, lang, addressee)).collect())
}

/// The letter to one of the report's addressees.
pub fn letter(report: &Report, issuer: &Issuer, lang: Lang, addressee: &Addressee<'_>) -> Letter {
    Writer { report, issuer, lang, addressee }.write()
}

/// To how many characters names are cut, above and in the lists, one after the other until a letter fits and names something of
/// each list.
const LONGEST: [(usize, usize); 7] =
    [(usize::MAX, usize::MAX), (usize::MAX, 120), (usize::MAX, 60), (120, 60), (60, 50), (50, 40), (40, 30)];

/// To how many characters the name of a body that leads is cut where another one is told whom it supports.
const LEADING: usize = 60;
/// So many of them are named.
const LED_BY: usize = 2;

/// What writes a letter.
struct Writer<'a> {
    report: &'a Report,
    issuer: &'a Issuer,
    lang: Lang,
    addressee: &'a Addressee<'a>,
}

impl Writer<'_> {
    fn write(&self) -> Letter {
        let [first, others @ ..] = LONGEST;
        let mut found = self.within(first);
        for longest in others {
            let (letter, enough) = &found;
            if *enough && page::height(letter) <= page::ROOM {
                break;
            }
            found = self.within(longest);
        }
        found.0
    }

    /// The letter with no name longer than that, and with as much in its lists as there is room for; whether that is enough.
    fn within(&self, (longest, listed): (usize, usize)) -> (Letter, bool) {
        let mut lists = self.lists(listed);
        let compose = |lists: &[List]| self.compose(lists, longest);
        // One after the other, so that neither shortfalls nor tasks take the whole page; what is certain comes first.
        let turns = lists.iter().flat_map(|list| std::iter::repeat_n(list.kind, list.kind.share()));
        let turns: Vec<Kind> = turns.collect();
        let mut open = true;
        while open {
            open = false;
            for kind in &turns {
                let Some(at) = lists.iter().position(|list| list.kind == *kind && list.has_more()) else {
                    continue;
                };
                lists[at].taken += 1;
                if page::height(&compose(&lists)) <= page::ROOM {
                    open = true;
                } else {
                    lists[at].taken -= 1;
                    lists[at].skip();
                    open |= lists[at].has_more();
                }
            }
        }
        (compose(&lists), lists.iter().all(List::has_enough))
    }

    fn compose(&self, lists: &[List], longest: usize) -> Letter {
        let (report, lang, m) = (self.report, self.lang, self.lang.messages());
        // A unit gets one only where its index certainly falls short.
        let certain = self.addressee.unit.is_some() || lists.iter().any(|list| list.kind == Kind::Certain);
        let about = words::letter_about(lang, report, certain);
        let body = cells::name(self.addressee.body);
        let own = !self.issuer.body.is_empty() && body.to_lowercase() == self.issuer.body.to_lowercase();
        let to = if own { fl!(m, "letter-to-own", body = body.as_str()) } else { body };
        let mut blocks = vec![text(self.result(certain, longest))];
        for (number, list) in lists.iter().enumerate() {
            list.write(&mut blocks, number + 1, lang);
        }
        blocks.extend(self.asks(certain, longest).into_iter().map(text));
        if let Some(Block::Paragraph { runs, .. }) = blocks.last_mut()
            && let Some(last) = runs.last_mut()
        {
            // The sign by which an official text ends.
            last.text = format!("{}./.", last.text.trim_end_matches('.'));
        }
        Letter {
            lang: lang.code(),
            code: self.addressee.code.clone(),
            title: format!("{about} – {to}"),
            generated_at: report.generated_at.clone(),
            head: self.issuer.letter_head(report, lang, longest),
            about,
            dear: fl!(m, "letter-dear"),
            // Whom it is to is told in full, on as many lines as that takes.
            to,
            demonstration: report.campaign.demonstration.then(|| fl!(m, "report-demonstration")),
            blocks,
            signature: self.issuer.letter_signature(lang, longest),
        }
    }

    /// How the survey came out as a whole, and what follows.
    fn result(&self, certain: bool, longest: usize) -> Vec<Run> {
        let (report, lang, m) = (self.report, self.lang, self.lang.messages());
        let of = self.addressee.unit.or_else(|| scope::only(report));
        let index = self.addressee.unit.map_or(&report.total.index, |unit| &unit.result.index);
        let period = words::lower(&words::period(lang, report));
        let target = format::percent_short(lang, report.target);
        let campaign = shorten(&cells::name(&report.campaign.title), longest);
        let follows = match (self.addressee.unit, certain) {
            (Some(_), _) if self.addressee.items.is_empty() => String::new(),
            (Some(_), _) => fl!(m, "letter-tells-unit"),
            (None, _) if self.addressee.only_supports => self.tells_support(longest),
            (None, true) => fl!(m, "letter-tells"),
            (None, false) => fl!(m, "letter-tells-open"),
        };
        let (Some(figure), Some(interval)) = (words::figure(lang, index), words::interval(lang, index))
        else {
            let none = fl!(m, "letter-no-index", campaign = campaign, period = period, target = target);
            return vec![plain(format!("{none} {follows}"))];
        };
        let whose = match of {
            Some(unit) => {
                let unit = shorten(&cells::name(&unit.name), longest);
                words::letter_index(lang, report, Some(&unit))
            }
            None => words::letter_index(lang, report, None),
        };
        let decision = shown::decision(index).map(|decision| words::decision(lang, decision).to_lowercase());
        vec![
            plain(fl!(m, "letter-result", campaign = campaign, period = period, whose = whose)),
            plain(" "),
            strong(figure),
            plain(format!(
                " ({}: {}), {}",
                fl!(m, "report-interval-at", level = format::percent_short(lang, report.level))
                    .to_lowercase(),
                interval,
                fl!(m, "document-target-is", target = target)
            )),
            strong(decision.map_or_else(String::new, |decision| format!(": {decision}"))),
            plain(format!(". {follows}")),
        ]
    }

    /// That it is told what it supports, and whom, as far as those are few.
    fn tells_support(&self, longest: usize) -> String {
        let m = self.lang.messages();
        let mut leading: Vec<&String> = Vec::new();
        for body in
            self.addressee.items.iter().flat_map(|((_, criterion), _)| duties::bodies(criterion, Role::Lead))
        {
            if !leading.contains(&body) {
                leading.push(body);
            }
        }
        if leading.is_empty() || leading.len() > LED_BY {
            return fl!(m, "letter-tells-support");
        }
        let leading = leading.iter().map(|body| shorten(&cells::name(body), longest.min(LEADING)));
        fl!(m, "letter-tells-support-of", lead = leading.collect::<Vec<_>>().join("; "))
    }

    /// What the letter lists; a list that would be empty is not there.
    fn lists(&self, longest: usize) -> Vec<List> {
        let (report, lang, m) = (self.report, self.lang, self.lang.messages());
        let target = format::percent_short(lang, report.target);
        let (certain, open): (Vec<_>, Vec<_>) =
            self.addressee.items.iter().partition(|((_, criterion), _)| {
                shown::decision(&criterion.estimate) == Some(Decision::NotMet)
            });
        let mut asked: Vec<&Task> = Vec::new();
        for ((dimension, criterion), _) in certain.iter().chain(&open) {
            for task in tasks::of(report, dimension, criterion) {
                if !asked.contains(&task) {
                    asked.push(task);
                }
            }
        }
        let points = |items: &[&(Item<'_>, Vec<Role>)]| -> Vec<Vec<Run>> {
            items.iter().map(|(item, roles)| self.point(*item, roles, longest)).collect()
        };
        let plan = tasks::short_name(report).map_or("", |plan| lang.pick(plan));
        let found = [
            (
                Kind::Certain,
                fl!(m, "letter-certain", n = certain.len(), target = target.as_str()),
                points(&certain),
            ),
            (Kind::Open, fl!(m, "letter-open", n = open.len()), points(&open)),
            (
                Kind::Tasks,
                fl!(m, "letter-tasks", plan = plan),
                asked
                    .into_iter()
                    .map(|task| {
                        let row = fl!(m, "document-row", row = task.row.as_str()).replace(' ', "\u{a0}");
                        vec![plain(format!("{} ({row})", lang.pick(&task.text)))]
                    })
                    .collect(),
            ),
        ];
        let list = |(kind, heading, points)| List { kind, heading, points, taken: 0, skipped: 0 };
        found.map(list).into_iter().filter(|list| !list.points.is_empty()).collect()
    }

    /// A criterion with its figure, its interval and what the body has to do with it.
    fn point(&self, (_, criterion): Item<'_>, roles: &[Role], longest: usize) -> Vec<Run> {
        let (lang, m) = (self.lang, self.lang.messages());
        let estimate = &criterion.estimate;
        let acts = roles.iter().filter(|role| **role != Role::Support);
        let mut told: Vec<String> = acts.map(|role| words::role(lang, *role).to_lowercase()).collect();
        if let Some(responsible) = &criterion.responsible {
            // On one line.
            let row = fl!(m, "document-row", row = cells::name(&responsible.plan));
            told.push(row.replace(' ', "\u{a0}"));
        }
        if estimate.publish == Publish::Caution {
            told.push(fl!(m, "letter-caution"));
        }
        vec![
            plain(format!("{}: ", shorten(&cells::name(&criterion.name), longest))),
            strong(cells::figure(lang, estimate)),
            plain(if told.is_empty() {
                format!(" ({})", cells::interval(lang, estimate))
            } else {
                format!(" ({}); {}", cells::interval(lang, estimate), told.join(", "))
            }),
        ]
    }

    /// What is wanted, and by when.
    fn asks(&self, certain: bool, longest: usize) -> Vec<Vec<Run>> {
        let (report, lang, m) = (self.report, self.lang, self.lang.messages());
        let has = |role: Role| self.addressee.items.iter().any(|(_, roles)| roles.contains(&role));
        let mut sentences = Vec::new();
        if self.addressee.supports > 0 {
            sentences.push(fl!(m, "letter-supports", n = self.addressee.supports));
        }
        sentences.push(match (certain, has(Role::Lead), has(Role::Monitor)) {
            _ if self.addressee.unit.is_some() => fl!(m, "letter-ask-unit"),
            _ if self.addressee.only_supports => fl!(m, "letter-ask-support"),
            (false, ..) => fl!(m, "letter-ask-open"),
            (true, true, true) => fl!(m, "letter-ask-both"),
            (true, true, false) => fl!(m, "letter-ask-lead"),
            (true, false, _) => fl!(m, "letter-ask-monitor"),
        });
        let period = match format::next_report(&report.generated_at, &report.campaign.opens) {
            Some((1, year)) => fl!(m, "letter-period-first", year = year),
            Some((2, year)) => fl!(m, "letter-period-half", year = year),
            Some((3, year)) => fl!(m, "letter-period-nine", year = year),
            Some((_, year)) => fl!(m, "letter-period-year", year = year),
            None => fl!(m, "letter-period-next"),
        };
        let due = match tasks::reports(report) {
            Some(how) => fl!(m, "letter-report-plan", how = lang.pick(how), period = period),
            None if self.issuer.body.is_empty() => fl!(m, "letter-report", period = period),
            None => {
                let to = shorten(&self.issuer.body, longest);
                fl!(m, "letter-report-to", period = period, to = to)
            }
        };
        // Its own report has all that a letter to a unit leaves out.
        let enclosed = if self.addressee.unit.is_some() {
            fl!(m, "letter-enclosed-unit")
        } else {
            fl!(m, "letter-enclosed-whole")
        };
        let line = |name: String, text: String| [strong(format!("{name}: ")), plain(text)];
        let (due, enclosed) = (line(fl!(m, "letter-due"), due), line(fl!(m, "letter-enclosed"), enclosed));
        let mut lines = vec![vec![plain(sentences.join(" "))]];
        if longest == usize::MAX {
            lines.extend([due.to_vec(), enclosed.to_vec()]);
        } else {
            // Where names had to be cut, every line counts.
            lines.push(due.into_iter().chain([plain(" ")]).chain(enclosed).collect());
        }
        lines
    }
}

/// What a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Criteria whose whole interval lies below the target.
    Certain,
    /// Criteria below the target of which that cannot be said.
    Open,
    /// What the plan asks for.
    Tasks,
}

impl Kind {
    /// How many of it are taken in turn while there is room, and how many stand in a letter at least.
    const fn share(self) -> usize {
        match self {
            Self::Certain => 2,
            Self::Open | Self::Tasks => 1,
        }
    }
}

/// A list of which some stand in the letter.
#[derive(Debug)]
struct List {
    kind: Kind,
    heading: String,
    points: Vec<Vec<Run>>,
    taken: usize,
    /// How many found no room; they stand last.
    skipped: usize,
}

impl List {
    fn has_more(&self) -> bool {
        self.taken + self.skipped < self.points.len()
    }

    /// Leaves the next one to the report, for want of room. Criteria are told from the lowest on, so that none follows; of tasks a
    /// shorter one may.
    fn skip(&mut self) {
        if self.kind == Kind::Tasks {
            self.skipped += 1;
            self.points[self.taken..].rotate_left(1);
        } else {
            self.skipped = self.points.len() - self.taken;
        }
    }

    /// Whether a reader knows from those in the letter what it is about.
    fn has_enough(&self) -> bool {
        self.taken >= self.points.len().min(self.kind.share())
    }

    fn write(&self, blocks: &mut Vec<Block>, number: usize, lang: Lang) {
        let m = lang.messages();
        let left = self.points.len() - self.taken;
        let mut points: Vec<Vec<Run>> = self.points.iter().take(self.taken).cloned().collect();
        if left > 0 {
            let (all, n) = (self.taken == 0, left);
            points.push(vec![plain(match (self.kind, all) {
                (Kind::Tasks, false) => fl!(m, "letter-more-tasks", n = n),
                (Kind::Tasks, true) => fl!(m, "letter-all-tasks", n = n),
                (_, false) => fl!(m, "letter-more", n = n),
                (_, true) => fl!(m, "letter-all", n = n),
            })]);
        }
        let last = points.len().saturating_sub(1);
        for (at, point) in points.iter_mut().enumerate() {
            point.push(plain(if at == last { "." } else { ";" }));
        }
        blocks.push(lead(strong(format!("{number}. {}", self.heading))));
        blocks.push(Block::Points { points });
    }
}

fn text(runs: Vec<Run>) -> Block {
    Block::Paragraph { runs, leads: false }
}

/// The text, cut after this many characters at most, at the end of a word where there is one.
pub(super) fn shorten(text: &str, longest: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(longest) else { return text.to_owned() };
    let cut = text.get(..end).unwrap_or(text);
    let cut = cut.rfind(' ').and_then(|at| cut.get(..at)).unwrap_or(cut);
    format!("{cut}…")
}

/// How a letter lies on its page, in points: the measures that `docx/styles.rs` and `report-letters.typ` set it by.
pub mod page {
    use super::{
        super::{measure, plain},
        Block, Letter, Run,
    };

    /// Of the body of a letter.
    pub const SIZE: f64 = 13.0;
    /// From one line of the body to the next.
    pub const PITCH: f64 = 16.0;
    /// Below a paragraph.
    pub const BELOW: f64 = 6.0;
    /// Below a point of a list.
    pub const BELOW_POINT: f64 = 2.0;
    /// Of the first line of a paragraph: 12.7 mm.
    pub const INDENT: f64 = 36.0;
    /// Width of the text: 160 mm.
    pub const WIDTH: f64 = 453.5;
    /// Width of the issuing body's column in the head.
    pub const LEFT: f64 = 163.0;
    /// Width of the column of recipients.
    pub const RECIPIENTS: f64 = 222.0;
    /// Height of the text: 257 mm, less half a line, since programs differ a little.
    pub const ROOM: f64 = 728.5 - PITCH / 2.0;

    #[expect(clippy::cast_precision_loss, reason = "a number of lines")]
    fn times(lines: usize, height: f64) -> f64 {
        lines as f64 * height
    }

    /// The height of a letter.
    pub fn height(letter: &Letter) -> f64 {
        let head = &letter.head;
        let above =
            if head.above.is_empty() { 0 } else { measure::plain(&head.above, false, true, LEFT, 13.0) };
        let left = times(above + measure::plain(&head.issuer, true, true, LEFT, 13.0), 15.5)
            + 12.0
            + times(measure::plain(&head.number, false, false, LEFT, 13.0), 15.5)
            + 6.0
            + times(measure::plain(&letter.about, false, false, LEFT, 12.0), 14.5);
        let right = times(measure::plain(&head.date, false, false, WIDTH - LEFT - 8.0, 14.0), 16.5) + 48.0;
        let one = measure::plain(&format!("{}: {}", letter.dear, letter.to), true, false, WIDTH, 13.0) == 1;
        // A name of several lines begins on one of its own.
        let dear = if one { 1 } else { 1 + measure::plain(&letter.to, true, false, WIDTH, 13.0) };
        let mut height = left.max(right) + 20.0 + times(dear, PITCH);
        if let Some(warning) = &letter.demonstration {
            height += 21.0 + times(measure::plain(warning, true, false, WIDTH, 14.0), 16.5);
        }
        for block in &letter.blocks {
            height += match block {
                Block::Paragraph { runs, .. } => {
                    times(measure::lines(runs, WIDTH, INDENT, SIZE), PITCH) + BELOW
                }
                Block::Points { points } => {
                    let of = |point: &Vec<Run>| {
                        let runs: Vec<Run> =
                            std::iter::once(plain("- ")).chain(point.iter().cloned()).collect();
                        times(measure::lines(&runs, WIDTH, INDENT, SIZE), PITCH) + BELOW_POINT
                    };
                    // What follows a list stands as far below it as below a paragraph.
                    points.iter().map(of).sum::<f64>() + BELOW
                }
                Block::Heading { .. } | Block::Table(_) | Block::Chart(_) => 0.0,
            };
        }
        let signature = &letter.signature;
        let to =
            signature.to.iter().map(|to| measure::plain(&format!("- {to}"), false, false, RECIPIENTS, 11.0));
        let left = 14.5 + times(to.sum(), 13.5);
        let right = times(measure::plain(&signature.office, true, true, RECIPIENTS, 13.0), 15.5) + 62.0;
        height + 16.0 + left.max(right)
    }
}
