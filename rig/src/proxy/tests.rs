//! Each fault against a server that answers what it hears.
use super::{Edge, Flow, Lane};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Long enough for bytes that could pass to have passed.
const A_WHILE: Duration = Duration::from_millis(100);

/// Answers each byte with its successor plus `step`.
async fn echo(step: u8) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                while let Ok(byte) = stream.read_u8().await {
                    stream.write_u8(byte + step).await.unwrap();
                }
            });
        }
    });
    address
}

async fn ask(stream: &mut TcpStream, byte: u8) -> std::io::Result<u8> {
    stream.write_u8(byte).await?;
    stream.read_u8().await
}

#[tokio::test]
async fn bytes_pass() {
    let edge = Edge::open(echo(1).await).await.unwrap();
    let mut stream = TcpStream::connect(edge.address()).await.unwrap();
    assert_eq!(ask(&mut stream, 1).await.unwrap(), 2);
    assert_eq!(ask(&mut stream, 7).await.unwrap(), 8);
}

#[tokio::test]
async fn what_stood_still_arrives_afterwards() {
    let edge = Edge::open(echo(1).await).await.unwrap();
    let mut open = TcpStream::connect(edge.address()).await.unwrap();
    assert_eq!(ask(&mut open, 1).await.unwrap(), 2);
    edge.blackhole();
    let mut new = TcpStream::connect(edge.address()).await.unwrap();
    let both = async { tokio::join!(ask(&mut open, 1), ask(&mut new, 3)) };
    tokio::pin!(both);
    assert!(tokio::time::timeout(A_WHILE, &mut both).await.is_err());
    edge.heal();
    let (open, new) = both.await;
    assert_eq!((open.unwrap(), new.unwrap()), (2, 4));
}

#[tokio::test]
async fn one_direction_can_stand_still() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let edge = Edge::open(server.local_addr().unwrap()).await.unwrap();
    let mut client = TcpStream::connect(edge.address()).await.unwrap();
    let (mut served, _) = server.accept().await.unwrap();
    edge.flow(Flow::Pass, Flow::Hold);
    client.write_u8(5).await.unwrap();
    assert_eq!(served.read_u8().await.unwrap(), 5);
    served.write_u8(6).await.unwrap();
    assert!(tokio::time::timeout(A_WHILE, client.read_u8()).await.is_err());
    edge.heal();
    assert_eq!(client.read_u8().await.unwrap(), 6);
}

#[tokio::test]
async fn a_refusing_edge_resets() {
    let edge = Edge::open(echo(1).await).await.unwrap();
    let mut open = TcpStream::connect(edge.address()).await.unwrap();
    assert_eq!(ask(&mut open, 1).await.unwrap(), 2);
    edge.refuse();
    assert!(ask(&mut open, 1).await.is_err());
    let refused = async { ask(&mut TcpStream::connect(edge.address()).await?, 1).await };
    assert!(refused.await.is_err());
    edge.heal();
    let mut new = TcpStream::connect(edge.address()).await.unwrap();
    assert_eq!(ask(&mut new, 1).await.unwrap(), 2);
}

#[tokio::test]
async fn an_edge_leads_elsewhere() {
    let edge = Edge::open(echo(1).await).await.unwrap();
    let mut open = TcpStream::connect(edge.address()).await.unwrap();
    assert_eq!(ask(&mut open, 1).await.unwrap(), 2);
    edge.lead_to(echo(2).await);
    assert!(ask(&mut open, 1).await.is_err());
    let mut new = TcpStream::connect(edge.address()).await.unwrap();
    assert_eq!(ask(&mut new, 1).await.unwrap(), 3);
}

#[tokio::test]
async fn the_connection_of_the_log_can_stand_still_alone() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let edge = Edge::open(server.local_addr().unwrap()).await.unwrap();
    let connect = async |name: &str| {
        let mut client = TcpStream::connect(edge.address()).await.unwrap();
        let startup = format!("user\0tradewind\0application_name\0{name}\0\0");
        client.write_all(startup.as_bytes()).await.unwrap();
        let (mut served, _) = server.accept().await.unwrap();
        served.read_exact(&mut vec![0; startup.len()]).await.unwrap();
        (client, served)
    };
    let (mut log, mut log_served) = connect("tradewind-log").await;
    let (mut other, mut other_served) = connect("tradewind").await;
    edge.flow_of(Lane::Log, Flow::Pass, Flow::Hold);
    log_served.write_u8(1).await.unwrap();
    other_served.write_u8(2).await.unwrap();
    assert_eq!(other.read_u8().await.unwrap(), 2);
    assert!(tokio::time::timeout(A_WHILE, log.read_u8()).await.is_err());
    edge.heal();
    assert_eq!(log.read_u8().await.unwrap(), 1);
}

#[tokio::test]
async fn delayed_bytes_keep_their_order() {
    let server = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let edge = Edge::open(server.local_addr().unwrap()).await.unwrap();
    let mut client = TcpStream::connect(edge.address()).await.unwrap();
    let (mut served, _) = server.accept().await.unwrap();
    edge.flow(Flow::Pass, Flow::Delay(A_WHILE));
    let began = tokio::time::Instant::now();
    for byte in 0..5 {
        served.write_u8(byte).await.unwrap();
        tokio::time::sleep(A_WHILE / 10).await;
    }
    for byte in 0..5 {
        assert_eq!(client.read_u8().await.unwrap(), byte);
    }
    assert!(began.elapsed() >= A_WHILE);
    edge.heal();
    served.write_u8(9).await.unwrap();
    assert_eq!(client.read_u8().await.unwrap(), 9);
}
