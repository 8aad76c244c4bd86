//! The metrics of a Sparkplug B payload as one value: for paths into it.

use mqttscope_sparkplug::protobuf::Fields;
use mqttscope_sparkplug::{DataType, Metric, MetricValue, Names};
use serde_json::{Map, Value};

use super::{Known, MOST_MEMBERS, array, columns, hex, parts, read};

/// The metrics of a payload by their names, which may be those of the `names` of the births before it.
///
/// Left out is what is historical, which is not of this moment, and what has an alias of which no birth is known. A time is in milliseconds since 1970. A template has its metrics by their names, a data set is a list of rows with their
/// cells by column, bytes are a text. `None`: topic and payload do not both fit.
#[must_use]
pub fn sparkplug_value(topic: &str, payload: &[u8], names: &Names<'_>) -> Option<Value> {
    let (_, payload) = read(topic, payload)?;
    Some(metrics(payload.metrics(), names))
}

fn metrics<'a>(all: impl Iterator<Item = Metric<'a>>, names: &Names<'_>) -> Value {
    let one = |metric: Metric<'a>| {
        let known = Known::of(&metric, names);
        let is_named = metric.name.is_some() || known.is_from_birth;
        let value = metric.value.filter(|_| !metric.is_null);
        let value = value.map_or(Value::Null, |value| of(value, known.datatype));
        (is_named && !metric.is_historical).then_some((known.name, value))
    };
    Value::Object(all.filter_map(one).collect())
}

fn of(value: MetricValue<'_>, of_type: DataType) -> Value {
    match value {
        MetricValue::Number(bits) if of_type.0 == 11 => (bits != 0).into(),
        MetricValue::Number(bits) => match of_type.signed(bits) {
            Some(number) => number.into(),
            None => bits.into(),
        },
        // JSON has no number for those that are none.
        MetricValue::Float(number) => fraction(f64::from(number)),
        MetricValue::Double(number) => fraction(number),
        MetricValue::Boolean(is) => is.into(),
        MetricValue::Text(text) => text.into(),
        MetricValue::Bytes(bytes) => {
            let members = of_type.member().and_then(|member| array(bytes, member));
            let members = members.and_then(|text| serde_json::from_str(&text).ok());
            members.unwrap_or_else(|| hex(bytes).into())
        }
        MetricValue::Template(bytes) => {
            metrics(parts(bytes, 2).map(Metric::read), &Names::default())
        }
        MetricValue::DataSet(bytes) => data_set(bytes),
        MetricValue::Extension(_) | MetricValue::PropertySet(_) | MetricValue::PropertySets(_) => {
            Value::Null
        }
    }
}

fn fraction(number: f64) -> Value {
    serde_json::Number::from_f64(number)
        .map_or_else(|| super::fraction(number, number).into(), Value::Number)
}

fn data_set(bytes: &[u8]) -> Value {
    let (columns, types) = columns(bytes);
    let row = |row| {
        let types = types.iter().copied();
        let types = types.chain(std::iter::repeat(DataType::default()));
        let cells = parts(row, 1).zip(types).map(|(cell, of_type)| {
            let mut fields = Fields::of(cell).flatten();
            let value = fields.find_map(|it| MetricValue::of_part(it.value, it.number, 1));
            value.map_or(Value::Null, |value| of(value, of_type))
        });
        Value::Object(columns.iter().cloned().zip(cells).collect::<Map<_, _>>())
    };
    Value::Array(parts(bytes, 4).take(MOST_MEMBERS).map(row).collect())
}
