//! What rules would put into a collection.
use super::{
    Conn,
    collection::{RULED, RuledProduct},
};
use crate::{Db, DbError, sql::Arg};
use tradewind_domain::collection::Rules;
use uuid::Uuid;

/// Products that are read at a time.
const PAGE: usize = 5000;

/// Products that rules match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matching {
    /// How many there are.
    pub count: u64,
    /// The first of them, in the order of their ids.
    pub first: Vec<Uuid>,
}

/// Which products the rules match now, in any status; nothing is changed. As where rules are applied, every product is
/// read, 5,000 with a statement: databases do not agree about which letters are the same in either case.
pub async fn preview_rules(db: &Db, rules: &Rules, first: usize) -> Result<Matching, DbError> {
    let mut matching = Matching::default();
    let mut after = Uuid::nil();
    loop {
        let args = vec![Arg::Id(after), Arg::Int(i64::try_from(PAGE).unwrap_or(i64::MAX))];
        let page: Vec<RuledProduct> = Conn::from(db).all(RULED, args).await?;
        let (read, last) = (page.len(), page.last().map(|row| row.id));
        for row in page {
            let product = row.product()?;
            if rules.matches(&product) {
                matching.count += 1;
                matching.first.extend((matching.first.len() < first).then_some(product.id));
            }
        }
        match last {
            Some(last) if read == PAGE => after = last,
            _ => return Ok(matching),
        }
    }
}
