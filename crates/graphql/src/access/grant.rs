//! Kinds of people, and what staff may do.
use async_graphql::Enum;
use tradewind_domain::staff::{Access, Area, Permission, Permissions};

/// Declares what staff may do once for both enums of the schema.
macro_rules! grants {
    ($( #[doc = $doc:literal] $variant:ident = $word:literal: $access:ident $area:ident, )+) => {
        /// Who may use a field.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        #[graphql(name = "AccessGrant")]
        pub(crate) enum Grant {
            /// Everybody, also who is not logged in.
            Anyone,
            /// A customer who is logged in; sees what is their own.
            Customer,
            /// Any member of staff who is logged in.
            Staff,
            $( #[doc = $doc] $variant, )+
        }

        /// What members of staff and API keys may do. To write includes to read.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        pub enum StaffPermission { $( #[doc = $doc] $variant, )+ }

        impl Grant {
            const ALL: &'static [Self] = &[Self::Anyone, Self::Customer, Self::Staff, $( Self::$variant, )+];

            /// The word in the schema's text.
            pub(crate) fn word(self) -> &'static str {
                match self {
                    Self::Anyone => "ANYONE",
                    Self::Customer => "CUSTOMER",
                    Self::Staff => "STAFF",
                    $( Self::$variant => $word, )+
                }
            }
        }

        /// Each permission with its grant and its word.
        const PERMISSIONS: &[(Permission, Grant, StaffPermission)] = &[
            $( (
                Permission { area: Area::$area, access: Access::$access },
                Grant::$variant,
                StaffPermission::$variant,
            ), )+
        ];
    };
}

grants! {
    /// Look at products in all channels, drafts too.
    CatalogRead = "CATALOG_READ": Read Catalog,
    /// Change products, variants, prices, categories, collections and media.
    CatalogWrite = "CATALOG_WRITE": Write Catalog,
    /// Look at all orders.
    OrdersRead = "ORDERS_READ": Read Orders,
    /// Fulfil, cancel and refund orders, and answer returns.
    OrdersWrite = "ORDERS_WRITE": Write Orders,
    /// Look at all customers.
    CustomersRead = "CUSTOMERS_READ": Read Customers,
    /// Disable customers, and let them in again.
    CustomersWrite = "CUSTOMERS_WRITE": Write Customers,
    /// Look at stock in all warehouses, and its ledger.
    InventoryRead = "INVENTORY_READ": Read Inventory,
    /// Change stock and warehouses.
    InventoryWrite = "INVENTORY_WRITE": Write Inventory,
    /// Look at promotions and gift cards.
    PromotionsRead = "PROMOTIONS_READ": Read Promotions,
    /// Change promotions, and issue gift cards.
    PromotionsWrite = "PROMOTIONS_WRITE": Write Promotions,
    /// Look at channels, tax rates, shipping methods and webhooks.
    SettingsRead = "SETTINGS_READ": Read Settings,
    /// Change channels, tax rates, shipping methods and webhooks.
    SettingsWrite = "SETTINGS_WRITE": Write Settings,
    /// Look at members of staff, roles, API keys and the audit log.
    StaffRead = "STAFF_READ": Read Staff,
    /// Change members of staff, roles and API keys.
    StaffWrite = "STAFF_WRITE": Write Staff,
}

impl Grant {
    pub(crate) fn by_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|grant| grant.word() == word)
    }

    const fn bit(self) -> u32 {
        1 << self as u32
    }
}

impl StaffPermission {
    /// What these words stand for.
    pub(crate) fn read(words: &[Self]) -> Permissions {
        PERMISSIONS.iter().filter(|(_, _, word)| words.contains(word)).map(|(permission, ..)| *permission).collect()
    }

    /// The words for these.
    pub(crate) fn write(permissions: Permissions) -> Vec<Self> {
        PERMISSIONS
            .iter()
            .filter(|(permission, ..)| permissions.covers(*permission))
            .map(|(_, _, word)| *word)
            .collect()
    }
}

/// Several of them; whoever has one may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Grants(u32);

impl Grants {
    /// Of these.
    pub(crate) const fn of(grants: &[Grant]) -> Self {
        let (mut all, mut index) = (0, 0);
        while index < grants.len() {
            all |= grants[index].bit();
            index += 1;
        }
        Self(all)
    }

    /// Of what staff may do.
    pub(crate) fn of_permissions(permissions: Permissions) -> Self {
        let held = PERMISSIONS.iter().filter(|(permission, ..)| permissions.covers(*permission));
        Self(held.fold(0, |all, (_, grant, _)| all | grant.bit()))
    }

    /// Whoever has these or those.
    pub(crate) const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Whether one of them is also among `held`.
    pub(crate) const fn meets(self, held: Self) -> bool {
        self.0 & held.0 != 0
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = Grant> {
        Grant::ALL.iter().copied().filter(move |grant| self.0 & grant.bit() != 0)
    }
}
