//! Who asks.
use std::net::IpAddr;

/// What is known of a client besides its request.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Where it comes from; None where nobody knows, and then all of those count as one.
    pub address: Option<IpAddr>,
    /// What it says of itself, as `User-Agent` has it.
    pub user_agent: String,
    /// What the customer calls the device; may be empty.
    pub label: String,
    /// The language of mails, a BCP 47 tag.
    pub locale: String,
}

/// Characters that are kept of what a client says of itself.
const LONGEST_AGENT: usize = 300;
const LONGEST_LABEL: usize = 60;

impl Client {
    pub(crate) fn kept_user_agent(&self) -> String {
        kept(&self.user_agent, LONGEST_AGENT)
    }

    pub(super) fn kept_label(&self) -> String {
        kept(&self.label, LONGEST_LABEL)
    }
}

fn kept(text: &str, longest: usize) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(longest).collect()
}
