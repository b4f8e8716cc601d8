//! Texts to values; each error says what would be right.
use std::{fmt::Display, net::IpAddr, ops::RangeInclusive, str::FromStr, time::Duration};

pub(super) fn number<T: FromStr + PartialOrd + Display>(text: &str, range: RangeInclusive<T>) -> Result<T, String> {
    text.replace('_', "")
        .parse()
        .ok()
        .filter(|value| range.contains(value))
        .ok_or_else(|| format!("write a whole number from {} to {}", range.start(), range.end()))
}

pub(super) fn share(text: &str) -> Result<f64, String> {
    let value = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "write a number from 0 (none) to 1 (all)".to_owned())
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "1" | "yes" | "on" => Ok(true),
        "false" | "0" | "no" | "off" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if text == "0" {
        return Ok(Duration::ZERO);
    }
    humantime::parse_duration(text)
        .ok()
        .filter(|duration| *duration <= Duration::from_secs(3600))
        .ok_or_else(|| "write a time up to 1h with its unit, such as 500ms, 10s or 2m".to_owned())
}

pub(super) fn bytes(text: &str, range: RangeInclusive<u64>) -> Result<usize, String> {
    let message = || {
        let (low, high) = (bytesize::ByteSize(*range.start()), bytesize::ByteSize(*range.end()));
        format!("write a size from {low} to {high}, such as 256KiB or 1MiB")
    };
    let size = text.parse::<bytesize::ByteSize>().map_err(|_| message())?.as_u64();
    usize::try_from(size).ok().filter(|_| range.contains(&size)).ok_or_else(message)
}

pub(super) fn ip(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| "write an IP address, such as 127.0.0.1, 0.0.0.0 or ::".to_owned())
}

pub(super) fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
}

/// An absolute http(s) address.
pub(super) fn http_url(text: &str) -> Result<String, String> {
    let uri: Option<hyper::Uri> = text.parse().ok();
    let known = |uri: &hyper::Uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.host().is_some();
    match uri.filter(known) {
        Some(_) => Ok(text.trim_end_matches('/').to_owned()),
        None => Err("write an address such as http://collector:4318".to_owned()),
    }
}
