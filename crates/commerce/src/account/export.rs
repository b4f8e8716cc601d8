//! Everything that the shop has of a customer, for the customer (GDPR, articles 15 and 20).
use super::{AccountError, Accounts};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tradewind_persistence::{
    read::{
        address::addresses_by_customers,
        cart::all_carts_of_customer,
        customer::profiles_by_ids,
        order::{OrderRow, lines_by_orders, orders_of_customer},
        review::reviews_by_customers,
    },
    write::{StoredCart, sessions_of},
};
use uuid::Uuid;

/// All data of a customer as JSON, without secrets; None where there is no such account that is open.
///
/// A table that holds anything of a customer has a line here: a test finds each table that points at `customers`.
pub async fn export(accounts: &Accounts, customer_id: Uuid, now: DateTime<Utc>) -> Result<Option<Value>, AccountError> {
    let (db, ids) = (&accounts.db, || vec![customer_id]);
    let Some(profile) = profiles_by_ids(db, ids()).await?.pop() else { return Ok(None) };
    let addresses = addresses_by_customers(db, ids()).await?.remove(&customer_id).unwrap_or_default();
    let reviews = reviews_by_customers(db, ids()).await?.remove(&customer_id).unwrap_or_default();
    let sessions = sessions_of(db.into(), customer_id).await?;
    let orders = orders_of_customer(db, customer_id, None, u32::MAX).await?;
    let mut lines = lines_by_orders(db, orders.iter().map(|order| order.id).collect()).await?;
    let mut order = |order: &OrderRow| {
        json!({
            "number": order.number,
            "placedAt": order.placed_at,
            "status": order.status,
            "email": order.email,
            "currency": order.currency,
            "total": order.total,
            "refunded": order.refunded,
            "bill": serde_json::from_str::<Value>(&order.bill).unwrap_or_default(),
            "lines": lines.remove(&order.id).unwrap_or_default().iter().map(|line| json!({
                "sku": line.sku,
                "title": line.title,
                "variantTitle": line.variant_title,
                "quantity": line.ordered,
                "total": line.total,
            })).collect::<Vec<_>>(),
        })
    };
    let carts = all_carts_of_customer(db, customer_id).await?;
    let orders: Vec<Value> = orders.iter().map(&mut order).collect();
    Ok(Some(json!({
        "exportedAt": now,
        "profile": {
            "id": profile.id,
            "email": profile.email,
            "emailVerifiedAt": profile.email_verified_at,
            "displayName": profile.display_name,
            "givenName": profile.given_name,
            "familyName": profile.family_name,
            "phone": profile.phone,
            "acceptsMarketing": profile.accepts_marketing,
            "createdAt": profile.created_at,
            "updatedAt": profile.updated_at,
        },
        "addresses": addresses.iter().map(|address| json!({
            "id": address.id,
            "firstName": address.first_name,
            "lastName": address.last_name,
            "company": address.company,
            "line1": address.line1,
            "line2": address.line2,
            "city": address.city,
            "region": address.region,
            "postalCode": address.postal_code,
            "country": address.country,
            "phone": address.phone,
            "isDefaultShipping": address.is_default_shipping,
            "isDefaultBilling": address.is_default_billing,
        })).collect::<Vec<_>>(),
        "sessions": sessions.iter().map(|session| json!({
            "id": session.id,
            "createdAt": session.created_at,
            "expiresAt": session.expires_at,
            "revokedAt": session.revoked_at,
            "lastSeenAt": session.last_seen_at,
            "userAgent": session.user_agent,
            "label": session.label,
        })).collect::<Vec<_>>(),
        "reviews": reviews.iter().map(|review| json!({
            "id": review.id,
            "productId": review.product_id,
            "rating": review.rating,
            "title": review.title,
            "body": review.body,
            "verifiedPurchase": review.verified_purchase,
            "createdAt": review.created_at,
        })).collect::<Vec<_>>(),
        "orders": orders,
        "carts": carts.iter().map(cart).collect::<Vec<_>>(),
    })))
}

fn cart(stored: &StoredCart) -> Value {
    json!({
        "id": stored.id,
        "note": stored.cart.note,
        "attributes": stored.cart.attributes,
        "codes": stored.cart.codes,
        "createdAt": stored.created_at,
        "updatedAt": stored.updated_at,
        "lines": stored.cart.lines.iter().map(|line| json!({
            "variantId": line.variant_id,
            "quantity": line.quantity,
            "attributes": line.attributes,
        })).collect::<Vec<_>>(),
    })
}
