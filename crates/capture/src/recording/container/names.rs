//! Files that are not read here, by name.

/// Bytes that tell the kinds of files apart.
pub(super) const ENOUGH: usize = 24;

/// What the file is, and what to do about it.
pub(super) fn name(bytes: &[u8]) -> String {
    let what =
        known(bytes).unwrap_or("neither pcap nor pcapng, nor another recording that is known here");
    format!("the file is {what}")
}

/// What a file of another kind is.
pub(super) fn known(bytes: &[u8]) -> Option<&'static str> {
    magic(bytes).or_else(|| is_json(bytes).then_some("JSON, but no HAR file: it is no capture"))
}

/// The same where the first bytes tell.
pub(super) fn magic(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [b'X', b'C', b'P', 0, ..] => {
            "a NetXRay or Sniffer capture: save it as pcapng with Wireshark"
        }
        [b'T', b'R', b'S', b'N', b'I', b'F', b'F', ..] => {
            "a Sniffer capture: save it as pcapng with Wireshark"
        }
        [b's', b'n', b'o', b'o', b'p', 0, ..] => {
            "a snoop capture of Solaris: save it as pcapng with Wireshark"
        }
        [b'b', b't', b's', b'n', b'o', b'o', b'p', 0, ..] => "a Bluetooth log: it holds no TCP",
        [b'G', b'M', b'B', b'U', ..] | [b'R', b'T', b'S', b'S', ..] => {
            "a capture of Microsoft Network Monitor: save it as pcapng with Wireshark"
        }
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "compressed with zstd: unpack it first (zstd -d)",
        [0x04, 0x22, 0x4d, 0x18, ..] => "compressed with lz4: unpack it first (lz4 -d)",
        [b'B', b'Z', b'h', ..] => "compressed with bzip2: unpack it first (bunzip2)",
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => "compressed with xz: unpack it first (unxz)",
        [b'P', b'K', 3, 4, ..] => "a zip archive: unpack it first",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7-Zip archive: unpack it first",
        _ => return None,
    })
}

fn is_json(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    matches!(first, Some(b'{' | b'['))
}
