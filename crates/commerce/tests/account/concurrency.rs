//! Many at once: exactly one wins.
use crate::world::{self, OTHER_PASSWORD, PASSWORD, World, later, now, random, token_in};
use std::{future::Future, sync::Arc};
use tradewind_commerce::account::{Moment, refresh, sessions};
use tradewind_persistence::read::session::devices_by_customers;

const TRIES: usize = 8;

/// How many of the tries, all begun at once, had success.
async fn successes<F: Future<Output = bool> + Send + 'static>(tries: impl Iterator<Item = F>) -> usize {
    let tries: Vec<_> = tries.map(tokio::spawn).collect();
    let mut count = 0;
    for one in tries {
        count += usize::from(one.await.unwrap());
    }
    count
}

async fn worlds() -> Vec<Arc<World>> {
    world::each().await.into_iter().map(Arc::new).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_address_is_registered_once() {
    for world in worlds().await {
        let tries = (0..TRIES).map(|_| {
            let world = Arc::clone(&world);
            async move { world.register("jo@shop.example", now()).await.is_ok() }
        });
        assert_eq!(successes(tries).await, TRIES, "{}: all get the same answer", world.on());
        let ids = world.test_db.texts("SELECT email FROM customers").await;
        assert_eq!(ids, ["jo@shop.example"], "{}", world.on());
        let mails = world.mails(later(1)).await;
        let new = mails.iter().filter(|mail| mail.subject.starts_with("Confirm")).count();
        assert_eq!((mails.len(), new), (TRIES, 1), "{}: one confirms, the others are told", world.on());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_is_used_once() {
    for world in worlds().await {
        let email = "jo@shop.example";
        world.register(email, now()).await.unwrap();
        let link = token_in(&world.one_mail(email).await);
        let tries = (0..TRIES).map(|_| {
            let (world, link) = (Arc::clone(&world), link.clone());
            async move { world.verify(&link, later(1)).await.is_ok() }
        });
        assert_eq!(successes(tries).await, 1, "{}: confirmed", world.on());

        crate::passwords::ask(&world, email, later(2)).await;
        let link = token_in(&world.one_mail(email).await);
        let tries = (0..TRIES).map(|number| {
            let (world, link) = (Arc::clone(&world), link.clone());
            async move {
                let password = format!("{OTHER_PASSWORD} {number}");
                crate::passwords::reset(&world, &link, &password, later(3)).await.is_ok()
            }
        });
        assert_eq!(successes(tries).await, 1, "{}: set", world.on());
        let mut work = Vec::new();
        for number in 0..TRIES {
            let password = format!("{OTHER_PASSWORD} {number}");
            work.extend(world.log_in(email, &password, later(4)).await.ok().map(|_| number));
        }
        assert_eq!(work.len(), 1, "{}: {work:?}", world.on());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_token_is_refreshed_once() {
    for world in worlds().await {
        world.customer("jo@shop.example").await;
        let session = world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
        let tries = (0..TRIES).map(|_| {
            let (world, token) = (Arc::clone(&world), session.token.clone());
            async move {
                let mut random = random();
                let moment = &mut Moment::new(later(1), &mut random);
                let accounts = &world.accounts;
                world.commit(async |tx| refresh::apply(accounts, tx, &token, moment).await).await.is_ok()
            }
        });
        assert_eq!(successes(tries).await, 1, "{}", world.on());
        assert!(!world.stands(&session.token, later(2)).await);
        assert_eq!(world.test_db.texts("SELECT token_hash FROM sessions").await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_accounts_do_not_get_one_address() {
    for world in worlds().await {
        let mut links = Vec::new();
        for number in 0..4 {
            let id = world.customer(&format!("jo-{number}@shop.example")).await;
            crate::email_change::ask(&world, id, "wanted@shop.example", PASSWORD, now()).await.unwrap();
            let mails = world.mails(later(1)).await;
            links.push(token_in(mails.iter().find(|mail| mail.to == "wanted@shop.example").unwrap()));
        }
        let tries = links.into_iter().map(|link| {
            let world = Arc::clone(&world);
            async move { crate::email_change::confirm(&world, &link, later(2)).await.is_ok() }
        });
        assert_eq!(successes(tries).await, 1, "{}", world.on());
    }
}

/// However a log-in and a change of the password interleave, no session that the old password began outlives the change.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_log_in_beside_a_change_leaves_no_session_of_the_old_password() {
    for world in worlds().await {
        let email = "jo@shop.example";
        let id = world.customer(email).await;
        let own = world.log_in(email, PASSWORD, now()).await.unwrap();
        let log_ins: Vec<_> = (0..TRIES)
            .map(|_| {
                let world = Arc::clone(&world);
                tokio::spawn(async move { world.log_in(email, PASSWORD, later(1)).await.is_ok() })
            })
            .collect();
        let ids = (id, own.session_id);
        crate::passwords::change(&world, ids, (PASSWORD, OTHER_PASSWORD), later(1)).await.unwrap();
        for log_in in log_ins {
            log_in.await.unwrap();
        }
        let mut devices = devices_by_customers(world.db(), vec![id], 100, later(2)).await.unwrap();
        let left: Vec<_> = devices.remove(&id).unwrap().into_iter().map(|device| device.id).collect();
        assert_eq!(left, [own.session_id], "{}", world.on());
        let mut random = random();
        let moment = &mut Moment::new(later(3), &mut random);
        let none = world.commit(async |tx| sessions::revoke_others(tx, id, own.session_id, moment).await).await;
        assert_eq!(none.sessions_ended, 0);
    }
}
