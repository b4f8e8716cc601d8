//! What members of staff and API keys may do.
use crate::refusal::shown;
use crate::word::{Word, words};
use serde::{Deserialize, Serialize};
use std::fmt;

words! {
    /// A part of the shop's administration.
    Area {
        /// Products, variants, prices, categories, collections, media, import and export.
        Catalog = "catalog",
        /// Orders, fulfilments, returns, payments and refunds.
        Orders = "orders",
        /// Customers, their addresses and groups, reviews.
        Customers = "customers",
        /// Warehouses and stock.
        Inventory = "inventory",
        /// Promotions, coupons and gift cards.
        Promotions = "promotions",
        /// Channels, taxes, shipping, webhooks.
        Settings = "settings",
        /// Members of staff, roles, API keys, the audit log.
        Staff = "staff",
    }
}

words! {
    /// What may be done in an area.
    Access {
        /// Look.
        Read = "read",
        /// Change, and look.
        Write = "write",
    }
}

/// To look at, or to change, one area: `orders:write`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Permission {
    /// Where.
    pub area: Area,
    /// What.
    pub access: Access,
}

/// A text that is no permission.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a permission: write an area and `read` or `write`, such as orders:read")]
pub struct UnknownPermission(pub String);

/// What a role or an API key may do. To write includes to read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<Permission>", into = "Vec<Permission>")]
pub struct Permissions(u16);

words! {
    /// The roles that every shop begins with; it may add its own.
    BuiltInRole {
        /// May do everything.
        Owner = "owner",
        /// Keeps the catalog, stock and promotions.
        Merchandiser = "merchandiser",
        /// Helps customers and settles their orders.
        Support = "support",
        /// Sends orders, and keeps stock.
        Warehouse = "warehouse",
        /// Looks at everything but staff, and changes nothing.
        Analyst = "analyst",
    }
}

impl Permission {
    /// To look at an area.
    pub fn read(area: Area) -> Self {
        Self { area, access: Access::Read }
    }

    /// To change an area.
    pub fn write(area: Area) -> Self {
        Self { area, access: Access::Write }
    }

    /// Every one.
    pub fn all() -> impl Iterator<Item = Self> {
        Area::ALL.iter().flat_map(|area| [Self::read(*area), Self::write(*area)])
    }

    /// Reads `orders:write`.
    pub fn parse(text: &str) -> Result<Self, UnknownPermission> {
        let found = text.split_once(':').and_then(|(area, access)| Some((Area::parse(area)?, Access::parse(access)?)));
        found.map(|(area, access)| Self { area, access }).ok_or_else(|| UnknownPermission(shown(text)))
    }

    fn bit(self) -> u16 {
        1 << (2 * self.area as u16 + self.access as u16)
    }
}

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);

    /// Everything.
    pub fn all() -> Self {
        Permission::all().collect()
    }

    /// Whether `permission` is among them.
    pub fn covers(self, permission: Permission) -> bool {
        self.0 & permission.bit() != 0
    }

    /// Whether all of `others` are among them. Nobody gives a role or an API key what they may not do themselves.
    pub fn covers_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// What either may do: a member of staff may do what any of their roles may.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both may do: an API key may do what its scopes say, as long as who made it may.
    pub fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Each, in the order of the areas.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::all().filter(move |permission| self.covers(*permission))
    }
}

impl BuiltInRole {
    /// What it may do.
    pub fn permissions(self) -> Permissions {
        use Area::*;
        let (read, write) = (Permission::read, Permission::write);
        match self {
            Self::Owner => Permissions::all(),
            Self::Merchandiser => {
                [write(Catalog), write(Inventory), write(Promotions), read(Orders)].into_iter().collect()
            }
            Self::Support => [write(Orders), write(Customers), read(Catalog), read(Inventory), read(Promotions)]
                .into_iter()
                .collect(),
            Self::Warehouse => [write(Orders), write(Inventory), read(Catalog)].into_iter().collect(),
            Self::Analyst => Area::ALL.iter().filter(|area| **area != Staff).map(|area| read(*area)).collect(),
        }
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let with_read = |permission: Permission| permission.bit() | Permission::read(permission.area).bit();
        Self(permissions.into_iter().fold(0, |bits, permission| bits | with_read(permission)))
    }
}
impl From<Vec<Permission>> for Permissions {
    fn from(permissions: Vec<Permission>) -> Self {
        permissions.into_iter().collect()
    }
}
impl From<Permissions> for Vec<Permission> {
    fn from(permissions: Permissions) -> Self {
        permissions.iter().collect()
    }
}
impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.area.as_str(), self.access.as_str())
    }
}
impl fmt::Debug for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl TryFrom<String> for Permission {
    type Error = UnknownPermission;
    fn try_from(text: String) -> Result<Self, UnknownPermission> {
        Self::parse(&text)
    }
}
impl From<Permission> for String {
    fn from(permission: Permission) -> Self {
        permission.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_permission_covers_itself_and_what_is_less() {
        for granted in Permission::all() {
            let permissions: Permissions = [granted].into_iter().collect();
            for asked in Permission::all() {
                let less = asked.area == granted.area && asked.access <= granted.access;
                assert_eq!(permissions.covers(asked), less, "{granted} for {asked}");
            }
        }
        assert!(Permission::all().all(|permission| !Permissions::NONE.covers(permission)));
        assert_eq!(Permission::all().map(Permission::bit).collect::<BTreeSet<_>>().len(), 2 * Area::ALL.len());
    }

    #[test]
    fn roles_nest_as_they_say() {
        let of = BuiltInRole::permissions;
        for role in BuiltInRole::ALL {
            assert!(of(BuiltInRole::Owner).covers_all(of(*role)));
            let may_hire = of(*role).covers(Permission::write(Area::Staff));
            assert_eq!(may_hire, *role == BuiltInRole::Owner);
        }
        assert!(!of(BuiltInRole::Support).covers_all(of(BuiltInRole::Merchandiser)));
        let both = of(BuiltInRole::Support).union(of(BuiltInRole::Merchandiser));
        assert!(both.covers(Permission::write(Area::Catalog)) && both.covers(Permission::write(Area::Customers)));
        assert_eq!(both.intersection(of(BuiltInRole::Support)), of(BuiltInRole::Support));
    }

    #[test]
    fn what_is_stored_is_read() {
        let stored = serde_json::to_string(&BuiltInRole::Warehouse.permissions()).unwrap();
        assert_eq!(stored, r#"["catalog:read","orders:read","orders:write","inventory:read","inventory:write"]"#);
        assert_eq!(serde_json::from_str::<Permissions>(&stored).unwrap(), BuiltInRole::Warehouse.permissions());
        for text in ["orders", "orders:delete", "Orders:read", ":", "orders:read:write"] {
            assert_eq!(Permission::parse(text), Err(UnknownPermission(text.to_owned())));
        }
        for permission in Permission::all() {
            assert_eq!(Permission::parse(&permission.to_string()), Ok(permission));
        }
    }
}
