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

#[cfg(test)]
mod tests {
    use super::*;

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
