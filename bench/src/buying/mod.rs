//! What buying costs: putting something into a cart, starting a checkout, completing it; the server over GraphQL, and a
//! floor that sends the same statements in the same transactions by hand.
mod floor;
mod floor_complete;
mod floor_start;
mod goods;
mod phase;
mod server;

use crate::{Failure, http_client::Endpoint, postgres, process};
use clap::{Args, ValueEnum};
use floor::Floor;
use goods::Goods;
use phase::{Phase, Work};
use server::Server;
use std::rc::Rc;

/// Who sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Target {
    /// GraphQL at `--url`, with `TRADEWIND_TEST_PAYMENTS=true`.
    Server,
    /// Statements by hand.
    Floor,
}

#[derive(Args)]
#[command(
    after_help = "Example:\n  bench buying --target server --url http://127.0.0.1:8000/graphql --pid 4711 --count 3000\n\
                  It changes the database: products need no shipping afterwards, and have much stock."
)]
pub(crate) struct Options {
    #[arg(long, value_enum)]
    target: Target,
    /// http://127.0.0.1:8000/graphql, of the server
    #[arg(long, required_if_eq("target", "server"))]
    url: Option<String>,
    #[arg(long, default_value_t = 32)]
    clients: usize,
    /// How often each is done while it is measured.
    #[arg(long, default_value_t = 3000)]
    count: usize,
    /// How often before that.
    #[arg(long, default_value_t = 200)]
    warm_up: usize,
    /// Process of the server, for memory.
    #[arg(long)]
    pid: Option<u32>,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// One JSON object per line.
    #[arg(long)]
    json: bool,
}

/// A cart or a checkout: an id, and the token that opens it.
#[derive(Clone, Debug)]
struct Opened {
    id: String,
    token: String,
}

/// One client; it has one connection.
enum Client {
    Server(Server),
    Floor(Floor),
}

impl Client {
    async fn cart(&mut self) -> Result<Opened, Failure> {
        match self {
            Self::Server(server) => server.cart().await,
            Self::Floor(floor) => floor.cart().await,
        }
    }

    async fn add(&mut self, cart: &Opened, variant: usize) -> Result<(), Failure> {
        match self {
            Self::Server(server) => server.add(cart, variant).await,
            Self::Floor(floor) => floor.add(cart, variant).await,
        }
    }

    /// Also says who buys, which is not measured: `checkoutUpdate` is a request of its own.
    async fn start(&mut self, cart: &Opened) -> Result<Opened, Failure> {
        match self {
            Self::Server(server) => server.start(cart).await,
            Self::Floor(floor) => floor.start(cart).await,
        }
    }

    async fn name(&mut self, checkout: &Opened) -> Result<(), Failure> {
        match self {
            Self::Server(server) => server.name(checkout).await,
            Self::Floor(floor) => floor.name(checkout).await,
        }
    }

    async fn complete(&mut self, checkout: &Opened) -> Result<(), Failure> {
        match self {
            Self::Server(server) => server.complete(checkout).await,
            Self::Floor(floor) => floor.complete(checkout).await,
        }
    }
}

/// Runs all three.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let owner = postgres::connect(&options.database_url).await?;
    let goods = Rc::new(Goods::prepare(&owner).await?);
    let mut clients = Vec::new();
    for _ in 0..options.clients.max(1) {
        clients.push(client(&options, &goods).await?);
    }
    let name = match options.target {
        Target::Server => "server",
        Target::Floor => "floor",
    };
    let mut work = Work::new(clients, options.seed, goods.len());
    let all = options.count + options.warm_up;
    let carts = work.carts(all).await?;
    for phase in [Phase::Add, Phase::Start, Phase::Complete] {
        let mut measured = work.run(phase, &carts, options.warm_up).await?;
        measured.target = name.to_owned();
        measured.rss_peak_mib = options.pid.and_then(process::memory).map(|(_, peak)| peak);
        match options.json {
            true => println!("{}", serde_json::to_string(&measured)?),
            false => println!("{measured}"),
        }
    }
    Ok(())
}

async fn client(options: &Options, goods: &Rc<Goods>) -> Result<Client, Failure> {
    Ok(match options.target {
        Target::Server => {
            let endpoint = Endpoint::parse(options.url.as_deref().unwrap_or_default())?;
            Client::Server(Server::connect(&endpoint, Rc::clone(goods)).await?)
        }
        Target::Floor => {
            let client = postgres::connect(&options.database_url).await?;
            Client::Floor(Floor::new(client, Rc::clone(goods)))
        }
    })
}
