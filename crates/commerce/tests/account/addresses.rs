//! The address book.
use crate::world::{self, World, codes, later, now, random};
use std::sync::Arc;
use tradewind_commerce::account::{
    Moment, Outcome,
    address_book::{self, Code, Defaults, Entry},
};
use tradewind_domain::address::AddressInput;
use tradewind_persistence::read::address::{AddressRow, addresses_by_customers};
use uuid::Uuid;

const NONE: Defaults = Defaults { shipping: false, billing: false };

pub(crate) fn input(city: &str) -> AddressInput {
    AddressInput {
        first_name: "Jo".into(),
        last_name: "Doe".into(),
        line1: "Main Street 1".into(),
        city: city.into(),
        postal_code: "10115".into(),
        country: "de".into(),
        phone: "+49 30 123456".into(),
        ..AddressInput::default()
    }
}

pub(crate) async fn add(world: &World, customer: Uuid, city: &str, defaults: Defaults) -> Outcome<Entry, Code> {
    let mut random = random();
    let moment = &mut Moment::new(now(), &mut random);
    let (accounts, input) = (&world.accounts, input(city));
    world.commit(async |tx| address_book::add(accounts, tx, customer, &input, defaults, moment).await).await
}

async fn book(world: &World, customer: Uuid) -> Vec<AddressRow> {
    addresses_by_customers(world.db(), vec![customer]).await.unwrap().remove(&customer).unwrap_or_default()
}

/// City, default of shipping, default of billing.
async fn cities(world: &World, customer: Uuid) -> Vec<(String, bool, bool)> {
    let told = |row: AddressRow| (row.city, row.is_default_shipping, row.is_default_billing);
    let mut cities: Vec<_> = book(world, customer).await.into_iter().map(told).collect();
    cities.sort();
    cities
}

fn is(city: &str, shipping: bool, billing: bool) -> (String, bool, bool) {
    (city.to_owned(), shipping, billing)
}

#[tokio::test]
async fn a_book_has_one_default_of_each_kind() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let first = add(&world, id, "Berlin", NONE).await.unwrap().address_id;
        assert_eq!(cities(&world, id).await, [is("Berlin", true, true)], "{}: the first is both", world.on());
        let shipping = Defaults { shipping: true, billing: false };
        let second = add(&world, id, "Hamburg", shipping).await.unwrap().address_id;
        add(&world, id, "Köln", NONE).await.unwrap();
        let expected = [is("Berlin", false, true), is("Hamburg", true, false), is("Köln", false, false)];
        assert_eq!(cities(&world, id).await, expected, "{}", world.on());
        let mut random = random();
        let moment = &mut Moment::new(later(1), &mut random);
        let both = Defaults { shipping: true, billing: true };
        world.commit(async |tx| address_book::set_defaults(tx, id, second, both, moment).await).await.unwrap();
        world.commit(async |tx| address_book::set_defaults(tx, id, second, both, moment).await).await.unwrap();
        let changed = input("Bremen");
        world.commit(async |tx| address_book::change(tx, id, second, &changed, NONE, moment).await).await.unwrap();
        let expected = [is("Berlin", false, false), is("Bremen", true, true), is("Köln", false, false)];
        assert_eq!(cities(&world, id).await, expected, "{}", world.on());
        world.commit(async |tx| address_book::remove(tx, id, second).await).await.unwrap();
        let expected = [is("Berlin", false, false), is("Köln", false, false)];
        assert_eq!(cities(&world, id).await, expected, "{}: nobody inherits", world.on());
        let gone = world.commit(async |tx| address_book::remove(tx, id, second).await).await;
        assert_eq!(codes(gone), ["NOT_FOUND"]);
        let row = book(&world, id).await.into_iter().find(|row| row.id == first).unwrap();
        assert_eq!((row.country.as_str(), row.phone.as_deref()), ("DE", Some("+4930123456")));
    }
}

#[tokio::test]
async fn what_post_cannot_deliver_is_refused_field_by_field() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let mut random = random();
        let moment = &mut Moment::new(now(), &mut random);
        let accounts = &world.accounts;
        let wrong = AddressInput { country: "DE".into(), postal_code: "1".into(), phone: "1".into(), ..input("") };
        let refused =
            world.commit(async |tx| address_book::add(accounts, tx, id, &wrong, NONE, moment).await).await.unwrap_err();
        let mut told: Vec<_> = refused.iter().map(|one| (one.field.clone().unwrap(), one.code)).collect();
        told.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = [
            ("city".to_owned(), Code::Required),
            ("phone".to_owned(), Code::InvalidPhone),
            ("postalCode".to_owned(), Code::InvalidPostalCode),
        ];
        assert_eq!(told, expected, "{}", world.on());
    }
}

#[tokio::test]
async fn nobody_touches_the_book_of_another() {
    for world in world::each().await {
        let id = world.customer("jo@shop.example").await;
        let stranger = world.customer("other@shop.example").await;
        let address = add(&world, id, "Berlin", NONE).await.unwrap().address_id;
        let mut random = random();
        let moment = &mut Moment::new(now(), &mut random);
        let both = Defaults { shipping: true, billing: true };
        let new = input("Elsewhere");
        let refused = [
            world.commit(async |tx| address_book::change(tx, stranger, address, &new, both, moment).await).await,
            world.commit(async |tx| address_book::set_defaults(tx, stranger, address, both, moment).await).await,
            world.commit(async |tx| address_book::remove(tx, stranger, address).await).await,
        ];
        for one in refused {
            assert_eq!(codes(one), ["NOT_FOUND"], "{}", world.on());
        }
        assert_eq!(cities(&world, id).await, [is("Berlin", true, true)], "{}", world.on());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_book_is_bounded_and_has_one_default_however_many_add_at_once() {
    for mut world in world::each().await {
        world.accounts.config.addresses = 5;
        let id = world.customer("jo@shop.example").await;
        let world = Arc::new(world);
        let both = Defaults { shipping: true, billing: true };
        let adds: Vec<_> = (0..10)
            .map(|number| {
                let world = Arc::clone(&world);
                tokio::spawn(async move { add(&world, id, &format!("City {number}"), both).await })
            })
            .collect();
        let mut full = 0;
        for add in adds {
            full += usize::from(add.await.unwrap().is_err_and(|refused| refused[0].code == Code::TooManyAddresses));
        }
        let book = book(&world, id).await;
        assert_eq!((book.len(), full), (5, 5), "{}", world.on());
        let defaults = |of: fn(&AddressRow) -> bool| book.iter().filter(|row| of(row)).count();
        let counts = (defaults(|row| row.is_default_shipping), defaults(|row| row.is_default_billing));
        assert_eq!(counts, (1, 1), "{}", world.on());
    }
}
