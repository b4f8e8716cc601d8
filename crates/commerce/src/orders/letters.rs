//! What somebody who ordered is written.
use crate::{
    checkout::{BuyError, Checkouts},
    mail::{Language, OrderNews, OrderNewsKind, enqueue_mail},
};
use chrono::{DateTime, Utc};
use tradewind_domain::{currency::Currency, money::Money, order::OrderEvent};
use tradewind_persistence::write::{PartDetails, StoredOrder, WriteTx};
use uuid::Uuid;

/// `47.34 EUR`
pub(crate) fn amount(currency: &str, minor: i64) -> String {
    let known = Currency::parse(currency).map(|currency| Money::new(minor, currency).amount());
    format!("{} {currency}", known.unwrap_or_else(|_| minor.to_string()))
}

impl Checkouts {
    /// A letter about an order, in the transaction that it tells of.
    #[allow(clippy::too_many_arguments, reason = "who, in which language, about what, when")]
    pub(crate) async fn write_to(
        &self,
        tx: &WriteTx,
        email: &str,
        locale: &str,
        customer_id: Option<Uuid>,
        token: &str,
        news: OrderNews<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), BuyError> {
        let letter = self.post.about_order(Language::of(locale), email, token, news)?;
        Ok(enqueue_mail(tx, self.sources.id(), customer_id, &letter, now).await?)
    }

    pub(super) async fn write_letters(
        &self,
        tx: &WriteTx,
        order: &StoredOrder,
        events: &[OrderEvent],
        details: &PartDetails,
        now: DateTime<Utc>,
    ) -> Result<(), BuyError> {
        for event in events {
            let text;
            let what = match event {
                OrderEvent::Fulfilled { .. } => {
                    let PartDetails { carrier, tracking_number, .. } = details;
                    OrderNewsKind::Shipped { carrier, tracking_number }
                }
                OrderEvent::Refunded { amount: minor, .. } => {
                    text = amount(&order.currency, *minor);
                    OrderNewsKind::Refunded { amount: &text }
                }
                OrderEvent::CancellationRequested => OrderNewsKind::Cancelled,
                OrderEvent::ReturnApproved { .. } => OrderNewsKind::ReturnAnswered { is_approved: true },
                OrderEvent::ReturnDeclined { .. } => OrderNewsKind::ReturnAnswered { is_approved: false },
                _ => continue,
            };
            let news = OrderNews { number: order.number, what };
            self.write_to(tx, &order.email, &order.locale, order.customer_id, &order.token, news, now).await?;
        }
        Ok(())
    }
}
