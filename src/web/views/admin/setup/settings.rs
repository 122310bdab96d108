//! Choosing a questionnaire, and the settings of a campaign: new, copied, or changed.

use i18n_embed_fl::fl;
use maud::{Markup, html};

use super::head::{self, Head, Tab};
use crate::{
    language::Lang,
    organisation::{Campaign, Phase, State},
    web::{
        admin::setup::{
            new::{NewPath, Proposed},
            preview::CampaignPreviewPath,
        },
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
use crate::web::admin::setup::form_name;

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
    /// The field that somebody comes to mend: where it is folded away, it is not now.
    pub mend: Option<&'a str>,
    /// What is proposed for a new campaign.
    pub proposed: Option<&'a Proposed>,
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
    let citizens = offers.iter().filter(|offer| offer.at_counters).count();
    let officials = offers.len() - citizens;
    let content = html! {
        (form::back(&in_language("/admin/campaigns", lang), &fl!(m, "access-menu-campaigns")))
        (form::purpose(&fl!(m, "desk-choose-purpose")))
        @if !units {
            p.note {
                (fl!(m, "desk-choose-no-units")) " "
                a href=(in_language("/admin/units/import", lang)) { (fl!(m, "desk-units-import-first")) }
            }
        }
        @if citizens > 0 { h2 { (fl!(m, "desk-choose-citizens")) } (cards(lang, offers, true)) }
        // Most campaigns ask citizens, and nobody should read nine questionnaires to find one.
        @if officials > 0 {
            details.fold open[citizens == 0] {
                summary { (fl!(m, "setup-choose-officials", n = officials)) }
                (cards(lang, offers, false))
            }
        }
    };
    let title = fl!(m, "desk-choose-title");
    let path = NewPath.to_string();
    frame::page(&head::frame_of(lang, &title, &path, staff), &content)
}

fn cards(lang: Lang, offers: &[Offer], at_counters: bool) -> Markup {
    let mut offers: Vec<&Offer> = offers.iter().filter(|offer| offer.at_counters == at_counters).collect();
    offers.sort_by_key(|offer| !is_best(offer));
    html! { ul.offers { @for offer in offers { li.best[is_best(offer)] { (card(lang, offer)) } } } }
}

/// The form to take at a counter if nothing speaks for another one: short enough to be answered there, and with every part of
/// the index that concerns the service (docs/questionnaires.md).
fn is_best(offer: &Offer) -> bool {
    offer.at_counters && offer.name.starts_with("sipas/") && offer.name.ends_with("/counter")
}

/// What decides in one line, the button, and all the rest for who wants to read it.
fn card(lang: Lang, offer: &Offer) -> Markup {
    let m = lang.messages();
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.append_pair("form", &offer.name);
    if lang != Lang::VI {
        query.append_pair("lang", lang.code());
    }
    let languages = offer.languages.iter().map(|code| named(code)).collect::<Vec<_>>().join(", ");
    html! {
        @if is_best(offer) { p.tag { (fl!(m, "choose-best")) } }
        h3 { (offer.title) }
        p.hint { (in_one_line(lang, offer)) }
        p {
            a.button.plain[!is_best(offer)] href={ (NewPath.to_string()) "?" (query.finish()) }
                aria-label={ (fl!(m, "choose-this")) ": " (offer.title) } { (fl!(m, "choose-this")) }
        }
        details {
            summary { (fl!(m, "choose-more")) }
            @if let Some(origin) = origin(lang, &offer.name) { p.hint { (origin) } }
            @if offer.at_counters {
                p.hint {
                    @if offer.minutes <= AT_THE_COUNTER { (fl!(m, "desk-choose-short")) } @else { (fl!(m, "desk-choose-long")) }
                }
            }
            p.hint { (fl!(m, "desk-choose-target", target = typed::percent_text(offer.target))) }
            p.hint { (fl!(m, "choose-languages", languages = languages)) }
        }
    }
}

/// Whom it asks, how many questions and how many minutes.
fn in_one_line(lang: Lang, offer: &Offer) -> String {
    let m = lang.messages();
    let whom = match known_form(&offer.name) {
        Some("full") => fl!(m, "choose-whom-full"),
        Some("plan-2022") => fl!(m, "choose-whom-plan"),
        Some("counter" | "pulse") => fl!(m, "choose-whom-counter"),
        _ if offer.at_counters => fl!(m, "choose-whom-citizens"),
        _ => fl!(m, "choose-whom-officials"),
    };
    let closed = offer.questions.saturating_sub(offer.texts);
    fl!(m, "choose-line", whom = whom, questions = closed, minutes = offer.minutes)
}

/// The id of a citizens' form of ours. What a province has changed is another version, of which nothing is known.
fn known_form(name: &str) -> Option<&str> {
    name.strip_prefix("sipas/2026.1/")
}

/// Where a citizens' form of ours comes from, and what it is good for (docs/questionnaires.md).
fn origin(lang: Lang, name: &str) -> Option<String> {
    let m = lang.messages();
    match known_form(name)? {
        "full" => Some(fl!(m, "setup-form-full")),
        "plan-2022" => Some(fl!(m, "setup-form-plan")),
        "counter" | "pulse" => Some(fl!(m, "setup-form-short")),
        _ => None,
    }
}

fn facts(lang: Lang, offer: &Offer) -> String {
    let m = lang.messages();
    let (closed, minutes) = (offer.questions.saturating_sub(offer.texts), offer.minutes);
    let languages = offer.languages.iter().map(|code| named(code)).collect::<Vec<_>>().join(", ");
    if offer.texts == 0 {
        return fl!(m, "desk-choose-facts", questions = closed, minutes = minutes, languages = languages);
    }
    let texts = offer.texts;
    fl!(m, "setup-choose-facts", questions = closed, texts = texts, minutes = minutes, languages = languages)
}

/// The page of the settings.
pub fn page(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let action = in_language(sheet.action, lang);
    let at_counters = sheet.offer.is_none_or(|offer| offer.at_counters);
    let fields = html! {
        (questionnaire(sheet)) (period(sheet)) (notice(sheet))
        (purpose(sheet, at_counters)) (in_other_languages(sheet)) (more(sheet, at_counters))
        (end(sheet))
    };
    let sent = form.post(&action, sheet.base, &fields);
    let taken = form.faults.is_empty() && form.changed.is_empty();
    let body = html! {
        .beside {
            div { @if taken { (sent) } @else { (form::refused(&opened_at(sheet), &sent)) } }
            @if let Some(offer) = sheet.offer { (phone(sheet, offer)) }
        }
    };
    match sheet.way {
        Way::New => {
            let title = fl!(m, "desk-new-title");
            let path = NewPath.to_string();
            let content = html! {
                (form::back(&in_language(&path, lang), &fl!(m, "desk-new-back")))
                (form::purpose(&if at_counters { fl!(m, "desk-new-purpose") } else { fl!(m, "desk-link-new-purpose") }))
                (form.summary()) (drafts(sheet)) (body)
            };
            // In another language it is the same form that was chosen.
            frame::page(&head::frame_of(lang, &title, &address(sheet), sheet.staff), &content)
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

/// The address of the page, in no language: that of a new campaign names the questionnaire that was chosen.
fn address(sheet: &Sheet<'_>) -> String {
    match (sheet.way, sheet.offer) {
        (Way::New, Some(offer)) => {
            let query =
                form_urlencoded::Serializer::new(String::new()).append_pair("form", &offer.name).finish();
            format!("{}?{query}", NewPath)
        }
        _ => sheet.action.to_owned(),
    }
}

fn opened_at(sheet: &Sheet<'_>) -> String {
    in_language(&address(sheet), sheet.lang)
}

/// Drafts of the same questionnaire: who comes back to this page after saving must not take the work for lost, nor do it twice.
fn drafts(sheet: &Sheet<'_>) -> Markup {
    let (lang, m) = (sheet.lang, sheet.lang.messages());
    let of = |campaign: &&&Campaign| {
        let name = form_name(&campaign.definition, &campaign.version, &campaign.form);
        campaign.state == State::Draft && sheet.offer.is_some_and(|offer| offer.name == name)
    };
    html! {
        @for draft in sheet.others.iter().filter(of).take(MOST_DRAFTS) {
            p.note {
                (fl!(m, "setup-draft-there", title = lang.pick(&draft.title))) " "
                a href=(in_language(&format!("/admin/campaigns/{}/settings", draft.slug), lang)) { (fl!(m, "setup-draft-open")) }
            }
        }
    }
}

/// Most drafts that are pointed to.
const MOST_DRAFTS: usize = 3;

/// The questionnaire in a phone: as the campaign asks it, once there is one.
fn phone(sheet: &Sheet<'_>, offer: &Offer) -> Markup {
    let m = sheet.lang.messages();
    let (src, hint) = match sheet.way {
        Way::Edit { campaign, .. } => {
            let path = CampaignPreviewPath { slug: campaign.slug.clone() }.to_string();
            (path, fl!(m, "setup-phone-own"))
        }
        Way::New | Way::Copy { .. } => {
            (format!("/admin/preview/{}", offer.name), fl!(m, "setup-phone-sample"))
        }
    };
    html! {
        aside.phone aria-labelledby="phone-title" {
            h2 #phone-title { (fl!(m, "desk-phone")) }
            p.hint { (hint) }
            // Of the same origin, or its links would come without the session; scripts and forms stay shut off.
            iframe src=(src) title=(fl!(m, "desk-phone")) sandbox="allow-same-origin" loading="lazy" {}
        }
    }
}

/// What most campaigns leave as it is, behind a line that says what it is. It stands open where something in it is wrong,
/// was changed meanwhile, is to be mended, or is `decided` already.
fn fold(sheet: &Sheet<'_>, summary: &str, names: &[&str], decided: bool, content: &Markup) -> Markup {
    let form = sheet.form;
    let of = |field: &str| names.iter().any(|name| field == *name || field.starts_with(&format!("{name}.")));
    let open = decided
        || form.faults.iter().any(|fault| of(&fault.field))
        || form.changed.iter().any(|changed| of(&changed.field))
        || sheet.mend.is_some_and(of);
    html! { details.fold open[open] { summary { (summary) } (content) } }
}

/// Whether one of these fields holds something.
fn filled(form: &Form<'_>, names: &[&str]) -> bool {
    names.iter().any(|name| form.values.all(name).any(|value| !value.is_empty()))
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
            (name(sheet))
        }
    }
}

fn name(sheet: &Sheet<'_>) -> Markup {
    let m = sheet.lang.messages();
    let (title, hint) = (fl!(m, "desk-settings-title"), fl!(m, "desk-settings-title-hint"));
    let hint = match sheet.proposed {
        Some(Proposed { example, .. }) => {
            format!("{hint} {}", fl!(m, "new-title-example", title = example.as_str()))
        }
        None => hint,
    };
    html! {
        (sheet.form.line(&Field { name: "title.vi", label: &title, hint: Some(&hint), ..Field::default() }, Line::Text))
    }
}

fn period(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (opens, closes) = (fl!(m, "desk-settings-opens"), fl!(m, "desk-settings-closes"));
    let (opens_hint, closes_hint) = (fl!(m, "desk-settings-opens-hint"), fl!(m, "desk-settings-closes-hint"));
    let (opens_hint, closes_hint) = match sheet.proposed {
        Some(Proposed { opens, closes, period, due, .. }) => (
            format!("{opens_hint} {}", fl!(m, "new-day-example", day = opens.as_str())),
            format!(
                "{closes_hint} {}",
                fl!(
                    m,
                    "new-closes-why",
                    day = closes.as_str(),
                    period = period.name(lang),
                    due = due.as_str()
                )
            ),
        ),
        None => (opens_hint, closes_hint),
    };
    html! {
        .block {
            h2 { (fl!(m, "desk-settings-period")) }
            (form.moment(&Field { name: "opens", label: &opens, hint: Some(&opens_hint), ..Field::default() }))
            (form.moment(&Field { name: "closes", label: &closes, hint: Some(&closes_hint), ..Field::default() }))
        }
    }
}

/// What is not in Vietnamese: the languages that people may choose from, and the words of the campaign in English.
fn in_other_languages(sheet: &Sheet<'_>) -> Markup {
    let m = sheet.lang.messages();
    let form = sheet.form;
    let english = fl!(m, "desk-in-english");
    let (title, hint) = (fl!(m, "desk-settings-title-en"), fl!(m, "desk-settings-title-en-hint"));
    let texts = [
        ("notice.responsible.en", fl!(m, "desk-notice-responsible")),
        ("notice.purpose.en", fl!(m, "desk-notice-purpose")),
        ("notice.legal_ground.en", fl!(m, "desk-notice-law")),
    ];
    let names =
        ["languages", "title.en", "notice.responsible.en", "notice.purpose.en", "notice.legal_ground.en"];
    // What every campaign offers is no decision; one that names no language at all offers every one.
    let first = sheet.offer.and_then(|offer| offer.languages.first()).map(String::as_str);
    let named = form.values.all("languages").any(|code| Some(code) != first);
    let every = !matches!(sheet.way, Way::New) && !form.values.has("languages") && !form.values.has("speaks");
    let decided = named || every;
    fold(
        sheet,
        &fl!(m, "setup-fold-languages"),
        &names,
        decided,
        &html! {
            (languages(sheet))
            .block.only-en {
                (form.line(
                    &Field { name: "title.en", label: &title, hint: Some(&hint), optional: true, ..Field::default() },
                    Line::Text,
                ))
                @for (name, label) in &texts {
                    @let label = format!("{label} {english}");
                    (form.line(&Field { name, label: &label, optional: true, ..Field::default() }, Line::Text))
                }
            }
        },
    )
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

/// What a campaign may leave to the questionnaire.
fn more(sheet: &Sheet<'_>, at_counters: bool) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (slug, hint) = (fl!(m, "desk-settings-slug"), fl!(m, "desk-settings-slug-hint"));
    let asks_slug = !matches!(sheet.way, Way::Edit { .. });
    let names = ["slug", "target", "minimum", "previous", "demonstration", "kiosk_code", "kiosk_remove"];
    // The slug of a copy is proposed, and what it is compared with is decided.
    let decided = filled(&form, &["target", "minimum", "previous", "demonstration", "kiosk_code"])
        || !matches!(sheet.way, Way::New) && asks_slug;
    let summary = if at_counters { fl!(m, "setup-fold-more") } else { fl!(m, "setup-fold-more-link") };
    fold(
        sheet,
        &summary,
        &names,
        decided,
        &html! {
            @if asks_slug {
                .block {
                    (form.line(
                        &Field { name: "slug", label: &slug, hint: Some(&hint), optional: true, ..Field::default() },
                        Line::Code,
                    ))
                }
            }
            (thresholds(sheet))
            @if at_counters { (tablets(sheet)) }
        },
    )
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

/// Whom people deal with: what no questionnaire can know.
fn notice(sheet: &Sheet<'_>) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (responsible, responsible_hint) =
        (fl!(m, "desk-notice-responsible"), fl!(m, "desk-notice-responsible-hint"));
    let (law, law_hint) = (fl!(m, "desk-notice-law"), fl!(m, "desk-notice-law-hint"));
    let contacts = [
        ("notice.phone", fl!(m, "desk-notice-phone"), Line::Phone),
        ("notice.email", fl!(m, "desk-notice-email"), Line::Email),
        ("notice.address", fl!(m, "desk-notice-address"), Line::Text),
    ];
    let text = |name, label, hint| {
        form.line(&Field { name, label, hint: Some(hint), ..Field::default() }, Line::Text)
    };
    html! {
        .block {
            h2 { (fl!(m, "desk-notice")) }
            p.hint { (fl!(m, "desk-notice-what")) }
            @if matches!(sheet.way, Way::New) && form.faults.is_empty() && filled(&form, &["notice.responsible.vi"]) {
                p.note.calm { (fl!(m, "setup-notice-known")) }
            }
            (text("notice.responsible.vi", &responsible, &responsible_hint))
            (text("notice.legal_ground.vi", &law, &law_hint))
            fieldset.setup-contact {
                legend { (fl!(m, "setup-contact")) }
                p.hint { (fl!(m, "setup-contact-hint")) }
                @for (name, label, kind) in &contacts {
                    (form.line(&Field { name, label, ..Field::default() }, *kind))
                }
            }
        }
    }
}

/// What for and for how long: the same for every campaign of a province, once it has been said.
fn purpose(sheet: &Sheet<'_>, at_counters: bool) -> Markup {
    let Sheet { lang, form, .. } = *sheet;
    let m = lang.messages();
    let (purpose, hint) = (fl!(m, "desk-notice-purpose"), fl!(m, "desk-notice-purpose-hint"));
    let (months, months_hint) = (fl!(m, "desk-notice-months"), fl!(m, "desk-notice-months-hint"));
    let (days, days_hint) = (fl!(m, "desk-notice-days"), fl!(m, "desk-notice-days-hint"));
    let names = ["notice.purpose.vi", "notice.keep_answers_months", "notice.keep_list_days"];
    let kept = form.values.one("notice.keep_answers_months").unwrap_or_default().trim().to_owned();
    let lacks = !filled(&form, &["notice.purpose.vi"]) || kept.is_empty();
    let summary = if lacks {
        fl!(m, "setup-fold-purpose-none")
    } else {
        fl!(m, "setup-fold-purpose", months = kept.as_str())
    };
    // A list that a file gave days for stays in sight wherever it came from.
    let lists = !at_counters || filled(&form, &["notice.keep_list_days"]);
    fold(
        sheet,
        &summary,
        &names,
        lacks,
        &html! {
            .block {
                (form.line(
                    &Field { name: "notice.purpose.vi", label: &purpose, hint: Some(&hint), ..Field::default() },
                    Line::Text,
                ))
                (form.line(
                    &Field {
                        name: "notice.keep_answers_months", label: &months, hint: Some(&months_hint), ..Field::default()
                    },
                    Line::Number,
                ))
                @if lists {
                    (form.line(
                        &Field {
                            name: "notice.keep_list_days", label: &days, hint: Some(&days_hint), optional: true,
                            ..Field::default()
                        },
                        Line::Number,
                    ))
                }
            }
        },
    )
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
        Way::New if sheet.offer.is_some_and(|offer| offer.at_counters) => {
            form.buttons(&fl!(m, "setup-make-counters"), Some(&back("/admin/campaigns")))
        }
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
