//! Many at once: nothing that was acknowledged is lost, and of those who exclude each other one wins.
use crate::{
    claim::claim,
    world::{self, CHANNEL, World, codes, customer, line, now},
};
use std::future::Future;
use tradewind_commerce::cart::CartRef;
use tradewind_domain::cart::CartErrorCode as Code;

/// All begun at once; what each of them came to.
async fn all<T: Send + 'static, F: Future<Output = T> + Send + 'static>(tries: impl Iterator<Item = F>) -> Vec<T> {
    let tries: Vec<_> = tries.map(tokio::spawn).collect();
    let mut done = Vec::new();
    for one in tries {
        done.push(one.await.unwrap());
    }
    done
}

async fn units(world: &World, at: &CartRef) -> u32 {
    world.content(at.id).await.iter().map(|(_, units)| units).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_hundred_adds_none_is_lost() {
    for world in world::each().await {
        let cart = world.guest(&[]).await;
        let tries = (0..200).map(|number| {
            let (world, cart) = (world.clone(), cart.clone());
            // Of ten variants, so that lines are made and changed.
            async move { world.add(&cart, &[line(1 + number % 10, 1 + i64::from(number / 100))]).await.unwrap().version }
        });
        let mut versions = all(tries).await;
        versions.sort_unstable();
        assert_eq!(versions, (2..=201).collect::<Vec<_>>(), "{}: each has made a version of its own", world.on());
        let mut content = world.content(cart.id).await;
        content.sort_unstable();
        assert_eq!(content, (1..=10).map(|number| (number, 30)).collect::<Vec<_>>(), "{}", world.on());
        assert_eq!(world.count("cart_lines").await, 10, "{}: no line is there twice", world.on());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_those_who_expect_one_version_one_wins() {
    for world in world::each().await {
        let cart = world.guest(&[]).await;
        let tries = (0..16).map(|_| {
            let (world, cart) = (world.clone(), cart.clone());
            async move { world.add_expecting(&cart, Some(1), &[line(1, 1)]).await }
        });
        let (won, lost): (Vec<_>, Vec<_>) = all(tries).await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{}", world.on());
        for outcome in lost {
            assert_eq!(codes(outcome)[0].0, Code::VersionConflict, "{}", world.on());
        }
        assert_eq!(units(&world, &cart).await, 1, "{}", world.on());
    }
}

/// Both carts are changed while they become one: each unit whose adding was acknowledged is in it, once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_merge_beside_writers_loses_and_doubles_nothing() {
    for world in world::each().await {
        for round in 0..5 {
            let (own, guest) = (world.own(1, &[line(1, 1)]).await, world.guest(&[line(1, 1), line(2, 1)]).await);
            let before = units(&world, &own).await;
            let tries = (0..41).map(|number| {
                let (world, own, guest) = (world.clone(), own.clone(), guest.clone());
                async move {
                    match number {
                        12 => claim(&world, &guest, customer(1)).await.map(|_| (0, 2)),
                        _ if number % 2 == 0 => world.add(&guest, &[line(number % 7 + 1, 1)]).await.map(|_| (0, 1)),
                        _ => world.add(&own, &[line(number % 7 + 1, 1)]).await.map(|_| (1, 1)),
                    }
                }
            });
            let done = all(tries).await;
            let refused: Vec<_> = done.iter().filter_map(|outcome| outcome.clone().err()).flatten().collect();
            assert!(refused.iter().all(|it| it.code == Code::CartNotFound), "{}: {refused:?}", world.on());
            let kept: Vec<(u32, u32)> = done.into_iter().filter_map(Result::ok).collect();
            let of_own = kept.iter().filter(|(own, _)| *own == 1).count();
            assert_eq!(of_own, 20, "{}: the customer's cart was there all the time", world.on());
            let acknowledged: u32 = kept.iter().map(|(_, units)| units).sum();
            assert_eq!(units(&world, &own).await, before + acknowledged, "{}, round {round}", world.on());
            assert!(world.stored(guest.id).await.is_none(), "{}", world.on());
            let lines = world.content(own.id).await.len();
            assert_eq!(world.count("cart_lines").await, lines, "{}: no line is left behind", world.on());
            assert_eq!(lines, 7.min(lines), "{}: one line for each variant", world.on());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cart_is_claimed_by_one_customer() {
    for world in world::each().await {
        let guest = world.guest(&[line(1, 1)]).await;
        let tries = (0..12).map(|number| {
            let (world, guest) = (world.clone(), guest.clone());
            async move { claim(&world, &guest, customer(1 + number % 2)).await.is_ok().then_some(number % 2) }
        });
        let mut won: Vec<u32> = all(tries).await.into_iter().flatten().collect();
        assert_eq!(won.len(), 6, "{}: the winner may ask again", world.on());
        won.dedup();
        assert_eq!(won.len(), 1, "{}: {won:?}", world.on());
        assert_eq!(world.stored(guest.id).await.unwrap().customer_id, Some(customer(1 + won[0])));
    }
}

/// On each device the customer had a cart as a guest.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_carts_of_one_customer_become_one() {
    for world in world::each().await {
        let mut guests = Vec::new();
        for number in 1..=8 {
            guests.push(world.guest(&[line(number, 2), line(100, 1)]).await);
        }
        let tries = (0..16).map(|number: usize| {
            let (world, guest) = (world.clone(), guests.get(number).cloned());
            async move {
                match guest {
                    Some(guest) => claim(&world, &guest, customer(1)).await.map(drop),
                    None => world.create(CHANNEL, Some(customer(1)), &[line(100, 1)], now()).await.map(drop),
                }
            }
        });
        assert!(all(tries).await.iter().all(Result::is_ok), "{}", world.on());
        assert_eq!(world.count("carts").await, 1, "{}", world.on());
        let at = world.own(1, &[]).await;
        let mut content = world.content(at.id).await;
        content.sort_unstable();
        let expected: Vec<_> = (1..=8).map(|number| (number, 2)).chain([(100, 16)]).collect();
        assert_eq!(content, expected, "{}", world.on());
    }
}
