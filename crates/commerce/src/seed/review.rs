//! Reviews: most products have none or one, a few have dozens.
use super::{
    catalog::Catalog,
    clock::after,
    customer::customer_id,
    dice::{Dice, Stream},
    ids::{Kind, row_id},
    skew::weighted,
    text::opinion,
};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use tradewind_domain::review::Review;
use uuid::Uuid;

/// No product has more reviews.
pub(super) const MOST_REVIEWS: i64 = 60;

/// Numbers of reviews, from and to, and how many products of a thousand have as many; two on average.
const COUNTS: [(i64, i64, usize); 7] =
    [(0, 0, 490), (1, 1, 200), (2, 2, 130), (3, 4, 95), (5, 9, 46), (10, 24, 33), (25, MOST_REVIEWS, 6)];

/// Shares of one to five stars in a thousand, for a good product and for a poor one.
const STARS: [[usize; 5]; 2] = [[30, 40, 110, 280, 540], [170, 190, 260, 230, 150]];

/// How many reviews a product has.
pub(super) fn review_count(dice: &mut Dice) -> i64 {
    let (from, to, _) = COUNTS[weighted(dice, &COUNTS.map(|(_, _, weight)| weight))];
    dice.between(from, to)
}

/// The reviews of the product at an index, each by another customer, written after `published_at`.
pub(super) fn reviews(
    catalog: &Catalog,
    index: u32,
    product_id: Uuid,
    count: i64,
    published_at: DateTime<Utc>,
) -> Vec<Review> {
    let dice = &mut Dice::new(catalog.seed(), Stream::Review, index);
    let stars = STARS[usize::from(dice.permille(120))];
    let mut authors = HashSet::new();
    let mut reviews = Vec::new();
    for number in 0..count.min(MOST_REVIEWS) {
        let rating = i64::try_from(weighted(dice, &stars)).unwrap_or(0) + 1;
        let (title, body) = opinion(dice, rating);
        reviews.push(Review {
            // Room for every number of reviews, so that the ids ascend with the products.
            id: row_id(catalog.seed(), Kind::Review, u64::from(index) * 64 + number.unsigned_abs()),
            product_id,
            customer_id: customer_id(catalog.seed(), author(catalog, dice, &mut authors)),
            rating: i16::try_from(rating).unwrap_or(5),
            title,
            body,
            verified_purchase: dice.permille(700),
            created_at: after(dice, published_at),
        });
    }
    reviews
}

/// A customer who has not written about the product yet; there are more customers than reviews of one product.
fn author(catalog: &Catalog, dice: &mut Dice, taken: &mut HashSet<usize>) -> u32 {
    loop {
        let author = catalog.busy_customers.draw(dice);
        if taken.insert(author) || taken.len() >= catalog.customers() as usize {
            return u32::try_from(author).unwrap_or(0);
        }
    }
}
