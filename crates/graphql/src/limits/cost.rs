//! What one field costs: objects count one, scalars nothing, and page sizes multiply.
use async_graphql::{
    Name, Variables,
    parser::types::{Field, OperationDefinition},
};
use async_graphql_value::{ConstValue, Number, Value};

/// How many objects a field may return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// One object, or a list with about this many.
    Of(u64),
    /// A connection: what is below `nodes` and `edges` counts this many times, the rest once.
    Page(u64),
}

/// Fields that return lists without a page size, and how many items they usually have.
const LISTS: [(&str, u64); 12] = [
    ("media", 4),
    ("stockLevels", 2),
    ("options", 2),
    ("values", 6),
    ("selectedOptions", 2),
    ("ancestors", 3),
    ("children", 5),
    ("categories", 8),
    ("channels", 2),
    ("facets", 8),
    ("histogram", 10),
    ("queries", 5),
];
/// Fields that return an item for each id of an argument.
const BY_IDS: [(&str, &str); 2] = [("nodes", "ids"), ("inventoryChanged", "variantIds")];
/// Connections; everything else that takes `first` or `last` counts as one too.
const PAGES: [&str; 4] = ["products", "variants", "reviews", "collections"];

/// The size of a field. Nonsense (negative, not a number) counts as nothing: the resolver refuses it with a clear text.
pub(crate) fn size(field: &Field, operation: &OperationDefinition, variables: &Variables) -> Size {
    let name = field.name.node.as_str();
    let number = |argument: &str| number(field.get_argument(argument).map(|value| &value.node)?, operation, variables);
    if let Some((_, argument)) = BY_IDS.iter().find(|(list, _)| *list == name) {
        let ids = field.get_argument(argument).map(|value| length(&value.node, operation, variables));
        return Size::Of(ids.unwrap_or(1));
    }
    if name == "predictiveSearch" {
        return Size::Of(number("limit").unwrap_or(5).clamp(1, 20));
    }
    if let Some(asked) = number("first").or_else(|| number("last")) {
        return Size::Page(asked.min(crate::page::MOST.into()));
    }
    // `Product.collections` is a list, the root field a connection: both have about as many items.
    if PAGES.contains(&name) {
        return Size::Page(crate::page::DEFAULT.into());
    }
    Size::Of(LISTS.iter().find(|(list, _)| *list == name).map_or(1, |(_, items)| *items))
}

/// Whether a variable decides the size.
pub(crate) fn varies(field: &Field) -> bool {
    let decides = |name: &str| matches!(name, "first" | "last" | "limit" | "ids" | "variantIds");
    field.arguments.iter().any(|(name, value)| decides(&name.node) && matches!(value.node, Value::Variable(_)))
}

fn number(value: &Value, operation: &OperationDefinition, variables: &Variables) -> Option<u64> {
    match value {
        Value::Number(number) => Some(amount(number)),
        Value::Variable(name) => match variables.get(name) {
            Some(ConstValue::Number(number)) => Some(amount(number)),
            Some(_) => None,
            None => match default(name, operation)? {
                ConstValue::Number(number) => Some(amount(number)),
                _ => None,
            },
        },
        _ => None,
    }
}

fn default<'o>(name: &Name, operation: &'o OperationDefinition) -> Option<&'o ConstValue> {
    let definition = operation.variable_definitions.iter().find(|definition| definition.node.name.node == *name)?;
    Some(&definition.node.default_value.as_ref()?.node)
}

fn amount(number: &Number) -> u64 {
    number.as_u64().unwrap_or(0)
}

fn length(value: &Value, operation: &OperationDefinition, variables: &Variables) -> u64 {
    let items = match value {
        Value::List(items) => items.len(),
        Value::Variable(name) => match variables.get(name).or_else(|| default(name, operation)) {
            Some(ConstValue::List(items)) => items.len(),
            _ => 1,
        },
        _ => 1,
    };
    u64::try_from(items).unwrap_or(u64::MAX)
}
