//! Words: names of a closed list that stand in the API or the database, and never change meaning.

/// One of a closed list of words.
pub trait Word: Copy + 'static {
    /// Every one, in the order of the documentation.
    const ALL: &'static [Self];

    /// The word: `INSUFFICIENT_STOCK` of a code that clients see, `partially_paid` of a state that is stored.
    fn as_str(self) -> &'static str;

    /// One sentence for the schema.
    fn description(self) -> &'static str;

    /// Reads the word.
    fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|word| word.as_str() == text)
    }
}

/// Declares an enum of words; the doc comment of a variant is its description.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $( #[doc = $doc:literal] $variant:ident = $text:literal, )+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $( #[doc = $doc] #[serde(rename = $text)] $variant, )+ }

        impl $crate::word::Word for $name {
            const ALL: &'static [Self] = &[ $( Self::$variant, )+ ];
            fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $text, )+ }
            }
            fn description(self) -> &'static str {
                match self { $( Self::$variant => $doc.trim_ascii(), )+ }
            }
        }
    };
}
pub(crate) use words;
