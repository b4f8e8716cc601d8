use super::{
    UNPAYABLE,
    books::{Books, Intent},
    method,
};
use std::collections::BTreeMap;

fn form(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn books(method: &str) -> Books {
    let mut books = Books::default();
    let create = form(&[("amount", "100"), ("capture_method", "manual"), ("metadata[payment_id]", "p")]);
    assert_eq!(books.create(&create).0, 200);
    let confirm = form(&[("payment_method", method)]);
    books.once("confirm", "1", |books| books.change("pi_1", "confirm", &confirm));
    books
}

fn first(books: &Books) -> Intent {
    books.intents().next().unwrap().clone()
}

#[test]
fn the_same_key_moves_money_once() {
    let mut books = books(method::APPROVE);
    let take = form(&[("amount_to_capture", "100")]);
    for expected in [true, false] {
        let (reply, is_new) = books.once("take", "2", |books| books.change("pi_1", "capture", &take));
        assert_eq!((reply.0, is_new), (200, expected));
    }
    assert_eq!(books.once("take", "3", |_| (200, serde_json::Value::Null)).0.0, 400, "another request");
    let part = form(&[("payment_intent", "pi_1"), ("amount", "60")]);
    assert_eq!(books.refund(&part).0.0, 200);
    assert_eq!(books.refund(&part).0.0, 400, "no more than was taken");
    assert_eq!((first(&books).kept(), first(&books).charges), (40, 1));
}

#[test]
fn what_was_dropped_is_never_paid() {
    let mut waiting = books(method::ACTION);
    assert_eq!(waiting.change("pi_1", "cancel", &form(&[])).0, 200);
    assert!(waiting.act("pi_1", true).is_none());
    let mut acted = books(method::ACTION);
    assert!(acted.act("pi_1", false).is_some());
    assert_eq!((first(&acted).held, acted.act("pi_1", false)), (100, None), "once");
    assert_eq!(first(&books(method::DECLINE)).charges, 0);
    let create = form(&[("amount", &UNPAYABLE.to_string()), ("capture_method", "manual")]);
    assert_eq!(Books::default().create(&create).0, 400);
}
