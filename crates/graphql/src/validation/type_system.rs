//! The types of the schema, read from its own text: what validation and the coercion of variables look up.
use async_graphql::{
    Name, Positioned,
    parser::{
        Error, parse_schema,
        types::{ConstDirective, InputValueDefinition, ServiceDocument, Type, TypeKind, TypeSystemDefinition},
    },
};
use std::collections::HashMap;

/// An argument, or a field of an input object.
#[derive(Debug)]
pub(crate) struct Input {
    pub(crate) name: Name,
    pub(crate) ty: Type,
    pub(crate) has_default: bool,
}

impl Input {
    /// Must be given.
    pub(crate) fn is_required(&self) -> bool {
        !self.ty.nullable && !self.has_default
    }
}

/// What can be given: a type of arguments and variables.
#[derive(Debug)]
pub(crate) enum InputType {
    Scalar,
    Enum(Vec<Name>),
    /// Fields, and whether exactly one of them is given (`@oneOf`).
    Object(Vec<Input>, bool),
}

/// The input types by name. The five built-in scalars are not in the text.
#[derive(Debug, Default)]
pub(crate) struct TypeSystem {
    inputs: HashMap<Name, InputType>,
}

impl TypeSystem {
    /// Reads a schema definition.
    pub(crate) fn parse(sdl: &str) -> Result<Self, Error> {
        Ok(Self::from(parse_schema(sdl)?))
    }

    /// The input type of this name; None for built-in scalars, and for what is no input.
    pub(crate) fn input(&self, name: &str) -> Option<&InputType> {
        self.inputs.get(name)
    }
}

impl From<ServiceDocument> for TypeSystem {
    fn from(document: ServiceDocument) -> Self {
        let mut types = Self::default();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let input = match definition.kind {
                TypeKind::Scalar => InputType::Scalar,
                TypeKind::Enum(of) => {
                    InputType::Enum(of.values.into_iter().map(|value| value.node.value.node).collect())
                }
                TypeKind::InputObject(object) => {
                    InputType::Object(inputs(object.fields), is_one_of(&definition.directives))
                }
                _ => continue,
            };
            types.inputs.insert(definition.name.node, input);
        }
        types
    }
}

fn is_one_of(directives: &[Positioned<ConstDirective>]) -> bool {
    directives.iter().any(|directive| directive.node.name.node == "oneOf")
}

fn inputs(definitions: Vec<Positioned<InputValueDefinition>>) -> Vec<Input> {
    let input = |definition: Positioned<InputValueDefinition>| {
        let InputValueDefinition { name, ty, default_value, .. } = definition.node;
        Input { name: name.node, ty: ty.node, has_default: default_value.is_some() }
    };
    definitions.into_iter().map(input).collect()
}
