//! What changes the catalog, and everything precomputed from it in the same transaction.
//!
//! Each function is a constant number of statements for any number of rows, as long as they fit in one statement's
//! parameters. Rows are taken in the order of their ids, products before what hangs on them, so two writers wait for
//! each other instead of deadlocking; a transaction that calls several functions for several products keeps that
//! promise only if it goes through the products in the order of their ids. The order of what is taken: products, holds,
//! stock levels, listings; docs/stock.md says more.
mod account;
mod address;
mod availability;
mod bulk;
mod cart;
mod cart_facts;
mod cart_save;
mod category;
mod category_tree;
mod channel;
mod channel_find;
mod checkout;
mod collection;
mod collection_preview;
mod conn;
mod customer;
mod customer_token;
mod event;
mod facet;
mod gift_card;
mod gift_card_find;
pub mod idempotency;
pub mod job;
mod listing;
mod mail;
mod order;
mod order_new;
mod order_parts;
mod order_stock;
mod payment;
mod product;
mod product_find;
mod product_page;
mod product_read;
mod product_rows;
mod product_state;
mod promotion;
mod promotion_find;
mod promotion_use;
mod reconcile;
mod refund;
mod retry;
mod review;
mod savepoint;
mod scope;
mod search;
mod session;
mod shipping_method;
mod shop;
pub mod staff;
mod stock;
mod stock_count;
mod stock_hold;
mod stock_hold_end;
mod stock_hold_line;
mod stock_ledger;
mod stock_level;
mod tax_rate;
mod tax_rate_find;
mod tx;
mod warehouse;
pub mod webhook;

pub use account::{
    Account, NewAccount, account_by_email, account_by_id, insert_account, lock_account, lock_account_by_email,
    save_account, save_account_email,
};
pub use address::{
    AddressEntry, DefaultOf, addresses_of, delete_address, delete_addresses_of, insert_address, mark_default,
    save_address,
};
pub use cart::{
    StoredCart, cart_by_id, close_cart, delete_cart, delete_carts_of, delete_expired_carts, lock_cart,
    lock_cart_and_own, lock_cart_of_customer,
};
pub use cart_facts::{ChannelTerms, SoldVariant, channel_terms, scopes_of_products, sold_variants};
pub use cart_save::{insert_cart, save_cart};
pub use category::{delete_category, ensure_category_path, lock_category_tree, save_categories};
pub use category_tree::CategoryTree;
pub use channel::{load_channels, save_channels};
pub use channel_find::{channel_in_use, lock_channels, lock_warehouses};
pub use checkout::{
    Checkout, checkout_by_token, delete_old_checkouts, insert_checkout, lock_checkout, lock_checkout_by_token,
    overdue_checkouts, save_checkout,
};
pub use collection::{
    collection_members, delete_collection, lock_collection, save_collections, set_collection_products,
};
pub use collection_preview::{Matching, preview_rules};
pub use conn::Conn;
pub use customer::save_customers;
pub use customer_token::{
    NewToken, Purpose, Used, delete_old_tokens, delete_tokens_of, end_tokens, insert_token, owner_of_token, use_token,
};
pub use event::{Aggregate, Event};
pub use gift_card::{
    CardMove, NewGiftCard, StoredGiftCard, enable_gift_card, gift_card_by_hash, gift_cards_by_ids, insert_gift_cards,
    redeem_gift_cards, refund_gift_cards,
};
pub use gift_card_find::{
    GiftCardMovement, IssuedGiftCard, gift_card_by_id, gift_card_movements, gift_cards_page, lock_gift_card,
};
pub use mail::{
    DueMail, QueuedMail, claim_due_mails, delete_mails_of, delete_old_mails, insert_mail, mail_failed, mail_sent,
};
pub use order::{
    OrderEventRow, PartDetails, StoredOrder, insert_order_events, lock_order, order_of_checkout, save_order,
};
pub use order_new::{NewOrder, NewOrderLine, detach_purchases_of, insert_order};
pub use order_stock::{order_variants, restock};
pub use payment::{
    StoredPayment, insert_payment, lock_payments, payment_by_gateway_id, payment_by_id, save_payment, take_due_payments,
};
pub use product::{delete_products, save_products};
pub use product_find::{held_variants, join_catalog, lock_catalog, lock_products, products_of_variants, slugs_taken};
pub use product_page::{ProductPage, products_page};
pub use product_read::{product_count, products_after, products_by_ids, products_by_slugs};
pub use promotion::{BuyerKey, LivePromotions, StoredPromotion, delete_promotions, live_promotions, save_promotions};
pub use promotion_find::{coupon_owners, lock_promotion, promotion_by_id, promotion_uses, promotions_page};
pub use promotion_use::{release_promotions, use_promotions};
pub use refund::{Refund, end_refund, insert_refund, open_refunds};
pub use retry::{Done, End, transact};
pub use review::{delete_reviews_of, save_reviews};
pub use session::{
    Ending, KeptSession, Session, SessionUse, delete_ended_sessions, delete_sessions_of, insert_session, lock_session,
    note_session_uses, revoke_sessions, rotate_session, sessions_of,
};
pub use shipping_method::{
    all_shipping_methods, delete_shipping_methods, lock_shipping_method, save_shipping_methods, shipping_methods,
};
pub use shop::Shop;
pub use stock::{add_stock, set_low_stock_thresholds, set_stock};
pub use stock_count::{CountedStock, lock_stock, low_stock_thresholds};
pub use stock_hold::{NewHold, Reserved, reserve};
pub use stock_hold_end::{HoldEnd, HoldState, commit_hold, expire_holds, extend_hold, release_hold};
pub use stock_hold_line::{HeldLine, Line, MOST_UNITS, Shortage, ShortageCode};
pub use stock_ledger::{Cause, MovementKind, Reference};
pub use tax_rate::{
    ChannelPlace, ProductTerms, STANDARD_TAX, delete_tax_rules, product_terms, save_channel_places, save_product_terms,
    save_tax_rules, tax_table,
};
pub use tax_rate_find::{channel_places, delete_channel_place, lock_tax_rule, tax_rule_by_id, tax_rules_page};
pub use tx::{LogMark, Savepoint, WriteTx};
pub use warehouse::{load_warehouses, save_warehouses};

use chrono::{DateTime, SubsecRound, Utc};

/// The precision of both databases, so that what is written is what is read.
fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}
