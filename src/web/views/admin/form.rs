//! The parts of the forms that staff fill in. Every page that asks for something is made of these, so that labels,
//! hints, faults and buttons are in the same places everywhere, with or without scripts, and for screen readers.
//!
//! A handler fills [`Form::values`] from what is stored (GET) or from what was sent (POST, where something is wrong),
//! so that nothing typed is ever lost; [`Fault`]s stand at their fields and, with links, at the top. [`Form::changed`]
//! comes from [`crate::web::meanwhile`].

use i18n_embed_fl::fl;
use maud::{Markup, PreEscaped, html};

use crate::{
    language::{Lang, vietnamese},
    web::{
        assets,
        form::Fields,
        meanwhile::{BASE, Changed},
    },
};

/// Something wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field's name; empty for what no field is to blame for.
    pub field: String,
    /// What is wrong and how to mend it, in the reader's language.
    pub words: String,
}

impl Fault {
    /// A fault of a field.
    pub fn new(field: impl Into<String>, words: impl Into<String>) -> Self {
        Self { field: field.into(), words: words.into() }
    }
}

/// A form with what its fields hold.
#[derive(Debug, Clone, Copy)]
pub struct Form<'a> {
    /// Language.
    pub lang: Lang,
    /// What the fields hold: as stored, or as sent.
    pub values: &'a Fields,
    /// What is wrong with them.
    pub faults: &'a [Fault],
    /// What somebody else has changed since the form was shown.
    pub changed: &'a [Changed],
}

/// A field: its name, and the words around it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Field<'a> {
    /// Name.
    pub name: &'a str,
    /// Label; the legend of a group.
    pub label: &'a str,
    /// What to write, and why.
    pub hint: Option<&'a str>,
    /// Whether it may be left empty; said beside the label.
    pub optional: bool,
    /// Said instead of the field: why it cannot be changed now.
    pub fixed: Option<&'a str>,
}

/// One of several things to choose.
#[derive(Debug, Clone, Copy)]
pub struct Choice<'a> {
    /// Value sent.
    pub value: &'a str,
    /// Label.
    pub label: &'a str,
    /// What it means.
    pub hint: Option<&'a str>,
}

/// What a field for one line of text is for: its keyboard on a phone, and its width.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Any text.
    Text,
    /// A short code.
    Code,
    /// A whole number.
    Number,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A percentage.
    Percent,
}

/// The id of a field's (first) input; links of the summary lead there.
pub fn id(name: &str) -> String {
    format!("f-{name}")
}

/// Where, in a link of [`Form::summary`], the label of the field belongs; [`named`] puts it there.
const LABEL: &str = "<b class=\"label\"></b>";

/// A page's content with the fields named in its summary: “Số quầy: xin ghi số nguyên”. The summary comes first and the labels are
/// known to the fields alone, so they are looked for in what was drawn. Where the words name the field already, they stay alone.
pub fn named(content: &Markup) -> Markup {
    let html = content.0.as_str();
    let mut parts = html.split(LABEL);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let id = out.rsplit_once("href=\"#").and_then(|(_, link)| link.split_once('"')).map(|(id, _)| id);
        let words = vietnamese::key(part.split("</a>").next().unwrap_or_default());
        let label = id.and_then(|id| label_of(html, id));
        if let Some(label) = label.filter(|label| !words.contains(&vietnamese::key(label))) {
            out.push_str(&label);
            out.push_str(": ");
        }
        out.push_str(part);
    }
    PreEscaped(out)
}

/// The label of the field with this id, as it was drawn: of a group its legend, of a part of one both.
fn label_of(html: &str, id: &str) -> Option<String> {
    let behind = |tag: String| {
        let (text, _) = html.split_once(&tag)?.1.split_once('<')?;
        Some(text.trim().trim_end_matches(':').to_owned()).filter(|text| !text.is_empty())
    };
    let legend = |id: &str| behind(format!("<legend id=\"{id}-legend\">"));
    legend(id).or_else(|| {
        let own = behind(format!("<label for=\"{id}\">"))?;
        let group = id.rsplit_once('.').and_then(|(group, _)| legend(group));
        Some(group.map_or_else(|| own.clone(), |group| format!("{group}, {own}")))
    })
}

/// What the page is for, in one sentence under its title.
pub fn purpose(words: &str) -> Markup {
    html! { p.purpose { (words) } }
}

/// Something that has just been done.
pub fn done(words: &str) -> Markup {
    html! { p.done role="status" { (words) } }
}

/// At the end of a form, or of a list of links, that gives a file which takes a while: without scripts the sentence `takes` is
/// all that is said; with them the place says that the file is being made, until it is there.
pub fn making(lang: Lang, takes: &str) -> Markup {
    let m = lang.messages();
    html! {
        p.hint.making role="status" data-making=(fl!(m, "desk-file-making")) data-made=(fl!(m, "desk-file-made")) {
            (takes)
        }
        script src=(assets::asset_url("making.js")) defer {}
    }
}

/// Where there is nothing yet: what belongs here, and the next step.
pub fn empty(title: &str, words: &str, next: Option<(&str, &str)>) -> Markup {
    html! {
        .empty {
            h2 { (title) }
            p { (words) }
            @if let Some((href, label)) = next { p { a.button href=(href) { (label) } } }
        }
    }
}

/// The way back to the page above.
pub fn back(href: &str, label: &str) -> Markup {
    html! { p.back { a href=(href) { (label) } } }
}

/// What a refused form stands in, with the address at which its page can be opened, where that is another than the page's own
/// ([`super::frame`]): whoever sends it again and goes back later gets there, and no question of the browser whether to send it
/// once more. [`Form::summary`] does that for every page; here are those that answer to a form without a fault.
pub fn refused(address: &str, content: &Markup) -> Markup {
    html! {
        div data-address=(address) { (content) }
        script src=(assets::asset_url("address.js")) defer {}
    }
}

/// The steps of a guided set-up; those before `current` are links.
pub fn steps(lang: Lang, current: usize, steps: &[(&str, &str)]) -> Markup {
    html! {
        nav.steps aria-label=(fl!(lang.messages(), "desk-form-steps")) {
            ol {
                @for (n, (href, label)) in steps.iter().enumerate() {
                    li aria-current=[(n == current).then_some("step")] {
                        @if n < current { a href=(href) { (label) } } @else { span { (label) } }
                    }
                }
            }
        }
    }
}

impl<'a> Form<'a> {
    /// A form that shows `values` and knows of no faults.
    pub const fn new(lang: Lang, values: &'a Fields) -> Self {
        Self { lang, values, faults: &[], changed: &[] }
    }

    fn value(&self, name: &str) -> &'a str {
        self.values.all(name).next().unwrap_or_default()
    }

    fn has(&self, name: &str, value: &str) -> bool {
        self.values.all(name).any(|held| held == value)
    }

    fn faults_of(&self, name: &str) -> impl Iterator<Item = &'a Fault> {
        let faults = self.faults;
        faults.iter().filter(move |fault| fault.field == name)
    }

    /// What is wrong, or what somebody else has changed, at the top: it takes the focus, and its links lead to the
    /// fields. Nothing if nothing is.
    pub fn summary(&self) -> Markup {
        self.summary_of(self.faults.len())
    }

    /// The same where one fault stands for several: `n` is how many there are to mend.
    pub fn summary_of(&self, n: usize) -> Markup {
        self.summary_titled(&fl!(self.lang.messages(), "desk-form-faults", n = n))
    }

    /// The same of a form that only asks for something (GET), where nothing could have been saved.
    pub fn summary_of_choice(&self) -> Markup {
        let n = self.faults.len();
        self.summary_titled(&fl!(self.lang.messages(), "desk-form-faults-choice", n = n))
    }

    fn summary_titled(&self, title: &str) -> Markup {
        let m = self.lang.messages();
        html! {
            @if !self.faults.is_empty() {
                .summary role="alert" tabindex="-1" autofocus aria-labelledby="summary-title" {
                    h2 #summary-title { (title) }
                    ul {
                        @for fault in self.faults {
                            li {
                                @if fault.field.is_empty() { (fault.words) }
                                @else { a href={ "#" (id(&fault.field)) } { (PreEscaped(LABEL)) (fault.words) } }
                            }
                        }
                    }
                }
            }
            @if !self.changed.is_empty() {
                .summary.meanwhile role="alert" tabindex="-1" autofocus[self.faults.is_empty()]
                    aria-labelledby="meanwhile-title"
                {
                    h2 #meanwhile-title { (fl!(m, "desk-form-meanwhile")) }
                    p { (fl!(m, "desk-form-meanwhile-what")) }
                }
            }
            @if !(self.faults.is_empty() && self.changed.is_empty()) {
                script src=(assets::asset_url("address.js")) defer {}
            }
        }
    }

    /// The form itself, posted to `action`. `base` is what its fields would show if it were opened now; it lets
    /// [`crate::web::meanwhile::meanwhile`] tell who changed what.
    pub fn post(&self, action: &str, base: Option<&Fields>, content: &Markup) -> Markup {
        html! {
            form.sheet method="post" action=(action) novalidate {
                @if let Some(base) = base { input type="hidden" name=(BASE) value=(base.encode()); }
                (content)
            }
        }
    }

    /// A line of text.
    pub fn line(&self, field: &Field<'_>, kind: Line) -> Markup {
        let (class, mode, input, complete) = match kind {
            Line::Text => ("", None, "text", Some("off")),
            Line::Code => ("short", None, "text", Some("off")),
            Line::Number => ("tiny", Some("numeric"), "text", Some("off")),
            Line::Percent => ("tiny", Some("decimal"), "text", Some("off")),
            Line::Email => ("", None, "email", Some("off")),
            Line::Phone => ("short", None, "tel", Some("off")),
        };
        let plain = matches!(kind, Line::Code | Line::Email);
        self.around(field, &html! {
            @if kind == Line::Percent {
                span.with-unit {
                    (self.input(field, class, mode, input, complete, plain)) span aria-hidden="true" { "%" }
                }
            } @else {
                (self.input(field, class, mode, input, complete, plain))
            }
        })
    }

    fn input(
        &self,
        field: &Field<'_>,
        class: &str,
        mode: Option<&str>,
        kind: &str,
        complete: Option<&str>,
        plain: bool,
    ) -> Markup {
        let wrong = self.faults_of(field.name).next().is_some();
        html! {
            input class=[(!class.is_empty()).then_some(class)] id=(id(field.name)) type=(kind) name=(field.name)
                value=(self.value(field.name)) inputmode=[mode] autocomplete=[complete]
                autocapitalize=[plain.then_some("none")] spellcheck=[plain.then_some("false")]
                aria-invalid=[wrong.then_some("true")] aria-describedby=[self.described(field)];
        }
    }

    /// Several lines of text.
    pub fn area(&self, field: &Field<'_>, rows: u8) -> Markup {
        let wrong = self.faults_of(field.name).next().is_some();
        self.around(field, &html! {
            textarea id=(id(field.name)) name=(field.name) rows=(rows) aria-invalid=[wrong.then_some("true")]
                aria-describedby=[self.described(field)]
            {
                // A browser drops a line break right after the tag.
                "\n" (self.value(field.name))
            }
        })
    }

    /// One of a list that may be long; `options` are value and label.
    pub fn select(&self, field: &Field<'_>, options: &[(&str, &str)]) -> Markup {
        let wrong = self.faults_of(field.name).next().is_some();
        self.around(
            field,
            &html! {
                select id=(id(field.name)) name=(field.name) aria-invalid=[wrong.then_some("true")]
                    aria-describedby=[self.described(field)]
                {
                    @for (value, label) in options {
                        option value=(value) selected[self.has(field.name, value)] { (label) }
                    }
                }
            },
        )
    }

    /// One of a few.
    pub fn radios(&self, field: &Field<'_>, choices: &[Choice<'_>]) -> Markup {
        self.group(field, &self.choices(field.name, "radio", choices))
    }

    /// Any of a few.
    pub fn checks(&self, field: &Field<'_>, choices: &[Choice<'_>]) -> Markup {
        self.group(field, &self.choices(field.name, "checkbox", choices))
    }

    /// A single box to tick; it sends `yes`.
    pub fn check(&self, field: &Field<'_>) -> Markup {
        let choice = Choice { value: "yes", label: field.label, hint: field.hint };
        html! {
            .field.wrong[self.faults_of(field.name).next().is_some()] {
                (self.notes(field))
                @if let Some(why) = field.fixed { p.fixed { strong { (field.label) ": " } (why) } }
                @else { (self.choices(field.name, "checkbox", &[choice])) }
            }
        }
    }

    fn choices(&self, name: &str, kind: &str, choices: &[Choice<'_>]) -> Markup {
        html! {
            @for (n, choice) in choices.iter().enumerate() {
                @let id = if n == 0 { id(name) } else { format!("{}-{n}", id(name)) };
                .pick {
                    input id=(id) type=(kind) name=(name) value=(choice.value) checked[self.has(name, choice.value)]
                        aria-describedby=[choice.hint.map(|_| format!("{id}-means"))];
                    label for=(id) { (choice.label) }
                    @if let Some(hint) = choice.hint { p.hint id={ (id) "-means" } { (hint) } }
                }
            }
        }
    }

    /// A day and a time of day: two fields, `name.day` and `name.time`, read by [`crate::web::typed::moment`]. They are
    /// plain text, since a browser's own calendar shows days in the order of the computer's language, not of the
    /// page's, and is missing where browsers are old.
    pub fn moment(&self, field: &Field<'_>) -> Markup {
        let m = self.lang.messages();
        let (day, time) = (format!("{}.day", field.name), format!("{}.time", field.name));
        let (day_label, time_label) = (fl!(m, "desk-form-day"), fl!(m, "desk-form-time"));
        let wrong = |name: &str| self.faults_of(name).next().is_some();
        self.group(field, &html! {
            .moment {
                @for (name, label, class) in [(&day, &day_label, "day"), (&time, &time_label, "time")] {
                    .part {
                        label for=(id(name)) { (label) }
                        input class=(class) id=(id(name)) type="text" name=(name) value=(self.value(name))
                            inputmode="numeric" autocomplete="off" aria-invalid=[wrong(name).then_some("true")]
                            aria-describedby=[wrong(name).then(|| format!("{}-fault", id(name)))];
                    }
                }
            }
            (self.told(&day)) (self.told(&time))
        })
    }

    /// The buttons at the end; `cancel` leads back without doing anything.
    pub fn buttons(&self, main: &str, cancel: Option<&str>) -> Markup {
        html! {
            .buttons {
                button.main { (main) }
                @if let Some(href) = cancel { a.button.plain href=(href) { (fl!(self.lang.messages(), "desk-form-cancel")) } }
            }
        }
    }

    /// Asks for a name before something that cannot be undone: `what` says what will happen. The field is
    /// [`CONFIRM`]; [`confirmed`] reads it.
    pub fn confirm(&self, what: &Markup, name: &str, button: &str, cancel: &str) -> Markup {
        let m = self.lang.messages();
        let label = fl!(m, "desk-form-confirm", name = name);
        html! {
            .danger {
                (what)
                (self.line(&Field { name: CONFIRM, label: &label, ..Field::default() }, Line::Code))
                .buttons {
                    button.main.bad { (button) }
                    a.button.plain href=(cancel) { (fl!(m, "desk-form-cancel")) }
                }
            }
        }
    }

    /// A label with its field.
    fn around(&self, field: &Field<'_>, input: &Markup) -> Markup {
        let wrong = self.faults_of(field.name).next().is_some();
        html! {
            .field.wrong[wrong] {
                @if let Some(why) = field.fixed {
                    p.label #(id(field.name)) { (field.label) }
                    p.kept { (self.value(field.name)) }
                    p.fixed { (why) }
                } @else {
                    label for=(id(field.name)) { (field.label) (self.may_be_empty(field)) }
                    (self.hint(field)) (self.notes(field)) (input)
                }
            }
        }
    }

    /// A legend with its fields.
    fn group(&self, field: &Field<'_>, inputs: &Markup) -> Markup {
        let wrong = self.faults_of(field.name).next().is_some();
        html! {
            fieldset.field.wrong[wrong] aria-describedby=[field.fixed.map_or_else(|| self.described(field), |_| None)] {
                legend id={ (id(field.name)) "-legend" } { (field.label) (self.may_be_empty(field)) }
                @if let Some(why) = field.fixed { p.fixed #(id(field.name)) { (why) } }
                @else { (self.hint(field)) (self.notes(field)) (inputs) }
            }
        }
    }

    fn may_be_empty(&self, field: &Field<'_>) -> Markup {
        html! {
            @if field.optional { " " span.optional { (fl!(self.lang.messages(), "desk-form-optional")) } }
        }
    }

    fn hint(&self, field: &Field<'_>) -> Markup {
        html! { @if let Some(hint) = field.hint { p.hint id={ (id(field.name)) "-hint" } { (hint) } } }
    }

    /// The faults, and what somebody else made of the field.
    fn notes(&self, field: &Field<'_>) -> Markup {
        html! { (self.told(field.name)) (self.theirs(field.name)) }
    }

    fn told(&self, name: &str) -> Markup {
        html! {
            @for (n, fault) in self.faults_of(name).enumerate() {
                p.fault id=[(n == 0).then(|| format!("{}-fault", id(name)))] { (fault.words) }
            }
            // A group's parts have names of their own.
            @if name.ends_with(".day") || name.ends_with(".time") { (self.theirs(name)) }
        }
    }

    fn theirs(&self, name: &str) -> Markup {
        let m = self.lang.messages();
        html! {
            @for changed in self.changed.iter().filter(|changed| changed.field == name) {
                @let now = if changed.theirs.is_empty() { fl!(m, "desk-form-nothing") } else { changed.theirs.clone() };
                p.theirs {
                    @if changed.both { (fl!(m, "desk-form-theirs-both", now = now)) }
                    @else { (fl!(m, "desk-form-theirs", now = now)) }
                }
            }
        }
    }

    fn described(&self, field: &Field<'_>) -> Option<String> {
        let hint = field.hint.map(|_| format!("{}-hint", id(field.name)));
        let fault = self.faults_of(field.name).next().map(|_| format!("{}-fault", id(field.name)));
        let all: Vec<String> = hint.into_iter().chain(fault).collect();
        (!all.is_empty()).then(|| all.join(" "))
    }
}

/// The field of [`Form::confirm`].
pub const CONFIRM: &str = "confirm";

/// Whether the name that was asked for was typed; spaces around it, capitals and diacritics do not matter, since not
/// every keyboard has them.
pub fn confirmed(fields: &Fields, name: &str) -> bool {
    let plain = |text: &str| vietnamese::fold(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    fields.one(CONFIRM).is_some_and(|typed| plain(typed) == plain(name))
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::{Checked, XSS};
    use super::super::frame::{self, Frame};
    use super::*;

    fn page(content: &Markup) -> Checked {
        let frame = Frame { lang: Lang::VI, title: "Thử", path: "/admin/x", staff: None };
        Checked::new(&frame::page(&frame, content))
    }

    const TITLE: Field<'_> = Field {
        name: "title",
        label: "Tên đợt",
        hint: Some("Hiện trên phiếu"),
        optional: false,
        fixed: None,
    };

    #[test]
    fn a_fault_stands_at_its_field_and_leads_there_from_the_top_with_what_was_typed_kept() {
        let values = Fields::of([("title", XSS)]);
        let faults = [Fault::new("title", "Xin nhập tên đợt."), Fault::new("", "Cơ sở dữ liệu đang bận.")];
        let form = Form { faults: &faults, ..Form::new(Lang::VI, &values) };
        let page =
            page(&html! { (form.summary()) (form.post("/admin/x", None, &form.line(&TITLE, Line::Text))) });
        assert_eq!(page.attribute(".summary a", "href"), "#f-title");
        assert!(page.text(".summary h2").contains('2'));
        assert_eq!(page.attribute("#f-title", "value"), XSS);
        assert_eq!(page.attribute("#f-title", "aria-invalid"), "true");
        assert_eq!(page.attribute("#f-title", "aria-describedby"), "f-title-hint f-title-fault");
        assert_eq!(page.text("#f-title-fault"), "Xin nhập tên đợt.");
    }

    #[test]
    fn the_summary_names_the_field_unless_the_words_do() {
        let values = Fields::of([("title", "")]);
        let faults = [
            Fault::new("title", "Cần từ 3 đến 200 ký tự."),
            Fault::new("count", "Xin ghi số quầy là số nguyên."),
            Fault::new("opens.day", "Hãy ghi ngày/tháng/năm."),
            Fault::new("form", "Hãy chọn một mẫu."),
            Fault::new("gone", "Không có trên trang."),
        ];
        let form = Form { faults: &faults, ..Form::new(Lang::VI, &values) };
        let field = |name, label| Field { name, label, ..Field::default() };
        let page = page(&html! {
            (form.summary())
            (form.line(&field("title", "Tên <đợt>"), Line::Text))
            (form.line(&field("count", "Số quầy"), Line::Number))
            (form.moment(&field("opens", "Mở phiếu")))
            (form.radios(&field("form", "Mẫu phiếu"), &[Choice { value: "a", label: "A", hint: None }]))
        });
        assert_eq!(
            page.texts(".summary a"),
            [
                "Tên <đợt>: Cần từ 3 đến 200 ký tự.",
                "Xin ghi số quầy là số nguyên.",
                "Mở phiếu, Ngày: Hãy ghi ngày/tháng/năm.",
                "Mẫu phiếu: Hãy chọn một mẫu.",
                "Không có trên trang.",
            ]
        );
    }

    #[test]
    fn groups_lead_to_their_first_input_and_keep_what_was_chosen() {
        let values =
            Fields::of([("form", "b"), ("language", "vi"), ("language", "en"), ("opens.day", "1/10/2026")]);
        let form = Form::new(Lang::EN, &values);
        let choice = |value| Choice { value, label: value, hint: Some("?") };
        let field = |name| Field { name, label: "L", ..Field::default() };
        let page = page(&form.post(
            "/x",
            Some(&values),
            &html! {
                (form.radios(&field("form"), &[choice("a"), choice("b")]))
                (form.checks(&field("language"), &[choice("vi"), choice("en"), choice("bahnar")]))
                (form.moment(&field("opens")))
                (form.select(&field("unit"), &[("qn", "Quy Nhơn")]))
                (form.area(&field("lines"), 4))
            },
        ));
        assert_eq!(page.attribute("#f-form", "value"), "a");
        assert_eq!(page.attribute("[name=form][checked]", "value"), "b");
        assert_eq!(page.count("[name=language][checked]"), 2);
        assert_eq!(page.attribute("[name='opens.day']", "value"), "1/10/2026");
        assert!(page.attribute("[name=_base]", "value").contains("language=vi&language=en"));
    }

    #[test]
    fn a_field_that_cannot_change_now_says_why_and_sends_nothing() {
        let values = Fields::of([("title", "Quý 4")]);
        let form = Form::new(Lang::VI, &values);
        let page = page(&form.line(&Field { fixed: Some("Đã có phiếu trả lời."), ..TITLE }, Line::Text));
        assert_eq!(page.count("input"), 0);
        assert_eq!(page.text(".kept"), "Quý 4");
        assert_eq!(page.text(".fixed"), "Đã có phiếu trả lời.");
    }

    #[test]
    fn whoever_saves_second_sees_what_the_other_one_made_of_it() {
        let values = Fields::of([("title", "Của tôi")]);
        let changed =
            [Changed { field: "title".to_owned(), theirs: "Của người khác".to_owned(), both: true }];
        let form = Form { changed: &changed, ..Form::new(Lang::VI, &values) };
        let page = page(&html! { (form.summary()) (form.line(&TITLE, Line::Text)) });
        assert!(page.text(".theirs").contains("Của người khác"));
        assert_eq!(page.attribute("#f-title", "value"), "Của tôi");
        assert_eq!(page.count(".meanwhile"), 1);
    }

    #[test]
    fn only_the_name_itself_confirms() {
        for (typed, yes) in [("sipas-2026", true), ("  SIPAS-2026 ", true), ("sipas", false), ("", false)] {
            assert_eq!(confirmed(&Fields::of([(CONFIRM, typed)]), "sipas-2026"), yes, "{typed:?}");
        }
        assert!(!confirmed(&Fields::default(), "sipas-2026"));
        assert!(confirmed(&Fields::of([(CONFIRM, "Dong")]), "đóng"));
    }
}
