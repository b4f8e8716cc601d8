//! Zones: parts of the world that taxes and shipping are different in.
use crate::address_format::fold_code;
use crate::country::Country;
use serde::{Deserialize, Serialize};

/// Where goods go, as far as taxes and shipping care. Made by [`Place::new`], which folds the codes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    country: Country,
    region: String,
    postal_code: String,
}

impl Place {
    /// A place; `region` and `postal_code` may be empty.
    pub fn new(country: Country, region: &str, postal_code: &str) -> Self {
        Self { country, region: fold_region(country, region), postal_code: fold_code(postal_code) }
    }

    /// The country.
    pub fn country(&self) -> Country {
        self.country
    }
}

/// A part of the world. Region and postal codes are compared without case, spaces and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zone {
    /// Wherever no other zone is more specific.
    Everywhere,
    /// A country, or a part of it.
    In {
        /// The country.
        country: Country,
        /// A state or province: its ISO 3166-2 code without the country; None: all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<String>,
        /// How the postal code begins; None: anyhow.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        postal_prefix: Option<String>,
    },
}

/// How narrow a zone is; greater is narrower. A longer postal prefix is narrower than any region, because regions are
/// made of postal codes; then comes the region, then the country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Specificity(usize, bool, bool);

impl Zone {
    /// A whole country.
    pub fn country(country: Country) -> Self {
        Self::In { country, region: None, postal_prefix: None }
    }

    /// A state or province.
    pub fn region(country: Country, region: &str) -> Self {
        Self::In { country, region: Some(region.to_owned()), postal_prefix: None }
    }

    /// The places of a country whose postal code begins so.
    pub fn postal(country: Country, prefix: &str) -> Self {
        Self::In { country, region: None, postal_prefix: Some(prefix.to_owned()) }
    }

    /// Whether the place lies in it.
    pub fn contains(&self, place: &Place) -> bool {
        let Self::In { country, region, postal_prefix } = self else { return true };
        *country == place.country
            && region.as_ref().is_none_or(|region| fold_region(*country, region) == place.region)
            && postal_prefix.as_ref().is_none_or(|prefix| place.postal_code.starts_with(&fold_code(prefix)))
    }

    /// How narrow it is.
    pub fn specificity(&self) -> Specificity {
        match self {
            Self::Everywhere => Specificity(0, false, false),
            Self::In { region, postal_prefix, .. } => {
                let prefix = postal_prefix.as_ref().map_or(0, |prefix| fold_code(prefix).chars().count());
                Specificity(prefix, region.is_some(), true)
            }
        }
    }
}

/// `US-CA` is `CA`.
fn fold_region(country: Country, region: &str) -> String {
    let region = region.trim().to_uppercase();
    fold_code(region.strip_prefix(country.code()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&region))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    #[test]
    fn codes_are_compared_without_case_and_spaces() {
        let place = Place::new(country("GB"), "gb-eng", "sw1a 1aa");
        assert!(Zone::Everywhere.contains(&place));
        assert!(Zone::country(country("GB")).contains(&place));
        assert!(Zone::region(country("GB"), "ENG").contains(&place));
        assert!(Zone::postal(country("GB"), "SW1").contains(&place));
        assert!(!Zone::postal(country("GB"), "SW2").contains(&place));
        assert!(!Zone::region(country("GB"), "SCT").contains(&place));
        assert!(!Zone::postal(country("US"), "SW1").contains(&place));
    }

    #[test]
    fn narrower_zones_are_more_specific() {
        let us = country("US");
        let zones = [
            Zone::Everywhere,
            Zone::country(us),
            Zone::region(us, "CA"),
            Zone::postal(us, "9"),
            Zone::In { country: us, region: Some("CA".into()), postal_prefix: Some("9".into()) },
            Zone::postal(us, "94"),
        ];
        assert!(zones.is_sorted_by(|a, b| a.specificity() < b.specificity()));
    }

    #[test]
    fn what_is_stored_is_read() {
        for zone in [Zone::Everywhere, Zone::region(country("US"), "CA"), Zone::postal(country("ES"), "35")] {
            let text = serde_json::to_string(&zone).unwrap();
            assert_eq!(serde_json::from_str::<Zone>(&text).unwrap(), zone, "{text}");
        }
    }
}
