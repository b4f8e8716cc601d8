//! What the parser could not read, said in a line.
use super::place::short;
use crate::error::{Code, refusal};
use async_graphql::{ServerError, parser::Error};

/// A syntax error without the parser's picture of the line, which repeats what the client sent.
pub(crate) fn syntax_error(error: &Error) -> ServerError {
    let at = error.positions().next();
    let what = match error {
        // "… = expected selection_set" behind the picture.
        Error::Syntax { message, .. } => {
            message.lines().last().unwrap_or_default().trim_start_matches([' ', '=']).to_owned()
        }
        Error::OperationDuplicated { operation, .. } => {
            format!("operation `{}` is there twice: give one another name", short(operation))
        }
        Error::FragmentDuplicated { fragment, .. } => {
            format!("fragment `{}` is there twice: give one another name", short(fragment))
        }
        Error::MultipleOperations { .. } => {
            "an operation without a name must be the only one: give each operation a name".to_owned()
        }
        Error::MissingOperation => "the document has no operation".to_owned(),
        Error::RecursionLimitExceeded => "the selections are nested too deeply: nest less".to_owned(),
        _ => "this is no executable document".to_owned(),
    };
    let place = at.map(|at| format!(" at line {}, column {}", at.line, at.column)).unwrap_or_default();
    refusal(Code::GraphqlParseFailed, format!("syntax error{place}: {}", short(what)), at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::parse_query;

    #[test]
    fn an_error_is_one_line_with_its_place() {
        let cases = [
            ("{ a(b: }", "syntax error at line 1, column 8: expected value"),
            ("{ a }\n{ b }", "syntax error at line 2, column 1: an operation without a name must be the only one"),
            ("query A { a } query A { b }", "operation `A` is there twice"),
            ("fragment a on B { c }", "syntax error: the document has no operation"),
        ];
        for (text, expected) in cases {
            let message = syntax_error(&parse_query(text).unwrap_err()).message;
            assert!(message.contains(expected) && message.lines().count() == 1, "{text}: {message}");
        }
    }
}
