//! The list of devices.
use crate::world::{self, PASSWORD, codes, later, now, random};
use tradewind_commerce::account::{Moment, sessions};
use tradewind_persistence::write::SessionUse;

#[tokio::test]
async fn devices_are_listed_with_their_last_use_and_ended_one_by_one() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        world.customer("other@shop.example").await;
        let first = world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap();
        let second = world.log_in("jo@shop.example", PASSWORD, later(1)).await.unwrap();
        let foreign = world.log_in("other@shop.example", PASSWORD, later(1)).await.unwrap();
        let used = |at| SessionUse { session_id: first.session_id, at };
        let gone = SessionUse { session_id: uuid::Uuid::nil(), at: later(60) };
        world.commit(async |tx| sessions::note_uses(tx, &[used(later(60)), gone, used(later(90))]).await).await;
        world.commit(async |tx| sessions::note_uses(tx, &[used(later(30))]).await).await;
        let list = sessions::list(&world.accounts, id, later(100)).await.unwrap();
        let told: Vec<_> = list.iter().map(|device| (device.id, device.last_seen_at)).collect();
        let expected = [(second.session_id, None), (first.session_id, Some(later(90)))];
        assert_eq!(told, expected, "{}: the newest first, a use never goes back", world.on());
        assert_eq!((list[0].user_agent.as_str(), list[0].label.as_str()), ("Browser/1", "Phone"));
        assert_eq!(list[0].expires_at, second.expires_at);

        let mut random = random();
        let moment = &mut Moment::new(later(101), &mut random);
        let theirs = world.commit(async |tx| sessions::revoke(tx, id, foreign.session_id, moment).await).await;
        assert_eq!(codes(theirs), ["NOT_FOUND"], "{}", world.on());
        assert!(world.stands(&foreign.token, later(102)).await);
        world.commit(async |tx| sessions::revoke(tx, id, first.session_id, moment).await).await.unwrap();
        let again = world.commit(async |tx| sessions::revoke(tx, id, first.session_id, moment).await).await;
        assert_eq!(codes(again), ["NOT_FOUND"]);
        assert!(!world.stands(&first.token, later(102)).await && world.stands(&second.token, later(102)).await);
        let list = sessions::list(&world.accounts, id, later(102)).await.unwrap();
        assert_eq!(list.iter().map(|device| device.id).collect::<Vec<_>>(), [second.session_id], "{}", world.on());
    }
}

#[tokio::test]
async fn all_others_end_together() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let mut all = Vec::new();
        for _ in 0..3 {
            all.push(world.log_in("jo@shop.example", PASSWORD, now()).await.unwrap());
        }
        let mut random = random();
        let moment = &mut Moment::new(later(1), &mut random);
        let done = world.commit(async |tx| sessions::revoke_others(tx, id, all[1].session_id, moment).await).await;
        assert_eq!(done.sessions_ended, 2, "{}", world.on());
        let mut live = Vec::new();
        for session in &all {
            live.push(world.stands(&session.token, later(2)).await);
        }
        assert_eq!(live, [false, true, false], "{}", world.on());
    }
}
