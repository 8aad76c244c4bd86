//! Control packets as plain objects: `type`, then the standard's field names in camelCase.

mod field;
mod object;
mod properties;
mod write;

pub(crate) use object::object;
pub(crate) use write::write;
