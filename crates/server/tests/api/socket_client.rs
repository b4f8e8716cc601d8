//! A client of graphql-transport-ws, as plain as can be, and somebody who writes products.
use crate::support::TestServer;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::{HeaderName, HeaderValue, Response},
    },
};
use tradewind_domain::product::Product;
use tradewind_persistence::{Db, write};

pub(crate) const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

pub(crate) struct Socket(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>);

/// The socket, or the answer that refused it.
pub(crate) async fn open(
    server: &TestServer,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<Socket, Box<Response<Option<Vec<u8>>>>> {
    let mut request = format!("ws://{}{path}", server.address).into_client_request().expect("an address");
    for (name, value) in headers {
        let name: HeaderName = name.parse().expect("a name");
        request.headers_mut().append(name, HeaderValue::from_str(value).expect("a value"));
    }
    match connect_async(request).await {
        Ok((socket, _)) => Ok(Socket(socket)),
        Err(Error::Http(refused)) => Err(refused),
        Err(other) => panic!("{other}"),
    }
}

impl Socket {
    /// A socket that has not introduced itself.
    pub(crate) async fn silent(server: &TestServer) -> Self {
        open(server, "/graphql/ws", &[PROTOCOL]).await.unwrap_or_else(|refused| panic!("{refused:?}"))
    }

    /// A socket that is acknowledged.
    pub(crate) async fn ready(server: &TestServer) -> Self {
        Self::silent(server).await.introduced(Value::Null).await
    }

    /// It introduces itself, and is acknowledged.
    pub(crate) async fn introduced(mut self, payload: Value) -> Self {
        self.send(json!({ "type": "connection_init", "payload": payload })).await;
        assert_eq!(self.receive().await, json!({ "type": "connection_ack" }));
        self
    }

    /// The answer of an operation that has one.
    pub(crate) async fn ask(&mut self, payload: Value) -> Value {
        self.send(json!({ "id": "ask", "type": "subscribe", "payload": payload })).await;
        let told = self.receive().await;
        if told["type"] == "next" {
            assert_eq!(self.receive().await, json!({ "id": "ask", "type": "complete" }));
        }
        assert_eq!(told["id"], "ask", "{told}");
        told
    }

    pub(crate) async fn send(&mut self, message: Value) {
        self.text(&message.to_string()).await;
    }

    pub(crate) async fn text(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.expect("sent");
    }

    pub(crate) async fn subscribe(&mut self, id: &str, query: &str) {
        self.send(json!({ "id": id, "type": "subscribe", "payload": { "query": query } })).await;
    }

    /// Asks until the answer comes: then all that was sent before has been read.
    pub(crate) async fn settle(&mut self) {
        self.send(json!({ "type": "ping" })).await;
        assert_eq!(self.receive().await, json!({ "type": "pong" }));
    }

    /// The next message.
    pub(crate) async fn receive(&mut self) -> Value {
        loop {
            match self.0.next().await.expect("open").expect("a frame") {
                Message::Text(text) => return serde_json::from_str(&text).expect("JSON"),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    /// Code and reason with which the server closes; what it sends before is passed over.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return (frame.code.into(), frame.reason.to_string()),
                Some(Ok(_)) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The first products of the shop.
pub(crate) async fn products(db: &Db) -> Vec<Product> {
    write::products_after(db, None, 10).await.expect("products")
}

/// Gives a product a new title.
pub(crate) async fn rename(db: &Db, product: &Product, title: &str) {
    let tx = db.begin_write().await.expect("a transaction");
    let shop = write::Shop::load(&tx).await.expect("the shop");
    let renamed = Product { title: title.to_owned(), ..product.clone() };
    write::save_products(&tx, &shop, &[renamed]).await.expect("written");
    tx.commit().await.expect("committed");
}
