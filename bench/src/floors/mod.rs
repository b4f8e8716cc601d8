//! What the same machine can do for the same operations without the server's generality. A floor answers
//! `POST /q1?slug=…` with the JSON that the server answers.
use crate::{
    Failure,
    operation::{Argument, Operation},
    shop::Shop,
};
use aggregate::Aggregate;
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use batched::Batched;
use clap::{Args, ValueEnum};
use fixed::Fixed;
use nested::Nested;
use std::sync::Arc;

mod aggregate;
mod aggregate_sql;
mod answer;
mod batched;
mod batched_sql;
mod connections;
mod fixed;
mod json;
mod nested;
mod nested_sql;
mod record;
mod search;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// One batched statement per relation level, pipelined.
    A,
    /// One statement that returns nested records in binary.
    B,
    /// One statement that returns JSON.
    C,
    /// An answer of the same size that is always the same.
    D,
}

#[derive(Args)]
pub(crate) struct Options {
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// On 127.0.0.1.
    #[arg(long)]
    port: u16,
    /// How answers are made.
    #[arg(long, value_enum)]
    kind: Kind,
    /// As many as the server's pool holds.
    #[arg(long, default_value_t = 16)]
    connections: usize,
}

enum Floor {
    Batched(Batched),
    Nested(Nested),
    Aggregate(Aggregate),
    Fixed(Fixed),
}

impl Floor {
    async fn open(options: &Options) -> Result<Self, Failure> {
        let client = crate::postgres::connect(&options.database_url).await?;
        let shop = Shop::read(&client).await?;
        let (url, count) = (&options.database_url, options.connections);
        Ok(match options.kind {
            Kind::A => Self::Batched(Batched::open(url, count, shop).await?),
            Kind::B => Self::Nested(Nested::open(url, count, shop).await?),
            Kind::C => Self::Aggregate(Aggregate::open(url, count, shop).await?),
            Kind::D => Self::Fixed(Fixed::make(&client, &Nested::open(url, 1, shop).await?).await?),
        })
    }

    async fn answer(&self, operation: Operation, argument: &Argument) -> Result<Bytes, Failure> {
        match self {
            Self::Batched(floor) => floor.answer(operation, argument).await,
            Self::Nested(floor) => floor.answer(operation, argument).await,
            Self::Aggregate(floor) => floor.answer(operation, argument).await,
            Self::Fixed(floor) => Ok(floor.answer(operation)),
        }
    }
}

/// Serves until it is killed.
pub(crate) async fn serve(options: Options) -> Result<(), Failure> {
    let floor = Arc::new(Floor::open(&options).await?);
    let router = Router::new().route("/{operation}", post(answer)).with_state(floor);
    listen(options.port, router).await
}

/// Plain `axum::serve` on 127.0.0.1, until the process is killed.
pub(crate) async fn listen(port: u16, router: Router) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    Ok(axum::serve(axum::serve::ListenerExt::tap_io(listener, no_delay), router).await?)
}

fn no_delay(stream: &mut tokio::net::TcpStream) {
    // Without it answers are as right, only later.
    let _ = stream.set_nodelay(true);
}

async fn answer(
    State(floor): State<Arc<Floor>>,
    Path(operation): Path<Operation>,
    Query(argument): Query<Argument>,
) -> Response {
    match floor.answer(operation, &argument).await {
        Ok(body) => ([(header::CONTENT_TYPE, "application/json")], body).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}
