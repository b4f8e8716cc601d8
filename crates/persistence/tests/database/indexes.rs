//! Every foreign key and every sorted or filtered column leads an index.
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use tradewind_testkit::TestDb;

/// Table and columns that a query filters by and sorts in.
const ORDERS: [(&str, &str); 93] = [
    ("listings", "channel_id,min_price,product_id"),
    ("listings", "channel_id,published_at,product_id"),
    ("listings", "channel_id,title_key,product_id"),
    ("listings", "channel_id,rating_milli,product_id"),
    ("listings", "channel_id,units_sold,product_id"),
    ("listings", "product_id,channel_id"),
    ("listing_scopes", "channel_id,scope_id,min_price,product_id"),
    ("listing_scopes", "channel_id,scope_id,published_at,product_id"),
    ("listing_scopes", "channel_id,scope_id,title_key,product_id"),
    ("listing_scopes", "channel_id,scope_id,rating_milli,product_id"),
    ("listing_scopes", "channel_id,scope_id,units_sold,product_id"),
    ("product_facets", "key,value,product_id"),
    ("product_facets", "product_id,key,value"),
    ("products", "slug"),
    ("products", "updated_at,id"),
    ("products", "status,updated_at,id"),
    ("categories", "slug"),
    ("categories", "parent_id,position,name,id"),
    ("collections", "slug"),
    ("collections", "position,id"),
    ("variants", "product_id,position,id"),
    ("media", "product_id,position,id"),
    ("reviews", "product_id,created_at,id"),
    ("stock_levels", "variant_id,warehouse_id"),
    ("stock_movements", "variant_id,warehouse_id,id"),
    ("holds", "expires_at,id"),
    ("hold_lines", "hold_id,position"),
    ("variant_prices", "variant_id,channel_id"),
    ("search_terms", "term"),
    ("customers", "email"),
    ("sessions", "token_hash"),
    ("sessions", "customer_id,created_at,id"),
    ("sessions", "expires_at,id"),
    ("customer_tokens", "token_hash"),
    ("customer_tokens", "customer_id,purpose"),
    ("customer_tokens", "expires_at,id"),
    ("addresses", "customer_id,created_at,id"),
    ("mail_queue", "customer_id"),
    ("mail_queue", "next_at,id"),
    ("mail_queue", "created_at,id"),
    ("carts", "token_hash"),
    ("carts", "customer_id,channel_id"),
    ("carts", "expires_at,id"),
    ("cart_lines", "cart_id,position,id"),
    ("idempotency_keys", "claimed_at"),
    ("outbox", "id"),
    ("outbox", "created_at,position"),
    ("outbox", "aggregate,position"),
    ("webhook_lanes", "endpoint_id,due_at"),
    ("webhook_deliveries", "endpoint_id,position"),
    ("webhook_deliveries", "endpoint_id,aggregate,position"),
    ("webhook_attempts", "delivery_id,number"),
    ("jobs", "name,due_at"),
    ("jobs", "name,unique_key"),
    ("jobs", "dead_at,id"),
    ("checkouts", "token_hash"),
    ("checkouts", "cart_id"),
    ("checkouts", "expires_at,id"),
    ("checkouts", "updated_at,id"),
    ("orders", "token_hash"),
    ("orders", "customer_id,number"),
    ("orders", "channel_id,number"),
    ("order_lines", "order_id,position,id"),
    ("order_events", "order_id,at,id"),
    ("fulfilments", "order_id,created_at,id"),
    ("returns", "order_id,created_at,id"),
    ("payments", "checkout_id,created_at,id"),
    ("payments", "gateway,gateway_id"),
    ("payments", "check_at,id"),
    ("refunds", "payment_id,created_at,id"),
    ("promotions", "id"),
    ("coupon_codes", "code"),
    ("promotion_uses", "order_id,promotion_id"),
    ("promotion_uses", "customer_id,promotion_id"),
    ("promotion_uses", "email_hash,promotion_id"),
    ("tax_rates", "country,id"),
    ("shipping_methods", "currency,id"),
    ("gift_cards", "code_hash"),
    ("gift_card_movements", "gift_card_id,id"),
    ("gift_card_movements", "order_id,gift_card_id"),
    ("orders", "status,number"),
    ("orders", "payment_status,number"),
    ("orders", "fulfilment_status,number"),
    ("orders", "return_status,number"),
    ("orders", "email,number"),
    ("staff_members", "email"),
    ("staff_sessions", "token_hash"),
    ("staff_sessions", "expires_at,id"),
    ("staff_tokens", "token_hash"),
    ("staff_tokens", "expires_at,id"),
    ("api_keys", "key_hash"),
    ("audit_log", "subject_id,id"),
    ("audit_log", "actor_id,id"),
];

const POSTGRES_INDEXES: &str = "SELECT t.relname::text AS tab, string_agg(a.attname::text, ',' ORDER BY k.n) AS cols
    FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname = 'public'
    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.attnum GROUP BY i.indexrelid, t.relname";
const POSTGRES_KEYS: &str = "SELECT c.conrelid::regclass::text AS tab, string_agg(a.attname::text, ',' ORDER BY k.n) AS cols
    FROM pg_constraint c CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY AS k (attnum, n)
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum WHERE c.contype = 'f' GROUP BY c.oid, c.conrelid";
const SQLITE_INDEXES: &str =
    "SELECT m.name AS tab, group_concat(coalesce(x.name, '()'), ',') AS cols FROM sqlite_schema m
    JOIN pragma_index_list(m.name) l JOIN pragma_index_info(l.name) x WHERE m.type = 'table' GROUP BY m.name, l.name";
const SQLITE_KEYS: &str =
    "SELECT m.name AS tab, group_concat(f.\"from\", ',' ORDER BY f.seq) AS cols FROM sqlite_schema m
    JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' GROUP BY m.name, f.id";

#[tokio::test]
async fn keys_and_orders_lead_an_index() {
    for test in TestDb::each().await {
        let db = Database::connect(test.url()).await.unwrap();
        let backend = db.get_database_backend();
        let (indexes, keys) = match backend {
            DbBackend::Postgres => (POSTGRES_INDEXES, POSTGRES_KEYS),
            _ => (SQLITE_INDEXES, SQLITE_KEYS),
        };
        let pairs = async |sql: &str| -> Vec<(String, String)> {
            let rows = db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
            rows.iter().map(|row| (row.try_get("", "tab").unwrap(), row.try_get("", "cols").unwrap())).collect()
        };
        let (indexes, keys) = (pairs(indexes).await, pairs(keys).await);
        assert!(keys.len() > 15 && indexes.len() > 20, "{}: the catalog was read", test.backend());
        let expected = ORDERS.iter().map(|(table, columns)| ((*table).to_owned(), (*columns).to_owned()));
        for (table, columns) in keys.into_iter().chain(expected) {
            let leads = |index: &(String, String)| {
                index.0 == table && format!("{},", index.1).starts_with(&format!("{columns},"))
            };
            assert!(indexes.iter().any(leads), "{}: no index of {table} begins with ({columns})", test.backend());
        }
    }
}
