//! The statements of floor (a): one for each relation level, for any number of parents.
use super::search::HITS;

pub(super) const PRODUCT: usize = 0;
pub(super) const CATEGORY: usize = 1;
pub(super) const CATEGORY_BY_SLUG: usize = 2;
pub(super) const VARIANTS: usize = 3;
pub(super) const MEDIA: usize = 4;
pub(super) const REVIEWS: usize = 5;
pub(super) const AUTHORS: usize = 6;
pub(super) const LISTING: usize = 7;
pub(super) const FEATURED: usize = 8;
pub(super) const BEST_SELLING: usize = 9;
pub(super) const STOCK: usize = 10;
pub(super) const WAREHOUSES: usize = 11;
pub(super) const VARIANT_PRICES: usize = 12;
pub(super) const REVIEW_LINES: usize = 13;
pub(super) const SEARCH: usize = 14;

/// In the order of the numbers above.
pub(super) fn texts() -> Vec<String> {
    let search = format!(
        "SELECT p.id, p.slug, p.title, page.min_price FROM {HITS} JOIN products p ON p.id = page.product_id
         ORDER BY page.relevance DESC, page.product_id DESC"
    );
    let fixed = [
        "SELECT p.id, p.slug, p.title, p.vendor, l.min_price, l.max_price, p.rating_sum, p.rating_count, p.category_id, p.options
         FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2
         WHERE p.slug = ANY($1) AND l.published_at <= now()",
        "SELECT name, slug FROM categories WHERE id = ANY($1)",
        "SELECT id, name FROM categories WHERE slug = ANY($1)",
        "SELECT page.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (
           SELECT v.id, v.product_id, v.sku, v.title, v.option_values, vp.amount
           FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
           WHERE v.product_id = parent.id ORDER BY v.position, v.id LIMIT $3) page",
        "SELECT url, alt FROM media WHERE product_id = ANY($1) ORDER BY product_id, position, id",
        "SELECT page.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (
           SELECT r.id, r.product_id, r.customer_id, r.rating, r.title, r.body, r.created_at
           FROM reviews r WHERE r.product_id = parent.id ORDER BY r.created_at DESC, r.id DESC LIMIT $2) page",
        "SELECT id, display_name FROM customers WHERE id = ANY($1)",
        "SELECT p.id, p.slug, p.title, page.min_price, l.availability FROM (
           SELECT s.product_id, s.min_price FROM listing_scopes s
           WHERE s.channel_id = $1 AND s.scope_id = $2 AND s.published_at <= now()
           ORDER BY s.min_price, s.product_id LIMIT 25) page
         JOIN products p ON p.id = page.product_id
         JOIN listings l ON l.product_id = page.product_id AND l.channel_id = $1
         ORDER BY page.min_price, page.product_id",
        "SELECT m.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (
           SELECT product_id, url, alt FROM media WHERE product_id = parent.id ORDER BY position, id LIMIT 1) m",
        "SELECT p.id, p.slug, p.title FROM (
           SELECT s.product_id, s.units_sold FROM listings s
           WHERE s.channel_id = $1 AND s.published_at <= now() AND (s.units_sold, s.product_id) < ($2, $3)
           ORDER BY s.units_sold DESC, s.product_id DESC LIMIT 50) page
         JOIN products p ON p.id = page.product_id ORDER BY page.units_sold DESC, page.product_id DESC",
        "SELECT s.variant_id, s.warehouse_id, s.on_hand - s.reserved FROM stock_levels s
         JOIN channel_warehouses cw ON cw.warehouse_id = s.warehouse_id AND cw.channel_id = $2
         WHERE s.variant_id = ANY($1) ORDER BY s.variant_id, s.warehouse_id",
        "SELECT id, name FROM warehouses WHERE id = ANY($1)",
        "SELECT page.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (
           SELECT v.id, v.product_id, v.sku, vp.amount
           FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
           WHERE v.product_id = parent.id ORDER BY v.position, v.id LIMIT $3) page",
        "SELECT page.* FROM unnest($1::uuid[]) AS parent (id) CROSS JOIN LATERAL (
           SELECT r.id, r.product_id, r.customer_id, r.rating, r.title
           FROM reviews r WHERE r.product_id = parent.id ORDER BY r.created_at DESC, r.id DESC LIMIT $2) page",
    ];
    fixed.into_iter().map(str::to_owned).chain([search]).collect()
}
