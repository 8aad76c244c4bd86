//! Whole packets in a buffer, read and written.

use std::cell::Cell;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::given::{List, reading};
use crate::options::Options;
use crate::reader::{self, Stopped};
use crate::{bytes, packet};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &'static str = include_str!("types.d.ts");

/// Decodes a buffer of whole packets into a list of plain objects.
///
/// # Errors
/// An Error with `rule`, `statement`, `offset` and `message` when a packet breaks a rule or the
/// last one is not complete; `packets` are those before it.
#[wasm_bindgen(skip_typescript)]
pub fn decode(bytes: JsValue, options: JsValue) -> Result<Array, JsValue> {
    let (bytes, options) = (&bytes, &options);
    let options = reading(|| Options::of(options))?;
    let input = bytes::of(bytes)?;
    let mut context = options.context(&input);
    let packets = Array::new();
    let maximum = options.maximum_packet_size();
    match reader::read(&input, 0, &mut context, maximum, &packets) {
        Ok(Stopped { missing: 0, .. }) => Ok(packets),
        Ok(Stopped { at, missing }) => Err(Failure::incomplete(at, missing).with(&packets)),
        Err(failure) => Err(failure.with(&packets)),
    }
}

thread_local! {
    /// What packets are written into, kept so that it need not grow each time.
    static OUT: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Bytes of the buffer that are kept for the next packet.
const KEPT: usize = 1 << 16;

/// Writes a packet, or a list of them, into one buffer.
///
/// # Errors
/// An Error that names the field which is missing or wrong, or the `rule` that would be broken.
#[wasm_bindgen(skip_typescript)]
pub fn encode(packet: JsValue, options: JsValue) -> Result<Uint8Array, JsValue> {
    let (packet, options) = (&packet, &options);
    // Taken, not borrowed: reading a property may run code of the caller.
    let mut out = OUT.take();
    out.clear();
    let written = reading(|| {
        let mut version = Options::of(options)?.written_in();
        match List::of(packet) {
            Some(list) => list.iter().enumerate().try_for_each(|(index, packet)| {
                packet::write(&packet, &mut version, &mut out).map_err(|failure| failure.at(index))
            }),
            None => packet::write(packet, &mut version, &mut out),
        }
    });
    let bytes = written.and_then(|()| Ok(bytes::array(&out)?));
    out.shrink_to(KEPT);
    OUT.set(out);
    bytes
}
