//! Properties: the block that version 5 adds to nearly every packet (section 2.2.2).

mod build;
mod grammar;
mod id;
mod plain;
mod rules;
mod table;
mod value;

pub use build::{PropertiesBuf, PropertyError};
pub(crate) use grammar::properties;
pub use id::{PropertyId, PropertyOwner, PropertySet, PropertyType};
pub(crate) use plain::plain;
pub(crate) use table::each_property;
pub use value::{Iter, Properties, Property, PropertyValue};
