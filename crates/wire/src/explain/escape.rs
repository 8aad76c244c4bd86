//! Characters that cannot be seen, or that change how others are shown: what a peer sent must not lie
//! to the eye.

use alloc::{format, string::String};

/// How a character is written that cannot be shown as it is: `\n`, `\u202E`, `\u{E0001}`. `None` for all
/// others; a backslash is one of them.
#[must_use]
pub fn escaped(character: char) -> Option<String> {
    Some(match character {
        ' '..='~' => return None,
        '\0' => "\\0".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\r' => "\\r".into(),
        _ if !is_hidden(character) => return None,
        _ if u32::from(character) <= 0xffff => format!("\\u{:04X}", u32::from(character)),
        _ => format!("\\u{{{:X}}}", u32::from(character)),
    })
}

/// Controls, marks that turn the direction of text or take no room, and what no font has.
const fn is_hidden(character: char) -> bool {
    let code = character as u32;
    matches!(
        code,
        0..=0x1f
            | 0x7f..=0x9f
            | 0xad
            | 0x061c
            | 0x180e
            | 0x200b..=0x200f
            | 0x2028..=0x202e
            | 0x2060..=0x206f
            | 0xe000..=0xf8ff
            | 0xfdd0..=0xfdef
            | 0xfeff
            | 0xfff0..=0xffff
            | 0xe0000..=0x10ffff
    ) || code & 0xfffe == 0xfffe
}
