//! Parts of the world.
use super::object::objects;
use crate::error::bad_input;
use async_graphql::{InputObject, Result};
use std::fmt::Display;
use tradewind_domain::{country::Country, zone};

objects! {
    /// A part of the world. The narrowest one that a place lies in counts: first by how much of the postal code it names,
    /// then by region, then by country.
    Zone {
        /// ISO 3166-1, two letters; null: everywhere.
        country: Option<String>,
        /// A state or province: its ISO 3166-2 code without the country's; null: all of them.
        region: Option<String>,
        /// How the postal code begins; null: anyhow.
        postal_prefix: Option<String>,
    }
}

impl Zone {
    pub(super) fn of(zone: &zone::Zone) -> Self {
        match zone {
            zone::Zone::Everywhere => Self { country: None, region: None, postal_prefix: None },
            zone::Zone::In { country, region, postal_prefix } => Self {
                country: Some(country.code().to_owned()),
                region: region.clone(),
                postal_prefix: postal_prefix.clone(),
            },
        }
    }
}

/// A part of the world; `{}` is everywhere.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ZoneInput {
    /// ISO 3166-1, two letters; null: everywhere.
    pub country: Option<String>,
    /// A state or province: its ISO 3166-2 code without the country's; null: all of them.
    pub region: Option<String>,
    /// How the postal code begins; null: anyhow.
    pub postal_prefix: Option<String>,
}

impl ZoneInput {
    /// The zone that stands at this place of the input.
    pub(super) fn read(&self, place: impl Display) -> Result<zone::Zone> {
        let Some(code) = &self.country else {
            if self.region.is_some() || self.postal_prefix.is_some() {
                return Err(bad_input(format!("`{place}` has a part of a country: say which `country`")));
            }
            return Ok(zone::Zone::Everywhere);
        };
        let country = country(format_args!("{place}.country"), code)?;
        Ok(zone::Zone::In { country, region: self.region.clone(), postal_prefix: self.postal_prefix.clone() })
    }
}

pub(super) fn country(place: impl Display, code: &str) -> Result<Country> {
    Country::parse(code).map_err(|cause| bad_input(format!("`{place}`: {cause}")))
}
