//! Directives of the schema's own text, with descriptions of their arguments.
use async_graphql::registry::{__DirectiveLocation, Deprecation, MetaDirective, MetaInputValue, Registry};

/// What the text says of a directive.
pub(crate) struct SchemaDirective {
    pub(crate) name: &'static str,
    pub(crate) description: &'static str,
    /// Names and descriptions.
    pub(crate) arguments: &'static [(&'static str, &'static str)],
}

/// Declares it; `types` are those of its arguments.
pub(crate) fn register(
    registry: &mut Registry,
    directive: &SchemaDirective,
    types: impl IntoIterator<Item = String>,
    locations: Vec<__DirectiveLocation>,
) {
    let arguments = directive.arguments.iter().zip(types).map(|((name, description), ty)| {
        let argument = MetaInputValue {
            name: (*name).to_owned(),
            description: Some((*description).to_owned()),
            ty,
            deprecation: Deprecation::NoDeprecated,
            default_value: None,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            is_secret: false,
            directive_invocations: Vec::new(),
        };
        ((*name).to_owned(), argument)
    });
    let args = arguments.collect();
    registry.add_directive(MetaDirective {
        name: directive.name.to_owned(),
        description: Some(directive.description.to_owned()),
        locations,
        args,
        is_repeatable: false,
        visible: None,
        composable: None,
    });
}

/// The schema's text with the arguments of a directive described; async-graphql 7.2.1 prints no description there.
pub(crate) fn describe_arguments(sdl: &str, directive: &SchemaDirective) -> String {
    let Some(start) = sdl.find(&format!("directive @{}(", directive.name)) else { return sdl.to_owned() };
    let (before, definition) = sdl.split_at(start);
    let (line, after) = definition.split_once('\n').unwrap_or((definition, ""));
    let described = directive.arguments.iter().fold(line.replacen('(', "(\n\t", 1), |line, (name, description)| {
        let argument = format!("{name}: ");
        let line = line.replace(&format!(", {argument}"), &format!("\n\t{argument}"));
        line.replacen(&argument, &format!("\"\"\"\n\t{description}\n\t\"\"\"\n\t{argument}"), 1)
    });
    format!("{before}{}\n{after}", described.replacen(") on", "\n) on", 1))
}
