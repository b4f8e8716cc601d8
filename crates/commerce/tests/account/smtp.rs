//! Against a server that speaks SMTP, and against those that do not.
use crate::world::now;
use secrecy::SecretString;
use std::time::Duration;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};
use tradewind_commerce::mail::{MailError, MailMessage, Mailer, Sender, SmtpConfig, SmtpMailer, SmtpTls};
use uuid::Uuid;

/// What a server answers where it does not just agree.
#[derive(Clone, Copy, Default)]
struct Script {
    greeting: Option<&'static str>,
    recipient: Option<&'static str>,
    password: Option<&'static str>,
}

/// A server at a port; what it was sent comes out of the channel.
async fn serve(script: Script) -> (u16, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, script, sender.clone()));
        }
    });
    (port, receiver)
}

async fn talk(mut stream: TcpStream, script: Script, sender: mpsc::UnboundedSender<String>) {
    let (reader, mut writer) = stream.split();
    let mut lines = BufReader::new(reader).lines();
    let greeting = script.greeting.unwrap_or("220 test ESMTP");
    writer.write_all(format!("{greeting}\r\n").as_bytes()).await.unwrap();
    let mut data: Option<String> = None;
    while let Ok(Some(line)) = lines.next_line().await {
        if let Some(text) = &mut data {
            if line == "." {
                sender.send(std::mem::take(text)).ok();
                data = None;
                writer.write_all(b"250 taken\r\n").await.unwrap();
            } else {
                text.push_str(&format!("{line}\n"));
            }
            continue;
        }
        let answer = match line.split_whitespace().next().unwrap_or_default() {
            "EHLO" => "250-test\r\n250 AUTH PLAIN",
            "AUTH" => script.password.unwrap_or("235 welcome"),
            "RCPT" => script.recipient.unwrap_or("250 fine"),
            "DATA" => {
                data = Some(String::new());
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        writer.write_all(format!("{answer}\r\n").as_bytes()).await.unwrap();
    }
}

fn config(port: u16) -> SmtpConfig {
    SmtpConfig {
        host: "127.0.0.1".into(),
        port,
        tls: SmtpTls::None,
        credentials: None,
        timeout: Duration::from_secs(20),
        connections: 2,
    }
}

fn mail() -> MailMessage {
    MailMessage {
        to: "secret-name@shop.example".into(),
        subject: "Grüße".into(),
        text: "Hello.\n".into(),
        html: "<p>Hello.</p>".into(),
    }
}

async fn send(config: &SmtpConfig) -> Result<(), MailError> {
    let sender = Sender::parse("Tea & Co <tea@shop.example>").unwrap();
    SmtpMailer::new(config, sender).unwrap().send(Uuid::from_u128(5), now(), &mail()).await
}

/// That there is one, and that it names nobody.
fn failed(result: Result<(), MailError>) -> MailError {
    let error = result.unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
    error
}

#[tokio::test]
async fn a_mail_arrives() {
    let (port, mut taken) = serve(Script::default()).await;
    let credentials = Some(("shop".to_owned(), SecretString::from("secret-password")));
    let config = SmtpConfig { credentials, ..config(port) };
    send(&config).await.unwrap();
    let text = taken.recv().await.unwrap();
    for part in
        ["To: secret-name@shop.example", "Subject: =?utf-8?", "<00000000-0000-0000-0000-000000000005@shop.example>"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!format!("{config:?}").contains("secret-password"));
}

#[tokio::test]
async fn refusals_are_for_good_or_for_now() {
    let answers = [
        (Script { recipient: Some("550 secret-name does not live here"), ..Script::default() }, true),
        (Script { recipient: Some("451 secret-name is greylisted"), ..Script::default() }, false),
        (Script { recipient: Some("452 full"), ..Script::default() }, false),
        (Script { greeting: Some("421 busy"), ..Script::default() }, false),
        (Script { password: Some("535 wrong password"), ..Script::default() }, false),
    ];
    for (script, for_good) in answers {
        let (port, _taken) = serve(script).await;
        let credentials = Some(("shop".to_owned(), SecretString::from("secret-password")));
        let error = failed(send(&SmtpConfig { credentials, ..config(port) }).await);
        assert_eq!(matches!(error, MailError::Permanent(_)), for_good, "{error}");
    }
}

#[tokio::test]
async fn a_server_without_encryption_gets_nothing_where_it_is_required() {
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let (port, mut taken) = serve(Script::default()).await;
        let error = failed(send(&SmtpConfig { tls, timeout: Duration::from_millis(500), ..config(port) }).await);
        assert!(matches!(error, MailError::Temporary(_)), "{error}");
        assert!(taken.try_recv().is_err());
    }
}

#[tokio::test]
async fn silence_and_absence_end() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let error = failed(send(&SmtpConfig { timeout: Duration::from_millis(100), ..config(port) }).await);
    assert!(matches!(error, MailError::Temporary(_)), "{error}");
    drop(listener);
    let error = failed(send(&config(port)).await);
    assert!(matches!(error, MailError::Temporary(_)), "{error}");
}
