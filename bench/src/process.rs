//! CPU time and memory of processes, from `/proc`. Where there is none (macOS) the figures are absent.
use std::{fs, time::Duration};

/// Linux reports CPU time to programs in hundredths of a second on every architecture (`USER_HZ`, proc_pid_stat(5)).
const TICK: Duration = Duration::from_millis(10);

/// A line of `/proc/PID/stat`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    /// Ticks of all threads.
    own: u64,
    /// Ticks of children that ended.
    ended: u64,
}

impl Stat {
    fn read(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// Fields are counted behind the name, which may hold spaces and brackets.
    fn parse(line: &str) -> Option<Self> {
        let fields: Vec<&str> = line.get(line.rfind(')')? + 1..)?.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            ended: ticks(13)? + ticks(14)?,
        })
    }
}

fn time(ticks: u64) -> Duration {
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// CPU time of a process with all its threads.
pub(crate) fn cpu(pid: u32) -> Option<Duration> {
    Stat::read(pid).map(|stat| time(stat.own))
}

/// CPU time of a process, its children and its children that ended.
pub(crate) fn family_cpu(pid: u32) -> Option<Duration> {
    let parent = Stat::read(pid)?;
    let children = fs::read_dir("/proc").ok()?.filter_map(|entry| {
        let child = entry.ok()?.file_name().to_str()?.parse().ok()?;
        Stat::read(child).filter(|stat| stat.parent == pid)
    });
    Some(time(parent.own + parent.ended + children.map(|stat| stat.own).sum::<u64>()))
}

/// The process that started this one.
pub(crate) fn parent(pid: u32) -> Option<u32> {
    Stat::read(pid).map(|stat| stat.parent)
}

/// Resident memory now and at its highest, in MiB.
pub(crate) fn memory(pid: u32) -> Option<(f64, f64)> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_a_line_whose_name_holds_brackets() {
        let line = "42 (a) b (c)) S 7 42 42 0 -1 4194304 100 0 0 0 11 22 33 44 20 0 3 0 100 0 0";
        assert_eq!(Stat::parse(line), Some(Stat { parent: 7, own: 33, ended: 77 }));
        assert_eq!(Stat::parse("no line"), None);
    }
}
