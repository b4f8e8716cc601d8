//! What a resolver knows of its request.
use crate::{
    access::{Grant, Grants, Viewer},
    caller::{Caller, Effects},
    directory::Channel,
    loaders::Loaders,
    mutation::Commerce,
};
use async_graphql::Context;
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};
use tradewind_cache::Cache;
use tradewind_domain::currency::Currency;
use tradewind_persistence::{Db, read::Scope, write::idempotency::KeyedRequest};

/// One request: its channel, its time, its loaders.
pub(crate) struct RequestCtx {
    pub(crate) channel: Arc<Channel>,
    pub(crate) scope: Scope,
    pub(crate) loaders: Loaders,
    /// Who asks.
    pub(crate) caller: Arc<Caller>,
    /// What a mutation leaves for the transport.
    pub(crate) effects: Arc<Effects>,
    /// Under which the outcome of a mutation is kept.
    pub(crate) keyed: Option<Arc<KeyedRequest>>,
    /// What mutations write to, and run on.
    pub(crate) db: Db,
    pub(crate) cache: Option<Cache>,
    pub(crate) commerce: Arc<Commerce>,
    /// When the first resolver ran, where somebody wants to know: validation is over then.
    pub(crate) resolving: Option<Arc<OnceLock<Instant>>>,
}

impl RequestCtx {
    pub(crate) fn has_viewer(&self) -> bool {
        self.caller.viewer.is_some()
    }

    /// Whether who asks may see what is for those with the grant; for objects that are found by their id.
    pub(crate) fn may(&self, grant: Grant) -> bool {
        Grants::of(&[grant]).meets(Viewer::grants(self.caller.viewer))
    }

    pub(crate) fn commerce(&self) -> &Commerce {
        &self.commerce
    }

    pub(crate) fn currency(&self) -> Currency {
        self.channel.currency
    }
}

/// Shorthand for resolvers.
pub(crate) trait Request {
    fn request(&self) -> &RequestCtx;
}

impl Request for Context<'_> {
    fn request(&self) -> &RequestCtx {
        // The engine puts it into every request; there is no other way to execute.
        let request = self.data_unchecked::<RequestCtx>();
        if let Some(resolving) = &request.resolving {
            resolving.get_or_init(Instant::now);
        }
        request
    }
}
