//! Addresses as they were written on a checkout or an order.
use crate::{
    execution::direct,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::SimpleObject;
use tradewind_domain::address::Address;

/// Where goods or a bill go. Empty texts stand for what was left out.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(crate = "crate::execution", directive = CacheControl::apply(PostalAddress::DECISION))]
pub struct PostalAddress {
    /// May be empty where there is a company.
    first_name: String,
    /// May be empty where there is a company.
    last_name: String,
    /// Empty for a private address.
    company: String,
    /// Street and number.
    line1: String,
    /// Flat, floor.
    line2: String,
    /// Town.
    city: String,
    /// State, province.
    region: String,
    /// As its country writes it.
    postal_code: String,
    /// ISO 3166-1, two letters.
    country: String,
    /// In international form.
    phone: Option<String>,
}

impl From<&Address> for PostalAddress {
    fn from(address: &Address) -> Self {
        let address = address.clone();
        Self {
            first_name: address.first_name,
            last_name: address.last_name,
            company: address.company,
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            region: address.region,
            postal_code: address.postal_code,
            country: address.country.to_string(),
            phone: address.phone.map(|phone| phone.as_str().to_owned()),
        }
    }
}

direct!(PostalAddress {
    "firstName": first_name,
    "lastName": last_name,
    "company": company,
    "line1": line1,
    "line2": line2,
    "city": city,
    "region": region,
    "postalCode": postal_code,
    "country": country,
    "phone": phone,
});
governed! {
    Decision::Part => PostalAddress;
}
