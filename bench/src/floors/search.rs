//! What is searched for, in PostgreSQL's language, and the server's order of relevance.
use tradewind_domain::search_text::words;

/// Best first: whole words in the title, beginnings there, beginnings in title and keywords; beginnings anywhere.
pub(super) struct Search {
    pub(super) title: String,
    pub(super) title_prefix: String,
    pub(super) keywords_prefix: String,
    pub(super) anywhere: String,
}

impl Search {
    pub(super) fn parse(text: &str) -> Self {
        let words = words(text);
        let query = |suffix: &str| words.iter().map(|word| format!("'{word}'{suffix}")).collect::<Vec<_>>().join(" & ");
        Self { title: query(":A"), title_prefix: query(":*A"), keywords_prefix: query(":*AB"), anywhere: query(":*") }
    }
}

/// The hits of a page as `page (product_id, min_price, relevance)`: $1 channel, $2 anywhere, $3 to $5 the tiers, best
/// first.
pub(super) const HITS: &str = "(SELECT s.product_id, s.min_price,
  CASE WHEN found.document @@ to_tsquery('simple', $3) THEN 4398046511104
       WHEN found.document @@ to_tsquery('simple', $4) THEN 3298534883328
       WHEN found.document @@ to_tsquery('simple', $5) THEN 2199023255552 ELSE 1099511627776 END + s.units_sold AS relevance
 FROM listings s JOIN product_search found ON found.product_id = s.product_id
 WHERE s.channel_id = $1 AND s.published_at <= now() AND found.document @@ to_tsquery('simple', $2)
 ORDER BY relevance DESC, s.product_id DESC LIMIT 24) page";
