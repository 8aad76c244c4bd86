//! What a person writes as a payload, and the bytes that it stands for.

use mqttscope_capture::text::{self, Format};
use mqttscope_view::payload::Binary;
use serde::de::IgnoredAny;

/// How a payload is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// As text: its UTF-8 bytes.
    #[default]
    Text,
    /// As text that has to be JSON.
    Json,
    /// As pairs of hex digits.
    Hex,
    /// As Base64.
    Base64,
    /// As a file that was chosen.
    File,
    /// As JSON that becomes CBOR.
    Cbor,
    /// As JSON that becomes MessagePack.
    MessagePack,
    /// In the form that a person gave for the topic: by a schema it is JSON that becomes bytes.
    Schema,
}

impl Written {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Json,
        Self::Hex,
        Self::Base64,
        Self::File,
        Self::Cbor,
        Self::MessagePack,
        Self::Schema,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "JSON",
            Self::Hex => "hex",
            Self::Base64 => "base64",
            Self::File => "file",
            Self::Cbor => "CBOR",
            Self::MessagePack => "MessagePack",
            Self::Schema => "by schema",
        }
    }

    /// The way that is called so; text when there is none.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|written| written.name() == name)
            .unwrap_or_default()
    }

    /// The binary form that JSON becomes.
    #[must_use]
    pub const fn binary(self) -> Option<Binary> {
        match self {
            Self::Cbor => Some(Binary::Cbor),
            Self::MessagePack => Some(Binary::MessagePack),
            _ => None,
        }
    }

    /// The bytes that a text written so stands for. Nothing stands for no bytes.
    ///
    /// # Errors
    /// A sentence that names the place.
    pub fn bytes(self, typed: &str) -> Result<Vec<u8>, String> {
        let decoded = |format| {
            if typed.trim().is_empty() {
                return Ok(Vec::new());
            }
            text::decode(typed, Some(format))
                .map(|decoded| decoded.bytes)
                .map_err(|error| error.to_string())
        };
        if let Some(binary) = self.binary() {
            let json = Self::Json.bytes(typed)?;
            // What is still wrong is a name that stands there twice, or nesting.
            return if json.is_empty() {
                Ok(json)
            } else {
                binary.of_json(typed)
            };
        }
        match self {
            Self::Text | Self::File | Self::Schema | Self::Cbor | Self::MessagePack => {
                Ok(typed.as_bytes().to_vec())
            }
            // An empty message is none: it clears a retained one.
            Self::Json if typed.trim().is_empty() => Ok(Vec::new()),
            Self::Json => serde_json::from_str::<IgnoredAny>(typed)
                .map(|_| typed.as_bytes().to_vec())
                .map_err(|error| not_json(typed, &error)),
            Self::Hex => decoded(Format::Hex),
            Self::Base64 => decoded(Format::Base64),
        }
    }

    /// How bytes are written so, or as what they can be written.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> (Self, String) {
        match std::str::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => {
                let is_json = text.starts_with(['{', '['])
                    && serde_json::from_str::<IgnoredAny>(text).is_ok();
                (
                    if is_json { Self::Json } else { Self::Text },
                    text.to_owned(),
                )
            }
            _ => (
                Self::Hex,
                bytes
                    .iter()
                    .map(|byte| format!("{byte:02x}"))
                    .collect::<Vec<_>>()
                    .join(" "),
            ),
        }
    }
}

/// Why a text is not JSON, with the place, in words that need no knowledge of the program that reads it.
fn not_json(typed: &str, error: &serde_json::Error) -> String {
    let says = error.to_string();
    let says = says.split(" at line ").next().unwrap_or(&says);
    let line = typed.split('\n').nth(error.line().saturating_sub(1));
    // The place is counted in bytes, up to and with the one at fault.
    let before = line.and_then(|line| line.get(..error.column().saturating_sub(1)));
    let column = before.map_or(error.column(), |before| {
        before.chars().count().saturating_add(1)
    });
    let why = match says {
        _ if error.is_eof() => "it ends too early",
        "expected value" | "expected ident" => {
            "a value is missing here: a text in double quotes, a number, true, false, null, { or ["
        }
        "expected `:`" => "a colon must follow the name",
        "expected `,` or `}`" => "a comma or } is missing here",
        "expected `,` or `]`" => "a comma or ] is missing here",
        "key must be a string" => "a name in double quotes is missing here",
        "trailing comma" => "nothing follows the comma",
        "trailing characters" => "something follows the end of the value",
        "invalid number" => "this is not a number as JSON has them",
        "number out of range" => "the number is too large",
        "invalid escape" => "no such character may follow a backslash",
        other if other.starts_with("control character") => {
            "a line end or another control character is in a text: write it as \\n or \\u0000"
        }
        other if other.contains("hex escape") || other.contains("code point") => {
            "four hex digits of a character must follow \\u"
        }
        _ => "this is not allowed here",
    };
    format!(
        "Not valid JSON: line {}, column {column}: {why}.",
        error.line()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_becomes_bytes() {
        let table: [(Written, &str, &[u8]); 11] = [
            (Written::Cbor, "{\"t\": 1}", b"\xa1\x61t\x01"),
            (Written::Cbor, " ", b""),
            (Written::MessagePack, "{\"t\": 1}", b"\x81\xa1t\x01"),
            (Written::Text, "21.5 °C", "21.5 °C".as_bytes()),
            (Written::Text, "", b""),
            (Written::Json, "{\"t\": 1}", b"{\"t\": 1}"),
            (Written::Hex, "00 ff 0x10", &[0, 255, 16]),
            (Written::Json, " \n", b""),
            (Written::Hex, "  ", b""),
            (Written::Base64, "AP8Q", &[0, 255, 16]),
            (Written::Base64, "", b""),
        ];
        for (written, typed, bytes) in table {
            assert_eq!(written.bytes(typed).unwrap(), bytes, "{typed}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let fault = Written::Json.bytes("{\"t\": }").unwrap_err();
        assert!(fault.contains("line 1, column 7: a value"), "{fault}");
        let fault = Written::Json.bytes("{\"t\"").unwrap_err();
        assert_eq!(
            fault,
            "Not valid JSON: line 1, column 4: it ends too early."
        );
        let fault = Written::Cbor.bytes("{\"t\"").unwrap_err();
        assert_eq!(
            fault,
            "Not valid JSON: line 1, column 4: it ends too early."
        );
        let fault = Written::Cbor.bytes("{\"t\":1,\"t\":2}").unwrap_err();
        assert!(fault.contains("“t” stands there twice"), "{fault}");
        let fault = Written::Hex.bytes("00 zz").unwrap_err();
        assert!(fault.contains("zz"), "{fault}");
        assert!(Written::Base64.bytes("%%%").is_err());
    }

    #[test]
    fn the_words_of_the_json_reader_are_not_shown() {
        for typed in [
            "no",
            "nul",
            "nul x",
            "{a:1}",
            "{\"a\" 1}",
            "{\"a\":1 \"b\"",
            "[1 2]",
            "[1,]",
            "{\"a\":1,}",
            "1 2",
            "01",
            "-",
            "1e999",
            "\"\\q\"",
            "\"a\nb\"",
            "\"\\u12\"",
            "\"\\ud800\"",
            "on",
            "",
            "é",
            "[é]",
        ] {
            // Of a number's size and of surrogates nothing is said where no value is built.
            let Err(says) = Written::Json.bytes(typed) else {
                continue;
            };
            assert!(says.starts_with("Not valid JSON: line "), "{typed}: {says}");
            for word in [
                "ident",
                "EOF",
                "expected",
                "trailing",
                "not allowed here",
                "`",
            ] {
                assert!(!says.contains(word), "{typed}: {says}");
            }
        }
        // A column counts characters.
        let says = Written::Json.bytes("\"éé\" x").unwrap_err();
        assert!(says.contains("column 6"), "{says}");
    }

    #[test]
    fn bytes_are_written_as_what_they_are() {
        for (bytes, written) in [
            (&b"{\"a\":1}"[..], Written::Json),
            (b"{", Written::Text),
            (b"on", Written::Text),
            (&[0xff, 0], Written::Hex),
        ] {
            let (found, text) = Written::of_bytes(bytes);
            assert_eq!(found, written);
            assert_eq!(found.bytes(&text).unwrap(), bytes);
        }
    }
}
