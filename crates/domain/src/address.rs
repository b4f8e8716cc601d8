//! Postal addresses.
use crate::address_format::{AddressFormat, fold_code};
use crate::country::Country;
use crate::phone::Phone;
use crate::refusal::{Refusal, shown};
use crate::word::words;
use crate::zone::Place;
use serde::{Deserialize, Serialize};

/// An address as somebody typed it; empty texts stand for what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AddressInput {
    pub first_name: String,
    pub last_name: String,
    pub company: String,
    pub line1: String,
    pub line2: String,
    pub city: String,
    pub region: String,
    pub postal_code: String,
    pub country: String,
    pub phone: String,
}

/// A checked address: trimmed, and with everything that post in its country needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// May be empty where there is a company.
    pub first_name: String,
    /// Never empty where there is no company.
    pub last_name: String,
    /// Empty for a private address.
    pub company: String,
    /// Street and number.
    pub line1: String,
    /// Flat, floor; may be empty.
    pub line2: String,
    /// Empty only where the country names no towns.
    pub city: String,
    /// State, province; the ISO 3166-2 code without the country where the country's codes are known (`CA`).
    pub region: String,
    /// Upper case.
    pub postal_code: String,
    /// Where it is.
    pub country: Country,
    /// For the carrier.
    pub phone: Option<Phone>,
}

/// A field of an address, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum AddressField {
    FirstName,
    LastName,
    Company,
    Line1,
    Line2,
    City,
    Region,
    PostalCode,
    Country,
    Phone,
}

impl AddressField {
    /// The name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstName => "firstName",
            Self::LastName => "lastName",
            Self::Company => "company",
            Self::Line1 => "line1",
            Self::Line2 => "line2",
            Self::City => "city",
            Self::Region => "region",
            Self::PostalCode => "postalCode",
            Self::Country => "country",
            Self::Phone => "phone",
        }
    }

    /// The most characters that the field takes; carriers' labels have no room for more.
    pub fn longest(self) -> usize {
        match self {
            Self::FirstName | Self::LastName | Self::Company | Self::City | Self::Region => 100,
            Self::Line1 | Self::Line2 => 200,
            Self::PostalCode => 16,
            Self::Country => 2,
            Self::Phone => 40,
        }
    }
}

words! {
    /// Why an address is not accepted.
    AddressErrorCode {
        /// The country's post needs the field, and it is empty.
        Required = "REQUIRED",
        /// The field has too many characters.
        TooLong = "TOO_LONG",
        /// The field has a line break or another control character.
        InvalidCharacter = "INVALID_CHARACTER",
        /// The country is not a code of ISO 3166-1.
        UnknownCountry = "UNKNOWN_COUNTRY",
        /// The postal code does not have the form of the country.
        InvalidPostalCode = "INVALID_POSTAL_CODE",
        /// The region is not one of the country's.
        UnknownRegion = "UNKNOWN_REGION",
        /// The telephone number is not international.
        InvalidPhone = "INVALID_PHONE",
    }
}

/// One thing that is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {message}", field.name())]
pub struct AddressError {
    /// Where.
    pub field: AddressField,
    /// What, for programs.
    pub code: AddressErrorCode,
    /// What, for people, with the value and the way out.
    pub message: String,
}

impl Refusal for AddressError {
    type Code = AddressErrorCode;
    fn code(&self) -> AddressErrorCode {
        self.code
    }
    fn field(&self) -> Option<&'static str> {
        Some(self.field.name())
    }
}

impl Address {
    /// Checks an address; every mistake is reported, because a form shows them all at once.
    pub fn check(input: &AddressInput) -> Result<Self, Vec<AddressError>> {
        let mut errors = Vec::new();
        let country = country(input, &mut errors);
        let mut text = |field: AddressField, value: &str| text(field, value, &mut errors);
        let [first_name, last_name] =
            [(AddressField::FirstName, &input.first_name), (AddressField::LastName, &input.last_name)]
                .map(|(f, v)| text(f, v));
        let [company, line1, line2] = [
            (AddressField::Company, &input.company),
            (AddressField::Line1, &input.line1),
            (AddressField::Line2, &input.line2),
        ]
        .map(|(field, value)| text(field, value));
        let city = text(AddressField::City, &input.city);
        let region = text(AddressField::Region, &input.region);
        let postal_code = text(AddressField::PostalCode, &input.postal_code).to_uppercase();
        let phone = phone(input, &mut errors);
        let Some(country) = country else { return Err(errors) };
        let mut address =
            Self { first_name, last_name, company, line1, line2, city, region, postal_code, country, phone };
        address.check_for_post(&mut errors);
        if errors.is_empty() { Ok(address) } else { Err(errors) }
    }

    /// Where goods go, for taxes and shipping.
    pub fn place(&self) -> Place {
        Place::new(self.country, &self.region, &self.postal_code)
    }

    fn check_for_post(&mut self, errors: &mut Vec<AddressError>) {
        let format = AddressFormat::of(self.country);
        let needed = [
            (AddressField::LastName, &self.last_name, self.company.is_empty()),
            (AddressField::Line1, &self.line1, true),
            (AddressField::City, &self.city, format.city),
            (AddressField::Region, &self.region, format.region),
            (AddressField::PostalCode, &self.postal_code, format.postal_code),
        ];
        for (field, value, needed) in needed {
            // What is wrong with a field already is not missing as well.
            if needed && value.is_empty() && errors.iter().all(|error| error.field != field) {
                let message = format!("is empty: an address in {} needs it", self.country.name());
                errors.push(AddressError { field, code: AddressErrorCode::Required, message });
            }
        }
        if !self.postal_code.is_empty() && !format.admits(&self.postal_code) {
            errors.push(bad_postal_code(self.country, &format, &self.postal_code));
        }
        if !self.region.is_empty() && !format.regions.is_empty() {
            match region_of(self.country, &format, &self.region) {
                Some(code) => self.region = code.to_owned(),
                None => errors.push(unknown_region(self.country, &format, &self.region)),
            }
        }
    }
}

/// `ca`, `CA` and `US-CA` are California.
fn region_of(country: Country, format: &AddressFormat, text: &str) -> Option<&'static str> {
    let code = text.trim().to_ascii_uppercase();
    let code = code.strip_prefix(country.code()).and_then(|rest| rest.strip_prefix('-')).unwrap_or(&code);
    format.regions.iter().find(|region| **region == fold_code(code)).copied()
}

fn bad_postal_code(country: Country, format: &AddressFormat, value: &str) -> AddressError {
    AddressError {
        field: AddressField::PostalCode,
        code: AddressErrorCode::InvalidPostalCode,
        message: format!(
            "`{}` is not a postal code of {}: write one such as {}",
            shown(value),
            country.name(),
            format.example
        ),
    }
}

fn unknown_region(country: Country, format: &AddressFormat, value: &str) -> AddressError {
    let codes = format.regions.join(", ");
    AddressError {
        field: AddressField::Region,
        code: AddressErrorCode::UnknownRegion,
        message: format!("`{}` is not a region of {}: use one of {codes}", shown(value), country.name()),
    }
}

fn country(input: &AddressInput, errors: &mut Vec<AddressError>) -> Option<Country> {
    let field = AddressField::Country;
    if input.country.trim().is_empty() {
        let message = "is empty: use a two-letter code of ISO 3166-1, such as DE".to_owned();
        errors.push(AddressError { field, code: AddressErrorCode::Required, message });
        return None;
    }
    let unknown = |error: crate::country::UnknownCountry| AddressError {
        field,
        code: AddressErrorCode::UnknownCountry,
        message: error.to_string(),
    };
    Country::parse(&input.country).map_err(|error| errors.push(unknown(error))).ok()
}

fn phone(input: &AddressInput, errors: &mut Vec<AddressError>) -> Option<Phone> {
    let field = AddressField::Phone;
    let value = text(field, &input.phone, errors);
    if value.is_empty() {
        return None;
    }
    let code = AddressErrorCode::InvalidPhone;
    Phone::parse(&value).map_err(|error| errors.push(AddressError { field, code, message: error.to_string() })).ok()
}

/// Trimmed; empty, with an error, when it cannot be printed on a label.
fn text(field: AddressField, value: &str, errors: &mut Vec<AddressError>) -> String {
    let value = value.trim();
    let length = value.chars().count();
    if length > field.longest() {
        let message = format!("has {length} characters: at most {} are possible", field.longest());
        errors.push(AddressError { field, code: AddressErrorCode::TooLong, message });
        return String::new();
    }
    if value.chars().any(char::is_control) {
        let value = shown(value).escape_default().to_string();
        let message = format!("`{value}` has a control character: write it on one line");
        errors.push(AddressError { field, code: AddressErrorCode::InvalidCharacter, message });
        return String::new();
    }
    value.to_owned()
}
