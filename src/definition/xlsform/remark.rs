//! What was not carried over, was changed, or was decided on the way; [`super::message`] puts it in words.

use super::{Place, rule::Fault};

/// How much a remark matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not carried over.
    Lost,
    /// Carried over as something else.
    Changed,
    /// Not said by the file; decided by a rule, for somebody to look at.
    Chosen,
}

/// Something that somebody should know about a form that was carried over.
#[derive(Debug, Clone, PartialEq)]
pub struct Remark {
    /// How much it matters.
    pub level: Level,
    /// The cell; absent where it is about the whole form.
    pub place: Option<Place>,
    /// What stood there, cut to a readable length.
    pub what: String,
    /// Why.
    pub why: Why,
}

/// Why something was not carried over as it stood.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// A type of question that we do not have.
    Type,
    /// What ODK records by itself: devices, times, places of interviews.
    Metadata,
    /// A group that repeats.
    Repeat,
    /// Inside of a group that repeats.
    InRepeat,
    /// A value that is computed.
    Calculation,
    /// A rule that `asked_if` cannot say.
    Rule(Fault),
    /// A check that is no limit of numbers or of length.
    Constraint,
    /// Required only sometimes.
    RequiredSometimes,
    /// Our pages decide how things look.
    Presentation,
    /// A message of ODK; our pages have their own.
    Message,
    /// A picture, recording or film.
    Media,
    /// Options that depend on answers.
    ChoiceFilter,
    /// Something filled in beforehand.
    Preset,
    /// Shown only, never to be answered.
    ReadOnly,
    /// A column that XLSForm does not have.
    UnknownColumn(usize),
    /// A sheet that is not carried over.
    UnknownSheet,
    /// A setting of ODK.
    Setting,
    /// A list that no question uses.
    UnusedList,
    /// A list that is not there, or has fewer than two options.
    MissingList,
    /// An option's name a second time.
    RepeatedOption,
    /// A column in a language without a code.
    UnknownLanguage,
    /// A note behind a rule.
    NoteWithRule,
    /// A note or heading with no question after it.
    NothingBelow,
    /// The heading of a group that holds only groups.
    OuterHeading,
    /// A row switched off by its author.
    Disabled,
    /// A row without a name or with a type that cannot be read.
    NoName,
    /// A group ended that was not begun, or the other way round.
    Unbalanced,
    /// A reference to an answer in the wording.
    Reference,
    /// A second explanation.
    SecondHint,
    /// Numbers are whole here.
    WholeNumbers,
    /// Markup in the wording.
    Markup,
    /// What a formula amounted to when the file was last saved.
    Formula,
    /// Its id with us.
    Renamed(String),
    /// Its code with us.
    Recoded(String),
    /// No words in this language: those of the first language stand in.
    Untranslated(String),
    /// No words at all: the name stands in.
    NoWords,
    /// "Other" became an option and a question of its own.
    OrOther(String),
    /// A criterion asked of one camp only: it stands beside the index.
    OnOpinion,
    /// A list that counts as a scale of satisfaction; its satisfied options.
    Scale(Vec<String>),
    /// A group that is a dimension, with the number of its criteria.
    Dimension(usize),
    /// A question on a scale of satisfaction that is beside the index.
    Beside,
    /// Something must be required: this is.
    RequiredFirst,
    /// The file has no introduction.
    Introduction,
    /// The file has no title.
    Title,
    /// Minutes estimated from the number of questions.
    Minutes(u32),
    /// The target taken, 0..1.
    Target(f64),
    /// The language taken for words without one.
    Language(String),
    /// Id and version taken.
    Named(String, String),

    /// There is no sheet `survey`, or it asks nothing.
    NoSurvey,
    /// No list is recognised as a scale of satisfaction; the lists there are.
    NoScale(Vec<String>),
    /// No list, group or question of this name; those there are.
    NoSuch(Vec<String>),
    /// No option of the list: which there are.
    NoSuchOption(Vec<String>),

    /// Forms of the definition that are not in the file.
    OtherForms(Vec<String>),
    /// Modules are not drawn: everybody is asked everything.
    Rotation,
    /// Who filled in the form is not asked.
    Mode,
    /// Faces are not shown.
    Faces,
    /// A placeholder that the field team fills in as this question.
    Placeholder(String),
    /// A placeholder in an option, which stays as it is.
    PlaceholderInOption,
    /// Words that ODK would take for a reference.
    LooksLikeReference,
}

impl Remark {
    /// A remark about a cell.
    pub(super) fn new(level: Level, place: Option<Place>, what: &str, why: Why) -> Self {
        const MOST: usize = 80;
        let mut what: String = what.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some((cut, _)) = what.char_indices().nth(MOST) {
            what.truncate(cut);
            what.push('…');
        }
        Self { level, place, what, why }
    }
}
