//! Rules of collections, and what they would match.
use super::{CatalogCode, checks::Checks};
use crate::account::Outcome;
use tradewind_domain::collection::{Condition, Rules};
use tradewind_persistence::{
    Db, DbError,
    write::{Matching, preview_rules},
};

/// Conditions of one collection, as in Shopify.
const MOST: usize = 60;

/// The rules as they are kept: at least one condition, none of them empty.
pub(super) fn read(checks: &mut Checks, rules: &Rules) -> Rules {
    checks.within("rules", |checks| {
        if rules.conditions.is_empty() {
            let message = "There is no condition: write at least one, because none matches nothing.";
            checks.refuse(CatalogCode::Required, "conditions", message);
        }
        checks.at_most(MOST, "conditions", rules.conditions.len());
        let mut conditions = Vec::with_capacity(rules.conditions.len());
        checks.each("conditions", &rules.conditions, |checks, condition| {
            let mut value = |text: &str| checks.needed("value", text);
            conditions.push(match condition {
                Condition::Tag(text) => Condition::Tag(value(text)),
                Condition::Vendor(text) => Condition::Vendor(value(text)),
                Condition::ProductType(text) => Condition::ProductType(value(text)),
                Condition::TitleContains(text) => Condition::TitleContains(value(text)),
            });
        });
        Rules { all: rules.all, conditions }
    })
}

/// Which products the rules match now, in any status, and the first of them by their ids. Nothing is changed.
pub async fn collection_preview(
    db: &Db,
    rules: &Rules,
    first: usize,
) -> Result<Outcome<Matching, CatalogCode>, DbError> {
    let mut checks = Checks::new();
    let rules = read(&mut checks, rules);
    let refused = checks.refused();
    if refused.is_empty() { Ok(Ok(preview_rules(db, &rules, first).await?)) } else { Ok(Err(refused)) }
}
