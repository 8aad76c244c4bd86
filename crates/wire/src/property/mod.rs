//! Properties: the block that version 5 adds to nearly every packet (section 2.2.2).

mod grammar;
mod id;
mod value;

pub(crate) use grammar::properties;
pub use id::{PropertyId, PropertyOwner, PropertySet, PropertyType};
pub use value::{Iter, Properties, PropertiesBuf, Property, PropertyError};
