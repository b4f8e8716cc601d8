//! What goes wrong while the load runs.
mod database;
mod instance;
mod network;
mod redis;

use crate::{Failure, cluster::Cluster, load::Control};
use std::{str::FromStr, time::Duration};

/// One kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// `kill -9`; it comes back empty.
    RedisKill,
    /// SIGSTOP.
    RedisPause,
    /// FLUSHALL.
    RedisFlush,
    /// It comes back with what it held two seconds earlier.
    RedisOldDump,
    /// The only instance that writes does not reach Redis; the others do.
    RedisCutFromWriter,
    /// One instance that only reads does not reach Redis; the writers do.
    RedisCutFromReader,
    /// Both replicas apply changes 5 s late.
    ReplicaDelay,
    /// Both replicas stop applying changes.
    ReplicaPause,
    /// `kill -9` of an instance between commit and answer.
    InstanceKillAfterCommit,
    /// `kill -9` of an instance at any time.
    InstanceKill,
    /// SIGSTOP.
    InstancePause,
    /// One instance does not reach the primary; it reaches the replicas and Redis.
    PrimaryCutFromInstance,
    /// Between one instance and the primary everything takes 40 ms longer.
    PrimarySlow,
    /// What the databases answer to one instance arrives 150 ms late; only its log is as quick as ever.
    AnswersLate,
    /// What the log answers to one instance arrives 75 ms late: a poll takes longer than the lease, and does not fail.
    LogLate,
    /// A writing transaction stays open for 5 s.
    LongTransaction,
    /// One statement over 50,000 products.
    UpdateAll,
    /// The primary restarts, in order or as after a crash.
    PrimaryRestart,
    /// `kill -9` of the primary; a replica takes over, and the proxies lead to it.
    Promotion,
    /// An instance restarts while no database answers it.
    InstanceRestartWithoutDatabase,
}

impl Fault {
    pub(crate) const ALL: [Self; 20] = [
        Self::RedisKill,
        Self::RedisPause,
        Self::RedisFlush,
        Self::RedisOldDump,
        Self::RedisCutFromWriter,
        Self::RedisCutFromReader,
        Self::ReplicaDelay,
        Self::ReplicaPause,
        Self::InstanceKillAfterCommit,
        Self::InstanceKill,
        Self::InstancePause,
        Self::PrimaryCutFromInstance,
        Self::PrimarySlow,
        Self::AnswersLate,
        Self::LogLate,
        Self::LongTransaction,
        Self::UpdateAll,
        Self::PrimaryRestart,
        Self::Promotion,
        Self::InstanceRestartWithoutDatabase,
    ];

    /// On the command line and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::RedisKill => "redis-kill",
            Self::RedisPause => "redis-pause",
            Self::RedisFlush => "redis-flush",
            Self::RedisOldDump => "redis-old-dump",
            Self::RedisCutFromWriter => "redis-cut-from-writer",
            Self::RedisCutFromReader => "redis-cut-from-reader",
            Self::ReplicaDelay => "replica-delay",
            Self::ReplicaPause => "replica-pause",
            Self::InstanceKillAfterCommit => "instance-kill-after-commit",
            Self::InstanceKill => "instance-kill",
            Self::InstancePause => "instance-pause",
            Self::PrimaryCutFromInstance => "primary-cut-from-instance",
            Self::PrimarySlow => "primary-slow",
            Self::AnswersLate => "answers-late",
            Self::LogLate => "log-late",
            Self::LongTransaction => "long-transaction",
            Self::UpdateAll => "update-all",
            Self::PrimaryRestart => "primary-restart",
            Self::Promotion => "promotion",
            Self::InstanceRestartWithoutDatabase => "instance-restart-without-database",
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let all = || Self::ALL.map(Self::name).join(", ");
        Self::ALL
            .into_iter()
            .find(|fault| fault.name() == name)
            .ok_or_else(|| format!("`{name}` is no fault; there are: all, none, {}", all()))
    }
}

/// Makes faults.
pub(crate) struct Injector<'r> {
    pub(crate) cluster: &'r mut Cluster,
    pub(crate) control: &'r Control,
    pub(crate) random: &'r mut fastrand::Rng,
}

impl Injector<'_> {
    /// Makes the fault, lets it last, and ends it. What is broken on return heals by itself.
    pub(crate) async fn make(&mut self, fault: Fault) -> Result<(), Failure> {
        let victim = self.random.usize(..self.cluster.instances.len());
        match fault {
            Fault::RedisKill => self.redis_kill().await,
            Fault::RedisPause => self.redis_pause().await,
            Fault::RedisFlush => self.redis_flush().await,
            Fault::RedisOldDump => self.redis_old_dump().await,
            Fault::RedisCutFromWriter => self.redis_cut(victim, true).await,
            Fault::RedisCutFromReader => self.redis_cut(victim, false).await,
            Fault::ReplicaDelay => self.replica_delay().await,
            Fault::ReplicaPause => self.replica_pause().await,
            Fault::InstanceKillAfterCommit => self.instance_kill_after_commit(victim).await,
            Fault::InstanceKill => self.instance_kill(victim).await,
            Fault::InstancePause => self.instance_pause(victim).await,
            Fault::PrimaryCutFromInstance => self.primary_cut(victim).await,
            Fault::PrimarySlow => self.primary_slow(victim).await,
            Fault::AnswersLate => self.answers_late(victim).await,
            Fault::LogLate => self.log_late(victim).await,
            Fault::LongTransaction => self.long_transaction().await,
            Fault::UpdateAll => self.update_all().await,
            Fault::PrimaryRestart => self.primary_restart().await,
            Fault::Promotion => self.promotion().await,
            Fault::InstanceRestartWithoutDatabase => self.instance_restart_without_database(victim).await,
        }
    }

    /// A random time between two bounds.
    pub(crate) fn between(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.random.u64(least..=most))
    }

    async fn wait(&mut self, least: u64, most: u64) {
        let time = self.between(least, most);
        tokio::time::sleep(time).await;
    }
}
