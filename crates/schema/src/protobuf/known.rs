//! The types that Protobuf brings itself, which no file of a person's has.

use alloc::format;

use super::{Proto, parse};

/// Its files of version 3, without what says nothing of fields.
const FILE: &str = "
syntax = 'proto3';
package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message Empty {}
message Any { string type_url = 1; bytes value = 2; }
message FieldMask { repeated string paths = 1; }
enum NullValue { NULL_VALUE = 0; }
message Struct { map<string, Value> fields = 1; }
message ListValue { repeated Value values = 1; }
message Value {
  oneof kind {
    NullValue null_value = 1;
    double number_value = 2;
    string string_value = 3;
    bool bool_value = 4;
    Struct struct_value = 5;
    ListValue list_value = 6;
  }
}
";

/// Messages with one value: what they hold, and how they are called in front of `Value`.
const WRAPPERS: [(&str, &str); 9] = [
    ("double", "Double"),
    ("float", "Float"),
    ("int64", "Int64"),
    ("uint64", "UInt64"),
    ("int32", "Int32"),
    ("uint32", "UInt32"),
    ("bool", "Bool"),
    ("string", "String"),
    ("bytes", "Bytes"),
];

/// Adds them, but for those that a file has already.
pub(super) fn add(proto: &mut Proto) {
    let wrappers = WRAPPERS.map(|(of, name)| format!("message {name}Value {{ {of} value = 1; }}"));
    // Sound, and small: where the person's types leave no room, theirs are missed as others are.
    let _ = parse::parse(&format!("{FILE}{}", wrappers.concat()), proto);
}
