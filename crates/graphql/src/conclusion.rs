//! What comes after a run, be it of a request or of an event: keys in their order, codes on errors, the explanation.
use crate::{
    answer::{Plan, arrange},
    cached::Lookups,
    explain::{Clock, explain},
    refusal::finish,
    request::RequestContext,
};
use async_graphql::Response;
use std::{
    sync::{Arc, OnceLock},
    time::Instant,
};
use tradewind_loader::Frontier;
use tradewind_persistence::statements::Statements;

/// What a run leaves beside its response.
pub(crate) struct Ran {
    pub(crate) started: Instant,
    /// Read, and within the limits.
    pub(crate) parsed: Instant,
    /// The first resolver ran; None: nobody asked.
    pub(crate) resolving: Option<Arc<OnceLock<Instant>>>,
    pub(crate) frontier: Frontier,
    pub(crate) statements: Statements,
    pub(crate) cost: u64,
    pub(crate) lookups: Lookups,
}

impl Ran {
    /// Makes the response the answer that its client gets.
    pub(crate) fn conclude(self, response: &mut Response, plan: &Plan, is_rendered: bool, context: &RequestContext) {
        arrange(&mut response.data, plan, &response.errors, is_rendered);
        for error in &mut response.errors {
            finish(error, context);
        }
        if context.explain {
            let Self { started, parsed, resolving, frontier, statements, cost, lookups } = self;
            let resolving = resolving.and_then(|resolving| resolving.get().copied());
            let clock = Clock { started, parsed, resolving, ended: Instant::now() };
            let explained = explain(&statements, &frontier.reports(), &lookups.take(), cost, &clock);
            response.extensions.insert("explain".to_owned(), explained);
        }
    }
}
