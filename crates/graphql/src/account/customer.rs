//! The customer who is logged in.
use super::{
    PRIVATE,
    address::{Address, book},
    device::{Device, devices},
};
use crate::{
    access::{AccessTo, Grant, Viewer},
    buy::OrderConnection,
    cached::cached,
    context::Request as _,
    error::load,
    execution::direct,
    loaders::{batch, by_id},
    mutation::fault,
    policy::{CacheControl, Decision, Governed as _, governed},
    scalars::Json,
};
use async_graphql::{Context, ID, Object, Result, Value};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_commerce::account::export;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::customer::{ProfileRow, profiles_by_ids};
use uuid::Uuid;

batch!(
    /// Profiles.
    ProfileById, "profile", Uuid => Arc<ProfileRow>, |_| 1,
    |source, keys| Ok(by_id(profiles_by_ids(&source.db, keys).await?, |row| row.id))
);
cached!(ProfileById as Customer, absent: never;
    key(source, id, out) { write!(out, "{id}") }
    tags(source, id, tags) { tags.customer(*id); });

/// A customer, as they see themselves.
pub struct Customer(Arc<ProfileRow>);

impl Customer {
    /// None where the account is gone.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        Ok(ctx.request().loaders.profile_by_id().load(id).await.map_err(load)?.map(Self))
    }
}

/// A customer, as they see themselves.
#[Object(crate = "crate::execution", directive = CacheControl::apply(Customer::DECISION))]
impl Customer {
    /// Opaque id.
    async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Customer, self.0.id))
    }
    /// The address that the customer logs in with.
    async fn email(&self) -> &str {
        &self.0.email
    }
    /// Whether the customer has confirmed that the address is theirs.
    async fn is_email_verified(&self) -> bool {
        self.0.email_verified_at.is_some()
    }
    /// Shown beside reviews.
    async fn display_name(&self) -> &str {
        &self.0.display_name
    }
    /// May be empty.
    async fn given_name(&self) -> &str {
        &self.0.given_name
    }
    /// May be empty.
    async fn family_name(&self) -> &str {
        &self.0.family_name
    }
    /// In international form.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }
    /// Whether the customer wants to hear of offers.
    async fn accepts_marketing(&self) -> bool {
        self.0.accepts_marketing
    }
    /// Goes up with each change, for `expectedVersion`.
    async fn version(&self) -> i64 {
        self.0.version
    }
    /// When the account was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    /// The address book, the oldest first.
    async fn addresses(&self, ctx: &Context<'_>) -> Result<Vec<Address>> {
        book(ctx, self.0.id).await
    }
    /// Where goods go unless the customer says otherwise.
    async fn default_shipping_address(&self, ctx: &Context<'_>) -> Result<Option<Address>> {
        Ok(book(ctx, self.0.id).await?.into_iter().find(|address| address.row().is_default_shipping))
    }
    /// What bills name unless the customer says otherwise.
    async fn default_billing_address(&self, ctx: &Context<'_>) -> Result<Option<Address>> {
        Ok(book(ctx, self.0.id).await?.into_iter().find(|address| address.row().is_default_billing))
    }
    /// Where the customer is logged in, the newest first, at most 100.
    async fn devices(&self, ctx: &Context<'_>) -> Result<Vec<Device>> {
        devices(ctx, self.0.id).await
    }
    /// The customer's orders, newest first.
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Page size, at most 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Behind the item of this cursor.")] after: Option<String>,
    ) -> Result<OrderConnection> {
        OrderConnection::load(ctx, self.0.id, first, after).await
    }
    /// All that the shop knows of the customer, for them to take along.
    #[graphql(directive = CacheControl::apply(Decision::Never))]
    async fn data_export(&self, ctx: &Context<'_>) -> Result<Json> {
        let request = ctx.request();
        let exported =
            export::export(&request.commerce().accounts, self.0.id, request.scope.now).await.map_err(fault)?;
        Ok(Json(exported.and_then(|exported| Value::from_json(exported).ok()).unwrap_or_default()))
    }
}

/// Who is logged in.
#[derive(Default)]
pub struct CustomerQuery;

#[Object(crate = "crate::execution")]
impl CustomerQuery {
    /// The customer who is logged in; null for a request without a session.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>> {
        match ctx.request().caller.viewer {
            Some(Viewer::Customer { customer, .. }) => Customer::load(ctx, customer).await,
            _ => Ok(None),
        }
    }
}

direct!(Customer {
    "id" => !id,
    "email" => !email,
    "isEmailVerified" => !is_email_verified,
    "displayName" => !display_name,
    "givenName" => !given_name,
    "familyName" => !family_name,
    "phone" => !phone,
    "acceptsMarketing" => !accepts_marketing,
    "version" => !version,
    "createdAt" => !created_at,
    "updatedAt" => !updated_at,
    "addresses" => addresses,
    "defaultShippingAddress" => default_shipping_address,
    "defaultBillingAddress" => default_billing_address,
    "devices" => devices,
});
direct!(CustomerQuery {});
governed! {
    PRIVATE => Customer;
    Decision::Part => CustomerQuery;
}
