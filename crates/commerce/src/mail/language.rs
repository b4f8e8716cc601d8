//! The languages that mails are written in.

/// A language that the words of all mails are there in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English; also for whoever speaks none of the others.
    #[default]
    English,
}

impl Language {
    /// The one that fits a BCP 47 tag such as `en-GB` best.
    pub fn of(locale: &str) -> Self {
        match locale.split(['-', '_']).next().unwrap_or_default() {
            // Another language is another line here and another file beside `words/english.rs`.
            "en" => Self::English,
            _ => Self::default(),
        }
    }

    /// The BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
        }
    }
}
