//! How checkouts are paid.
use super::{Reader, Var, value};
use secrecy::SecretString;
use std::time::Duration;

static HOLD: Var = Var::new(
    "TRADEWIND_CHECKOUT_HOLD",
    "payments.checkout_hold",
    "15m",
    "how long a checkout holds its goods and prices; an hour at most",
);
static CAPTURE: Var = Var::new(
    "TRADEWIND_CAPTURE",
    "payments.capture",
    "order",
    "order: what a gateway holds is taken as soon as there is an order; fulfilment: with the first parcel",
);
static TEST: Var = Var::new(
    "TRADEWIND_TEST_PAYMENTS",
    "payments.test",
    "false",
    "offer the gateway `test`, which moves no money: the payment token says what happens (approve, decline, action, …)",
)
.dev("true");
static STRIPE_KEY: Var =
    Var::new("TRADEWIND_STRIPE_SECRET_KEY", "payments.stripe_secret_key", "", "sk_…: offer the gateway `stripe`")
        .secret();
static STRIPE_WEBHOOKS: Var = Var::new(
    "TRADEWIND_STRIPE_WEBHOOK_SECRETS",
    "payments.stripe_webhook_secrets",
    "",
    "whsec_… of the webhook endpoint /webhooks/payments/stripe; during a change also the old one, after a comma",
)
.secret();
static STRIPE_URL: Var = Var::new(
    "TRADEWIND_STRIPE_URL",
    "payments.stripe_url",
    "https://api.stripe.com",
    "where the gateway `stripe` is: Stripe, or another one that speaks its payment intents",
);

#[cfg(feature = "rig")]
static PATIENCE: Var = Var::new(
    "TRADEWIND_RIG_PATIENCE",
    "payments.rig_patience",
    "30s",
    "after how long without news the gateway is asked about a payment; at most 16 times that later on",
);
#[cfg(feature = "rig")]
static SWEEP: Var =
    Var::new("TRADEWIND_RIG_SWEEP", "payments.rig_sweep", "10s", "how often the worker sweeps checkouts");

pub(super) const VARS: &[&Var] = &[
    &HOLD,
    &CAPTURE,
    &TEST,
    &STRIPE_KEY,
    &STRIPE_WEBHOOKS,
    &STRIPE_URL,
    #[cfg(feature = "rig")]
    &PATIENCE,
    #[cfg(feature = "rig")]
    &SWEEP,
];

/// A gateway that speaks Stripe's payment intents.
#[derive(Clone, Debug)]
pub struct StripeSettings {
    /// `sk_…`
    pub secret_key: SecretString,
    /// `whsec_…`
    pub webhook_secrets: Vec<SecretString>,
    /// Where it is.
    pub base_url: String,
}

/// How checkouts are paid.
#[derive(Clone, Debug)]
pub struct PaymentsConfig {
    /// How long goods and prices are held.
    pub checkout_hold: Duration,
    /// Take what is held as soon as there is an order; else with the first fulfilment.
    pub capture_at_once: bool,
    /// Offer the gateway that moves no money.
    pub test: bool,
    /// Offer Stripe.
    pub stripe: Option<StripeSettings>,
    /// After how long without news the gateway is asked about a payment.
    #[cfg(feature = "rig")]
    pub patience: Duration,
    /// How often the worker sweeps.
    #[cfg(feature = "rig")]
    pub sweep: Duration,
}

impl PaymentsConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let checkout_hold = reader.read(&HOLD, |text| {
            let hold = value::duration(text)?;
            (!hold.is_zero()).then_some(hold).ok_or_else(|| "longer than nothing".to_owned())
        });
        let capture_at_once = reader.read(&CAPTURE, |text| match text {
            "order" => Ok(true),
            "fulfilment" => Ok(false),
            _ => Err("write order or fulfilment".to_owned()),
        });
        let test = reader.read(&TEST, value::switch);
        #[cfg(feature = "rig")]
        let (patience, sweep) = (reader.read(&PATIENCE, value::duration), reader.read(&SWEEP, value::duration));
        let key = reader.read_optional(&STRIPE_KEY, |text| Ok(SecretString::from(text)));
        let secrets = reader.read_optional(&STRIPE_WEBHOOKS, |text| Ok(value::list(text)));
        let base_url = reader.read(&STRIPE_URL, value::http_url);
        let secrets = secrets?.unwrap_or_default();
        if key.as_ref().is_some_and(Option::is_some) && secrets.is_empty() {
            reader.problem(
                &STRIPE_WEBHOOKS,
                "is needed with TRADEWIND_STRIPE_SECRET_KEY: without it no webhook is believed",
            );
        }
        let base_url = base_url?;
        let stripe = key?.map(|secret_key| StripeSettings {
            secret_key,
            webhook_secrets: secrets.into_iter().map(SecretString::from).collect(),
            base_url,
        });
        Some(Self {
            checkout_hold: checkout_hold?,
            capture_at_once: capture_at_once?,
            test: test?,
            stripe,
            #[cfg(feature = "rig")]
            patience: patience?,
            #[cfg(feature = "rig")]
            sweep: sweep?,
        })
    }
}
