//! Skip rules as XLSForm writes them (`relevant`): the part of XPath that says what `asked_if` can say.
//!
//! `${q} = 'x'`, `!=`, `selected(${q}, 'x')`, `and`, `or`, `not(…)`, brackets. An unanswered question is the empty text
//! in XPath: `${q} != ''` asks whether it was answered at all. Anything else, such as numbers compared or counted, is no
//! rule of ours, and half a rule would be another one: it is refused whole.

use crate::definition::model::{All, Any, Condition, In, Not};

/// Longest rule read, in bytes.
const LONGEST: usize = 4_000;
/// Deepest nesting read.
const DEEPEST: usize = 32;

/// Why a rule cannot be carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Words that are no part of the subset.
    Unsupported(String),
    /// The rule ends too early or is too long or too deep.
    Malformed,
    /// A question that is not in the form, was not carried over, or is asked later.
    UnknownQuestion(String),
    /// A question whose answers are no options.
    NotChoice(String),
    /// A value that is no option of the question.
    UnknownOption {
        /// The question, as the file names it.
        question: String,
        /// The value.
        value: String,
    },
}

/// A question that a rule may look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Its id with us.
    pub id: String,
    /// Whether several options may be chosen; absent: its answers are no options.
    pub multiple: Option<bool>,
    /// Its options: as the file names them, and their codes with us.
    pub codes: Vec<(String, String)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expr {
    Equal {
        question: String,
        value: String,
        not: bool,
    },
    Selected {
        question: String,
        value: String,
    },
    Or(Vec<Expr>),
    And(Vec<Expr>),
    Not(Box<Expr>),
    /// In brackets.
    Group(Box<Expr>),
}

/// The rule that a text of XPath says.
///
/// # Errors
/// [`Fault`].
pub(super) fn read(text: &str, target: &dyn Fn(&str) -> Option<Target>) -> Result<Condition, Fault> {
    if text.len() > LONGEST {
        return Err(Fault::Malformed);
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let expr = parser.or()?;
    match parser.peek() {
        None => condition(&expr, target),
        Some(token) => Err(Fault::Unsupported(token.words())),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Question(String),
    Literal(String),
    Name(String),
    Sign(&'static str),
}

impl Token {
    fn words(&self) -> String {
        match self {
            Self::Question(name) => format!("${{{name}}}"),
            Self::Literal(value) => format!("'{value}'"),
            Self::Name(name) => name.clone(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    const SIGNS: [&str; 15] = ["!=", "<=", ">=", "(", ")", ",", "=", "<", ">", "+", "*", "/", "|", ".", "-"];
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        // Word processors turn quotes into curly ones.
        let (token, used) = if let Some(inside) = rest.strip_prefix("${") {
            let end = inside.find('}').ok_or(Fault::Malformed)?;
            (Token::Question(inside.get(..end).unwrap_or_default().trim().to_owned()), end + 3)
        } else if matches!(first, '\'' | '"' | '‘' | '’' | '“' | '”') {
            let closing: &[char] = match first {
                '\'' => &['\''],
                '"' => &['"'],
                '‘' | '’' => &['‘', '’'],
                _ => &['“', '”'],
            };
            let inside = rest.get(first.len_utf8()..).unwrap_or_default();
            let end = inside.find(closing).ok_or(Fault::Malformed)?;
            let last = inside.get(end..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
            let value = inside.get(..end).unwrap_or_default().to_owned();
            (Token::Literal(value), first.len_utf8() + end + last)
        } else if first.is_ascii_digit() {
            let end = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
            (Token::Literal(rest.get(..end).unwrap_or_default().to_owned()), end)
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')));
            let end = end.unwrap_or(rest.len());
            (Token::Name(rest.get(..end).unwrap_or_default().to_owned()), end)
        } else if let Some(sign) = SIGNS.into_iter().find(|sign| rest.starts_with(sign)) {
            (Token::Sign(sign), sign.len())
        } else {
            return Err(Fault::Unsupported(first.to_string()));
        };
        tokens.push(token);
        rest = rest.get(used..).unwrap_or_default().trim_start();
    }
    Ok(tokens)
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Result<Token, Fault> {
        let token = self.peek().cloned().ok_or(Fault::Malformed)?;
        self.at += 1;
        Ok(token)
    }

    fn takes(&mut self, wanted: &Token) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name)) if name.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), Fault> {
        let token = self.next()?;
        if token == Token::Sign(sign) { Ok(()) } else { Err(Fault::Unsupported(token.words())) }
    }

    fn or(&mut self) -> Result<Expr, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::Malformed);
        }
        let mut parts = vec![self.and()?];
        while self.word("or") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn and(&mut self) -> Result<Expr, Fault> {
        let mut parts = vec![self.one()?];
        while self.word("and") {
            parts.push(self.one()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn one(&mut self) -> Result<Expr, Fault> {
        match self.next()? {
            Token::Sign("(") => {
                let inside = self.or()?;
                self.sign(")")?;
                Ok(Expr::Group(Box::new(inside)))
            }
            Token::Name(name) if name.eq_ignore_ascii_case("not") => {
                self.sign("(")?;
                let inside = self.or()?;
                self.sign(")")?;
                Ok(Expr::Not(Box::new(inside)))
            }
            Token::Name(name) if name.eq_ignore_ascii_case("selected") => {
                self.sign("(")?;
                let Token::Question(question) = self.next()? else { return Err(Fault::Unsupported(name)) };
                self.sign(",")?;
                let Token::Literal(value) = self.next()? else { return Err(Fault::Unsupported(name)) };
                self.sign(")")?;
                Ok(Expr::Selected { question, value })
            }
            Token::Question(question) => {
                let not = self.equals(&question)?;
                match self.next()? {
                    Token::Literal(value) => Ok(Expr::Equal { question, value, not }),
                    other => Err(Fault::Unsupported(other.words())),
                }
            }
            Token::Literal(value) => {
                let not = self.equals(&value)?;
                match self.next()? {
                    Token::Question(question) => Ok(Expr::Equal { question, value, not }),
                    other => Err(Fault::Unsupported(other.words())),
                }
            }
            other => Err(Fault::Unsupported(other.words())),
        }
    }

    /// `=` or `!=`; whether it is the second.
    fn equals(&mut self, before: &str) -> Result<bool, Fault> {
        if self.takes(&Token::Sign("=")) {
            return Ok(false);
        }
        if self.takes(&Token::Sign("!=")) {
            return Ok(true);
        }
        Err(self
            .peek()
            .map_or_else(|| Fault::Unsupported(before.to_owned()), |t| Fault::Unsupported(t.words())))
    }
}

fn condition(expr: &Expr, target: &dyn Fn(&str) -> Option<Target>) -> Result<Condition, Fault> {
    let all =
        |parts: &[Expr]| parts.iter().map(|part| condition(part, target)).collect::<Result<Vec<_>, _>>();
    match expr {
        Expr::Group(inside) => condition(inside, target),
        Expr::Not(inside) => Ok(not(condition(inside, target)?)),
        Expr::And(parts) => Ok(Condition::All(All { all: all(parts)? })),
        Expr::Or(parts) => {
            let any = all(parts)?;
            // `${q} = 'a' or ${q} = 'b'` without brackets is one rule on two options.
            let bare =
                parts.iter().all(|p| matches!(p, Expr::Equal { not: false, .. } | Expr::Selected { .. }));
            Ok(if bare { merged(any) } else { Condition::Any(Any { any }) })
        }
        Expr::Selected { question, value } => {
            let on = choice(question, target)?;
            Ok(Condition::In(In { codes: vec![code(&on, question, value)?], question: on.id }))
        }
        Expr::Equal { question, value, not: negated } => {
            let on = choice(question, target)?;
            let rule = |codes: Vec<String>| Condition::In(In { question: on.id.clone(), codes });
            let every = || on.codes.iter().map(|(_, code)| code.clone()).collect::<Vec<_>>();
            let equal = if value.is_empty() {
                not(rule(every()))
            } else {
                let code = code(&on, question, value)?;
                let others: Vec<String> = every().into_iter().filter(|other| *other != code).collect();
                let chosen = rule(vec![code]);
                if on.multiple == Some(true) && !others.is_empty() {
                    // Of several options, equal means this one and no other.
                    Condition::All(All { all: vec![chosen, not(rule(others))] })
                } else {
                    chosen
                }
            };
            Ok(if *negated { not(equal) } else { equal })
        }
    }
}

fn choice(question: &str, target: &dyn Fn(&str) -> Option<Target>) -> Result<Target, Fault> {
    let on = target(question).ok_or_else(|| Fault::UnknownQuestion(question.to_owned()))?;
    if on.multiple.is_none() { Err(Fault::NotChoice(question.to_owned())) } else { Ok(on) }
}

fn code(on: &Target, question: &str, value: &str) -> Result<String, Fault> {
    let code = on.codes.iter().find(|(raw, _)| raw == value.trim()).map(|(_, code)| code.clone());
    code.ok_or_else(|| Fault::UnknownOption { question: question.to_owned(), value: value.to_owned() })
}

fn not(rule: Condition) -> Condition {
    match rule {
        Condition::Not(inner) => *inner.not,
        rule => Condition::Not(Not { not: Box::new(rule) }),
    }
}

fn merged(any: Vec<Condition>) -> Condition {
    let of = |rule: &Condition| match rule {
        Condition::In(part) => Some(part.question.clone()),
        _ => None,
    };
    let first = any.first().and_then(of);
    if first.is_none() || any.iter().any(|rule| of(rule) != first) {
        return Condition::Any(Any { any });
    }
    let mut codes: Vec<String> = Vec::new();
    for rule in any {
        if let Condition::In(part) = rule {
            codes.extend(part.codes.into_iter().filter(|code| !codes.contains(code)).collect::<Vec<_>>());
        }
    }
    Condition::In(In { question: first.unwrap_or_default(), codes })
}

/// A rule as XLSForm writes it; `multiple`: whether several options of a question may be chosen.
pub(super) fn write(rule: &Condition, multiple: &dyn Fn(&str) -> bool) -> String {
    match rule {
        Condition::In(part) => {
            let question = &part.question;
            let one = |code: &String| {
                if multiple(question) {
                    format!("selected(${{{question}}}, '{code}')")
                } else {
                    format!("${{{question}}} = '{code}'")
                }
            };
            part.codes.iter().map(one).collect::<Vec<_>>().join(" or ")
        }
        Condition::Not(rule) => format!("not({})", write(&rule.not, multiple)),
        Condition::All(rule) => joined(&rule.all, " and ", multiple),
        Condition::Any(rule) => joined(&rule.any, " or ", multiple),
    }
}

fn joined(rules: &[Condition], by: &str, multiple: &dyn Fn(&str) -> bool) -> String {
    // In brackets nothing is taken for one rule on several options.
    let single = |rule: &Condition| {
        matches!(rule, Condition::Not(_))
            || (by == " and " && matches!(rule, Condition::In(part) if part.codes.len() == 1))
    };
    let one = |rule: &Condition| {
        let text = write(rule, multiple);
        if single(rule) { text } else { format!("({text})") }
    };
    rules.iter().map(one).collect::<Vec<_>>().join(by)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn target(name: &str) -> Option<Target> {
        let multiple = match name {
            "Fed-Back" | "b" => Some(false),
            "ways" => Some(true),
            "age" => None,
            _ => return None,
        };
        let codes = ["Yes", "no", "1"].map(|raw| (raw.to_owned(), raw.to_lowercase()));
        Some(Target { id: name.to_lowercase(), multiple, codes: codes.to_vec() })
    }

    fn rule(text: &str) -> String {
        match read(text, &target) {
            Ok(rule) => serde_json::to_string(&rule).unwrap().replace('"', ""),
            Err(fault) => format!("{fault:?}"),
        }
    }

    #[test]
    fn what_asked_if_can_say_is_read() {
        for (text, wanted) in [
            ("${Fed-Back} = 'Yes'", "{question:fed-back,in:[yes]}"),
            (" ${Fed-Back}=\"Yes\" ", "{question:fed-back,in:[yes]}"),
            ("${b} = 1", "{question:b,in:[1]}"),
            ("'no' != ${b}", "{not:{question:b,in:[no]}}"),
            ("${b} = ‘no’", "{question:b,in:[no]}"),
            ("selected(${ways}, 'Yes')", "{question:ways,in:[yes]}"),
            (
                "not(selected(${ways},'no')) and ${b}='1'",
                "{all:[{not:{question:ways,in:[no]}},{question:b,in:[1]}]}",
            ),
            ("${b}='1' or ${b}='no'", "{question:b,in:[1,no]}"),
            ("(${b}='1') or (${b}='no')", "{any:[{question:b,in:[1]},{question:b,in:[no]}]}"),
            (
                "${b}='1' or ${Fed-Back}='no' and ${b}='no'",
                "{any:[{question:b,in:[1]},{all:[{question:fed-back,in:[no]},{question:b,in:[no]}]}]}",
            ),
            ("${b} != ''", "{question:b,in:[yes,no,1]}"),
            ("${b} = ''", "{not:{question:b,in:[yes,no,1]}}"),
            ("${ways} = '1'", "{all:[{question:ways,in:[1]},{not:{question:ways,in:[yes,no]}}]}"),
        ] {
            assert_eq!(rule(text), wanted, "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_whole_and_named() {
        for (text, wanted) in [
            ("${age} > 18", "Unsupported(\">\")"),
            ("${b} = '1' and ${age} >= 18", "Unsupported(\">=\")"),
            ("count-selected(${ways}) > 1", "Unsupported(\"count-selected\")"),
            ("string-length(${b}) > 0", "Unsupported(\"string-length\")"),
            ("${b} = ${b}", "Unsupported(\"${b}\")"),
            ("${age} = '1'", "NotChoice(\"age\")"),
            ("${gone} = '1'", "UnknownQuestion(\"gone\")"),
            ("${b} = '9'", "UnknownOption { question: \"b\", value: \"9\" }"),
            ("${b} = '1", "Malformed"),
            ("${b} =", "Malformed"),
            ("${b}", "Unsupported(\"b\")"),
            ("", "Malformed"),
            ("1 = 1", "Unsupported(\"'1'\")"),
            (". = '1'", "Unsupported(\".\")"),
        ] {
            assert_eq!(rule(text), wanted, "{text}");
        }
        assert_eq!(rule(&"(".repeat(100)), "Malformed");
    }

    fn rules() -> impl Strategy<Value = Condition> {
        let part = (prop_oneof![Just("b"), Just("ways")], 1_usize..4).prop_map(|(question, n)| {
            let codes = ["yes", "no", "1"].iter().take(n).map(|code| (*code).to_owned()).collect();
            Condition::In(In { question: question.to_owned(), codes })
        });
        part.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 2..4).prop_map(|all| Condition::All(All { all })),
                proptest::collection::vec(inner.clone(), 2..4).prop_map(|any| Condition::Any(Any { any })),
                inner.prop_filter("not not", |rule| !matches!(rule, Condition::Not(_))).prop_map(not),
            ]
        })
    }

    proptest! {
        #[test]
        fn a_rule_comes_back_from_what_was_written(rule in rules()) {
            let codes = ["yes", "no", "1"].map(|code| (code.to_owned(), code.to_owned())).to_vec();
            let own = |name: &str| Some(Target { id: name.to_owned(), multiple: Some(name == "ways"), codes: codes.clone() });
            let text = write(&rule, &|name| name == "ways");
            prop_assert_eq!(read(&text, &own), Ok(rule), "{}", text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,40}|[${}()a-c='!, orandtselc]{0,40}") {
            let _ = read(&text, &target);
        }
    }
}
