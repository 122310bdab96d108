//! Choosing a questionnaire, and the settings of a campaign: new, copied, or changed.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase},
    web::{
        admin::setup::new::NewPath,
        auth::session::Staff,
        form::Fields,
        respond::answer::in_language,
        typed,
        views::admin::{
            form::{self, Choice, Field, Form, Line},
            frame,
        },
    },
};

pub use crate::web::admin::setup::Offer;

/// What a settings page shows.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// Language.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a Staff,
    /// Its fields.
    pub form: Form<'a>,
    /// The questionnaire; absent where it is not at hand any more.
    pub offer: Option<&'a Offer>,
    /// The other campaigns, the latest first.
    pub others: &'a [&'a Campaign],
    /// Where it is sent.
    pub action: &'a str,
    /// What the fields would hold if the page were opened now.
    pub base: Option<&'a Fields>,
    /// Whether there is a code for leaving tablets.
    pub has_kiosk_code: bool,
    /// What comes of it.
    pub way: Way<'a>,
}

/// What comes of the settings.
#[derive(Debug, Clone, Copy)]
pub enum Way<'a> {
    /// A new campaign.
    New,
    /// A copy.
    Copy {
        /// Title of what is copied.
        from: &'a str,
        /// Its slug.
        slug: &'a str,
        /// Its counters.
        counters: usize,
        /// Persons it invited, who are not copied.
        invited: usize,
    },
    /// A change.
    Edit {
        /// The campaign as it is.
        campaign: &'a Campaign,
        /// Where it is.
        phase: Phase,
        /// Whether anybody has answered.
        answered: bool,
        /// What has just been done.
        done: Option<&'a str>,
        /// The page.
        tab: Tab,
    },
}

/// Most minutes of a form that people answer on their phones while they wait.
const AT_THE_COUNTER: u32 = 5;

/// The page that asks for the questionnaire. `units`: whether there are any.
pub fn choose(lang: Lang, staff: &Staff, offers: &[Offer], units: bool) -> Markup {
    let m = lang.messages();
    let content = html! {
        (form::purpose(&fl!(m, "desk-choose-purpose")))
        @if !units {
            p.note {
                (fl!(m, "desk-choose-no-units")) " "
                a href=(in_language("/admin/units/import", lang)) { (fl!(m, "desk-units-import-first")) }
            }
        }
        @for (at_counters, heading) in [(true, fl!(m, "desk-choose-citizens")), (false, fl!(m, "desk-choose-officials"))] {
            @if offers.iter().any(|offer| offer.at_counters == at_counters) {
                h2 { (heading) }
                ul.offers {
                    @for offer in offers.iter().filter(|offer| offer.at_counters == at_counters) {
                        li { (card(lang, offer)) }
                    }
                }
            }
        }
    };
    let title = fl!(m, "desk-choose-title");
    let path = NewPath.to_string();
    frame::page(&head::frame_of(lang, &title, &path, staff), &content)
}

fn card(lang: Lang, offer: &Offer) -> Markup {
    let m = lang.messages();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("form", &offer.name);
    if lang != Lang::VI {
        query.append_pair("lang", lang.code());
    }
    html! {
        a href={ (NewPath.to_string()) "?" (query.finish()) } { (offer.title) }
        p.hint { (facts(lang, offer)) }
        @if offer.at_counters {
            p.hint {
                @if offer.minutes <= AT_THE_COUNTER { (fl!(m, "desk-choose-short")) } @else { (fl!(m, "desk-choose-long")) }
            }
        }
        p.hint { (fl!(m, "desk-choose-target", target = typed::percent_text(offer.target))) }
    }
}

fn facts(lang: Lang, offer: &Offer) -> String {
    let (questions, minutes) = (offer.questions, offer.minutes);
    let languages = offer.languages.iter().map(|code| named(code)).collect::<Vec<_>>().join(", ");
    fl!(lang.messages(), "desk-choose-facts", questions = questions, minutes = minutes, languages = languages)
}

/// The page of the settings.
pub fn page(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let action = in_language(sheet.action, lang);
    let at_counters = sheet.offer.is_none_or(|offer| offer.at_counters);
    let fields = html! {
        (questionnaire(sheet)) (languages(sheet)) (names(sheet)) (period(sheet)) (thresholds(sheet)) (notice(sheet)) @if at_counters { (tablets(sheet)) }
        (end(sheet))
    };
    let body = html! {
        .beside {
            div { (form.post(&action, sheet.base, &fields)) }
            @if let Some(offer) = sheet.offer { (phone(lang, offer)) }
        }
    };
    match sheet.way {
        Way::New => {
            let title = fl!(m, "desk-new-title");
            let path = NewPath.to_string();
            let content = html! {
                (form::back(&in_language(&path, lang), &fl!(m, "desk-new-back")))
                (form::purpose(&if at_counters { fl!(m, "desk-new-purpose") } else { fl!(m, "desk-link-new-purpose") }))
                (form.summary()) (body)
            };
            // In another language it is the same form that was chosen.
            let chosen = sheet.offer.map(|offer| {
                let query =
                    form_urlencoded::Serializer::new(String::new()).append_pair("form", &offer.name).finish();
                format!("{path}?{query}")
            });
            let here = chosen.as_deref().unwrap_or(&path);
            frame::page(&head::frame_of(lang, &title, here, sheet.staff), &content)
        }
        Way::Copy { from, slug, counters, invited } => {
            let title = fl!(m, "desk-copy-title");
            let content = html! {
                (form::back(&in_language(&format!("/admin/campaigns/{slug}"), lang), from))
                (form::purpose(&if at_counters {
                    fl!(m, "desk-copy-purpose", from = from, n = counters)
                } else {
                    fl!(m, "desk-link-copy-purpose", from = from)
                }))
                @if invited > 0 { p.note { (fl!(m, "desk-copy-invited", n = invited)) } }
                (form.summary()) (body)
            };
            frame::page(&head::frame_of(lang, &title, sheet.action, sheet.staff), &content)
        }
        Way::Edit { campaign, phase, done, tab, .. } => {
            let head = Head { lang, staff: sheet.staff, campaign, phase, tab };
            let content = html! {
                @if let Some(done) = done { (head::done(&head, done)) }
                (form::purpose(&fl!(m, "desk-settings-purpose"))) (form.summary()) (body)
            };
            head::page(&head, &content)
        }
    }
}

/// The questionnaire in a phone.
fn phone(lang: Lang, offer: &Offer) -> Markup {
    let m = lang.messages();
    html! {
        aside.phone aria-labelledby="phone-title" {
            h2 #phone-title { (fl!(m, "desk-phone")) }
            p.hint { (fl!(m, "desk-phone-hint")) }
            iframe src={ "/admin/preview/" (offer.name) } title=(fl!(m, "desk-phone")) sandbox="" loading="lazy" {}
        }
    }
}

/// Why something cannot be changed any more.
fn fixed(sheet: &Sheet<'_>) -> Option<String> {
    let m = sheet.lang.messages();
    match sheet.way {
        Way::Edit { answered: true, .. } => Some(fl!(m, "desk-fixed-answered")),
        Way::Edit { phase, .. } if phase != Phase::Draft => Some(fl!(m, "desk-fixed-open")),
        Way::New | Way::Copy { .. } | Way::Edit { .. } => None,
    }
}

fn questionnaire(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let label = fl!(m, "desk-settings-form");
    let fixed = fixed(sheet);
    html! {
        .block {
            h2 { (fl!(m, "desk-settings-what")) }
            .field.wrong[form.faults.iter().any(|fault| fault.field == "form")] {
                p.label #(form::id("form")) { (label) }
                @for fault in form.faults.iter().filter(|fault| fault.field == "form") { p.fault { (fault.words) } }
                @if let Some(offer) = sheet.offer {
                    p.kept { (offer.title) }
                    p.hint { (facts(lang, offer)) }
                } @else { p.kept { (form.values.one("form").unwrap_or_default()) } }
                @if let Some(why) = &fixed { p.fixed { (why) } }
                @else { input type="hidden" name="form" value=(form.values.one("form").unwrap_or_default()); }
            }
        }
    }
}

fn names(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (title, hint) = (fl!(m, "desk-settings-title"), fl!(m, "desk-settings-title-hint"));
    let (title_en, hint_en) = (fl!(m, "desk-settings-title-en"), fl!(m, "desk-settings-title-en-hint"));
    let (slug, slug_hint) = (fl!(m, "desk-settings-slug"), fl!(m, "desk-settings-slug-hint"));
    html! {
        .block {
            h2 { (fl!(m, "desk-settings-name")) }
            (form.line(&Field { name: "title.vi", label: &title, hint: Some(&hint), ..Field::default() }, Line::Text))
            .only-en {
                (form.line(
                    &Field { name: "title.en", label: &title_en, hint: Some(&hint_en), optional: true, ..Field::default() },
                    Line::Text,
                ))
            }
            @if !matches!(sheet.way, Way::Edit { .. }) {
                (form.line(
                    &Field { name: "slug", label: &slug, hint: Some(&slug_hint), optional: true, ..Field::default() },
                    Line::Code,
                ))
            }
        }
    }
}

fn period(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (opens, closes) = (fl!(m, "desk-settings-opens"), fl!(m, "desk-settings-closes"));
    let (opens_hint, closes_hint) = (fl!(m, "desk-settings-opens-hint"), fl!(m, "desk-settings-closes-hint"));
    html! {
        .block {
            h2 { (fl!(m, "desk-settings-period")) }
            (form.moment(&Field { name: "opens", label: &opens, hint: Some(&opens_hint), ..Field::default() }))
            (form.moment(&Field { name: "closes", label: &closes, hint: Some(&closes_hint), ..Field::default() }))
        }
    }
}

/// The languages that people may choose from; the first one of the questionnaire is always there. Nothing where there is
/// no other.
fn languages(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let spoken: Vec<&str> = sheet.offer.map_or_else(Vec::new, |offer| {
        let known = offer.languages.iter().map(String::as_str);
        known.filter(|code| Lang::find_for_respondents(code).is_some()).collect()
    });
    let Some((first, more)) = spoken.split_first().filter(|(_, more)| !more.is_empty()) else {
        return html! {};
    };
    let labels: Vec<(&str, String)> = more.iter().map(|code| (*code, named(code))).collect();
    let choices: Vec<Choice<'_>> =
        labels.iter().map(|(code, label)| Choice { value: code, label, hint: None }).collect();
    let (label, hint) = (fl!(m, "desk-languages"), fl!(m, "desk-languages-hint", first = named(first)));
    // Nothing chosen yet means every language.
    let all = Fields::of(spoken.iter().map(|code| ("languages", *code)));
    let decided = form.values.has("languages") || form.values.has("speaks");
    let shown = if decided { form.values } else { &all };
    let ticked = Form { values: shown, ..form };
    html! {
        .block {
            h2 { (fl!(m, "desk-languages-title")) }
            input type="hidden" name="speaks" value=(spoken.join(" "));
            (ticked.checks(
                &Field { name: "languages", label: &label, hint: Some(&hint), ..Field::default() },
                &choices,
            ))
        }
    }
}

/// A language by its own name.
fn named(code: &str) -> String {
    Lang::find_for_respondents(code)
        .map_or_else(|| code.to_owned(), |of| fl!(of.messages(), "respond-language-name"))
}

fn thresholds(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (target, minimum) = (fl!(m, "desk-settings-target-label"), fl!(m, "desk-settings-minimum-label"));
    let target_hint = sheet.offer.map_or_else(
        || fl!(m, "desk-settings-target-none"),
        |offer| fl!(m, "desk-settings-target-hint", target = typed::percent_text(offer.target)),
    );
    let minimum_hint = fl!(m, "desk-settings-minimum-hint");
    let (previous, previous_hint) = (fl!(m, "desk-settings-previous"), fl!(m, "desk-settings-previous-hint"));
    let none = fl!(m, "desk-settings-previous-none");
    let mut options: Vec<(&str, &str)> = vec![("", &none)];
    options.extend(sheet.others.iter().map(|other| (other.slug.as_str(), lang.pick(&other.title))));
    let (trial, trial_hint) =
        (fl!(m, "desk-settings-demonstration"), fl!(m, "desk-settings-demonstration-hint"));
    let fixed = fixed(sheet);
    let optional =
        |name, label, hint| Field { name, label, hint: Some(hint), optional: true, ..Field::default() };
    html! {
        .block {
            h2 { (fl!(m, "desk-settings-thresholds")) }
            (form.line(&optional("target", &target, &target_hint), Line::Percent))
            (form.line(&optional("minimum", &minimum, &minimum_hint), Line::Number))
            (form.select(&optional("previous", &previous, &previous_hint), &options))
            @if fixed.is_none() { input type="hidden" name="demonstrates" value=""; }
            (form.check(&Field {
                name: "demonstration",
                label: &trial,
                hint: Some(&trial_hint),
                fixed: fixed.as_deref(),
                ..Field::default()
            }))
        }
    }
}

fn notice(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let english = fl!(m, "desk-in-english");
    let texts = [
        ("responsible", fl!(m, "desk-notice-responsible"), fl!(m, "desk-notice-responsible-hint")),
        ("purpose", fl!(m, "desk-notice-purpose"), fl!(m, "desk-notice-purpose-hint")),
        ("legal_ground", fl!(m, "desk-notice-law"), fl!(m, "desk-notice-law-hint")),
    ];
    let lines = [
        ("notice.address", fl!(m, "desk-notice-address"), None, Line::Text),
        ("notice.email", fl!(m, "desk-notice-email"), None, Line::Email),
        ("notice.phone", fl!(m, "desk-notice-phone"), None, Line::Phone),
        (
            "notice.keep_answers_months",
            fl!(m, "desk-notice-months"),
            Some(fl!(m, "desk-notice-months-hint")),
            Line::Number,
        ),
        (
            "notice.keep_list_days",
            fl!(m, "desk-notice-days"),
            Some(fl!(m, "desk-notice-days-hint")),
            Line::Number,
        ),
    ];
    html! {
        .block {
            h2 { (fl!(m, "desk-notice")) }
            p.hint { (fl!(m, "desk-notice-what")) }
            @for (name, label, hint) in &texts {
                @let (vi, en) = (format!("notice.{name}.vi"), format!("notice.{name}.en"));
                @let label_en = format!("{label} {english}");
                (form.line(&Field { name: &vi, label, hint: Some(hint), optional: true, ..Field::default() }, Line::Text))
                .only-en {
                    (form.line(&Field { name: &en, label: &label_en, optional: true, ..Field::default() }, Line::Text))
                }
            }
            @for (name, label, hint, kind) in &lines {
                (form.line(&Field { name, label, hint: hint.as_deref(), optional: true, ..Field::default() }, *kind))
            }
        }
    }
}

fn tablets(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let label = fl!(m, "desk-kiosk-code");
    let hint =
        if sheet.has_kiosk_code { fl!(m, "desk-kiosk-code-kept") } else { fl!(m, "desk-kiosk-code-hint") };
    let remove = fl!(m, "desk-kiosk-code-remove");
    html! {
        .block {
            h2 { (fl!(m, "desk-kiosk")) }
            (form.line(
                &Field { name: "kiosk_code", label: &label, hint: Some(&hint), optional: true, ..Field::default() },
                Line::Code,
            ))
            @if sheet.has_kiosk_code {
                (form.check(&Field { name: "kiosk_remove", label: &remove, ..Field::default() }))
            }
        }
    }
}

/// What else is decided, and the buttons.
fn end(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let back = |path: &str| in_language(path, lang);
    match sheet.way {
        Way::New => form.buttons(&fl!(m, "desk-new-make"), Some(&back("/admin/campaigns"))),
        Way::Copy { slug, .. } => {
            let (label, hint) = (fl!(m, "desk-copy-strata"), fl!(m, "desk-copy-strata-hint"));
            html! {
                .block {
                    (form.check(&Field { name: "strata", label: &label, hint: Some(&hint), ..Field::default() }))
                }
                (form.buttons(&fl!(m, "desk-copy-make"), Some(&back(&format!("/admin/campaigns/{slug}")))))
            }
        }
        Way::Edit { campaign, .. } => {
            form.buttons(&fl!(m, "desk-save"), Some(&back(&format!("/admin/campaigns/{}", campaign.slug))))
        }
    }
}
