//! Sparkplug's data types, by their numbers (section 6.4.16 of its specification, version 3.0.0).

/// The names, by number.
const NAMES: [&str; 35] = [
    "Unknown",
    "Int8",
    "Int16",
    "Int32",
    "Int64",
    "UInt8",
    "UInt16",
    "UInt32",
    "UInt64",
    "Float",
    "Double",
    "Boolean",
    "String",
    "DateTime",
    "Text",
    "UUID",
    "DataSet",
    "Bytes",
    "File",
    "Template",
    "PropertySet",
    "PropertySetList",
    "Int8Array",
    "Int16Array",
    "Int32Array",
    "Int64Array",
    "UInt8Array",
    "UInt16Array",
    "UInt32Array",
    "UInt64Array",
    "FloatArray",
    "DoubleArray",
    "BooleanArray",
    "StringArray",
    "DateTimeArray",
];

/// A data type, by its number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DataType(pub u32);

impl DataType {
    /// Its name; `None`: the specification has no such number.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::try_from(self.0).ok()?).copied()
    }

    /// The number that an `int_value` or `long_value` stands for: signed types keep the bits of two's complement, some
    /// encoders those of their own width only.
    #[must_use]
    pub const fn signed(self, bits: u64) -> Option<i64> {
        match self.0 {
            1 => Some((bits as u8).cast_signed() as i64),
            2 => Some((bits as u16).cast_signed() as i64),
            3 => Some((bits as u32).cast_signed() as i64),
            4 => Some(bits.cast_signed()),
            _ => None,
        }
    }

    /// `DateTime`: milliseconds since 1970.
    #[must_use]
    pub const fn is_time(self) -> bool {
        self.0 == 13
    }

    /// The type of the members, where it is an array.
    #[must_use]
    pub const fn member(self) -> Option<Self> {
        match self.0 {
            22..=31 => Some(Self(self.0.saturating_sub(21))),
            32..=33 => Some(Self(self.0.saturating_sub(21))),
            34 => Some(Self(13)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_has_members_of_its_name() {
        for number in 0..40 {
            let array = DataType(number);
            let Some(member) = array.member() else {
                assert!(array.name().is_none_or(|it| !it.ends_with("Array")));
                continue;
            };
            let name = member.name().unwrap();
            assert_eq!(array.name().unwrap(), std::format!("{name}Array"));
        }
    }

    #[test]
    fn signed_numbers_of_either_width() {
        assert_eq!(DataType(1).signed(0xff), Some(-1));
        assert_eq!(DataType(1).signed(0xffff_ffff), Some(-1));
        assert_eq!(DataType(2).signed(0xfffe), Some(-2));
        assert_eq!(DataType(3).signed(0xffff_fffd), Some(-3));
        assert_eq!(DataType(4).signed(u64::MAX), Some(-1));
        assert_eq!(DataType(7).signed(1), None);
    }
}
