//! Bytes as numbers, in each width and byte order.

use mqttscope_shared::Numbers;

/// Bytes of a payload that is shown so: a longer one is hardly a number.
const MOST_BYTES: usize = 1024;
/// Numbers of a line.
const MOST: usize = 32;

/// A line for each kind of number that the bytes come out even in; `None`: there are none, or too many.
pub(super) fn print(bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() || bytes.len() > MOST_BYTES {
        return None;
    }
    let lines = Numbers::all().filter_map(|numbers| {
        let read = numbers.read(bytes)?;
        let more = if read.len() > MOST { ", …" } else { "" };
        let words: Vec<String> = read.take(MOST).map(|number| number.to_string()).collect();
        Some(format!("{:<18} {}{more}", numbers.name(), words.join(", ")))
    });
    Some(lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_kind() {
        assert_eq!(
            print(b"\x01\xfe").unwrap(),
            "u8                 1, 254\n\
             i8                 1, -2\n\
             u16 big-endian     510\n\
             u16 little-endian  65025\n\
             i16 big-endian     510\n\
             i16 little-endian  -511"
        );
        assert!(
            print(b"\x41\xac\0\0")
                .unwrap()
                .contains("\nf32 big-endian     21.5\n")
        );
        assert!(print(&[1; 1024]).unwrap().len() < 20 * 700);
        assert_eq!(print(&[1; 1025]), None);
        assert_eq!(print(b""), None);
    }
}
