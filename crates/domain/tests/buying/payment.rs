use proptest::prelude::*;
use tradewind_domain::payment::{Payment, PaymentEvent, PaymentStatus};
use uuid::Uuid;

const ASKED: i64 = 1_000;

/// All that a gateway tells of one payment from its beginning to its end.
fn lives() -> impl Strategy<Value = Vec<PaymentEvent>> {
    use PaymentEvent::*;
    let begin = prop_oneof![Just(vec![]), Just(vec![ActionRequired]), Just(vec![ActionRequired, Failed])];
    let end = prop_oneof![
        Just(vec![Voided]),
        Just(vec![Captured { amount: ASKED }]),
        (1..=ASKED, 0..=1_000i64, 0..=1_000i64).prop_map(|(captured, first, second)| {
            let totals = [captured * first.min(second) / 1_000, captured * first.max(second) / 1_000];
            let refunds = totals.into_iter().filter(|total| *total > 0).map(|refunded| Refunded { captured, refunded });
            std::iter::once(Captured { amount: captured }).chain(refunds).collect()
        }),
    ];
    (begin, end).prop_map(|(begin, end)| [begin, vec![Authorised { amount: ASKED }], end].concat())
}

/// A life, and the same as it arrives: in any order, each event once or more.
fn arrivals() -> impl Strategy<Value = (Vec<PaymentEvent>, Vec<PaymentEvent>)> {
    (lives(), prop::collection::vec(1..3usize, 8)).prop_flat_map(|(life, copies)| {
        let all = life.iter().zip(copies).flat_map(|(event, copies)| std::iter::repeat_n(*event, copies));
        (Just(life.clone()), Just(all.collect::<Vec<_>>()).prop_shuffle())
    })
}

fn told(events: &[PaymentEvent]) -> Payment {
    events.iter().fold(Payment::new(Uuid::nil(), ASKED), |payment, event| payment.apply(*event).unwrap())
}

fn any_event() -> impl Strategy<Value = PaymentEvent> {
    use PaymentEvent::*;
    let amount = || -10..1_100i64;
    prop_oneof![
        Just(ActionRequired),
        Just(Failed),
        Just(Voided),
        amount().prop_map(|amount| Authorised { amount }),
        amount().prop_map(|amount| Captured { amount }),
        (amount(), amount()).prop_map(|(captured, refunded)| Refunded { captured, refunded }),
    ]
}

proptest! {
    #[test]
    fn neither_order_nor_repetition_matters((life, arrived) in arrivals()) {
        prop_assert_eq!(told(&arrived), told(&life));
    }

    #[test]
    fn no_sequence_gives_back_more_than_there_was(events in prop::collection::vec(any_event(), 0..20)) {
        let mut payment = Payment::new(Uuid::nil(), ASKED);
        for event in events {
            if let Ok(next) = payment.apply(event) {
                prop_assert_eq!(next.apply(event), Ok(next), "a repeated event changes nothing");
                prop_assert!(next.refunded >= payment.refunded && next.captured >= payment.captured);
                payment = next;
            }
            prop_assert!(0 <= payment.refunded && payment.refunded <= payment.captured);
            prop_assert!(payment.captured <= payment.authorised && payment.authorised <= ASKED);
            prop_assert!(payment.held() == 0 || payment.captured == 0);
            prop_assert_eq!(payment.status() == PaymentStatus::Refunded, payment.captured > 0 && payment.refundable() == 0);
        }
    }
}
