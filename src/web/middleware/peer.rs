//! Who is on the other end: the connection's address, or what a trusted proxy says (security test G-09).

use std::net::IpAddr;

use axum::http::HeaderMap;

/// The address of the connection's other end, set by the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub IpAddr);

/// The client's address: the right-most address in `X-Forwarded-For` that is no trusted proxy, if the connection comes
/// from a trusted proxy; else the connection's own. Headers of strangers count for nothing.
pub fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted.contains(&peer) {
        return peer;
    }
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    for hop in forwarded.iter().rev() {
        match hop.parse::<IpAddr>() {
            Ok(address) if trusted.contains(&address.to_canonical()) => {}
            Ok(address) => return address.to_canonical(),
            Err(_) => return peer,
        }
    }
    peer
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn forwarded(value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(
            axum::http::HeaderName::from_static("x-forwarded-for"),
            HeaderValue::from_static(value),
        )])
    }

    #[test]
    fn g_09_a_stranger_s_header_counts_for_nothing() {
        let stranger: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(client(stranger, &forwarded("10.0.0.1"), &[]), stranger);
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        assert_eq!(client(stranger, &forwarded("1.2.3.4"), &[proxy]), stranger);
    }

    #[test]
    fn g_09_behind_a_trusted_proxy_the_right_most_stranger_counts() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let seen = client(proxy, &forwarded("6.6.6.6, 198.51.100.7, 10.0.0.1"), &[proxy]);
        assert_eq!(seen, "198.51.100.7".parse::<IpAddr>().unwrap());
        assert_eq!(client(proxy, &forwarded("nonsense"), &[proxy]), proxy);
        assert_eq!(client(proxy, &HeaderMap::new(), &[proxy]), proxy);
    }
}
