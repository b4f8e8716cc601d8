//! A shop whose server dies again and again.
use super::{
    Plan,
    audit::{Books, judge_stock},
    place::{Case, Story},
    report::Run,
    shopper::Shopper,
};
use crate::{
    Failure,
    buying::{Buyer, Fleet, Goods, Refused, Step, is_settled, open_shop},
    cluster::{Instance, Shop},
    gateway::Gateway,
    load::Connection,
};
use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;
use tokio_postgres::Client;

/// How often it is tried to let a server die.
const TRIES: u32 = 6;
/// More than all runs buy.
const UNITS: i64 = 1_000_000;
/// How often a patient shopper sends a request: they wait for the server to come back.
const PATIENT: u32 = 200;
/// How long all may take, once the server is back.
const SETTLE: Duration = Duration::from_secs(60);
/// How long a server may go on living, once nothing is under way any more.
const LAST_CHANCE: Duration = Duration::from_millis(500);
/// Between two looks at a server.
const LOOK: Duration = Duration::from_millis(2);
/// Between two looks at the database.
const ASK: Duration = Duration::from_millis(50);

/// A shop whose server dies again and again.
pub(super) struct Lane {
    shop: Shop,
    gateway: Arc<Gateway>,
    client: Client,
    fleet: Arc<Fleet>,
    goods: Goods,
    buyers: u32,
    hold: Duration,
    random: fastrand::Rng,
    /// Orders that shoppers were told of.
    told: BTreeSet<i64>,
    orders: usize,
    /// What was found wrong: the books are read as a whole each time.
    known: BTreeSet<String>,
}

type Shoppers = JoinSet<Step<Option<i64>>>;

impl Lane {
    pub(super) async fn open(mut shop: Shop, gateway: Arc<Gateway>, plan: &Plan, seed: u64) -> Result<Self, Failure> {
        let client = shop.client().await?;
        open_shop(&client).await?;
        let goods = Goods::put(&client, UNITS).await?;
        for instance in &mut shop.instances {
            for (name, value) in gateway.settings() {
                instance.set(&name, &value);
            }
        }
        shop.serve().await?;
        gateway.tell(shop.addresses());
        let fleet = Arc::new(Fleet::new(shop.addresses(), plan.buyers as usize));
        Ok(Self {
            shop,
            gateway,
            client,
            fleet,
            goods,
            buyers: plan.buyers,
            hold: plan.hold,
            random: fastrand::Rng::with_seed(seed),
            told: BTreeSet::new(),
            orders: 0,
            known: BTreeSet::new(),
        })
    }

    /// Lets the server die there, and looks at what came of it. Where it was not there so often, it is tried again.
    pub(super) async fn run(&mut self, case: Case) -> Result<Run, Failure> {
        let mut run = Run::new(case.place);
        for number in 0..TRIES {
            let nth = if number == 0 { self.random.u32(1..=self.buyers) } else { 1 };
            self.try_once(case, nth, &mut run).await?;
            if run.died.is_some() {
                break;
            }
        }
        Ok(run)
    }

    async fn try_once(&mut self, case: Case, nth: u32, run: &mut Run) -> Result<(), Failure> {
        self.arm(case.place.name(), nth).await?;
        let mut shoppers = self.shoppers(case.story);
        let died = self.wait_for_death(&mut shoppers, run).await?;
        if let Some(died) = died {
            let instance = self.server()?;
            instance.start()?;
            instance.ready().await?;
            // The connections to the old process are gone.
            self.fleet = Arc::new(Fleet::new(self.shop.addresses(), usize::try_from(self.buyers)?));
            run.died = Some(nth);
            run.back_ms = Some(died.elapsed().as_secs_f64() * 1e3);
        } else {
            self.arm("nowhere", 1).await?;
        }
        while let Some(done) = shoppers.join_next().await {
            self.note(done?, died.is_some(), run);
        }
        if self.settle(run).await?
            && let Some(died) = died
        {
            run.settled_ms = Some(died.elapsed().as_secs_f64() * 1e3);
        }
        self.judge(run).await
    }

    fn server(&mut self) -> Result<&mut Instance, Failure> {
        Ok(self.shop.instances.first_mut().ok_or("no server")?)
    }

    async fn arm(&mut self, place: &str, nth: u32) -> Result<(), Failure> {
        let address = self.server()?.address();
        let mut connection = Connection::open(address, SETTLE).await?;
        let request =
            format!("POST /rig/failpoint?place={place}&nth={nth} HTTP/1.1\r\nhost: rig\r\ncontent-length: 0\r\n\r\n");
        let status = connection.send(request.as_bytes(), SETTLE).await?.status;
        if status == 200 { Ok(()) } else { Err(format!("the server does not arm {place}: {status}").into()) }
    }

    /// Every other one leaves where there is no answer; the others ask again until the server is back.
    fn shoppers(&mut self, story: Story) -> Shoppers {
        let mut shoppers = JoinSet::new();
        for number in 0..self.buyers {
            let tries = if number % 2 == 0 { PATIENT } else { 1 };
            let shopper = Shopper {
                buyer: Buyer::new(Arc::clone(&self.fleet), tries, self.random.u64(..)),
                gateway: Arc::clone(&self.gateway),
                goods: self.goods,
                hold: self.hold,
            };
            shoppers.spawn(async move { shopper.live(story).await });
        }
        shoppers
    }

    /// None: it lives, and nothing is under way that could kill it.
    async fn wait_for_death(&mut self, shoppers: &mut Shoppers, run: &mut Run) -> Result<Option<Instant>, Failure> {
        let mut quiet: Option<Instant> = None;
        let mut asked = Instant::now();
        loop {
            if !self.server()?.process.is_running() {
                return Ok(Some(Instant::now()));
            }
            while let Some(done) = shoppers.try_join_next() {
                self.note(done?, false, run);
            }
            if shoppers.is_empty() && asked.elapsed() > ASK {
                asked = Instant::now();
                quiet = match self.is_quiet().await? {
                    true => quiet.or(Some(asked)),
                    false => None,
                };
                if quiet.is_some_and(|since| since.elapsed() > LAST_CHANCE) {
                    return Ok(None);
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn is_quiet(&self) -> Result<bool, Failure> {
        Ok(self.gateway.under_way() == 0 && is_settled(&self.client).await?)
    }

    /// `died`: who is not answered has a reason.
    fn note(&mut self, done: Step<Option<i64>>, died: bool, run: &mut Run) {
        run.shoppers += 1;
        match done {
            Ok(number) => self.told.extend(number),
            Err(Refused::Code(code)) => *run.refused.entry(code).or_default() += 1,
            Err(Refused::Broken(text)) if died || text.contains("no answer") => {
                *run.refused.entry("the server died".to_owned()).or_default() += 1;
            }
            Err(Refused::Broken(text)) => run.violations.push(format!("a shopper was not answered: {text}")),
        }
    }

    async fn settle(&self, run: &mut Run) -> Result<bool, Failure> {
        let began = Instant::now();
        while !self.is_quiet().await? {
            if began.elapsed() > SETTLE {
                run.violations.push(format!("something is still under way {SETTLE:?} after the server came back"));
                return Ok(false);
            }
            tokio::time::sleep(ASK / 2).await;
        }
        Ok(true)
    }

    async fn judge(&mut self, run: &mut Run) -> Result<(), Failure> {
        let books = Books::read(&self.client).await?;
        let mut wrong = books.judge(&self.gateway.intents(), &self.told);
        wrong.extend(judge_stock(&self.client, &self.goods).await?);
        run.violations.extend(wrong.into_iter().filter(|text| self.known.insert(text.clone())));
        run.orders += books.orders().saturating_sub(self.orders);
        self.orders = books.orders();
        Ok(())
    }
}
