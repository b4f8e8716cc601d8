//! What the shop says of a cart: read in a constant number of statements for any number of lines.
use super::{failed, sha256};
use crate::checkout::Destination;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use tradewind_domain::{
    cart::{CartLine, VariantFacts},
    stock::StockPolicy,
    zone::Place,
};
use tradewind_persistence::{
    DbError,
    write::{
        BuyerKey, ChannelTerms, Conn, LivePromotions, SoldVariant, StoredCart, StoredGiftCard, channel_terms,
        gift_cards_by_ids, live_promotions, scopes_of_products, sold_variants,
    },
};
use uuid::Uuid;

/// The cart's channel has been deleted since the cart was read.
#[derive(Debug, thiserror::Error)]
#[error("channel {0} is gone")]
struct NoChannel(Uuid);

pub(super) struct Facts {
    pub(super) channel: ChannelTerms,
    /// Where it goes, or where the channel works prices out for.
    pub(super) place: Option<Place>,
    variants: HashMap<Uuid, SoldVariant>,
    scopes: HashMap<Uuid, Vec<Uuid>>,
    pub(super) live: LivePromotions,
    pub(super) cards: Vec<StoredGiftCard>,
}

impl Facts {
    /// Five statements.
    pub(super) async fn load(
        conn: Conn<'_>,
        cart: &StoredCart,
        destination: &Destination,
        now: DateTime<Utc>,
    ) -> Result<Self, DbError> {
        let channel_id = cart.channel_id;
        let channel = channel_terms(conn, channel_id).await?.ok_or_else(|| failed(NoChannel(channel_id)))?;
        let mut ids: Vec<Uuid> = cart.cart.lines.iter().map(|line| line.variant_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let sold = sold_variants(conn, channel_id, &ids, now).await?;
        let mut products: Vec<Uuid> = sold.iter().map(|it| it.product_id).collect();
        products.sort_unstable();
        products.dedup();
        let scopes = scopes_of_products(conn, channel_id, &products).await?;
        let email_hash = destination.email.as_deref().map(sha256);
        let customer_id = destination.customer_id.or(cart.customer_id);
        let buyer = BuyerKey { customer_id, email_hash: email_hash.as_deref() };
        let live = live_promotions(conn, &cart.cart.codes, buyer, now).await?;
        let cards = gift_cards_by_ids(conn, &cart.gift_card_ids).await?;
        let place = destination.address.as_ref().map(|address| address.place()).or_else(|| channel.place.clone());
        let variants = sold.into_iter().map(|it| (it.id, it)).collect();
        Ok(Self { channel, place, variants, scopes, live, cards })
    }

    /// The lines that are sold, with what is sold.
    pub(super) fn sold<'a>(&'a self, cart: &'a StoredCart) -> Vec<(&'a CartLine, &'a SoldVariant)> {
        let with = |line: &'a CartLine| Some((line, self.variants.get(&line.variant_id)?));
        cart.cart.lines.iter().filter_map(with).collect()
    }

    pub(super) fn scopes_of(&self, product_id: Uuid) -> Vec<Uuid> {
        self.scopes.get(&product_id).cloned().unwrap_or_default()
    }

    pub(super) fn of_variants(&self) -> BTreeMap<Uuid, VariantFacts> {
        let facts = |it: &SoldVariant| VariantFacts {
            price: it.amount,
            tracked: it.tracked,
            policy: StockPolicy::from_stored(&it.policy),
            available: it.available,
        };
        self.variants.iter().map(|(id, it)| (*id, facts(it))).collect()
    }
}
