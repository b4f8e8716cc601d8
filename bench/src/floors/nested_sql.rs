//! The statements of floor (b), in the order of the operations: each answers one value of nested records.
use super::search::HITS;

pub(super) fn texts() -> Vec<String> {
    vec![PRODUCT_PAGE.to_owned(), LISTING.to_owned(), NESTED.to_owned(), search()]
}

const PRODUCT_PAGE: &str = "SELECT ROW(p.id, p.slug, p.title, p.vendor, l.min_price, l.max_price, p.rating_sum, p.rating_count,
  c.name, c.slug, p.options,
  ARRAY(SELECT ROW(v.id, v.sku, v.title, vp.amount, v.option_values)
        FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
        WHERE v.product_id = p.id ORDER BY v.position, v.id LIMIT 20),
  ARRAY(SELECT ROW(m.url, m.alt) FROM media m WHERE m.product_id = p.id ORDER BY m.position, m.id),
  ARRAY(SELECT ROW(r.id, r.rating, r.title, r.body, r.created_at, a.display_name)
        FROM (SELECT * FROM reviews WHERE product_id = p.id ORDER BY created_at DESC, id DESC LIMIT 10) r
        JOIN customers a ON a.id = r.customer_id ORDER BY r.created_at DESC, r.id DESC))
 FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2 LEFT JOIN categories c ON c.id = p.category_id
 WHERE p.slug = $1 AND l.published_at <= now()";

const LISTING: &str = "SELECT ROW(c.id, c.name, ARRAY(
  SELECT ROW(p.id, p.slug, p.title, page.min_price, l.availability, m.url, m.alt)
  FROM (SELECT s.product_id, s.min_price FROM listing_scopes s
        WHERE s.channel_id = $2 AND s.scope_id = c.id AND s.published_at <= now()
        ORDER BY s.min_price, s.product_id LIMIT 25) page
  JOIN products p ON p.id = page.product_id
  JOIN listings l ON l.product_id = page.product_id AND l.channel_id = $2
  LEFT JOIN LATERAL (SELECT url, alt FROM media WHERE product_id = p.id ORDER BY position, id LIMIT 1) m ON true
  ORDER BY page.min_price, page.product_id))
 FROM categories c WHERE c.slug = $1";

/// The warehouses come once, beside the products: a join for each variant would cost more than all the rest.
const NESTED: &str = "SELECT ROW(ARRAY(
  SELECT ROW(w.id, w.name) FROM warehouses w JOIN channel_warehouses cw ON cw.warehouse_id = w.id AND cw.channel_id = $1),
 ARRAY(SELECT ROW(p.id, p.slug, p.title,
    ARRAY(SELECT ROW(v.id, v.sku, vp.amount,
        ARRAY(SELECT ROW(s.warehouse_id, s.on_hand - s.reserved) FROM stock_levels s
              WHERE s.variant_id = v.id
                AND s.warehouse_id = ANY(ARRAY(SELECT warehouse_id FROM channel_warehouses WHERE channel_id = $1))
              ORDER BY s.warehouse_id))
      FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $1
      WHERE v.product_id = p.id ORDER BY v.position, v.id LIMIT 5),
    ARRAY(SELECT ROW(r.id, r.rating, r.title, a.display_name)
      FROM (SELECT * FROM reviews WHERE product_id = p.id ORDER BY created_at DESC, id DESC LIMIT 5) r
      JOIN customers a ON a.id = r.customer_id ORDER BY r.created_at DESC, r.id DESC))
  FROM (SELECT s.product_id, s.units_sold FROM listings s
        WHERE s.channel_id = $1 AND s.published_at <= now() AND (s.units_sold, s.product_id) < ($2, $3)
        ORDER BY s.units_sold DESC, s.product_id DESC LIMIT 50) page
  JOIN products p ON p.id = page.product_id ORDER BY page.units_sold DESC, page.product_id DESC))";

fn search() -> String {
    format!(
        "SELECT ARRAY(SELECT ROW(p.id, p.slug, p.title, page.min_price, m.url) FROM {HITS}
           JOIN products p ON p.id = page.product_id
           LEFT JOIN LATERAL (SELECT url FROM media WHERE product_id = p.id ORDER BY position, id LIMIT 1) m ON true
           ORDER BY page.relevance DESC, page.product_id DESC)"
    )
}
