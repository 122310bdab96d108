//! Addresses of questionnaires.

use std::net::IpAddr;

/// Whether an address is of this computer or of an internal network alone: no citizen's phone reaches it.
pub fn is_local(base_url: &str) -> bool {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match host.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_own = |address: IpAddr| {
        let inside = match address {
            IpAddr::V4(four) => four.is_private() || four.is_link_local(),
            IpAddr::V6(six) => six.is_unique_local() || six.is_unicast_link_local(),
        };
        inside || address.is_loopback() || address.is_unspecified()
    };
    host == "localhost" || host.ends_with(".localhost") || host.parse().is_ok_and(is_own)
}

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

    #[test]
    fn an_address_of_this_computer_or_an_internal_network_alone_is_known() {
        let own = ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:80", "http://0.0.0.0:1"];
        let inside =
            ["http://10.0.0.5:8080", "https://192.168.1.9", "http://172.20.0.1/", "http://[fd00::5]:80"];
        for local in own.into_iter().chain(inside) {
            assert!(is_local(local), "{local}");
        }
        for other in ["https://khaosat.binhdinh.gov.vn", "http://172.32.0.1", "http://[2001:db8::1]"] {
            assert!(!is_local(other), "{other}");
        }
    }
}
