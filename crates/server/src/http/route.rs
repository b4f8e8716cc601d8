//! Which part of the server a path belongs to.

/// What stands before the id in a document's path.
pub(super) const DOCUMENT: &str = "/graphql/d/";
/// What stands before the name of a payment gateway.
pub(super) const PAYMENTS: &str = "/webhooks/payments/";

/// A place of the server. Metrics and spans name the pattern, never the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Graphql,
    /// A trusted document by its id.
    Document,
    Socket,
    Graphiql,
    Sdl,
    Livez,
    Readyz,
    Root,
    /// Of a payment gateway.
    Webhook,
    Unknown,
}

impl Route {
    pub(super) fn of(path: &str) -> Self {
        match path {
            "/graphql" => Self::Graphql,
            "/graphql/ws" => Self::Socket,
            "/livez" => Self::Livez,
            "/readyz" => Self::Readyz,
            "/schema.graphql" => Self::Sdl,
            "/" => Self::Root,
            _ if path.starts_with(PAYMENTS) => Self::Webhook,
            _ if path.starts_with(DOCUMENT) => Self::Document,
            _ if path == "/graphiql" || path.starts_with("/graphiql/") => Self::Graphiql,
            _ => Self::Unknown,
        }
    }

    /// Operations run there.
    pub(super) fn runs_operations(self) -> bool {
        matches!(self, Self::Graphql | Self::Document)
    }

    pub(super) fn pattern(self) -> &'static str {
        match self {
            Self::Graphql => "/graphql",
            Self::Document => "/graphql/d/{id}",
            Self::Socket => "/graphql/ws",
            Self::Graphiql => "/graphiql",
            Self::Sdl => "/schema.graphql",
            Self::Livez => "/livez",
            Self::Readyz => "/readyz",
            Self::Root => "/",
            Self::Webhook => "/webhooks/payments/{gateway}",
            Self::Unknown => "unknown",
        }
    }

    pub(super) fn allow(self) -> &'static str {
        match self {
            Self::Graphql => "GET, POST",
            Self::Document => "GET",
            Self::Socket => "GET",
            Self::Webhook => "POST",
            _ => "GET, HEAD",
        }
    }
}
