//! Orders as staff look for them.
use crate::{Db, DbError, sql::Arg, write::Conn};
use sea_orm::FromQueryResult;
use tradewind_domain::{
    order::{OrderFulfilmentStatus, OrderPaymentStatus, OrderReturnStatus, OrderStatus},
    word::Word as _,
};
use uuid::Uuid;

/// Which orders; what is None does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// How far they are.
    pub status: Option<OrderStatus>,
    /// How far they are paid.
    pub payment: Option<OrderPaymentStatus>,
    /// How far their goods have left.
    pub fulfilment: Option<OrderFulfilmentStatus>,
    /// How far their goods come back.
    pub returns: Option<OrderReturnStatus>,
    /// Where they were placed.
    pub channel_id: Option<Uuid>,
    /// Who placed them.
    pub customer_id: Option<Uuid>,
    /// The address that they were placed with, in the form in which it is compared.
    pub email: Option<String>,
}

/// An order in its list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct ListedOrder {
    /// Row id.
    pub id: Uuid,
    /// What people call it.
    pub number: i64,
}

impl OrderFilter {
    /// Conditions with arguments from the third on.
    fn conditions(&self) -> (String, Vec<Arg>) {
        let word = |word: Option<&'static str>| word.map(|word| Arg::Text(word.to_owned()));
        let all = [
            ("status", word(self.status.map(OrderStatus::as_str))),
            ("payment_status", word(self.payment.map(OrderPaymentStatus::as_str))),
            ("fulfilment_status", word(self.fulfilment.map(OrderFulfilmentStatus::as_str))),
            ("return_status", word(self.returns.map(OrderReturnStatus::as_str))),
            ("channel_id", self.channel_id.map(Arg::Id)),
            ("customer_id", self.customer_id.map(Arg::Id)),
            ("email", self.email.clone().map(Arg::Text)),
        ];
        let (mut text, mut args) = (String::new(), Vec::new());
        for (column, arg) in all {
            if let Some(arg) = arg {
                args.push(arg);
                text.push_str(&format!(" AND {column} = ${}", args.len() + 2));
            }
        }
        (text, args)
    }
}

/// Orders before the one of this number, the newest first, at most so many.
pub async fn managed_orders(
    db: &Db,
    filter: &OrderFilter,
    before: Option<i64>,
    limit: u32,
) -> Result<Vec<ListedOrder>, DbError> {
    let (conditions, more) = filter.conditions();
    let mut args = vec![Arg::Int(before.unwrap_or(i64::MAX)), Arg::Int(limit.into())];
    args.extend(more);
    let text = format!("SELECT id, number FROM orders WHERE number < $1{conditions} ORDER BY number DESC LIMIT $2");
    Conn::from(db).all(&text, args).await
}

/// The order of this number.
pub async fn order_id_by_number(db: &Db, number: i64) -> Result<Option<Uuid>, DbError> {
    let text = "SELECT id, number FROM orders WHERE number = $1";
    let rows: Vec<ListedOrder> = Conn::from(db).all(text, vec![Arg::Int(number)]).await?;
    Ok(rows.first().map(|row| row.id))
}
