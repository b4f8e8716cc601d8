//! Bytes in one direction.
use super::edge::{Flow, State};
use std::collections::VecDeque;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{ReadHalf, WriteHalf},
    sync::watch,
    time::Instant,
};

/// Read at once at most.
const BUFFER: usize = 64 * 1024;
/// Pieces that may be on their way; what comes then waits with the sender, as in a network.
const ON_THE_WAY: usize = 256;

/// Carries bytes until one end closes; then the other end is told. `first`: told the first bytes. `flow`: what happens to
/// them now.
pub(super) async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut state: watch::Receiver<State>,
    first: impl FnOnce(&[u8]),
    flow: impl Fn(&State) -> Flow,
) {
    let mut first = Some(first);
    let mut buffer = vec![0; BUFFER];
    let mut waiting: VecDeque<(Instant, Vec<u8>)> = VecDeque::new();
    let mut open = true;
    while open || !waiting.is_empty() {
        let now = flow(&state.borrow_and_update());
        let due = waiting.front().and_then(|(arrived, _)| due(*arrived, now));
        tokio::select! {
            read = from.read(&mut buffer), if open && waiting.len() < ON_THE_WAY => {
                let Some(bytes) = read.ok().filter(|count| *count > 0).and_then(|count| buffer.get(..count)) else {
                    open = false;
                    continue;
                };
                if let Some(first) = first.take() {
                    first(bytes);
                }
                // What was under way when a fault began is hit by it as well.
                if waiting.is_empty() && flow(&state.borrow()) == Flow::Pass {
                    if to.write_all(bytes).await.is_err() {
                        break;
                    }
                } else {
                    waiting.push_back((Instant::now(), bytes.to_vec()));
                }
            }
            () = arrive(due), if due.is_some() => {
                if let Some((_, bytes)) = waiting.pop_front() && to.write_all(&bytes).await.is_err() {
                    break;
                }
            }
            changed = state.changed() => if changed.is_err() { break },
        }
    }
    // A closed connection is news too.
    let _ = state.wait_for(|state| flow(state) != Flow::Hold).await;
    let _ = to.shutdown().await;
}

/// When what came at `arrived` goes on; `None`: nobody knows yet.
fn due(arrived: Instant, flow: Flow) -> Option<Instant> {
    match flow {
        Flow::Pass => Some(arrived),
        Flow::Delay(time) => Some(arrived + time),
        Flow::Hold => None,
    }
}

async fn arrive(due: Option<Instant>) {
    if let Some(time) = due {
        tokio::time::sleep_until(time).await;
    }
}
