//! Documents that every instance knows.
use super::{
    hash::DocumentHash,
    store::{Answer, DocumentStore, MemoryStore},
};
use std::{sync::Arc, time::Duration};
use tradewind_kv::{Kv, Put};

/// A client that was away for longer sends its documents again.
const KEPT: Duration = Duration::from_secs(30 * 24 * 3600);

/// A store that instances share, behind this process's memory. While it is away, clients send again what they have
/// registered elsewhere; nothing fails.
pub(crate) struct SharedStore {
    memory: MemoryStore,
    kv: Arc<dyn Kv>,
    prefix: String,
}

impl SharedStore {
    pub(crate) fn new(memory: MemoryStore, kv: Arc<dyn Kv>, namespace: &str) -> Self {
        Self { memory, kv, prefix: format!("tw1:{namespace}:document:") }
    }

    fn key(&self, hash: DocumentHash) -> String {
        format!("{}{hash}", self.prefix)
    }
}

impl DocumentStore for SharedStore {
    fn get(&self, hash: DocumentHash) -> Answer<'_, Option<Arc<str>>> {
        Box::pin(async move {
            if let Some(known) = self.memory.get(hash).await? {
                return Ok(Some(known));
            }
            let Ok(found) = self.kv.mget(vec![self.key(hash)]).await else { return Ok(None) };
            let bytes = found.into_iter().next().flatten();
            let text = bytes.and_then(|bytes| String::from_utf8(bytes.to_vec()).ok());
            // Whoever can write there cannot put another document under a name.
            let Some(text) = text.filter(|text| DocumentHash::of(text) == hash) else { return Ok(None) };
            let text: Arc<str> = text.into();
            self.memory.put(hash, Arc::clone(&text)).await?;
            Ok(Some(text))
        })
    }

    fn put(&self, hash: DocumentHash, text: Arc<str>) -> Answer<'_, ()> {
        Box::pin(async move {
            self.memory.put(hash, Arc::clone(&text)).await?;
            let value = text.as_bytes().to_vec().into();
            if let Err(error) = self.kv.set(vec![Put { key: self.key(hash), value, ttl: KEPT }]).await {
                tracing::debug!(%error, %hash, "other instances do not learn of a persisted query");
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tradewind_kv::Memory;

    fn store(kv: &Arc<dyn Kv>) -> SharedStore {
        SharedStore::new(MemoryStore::new(1 << 20), Arc::clone(kv), "test")
    }

    #[tokio::test]
    async fn what_one_instance_learns_the_others_know() {
        let kv: Arc<dyn Kv> = Arc::new(Memory::new(1 << 20));
        let (one, other) = (store(&kv), store(&kv));
        let text = "{ __typename }";
        let hash = DocumentHash::of(text);
        assert_eq!(other.get(hash).await.expect("an answer"), None);
        one.put(hash, text.into()).await.expect("kept");
        assert_eq!(other.get(hash).await.expect("an answer").as_deref(), Some(text));
    }

    #[tokio::test]
    async fn a_document_under_the_name_of_another_is_nobody_s() {
        let kv: Arc<dyn Kv> = Arc::new(Memory::new(1 << 20));
        let store = store(&kv);
        let hash = DocumentHash::of("{ __typename }");
        let forged = Put { key: store.key(hash), value: "{ a: __typename }".into(), ttl: KEPT };
        kv.set(vec![forged]).await.expect("written");
        assert_eq!(store.get(hash).await.expect("an answer"), None);
    }
}
