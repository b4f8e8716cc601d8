//! Promotions and their coupon codes.
pub use super::promotion_check::{MOST_CODES, MOST_IDS};
use super::{Answer, promotion_check::checked, refuse};
use crate::{
    account::{
        Moment, Outcome,
        refusal::{codes, refused_field},
    },
    staff::Audited,
};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    promotion::{Action, CombinesWith, Conditions, Trigger, UsageLimits},
};
use tradewind_persistence::{
    DbError,
    write::{Conn, StoredPromotion, WriteTx, coupon_owners, delete_promotions, lock_promotion, save_promotions},
};
use uuid::Uuid;

codes! {
    /// Why a promotion is not changed.
    Code {
        /// There is no such promotion.
        NotFound = "PROMOTION_NOT_FOUND",
        /// The name is empty, has too many characters, or a line break.
        InvalidName = "INVALID_NAME",
        /// The percentage is 0 or above 100.
        InvalidRate = "INVALID_RATE",
        /// An amount is zero or negative.
        InvalidAmount = "INVALID_AMOUNT",
        /// The end is not after the beginning.
        InvalidPeriod = "INVALID_PERIOD",
        /// A limit of uses is zero: disable the promotion instead.
        InvalidLimit = "INVALID_LIMIT",
        /// A coupon code is empty, too long, or has a space in it.
        InvalidCode = "INVALID_COUPON_CODE",
        /// Another promotion has the code.
        CodeTaken = "COUPON_CODE_TAKEN",
        /// The promotion waits for a code and has none.
        CodesNeeded = "COUPON_CODES_NEEDED",
        /// The promotion comes by itself and has codes.
        CodesUnused = "COUPON_CODES_UNUSED",
        /// A list is too long.
        TooMany = "TOO_MANY_VALUES",
    }
}

/// What is to be different; what is None stays, and what is given replaces all of that part.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the parts of a promotion")]
pub struct PromotionUpdate {
    pub name: Option<String>,
    pub trigger: Option<Trigger>,
    pub codes: Option<Vec<String>>,
    pub action: Option<Action>,
    pub conditions: Option<Conditions>,
    pub priority: Option<i32>,
    pub combines_with: Option<CombinesWith>,
    pub limits: Option<UsageLimits>,
    pub enabled: Option<bool>,
}

fn kept(stored: &StoredPromotion) -> Value {
    let promotion = &stored.promotion;
    json!({
        "name": promotion.name,
        "trigger": promotion.trigger,
        "codes": stored.codes,
        "action": promotion.action,
        "conditions": promotion.conditions,
        "priority": promotion.priority,
        "combinesWith": promotion.combines_with,
        "limits": promotion.limits,
        "isEnabled": stored.enabled,
    })
}

fn none<T>() -> Answer<T, Code> {
    refuse(Code::NotFound, "id", "There is no such promotion: look at `promotions`.")
}

/// Makes a promotion; the id of the one that is given does not matter.
pub async fn create(tx: &WriteTx, new: &StoredPromotion, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let mut stored = match checked(new.clone()) {
        Ok(stored) => stored,
        Err(refused) => return Ok(Err(refused)),
    };
    stored.promotion.id = moment.id();
    let id = stored.promotion.id;
    let created = Change::created("promotionCreate", Subject::Promotion, id, kept(&stored));
    Ok(save(tx, &stored, moment).await?.map(|()| Audited::new(id, created)))
}

/// Changes a promotion. Carts that it counts in are priced anew; orders keep what they were promised.
pub async fn update(tx: &WriteTx, id: Uuid, update: &PromotionUpdate, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let Some(before) = lock_promotion(tx, id).await? else { return none() };
    let mut after = before.clone();
    let promotion = &mut after.promotion;
    set(&mut promotion.name, &update.name);
    set(&mut promotion.trigger, &update.trigger);
    set(&mut promotion.action, &update.action);
    set(&mut promotion.conditions, &update.conditions);
    set(&mut promotion.priority, &update.priority);
    set(&mut promotion.combines_with, &update.combines_with);
    set(&mut promotion.limits, &update.limits);
    set(&mut after.codes, &update.codes);
    set(&mut after.enabled, &update.enabled);
    change(tx, "promotionUpdate", before, after, moment).await
}

fn set<T: Clone>(part: &mut T, given: &Option<T>) {
    if let Some(given) = given {
        part.clone_from(given);
    }
}

/// Lets a promotion count, or no more; its codes stay its own.
pub async fn enable(tx: &WriteTx, id: Uuid, enabled: bool, moment: &mut Moment<'_>) -> Answer<Uuid, Code> {
    let Some(before) = lock_promotion(tx, id).await? else { return none() };
    let after = StoredPromotion { enabled, ..before.clone() };
    let action = if enabled { "promotionEnable" } else { "promotionDisable" };
    change(tx, action, before, after, moment).await
}

async fn change(
    tx: &WriteTx,
    action: &'static str,
    before: StoredPromotion,
    after: StoredPromotion,
    moment: &mut Moment<'_>,
) -> Answer<Uuid, Code> {
    let id = before.promotion.id;
    let after = match checked(after) {
        Ok(after) => after,
        Err(refused) => return Ok(Err(refused)),
    };
    if after == before {
        return Ok(Ok(Audited::unchanged(id)));
    }
    let changed = Change::updated(action, Subject::Promotion, id, kept(&before), kept(&after));
    Ok(save(tx, &after, moment).await?.map(|()| Audited::new(id, changed)))
}

/// Two promotions that ask for one code at the same time: the second one waits for the first, and is refused then.
async fn save(tx: &WriteTx, stored: &StoredPromotion, moment: &mut Moment<'_>) -> Result<Outcome<(), Code>, DbError> {
    let clean = tx.savepoint().await?;
    match save_promotions(tx, std::slice::from_ref(stored), moment.now()).await {
        Ok(()) => return Ok(Ok(())),
        Err(DbError::Constraint(_)) => tx.rollback_to(&clean).await?,
        Err(error) => return Err(error),
    }
    let owners = coupon_owners(Conn::from(tx), &stored.codes).await?;
    let taken = stored.codes.iter().filter(|code| owners.get(*code).is_some_and(|id| *id != stored.promotion.id));
    let taken: Vec<&str> = taken.map(String::as_str).take(10).collect();
    let message = format!("Another promotion has {}: choose another code.", taken.join(", "));
    Ok(Err(refused_field(Code::CodeTaken, "codes", &message)))
}

/// Deletes a promotion with its codes and the count of its uses; orders keep what it took off.
pub async fn delete(tx: &WriteTx, id: Uuid) -> Answer<Uuid, Code> {
    let Some(before) = lock_promotion(tx, id).await? else { return none() };
    delete_promotions(tx, &[id]).await?;
    Ok(Ok(Audited::new(id, Change::deleted("promotionDelete", Subject::Promotion, id, kept(&before)))))
}
