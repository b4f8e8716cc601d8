//! The store in this process.
#![allow(clippy::unwrap_used)]
use bytes::Bytes;
use std::{sync::Arc, time::Duration};
use tradewind_kv::{Kv, KvError, Memory, Put};

const TTL: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_counter_counts_every_call() {
    let memory = Arc::new(Memory::new(1 << 20));
    let calls = (0..200).map(|_| {
        let memory = Arc::clone(&memory);
        tokio::spawn(async move { memory.increment("many".into(), TTL).await.unwrap() })
    });
    let calls: Vec<_> = calls.collect();
    let mut numbers = Vec::new();
    for call in calls {
        numbers.push(call.await.unwrap());
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=200).collect::<Vec<u64>>());
}

#[tokio::test(start_paused = true)]
async fn a_counter_ends_when_its_first_call_said() {
    let memory = Memory::new(1 << 20);
    assert_eq!(memory.increment("a".into(), TTL).await, Ok(1));
    tokio::time::advance(TTL - Duration::from_millis(1)).await;
    assert_eq!(memory.increment("a".into(), TTL).await, Ok(2));
    assert_eq!(memory.increment("b".into(), TTL).await, Ok(1));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert_eq!(memory.increment("a".into(), TTL).await, Ok(1));
}

#[tokio::test]
async fn what_is_no_number_is_not_counted() {
    let memory = Memory::new(1 << 20);
    let text = Put { key: "text".into(), value: Bytes::from_static(b"one"), ttl: TTL };
    memory.set(vec![text]).await.unwrap();
    assert!(matches!(memory.increment("text".into(), TTL).await, Err(KvError::Failed(_))));
}
