//! The query string of a URL, read strictly: `application/x-www-form-urlencoded` of the URL standard repairs what is
//! wrong, and a repaired document is another one than was meant.
use std::borrow::Cow;

/// What is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// `%` without two hexadecimal digits behind it.
    Percent,
    /// Not UTF-8 once decoded.
    Utf8,
}

impl Malformed {
    pub(super) fn message(&self) -> &'static str {
        match self {
            Self::Percent => "the query string has a % without two hexadecimal digits behind it: encode % as %25",
            Self::Utf8 => "the query string is not UTF-8 once its percent encoding is undone",
        }
    }
}

/// Names and values, in order.
pub(super) fn pairs(query: &str) -> impl Iterator<Item = Result<(Cow<'_, str>, Cow<'_, str>), Malformed>> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Ok((decode(name)?, decode(value)?))
    })
}

fn decode(text: &str) -> Result<Cow<'_, str>, Malformed> {
    let Some(first) = text.find(['%', '+']) else { return Ok(Cow::Borrowed(text)) };
    let mut bytes = Vec::with_capacity(text.len());
    bytes.extend_from_slice(&text.as_bytes()[..first]);
    let mut rest = text.as_bytes()[first..].iter();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(*rest.next()?).to_digit(16);
                let (high, low) = (digit(), digit());
                let byte = high.zip(low).map(|(high, low)| high << 4 | low).and_then(|byte| u8::try_from(byte).ok());
                byte.ok_or(Malformed::Percent)?
            }
            byte => *byte,
        });
    }
    String::from_utf8(bytes).map(Cow::Owned).map_err(|_| Malformed::Utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<Vec<(String, String)>, Malformed> {
        pairs(query).map(|pair| pair.map(|(name, value)| (name.into_owned(), value.into_owned()))).collect()
    }

    #[test]
    fn what_is_well_formed_is_read_as_the_url_standard_says() {
        for query in ["", "a", "a=", "=b", "a=b&c=d", "&&a=b&", "a=b=c", "q=%7B+a%20%7D&%71=%C3%BC", "a=%2B%25%26"] {
            let expected: Vec<_> =
                form_urlencoded::parse(query.as_bytes()).map(|(name, value)| (name.into(), value.into())).collect();
            assert_eq!(read(query), Ok(expected), "{query}");
        }
    }

    #[test]
    fn what_is_not_is_refused() {
        for query in ["a=%", "a=%7", "%zz=1", "a=100%&b=1", "a=%+1", "a=%-1"] {
            assert_eq!(read(query), Err(Malformed::Percent), "{query}");
        }
        for query in ["a=%ff", "%C3=1", "a=%ED%A0%80"] {
            assert_eq!(read(query), Err(Malformed::Utf8), "{query}");
        }
    }
}
