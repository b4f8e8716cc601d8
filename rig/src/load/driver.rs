//! The driver's thread.
use super::{
    answer::{head_says_unverified, read},
    connection::Connection,
    control::{Control, Order},
    direct, reader,
    request::{Prepared, Requests},
    stats::Stats,
    writer,
};
use crate::{
    Failure,
    cluster::INSTANCES,
    history::{Event, Header, KeyIndex, Nanos, Outcome, Read, Recorder, Recording},
    shop::{KeyKind, Keys},
};
use std::{
    cell::{Cell, RefCell},
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};
use tokio::{sync::mpsc::unbounded_channel, task::LocalSet};

/// How long a reader waits for an answer.
pub(super) const READ_PATIENCE: Duration = Duration::from_secs(2);

/// How much load.
#[derive(Clone, Debug)]
pub(crate) struct Load {
    pub(crate) seed: u64,
    /// Sessions that read.
    pub(crate) readers: usize,
    /// Clients that write through instances.
    pub(crate) writers: usize,
    /// Registers of a large page.
    pub(crate) batch: usize,
    /// Which registers.
    pub(crate) read: Registers,
    /// A reader's longest pause between two requests.
    pub(crate) think: Duration,
}

/// Which registers are read, and written by those who read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Registers {
    All,
    /// The STRICT ones.
    Profiles,
    /// The public ones.
    Catalog,
}

impl Registers {
    pub(super) fn includes(self, kind: KeyKind) -> bool {
        match self {
            Self::All => true,
            Self::Profiles => kind == KeyKind::Profile,
            Self::Catalog => kind != KeyKind::Profile,
        }
    }
}

/// A driver at work.
pub(crate) struct Running {
    pub(crate) control: Arc<Control>,
    thread: JoinHandle<Stats>,
    recording: Recording,
}

/// What the driver's tasks share.
pub(super) struct Driver {
    pub(super) keys: Keys,
    pub(super) requests: Requests,
    pub(super) instances: Vec<SocketAddr>,
    pub(super) control: Arc<Control>,
    pub(super) load: Load,
    recorder: RefCell<Recorder>,
    pub(super) stats: RefCell<Stats>,
    numbers: Vec<Cell<u64>>,
}

/// Begins to put load on the instances behind these addresses.
pub(crate) fn start(
    load: Load,
    keys: Keys,
    instances: Vec<SocketAddr>,
    primary: u16,
    history: Option<&Path>,
) -> Result<Running, Failure> {
    let header = Header { version: 1, seed: load.seed, keys: keys.specs() };
    let (recorder, recording) = crate::history::start(header, Instant::now(), history)?;
    let (sender, mut orders) = unbounded_channel();
    let control = Arc::new(Control::new(primary, sender));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let in_thread = Arc::clone(&control);
    let thread = thread::Builder::new().name("driver".to_owned()).spawn(move || {
        let mut random = fastrand::Rng::with_seed(load.seed);
        let driver = Rc::new(Driver {
            requests: Requests::new(&keys, load.batch, &mut random),
            numbers: keys.all().iter().map(|_| Cell::new(0)).collect(),
            keys,
            instances,
            control: in_thread,
            load,
            recorder: RefCell::new(recorder),
            stats: RefCell::default(),
        });
        driver.phase("calm");
        let local = LocalSet::new();
        for number in 0..driver.load.readers {
            local.spawn_local(reader::run(Rc::clone(&driver), number, random.fork()));
        }
        for number in 0..driver.load.writers {
            local.spawn_local(writer::run(Rc::clone(&driver), number, random.fork()));
        }
        let (direct_orders, receiver) = unbounded_channel();
        local.spawn_local(direct::run(Rc::clone(&driver), receiver, random.fork()));
        let dispatcher = Rc::clone(&driver);
        local.spawn_local(async move {
            while let Some(order) = orders.recv().await {
                if dispatcher.control.is_stopped() {
                    return;
                }
                match order {
                    Order::Phase(name) => dispatcher.phase(&name),
                    order => drop(direct_orders.send(order)),
                }
            }
        });
        runtime.block_on(local);
        driver.stats.borrow_mut().end();
        driver.stats.take()
    })?;
    Ok(Running { control, thread, recording })
}

impl Running {
    /// Violations found so far.
    pub(crate) fn violations(&self) -> u64 {
        self.recording.violations()
    }

    /// Ends the load; what was measured, and what the checker says.
    pub(crate) fn finish(self) -> Result<(Stats, crate::checker::Verdict), Failure> {
        self.control.stop();
        // Wakes the dispatcher.
        self.control.phase("end");
        let stats = self.thread.join().map_err(|_| "the load driver panicked")?;
        Ok((stats, self.recording.finish()?))
    }
}

impl Driver {
    pub(super) fn now(&self) -> Nanos {
        self.recorder.borrow().now()
    }

    fn phase(&self, name: &str) {
        let at = self.now();
        self.recorder.borrow_mut().note(Event::Phase { name: name.to_owned(), at });
        self.stats.borrow_mut().begin(name, at);
    }

    /// Notes a write that is about to be sent; its number and the time.
    pub(super) fn invoke(&self, key: KeyIndex, effect: crate::history::Effect) -> (u64, Nanos) {
        let number = usize::try_from(key).ok().and_then(|index| self.numbers.get(index)).map_or(0, |cell| {
            cell.set(cell.get() + 1);
            cell.get()
        });
        let at = self.now();
        self.recorder.borrow_mut().note(Event::Invoke { key, number, effect, at });
        (number, at)
    }

    pub(super) fn ended(&self, key: KeyIndex, number: u64, outcome: Outcome) -> Nanos {
        let at = self.now();
        self.recorder.borrow_mut().note(Event::Return { key, number, outcome, at });
        at
    }

    fn is_member(&self, key: KeyIndex) -> bool {
        self.keys.get(key).is_some_and(|key| key.kind == KeyKind::Member)
    }

    /// Sends a read and notes what it shows; false: no good answer.
    pub(super) async fn read(&self, session: &mut Session, instance: usize, prepared: &Prepared) -> bool {
        let from = self.now();
        let Some(connection) = session.connection(self, instance).await else { return false };
        let reply = match connection.send(&prepared.bytes, READ_PATIENCE).await {
            Ok(reply) => reply,
            Err(error) => {
                session.connections[instance] = None;
                self.stats.borrow_mut().bad_read(|| format!("instance {instance}: {error}"));
                return false;
            }
        };
        let to = self.now();
        let shown = read(prepared.shape, reply.body, &prepared.keys, |key| self.is_member(key));
        let Some(shown) = shown.filter(|_| reply.status == 200) else {
            let text = String::from_utf8_lossy(reply.body.get(..reply.body.len().min(300)).unwrap_or_default());
            self.stats.borrow_mut().bad_read(|| format!("instance {instance}: {} {text}", reply.status));
            return false;
        };
        let unverified = shown.unverified || head_says_unverified(reply.head);
        let values = shown.values;
        let session = session.number;
        let instance = u8::try_from(instance).unwrap_or(u8::MAX);
        self.recorder.borrow_mut().note(Event::Read(Read { session, instance, from, to, unverified, values }));
        self.stats.borrow_mut().good_read(usize::from(instance), from, to, !unverified);
        true
    }
}

/// One client: a connection to each instance, one request in flight.
pub(super) struct Session {
    number: u32,
    connections: [Option<Connection>; INSTANCES],
}

impl Session {
    pub(super) fn new(number: usize) -> Self {
        Self { number: u32::try_from(number).unwrap_or(u32::MAX), connections: [const { None }; INSTANCES] }
    }

    /// The connection to an instance, opened where there is none.
    pub(super) async fn connection(&mut self, driver: &Driver, instance: usize) -> Option<&mut Connection> {
        let slot = self.connections.get_mut(instance)?;
        if slot.is_none() {
            match Connection::open(*driver.instances.get(instance)?, READ_PATIENCE).await {
                Ok(connection) => *slot = Some(connection),
                Err(error) => driver.stats.borrow_mut().bad_read(|| format!("instance {instance}: {error}")),
            }
        }
        slot.as_mut()
    }

    pub(super) fn forget(&mut self, instance: usize) {
        if let Some(slot) = self.connections.get_mut(instance) {
            *slot = None;
        }
    }
}
