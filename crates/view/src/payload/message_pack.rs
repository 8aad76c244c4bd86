//! MessagePack as JSON-like text, one member a line; binary data is `h'..'`, as CBOR writes it.

use rmp::Marker;
use rmp::decode::{Bytes, RmpRead as _, read_marker};

use super::print::{Printed, Printer};

/// The text of exactly one object, or the byte where what stands there is none, or another one.
pub(super) fn print(bytes: &[u8], printer: Printer) -> Result<Printed, usize> {
    let mut reader = Reader {
        bytes: Bytes::new(bytes),
        printer,
        left: bytes.len(),
    };
    let is_one = reader.object();
    let left = reader.bytes.remaining_slice().len();
    match is_one {
        Some(()) if left == 0 => Ok(reader.printer.finish()),
        Some(()) => Err(bytes.len().saturating_sub(left)),
        None => Err(bytes.len().saturating_sub(reader.left)),
    }
}

struct Reader<'a> {
    bytes: Bytes<'a>,
    printer: Printer,
    /// Bytes from the object on that was read last.
    left: usize,
}

impl Reader<'_> {
    fn object(&mut self) -> Option<()> {
        self.left = self.bytes.remaining_slice().len();
        match read_marker(&mut self.bytes).ok()? {
            Marker::FixPos(number) => self.word(number),
            Marker::FixNeg(number) => self.word(number),
            Marker::Null => self.word("null"),
            Marker::False => self.word("false"),
            Marker::True => self.word("true"),
            Marker::Reserved => return None,
            Marker::U8 => self.array::<1>().map(|b| self.word(u8::from_be_bytes(b)))?,
            Marker::U16 => self.array().map(|b| self.word(u16::from_be_bytes(b)))?,
            Marker::U32 => self.array().map(|b| self.word(u32::from_be_bytes(b)))?,
            Marker::U64 => self.array().map(|b| self.word(u64::from_be_bytes(b)))?,
            Marker::I8 => self.array().map(|b| self.word(i8::from_be_bytes(b)))?,
            Marker::I16 => self.array().map(|b| self.word(i16::from_be_bytes(b)))?,
            Marker::I32 => self.array().map(|b| self.word(i32::from_be_bytes(b)))?,
            Marker::I64 => self.array().map(|b| self.word(i64::from_be_bytes(b)))?,
            Marker::F32 => {
                let number = f32::from_be_bytes(self.array()?);
                self.printer.float(f64::from(number));
            }
            Marker::F64 => {
                let number = f64::from_be_bytes(self.array()?);
                self.printer.float(number);
            }
            Marker::FixStr(len) => self.text(usize::from(len))?,
            Marker::Str8 => self.length::<1>().and_then(|len| self.text(len))?,
            Marker::Str16 => self.length::<2>().and_then(|len| self.text(len))?,
            Marker::Str32 => self.length::<4>().and_then(|len| self.text(len))?,
            Marker::Bin8 => self.length::<1>().and_then(|len| self.binary(len))?,
            Marker::Bin16 => self.length::<2>().and_then(|len| self.binary(len))?,
            Marker::Bin32 => self.length::<4>().and_then(|len| self.binary(len))?,
            Marker::FixExt1 => self.extension(1)?,
            Marker::FixExt2 => self.extension(2)?,
            Marker::FixExt4 => self.extension(4)?,
            Marker::FixExt8 => self.extension(8)?,
            Marker::FixExt16 => self.extension(16)?,
            Marker::Ext8 => self.length::<1>().and_then(|len| self.extension(len))?,
            Marker::Ext16 => self.length::<2>().and_then(|len| self.extension(len))?,
            Marker::Ext32 => self.length::<4>().and_then(|len| self.extension(len))?,
            Marker::FixArray(len) => self.list(usize::from(len))?,
            Marker::Array16 => self.length::<2>().and_then(|len| self.list(len))?,
            Marker::Array32 => self.length::<4>().and_then(|len| self.list(len))?,
            Marker::FixMap(len) => self.map(usize::from(len))?,
            Marker::Map16 => self.length::<2>().and_then(|len| self.map(len))?,
            Marker::Map32 => self.length::<4>().and_then(|len| self.map(len))?,
        }
        Some(())
    }

    fn word(&mut self, word: impl ToString) {
        self.printer.word(&word.to_string());
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut bytes = [0; N];
        self.bytes.read_exact_buf(&mut bytes).ok()?;
        Some(bytes)
    }

    /// A length of `N` bytes.
    fn length<const N: usize>(&mut self) -> Option<usize> {
        let bytes = self.array::<N>()?;
        Some(
            bytes
                .iter()
                .fold(0, |length, &byte| (length << 8) | usize::from(byte)),
        )
    }

    /// Content of this length, which is not believed before it is there.
    fn take(&mut self, len: usize) -> Option<Vec<u8>> {
        let mut content = self.bytes.remaining_slice().get(..len)?.to_vec();
        self.bytes.read_exact_buf(&mut content).ok()?;
        Some(content)
    }

    fn text(&mut self, len: usize) -> Option<()> {
        let content = self.take(len)?;
        self.printer.text(core::str::from_utf8(&content).ok()?);
        Some(())
    }

    fn binary(&mut self, len: usize) -> Option<()> {
        let content = self.take(len)?;
        self.printer.bytes(&content);
        Some(())
    }

    /// `ext(TYPE, h'..')`.
    fn extension(&mut self, len: usize) -> Option<()> {
        let kind = i8::from_be_bytes(self.array()?);
        let content = self.take(len)?;
        self.printer.around(&format!("ext({kind}, "));
        self.printer.bytes(&content);
        self.printer.around(")");
        Some(())
    }

    fn list(&mut self, len: usize) -> Option<()> {
        self.printer.open('[')?;
        for _ in 0..len {
            self.printer.next();
            self.object()?;
        }
        self.printer.close(']');
        Some(())
    }

    fn map(&mut self, len: usize) -> Option<()> {
        self.printer.open('{')?;
        for _ in 0..len {
            self.printer.next();
            let key = self.printer.place();
            self.object()?;
            self.printer.colon(key)?;
            self.object()?;
        }
        self.printer.close('}');
        Some(())
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
        let json = |bytes| Some(print(bytes, Printer::of_json()).ok()?.text);
        let map = b"\x83\xa1t\xcb\x40\x35\x80\0\0\0\0\0\x01\xc4\x01\xff\xa1e\xd4\x05\xaa";
        assert_eq!(
            json(map).as_deref(),
            Some("{\"t\":21.5,\"1\":\"ff\",\"e\":\"aa\"}")
        );
        assert_eq!(json(b"\x81\x80\x01"), None);
    }

    #[test]
    fn every_format() {
        for (bytes, words) in [
            (&b"\x7f"[..], "127"),
            (b"\xe0", "-32"),
            (b"\xc0", "null"),
            (b"\xc2", "false"),
            (b"\xc3", "true"),
            (b"\xcc\xff", "255"),
            (b"\xcd\x01\x00", "256"),
            (b"\xce\0\x01\0\0", "65536"),
            (
                b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff",
                "18446744073709551615",
            ),
            (b"\xd0\x80", "-128"),
            (b"\xd1\x80\0", "-32768"),
            (b"\xd2\x80\0\0\0", "-2147483648"),
            (b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808"),
            (b"\xca\x3f\xc0\0\0", "1.5"),
            (b"\xcb\xc0\0\0\0\0\0\0\0", "-2.0"),
            (b"\xa2hi", "\"hi\""),
            (b"\xd9\x02hi", "\"hi\""),
            (b"\xda\0\x02hi", "\"hi\""),
            (b"\xdb\0\0\0\x02hi", "\"hi\""),
            (b"\xc4\x02\x01\xff", "h'01ff'"),
            (b"\xc5\0\x01\x01", "h'01'"),
            (b"\xc6\0\0\0\0", "h''"),
            (b"\xd4\x05\xaa", "ext(5, h'aa')"),
            (b"\xc7\x02\xff\x01\x02", "ext(-1, h'0102')"),
            (b"\x92\x01\x90", "[\n  1,\n  []\n]"),
            (b"\xdc\0\x01\x01", "[\n  1\n]"),
            (b"\xdd\0\0\0\x01\x01", "[\n  1\n]"),
            (
                b"\x81\xa1t\xcb\x40\x35\x80\0\0\0\0\0",
                "{\n  \"t\": 21.5\n}",
            ),
            (b"\xde\0\x01\x01\x02", "{\n  1: 2\n}"),
            (b"\xdf\0\0\0\0", "{}"),
        ] {
            assert_eq!(text(bytes).as_deref(), Some(words), "{bytes:02x?}");
        }
    }

    #[test]
    fn what_is_no_message_pack() {
        for bytes in [
            &b""[..],
            b"\xc1",
            b"\x01\x02",
            b"\x92\x01",
            b"\xa2h",
            b"\xa1\xff",
            b"\xdb\xff\xff\xff\xffx",
            b"\xdd\xff\xff\xff\xff\x01",
        ] {
            assert_eq!(text(bytes), None, "{bytes:02x?}");
        }
        assert_eq!(text(&[0x91; 100_000]), None);
    }
}
