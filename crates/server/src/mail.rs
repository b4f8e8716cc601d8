//! Who delivers mails.
use crate::config::{MailRoute, ShopConfig};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};
use tradewind_commerce::mail::{FolderMailer, MailError, Mailer, Sender, SmtpConfig, SmtpMailer, SmtpTls};

/// For each step of a delivery.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECTIONS: u32 = 4;

/// The mailer that the configuration asks for; None where mails are to wait.
pub(crate) fn mailer(config: &ShopConfig) -> Result<Option<Arc<dyn Mailer>>, MailError> {
    // It was read when the configuration was.
    let Ok(sender) = Sender::parse(&config.mail_from) else { return Ok(None) };
    Ok(match &config.mail {
        MailRoute::Nowhere => None,
        MailRoute::Folder(path) => Some(Arc::new(FolderMailer::new(path.clone(), sender))),
        MailRoute::Smtp(address) => match smtp(address.expose_secret()) {
            Ok(smtp) => Some(Arc::new(SmtpMailer::new(&smtp, sender)?)),
            Err(_) => None,
        },
    })
}

/// Reads the address of an SMTP server.
pub(crate) fn smtp(text: &str) -> Result<SmtpConfig, String> {
    let wrong =
        || "write smtps://user:password@host:465, smtp+starttls://…:587, smtp://host:25 or folder:path".to_owned();
    let (scheme, rest) = text.split_once("://").ok_or_else(wrong)?;
    let (tls, usual_port) = match scheme {
        "smtps" => (SmtpTls::Implicit, 465),
        "smtp+starttls" => (SmtpTls::StartTls, 587),
        "smtp" => (SmtpTls::None, 25),
        _ => return Err(wrong()),
    };
    let (credentials, place) = match rest.trim_end_matches('/').rsplit_once('@') {
        None => (None, rest.trim_end_matches('/')),
        Some((credentials, place)) => {
            let (user, password) = credentials.split_once(':').ok_or_else(wrong)?;
            let decode =
                |text| percent_decode_str(text).decode_utf8().map(|text| text.into_owned()).map_err(|_| wrong());
            (Some((decode(user)?, SecretString::from(decode(password)?))), place)
        }
    };
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
        None => (place, usual_port),
    };
    if host.is_empty() {
        return Err(wrong());
    }
    Ok(SmtpConfig { host: host.to_owned(), port, tls, credentials, timeout: TIMEOUT, connections: CONNECTIONS })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        let known = smtp("smtps://shop%40example.com:p%3Aw@mail.example").unwrap();
        assert_eq!((known.host.as_str(), known.port, known.tls), ("mail.example", 465, SmtpTls::Implicit));
        let (user, password) = known.credentials.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("shop@example.com", "p:w"));
        let known = smtp("smtp://127.0.0.1:2525").unwrap();
        assert_eq!((known.port, known.tls, known.credentials.is_none()), (2525, SmtpTls::None, true));
        assert_eq!(smtp("smtp+starttls://a:b@c").unwrap().port, 587);
        for text in ["", "mail.example", "http://a", "smtp://", "smtp://a:x", "smtps://user@host"] {
            assert!(smtp(text).is_err(), "{text}");
        }
    }
}
