//! Places that hold stock.
use super::{Answer, text};
use crate::{
    account::{
        Moment,
        refusal::{Checks, codes, refused_field},
    },
    staff::Audited,
};
use serde_json::{Value, json};
use tradewind_domain::{
    audit::{Change, Subject},
    warehouse::Warehouse,
};
use tradewind_persistence::{
    DbError,
    write::{WriteTx, load_warehouses, lock_warehouses, save_warehouses},
};
use uuid::Uuid;

codes! {
    /// Why a warehouse is not changed.
    Code {
        /// There is no such warehouse.
        NotFound = "WAREHOUSE_NOT_FOUND",
        /// The code has other characters than a to z, digits and hyphens, or too many.
        InvalidCode = "INVALID_CODE",
        /// Another warehouse has the code.
        CodeTaken = "CODE_TAKEN",
        /// The name is empty, too long, or has a line break.
        InvalidName = "INVALID_NAME",
    }
}

fn kept(warehouse: &Warehouse) -> Value {
    json!({ "code": warehouse.code, "name": warehouse.name })
}

/// Makes a warehouse, or changes the one of the id; None: it stays. No channel sells from a new one yet.
pub async fn save(
    tx: &WriteTx,
    id: Option<Uuid>,
    code: Option<&str>,
    name: Option<&str>,
    moment: &mut Moment<'_>,
) -> Answer<Uuid, Code> {
    lock_warehouses(tx).await?;
    let all = load_warehouses(tx.into()).await?;
    let before = id.map(|id| all.iter().find(|warehouse| warehouse.id == id));
    let before = match before {
        Some(None) => {
            let message = "There is no such warehouse: look at `warehouses`.";
            return Ok(Err(refused_field(Code::NotFound, "id", message)));
        }
        Some(before) => before,
        None => None,
    };
    let mut checks = Checks::new();
    let code = code.or(before.map(|before| before.code.as_str())).unwrap_or_default();
    let name = name.or(before.map(|before| before.name.as_str())).unwrap_or_default();
    let code = checks.take("code", text::code(code).map_err(|why| (Code::InvalidCode, why)));
    let name = checks.take("name", text::line(name, 100).map_err(|why| (Code::InvalidName, why)));
    let (Some(code), Some(name)) = (code, name) else { return Ok(Err(checks.refused())) };
    let after = Warehouse { id: id.unwrap_or_else(|| moment.id()), code, name };
    if before == Some(&after) {
        return Ok(Ok(Audited::unchanged(after.id)));
    }
    let taken = || Ok(Err(refused_field(Code::CodeTaken, "code", "Another warehouse has this code.")));
    if all.iter().any(|other| other.id != after.id && other.code == after.code) {
        return taken();
    }
    match save_warehouses(tx, std::slice::from_ref(&after), moment.now()).await {
        Ok(()) => {}
        // One that was made meanwhile.
        Err(DbError::Constraint(_)) => return taken(),
        Err(error) => return Err(error),
    }
    let change = match before {
        None => Change::created("warehouseCreate", Subject::Warehouse, after.id, kept(&after)),
        Some(before) => Change::updated("warehouseUpdate", Subject::Warehouse, after.id, kept(before), kept(&after)),
    };
    Ok(Ok(Audited::new(after.id, change)))
}
