//! What cards of a channel read.
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "listings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    pub published_at: DateTimeUtc,
    pub min_price: i64,
    pub max_price: i64,
    pub min_compare_at: Option<i64>,
    pub max_compare_at: Option<i64>,
    pub availability: i16,
    pub title_key: String,
    pub rating_milli: i64,
    pub units_sold: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
