//! Open files.
use crate::Failure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a run needs beside its connections.
const OTHERS: u64 = 256;

/// Sees to it that this process, and those that it starts, may have so many connections open.
pub(crate) fn raise_open_files(connections: usize) -> Result<(), Failure> {
    let needed = u64::try_from(connections)? * 2 + OTHERS;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current.is_none_or(|current| current >= needed) {
        return Ok(());
    }
    if maximum.is_some_and(|maximum| maximum < needed) {
        return Err(format!("{needed} open files are needed, and {maximum:?} allowed: raise `ulimit -Hn`").into());
    }
    Ok(setrlimit(Resource::Nofile, Rlimit { current: Some(needed), maximum })?)
}
