//! How values that are no objects of ours write themselves: as async-graphql would, to the letter.
use super::direct::{Direct, Json, Step};
use crate::{
    answer::{write_json, write_value},
    scalars::{self, Decimal},
};
use async_graphql::{Context, ID, resolver_utils::EnumType};
use chrono::{DateTime, Utc};
use std::sync::Arc;

impl Direct for str {
    fn write(&self, _: &Context<'_>, json: &mut Json) -> Step {
        write_json(json, self);
        Step::Written
    }
}

impl Direct for String {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        self.as_str().write(ctx, json)
    }
}

impl Direct for ID {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        // Ours are base64url, which needs no escapes.
        if !self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return self.0.write(ctx, json);
        }
        json.push(b'"');
        json.extend_from_slice(self.0.as_bytes());
        json.push(b'"');
        Step::Written
    }
}

impl Direct for Decimal {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        self.0.write(ctx, json)
    }
}

impl Direct for DateTime<Utc> {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        self.to_rfc3339().write(ctx, json)
    }
}

impl Direct for scalars::Json {
    fn write(&self, _: &Context<'_>, json: &mut Json) -> Step {
        write_value(json, &self.0);
        Step::Written
    }
}

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Direct for $type {
            fn write(&self, _: &Context<'_>, json: &mut Json) -> Step {
                write_json(json, self);
                Step::Written
            }
        })*
    };
}
plain!(bool, i32, i64, u64, f64);

impl<T: Direct + ?Sized> Direct for &T {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        (**self).write(ctx, json)
    }
}

impl<T: Direct + ?Sized> Direct for Arc<T> {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        (**self).write(ctx, json)
    }
}

impl<T: Direct> Direct for Option<T> {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        match self {
            Some(value) => value.write(ctx, json),
            None => {
                json.extend_from_slice(b"null");
                Step::Written
            }
        }
    }
}

impl<T: Direct> Direct for [T] {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        let mut step = Step::Written;
        json.push(b'[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                json.push(b',');
            }
            match item.write(&ctx.with_index(index), json) {
                Step::Written => {}
                Step::Waiting => step = Step::Waiting,
                Step::Elsewhere => return Step::Elsewhere,
            }
        }
        json.push(b']');
        step
    }
}

impl<T: Direct> Direct for Vec<T> {
    fn write(&self, ctx: &Context<'_>, json: &mut Json) -> Step {
        self.as_slice().write(ctx, json)
    }
}

/// For the enums of the schema.
pub(crate) fn write_enum<T: EnumType>(value: &T, json: &mut Json) -> Step {
    match T::items().iter().find(|item| item.value == *value) {
        Some(item) => {
            write_json(json, item.name);
            Step::Written
        }
        None => Step::Elsewhere,
    }
}

/// Makes an enum of the schema write itself.
macro_rules! direct_enum {
    ($($name:ty),*) => {
        $(impl $crate::execution::Direct for $name {
            fn write(&self, _: &async_graphql::Context<'_>, json: &mut $crate::execution::Json) -> $crate::execution::Step {
                $crate::execution::write_enum(self, json)
            }
        })*
    };
}
pub(crate) use direct_enum;
