//! A session that reads, each time through another instance.
use super::driver::{Driver, Session};
use std::{rc::Rc, time::Duration};

/// After an answer that was none.
const PAUSE: Duration = Duration::from_millis(5);

pub(super) async fn run(driver: Rc<Driver>, number: usize, mut random: fastrand::Rng) {
    let mut session = Session::new(number);
    let think = u64::try_from(driver.load.think.as_micros()).unwrap_or_default();
    while !driver.control.is_stopped() {
        let instance = random.usize(..driver.instances.len());
        let Some(prepared) = driver.requests.any(driver.load.read, &mut random) else { return };
        if !driver.read(&mut session, instance, prepared).await {
            tokio::time::sleep(PAUSE).await;
        } else if think > 0 {
            tokio::time::sleep(Duration::from_micros(random.u64(..=think))).await;
        }
    }
}
