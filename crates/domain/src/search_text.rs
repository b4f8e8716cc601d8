//! One spelling for search: the same words in SQLite's FTS5 and PostgreSQL's tsvector, so both answer alike.
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The longest word that is indexed, in characters; longer ones are cut, in the index and in the query alike.
pub const MAX_WORD: usize = 40;

/// Lower case without accents, compatibility forms folded (NFKD): `Crème BRÛLÉE ﬁn` becomes `creme brulee fin`.
pub fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'ß' => 's',
        'ø' => 'o',
        'ł' => 'l',
        'đ' => 'd',
        'ı' => 'i',
        c => c,
    };
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).map(plain).nfc().collect()
}

/// The words of a text, folded. Characters of scripts without spaces (Han, kana, Thai) stand alone, so that
/// any part of a name can be found.
pub fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    let mut out = Vec::new();
    let mut word = String::new();
    for c in folded.chars() {
        if stands_alone(c) {
            flush(&mut word, &mut out);
            out.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.push(c);
        } else if !matches!(c, '\'' | '’') {
            flush(&mut word, &mut out);
        }
    }
    flush(&mut word, &mut out);
    out
}

/// [`words`] joined by single spaces: what the index stores.
pub fn normalized(text: &str) -> String {
    words(text).join(" ")
}

/// The text of an HTML body: tags become spaces, the common entities their characters.
pub fn strip_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                out.push(' ');
            }
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

fn stands_alone(c: char) -> bool {
    matches!(c as u32, 0x0E00..=0x0EFF | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x2FA1F)
}

fn flush(word: &mut String, out: &mut Vec<String>) {
    if !word.is_empty() {
        out.push(std::mem::take(word).chars().take(MAX_WORD).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_accents_case_and_width() {
        assert_eq!(fold("Crème BRÛLÉE ﬁn Straße"), "creme brulee fin strase");
        assert_eq!(words("L'été — 100% Wool/silk"), ["lete", "100", "wool", "silk"]);
        assert_eq!(words("東京 T-シャツ"), ["東", "京", "t", "シ", "ャ", "ツ"]);
        assert_eq!(normalized("  A\u{301}b  c "), "ab c");
        assert_eq!(strip_html("<p>Soft &amp; <b>warm</b></p>").trim(), "Soft &  warm");
    }
}
