//! CBOR (RFC 8949) in its diagnostic notation, one member a line.

use ciborium_ll::{Decoder, Header};

use super::print::{Printed, Printer};

/// The notation of exactly one data item, or the byte where what stands there is none, or another one.
pub(super) fn print(bytes: &[u8], printer: Printer) -> Result<Printed, usize> {
    let mut reader = Reader {
        decoder: Decoder::from(bytes),
        printer,
        begun: 0,
    };
    let is_one = reader.pull().and_then(|header| reader.item(header));
    let at = reader.decoder.offset();
    match is_one {
        Some(()) if at == bytes.len() => Ok(reader.printer.finish()),
        Some(()) => Err(at),
        None => Err(reader.begun),
    }
}

struct Reader<'a> {
    decoder: Decoder<&'a [u8]>,
    printer: Printer,
    /// Where the item begins that was read last.
    begun: usize,
}

impl Reader<'_> {
    fn pull(&mut self) -> Option<Header> {
        self.begun = self.decoder.offset();
        self.decoder.pull().ok()
    }

    fn item(&mut self, header: Header) -> Option<()> {
        match header {
            Header::Positive(number) => self.printer.word(&number.to_string()),
            // All bits are inverted: 0 is -1.
            Header::Negative(number) => {
                self.printer
                    .word(&(-1_i128).saturating_sub(i128::from(number)).to_string());
            }
            Header::Float(number) => self.printer.float(number),
            Header::Simple(20) => self.printer.word("false"),
            Header::Simple(21) => self.printer.word("true"),
            Header::Simple(22) => self.printer.word("null"),
            Header::Simple(23) => self.printer.other("undefined"),
            Header::Simple(number) => self.printer.other(&format!("simple({number})")),
            Header::Tag(number) => {
                self.printer.enter()?;
                self.printer.around(&format!("{number}("));
                let inner = self.pull()?;
                self.item(inner)?;
                self.printer.around(")");
                self.printer.leave();
            }
            Header::Break => return None,
            Header::Bytes(len) => {
                let bytes = self.bytes(len)?;
                self.printer.bytes(&bytes);
            }
            Header::Text(len) => {
                let text = self.text(len)?;
                self.printer.text(&text);
            }
            Header::Array(len) => {
                self.printer.open('[')?;
                self.members(len, |reader, header| reader.item(header))?;
                self.printer.close(']');
            }
            Header::Map(len) => {
                self.printer.open('{')?;
                self.members(len, |reader, key| {
                    let place = reader.printer.place();
                    reader.item(key)?;
                    reader.printer.colon(place)?;
                    let value = reader.pull()?;
                    reader.item(value)
                })?;
                self.printer.close('}');
            }
        }
        Some(())
    }

    /// As many members as are announced, or all up to the break.
    fn members(
        &mut self,
        len: Option<usize>,
        mut member: impl FnMut(&mut Self, Header) -> Option<()>,
    ) -> Option<()> {
        let mut count = 0_usize;
        while len.is_none_or(|len| count < len) {
            let header = self.pull()?;
            if len.is_none() && header == Header::Break {
                break;
            }
            self.printer.next();
            member(self, header)?;
            count = count.checked_add(1)?;
        }
        Some(())
    }

    fn bytes(&mut self, len: Option<usize>) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        let mut buffer = [0; 256];
        let mut segments = self.decoder.bytes(len);
        while let Some(mut segment) = segments.pull().ok()? {
            while let Some(chunk) = segment.pull(&mut buffer).ok()? {
                out.extend_from_slice(chunk);
            }
        }
        Some(out)
    }

    fn text(&mut self, len: Option<usize>) -> Option<String> {
        let mut out = String::new();
        let mut buffer = [0; 256];
        let mut segments = self.decoder.text(len);
        while let Some(mut segment) = segments.pull().ok()? {
            while let Some(chunk) = segment.pull(&mut buffer).ok()? {
                out.push_str(chunk);
            }
        }
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> Option<String> {
        let printed = print(bytes, Printer::default());
        printed.ok().map(|printed| printed.text)
    }

    #[test]
    fn as_json() {
        for (bytes, json) in [
            (
                &b"\xa2\x61t\xc1\xf9\x3c\x00\x01\xf7"[..],
                Some("{\"t\":1.0,\"1\":\"undefined\"}"),
            ),
            (
                b"\x83\x42\x01\xff\xf9\x7e\x00\xf5",
                Some("[\"01ff\",\"NaN\",true]"),
            ),
            (
                b"\xa1\x62\"\\\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
                Some("{\"\\\"\\\\\":-18446744073709551616}"),
            ),
            // A list can be no key.
            (b"\xa1\x81\x01\x02", None),
        ] {
            let text = print(bytes, Printer::of_json()).ok();
            let text = text.map(|printed| printed.text);
            assert_eq!(text.as_deref(), json, "{bytes:02x?}");
            assert!(
                text.is_none_or(|text| serde_json::from_str::<serde_json::Value>(&text).is_ok())
            );
        }
    }

    /// Examples of RFC 8949 appendix A.
    #[test]
    fn the_examples_of_the_standard() {
        for (bytes, words) in [
            (&b"\x00"[..], "0"),
            (
                b"\x1b\xff\xff\xff\xff\xff\xff\xff\xff",
                "18446744073709551615",
            ),
            (b"\x20", "-1"),
            (
                b"\x3b\xff\xff\xff\xff\xff\xff\xff\xff",
                "-18446744073709551616",
            ),
            (b"\xf9\x3c\x00", "1.0"),
            (b"\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a", "1.1"),
            (b"\xf9\x7c\x00", "Infinity"),
            (b"\xf9\xfc\x00", "-Infinity"),
            (b"\xf9\x7e\x00", "NaN"),
            (b"\xf4", "false"),
            (b"\xf7", "undefined"),
            (b"\xf8\xff", "simple(255)"),
            (b"\xc1\x1a\x51\x4b\x67\xb0", "1(1363896240)"),
            (b"\x44\x01\x02\x03\x04", "h'01020304'"),
            (b"\x62\"\\", r#""\"\\""#),
            (b"\x62\xc3\xbc", "\"ü\""),
            (b"\x80", "[]"),
            (b"\xa0", "{}"),
            (
                b"\x82\x01\x82\x02\x03",
                "[\n  1,\n  [\n    2,\n    3\n  ]\n]",
            ),
            (
                b"\xbf\x61a\x01\x61b\x9f\x02\x03\xff\xff",
                "{\n  \"a\": 1,\n  \"b\": [\n    2,\n    3\n  ]\n}",
            ),
            (b"\x7f\x65strea\x64ming\xff", "\"streaming\""),
            (b"\x5f\x42\x01\x02\x43\x03\x04\x05\xff", "h'0102030405'"),
        ] {
            assert_eq!(text(bytes).as_deref(), Some(words), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_no_cbor() {
        for bytes in [
            &b""[..],
            b"\xff",
            b"\x01\x02",
            b"\x82\x01",
            b"\xa1\x01\xff",
            b"\x62a",
            b"\x1c",
            b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x01",
        ] {
            assert_eq!(text(bytes), None, "{bytes:02x?}");
        }
        let mut deep = vec![0x81; 100_000];
        deep.push(0);
        assert_eq!(text(&deep), None);
        assert_eq!(text(&[0xC1; 100_000]), None);
    }
}
