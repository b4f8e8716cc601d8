//! What each change of an account is called.
use crate::{
    log::{Reader, tags},
    world::{self, World, customer_id, id, now, session, token},
};
use std::collections::BTreeSet;
use tradewind_persistence::{
    DbError,
    write::{self, DefaultOf, Ending, SessionUse, WriteTx},
};

/// Commits what was done; the tags that it left.
async fn logged(
    world: &World,
    log: &mut Reader,
    act: impl AsyncFnOnce(&WriteTx) -> Result<(), DbError>,
) -> BTreeSet<u64> {
    let tx = world.db.begin_write().await.unwrap();
    act(&tx).await.unwrap();
    tx.commit().await.unwrap();
    log.tags().await
}

fn of_session(customer: u32) -> Vec<String> {
    vec![
        format!("session:{}", id(10, customer)),
        format!("session-token:{}", token(customer)),
        format!("customer-sessions:{}", customer_id(customer)),
    ]
}

#[tokio::test]
async fn sessions_are_told_by_id_token_and_customer_and_their_use_is_not() {
    for world in world::each().await {
        let mut log = Reader::new(&world).await;
        let on = world.backend();
        let new = write::Session { id: id(10, 9), token_hash: token(9), ..session(1) };
        let seen = logged(&world, &mut log, async |tx| write::insert_session(tx, &new).await).await;
        let expected = [
            format!("session:{}", id(10, 9)),
            format!("session-token:{}", token(9)),
            format!("customer-sessions:{}", customer_id(1)),
        ];
        assert_eq!(seen, tags(expected), "{on}: who looked for the token before must look again");

        let used = SessionUse { session_id: id(10, 0), at: now() };
        let seen = logged(&world, &mut log, async |tx| write::note_session_uses(tx, &[used]).await).await;
        assert_eq!(seen, tags([""; 0]), "{on}: a use");

        let seen =
            logged(&world, &mut log, async |tx| write::rotate_session(tx, id(10, 0), "another", now()).await).await;
        let expected = of_session(0).into_iter().chain(["session-token:another".to_owned()]);
        assert_eq!(seen, tags(expected), "{on}: the old token and the new one");

        let seen = logged(&world, &mut log, async |tx| {
            let ended = write::revoke_sessions(tx, customer_id(2), Ending::All, now()).await?;
            assert_eq!(ended, 1);
            Ok(())
        });
        assert_eq!(seen.await, tags(of_session(2)), "{on}: revoked");

        let seen = logged(&world, &mut log, async |tx| write::delete_sessions_of(tx, customer_id(3)).await).await;
        assert_eq!(seen, tags(of_session(3)), "{on}: deleted");
    }
}

#[tokio::test]
async fn addresses_are_told_by_customer() {
    for world in world::each().await {
        let mut log = Reader::new(&world).await;
        let act = async |tx: &WriteTx| {
            write::mark_default(tx, customer_id(1), id(11, 1), DefaultOf::Shipping, now()).await?;
            write::delete_addresses_of(tx, customer_id(2)).await
        };
        let seen = logged(&world, &mut log, act).await;
        let expected = [1, 2].map(|customer| format!("addresses:{}", customer_id(customer)));
        assert_eq!(seen, tags(expected), "{}", world.backend());
    }
}
