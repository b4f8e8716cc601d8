//! The audit log.
use crate::{
    access::{AccessTo, Grant},
    context::Request as _,
    cursor::{self, Fingerprint},
    error::database,
    execution::direct,
    node::decode,
    page::{PageInfo, edge, page_size},
    policy::{CacheControl, Decision, Governed as _, governed},
    scalars::Json,
    words::word_enums,
};
use async_graphql::{Context, ID, Object, Result, Value};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use tradewind_domain::{
    audit::Subject,
    global_id::{GlobalId, NodeKind},
};
use tradewind_persistence::{
    read::listing::{Position, SortKey},
    write::staff::{self, Actor, AuditFilter, audit_entries},
};
use uuid::Uuid;

word_enums! {
    /// What a change of the administration is about.
    AuditSubject = Subject;
}

edge!(AuditEntryEdge, AuditEntry, "entries of the audit log");

/// One change by staff.
#[derive(Clone)]
pub struct AuditEntry(Arc<staff::AuditEntry>);

fn kind_of(subject: Subject) -> NodeKind {
    match subject {
        Subject::Product => NodeKind::Product,
        Subject::Variant | Subject::Stock => NodeKind::ProductVariant,
        Subject::Media => NodeKind::Media,
        Subject::Category => NodeKind::Category,
        Subject::Collection => NodeKind::Collection,
        Subject::Review => NodeKind::Review,
        Subject::Warehouse => NodeKind::Warehouse,
        Subject::Order => NodeKind::Order,
        Subject::Customer => NodeKind::Customer,
        Subject::Promotion => NodeKind::Promotion,
        Subject::GiftCard => NodeKind::GiftCard,
        Subject::Channel => NodeKind::Channel,
        Subject::TaxRate => NodeKind::TaxRate,
        Subject::ShippingMethod => NodeKind::ShippingMethod,
        Subject::WebhookEndpoint => NodeKind::WebhookEndpoint,
        Subject::StaffMember => NodeKind::StaffMember,
        Subject::Role => NodeKind::StaffRole,
        Subject::ApiKey => NodeKind::ApiKey,
    }
}

/// Id of whoever did something; None of a command.
pub(crate) fn actor_id(actor: Actor) -> Option<ID> {
    match actor {
        Actor::Member(id) => Some(ID(GlobalId::encode(NodeKind::StaffMember, id))),
        Actor::ApiKey(id) => Some(ID(GlobalId::encode(NodeKind::ApiKey, id))),
        Actor::Command => None,
    }
}

fn json(value: &serde_json::Value) -> Option<Json> {
    if value.is_null() { None } else { Value::from_json(value.clone()).ok().map(Json) }
}

impl AuditEntry {
    /// The entry, for who may read the log.
    pub(crate) async fn load(ctx: &Context<'_>, id: Uuid) -> Result<Option<Self>> {
        if !ctx.request().may(Grant::StaffRead) {
            return Ok(None);
        }
        // The newest of those up to this one.
        let next = Uuid::from_u128(id.as_u128().saturating_add(1));
        let entries = audit_entries((&ctx.request().db).into(), AuditFilter::default(), Some(next), 1);
        let found = entries.await.map_err(database)?.into_iter().find(|entry| entry.id == id);
        Ok(found.map(|entry| Self(Arc::new(entry))))
    }

    fn cursor(&self, filter: AuditFilter) -> String {
        cursor::encode(fingerprint(filter), &Position { key: SortKey::Time(self.0.at), id: self.0.id })
    }
}

/// One change by staff.
#[Object(crate = "crate::execution", directive = CacheControl::apply(AuditEntry::DECISION))]
impl AuditEntry {
    /// Opaque id.
    pub(crate) async fn id(&self) -> ID {
        ID(GlobalId::encode(NodeKind::AuditEntry, self.0.id))
    }
    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// Id of the member or of the API key; null of a command at the machine.
    async fn actor_id(&self) -> Option<ID> {
        actor_id(self.0.actor)
    }
    /// The name of the member or of the API key, as it is now.
    async fn actor_name(&self) -> Option<&str> {
        self.0.actor_name.as_deref()
    }
    /// What was done: the name of the mutation, or of the command.
    async fn action(&self) -> &str {
        &self.0.action
    }
    /// What it is about.
    async fn subject(&self) -> AuditSubject {
        AuditSubject(self.0.subject)
    }
    /// Id of it; of stock, that of the variant.
    async fn subject_id(&self) -> ID {
        ID(GlobalId::encode(kind_of(self.0.subject), self.0.subject_id))
    }
    /// What it was: of a change, the parts that differ; null of something new.
    async fn before(&self) -> Option<Json> {
        json(&self.0.before)
    }
    /// What it was then; null of something that was deleted.
    async fn after(&self) -> Option<Json> {
        json(&self.0.after)
    }
}

/// A page of the audit log, newest first.
pub struct AuditEntryConnection {
    entries: Vec<AuditEntry>,
    filter: AuditFilter,
    has_next: bool,
    has_previous: bool,
}

fn fingerprint(filter: AuditFilter) -> Fingerprint {
    Fingerprint::of(&("audit log, newest first", filter))
}

/// A page of the audit log, newest first.
#[Object(crate = "crate::execution", directive = CacheControl::apply(AuditEntryConnection::DECISION))]
impl AuditEntryConnection {
    /// The entries with their cursors.
    async fn edges(&self) -> Vec<AuditEntryEdge> {
        let edge = |entry: &AuditEntry| AuditEntryEdge { cursor: entry.cursor(self.filter), node: entry.clone() };
        self.entries.iter().map(edge).collect()
    }
    /// The entries.
    async fn nodes(&self) -> &[AuditEntry] {
        &self.entries
    }
    /// Where the page lies.
    async fn page_info(&self) -> PageInfo {
        PageInfo {
            has_next_page: self.has_next,
            has_previous_page: self.has_previous,
            start_cursor: self.entries.first().map(|entry| entry.cursor(self.filter)),
            end_cursor: self.entries.last().map(|entry| entry.cursor(self.filter)),
        }
    }
}

/// Queries for the audit log.
#[derive(Default)]
pub struct AuditQuery;

#[Object(crate = "crate::execution")]
impl AuditQuery {
    /// For staff: what members of staff, API keys and commands changed, newest first.
    #[graphql(directive = AccessTo::apply(&[Grant::StaffRead]))]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 without it.")] first: Option<i32>,
        #[graphql(desc = "Entries behind this cursor.")] after: Option<String>,
        #[graphql(desc = "Entries about this only.")] subject_id: Option<ID>,
        #[graphql(desc = "Entries by this member of staff or API key only.")] actor_id: Option<ID>,
    ) -> Result<AuditEntryConnection> {
        let read = |name: &str, id: Option<ID>| id.map(|id| decode(name, &id)).transpose();
        let filter = AuditFilter {
            subject_id: read("subjectId", subject_id)?.map(|id| id.id),
            actor_id: read("actorId", actor_id)?.map(|id| id.id),
        };
        let size = page_size(first, None)?.size;
        let before = after.as_deref().map(|after| cursor::decode("after", after, fingerprint(filter))).transpose()?;
        let (db, before) = (&ctx.request().db, before.map(|position| position.id));
        let mut rows = audit_entries(db.into(), filter, before, size + 1).await.map_err(database)?;
        let has_next = rows.len() > size as usize;
        rows.truncate(size as usize);
        let entries = rows.into_iter().map(|row| AuditEntry(Arc::new(row))).collect();
        Ok(AuditEntryConnection { entries, filter, has_next, has_previous: after.is_some() })
    }
}

direct!(AuditEntry {});
direct!(AuditEntryConnection {});
direct!(AuditQuery {});
governed! {
    Decision::Never => AuditEntry, AuditEntryConnection;
    Decision::Part => AuditQuery;
}
