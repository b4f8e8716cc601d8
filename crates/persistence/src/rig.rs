//! Writes of the fault rig: one register each, in rising numbers. The rig's table `rig_keys` holds the number that a
//! register has; a write with a lower one changes nothing, so the numbers are the order of the writes.
use crate::{DbError, sql::Arg, write::WriteTx};
use uuid::Uuid;

/// What is done to a register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A product's title.
    Title,
    /// A product that is there afterwards, whether or not it was.
    Insert,
    /// A product that is gone afterwards.
    Delete,
    /// A product that is in a list afterwards.
    Join,
    /// A product that is in no list afterwards.
    Leave,
    /// A customer's name.
    Profile,
}

impl Change {
    /// The change of that name.
    pub fn by_name(name: &str) -> Option<Self> {
        Some(match name {
            "title" => Self::Title,
            "insert" => Self::Insert,
            "delete" => Self::Delete,
            "join" => Self::Join,
            "leave" => Self::Leave,
            "profile" => Self::Profile,
            _ => return None,
        })
    }

    fn statements(self) -> &'static [&'static str] {
        match self {
            Self::Title => &["UPDATE products SET title = $2 WHERE id = $1"],
            Self::Insert => &[
                "INSERT INTO products (id, slug, title, description_html, vendor, product_type, status, tags, options, \
                 category_id, created_at, updated_at) VALUES ($1, 'rig-' || split_part($2, '.', 1), $2, '', '', '', \
                 'active', '[]', '[]', $3, now(), now()) ON CONFLICT (id) DO UPDATE SET title = excluded.title",
                "INSERT INTO listings (channel_id, product_id, published_at, min_price, max_price, availability, \
                 title_key, rating_milli, units_sold) SELECT id, $1, '2020-01-01', 100, 100, 1, '', 0, 0 FROM channels \
                 ON CONFLICT DO NOTHING",
                JOIN,
            ],
            Self::Delete => &["DELETE FROM products WHERE id = $1"],
            Self::Join => &[JOIN],
            Self::Leave => &["DELETE FROM listing_scopes WHERE product_id = $1"],
            Self::Profile => &["UPDATE customers SET display_name = $2 WHERE id = $1"],
        }
    }
}

const JOIN: &str = "INSERT INTO listing_scopes (channel_id, scope_id, product_id, published_at, min_price, title_key, \
    rating_milli, units_sold) SELECT id, $3, $1, '2020-01-01', 100, '', 0, 0 FROM channels ON CONFLICT DO NOTHING";

/// Changes a register inside the transaction. False: a later number is there, or no row, and the transaction must be
/// dropped. PostgreSQL only.
pub async fn change(
    tx: &WriteTx,
    change: Change,
    key: Uuid,
    category: Uuid,
    index: i64,
    number: i64,
) -> Result<bool, DbError> {
    let guard = "UPDATE rig_keys SET number = $2 WHERE key = $1 AND number < $2";
    if tx.execute(guard, vec![Arg::Id(key), Arg::Int(number)]).await? == 0 {
        return Ok(false);
    }
    let value = format!("{index}.{number}");
    for text in change.statements() {
        let all = [("$1", Arg::Id(key)), ("$2", Arg::Text(value.clone())), ("$3", Arg::Id(category))];
        let (text, args) = numbered(text, all);
        let rows = tx.execute(&text, args).await?;
        if rows == 0 && matches!(change, Change::Title | Change::Profile) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// PostgreSQL refuses arguments that a text does not mention: those that it does, numbered anew.
fn numbered(text: &str, all: [(&str, Arg); 3]) -> (String, Vec<Arg>) {
    let mut text = text.to_owned();
    let mut args = Vec::new();
    for (name, arg) in all {
        if text.contains(name) {
            args.push(arg);
            text = text.replace(name, &format!("${}", args.len()));
        }
    }
    (text, args)
}
