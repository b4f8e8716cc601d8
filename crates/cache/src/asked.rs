//! The part of a batch that knows its types. All else is compiled once for all of them.

use crate::{
    CacheError, Cached, Route, Tag,
    batch::Stop,
    entry::{Entry, Value},
    kind::{Kind, encoded},
    sampler::{Drawn, RereadBytes, Sample},
    stamping::Stamping,
};
use futures_util::FutureExt;
use std::{
    collections::HashMap,
    hash::BuildHasher,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

/// The keys of a batch, numbered in the order that they came.
pub(crate) trait Asked: Send {
    /// How many there are.
    fn len(&self) -> usize;

    fn write_key(&self, key: usize, out: &mut String);

    fn key_tags(&self, key: usize, out: &mut Vec<Tag>);

    fn expires(&self) -> Option<SystemTime>;

    /// Begins to load; what it brings answers the keys.
    fn begin_load(&mut self, keys: &mut dyn Iterator<Item = usize>, route: Route);

    /// Goes on with the load that was begun last.
    fn poll_load(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Arc<Value>>>;

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
    loading: Option<Pin<Box<Fut>>>,
    values: HashMap<C::Key, C::Value, S>,
    error: Option<E>,
}

impl<'a, C: Cached, E, F, Fut, S: BuildHasher + Default> Typed<'a, C, E, F, Fut, S> {
    pub(crate) fn new(spec: &'a C, load: F, keys: Vec<C::Key>) -> Self {
        Self { spec, load, keys, loading: None, values: HashMap::default(), error: None }
    }

    /// What is to be compared with the primary, if the key that was drawn was answered by a tier.
    pub(crate) fn sample(&self, kind: &'static Kind, drawn: Drawn) -> Option<(Sample, RereadBytes)> {
        let (name, entry) = drawn.served?;
        let reread = self.spec.reread(self.keys.get(drawn.place)?)?;
        let reread = reread.map(|read| Ok(read?.as_ref().and_then(encoded))).boxed();
        Some((Sample { kind, name, entry }, reread))
    }

    /// The values, with those that the batch found; or why there are none.
    pub(crate) fn finish(
        mut self,
        mut served: Vec<(usize, Arc<Entry>)>,
        stopped: Result<(), Stop>,
    ) -> Result<HashMap<C::Key, C::Value, S>, CacheError<E>> {
        if let Err(Stop::Unverified(failing)) = stopped {
            return Err(CacheError::Unverified(failing));
        }
        if let Some(error) = self.error {
            return Err(CacheError::Load(error));
        }
        if served.is_empty() {
            return Ok(self.values);
        }
        served.sort_unstable_by_key(|(key, _)| *key);
        self.values.reserve(served.len());
        let mut served = served.into_iter().peekable();
        for (number, key) in self.keys.into_iter().enumerate() {
            if let Some((_, entry)) = served.next_if(|(served, _)| *served == number)
                && let Some(value) = entry.value.downcast_ref::<C::Value>()
            {
                self.values.insert(key, value.clone());
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

    fn write_key(&self, key: usize, out: &mut String) {
        if let Some(key) = self.keys.get(key) {
            self.spec.write_key(key, out);
        }
    }

    fn key_tags(&self, key: usize, out: &mut Vec<Tag>) {
        if let Some(key) = self.keys.get(key) {
            self.spec.key_tags(key, out);
        }
    }

    fn expires(&self) -> Option<SystemTime> {
        self.spec.expires()
    }

    fn begin_load(&mut self, keys: &mut dyn Iterator<Item = usize>, route: Route) {
        let keys = keys.filter_map(|key| self.keys.get(key).cloned()).collect();
        self.loading = Some(Box::pin((self.load)(keys, route)));
    }

    fn poll_load(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Arc<Value>>> {
        let Some(loading) = &mut self.loading else { return Poll::Ready(Ok(())) };
        let loaded = ready!(loading.as_mut().poll(context));
        self.loading = None;
        let loaded = loaded.map_err(|error| Arc::new(error) as Arc<Value>)?;
        if self.values.is_empty() {
            self.values = loaded;
        } else {
            self.values.extend(loaded);
        }
        Poll::Ready(Ok(()))
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
