//! Jobs in the database: one holder at a time, none lost.
use crate::support::{World, after, each, id, now};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use tradewind_persistence::{
    DbError,
    read::job::{dead_jobs, job_counts},
    write::job::{
        ClaimedJob, JobSlots, NewJob, Schedule, add_jobs, bury_job, claim_jobs, finish_job, next_job_due,
        next_schedule_due, plan_schedules, postpone_job, release_jobs, renew_jobs, revive_jobs, take_due_schedules,
    },
};
use uuid::Uuid;

fn job(number: u64, name: &str, key: Option<&str>, due_at: DateTime<Utc>) -> NewJob {
    let arguments = serde_json::json!({"number": number});
    NewJob { id: id(number), name: name.to_owned(), arguments, unique_key: key.map(str::to_owned), due_at }
}

async fn add(world: &World, jobs: Vec<NewJob>) {
    let tx = world.begin().await;
    add_jobs(&tx, jobs, now()).await.unwrap();
    tx.commit().await.unwrap();
}

/// Takes jobs for a minute.
async fn claim(world: &World, slots: &[(&'static str, u32)], holder: u64, seconds: i64) -> Vec<ClaimedJob> {
    let lease_until = after(seconds + 60);
    let slots: Vec<_> = slots.iter().map(|(name, free)| JobSlots { name, free: *free, lease_until }).collect();
    let mut jobs = claim_jobs(&world.db, &slots, id(holder), 100, after(seconds)).await.unwrap();
    jobs.sort_by_key(|job| job.id);
    jobs
}

async fn claimed(world: &World, slots: &[(&'static str, u32)], holder: u64, seconds: i64) -> Vec<Uuid> {
    claim(world, slots, holder, seconds).await.into_iter().map(|job| job.id).collect()
}

async fn finish(world: &World, job: u64, holder: u64) -> bool {
    let tx = world.begin().await;
    let finished = finish_job(&tx, id(job), id(holder), after(1)).await.unwrap();
    tx.commit().await.unwrap();
    finished
}

#[tokio::test]
async fn a_job_is_there_with_the_commit_and_taken_when_it_is_due() {
    for world in each().await {
        let tx = world.begin().await;
        add_jobs(&tx, vec![job(1, "a", None, now())], now()).await.unwrap();
        drop(tx);
        assert!(claimed(&world, &[("a", 9)], 7, 0).await.is_empty());
        add(&world, vec![job(1, "a", None, after(10)), job(2, "b", None, now()), job(3, "c", None, now())]).await;
        assert_eq!(next_job_due(&world.db, &["a", "x"]).await.unwrap().unwrap().timestamp(), after(10).timestamp());
        assert_eq!(next_job_due(&world.db, &["x"]).await.unwrap(), None);
        let taken = claim(&world, &[("a", 9), ("b", 9)], 7, 9).await;
        assert_eq!(taken.len(), 1);
        let ClaimedJob { id: job, name, arguments, attempts, .. } = &taken[0];
        assert_eq!((*job, name.as_str(), *attempts), (id(2), "b", 1), "{}", world.backend());
        assert_eq!(arguments, r#"{"number":2}"#);
        assert_eq!(claimed(&world, &[("a", 9), ("b", 9)], 7, 10).await, [id(1)]);
    }
}

#[tokio::test]
async fn many_jobs_of_a_kind_keep_no_other_waiting() {
    for world in each().await {
        let many = (1..=50).map(|number| job(number, "many", None, now()));
        add(&world, many.chain([job(60, "few", None, after(1))]).collect()).await;
        let taken = claimed(&world, &[("many", 3), ("few", 3), ("none", 0)], 7, 1).await;
        assert_eq!(taken.len(), 4, "{}", world.backend());
        assert!(taken.contains(&id(60)));
        let slots = [JobSlots { name: "many", free: 30, lease_until: after(60) }];
        assert_eq!(claim_jobs(&world.db, &slots, id(7), 5, after(1)).await.unwrap().len(), 5);
        let counts = job_counts(&world.db).await.unwrap();
        let counts: Vec<_> = counts.iter().map(|row| (row.name.as_str(), row.live, row.dead)).collect();
        assert_eq!(counts, [("few", 1, 0), ("many", 50, 0)]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn runners_that_claim_at_once_get_each_job_once() {
    for world in each().await {
        add(&world, (1..=300).map(|number| job(number, "a", None, now())).collect()).await;
        let runner = |holder: u64| {
            let db = world.db.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                loop {
                    let slots = [JobSlots { name: "a", free: 7, lease_until: after(60) }];
                    let jobs = claim_jobs(&db, &slots, id(holder), 7, now()).await.unwrap();
                    if jobs.is_empty() && next_job_due(&db, &["a"]).await.unwrap().is_none_or(|due| due > now()) {
                        return taken;
                    }
                    taken.extend(jobs.into_iter().map(|job| job.id));
                }
            })
        };
        let mut all = Vec::new();
        for runner in (1000..1006).map(runner).collect::<Vec<_>>() {
            all.extend(runner.await.unwrap());
        }
        assert_eq!((all.len(), all.iter().collect::<BTreeSet<_>>().len()), (300, 300), "{}", world.backend());
    }
}

#[tokio::test]
async fn a_lease_keeps_others_away_and_its_end_lets_them_in() {
    for world in each().await {
        add(&world, vec![job(1, "a", None, now()), job(2, "a", None, now())]).await;
        assert_eq!(claimed(&world, &[("a", 9)], 7, 0).await, [id(1), id(2)]);
        assert!(claimed(&world, &[("a", 9)], 8, 59).await.is_empty());
        let renewed = renew_jobs(&world.db, &[(id(1), after(120))], id(7)).await.unwrap();
        assert_eq!(renewed, [id(1)]);
        assert!(renew_jobs(&world.db, &[(id(1), after(500))], id(8)).await.unwrap().is_empty(), "not its own");
        let heir = claim(&world, &[("a", 9)], 8, 60).await;
        assert_eq!((heir.len(), heir[0].id, heir[0].attempts), (1, id(2), 2), "{}", world.backend());
        assert!(renew_jobs(&world.db, &[(id(2), after(500))], id(7)).await.unwrap().is_empty(), "lost");
        assert!(!finish(&world, 2, 7).await);
        assert!(!postpone_job(&world.db, id(2), id(7), "late", after(1)).await.unwrap());
        assert!(!bury_job(&world.db, id(2), id(7), "late", after(1)).await.unwrap());
        assert_eq!(release_jobs(&world.db, vec![id(2)], id(7), after(1)).await.unwrap(), 0);
        assert!(finish(&world, 2, 8).await && finish(&world, 1, 7).await);
        assert_eq!(world.count("SELECT count(*) FROM jobs").await, 0);
    }
}

#[tokio::test]
async fn a_failure_waits_a_release_does_not_and_the_dead_can_rise() {
    for world in each().await {
        add(&world, vec![job(1, "a", Some("k"), now())]).await;
        claim(&world, &[("a", 9)], 7, 0).await;
        assert!(postpone_job(&world.db, id(1), id(7), "no luck", after(30)).await.unwrap());
        assert!(claimed(&world, &[("a", 9)], 7, 29).await.is_empty());
        assert_eq!(claim(&world, &[("a", 9)], 7, 30).await[0].attempts, 2);
        assert_eq!(release_jobs(&world.db, vec![id(1)], id(7), after(31)).await.unwrap(), 1);
        assert_eq!(claim(&world, &[("a", 9)], 8, 31).await[0].attempts, 2, "{}", world.backend());
        assert!(bury_job(&world.db, id(1), id(8), "never", after(32)).await.unwrap());
        assert!(claimed(&world, &[("a", 9)], 8, 1000).await.is_empty());
        let dead = dead_jobs(&world.db, (after(1000), id(0)), 10).await.unwrap();
        assert_eq!((dead.len(), dead[0].id, dead[0].error.as_deref()), (1, id(1), Some("never")));
        assert!(dead_jobs(&world.db, (dead[0].dead_at.unwrap(), id(1)), 10).await.unwrap().is_empty());
        // Its key is free again, and while another job has it, this one stays dead.
        add(&world, vec![job(2, "a", Some("k"), now())]).await;
        let revive = async || {
            let tx = world.begin().await;
            let revived = revive_jobs(&tx, vec![id(1), id(2)], after(40)).await.unwrap();
            tx.commit().await.unwrap();
            revived
        };
        assert_eq!(revive().await, 0);
        claim(&world, &[("a", 9)], 8, 40).await;
        assert!(finish(&world, 2, 8).await);
        assert_eq!(revive().await, 1);
        let risen = claim(&world, &[("a", 9)], 8, 40).await;
        assert_eq!((risen[0].id, risen[0].attempts), (id(1), 1));
    }
}

#[tokio::test]
async fn of_a_key_there_is_one_job_which_runs_again_where_it_was_running() {
    for world in each().await {
        let same = |number, seconds| job(number, "a", Some("k"), after(seconds));
        add(
            &world,
            vec![same(1, 50), same(2, 20), job(3, "a", Some("other"), after(99)), job(4, "b", Some("k"), now())],
        )
        .await;
        assert_eq!(world.count("SELECT count(*) FROM jobs").await, 3, "{}", world.backend());
        add(&world, vec![same(5, 10)]).await;
        add(&world, vec![same(6, 30)]).await;
        let taken = claim(&world, &[("a", 9)], 7, 10).await;
        assert_eq!(taken.iter().map(|job| job.id).collect::<Vec<_>>(), [id(2)], "the earliest of them counts");
        add(&world, vec![same(7, 5), same(8, 6)]).await;
        assert!(claimed(&world, &[("a", 9)], 8, 11).await.is_empty(), "not beside itself");
        assert!(finish(&world, 2, 7).await);
        let again = claim(&world, &[("a", 9)], 7, 11).await;
        assert_eq!((again.len(), again[0].id, again[0].attempts), (1, id(2), 1));
        assert!(finish(&world, 2, 7).await);
        assert_eq!(world.count("SELECT count(*) FROM jobs WHERE name = 'a'").await, 1);
    }
}

#[tokio::test]
async fn effects_and_end_are_one_transaction() {
    for world in each().await {
        add(&world, vec![job(1, "a", None, now())]).await;
        claim(&world, &[("a", 9)], 7, 0).await;
        let tx = world.begin().await;
        tx.publish(crate::support::event(1, 1, "done"));
        assert!(finish_job(&tx, id(1), id(7), now()).await.unwrap());
        drop(tx);
        let mut taken = Vec::new();
        // The server undoes it a moment later; until then the row is somebody's.
        for _ in 0..500 {
            taken = claim(&world, &[("a", 9)], 8, 60).await;
            if !taken.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(taken.len(), 1, "{}: nothing of it happened", world.backend());
        assert_eq!(world.count("SELECT count(*) FROM outbox").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_time_of_a_schedule_is_one_job() {
    for world in each().await {
        plan_schedules(&world.db, &["a", "b"], now()).await.unwrap();
        plan_schedules(&world.db, &["a", "b"], after(5)).await.unwrap();
        assert_eq!(next_schedule_due(&world.db, &["a", "b", "x"]).await.unwrap(), Some(crate::support::micros(now())));
        assert_eq!(next_schedule_due(&world.db, &["x"]).await.unwrap(), None);
        let take = |seconds: i64| {
            let db = world.db.clone();
            async move {
                let tx = db.begin_write().await.unwrap();
                let then = |name, period| Schedule { name, then_at: after(seconds + period) };
                let schedules = [then("a", 10), then("b", 30)];
                let taken = take_due_schedules(&tx, &schedules, after(seconds)).await.unwrap();
                tx.commit().await.unwrap();
                taken
            }
        };
        for (seconds, expected) in [(0, vec!["a", "b"]), (9, vec![]), (10, vec!["a"]), (45, vec!["a", "b"])] {
            let mut taken = Vec::new();
            for runner in (0..8).map(|_| tokio::spawn(take(seconds))).collect::<Vec<_>>() {
                taken.extend(runner.await.unwrap());
            }
            taken.sort();
            assert_eq!(taken, expected, "{} at {seconds} s", world.backend());
        }
    }
}

#[tokio::test]
async fn two_of_a_key_cannot_rise_at_once() {
    for world in each().await {
        for number in [1, 2] {
            add(&world, vec![job(number, "a", Some("k"), now())]).await;
            claim(&world, &[("a", 9)], 7, 0).await;
            assert!(bury_job(&world.db, id(number), id(7), "never", now()).await.unwrap());
        }
        let tx = world.begin().await;
        let both = revive_jobs(&tx, vec![id(1), id(2)], now()).await;
        assert!(matches!(both, Err(DbError::Constraint(_))), "{}: {both:?}", world.backend());
    }
}
