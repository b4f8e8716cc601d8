//! Sending again: by id, by time, what is dead, and to an endpoint that came later.
use crate::support::{World, after, each, event, id, now, positions};
use tradewind_persistence::write::webhook::{Replay, Replayed, Verdict, Which, replay};
use uuid::Uuid;

async fn again(world: &World, which: Which, after: i64, most: u32) -> Option<Replayed> {
    let wanted = Replay { endpoint_id: id(1), which, after, most };
    let tx = world.begin().await;
    let replayed = replay(&tx, &wanted, &Uuid::now_v7, now()).await.unwrap();
    tx.commit().await.unwrap();
    replayed
}

/// Delivers all that is due; the positions in the order in which they were sent.
async fn deliver(world: &World) -> Vec<i64> {
    let mut sent = Vec::new();
    let mut heads = world.claim(now()).await;
    while !heads.is_empty() {
        sent.extend(positions(&heads));
        heads = world.finish(heads, Verdict::Delivered, now()).await.next;
    }
    sent
}

fn replayed(deliveries: usize) -> Option<Replayed> {
    Some(Replayed { deliveries, more_after: None })
}

#[tokio::test]
async fn what_was_delivered_is_sent_again_in_its_order() {
    for world in each().await {
        world.add_endpoint(1, &["a"]).await;
        world.publish([event(1, 1, "a"), event(2, 1, "a"), event(3, 1, "b"), event(4, 2, "a")]).await;
        world.fan_out().await;
        assert_eq!(deliver(&world).await, [1, 4, 2]);
        let ids = Which::Events(vec![id(2), id(1), id(99)]);
        assert_eq!(again(&world, ids.clone(), 0, 10).await, replayed(2), "{}", world.backend());
        assert_eq!(again(&world, ids, 0, 10).await, replayed(0), "they are open already");
        assert_eq!(deliver(&world).await, [1, 2]);
        // Of another topic, because somebody wants it.
        assert_eq!(again(&world, Which::Events(vec![id(3)]), 0, 10).await, replayed(1));
        assert_eq!(deliver(&world).await, [3]);
    }
}

#[tokio::test]
async fn a_range_of_time_is_sent_again_in_parts() {
    for world in each().await {
        world.publish((1..=5).map(|number| event(number, number, if number == 2 { "b" } else { "a" }))).await;
        world.fan_out().await;
        // What nobody wanted then is sent to whoever wants it now.
        world.add_endpoint(1, &["a"]).await;
        let (all, none) = (Which::Between(now(), after(1)), Which::Between(after(1), after(9)));
        assert_eq!(again(&world, none, 0, 10).await, replayed(0));
        let part = again(&world, all.clone(), 0, 3).await.unwrap();
        assert_eq!(part, Replayed { deliveries: 2, more_after: Some(3) }, "{}", world.backend());
        assert_eq!(again(&world, all.clone(), 3, 3).await, replayed(2));
        assert_eq!(deliver(&world).await, [1, 3, 4, 5]);
        let nobody = Replay { endpoint_id: id(9), which: all, after: 0, most: 3 };
        let tx = world.begin().await;
        assert_eq!(replay(&tx, &nobody, &Uuid::now_v7, now()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_dead_rise_before_what_is_behind_them() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a"), event(2, 1, "a"), event(3, 2, "a")]).await;
        world.fan_out().await;
        let heads = world.claim(now()).await;
        let next = world.finish(heads, Verdict::Dead, now()).await.next;
        assert_eq!(positions(&next), [2]);
        world.finish(next, Verdict::Retry(after(3600)), now()).await;
        assert_eq!(deliver(&world).await, Vec::<i64>::new());
        assert_eq!(again(&world, Which::Dead, 0, 10).await, replayed(2), "{}", world.backend());
        let heads = world.claim(now()).await;
        assert_eq!((positions(&heads), heads[0].attempts, heads[0].failures), (vec![1, 3], 1, 0));
        world.finish(heads, Verdict::Dead, now()).await;
        assert_eq!(again(&world, Which::Dead, 0, 10).await, replayed(2));
    }
}

#[tokio::test]
async fn what_is_not_fanned_out_yet_comes_by_itself() {
    for world in each().await {
        world.add_endpoint(1, &["*"]).await;
        world.publish([event(1, 1, "a")]).await;
        assert_eq!(again(&world, Which::Events(vec![id(1)]), 0, 10).await, replayed(0));
        world.fan_out().await;
        assert_eq!(deliver(&world).await, [1], "{}", world.backend());
    }
}
