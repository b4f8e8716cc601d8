//! Customers in the hands of staff.
use crate::{
    account::{
        AccountError, Accounts, Moment, Outcome, delete, disable,
        refusal::{codes, refused_field},
    },
    mail::{Language, enqueue_mail},
    staff::Audited,
};
use serde_json::json;
use tradewind_domain::audit::{Change, Subject};
use tradewind_persistence::write::{Account, WriteTx, lock_account};
use uuid::Uuid;

codes! {
    /// Why nothing is done about a customer.
    Code {
        /// There is no such customer.
        NotFound = "CUSTOMER_NOT_FOUND",
        /// Nothing personal is left of the customer: nothing can be done any more.
        Anonymised = "CUSTOMER_ANONYMISED",
    }
}

type Answer = Result<Outcome<Audited<Uuid>, Code>, AccountError>;

/// The account, if it has an owner.
async fn locked(tx: &WriteTx, id: Uuid) -> Result<Outcome<Account, Code>, AccountError> {
    Ok(match lock_account(tx, id).await? {
        None => Err(refused_field(Code::NotFound, "id", "There is no such customer: look at `managedCustomers`.")),
        Some(account) if account.deleted_at.is_some() => {
            Err(refused_field(Code::Anonymised, "id", "Nothing is left of this customer but orders and reviews."))
        }
        Some(account) => Ok(account),
    })
}

/// Lets a customer log in no more, and ends all of their sessions; or lets them in again.
pub async fn enable(tx: &WriteTx, id: Uuid, enabled: bool, moment: &mut Moment<'_>) -> Answer {
    let before = match locked(tx, id).await? {
        Ok(account) => account.disabled_at.is_none(),
        Err(refused) => return Ok(Err(refused)),
    };
    if before == enabled {
        return Ok(Ok(Audited::unchanged(id)));
    }
    let action = if enabled {
        disable::enable(tx, id, moment).await?;
        "customerEnable"
    } else {
        disable::disable(tx, id, moment).await?;
        "customerDisable"
    };
    let told = |enabled: bool| json!({ "isDisabled": !enabled });
    Ok(Ok(Audited::new(id, Change::updated(action, Subject::Customer, id, told(before), told(enabled)))))
}

/// Erases everything personal, as when customers delete their account themselves, and sends a last word to the address.
/// What the audit log keeps of it names nobody.
pub async fn anonymise(
    accounts: &Accounts,
    tx: &WriteTx,
    id: Uuid,
    delete_reviews: bool,
    moment: &mut Moment<'_>,
) -> Answer {
    let account = match locked(tx, id).await? {
        Ok(account) => account,
        Err(refused) => return Ok(Err(refused)),
    };
    let message = accounts.post.account_deleted(Language::default(), &account.email)?;
    delete::erase(tx, account, delete_reviews, moment).await?;
    // About nobody any more; its text goes when it is sent.
    enqueue_mail(tx, moment.id(), None, &message, moment.now()).await?;
    let before = json!({ "isAnonymised": false });
    let after = json!({ "isAnonymised": true, "reviewsDeleted": delete_reviews });
    Ok(Ok(Audited::new(id, Change::updated("customerAnonymise", Subject::Customer, id, before, after))))
}
