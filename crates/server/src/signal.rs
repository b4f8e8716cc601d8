//! The wish to stop: SIGTERM or Ctrl-C. A second one does not wait.
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Resolves at the first signal; the next one ends the process at once.
pub async fn stop() {
    let (mut terminate, mut interrupt) = match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "signals cannot be heard: stop the process with SIGKILL");
            return std::future::pending().await;
        }
    };
    either(&mut terminate, &mut interrupt).await;
    tokio::spawn(async move {
        either(&mut terminate, &mut interrupt).await;
        // 128 + SIGINT, as shells have it.
        std::process::exit(130);
    });
}

async fn either(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}
