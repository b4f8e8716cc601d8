//! Reading a customer's name.
use super::{Answer, Rig};
use hyper::StatusCode;
use serde_json::json;
use tradewind_persistence::read::customer::authors_by_ids;
use uuid::Uuid;

impl Rig {
    pub(super) async fn profile(&self, id: &str) -> Answer {
        let Ok(id) = Uuid::try_parse(id) else {
            return (StatusCode::BAD_REQUEST, json!({ "error": "the id is no UUID" }));
        };
        match authors_by_ids(&self.db, vec![id]).await {
            Ok(rows) => {
                let title = rows.into_iter().next().map(|row| row.display_name);
                (StatusCode::OK, json!({ "data": { "profile": title.map(|title| json!({ "title": title })) } }))
            }
            Err(error) => (StatusCode::SERVICE_UNAVAILABLE, json!({ "error": error.to_string() })),
        }
    }
}
