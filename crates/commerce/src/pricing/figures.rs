//! The quote of a priced cart.
use super::{facts::Facts, failed};
use crate::checkout::{CardAmount, PromotionUse, Quote, QuoteLine, QuoteShipping, QuoteTax};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use tradewind_domain::{
    cart::{CartLine, CartWarning},
    gift_card::GiftCardError,
    promotion::Discounts,
    shipping::ShippingQuote,
    tax::{TaxMode, TaxRate},
    totals::{Bill, BillGiftCard, BillLine, BillShipping, LineTotals, Totals},
};
use tradewind_persistence::{
    DbError,
    write::{STANDARD_TAX, SoldVariant, StoredCart},
};

/// What everything is worked out of.
pub(super) struct Figures<'a> {
    pub(super) facts: &'a Facts,
    pub(super) cart: &'a StoredCart,
    pub(super) discounts: &'a Discounts,
    pub(super) method: Option<&'a ShippingQuote>,
    /// By tax category.
    pub(super) rates: &'a BTreeMap<String, Vec<TaxRate>>,
    pub(super) now: DateTime<Utc>,
}

impl Figures<'_> {
    fn rates_of(&self, category: &str) -> Vec<TaxRate> {
        self.rates.get(category).cloned().unwrap_or_default()
    }

    pub(super) fn totals(&self) -> Result<Totals, DbError> {
        let line = |(line, sold): (&CartLine, &SoldVariant)| BillLine {
            id: line.id,
            unit_price: sold.amount,
            compare_at: sold.compare_at,
            quantity: line.quantity,
            tax_rates: self.rates_of(sold.tax_category.as_deref().unwrap_or(STANDARD_TAX)),
        };
        let shipping = |method: &ShippingQuote| BillShipping {
            price: method.price.minor,
            tax_rates: self.rates_of(&method.tax_category),
        };
        let bill = Bill {
            currency: self.facts.channel.currency,
            tax_mode: TaxMode::of_channel(self.facts.channel.tax_inclusive),
            lines: self.facts.sold(self.cart).into_iter().map(line).collect(),
            shipping: self.method.map(shipping),
            discounts: self.discounts,
            gift_cards: cards(self.facts, self.cart, self.now).0,
        };
        Totals::of(&bill).map_err(failed)
    }

    pub(super) fn quote(&self, needs_shipping: bool, degraded: Vec<String>) -> Result<Quote, DbError> {
        let totals = self.totals()?;
        let lines = self.facts.sold(self.cart).into_iter().zip(&totals.lines);
        Ok(Quote {
            currency: totals.currency.code().to_owned(),
            tax_mode: totals.tax_mode,
            lines: lines.map(|((line, sold), figures)| quote_line(line, sold, figures)).collect(),
            subtotal: totals.subtotal,
            discount: totals.discount,
            shipping: totals.shipping,
            shipping_discount: totals.shipping_discount,
            tax: totals.tax,
            total: totals.total,
            gift_cards: totals
                .redemptions
                .iter()
                .map(|it| CardAmount { gift_card_id: it.gift_card_id, amount: it.amount })
                .collect(),
            due: totals.due,
            taxes: totals
                .taxes
                .iter()
                .map(|it| QuoteTax {
                    name: it.rate.name.clone(),
                    rate_ppm: it.rate.rate.ppm(),
                    net: it.net,
                    tax: it.tax,
                })
                .collect(),
            promotions: self.promotions(),
            needs_shipping,
            shipping_method: self.method.map(|it| QuoteShipping { id: it.method_id, name: it.name.clone() }),
            note: self.cart.cart.note.clone(),
            attributes: self.cart.cart.attributes.clone(),
            degraded,
        })
    }

    /// In the order of taking.
    fn promotions(&self) -> Vec<PromotionUse> {
        let live = &self.facts.live;
        let of_id = |id: &uuid::Uuid| {
            let promotion = live.promotions.iter().find(|it| it.id == *id)?;
            let lines = self.discounts.lines.iter().filter(|it| it.promotion_id == *id).map(|it| it.amount);
            let shipping = self.discounts.shipping.iter().filter(|it| it.promotion_id == *id).map(|it| it.amount);
            Some(PromotionUse {
                promotion_id: *id,
                name: promotion.name.clone(),
                code: live.codes.iter().find(|it| it.promotion_id == *id).map(|it| it.code.clone()),
                // At most the total, which has been added up.
                amount: lines.chain(shipping).sum(),
            })
        };
        self.discounts.applied.iter().filter_map(of_id).collect()
    }
}

fn quote_line(line: &CartLine, sold: &SoldVariant, figures: &LineTotals) -> QuoteLine {
    QuoteLine {
        variant_id: sold.id,
        product_id: sold.product_id,
        sku: sold.sku.clone().unwrap_or_default(),
        title: sold.title.clone(),
        variant_title: sold.variant_title.clone(),
        unit_price: sold.amount,
        quantity: line.quantity,
        subtotal: figures.subtotal,
        discount: figures.discount,
        tax: figures.taxed.tax,
        total: figures.taxed.gross,
        attributes: line.attributes.clone(),
    }
}

/// The cards that can pay, and what is told of the others.
pub(super) fn cards(facts: &Facts, cart: &StoredCart, now: DateTime<Utc>) -> (Vec<BillGiftCard>, Vec<CartWarning>) {
    let (mut pay, mut told) = (Vec::new(), Vec::new());
    for id in &cart.gift_card_ids {
        let Some(stored) = facts.cards.iter().find(|it| it.card.id == *id) else {
            told.push(CartWarning::GiftCardNotApplicable { last_four: String::new(), reason: GiftCardError::NotFound });
            continue;
        };
        match stored.card.spendable(facts.channel.currency, now) {
            Ok(spendable) => pay.push(BillGiftCard { id: *id, spendable, expires_at: stored.card.expires_at }),
            Err(reason) => {
                told.push(CartWarning::GiftCardNotApplicable { last_four: stored.last_four.clone(), reason });
            }
        }
    }
    (pay, told)
}
