//! English.
//!
//! No mail repeats a name that somebody typed: whoever registers a stranger's address could send advertisements with it.
use super::{OrderNews, OrderNewsKind, Subject, Words};
use std::time::Duration;

pub(super) fn words(shop: &str, subject: Subject<'_>) -> Words {
    match subject {
        Subject::VerifyEmail { life } => link(
            format!("Confirm your e-mail address for {shop}"),
            format!("Welcome to {shop}. One step is left: confirm that this e-mail address is yours."),
            "Confirm the address",
            format!(
                "The link works once, within {}. Follow it only if you registered yourself: otherwise somebody else would \
                 have an account in your name. If it was not you, there is nothing to do.",
                hours(life)
            ),
        ),
        Subject::KnownAddress { life } => link(
            format!("You have an account at {shop} already"),
            format!(
                "Somebody, probably you, wanted to register this e-mail address at {shop}. It has an account already, and \
                 nothing was changed."
            ),
            "Set a new password",
            format!(
                "If you know your password, just log in. If not, the link works once, within {}. If it was not you, there \
                 is nothing to do.",
                hours(life)
            ),
        ),
        Subject::ResetPassword { life } => link(
            format!("Set a new password for {shop}"),
            format!("Somebody, probably you, asked for a new password for your account at {shop}."),
            "Set a new password",
            format!(
                "The link works once, within {}. If it was not you, there is nothing to do: your password stays as it is.",
                hours(life)
            ),
        ),
        Subject::PasswordChanged => plain(
            format!("Your password for {shop} was changed"),
            vec![
                format!("The password of your account at {shop} was changed, and other devices were logged out."),
                "If it was not you, set a new password at once: ask for one where you log in.".to_owned(),
            ],
        ),
        Subject::ConfirmNewEmail { life } => link(
            format!("Confirm your new e-mail address for {shop}"),
            format!("You asked {shop} to use this e-mail address for your account from now on."),
            "Confirm the address",
            format!(
                "The link works once, within {}. If it was not you, there is nothing to do: the address is not used.",
                hours(life)
            ),
        ),
        Subject::AddressWanted => plain(
            format!("You have an account at {shop} already"),
            vec![
                format!(
                    "Somebody, probably you, wanted to use this e-mail address for another account at {shop}. It has an \
                     account already, and nothing was changed."
                ),
                "If it was not you, there is nothing to do.".to_owned(),
            ],
        ),
        Subject::EmailChangeAsked { new_email } => plain(
            format!("Your e-mail address for {shop} is about to change"),
            vec![
                format!("Somebody, probably you, asked {shop} to use {new_email} for your account from now on."),
                "Nothing changes until the new address is confirmed. If it was not you, change your password now: \
                 somebody knows it."
                    .to_owned(),
            ],
        ),
        Subject::EmailChanged { new_email } => plain(
            format!("Your e-mail address for {shop} was changed"),
            vec![
                format!("Your account at {shop} now uses {new_email}. No more mail about it comes to this address."),
                format!("If it was not you, write to {shop} at once."),
            ],
        ),
        Subject::AccountDeleted => plain(
            format!("Your account at {shop} was deleted"),
            vec![
                format!("Your account at {shop} and your personal data were deleted. This is our last mail about it."),
                "What the law makes us keep, such as invoices with their addresses, is kept for that and nothing else."
                    .to_owned(),
            ],
        ),
        Subject::StaffInvitation { life } => link(
            format!("You are invited to work for {shop}"),
            format!("You were made a member of staff of {shop}. One step is left: set a password."),
            "Set a password",
            format!(
                "The link works once, within {}. If you expected nothing like this, there is nothing to do.",
                hours(life)
            ),
        ),
        Subject::StaffPassword { life } => link(
            format!("Set a new password for your work at {shop}"),
            format!("Somebody, probably you, asked for a new password for the administration of {shop}."),
            "Set a new password",
            format!(
                "The link works once, within {}. If it was not you, there is nothing to do: your password stays as it is.",
                hours(life)
            ),
        ),
        Subject::Order(news) => order(shop, news),
    }
}

fn order(shop: &str, OrderNews { number, what }: OrderNews<'_>) -> Words {
    let (subject, text) = match what {
        OrderNewsKind::Placed { total } => (
            format!("Your order {number} at {shop}"),
            format!("Thank you for your order at {shop}. Its number is {number}, and it comes to {total}."),
        ),
        OrderNewsKind::Shipped { carrier, tracking_number } => {
            let by = if carrier.is_empty() { String::new() } else { format!(" with {carrier}") };
            let number_of = |number: &str| format!(" Its tracking number is {number}.");
            let tracking = if tracking_number.is_empty() { String::new() } else { number_of(tracking_number) };
            let text = format!("A part or all of your order {number} has left{by}.{tracking}");
            (format!("Your order {number} at {shop} is on its way"), text)
        }
        OrderNewsKind::Cancelled => (
            format!("Your order {number} at {shop} was cancelled"),
            format!("Your order {number} was cancelled. What you have paid goes back to where it came from."),
        ),
        OrderNewsKind::Refunded { amount } => (
            format!("A refund for your order {number} at {shop}"),
            format!("{amount} of your order {number} were given back. It can take some days until you see them."),
        ),
        OrderNewsKind::ReturnAnswered { is_approved: true } => (
            format!("Your return for order {number} at {shop}"),
            format!("You can send the goods of order {number} back."),
        ),
        OrderNewsKind::ReturnAnswered { is_approved: false } => (
            format!("Your return for order {number} at {shop}"),
            format!("The return that you asked for, of order {number}, is not possible."),
        ),
    };
    let after = "The link shows your order to whoever has it: keep this letter to yourself.".to_owned();
    link(subject, text, "Look at the order", after)
}

fn link(subject: String, before: String, link: &'static str, after: String) -> Words {
    Words { subject, before: greeted(vec![before]), link, after: vec![after] }
}

fn plain(subject: String, before: Vec<String>) -> Words {
    Words { subject, before: greeted(before), link: "", after: Vec::new() }
}

fn greeted(paragraphs: Vec<String>) -> Vec<String> {
    ["Hello,".to_owned()].into_iter().chain(paragraphs).collect()
}

/// `90 minutes`, `1 hour`, `2 days`; rounded down, so that nobody is promised too much.
fn hours(life: Duration) -> String {
    let minutes = life.as_secs() / 60;
    let (count, unit) = match minutes {
        0..120 if minutes != 60 => (minutes, "minute"),
        0..2880 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lives_are_told_in_the_unit_that_people_use() {
        let told = |minutes: u64| hours(Duration::from_secs(minutes * 60 + 59));
        assert_eq!(
            [told(1), told(30), told(60), told(90), told(120), told(1440), told(2880), told(3000)],
            ["1 minute", "30 minutes", "1 hour", "90 minutes", "2 hours", "24 hours", "2 days", "2 days"]
        );
    }
}
