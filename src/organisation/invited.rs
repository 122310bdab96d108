//! Lists of invited persons as files: what their rows ask for, and whom they mean.
//!
//! Pure. A row means the person with its code; without one the person with its e-mail address, or with its name at its unit.
//! So the same list read twice changes nothing, and makes no second link (security test A-14). Persons that a file does not
//! name stay as they are. A column that it does not have says nothing; an empty cell of one that it has says that there
//! is none.

use std::collections::{BTreeMap, BTreeSet};

use i18n_embed_fl::fl;

use super::{
    UnitTree,
    person::{self, Person, email_key, name_key},
    text,
};
use crate::{
    language::{Lang, vietnamese},
    tabular::{
        self, Book, Fault, Row, Sheet,
        header::{self, Column, Table},
    },
};

/// A column of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// The list's own code.
    Code,
    /// Name.
    Name,
    /// Office.
    Title,
    /// Unit: its code, or its name.
    Unit,
    /// Group of raters: its code, or its name.
    Group,
    /// E-mail address.
    Email,
    /// Postal address.
    Address,
}

/// The columns in the order in which they are written: headings in Vietnamese, in English, and others that people use.
pub const COLUMNS: [Column<Key>; 7] = [
    Column { key: Key::Code, names: &["Mã người", "code", "Mã", "Mã phiếu"], required: false },
    Column {
        key: Key::Name, names: &["Họ và tên", "name", "Họ tên", "Tên", "Họ, tên"], required: true
    },
    Column {
        key: Key::Title,
        names: &["Chức vụ", "title", "Chức danh", "Chức vụ, chức danh"],
        required: false,
    },
    Column {
        key: Key::Unit,
        names: &[
            "Đơn vị",
            "unit",
            "Mã đơn vị",
            "Tên đơn vị",
            "Cơ quan",
            "Cơ quan, đơn vị",
            "Đơn vị công tác",
        ],
        required: true,
    },
    Column {
        key: Key::Group, names: &["Nhóm", "group", "Nhóm đánh giá", "Nhóm đối tượng"], required: false
    },
    Column {
        key: Key::Email,
        names: &["Thư điện tử", "email", "Địa chỉ thư điện tử", "Hộp thư", "Thư công vụ"],
        required: false,
    },
    Column {
        key: Key::Address,
        names: &["Địa chỉ nhận thư", "address", "Địa chỉ", "Địa chỉ bưu chính"],
        required: false,
    },
];

/// The heading of a column in a language.
pub fn heading(lang: Lang, key: Key) -> String {
    let names = COLUMNS.iter().find(|column| column.key == key).map_or(&[][..], |column| column.names);
    names.get(usize::from(lang == Lang::EN)).copied().unwrap_or_default().to_owned()
}

/// What a list is held against.
#[derive(Debug, Clone, Copy)]
pub struct Ground<'a> {
    /// Who is invited now.
    pub people: &'a [Person],
    /// The units.
    pub tree: &'a UnitTree,
    /// Groups of raters: codes and names.
    pub groups: &'a [(String, String)],
}

/// What a list would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What would change.
    pub changes: Vec<Changed>,
    /// How many it names that stay as they are.
    pub same: usize,
    /// What somebody should look at, though it is no fault.
    pub notes: Vec<Fault>,
    /// What is wrong, by row: everything at once, so that a file is mended in one go. Faulty rows change nothing, the others
    /// do, so that whatever else looks at the changes finds what is wrong with those.
    pub faults: Vec<Fault>,
}

/// A person added or changed.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Changed {
    /// The row of the file.
    pub row: u32,
    /// As now; `None`: not invited yet.
    pub before: Option<Person>,
    /// As the row asks.
    pub after: Person,
}

/// A person as a row asks for it. `None` in optional columns: the file has no such column.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Asked {
    row: u32,
    code: Option<String>,
    name: String,
    unit: String,
    title: Option<Option<String>>,
    group: Option<Option<String>>,
    email: Option<Option<String>>,
    address: Option<Option<String>>,
}

/// Why a file is not a list of invited persons, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(pub String);

/// A list read, with what is wrong with single rows in themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    asked: Vec<Asked>,
    columns: BTreeMap<Key, usize>,
    notes: Vec<Fault>,
    faults: Vec<Fault>,
}

impl List {
    /// Reads the first visible sheet that has the headings.
    ///
    /// # Errors
    /// [`Unfit`] for a file without the headings, or without a row below them.
    pub fn read(lang: Lang, book: &Book) -> Result<Self, Unfit> {
        let visible = || book.sheets.iter().filter(|sheet| sheet.visible);
        let Some(table) = visible().find_map(|sheet| header::find(sheet, &COLUMNS).ok()) else {
            let first: Option<&Sheet> = visible().next().or_else(|| book.sheets.first());
            let words = first.and_then(|sheet| header::find(sheet, &COLUMNS).err());
            return Err(Unfit(words.map_or_else(String::new, |no| no.words(lang))));
        };
        let mut faults = Vec::new();
        let asked: Vec<Asked> =
            table.rows().iter().map(|row| Asked::read(lang, &table, row, &mut faults)).collect();
        if asked.is_empty() {
            return Err(Unfit(fl!(lang.messages(), "lists-no-rows")));
        }
        let columns = table.keys().into_iter().filter_map(|key| Some((key, table.column(key)?))).collect();
        let notes = table
            .unknown
            .iter()
            .map(|(column, heading)| Fault {
                row: table.heading,
                column: Some(*column),
                words: fl!(lang.messages(), "desk-units-unknown-column", heading = String::from(*heading)),
            })
            .collect();
        let mut list = Self { asked, columns, notes, faults: Vec::new() };
        list.twice(lang, &mut faults);
        list.faults = faults;
        Ok(list)
    }

    /// How many rows it has.
    pub const fn len(&self) -> usize {
        self.asked.len()
    }

    /// Whether it has none.
    pub const fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// The column of a heading.
    pub fn column(&self, key: Key) -> Option<usize> {
        self.columns.get(&key).copied()
    }

    /// The row that names a person of the plan.
    pub fn row_of(plan: &Plan, code: &str) -> Option<u32> {
        plan.changes.iter().find(|changed| changed.after.code == code).map(|changed| changed.row)
    }

    fn fault(&self, row: u32, key: Key, words: String) -> Fault {
        Fault { row, column: self.column(key), words }
    }

    /// Rows of the file that mean the same person.
    fn twice(&self, lang: Lang, faults: &mut Vec<Fault>) {
        let m = lang.messages();
        let mut codes: BTreeMap<&str, u32> = BTreeMap::new();
        let mut emails: BTreeMap<String, u32> = BTreeMap::new();
        let mut names: BTreeMap<(String, String), &Asked> = BTreeMap::new();
        for asked in &self.asked {
            if let Some(code) = &asked.code {
                if let Some(row) = codes.get(code.as_str()) {
                    let words = fl!(m, "lists-code-twice", code = code.as_str(), row = row.to_string());
                    faults.push(self.fault(asked.row, Key::Code, words));
                    continue;
                }
                codes.insert(code, asked.row);
            }
            if let Some(email) = asked.email.iter().flatten().next() {
                if let Some(row) = emails.get(&email_key(email)) {
                    let words =
                        fl!(m, "lists-email-twice", email = text::shown(email), row = row.to_string());
                    faults.push(self.fault(asked.row, Key::Email, words));
                    continue;
                }
                emails.insert(email_key(email), asked.row);
            }
            if asked.name.is_empty() {
                continue;
            }
            let key = (name_key(&asked.name), vietnamese::key(&asked.unit));
            match names.get(&key) {
                // Two persons of one name at one unit are told apart by the list's own codes.
                Some(first) if first.code.is_none() || asked.code.is_none() => {
                    let row = first.row.to_string();
                    let words = fl!(m, "lists-name-twice", name = text::shown(&asked.name), row = row);
                    faults.push(self.fault(asked.row, Key::Name, words));
                }
                Some(_) => {}
                None => {
                    names.insert(key, asked);
                }
            }
        }
    }

    /// What would change, and every row that is faulty, names nobody for sure, or a unit or group that there is not.
    pub fn plan(&self, lang: Lang, ground: &Ground<'_>) -> Plan {
        let m = lang.messages();
        let known = Known::of(ground.people);
        let mut taken: BTreeSet<String> = ground.people.iter().map(|person| person.code.clone()).collect();
        taken.extend(self.asked.iter().filter_map(|asked| asked.code.clone()));
        let mut faults = self.faults.clone();
        let broken: BTreeSet<u32> = faults.iter().map(|fault| fault.row).collect();
        let cells: BTreeSet<(u32, Option<usize>)> =
            faults.iter().map(|fault| (fault.row, fault.column)).collect();
        // Of one cell the first thing that is wrong is enough.
        let is_told = |row: u32, key: Key| cells.contains(&(row, self.column(key)));
        let mut plan = Plan { notes: self.notes.clone(), ..Plan::default() };
        let mut met: BTreeMap<String, u32> = BTreeMap::new();
        // Where else the same name stands, in the file and among those invited.
        let mut elsewhere: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        // The same letters without their diacritics, at one unit.
        let mut folded: BTreeMap<(String, String), Vec<(String, String)>> = BTreeMap::new();
        for person in ground.people {
            if let Some(name) = &person.name {
                let key = name_key(name);
                let alike = folded.entry((vietnamese::fold(&key), person.unit.clone())).or_default();
                alike.push((key, name.clone()));
                elsewhere.entry(name_key(name)).or_default().insert(person.unit.clone());
            }
        }
        for asked in &self.asked {
            let unit = unit_of(ground.tree, &asked.unit);
            if unit.is_none() && !is_told(asked.row, Key::Unit) {
                let words = fl!(m, "lists-unit-unknown", unit = text::shown(&asked.unit));
                faults.push(self.fault(asked.row, Key::Unit, words));
            }
            let said = asked.group.clone().flatten();
            let group = said.as_ref().and_then(|said| group_of(ground.groups, said));
            if let Some(said) = said.filter(|_| group.is_none() && !is_told(asked.row, Key::Group)) {
                let all: Vec<&str> = ground.groups.iter().map(|(code, _)| code.as_str()).collect();
                let words = if all.is_empty() {
                    fl!(m, "lists-no-groups", group = text::shown(&said))
                } else {
                    fl!(m, "lists-group-unknown", group = text::shown(&said), all = all.join(", "))
                };
                faults.push(self.fault(asked.row, Key::Group, words));
            }
            let Some(unit) = unit else { continue };
            let before = match known.meant(asked, unit) {
                Ok(before) => before,
                Err(No(other)) => {
                    let email = asked.email.clone().flatten().unwrap_or_default();
                    let (email, name) = (text::shown(&email), other.name.clone().unwrap_or_default());
                    let words =
                        fl!(m, "lists-email-taken", email = email, code = other.code.as_str(), name = name);
                    faults.push(self.fault(asked.row, Key::Email, words));
                    continue;
                }
            };
            if let Some(row) = before.and_then(|person| met.get(&person.code)) {
                let words =
                    fl!(m, "lists-name-twice", name = text::shown(&asked.name), row = row.to_string());
                faults.push(self.fault(asked.row, Key::Name, words));
                continue;
            }
            // Faults are found row by row: those of this one are the last.
            if broken.contains(&asked.row) || faults.last().is_some_and(|fault| fault.row == asked.row) {
                continue;
            }
            let after = asked.wanted(unit, group, before, || free_code(unit, &mut taken));
            met.insert(after.code.clone(), asked.row);
            let key = name_key(&asked.name);
            let others = elsewhere.entry(key.clone()).or_default();
            let same_elsewhere = others.iter().find(|other| other.as_str() != unit).cloned();
            others.insert(unit.to_owned());
            if let Some(other) = same_elsewhere {
                let name = ground.tree.get(&other).map_or(other.as_str(), |unit| unit.name.as_str());
                let words =
                    fl!(m, "lists-same-name", name = text::shown(&asked.name), unit = name.to_owned());
                plan.notes.push(self.fault(asked.row, Key::Name, words));
            }
            let bare = vietnamese::fold(&key);
            let alike = folded.entry((bare.clone(), unit.to_owned())).or_default();
            // `Nguyen Van Hoa` may be `Nguyễn Văn Hòa`; two spellings that both have diacritics are two persons.
            let other = alike.iter().find(|(other, _)| *other != key && (*other == bare || key == bare));
            if let Some((_, other)) = other.filter(|_| before.is_none()) {
                let words =
                    fl!(m, "lists-maybe-same", name = text::shown(&asked.name), other = other.clone());
                plan.notes.push(self.fault(asked.row, Key::Name, words));
            }
            alike.push((key, text::shown(&asked.name)));
            if before == Some(&after) {
                plan.same += 1;
            } else {
                plan.changes.push(Changed { row: asked.row, before: before.cloned(), after });
            }
        }
        faults.sort();
        plan.faults = faults;
        plan
    }

    /// The list again, as CSV with the columns that it had: reading it gives the same list.
    pub fn written(&self) -> Vec<u8> {
        let keys: Vec<Key> = self.columns.keys().copied().collect();
        let or = |value: &Option<Option<String>>| value.clone().flatten().unwrap_or_default();
        let cell = |asked: &Asked, key: Key| match key {
            Key::Code => asked.code.clone().unwrap_or_default(),
            Key::Name => asked.name.clone(),
            Key::Title => or(&asked.title),
            Key::Unit => asked.unit.clone(),
            Key::Group => or(&asked.group),
            Key::Email => or(&asked.email),
            Key::Address => or(&asked.address),
        };
        let headings: Vec<String> = keys.iter().map(|key| heading(Lang::EN, *key)).collect();
        let rows: Vec<Vec<String>> = std::iter::once(headings)
            .chain(self.asked.iter().map(|asked| keys.iter().map(|key| cell(asked, *key)).collect()))
            .collect();
        tabular::write(rows.iter().map(Vec::as_slice))
    }
}

/// An e-mail address that belongs to somebody of another name.
struct No<'a>(&'a Person);

/// Those invited, by what tells who is meant.
struct Known<'a> {
    codes: BTreeMap<&'a str, &'a Person>,
    emails: BTreeMap<String, &'a Person>,
    names: BTreeMap<(String, &'a str), Vec<&'a Person>>,
}

impl<'a> Known<'a> {
    fn of(people: &'a [Person]) -> Self {
        let mut known = Self { codes: BTreeMap::new(), emails: BTreeMap::new(), names: BTreeMap::new() };
        for person in people {
            known.codes.insert(&person.code, person);
            if let Some(email) = &person.email {
                known.emails.insert(email_key(email), person);
            }
            if let Some(name) = &person.name {
                known.names.entry((name_key(name), &person.unit)).or_default().push(person);
            }
        }
        known
    }

    /// Whom a row means; nobody who is invited yet: `None`.
    fn meant(&self, asked: &Asked, unit: &str) -> Result<Option<&'a Person>, No<'a>> {
        let email = asked.email.iter().flatten().next().map(|email| email_key(email));
        let by_email = email.and_then(|email| self.emails.get(&email).copied());
        if let Some(code) = &asked.code {
            let by_code = self.codes.get(code.as_str()).copied();
            return match by_email {
                Some(other) if other.code != *code => Err(No(other)),
                _ => Ok(by_code),
            };
        }
        let key = name_key(&asked.name);
        if let Some(person) = by_email {
            let same = person.name.as_ref().is_none_or(|name| name_key(name) == key);
            return if same { Ok(Some(person)) } else { Err(No(person)) };
        }
        let named = self.names.iter().find(|((name, of), _)| *name == key && *of == unit);
        Ok(named.and_then(|(_, people)| people.first().copied()))
    }
}

/// The code of the unit that is meant: by its code, or by its name if no other has the same.
fn unit_of<'t>(tree: &'t UnitTree, said: &str) -> Option<&'t str> {
    if let Some(unit) = tree.get(said) {
        return Some(&unit.code);
    }
    let wanted = vietnamese::key(said);
    let mut named = tree.units().iter().filter(|unit| vietnamese::key(&unit.name) == wanted);
    let first = named.next()?;
    named.next().is_none().then_some(first.code.as_str())
}

fn group_of(groups: &[(String, String)], said: &str) -> Option<String> {
    let by_code = groups.iter().find(|(code, _)| code == said);
    let wanted = vietnamese::key(said);
    by_code
        .or_else(|| groups.iter().find(|(_, name)| vietnamese::key(name) == wanted))
        .map(|(code, _)| code.clone())
}

/// A code that nobody has: the unit's with a number.
pub fn free_code(unit: &str, taken: &mut BTreeSet<String>) -> String {
    let unit: String = unit.chars().take(text::CODE - 8).collect();
    let code =
        (1_u32..).map(|n| format!("{unit}-{n:03}")).find(|code| !taken.contains(code)).unwrap_or_default();
    taken.insert(code.clone());
    code
}

impl Asked {
    fn read(lang: Lang, table: &Table<'_, Key>, row: &Row, faults: &mut Vec<Fault>) -> Self {
        let before = faults.len();
        let mut cell = |key: Key| text::line(table.text(lang, row, key, faults));
        let (code, name, unit) = (cell(Key::Code), cell(Key::Name), cell(Key::Unit));
        let (title, group, email, address) =
            (cell(Key::Title), cell(Key::Group), cell(Key::Email), cell(Key::Address));
        let unusable: Vec<Option<usize>> =
            faults.get(before..).unwrap_or_default().iter().map(|fault| fault.column).collect();
        let mut say = |key: Key, words: Option<String>| {
            let column = table.column(key);
            if let Some(words) = words.filter(|_| !unusable.contains(&column)) {
                faults.push(Fault { row: row.number, column, words });
            }
        };
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        say(Key::Code, given(&code).and_then(|code| text::code_problem(lang, &code)));
        say(Key::Name, text::line_problem(lang, &name, text::NAME));
        say(Key::Unit, text::line_problem(lang, &unit, text::NAME));
        say(Key::Title, given(&title).and_then(|title| text::line_problem(lang, &title, text::NAME)));
        say(Key::Group, given(&group).and_then(|group| text::line_problem(lang, &group, text::NAME)));
        say(Key::Email, given(&email).and_then(|email| person::email_problem(lang, &email)));
        say(Key::Address, given(&address).and_then(|it| text::line_problem(lang, &it, person::ADDRESS)));
        let said = |key: Key, text: String| table.column(key).map(|_| (!text.is_empty()).then_some(text));
        Self {
            row: row.number,
            code: (!code.is_empty()).then_some(code),
            name,
            unit,
            title: said(Key::Title, title),
            group: said(Key::Group, group),
            email: said(Key::Email, email),
            address: said(Key::Address, address),
        }
    }

    fn wanted(
        &self,
        unit: &str,
        group: Option<String>,
        before: Option<&Person>,
        free: impl FnOnce() -> String,
    ) -> Person {
        let kept = |said: &Option<Option<String>>, of: fn(&Person) -> &Option<String>| {
            said.clone().unwrap_or_else(|| before.and_then(|person| of(person).clone()))
        };
        let code = self.code.clone().or_else(|| before.map(|person| person.code.clone()));
        // Another spelling of the name that is there changes nothing; what a code points at is corrected.
        let name = before
            .filter(|_| self.code.is_none())
            .and_then(|person| person.name.clone())
            .unwrap_or_else(|| self.name.clone());
        Person {
            code: code.unwrap_or_else(free),
            unit: unit.to_owned(),
            group: if self.group.is_some() { group } else { before.and_then(|person| person.group.clone()) },
            name: Some(name),
            title: kept(&self.title, |person| &person.title),
            email: kept(&self.email, |person| &person.email),
            address: kept(&self.address, |person| &person.address),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organisation::Unit;

    fn tree() -> UnitTree {
        let unit = |code: &str, name: &str| Unit {
            code: code.to_owned(),
            name: name.to_owned(),
            kind: "department".to_owned(),
            ..Unit::default()
        };
        UnitTree::new([unit("snv", "Sở Nội vụ"), unit("stc", "Sở Tài chính")]).unwrap()
    }

    fn plan(people: &[Person], text: &str) -> Result<Plan, Vec<String>> {
        let told = |faults: Vec<Fault>| {
            faults
                .iter()
                .map(|fault| format!("{}: {}", fault.place(Lang::VI), fault.words))
                .collect::<Vec<_>>()
        };
        let groups = [("ld".to_owned(), "Lãnh đạo".to_owned())];
        let tree = tree();
        let list = List::read(Lang::VI, &tabular::read(None, text.as_bytes()).unwrap());
        match list {
            Err(Unfit(words)) => Err(vec![words]),
            Ok(list) => {
                let again = List::read(Lang::EN, &tabular::read(None, &list.written()).unwrap()).unwrap();
                let ground = Ground { people, tree: &tree, groups: &groups };
                let planned = list.plan(Lang::VI, &ground);
                assert_eq!(again.plan(Lang::VI, &ground).faults.is_empty(), planned.faults.is_empty());
                if planned.faults.is_empty() { Ok(planned) } else { Err(told(planned.faults)) }
            }
        }
    }

    const HEAD: &str = "STT;Họ tên;Chức vụ;Đơn vị;Nhóm;Thư điện tử;Địa chỉ\n";

    fn after(plan: &Plan) -> Vec<Person> {
        plan.changes.iter().map(|changed| changed.after.clone()).collect()
    }

    #[test]
    fn a_14_the_same_list_twice_changes_nothing_however_it_is_written() {
        let text = format!(
            "{HEAD}1;Nguyễn Thị Hòa;Giám đốc;Sở Nội vụ;Lãnh đạo;hoa@x.vn;1 Lê Lợi\n2;Trần Văn Lý;Phó;snv;ld;;2 Lê Lợi\n"
        );
        let first = plan(&[], &text).unwrap();
        let people = after(&first);
        assert_eq!(
            people.iter().map(|p| (p.code.as_str(), p.unit.as_str())).collect::<Vec<_>>(),
            [("snv-001", "snv"), ("snv-002", "snv")]
        );
        let again =
            text.replace("Nguyễn Thị Hòa", "BÀ NGUYỄN THỊ HOÀ").replace("Trần Văn Lý", "Trần  văn Lí");
        let second = plan(&people, &again).unwrap();
        assert_eq!((second.changes.len(), second.same), (0, 2), "{second:?}");
        // A corrected address changes that person and makes no other one.
        let third = plan(&people, &text.replace("2 Lê Lợi", "3 Lê Lợi")).unwrap();
        assert_eq!(third.changes.len(), 1);
        assert_eq!(third.changes[0].before.as_ref(), Some(&people[1]));
        assert_eq!(third.changes[0].after.address.as_deref(), Some("3 Lê Lợi"));
    }

    #[test]
    fn every_faulty_row_is_told_with_its_place() {
        let told = plan(
            &[],
            &format!(
                "{HEAD}1;An Bình;;snv;;an@x.vn;\n2;Bình An;;snv;;AN@x.vn;\n3;AN  BÌNH;;snv;;;\n4;;;snv;;;\n5;Chi Mai;;snv;;mai;\n"
            ),
        )
        .unwrap_err();
        assert_eq!(told.len(), 4, "{told:#?}");
        assert!(told[0].starts_with("dòng 3, cột F: ") && told[0].contains("dòng 2"), "{told:#?}");
        assert!(told[1].starts_with("dòng 4, cột B: "), "{told:#?}");
        // Of every kind at once: a cell, a unit, a group, two of them in one row.
        let mixed =
            format!("{HEAD}1;An Bình;;sxd;hd;;\n2;Chi Mai;;snv;hd;mai;\n3;Lê Tám;;;;x@;\n4;Lý Ba;;snv;;;\n");
        let places = |told: &[String]| -> Vec<String> {
            told.iter().map(|words| words.split(": ").next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(
            places(&plan(&[], &mixed).unwrap_err()),
            [
                "dòng 2, cột D",
                "dòng 2, cột E",
                "dòng 3, cột E",
                "dòng 3, cột F",
                "dòng 4, cột D",
                "dòng 4, cột F"
            ]
        );
        let told = plan(&[], &format!("{HEAD}1;An Bình;;sxd;;;\n2;Chi Mai;;snv;hd;;\n")).unwrap_err();
        assert!(told[0].contains("sxd") && told[1].contains("hd") && told[1].contains("ld"), "{told:#?}");
    }

    #[test]
    fn an_address_of_somebody_else_is_refused_and_a_name_elsewhere_pointed_at() {
        let person = Person {
            code: "snv-001".to_owned(),
            unit: "snv".to_owned(),
            name: Some("Nguyễn Thị Hòa".to_owned()),
            email: Some("hoa@x.vn".to_owned()),
            ..Person::default()
        };
        let told = plan(std::slice::from_ref(&person), &format!("{HEAD}1;Lê Văn Tám;;stc;;hoa@x.vn;\n"))
            .unwrap_err();
        assert!(told[0].contains("snv-001") && told[0].contains("Nguyễn Thị Hòa"), "{told:#?}");
        let found = plan(&[person], &format!("{HEAD}1;Nguyễn Thị Hoà;;stc;;;\n")).unwrap();
        assert!(found.notes.iter().any(|note| note.words.contains("Sở Nội vụ")), "{found:?}");
        assert_eq!(found.changes[0].after.code, "stc-001");
    }

    #[test]
    fn two_persons_of_one_name_at_one_unit_need_codes() {
        let head = "Mã;Họ tên;Đơn vị\n";
        assert!(plan(&[], &format!("{head};An Bình;snv\n;An Bình;snv\n")).is_err());
        assert_eq!(plan(&[], &format!("{head}a;An Bình;snv\nb;An Bình;snv\n")).unwrap().changes.len(), 2);
    }
}
