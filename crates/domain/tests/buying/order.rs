use crate::shop::id;
use proptest::prelude::*;
use tradewind_domain::order::*;
use tradewind_domain::payment::{Payment, PaymentEvent};
use tradewind_domain::refusal::Refusal;
use tradewind_domain::word::Word;

const TOTAL: i64 = 1_000;

fn units(pairs: &[(u128, u32)]) -> Units {
    pairs.iter().map(|(line, units)| (id(*line), *units)).collect()
}

/// Three units of line 1, two of line 2.
fn order() -> OrderState {
    OrderState::placed(TOTAL, PaymentTerms::Prepaid, &units(&[(1, 3), (2, 2)]))
}

fn after(events: &[OrderEvent]) -> Result<OrderState, IllegalTransition> {
    events.iter().try_fold(order(), |order, event| order.transition(event))
}

fn paid() -> OrderEvent {
    OrderEvent::Captured { amount: TOTAL, held: 0 }
}

fn fulfilled(number: u128, pairs: &[(u128, u32)]) -> OrderEvent {
    OrderEvent::Fulfilled { fulfilment_id: id(number), units: units(pairs) }
}

fn statuses(events: &[OrderEvent]) -> (String, &'static str) {
    let statuses = after(events).unwrap().statuses();
    (statuses.to_string(), statuses.returns.as_str())
}

#[test]
fn an_order_from_its_beginning_to_a_return() {
    use OrderEvent::*;
    let delivered = |number| FulfilmentDelivered { fulfilment_id: id(number) };
    let back = units(&[(1, 1)]);
    let story = [
        (Authorised { amount: TOTAL }, "placed, authorised, unfulfilled", "none"),
        (Captured { amount: 400, held: 400 }, "placed, partially_paid, unfulfilled", "none"),
        (fulfilled(1, &[(1, 2)]), "placed, partially_paid, partially_fulfilled", "none"),
        (Captured { amount: 600, held: 600 }, "placed, paid, partially_fulfilled", "none"),
        (delivered(1), "placed, paid, partially_fulfilled", "none"),
        (fulfilled(2, &[(1, 1), (2, 1)]), "placed, paid, partially_fulfilled", "none"),
        (UnitsCancelled { units: units(&[(2, 1)]) }, "placed, paid, fulfilled", "none"),
        (Refunded { amount: 100, units: units(&[(2, 1)]) }, "placed, partially_refunded, fulfilled", "none"),
        (delivered(2), "completed, partially_refunded, delivered", "none"),
        (
            ReturnRequested { return_id: id(9), units: back.clone() },
            "placed, partially_refunded, delivered",
            "requested",
        ),
        (ReturnApproved { return_id: id(9) }, "placed, partially_refunded, delivered", "approved"),
        (ReturnReceived { return_id: id(9) }, "completed, partially_refunded, delivered", "partially_returned"),
        (Refunded { amount: 900, units: back }, "completed, refunded, delivered", "partially_returned"),
    ];
    for end in 0..story.len() {
        let events: Vec<_> = story[..=end].iter().map(|(event, ..)| event.clone()).collect();
        let (_, expected, returns) = &story[end];
        assert_eq!(statuses(&events), ((*expected).to_owned(), *returns), "{:?}", events[end]);
    }
}

#[test]
fn a_cancelled_order_keeps_no_money() {
    use OrderEvent::*;
    let error = after(&[paid(), CancellationRequested, Cancelled]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "an order that is cancelling, paid, unfulfilled cannot be told `cancelled`: void 0 and refund 1000 minor units first"
    );
    let refund = Refunded { amount: TOTAL, units: units(&[(1, 3), (2, 2)]) };
    assert_eq!(statuses(&[paid(), CancellationRequested, refund, Cancelled]).0, "cancelled, refunded, unfulfilled");
    assert_eq!(statuses(&[CancellationRequested, Cancelled]).0, "cancelled, voided, unfulfilled");
    let late = [CancellationRequested, paid(), Refunded { amount: TOTAL, units: Units::new() }, Cancelled];
    assert_eq!(statuses(&late).0, "cancelled, refunded, unfulfilled", "a capture that was under way goes back");
}

#[test]
fn each_illegal_move_has_its_code() {
    use OrderErrorCode as Code;
    use OrderEvent::*;
    let refund = |amount, pairs: &[(u128, u32)]| Refunded { amount, units: units(pairs) };
    let ask = |pairs: &[(u128, u32)]| ReturnRequested { return_id: id(9), units: units(pairs) };
    let again = |pairs: &[(u128, u32)]| ReturnRequested { return_id: id(8), units: units(pairs) };
    let one = || fulfilled(1, &[(1, 1)]);
    let cases: Vec<(Vec<OrderEvent>, Code)> = vec![
        (vec![one()], Code::NotPaid),
        (vec![paid(), refund(TOTAL, &[]), one()], Code::NotPaid),
        (vec![paid(), paid()], Code::InvalidAmount),
        (vec![paid(), refund(TOTAL + 1, &[])], Code::InvalidAmount),
        (vec![paid(), refund(1, &[(1, 1)])], Code::TooManyUnits),
        (vec![paid(), fulfilled(1, &[(1, 4)])], Code::TooManyUnits),
        (vec![paid(), one(), fulfilled(2, &[(1, 3)])], Code::TooManyUnits),
        (vec![paid(), fulfilled(1, &[])], Code::NoUnits),
        (vec![paid(), fulfilled(1, &[(1, 0)])], Code::NoUnits),
        (vec![paid(), fulfilled(1, &[(7, 1)])], Code::LineNotFound),
        (vec![paid(), one(), one()], Code::AlreadyExists),
        (vec![paid(), one(), CancellationRequested], Code::HandedOver),
        (vec![CancellationRequested, Cancelled, paid()], Code::WrongStatus),
        (vec![Cancelled], Code::WrongStatus),
        (vec![UnitsCancelled { units: units(&[(1, 3), (2, 2)]) }], Code::LastUnits),
        (vec![FulfilmentDelivered { fulfilment_id: id(1) }], Code::FulfilmentNotFound),
        (
            vec![
                paid(),
                one(),
                FulfilmentDelivered { fulfilment_id: id(1) },
                FulfilmentCancelled { fulfilment_id: id(1) },
            ],
            Code::WrongStage,
        ),
        (vec![paid(), one(), ask(&[(1, 1)]), FulfilmentCancelled { fulfilment_id: id(1) }], Code::TooManyUnits),
        (vec![paid(), one(), refund(1, &[(1, 1)]), FulfilmentCancelled { fulfilment_id: id(1) }], Code::TooManyUnits),
        (vec![paid(), ask(&[(1, 1)])], Code::TooManyUnits),
        (vec![paid(), fulfilled(1, &[(1, 2)]), ask(&[(1, 1)]), again(&[(1, 2)])], Code::TooManyUnits),
        (vec![paid(), one(), ask(&[(1, 1)]), ReturnReceived { return_id: id(9) }], Code::WrongStage),
        (vec![ReturnApproved { return_id: id(9) }], Code::ReturnNotFound),
    ];
    for (events, code) in cases {
        let (last, before) = events.split_last().unwrap();
        let error = after(before).unwrap().transition(last).unwrap_err();
        assert_eq!((error.code(), error.event), (code, last.kind()), "{error}");
    }
}

#[test]
fn on_account_goods_leave_before_they_are_paid() {
    let order = OrderState { terms: PaymentTerms::OnAccount, ..order() };
    let order = order.transition(&fulfilled(1, &[(1, 3), (2, 2)])).unwrap();
    let order = order.transition(&OrderEvent::FulfilmentDelivered { fulfilment_id: id(1) }).unwrap();
    assert_eq!(order.statuses().to_string(), "placed, pending, delivered", "and are completed when they are paid");
    assert_eq!(order.transition(&paid()).unwrap().statuses().to_string(), "completed, paid, delivered");
}

#[test]
fn a_free_order_is_paid_from_the_beginning() {
    let order = OrderState { total: 0, ..order() };
    assert_eq!(order.statuses().to_string(), "placed, paid, unfulfilled");
    assert!(order.transition(&fulfilled(1, &[(1, 1)])).is_ok());
}

fn some_units() -> impl Strategy<Value = Units> {
    let likely = prop::collection::btree_map((1..3u128).prop_map(id), 1..3u32, 1..3);
    let any = prop::collection::btree_map((1..4u128).prop_map(id), 0..4u32, 0..3);
    prop_oneof![4 => likely, 1 => any]
}

fn number() -> impl Strategy<Value = uuid::Uuid> {
    (1..4u128).prop_map(id)
}

fn money() -> impl Strategy<Value = OrderEvent> {
    use OrderEvent::*;
    let amount = || prop_oneof![-5..1_100i64, Just(TOTAL), 1..300i64];
    prop_oneof![
        amount().prop_map(|amount| Authorised { amount }),
        amount().prop_map(|amount| Voided { amount }),
        (amount(), prop_oneof![Just(0), amount()]).prop_map(|(amount, held)| Captured { amount, held }),
        (amount(), some_units()).prop_map(|(amount, units)| Refunded { amount, units }),
    ]
}

fn goods() -> impl Strategy<Value = OrderEvent> {
    use OrderEvent::*;
    prop_oneof![
        3 => (number(), some_units()).prop_map(|(fulfilment_id, units)| Fulfilled { fulfilment_id, units }),
        2 => number().prop_map(|fulfilment_id| FulfilmentDelivered { fulfilment_id }),
        1 => number().prop_map(|fulfilment_id| FulfilmentCancelled { fulfilment_id }),
        1 => some_units().prop_map(|units| UnitsCancelled { units }),
        3 => (number(), some_units()).prop_map(|(return_id, units)| ReturnRequested { return_id, units }),
        1 => number().prop_map(|return_id| ReturnApproved { return_id }),
        1 => number().prop_map(|return_id| ReturnDeclined { return_id }),
        1 => number().prop_map(|return_id| ReturnReceived { return_id }),
        1 => number().prop_map(|return_id| ReturnCancelled { return_id }),
    ]
}

fn events() -> impl Strategy<Value = OrderEvent> {
    use OrderEvent::*;
    prop_oneof![8 => money(), 16 => goods(), 1 => Just(CancellationRequested), 1 => Just(Cancelled)]
}

/// An order of which nothing is paid, of which all is, or with terms.
fn beginnings() -> impl Strategy<Value = OrderState> {
    let on_account = OrderState { terms: PaymentTerms::OnAccount, ..order() };
    prop_oneof![Just(order()), Just(after(&[paid()]).unwrap()), Just(on_account)]
}

fn consistent(order: &OrderState) -> Result<(), TestCaseError> {
    prop_assert!(0 <= order.refunded && order.refunded <= order.captured);
    prop_assert!(0 <= order.authorised && order.captured + order.authorised <= order.total);
    let mut handed_over = 0;
    for (line_id, line) in &order.lines {
        let (fulfilled, returns) = (order.fulfilled(*line_id), order.in_returns(*line_id));
        prop_assert!(line.cancelled + fulfilled <= line.ordered);
        prop_assert_eq!(line.cancelled + fulfilled + order.open(*line_id), line.ordered);
        prop_assert!(order.delivered(*line_id) <= fulfilled);
        prop_assert!(order.returned(*line_id) <= returns && returns <= fulfilled);
        prop_assert!(line.refunded <= line.cancelled + fulfilled);
        handed_over += fulfilled;
    }
    let statuses = order.statuses();
    if order.stage != OrderStage::Placed {
        prop_assert_eq!(handed_over, 0);
        prop_assert!(order.lines.values().all(|line| line.cancelled == line.ordered));
    }
    if order.stage == OrderStage::Cancelled {
        prop_assert_eq!((order.authorised, order.refundable()), (0, 0));
    }
    if statuses.order == OrderStatus::Completed {
        prop_assert_eq!((statuses.fulfilment, order.outstanding()), (OrderFulfilmentStatus::Delivered, 0));
    }
    prop_assert_eq!(statuses.payment == OrderPaymentStatus::Refunded, order.captured > 0 && order.refundable() == 0);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_sequence_of_events_leads_to_a_contradiction(
        beginning in beginnings(), events in prop::collection::vec(events(), 1..30),
    ) {
        let mut order = beginning;
        for event in events {
            match order.transition(&event) {
                Ok(next) => {
                    prop_assert!(order.stage != OrderStage::Cancelled, "{event:?} after the end");
                    order = next;
                }
                Err(error) => prop_assert_eq!((error.statuses, error.event), (order.statuses(), event.kind())),
            }
            consistent(&order)?;
        }
    }

    #[test]
    fn the_money_of_an_order_is_that_of_its_payments(steps in prop::collection::vec((0..2usize, 0..4u8, 1..=500i64), 1..20)) {
        let mut order = OrderState::placed(TOTAL, PaymentTerms::Prepaid, &units(&[(1, 1)]));
        let mut payments = [1, 2].map(|number| Payment::new(id(number), TOTAL / 2));
        for (at, kind, amount) in steps {
            let captured = payments[at].captured;
            let event = match kind {
                0 => PaymentEvent::Authorised { amount },
                1 => PaymentEvent::Captured { amount },
                2 => PaymentEvent::Refunded { captured, refunded: amount },
                _ => PaymentEvent::Voided,
            };
            if let Ok(next) = payments[at].apply(event) {
                for event in OrderEvent::of_payment(&payments[at], &next) {
                    order = order.transition(&event).unwrap();
                }
                payments[at] = next;
            }
            let sum = |figure: fn(&Payment) -> i64| payments.iter().map(figure).sum::<i64>();
            prop_assert_eq!(order.authorised, sum(Payment::held));
            prop_assert_eq!((order.captured, order.refunded), (sum(|p| p.captured), sum(|p| p.refunded)));
        }
    }
}
