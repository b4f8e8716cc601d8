//! The columns of a Shopify product CSV, under their classic and their current names.
use tradewind_domain::product::AttributeKind;

/// A column with a home in the domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub(crate) enum Field {
    Handle,
    Title,
    Body,
    Vendor,
    Category,
    Type,
    Tags,
    Published,
    Status,
    SeoTitle,
    SeoDescription,
    Option1Name,
    Option1Value,
    Option1LinkedTo,
    Option2Name,
    Option2Value,
    Option2LinkedTo,
    Option3Name,
    Option3Value,
    Option3LinkedTo,
    Sku,
    Grams,
    Tracker,
    Quantity,
    Policy,
    Price,
    CompareAt,
    Barcode,
    ImageSrc,
    ImagePosition,
    ImageAlt,
    VariantImage,
}

impl Field {
    pub(crate) const COUNT: usize = Self::VariantImage as usize + 1;
    pub(crate) const OPTION_NAMES: [Self; 3] = [Self::Option1Name, Self::Option2Name, Self::Option3Name];
    pub(crate) const OPTION_VALUES: [Self; 3] = [Self::Option1Value, Self::Option2Value, Self::Option3Value];
    pub(crate) const OPTION_LINKS: [Self; 3] = [Self::Option1LinkedTo, Self::Option2LinkedTo, Self::Option3LinkedTo];
    /// Read from a product's first row only.
    pub(crate) const OF_PRODUCT: [Self; 8] = [
        Self::Body,
        Self::Vendor,
        Self::Category,
        Self::Type,
        Self::Tags,
        Self::Published,
        Self::SeoTitle,
        Self::SeoDescription,
    ];
    /// A cell in one of these means that the row is a variant, not just a picture.
    pub(crate) const MARK_VARIANT: [Self; 8] = [
        Self::Option1Value,
        Self::Option2Value,
        Self::Option3Value,
        Self::Sku,
        Self::Price,
        Self::CompareAt,
        Self::Barcode,
        Self::VariantImage,
    ];
    /// Generators fill these in on picture rows too.
    pub(crate) const ACCOMPANY_VARIANT: [Self; 4] = [Self::Grams, Self::Tracker, Self::Quantity, Self::Policy];
}

/// Every name of each field; the first is the one that an export writes.
pub(crate) const FIELDS: &[(Field, &[&str])] = &[
    (Field::Handle, &["Handle", "URL handle"]),
    (Field::Title, &["Title"]),
    (Field::Body, &["Body (HTML)", "Description", "Body HTML", "Body"]),
    (Field::Vendor, &["Vendor"]),
    (Field::Category, &["Product Category", "Standard Product Type", "Standardized Product Type"]),
    (Field::Type, &["Type", "Custom Product Type", "Product Type"]),
    (Field::Tags, &["Tags"]),
    (Field::Published, &["Published", "Published on online store"]),
    (Field::Status, &["Status"]),
    (Field::SeoTitle, &["SEO Title"]),
    (Field::SeoDescription, &["SEO Description"]),
    (Field::Option1Name, &["Option1 Name"]),
    (Field::Option1Value, &["Option1 Value"]),
    (Field::Option1LinkedTo, &["Option1 Linked To"]),
    (Field::Option2Name, &["Option2 Name"]),
    (Field::Option2Value, &["Option2 Value"]),
    (Field::Option2LinkedTo, &["Option2 Linked To"]),
    (Field::Option3Name, &["Option3 Name"]),
    (Field::Option3Value, &["Option3 Value"]),
    (Field::Option3LinkedTo, &["Option3 Linked To"]),
    (Field::Sku, &["Variant SKU", "SKU"]),
    (Field::Grams, &["Variant Grams", "Weight value (grams)"]),
    (Field::Tracker, &["Variant Inventory Tracker", "Inventory tracker"]),
    (Field::Quantity, &["Variant Inventory Qty", "Variant Inventory Quantity", "Inventory quantity"]),
    (Field::Policy, &["Variant Inventory Policy", "Continue selling when out of stock"]),
    (Field::Price, &["Variant Price", "Price"]),
    (
        Field::CompareAt,
        &["Variant Compare At Price", "Variant Compare-at Price", "Compare-at price", "Compare at price"],
    ),
    (Field::Barcode, &["Variant Barcode", "Barcode", "Barcodes", "Variant Barcodes"]),
    (Field::ImageSrc, &["Image Src", "Product image URL"]),
    (Field::ImagePosition, &["Image Position"]),
    (Field::ImageAlt, &["Image Alt Text"]),
    (Field::VariantImage, &["Variant Image", "Variant image URL"]),
];

/// What a kept cell must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Check {
    /// Any text.
    Text,
    /// An amount of money.
    Amount,
    /// A plain number.
    Number,
    /// A truth value.
    Truth,
}

impl Check {
    pub(crate) fn kind(self) -> AttributeKind {
        match self {
            Self::Text => AttributeKind::Text,
            Self::Amount | Self::Number => AttributeKind::Number,
            Self::Truth => AttributeKind::Boolean,
        }
    }
}

/// A column that has no home but is kept as an attribute, so that an export can write it back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept {
    pub(crate) names: &'static [&'static str],
    pub(crate) check: Check,
    /// Kept with the product (true) or with each variant.
    pub(crate) of_product: bool,
}

const fn of_variant(names: &'static [&'static str], check: Check) -> Kept {
    Kept { names, check, of_product: false }
}

/// The kept columns, the name of an export first; it is also the attribute's key.
pub(crate) const KEPT: &[Kept] = &[
    Kept { names: &["Gift Card"], check: Check::Truth, of_product: true },
    of_variant(&["Variant Fulfillment Service", "Fulfillment service"], Check::Text),
    of_variant(&["Variant Requires Shipping", "Requires shipping"], Check::Truth),
    of_variant(&["Variant Taxable", "Charge tax"], Check::Truth),
    of_variant(&["Unit Price Total Measure"], Check::Number),
    of_variant(&["Unit Price Total Measure Unit"], Check::Text),
    of_variant(&["Unit Price Base Measure"], Check::Number),
    of_variant(&["Unit Price Base Measure Unit"], Check::Text),
    of_variant(&["Google Shopping / Google Product Category"], Check::Text),
    of_variant(&["Google Shopping / Gender"], Check::Text),
    of_variant(&["Google Shopping / Age Group"], Check::Text),
    of_variant(&["Google Shopping / MPN", "Google Shopping / Manufacturer part number (MPN)"], Check::Text),
    of_variant(&["Google Shopping / AdWords Grouping", "Google Shopping / Ad group name"], Check::Text),
    of_variant(&["Google Shopping / AdWords Labels", "Google Shopping / Ads labels"], Check::Text),
    of_variant(&["Google Shopping / Condition"], Check::Text),
    of_variant(&["Google Shopping / Custom Product"], Check::Text),
    of_variant(&["Google Shopping / Custom Label 0"], Check::Text),
    of_variant(&["Google Shopping / Custom Label 1"], Check::Text),
    of_variant(&["Google Shopping / Custom Label 2"], Check::Text),
    of_variant(&["Google Shopping / Custom Label 3"], Check::Text),
    of_variant(&["Google Shopping / Custom Label 4"], Check::Text),
    of_variant(&["Variant Weight Unit", "Weight unit for display"], Check::Text),
    of_variant(&["Variant Tax Code", "Tax code"], Check::Text),
    of_variant(&["Cost per item"], Check::Amount),
];

/// The namespace of kept columns.
pub(crate) const COLUMN_NAMESPACE: &str = "shopify.column";

/// The key under which a tracker other than Shopify's own is kept.
pub(crate) const TRACKER_KEY: &str = "Variant Inventory Tracker";
/// The key under which a category id such as `hg-15-1-2`, which is no path, is kept.
pub(crate) const CATEGORY_KEY: &str = "Product Category";
/// The key under which the status `unlisted` is kept.
pub(crate) const STATUS_KEY: &str = "Status";

/// The name of a field in an export.
pub(crate) fn name_of(field: Field) -> &'static str {
    FIELDS.iter().find(|(candidate, _)| *candidate == field).map_or("", |(_, names)| names[0])
}
