//! `userErrors` of the mutations about accounts.
use crate::mutation::user_errors;
use tradewind_commerce::account::{
    address_book, delete, email_change, log_in, password_change, password_reset, profile, refresh, register, sessions,
    verify_email,
};

user_errors! {
    /// Why an account is not made.
    CustomerRegisterUserError { CustomerRegisterErrorCode = register::Code }
    /// Why an address is not confirmed.
    CustomerVerifyEmailUserError { CustomerVerifyEmailErrorCode = verify_email::Code }
    /// Why a link is not sent again.
    CustomerResendVerificationUserError { CustomerResendVerificationErrorCode = verify_email::ResendCode }
    /// Why nobody is logged in.
    CustomerLogInUserError { CustomerLogInErrorCode = log_in::Code }
    /// Why a session is not refreshed.
    SessionRefreshUserError { SessionRefreshErrorCode = refresh::Code }
    /// Why a session is not ended.
    SessionRevokeUserError { SessionRevokeErrorCode = sessions::Code }
    /// Why no link to set a password is sent.
    PasswordResetRequestUserError { PasswordResetRequestErrorCode = password_reset::RequestCode }
    /// Why no password is set.
    PasswordResetUserError { PasswordResetErrorCode = password_reset::Code }
    /// Why a password is not changed.
    PasswordChangeUserError { PasswordChangeErrorCode = password_change::Code }
    /// Why no link to take another address is sent.
    EmailChangeRequestUserError { EmailChangeRequestErrorCode = email_change::RequestCode }
    /// Why an account keeps its address.
    EmailChangeConfirmUserError { EmailChangeConfirmErrorCode = email_change::Code }
    /// Why a profile is not changed.
    CustomerUpdateUserError { CustomerUpdateErrorCode = profile::Code }
    /// Why an address book is not changed.
    AddressUserError { AddressErrorCode = address_book::Code }
    /// Why an account is not deleted.
    CustomerDeleteUserError { CustomerDeleteErrorCode = delete::Code }
}
