//! Kinds of rounds.
use crate::buying::Goods;
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt::{self, Display, Formatter},
    str::FromStr,
    time::Duration,
};

/// Long enough that no hold ends in a round.
const LONG: Duration = Duration::from_secs(3600);

/// What is bought, and how. The servers are started again between those whose holds last differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// One unit of one item.
    Plain,
    /// Two units of one item, in two lines.
    TwoLines,
    /// A unit each of two items; every other cart has them the other way round.
    Crossed,
    /// One unit of one item, and holds that end while they are paid: who comes late pays for nothing, and what was held
    /// is sold to others.
    Expiry,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Plain, Self::TwoLines, Self::Crossed, Self::Expiry];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::TwoLines => "two-lines",
            Self::Crossed => "crossed",
            Self::Expiry => "expiry",
        }
    }

    /// Items, and units of each that one order takes.
    pub(super) fn goods(self) -> (usize, i64) {
        match self {
            Self::Plain | Self::Expiry => (1, 1),
            Self::TwoLines => (1, 2),
            Self::Crossed => (2, 1),
        }
    }

    /// The lines of a buyer's cart.
    pub(super) fn lines(self, goods: &[Goods], buyer: usize) -> Vec<Value> {
        match self {
            Self::Plain | Self::Expiry => goods.iter().map(|goods| goods.line(1, None)).collect(),
            Self::TwoLines => goods.iter().flat_map(|it| [it.line(1, None), it.line(1, Some("gift"))]).collect(),
            Self::Crossed => {
                let mut lines: Vec<Value> = goods.iter().map(|goods| goods.line(1, None)).collect();
                if buyer % 2 == 1 {
                    lines.reverse();
                }
                lines
            }
        }
    }

    pub(super) fn hold(self, short: Duration) -> Duration {
        if self == Self::Expiry { short } else { LONG }
    }

    /// What servers are told for it.
    pub(super) fn settings(self, hold: Duration) -> [(&'static str, String); 3] {
        let (sweep, patience) = if self == Self::Expiry { ("200ms", "1s") } else { ("10s", "30s") };
        [
            ("TRADEWIND_CHECKOUT_HOLD", format!("{}ms", hold.as_millis())),
            ("TRADEWIND_RIG_SWEEP", sweep.to_owned()),
            ("TRADEWIND_RIG_PATIENCE", patience.to_owned()),
        ]
    }

    /// The gateway. Where sweepers of other servers are to see to payments, it cannot be the one in a server's memory.
    pub(super) fn gateway(self) -> (&'static str, &'static str) {
        if self == Self::Expiry { ("stripe", crate::gateway::method::APPROVE) } else { ("test", "approve") }
    }
}

impl Display for Kind {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|kind| kind.name() == text);
        known.ok_or_else(|| format!("there are {}", Self::ALL.map(Self::name).join(", ")))
    }
}
