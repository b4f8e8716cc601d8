//! Writes JSON straight into a buffer.
use crate::{Failure, shop::Shop};
use tradewind_domain::global_id::{GlobalId, NodeKind};
use uuid::Uuid;

pub(super) struct Json {
    pub(super) bytes: Vec<u8>,
    shop: Shop,
}

impl Json {
    pub(super) fn new(shop: Shop, capacity: usize) -> Self {
        Self { bytes: Vec::with_capacity(capacity), shop }
    }

    /// A part that is JSON already.
    pub(super) fn raw(&mut self, part: &str) -> &mut Self {
        self.bytes.extend_from_slice(part.as_bytes());
        self
    }

    pub(super) fn value(&mut self, value: &(impl serde::Serialize + ?Sized)) -> Result<&mut Self, Failure> {
        serde_json::to_writer(&mut self.bytes, value)?;
        Ok(self)
    }

    /// Needs no escapes.
    pub(super) fn id(&mut self, kind: NodeKind, id: Uuid) -> &mut Self {
        self.raw("\"").raw(&GlobalId::encode(kind, id)).raw("\"")
    }

    pub(super) fn money(&mut self, minor: i64) -> &mut Self {
        let (amount, code) = (self.shop.money(minor).amount(), self.shop.currency);
        self.raw("{\"amount\":\"").raw(&amount).raw("\",\"currencyCode\":\"").raw(code.code()).raw("\"}")
    }

    /// The elements with commas between them and brackets around.
    pub(super) fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = Result<T, Failure>>,
        mut write: impl FnMut(&mut Self, T) -> Result<(), Failure>,
    ) -> Result<&mut Self, Failure> {
        self.raw("[");
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.raw(",");
            }
            write(self, item?)?;
        }
        Ok(self.raw("]"))
    }
}
