//! Which web pages may call.
use super::value;

/// Web origins that may read answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every origin; safe because browsers send no cookies to `*`.
    Any,
    /// Any port of this machine.
    Localhost,
    /// These, compared as written; empty is none.
    List(Vec<String>),
}

impl Origins {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        match text {
            "*" => return Ok(Self::Any),
            "localhost" => return Ok(Self::Localhost),
            _ => {}
        }
        let origins = value::list(text);
        match origins.iter().find(|origin| !is_origin(origin)) {
            None => Ok(Self::List(origins)),
            Some(wrong) => {
                Err(format!("{wrong:?} is no origin: write scheme://host[:port] without a path, *, or localhost"))
            }
        }
    }

    /// Whether a page of this origin may read answers.
    pub fn allow(&self, origin: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Localhost => is_local(origin),
            Self::List(origins) => origins.iter().any(|allowed| allowed == origin),
        }
    }
}

fn is_origin(text: &str) -> bool {
    let uri: Option<hyper::Uri> = text.parse().ok();
    uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some()
            && !text.ends_with('/')
            && uri.path() == "/"
    })
}

fn is_local(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let host = host.map(|host| {
        host.rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
            .map_or(host, |(host, _)| host)
    });
    matches!(host, Some("localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_this_machine_only() {
        for origin in
            ["http://localhost", "http://localhost:5173", "https://127.0.0.1:8443", "http://[::1]:80", "http://[::1]"]
        {
            assert!(Origins::Localhost.allow(origin), "{origin}");
        }
        for origin in [
            "http://localhost.evil.example",
            "http://evil.example:80",
            "null",
            "http://localhost:80@evil.example",
            "ftp://localhost",
        ] {
            assert!(!Origins::Localhost.allow(origin), "{origin}");
        }
    }

    #[test]
    fn a_list_is_compared_as_written() {
        let origins = Origins::parse("https://shop.example, https://admin.example:8443").expect("valid");
        assert!(origins.allow("https://shop.example") && origins.allow("https://admin.example:8443"));
        assert!(!origins.allow("http://shop.example") && !origins.allow("https://shop.example.evil.example"));
        assert!(Origins::parse("shop.example").is_err() && Origins::parse("https://shop.example/path").is_err());
    }
}
