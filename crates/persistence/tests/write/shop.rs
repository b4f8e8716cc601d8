//! What products refer to.
use crate::world::{
    self, categories, category, category_id, channels, collection, collection_id, collections, id, now, warehouses,
};
use tradewind_domain::collection::{Condition, Rules};
use tradewind_persistence::{
    DbError,
    write::{self, CategoryTree, Shop},
};
use uuid::Uuid;

#[tokio::test]
async fn the_shop_comes_back_as_it_was_written() {
    for world in world::each().await {
        let shop = Shop::load(&world.db).await.unwrap();
        assert_eq!(shop.channels, channels(), "{}", world.backend());
        assert_eq!(shop.warehouses, warehouses());
        assert_eq!(shop.collections, collections());
        let mut stored: Vec<_> = shop.categories.iter().cloned().collect();
        stored.sort_by_key(|category| category.id);
        assert_eq!(stored, categories());
        let way = |numbers: &[u32]| numbers.iter().map(|n| category_id(*n)).collect::<Vec<_>>();
        assert_eq!(shop.categories.ancestors_and_self(category_id(2)), way(&[2, 1, 0]));
        assert_eq!(shop.default_channel(), channels().first());
    }
}

#[tokio::test]
async fn a_new_default_channel_takes_over() {
    for world in world::each().await {
        let tx = world.db.begin_write().await.unwrap();
        let mut second = channels().remove(1);
        second.is_default = true;
        write::save_channels(&tx, &[second.clone()], now()).await.unwrap();
        tx.commit().await.unwrap();
        let shop = Shop::load(&world.db).await.unwrap();
        assert_eq!(shop.default_channel(), Some(&second), "{}", world.backend());
        assert_eq!(shop.channels.iter().filter(|channel| channel.is_default).count(), 1);
    }
}

#[tokio::test]
async fn a_category_below_itself_is_refused() {
    for world in world::each().await {
        let tx = world.db.begin_write().await.unwrap();
        let circle = write::save_categories(&tx, &[category(0, Some(2))], now()).await;
        assert!(matches!(circle, Err(DbError::Setup(_))), "{}: {circle:?}", world.backend());
    }
}

fn path(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[tokio::test]
async fn paths_are_found_or_made() {
    for world in world::each().await {
        let mut number = 0;
        let mut new_id = || {
            number += 1;
            id(30, number)
        };
        let tx = world.db.begin_write().await.unwrap();
        let mut tree = Shop::load(&tx).await.unwrap().categories;
        let mut slugs = Vec::new();
        for names in [
            &["Clothing", "Shirts"][..],
            &["Clothing", "Shirts"],
            &["Toys", "Shirts"],
            &["Toys", "Shirts!"],
            &["服", "シャツ"],
            &["!!!"],
            &["Category 0", "Category 1"],
        ] {
            let made = write::ensure_category_path(&tx, &mut tree, &path(names), now(), &mut new_id).await.unwrap();
            assert_eq!(tree.path(made), path(names));
            slugs.push(tree.get(made).unwrap().slug.clone());
        }
        let none = write::ensure_category_path(&tx, &mut tree, &[], now(), &mut new_id).await;
        assert!(matches!(none, Err(DbError::Setup(_))), "{none:?}");
        tx.commit().await.unwrap();
        let shirts = format!("toys-shirts-{}", &tail(&tree, &["Toys", "Shirts!"]));
        let nameless = format!("category-{}", &tail(&tree, &["!!!"]));
        assert_eq!(slugs, ["shirts", "shirts", "toys-shirts", &shirts, "シャツ", &nameless, "category-1"]);
        let stored = Shop::load(&world.db).await.unwrap().categories;
        assert_eq!(stored.iter().count(), tree.iter().count(), "{}", world.backend());
        assert_eq!(number, 8);
    }
}

/// The end of a category's id.
fn tail(tree: &CategoryTree, names: &[&str]) -> String {
    let found = names.iter().fold(None, |parent: Option<Uuid>, name| tree.child(parent, name));
    found.unwrap().simple().to_string().split_off(24)
}

#[tokio::test]
async fn two_imports_make_a_path_once() {
    for world in world::each().await {
        let makers = (0..8u32).map(|maker| {
            let db = world.db.clone();
            tokio::spawn(async move {
                let mut number = maker * 100;
                let mut new_id = || {
                    number += 1;
                    id(31, number)
                };
                let tx = db.begin_write().await.unwrap();
                let mut tree = CategoryTree::default();
                let names = path(&["Home", "Garden", "Chairs"]);
                let id = write::ensure_category_path(&tx, &mut tree, &names, now(), &mut new_id).await.unwrap();
                tx.commit().await.unwrap();
                id
            })
        });
        let mut made = Vec::new();
        for maker in makers.collect::<Vec<_>>() {
            made.push(maker.await.unwrap());
        }
        made.dedup();
        assert_eq!(made.len(), 1, "{}", world.backend());
    }
}

#[tokio::test]
async fn products_are_not_picked_for_a_collection_with_rules() {
    for world in world::each().await {
        let tx = world.db.begin_write().await.unwrap();
        let refused = write::set_collection_products(&tx, collection_id(2), &[]).await;
        assert!(matches!(refused, Err(DbError::Setup(_))), "{}: {refused:?}", world.backend());
    }
}

#[tokio::test]
async fn a_collection_that_loses_its_rules_keeps_its_products() {
    for world in world::each().await {
        world.save(&[world::plain(0)]).await;
        let tx = world.db.begin_write().await.unwrap();
        let rules = Rules { all: true, conditions: vec![Condition::TitleContains("PLAIN".into())] };
        for rules in [Some(rules), None] {
            write::save_collections(&tx, &[collection(0, rules)], now()).await.unwrap();
        }
        tx.commit().await.unwrap();
        world.save(&[world::plain(0)]).await;
        let members = &crate::derived::derived(&world).await["collection_products"];
        assert!(members[0].starts_with(&collection_id(0).simple().to_string()), "{}: {members:?}", world.backend());
    }
}
