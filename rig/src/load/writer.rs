//! A client that writes its registers through any instance, and reads what it wrote through all of them.
use super::{
    driver::{Driver, Session},
    request::plain,
};
use crate::{
    cluster::{DATABASE, connect},
    history::{Effect, KeyIndex, Outcome},
    shop::{Key, KeyKind, category_id},
};
use std::{collections::HashMap, rc::Rc, time::Duration};

/// How long a writer waits for an answer.
const PATIENCE: Duration = Duration::from_secs(6);
/// A writer's longest pause.
const PAUSE_MS: u64 = 30;
/// How often the database is asked what became of a write.
const ASKS: usize = 4;
/// For so long an instance may not know of a commit.
const COMMIT_WAIT: Duration = Duration::from_millis(51);

pub(super) async fn run(driver: Rc<Driver>, number: usize, mut random: fastrand::Rng) {
    let writers = driver.load.writers;
    let read = driver.load.read;
    let is_written = |key: &Key| key.kind != KeyKind::Direct && read.includes(key.kind);
    let is_mine = |key: &&Key| is_written(key) && usize::try_from(key.index).unwrap_or(0) % writers == number;
    let mine: Vec<Key> = driver.keys.all().iter().filter(is_mine).cloned().collect();
    let mut writer = Writer { session: Session::new(1000 + number), is_there: HashMap::new(), driver };
    while !writer.driver.control.is_stopped() {
        // A few registers are hot.
        let hot = mine.len().div_ceil(6);
        let count = if random.u8(..10) < 6 { hot } else { mine.len() };
        let Some(key) = mine.get((random.usize(..count.max(1)) * 7) % mine.len().max(1)) else { return };
        if !writer.driver.control.is_resting() {
            writer.write(key, &mut random).await;
        }
        tokio::time::sleep(Duration::from_millis(random.u64(..=PAUSE_MS))).await;
    }
}

struct Writer {
    driver: Rc<Driver>,
    session: Session,
    /// What the last write of a register left; absent: not known.
    is_there: HashMap<KeyIndex, bool>,
}

impl Writer {
    async fn write(&mut self, key: &Key, random: &mut fastrand::Rng) {
        let (change, effect) = self.choose(key, random);
        let instance = self.driver.control.writes_to().unwrap_or_else(|| random.usize(..self.driver.instances.len()));
        let dies = self.driver.control.kills(instance);
        // Transactions that are open for a while are what as-of and floors are about.
        let hold = if random.u8(..12) == 0 { random.u64(5..150) } else { 0 };
        let (number, from) = self.driver.invoke(key.index, effect);
        let mut path = format!(
            "/rig/write?change={change}&key={}&category={}&index={}&number={number}&hold={hold}",
            key.id,
            category_id(key.category),
            key.index
        );
        if dies {
            path.push_str("&die=1");
        }
        let outcome = match self.send(instance, &plain("POST", &path)).await {
            Some((200, waited)) => {
                let to = self.driver.ended(key.index, number, Outcome::Acknowledged);
                self.driver.stats.borrow_mut().good_write(from, to, waited);
                Outcome::Acknowledged
            }
            Some((409 | 503 | 400 | 404, _)) => {
                self.driver.ended(key.index, number, Outcome::Failed);
                self.driver.stats.borrow_mut().bad_write();
                Outcome::Failed
            }
            _ => {
                self.driver.stats.borrow_mut().bad_write();
                self.find_out(key, number).await
            }
        };
        match outcome {
            Outcome::Acknowledged => {
                self.is_there.insert(key.index, effect == Effect::Set);
                self.read_everywhere(key.index, random).await;
            }
            _ => {
                self.is_there.remove(&key.index);
            }
        }
    }

    fn choose(&self, key: &Key, random: &mut fastrand::Rng) -> (&'static str, Effect) {
        let there = self.is_there.get(&key.index).copied();
        match (key.kind, there) {
            (KeyKind::Title | KeyKind::Direct, _) => ("title", Effect::Set),
            (KeyKind::Profile, _) => ("profile", Effect::Set),
            (KeyKind::Existence, Some(true)) if random.bool() => ("delete", Effect::Remove),
            (KeyKind::Existence, Some(true)) => ("title", Effect::Set),
            (KeyKind::Existence, _) => ("insert", Effect::Set),
            (KeyKind::Member, Some(true)) => ("leave", Effect::Remove),
            (KeyKind::Member, _) => ("join", Effect::Set),
        }
    }

    /// Status, and how long the answer waited after the commit.
    async fn send(&mut self, instance: usize, request: &[u8]) -> Option<(u16, u32)> {
        let connection = self.session.connection(&self.driver, instance).await;
        let Some(connection) = connection else { return Some((503, 0)) };
        match connection.send(request, PATIENCE).await {
            Ok(reply) => {
                let digits = reply.body.iter().copied().filter(u8::is_ascii_digit).collect::<Vec<_>>();
                let waited = std::str::from_utf8(&digits).ok().and_then(|digits| digits.parse().ok());
                Some((reply.status, waited.unwrap_or(0)))
            }
            Err(_) => {
                self.session.forget(instance);
                None
            }
        }
    }

    /// Nobody answered: what the database has is committed, and after the commit-wait every reader must show it.
    async fn find_out(&self, key: &Key, number: u64) -> Outcome {
        for _ in 0..ASKS {
            tokio::time::sleep(Duration::from_millis(100)).await;
            match self.number(key).await {
                Some(found) if found == number => {
                    tokio::time::sleep(COMMIT_WAIT).await;
                    self.driver.ended(key.index, number, Outcome::Acknowledged);
                    return Outcome::Acknowledged;
                }
                _ => {}
            }
        }
        self.driver.ended(key.index, number, Outcome::Unknown);
        Outcome::Unknown
    }

    async fn number(&self, key: &Key) -> Option<u64> {
        let ask = async {
            let client = connect(self.driver.control.primary(), DATABASE).await.ok()?;
            let row = client.query_one("SELECT number FROM rig_keys WHERE key = $1", &[&key.id]).await.ok()?;
            u64::try_from(row.try_get::<_, i64>(0).ok()?).ok()
        };
        tokio::time::timeout(Duration::from_secs(2), ask).await.ok()?
    }

    async fn read_everywhere(&mut self, key: KeyIndex, random: &mut fastrand::Rng) {
        let count = self.driver.instances.len();
        let first = random.usize(..count);
        for step in 0..count {
            let driver = Rc::clone(&self.driver);
            if let Some(prepared) = driver.requests.of(key, random) {
                driver.read(&mut self.session, (first + step) % count, prepared).await;
            }
        }
    }
}
