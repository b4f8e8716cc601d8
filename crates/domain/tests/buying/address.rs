use proptest::prelude::*;
use tradewind_domain::address::{Address, AddressErrorCode, AddressField, AddressInput};
use tradewind_domain::address_format::AddressFormat;
use tradewind_domain::country::Country;
use tradewind_domain::email::Email;
use tradewind_domain::phone::Phone;

fn berlin() -> AddressInput {
    AddressInput {
        first_name: " Jo ".into(),
        last_name: "Doe".into(),
        line1: "Invalidenstr. 116".into(),
        city: "Berlin".into(),
        postal_code: "10115".into(),
        country: "de".into(),
        phone: "+49 30 123456".into(),
        ..AddressInput::default()
    }
}

fn codes(input: &AddressInput) -> Vec<(AddressField, AddressErrorCode)> {
    Address::check(input).map_or_else(|errors| errors.iter().map(|e| (e.field, e.code)).collect(), |_| vec![])
}

#[test]
fn a_good_address_is_trimmed() {
    let address = Address::check(&berlin()).unwrap();
    assert_eq!((address.first_name.as_str(), address.country.code()), ("Jo", "DE"));
    assert_eq!(address.phone, Phone::parse("+4930123456").ok());
}

#[test]
fn every_mistake_is_reported_at_once() {
    use AddressErrorCode::*;
    let input = AddressInput {
        last_name: String::new(),
        city: "x".repeat(101),
        line1: "a\nb".into(),
        postal_code: "1011".into(),
        phone: "12".into(),
        ..berlin()
    };
    let found = codes(&input);
    assert_eq!(found.len(), 5, "{found:?}");
    for expected in [
        (AddressField::LastName, Required),
        (AddressField::City, TooLong),
        (AddressField::Line1, InvalidCharacter),
        (AddressField::PostalCode, InvalidPostalCode),
        (AddressField::Phone, InvalidPhone),
    ] {
        assert!(found.contains(&expected), "{expected:?}");
    }
    let errors = Address::check(&input).unwrap_err();
    let postal = errors.iter().find(|error| error.field == AddressField::PostalCode).unwrap();
    assert_eq!(postal.to_string(), "postalCode: `1011` is not a postal code of Germany: write one such as 10115");
    assert_eq!(
        codes(&AddressInput { country: "Germany".into(), ..berlin() }),
        [(AddressField::Country, UnknownCountry)]
    );
}

#[test]
fn regions_of_some_countries_are_codes() {
    let us = |region: &str| AddressInput {
        region: region.into(),
        postal_code: "94103".into(),
        country: "US".into(),
        ..berlin()
    };
    for text in ["CA", "ca", "US-CA"] {
        assert_eq!(Address::check(&us(text)).unwrap().region, "CA");
    }
    assert_eq!(codes(&us("California")), [(AddressField::Region, AddressErrorCode::UnknownRegion)]);
    assert_eq!(codes(&us("")), [(AddressField::Region, AddressErrorCode::Required)]);
}

#[test]
fn a_company_needs_no_name_and_singapore_no_city() {
    let company = AddressInput { last_name: String::new(), company: "Acme".into(), ..berlin() };
    assert!(Address::check(&company).is_ok());
    let singapore =
        AddressInput { city: String::new(), postal_code: "018956".into(), country: "SG".into(), ..berlin() };
    assert!(Address::check(&singapore).is_ok());
}

/// What a form keeps of a checked address.
fn input(address: Address) -> AddressInput {
    AddressInput {
        first_name: address.first_name,
        last_name: address.last_name,
        company: address.company,
        line1: address.line1,
        line2: address.line2,
        city: address.city,
        region: address.region,
        postal_code: address.postal_code,
        country: address.country.code().to_owned(),
        phone: address.phone.map(String::from).unwrap_or_default(),
    }
}

proptest! {
    #[test]
    fn checking_again_changes_nothing(
        country in 0..Country::all().count(), texts in prop::collection::vec("\\PC{0,12}", 4), postal in "[a-zA-Z0-9 -]{0,8}",
    ) {
        let country = Country::all().nth(country).unwrap();
        let region = AddressFormat::of(country).regions.first().map_or(texts[0].clone(), |code| code.to_lowercase());
        let [first_name, last_name, line1, city] = texts.try_into().unwrap();
        let typed = AddressInput {
            first_name, last_name, line1, city, region, postal_code: postal, country: country.code().to_lowercase(),
            ..AddressInput::default()
        };
        if let Ok(address) = Address::check(&typed) {
            prop_assert_eq!(Address::check(&input(address.clone())), Ok(address));
        }
    }

    #[test]
    fn a_normalised_email_stays_as_it_is(text in "[a-zA-Z0-9.+_-]{1,20}@[a-zA-ZäöüßéÄ0-9.-]{1,30}|\\PC{0,40}") {
        if let Ok(email) = Email::parse(&text) {
            prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
            prop_assert!(email.as_str().is_ascii() && !email.as_str().contains(char::is_whitespace));
        }
    }

    #[test]
    fn a_normalised_phone_stays_as_it_is(text in "\\+?[0-9 ()./-]{0,24}|\\PC{0,20}") {
        if let Ok(phone) = Phone::parse(&text) {
            prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone));
        }
    }
}
