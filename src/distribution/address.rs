//! Addresses of questionnaires.

/// A counter's address.
pub fn counter(base_url: &str, last: &str) -> String {
    format!("{base_url}/k/{last}")
}

/// A personal link.
pub fn link(base_url: &str, token: &str) -> String {
    format!("{base_url}/m/{token}")
}

/// Where a person asks for no more mail; the link stays.
pub fn no_more_mail(base_url: &str, token: &str) -> String {
    format!("{base_url}/m/ngung-thu/{token}")
}

/// An address as people read and type it: without the scheme.
pub fn short(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_on_paper_has_no_scheme() {
        assert_eq!(
            short(&counter("https://khaosat.binhdinh.gov.vn", "qn-1")),
            "khaosat.binhdinh.gov.vn/k/qn-1"
        );
        assert_eq!(short("khaosat"), "khaosat");
        assert_eq!(link("http://127.0.0.1:8080", "abc"), "http://127.0.0.1:8080/m/abc");
    }
}
