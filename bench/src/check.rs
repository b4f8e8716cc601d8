//! Whether a floor answers what the server answers: a floor that does less is none.
use crate::{
    Failure,
    arguments::arguments,
    http_client::Endpoint,
    load::{Protocol, prepare},
    operation::Operation,
    postgres,
};
use clap::Args;
use serde_json::Value;

#[derive(Args)]
pub(crate) struct Options {
    /// Address of a server [example: http://127.0.0.1:8000/graphql].
    #[arg(long)]
    graphql: Option<String>,
    /// Addresses of floors; without a server they are compared with the first of them.
    #[arg(long)]
    floor: Vec<String>,
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: String,
    /// Random arguments for each operation.
    #[arg(long, default_value_t = 50)]
    samples: usize,
    /// Leaves ids out: the floor with json_agg answers row ids.
    #[arg(long)]
    without_ids: bool,
}

/// Ends with an error at the first difference.
#[allow(clippy::print_stdout)] // the command's answer
pub(crate) async fn run(options: Options) -> Result<(), Failure> {
    let mut servers = Vec::new();
    if let Some(url) = &options.graphql {
        servers.push((Protocol::Graphql, Endpoint::parse(url)?));
    }
    for url in &options.floor {
        servers.push((Protocol::Floor, Endpoint::parse(url)?));
    }
    let client = postgres::connect(&options.database_url).await?;
    for operation in Operation::ALL {
        let all = arguments(&client, operation).await?;
        let mut random = fastrand::Rng::with_seed(7);
        let picks: Vec<usize> = (0..options.samples).map(|_| random.usize(..all.len())).collect();
        let mut expected: Vec<Value> = Vec::new();
        for (protocol, endpoint) in &servers {
            let requests = prepare(*protocol, endpoint, operation, &all).await?;
            let mut connection = endpoint.connect().await?;
            for (number, pick) in picks.iter().enumerate() {
                let request = &requests[*pick];
                let answer = connection.send(request).await?;
                if !answer.is_good(true) {
                    return Err(format!("{request}: {}", String::from_utf8_lossy(&answer.body)).into());
                }
                let mut value: Value = serde_json::from_slice(&answer.body)?;
                remove(&mut value, options.without_ids);
                match expected.get(number) {
                    None => expected.push(value),
                    Some(first) => same("", first, &value).map_err(|where_| format!("{request}: {where_}"))?,
                }
            }
        }
        println!("{}: {} answers of {} servers agree", operation.name(), picks.len(), servers.len());
    }
    Ok(())
}

/// Cursors hold a fingerprint of the server's own.
fn remove(value: &mut Value, ids: bool) {
    match value {
        Value::Object(fields) => {
            fields.remove("endCursor");
            if ids {
                fields.remove("id");
            }
            fields.values_mut().for_each(|value| remove(value, ids));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| remove(value, ids)),
        _ => {}
    }
}

/// The path of the first difference.
fn same(path: &str, a: &Value, b: &Value) -> Result<(), String> {
    match (a, b) {
        (Value::Object(x), Value::Object(y)) if x.keys().eq(y.keys()) => {
            x.iter().zip(y.values()).try_for_each(|((key, x), y)| same(&format!("{path}.{key}"), x, y))
        }
        (Value::Array(x), Value::Array(y)) if x.len() == y.len() => {
            x.iter().zip(y).enumerate().try_for_each(|(index, (x, y))| same(&format!("{path}[{index}]"), x, y))
        }
        // 5.0 is 5.
        (Value::Number(x), Value::Number(y)) if x.as_f64() == y.as_f64() => Ok(()),
        _ if a == b => Ok(()),
        _ => Err(format!("{path}: {a} is not {b}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_the_first_difference() {
        let mut a = json!({"data": {"list": [{"id": 1, "n": 2}], "endCursor": "x"}});
        let mut b = json!({"data": {"list": [{"id": 2, "n": 3}], "endCursor": "y"}});
        remove(&mut a, true);
        remove(&mut b, true);
        assert_eq!(same("", &a, &a), Ok(()));
        assert_eq!(same("", &a, &b), Err(".data.list[0].n: 2 is not 3".to_owned()));
    }
}
