//! Redis.
use super::Injector;
use crate::Failure;

impl Injector<'_> {
    pub(super) async fn redis_kill(&mut self) -> Result<(), Failure> {
        self.cluster.redis.process.kill().await;
        self.wait(300, 2000).await;
        self.cluster.redis.forget()?;
        self.cluster.redis.start().await
    }

    pub(super) async fn redis_pause(&mut self) -> Result<(), Failure> {
        self.cluster.redis.process.pause(true);
        self.wait(300, 3000).await;
        self.cluster.redis.process.pause(false);
        Ok(())
    }

    pub(super) async fn redis_flush(&mut self) -> Result<(), Failure> {
        for _ in 0..3 {
            self.cluster.redis.command("FLUSHALL").await?;
            self.wait(20, 300).await;
        }
        Ok(())
    }

    pub(super) async fn redis_old_dump(&mut self) -> Result<(), Failure> {
        self.cluster.redis.dump().await?;
        self.wait(500, 2500).await;
        self.cluster.redis.process.kill().await;
        self.cluster.redis.restore()?;
        self.cluster.redis.start().await
    }

    /// `writer`: the instance is the only one that writes; else it is the only one that does not.
    pub(super) async fn redis_cut(&mut self, instance: usize, writer: bool) -> Result<(), Failure> {
        let other = (instance + 1) % self.cluster.instances.len();
        self.control.write_to(Some(if writer { instance } else { other }));
        self.wait(100, 400).await;
        let edge = &self.cluster.edges[instance].redis;
        if self.random.bool() {
            edge.blackhole();
        } else {
            edge.refuse();
        }
        self.wait(500, 2500).await;
        self.cluster.edges[instance].redis.heal();
        self.control.write_to(None);
        Ok(())
    }
}
