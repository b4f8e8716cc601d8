//! Documents that clients name instead of sending: trusted ones, from the file of a client's build, and automatic
//! persisted queries (Apollo's protocol), which a client registers by sending hash and text together.
mod hash;
mod shared;
mod store;
mod trusted;

pub(crate) use hash::DocumentHash;
pub(crate) use store::{DocumentStore, MemoryStore, StoreError};
pub use trusted::TrustedError;

use crate::config::{DocumentsConfig, DocumentsMode};
use shared::SharedStore;
use std::sync::Arc;
use tradewind_graphql::Engine;
use tradewind_kv::Kv;
use trusted::TrustedDocuments;

/// How a request says which document it means.
#[derive(Debug)]
pub(crate) enum Reference {
    /// `query` alone.
    Text(String),
    /// `documentId`, or the path `/graphql/d/<id>`.
    Id(DocumentHash),
    /// `extensions.persistedQuery` without `query`.
    Hash(DocumentHash),
    /// Both.
    TextAndHash(String, DocumentHash),
}

/// Where a document came from; label of `tradewind_graphql_documents_total`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The request itself.
    #[default]
    Text,
    /// The file.
    Trusted,
    /// Another request, earlier.
    Automatic,
    /// Not looked at: the whole answer was kept.
    Kept,
}

impl Origin {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Trusted => "trusted",
            Self::Automatic => "automatic",
            Self::Kept => "kept",
        }
    }
}

/// A document to run.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) text: String,
    pub(crate) origin: Origin,
    /// Keep it under this hash once it has turned out valid.
    pub(crate) register: Option<DocumentHash>,
}

/// Why there is none.
#[derive(Debug)]
pub(crate) enum NotFound {
    /// Nobody knows this id.
    Id(DocumentHash),
    /// Send the text too.
    Hash,
    /// Automatic persisted queries are off.
    Unsupported,
    /// The hash is not that of the text.
    Mismatch,
    /// Only trusted documents run here.
    Untrusted,
    /// The store is away.
    Store(StoreError),
}

/// All documents that can be named.
pub(crate) struct Persisted {
    trusted: TrustedDocuments,
    mode: DocumentsMode,
    automatic: Option<Box<dyn DocumentStore>>,
}

impl Persisted {
    /// Reads the trusted documents; a bad one is an error.
    /// `shared`: where instances share what clients have registered, and the name of the deployment there.
    pub(crate) fn start(
        config: &DocumentsConfig,
        engine: &Engine,
        shared: Option<(Arc<dyn Kv>, &str)>,
    ) -> Result<Self, TrustedError> {
        let trusted = match &config.trusted {
            Some(path) => TrustedDocuments::load(path, engine)?,
            None => TrustedDocuments::default(),
        };
        let is_on = config.persisted_bytes > 0 && config.mode != DocumentsMode::Require;
        let store = || -> Box<dyn DocumentStore> {
            let memory = MemoryStore::new(config.persisted_bytes);
            match shared {
                Some((kv, namespace)) => Box::new(SharedStore::new(memory, kv, namespace)),
                None => Box::new(memory),
            }
        };
        let automatic = is_on.then(store);
        Ok(Self { trusted, mode: config.mode, automatic })
    }

    /// How many documents are trusted.
    pub(crate) fn trusted(&self) -> usize {
        self.trusted.len()
    }

    /// The document that is meant.
    pub(crate) async fn find(&self, reference: Reference) -> Result<Found, NotFound> {
        match reference {
            Reference::Text(text) if self.mode == DocumentsMode::Any => Ok(found(text, Origin::Text)),
            Reference::Text(text) => {
                let hash = DocumentHash::of(&text);
                self.allow(text, hash)
            }
            Reference::TextAndHash(text, hash) if DocumentHash::of(&text) == hash => {
                let register = self.automatic.is_some().then_some(hash);
                let found = self.allow(text, hash)?;
                Ok(Found { register: register.filter(|_| found.origin != Origin::Trusted), ..found })
            }
            Reference::TextAndHash(..) => Err(NotFound::Mismatch),
            Reference::Id(hash) => self.named(hash).await?.ok_or(NotFound::Id(hash)),
            Reference::Hash(hash) => match self.named(hash).await? {
                Some(found) => Ok(found),
                None if self.automatic.is_none() && self.mode != DocumentsMode::Require => Err(NotFound::Unsupported),
                None => Err(NotFound::Hash),
            },
        }
    }

    /// Keeps a document that has been validated. A store that is away costs the client a second request, no more.
    pub(crate) async fn register(&self, hash: DocumentHash, text: Arc<str>) -> Result<(), StoreError> {
        match &self.automatic {
            Some(store) => store.put(hash, text).await,
            None => Ok(()),
        }
    }

    fn allow(&self, text: String, hash: DocumentHash) -> Result<Found, NotFound> {
        if self.trusted.get(hash).is_some() {
            return Ok(found(text, Origin::Trusted));
        }
        match self.mode {
            DocumentsMode::Require => return Err(NotFound::Untrusted),
            DocumentsMode::Prefer => tracing::info!(%hash, "a document that is not trusted was sent"),
            DocumentsMode::Any => {}
        }
        Ok(found(text, Origin::Text))
    }

    async fn named(&self, hash: DocumentHash) -> Result<Option<Found>, NotFound> {
        if let Some(text) = self.trusted.get(hash) {
            return Ok(Some(found(text.to_string(), Origin::Trusted)));
        }
        let Some(store) = &self.automatic else { return Ok(None) };
        let text = store.get(hash).await.map_err(NotFound::Store)?;
        Ok(text.map(|text| found(text.to_string(), Origin::Automatic)))
    }
}

fn found(text: String, origin: Origin) -> Found {
    Found { text, origin, register: None }
}

#[cfg(test)]
mod tests {
    use super::{store::Answer, *};
    use std::future::ready;

    /// As one over a network is at times.
    struct Away;

    impl DocumentStore for Away {
        fn get(&self, _: DocumentHash) -> Answer<'_, Option<Arc<str>>> {
            Box::pin(ready(Err(StoreError("connection refused".to_owned()))))
        }

        fn put(&self, _: DocumentHash, _: Arc<str>) -> Answer<'_, ()> {
            Box::pin(ready(Err(StoreError("connection refused".to_owned()))))
        }
    }

    #[tokio::test]
    async fn a_store_that_is_away_refuses_names_and_lets_texts_run() {
        let automatic: Option<Box<dyn DocumentStore>> = Some(Box::new(Away));
        let persisted = Persisted { trusted: TrustedDocuments::default(), mode: DocumentsMode::Any, automatic };
        let text = "{ __typename }";
        let hash = DocumentHash::of(text);
        for reference in [Reference::Hash(hash), Reference::Id(hash)] {
            assert!(matches!(persisted.find(reference).await, Err(NotFound::Store(_))));
        }
        let found = persisted.find(Reference::TextAndHash(text.to_owned(), hash)).await.expect("a text");
        assert_eq!((found.text.as_str(), found.register), (text, Some(hash)));
        assert!(persisted.register(hash, text.into()).await.is_err());
    }
}
