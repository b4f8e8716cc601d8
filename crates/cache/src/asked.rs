//! The part of a batch that knows its types. All else is compiled once for all of them.

use crate::{
    CacheError, Cached, Route, Scope, Tag,
    batch::{Batch, Freshness, Stop, Want},
    entry::{Entry, Value},
    kind::{Kind, encoded},
    sampler::{Drawn, RereadBytes, Sample},
    stamping::Stamping,
};
use futures_util::{FutureExt, future::BoxFuture};
use std::{collections::HashMap, hash::BuildHasher, marker::PhantomData, sync::Arc, time::SystemTime};

/// The keys that the first tier could not answer, numbered in the order that they came.
pub(crate) trait Asked: Send {
    /// How many there are.
    fn len(&self) -> usize;

    fn key_tags(&self, key: usize, out: &mut Vec<Tag>);

    fn expires(&self) -> Option<SystemTime>;

    /// Loads; what it brings answers the keys.
    fn load(&mut self, keys: Vec<usize>, route: Route) -> BoxFuture<'_, Result<(), Arc<Value>>>;

    /// What the last load brought for this key, stamped. It answers the key, unless it is [taken back](Self::take_back).
    fn entry(&self, key: usize, stamping: &Stamping, tags: &mut Vec<Tag>) -> Arc<Entry>;

    /// What the last load brought for this key does not answer it.
    fn take_back(&mut self, key: usize);

    /// Whether an error is of the type that this reader hears.
    fn hears(&self, error: &Value) -> bool;

    /// The reader gets this error instead of values.
    fn fail(&mut self, error: &Value);
}

/// The keys of one `get_many`, and what answers them.
pub(crate) struct Typed<'a, C: Cached, E, F, Fut, S> {
    spec: &'a C,
    load: F,
    keys: Vec<C::Key>,
    values: HashMap<C::Key, C::Value, S>,
    error: Option<E>,
    /// The key that [`Drawn`](crate::sampler::Drawn) means.
    drawn: Option<C::Key>,
    loading: PhantomData<fn() -> Fut>,
}

impl<'a, C: Cached, E, F, Fut, S: BuildHasher + Default> Typed<'a, C, E, F, Fut, S> {
    pub(crate) fn new(spec: &'a C, load: F) -> Self {
        let (keys, values) = (Vec::new(), HashMap::default());
        Self { spec, load, keys, values, error: None, drawn: None, loading: PhantomData }
    }

    /// Serves what the first tier has; what is left.
    pub(crate) fn begin(&mut self, batch: &mut Batch<'_>, keys: Vec<C::Key>, freshness: Freshness) -> Vec<Want> {
        let mut wants = Vec::new();
        if matches!(freshness, Freshness::Bypassed) {
            self.keys = keys;
            return wants;
        }
        batch.looked = Some(batch.core.flights.ended());
        let asked = keys.len();
        batch.draw(asked, freshness);
        let mut name = String::with_capacity(96);
        for (place, key) in keys.into_iter().enumerate() {
            name.clear();
            name.push_str(C::NAME);
            name.push(':');
            self.spec.write_key(&key, &mut name);
            if C::POLICY.scope == Scope::Private {
                batch.write_owner(&mut name);
            }
            let entry = batch.core.l1.get(&name);
            let value = entry.as_ref().and_then(|entry| entry.value.downcast_ref::<C::Value>());
            let known = entry.as_ref().filter(|entry| value.is_some() || entry.is_absent);
            let left = batch.look(known, freshness);
            if place == batch.drawn.place {
                self.drawn = Some(key.clone());
                batch.drawn.note(&name, known.filter(|_| left.is_none()), self.keys.len());
            }
            match left {
                None => {
                    if let Some(value) = value {
                        if self.values.is_empty() {
                            self.values.reserve(asked);
                        }
                        self.values.insert(key, value.clone());
                    }
                }
                Some(left) => {
                    wants.push(Want { key: self.keys.len(), name: Arc::from(&*name), left });
                    self.keys.push(key);
                }
            }
        }
        wants
    }

    /// What is to be compared with the primary, if the key that was drawn was answered by a tier.
    pub(crate) fn sample(&self, kind: &'static Kind, drawn: Drawn) -> Option<(Sample, RereadBytes)> {
        let (name, entry) = drawn.served?;
        let reread = self.spec.reread(self.drawn.as_ref()?)?;
        let reread = reread.map(|read| Ok(read?.as_ref().and_then(encoded))).boxed();
        Some((Sample { kind, name, entry }, reread))
    }

    /// The values, with those that the batch found for the keys that were left; or why there are none.
    pub(crate) fn finish(
        mut self,
        served: Vec<(usize, Arc<Entry>)>,
        stopped: Result<(), Stop>,
    ) -> Result<HashMap<C::Key, C::Value, S>, CacheError<E>> {
        if let Err(Stop::Unverified(failing)) = stopped {
            return Err(CacheError::Unverified(failing));
        }
        if let Some(error) = self.error {
            return Err(CacheError::Load(error));
        }
        self.values.reserve(served.len());
        for (key, entry) in served {
            if let (Some(key), Some(value)) = (self.keys.get(key), entry.value.downcast_ref::<C::Value>()) {
                self.values.insert(key.clone(), value.clone());
            }
        }
        Ok(self.values)
    }
}

impl<C, E, F, Fut, S> Asked for Typed<'_, C, E, F, Fut, S>
where
    C: Cached,
    E: Clone + Send + Sync + 'static,
    F: Fn(Vec<C::Key>, Route) -> Fut + Send,
    Fut: Future<Output = Result<HashMap<C::Key, C::Value, S>, E>> + Send,
    S: BuildHasher + Default + Send,
{
    fn len(&self) -> usize {
        self.keys.len()
    }

    fn key_tags(&self, key: usize, out: &mut Vec<Tag>) {
        if let Some(key) = self.keys.get(key) {
            self.spec.key_tags(key, out);
        }
    }

    fn expires(&self) -> Option<SystemTime> {
        self.spec.expires()
    }

    fn load(&mut self, keys: Vec<usize>, route: Route) -> BoxFuture<'_, Result<(), Arc<Value>>> {
        let keys = keys.into_iter().filter_map(|key| self.keys.get(key).cloned()).collect();
        let loading = (self.load)(keys, route);
        async move {
            let loaded = loading.await.map_err(|error| Arc::new(error) as Arc<Value>)?;
            if self.values.is_empty() {
                self.values = loaded;
            } else {
                self.values.extend(loaded);
            }
            Ok(())
        }
        .boxed()
    }

    fn entry(&self, key: usize, stamping: &Stamping, tags: &mut Vec<Tag>) -> Arc<Entry> {
        tags.clear();
        let mut value = None;
        if let Some(key) = self.keys.get(key) {
            value = self.values.get(key);
            self.spec.key_tags(key, tags);
            if let Some(value) = value {
                self.spec.value_tags(key, value, tags);
            }
        }
        Entry::new(stamping.stamp(tags), stamping.cost(), value.cloned())
    }

    fn take_back(&mut self, key: usize) {
        if let Some(key) = self.keys.get(key) {
            self.values.remove(key);
        }
    }

    fn hears(&self, error: &Value) -> bool {
        error.is::<E>()
    }

    fn fail(&mut self, error: &Value) {
        self.error = error.downcast_ref::<E>().cloned();
    }
}
