//! Finding orders.
use super::order::Order;
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    cursor::{self, Fingerprint},
    error::{Code, database, error},
    execution::direct,
    page::{PageInfo, edge, page_size},
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, Object, Result};
use std::sync::Arc;
use tradewind_commerce::{
    account::Token,
    orders::{find_order, order_of_token, orders_page},
};
use tradewind_persistence::read::listing::{Position, SortKey};
use uuid::Uuid;

edge!(OrderEdge, Order, "orders");

/// A page of a customer's orders, newest first.
pub struct OrderConnection {
    orders: Vec<Order>,
    has_next: bool,
    has_previous: bool,
}

fn fingerprint(customer: Uuid) -> Fingerprint {
    Fingerprint::of(&("orders, newest first", customer))
}

fn cursor_of(order: &Order) -> String {
    let customer = order.row().customer_id.unwrap_or_default();
    cursor::encode(fingerprint(customer), &Position { key: SortKey::Number(order.row().number), id: order.row().id })
}

impl OrderConnection {
    pub(crate) async fn load(
        ctx: &Context<'_>,
        customer: Uuid,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self> {
        let size = page_size(first, None)?.size;
        let number =
            match after.as_deref().map(|after| cursor::decode("after", after, fingerprint(customer))).transpose()? {
                None => None,
                Some(Position { key: SortKey::Number(number), .. }) => Some(number),
                Some(_) => {
                    return Err(error(Code::BadCursor, "`after` is not a cursor of orders: start again without it"));
                }
            };
        let rows = orders_page(&ctx.request().db, customer, number, size + 1).await.map_err(database)?;
        let has_next = rows.len() > size as usize;
        let orders = rows.into_iter().take(size as usize).map(|row| Order::of(Arc::new(row))).collect::<Result<_>>()?;
        Ok(Self { orders, has_next, has_previous: after.is_some() })
    }
}

/// A page of a customer's orders, newest first.
#[Object(crate = "crate::execution", directive = CacheControl::apply(OrderConnection::DECISION))]
impl OrderConnection {
    /// The orders with their cursors.
    async fn edges(&self) -> Vec<OrderEdge> {
        self.orders.iter().map(|order| OrderEdge { cursor: cursor_of(order), node: order.clone() }).collect()
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
            start_cursor: self.orders.first().map(cursor_of),
            end_cursor: self.orders.last().map(cursor_of),
        }
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
}

direct!(OrderConnection { "edges" => !edges, "nodes" => !nodes, "pageInfo" => !page_info, });
direct!(OrderQuery {});
governed! {
    Decision::Never => OrderConnection;
    Decision::Part => OrderQuery;
}
