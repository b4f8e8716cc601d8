//! Bugs of other shops that people wrote about in public, each as a test.
use crate::{
    market::{buy, clear, held, hold, is_exact, levels, line, refused, set, stocked},
    world::{self, now, variant_id},
};
use tradewind_domain::stock::StockPolicy;
use tradewind_persistence::{
    Db, DbConfig,
    write::{Reserved, Shortage, ShortageCode, reserve},
};
use tradewind_testkit::Backend;

/// Items that were put into a cart and went out of stock since then could still be bought.
#[tokio::test]
async fn vendure_1738_what_went_out_of_stock_since_it_was_chosen_is_refused() {
    for world in world::each().await {
        stocked(&world, StockPolicy::Deny, &[&[5], &[5]]).await;
        let cart = [line(1, 2), line(2, 1)];
        set(&world.db, &[(1, 0, 1)]).await;
        let expected = Shortage {
            line: 0,
            variant_id: variant_id(0, 1),
            requested: 2,
            available: 1,
            code: ShortageCode::InsufficientStock,
        };
        assert_eq!(refused(&world.db, hold(1), &cart).await, [expected], "{}", world.backend());
        assert_eq!(levels(&world).await, ["1/0", "5/0"], "nothing of the other line is promised either");
        is_exact(&world).await;
    }
}

/// Two buyers, one item, both orders went through.
#[tokio::test(flavor = "multi_thread")]
async fn vendure_3508_of_two_buyers_of_the_last_item_one_gets_it() {
    for world in world::each().await {
        for round in 0..20 {
            stocked(&world, StockPolicy::Deny, &[&[1]]).await;
            let buyer = |number| {
                let db = world.db.clone();
                tokio::spawn(async move { buy(&db, hold(number), &[line(1, 1)]).await.value })
            };
            let (one, other) = (buyer(2 * round), buyer(2 * round + 1));
            let both = [one.await.unwrap(), other.await.unwrap()];
            let held = both.iter().filter(|outcome| matches!(outcome, Reserved::Held(_))).count();
            assert_eq!(held, 1, "{}: {both:?}", world.backend());
            assert_eq!(levels(&world).await, ["1/1"]);
            is_exact(&world).await;
            clear(&world).await;
        }
    }
}

/// Two lines that share a stock item were checked each alone.
#[tokio::test]
async fn medusa_16502_two_lines_of_one_item_are_checked_together() {
    for world in world::each().await {
        stocked(&world, StockPolicy::Deny, &[&[3], &[9]]).await;
        let cart = [line(1, 2), line(2, 1), line(1, 2)];
        let shortage = |line| Shortage {
            line,
            variant_id: variant_id(0, 1),
            requested: 4,
            available: 3,
            code: ShortageCode::InsufficientStock,
        };
        assert_eq!(refused(&world.db, hold(1), &cart).await, [shortage(0), shortage(2)], "{}", world.backend());
        assert_eq!(held(&world.db, hold(2), &[line(1, 2), line(1, 1)]).await.len(), 1);
        assert_eq!(levels(&world).await, ["3/3", "9/0"]);
    }
}

/// A lock that was taken outside of a transaction ended at once.
#[tokio::test(flavor = "multi_thread")]
async fn spree_10697_the_lock_lasts_until_the_end_of_the_transaction() {
    for world in world::each().await {
        if world.backend() == Backend::Sqlite {
            // Where only one writes at a time there is nothing to look at.
            continue;
        }
        stocked(&world, StockPolicy::Deny, &[&[1]]).await;
        for (number, sells) in [(1, false), (3, true)] {
            let first = world.db.begin_write().await.unwrap();
            assert!(matches!(reserve(&first, &hold(number), &[line(1, 1)], now()).await, Ok(Reserved::Held(_))));
            let db = Db::connect(&DbConfig::new(world.test_db.url())).await.unwrap();
            let second = tokio::spawn(async move { buy(&db, hold(number + 1), &[line(1, 1)]).await });
            // Fails unless the second buyer waits for a lock within ten seconds.
            world.test_db.sabotage(SOMEBODY_WAITS).await;
            assert!(!second.is_finished());
            if sells {
                first.commit().await.unwrap();
            } else {
                first.roll_back().await.unwrap();
            }
            let outcome = second.await.unwrap().value;
            assert_eq!(matches!(outcome, Reserved::Refused(_)), sells, "{outcome:?}");
            if !sells {
                clear(&world).await;
                stocked(&world, StockPolicy::Deny, &[&[1]]).await;
            }
        }
        is_exact(&world).await;
    }
}

const SOMEBODY_WAITS: &str = "DO $$ BEGIN
    FOR attempt IN 1..200 LOOP
      IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')
        THEN RETURN; END IF;
      PERFORM pg_sleep(0.05), pg_stat_clear_snapshot();
    END LOOP;
    RAISE 'nobody waits';
  END $$";
