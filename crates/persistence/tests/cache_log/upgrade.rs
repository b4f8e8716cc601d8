//! A shop that was there before the log.
use crate::{
    log::{Reader, tags},
    world::{self, customer_id, plain, product_id},
};
use std::collections::BTreeSet;
use tradewind_migrations::{Migrator, MigratorTrait};
use tradewind_persistence::{cache_log::check_triggers, migrate, pending_migrations};

#[tokio::test]
async fn a_shop_of_the_version_before_gets_its_log() {
    for world in world::each().await {
        world.save(&[plain(0), plain(1)]).await;
        let control = sea_orm::Database::connect(world.test_db.url()).await.unwrap();
        let steps = Migrator::migrations();
        let log = steps.iter().position(|step| step.name().ends_with("cache_log")).unwrap();
        let since = u32::try_from(steps.len() - log).unwrap();
        Migrator::down(&control, Some(since)).await.unwrap();
        control.close().await.unwrap();
        check_triggers(&world.db).await.unwrap_err();
        assert_eq!(pending_migrations(&world.db).await.unwrap(), since as usize, "{}", world.backend());
        migrate(&world.db).await.unwrap();
        check_triggers(&world.db).await.unwrap();
        let mut log = Reader::new(&world).await;
        // Nothing is known of what was before, but of the customers, to whom a later step gives a time.
        let known: BTreeSet<u64> = log.last.changes.iter().map(|(_, tag)| *tag).collect();
        let customers = tags((0..5).map(|number| format!("customer:{}", customer_id(number))));
        assert!(known.is_subset(&customers), "{}: {known:?}", world.backend());
        // Not before transactions have ended that were open when it was made, those of other databases among them.
        for _ in 0..2400 {
            if log.last.horizon <= log.last.xmin {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            log.tags().await;
        }
        assert!(log.last.horizon <= log.last.xmin, "{}: what is read from now on can be judged", world.backend());
        let mut product = world.one(0).await;
        product.title = "Another".into();
        world.save(&[product]).await;
        let logged = log.tags().await;
        assert!(logged.is_superset(&tags([format!("product:{}", product_id(0))])), "{}", world.backend());
        assert!(logged.is_disjoint(&tags([format!("product:{}", product_id(1))])), "{}", world.backend());
        assert_eq!(world.all().await.len(), 2);
    }
}
