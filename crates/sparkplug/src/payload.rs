//! Sparkplug B's payload (`sparkplug_b.proto` of Eclipse Tahu, section 6.4.1 of the specification): read where it stands,
//! without a value being built.

use crate::datatype::DataType;
use crate::protobuf::{Field, Fields, Value};

/// Messages nest no deeper than this; who nests deeper means to break readers.
pub const MAXIMUM_DEPTH: usize = 16;

/// What stands in a payload once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Payload<'a> {
    /// Milliseconds since 1970.
    pub timestamp: Option<u64>,
    /// 0 to 255.
    pub seq: Option<u64>,
    /// What kind of `body` it is.
    pub uuid: Option<&'a str>,
    /// Bytes of the kind that `uuid` names.
    pub body: Option<&'a [u8]>,
    bytes: &'a [u8],
}

/// A metric as it stands in a payload or a template.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metric<'a> {
    /// What it is called.
    pub name: Option<&'a str>,
    /// A number in place of the name.
    pub alias: Option<u64>,
    /// Milliseconds since 1970.
    pub timestamp: Option<u64>,
    /// How the value is to be read.
    pub datatype: Option<DataType>,
    /// The value is of the past and not the current one.
    pub is_historical: bool,
    /// The value is not to be stored.
    pub is_transient: bool,
    /// There is no value.
    pub is_null: bool,
    /// A `MetaData`, as it is written.
    pub metadata: Option<&'a [u8]>,
    /// A `PropertySet`, as it is written.
    pub properties: Option<&'a [u8]>,
    /// The value.
    pub value: Option<MetricValue<'a>>,
}

/// A value, by the field that it stands in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MetricValue<'a> {
    /// `int_value` and `long_value`.
    Number(u64),
    /// `float_value`
    Float(f32),
    /// `double_value`
    Double(f64),
    /// `boolean_value`
    Boolean(bool),
    /// `string_value`
    Text(&'a str),
    /// `bytes_value`
    Bytes(&'a [u8]),
    /// `dataset_value`, as it is written.
    DataSet(&'a [u8]),
    /// `template_value`, as it is written.
    Template(&'a [u8]),
    /// `propertyset_value`, as it is written.
    PropertySet(&'a [u8]),
    /// `propertysets_value`, as it is written.
    PropertySets(&'a [u8]),
    /// `extension_value`, which nobody but its makers can read.
    Extension(&'a [u8]),
}

/// What a field of the schema is.
#[derive(Clone, Copy)]
enum Kind {
    Number,
    Float,
    Double,
    Text,
    Bytes,
    Message(&'static Schema),
}

/// The fields of a message, by their numbers from 1.
struct Schema(&'static [Kind]);

use Kind::{Bytes, Double, Float, Message, Number, Text};

static PAYLOAD: Schema = Schema(&[Number, Message(&METRIC), Number, Text, Bytes]);
static METRIC: Schema = Schema(&[
    Text,
    Number,
    Number,
    Number,
    Number,
    Number,
    Number,
    Message(&METADATA),
    Message(&PROPERTIES),
    Number,
    Number,
    Float,
    Double,
    Number,
    Text,
    Bytes,
    Message(&DATASET),
    Message(&TEMPLATE),
    Bytes,
]);
static METADATA: Schema = Schema(&[Number, Text, Number, Number, Text, Text, Text, Text]);
static PROPERTIES: Schema = Schema(&[Text, Message(&PROPERTY)]);
static PROPERTY: Schema = Schema(&[
    Number,
    Number,
    Number,
    Number,
    Float,
    Double,
    Number,
    Text,
    Message(&PROPERTIES),
    Message(&PROPERTIES_LIST),
    Bytes,
]);
static PROPERTIES_LIST: Schema = Schema(&[Message(&PROPERTIES)]);
static DATASET: Schema = Schema(&[Number, Text, Number, Message(&ROW)]);
static ROW: Schema = Schema(&[Message(&CELL)]);
static CELL: Schema = Schema(&[Number, Number, Float, Double, Number, Text, Bytes]);
static TEMPLATE: Schema = Schema(&[Text, Message(&METRIC), Message(&PARAMETER), Text, Number]);
static PARAMETER: Schema = Schema(&[
    Text, Number, Number, Number, Float, Double, Number, Text, Bytes,
]);

impl Schema {
    /// Whether these bytes are such a message: each field that the schema has is of its type, and text is UTF-8. Fields
    /// that it does not have may stand there, as extensions do.
    fn fits(&self, bytes: &[u8], depth: usize) -> bool {
        depth <= MAXIMUM_DEPTH
            && Fields::of(bytes).all(|field| field.is_some_and(|field| self.has(field, depth)))
    }

    fn has(&self, field: Field<'_>, depth: usize) -> bool {
        let at = usize::try_from(field.number.saturating_sub(1));
        let Some(kind) = at.ok().and_then(|at| self.0.get(at)) else {
            return true;
        };
        match (kind, field.value) {
            (Number, Value::Varint(_))
            | (Float, Value::Fixed32(_))
            | (Double, Value::Fixed64(_))
            | (Bytes, Value::Bytes(_)) => true,
            // `types` of a data set may be packed.
            (Number, Value::Bytes(bytes)) => {
                core::ptr::eq(self, &raw const DATASET) && field.number == 3 && is_packed(bytes)
            }
            (Text, Value::Bytes(bytes)) => core::str::from_utf8(bytes).is_ok(),
            (Message(schema), Value::Bytes(bytes)) => schema.fits(bytes, depth.saturating_add(1)),
            _ => false,
        }
    }
}

/// Whether these bytes are numbers one behind the other.
fn is_packed(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        match crate::protobuf::varint(bytes) {
            Some((_, rest)) => bytes = rest,
            None => return false,
        }
    }
    true
}

impl<'a> Payload<'a> {
    /// These bytes as a payload; `None`: they are something else.
    ///
    /// All of it is looked at, so what the parts say later can be read.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Option<Self> {
        if !PAYLOAD.fits(bytes, 0) {
            return None;
        }
        let mut payload = Self {
            bytes,
            ..Self::default()
        };
        for field in Fields::of(bytes).flatten() {
            match (field.number, field.value) {
                (1, Value::Varint(number)) => payload.timestamp = Some(number),
                (3, Value::Varint(number)) => payload.seq = Some(number),
                (4, Value::Bytes(bytes)) => payload.uuid = core::str::from_utf8(bytes).ok(),
                (5, Value::Bytes(bytes)) => payload.body = Some(bytes),
                _ => {}
            }
        }
        Some(payload)
    }

    /// Its metrics, in their order.
    pub fn metrics(&self) -> impl Iterator<Item = Metric<'a>> + use<'a> {
        Fields::of(self.bytes)
            .flatten()
            .filter_map(|field| match field {
                Field {
                    number: 2,
                    value: Value::Bytes(bytes),
                } => Some(Metric::read(bytes)),
                _ => None,
            })
    }

    /// The birth and death number: the value of the metric `bdSeq`.
    #[must_use]
    pub fn bd_seq(&self) -> Option<u64> {
        let metric = self.metrics().find(|metric| metric.name == Some("bdSeq"))?;
        match metric.value? {
            MetricValue::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl<'a> Metric<'a> {
    /// A metric as it is written in a payload that was looked at.
    #[must_use]
    pub fn read(bytes: &'a [u8]) -> Self {
        let mut metric = Self::default();
        for field in Fields::of(bytes).flatten() {
            match (field.number, field.value) {
                (1, Value::Bytes(bytes)) => metric.name = core::str::from_utf8(bytes).ok(),
                (2, Value::Varint(number)) => metric.alias = Some(number),
                (3, Value::Varint(number)) => metric.timestamp = Some(number),
                (4, Value::Varint(number)) => metric.datatype = Some(datatype(number)),
                (5, Value::Varint(number)) => metric.is_historical = number != 0,
                (6, Value::Varint(number)) => metric.is_transient = number != 0,
                (7, Value::Varint(number)) => metric.is_null = number != 0,
                (8, Value::Bytes(bytes)) => metric.metadata = Some(bytes),
                (9, Value::Bytes(bytes)) => metric.properties = Some(bytes),
                (number, value) => {
                    metric.value = MetricValue::of(value, number, 10).or(metric.value);
                }
            }
        }
        metric
    }
}

impl<'a> MetricValue<'a> {
    /// The value in a field, where the fields of values begin with the number `first` and stand in the order of a metric's:
    /// integers, fractions, a truth, text, and then what is the metric's own.
    #[must_use]
    pub fn of(value: Value<'a>, number: u32, first: u32) -> Option<Self> {
        Some(match (number.checked_sub(first)?, value) {
            (0 | 1, Value::Varint(number)) => Self::Number(number),
            (2, Value::Fixed32(bits)) => Self::Float(f32::from_bits(bits)),
            (3, Value::Fixed64(bits)) => Self::Double(f64::from_bits(bits)),
            (4, Value::Varint(number)) => Self::Boolean(number != 0),
            (5, Value::Bytes(bytes)) => Self::Text(core::str::from_utf8(bytes).ok()?),
            (6, Value::Bytes(bytes)) => Self::Bytes(bytes),
            (7, Value::Bytes(bytes)) => Self::DataSet(bytes),
            (8, Value::Bytes(bytes)) => Self::Template(bytes),
            (9, Value::Bytes(bytes)) => Self::Extension(bytes),
            _ => return None,
        })
    }

    /// The same of a property, whose fields behind the text are its own.
    #[must_use]
    pub fn of_property(value: Value<'a>, number: u32) -> Option<Self> {
        Some(match (number, value) {
            (3..=8, _) => return Self::of(value, number, 3),
            (9, Value::Bytes(bytes)) => Self::PropertySet(bytes),
            (10, Value::Bytes(bytes)) => Self::PropertySets(bytes),
            (11, Value::Bytes(bytes)) => Self::Extension(bytes),
            _ => return None,
        })
    }

    /// The same of a cell or a parameter, whose values begin at `first`.
    #[must_use]
    pub fn of_part(value: Value<'a>, number: u32, first: u32) -> Option<Self> {
        match Self::of(value, number, first)? {
            Self::Bytes(bytes) => Some(Self::Extension(bytes)),
            value => Some(value),
        }
    }
}

/// Numbers that are too great are no type.
#[must_use]
pub fn datatype(number: u64) -> DataType {
    DataType(u32::try_from(number).unwrap_or(u32::MAX))
}
