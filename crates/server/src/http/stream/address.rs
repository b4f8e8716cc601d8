//! Whose stream it is, as far as an address says.
use hyper::header::{HeaderMap, HeaderName};
use std::net::{IpAddr, Ipv6Addr};

/// The address that the proxy in front names, or `peer`, the connection's own; of IPv6 the network, because one client has
/// all of it.
pub(in crate::http) fn client_address(headers: &HeaderMap, peer: IpAddr, header: Option<&HeaderName>) -> IpAddr {
    network(header.and_then(|header| named(headers, header)).unwrap_or(peer))
}

/// The last entry: the one that our proxy wrote. Earlier ones are what its client claimed.
fn named(headers: &HeaderMap, header: &HeaderName) -> Option<IpAddr> {
    let last = headers.get_all(header).iter().next_back()?.to_str().ok()?;
    let last = last.rsplit(',').next()?.trim();
    last.parse().ok().or_else(|| last.parse().ok().map(|address: std::net::SocketAddr| address.ip()))
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    #[test]
    fn the_entry_of_our_own_proxy_counts() {
        const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
        let header = FORWARDED;
        let of = |value: &str, header| {
            let headers = HeaderMap::from_iter([(FORWARDED, HeaderValue::from_str(value).expect("a header"))]);
            client_address(&headers, "10.0.0.1".parse().expect("an address"), header).to_string()
        };
        assert_eq!(of("6.6.6.6, 192.0.2.7", Some(&header)), "192.0.2.7");
        assert_eq!(of("192.0.2.7:1234", Some(&header)), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6", Some(&header)), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7", Some(&header)), "192.0.2.7");
        assert_eq!(of("nonsense", Some(&header)), "10.0.0.1");
        assert_eq!(of("192.0.2.7", None), "10.0.0.1");
    }
}
