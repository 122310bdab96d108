//! Writing XML: names and attributes are ours, text is anybody's.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event},
};

/// A part of the file being written. What is opened must be closed; a test reads every part back.
pub struct Xml(Writer<Vec<u8>>);

impl Xml {
    /// With the declaration that every part begins with.
    pub fn new() -> Self {
        let mut xml = Self(Writer::new(Vec::new()));
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), Some("yes"))));
        xml
    }

    /// `<name attribute="value">`.
    pub fn open(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.write(Event::Start(element(name, attributes)));
        self
    }

    /// `<name attribute="value"/>`.
    pub fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) -> &mut Self {
        self.write(Event::Empty(element(name, attributes)));
        self
    }

    /// `<name w:val="value"/>`.
    pub fn value(&mut self, name: &str, value: &str) -> &mut Self {
        self.empty(name, &[("w:val", value)])
    }

    /// `</name>`.
    pub fn close(&mut self, name: &str) -> &mut Self {
        self.write(Event::End(BytesEnd::new(name)));
        self
    }

    /// Text; characters that XML cannot hold are left out.
    pub fn text(&mut self, text: &str) -> &mut Self {
        self.write(Event::Text(BytesText::new(&allowed(text))));
        self
    }

    /// `<name>text</name>`.
    pub fn leaf(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) -> &mut Self {
        self.open(name, attributes).text(text).close(name)
    }

    /// The part.
    pub fn finish(self) -> Vec<u8> {
        self.0.into_inner()
    }

    #[expect(clippy::expect_used, reason = "writing to memory cannot fail")]
    fn write(&mut self, event: Event<'_>) {
        self.0.write_event(event).expect("XML in memory");
    }
}

fn element<'a>(name: &'a str, attributes: &[(&'a str, &'a str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        start.push_attribute((*key, allowed(value).as_str()));
    }
    start
}

/// The text without characters that XML 1.0 forbids.
fn allowed(text: &str) -> String {
    let may = |c: &char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    text.chars().filter(may).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_cannot_become_markup() {
        let mut xml = Xml::new();
        xml.leaf("w:t", &[("descr", "a\"<b>&")], "</w:t>\0\u{b}&amp;");
        let written = String::from_utf8(xml.finish()).unwrap();
        assert!(
            written.ends_with(r#"<w:t descr="a&quot;&lt;b&gt;&amp;">&lt;/w:t&gt;&amp;amp;</w:t>"#),
            "{written}"
        );
    }
}
