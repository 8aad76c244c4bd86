//! Packets out of chunks of any size.

use js_sys::Array;
use mqttscope_wire::{Context, frame};
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::options::Options;
use crate::{bytes, reader};

/// Decodes a stream that comes in chunks of any size.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct StreamDecoder {
    options: Options,
    /// How packets are read; not known until the first is whole, when the options do not say it.
    context: Option<Context>,
    /// What is not decoded yet.
    buffer: Vec<u8>,
    /// Bytes of the stream before the buffer.
    before: u64,
    /// Why the stream cannot be read on.
    failure: Option<Failure>,
}

#[wasm_bindgen]
impl StreamDecoder {
    /// One end's stream, from its first byte or from the first byte of a packet.
    ///
    /// # Errors
    /// Options that are none.
    #[wasm_bindgen(constructor, skip_typescript)]
    pub fn new(options: &JsValue) -> Result<Self, JsValue> {
        let options = Options::of(options)?;
        Ok(Self {
            options,
            context: None,
            buffer: Vec::new(),
            before: 0,
            failure: None,
        })
    }

    /// Adds a chunk and gives the packets that it completes.
    ///
    /// # Errors
    /// A packet that breaks a rule or is too large, with the packets before it in `packets`; every
    /// later call fails alike.
    #[wasm_bindgen(skip_typescript)]
    pub fn push(&mut self, chunk: &JsValue) -> Result<Array, JsValue> {
        let packets = Array::new();
        if let Some(failure) = &self.failure {
            return Err(failure.clone().with(&packets));
        }
        bytes::append(chunk, &mut self.buffer)?;
        let Some(mut context) = self.context.or_else(|| self.first_context()) else {
            return Ok(packets);
        };
        let maximum = self.options.maximum_packet_size();
        let stopped = reader::read(&self.buffer, self.before, &mut context, maximum, &packets);
        self.context = Some(context);
        match stopped {
            Ok(stopped) => {
                self.buffer.drain(..stopped.at);
                self.before = self.before.saturating_add(stopped.at as u64);
                Ok(packets)
            }
            Err(failure) => {
                self.buffer = Vec::new();
                self.failure = Some(failure.clone());
                Err(failure.with(&packets))
            }
        }
    }

    /// Bytes that wait for the rest of their packet.
    #[wasm_bindgen(getter, skip_typescript)]
    #[must_use]
    pub fn pending(&self) -> usize {
        self.buffer.len()
    }
}

impl StreamDecoder {
    /// How to read the stream, once its first packet is whole or cannot become so.
    fn first_context(&self) -> Option<Context> {
        if self.options.version().is_none()
            && match frame::header(&self.buffer) {
                frame::Header::Complete { len, .. } => {
                    len <= self.options.maximum_packet_size() && len > self.buffer.len()
                }
                frame::Header::Incomplete { .. } => true,
                frame::Header::TooLong => false,
            }
        {
            return None;
        }
        Some(self.options.context(&self.buffer))
    }
}
