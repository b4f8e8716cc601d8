//! Fills an empty, migrated database.
use super::key::{CATEGORIES, Keys, category_id, stock_id};
use crate::{Failure, shop::KeyKind};
use tokio_postgres::Client;

/// Products that only the large update touches.
pub(crate) const FILLERS: usize = 50_000;

const SHOP: &str = "
CREATE TABLE rig_keys (key uuid NOT NULL PRIMARY KEY, number bigint NOT NULL DEFAULT 0);
INSERT INTO channels (id, code, name, currency, default_locale, tax_inclusive, is_default, created_at)
VALUES ('01726967-0000-7000-a000-000000000000', 'web', 'Rig', 'EUR', 'en-US', true, true, now());
";

const PRODUCT: &str = "
INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, tags, options, category_id, created_at, updated_at)
SELECT key, 'rig-' || index, index || '.0', '', '', '', 'active', '[]', '[]', category, now(), now()
FROM unnest($1::uuid[], $2::int[], $3::uuid[]) AS t (key, index, category)";
const LISTING: &str = "
INSERT INTO listings (channel_id, product_id, published_at, min_price, max_price, availability, title_key, rating_milli, units_sold)
SELECT channels.id, key, '2020-01-01', 100, 100, 1, '', 0, 0 FROM channels, unnest($1::uuid[]) AS t (key)";
const SCOPE: &str = "
INSERT INTO listing_scopes (channel_id, scope_id, product_id, published_at, min_price, title_key, rating_milli, units_sold)
SELECT channels.id, category, key, '2020-01-01', 100, '', 0, 0
FROM channels, unnest($1::uuid[], $2::uuid[]) AS t (key, category)";
const CUSTOMER: &str = "
INSERT INTO customers (id, email, display_name, created_at)
SELECT key, index || '@rig.example', index || '.0', now() FROM unnest($1::uuid[], $2::int[]) AS t (key, index)";
const CATEGORY: &str = "
INSERT INTO categories (id, slug, name, created_at, updated_at)
SELECT id, 'rig-' || (index - 1), 'Rig', now(), now() FROM unnest($1::uuid[]) WITH ORDINALITY AS t (id, index)";
/// A product whose variant is in a warehouse: nothing of that is a register.
const STOCK: &str = "
INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, tags, options, created_at, updated_at)
VALUES ($1, 'stock', 'Stock', '', '', '', 'active', '[]', '[]', now(), now())";
const VARIANT: &str = "
INSERT INTO variants (id, product_id, title, option_values, position, policy, tracked, attributes)
VALUES ($1, $1, '', '[]', 0, 'deny', true, '[]')";
const PRICE: &str =
    "INSERT INTO variant_prices (variant_id, channel_id, amount) SELECT $1, channels.id, 100 FROM channels";
const WAREHOUSE: &str = "INSERT INTO warehouses (id, code, name, created_at) VALUES ($1, 'rig', 'Rig', now())";
const SELLS: &str = "INSERT INTO channel_warehouses (channel_id, warehouse_id) SELECT channels.id, $1 FROM channels";
const LEVEL: &str = "INSERT INTO stock_levels (variant_id, warehouse_id, on_hand) VALUES ($1, $1, 5)";

const FILLER: &str = "
INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, tags, options, created_at, updated_at)
SELECT gen_random_uuid(), 'filler-' || n, 'Filler', '', '', '', 'active', '[]', '[]', now(), now()
FROM generate_series(1, $1::bigint) AS n";

/// Makes all registers, with number 0.
pub(crate) async fn fill(client: &Client, keys: &Keys) -> Result<(), Failure> {
    client.batch_execute(SHOP).await?;
    let categories: Vec<_> = (0..CATEGORIES).map(category_id).collect();
    client.execute(CATEGORY, &[&categories]).await?;
    let all: Vec<_> = keys.all().iter().map(|key| key.id).collect();
    client.execute("INSERT INTO rig_keys (key) SELECT unnest($1::uuid[])", &[&all]).await?;
    let is_product = |key: &&super::Key| key.kind != KeyKind::Profile;
    let products: Vec<_> = keys.all().iter().filter(is_product).collect();
    let ids: Vec<_> = products.iter().map(|key| key.id).collect();
    let indexes = products.iter().map(|key| i32::try_from(key.index)).collect::<Result<Vec<_>, _>>()?;
    let of: Vec<_> = products.iter().map(|key| category_id(key.category)).collect();
    client.execute(PRODUCT, &[&ids, &indexes, &of]).await?;
    client.execute(LISTING, &[&ids]).await?;
    let listed: Vec<_> = products.iter().filter(|key| key.is_listed()).collect();
    let ids: Vec<_> = listed.iter().map(|key| key.id).collect();
    let of: Vec<_> = listed.iter().map(|key| category_id(key.category)).collect();
    client.execute(SCOPE, &[&ids, &of]).await?;
    let profiles: Vec<_> = keys.of(KeyKind::Profile).collect();
    let ids: Vec<_> = profiles.iter().map(|key| key.id).collect();
    let indexes = profiles.iter().map(|key| i32::try_from(key.index)).collect::<Result<Vec<_>, _>>()?;
    client.execute(CUSTOMER, &[&ids, &indexes]).await?;
    let stock = stock_id();
    for statement in [STOCK, VARIANT, PRICE, WAREHOUSE, SELLS, LEVEL] {
        client.execute(statement, &[&stock]).await?;
    }
    client.execute(LISTING, &[&vec![stock]]).await?;
    client.execute(FILLER, &[&i64::try_from(FILLERS)?]).await?;
    client.batch_execute("ANALYZE").await?;
    Ok(())
}

/// One statement over every product: the registers that are written directly take their new numbers in it.
pub(crate) const fn update_all() -> &'static str {
    "UPDATE products SET units_sold = products.units_sold + 1,
         title = CASE WHEN k.key IS NULL THEN products.title ELSE split_part(products.title, '.', 1) || '.' || k.number END
     FROM products p LEFT JOIN unnest($1::uuid[], $2::bigint[]) AS k (key, number) ON k.key = p.id
     WHERE p.id = products.id AND (k.key IS NOT NULL OR p.slug LIKE 'filler-%')"
}
