//! A notation for packets that people can read.
//!
//! `30 | "a/b" {23 0007} 68 69`: the first byte, then what the Remaining Length counts. Text in
//! double quotes is a string with its length, `{…}` is a block with its length as a Variable Byte
//! Integer, everything else is hex. Without `|` the bytes are taken as they are.
#![allow(dead_code, reason = "each test crate uses some of it")]

use mqttscope_wire::varint;

/// The bytes of the notation.
pub(crate) fn bytes(text: &str) -> Vec<u8> {
    match text.split_once('|') {
        None => body(text),
        Some((first, rest)) => {
            let mut out = body(first);
            let rest = body(rest);
            varint::write(u32::try_from(rest.len()).unwrap(), &mut out);
            out.extend(rest);
            out
        }
    }
}

fn body(text: &str) -> Vec<u8> {
    let mut stack = vec![Vec::new()];
    let mut nibble = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let string: String = chars.by_ref().take_while(|&c| c != '"').collect();
                let top = stack.last_mut().unwrap();
                top.extend(u16::try_from(string.len()).unwrap().to_be_bytes());
                top.extend(string.as_bytes());
            }
            '{' => stack.push(Vec::new()),
            '}' => {
                let block = stack.pop().unwrap();
                let top = stack.last_mut().unwrap();
                varint::write(u32::try_from(block.len()).unwrap(), top);
                top.extend(block);
            }
            c if c.is_whitespace() => {}
            c => {
                let digit = u8::try_from(c.to_digit(16).unwrap_or_else(|| panic!("{c} in {text}")))
                    .unwrap();
                match nibble.take() {
                    None => nibble = Some(digit),
                    Some(high) => stack.last_mut().unwrap().push(high << 4 | digit),
                }
            }
        }
    }
    assert!(nibble.is_none() && stack.len() == 1, "{text}");
    stack.pop().unwrap()
}
