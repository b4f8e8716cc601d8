//! Any sequence of operations against a model in memory: after each, the levels are the model's, the ledger adds up to
//! them, what is promised is what active holds have, and cards say what the model says.
use crate::{
    market::{clear, hold_id, is_exact, later, stocked, texts},
    model::{Held, Model, Op, op},
    world::{self, World, adjusted, channel_id, now, variant_id, warehouse_id},
};
use proptest::{
    collection::vec,
    test_runner::{Config, TestRunner},
};
use tradewind_domain::stock::StockPolicy;
use tradewind_persistence::write::{
    self, End, HoldEnd, HoldState, NewHold, Reserved, Shop, WriteTx, expire_holds, transact,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_sequence_keeps_the_figures_exact() {
    for world in world::each().await {
        let runtime = tokio::runtime::Handle::current();
        let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::with_cases(24) });
        let result = tokio::task::block_in_place(|| {
            runner.run(&vec(op(), 1..25), |ops| {
                runtime.block_on(follow(&world, &ops));
                Ok(())
            })
        });
        result.unwrap_or_else(|error| panic!("on {}: {error}", world.backend()));
    }
}

async fn follow(world: &World, ops: &[Op]) {
    clear(world).await;
    stocked(world, StockPolicy::Deny, &[&[6, 3, 2], &[0, 9], &[]]).await;
    let mut model = Model::new(&[&[6, 3, 2], &[0, 9], &[]]);
    for (number, op) in (0..).zip(ops) {
        apply(world, &mut model, number, op).await;
        let sql = "SELECT CAST(on_hand AS text) || '/' || CAST(reserved AS text) AS line FROM stock_levels
            ORDER BY variant_id, warehouse_id";
        assert_eq!(texts(world, sql).await, model.levels(), "{} after {op:?} of {ops:?}", world.backend());
        is_exact(world).await;
        let cards = "SELECT CAST(availability AS text) AS line FROM listings ORDER BY channel_id";
        assert_eq!(texts(world, cards).await, model.cards(), "{} after {op:?} of {ops:?}", world.backend());
    }
}

async fn apply(world: &World, model: &mut Model, number: u32, op: &Op) {
    match op {
        Op::Reserve { channel, lines, minutes } => {
            let hold = NewHold {
                channel_id: channel_id(*channel),
                expires_at: later(*minutes),
                ..crate::market::hold(number)
            };
            let lines: Vec<_> = lines.iter().map(|(variant, units)| crate::market::line(*variant, *units)).collect();
            match crate::market::buy(&world.db, hold, &lines).await.value {
                Reserved::Held(held) => model.held(number, *channel, *minutes, &lines, &crate::market::from(&held)),
                Reserved::Refused(shortages) => model.refused(*channel, &lines, &shortages),
            }
        }
        Op::Release(hold) => {
            let expected = model.end(*hold, Held::Released);
            let done = write_alone(world, async |tx| write::release_hold(tx, hold_id(*hold), now()).await.unwrap());
            assert_eq!(done.await, told(expected));
        }
        Op::Commit(hold) => {
            let expected = model.end(*hold, Held::Committed);
            let done =
                write_alone(world, async |tx| write::commit_hold(tx, hold_id(*hold), None, now()).await.unwrap());
            assert_eq!(done.await, told(expected));
        }
        Op::Extend(hold, minutes) => {
            let expected = model.extend(*hold, *minutes);
            let until = later(*minutes);
            let done = write_alone(world, async |tx| write::extend_hold(tx, hold_id(*hold), until).await.unwrap());
            assert_eq!(done.await, told(expected));
        }
        Op::Expire(minutes, limit) => {
            let expired = expire_holds(&world.db, later(*minutes), *limit).await.unwrap().value;
            let mut expected: Vec<_> = model.expire(*minutes, *limit).into_iter().map(hold_id).collect();
            expected.sort();
            assert_eq!(expired, expected);
        }
        Op::Set(variant, warehouse, units) => {
            model.set(*variant, *warehouse, *units);
            let levels = [(variant_id(0, *variant), warehouse_id(*warehouse), *units)];
            with_shop(world, async |tx, shop| write::set_stock(tx, shop, &levels, &adjusted()).await.unwrap()).await;
        }
        Op::Add(variant, warehouse, units) => {
            model.add(*variant, *warehouse, *units);
            let units = [(variant_id(0, *variant), warehouse_id(*warehouse), *units)];
            with_shop(world, async |tx, shop| write::add_stock(tx, shop, &units, &adjusted()).await.unwrap()).await;
        }
        Op::Rewrite(variant, policy, tracked) => {
            model.rewrite(*variant, *policy, *tracked);
            with_shop(world, async |tx, shop| {
                let mut products = write::products_by_slugs(tx, &[world::slug(0)]).await.unwrap();
                let chosen = &mut products[0].variants[*variant as usize - 1];
                (chosen.policy, chosen.tracked) = (*policy, *tracked);
                write::save_products(tx, shop, &products).await.unwrap();
            })
            .await;
        }
        Op::Threshold(variant, threshold) => {
            model.threshold(*variant, *threshold);
            let thresholds = [(variant_id(0, *variant), *threshold)];
            write_alone(world, async |tx| write::set_low_stock_thresholds(tx, &thresholds).await.unwrap()).await;
        }
    }
}

fn told(before: Option<Held>) -> HoldEnd {
    match before {
        None => HoldEnd::Unknown,
        Some(Held::Active) => HoldEnd::Done,
        Some(Held::Committed) => HoldEnd::Before(HoldState::Committed),
        Some(Held::Released) => HoldEnd::Before(HoldState::Released),
        Some(Held::Expired) => HoldEnd::Before(HoldState::Expired),
    }
}

async fn write_alone<T>(world: &World, act: impl AsyncFn(&WriteTx) -> T) -> T {
    let act = &act;
    let done = transact(&world.db, |tx| async move {
        let value = act(&tx).await;
        Ok(End::Commit(tx, value))
    });
    done.await.unwrap().value
}

async fn with_shop(world: &World, act: impl AsyncFn(&WriteTx, &Shop)) {
    crate::market::with_shop(&world.db, act).await;
}
