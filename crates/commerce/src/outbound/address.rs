//! Which addresses may be called: whoever configures a URL must not get at the inside of our network by it.
use futures_util::future::BoxFuture;
use hyper_util::client::legacy::connect::dns::{GaiResolver, Name};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
    task::{Context, Poll},
};
use tower_service::Service;

/// What may be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// `https`, at addresses of the public Internet.
    #[default]
    Public,
    /// Any address, also over plain `http`: for development, and where a network of one's own is wanted.
    Anywhere,
}

/// Why a URL or its address is not called. The texts are for staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAllowed {
    /// No absolute URL with a host.
    #[error("the URL must be absolute, such as https://example.com/hooks")]
    Url,
    /// Another scheme, or `http`.
    #[error("the URL must begin with https://")]
    Scheme,
    /// A name or password in the URL would appear in logs.
    #[error("the URL must not contain a name or password")]
    Credentials,
    /// Within a network that is not public.
    #[error("the address {0} is not public")]
    Address(IpAddr),
    /// The name leads nowhere.
    #[error("the host has no address")]
    NoAddress,
}

/// Networks that are no unicast addresses of the public Internet, as (first address, length of the prefix).
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>, and multicast and above.
const V4: [(Ipv4Addr, u32); 15] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];
/// Within 2000::/3, outside of which nothing is public.
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
const V6: [(Ipv6Addr, u32); 4] = [
    // Protocol assignments, with Teredo.
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    // 6to4 carries an IPv4 address.
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];
const NAT64: Ipv6Addr = Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0);

/// Whether the address is one of the public Internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let within =
                |(first, prefix): &(Ipv4Addr, u32)| (u32::from(address) ^ u32::from(*first)) >> (32 - prefix) == 0;
            !V4.iter().any(within)
        }
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let bits = u128::from(address);
    // Written as IPv6, or translated, it is an IPv4 address all the same.
    let embedded = Ipv4Addr::from(u32::try_from(bits & 0xffff_ffff).unwrap_or_default());
    let begins_with = |first: Ipv6Addr, prefix: u32| (bits ^ u128::from(first)) >> (128 - prefix) == 0;
    if address.to_ipv4_mapped().is_some() || begins_with(NAT64, 96) {
        return is_public(IpAddr::V4(embedded));
    }
    bits >> 125 == 1 && !V6.iter().any(|(first, prefix)| begins_with(*first, *prefix))
}

impl Reach {
    fn allows(self, address: IpAddr) -> bool {
        self == Self::Anywhere || is_public(address)
    }
}

/// Checks what a URL says itself. Where its name leads is checked whenever it is called.
pub fn check_url(url: &str, reach: Reach) -> Result<http::Uri, NotAllowed> {
    let uri = http::Uri::from_str(url).map_err(|_| NotAllowed::Url)?;
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return Err(NotAllowed::Url) };
    if authority.as_str().contains('@') {
        return Err(NotAllowed::Credentials);
    }
    if scheme != "https" && (scheme != "http" || reach == Reach::Public) {
        return Err(NotAllowed::Scheme);
    }
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    if host.is_empty() {
        return Err(NotAllowed::Url);
    }
    match IpAddr::from_str(host) {
        Ok(address) if !reach.allows(address) => Err(NotAllowed::Address(address)),
        _ => Ok(uri),
    }
}

/// Looks names up, and refuses one that leads to an address which is not allowed, even beside others that are. The
/// connection is made to what was checked: a name that leads elsewhere a moment later changes nothing.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    system: GaiResolver,
    reach: Reach,
}

impl Resolver {
    pub(super) fn new(reach: Reach) -> Self {
        Self { system: GaiResolver::new(), reach }
    }
}

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Box<dyn std::error::Error + Send + Sync>;
    type Future = BoxFuture<'static, Result<Self::Response, Self::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.system.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let (found, reach) = (self.system.call(name), self.reach);
        Box::pin(async move {
            let found: Vec<SocketAddr> = found.await?.collect();
            Ok(judge(found, reach)?.into_iter())
        })
    }
}

fn judge(found: Vec<SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, NotAllowed> {
    match found.iter().find(|address| !reach.allows(address.ip())) {
        Some(address) => Err(NotAllowed::Address(address.ip())),
        None if found.is_empty() => Err(NotAllowed::NoAddress),
        None => Ok(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn addresses_of_the_inside_are_not_public() {
        let inside = "0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1
            172.31.255.255 192.0.0.1 192.0.2.1 192.168.1.1 198.18.0.1 198.19.255.255 203.0.113.9 224.0.0.1 240.0.0.1
            255.255.255.255 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 100::1
            2001::1 2001:db8::1 2002:7f00:1:: fc00::1 fd12:3456::1 fe80::1 fec0::1 ff02::1 3fff::1 5f00::1";
        for address in inside.split_whitespace() {
            assert!(!is_public(ip(address)), "{address}");
        }
        let outside =
            "1.1.1.1 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 192.167.255.255
            198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 2a00:1450::1 2001:4860:4860::8888
            ::ffff:1.1.1.1 64:ff9b::101:101 2000::1 3ffe::1";
        for address in outside.split_whitespace() {
            assert!(is_public(ip(address)), "{address}");
        }
    }

    #[test]
    fn a_url_is_judged_by_what_it_says() {
        let refused = |url| check_url(url, Reach::Public).unwrap_err();
        assert_eq!(refused("http://example.com/"), NotAllowed::Scheme);
        assert_eq!(refused("ftp://example.com/"), NotAllowed::Scheme);
        assert_eq!(refused("/hooks"), NotAllowed::Url);
        assert_eq!(refused("https:///hooks"), NotAllowed::Url);
        assert_eq!(refused("https://user:secret@example.com/"), NotAllowed::Credentials);
        assert_eq!(refused("https://10.1.2.3/"), NotAllowed::Address(ip("10.1.2.3")));
        assert_eq!(refused("https://[::1]:8443/"), NotAllowed::Address(ip("::1")));
        for url in ["https://example.com", "https://example.com:8443/hooks?shop=1", "https://[2606:4700::1]/"] {
            assert!(check_url(url, Reach::Public).is_ok(), "{url}");
        }
        assert!(check_url("http://127.0.0.1:9000/", Reach::Anywhere).is_ok());
        assert_eq!(check_url("ftp://127.0.0.1/", Reach::Anywhere), Err(NotAllowed::Scheme));
    }

    #[test]
    fn one_private_address_among_others_is_enough() {
        let both: Vec<SocketAddr> = vec!["1.1.1.1:443".parse().unwrap(), "10.0.0.1:443".parse().unwrap()];
        assert_eq!(judge(both.clone(), Reach::Public), Err(NotAllowed::Address(ip("10.0.0.1"))));
        assert_eq!(judge(both[..1].to_vec(), Reach::Public).unwrap().len(), 1);
        assert_eq!(judge(both, Reach::Anywhere).unwrap().len(), 2);
        assert_eq!(judge(Vec::new(), Reach::Public), Err(NotAllowed::NoAddress));
    }
}
