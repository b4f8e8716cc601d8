//! The types of the schema, read from its own text: what validation and the coercion of variables look up.
use async_graphql::{
    Name, Positioned,
    parser::{
        Error, parse_schema,
        types::{
            BaseType, ConstDirective, DirectiveLocation, FieldDefinition, InputValueDefinition, OperationType,
            ServiceDocument, Type, TypeKind, TypeSystemDefinition,
        },
    },
};
use std::collections::HashMap;

/// What the specification adds to every schema (October 2021, sections 3.5 and 4.2). `includeDeprecated` and
/// `__Directive.args` as async-graphql has them.
const BUILT_IN: &str = include_str!("introspection.graphql");

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

/// A field of an object or interface.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ty: Type,
    pub(crate) arguments: Vec<Input>,
}

/// An object, an interface or a union.
#[derive(Debug, Default)]
pub(crate) struct Composite {
    pub(crate) fields: HashMap<Name, Field>,
    /// The objects that it stands for; an object stands for itself.
    pub(crate) possible: Vec<Name>,
    pub(crate) is_object: bool,
}

/// A named type.
#[derive(Debug)]
pub(crate) enum Definition {
    Scalar,
    Enum(Vec<Name>),
    /// Fields, and whether exactly one of them is given (`@oneOf`).
    Input(Vec<Input>, bool),
    Composite(Composite),
}

/// A directive.
#[derive(Debug)]
pub(crate) struct DirectiveRule {
    pub(crate) arguments: Vec<Input>,
    pub(crate) locations: Vec<DirectiveLocation>,
    pub(crate) is_repeatable: bool,
}

/// The types and directives by name, and where operations begin.
#[derive(Debug, Default)]
pub(crate) struct TypeSystem {
    types: HashMap<Name, Definition>,
    directives: HashMap<Name, DirectiveRule>,
    roots: [Option<Name>; 3],
    /// That of `__typename`.
    typename: Option<Type>,
}

impl TypeSystem {
    /// Reads a schema definition.
    pub(crate) fn parse(sdl: &str) -> Result<Self, Error> {
        let mut types = Self::default();
        types.add(parse_schema(sdl)?, sdl);
        types.add(parse_schema(BUILT_IN)?, BUILT_IN);
        types.complete();
        types.typename = Type::new("String!");
        Ok(types)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Definition> {
        self.types.get(name)
    }

    /// The object, interface or union of this name.
    pub(crate) fn composite(&self, name: &str) -> Option<&Composite> {
        match self.types.get(name)? {
            Definition::Composite(composite) => Some(composite),
            _ => None,
        }
    }

    /// The type of a field.
    pub(crate) fn field_type(&self, owner: &str, name: &str) -> Option<&Type> {
        match name {
            "__typename" => self.typename.as_ref(),
            _ => self.composite(owner)?.fields.get(name).map(|field| &field.ty),
        }
    }

    pub(crate) fn directive(&self, name: &str) -> Option<&DirectiveRule> {
        self.directives.get(name)
    }

    /// Name of the type that an operation of this kind begins at.
    pub(crate) fn root(&self, kind: OperationType) -> Option<&Name> {
        self.roots[slot(kind)].as_ref()
    }

    /// Whether some object is of both types.
    pub(crate) fn overlap(&self, one: &str, other: &str) -> bool {
        let (Some(one), Some(other)) = (self.composite(one), self.composite(other)) else { return false };
        one.possible.iter().any(|name| other.possible.contains(name))
    }

    fn add(&mut self, document: ServiceDocument, sdl: &str) {
        for definition in document.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    let schema = schema.node;
                    let roots = [schema.query, schema.mutation, schema.subscription];
                    self.roots = roots.map(|name| name.map(|name| name.node));
                }
                TypeSystemDefinition::Directive(directive) => {
                    let directive = directive.node;
                    let rule = DirectiveRule {
                        arguments: inputs(directive.arguments),
                        locations: directive.locations.into_iter().map(|location| location.node).collect(),
                        is_repeatable: is_repeatable(sdl, &directive.name.node),
                    };
                    self.directives.insert(directive.name.node, rule);
                }
                TypeSystemDefinition::Type(definition) => {
                    let definition = definition.node;
                    let kind = kind(definition.kind, &definition.name.node, &definition.directives);
                    self.types.insert(definition.name.node, kind);
                }
            }
        }
    }

    /// The objects of each interface, and introspection.
    fn complete(&mut self) {
        let mut objects: HashMap<Name, Vec<Name>> = HashMap::new();
        for (name, definition) in &mut self.types {
            // Until here an object lists what it implements.
            if let Definition::Composite(composite) = definition
                && composite.is_object
            {
                for interface in std::mem::replace(&mut composite.possible, vec![name.clone()]) {
                    objects.entry(interface).or_default().push(name.clone());
                }
            }
        }
        for (name, possible) in objects {
            if let Some(Definition::Composite(interface)) = self.types.get_mut(&name) {
                interface.possible = possible;
            }
        }
        let meta = self.types.remove("__Meta");
        let root = self.roots[0].clone().and_then(|name| self.types.get_mut(&name));
        if let (Some(Definition::Composite(meta)), Some(Definition::Composite(root))) = (meta, root) {
            root.fields.extend(meta.fields);
        }
    }
}

/// The parser (7.2.1) takes every directive for repeatable. The schema's text has one directive a line.
fn is_repeatable(sdl: &str, name: &str) -> bool {
    let is_its = |line: &str| {
        let rest = line.trim_start().strip_prefix("directive @").and_then(|rest| rest.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with(['(', ' ']))
    };
    sdl.lines().any(|line| is_its(line) && line.contains(" repeatable on "))
}

fn slot(kind: OperationType) -> usize {
    match kind {
        OperationType::Query => 0,
        OperationType::Mutation => 1,
        OperationType::Subscription => 2,
    }
}

fn kind(kind: TypeKind, name: &Name, directives: &[Positioned<ConstDirective>]) -> Definition {
    match kind {
        TypeKind::Scalar => Definition::Scalar,
        TypeKind::Enum(of) => Definition::Enum(of.values.into_iter().map(|value| value.node.value.node).collect()),
        TypeKind::InputObject(object) => {
            let is_one_of = directives.iter().any(|directive| directive.node.name.node == "oneOf");
            Definition::Input(inputs(object.fields), is_one_of)
        }
        TypeKind::Object(object) => {
            let possible = object.implements.into_iter().map(|interface| interface.node).collect();
            Definition::Composite(Composite { fields: fields(object.fields), possible, is_object: true })
        }
        TypeKind::Interface(interface) => {
            Definition::Composite(Composite { fields: fields(interface.fields), ..Composite::default() })
        }
        TypeKind::Union(union) => {
            let possible =
                union.members.into_iter().map(|member| member.node).filter(|member| member != name).collect();
            Definition::Composite(Composite { possible, ..Composite::default() })
        }
    }
}

fn fields(definitions: Vec<Positioned<FieldDefinition>>) -> HashMap<Name, Field> {
    let field = |definition: Positioned<FieldDefinition>| {
        let FieldDefinition { name, ty, arguments, .. } = definition.node;
        (name.node, Field { ty: ty.node, arguments: inputs(arguments) })
    };
    definitions.into_iter().map(field).collect()
}

fn inputs(definitions: Vec<Positioned<InputValueDefinition>>) -> Vec<Input> {
    let input = |definition: Positioned<InputValueDefinition>| {
        let InputValueDefinition { name, ty, default_value, .. } = definition.node;
        Input { name: name.node, ty: ty.node, has_default: default_value.is_some() }
    };
    definitions.into_iter().map(input).collect()
}

/// The type without its lists.
pub(crate) fn named(ty: &Type) -> &Name {
    match &ty.base {
        BaseType::Named(name) => name,
        BaseType::List(inner) => named(inner),
    }
}
