//! Which moves are legal, and what they change.
use super::{
    Fulfilment, FulfilmentStage, IllegalTransition, OrderEvent, OrderRefusal, OrderStage, OrderState, PaymentTerms,
    Return, ReturnStage, Units,
};
use std::collections::btree_map::Entry;
use uuid::Uuid;

type Move = Result<(), OrderRefusal>;

impl OrderState {
    /// The order after an event.
    ///
    /// What it makes sure of, whatever the events: `refunded <= captured`, `captured + authorised <= total`; of each line
    /// `cancelled + fulfilled <= ordered`, returns are of units that were handed over, refunds of units that were handed
    /// over or cancelled; and a cancelled order has handed nothing over and keeps no money.
    pub fn transition(&self, event: &OrderEvent) -> Result<Self, IllegalTransition> {
        let mut next = self.clone();
        match next.apply(event) {
            Ok(()) => Ok(next),
            Err(reason) => Err(IllegalTransition { statuses: self.statuses(), event: event.kind(), reason }),
        }
    }

    fn apply(&mut self, event: &OrderEvent) -> Move {
        match event {
            OrderEvent::Authorised { amount } => self.authorise(*amount),
            OrderEvent::Voided { amount } => self.void(*amount),
            OrderEvent::Captured { amount, held } => self.capture(*amount, *held),
            OrderEvent::Refunded { amount, units } => self.refund(*amount, units),
            OrderEvent::Fulfilled { fulfilment_id, units } => self.fulfil(*fulfilment_id, units),
            OrderEvent::FulfilmentDelivered { fulfilment_id } => {
                self.end_fulfilment(*fulfilment_id, FulfilmentStage::Delivered)
            }
            OrderEvent::FulfilmentCancelled { fulfilment_id } => {
                self.end_fulfilment(*fulfilment_id, FulfilmentStage::Cancelled)
            }
            OrderEvent::UnitsCancelled { units } => self.cancel_units(units),
            OrderEvent::CancellationRequested => self.request_cancellation(),
            OrderEvent::Cancelled => self.cancel(),
            OrderEvent::ReturnRequested { return_id, units } => self.request_return(*return_id, units),
            OrderEvent::ReturnApproved { return_id } => self.move_return(*return_id, ReturnStage::Approved),
            OrderEvent::ReturnDeclined { return_id } => self.move_return(*return_id, ReturnStage::Declined),
            OrderEvent::ReturnReceived { return_id } => self.move_return(*return_id, ReturnStage::Received),
            OrderEvent::ReturnCancelled { return_id } => self.move_return(*return_id, ReturnStage::Cancelled),
        }
    }

    fn needs(&self, needed: OrderStage) -> Move {
        if self.stage == needed { Ok(()) } else { Err(OrderRefusal::WrongStatus { needed }) }
    }

    /// Money that arrives is a fact, also while the order is being cancelled: it then goes back.
    fn takes_money(&self) -> Move {
        if self.stage == OrderStage::Cancelled { self.needs(OrderStage::Placed) } else { Ok(()) }
    }

    fn authorise(&mut self, amount: i64) -> Move {
        self.takes_money()?;
        within(amount, self.total - self.captured - self.authorised)?;
        self.authorised += amount;
        Ok(())
    }

    fn void(&mut self, amount: i64) -> Move {
        within(amount, self.authorised)?;
        self.authorised -= amount;
        Ok(())
    }

    fn capture(&mut self, amount: i64, held: i64) -> Move {
        self.takes_money()?;
        if !(0..=self.authorised).contains(&held) {
            return Err(OrderRefusal::InvalidAmount { amount: held, most: self.authorised });
        }
        let authorised = self.authorised - held;
        within(amount, self.total - self.captured - authorised)?;
        self.captured += amount;
        self.authorised = authorised;
        Ok(())
    }

    fn refund(&mut self, amount: i64, units: &Units) -> Move {
        within(amount, self.refundable())?;
        if !units.is_empty() {
            self.admit(units, Self::unrefunded)?;
        }
        for (line_id, count) in units {
            self.lines.entry(*line_id).and_modify(|line| line.refunded += count);
        }
        self.refunded += amount;
        Ok(())
    }

    /// Units that were handed over or cancelled, and whose price was not given back.
    fn unrefunded(&self, line_id: Uuid) -> u32 {
        let settled = |cancelled| self.fulfilled(line_id).saturating_add(cancelled);
        self.lines.get(&line_id).map_or(0, |line| settled(line.cancelled).saturating_sub(line.refunded))
    }

    fn fulfil(&mut self, fulfilment_id: Uuid, units: &Units) -> Move {
        self.needs(OrderStage::Placed)?;
        let missing = self.total - self.captured - self.authorised;
        if self.terms == PaymentTerms::Prepaid && missing > 0 {
            return Err(OrderRefusal::NotPaid { missing });
        }
        if self.captured > 0 && self.refundable() == 0 && self.authorised == 0 {
            return Err(OrderRefusal::AllRefunded);
        }
        self.admit(units, Self::open)?;
        match self.fulfilments.entry(fulfilment_id) {
            Entry::Occupied(_) => Err(OrderRefusal::AlreadyExists(fulfilment_id)),
            Entry::Vacant(place) => {
                place.insert(Fulfilment { units: units.clone(), stage: FulfilmentStage::Shipped });
                Ok(())
            }
        }
    }

    fn end_fulfilment(&mut self, fulfilment_id: Uuid, stage: FulfilmentStage) -> Move {
        let fulfilment =
            self.fulfilments.get_mut(&fulfilment_id).ok_or(OrderRefusal::UnknownFulfilment(fulfilment_id))?;
        if fulfilment.stage != FulfilmentStage::Shipped {
            return Err(OrderRefusal::FulfilmentIs(fulfilment.stage));
        }
        fulfilment.stage = stage;
        // Called back are only units that nobody sends back, and whose price was not given back.
        let units: Vec<(Uuid, u32)> = fulfilment.units.iter().map(|(id, units)| (*id, *units)).collect();
        for (line_id, wanted) in units {
            let (fulfilled, returns) = (self.fulfilled(line_id), self.in_returns(line_id));
            let refunded = self.lines.get(&line_id).map_or(0, |line| line.refunded.saturating_sub(line.cancelled));
            let needed = returns.max(refunded);
            if fulfilled < needed {
                let possible = wanted.saturating_sub(needed - fulfilled);
                return Err(OrderRefusal::TooManyUnits { line_id, wanted, possible });
            }
        }
        Ok(())
    }

    fn cancel_units(&mut self, units: &Units) -> Move {
        self.needs(OrderStage::Placed)?;
        self.admit(units, Self::open)?;
        for (line_id, count) in units {
            self.lines.entry(*line_id).and_modify(|line| line.cancelled += count);
        }
        match self.over_lines(Self::open) + self.over_lines(Self::fulfilled) {
            0 => Err(OrderRefusal::LastUnits),
            _ => Ok(()),
        }
    }

    fn request_cancellation(&mut self) -> Move {
        self.needs(OrderStage::Placed)?;
        match self.over_lines(Self::fulfilled) {
            0 => {}
            units => return Err(OrderRefusal::HandedOver { units }),
        }
        for line in self.lines.values_mut() {
            line.cancelled = line.ordered;
        }
        self.stage = OrderStage::Cancelling;
        Ok(())
    }

    fn cancel(&mut self) -> Move {
        self.needs(OrderStage::Cancelling)?;
        let (authorised, captured) = (self.authorised, self.refundable());
        if authorised != 0 || captured != 0 {
            return Err(OrderRefusal::MoneyOutstanding { authorised, captured });
        }
        self.stage = OrderStage::Cancelled;
        Ok(())
    }

    fn request_return(&mut self, return_id: Uuid, units: &Units) -> Move {
        self.admit(units, |order, line_id| order.fulfilled(line_id).saturating_sub(order.in_returns(line_id)))?;
        match self.returns.entry(return_id) {
            Entry::Occupied(_) => Err(OrderRefusal::AlreadyExists(return_id)),
            Entry::Vacant(place) => {
                place.insert(Return { units: units.clone(), stage: ReturnStage::Requested });
                Ok(())
            }
        }
    }

    fn move_return(&mut self, return_id: Uuid, stage: ReturnStage) -> Move {
        let back = self.returns.get_mut(&return_id).ok_or(OrderRefusal::UnknownReturn(return_id))?;
        let legal = match stage {
            ReturnStage::Approved | ReturnStage::Declined => back.stage == ReturnStage::Requested,
            ReturnStage::Received => back.stage == ReturnStage::Approved,
            ReturnStage::Cancelled => matches!(back.stage, ReturnStage::Requested | ReturnStage::Approved),
            ReturnStage::Requested => false,
        };
        if !legal {
            return Err(OrderRefusal::ReturnIs(back.stage));
        }
        back.stage = stage;
        Ok(())
    }
}

fn within(amount: i64, most: i64) -> Move {
    if (1..=most).contains(&amount) { Ok(()) } else { Err(OrderRefusal::InvalidAmount { amount, most: most.max(0) }) }
}
