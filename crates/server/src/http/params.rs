//! The parameters of a GraphQL request, from a JSON body or a query string.
use super::failure::Failure;
use serde::Deserialize;
use serde_json::Value;
use tradewind_graphql::GraphqlRequest;

/// The four parameters of the spec as they came, plus what we must recognise to refuse.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Params {
    #[serde(default)]
    query: Value,
    #[serde(default)]
    operation_name: Value,
    #[serde(default)]
    variables: Value,
    #[serde(default)]
    extensions: Value,
    #[serde(default)]
    document_id: Value,
}

/// Reads a POST body.
pub(super) fn from_json(body: &[u8]) -> Result<GraphqlRequest, Failure> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => {}
        Some(b'[') => {
            return Err(Failure::malformed(
                "the body is a list, but batching is off: send one JSON object per request",
            ));
        }
        None => return Err(Failure::malformed("the body is empty: send a JSON object with `query`")),
        Some(_) => return Err(Failure::malformed("the body must be a JSON object with `query`")),
    }
    serde_json::from_slice::<Params>(body).map_err(|error| bad_json("the body", &error))?.build()
}

/// Reads the payload of a `subscribe` message.
pub(super) fn from_value(payload: Value) -> Result<GraphqlRequest, Failure> {
    serde_json::from_value::<Params>(payload).map_err(|error| bad_json("the payload", &error))?.build()
}

/// Reads the query string of a GET. An empty parameter is an absent one.
pub(super) fn from_query_string(query: &str) -> Result<GraphqlRequest, Failure> {
    let mut params = Params::default();
    for (name, value) in form_urlencoded::parse(query.as_bytes()).filter(|(_, value)| !value.is_empty()) {
        let (slot, is_json) = match &*name {
            "query" => (&mut params.query, false),
            "operationName" => (&mut params.operation_name, false),
            "documentId" => (&mut params.document_id, false),
            "variables" => (&mut params.variables, true),
            "extensions" => (&mut params.extensions, true),
            _ => continue,
        };
        if !slot.is_null() {
            return Err(Failure::malformed(format!("`{name}` is given more than once in the query string")));
        }
        *slot = if is_json {
            serde_json::from_str(&value).map_err(|error| bad_json(&format!("`{name}`"), &error))?
        } else {
            Value::String(value.into_owned())
        };
    }
    params.build()
}

impl Params {
    fn build(self) -> Result<GraphqlRequest, Failure> {
        let extensions = object(self.extensions, "extensions")?;
        let variables = object(self.variables, "variables")?;
        let operation_name = text(self.operation_name, "operationName")?.filter(|name| !name.is_empty());
        let document_id = text(self.document_id, "documentId")?;
        match text(self.query, "query")? {
            Some(query) => Ok(GraphqlRequest { query, operation_name, variables }),
            None if document_id.is_some() || extensions.get("persistedQuery").is_some() => {
                Err(Failure::persisted_query_not_found())
            }
            None => Err(Failure::malformed("`query` is missing: send the GraphQL document in it")),
        }
    }
}

fn object(value: Value, name: &str) -> Result<Value, Failure> {
    match value {
        Value::Null | Value::Object(_) => Ok(value),
        other => Err(Failure::malformed(format!("`{name}` is {}, but must be an object", kind(&other)))),
    }
}

fn text(value: Value, name: &str) -> Result<Option<String>, Failure> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text)),
        other => Err(Failure::malformed(format!("`{name}` is {}, but must be a string", kind(&other)))),
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The library's text may quote what the client sent; only the place is repeated.
fn bad_json(what: &str, error: &serde_json::Error) -> Failure {
    if error.is_data() {
        return Failure::malformed(format!("{what} gives the same parameter twice"));
    }
    Failure::malformed(format!("{what} is not valid JSON at line {}, column {}", error.line(), error.column()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read() {
        let body = br#" {"query":"{ a }","operationName":"","variables":{"n":1},"extensions":null,"other":[1]}"#;
        let request = from_json(body).expect("valid");
        assert_eq!(
            (request.query.as_str(), request.operation_name, request.variables),
            ("{ a }", None, serde_json::json!({"n": 1}))
        );
    }

    #[test]
    fn what_is_wrong_with_a_body_is_said() {
        let cases = [
            ("", "the body is empty"),
            ("[{}]", "batching is off"),
            ("null", "must be a JSON object"),
            (r#"{"query":"{ a }""#, "not valid JSON at line 1, column 16"),
            (r#"{"query":"{ a }","query":"{ b }"}"#, "the same parameter twice"),
            ("{}", "`query` is missing"),
            (r#"{"query":1}"#, "`query` is a number, but must be a string"),
            (r#"{"query":"{ a }","variables":[]}"#, "`variables` is a list, but must be an object"),
            (r#"{"query":"{ a }","operationName":{}}"#, "`operationName` is an object"),
            (r#"{"query":"{ a }","extensions":"x"}"#, "`extensions` is a string"),
        ];
        for (body, expected) in cases {
            let failure = from_json(body.as_bytes()).expect_err(body);
            assert!(failure.message.contains(expected), "{body}: {}", failure.message);
        }
    }

    #[test]
    fn a_query_string_is_read() {
        let request =
            from_query_string("query=%7B+a%20%7D&operationName=&variables=%7B%22n%22%3A1%7D&x=1").expect("valid");
        assert_eq!(
            (request.query.as_str(), request.operation_name, request.variables),
            ("{ a }", None, serde_json::json!({"n": 1}))
        );
        for wrong in ["", "query=", "query=a&query=b", "query=a&variables=%7B", "query=a&variables=1"] {
            assert_eq!(from_query_string(wrong).expect_err(wrong).status, hyper::StatusCode::BAD_REQUEST);
        }
    }

    #[test]
    fn a_hash_without_its_document_is_not_found() {
        let body = br#"{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"00"}}}"#;
        assert_eq!(from_json(body).expect_err("no document").code, "PERSISTED_QUERY_NOT_FOUND");
    }
}
