//! What mails say, a file for each language.
mod english;

use super::{language::Language, letter::Words};
use std::time::Duration;

/// What a mail is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    /// To somebody who registered: confirm the address.
    VerifyEmail { life: Duration },
    /// To somebody whose address was registered again.
    KnownAddress { life: Duration },
    /// To somebody who forgot the password.
    ResetPassword { life: Duration },
    /// The password is another one.
    PasswordChanged,
    /// To the new address: confirm it.
    ConfirmNewEmail { life: Duration },
    /// To the owner of an address that somebody else wants for an account.
    AddressWanted,
    /// To the old address: another one is to take its place.
    EmailChangeAsked { new_email: &'a str },
    /// To the old address: another one has taken its place.
    EmailChanged { new_email: &'a str },
    /// The account is gone.
    AccountDeleted,
    /// To somebody who is to work for the shop: set a password.
    StaffInvitation { life: Duration },
    /// To a member of staff who forgot the password.
    StaffPassword { life: Duration },
    /// Something happened to an order.
    Order(OrderNews<'a>),
}

/// What happened to an order, for whoever placed it. Amounts are written out, with their currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OrderNews<'a> {
    /// Its number.
    pub(crate) number: i64,
    /// What.
    pub(crate) what: OrderNewsKind<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OrderNewsKind<'a> {
    /// It was placed.
    Placed { total: &'a str },
    /// Units have left; the texts may be empty.
    Shipped { carrier: &'a str, tracking_number: &'a str },
    /// It is cancelled, and its money goes back.
    Cancelled,
    /// Money was given back.
    Refunded { amount: &'a str },
    /// The shop agrees to a return, or not.
    ReturnAnswered { is_approved: bool },
}

pub(super) fn words(language: Language, shop: &str, subject: Subject<'_>) -> Words {
    match language {
        Language::English => english::words(shop, subject),
    }
}
