//! The parameters of a GraphQL request, from a JSON body or a query string.
use super::{failure::Failure, query_string};
use crate::persisted::{DocumentHash, Reference};
use serde::Deserialize;
use serde_json::Value;

/// A request before its document is known.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) document: Reference,
    pub(super) operation_name: Option<String>,
    /// An object, or null.
    pub(super) variables: Value,
}

/// The parameters of the spec as they came.
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
pub(super) fn from_json(body: &[u8]) -> Result<Asked, Failure> {
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
pub(super) fn from_value(payload: Value) -> Result<Asked, Failure> {
    serde_json::from_value::<Params>(payload).map_err(|error| bad_json("the payload", &error))?.build()
}

/// Reads the query string of a GET. An empty parameter is an absent one.
pub(super) fn from_query_string(query: &str) -> Result<Asked, Failure> {
    query_params(query)?.build()
}

/// Reads the query string of a GET whose path names the document.
pub(super) fn of_document(id: &str, query: &str) -> Result<Asked, Failure> {
    let mut params = query_params(query)?;
    if !params.query.is_null() || !params.document_id.is_null() {
        return Err(Failure::malformed("the path names the document: leave `query` and `documentId` out"));
    }
    params.document_id = Value::String(id.to_owned());
    params.build()
}

fn query_params(query: &str) -> Result<Params, Failure> {
    let mut params = Params::default();
    for pair in query_string::pairs(query) {
        let (name, value) = pair.map_err(|malformed| Failure::malformed(malformed.message()))?;
        let (slot, is_json) = match &*name {
            "query" => (&mut params.query, false),
            "operationName" => (&mut params.operation_name, false),
            "documentId" => (&mut params.document_id, false),
            "variables" => (&mut params.variables, true),
            "extensions" => (&mut params.extensions, true),
            _ => continue,
        };
        if value.is_empty() {
            continue;
        }
        if !slot.is_null() {
            return Err(Failure::malformed(format!("`{name}` is given more than once in the query string")));
        }
        *slot = if is_json {
            serde_json::from_str(&value).map_err(|error| bad_json(&format!("`{name}`"), &error))?
        } else {
            Value::String(value.into_owned())
        };
    }
    Ok(params)
}

impl Params {
    fn build(self) -> Result<Asked, Failure> {
        let extensions = object(self.extensions, "extensions")?;
        let variables = object(self.variables, "variables")?;
        let operation_name = text(self.operation_name, "operationName")?.filter(|name| !name.is_empty());
        let id = text(self.document_id, "documentId")?.filter(|id| !id.is_empty());
        let id = id.map(|id| document_id(&id)).transpose()?;
        let hash =
            extensions.get("persistedQuery").filter(|value| !value.is_null()).map(persisted_query).transpose()?;
        let query = text(self.query, "query")?;
        // Clients that name their document send `query` empty or not at all.
        let query = query.filter(|query| !query.is_empty() || id.is_none() && hash.is_none());
        let document = match (query, id, hash) {
            (Some(_), Some(_), _) => return Err(Failure::malformed("send `query` or `documentId`, not both")),
            (None, Some(id), Some(hash)) if id != hash => {
                return Err(Failure::malformed("`documentId` and `extensions.persistedQuery` name two documents"));
            }
            (None, Some(id), _) => Reference::Id(id),
            (Some(query), None, Some(hash)) => Reference::TextAndHash(query, hash),
            (Some(query), None, None) => Reference::Text(query),
            (None, None, Some(hash)) => Reference::Hash(hash),
            (None, None, None) => {
                return Err(Failure::malformed(
                    "`query` is missing: send the GraphQL document in it, or a `documentId`",
                ));
            }
        };
        Ok(Asked { document, operation_name, variables })
    }
}

/// Appendix A of GraphQL over HTTP: `sha256:` and 64 hexadecimal digits.
fn document_id(id: &str) -> Result<DocumentHash, Failure> {
    DocumentHash::parse(id).ok_or_else(|| {
        Failure::malformed("`documentId` must be sha256: and the 64 hexadecimal digits of the document's hash")
    })
}

/// Apollo's protocol for automatic persisted queries, version 1.
fn persisted_query(value: &Value) -> Result<DocumentHash, Failure> {
    let hash = value.get("sha256Hash").and_then(Value::as_str).and_then(DocumentHash::parse);
    hash.filter(|_| value.get("version").and_then(Value::as_u64) == Some(1)).ok_or_else(|| {
        Failure::malformed(
            "`extensions.persistedQuery` must be {\"version\": 1, \"sha256Hash\": the 64 hexadecimal digits of the \
             document's hash}",
        )
    })
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

    const HASH: &str = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38";

    fn text_of(asked: &Asked) -> &str {
        match &asked.document {
            Reference::Text(text) => text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_body_is_read() {
        let body = br#" {"query":"{ a }","operationName":"","variables":{"n":1},"extensions":null,"other":[1]}"#;
        let asked = from_json(body).expect("valid");
        assert_eq!((text_of(&asked), &asked.variables), ("{ a }", &serde_json::json!({"n": 1})));
        assert_eq!(asked.operation_name, None);
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
            (r#"{"documentId":"x"}"#, "`documentId` must be sha256:"),
            (r#"{"documentId":1}"#, "`documentId` is a number"),
            (r#"{"extensions":{"persistedQuery":{"version":1}}}"#, "`extensions.persistedQuery` must be"),
        ];
        for (body, expected) in cases {
            let failure = from_json(body.as_bytes()).expect_err(body);
            assert!(failure.message.contains(expected), "{body}: {}", failure.message);
        }
        let body = format!(r#"{{"query":"{{ a }}","documentId":"sha256:{HASH}"}}"#);
        assert!(from_json(body.as_bytes()).expect_err("both").message.contains("not both"));
        let version = format!(r#"{{"extensions":{{"persistedQuery":{{"version":2,"sha256Hash":"{HASH}"}}}}}}"#);
        assert!(from_json(version.as_bytes()).expect_err("version").message.contains("\"version\": 1"));
    }

    #[test]
    fn a_query_string_is_read() {
        let asked =
            from_query_string("query=%7B+a%20%7D&operationName=&variables=%7B%22n%22%3A1%7D&x=1").expect("valid");
        assert_eq!((text_of(&asked), &asked.variables), ("{ a }", &serde_json::json!({"n": 1})));
        for wrong in [
            "",
            "query=",
            "query=a&query=b",
            "query=a&variables=%7B",
            "query=a&variables=1",
            "query=%7",
            "query=%ff",
            "query=a&other=%zz",
        ] {
            assert_eq!(from_query_string(wrong).expect_err(wrong).status, Some(hyper::StatusCode::BAD_REQUEST));
        }
    }

    #[test]
    fn a_document_is_named_in_four_ways() {
        let hash = DocumentHash::parse(HASH).expect("a hash");
        let extensions = format!(r#"{{"persistedQuery":{{"version":1,"sha256Hash":"{HASH}"}}}}"#);
        let body = |rest: &str| format!(r#"{{"extensions":{extensions}{rest}}}"#);
        let of = |body: String| from_json(body.as_bytes()).expect("valid").document;
        for rest in ["", r#","query":"""#, r#","query":null"#] {
            assert!(matches!(of(body(rest)), Reference::Hash(found) if found == hash), "{rest}");
        }
        assert!(
            matches!(of(body(r#","query":"{ a }""#)), Reference::TextAndHash(text, found) if (text.as_str(), found) == ("{ a }", hash))
        );
        let id = format!(r#"{{"documentId":"sha256:{HASH}"}}"#);
        assert!(matches!(of(id), Reference::Id(found) if found == hash));
        let asked = of_document(&format!("sha256:{HASH}"), "operationName=A").expect("valid");
        assert!(matches!(asked.document, Reference::Id(found) if found == hash));
        assert!(of_document(HASH, "query=%7Ba%7D").is_err() && of_document("x", "").is_err());
    }
}
