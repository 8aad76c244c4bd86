//! What is there of a packet that is not whole, in words.

use mqttscope_view::digits::grouped;
use mqttscope_wire::PacketType;
use mqttscope_wire::frame::{Header, header};

/// Says how much came of the packet that `bytes` begin with; nothing where there are none.
pub(crate) fn words(bytes: &[u8]) -> Option<String> {
    let &first = bytes.first()?;
    let name = PacketType::from_first_byte(first).name();
    let article = if name.starts_with(['A', 'U']) {
        "an"
    } else {
        "a"
    };
    let have = grouped(bytes.len() as u64);
    Some(match header(bytes) {
        Header::Complete { len, .. } => {
            let whole = grouped(len as u64);
            format!("{have} of {whole} bytes of {article} {name} came")
        }
        _ if bytes.len() == 1 => format!("1 byte of {article} {name} came"),
        _ => format!("{have} bytes of {article} {name} came"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_that_is_not_whole_is_told() {
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[0xf0]).as_deref(), Some("1 byte of an AUTH came"));
        assert_eq!(
            words(&[0x30, 0xa9]).as_deref(),
            Some("2 bytes of a PUBLISH came")
        );
        assert_eq!(
            words(&[0x30, 0xa9, 2, 0, 1, b't']).as_deref(),
            Some("6 of 300 bytes of a PUBLISH came")
        );
    }
}
