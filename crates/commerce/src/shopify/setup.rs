//! Finds the channel and the warehouse, or makes the first of each.
use super::{
    import::{ImportError, ImportOptions},
    target::Target,
};
use chrono::{DateTime, Utc};
use tradewind_domain::{channel::Channel, currency::Currency, warehouse::Warehouse};
use tradewind_persistence::{
    Db, DbError,
    write::{Shop, WriteTx, save_channels, save_warehouses},
};
use uuid::Uuid;

/// Where the import writes, and what had to be made for it.
#[derive(Debug)]
pub(crate) struct Setup {
    pub(crate) target: Target,
    warehouses: Vec<Warehouse>,
    channels: Vec<Channel>,
}

impl Setup {
    /// Writes what was made; nothing in a shop that has a channel and a warehouse.
    pub(crate) async fn save(&self, tx: &WriteTx, now: DateTime<Utc>) -> Result<(), DbError> {
        if !self.warehouses.is_empty() {
            save_warehouses(tx, &self.warehouses, now).await?;
        }
        if !self.channels.is_empty() {
            save_channels(tx, &self.channels, now).await?;
        }
        Ok(())
    }
}

/// Reads the shop. A shop without any channel gets `default`, one without any warehouse gets `main`.
pub(crate) async fn prepare(db: &Db, options: &ImportOptions) -> Result<Setup, ImportError> {
    let shop = Shop::load(db).await?;
    let (warehouse_id, warehouses) = warehouse(&shop, options)?;
    let (main, channels) = channel(&shop, options, warehouse_id, !warehouses.is_empty())?;
    let mut known = shop.channels;
    for made in &channels {
        known.retain(|channel| channel.id != made.id);
        known.push(made.clone());
    }
    let setup = Setup { target: Target { main, channels: known, warehouse_id }, warehouses, channels };
    let makes_something = !setup.warehouses.is_empty() || !setup.channels.is_empty();
    if makes_something && !options.dry_run {
        let tx = WriteTx::begin(db).await?;
        setup.save(&tx, options.now).await?;
        tx.commit().await?;
    }
    Ok(setup)
}

fn warehouse(shop: &Shop, options: &ImportOptions) -> Result<(Uuid, Vec<Warehouse>), ImportError> {
    if let Some(code) = &options.warehouse {
        let found = shop.warehouses.iter().find(|warehouse| warehouse.code.eq_ignore_ascii_case(code));
        let codes = || shop.warehouses.iter().map(|warehouse| warehouse.code.as_str()).collect::<Vec<_>>().join(", ");
        return found.map(|warehouse| (warehouse.id, Vec::new())).ok_or_else(|| {
            ImportError::Target(format!("no warehouse has the code `{code}`; there are: {}", or_none(&codes())))
        });
    }
    let of_channel = main_channel(shop, options.channel.as_deref())?.map(|channel| channel.warehouse_ids.clone());
    let of_channel = of_channel.unwrap_or_default();
    let own = shop.warehouses.iter().find(|warehouse| of_channel.contains(&warehouse.id));
    if let Some(warehouse) = own.or_else(|| shop.warehouses.first()) {
        return Ok((warehouse.id, Vec::new()));
    }
    let made = Warehouse { id: Uuid::now_v7(), code: "main".to_owned(), name: "Main".to_owned() };
    Ok((made.id, vec![made]))
}

fn channel(
    shop: &Shop,
    options: &ImportOptions,
    warehouse_id: Uuid,
    new_warehouse: bool,
) -> Result<(Channel, Vec<Channel>), ImportError> {
    if let Some(found) = main_channel(shop, options.channel.as_deref())? {
        let mut found = found.clone();
        if !new_warehouse {
            return Ok((found, Vec::new()));
        }
        // The shop's first warehouse serves the channel that fills it.
        found.warehouse_ids.push(warehouse_id);
        return Ok((found.clone(), vec![found]));
    }
    let made = Channel {
        id: Uuid::now_v7(),
        code: "default".to_owned(),
        name: "Default".to_owned(),
        currency: options.currency.unwrap_or(Currency::USD),
        default_locale: "en".to_owned(),
        tax_inclusive: false,
        is_default: true,
        warehouse_ids: vec![warehouse_id],
    };
    Ok((made.clone(), vec![made]))
}

/// The channel of a code, or the default one; None in a shop without channels.
pub(crate) fn main_channel<'a>(shop: &'a Shop, code: Option<&str>) -> Result<Option<&'a Channel>, ImportError> {
    let codes = || shop.channels.iter().map(|channel| channel.code.as_str()).collect::<Vec<_>>().join(", ");
    match code {
        Some(code) => {
            let found = shop.channels.iter().find(|channel| channel.code.eq_ignore_ascii_case(code));
            let missing =
                || ImportError::Target(format!("no channel has the code `{code}`; there are: {}", or_none(&codes())));
            found.map(Some).ok_or_else(missing)
        }
        None if shop.channels.is_empty() => Ok(None),
        None => shop.default_channel().map(Some).ok_or_else(|| {
            ImportError::Target(format!("no channel is the default one; name one of: {} (--channel)", codes()))
        }),
    }
}

fn or_none(codes: &str) -> &str {
    if codes.is_empty() { "none" } else { codes }
}

/// What an export reads; a shop without channels has nothing to export from.
pub(crate) fn export_target(shop: &Shop, options: &super::export::ExportOptions) -> Result<Target, ImportError> {
    let none =
        || ImportError::Target("the shop has no channel yet; run `tradewind migrate`, then import products".to_owned());
    let main = main_channel(shop, options.channel.as_deref())?.ok_or_else(none)?.clone();
    let warehouse = match &options.warehouse {
        Some(code) => Some(
            shop.warehouses
                .iter()
                .find(|warehouse| warehouse.code.eq_ignore_ascii_case(code))
                .ok_or_else(|| ImportError::Target(format!("no warehouse has the code `{code}`")))?,
        ),
        None => {
            let own = shop.warehouses.iter().find(|warehouse| main.warehouse_ids.contains(&warehouse.id));
            own.or_else(|| shop.warehouses.first())
        }
    };
    let warehouse_id = warehouse.map_or_else(Uuid::nil, |warehouse| warehouse.id);
    Ok(Target { main, channels: shop.channels.clone(), warehouse_id })
}
