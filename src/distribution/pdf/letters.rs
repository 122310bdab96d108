//! Letters to invited persons, a page each, and their address labels.

use i18n_embed_fl::fl;
use serde_json::{Value, json};

use super::{PdfError, Templates, language_code, render};
use crate::{
    distribution::{address, courtesy, qr},
    language::Lang,
    questionnaire::text,
    short_code,
};

/// A person as written to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// Name; may be empty.
    pub name: String,
    /// Office; may be empty.
    pub title: String,
    /// Name of the unit.
    pub unit: String,
    /// Postal address; may be empty.
    pub address: String,
}

impl Recipient {
    /// The lines of the address field.
    fn lines(&self) -> Vec<String> {
        let lines = [&self.name, &self.title, &self.unit, &self.address];
        lines.into_iter().map(|line| text::clean(line)).filter(|line| !line.is_empty()).collect()
    }
}

/// A letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: Recipient,
    /// The personal link.
    pub url: String,
    /// The short code.
    pub code: String,
}

/// What all letters of a campaign say.
#[derive(Debug, Clone)]
pub struct Letters<'a> {
    /// The language.
    pub lang: Lang,
    /// The campaign's title in that language.
    pub campaign: &'a str,
    /// Who writes.
    pub sender: &'a str,
    /// Where to ask: address, telephone, e-mail; may be empty.
    pub contact: &'a str,
    /// Until when answers are taken, in words.
    pub until: &'a str,
    /// Minutes that answering about one unit takes.
    pub minutes: u32,
    /// Whether a person may judge several units.
    pub several: bool,
    /// Days after closing on which the list is deleted.
    pub days: u32,
    /// Whether staff are told who has not answered.
    pub followed: bool,
    /// Where short codes are typed.
    pub where_to_type: &'a str,
    /// Whether answers given there are invented ones.
    pub demonstration: bool,
    /// The province's logo, PNG.
    pub logo: Option<&'a [u8]>,
}

impl Letters<'_> {
    /// The PDF: a page for each letter in this order.
    ///
    /// # Errors
    /// [`PdfError`].
    pub fn pdf(&self, templates: &Templates, letters: &[Letter]) -> Result<Vec<u8>, PdfError> {
        render(templates, "letter.typ", &self.data(letters)?, self.logo)
    }

    /// What the template gets; `docs/distribution.md` describes it.
    fn data(&self, letters: &[Letter]) -> Result<Value, PdfError> {
        let m = self.lang.messages();
        let sender = text::clean(self.sender);
        let title = text::clean(self.campaign);
        let alt = fl!(m, "lists-letter-qr");
        let pages = letters
            .iter()
            .map(|letter| {
                let (name, title) = (text::clean(&letter.to.name), text::clean(&letter.to.title));
                let salutation = courtesy::dear(self.lang, Some(&name), Some(&title));
                Ok(json!({
                    "to": letter.to.lines(),
                    "salutation": salutation,
                    "code": short_code::printed(&letter.code),
                    "qr": qr::svg(&letter.url)?,
                    "alt": alt,
                }))
            })
            .collect::<Result<Vec<Value>, PdfError>>()?;
        let mut safe = vec![fl!(m, "lists-letter-safe")];
        safe.push(if self.followed {
            fl!(m, "lists-letter-followed")
        } else {
            fl!(m, "lists-letter-not-followed")
        });
        safe.push(fl!(m, "lists-letter-deleted", n = self.days));
        Ok(json!({
            "title": format!("{} – {title}", fl!(m, "lists-letter-title")),
            "author": sender,
            "lang": language_code(self.lang),
            "demonstration": self.demonstration.then(|| fl!(m, "respond-demonstration")),
            "logo": self.logo.map(|_| "logo.png"),
            "sender": sender,
            "contact": text::clean(self.contact),
            "subject": title,
            "invite": if self.several {
                fl!(m, "lists-letter-invite-several", sender = sender.clone(), title = title.clone(),
                    minutes = self.minutes, until = self.until)
            } else {
                fl!(m, "lists-letter-invite", sender = sender.clone(), title = title.clone(),
                    minutes = self.minutes, until = self.until)
            },
            "scan": fl!(m, "lists-letter-scan"),
            "or": fl!(m, "lists-letter-or"),
            "address": address::short(self.where_to_type).split_inclusive('/').collect::<Vec<_>>(),
            "enter": fl!(m, "lists-letter-enter"),
            "once": fl!(m, "lists-letter-once"),
            "safe": safe,
            "thanks": fl!(m, "lists-letter-thanks"),
            "logo-alt": fl!(m, "respond-poster-logo"),
            "letters": pages,
        }))
    }
}

/// Address labels, 21 on a sheet of A4 (63.5 × 38.1 mm), in this order.
///
/// # Errors
/// [`PdfError`].
pub fn labels(
    templates: &Templates,
    lang: Lang,
    campaign: &str,
    recipients: &[Recipient],
) -> Result<Vec<u8>, PdfError> {
    let m = lang.messages();
    let labels: Vec<Vec<String>> = recipients.iter().map(Recipient::lines).collect();
    let title = format!("{} – {}", fl!(m, "lists-labels-title"), text::clean(campaign));
    let data = json!({ "title": title, "lang": language_code(lang), "labels": labels });
    render(templates, "labels.typ", &data, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(name: &str) -> Letter {
        let to = Recipient {
            name: name.to_owned(),
            title: "Giám đốc".to_owned(),
            unit: "Sở Nội vụ".to_owned(),
            address: "35 Lê Lợi, phường Quy Nhơn".to_owned(),
        };
        let (url, code) = ("https://khaosat.example/m/abc".to_owned(), "ABCDE23456".to_owned());
        Letter { to, url, code }
    }

    fn letters(followed: bool) -> Letters<'static> {
        Letters {
            lang: Lang::VI,
            campaign: "Khảo sát lãnh đạo",
            sender: "Sở Nội vụ",
            contact: "",
            until: "hết ngày 31/12/2026",
            minutes: 10,
            several: false,
            days: 30,
            followed,
            where_to_type: "https://khaosat.example/m",
            demonstration: false,
            logo: None,
        }
    }

    #[test]
    fn a_letter_says_what_holds_for_its_campaign() {
        let data = letters(false).data(&[letter("Lê #eval(1) <b>\n\u{202e}An")]).unwrap();
        let page = &data["letters"][0];
        assert_eq!(page["code"], "ABCDE-23456");
        assert_eq!(page["to"].as_array().unwrap().len(), 4);
        assert!(!page["salutation"].as_str().unwrap().contains('\u{202e}'));
        let several = Letters { several: true, ..letters(false) }.data(&[]).unwrap();
        assert!(!data["invite"].as_str().unwrap().contains("mỗi đơn vị"));
        assert!(several["invite"].as_str().unwrap().contains("mỗi đơn vị mất khoảng 10"));
        assert_ne!(data["safe"], letters(true).data(&[]).unwrap()["safe"], "who is followed is told so");
        assert_eq!(data["letters"].as_array().unwrap().len(), 1);
    }

    #[cfg(feature = "pdf")]
    #[test]
    fn letters_and_labels_can_be_set() {
        let templates = Templates::default();
        let pdf = letters(true).pdf(&templates, &[letter("Lê Thị Bình"), letter("")]).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        let to = vec![letter("Nguyễn Thị Hòa").to; 22];
        assert!(labels(&templates, Lang::VI, "Khảo sát", &to).unwrap().starts_with(b"%PDF"));
    }
}
