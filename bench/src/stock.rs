//! What async-graphql-axum gives by itself: its handler behind plain `axum::serve`, without limits, logs or ids. The schema
//! is as small as the query of `layer`; the answer comes from memory, as the server's does.
use crate::{Failure, floors::listen};
use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema, SimpleObject};
use async_graphql_axum::GraphQL;
use axum::{Router, routing::post_service};
use clap::Args;

#[derive(Args)]
pub(crate) struct Options {
    /// On 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// Of the default channel, as the server has it.
    #[arg(long, default_value = "default")]
    code: String,
}

/// As the server's, but for the fields that nobody asks for.
#[derive(Clone, SimpleObject)]
struct Channel {
    code: String,
}

struct Query {
    channel: Channel,
}

#[Object]
impl Query {
    async fn channel(&self) -> Channel {
        self.channel.clone()
    }
}

/// Serves until it is killed.
pub(crate) async fn serve(options: Options) -> Result<(), Failure> {
    let query = Query { channel: Channel { code: options.code } };
    let schema = Schema::build(query, EmptyMutation, EmptySubscription).finish();
    listen(options.port, Router::new().route("/graphql", post_service(GraphQL::new(schema)))).await
}
