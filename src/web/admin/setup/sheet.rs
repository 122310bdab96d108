//! The fields of a campaign's settings: what they hold, and what is read from them.

use std::collections::BTreeMap;

use i18n_embed_fl::fl;

use crate::{
    apply::{
        desk::{Fault, KioskCode},
        notice as notice_words,
    },
    definition::{Library, model::Kind},
    language::Lang,
    organisation::{
        Campaign, Notice, State, next,
        notice::{PLACEHOLDERS, lacks_dot},
    },
    web::{form::Fields, typed},
};

/// Languages in which the desk's fields ask for texts; what a file gave in others stays.
pub const LANGUAGES: [&str; 2] = ["vi", "en"];

/// A form of a definition as the field `form` names it: `sipas/2026.1/counter`.
pub fn form_name(id: &str, version: &str, form: &str) -> String {
    format!("{id}/{version}/{form}")
}

/// What the fields of a campaign hold.
pub fn fields(campaign: &Campaign) -> Fields {
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut put = |name: &str, value: String| pairs.push((name.to_owned(), value));
    put("form", form_name(&campaign.definition, &campaign.version, &campaign.form));
    put("slug", campaign.slug.clone());
    let (day, time) = typed::beginning(campaign.opens);
    put("opens.day", day);
    put("opens.time", time);
    let (day, time) = typed::ending(campaign.closes);
    put("closes.day", day);
    put("closes.time", time);
    put("target", campaign.target.map(typed::percent_text).unwrap_or_default());
    put("minimum", campaign.minimum_answers.map(|n| n.to_string()).unwrap_or_default());
    put("previous", campaign.previous.clone().unwrap_or_default());
    if campaign.demonstration {
        put("demonstration", "yes".to_owned());
    }
    for language in &campaign.languages {
        put("languages", language.clone());
    }
    let notice = campaign.notice.clone().unwrap_or_default();
    for language in LANGUAGES {
        let of = |texts: &BTreeMap<String, String>| texts.get(language).cloned().unwrap_or_default();
        put(&format!("title.{language}"), of(&campaign.title));
        put(&format!("notice.responsible.{language}"), of(&notice.responsible));
        put(&format!("notice.purpose.{language}"), of(&notice.purpose));
        put(&format!("notice.legal_ground.{language}"), of(&notice.legal_ground));
    }
    put("notice.address", notice.address.unwrap_or_default());
    put("notice.email", notice.email.unwrap_or_default());
    put("notice.phone", notice.phone.unwrap_or_default());
    let number = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
    put("notice.keep_answers_months", number(notice.keep_answers_months));
    put("notice.keep_list_days", number(notice.keep_list_days));
    Fields::of(pairs)
}

/// A campaign of which nothing is decided yet.
pub const fn blank() -> Campaign {
    Campaign {
        slug: String::new(),
        definition: String::new(),
        version: String::new(),
        sha256: String::new(),
        form: String::new(),
        by_link: false,
        title: BTreeMap::new(),
        opens: 0,
        closes: 0,
        target: None,
        demonstration: false,
        minimum_answers: None,
        previous: None,
        notice: None,
        languages: Vec::new(),
        state: State::Draft,
    }
}

/// Reads the fields over `campaign`; fields that were not sent leave it as it is.
pub fn read(lang: Lang, fields: &Fields, campaign: &mut Campaign) -> Vec<Fault> {
    let m = lang.messages();
    let mut faults = Vec::new();
    let sent = |name: &str| fields.one(name).map(str::trim);
    if let Some(form) = sent("form") {
        let parts: Vec<&str> = form.split('/').collect();
        if let [id, version, form] = parts.as_slice() {
            (campaign.definition, campaign.version, campaign.form) =
                ((*id).to_owned(), (*version).to_owned(), (*form).to_owned());
        } else {
            faults.push(Fault::new("form", fl!(m, "desk-settings-form-missing")));
        }
    }
    if let Some(slug) = sent("slug") {
        campaign.slug = slug.to_lowercase();
    }
    texts(fields, "title", &mut campaign.title);
    if !campaign.title.contains_key("vi") || !fields.has("title.vi") {
        faults.push(Fault::new("title.vi", fl!(m, "desk-settings-title-missing")));
    }
    let shown = [typed::beginning(campaign.opens), typed::ending(campaign.closes)];
    for ((name, moment), shown) in
        [("opens", &mut campaign.opens), ("closes", &mut campaign.closes)].into_iter().zip(shown)
    {
        let (day, time) = (format!("{name}.day"), format!("{name}.time"));
        let label =
            if name == "opens" { fl!(m, "desk-settings-opens") } else { fl!(m, "desk-settings-closes") };
        let Some((typed_day, typed_time)) = sent(&day).zip(sent(&time)) else { continue };
        // Files may give seconds, which no field shows: what was not touched stays exactly what it is.
        if *moment != 0 && (typed_day, typed_time) == (shown.0.as_str(), shown.1.as_str()) {
            continue;
        }
        if typed::day(typed_day).is_none() {
            faults.push(Fault::new(day, typed::no_day(lang, &label, typed_day)));
        } else if let Some(typed) = typed::moment(typed_day, typed_time) {
            *moment = typed;
        } else {
            faults.push(Fault::new(time, fl!(m, "desk-settings-time", field = label)));
        }
    }
    if let Some(target) = sent("target") {
        campaign.target = typed::percent(target).filter(|share| *share > 0.0);
        if campaign.target.is_none() && !target.is_empty() {
            faults.push(Fault::new("target", fl!(m, "desk-settings-target")));
        }
    }
    if let Some(minimum) = sent("minimum") {
        campaign.minimum_answers = small(minimum).filter(|n| *n >= 5);
        if campaign.minimum_answers.is_none() && !minimum.is_empty() {
            faults.push(Fault::new("minimum", fl!(m, "desk-settings-minimum")));
        }
    }
    if let Some(previous) = sent("previous") {
        campaign.previous = Some(previous.to_owned()).filter(|slug| !slug.is_empty());
    }
    // A box that is not ticked is not sent: the slug's field says that the form was there.
    if fields.has("title.vi") && fields.has("demonstrates") {
        campaign.demonstration = fields.one("demonstration") == Some("yes");
    }
    // The first language is no choice. Whoever leaves every other one ticked means all, those that come later too.
    if let Some(offered) = fields.one("speaks") {
        let ticked = |code: &str| fields.all("languages").any(|chosen| chosen == code);
        let all: Vec<&str> = offered.split_whitespace().collect();
        let chosen: Vec<String> = all
            .iter()
            .enumerate()
            .filter(|(n, code)| *n == 0 || ticked(code))
            .map(|(_, code)| (*code).to_owned())
            .collect();
        campaign.languages = if chosen.len() == all.len() { Vec::new() } else { chosen };
    }
    read_notice(lang, fields, campaign, &mut faults);
    faults
}

fn read_notice(lang: Lang, fields: &Fields, campaign: &mut Campaign, faults: &mut Vec<Fault>) {
    let m = lang.messages();
    if !fields.has("notice.responsible.vi") {
        return;
    }
    let mut notice = campaign.notice.clone().unwrap_or_default();
    texts(fields, "notice.responsible", &mut notice.responsible);
    texts(fields, "notice.purpose", &mut notice.purpose);
    texts(fields, "notice.legal_ground", &mut notice.legal_ground);
    let allowed: [(&str, &BTreeMap<String, String>, &[&str]); 3] = [
        ("responsible", &notice.responsible, &[]),
        ("purpose", &notice.purpose, &PLACEHOLDERS),
        ("legal_ground", &notice.legal_ground, &[]),
    ];
    for (name, texts, allowed) in allowed {
        let stray = |text: &String| notice_words::stray(lang, text, allowed);
        let wrong = texts.iter().filter_map(|(language, text)| Some((language, stray(text)?)));
        faults.extend(wrong.map(|(language, words)| Fault::new(format!("notice.{name}.{language}"), words)));
    }
    let line =
        |name: &str| fields.one(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    notice.address = line("notice.address");
    notice.email = line("notice.email");
    notice.phone = line("notice.phone");
    if let Some(email) = notice.email.as_deref().filter(|email| lacks_dot(email)) {
        faults.push(Fault::new("notice.email", fl!(m, "apply-email-dot", email = email)));
    }
    for (name, label, number) in [
        ("notice.keep_answers_months", fl!(m, "desk-notice-months"), &mut notice.keep_answers_months),
        ("notice.keep_list_days", fl!(m, "desk-notice-days"), &mut notice.keep_list_days),
    ] {
        let Some(typed) = fields.one(name).map(str::trim) else { continue };
        *number = small(typed);
        if number.is_none() && !typed.is_empty() {
            faults.push(Fault::new(name, fl!(m, "desk-settings-number", field = label)));
        }
    }
    campaign.notice = Some(notice).filter(|notice| *notice != Notice::default());
}

/// Takes over the texts of the desk's languages; an empty field takes one away.
fn texts(fields: &Fields, field: &str, texts: &mut BTreeMap<String, String>) {
    let typed = |language: &str| {
        let typed = fields.one(&format!("{field}.{language}"))?;
        Some(typed.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    // English that the campaign does not offer stands in a field that nobody sees: it goes along with the Vietnamese.
    let unseen = fields.has("speaks") && !fields.all("languages").any(|code| code == "en");
    let emptied = typed("vi").is_some_and(|text| text.is_empty());
    for language in LANGUAGES {
        let Some(typed) = typed(language) else { continue };
        if typed.is_empty() || language == "en" && unseen && emptied {
            texts.remove(language);
        } else {
            texts.insert(language.to_owned(), typed);
        }
    }
}

fn small(typed: &str) -> Option<u32> {
    typed::whole(typed).and_then(|n| u32::try_from(n).ok())
}

/// What the fields of the tablets' code ask for.
pub fn kiosk_code(fields: &Fields) -> KioskCode {
    match fields.one("kiosk_code").map(str::trim) {
        Some(code) if !code.is_empty() => KioskCode::Set(code.to_owned()),
        _ if fields.one("kiosk_remove") == Some("yes") => KioskCode::Remove,
        _ => KioskCode::Keep,
    }
}

/// A slug for a new campaign: what was typed, else one made from its title.
pub fn slug(lang: Lang, campaign: &mut Campaign, taken: &[&str], faults: &mut Vec<Fault>) {
    let m = lang.messages();
    if campaign.slug.is_empty() {
        let title = campaign.title.get("vi").map_or("", String::as_str);
        campaign.slug = next::slug(title, taken);
    } else if campaign.slug == next::RESERVED || taken.contains(&campaign.slug.as_str()) {
        let words = fl!(m, "desk-campaign-slug-taken", slug = campaign.slug.as_str());
        faults.push(Fault::new("slug", words));
    }
}

/// A form that campaigns can be made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Offer {
    /// As the field `form` names it.
    pub name: String,
    /// Title in the reader's language.
    pub title: String,
    /// Definition, version and form as files name them.
    pub code: String,
    /// Questions.
    pub questions: usize,
    /// Of these, where people write what they like.
    pub texts: usize,
    /// Minutes that it takes.
    pub minutes: u32,
    /// Languages.
    pub languages: Vec<String>,
    /// Whether it is for citizens at counters; else for officials by personal links.
    pub at_counters: bool,
    /// The target, 0..1.
    pub target: f64,
    /// The smallest cell published.
    pub minimum: Option<u32>,
}

/// The forms of the newest versions, those for counters and then the shortest first, and `kept` where it is another one.
pub fn offers(lang: Lang, library: &Library, kept: &str) -> Vec<Offer> {
    let mut offers: Vec<Offer> = Vec::new();
    for entry in library.iter() {
        let definition = &entry.definition;
        let newest = library.newest(&definition.id).is_some_and(|other| other == entry);
        for form in &definition.forms {
            let name = form_name(&definition.id, &definition.version, &form.id);
            if !newest && name != kept {
                continue;
            }
            let Some(offer) = offer(lang, library, &name) else { continue };
            offers.push(offer);
        }
    }
    offers.sort_by_key(|offer| (!offer.at_counters, offer.minutes));
    offers
}

/// The form that the field `form` names.
pub fn offer(lang: Lang, library: &Library, name: &str) -> Option<Offer> {
    let mut parts = name.split('/');
    let (id, version, form) = (parts.next()?, parts.next()?, parts.next()?);
    let definition = &library.get(id, version)?.definition;
    let form = definition.forms.iter().find(|known| known.id == form)?;
    let questionnaire = crate::questionnaire::Questionnaire::generate(definition, &form.id)?;
    let own = form.title.as_ref().unwrap_or(&definition.title);
    let mut languages = definition.languages.clone();
    languages.extend(library.translations(id, version).map(|entry| entry.translation.language.clone()));
    Some(Offer {
        name: name.to_owned(),
        title: lang.pick(own).to_owned(),
        code: format!("{id} {version}, {}", form.id),
        questions: questionnaire.questions.len(),
        texts: questionnaire.questions.iter().filter(|question| question.kind == Kind::Text).count(),
        minutes: questionnaire.minutes,
        languages,
        at_counters: definition.audience == crate::definition::model::Audience::Citizens,
        target: questionnaire.target,
        minimum: definition.index.minimum_answers,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn campaign() -> Campaign {
        let texts = |text: &str| BTreeMap::from([("vi".to_owned(), text.to_owned())]);
        Campaign {
            slug: "sipas-2026-q4".to_owned(),
            definition: "sipas".to_owned(),
            version: "2026.1".to_owned(),
            form: "counter".to_owned(),
            by_link: false,
            title: BTreeMap::from([
                ("vi".to_owned(), "Quý 4".to_owned()),
                ("bahnar".to_owned(), "…".to_owned()),
            ]),
            opens: 1_790_787_600_000,
            closes: 1_798_736_400_000,
            target: Some(0.925),
            minimum_answers: Some(12),
            demonstration: true,
            previous: Some("sipas-2026-q3".to_owned()),
            languages: vec!["vi".to_owned()],
            notice: Some(Notice {
                responsible: texts("Sở Nội vụ"),
                purpose: texts("để phục vụ tốt hơn"),
                keep_answers_months: Some(24),
                ..Notice::default()
            }),
            ..blank()
        }
    }

    #[test]
    fn what_the_fields_hold_is_read_back_as_it_was() {
        let mut fields: Vec<(String, String)> =
            fields(&campaign()).iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        fields.push(("demonstrates".to_owned(), String::new()));
        fields.push(("speaks".to_owned(), "vi en".to_owned()));
        let mut read_back = campaign();
        assert_eq!(read(Lang::VI, &Fields::of(fields), &mut read_back), []);
        assert_eq!(read_back, campaign());
    }

    #[test]
    fn each_mistake_is_told_at_its_field() {
        let fields = Fields::of([
            ("form", ""),
            ("title.vi", "  "),
            ("opens.day", "31/02/2026"),
            ("opens.time", "0:00"),
            ("closes.day", "1/3/2026"),
            ("closes.time", "26h"),
            ("target", "120"),
            ("minimum", "4"),
            ("notice.responsible.vi", ""),
            ("notice.purpose.vi", "về lần làm thủ tục tại {đơn vị}"),
            ("notice.email", "sonoivu@binhdinh"),
            ("notice.keep_answers_months", "hai năm"),
        ]);
        let faults = read(Lang::VI, &fields, &mut blank());
        let at: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(
            at,
            [
                "form",
                "title.vi",
                "opens.day",
                "closes.time",
                "target",
                "minimum",
                "notice.purpose.vi",
                "notice.email",
                "notice.keep_answers_months"
            ]
        );
    }

    #[test]
    fn every_form_that_is_built_in_is_offered_once_and_counters_come_first() {
        let library = Library::built_in().unwrap();
        let offers = offers(Lang::VI, &library, "");
        assert!(offers.len() >= 2 && offers[0].at_counters && !offers[offers.len() - 1].at_counters);
        let mut names: Vec<_> = offers.iter().map(|offer| offer.name.clone()).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), offers.len());
        assert!(offers.iter().all(|offer| offer.questions > 0 && offer.minutes > 0));
    }
}
