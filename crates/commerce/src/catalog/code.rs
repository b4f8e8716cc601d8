//! Why the catalog is not changed.
use crate::account::refusal::codes;

codes! {
    /// Why the catalog is not changed.
    CatalogCode {
        /// The field is needed, and it is empty or missing.
        Required = "REQUIRED",
        /// The field has a value that it cannot have.
        Invalid = "INVALID",
        /// The text is too long.
        TooLong = "TOO_LONG",
        /// There are too many of them.
        TooMany = "TOO_MANY",
        /// Another one has it already: a slug, the option values of a variant.
        Taken = "TAKEN",
        /// It stands twice in the request.
        Duplicate = "DUPLICATE",
        /// There is no such thing, or it belongs to another product.
        NotFound = "NOT_FOUND",
        /// It cannot go while something uses it.
        InUse = "IN_USE",
        /// A buyer is promised units of it at the moment: try again when the checkout has ended.
        UnitsHeld = "UNITS_HELD",
        /// The category would be below itself.
        Circular = "CIRCULAR",
        /// The tree of categories would be too deep.
        TooDeep = "TOO_DEEP",
        /// The products of the collection follow its rules.
        FollowsRules = "FOLLOWS_RULES",
        /// It was changed since it was read: read it again.
        Conflict = "CONFLICT",
    }
}
