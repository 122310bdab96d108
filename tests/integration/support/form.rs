//! A form read out of its HTML and filled in, as a browser without scripts does it.

use std::collections::BTreeSet;

use scraper::{ElementRef, Html, Selector};

/// A form that posts: its fields in the order of the page, with what is filled in.
#[derive(Debug, Clone)]
pub struct Form {
    /// Where it posts to; empty means the page itself.
    pub action: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A named field; radio buttons and check boxes of one name are one field.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// What can be chosen; empty for texts.
    pub options: Vec<Choice>,
    /// The values that would be sent.
    pub values: Vec<String>,
}

/// The kinds of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Sent as it is.
    Hidden,
    /// One of several.
    Single,
    /// Any of several.
    Multiple,
    /// Typed in.
    Text,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What the user reads: the text of its label.
    pub label: String,
}

impl Form {
    /// The one posting form of this page.
    #[track_caller]
    pub fn read(html: &str) -> Self {
        let mut forms = Self::all(html);
        assert_eq!(forms.len(), 1, "one form with method=post in:\n{html}");
        forms.remove(0)
    }

    /// Every form of this page that posts.
    pub fn all(html: &str) -> Vec<Self> {
        let page = Html::parse_document(html);
        page.select(&selector("form"))
            .filter(|form| attribute(*form, "method").eq_ignore_ascii_case("post"))
            .map(|form| {
                let mut read = Self { action: attribute(form, "action"), fields: Vec::new() };
                for control in form.select(&selector("input[name], textarea[name], select[name]")) {
                    if control.attr("disabled").is_none() {
                        read.take(&page, control);
                    }
                }
                read
            })
            .collect()
    }

    fn take(&mut self, page: &Html, control: ElementRef<'_>) {
        let name = attribute(control, "name");
        let kind = match (control.value().name(), attribute(control, "type").as_str()) {
            ("input", "submit" | "button" | "reset" | "image" | "file") => return,
            ("input", "hidden") => Kind::Hidden,
            ("input", "radio") | ("select", _) => Kind::Single,
            ("input", "checkbox") => Kind::Multiple,
            _ => Kind::Text,
        };
        let (mut options, mut values) = (Vec::new(), Vec::new());
        let mut offer = |value: String, label: String, chosen: bool| {
            if chosen {
                values.push(value.clone());
            }
            options.push(Choice { value, label });
        };
        match (control.value().name(), kind) {
            ("select", _) => {
                for option in control.select(&selector("option")) {
                    let label = words(option);
                    let value = option.attr("value").map_or_else(|| label.clone(), str::to_owned);
                    offer(value, label, option.attr("selected").is_some());
                }
            }
            (_, Kind::Single | Kind::Multiple) => {
                let value = control.attr("value").unwrap_or("on").to_owned();
                offer(value, label(page, control), control.attr("checked").is_some());
            }
            // A browser drops the line break right after <textarea>; so does the parser.
            ("textarea", _) => values.push(control.text().collect()),
            _ => values.push(attribute(control, "value")),
        }
        match self.fields.iter_mut().find(|field| field.name == name && field.kind == kind) {
            Some(field) => {
                field.options.extend(options);
                field.values.extend(values);
            }
            None => self.fields.push(Field { name, kind, options, values }),
        }
    }

    /// The field of this name.
    #[track_caller]
    pub fn field(&self, name: &str) -> &Field {
        self.fields.iter().find(|field| field.name == name).unwrap_or_else(|| {
            panic!(
                "no field {name} among {:?}",
                self.fields.iter().map(|field| &field.name).collect::<Vec<_>>()
            )
        })
    }

    #[track_caller]
    fn field_mut(&mut self, name: &str) -> &mut Field {
        self.field(name);
        self.fields.iter_mut().find(|field| field.name == name).unwrap()
    }

    /// The one value of this field that would be sent, if there is one.
    #[track_caller]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.field(name).values.first().map(String::as_str)
    }

    /// Chooses one option or types a text; only what the page offers can be chosen.
    #[track_caller]
    pub fn set(&mut self, name: &str, value: &str) -> &mut Self {
        self.set_all(name, &[value])
    }

    /// Chooses exactly these options.
    #[track_caller]
    pub fn set_all(&mut self, name: &str, values: &[&str]) -> &mut Self {
        let field = self.field_mut(name);
        for value in values {
            assert!(
                field.options.is_empty() || field.options.iter().any(|option| option.value == *value),
                "{name} offers no {value}: {:?}",
                field.options
            );
        }
        assert!(values.len() <= 1 || field.kind == Kind::Multiple, "{name} takes one value");
        field.values = values.iter().map(|value| (*value).to_owned()).collect();
        self
    }

    /// Answers every field that offers a choice with what `pick` says of it; `None` leaves it as it is.
    pub fn answer(&mut self, mut pick: impl FnMut(&Field) -> Option<String>) -> &mut Self {
        for at in 0..self.fields.len() {
            let field = &self.fields[at];
            if matches!(field.kind, Kind::Single | Kind::Multiple)
                && let Some(value) = pick(field)
            {
                let name = field.name.clone();
                self.set(&name, &value);
            }
        }
        self
    }

    /// Answers every field that offers a choice with its first option.
    pub fn answer_first(&mut self) -> &mut Self {
        self.answer(|field| field.options.first().map(|option| option.value.clone()))
    }

    /// What is sent, in the order of the page.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.fields
            .iter()
            .flat_map(|field| field.values.iter().map(|value| (field.name.as_str(), value.as_str())))
            .collect()
    }

    /// What is sent, url-encoded.
    pub fn body(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs()).finish()
    }
}

/// The links of the page's error summary, in its order: the id each leads to, and its words. Every id must be on the page.
#[track_caller]
pub fn error_links(html: &str) -> Vec<(String, String)> {
    let page = Html::parse_document(html);
    let ids: BTreeSet<String> =
        page.select(&selector("[id]")).map(|element| attribute(element, "id")).collect();
    page.select(&selector("[role=alert] a[href^='#'], #errors a[href^='#']"))
        .map(|link| {
            let id = attribute(link, "href").trim_start_matches('#').to_owned();
            assert!(ids.contains(&id), "the summary leads to #{id}, which is not on the page");
            (id, words(link))
        })
        .collect()
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn attribute(element: ElementRef<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_owned()
}

fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of the label around a control or pointing at its id.
fn label(page: &Html, control: ElementRef<'_>) -> String {
    let around =
        control.ancestors().filter_map(ElementRef::wrap).find(|above| above.value().name() == "label");
    let id = control.attr("id");
    around
        .or_else(|| {
            page.select(&selector("label[for]")).find(|label| id.is_some() && label.attr("for") == id)
        })
        .map(words)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r##"<!doctype html><title>x</title>
        <form action="/search"><input name="q"></form>
        <div role="alert" id="errors"><a href="#speed-1">Chọn một mức</a></div>
        <form method="post" action="/k/qn-1?lang=vi">
          <input type="hidden" name="submission" value="00ff">
          <fieldset><legend>Tốc độ</legend>
            <label><input type="radio" name="speed" id="speed-1" value="1"> Rất <b>không</b> hài lòng</label>
            <input type="radio" name="speed" id="speed-5" value="5" checked><label for="speed-5">Rất hài lòng</label>
          </fieldset>
          <label><input type="checkbox" name="why" value="a"> A</label>
          <label><input type="checkbox" name="why" value="b" checked> B</label>
          <select name="age"><option value="1">18–24</option><option selected>khác</option></select>
          <textarea name="comment">
Cảm &amp; ơn</textarea>
          <input name="off" value="x" disabled>
          <button name="go" value="1">Gửi</button>
        </form>"##;

    #[test]
    fn a_form_is_read_as_a_browser_would_send_it() {
        let form = Form::read(PAGE);
        assert_eq!(form.action, "/k/qn-1?lang=vi");
        assert_eq!(
            form.pairs(),
            [("submission", "00ff"), ("speed", "5"), ("why", "b"), ("age", "khác"), ("comment", "Cảm & ơn")]
        );
        let labels: Vec<&str> = form.field("speed").options.iter().map(|o| o.label.as_str()).collect();
        assert_eq!(labels, ["Rất không hài lòng", "Rất hài lòng"]);
        assert_eq!(form.field("why").kind, Kind::Multiple);
    }

    #[test]
    fn answers_are_filled_in_and_encoded() {
        let mut form = Form::read(PAGE);
        form.answer_first().set_all("why", &["a", "b"]).set("comment", "Tốt, 100%");
        assert_eq!(form.body(), "submission=00ff&speed=1&why=a&why=b&age=1&comment=T%E1%BB%91t%2C+100%25");
        form.set_all("why", &[]);
        assert!(!form.body().contains("why"));
    }

    #[test]
    #[should_panic(expected = "speed offers no 6")]
    fn what_the_page_does_not_offer_cannot_be_chosen() {
        Form::read(PAGE).set("speed", "6");
    }

    #[test]
    fn an_error_summary_leads_to_its_questions() {
        assert_eq!(error_links(PAGE), [("speed-1".to_owned(), "Chọn một mức".to_owned())]);
    }

    #[test]
    #[should_panic(expected = "which is not on the page")]
    fn an_error_link_that_leads_nowhere_fails() {
        error_links("<div role=alert><a href='#gone'>x</a></div>");
    }
}
