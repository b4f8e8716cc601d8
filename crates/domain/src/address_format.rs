//! What a postal address needs, by country.
//!
//! Facts as published by the Universal Postal Union (Postal Addressing Systems) and Google's libaddressinput
//! (`chromium-i18n.appspot.com/ssl-address`). A country without a line here needs a city and may have any postal code.
use crate::country::Country;

/// What the addresses of one country need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressFormat {
    /// Whether a town must be named. In Japan it is part of the street lines; Singapore is one.
    pub city: bool,
    /// Whether a state, province or prefecture must be named.
    pub region: bool,
    /// Whether a postal code must be given.
    pub postal_code: bool,
    /// Forms of the postal code without spaces and hyphens: `9` a digit, `A` a letter, `*` either, others themselves.
    /// Empty: any.
    pub postal_forms: &'static [&'static str],
    /// The codes that a region must be of (ISO 3166-2, without the country); empty: any text.
    pub regions: &'static [&'static str],
    /// A postal code to show in messages; empty when any will do.
    pub example: &'static str,
}

const PLAIN: AddressFormat =
    AddressFormat { city: true, region: false, postal_code: false, postal_forms: &[], regions: &[], example: "" };

/// States, the federal district, inhabited territories, and the three codes of military post.
const US: &[&str] = &[
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA", "ME",
    "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR", "PA",
    "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "DC", "AS", "GU", "MP", "PR", "VI", "AA",
    "AE", "AP",
];
const CA: &[&str] = &["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"];
const AU: &[&str] = &["ACT", "NSW", "NT", "QLD", "SA", "TAS", "VIC", "WA"];
const BR: &[&str] = &[
    "AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA", "PB", "PE", "PI", "PR", "RJ",
    "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
];

impl AddressFormat {
    /// What an address of `country` needs.
    pub fn of(country: Country) -> Self {
        let postal = |postal_forms, example| Self { postal_code: true, postal_forms, example, ..PLAIN };
        let optional = |postal_forms, example| Self { postal_forms, example, ..PLAIN };
        let regional = |postal_forms, example| Self { region: true, ..postal(postal_forms, example) };
        match country.code() {
            "US" => Self { regions: US, ..regional(&["99999", "999999999"], "94103") },
            "CA" => Self { regions: CA, ..regional(&["A9A9A9"], "K1A 0B1") },
            "AU" => Self { regions: AU, ..regional(&["9999"], "2000") },
            "BR" => Self { regions: BR, ..regional(&["99999999"], "01310-100") },
            "ES" | "IT" | "KR" | "MX" => regional(&["99999"], "28013"),
            "CN" | "IN" | "RU" => regional(&["999999"], "110001"),
            "TW" => regional(&["999", "99999", "999999"], "10491"),
            "JP" => Self { city: false, ..regional(&["9999999"], "100-0001") },
            "SG" => Self { city: false, ..postal(&["999999"], "018956") },
            "SM" => Self { city: false, ..postal(&["47899"], "47890") },
            "AE" | "HK" => Self { city: false, region: country.code() == "AE", ..PLAIN },
            "MO" | "GI" => Self { city: false, ..PLAIN },
            "GB" => postal(
                &[
                    "A99AA", "A999AA", "AA99AA", "AA999AA", "A9A9AA", "AA9A9AA", "GIR0AA", "BFPO9", "BFPO99",
                    "BFPO999", "BFPO9999",
                ],
                "SW1A 1AA",
            ),
            "GG" => postal(&["GY99AA", "GY999AA"], "GY1 1AA"),
            "JE" => postal(&["JE99AA", "JE999AA"], "JE1 1AA"),
            "IM" => postal(&["IM99AA", "IM999AA"], "IM1 1AA"),
            "IE" => optional(&["A9*****"], "D02 AF30"),
            "NL" => postal(&["9999AA"], "1012 JS"),
            "PT" => postal(&["9999999"], "1000-205"),
            "LV" => postal(&["LV9999", "9999"], "LV-1010"),
            "SE" | "CZ" | "SK" | "GR" | "DE" | "FR" | "FI" | "EE" | "MY" | "PL" | "TR" | "UA" => {
                postal(&["99999"], "10115")
            }
            "LT" => postal(&["99999", "LT99999"], "01100"),
            "LU" => postal(&["9999", "L9999"], "1009"),
            "AT" | "BE" | "CH" | "DK" | "HU" | "LI" | "NO" | "NZ" | "ZA" => postal(&["9999"], "1010"),
            "RO" => postal(&["999999"], "010011"),
            "BG" | "CY" | "SI" | "GE" | "TN" | "PH" => optional(&["9999"], "1000"),
            "HR" | "RS" | "BA" | "ME" | "TH" | "SA" | "EG" | "MA" | "ID" | "PK" => optional(&["99999"], "10000"),
            "IL" => optional(&["99999", "9999999"], "9614303"),
            "IS" => optional(&["999"], "101"),
            "VN" => optional(&["99999", "999999"], "70000"),
            "MT" => optional(&["AAA99", "AAA999", "AAA9999"], "VLT 1117"),
            "AR" => optional(&["9999", "A9999", "A9999AAA"], "C1425CLA"),
            "CL" => optional(&["9999999"], "8340457"),
            "CO" => Self { region: true, ..optional(&["999999"], "111221") },
            _ => PLAIN,
        }
    }

    /// Whether a postal code has the form of the country.
    pub fn admits(&self, postal_code: &str) -> bool {
        let code = fold_code(postal_code);
        self.postal_forms.is_empty() || self.postal_forms.iter().any(|form| has_form(&code, form))
    }
}

fn has_form(code: &str, form: &str) -> bool {
    code.len() == form.len()
        && code.bytes().zip(form.bytes()).all(|(c, place)| match place {
            b'9' => c.is_ascii_digit(),
            b'A' => c.is_ascii_uppercase(),
            b'*' => c.is_ascii_alphanumeric(),
            _ => c == place,
        })
}

/// A postal or region code as codes are compared: upper case, without spaces, hyphens and the like.
pub fn fold_code(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_each_country_fits_it() {
        for country in Country::all() {
            let format = AddressFormat::of(country);
            assert_eq!(format.example.is_empty(), format.postal_forms.is_empty(), "{country}");
            assert!(format.admits(format.example), "{country}: {}", format.example);
        }
    }

    #[test]
    fn forms_are_told_apart() {
        let admits = |country: &str, code: &str| AddressFormat::of(Country::parse(country).unwrap()).admits(code);
        for (country, good, bad) in [
            ("US", "94103-1234", "9410"),
            ("CA", "k1a0b1", "K1A 0B"),
            ("GB", "ec1a 1bb", "EC1A"),
            ("GB", "M1 1AE", "1M1AE"),
            ("NL", "1012js", "0J12 10"),
            ("PL", "00-950", "00-95"),
            ("JP", "100-0001", "100-00001"),
            ("LV", "LV-1010", "LT-1010"),
            ("IE", "D6W XY45", "66W XY45"),
        ] {
            assert!(admits(country, good), "{country} {good}");
            assert!(!admits(country, bad), "{country} {bad}");
        }
        assert!(admits("AO", "anything"));
    }
}
