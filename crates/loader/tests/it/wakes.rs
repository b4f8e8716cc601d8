//! Wake-ups from other threads, at every moment of the poll loop.

use crate::support::{Journal, Probe, tenfold};
use futures_util::future::join_all;
use parking_lot::Mutex;
use std::{
    future::poll_fn,
    sync::{Arc, mpsc},
    task::{Poll, Waker},
    thread,
};
use tradewind_loader::Frontier;

/// A thread that wakes whoever asks it, as soon as it can.
#[derive(Clone)]
struct Remote(mpsc::Sender<Arc<Mutex<Wait>>>);

#[derive(Default)]
struct Wait {
    done: bool,
    waker: Option<Waker>,
}

impl Remote {
    fn start() -> Self {
        let (sender, receiver) = mpsc::channel::<Arc<Mutex<Wait>>>();
        thread::spawn(move || {
            for wait in receiver {
                let mut wait = wait.lock();
                wait.done = true;
                if let Some(waker) = wait.waker.take() {
                    drop(wait);
                    waker.wake();
                }
            }
        });
        Self(sender)
    }

    async fn round_trip(&self) {
        let wait = Arc::new(Mutex::new(Wait::default()));
        self.0.send(wait.clone()).unwrap();
        poll_fn(|cx| {
            let mut wait = wait.lock();
            wait.waker = Some(cx.waker().clone());
            if wait.done { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

#[tokio::test]
async fn no_wake_up_of_the_execution_or_of_a_fetch_is_lost() {
    let (frontier, journal, remote) = (Frontier::new(), Journal::default(), Remote::start());
    let fetching = remote.clone();
    let loader = frontier.loader(Probe::<1000>::new(&journal, move |keys| {
        let remote = fetching.clone();
        async move {
            remote.round_trip().await;
            Ok(tenfold(&keys))
        }
    }));
    let worker = async |first: u32| {
        for key in first..first + 1000 {
            remote.round_trip().await;
            assert_eq!(loader.load(key).await, Ok(Some(key * 10)));
        }
    };
    frontier.run(join_all((0..5).map(|at| worker(at * 1000)))).await;
    assert_eq!(journal.fetches().iter().map(Vec::len).sum::<usize>(), 5000);
}
