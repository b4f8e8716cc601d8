//! Countries by their ISO 3166-1 alpha-2 code.
use crate::refusal::shown;
use country_code_enum::CountryCode;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A country or territory of ISO 3166-1, or Kosovo (`XK`, which post and banks use though ISO only reserves it).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Country(CountryCode);

/// A text that is no country.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a country: use a two-letter code of ISO 3166-1, such as DE")]
pub struct UnknownCountry(pub String);

impl Country {
    /// Reads a code, in either case.
    pub fn parse(code: &str) -> Result<Self, UnknownCountry> {
        let code = code.trim();
        // The crate folds case as Unicode does, which makes `ß` South Sudan.
        match code.len() {
            2 if code.is_ascii() => code.parse().map(Self).map_err(|_| UnknownCountry(shown(code))),
            _ => Err(UnknownCountry(shown(code))),
        }
    }

    /// Every country, by code.
    pub fn all() -> impl Iterator<Item = Self> {
        CountryCode::ALL.into_iter().map(Self)
    }

    /// The code in upper case: `DE`.
    pub fn code(self) -> &'static str {
        self.0.into()
    }

    /// The name in English.
    pub fn name(self) -> &'static str {
        self.0.name()
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl TryFrom<String> for Country {
    type Error = UnknownCountry;
    fn try_from(code: String) -> Result<Self, UnknownCountry> {
        Self::parse(&code)
    }
}
impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.code().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_in_either_case() {
        for country in Country::all() {
            assert_eq!(Country::parse(country.code()), Ok(country));
            assert_eq!(Country::parse(&country.code().to_lowercase()), Ok(country));
        }
        for text in ["", "D", "DEU", "ZZ", "Ö", "ß"] {
            assert_eq!(Country::parse(text), Err(UnknownCountry(text.to_owned())));
        }
    }
}
