//! Search documents and the vocabulary.
use super::{
    WriteTx,
    bulk::{Conflict, insert},
    facet::option_values,
    product_state::Stored,
};
use crate::{
    DbError,
    entity::product_search::{Column, Model},
    sql::Arg,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tradewind_domain::{
    product::{Product, ProductStatus},
    search_text::{MAX_WORD, normalized, strip_html},
};
use uuid::Uuid;

/// Characters of a description that are searched.
const LONGEST_BODY: usize = 4000;

/// What is found of a product. A product that shoppers cannot see has an empty document, so that its words are no
/// suggestions.
pub(crate) fn document(product: &Product) -> Model {
    let empty = Model { product_id: product.id, title: String::new(), keywords: String::new(), body: String::new() };
    if product.status != ProductStatus::Active {
        return empty;
    }
    let tags = product.tags.iter().map(String::as_str);
    let kinds = [product.vendor.as_str(), product.product_type.as_str()];
    let skus = product.variants.iter().filter_map(|variant| variant.sku.as_deref());
    let values = option_values(product).map(|(_, value)| value);
    let keywords: Vec<&str> = tags.chain(kinds).chain(skus).chain(values).collect();
    let body = normalized(&strip_html(&product.description_html));
    Model {
        title: normalized(&product.title),
        keywords: normalized(&keywords.join(" ")),
        body: body.chars().take(LONGEST_BODY).collect(),
        ..empty
    }
}

/// Writes the documents that changed, and counts their words.
pub(crate) async fn save_documents(
    tx: &WriteTx,
    documents: Vec<Model>,
    stored: &HashMap<Uuid, Stored>,
) -> Result<(), DbError> {
    let changed: Vec<Model> = documents.into_iter().filter(|new| differs(new, stored.get(&new.product_id))).collect();
    let mut terms = Terms::default();
    for new in &changed {
        if let Some(Stored { title: Some(title), keywords: Some(keywords), .. }) = stored.get(&new.product_id) {
            terms.add(title, keywords, -1);
        }
        terms.add(&new.title, &new.keywords, 1);
    }
    if tx.postgres() {
        insert(tx, changed, Conflict::<Column>::ReplaceBut(&[])).await?;
    } else {
        save_sqlite(tx, changed).await?;
    }
    terms.save(tx).await
}

/// Removes the documents and uncounts their words.
pub(crate) async fn delete_documents(tx: &WriteTx, stored: &HashMap<Uuid, Stored>) -> Result<(), DbError> {
    let mut terms = Terms::default();
    for old in stored.values() {
        terms.add(old.title.as_deref().unwrap_or(""), old.keywords.as_deref().unwrap_or(""), -1);
    }
    let ids = || vec![Arg::Ids(stored.keys().copied().collect())];
    if tx.postgres() {
        tx.execute("DELETE FROM product_search WHERE product_id {ids 1}", ids()).await?;
    } else {
        tx.execute(FORGET, ids()).await?;
        tx.execute("DELETE FROM product_search_documents WHERE product_id {ids 1}", ids()).await?;
    }
    terms.save(tx).await
}

fn differs(new: &Model, old: Option<&Stored>) -> bool {
    let same = |old: &Option<String>, new: &String| old.as_ref() == Some(new);
    !old.is_some_and(|old| {
        same(&old.title, &new.title) && same(&old.keywords, &new.keywords) && same(&old.body, &new.body)
    })
}

const FORGET: &str = "DELETE FROM product_search WHERE rowid IN
    (SELECT document_id FROM product_search_documents WHERE product_id {ids 1})";
const NUMBER: &str =
    "INSERT INTO product_search_documents (product_id) SELECT unhex(value) FROM json_each($1) WHERE true
    ON CONFLICT (product_id) DO NOTHING";
const INDEX: &str = "INSERT INTO product_search (rowid, title, keywords, body)
    SELECT d.document_id, x.value ->> 1, x.value ->> 2, x.value ->> 3 FROM json_each($1) x
    CROSS JOIN product_search_documents d ON d.product_id = unhex(x.value ->> 0)";

/// FTS5 knows rows by number only; `product_search_documents` numbers the products.
async fn save_sqlite(tx: &WriteTx, changed: Vec<Model>) -> Result<(), DbError> {
    if changed.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = changed.iter().map(|document| document.product_id).collect();
    tx.execute(FORGET, vec![Arg::Ids(ids.clone())]).await?;
    tx.execute(NUMBER, vec![Arg::Text(crate::sql::hex_list(&ids))]).await?;
    let row = |new: Model| (new.product_id.simple().to_string(), new.title, new.keywords, new.body);
    let rows = serde_json::json!(changed.into_iter().map(row).collect::<Vec<_>>());
    tx.execute(INDEX, vec![Arg::Text(rows.to_string())]).await?;
    Ok(())
}

/// How many more, or fewer, products use each word in their title or keywords. Sorted, so that two writers take the
/// words in the same order.
#[derive(Default)]
struct Terms(BTreeMap<String, i64>);

const TERMS_POSTGRES: &str = "INSERT INTO search_terms (term, uses)
    SELECT key, value::bigint FROM json_each_text($1::json)
    ON CONFLICT (term) DO UPDATE SET uses = search_terms.uses + excluded.uses";
const TERMS_SQLITE: &str = "INSERT INTO search_terms (term, uses) SELECT key, value FROM json_each($1) WHERE true
    ON CONFLICT (term) DO UPDATE SET uses = search_terms.uses + excluded.uses";
const NEW_TERMS_SQLITE: &str = "INSERT INTO search_terms_index (term) SELECT key FROM json_each($1)
    WHERE NOT EXISTS (SELECT 1 FROM search_terms WHERE term = key)";

impl Terms {
    fn add(&mut self, title: &str, keywords: &str, change: i64) {
        let countable = |word: &&str| (2..=MAX_WORD).contains(&word.chars().count());
        let words: BTreeSet<&str> = title.split(' ').chain(keywords.split(' ')).filter(countable).collect();
        for word in words {
            *self.0.entry(word.to_owned()).or_default() += change;
        }
    }

    /// Adds to the stored counts. A word that nobody uses any more stays, with 0: it is likely to come back.
    async fn save(mut self, tx: &WriteTx) -> Result<(), DbError> {
        self.0.retain(|_, change| *change != 0);
        if self.0.is_empty() {
            return Ok(());
        }
        let changes = || vec![Arg::Text(serde_json::json!(self.0).to_string())];
        if tx.postgres() {
            tx.execute(TERMS_POSTGRES, changes()).await?;
        } else {
            tx.execute(NEW_TERMS_SQLITE, changes()).await?;
            tx.execute(TERMS_SQLITE, changes()).await?;
        }
        Ok(())
    }
}
