//! Gift cards.
use super::{
    connection::{Asked, Page, Placed, connection},
    object::objects,
};
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    error::{database, load},
    execution::direct,
    loaders::{batch, shared},
    money::Money,
    policy::{CacheControl, Decision, Governed as _, governed},
};
use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_domain::global_id::{GlobalId, NodeKind};
use tradewind_persistence::{
    DbError,
    read::listing::{Position, SortKey},
    write::{self, IssuedGiftCard, gift_card_by_id, gift_card_movements, gift_cards_page},
};
use uuid::Uuid;

/// Movements of a card that are shown.
const MOST_MOVEMENTS: u32 = 100;

batch!(
    /// Movements of gift cards.
    MovementsOf, "giftCardMovements", Uuid => Arc<Vec<write::GiftCardMovement>>, |list| list.len(),
    |source, keys| Ok(shared(gift_card_movements(&source.db, keys, MOST_MOVEMENTS).await?))
);

connection!(GiftCardConnection, GiftCardEdge, GiftCard, "gift cards, newest first");

/// Why the balance of a gift card moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum GiftCardMovementKind {
    /// The card was issued.
    Issue,
    /// It paid for an order.
    Redeem,
    /// An order that it had paid for was cancelled or refunded.
    GiveBack,
}

objects! {
    /// A movement of a gift card's balance.
    GiftCardMovement {
        /// Why.
        kind: GiftCardMovementKind,
        /// How much; below zero where it was taken.
        amount: Money,
        /// What was left then.
        balance: Money,
        /// Id of the order, if it was for one.
        order_id: Option<ID>,
        /// When.
        at: DateTime<Utc>,
    }
}

fn kind(word: &str) -> Result<GiftCardMovementKind> {
    match word {
        "issue" => Ok(GiftCardMovementKind::Issue),
        "redeem" => Ok(GiftCardMovementKind::Redeem),
        "give_back" => Ok(GiftCardMovementKind::GiveBack),
        _ => Err(database(DbError::Setup("a movement of a gift card has an unknown kind".to_owned()))),
    }
}

/// Money that was paid before. Its code is known to its holder alone.
#[derive(Clone)]
pub struct GiftCard(Arc<IssuedGiftCard>);

impl Placed for GiftCard {
    fn position(&self) -> Position {
        Position { key: SortKey::Time(self.0.issued_at), id: self.0.stored.card.id }
    }
}

impl GiftCard {
    /// The card, for who may look at gift cards.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::PromotionsRead) {
            return Ok(None);
        }
        let found = gift_card_by_id((&ctx.request().db).into(), id).await.map_err(database)?;
        Ok(found.map(|card| Self(Arc::new(card))))
    }

    fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.0.stored.card.issued.currency)
    }
}

/// Money that was paid before. Its code is known to its holder alone.
#[Object(crate = "crate::execution", directive = CacheControl::apply(GiftCard::DECISION))]
impl GiftCard {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::GiftCard, self.0.stored.card.id))
    }
    /// The end of its code, to tell cards apart.
    async fn last_four(&self) -> &str {
        &self.0.stored.last_four
    }
    /// What was paid for it.
    async fn amount(&self) -> Money {
        Money(self.0.stored.card.issued)
    }
    /// What is left.
    async fn balance(&self) -> Money {
        self.money(self.0.stored.card.balance)
    }
    /// From when on it is worth nothing; null: never.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.stored.card.expires_at
    }
    /// False: it is blocked.
    async fn is_enabled(&self) -> bool {
        self.0.stored.card.enabled
    }
    /// When it was issued.
    async fn issued_at(&self) -> DateTime<Utc> {
        self.0.issued_at
    }
    /// Every movement of its balance, the newest first, at most 100.
    async fn movements(&self, ctx: &Context<'_>) -> Result<Vec<GiftCardMovement>> {
        let id = self.0.stored.card.id;
        let rows = ctx.request().loaders.gift_card_movements_of().load(id).await.map_err(load)?.unwrap_or_default();
        let told = |row: &write::GiftCardMovement| {
            Ok(GiftCardMovement {
                kind: kind(&row.kind)?,
                amount: self.money(row.amount),
                balance: self.money(row.balance),
                order_id: row.order_id.map(|id| ID(GlobalId::encode(NodeKind::Order, id))),
                at: row.at,
            })
        };
        rows.iter().map(told).collect()
    }
}

/// Queries for gift cards.
#[derive(Default)]
pub struct GiftCardQuery;

#[Object(crate = "crate::execution")]
impl GiftCardQuery {
    /// For staff: every gift card, the newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::PromotionsRead]))]
    async fn gift_cards(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Those behind this cursor.")] after: Option<String>,
    ) -> Result<GiftCardConnection> {
        let asked = Asked::of(first, after.as_deref(), &"gift cards, newest first")?;
        let before = asked.after.as_ref().map(|position| position.id);
        let rows = gift_cards_page((&ctx.request().db).into(), before, asked.rows()).await.map_err(database)?;
        let nodes = rows.into_iter().map(|card| GiftCard(Arc::new(card))).collect();
        Ok(GiftCardConnection(Page::of(nodes, &asked)))
    }
}

direct!(GiftCard {});
direct!(GiftCardQuery {});
governed! {
    Decision::Never => GiftCard;
    Decision::Part => GiftCardQuery;
}
