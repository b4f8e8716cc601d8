//! Where a server dies, and what its shoppers do meanwhile.
use std::{
    fmt::{self, Display, Formatter},
    str::FromStr,
};

/// What shoppers do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    /// They buy.
    Buy,
    /// The first card is declined, the second is not.
    Declined,
    /// The bank wants something of them, and they do it.
    Act,
    /// They do it when their time is over.
    ActLate,
    /// The same, and the bank takes the money at once.
    TakenLate,
    /// They cancel while the bank waits for them.
    Cancel,
    /// They buy, and cancel the order.
    CancelOrder,
    /// They leave without paying.
    Leave,
    /// The gateway prepares no payment for them.
    Unprepared,
}

/// A failpoint of the servers, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place(&'static str);

/// One way to die.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Case {
    pub(super) place: Place,
    pub(super) story: Story,
}

/// Every place, with the stories that come to it.
const ALL: [(&str, &[Story]); 36] = [
    ("cartCreate.committed", &[Story::Buy]),
    ("checkoutStart.before-commit", &[Story::Buy]),
    ("checkoutStart.committed", &[Story::Buy, Story::Leave]),
    ("checkoutUpdate.before-commit", &[Story::Buy]),
    ("checkoutUpdate.committed", &[Story::Buy]),
    ("checkoutPay.before-commit", &[Story::Buy, Story::Declined]),
    ("checkoutPay.committed", &[Story::Buy, Story::Declined]),
    ("create.before", &[Story::Buy]),
    ("create.after", &[Story::Buy]),
    ("confirm.before", &[Story::Buy, Story::Declined]),
    ("confirm.after", &[Story::Buy, Story::Declined, Story::Act]),
    ("news.before-commit", &[Story::Buy, Story::Act, Story::TakenLate]),
    ("news.committed", &[Story::Buy, Story::Act, Story::TakenLate]),
    ("place.before-commit", &[Story::Buy, Story::Act]),
    ("settle.begun", &[Story::Buy, Story::CancelOrder]),
    ("capture.before", &[Story::Buy, Story::Act]),
    ("capture.after", &[Story::Buy, Story::Act]),
    ("webhook.received", &[Story::Buy, Story::ActLate]),
    ("webhook.stored", &[Story::Buy, Story::Act, Story::TakenLate]),
    ("webhook.settled", &[Story::Buy, Story::TakenLate]),
    ("retrieve.before", &[Story::Act, Story::ActLate]),
    ("retrieve.after", &[Story::Act, Story::ActLate]),
    ("checkoutComplete.committed", &[Story::Act]),
    ("checkoutCancel.before-commit", &[Story::Cancel]),
    ("checkoutCancel.committed", &[Story::Cancel]),
    ("cancel.before", &[Story::Cancel, Story::ActLate]),
    ("cancel.after", &[Story::Cancel, Story::ActLate]),
    ("expire.before-commit", &[Story::Leave, Story::ActLate]),
    ("expire.committed", &[Story::Leave, Story::ActLate]),
    ("due.committed", &[Story::ActLate, Story::Unprepared]),
    ("payment.before-commit", &[Story::Unprepared]),
    ("payment.looked-at", &[Story::Unprepared, Story::ActLate]),
    ("orderCancel.before-commit", &[Story::CancelOrder]),
    ("orderCancel.committed", &[Story::CancelOrder]),
    ("refund.before", &[Story::CancelOrder, Story::TakenLate]),
    ("refund.after", &[Story::CancelOrder, Story::TakenLate]),
];

/// So many, each place with each of its stories equally often, in a random order.
pub(super) fn cases(count: usize, only: &[Place], random: &mut fastrand::Rng) -> Vec<Case> {
    let wanted = |place: Place| only.is_empty() || only.contains(&place);
    let all = ALL.iter().filter(|(name, _)| wanted(Place(name)));
    let each = all.flat_map(|(name, stories)| stories.iter().map(|story| Case { place: Place(name), story: *story }));
    let mut each: Vec<Case> = each.collect();
    // A few runs are at places of all kinds.
    random.shuffle(&mut each);
    let mut cases: Vec<Case> = each.into_iter().cycle().take(count).collect();
    random.shuffle(&mut cases);
    cases
}

impl Place {
    pub(super) fn name(self) -> &'static str {
        self.0
    }
}

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = ALL.iter().map(|(name, _)| *name).find(|name| *name == text);
        let names = || ALL.map(|(name, _)| name).join(", ");
        known.map(Self).ok_or_else(|| format!("there are {}", names()))
    }
}
