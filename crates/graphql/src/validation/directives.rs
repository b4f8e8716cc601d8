//! Directives: `KnownDirectives` and `UniqueDirectivesPerLocation`. Their arguments are checked as those of fields are.
use super::{place::short, selections::Walk};
use async_graphql::{
    Positioned,
    parser::types::{Directive, DirectiveLocation},
};

impl<'d> Walk<'d> {
    pub(super) fn directives(&mut self, directives: &'d [Positioned<Directive>], location: DirectiveLocation) {
        self.directives_at(directives, Some(location));
    }

    /// None: at the declaration of a variable, where no directive of the schema may stand.
    pub(super) fn directives_at(
        &mut self,
        directives: &'d [Positioned<Directive>],
        location: Option<DirectiveLocation>,
    ) {
        for (index, directive) in directives.iter().enumerate() {
            let name = &directive.node.name.node;
            let Some(rule) = self.types.directive(name) else {
                self.report.fail(directive.pos, format!("there is no directive `@{}`", short(name)));
                self.arguments(&directive.node.arguments, None, &"", directive.pos);
                continue;
            };
            if !location.is_some_and(|location| rule.locations.contains(&location)) {
                self.report.fail(directive.pos, format!("`@{name}` cannot stand here"));
            }
            let is_again = directives[..index].iter().any(|earlier| earlier.node.name.node == *name);
            if is_again && !rule.is_repeatable {
                self.report.fail(directive.pos, format!("`@{name}` stands here twice: take one out"));
            }
            let of = format_args!("`@{name}`");
            self.arguments(&directive.node.arguments, Some(&rule.arguments), &of, directive.pos);
        }
    }
}
