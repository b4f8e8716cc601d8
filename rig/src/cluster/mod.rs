//! The whole of it: three database nodes, Redis, three instances, and a proxy on each edge between them.
mod instance;
mod port;
mod postgres;
mod process;
mod redis;
mod shops;
mod user;
mod watchdog;

pub(crate) use instance::{Instance, get};
pub(crate) use postgres::{Postgres, connect};
pub(crate) use process::Place;
pub(crate) use redis::Redis;
pub(crate) use shops::{Shop, Shops};

use crate::{Failure, proxy::Edge};
use port::Ports;
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use tokio_postgres::Client;

/// Name of the database on each node.
pub(crate) const DATABASE: &str = "tradewind";
/// Server processes.
pub(crate) const INSTANCES: usize = 3;

/// Where programs and files are.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// The server, built with its feature `rig`.
    pub(crate) server: PathBuf,
    /// Folder of `postgres`, `initdb`, `pg_basebackup`.
    pub(crate) postgres: PathBuf,
    pub(crate) redis: PathBuf,
    /// All files of the run.
    pub(crate) folder: PathBuf,
    /// Keep them.
    pub(crate) keep: bool,
    /// Added to each server's environment.
    pub(crate) environment: Vec<(String, String)>,
}

/// The edges of one instance.
#[derive(Debug)]
pub(crate) struct Edges {
    pub(crate) client: Edge,
    pub(crate) primary: Edge,
    pub(crate) replicas: [Edge; 2],
    pub(crate) redis: Edge,
}

impl Edges {
    /// Those to PostgreSQL.
    pub(crate) fn databases(&self) -> impl Iterator<Item = &Edge> {
        [&self.primary].into_iter().chain(&self.replicas)
    }
}

/// Everything that runs.
pub(crate) struct Cluster {
    pub(crate) nodes: [Postgres; 3],
    /// Which node leads.
    pub(crate) primary: usize,
    /// The nodes behind the two replicas that instances know.
    pub(crate) replicas: [usize; 2],
    /// From each node to the primary.
    pub(crate) streams: Vec<Edge>,
    pub(crate) redis: Redis,
    pub(crate) instances: Vec<Instance>,
    pub(crate) edges: Vec<Edges>,
    layout: Layout,
}

pub(crate) fn local(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

/// Without TLS, and without asking for it: the proxies read the first message.
fn database_url(port: u16, database: &str) -> String {
    format!("postgres://tradewind@127.0.0.1:{port}/{database}?sslmode=disable")
}

impl Cluster {
    /// Starts PostgreSQL and Redis; instances follow with [`start_instances`](Self::start_instances).
    pub(crate) async fn start(layout: Layout) -> Result<Self, Failure> {
        let user = user::service_user()?;
        user::folder(&layout.folder, user)?;
        watchdog::watch_over(&layout.folder, layout.keep)?;
        let place = Place { folder: layout.folder.clone(), user };
        let mut ports = Ports::new();
        let mut node = async |number: usize| {
            Ok::<_, Failure>(Postgres::new(&format!("node{number}"), &layout.postgres, &place, ports.next().await?))
        };
        let mut nodes = [node(0).await?, node(1).await?, node(2).await?];
        let mut redis = Redis::new(&layout.redis, &place, ports.next().await?);
        redis.start().await?;
        let mut streams = Vec::new();
        for _ in &nodes {
            streams.push(Edge::open(local(nodes[0].port())).await?);
        }
        let [first, others @ ..] = &mut nodes;
        first.init().await?;
        first.start().await?;
        // Without a replica yet, no commit could be acknowledged.
        let client = first.connect("postgres").await?;
        client.batch_execute("SET synchronous_commit = local").await?;
        client.batch_execute(&format!("CREATE DATABASE {DATABASE}")).await?;
        for (node, stream) in others.iter_mut().zip(&streams[1..]) {
            node.copy(first.port()).await?;
            node.follow(stream.port(), Duration::ZERO)?;
            node.start().await?;
        }
        let mut cluster = Self {
            nodes,
            primary: 0,
            replicas: [1, 2],
            streams,
            redis,
            instances: Vec::new(),
            edges: Vec::new(),
            layout,
        };
        cluster.migrate(&place).await?;
        cluster.add_instances(&place, &mut ports).await?;
        Ok(cluster)
    }

    async fn migrate(&self, place: &Place) -> Result<(), Failure> {
        let mut command = place.command(&self.layout.server, "migrate")?;
        command.arg("migrate").env("DATABASE_URL", database_url(self.nodes[self.primary].port(), DATABASE));
        place.run(command, "migrate").await
    }

    async fn add_instances(&mut self, place: &Place, free: &mut Ports) -> Result<(), Failure> {
        for number in 0..INSTANCES {
            let to = |node: usize| local(self.nodes[node].port());
            let ports = (free.next().await?, free.next().await?);
            let edges = Edges {
                client: Edge::open(local(ports.0)).await?,
                primary: Edge::open(to(self.primary)).await?,
                replicas: [Edge::open(to(self.replicas[0])).await?, Edge::open(to(self.replicas[1])).await?],
                redis: Edge::open(local(self.redis.port())).await?,
            };
            let environment = environment(&edges, &self.layout.environment);
            self.instances.push(Instance::new(number, &self.layout.server, place, ports, environment));
            self.edges.push(edges);
        }
        Ok(())
    }

    /// Starts all instances, which need the shop.
    pub(crate) async fn start_instances(&mut self) -> Result<(), Failure> {
        for instance in &mut self.instances {
            instance.start()?;
        }
        for instance in &mut self.instances {
            instance.ready().await?;
        }
        Ok(())
    }

    /// The rig's own connection to the primary.
    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        self.nodes[self.primary].connect(DATABASE).await
    }

    /// Waits until both replicas have applied all that the primary has.
    pub(crate) async fn replicas_follow(&self, patience: Duration) -> Result<(), Failure> {
        let wait = async {
            let client = self.client().await?;
            loop {
                let sql = "SELECT count(*) FILTER (WHERE replay_lsn >= pg_current_wal_lsn() - 65536) FROM pg_stat_replication";
                let following: i64 = client.query_one(sql, &[]).await?.try_get(0)?;
                if following >= 2 {
                    return Ok::<_, Failure>(());
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(patience, wait).await.map_err(|_| format!("replicas do not follow after {patience:?}"))?
    }

    /// Ends everything; the files stay only where they were asked to.
    pub(crate) async fn stop(mut self) {
        for instance in &mut self.instances {
            instance.process.kill().await;
        }
        self.redis.process.kill().await;
        for node in &mut self.nodes {
            node.kill().await;
        }
        if !self.layout.keep {
            let _ = std::fs::remove_dir_all(&self.layout.folder);
        }
    }
}

/// What an instance is told: its edges, quick timeouts, no access log.
fn environment(edges: &Edges, more: &[(String, String)]) -> Vec<(String, String)> {
    let replicas = edges.replicas.iter().map(|edge| database_url(edge.port(), DATABASE)).collect::<Vec<_>>().join(",");
    let mut all = common(database_url(edges.primary.port(), DATABASE), edges.redis.port());
    all.push(("TRADEWIND_DB_REPLICAS".to_owned(), replicas));
    changed(all, more)
}

/// What every instance is told.
fn common(database: String, redis: u16) -> Vec<(String, String)> {
    let own = |name: &str, value: String| (name.to_owned(), value);
    vec![
        own("DATABASE_URL", database),
        own("REDIS_URL", format!("redis://127.0.0.1:{redis}")),
        own("TRADEWIND_ADDRESS", "127.0.0.1".to_owned()),
        own("TRADEWIND_ACCESS_LOG_SAMPLE", "0".to_owned()),
        own("TRADEWIND_LOG", "warn".to_owned()),
        own("TRADEWIND_LOG_FORMAT", "json".to_owned()),
        own("TRADEWIND_DRAIN_DELAY", "0s".to_owned()),
        own("TRADEWIND_DB_ACQUIRE_TIMEOUT", "1s".to_owned()),
        own("TRADEWIND_DB_STATEMENT_TIMEOUT", "5s".to_owned()),
        own("TOKIO_WORKER_THREADS", "2".to_owned()),
    ]
}

/// With these in place of what was there; an empty value takes one away.
fn changed(mut all: Vec<(String, String)>, more: &[(String, String)]) -> Vec<(String, String)> {
    for (name, value) in more {
        all.retain(|(known, _)| known != name);
        if !value.is_empty() {
            all.push((name.clone(), value.clone()));
        }
    }
    all
}
