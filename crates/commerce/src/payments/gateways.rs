//! The gateways of a shop, by name.
use super::PaymentGateway;
use std::{collections::BTreeMap, fmt, sync::Arc};

/// The gateways of a shop. Clones share them.
#[derive(Clone, Default)]
pub struct Gateways(Arc<BTreeMap<&'static str, Arc<dyn PaymentGateway>>>);

impl Gateways {
    /// These; of several with one name the last.
    pub fn new(gateways: impl IntoIterator<Item = Arc<dyn PaymentGateway>>) -> Self {
        Self(Arc::new(gateways.into_iter().map(|gateway| (gateway.name(), gateway)).collect()))
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn PaymentGateway>> {
        self.0.get(name)
    }
}

impl fmt::Debug for Gateways {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
