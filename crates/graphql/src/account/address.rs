//! Addresses of an address book.
use super::PRIVATE;
use crate::{
    cached::cached,
    context::Request as _,
    error::load,
    execution::direct,
    loaders::{batch, shared},
    policy::{CacheControl, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::address::{AddressRow, addresses_by_customers};
use uuid::Uuid;

batch!(
    /// Address books.
    AddressesOf, "addresses", Uuid => Arc<Vec<AddressRow>>, |list| list.len(),
    |source, keys| Ok(shared(addresses_by_customers(&source.db, keys).await?))
);
cached!(AddressesOf as Address;
    key(source, customer, out) { write!(out, "{customer}") }
    tags(source, customer, tags) { tags.addresses(*customer); });

/// The address book of a customer, the oldest first.
pub(crate) async fn book(ctx: &Context<'_>, customer: Uuid) -> Result<Vec<Address>> {
    let rows = ctx.request().loaders.addresses_of().load(customer).await.map_err(load)?.unwrap_or_default();
    Ok((0..rows.len()).map(|place| Address { rows: Arc::clone(&rows), place }).collect())
}

/// An address of a customer's book.
#[derive(Clone)]
pub struct Address {
    rows: Arc<Vec<AddressRow>>,
    place: usize,
}

impl Address {
    pub(crate) fn row(&self) -> &AddressRow {
        &self.rows[self.place]
    }
}

/// An address of a customer's book. Empty texts stand for what was left out.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Address::DECISION))]
impl Address {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Address, self.row().id))
    }
    /// May be empty where there is a company.
    async fn first_name(&self) -> &str {
        &self.row().first_name
    }
    /// May be empty where there is a company.
    async fn last_name(&self) -> &str {
        &self.row().last_name
    }
    /// Empty for a private address.
    async fn company(&self) -> &str {
        &self.row().company
    }
    /// Street and number.
    async fn line1(&self) -> &str {
        &self.row().line1
    }
    /// Flat, floor.
    async fn line2(&self) -> &str {
        &self.row().line2
    }
    /// Town.
    async fn city(&self) -> &str {
        &self.row().city
    }
    /// State, province: the code of ISO 3166-2 without the country's, where the country has such codes.
    async fn region(&self) -> &str {
        &self.row().region
    }
    /// As its country writes it.
    async fn postal_code(&self) -> &str {
        &self.row().postal_code
    }
    /// ISO 3166-1, two letters.
    async fn country(&self) -> &str {
        &self.row().country
    }
    /// In international form.
    async fn phone(&self) -> Option<&str> {
        self.row().phone.as_deref()
    }
    /// Goods go there unless the customer says otherwise.
    async fn is_default_shipping(&self) -> bool {
        self.row().is_default_shipping
    }
    /// Bills name it unless the customer says otherwise.
    async fn is_default_billing(&self) -> bool {
        self.row().is_default_billing
    }
}

direct!(Address {
    "id" => !id,
    "firstName" => !first_name,
    "lastName" => !last_name,
    "company" => !company,
    "line1" => !line1,
    "line2" => !line2,
    "city" => !city,
    "region" => !region,
    "postalCode" => !postal_code,
    "country" => !country,
    "phone" => !phone,
    "isDefaultShipping" => !is_default_shipping,
    "isDefaultBilling" => !is_default_billing,
});
governed! {
    PRIVATE => Address;
}
