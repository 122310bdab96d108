//! What can be wrong with a definition, as data: where, how bad, and what. [`super::message`] puts it in words.

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The file, as it was named by whoever asked.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The definition cannot be used.
    Error,
    /// It can be used; somebody should look.
    Warning,
}

/// Something wrong at a place in a definition.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// Where.
    pub at: Position,
    /// How bad.
    pub severity: Severity,
    /// What.
    pub kind: ProblemKind,
}

impl Problem {
    /// Whether the definition cannot be used because of this.
    pub const fn is_error(&self) -> bool {
        matches!(self.severity, Severity::Error)
    }
}

/// What a value should have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Text in quotes.
    Text,
    /// A number.
    Number,
    /// A whole number between these limits.
    Whole(i64, i64),
    /// `true` or `false`.
    Truth,
    /// A list `[ … ]` (or several `[[name]]`).
    List,
    /// A table.
    Table,
    /// A text in several languages: `{ vi = "…", en = "…" }`.
    Texts,
    /// A skip rule.
    Condition,
    /// One of these words.
    OneOf(Vec<String>),
}

/// What a reference names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// `scale`.
    Scale,
    /// `dimension`.
    Dimension,
    /// `part`.
    Part,
    /// A row of `plan`.
    Plan,
    /// A criterion or question.
    Item,
    /// An option's code.
    Option,
}

/// What must lie above 0 and below 1 or so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limits {
    /// Above 0 and below 1.
    InsideUnit,
    /// From 0 to 1.
    Unit,
    /// Above 0.
    Positive,
    /// Above 0, up to 1.
    PositiveUnit,
}

/// What is wrong. Names are as written in the file.
#[derive(Debug, Clone, PartialEq)]
pub enum ProblemKind {
    /// The file is no UTF-8 text.
    NotUtf8,
    /// The text is no TOML; the parser's words.
    NotToml(String),
    /// A key that the format does not have, and those it has here.
    UnknownKey {
        /// The key.
        key: String,
        /// The keys that would be right here.
        known: Vec<String>,
    },
    /// A key that must be given.
    MissingKey(String),
    /// A value of another type, or no allowed word.
    WrongType(Expected),
    /// The format reader refuses the value for a reason of its own.
    Unreadable(String),
    /// `format` is not one that this program reads.
    UnknownFormat(u32),
    /// `id` differs from the folder's name.
    IdIsNotFolder {
        /// The id in the file.
        id: String,
        /// The folder.
        folder: String,
    },
    /// `version` differs from the file's name.
    VersionIsNotFile {
        /// The version in the file.
        version: String,
        /// The file's name without `.toml`.
        file: String,
    },
    /// A version that is not numbers joined by dots.
    BadVersion(String),
    /// An id that is not well formed.
    BadId(String),
    /// An id that the form or SPSS uses for something else.
    ReservedId(String),
    /// An id, code or language given twice, and the line of the first.
    Duplicate {
        /// The id.
        id: String,
        /// Line of the first, from 1.
        first: usize,
    },
    /// Two ids that become one SPSS variable name.
    SameVariable {
        /// This id.
        id: String,
        /// The other.
        other: String,
        /// Their common name.
        name: String,
    },
    /// Something that does not exist, and what does.
    UnknownReference {
        /// What should have been named.
        what: Reference,
        /// The name.
        id: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// `languages` is empty.
    NoLanguage,
    /// No language code.
    BadLanguage(String),
    /// A text without this language.
    MissingTranslation(String),
    /// A text that is empty in this language.
    EmptyText(String),
    /// A text in a language that is not among `languages`.
    UndeclaredLanguage(String),
    /// Fewer than two options.
    TooFewOptions(usize),
    /// More options than a packed answer can tell apart.
    TooManyOptions(usize),
    /// An option code that is not well formed.
    BadCode(String),
    /// A scale with faces whose steps have no scores that order them, or too many steps.
    NoOrderForFaces,
    /// A number outside its limits.
    OutOfLimits(f64, Limits),
    /// A scale of criteria with no option that counts as satisfied.
    NoSatisfiedOption,
    /// A scale of criteria in which every option that counts is satisfied.
    NoUnsatisfiedOption,
    /// An option without a score where the index is a mean of scores.
    MissingScore(String),
    /// A "don't know" option that also counts as satisfied or has a score.
    MissingCounts(String),
    /// `minimum_answers` below the floor.
    MinimumTooSmall(u32),
    /// A dimension in which no criterion counts.
    DimensionWithoutCriterion(String),
    /// A part without a dimension.
    PartWithoutDimension(String),
    /// A dimension outside the parts, where there are parts.
    DimensionWithoutPart(String),
    /// No form at all.
    NoForm,
    /// A form's length of 0 minutes.
    NoMinutes,
    /// A section that asks nothing.
    EmptySection,
    /// An item asked twice in one form.
    AskedTwice {
        /// The item.
        id: String,
        /// The form.
        form: String,
    },
    /// A form without a criterion has no index.
    FormWithoutCriterion(String),
    /// A form in which nothing is required before anything is answered: an untouched form would be stored.
    FormAcceptsNothing(String),
    /// Wording for an item that the form does not ask.
    WordingNotAsked {
        /// The item.
        id: String,
        /// The form.
        form: String,
    },
    /// An item that no form asks.
    NeverAsked(String),
    /// A rule on a question that the form asks later, or on the question itself.
    RuleOnLater {
        /// The question referred to.
        question: String,
        /// The form.
        form: String,
    },
    /// A rule on a question that the form does not ask.
    RuleOnNotAsked {
        /// The question referred to.
        question: String,
        /// The form.
        form: String,
    },
    /// A rule on a question of a module, from outside that module: whoever is not asked it could not answer.
    RuleOnModule {
        /// The question referred to.
        question: String,
        /// Its module.
        module: String,
        /// The form.
        form: String,
    },
    /// A section in a module of a form without `rotation`: it would be asked of everybody.
    ModuleWithoutRotation {
        /// The module.
        module: String,
        /// The form.
        form: String,
    },
    /// A form that rotates fewer than two modules.
    TooFewModules {
        /// The form.
        form: String,
        /// How many modules its sections name.
        modules: usize,
    },
    /// `ask` is not at least 1 and below the number of modules.
    AskOutsideModules {
        /// What was given.
        ask: u32,
        /// How many modules there are.
        modules: usize,
    },
    /// More ways to choose the modules than pages are made for.
    TooManyChoices {
        /// `ask`.
        ask: u32,
        /// How many modules there are.
        modules: usize,
        /// How many ways are allowed.
        most: u64,
    },
    /// A module in which every criterion hangs on a rule, or that has none: nothing would tell who was asked it.
    ModuleWithoutCriterion {
        /// The module.
        module: String,
        /// The form.
        form: String,
    },
    /// A dimension that lies in several modules (or in one and outside), where respondents' own means are averaged.
    DimensionAcrossModules {
        /// The dimension.
        dimension: String,
        /// The form.
        form: String,
    },
    /// Each respondent is asked a single module: the error of means over several modules is only bounded.
    OneModuleAsked(String),
    /// A rule on a question without options.
    RuleOnKind(String),
    /// A rule with nothing in it.
    EmptyRule,
    /// A rule that no answers fulfil in this form.
    RuleNeverFires(String),
    /// A rule that all answers fulfil in this form.
    RuleAlwaysFires(String),
    /// A criterion is asked by how satisfied people are with another one.
    RuleOnOpinion {
        /// The criterion.
        id: String,
        /// The one that the rule looks at.
        question: String,
    },
    /// A question is asked by how satisfied people are with a criterion.
    ExtraForSome {
        /// The question.
        id: String,
        /// The criterion that the rule looks at.
        question: String,
    },
    /// `min` above `max`.
    MinAboveMax(i32, i32),
    /// `max_length` of 0.
    NoLength,
    /// Options given twice: by `scale` and by `options`.
    ScaleAndOptions,
    /// A choice question without options.
    NoOptions,
    /// A key that a question of this kind does not have.
    KeyNotForKind {
        /// The key.
        key: &'static str,
        /// The kind, as written.
        kind: &'static str,
    },
    /// An entry of `map` that is not `id@version`.
    BadMap(String),
    /// A translation of a definition that is not there.
    NothingToTranslate {
        /// The id.
        id: String,
        /// The version.
        version: String,
    },
    /// A translation into a language that the definition itself has.
    AlreadyDeclared(String),
    /// A text without a translation: its key.
    NotTranslated(String),
    /// An option without a translation, where others of the same question have one: its key.
    PartlyTranslated(String),
    /// A placeholder that no page fills in.
    UnknownPlaceholder {
        /// As written, with braces.
        name: String,
        /// Those there are.
        known: Vec<String>,
    },
    /// A placeholder of the original that the translation lacks.
    LostPlaceholder(String),
    /// The same id and version in another file.
    SameVersion {
        /// The id.
        id: String,
        /// The version.
        version: String,
        /// The other file.
        other: String,
    },
}

/// The name nearest to what was written, if one is near enough to be meant.
pub fn nearest<'a>(written: &str, known: &'a [String]) -> Option<&'a str> {
    let allowed = (written.chars().count() / 3).max(1);
    known
        .iter()
        .map(|name| (strsim::osa_distance(&written.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name.as_str())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_keys_finds_the_name_meant_and_another_word_finds_none() {
        let known = ["dimension".to_owned(), "scale".to_owned(), "text".to_owned()];
        assert_eq!(nearest("dimensoin", &known), Some("dimension"));
        assert_eq!(nearest("Scale", &known), Some("scale"));
        assert_eq!(nearest("txt", &known), Some("text"));
        assert_eq!(nearest("weight", &known), None);
    }
}
