//! Customers as staff see them.
use super::connection::{Asked, Page, Placed, connection};
use crate::{
    access::{AccessTo, Grant},
    account::{Address, book},
    buy::OrderConnection,
    context::Request as _,
    error::{Code, database, error},
    execution::direct,
    node::typed_id,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::read::{
    customer::{ManagedCustomerRow, customers_by_email, managed_customers_by_ids, newest_customers},
    listing::{Position, SortKey},
};
use uuid::Uuid;

connection!(ManagedCustomerConnection, ManagedCustomerEdge, ManagedCustomer, "customers");

/// A customer, as staff see them.
#[derive(Clone)]
pub struct ManagedCustomer {
    row: Arc<ManagedCustomerRow>,
    /// The list that it stands in is in the order of the e-mails.
    by_email: bool,
}

impl Placed for ManagedCustomer {
    fn position(&self) -> Position {
        let key =
            if self.by_email { SortKey::Text(self.row.email.clone()) } else { SortKey::Time(self.row.created_at) };
        Position { key, id: self.row.id }
    }
}

impl ManagedCustomer {
    /// The customer, for who may look at customers.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::CustomersRead) {
            return Ok(None);
        }
        let rows = managed_customers_by_ids(&ctx.request().db, vec![id]).await.map_err(database)?;
        Ok(rows.into_iter().next().map(|row| Self { row: Arc::new(row), by_email: false }))
    }
}

/// A customer, as staff see them.
#[Object(crate = "crate::execution", directive = CacheControl::apply(ManagedCustomer::DECISION))]
impl ManagedCustomer {
    /// Opaque id, that of the `Customer`.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::Customer, self.row.id))
    }
    /// The address that the customer logs in with; of one who is anonymised, none that mail can be sent to.
    async fn email(&self) -> &str {
        &self.row.email
    }
    /// Whether the customer has confirmed that the address is theirs.
    async fn is_email_verified(&self) -> bool {
        self.row.email_verified_at.is_some()
    }
    /// Shown beside reviews.
    async fn display_name(&self) -> &str {
        &self.row.display_name
    }
    /// May be empty.
    async fn given_name(&self) -> &str {
        &self.row.given_name
    }
    /// May be empty.
    async fn family_name(&self) -> &str {
        &self.row.family_name
    }
    /// In international form.
    async fn phone(&self) -> Option<&str> {
        self.row.phone.as_deref()
    }
    /// Whether the customer wants to hear of offers.
    async fn accepts_marketing(&self) -> bool {
        self.row.accepts_marketing
    }
    /// Whether nobody can log in.
    async fn is_disabled(&self) -> bool {
        self.row.disabled_at.is_some()
    }
    /// Since when nobody can log in.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.row.disabled_at
    }
    /// Since when nothing personal is left; null: the customer is there.
    async fn anonymised_at(&self) -> Option<DateTime<Utc>> {
        self.row.deleted_at
    }
    /// When the account was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.row.created_at
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.row.updated_at
    }
    /// The address book, the oldest first.
    async fn addresses(&self, ctx: &Context<'_>) -> Result<Vec<Address>> {
        book(ctx, self.row.id).await
    }
    /// The customer's orders, newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersRead]))]
    async fn orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Those behind this cursor.")] after: Option<String>,
    ) -> Result<OrderConnection> {
        OrderConnection::load(ctx, self.row.id, first, after).await
    }
}

/// Queries for customers.
#[derive(Default)]
pub struct ManagedCustomerQuery;

async fn rows(ctx: &Context<'_>, beginning: Option<&str>, asked: &Asked) -> Result<Vec<ManagedCustomerRow>> {
    let db = &ctx.request().db;
    let found = match (beginning, asked.after.as_ref()) {
        (None, after) => newest_customers(db, after.map(|position| position.id), asked.rows()).await,
        (Some(beginning), None) => customers_by_email(db, beginning, "", asked.rows()).await,
        (Some(beginning), Some(Position { key: SortKey::Text(email), .. })) => {
            customers_by_email(db, beginning, email, asked.rows()).await
        }
        (Some(_), Some(_)) => return Err(error(Code::BadCursor, "`after` is no cursor of this list: leave it out")),
    };
    found.map_err(database)
}

#[Object(crate = "crate::execution")]
impl ManagedCustomerQuery {
    /// For staff: customers, the newest first; or those whose e-mail begins with a text, in the order of the e-mails.
    #[graphql(directive = AccessTo::apply(&[Grant::CustomersRead]))]
    async fn managed_customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Those behind this cursor.")] after: Option<String>,
        #[graphql(desc = "How the e-mail begins; case does not matter.")] query: Option<String>,
    ) -> Result<ManagedCustomerConnection> {
        let beginning = query.map(|text| text.trim().to_lowercase()).filter(|text| !text.is_empty());
        let asked = Asked::of(first, after.as_deref(), &("customers", &beginning))?;
        // No address has one, and not every database can be asked for it.
        let impossible = beginning.as_deref().is_some_and(|text| text.chars().any(char::is_control));
        let rows = if impossible { Vec::new() } else { rows(ctx, beginning.as_deref(), &asked).await? };
        let by_email = beginning.is_some();
        let nodes = rows.into_iter().map(|row| ManagedCustomer { row: Arc::new(row), by_email }).collect();
        Ok(ManagedCustomerConnection(Page::of(nodes, &asked)))
    }

    /// For staff: a customer; null where there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::CustomersRead]))]
    async fn managed_customer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Id of the customer.")] id: ID,
    ) -> Result<Option<ManagedCustomer>> {
        ManagedCustomer::load(ctx, typed_id("id", &id, NodeKind::Customer)?).await
    }
}

direct!(ManagedCustomer {});
direct!(ManagedCustomerQuery {});
governed! {
    Decision::Never => ManagedCustomer;
    Decision::Part => ManagedCustomerQuery;
}
