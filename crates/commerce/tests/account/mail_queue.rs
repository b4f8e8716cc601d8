//! Mails survive crashes of those who send them.
use crate::world::{self, World, later, now, random};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{FutureExt, future::BoxFuture};
use parking_lot::Mutex;
use std::{collections::BTreeMap, sync::Arc};
use tradewind_commerce::{
    account::Moment,
    mail::{FolderMailer, MailError, MailMessage, Mailer, Sender, Sent, enqueue_mail, send_due_mails},
};
use uuid::Uuid;

fn mail(number: usize) -> MailMessage {
    MailMessage {
        to: format!("jo-{number}@shop.example"),
        subject: format!("Mail {number}"),
        text: "Hello,\n\nthis is it.\n".into(),
        html: "<p>Hello,</p><p>this is it.</p>".into(),
    }
}

async fn enqueue(world: &World, count: usize) -> Vec<Uuid> {
    let mut random = random();
    let moment = &mut Moment::new(now(), &mut random);
    let ids: Vec<Uuid> = (0..count).map(|_| moment.id()).collect();
    let tx = world.db().begin_write().await.unwrap();
    for (number, id) in ids.iter().enumerate() {
        enqueue_mail(&tx, *id, None, &mail(number), now()).await.unwrap();
    }
    tx.commit().await.unwrap();
    ids
}

/// Says of each mail what it is told to, and counts the attempts.
#[derive(Default)]
struct Fake {
    answers: BTreeMap<String, MailError>,
    taken: Mutex<Vec<Uuid>>,
}

impl Mailer for Fake {
    fn send<'a>(
        &'a self,
        id: Uuid,
        _: DateTime<Utc>,
        message: &'a MailMessage,
    ) -> BoxFuture<'a, Result<(), MailError>> {
        self.taken.lock().push(id);
        let answer = self.answers.get(&message.to).cloned().map_or(Ok(()), Err);
        async { answer }.boxed()
    }
}

async fn texts_left(world: &World) -> usize {
    world.test_db.texts("SELECT message FROM mail_queue WHERE message IS NOT NULL").await.len()
}

#[tokio::test]
async fn a_mail_is_there_with_its_commit_only() {
    for world in world::each().await {
        let mut random = random();
        let id = Moment::new(now(), &mut random).id();
        let tx = world.db().begin_write().await.unwrap();
        enqueue_mail(&tx, id, None, &mail(0), now()).await.unwrap();
        // About nobody: nothing is stored.
        enqueue_mail(&tx, Uuid::nil(), Some(Uuid::nil()), &mail(1), now()).await.unwrap();
        drop(tx);
        let fake = Fake::default();
        assert_eq!(send_due_mails(world.db(), &fake, later(1)).await.unwrap(), Sent::default(), "{}", world.on());
        let ids = enqueue(&world, 1).await;
        assert_eq!(send_due_mails(world.db(), &fake, now()).await.unwrap().sent, 1, "{}", world.on());
        assert_eq!(send_due_mails(world.db(), &fake, later(9999)).await.unwrap(), Sent::default());
        assert_eq!(*fake.taken.lock(), ids);
        assert_eq!(texts_left(&world).await, 0, "{}: its text goes", world.on());
    }
}

#[tokio::test]
async fn a_failure_is_tried_again_later_and_a_refusal_never() {
    for world in world::each().await {
        let mut fake = Fake::default();
        let temporary = MailError::Temporary("busy".into());
        fake.answers.insert("jo-0@shop.example".into(), temporary.clone());
        fake.answers.insert("jo-1@shop.example".into(), MailError::Permanent("no such mailbox".into()));
        let ids = enqueue(&world, 3).await;
        let first = send_due_mails(world.db(), &fake, now()).await.unwrap();
        assert_eq!(first, Sent { sent: 1, failed: 1, given_up: 1 }, "{}", world.on());
        assert_eq!(texts_left(&world).await, 1, "{}", world.on());
        // A minute later, and not before.
        assert_eq!(send_due_mails(world.db(), &fake, later(59)).await.unwrap(), Sent::default());
        assert_eq!(send_due_mails(world.db(), &fake, later(60)).await.unwrap(), Sent { failed: 1, ..Sent::default() });
        assert_eq!(send_due_mails(world.db(), &fake, later(179)).await.unwrap(), Sent::default());
        fake.answers.clear();
        assert_eq!(send_due_mails(world.db(), &fake, later(180)).await.unwrap(), Sent { sent: 1, ..Sent::default() });
        let count = fake.taken.lock().iter().filter(|id| **id == ids[0]).count();
        assert_eq!(count, 3, "{}", world.on());
    }
}

#[tokio::test]
async fn a_mail_that_always_fails_is_given_up() {
    for world in world::each().await {
        let mut fake = Fake::default();
        fake.answers.insert("jo-0@shop.example".into(), MailError::Temporary("busy".into()));
        enqueue(&world, 1).await;
        let (mut at, mut told) = (now(), Vec::new());
        for _ in 0..20 {
            told.push(send_due_mails(world.db(), &fake, at).await.unwrap());
            at += TimeDelta::hours(6);
        }
        let failed = told.iter().map(|sent| sent.failed).sum::<usize>();
        let given_up = told.iter().map(|sent| sent.given_up).sum::<usize>();
        assert_eq!((failed, given_up, texts_left(&world).await), (13, 1, 0), "{}", world.on());
    }
}

/// Never answers: the worker that waits is killed.
struct Silent;

impl Mailer for Silent {
    fn send<'a>(&'a self, _: Uuid, _: DateTime<Utc>, _: &'a MailMessage) -> BoxFuture<'a, Result<(), MailError>> {
        std::future::pending().boxed()
    }
}

#[tokio::test]
async fn what_a_dead_worker_had_claimed_is_sent_by_another() {
    for world in world::each().await {
        let mut ids = enqueue(&world, 3).await;
        ids.sort_unstable();
        let mut sending = Box::pin(send_due_mails(world.db(), &Silent, now()));
        // Until it has claimed them and waits for its mailer.
        loop {
            assert!((&mut sending).now_or_never().is_none());
            tokio::task::yield_now().await;
            let waiting = world.test_db.texts("SELECT CAST(attempts AS text) FROM mail_queue WHERE attempts = 0").await;
            if waiting.is_empty() {
                break;
            }
        }
        drop(sending);
        let fake = Fake::default();
        assert_eq!(send_due_mails(world.db(), &fake, later(15 * 60 - 1)).await.unwrap(), Sent::default());
        let sent = send_due_mails(world.db(), &fake, later(15 * 60)).await.unwrap();
        assert_eq!(sent.sent, 3, "{}", world.on());
        let mut taken = fake.taken.lock().clone();
        taken.sort_unstable();
        assert_eq!(taken, ids, "{}", world.on());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_workers_send_each_mail_once() {
    for world in world::each().await {
        let mut ids = enqueue(&world, 100).await;
        let fake = Arc::new(Fake::default());
        let workers: Vec<_> = (0..6)
            .map(|_| {
                let (db, fake) = (world.db().clone(), Arc::clone(&fake));
                tokio::spawn(async move { while send_due_mails(&db, &*fake, now()).await.unwrap().sent > 0 {} })
            })
            .collect();
        for worker in workers {
            worker.await.unwrap();
        }
        // One may have seen nothing while others held what was left.
        while send_due_mails(world.db(), &*fake, now()).await.unwrap().sent > 0 {}
        let mut taken = std::mem::take(&mut *fake.taken.lock());
        taken.sort_unstable();
        ids.sort_unstable();
        assert_eq!(taken, ids, "{}", world.on());
    }
}

#[tokio::test]
async fn mails_become_files_that_mail_programs_read() {
    let folder = tempfile::tempdir().unwrap();
    let sender = Sender::parse("Tea <tea@shop.example>").unwrap();
    let mailer = FolderMailer::new(folder.path().join("mail"), sender);
    let (id, message) = (Uuid::from_u128(5), mail(0));
    for _ in 0..2 {
        mailer.send(id, now(), &message).await.unwrap();
    }
    let files: Vec<_> =
        std::fs::read_dir(folder.path().join("mail")).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files, [folder.path().join(format!("mail/{id}.eml"))]);
    let text = std::fs::read_to_string(&files[0]).unwrap();
    for line in [
        "From: Tea <tea@shop.example>",
        "To: jo-0@shop.example",
        "Subject: Mail 0",
        "Date: Sun, 01 Mar 2026 12:00:00 +0000",
        "Message-ID: <00000000-0000-0000-0000-000000000005@shop.example>",
        "Auto-Submitted: auto-generated",
        "this is it.",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let unreadable = MailMessage { to: "nobody".into(), ..mail(0) };
    let refused = mailer.send(id, now(), &unreadable).await;
    assert!(matches!(refused, Err(MailError::Permanent(_))), "{refused:?}");
    let broken = Sender::parse("nobody").unwrap_err().to_string();
    assert!(broken.contains("Shop Name <mail@shop.example>"), "{broken}");
}
