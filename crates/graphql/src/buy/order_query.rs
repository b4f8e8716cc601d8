//! Finding orders.
use super::order::{Order, OrderFulfilmentStatus, OrderPaymentStatus, OrderReturnStatus, OrderStatus};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    cursor::{self, Fingerprint},
    error::{Code, bad_input, database, error},
    execution::direct,
    node::typed_id,
    page::{PageInfo, edge, page_size},
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, ID, InputObject, Object, Result};
use futures_util::future::try_join_all;
use std::sync::Arc;
use tradewind_commerce::{
    account::Token,
    orders::{find_order, order_of_token, orders_page},
};
use tradewind_domain::{email::Email, global_id::NodeKind};
use tradewind_persistence::read::{
    listing::{Position, SortKey},
    managed_order::{OrderFilter, managed_orders, order_id_by_number},
};
use uuid::Uuid;

edge!(OrderEdge, Order, "orders");

/// A page of orders, newest first.
pub struct OrderConnection {
    orders: Vec<Order>,
    list: Fingerprint,
    has_next: bool,
    has_previous: bool,
}

fn fingerprint(customer: Uuid) -> Fingerprint {
    Fingerprint::of(&("orders, newest first", customer))
}

fn cursor_of(list: Fingerprint, order: &Order) -> String {
    cursor::encode(list, &Position { key: SortKey::Number(order.row().number), id: order.row().id })
}

impl OrderConnection {
    pub(crate) async fn load(
        ctx: &Context<'_>,
        customer: Uuid,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let size = page_size(first, None)?.size;
        let list = fingerprint(customer);
        let number = number_of(list, after.as_deref())?;
        let rows = orders_page(&ctx.request().db, customer, number, size + 1).await.map_err(database)?;
        let has_next = rows.len() > size as usize;
        let orders = rows.into_iter().take(size as usize).map(|row| Order::of(Arc::new(row))).collect::<Result<_>>()?;
        Ok(Self { orders, list, has_next, has_previous: after.is_some() })
    }

    /// For staff: orders of all customers.
    async fn managed(
        ctx: &Context<'_>,
        filter: OrderFilter,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let size = page_size(first, None)?.size;
        let list = Fingerprint::of(&("managed orders, newest first", &filter));
        let number = number_of(list, after.as_deref())?;
        let mut listed = managed_orders(&ctx.request().db, &filter, number, size + 1).await.map_err(database)?;
        let has_next = listed.len() > size as usize;
        listed.truncate(size as usize);
        let found = try_join_all(listed.iter().map(|listed| Order::load(ctx, listed.id))).await?;
        Ok(Self { orders: found.into_iter().flatten().collect(), list, has_next, has_previous: after.is_some() })
    }
}

/// The number of the order that a cursor stands behind.
fn number_of(list: Fingerprint, after: Option<&str>) -> Result<Option<i64>> {
    match after.map(|after| cursor::decode("after", after, list)).transpose()? {
        None => Ok(None),
        Some(Position { key: SortKey::Number(number), .. }) => Ok(Some(number)),
        Some(_) => Err(error(Code::BadCursor, "`after` is not a cursor of orders: start again without it")),
    }
}

/// A page of orders, newest first.
#[Object(crate = "crate::execution", directive = CacheControl::apply(OrderConnection::DECISION))]
impl OrderConnection {
    /// The orders with their cursors.
    async fn edges(&self) -> Vec<OrderEdge> {
        self.orders.iter().map(|order| OrderEdge { cursor: cursor_of(self.list, order), node: order.clone() }).collect()
    }
    /// The orders.
    async fn nodes(&self) -> &[Order] {
        &self.orders
    }
    /// Where the page lies.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.orders.first().map(|order| cursor_of(self.list, order)),
            end_cursor: self.orders.last().map(|order| cursor_of(self.list, order)),
        }
    }
}

/// Which orders; what is left out does not matter.
#[derive(Clone, Default, InputObject)]
pub struct ManagedOrderFilter {
    /// How far they are.
    pub status: Option<OrderStatus>,
    /// How far they are paid.
    pub payment_status: Option<OrderPaymentStatus>,
    /// How far their goods have left.
    pub fulfilment_status: Option<OrderFulfilmentStatus>,
    /// How far their goods come back.
    pub return_status: Option<OrderReturnStatus>,
    /// Id of the channel where they were placed.
    pub channel_id: Option<ID>,
    /// Id of the customer who placed them.
    pub customer_id: Option<ID>,
    /// The whole address that they were placed with.
    pub email: Option<String>,
}

impl ManagedOrderFilter {
    fn read(self) -> Result<OrderFilter> {
        let id = |name: &str, id: Option<ID>, kind| id.map(|id| typed_id(name, &id, kind)).transpose();
        let email = |text: String| {
            Email::parse(&text)
                .map(|email| email.as_str().to_owned())
                .map_err(|why| bad_input(format!("`filter.email`: {why}")))
        };
        Ok(OrderFilter {
            status: self.status.map(|it| it.0),
            payment: self.payment_status.map(|it| it.0),
            fulfilment: self.fulfilment_status.map(|it| it.0),
            returns: self.return_status.map(|it| it.0),
            channel_id: id("filter.channelId", self.channel_id, NodeKind::Channel)?,
            customer_id: id("filter.customerId", self.customer_id, NodeKind::Customer)?,
            email: self.email.map(email).transpose()?,
        })
    }
}

/// Queries for orders.
#[derive(Default)]
pub struct OrderQuery;

#[Object(crate = "crate::execution")]
impl OrderQuery {
    /// An order, by the token that its checkout gave and its letters carry; null where there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whoever has it may see the order.")] token: String,
    ) -> Result<Option<Order>> {
        let row = order_of_token(&ctx.request().db, &Token::sent(token)).await.map_err(database)?;
        row.map(|row| Order::of(Arc::new(row))).transpose()
    }

    /// A guest's order, by its number and the e-mail address that it was placed with; null where they do not belong
    /// together. Throttled.
    #[graphql(directive = AccessTo::apply(&[Grant::Anyone]))]
    async fn order_look_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What people call it.")] number: i64,
        #[graphql(desc = "The address that it was placed with.")] email: String,
    ) -> Result<Option<Order>> {
        let request = ctx.request();
        let address = request.caller.client.address;
        if let Err(wait) = request.commerce().accounts.throttle.admit_look_up(&email, address).await {
            let message = format!("too many orders were looked for: try again in {} seconds", wait.as_secs().max(1));
            return Err(error(Code::RateLimited, message));
        }
        let row = find_order(&request.db, number, &email).await.map_err(database)?;
        row.map(|row| Order::of(Arc::new(row))).transpose()
    }

    /// For staff: orders of all customers, newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersRead]))]
    async fn managed_orders(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Orders behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Which.", default)] filter: ManagedOrderFilter,
    ) -> Result<OrderConnection> {
        OrderConnection::managed(ctx, filter.read()?, first, after).await
    }

    /// For staff: an order by its id or its number; null where there is none.
    #[graphql(directive = AccessTo::apply(&[Grant::OrdersRead]))]
    async fn managed_order(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Opaque id.")] id: Option<ID>,
        #[graphql(desc = "What people call it.")] number: Option<i64>,
    ) -> Result<Option<Order>> {
        let request = ctx.request();
        let id = match (id, number) {
            (Some(id), None) => Some(typed_id("id", &id, NodeKind::Order)?),
            (None, Some(number)) => order_id_by_number(&request.db, number).await.map_err(database)?,
            _ => return Err(bad_input("give `id` or `number`, one of them")),
        };
        match id {
            Some(id) => Order::load(ctx, id).await,
            None => Ok(None),
        }
    }
}

direct!(OrderConnection { "edges" => !edges, "nodes" => !nodes, "pageInfo" => !page_info, });
direct!(OrderQuery {});
governed! {
    Decision::Never => OrderConnection;
    Decision::Part => OrderQuery;
}
