//! The statements of floor (c), in the order of the operations: each answers the body.
use super::search::HITS;
use crate::shop::Shop;

pub(super) fn texts(shop: Shop) -> Vec<String> {
    [product_page(), listing(), nested(), search()].map(|text| in_currency(&text, shop)).into()
}

/// `{money x}` is a price.
fn in_currency(text: &str, shop: Shop) -> String {
    let exponent = shop.currency.exponent();
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{money ") {
        let (price, behind) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&format!(
            "json_build_object('amount', ({price}::numeric / {})::numeric(24, {exponent})::text, 'currencyCode', '{}')",
            10u64.pow(exponent),
            shop.currency.code(),
        ));
        rest = behind;
    }
    out + rest
}

fn product_page() -> String {
    "SELECT json_build_object('data', json_build_object('product', json_build_object(
   'id', p.id, 'slug', p.slug, 'title', p.title, 'vendor', p.vendor,
   'priceRange', json_build_object('min', {money l.min_price}, 'max', {money l.max_price}),
   'rating', json_build_object('average',
      CASE WHEN p.rating_count > 0 THEN ((p.rating_sum * 1000 + p.rating_count / 2) / p.rating_count)::float8 / 1000 END,
      'count', p.rating_count),
   'category', CASE WHEN c.id IS NOT NULL THEN json_build_object('name', c.name, 'slug', c.slug) END,
   'variants', json_build_object('nodes', (SELECT coalesce(json_agg(json_build_object(
        'id', v.id, 'sku', v.sku, 'title', v.title, 'price', {money v.amount}, 'selectedOptions', (
          SELECT coalesce(json_agg(json_build_object('name', o.value->>'name', 'value', chosen.value) ORDER BY o.n), '[]')
          FROM json_array_elements(p.options::json) WITH ORDINALITY o (value, n)
          JOIN json_array_elements_text(v.option_values::json) WITH ORDINALITY chosen (value, n) ON chosen.n = o.n)
        ) ORDER BY v.position, v.id), '[]')
      FROM (SELECT v.*, vp.amount FROM variants v JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $2
            WHERE v.product_id = p.id ORDER BY v.position, v.id LIMIT 20) v)),
   'media', (SELECT coalesce(json_agg(json_build_object('url', m.url, 'alt', m.alt) ORDER BY m.position, m.id), '[]')
             FROM media m WHERE m.product_id = p.id),
   'reviews', json_build_object('nodes', (SELECT coalesce(json_agg(json_build_object(
        'id', r.id, 'rating', r.rating, 'title', r.title, 'body', r.body, 'createdAt', r.created_at,
        'author', json_build_object('displayName', a.display_name)) ORDER BY r.created_at DESC, r.id DESC), '[]')
      FROM (SELECT * FROM reviews WHERE product_id = p.id ORDER BY created_at DESC, id DESC LIMIT 10) r
      JOIN customers a ON a.id = r.customer_id)))))::text
 FROM products p JOIN listings l ON l.product_id = p.id AND l.channel_id = $2 LEFT JOIN categories c ON c.id = p.category_id
 WHERE p.slug = $1 AND l.published_at <= now()"
        .to_owned()
}

fn listing() -> String {
    "SELECT json_build_object('data', json_build_object('category', json_build_object('id', c.id, 'name', c.name,
   'products', (SELECT json_build_object(
      'nodes', coalesce(json_agg(card.body ORDER BY card.number) FILTER (WHERE card.number <= 24), '[]'),
      'pageInfo', json_build_object('hasNextPage', count(*) > 24,
         'endCursor', max(card.product_id::text) FILTER (WHERE card.number = 24)))
    FROM (SELECT page.number, page.product_id, json_build_object('id', p.id, 'slug', p.slug, 'title', p.title,
            'featuredMedia', (SELECT json_build_object('url', m.url, 'alt', m.alt) FROM media m
                              WHERE m.product_id = p.id ORDER BY m.position, m.id LIMIT 1),
            'priceRange', json_build_object('min', {money page.min_price}),
            'availability', (ARRAY['OUT_OF_STOCK', 'BACKORDER', 'LOW_STOCK', 'IN_STOCK'])[l.availability + 1]) AS body
          FROM (SELECT s.product_id, s.min_price, row_number() OVER (ORDER BY s.min_price, s.product_id) AS number
                FROM listing_scopes s WHERE s.channel_id = $2 AND s.scope_id = c.id AND s.published_at <= now()
                ORDER BY s.min_price, s.product_id LIMIT 25) page
          JOIN products p ON p.id = page.product_id
          JOIN listings l ON l.product_id = page.product_id AND l.channel_id = $2) card))))::text
 FROM categories c WHERE c.slug = $1"
        .to_owned()
}

fn nested() -> String {
    "SELECT json_build_object('data', json_build_object('products', json_build_object('nodes',
   coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'title', p.title,
     'variants', json_build_object('nodes', (SELECT coalesce(json_agg(json_build_object(
          'id', v.id, 'sku', v.sku, 'price', {money v.amount},
          'stockLevels', (SELECT coalesce(json_agg(json_build_object(
               'warehouse', json_build_object('id', w.id, 'name', w.name), 'available', s.on_hand - s.reserved)
               ORDER BY s.warehouse_id), '[]') FROM stock_levels s
             JOIN warehouses w ON w.id = s.warehouse_id WHERE s.variant_id = v.id
               AND s.warehouse_id = ANY(ARRAY(SELECT warehouse_id FROM channel_warehouses WHERE channel_id = $1)))) ORDER BY v.position, v.id), '[]')
        FROM (SELECT v.id, v.sku, v.position, vp.amount FROM variants v
              JOIN variant_prices vp ON vp.variant_id = v.id AND vp.channel_id = $1
              WHERE v.product_id = p.id ORDER BY v.position, v.id LIMIT 5) v)),
     'reviews', json_build_object('nodes', (SELECT coalesce(json_agg(json_build_object(
          'id', r.id, 'rating', r.rating, 'title', r.title, 'author', json_build_object('displayName', a.display_name))
          ORDER BY r.created_at DESC, r.id DESC), '[]')
        FROM (SELECT * FROM reviews WHERE product_id = p.id ORDER BY created_at DESC, id DESC LIMIT 5) r
        JOIN customers a ON a.id = r.customer_id))) ORDER BY page.units_sold DESC, page.product_id DESC), '[]'))))::text
 FROM (SELECT s.product_id, s.units_sold FROM listings s
       WHERE s.channel_id = $1 AND s.published_at <= now() AND (s.units_sold, s.product_id) < ($2, $3)
       ORDER BY s.units_sold DESC, s.product_id DESC LIMIT 50) page
 JOIN products p ON p.id = page.product_id"
        .to_owned()
}

fn search() -> String {
    format!(
        "SELECT json_build_object('data', json_build_object('products', json_build_object('nodes',
           coalesce(json_agg(json_build_object('id', p.id, 'slug', p.slug, 'title', p.title,
             'featuredMedia', (SELECT json_build_object('url', m.url) FROM media m
                               WHERE m.product_id = p.id ORDER BY m.position, m.id LIMIT 1),
             'priceRange', json_build_object('min', {{money page.min_price}}))
             ORDER BY page.relevance DESC, page.product_id DESC), '[]'))))::text
         FROM {HITS} JOIN products p ON p.id = page.product_id"
    )
}
