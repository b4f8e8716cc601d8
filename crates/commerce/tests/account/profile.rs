//! What customers say of themselves.
use crate::world::{self, codes, later, now, random};
use tradewind_commerce::account::{Moment, profile};
use tradewind_persistence::read::customer::{authors_by_ids, profiles_by_ids};
use uuid::Uuid;

#[tokio::test]
async fn what_is_given_changes_and_the_rest_stays() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let mut random = random();
        let moment = &mut Moment::new(later(5), &mut random);
        let input = profile::Input {
            given_name: Some(" Joanna ".into()),
            phone: Some(String::new()),
            accepts_marketing: Some(false),
            expected_version: Some(2),
            ..profile::Input::default()
        };
        let done = world.commit(async |tx| profile::update(tx, id, &input, moment).await).await.unwrap();
        assert_eq!((done.customer_id, done.version), (id, 3));
        let row = profiles_by_ids(world.db(), vec![id]).await.unwrap().remove(0);
        assert_eq!((row.given_name.as_str(), row.family_name.as_str()), ("Joanna", "Doe"), "{}", world.on());
        assert_eq!((row.display_name.as_str(), row.phone), ("Jo D.", None));
        assert!(!row.accepts_marketing && row.updated_at == later(5) && row.created_at == now());
        let late = world.commit(async |tx| profile::update(tx, id, &input, moment).await).await;
        assert_eq!(codes(late), ["VERSION_CONFLICT"], "{}", world.on());
        let shown = profile::Input { display_name: Some("J.".into()), ..profile::Input::default() };
        world.commit(async |tx| profile::update(tx, id, &shown, moment).await).await.unwrap();
        assert_eq!(authors_by_ids(world.db(), vec![id]).await.unwrap()[0].display_name, "J.");
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let mut random = random();
        let moment = &mut Moment::new(later(5), &mut random);
        let wrong = profile::Input {
            family_name: Some("x".repeat(101)),
            phone: Some("030".into()),
            ..profile::Input::default()
        };
        let refused = world.commit(async |tx| profile::update(tx, id, &wrong, moment).await).await;
        assert_eq!(codes(refused), ["INVALID_NAME", "INVALID_PHONE"], "{}", world.on());
        let nameless = profile::Input { display_name: Some(" ".into()), ..profile::Input::default() };
        let refused = world.commit(async |tx| profile::update(tx, id, &nameless, moment).await).await;
        assert_eq!(codes(refused), ["INVALID_NAME"]);
        let nobody = profile::Input::default();
        let refused = world.commit(async |tx| profile::update(tx, Uuid::nil(), &nobody, moment).await).await;
        assert_eq!(codes(refused), ["NOT_FOUND"]);
    }
}
