//! Mails through an SMTP server.
use super::{MailError, MailMessage, Mailer, Sender, sender::written};
use chrono::{DateTime, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Tokio1Executor,
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use uuid::Uuid;

/// How the connection is encrypted. Certificates are checked against Mozilla's roots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    /// From the first byte, usually on port 465.
    Implicit,
    /// After `STARTTLS`, usually on port 587; a server that does not offer it is refused.
    StartTls,
    /// Not at all: only for a server on the same machine or network.
    None,
}

/// An SMTP server.
#[derive(Clone, Debug)]
pub struct SmtpConfig {
    /// Its name, which its certificate must have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: SmtpTls,
    /// The account at the server, and its password.
    pub credentials: Option<(String, SecretString)>,
    /// How long each step may take: the connection, and each answer.
    pub timeout: Duration,
    /// Most connections at once.
    pub connections: u32,
}

/// Hands mails to an SMTP server.
#[derive(Clone)]
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
    /// For the whole of one mail.
    limit: Duration,
}

impl std::fmt::Debug for SmtpMailer {
    /// Without the transport, which holds the password.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").field("sender", &self.sender).finish_non_exhaustive()
    }
}

impl SmtpMailer {
    /// Connects with the first mail.
    ///
    /// # Errors
    /// [`MailError::Permanent`] where the server's name cannot be one.
    pub fn new(config: &SmtpConfig, sender: Sender) -> Result<Self, MailError> {
        let parameters = || {
            TlsParameters::new(config.host.clone())
                .map_err(|error| MailError::Permanent(format!("no TLS with `{}`: {error}", config.host)))
        };
        let tls = match config.tls {
            SmtpTls::Implicit => Tls::Wrapper(parameters()?),
            SmtpTls::StartTls => Tls::Required(parameters()?),
            SmtpTls::None => Tls::None,
        };
        let pool = lettre::transport::smtp::PoolConfig::new().max_size(config.connections.max(1));
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&config.host)
            .port(config.port)
            .tls(tls)
            .timeout(Some(config.timeout))
            .pool_config(pool);
        if let Some((user, password)) = &config.credentials {
            transport = transport.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        // Connection, greeting, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA and the end of the data.
        Ok(Self { transport: transport.build(), sender, limit: config.timeout * 9 })
    }
}

impl Mailer for SmtpMailer {
    fn send<'a>(
        &'a self,
        id: Uuid,
        written_at: DateTime<Utc>,
        message: &'a MailMessage,
    ) -> BoxFuture<'a, Result<(), MailError>> {
        async move {
            let mail = written(&self.sender, id, written_at, message)?;
            match tokio::time::timeout(self.limit, self.transport.send(mail)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(meaning(&error)),
                Err(_) => Err(MailError::Temporary("no answer in time".to_owned())),
            }
        }
        .boxed()
    }
}

/// Whether it will ever be taken. The server's own words may repeat the address: only its code is told.
fn meaning(error: &lettre::transport::smtp::Error) -> MailError {
    let Some(code) = error.status() else {
        let what = match error {
            _ if error.is_timeout() => "no answer in time",
            _ if error.is_tls() => "no TLS that can be trusted",
            _ if error.is_client() => "what the server offers does not fit the configuration",
            _ => "the connection failed",
        };
        return MailError::Temporary(what.to_owned());
    };
    let code: u16 = code.into();
    match code {
        // About our own log-in (RFC 4954): a wrong password must not cost the mails.
        530 | 534 | 535 | 538 => MailError::Temporary(format!("the server answered {code} to our log-in")),
        500.. => MailError::Permanent(format!("the server answered {code}")),
        _ => MailError::Temporary(format!("the server answered {code}")),
    }
}
