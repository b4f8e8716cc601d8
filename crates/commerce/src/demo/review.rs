//! The demo's customers and what they say.
use super::{data::ProductData, ids::id};
use crate::seed::{Kind, end_of_history};
use chrono::TimeDelta;
use tradewind_domain::{customer::Customer, product::Product, review::Review};

/// No product of the demo has more reviews; leaves room for more without moving the ids of the others.
const ROOM: usize = 16;

/// People of these names; their addresses are in a domain that never exists.
pub(super) fn customers(names: &[String]) -> Vec<Customer> {
    let customer = |(index, name): (usize, &String)| Customer {
        id: id(Kind::Customer, index),
        email: format!("customer-{index}@demo.tradewind.example"),
        display_name: name.clone(),
        created_at: end_of_history() - TimeDelta::days(1200),
    };
    names.iter().enumerate().map(customer).collect()
}

/// The reviews of the product at an index, newest first, spread over the time since it was published.
pub(super) fn reviews(data: &ProductData, index: usize, product: &Product, customers: &[Customer]) -> Vec<Review> {
    let parts = i32::try_from(data.reviews.len() + 1).unwrap_or(i32::MAX);
    let step = TimeDelta::days(data.days) / parts;
    // Neighbouring products have other authors, and one product never has one twice.
    let author = |number: usize| customers.get((index * 7 + number * 3) % customers.len().max(1));
    let each = data.reviews.iter().enumerate().zip(1i32..);
    each.filter_map(|((number, (rating, title, body)), place)| {
        Some(Review {
            id: id(Kind::Review, index * ROOM + number),
            product_id: product.id,
            customer_id: author(number)?.id,
            rating: *rating,
            title: title.clone(),
            body: body.clone(),
            verified_purchase: (index + number) % 4 != 3,
            created_at: end_of_history() - step * place,
        })
    })
    .collect()
}
