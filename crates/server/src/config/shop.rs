//! The shop itself: its name, its storefront, its mail, its customers' sessions, and who does its work.
use super::{Reader, Var, value};
use secrecy::SecretString;
use std::{path::PathBuf, time::Duration};

static NAME: Var = Var::new("TRADEWIND_SHOP_NAME", "shop.name", "Tradewind", "what mails call the shop");
static STOREFRONT: Var = Var::new(
    "TRADEWIND_STOREFRONT_URL",
    "shop.storefront_url",
    "http://localhost:3000",
    "where shoppers are; links in mails lead to its pages account/verify-email, account/reset-password and \
     account/change-email, with the token behind #",
);
static MAIL: Var = Var::new(
    "TRADEWIND_MAIL",
    "shop.mail",
    "",
    "how mails are sent: smtps://user:password@host:465, smtp+starttls://user:password@host:587, smtp://host:25 without \
     TLS, or folder:path, which gets an .eml file for each; empty: files beside an embedded database, else they wait in the database",
)
.secret();
static MAIL_FROM: Var =
    Var::new("TRADEWIND_MAIL_FROM", "shop.mail_from", "Tradewind <shop@localhost>", "the sender of mails");
static PASSWORD_MEMORY: Var = Var::new(
    "TRADEWIND_PASSWORD_MEMORY",
    "shop.password_memory",
    "19MiB",
    "memory that argon2id needs for each password; up to four are hashed at once",
);
static PASSWORD_PASSES: Var =
    Var::new("TRADEWIND_PASSWORD_PASSES", "shop.password_passes", "2", "how often argon2id goes through that memory");
static SESSION_DAYS: Var = Var::new(
    "TRADEWIND_SESSION_DAYS",
    "shop.session_days",
    "30",
    "how long a customer's session lasts that is not refreshed, in days",
);
static COOKIE_SECURE: Var = Var::new(
    "TRADEWIND_COOKIE_SECURE",
    "shop.cookie_secure",
    "true",
    "browsers send the session's cookie over HTTPS only; false is for a machine of one's own",
)
.dev("false");
static COOKIE_SAME_SITE: Var = Var::new(
    "TRADEWIND_COOKIE_SAME_SITE",
    "shop.cookie_same_site",
    "lax",
    "lax or strict: browsers send the session's cookie from pages of the same site only; none: from any page that \
     TRADEWIND_CORS_ORIGINS allows, with TRADEWIND_CORS_CREDENTIALS",
);
static WORKER: Var = Var::new(
    "TRADEWIND_WORKER",
    "shop.worker",
    "true",
    "this process also sends mails and webhooks and does jobs; where it is false, a `tradewind worker` does",
);

pub(super) const VARS: &[&Var] = &[
    &NAME,
    &STOREFRONT,
    &MAIL,
    &MAIL_FROM,
    &PASSWORD_MEMORY,
    &PASSWORD_PASSES,
    &SESSION_DAYS,
    &COOKIE_SECURE,
    &COOKIE_SAME_SITE,
    &WORKER,
];

/// How mails leave.
#[derive(Clone, Debug)]
pub enum MailRoute {
    /// They wait in the database.
    Nowhere,
    /// An .eml file each.
    Folder(PathBuf),
    /// To a server, by its address, which may carry a password.
    Smtp(SecretString),
}

/// Which pages the session's cookie is sent from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Of the same site, and for links from others.
    Lax,
    /// Of the same site.
    Strict,
    /// Any.
    None,
}

/// The shop itself.
#[derive(Clone, Debug)]
pub struct ShopConfig {
    /// What mails call it.
    pub name: String,
    /// Where shoppers are.
    pub storefront: String,
    /// How mails leave.
    pub mail: MailRoute,
    /// Their sender.
    pub mail_from: String,
    /// KiB for each password.
    pub password_memory_kib: u32,
    /// How often they are gone through.
    pub password_passes: u32,
    /// A session that is not refreshed.
    pub session_life: Duration,
    /// The session's cookie is sent over HTTPS only.
    pub cookie_secure: bool,
    /// Which pages it is sent from.
    pub cookie_same_site: SameSite,
    /// Whether this process does the shop's work.
    pub worker: bool,
}

impl ShopConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let name = reader.read(&NAME, |text| Ok(text.to_owned()));
        let storefront = reader.read(&STOREFRONT, value::http_url);
        let mail = reader.read_optional(&MAIL, route);
        let mail_from = reader.read(&MAIL_FROM, |text| {
            let known = tradewind_commerce::mail::Sender::parse(text);
            known.map(|_| text.to_owned()).map_err(|error| error.to_string())
        });
        let memory = reader.read(&PASSWORD_MEMORY, |text| value::bytes(text, 8 << 20..=1 << 30));
        let password_passes = reader.read(&PASSWORD_PASSES, |text| value::number(text, 1..=100));
        let session_days = reader.read(&SESSION_DAYS, |text| value::number::<u32>(text, 1..=365));
        let cookie_secure = reader.read(&COOKIE_SECURE, value::switch);
        let cookie_same_site = reader.read(&COOKIE_SAME_SITE, |text| match text {
            "lax" => Ok(SameSite::Lax),
            "strict" => Ok(SameSite::Strict),
            "none" => Ok(SameSite::None),
            _ => Err("write lax, strict or none".to_owned()),
        });
        let worker = reader.read(&WORKER, value::switch);
        if cookie_same_site == Some(SameSite::None) && cookie_secure == Some(false) {
            reader.problem(&COOKIE_SAME_SITE, "browsers take none only with TRADEWIND_COOKIE_SECURE=true");
        }
        Some(Self {
            name: name?,
            storefront: storefront?,
            mail: mail?.unwrap_or(MailRoute::Nowhere),
            mail_from: mail_from?,
            password_memory_kib: u32::try_from(memory? / 1024).ok()?,
            password_passes: password_passes?,
            session_life: Duration::from_secs(u64::from(session_days?) * 24 * 3600),
            cookie_secure: cookie_secure?,
            cookie_same_site: cookie_same_site?,
            worker: worker?,
        })
    }
}

impl ShopConfig {
    /// Mails of an embedded shop are files beside its data, unless they are wanted elsewhere.
    pub(super) fn beside(self, data: Option<PathBuf>) -> Self {
        match (&self.mail, data) {
            (MailRoute::Nowhere, Some(data)) => Self { mail: MailRoute::Folder(data.join("mail")), ..self },
            _ => self,
        }
    }
}

fn route(text: &str) -> Result<MailRoute, String> {
    if let Some(path) = text.strip_prefix("folder:").filter(|path| !path.is_empty()) {
        return Ok(MailRoute::Folder(path.into()));
    }
    crate::mail::smtp(text)?;
    Ok(MailRoute::Smtp(SecretString::from(text)))
}
