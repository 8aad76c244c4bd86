//! Images, told by their first bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of an image that is shown.
const MAX_IMAGE: usize = 2 << 20;

/// The MIME type of an image that browsers show; `None`: it is none.
pub(super) fn mime(bytes: &[u8]) -> Option<&'static str> {
    // RIFF and ISO media files name their kind behind a length.
    let brand = bytes.get(8..12);
    match bytes {
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Some("image/png"),
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', ..] if brand == Some(b"WEBP") => Some("image/webp"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] if brand == Some(b"avif") => Some("image/avif"),
        _ => None,
    }
}

/// A `data:` address of the image, which the page's policy lets it show.
pub(super) fn data_url(bytes: &[u8]) -> Option<String> {
    let mime = mime(bytes).filter(|_| bytes.len() <= MAX_IMAGE)?;
    Some(format!("data:{mime};base64,{}", STANDARD.encode(bytes)))
}

/// Width and height of an image as its header says, in pixels; `None`: the header does not say.
/// Nothing is decoded.
#[must_use]
pub(super) fn image_size(bytes: &[u8]) -> Option<(u32, u32)> {
    match mime(bytes)? {
        // The first chunk of a PNG is its header.
        "image/png" => Some((big(bytes, 16, 4)?, big(bytes, 20, 4)?)),
        "image/gif" => Some((little(bytes, 6, 2)?, little(bytes, 8, 2)?)),
        "image/jpeg" => jpeg(bytes),
        "image/webp" => webp(bytes),
        "image/avif" => avif(bytes),
        _ => None,
    }
}

/// The number in `len` bytes from `at` on, the most significant first.
fn big(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let digits = bytes.get(at..at.checked_add(len)?)?;
    Some(
        digits
            .iter()
            .fold(0, |number, &byte| number << 8 | u32::from(byte)),
    )
}

/// The number in `len` bytes from `at` on, the least significant first.
fn little(bytes: &[u8], at: usize, len: usize) -> Option<u32> {
    let digits = bytes.get(at..at.checked_add(len)?)?.iter().rev();
    Some(digits.fold(0, |number, &byte| number << 8 | u32::from(byte)))
}

/// Goes from segment to segment to the one that begins a frame.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2_usize;
    loop {
        let [marker, kind] = *bytes.get(at..)?.first_chunk()?;
        if marker != 0xFF {
            return None;
        }
        match kind {
            // Filling.
            0xFF => at = at.checked_add(1)?,
            // Start of frame: precision, height, width. C4, C8 and CC are tables.
            0xC0..=0xCF if !matches!(kind, 0xC4 | 0xC8 | 0xCC) => {
                let height = big(bytes, at.checked_add(5)?, 2)?;
                return Some((big(bytes, at.checked_add(7)?, 2)?, height));
            }
            // Markers without a segment.
            0x01 | 0xD0..=0xD8 => at = at.checked_add(2)?,
            _ => {
                let len = big(bytes, at.checked_add(2)?, 2)?;
                at = at.checked_add(2)?.checked_add(len as usize)?;
            }
        }
    }
}

/// Of the three kinds of a first chunk: lossy, lossless, extended.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    match bytes.get(12..16)? {
        b"VP8 " => Some((
            little(bytes, 26, 2)? & 0x3FFF,
            little(bytes, 28, 2)? & 0x3FFF,
        )),
        b"VP8L" => {
            let packed = little(bytes, 21, 4)?;
            let side = |bits: u32| (bits & 0x3FFF).saturating_add(1);
            Some((side(packed), side(packed >> 14)))
        }
        b"VP8X" => {
            let side = |at| little(bytes, at, 3).map(|less| less.saturating_add(1));
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

/// The largest of the sizes in its description, which is one of the first boxes.
fn avif(bytes: &[u8]) -> Option<(u32, u32)> {
    let beginning = bytes.get(..bytes.len().min(16 << 10))?;
    let boxes = beginning.windows(4).enumerate();
    boxes
        .filter(|(_, name)| *name == b"ispe")
        .filter_map(|(at, _)| {
            let width = at.checked_add(8)?;
            Some((big(bytes, width, 4)?, big(bytes, width.checked_add(4)?, 4)?))
        })
        .max_by_key(|&(width, height)| u64::from(width).saturating_mul(u64::from(height)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_tell_the_size() {
        let png = [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(),
            &[0, 0, 0x3e, 0x80],
            &[0, 0, 0, 7],
        ];
        let jpeg = [
            b"\xff\xd8\xff\xe0\x00\x04ab\xff\xff\xc4\x00\x02".as_slice(),
            b"\xff\xc2\x00\x0b\x08\x01\x02\x03\x04\x03",
        ];
        let lossy = [
            b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a".as_slice(),
            &[0x10, 0x40, 0x20, 0],
        ];
        let lossless = [
            b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f".as_slice(),
            &[0xff, 0xff, 0xff, 0x0f],
        ];
        let extended = [
            b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0".as_slice(),
            &[9, 0, 0, 0, 0, 1],
        ];
        let avif = [
            b"\0\0\0\x10ftypavif\0\0\0\0".as_slice(),
            b"\0\0\0\x14ispe\0\0\0\0\0\0\0\x05\0\0\0\x06",
            b"\0\0\0\x14ispe\0\0\0\0\0\0\x01\0\0\0\0\x07",
        ];
        for (bytes, size) in [
            (png.concat(), Some((16_000, 7))),
            (b"GIF89a\x01\x02\x03\x00".to_vec(), Some((0x201, 3))),
            (jpeg.concat(), Some((0x304, 0x102))),
            (lossy.concat(), Some((0x10, 0x20))),
            (lossless.concat(), Some((0x4000, 0x4000))),
            (extended.concat(), Some((10, 0x1_0001))),
            (avif.concat(), Some((256, 7))),
            (b"RIFF\0\0\0\0WEBPVP9 ".to_vec(), None),
            (b"\xff\xd8\xff\xd9".to_vec(), None),
            (b"plain".to_vec(), None),
        ] {
            assert_eq!(image_size(&bytes), size, "{bytes:?}");
            for end in 0..bytes.len() {
                // What is cut off does not panic, and never ends.
                let _ = image_size(&bytes[..end]);
            }
        }
    }

    #[test]
    fn first_bytes_tell() {
        for (bytes, mime) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Some("image/png")),
            (b"\xff\xd8\xff\xe0", Some("image/jpeg")),
            (b"GIF89a..", Some("image/gif")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp")),
            (b"\0\0\0\x20ftypavif", Some("image/avif")),
            (b"RIFF\0\0\0\0WAVE", None),
            (b"\x89PNG", None),
            (b"", None),
        ] {
            assert_eq!(super::mime(bytes), mime, "{bytes:?}");
        }
        assert_eq!(
            data_url(b"GIF87a").as_deref(),
            Some("data:image/gif;base64,R0lGODdh")
        );
        let mut large = b"GIF87a".to_vec();
        large.resize(MAX_IMAGE + 1, 0);
        assert_eq!(data_url(&large), None);
    }
}
