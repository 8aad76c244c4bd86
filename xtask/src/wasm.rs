//! The outermost layer of a wasm program: sections, and what is measured by a number in front of it.

use anyhow::{Context as _, Result, bail};

/// Section ids.
pub(crate) const CUSTOM: u8 = 0;
pub(crate) const IMPORTS: u8 = 2;
pub(crate) const EXPORTS: u8 = 7;
pub(crate) const CODE: u8 = 10;
/// What a function is among what is imported or exported.
pub(crate) const FUNCTION: u8 = 0;
/// The magic number and the version, before the sections.
pub(crate) const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";

/// Each section's id and content, in their order.
pub(crate) fn sections(program: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let mut rest = program.strip_prefix(PREAMBLE).context("no program")?;
    let mut sections = Vec::new();
    while let Some((&id, after)) = rest.split_first() {
        let (section, after) = sized(after)?;
        sections.push((id, section));
        rest = after;
    }
    Ok(sections)
}

/// A section behind those that are there.
pub(crate) fn put_section(program: &mut Vec<u8>, id: u8, section: &[u8]) {
    program.push(id);
    put_sized(program, section);
}

/// A number in LEB128, and what comes behind it.
pub(crate) fn number(bytes: &[u8]) -> Result<(usize, &[u8])> {
    let mut value = 0;
    for (index, &byte) in bytes.iter().enumerate().take(5) {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(index + 1..).unwrap_or_default()));
        }
    }
    bail!("a number that does not end")
}

pub(crate) fn put_number(out: &mut Vec<u8>, mut value: usize) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes behind their number, and what comes behind them.
pub(crate) fn sized(bytes: &[u8]) -> Result<(&[u8], &[u8])> {
    let (len, rest) = number(bytes)?;
    rest.split_at_checked(len).context("a program that is cut")
}

pub(crate) fn put_sized(out: &mut Vec<u8>, bytes: &[u8]) {
    put_number(out, bytes.len());
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_on() {
        for value in [0, 1, 127, 128, 300, 70_000] {
            let mut bytes = Vec::new();
            put_number(&mut bytes, value);
            assert_eq!(number(&bytes).unwrap(), (value, &[][..]));
        }
        assert!(number(&[0x80; 9]).is_err());
    }

    #[test]
    fn sections_are_read_as_they_are_written() {
        let mut program = PREAMBLE.to_vec();
        put_section(&mut program, CODE, &[7; 200]);
        put_section(&mut program, CUSTOM, b"a");
        let read = sections(&program).unwrap();
        assert_eq!(read, [(CODE, &[7; 200][..]), (CUSTOM, b"a")]);
        program.pop();
        assert!(sections(&program).is_err(), "cut");
        assert!(sections(b"<!doctype html>").is_err(), "no program");
    }
}
