//! One edge: a listener, where it leads, and what happens on the way.
use super::{
    lane::{Known, Lane},
    pump::pump,
};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// What happens to bytes in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Flow {
    /// They pass.
    #[default]
    Pass,
    /// They stand still.
    Hold,
    /// They pass so much later.
    Delay(Duration),
}

/// Both directions.
#[derive(Clone, Copy, Debug, Default)]
struct Flows {
    /// From the client to the server.
    there: Flow,
    /// From the server to the client.
    back: Flow,
}

/// What an edge does.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    target: SocketAddr,
    log: Flows,
    others: Flows,
    /// New connections are reset.
    refuse: bool,
    /// Connections of an older generation are reset.
    generation: u64,
}

impl State {
    fn of(&self, lane: Lane) -> Flows {
        match lane {
            Lane::Log => self.log,
            Lane::Others => self.others,
        }
    }
}

/// A handle; dropping the last one ends the proxy's listener with its runtime.
#[derive(Debug)]
pub(crate) struct Edge {
    address: SocketAddr,
    state: watch::Sender<State>,
}

impl Edge {
    /// Listens on a free port of this machine and leads to `target`.
    pub(crate) async fn open(target: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (log, others) = (Flows::default(), Flows::default());
        let state = State { target, log, others, refuse: false, generation: 0 };
        let (sender, receiver) = watch::channel(state);
        tokio::spawn(accept(listener, receiver));
        Ok(Self { address, state: sender })
    }

    /// Where clients connect.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where clients connect.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything passes.
    pub(crate) fn heal(&self) {
        self.flow(Flow::Pass, Flow::Pass);
        self.state.send_modify(|state| state.refuse = false);
    }

    /// Nothing passes, nothing is refused: a network that swallows packets.
    pub(crate) fn blackhole(&self) {
        self.flow(Flow::Hold, Flow::Hold);
    }

    /// What happens in each direction, to open and new connections.
    pub(crate) fn flow(&self, there: Flow, back: Flow) {
        self.flow_of(Lane::Log, there, back);
        self.flow_of(Lane::Others, there, back);
    }

    /// The same for one kind of connections.
    pub(crate) fn flow_of(&self, lane: Lane, there: Flow, back: Flow) {
        let flows = Flows { there, back };
        self.state.send_modify(|state| match lane {
            Lane::Log => state.log = flows,
            Lane::Others => state.others = flows,
        });
    }

    /// Resets all connections, and new ones until it heals.
    pub(crate) fn refuse(&self) {
        self.state.send_modify(|state| {
            state.refuse = true;
            state.generation += 1;
        });
    }

    /// Leads elsewhere from now on; open connections are reset.
    pub(crate) fn lead_to(&self, target: SocketAddr) {
        self.state.send_modify(|state| {
            state.target = target;
            state.generation += 1;
        });
    }
}

async fn accept(listener: TcpListener, mut state: watch::Receiver<State>) {
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((client, _)) = accepted {
                    tokio::spawn(connect(client, state.clone()));
                }
            }
            changed = state.changed() => if changed.is_err() { return },
        }
    }
}

async fn connect(mut client: TcpStream, mut state: watch::Receiver<State>) {
    let generation = state.borrow_and_update().generation;
    let is_over = |state: &State| state.refuse || state.generation != generation;
    // A packet that opens a connection does not pass either.
    let through = state.wait_for(|state| is_over(state) || state.others.there != Flow::Hold).await;
    let target = through.ok().and_then(|state| (!is_over(&state)).then_some(state.target));
    let Some(target) = target else { return reset(&client) };
    let Ok(mut server) = TcpStream::connect(target).await else { return reset(&client) };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let cut = {
        let (client_read, client_write) = client.split();
        let (server_read, server_write) = server.split();
        let known = Known::default();
        let first = |bytes: &[u8]| known.read(bytes);
        let there = pump(client_read, server_write, state.clone(), first, |state| state.of(known.lane()).there);
        let back = pump(server_read, client_write, state.clone(), |_| {}, |state| state.of(known.lane()).back);
        tokio::select! {
            _ = async { tokio::join!(there, back) } => false,
            _ = state.wait_for(is_over) => true,
        }
    };
    if cut {
        reset(&client);
        reset(&server);
    }
}

/// Closes with RST instead of FIN, as a port without a listener does.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
