//! Payloads that were compressed: gzip (RFC 1952) and zlib (RFC 1950), unpacked as far as it is shown.

use miniz_oxide::inflate::{
    TINFLStatus, decompress_to_vec_with_limit, decompress_to_vec_zlib_with_limit,
};

use super::{MAX_SHOWN, Reader, View};
use crate::digits::grouped;

/// What came out of a compressed payload.
pub(super) struct Inside {
    name: &'static str,
    pub(super) bytes: Vec<u8>,
    /// Or there is more than is shown.
    pub(super) is_whole: bool,
}

/// What is inside, as far as it is shown; `None`: it is neither.
pub(super) fn inside(bytes: &[u8]) -> Option<Inside> {
    let (name, (bytes, is_whole)) = match bytes {
        [0x1f, 0x8b, 8, ..] => (
            "gzip",
            inflate(bytes.get(behind_header(bytes)?..)?, |bytes| {
                decompress_to_vec_with_limit(bytes, MAX_SHOWN)
                    .map_err(|error| (error.status, error.output))
            })?,
        ),
        // A window of 32 KiB, and a header that is a multiple of 31.
        [0x78, flags, ..] if (0x7800_u16 | u16::from(*flags)).is_multiple_of(31) => (
            "zlib",
            inflate(bytes, |bytes| {
                decompress_to_vec_zlib_with_limit(bytes, MAX_SHOWN)
                    .map_err(|error| (error.status, error.output))
            })?,
        ),
        _ => return None,
    };
    Some(Inside {
        name,
        bytes,
        is_whole,
    })
}

/// What is inside, in its most telling form, below a line that says so; `None`: it is neither.
pub(super) fn unpacked(bytes: &[u8], reader: Reader) -> Option<String> {
    let inside = inside(bytes)?;
    let mut views = reader.views(&inside.bytes, None, None).into_iter();
    let view = views.find(|view| !matches!(view, View::Image(_)))?;
    let (name, shown) = (inside.name, view.name());
    let size = grouped(inside.bytes.len() as u64);
    let more = if inside.is_whole { "" } else { "the first " };
    Some(format!(
        "{name}; of what is inside {more}{size} bytes, as {shown}:\n\n{}",
        view.into_content()
    ))
}

type Inflated = Result<Vec<u8>, (TINFLStatus, Vec<u8>)>;

/// What comes out, and whether it is all.
fn inflate(bytes: &[u8], with: impl FnOnce(&[u8]) -> Inflated) -> Option<(Vec<u8>, bool)> {
    match with(bytes) {
        Ok(inside) => Some((inside, true)),
        Err((TINFLStatus::HasMoreOutput, inside)) => Some((inside, false)),
        Err(_) => None,
    }
}

/// Where the compressed bytes begin (RFC 1952, section 2.3).
fn behind_header(bytes: &[u8]) -> Option<usize> {
    let flags = *bytes.get(3)?;
    let mut at = 10_usize;
    if flags & 4 != 0 {
        let len = bytes.get(at..at.checked_add(2)?)?.first_chunk::<2>()?;
        at = at
            .checked_add(2)?
            .checked_add(u16::from_le_bytes(*len).into())?;
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            let text = bytes.get(at..)?;
            let end = text.iter().position(|&byte| byte == 0)?;
            at = at.checked_add(end)?.checked_add(1)?;
        }
    }
    if flags & 2 != 0 {
        at = at.checked_add(2)?;
    }
    Some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::payload::binary;

    const ALL: Reader = Reader {
        binary: binary::all,
    };

    /// `gzip -c reading.json` and Python's `zlib.compress` of the same ten bytes.
    #[test]
    fn gzip_and_zlib_as_others_write_them() {
        for (bytes, name) in [
            (&include_bytes!("packed/named.gz")[..], "gzip"),
            (&include_bytes!("packed/json.zlib")[..], "zlib"),
        ] {
            let text = unpacked(bytes, ALL).unwrap();
            assert_eq!(
                text,
                format!("{name}; of what is inside 10 bytes, as JSON:\n\n{{\n  \"t\": 21.5\n}}")
            );
        }
    }

    #[test]
    fn a_bomb_is_shown_in_part() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; 50 << 20], 6);
        let text = unpacked(&bomb, ALL).unwrap();
        assert!(text.starts_with("zlib; of what is inside the first 65,536 bytes, as text:"));
        assert!(text.len() < 70_000);
    }

    #[test]
    fn damage_and_other_bytes_are_none() {
        let named = include_bytes!("packed/named.gz");
        for len in 0..named.len() - 8 {
            assert_eq!(unpacked(&named[..len], ALL), None);
        }
        assert_eq!(unpacked(b"x\x9cabc", ALL), None);
        assert_eq!(unpacked(b"xyz", ALL), None);
        assert_eq!(unpacked(b"\x1f\x8b\x08\xff\0\0\0\0\0\0\xff\xff", ALL), None);
    }
}
