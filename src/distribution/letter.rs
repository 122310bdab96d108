//! What a mail to an invited person says: a subject and a text with blanks, which a campaign may have of its own; as
//! plain text and as HTML of the same words. One link, nothing from elsewhere, nothing that tells whether it was read.

use i18n_embed_fl::fl;
use maud::{DOCTYPE, Markup, html};

use super::courtesy;
use crate::{blanks, clock, language::Lang, organisation::Campaign, store::outbox::Kind};

/// Longest subject, in characters.
pub const SUBJECT: usize = 150;
/// Longest text, in characters.
pub const TEXT: usize = 6_000;

/// The blanks of a text, in Vietnamese and in English.
const BLANKS: [[&str; 2]; 10] = [
    ["[kính gửi]", "[dear]"],
    ["[họ tên]", "[name]"],
    TITLE,
    ["[đợt]", "[survey]"],
    ["[mở]", "[opens]"],
    ["[đóng]", "[closes]"],
    ["[hạn]", "[until]"],
    LINK,
    ["[cơ quan]", "[sender]"],
    CONTACT,
];
/// The blanks in which the link stands.
const LINK: [&str; 2] = ["[liên kết]", "[link]"];
/// The blanks of the office, which not every person has.
const TITLE: [&str; 2] = ["[chức vụ]", "[office]"];
/// The blanks of where to ask, which not every campaign says.
const CONTACT: [&str; 2] = ["[liên hệ]", "[contact]"];

/// The person written to, as the list has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct To<'a> {
    /// Name.
    pub name: Option<&'a str>,
    /// Office.
    pub title: Option<&'a str>,
}

/// A subject and a text with blanks, or filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Subject.
    pub subject: String,
    /// Text.
    pub text: String,
}

/// What is wrong with a subject or a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The subject is empty.
    NoSubject,
    /// Something is too long.
    Long {
        /// Whether it is the subject.
        subject: bool,
    },
    /// The text has no blank for the link: nobody could answer.
    NoLink,
    /// The subject has one: subjects are shown on locked telephones and kept in logs.
    LinkInSubject,
    /// Something in square brackets that is no blank.
    Unknown {
        /// Whether it stands in the subject.
        subject: bool,
        /// It.
        blank: String,
    },
    /// Another address, which the recipient could take for the survey's (security test A-13).
    OtherLink {
        /// It.
        address: String,
    },
}

impl Fault {
    /// Whether the subject is to blame.
    pub const fn is_subject(&self) -> bool {
        matches!(
            self,
            Self::NoSubject
                | Self::LinkInSubject
                | Self::Long { subject: true }
                | Self::Unknown { subject: true, .. }
        )
    }
}

/// The blanks, in both languages, with what the Vietnamese one becomes for a person: for whoever writes a text.
pub fn examples(campaign: &Campaign, to: To<'_>, link: &str) -> Vec<([&'static str; 2], String)> {
    let of = |blank: &str| {
        let letter = Letter { subject: String::new(), text: blank.to_owned() };
        fill(&letter, campaign, to, link).text
    };
    BLANKS.into_iter().map(|pair| (pair, of(pair.first().copied().unwrap_or_default()))).collect()
}

/// What is wrong with a subject and a text.
pub fn check(letter: &Letter) -> Vec<Fault> {
    let known: Vec<&str> = BLANKS.iter().flatten().copied().collect();
    let mut faults = Vec::new();
    if letter.subject.trim().is_empty() {
        faults.push(Fault::NoSubject);
    }
    if letter.subject.chars().count() > SUBJECT {
        faults.push(Fault::Long { subject: true });
    }
    if LINK.iter().any(|link| letter.subject.contains(link)) {
        faults.push(Fault::LinkInSubject);
    }
    if letter.text.chars().count() > TEXT {
        faults.push(Fault::Long { subject: false });
    }
    for (subject, text) in [(true, &letter.subject), (false, &letter.text)] {
        for blank in blanks::unknown(text, &known) {
            faults.push(Fault::Unknown { subject, blank: blank.to_owned() });
        }
    }
    if !LINK.iter().any(|link| letter.text.contains(link)) {
        faults.push(Fault::NoLink);
    }
    let lower = letter.text.to_lowercase();
    let other = lower
        .split_whitespace()
        .find(|word| word.contains("://") || word.contains("www.") || word.contains("mailto:"));
    if let Some(address) = other {
        faults.push(Fault::OtherLink { address: address.to_owned() });
    }
    faults
}

/// The usual words: Vietnamese first, English below.
pub fn usual(kind: Kind) -> Letter {
    let part = |lang: Lang| {
        let m = lang.messages();
        match kind {
            Kind::Invitation => fl!(m, "outbox-usual-invitation"),
            Kind::Reminder => fl!(m, "outbox-usual-reminder"),
        }
    };
    let m = Lang::VI.messages();
    Letter {
        subject: match kind {
            Kind::Invitation => fl!(m, "outbox-usual-invitation-subject"),
            Kind::Reminder => fl!(m, "outbox-usual-reminder-subject"),
        },
        text: format!("{}\n\n---\n\n{}\n", part(Lang::VI).trim_end(), part(Lang::EN).trim_end()),
    }
}

/// The words for one person. A line that says where to ask is left out if nothing says so, and the office, with the comma
/// before it, if the list has none.
pub fn fill(letter: &Letter, campaign: &Campaign, to: To<'_>, link: &str) -> Letter {
    let notice = campaign.notice.as_ref();
    let contact = courtesy::contact(notice);
    let title = to.title.map(|title| one_line(title).trim().to_owned()).filter(|title| !title.is_empty());
    let facts = [Lang::VI, Lang::EN].map(|lang| {
        let nobody = fl!(lang.messages(), "outbox-nobody");
        [
            courtesy::dear(lang, to.name, title.as_deref()),
            to.name.map_or(nobody, one_line),
            title.clone().unwrap_or_default(),
            one_line(lang.pick(&campaign.title)),
            moment(campaign.opens, lang),
            courtesy::closing(lang, campaign.closes),
            courtesy::until(lang, campaign.closes),
            link.to_owned(),
            courtesy::sender(lang, notice),
            contact.clone(),
        ]
    });
    let values: Vec<(&str, &str)> = facts
        .iter()
        .enumerate()
        .flat_map(|(n, facts)| {
            BLANKS.iter().zip(facts).filter_map(move |(pair, value)| Some((*pair.get(n)?, value.as_str())))
        })
        .collect();
    let mut text = letter.text.clone();
    if contact.is_empty() {
        text = text
            .split_inclusive('\n')
            .filter(|line| {
                // Whatever else is missing, nobody gets a letter without the link.
                let holds = |blanks: &[&str]| blanks.iter().any(|blank| line.contains(blank));
                !holds(&CONTACT) || holds(&LINK)
            })
            .collect();
    }
    if title.is_none() {
        text = without_title(&text);
    }
    Letter {
        subject: one_line(&blanks::fill(&without_empty(&letter.subject, &title, &contact), &values)),
        text: blanks::fill(&text, &values),
    }
}

/// A subject has one line: what there is nothing for goes, and the rest stays.
fn without_empty(subject: &str, title: &Option<String>, contact: &str) -> String {
    let mut subject = if title.is_none() { without_title(subject) } else { subject.to_owned() };
    if contact.is_empty() {
        for blank in CONTACT {
            subject = subject.replace(blank, "");
        }
    }
    subject
}

/// A text whose blanks for the office are gone, with what joins them to the name, and lines that held nothing else.
fn without_title(text: &str) -> String {
    let mut left = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if !TITLE.iter().any(|blank| line.contains(blank)) {
            left.push_str(line);
            continue;
        }
        let mut line = line.to_owned();
        for blank in TITLE {
            for joined in [", ", " – ", " - ", " ", ""] {
                line = line.replace(&format!("{joined}{blank}"), "");
            }
        }
        if !line.trim().is_empty() {
            left.push_str(&line);
        }
    }
    left
}

/// A text without line breaks and control characters, so that no name adds a header (security test A-13).
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn moment(milliseconds: i64, lang: Lang) -> String {
    let format = if lang == Lang::VI { "%H:%M ngày %d/%m/%Y" } else { "%H:%M on %-d %B %Y" };
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(
        |_| String::new(),
        |t| t.to_zoned_datetime(clock::province()).strftime(format).to_string(),
    )
}

/// The same words as HTML: paragraphs, the link as a link, a line of dashes as a rule. No script, no picture, no style from
/// elsewhere.
pub fn html(letter: &Letter, link: &str) -> String {
    html! {
        (DOCTYPE)
        html lang="vi" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                title { (letter.subject) }
            }
            body style="margin:0;padding:24px 16px;background:#fff;color:#1b1b1b;font:17px/1.55 Arial,'Noto Sans',sans-serif" {
                div style="max-width:36em;margin:0 auto" { (body(&letter.text, link)) }
            }
        }
    }
    .into_string()
}

/// The paragraphs of a text that is filled in.
pub fn body(text: &str, link: &str) -> Markup {
    let text = text.replace("\r\n", "\n");
    html! {
        @for paragraph in text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
            @if paragraph.chars().all(|c| c == '-') {
                hr;
            } @else {
                p {
                    @for (n, line) in paragraph.lines().enumerate() {
                        @if n > 0 { br; }
                        @for (n, piece) in line.split(link).enumerate() {
                            @if n > 0 && !link.is_empty() { a href=(link) { strong { (link) } } }
                            (piece)
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A campaign whose title tries to add a header.
    pub fn campaign() -> Campaign {
        Campaign {
            slug: "can-bo".to_owned(),
            definition: "officials".to_owned(),
            version: "2026.1".to_owned(),
            sha256: String::new(),
            form: "local".to_owned(),
            by_link: true,
            title: [
                ("vi".to_owned(), "Khảo sát\r\nBcc: x@evil".to_owned()),
                ("en".to_owned(), "Survey".to_owned()),
            ]
            .into(),
            opens: 0,
            closes: 1_798_736_400_000,
            target: None,
            demonstration: false,
            minimum_answers: None,
            previous: None,
            languages: Vec::new(),
            notice: None,
            state: crate::organisation::State::Active,
        }
    }

    const URL: &str = "https://k.example/m/abc";

    #[test]
    fn a_13_the_usual_words_are_complete_in_both_languages_with_one_link() {
        for kind in Kind::ALL {
            let usual = usual(kind);
            assert_eq!(check(&usual), []);
            let to = To { name: Some("An\r\nBcc: y@evil"), title: Some("Chủ tịch\r\nBcc: z@evil") };
            let filled = fill(&usual, &campaign(), to, URL);
            assert!(!filled.subject.contains(['\r', '\n', '[']), "{}", filled.subject);
            assert!(!filled.text.contains("\nBcc:") && !filled.text.contains(['[', '\r']), "{}", filled.text);
            let links: Vec<&str> =
                filled.text.split_whitespace().filter(|word| word.contains("://")).collect();
            assert_eq!(links, [URL, URL], "one link, in either language");
            assert!(filled.text.contains("hết ngày 31/12/2026") && filled.text.contains("31 December 2026"));
            let page = html(&filled, URL);
            assert_eq!(page.matches("href=").count(), 2);
            assert!(!page.contains("src=") && !page.contains("url(") && !page.contains("<script"));
        }
    }

    #[test]
    fn who_writes_and_where_to_ask_stand_below_and_nothing_is_left_open_that_is_not_known() {
        let mut campaign = campaign();
        let to = To { name: Some("Nguyễn Văn Minh"), title: Some("Giám đốc Sở Nội vụ") };
        for kind in Kind::ALL {
            let bare = fill(&usual(kind), &campaign, To { title: None, ..to }, URL);
            assert!(bare.text.starts_with("Kính gửi: Ông/Bà Nguyễn Văn Minh\n"), "{}", bare.text);
            assert!(!bare.text.contains("iên hệ"), "nobody to ask: no line about it: {}", bare.text);
        }
        campaign.notice = Some(crate::organisation::Notice {
            responsible: [("vi".to_owned(), "Sở Nội vụ tỉnh Bình Định".to_owned())].into(),
            phone: Some("0256 3822 123".to_owned()),
            email: Some("hoi@binhdinh.example".to_owned()),
            ..Default::default()
        });
        for kind in Kind::ALL {
            let whole = fill(&usual(kind), &campaign, to, URL);
            assert!(whole.text.starts_with("Kính gửi: Ông/Bà Nguyễn Văn Minh, Giám đốc Sở Nội vụ\n"));
            let (vietnamese, english) = whole.text.split_once("---").unwrap();
            for (part, name) in
                [(vietnamese, "Sở Nội vụ tỉnh Bình Định"), (english, "Sở Nội vụ tỉnh Bình Định")]
            {
                let (_, end) = part.rsplit_once(&format!("\n{name}\n")).unwrap();
                assert!(end.contains("0256 3822 123 · hoi@binhdinh.example"), "{part}");
            }
            assert!(html(&whole, URL).contains("0256 3822 123 · hoi@binhdinh.example"));
        }
        let own = Letter {
            subject: "Mời [họ tên], [chức vụ]".to_owned(),
            text: "Kính gửi: [họ tên], [chức vụ]\n[chức vụ]\nTrước [đóng], hỏi [liên hệ]\n[link]".to_owned(),
        };
        assert_eq!(check(&own), []);
        let filled = fill(&own, &campaign, To { title: Some(" "), ..to }, URL);
        assert_eq!(filled.subject, "Mời Nguyễn Văn Minh");
        assert!(
            filled.text.starts_with("Kính gửi: Nguyễn Văn Minh\nTrước 24:00 ngày 31/12/2026, hỏi 0256"),
            "{}",
            filled.text
        );
    }

    #[test]
    fn a_text_without_its_link_or_with_another_one_is_refused() {
        let with =
            |subject: &str, text: &str| check(&Letter { subject: subject.to_owned(), text: text.to_owned() });
        assert_eq!(with("Mời", "Kính gửi [họ tên]"), [Fault::NoLink]);
        assert_eq!(with("Mời", "[link]"), []);
        assert_eq!(with(" ", "[liên kết]"), [Fault::NoSubject]);
        assert_eq!(with("[liên kết]", "[liên kết]"), [Fault::LinkInSubject]);
        let other = with("Mời", "[liên kết] và HTTPS://evil.example/x");
        assert_eq!(other, [Fault::OtherLink { address: "https://evil.example/x".to_owned() }]);
        let slip = with("Mời [tên]", "[liên kết]");
        assert_eq!(slip, [Fault::Unknown { subject: true, blank: "[tên]".to_owned() }]);
        let long = with(&"a".repeat(SUBJECT + 1), &format!("[liên kết]{}", "b".repeat(TEXT)));
        assert_eq!(long, [Fault::Long { subject: true }, Fault::Long { subject: false }]);
    }

    #[test]
    fn h_01_what_people_typed_is_text_in_the_html() {
        let letter = Letter {
            subject: "<b>".to_owned(),
            text: format!("Dòng 1 <img src=x>\nDòng 2\n\n---\n\n{URL}"),
        };
        let page = html(&letter, URL);
        assert!(page.contains("&lt;img src=x&gt;<br>Dòng 2") && page.contains("<hr>"), "{page}");
        assert!(page.contains(&format!("<a href=\"{URL}\"><strong>{URL}</strong></a>")));
    }
}
