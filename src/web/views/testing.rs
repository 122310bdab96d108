//! Reading pages back in tests, with the rules that every page keeps (`security.md` M-03 and G-02).

use std::{collections::BTreeMap, sync::LazyLock};

use maud::Markup;
use scraper::{ElementRef, Html, Selector};

use crate::{
    definition,
    language::Lang,
    organisation::{Campaign, Channel, Notice, State},
    questionnaire::Questionnaire,
};

use super::{components::Places, notice::Facts};

/// What someone who means harm would write.
pub(super) const XSS: &str = r#""><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;"#;

/// A place to be surveyed.
pub(super) const PLACES: Places<'static> =
    Places {
        unit: "UBND thành phố Quy Nhơn", counter: Some("Quầy số 1 – Đất đai"), year: 2026
    };

/// A form of the small definition, with one of everything.
pub(super) fn small(form: &str) -> Questionnaire {
    generate(include_str!("../../../tests/definitions/small/1.2.toml"), form)
}

/// A visit to a counter in 21 questions.
pub(super) fn visit() -> Questionnaire {
    generate(include_str!("../../../tests/definitions/visit/1.0.toml"), "counter")
}

/// A real campaign that tells everything.
pub(super) fn real() -> &'static Campaign {
    static REAL: LazyLock<Campaign> = LazyLock::new(|| {
        let texts = |vi: &str, en: &str| {
            BTreeMap::from([("vi".to_owned(), vi.to_owned()), ("en".to_owned(), en.to_owned())])
        };
        Campaign {
            slug: "sipas-2026".to_owned(),
            definition: "test".to_owned(),
            version: "1.2".to_owned(),
            sha256: String::new(),
            form: "counter".to_owned(),
            by_link: false,
            title: texts("Khảo sát sự hài lòng năm 2026", "Survey of satisfaction 2026"),
            opens: 1_790_787_600_000,
            closes: 1_798_736_400_000,
            target: None,
            demonstration: false,
            minimum_answers: None,
            previous: None,
            languages: Vec::new(),
            state: State::Active,
            notice: Some(Notice {
                responsible: texts("Sở Nội vụ tỉnh Bình Định", "The Department of Home Affairs of Bình Định"),
                purpose: texts(
                    "về lần làm thủ tục tại {unit}, để phục vụ tốt hơn",
                    "on your visit to {unit}",
                ),
                legal_ground: texts("Quyết định số 1001/QĐ-BNV.", "Decision 1001/QĐ-BNV."),
                address: Some("01 Trần Phú, Quy Nhơn".to_owned()),
                email: Some("khaosat@snv.example".to_owned()),
                phone: Some("0256 000 000".to_owned()),
                keep_answers_months: Some(24),
                keep_list_days: Some(30),
            }),
        }
    });
    &REAL
}

/// The same as a demonstration.
pub(super) fn demonstration() -> &'static Campaign {
    static DEMONSTRATION: LazyLock<Campaign> =
        LazyLock::new(|| Campaign { demonstration: true, ..real().clone() });
    &DEMONSTRATION
}

/// What a campaign's notice is made of at an open counter.
pub(super) fn facts<'a>(questionnaire: &'a Questionnaire, campaign: &'a Campaign) -> Facts<'a> {
    Facts {
        lang: Lang::VI,
        campaign,
        questionnaire,
        places: PLACES,
        channel: Channel::Open,
        smallest_cell: 10,
        followed: false,
    }
}

fn generate(text: &str, form: &str) -> Questionnaire {
    Questionnaire::generate(&definition::parse("test.toml", text).unwrap().definition, form).unwrap()
}

/// A page that keeps the rules.
pub(super) struct Checked {
    html: Html,
}

impl Checked {
    /// Reads the page.
    ///
    /// # Panics
    /// Where it breaks a rule.
    pub(super) fn new(page: &Markup) -> Self {
        let html = Html::parse_document(&page.0);
        assert!(page.0.starts_with("<!DOCTYPE html>"), "without it a browser falls back to its oldest ways");
        let page = Self { html };
        page.keeps_ids_unique();
        page.labels_everything();
        page.asks_no_other_host();
        assert_eq!(page.count("h1"), 1, "one h1");
        assert!(!page.text("title").is_empty() && page.count("main") == 1 && page.count("[lang]") > 0);
        page
    }

    pub(super) fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&Selector::parse(selector).unwrap()).collect()
    }

    pub(super) fn count(&self, selector: &str) -> usize {
        self.all(selector).len()
    }

    /// The words of every element that matches, with spaces as one.
    pub(super) fn texts(&self, selector: &str) -> Vec<String> {
        self.all(selector).iter().map(words).collect()
    }

    pub(super) fn text(&self, selector: &str) -> String {
        self.texts(selector).into_iter().next().unwrap_or_else(|| panic!("no {selector}"))
    }

    pub(super) fn attribute(&self, selector: &str, name: &str) -> String {
        self.all(selector)[0].attr(name).unwrap_or_default().to_owned()
    }

    /// The fields that a browser would send if the form were submitted as it is.
    pub(super) fn fields(&self) -> Vec<(String, String)> {
        self.all("form input[name], form textarea[name]")
            .into_iter()
            .filter(|field| {
                !matches!(field.attr("type"), Some("radio" | "checkbox")) || field.attr("checked").is_some()
            })
            .map(|field| {
                let value = match field.value().name() {
                    "textarea" => field.text().collect(),
                    _ => field.attr("value").unwrap_or_default().to_owned(),
                };
                (field.attr("name").unwrap().to_owned(), value)
            })
            .collect()
    }

    fn keeps_ids_unique(&self) {
        let mut ids: Vec<&str> = self.all("[id]").iter().filter_map(|e| e.attr("id")).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "ids are unique");
        for (selector, attribute) in
            [("[aria-describedby]", "aria-describedby"), ("[aria-labelledby]", "aria-labelledby")]
        {
            for element in self.all(selector) {
                for id in element.attr(attribute).unwrap().split(' ') {
                    assert!(ids.contains(&id), "{attribute} leads to {id}");
                }
            }
        }
    }

    fn labels_everything(&self) {
        for field in self.all("input, textarea, select") {
            if field.attr("type") == Some("hidden") {
                continue;
            }
            let around = field.ancestors().filter_map(ElementRef::wrap).find(|e| e.value().name() == "label");
            let label = around
                .or_else(|| self.all(&format!("label[for='{}']", field.attr("id")?)).into_iter().next())
                .unwrap_or_else(|| panic!("a label for {:?}", field.value()));
            assert!(!words(&label).is_empty(), "words for {:?}", field.value());
            assert!(field.attr("required").is_none(), "the server decides what is required");
            // A switch is no choice among several.
            if matches!(field.attr("type"), Some("radio" | "checkbox")) && field.attr("id") != Some("pics") {
                let grouped =
                    field.ancestors().filter_map(ElementRef::wrap).any(|e| e.value().name() == "fieldset");
                assert!(grouped, "{:?} stands in a fieldset", field.value());
            }
        }
        for group in self.all("fieldset") {
            let first = group.child_elements().next().unwrap();
            assert!(first.value().name() == "legend" && !words(&first).is_empty(), "a legend with words");
        }
        for button in self.all("button, a") {
            assert!(!words(&button).is_empty(), "words for {:?}", button.value());
        }
    }

    fn asks_no_other_host(&self) {
        for element in self.all("*") {
            for (name, value) in element.value().attrs() {
                assert!(
                    !name.starts_with("on") && name != "style",
                    "{name} breaks the content security policy"
                );
                if matches!(name, "href" | "src" | "action" | "srcset" | "poster") {
                    let own = !value.contains("//") || value.starts_with("data:image/svg+xml,");
                    assert!(own && !value.starts_with("javascript:"), "{name}={value}");
                }
            }
        }
        assert!(self.all("script").iter().all(|s| s.attr("src").is_some() && s.inner_html().is_empty()));
        assert!(self.texts("style").iter().all(|css| !css.contains("url(") && !css.contains("@import")));
        assert_eq!(self.count("img, iframe, object, embed"), 0);
    }
}

/// An element's words, with spaces as one.
pub(super) fn words(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
