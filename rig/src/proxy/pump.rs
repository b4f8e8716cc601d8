//! Bytes in one direction.
use super::edge::{Flow, State};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::tcp::{ReadHalf, WriteHalf},
    sync::watch,
};

/// Read at once at most.
const BUFFER: usize = 64 * 1024;

/// Carries bytes until one end closes; then the other end is told.
pub(super) async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut state: watch::Receiver<State>,
    flow: fn(&State) -> Flow,
) {
    let mut buffer = vec![0; BUFFER];
    loop {
        let count = match from.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(count) => count,
        };
        // What was read when the fault began stands still as well.
        let Ok(now) = state.wait_for(|state| flow(state) != Flow::Hold).await.map(|state| flow(&state)) else { break };
        if let Flow::Delay(time) = now {
            tokio::time::sleep(time).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            break;
        }
    }
    // A closed connection is news too.
    let _ = state.wait_for(|state| flow(state) != Flow::Hold).await;
    let _ = to.shutdown().await;
}
