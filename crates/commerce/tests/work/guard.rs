//! Nobody gets at the inside of our network through a webhook.
use crate::{
    receiver::{Manner, Receiver},
    support::{World, each, quick},
};
use tradewind_commerce::{outbound::Reach, webhooks::DispatcherConfig};
use tradewind_persistence::read::webhook::{webhook_attempts, webhook_deliveries};

/// How the only attempt at this URL ended: its status, and why there was none.
async fn outcome(world: &World, url: String, reach: Reach) -> (Option<i32>, Option<String>) {
    let endpoint = world.add_endpoint(url).await;
    world.publish([world.event(1, 1)]).await;
    let config = DispatcherConfig { max_attempts: 1, ..quick() };
    let dispatcher = tokio::spawn(world.dispatcher(reach, config).run(std::future::pending()));
    let ended = format!(
        "SELECT count(*) FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
         WHERE d.state = 'dead' AND e.url = '{}'",
        webhook_url(world, endpoint).await
    );
    world.until_count(&ended, 1).await;
    dispatcher.abort();
    let delivery = webhook_deliveries(&world.db, endpoint, None, None, 1).await.unwrap().remove(0);
    let attempt = webhook_attempts(&world.db, vec![delivery.id]).await.unwrap().remove(0);
    (attempt.status, attempt.error)
}

async fn webhook_url(world: &World, id: uuid::Uuid) -> String {
    let endpoints = tradewind_persistence::read::webhook::webhook_endpoints(&world.db).await.unwrap();
    endpoints.into_iter().find(|endpoint| endpoint.id == id).unwrap().url
}

#[tokio::test]
async fn private_addresses_are_not_called() {
    for world in each().await {
        let receiver = Receiver::start(Manner::Takes).await;
        let port = receiver.url("x").rsplit_once(':').unwrap().1.to_owned();
        let https = |host: &str| format!("https://{host}:{port}");
        for (url, reason) in [
            (receiver.url("127.0.0.1"), "the URL must begin with https://"),
            (https("127.0.0.1"), "the address 127.0.0.1 is not public"),
            (https("[::1]"), "the address ::1 is not public"),
            (https("[::ffff:127.0.0.1]"), "the address ::ffff:127.0.0.1 is not public"),
            (https("169.254.169.254"), "the address 169.254.169.254 is not public"),
        ] {
            let (status, error) = outcome(&world, url.clone(), Reach::Public).await;
            assert_eq!((status, error.as_deref()), (None, Some(reason)), "{url}");
        }
        // Known only once the name was looked up.
        let (status, error) = outcome(&world, https("localhost"), Reach::Public).await;
        let error = error.unwrap();
        assert!(status.is_none() && error.ends_with(" is not public"), "{error}");
        // Numbers that only a system's resolver takes for addresses are no names for TLS.
        for host in ["2130706433", "0x7f.1"] {
            let (status, error) = outcome(&world, https(host), Reach::Public).await;
            assert_eq!((status, error.as_deref()), (None, Some("invalid dns name")), "{host}");
        }
        assert!(receiver.history().is_empty(), "{}", world.backend());
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    for world in each().await {
        let receiver = Receiver::start(Manner::Redirects).await;
        let (status, error) = outcome(&world, receiver.url("localhost"), Reach::Anywhere).await;
        assert_eq!((status, error), (Some(307), None), "{}", world.backend());
        let paths: Vec<_> = receiver.history().into_iter().map(|arrival| arrival.path).collect();
        assert_eq!(paths, ["/hooks"]);
    }
}
