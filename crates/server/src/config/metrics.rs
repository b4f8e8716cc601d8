//! The metrics listener.
use super::{Reader, Var, value};
use std::net::SocketAddr;

static ADDRESS: Var =
    Var::new("TRADEWIND_METRICS_ADDRESS", "metrics.address", "0.0.0.0:9090", "address and port of /metrics, or off")
        .dev("off");
static OPERATIONS: Var = Var::new(
    "TRADEWIND_METRICS_OPERATIONS",
    "metrics.operations",
    "",
    "operation names that get their own metrics, with commas between; all others count as `other`",
);

pub(super) const VARS: &[&Var] = &[&ADDRESS, &OPERATIONS];

/// How many names the list may hold: each makes its own series.
const MAX_OPERATIONS: usize = 200;

/// The metrics listener.
#[derive(Clone, Debug)]
pub struct MetricsConfig {
    /// Where; `None` is off.
    pub address: Option<SocketAddr>,
    /// Operation names that may be labels.
    pub operations: Vec<String>,
}

impl MetricsConfig {
    pub(super) fn read(reader: &mut Reader) -> Option<Self> {
        let address = reader.read(&ADDRESS, |text| match text {
            "off" => Ok(None),
            text => text.parse().map(Some).map_err(|_| "write address:port such as 127.0.0.1:9090, or off".to_owned()),
        });
        let operations = reader.read(&OPERATIONS, |text| {
            let names = value::list(text);
            if names.len() > MAX_OPERATIONS {
                return Err(format!("names {} operations, at most {MAX_OPERATIONS} are possible", names.len()));
            }
            Ok(names)
        });
        Some(Self { address: address?, operations: operations? })
    }
}
