//! Reads single cells.
use super::limits::MAX_COUNT;

/// What a file says about a fact: nothing (no such column), that it is empty, or a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Given<T> {
    /// The file has no such column: what is stored stays.
    #[default]
    Omitted,
    /// The cell is empty: what is stored is removed.
    Blank,
    /// The cell's value.
    Is(T),
}

impl<T> Given<T> {
    pub(crate) fn apply(self, stored: &mut Option<T>) {
        match self {
            Self::Omitted => {}
            Self::Blank => *stored = None,
            Self::Is(value) => *stored = Some(value),
        }
    }
    pub(crate) fn apply_or_default(self, stored: &mut T)
    where
        T: Default,
    {
        match self {
            Self::Omitted => {}
            Self::Blank => *stored = T::default(),
            Self::Is(value) => *stored = value,
        }
    }
    pub(crate) fn is(self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value),
            _ => None,
        }
    }
}

/// A reason and a way out.
pub(crate) type BadCell = (String, String);

fn bad<T>(reason: &str, way_out: &str) -> Result<T, BadCell> {
    Err((reason.to_owned(), way_out.to_owned()))
}

/// TRUE, true, 1, yes and their opposites.
pub(crate) fn truth(text: &str) -> Result<bool, BadCell> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "y" => Ok(true),
        "false" | "0" | "no" | "n" => Ok(false),
        _ => bad("is neither true nor false", "write TRUE or FALSE"),
    }
}

/// A whole number; a fraction of zeros is accepted, because spreadsheets add one.
pub(crate) fn integer(text: &str) -> Result<i64, BadCell> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = whole.strip_prefix(['-', '+']).unwrap_or(whole);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) || !fraction.bytes().all(|b| b == b'0') {
        return bad("is not a whole number", "write digits only, such as 12 or -3");
    }
    match whole.parse::<i64>() {
        Ok(number) if number.abs() <= MAX_COUNT => Ok(number),
        _ => bad("is too large", "write a number below one million million"),
    }
}

/// Grams, rounded half up to whole ones: pounds and ounces arrive as fractions of a gram.
pub(crate) fn grams(text: &str) -> Result<i64, BadCell> {
    let text = text.trim();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return bad("is not a weight in grams", "write digits with an optional point, such as 350, without a unit");
    }
    let up = i64::from(fraction.as_bytes().first().is_some_and(|digit| *digit >= b'5'));
    match format!("0{whole}").parse::<i64>() {
        Ok(grams) if grams < MAX_COUNT => Ok(grams + up),
        _ => bad("is too large", "write the weight in grams"),
    }
}

/// A plain number with an optional sign and point.
pub(crate) fn number(text: &str) -> Result<(), BadCell> {
    let digits = text.trim().trim_start_matches('-');
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') && digits.matches('.').count() <= 1;
    match plain && digits.bytes().any(|b| b.is_ascii_digit()) {
        true => Ok(()),
        false => bad("is not a number", "write digits with an optional point, such as 12.5"),
    }
}

/// An absolute address of the web.
pub(crate) fn web_address(text: &str) -> Result<(), BadCell> {
    const WAY_OUT: &str = "write a whole address, such as https://example.com/picture.jpg, with %20 for spaces";
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return bad("contains spaces or line breaks", WAY_OUT);
    }
    if text.len() > 4_096 {
        return bad("is longer than 4,096 bytes", WAY_OUT);
    }
    match ammonia::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(()),
        Ok(_) => bad("is not an http(s) address", WAY_OUT),
        Err(_) => bad("is not an address", WAY_OUT),
    }
}

/// Spreadsheets are kept from reading a barcode as a number by an apostrophe (`'0123`) or a formula (`="0123"`).
pub(crate) fn barcode(text: &str) -> &str {
    let text = text.trim();
    let inner = text.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_else(|| text.strip_prefix('\'').unwrap_or(text)).trim()
}

/// Whether a spreadsheet has turned a long number into `1.23457E+12`: its digits are lost.
pub(crate) fn looks_scientific(text: &str) -> bool {
    text.split_once(['E', 'e']).is_some_and(|(mantissa, exponent)| {
        mantissa.contains('.')
            && mantissa.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && exponent.strip_prefix('+').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cells() {
        assert_eq!(integer(" -3 "), Ok(-3));
        assert_eq!(integer("5.0"), Ok(5));
        for text in ["5.5", "1e3", "", "-", "five", "1,000", "9999999999999", "٣"] {
            assert!(integer(text).is_err(), "{text}");
        }
        assert_eq!(grams("226.796185"), Ok(227));
        assert_eq!(grams("0"), Ok(0));
        assert!(grams("-1").is_err() && grams("1 kg").is_err() && grams(".").is_err());
        assert_eq!(truth("YES"), Ok(true));
        assert!(truth("maybe").is_err());
        assert_eq!(barcode("'0123"), "0123");
        assert_eq!(barcode("=\"0123\""), "0123");
        assert!(looks_scientific("1.23457E+12") && !looks_scientific("E+12") && !looks_scientific("12E3"));
        assert!(web_address("HTTPS://cdn.example.com/a@2x.jpg?v=1").is_ok());
        for text in ["//cdn/a.jpg", "ftp://a/b", "javascript:alert(1)", "data:,x", "a b", "https://", "picture.jpg"] {
            assert!(web_address(text).is_err(), "{text}");
        }
    }
}
