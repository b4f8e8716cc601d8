use crate::shop::id;
use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use tradewind_domain::checkout::*;
use tradewind_domain::payment::{Payment, PaymentEvent, PaymentStage};

const DUE: i64 = 1_000;

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
}

fn paid(number: u128, event: PaymentEvent) -> Payment {
    Payment::new(id(number), 2 * DUE).apply(event).unwrap()
}

#[test]
fn a_late_success_is_given_back() {
    let (held, authorised, captured) = (
        CheckoutState::Held { expires_at: at(10) },
        paid(1, PaymentEvent::Authorised { amount: DUE }),
        paid(1, PaymentEvent::Captured { amount: DUE }),
    );
    let decide = |checkout, payment, now| on_payment(checkout, payment, DUE, at(now)).decision;
    assert_eq!(decide(held, authorised, 9), Decision::Complete);
    assert_eq!(decide(held, authorised, 10), Decision::Void(ReturnReason::HoldExpired));
    assert_eq!(decide(held, captured, 10), Decision::Refund(ReturnReason::HoldExpired));
    assert_eq!(decide(CheckoutState::Cancelled, captured, 0), Decision::Refund(ReturnReason::Cancelled));
    assert_eq!(decide(CheckoutState::Open, authorised, 0), Decision::Void(ReturnReason::NotHeld));
    let completed = CheckoutState::Completed { payment_id: Some(id(1)) };
    assert_eq!(decide(completed, captured, 99), Decision::Ignore);
    let second = paid(2, PaymentEvent::Captured { amount: DUE });
    assert_eq!(decide(completed, second, 5), Decision::Refund(ReturnReason::AlreadyCompleted));
    let less = paid(1, PaymentEvent::Captured { amount: DUE - 1 });
    assert_eq!(decide(held, less, 5), Decision::Refund(ReturnReason::WrongAmount));
}

#[test]
fn what_was_given_up_never_pays() {
    let authorised = paid(1, PaymentEvent::Authorised { amount: DUE });
    let verdict = on_payment(CheckoutState::Open, authorised, DUE, at(0));
    // The shopper comes back to pay, and the void has not reached the gateway: its old news must not make an order.
    let held = CheckoutState::Held { expires_at: at(10) };
    let again = on_payment(held, verdict.payment.apply(PaymentEvent::Authorised { amount: DUE }).unwrap(), DUE, at(1));
    assert_eq!((again.decision, again.checkout), (Decision::Void(ReturnReason::GivenUp), held));
}

#[test]
fn a_declined_payment_lets_the_shopper_change_something() {
    let paying = CheckoutState::Paying { expires_at: at(10) };
    assert!(matches!(paying.transition(CheckoutEvent::Release, at(0)), Err(CheckoutError::IllegalTransition { .. })));
    let verdict = on_payment(paying, paid(1, PaymentEvent::Failed), DUE, at(1));
    assert_eq!(verdict.checkout, CheckoutState::Held { expires_at: at(10) });
    assert_eq!(verdict.checkout.transition(CheckoutEvent::Release, at(2)), Ok(CheckoutState::Open));
}

#[test]
fn only_what_is_free_completes_without_payment() {
    let held = CheckoutState::Held { expires_at: at(10) };
    let complete = |due, now| held.transition(CheckoutEvent::CompleteWithoutPayment { due }, at(now));
    assert_eq!(complete(0, 9), Ok(CheckoutState::Completed { payment_id: None }));
    assert_eq!(complete(1, 9), Err(CheckoutError::PaymentRequired(1)));
    assert_eq!(complete(0, 10), Err(CheckoutError::HoldExpired(at(10))));
    assert_eq!(held.transition(CheckoutEvent::Expire, at(9)), Err(CheckoutError::HoldAlive(at(10))));
}

/// What the shop, the shopper and the gateway do.
#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(i64),
    Checkout(CheckoutEvent),
    /// The shopper's bank says yes or no to payment `.0`.
    Answer(usize, PaymentEvent),
    /// The shop hears of payment `.0` what was true `.1` events ago; it crashes before it does what it decided, if `.2`.
    Hear(usize, usize, bool),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let checkout = prop_oneof![
        4 => (1..20i64).prop_map(|seconds| CheckoutEvent::Hold { expires_at: at(seconds) }),
        4 => Just(CheckoutEvent::Pay),
        1 => Just(CheckoutEvent::Release),
        1 => Just(CheckoutEvent::CompleteWithoutPayment { due: DUE }),
        1 => Just(CheckoutEvent::Expire),
        1 => Just(CheckoutEvent::Cancel),
    ];
    let amount = prop_oneof![4 => Just(DUE), 1 => 1..DUE];
    let answer = prop_oneof![
        Just(PaymentEvent::ActionRequired),
        Just(PaymentEvent::Failed),
        amount.clone().prop_map(|amount| PaymentEvent::Authorised { amount }),
        amount.prop_map(|amount| PaymentEvent::Captured { amount }),
    ];
    let step = prop_oneof![
        (0..4i64).prop_map(Step::Wait),
        checkout.prop_map(Step::Checkout),
        (0..3usize, answer).prop_map(|(payment, event)| Step::Answer(payment, event)),
        (0..3usize, 0..3usize, any::<bool>()).prop_map(|(payment, ago, crash)| Step::Hear(payment, ago, crash)),
    ];
    prop::collection::vec(step, 1..40)
}

/// A shop with one checkout, and a gateway that knows the truth about three payments.
struct World {
    now: i64,
    checkout: CheckoutState,
    known: [Payment; 3],
    truth: [Payment; 3],
    told: [Vec<PaymentEvent>; 3],
    orders: usize,
}

impl World {
    fn new() -> Self {
        let payments = [1, 2, 3].map(|number| Payment::new(id(number), DUE));
        let told = [vec![], vec![], vec![]];
        Self { now: 0, checkout: CheckoutState::Open, known: payments, truth: payments, told, orders: 0 }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Wait(seconds) => self.now += seconds,
            Step::Checkout(event) => {
                self.checkout = self.checkout.transition(event, at(self.now)).unwrap_or(self.checkout)
            }
            // The bank decides once; what is held is captured by the shop only.
            Step::Answer(payment, event) if self.truth[payment].authorised == 0 => self.happen(payment, event),
            Step::Answer(..) => {}
            Step::Hear(payment, ago, crash) => {
                if let Some(event) = self.told[payment].iter().rev().nth(ago).copied() {
                    self.hear(payment, event, crash);
                }
            }
        }
    }

    /// A gateway contradicts itself never: what cannot be does not happen.
    fn happen(&mut self, payment: usize, event: PaymentEvent) {
        let Ok(next) = self.truth[payment].apply(event) else { return };
        if next != self.truth[payment] {
            self.truth[payment] = next;
            self.told[payment].push(event);
        }
    }

    fn hear(&mut self, payment: usize, event: PaymentEvent, crash: bool) {
        let Ok(heard) = self.known[payment].apply(event) else { return };
        let verdict = on_payment(self.checkout, heard, DUE, at(self.now));
        if verdict.decision == Decision::Complete {
            assert!(self.checkout.holds_stock() && self.expiry() > self.now, "completed with a dead hold");
            self.orders += 1;
        }
        (self.checkout, self.known[payment]) = (verdict.checkout, verdict.payment);
        if !crash {
            self.carry_out(payment, verdict.decision);
        }
    }

    fn expiry(&self) -> i64 {
        match self.checkout {
            CheckoutState::Held { expires_at } | CheckoutState::Paying { expires_at } => expires_at.timestamp(),
            _ => i64::MIN,
        }
    }

    fn carry_out(&mut self, payment: usize, decision: Decision) {
        let captured = self.truth[payment].captured;
        match decision {
            Decision::Complete if self.truth[payment].held() > 0 => {
                self.happen(payment, PaymentEvent::Captured { amount: DUE })
            }
            Decision::Void(_) => self.happen(payment, PaymentEvent::Voided),
            Decision::Refund(_) => self.happen(payment, PaymentEvent::Refunded { captured, refunded: captured }),
            _ => {}
        }
    }

    /// What the sweeper does after everything has calmed down: it asks the gateway for all that it has told.
    fn sweep(&mut self) {
        self.now += 100;
        self.step(Step::Checkout(CheckoutEvent::Expire));
        for _ in 0..3 {
            for payment in 0..3 {
                for event in self.told[payment].clone() {
                    self.hear(payment, event, false);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn never_paid_without_an_order_never_two_orders_never_two_charges(steps in steps()) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.sweep();
        let paid_by = match world.checkout {
            CheckoutState::Completed { payment_id } => payment_id,
            _ => None,
        };
        prop_assert!(world.orders <= 1);
        prop_assert_eq!(world.orders == 1, paid_by.is_some());
        for (number, payment) in (1..).zip(&world.truth) {
            if paid_by == Some(id(number)) {
                prop_assert_eq!(payment.held() + payment.refundable(), DUE, "an order that is not paid");
            } else {
                prop_assert_eq!(payment.held() + payment.refundable(), 0, "money without an order");
            }
            prop_assert!(payment.stage != PaymentStage::Authorised || paid_by == Some(id(number)));
        }
    }
}
