//! Writes the mails of a shop.
use super::{
    Language, MailMessage,
    letter::letter,
    words::{OrderNews, Subject, words},
};
use std::time::Duration;

/// Where links in mails lead: pages of the storefront, with `{token}` where the token goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// Confirms the address of a new account.
    pub verify_email: String,
    /// Sets a new password.
    pub reset_password: String,
    /// Confirms another address.
    pub change_email: String,
    /// Shows an order to whoever has the letter.
    pub order: String,
    /// Sets the password of a member of staff.
    pub staff_password: String,
}

/// A link that mails cannot use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the link of mails `{0}` cannot be used: write one such as https://shop.example/account/verify?token={{token}}"
)]
pub struct BadLink(pub String);

impl Links {
    /// The pages `account/verify-email`, `account/reset-password`, `account/change-email`, `account/order` and
    /// `staff/password` of a storefront, with the token behind `#`: browsers send it to no server, so it is in no log and no
    /// `Referer`.
    pub fn of_storefront(url: &str) -> Self {
        let page = |name: &str| format!("{}/{name}#token={{token}}", url.trim_end_matches('/'));
        Self {
            verify_email: page("account/verify-email"),
            reset_password: page("account/reset-password"),
            change_email: page("account/change-email"),
            order: page("account/order"),
            staff_password: page("staff/password"),
        }
    }

    fn check(&self) -> Result<(), BadLink> {
        let customers = [&self.verify_email, &self.reset_password, &self.change_email, &self.order];
        for link in customers.into_iter().chain([&self.staff_password]) {
            let is_web = link.starts_with("https://") || link.starts_with("http://");
            if !is_web || link.matches("{token}").count() != 1 {
                return Err(BadLink(link.clone()));
            }
        }
        Ok(())
    }
}

/// Writes mails in the name of a shop.
#[derive(Clone, Debug)]
pub struct Post {
    shop: String,
    links: Links,
}

/// Cannot happen with the templates that are compiled in: they only write texts into memory.
pub(crate) type Written = Result<MailMessage, askama::Error>;

impl Post {
    /// In the name of this shop.
    ///
    /// # Errors
    /// A link without `{token}`, or one that is not of the web.
    pub fn new(shop: impl Into<String>, links: Links) -> Result<Self, BadLink> {
        links.check()?;
        Ok(Self { shop: shop.into(), links })
    }

    pub(crate) fn verify_email(&self, language: Language, to: &str, token: &str, life: Duration) -> Written {
        self.write(language, to, Subject::VerifyEmail { life }, &with(&self.links.verify_email, token))
    }

    pub(crate) fn known_address(&self, language: Language, to: &str, token: &str, life: Duration) -> Written {
        self.write(language, to, Subject::KnownAddress { life }, &with(&self.links.reset_password, token))
    }

    pub(crate) fn reset_password(&self, language: Language, to: &str, token: &str, life: Duration) -> Written {
        self.write(language, to, Subject::ResetPassword { life }, &with(&self.links.reset_password, token))
    }

    pub(crate) fn password_changed(&self, language: Language, to: &str) -> Written {
        self.write(language, to, Subject::PasswordChanged, "")
    }

    pub(crate) fn confirm_new_email(&self, language: Language, to: &str, token: &str, life: Duration) -> Written {
        self.write(language, to, Subject::ConfirmNewEmail { life }, &with(&self.links.change_email, token))
    }

    pub(crate) fn address_wanted(&self, language: Language, to: &str) -> Written {
        self.write(language, to, Subject::AddressWanted, "")
    }

    pub(crate) fn email_change_asked(&self, language: Language, to: &str, new_email: &str) -> Written {
        self.write(language, to, Subject::EmailChangeAsked { new_email }, "")
    }

    pub(crate) fn email_changed(&self, language: Language, to: &str, new_email: &str) -> Written {
        self.write(language, to, Subject::EmailChanged { new_email }, "")
    }

    pub(crate) fn account_deleted(&self, language: Language, to: &str) -> Written {
        self.write(language, to, Subject::AccountDeleted, "")
    }

    /// A letter about an order, with a link to it.
    pub(crate) fn about_order(&self, language: Language, to: &str, token: &str, news: OrderNews<'_>) -> Written {
        self.write(language, to, Subject::Order(news), &with(&self.links.order, token))
    }

    pub(crate) fn staff_invitation(&self, language: Language, to: &str, token: &str, life: Duration) -> Written {
        self.write(language, to, Subject::StaffInvitation { life }, &with(&self.links.staff_password, token))
    }

    pub(crate) fn staff_password(&self, language: Language, to: &str, token: &str, life: Duration) -> Written {
        self.write(language, to, Subject::StaffPassword { life }, &with(&self.links.staff_password, token))
    }

    fn write(&self, language: Language, to: &str, subject: Subject<'_>, url: &str) -> Written {
        letter(language, &self.shop, to, &words(language, &self.shop, subject), url)
    }
}

fn with(link: &str, token: &str) -> String {
    link.replace("{token}", token)
}

#[cfg(test)]
mod tests;
