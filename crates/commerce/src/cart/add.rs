//! Putting something into a cart, much of it at once: all of it or nothing.
use super::{
    CartRef, Carts,
    carts::{Changed, Wrong, refused, refused_at},
};
use crate::account::Moment;
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_domain::{
    cart::{Attributes, Cart, CartAddition, CartError, VariantFacts},
    stock::StockPolicy,
};
use tradewind_persistence::{
    DbError,
    write::{SoldVariant, WriteTx, sold_variants},
};
use uuid::Uuid;

/// Units that are put into a cart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewLine {
    /// What.
    pub variant_id: Uuid,
    /// As the client sent it.
    pub quantity: i64,
    /// Lines of one variant that differ in them stay apart.
    pub attributes: Attributes,
}

impl Carts {
    /// Puts units into a cart. The ids of the lines that have them, in the order of the input; some may be the same.
    pub async fn add_lines(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        lines: &[NewLine],
        moment: &mut Moment<'_>,
    ) -> Changed {
        let before = match self.open(tx, at, expected_version, moment.now()).await? {
            Ok(cart) => cart,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let mut cart = before.clone();
        match self.put(tx, before.channel_id, &mut cart.cart, lines, moment).await? {
            Ok(line_ids) => Ok(Ok(self.save(tx, &before, cart, line_ids, moment.now()).await?)),
            Err(wrong) => Ok(Err(wrong)),
        }
    }

    /// Puts units into a cart that is not written yet.
    pub(super) async fn put(
        &self,
        tx: &WriteTx,
        channel_id: Uuid,
        cart: &mut Cart,
        lines: &[NewLine],
        moment: &mut Moment<'_>,
    ) -> Result<Result<Vec<Uuid>, Wrong>, DbError> {
        if lines.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        if lines.len() > self.limits.lines {
            return Ok(Err(refused(&CartError::TooManyLines { limit: self.limits.lines })));
        }
        let variants: BTreeSet<Uuid> = lines.iter().map(|line| line.variant_id).collect();
        let facts = facts(tx, channel_id, variants, moment.now()).await?;
        let mut wrong = Wrong::new();
        let mut line_ids = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            match self.put_one(cart, line, &facts, moment) {
                Ok(id) => line_ids.push(id),
                Err(error) => wrong.extend(refused_at("lines", index, &error)),
            }
            if wrong.last().is_some_and(|it| it.field.as_deref() == Some("lines")) {
                // The rest does not fit either.
                break;
            }
        }
        if wrong.is_empty() {
            wrong = shortages(cart, lines.iter().map(|line| line.variant_id).enumerate(), &facts);
        }
        Ok(if wrong.is_empty() { Ok(line_ids) } else { Err(wrong) })
    }

    fn put_one(
        &self,
        cart: &mut Cart,
        line: &NewLine,
        facts: &BTreeMap<Uuid, VariantFacts>,
        moment: &mut Moment<'_>,
    ) -> Result<Uuid, CartError> {
        let NewLine { variant_id, quantity, ref attributes } = *line;
        let price = facts.get(&variant_id).ok_or(CartError::NotAvailable(variant_id))?.price;
        let addition =
            CartAddition { line_id: moment.id(), variant_id, quantity, attributes: attributes.clone(), price };
        cart.add(addition, &self.limits)
    }
}

/// Price and stock of those among the variants that are sold in the channel now.
pub(super) async fn facts(
    tx: &WriteTx,
    channel_id: Uuid,
    variants: BTreeSet<Uuid>,
    now: DateTime<Utc>,
) -> Result<BTreeMap<Uuid, VariantFacts>, DbError> {
    let ids: Vec<Uuid> = variants.into_iter().collect();
    let facts = |sold: SoldVariant| {
        let SoldVariant { id, amount: price, tracked, available, .. } = sold;
        (id, VariantFacts { price, tracked, policy: StockPolicy::from_stored(&sold.policy), available })
    };
    Ok(sold_variants(tx.into(), channel_id, &ids, now).await?.into_iter().map(facts).collect())
}

/// Variants of which the cart has more than is left, each at the first entry of the list that wants it.
pub(super) fn shortages(
    cart: &Cart,
    variants: impl Iterator<Item = (usize, Uuid)>,
    facts: &BTreeMap<Uuid, VariantFacts>,
) -> Wrong {
    let mut seen = BTreeSet::new();
    let firsts = variants.filter(|(_, variant_id)| seen.insert(*variant_id));
    let refused = |(index, variant_id)| Some(refused_at("lines", index, &admit(cart, variant_id, facts).err()?));
    firsts.filter_map(refused).flatten().collect()
}

fn admit(cart: &Cart, variant_id: Uuid, facts: &BTreeMap<Uuid, VariantFacts>) -> Result<(), CartError> {
    let facts = facts.get(&variant_id).ok_or(CartError::NotAvailable(variant_id))?;
    facts.admit(variant_id, cart.quantity_of(variant_id))
}
