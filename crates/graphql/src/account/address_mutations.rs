//! Address books.
use super::{
    address::{Address, book},
    customer::Customer,
    customer_of,
    errors::AddressUserError,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    execution::direct,
    mutation::{Keep, refusals, run},
    node::typed_id,
    policy::{Decision, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use futures_util::FutureExt;
use tradewind_commerce::account::{
    Outcome,
    address_book::{self, Code, Defaults, Entry},
};
use tradewind_domain::{address, global_id::NodeKind};
use uuid::Uuid;

/// An address.
#[derive(Clone, InputObject)]
pub struct AddressInput {
    /// Needed where there is no company.
    #[graphql(default)]
    pub first_name: String,
    /// Needed where there is no company.
    #[graphql(default)]
    pub last_name: String,
    /// Empty for a private address.
    #[graphql(default)]
    pub company: String,
    /// Street and number.
    pub line1: String,
    /// Flat, floor.
    #[graphql(default)]
    pub line2: String,
    /// Town.
    pub city: String,
    /// State, province: the code of ISO 3166-2, with or without the country's, where the country has such codes.
    #[graphql(default)]
    pub region: String,
    /// As its country writes it.
    #[graphql(default)]
    pub postal_code: String,
    /// ISO 3166-1, two letters.
    pub country: String,
    /// In international form.
    #[graphql(default)]
    pub phone: String,
}

impl From<AddressInput> for address::AddressInput {
    fn from(input: AddressInput) -> Self {
        let AddressInput { first_name, last_name, company, line1, line2, city, region, postal_code, country, phone } =
            input;
        Self { first_name, last_name, company, line1, line2, city, region, postal_code, country, phone }
    }
}

/// For what an address is taken unless the customer says otherwise; false leaves it as it is.
#[derive(Clone, Copy, Default, InputObject)]
pub struct AddressDefaultsInput {
    /// Goods go there.
    #[graphql(default)]
    pub shipping: bool,
    /// Bills name it.
    #[graphql(default)]
    pub billing: bool,
}

impl From<AddressDefaultsInput> for Defaults {
    fn from(AddressDefaultsInput { shipping, billing }: AddressDefaultsInput) -> Self {
        Self { shipping, billing }
    }
}

/// An address book, and what was done with an address of it.
#[derive(SimpleObject)]
#[graphql(crate = "crate::execution")]
pub struct AddressPayload {
    /// The address; null where it was removed, or nothing was done.
    address: Option<Address>,
    /// The customer, with the whole book.
    customer: Option<Customer>,
    /// Why nothing was done.
    user_errors: Vec<AddressUserError>,
}

impl AddressPayload {
    async fn of(ctx: &Context<'_>, customer: Uuid, outcome: Outcome<Entry, Code>) -> Result<Self> {
        let address = match &outcome {
            Err(_) => None,
            Ok(entry) => book(ctx, customer).await?.into_iter().find(|address| address.row().id == entry.address_id),
        };
        Ok(Self { address, customer: Customer::load(ctx, customer).await?, user_errors: refusals(ctx, outcome) })
    }
}

/// Mutations about address books.
#[derive(Default)]
pub struct AddressMutations;

#[Object(crate = "crate::execution")]
impl AddressMutations {
    /// Adds an address to the customer's book.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn address_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The address.")] input: AddressInput,
        #[graphql(desc = "For what it is taken from now on.", default)] defaults: AddressDefaultsInput,
    ) -> Result<AddressPayload> {
        let (accounts, input) = (&ctx.request().commerce().accounts, input.into());
        let (customer, _) = customer_of(ctx)?;
        let state = (accounts, customer, input, defaults);
        let outcome = run(ctx, Keep::Plainly, &state, |(accounts, customer, input, defaults), tx, moment| {
            address_book::add(accounts, tx, *customer, input, (*defaults).into(), moment).boxed()
        });
        AddressPayload::of(ctx, customer, outcome.await?).await
    }

    /// Replaces an address of the customer's book.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn address_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] address_id: ID,
        #[graphql(desc = "The whole address.")] input: AddressInput,
        #[graphql(desc = "For what it is taken from now on.", default)] defaults: AddressDefaultsInput,
    ) -> Result<AddressPayload> {
        let input = input.into();
        let (customer, _) = customer_of(ctx)?;
        let address = typed_id("addressId", &address_id, NodeKind::Address)?;
        let state = (customer, address, input, defaults);
        let outcome = run(ctx, Keep::Plainly, &state, |(customer, address, input, defaults), tx, moment| {
            address_book::change(tx, *customer, *address, input, (*defaults).into(), moment).boxed()
        });
        AddressPayload::of(ctx, customer, outcome.await?).await
    }

    /// Says for what an address of the customer's book is taken.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn address_set_defaults(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] address_id: ID,
        #[graphql(desc = "For what it is taken from now on.")] defaults: AddressDefaultsInput,
    ) -> Result<AddressPayload> {
        let (customer, _) = customer_of(ctx)?;
        let address = typed_id("addressId", &address_id, NodeKind::Address)?;
        let state = (customer, address, defaults);
        let outcome = run(ctx, Keep::Plainly, &state, |(customer, address, defaults), tx, moment| {
            address_book::set_defaults(tx, *customer, *address, (*defaults).into(), moment).boxed()
        });
        AddressPayload::of(ctx, customer, outcome.await?).await
    }

    /// Removes an address from the customer's book.
    #[graphql(directive = AccessTo::apply(&[Grant::Customer]))]
    async fn address_delete(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] address_id: ID,
    ) -> Result<AddressPayload> {
        let (customer, _) = customer_of(ctx)?;
        let address = typed_id("addressId", &address_id, NodeKind::Address)?;
        let state = (customer, address);
        let outcome = run(ctx, Keep::Plainly, &state, |(customer, address), tx, _| {
            address_book::remove(tx, *customer, *address).boxed()
        });
        AddressPayload::of(ctx, customer, outcome.await?).await
    }
}

direct!(AddressMutations {});
governed! {
    Decision::Part => AddressMutations;
    Decision::Never => AddressPayload;
}

direct!(AddressPayload {});
