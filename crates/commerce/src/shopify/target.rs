//! Where an import writes: channels and a warehouse of the shop.
use tradewind_domain::channel::Channel;
use uuid::Uuid;

/// The channels of the shop, one of which takes the main columns, and the warehouse that takes the quantities.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) main: Channel,
    pub(crate) channels: Vec<Channel>,
    pub(crate) warehouse_id: Uuid,
}

impl Target {
    /// The channel that a market's name means.
    pub(crate) fn channel(&self, market: &str) -> Option<&Channel> {
        // A code is unique, a name is not: codes first.
        let market = market.trim();
        let by_code = self.channels.iter().find(|channel| channel.code.eq_ignore_ascii_case(market));
        by_code.or_else(|| self.channels.iter().find(|channel| channel.answers_to(market)))
    }

    pub(crate) fn channel_by_id(&self, id: Uuid) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == id)
    }
}
