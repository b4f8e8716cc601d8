//! Changing the lines of a cart, much of it at once: all of it or nothing.
use super::{
    CartRef, Carts,
    add::{facts, shortages},
    carts::{Changed, Wrong, refused_at},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};
use tradewind_domain::cart::{Attributes, Cart, CartError, VariantFacts};
use tradewind_persistence::write::WriteTx;
use uuid::Uuid;

/// What becomes of a line; what is left out stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineUpdate {
    /// Which.
    pub line_id: Uuid,
    /// As the client sent it; zero removes the line.
    pub quantity: Option<i64>,
    /// If another line is then the same, its units come to this one.
    pub attributes: Option<Attributes>,
}

impl Carts {
    /// Sets quantities and attributes of lines. More units than before are refused where they are not there, fewer never
    /// are. A line that is changed has the price of this moment.
    pub async fn update_lines(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        updates: &[LineUpdate],
        now: DateTime<Utc>,
    ) -> Changed {
        let before = match self.open(tx, at, expected_version, now).await? {
            Ok(cart) => cart,
            Err(wrong) => return Ok(Err(wrong)),
        };
        let touched: BTreeSet<Uuid> = updates.iter().map(|update| update.line_id).collect();
        let lines = before.cart.lines.iter().filter(|line| touched.contains(&line.id));
        let variants: BTreeMap<Uuid, Uuid> = lines.map(|line| (line.id, line.variant_id)).collect();
        let facts = match variants.is_empty() {
            true => BTreeMap::new(),
            false => facts(tx, before.channel_id, variants.values().copied().collect(), now).await?,
        };
        let mut cart = before.clone();
        let mut wrong = Wrong::new();
        for (index, update) in updates.iter().enumerate() {
            match self.update_one(&mut cart.cart, update, &facts) {
                Ok(()) => {}
                Err(error) => wrong.extend(refused_at("lines", index, &error)),
            }
        }
        let grows = |variant: &Uuid| cart.cart.quantity_of(*variant) > before.cart.quantity_of(*variant);
        let touched = updates.iter().map(|update| variants.get(&update.line_id).filter(|id| grows(id)));
        let growing = touched.enumerate().filter_map(|(index, variant_id)| Some((index, *variant_id?)));
        wrong.extend(shortages(&cart.cart, growing, &facts));
        if !wrong.is_empty() {
            return Ok(Err(wrong));
        }
        let kept: BTreeSet<Uuid> = cart.cart.lines.iter().map(|line| line.id).collect();
        let line_ids = updates.iter().map(|update| update.line_id).filter(|id| kept.contains(id)).collect();
        Ok(Ok(self.save(tx, &before, cart, line_ids, now).await?))
    }

    fn update_one(
        &self,
        cart: &mut Cart,
        update: &LineUpdate,
        facts: &BTreeMap<Uuid, VariantFacts>,
    ) -> Result<(), CartError> {
        let id = update.line_id;
        if let Some(quantity) = update.quantity {
            cart.set_quantity(id, quantity, &self.limits)?;
        }
        if update.quantity == Some(0) {
            return Ok(());
        }
        if let Some(attributes) = &update.attributes {
            cart.set_line_attributes(id, attributes.clone(), &self.limits)?;
        }
        let line = cart.lines.iter_mut().find(|line| line.id == id).ok_or(CartError::LineNotFound(id))?;
        if let Some(facts) = facts.get(&line.variant_id) {
            line.seen_price = facts.price;
        }
        Ok(())
    }

    /// Takes lines out.
    pub async fn remove_lines(
        &self,
        tx: &WriteTx,
        at: &CartRef,
        expected_version: Option<i64>,
        line_ids: &[Uuid],
        now: DateTime<Utc>,
    ) -> Changed {
        let act = |cart: &mut Cart| {
            let mut wrong = Wrong::new();
            for (index, id) in line_ids.iter().enumerate() {
                if cart.remove(*id).is_err() && !line_ids[..index].contains(id) {
                    let mut refused = refused_at("lineIds", index, &CartError::LineNotFound(*id));
                    refused.iter_mut().for_each(|it| it.field = Some(format!("lineIds.{index}")));
                    wrong.extend(refused);
                }
            }
            if wrong.is_empty() { Ok(Vec::new()) } else { Err(wrong) }
        };
        self.change(tx, at, expected_version, now, |cart| act(&mut cart.cart)).await
    }
}
