//! PostgreSQL without replicas, Redis, and shops: each a database with servers of its own. Nothing stands between them.
use super::{Instance, Layout, Place, Postgres, Redis, changed, common, database_url, port::Ports, user, watchdog};
use crate::Failure;
use std::net::SocketAddr;
use tokio_postgres::Client;

/// Everything that runs.
pub(crate) struct Shops {
    postgres: Postgres,
    redis: Redis,
    pub(crate) shops: Vec<Shop>,
    layout: Layout,
}

/// A database and its servers.
pub(crate) struct Shop {
    database: String,
    port: u16,
    pub(crate) instances: Vec<Instance>,
}

impl Shops {
    /// Starts PostgreSQL and Redis, and migrates a database for each shop; its servers do not run yet. `settings` are
    /// added to their environment, and what the command line says to that.
    pub(crate) async fn start(
        layout: Layout,
        shops: usize,
        instances: usize,
        settings: &[(String, String)],
    ) -> Result<Self, Failure> {
        let user = user::service_user()?;
        user::folder(&layout.folder, user)?;
        watchdog::watch_over(&layout.folder, layout.keep)?;
        let place = Place { folder: layout.folder.clone(), user };
        let mut ports = Ports::new();
        let mut postgres = Postgres::new("node0", &layout.postgres, &place, ports.next().await?);
        let mut redis = Redis::new(&layout.redis, &place, ports.next().await?);
        redis.start().await?;
        postgres.init().await?;
        postgres.alone()?;
        postgres.start().await?;
        let mut all = Self { postgres, redis, shops: Vec::new(), layout };
        for number in 0..shops {
            let shop = all.add(number, instances, settings, &place, &mut ports).await?;
            all.shops.push(shop);
        }
        Ok(all)
    }

    async fn add(
        &self,
        number: usize,
        instances: usize,
        settings: &[(String, String)],
        place: &Place,
        ports: &mut Ports,
    ) -> Result<Shop, Failure> {
        let database = format!("shop{number}");
        self.postgres.connect("postgres").await?.batch_execute(&format!("CREATE DATABASE {database}")).await?;
        let url = database_url(self.postgres.port(), &database);
        let mut migrate = place.command(&self.layout.server, "migrate")?;
        migrate.arg("migrate").env("DATABASE_URL", &url);
        place.run(migrate, "migrate").await?;
        let namespace = ("TRADEWIND_CACHE_NAMESPACE".to_owned(), database.clone());
        let own = common(url, self.redis.port()).into_iter().chain([namespace]).collect();
        let environment = changed(changed(own, settings), &self.layout.environment);
        let mut shop = Shop { database, port: self.postgres.port(), instances: Vec::new() };
        for server in 0..instances {
            let ports = (ports.next().await?, ports.next().await?);
            let name = number * instances + server;
            shop.instances.push(Instance::new(name, &self.layout.server, place, ports, environment.clone()));
        }
        Ok(shop)
    }

    /// Ends everything; the files stay only where they were asked to.
    pub(crate) async fn stop(mut self) {
        for instance in self.shops.iter_mut().flat_map(|shop| &mut shop.instances) {
            instance.process.kill().await;
        }
        self.redis.process.kill().await;
        self.postgres.kill().await;
        if !self.layout.keep {
            let _ = std::fs::remove_dir_all(&self.layout.folder);
        }
    }
}

impl Shop {
    /// The rig's own connection to its database.
    pub(crate) async fn client(&self) -> Result<Client, Failure> {
        super::connect(self.port, &self.database).await
    }

    /// Where its servers serve.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.instances.iter().map(Instance::address).collect()
    }

    /// Starts its servers, or starts them again with a changed environment.
    pub(crate) async fn serve(&mut self) -> Result<(), Failure> {
        for instance in &mut self.instances {
            instance.process.kill().await;
            instance.start()?;
        }
        for instance in &mut self.instances {
            instance.ready().await?;
        }
        Ok(())
    }
}
