//! Whose stream it is, as far as an address says.
use hyper::{
    Request,
    header::{HeaderMap, HeaderName},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The other end of the connection; an extension of each request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The address that the proxy in front names, or the connection's own; of IPv6 the network, because one client has all
/// of it.
pub(in crate::http) fn client_address<B>(request: &Request<B>, header: Option<&HeaderName>) -> IpAddr {
    let peer = request.extensions().get().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |Peer(address)| *address);
    network(header.and_then(|header| named(request.headers(), header)).unwrap_or(peer))
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

    #[test]
    fn the_entry_of_our_own_proxy_counts() {
        let header = HeaderName::from_static("x-forwarded-for");
        let of = |value: &str, header| {
            let mut request = Request::builder().header("x-forwarded-for", value).body(()).expect("a request");
            request.extensions_mut().insert(Peer("10.0.0.1".parse().expect("an address")));
            client_address(&request, header).to_string()
        };
        assert_eq!(of("6.6.6.6, 192.0.2.7", Some(&header)), "192.0.2.7");
        assert_eq!(of("192.0.2.7:1234", Some(&header)), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:3:4:5:6", Some(&header)), "2001:db8:1:2::");
        assert_eq!(of("::ffff:192.0.2.7", Some(&header)), "192.0.2.7");
        assert_eq!(of("nonsense", Some(&header)), "10.0.0.1");
        assert_eq!(of("192.0.2.7", None), "10.0.0.1");
    }
}
