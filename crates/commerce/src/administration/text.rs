//! Texts that staff write: on one line, without what a database or a terminal would choke on.

/// Trimmed, with 1 to `longest` characters.
pub(super) fn line(text: &str, longest: usize) -> Result<String, String> {
    let text = optional_line(text, longest)?;
    if text.is_empty() { Err("It is empty: write something.".to_owned()) } else { Ok(text) }
}

/// Trimmed, with at most `longest` characters; may be empty.
pub(super) fn optional_line(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    if text.chars().count() > longest {
        return Err(format!("It is too long: use at most {longest} characters."));
    }
    if text.chars().any(char::is_control) {
        return Err("It has a line break or another control character: write it on one line.".to_owned());
    }
    Ok(text.to_owned())
}

/// What stands in addresses and headers: 1 to 64 of a to z, digits and hyphens, in lower case; capitals become small.
pub(super) fn code(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_lowercase();
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if (1..=64).contains(&code.len()) && code.chars().all(fits) && !code.starts_with('-') && !code.ends_with('-') {
        return Ok(code);
    }
    Err("A code has 1 to 64 letters a to z, digits and hyphens, such as eu-outlet.".to_owned())
}

/// Whether a text has the form of a BCP 47 tag: subtags of letters and digits, the first of letters alone
/// (RFC 5646, section 2.1).
pub(super) fn is_locale(text: &str) -> bool {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    let is_language = (2..=8).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphabetic());
    is_language
        && text.len() <= 35
        && subtags.all(|tag| (1..=8).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_lines() {
        assert_eq!(line(" VAT ", 3), Ok("VAT".to_owned()));
        assert!(
            line("", 3).is_err() && line("VATS", 3).is_err() && line("a\0", 3).is_err() && line("a\nb", 9).is_err()
        );
        assert_eq!(optional_line("  ", 3), Ok(String::new()));
    }

    #[test]
    fn codes_are_small() {
        assert_eq!(code(" EU-2 "), Ok("eu-2".to_owned()));
        for text in ["", "-", "eu-", "-eu", "e u", "eü", &"x".repeat(65)] {
            assert!(code(text).is_err(), "{text}");
        }
    }

    #[test]
    fn locales_have_the_form_of_a_tag() {
        for text in ["de", "de-DE", "zh-Hant-TW", "sl-rozaj-biske", "es-419"] {
            assert!(is_locale(text), "{text}");
        }
        for text in ["", "d", "de_DE", "de-", "1e", "de-DE ", "de-abcdefghi", "français"] {
            assert!(!is_locale(text), "{text}");
        }
    }
}
