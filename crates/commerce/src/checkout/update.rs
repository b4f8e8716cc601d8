//! What the shopper says along the way: e-mail, addresses, how it is sent. Each change freezes the quote anew; the time that
//! the goods are held to stays.
use super::{BuyError, CheckoutCode, Checkouts, Started, start::started};
use crate::account::{
    Outcome, Token,
    refusal::{Refused, refused, refused_field},
};
use tradewind_domain::{
    address::{Address, AddressInput},
    checkout::{CheckoutError, CheckoutEvent, CheckoutState},
    email::Email,
};
use tradewind_persistence::write::{Checkout, WriteTx, lock_checkout_by_token};
use uuid::Uuid;

/// What is to be changed; what is left out stays.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Where letters go.
    pub email: Option<String>,
    /// Where goods go.
    pub shipping_address: Option<AddressInput>,
    /// Where the bill goes, if not there.
    pub billing_address: Option<AddressInput>,
    /// How goods go: one of the quote's options.
    pub shipping_method_id: Option<Uuid>,
}

type Wrong = Vec<Refused<CheckoutCode>>;

impl Checkouts {
    /// Changes a checkout whose payment is not under way, and freezes the quote anew; also without changes, where the quote
    /// does not hold any more. In the caller's transaction, which is rolled back where it is refused.
    pub async fn update(
        &self,
        tx: &WriteTx,
        token: &Token,
        changes: &Changes,
    ) -> Result<Outcome<Started, CheckoutCode>, BuyError> {
        let now = self.sources.now();
        let Some(mut checkout) = lock_checkout_by_token(tx, &token.hash()).await? else { return Ok(Err(not_found())) };
        if checkout.state.holds_stock() && checkout.expires_at <= now {
            return Ok(Err(illegal(&CheckoutError::HoldExpired(checkout.expires_at))));
        }
        // A checkout that holds nothing is held anew; one that does, keeps its stock and its time.
        if checkout.state.holds_stock() {
            match checkout.state.transition(CheckoutEvent::Release, now) {
                Ok(state) => checkout.state = state,
                Err(error) => return Ok(Err(illegal(&error))),
            }
        }
        if let Err(wrong) = apply(&mut checkout, changes) {
            return Ok(Err(wrong));
        }
        checkout.version += 1;
        checkout.updated_at = now;
        let quoted = match self.quoted(tx, &checkout, now).await? {
            Ok(quoted) => quoted,
            Err(refused) => return Ok(Err(refused)),
        };
        let frozen = self.freeze(tx, &mut checkout, quoted, now).await?;
        Ok(frozen.map(|quote| started(&checkout, quote)))
    }
}

pub(super) fn not_found() -> Wrong {
    refused(CheckoutCode::NotFound, "There is no such checkout: start one.")
}

pub(super) fn illegal(error: &CheckoutError) -> Wrong {
    refused(CheckoutCode::from(error), &error.to_string())
}

/// The same, of a checkout. Whether the sweeper has ended it already makes no difference to its shopper.
pub(super) fn not_possible(checkout: &Checkout, error: &CheckoutError) -> Wrong {
    match checkout.state {
        CheckoutState::Expired => illegal(&CheckoutError::HoldExpired(checkout.expires_at)),
        _ => illegal(error),
    }
}

/// All that is wrong, because a form shows it all at once.
fn apply(checkout: &mut Checkout, changes: &Changes) -> Result<(), Wrong> {
    let mut wrong = Wrong::new();
    if let Some(text) = &changes.email {
        match Email::parse(text) {
            Ok(email) => checkout.email = Some(email.as_str().to_owned()),
            Err(error) => wrong.extend(refused_field(CheckoutCode::InvalidEmail, "email", &error.to_string())),
        }
    }
    let mut address = |field: &str, input: &Option<AddressInput>| {
        let checked = input.as_ref().map(Address::check)?;
        let path = |error: &tradewind_domain::address::AddressError| format!("{field}.{}", error.field.name());
        let refused = |errors: Vec<_>| {
            errors
                .iter()
                .flat_map(|error| {
                    let error: &tradewind_domain::address::AddressError = error;
                    refused_field(CheckoutCode::InvalidAddress, &path(error), &error.message)
                })
                .collect::<Wrong>()
        };
        checked.map_err(|errors| wrong.extend(refused(errors))).ok()
    };
    if let Some(given) = address("shippingAddress", &changes.shipping_address) {
        checkout.shipping_address = Some(given);
    }
    if let Some(given) = address("billingAddress", &changes.billing_address) {
        checkout.billing_address = Some(given);
    }
    checkout.shipping_method_id = changes.shipping_method_id.or(checkout.shipping_method_id);
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}
