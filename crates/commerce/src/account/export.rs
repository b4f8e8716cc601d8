//! Everything that the shop has of a customer, for the customer (GDPR, articles 15 and 20).
use super::{AccountError, Accounts};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use tradewind_persistence::{
    read::{address::addresses_by_customers, customer::profiles_by_ids, review::reviews_by_customers},
    write::sessions_of,
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
    })))
}
