//! Packets out of chunks of any size.

use js_sys::Array;
use mqttscope_wire::{Context, frame};
use wasm_bindgen::prelude::*;

use crate::error::Failure;
use crate::given::reading;
use crate::held::Held;
use crate::options::Options;
use crate::reader::{self, Stopped};
use crate::{bytes, version};

/// Decodes a stream that comes in chunks of any size.
#[wasm_bindgen(skip_typescript)]
#[derive(Debug)]
pub struct StreamDecoder {
    stream: Held<Stream>,
}

#[derive(Debug)]
struct Stream {
    options: Options,
    /// How packets are read; not known until one says the version, when the options do not say it.
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
    pub fn new(options: JsValue) -> Result<Self, JsValue> {
        let options = &options;
        let stream = Stream {
            options: reading(|| Options::of(options))?,
            context: None,
            buffer: Vec::new(),
            before: 0,
            failure: None,
        };
        Ok(Self {
            stream: Held::new("StreamDecoder", stream),
        })
    }

    /// Adds a chunk and gives the packets that it completes.
    ///
    /// # Errors
    /// A packet that breaks a rule or is too large, with the packets before it in `packets`; every
    /// later call fails alike.
    #[wasm_bindgen(skip_typescript)]
    pub fn push(&self, chunk: JsValue) -> Result<Array, JsValue> {
        let chunk = &chunk;
        self.stream.with(|stream| stream.push(chunk))?
    }

    /// Bytes that wait for the rest of their packet.
    ///
    /// # Errors
    /// It was freed.
    #[wasm_bindgen(getter, skip_typescript)]
    pub fn pending(&self) -> Result<usize, JsValue> {
        Ok(self.stream.with(|stream| stream.buffer.len())?)
    }

    /// Frees its memory now; a second time there is nothing to do. It stands in place of the method
    /// that wasm-bindgen makes, behind which an object may not be touched.
    #[wasm_bindgen(skip_typescript)]
    pub fn free(&self) {
        self.stream.free();
    }
}

impl Stream {
    fn push(&mut self, chunk: &JsValue) -> Result<Array, JsValue> {
        let packets = Array::new();
        if let Some(failure) = &self.failure {
            return Err(failure.clone().with(&packets));
        }
        bytes::append(chunk, &mut self.buffer)?;
        match self.read(&packets) {
            Ok(()) => Ok(packets),
            Err(failure) => {
                self.buffer = Vec::new();
                self.failure = Some(failure.clone());
                Err(failure.with(&packets))
            }
        }
    }

    /// Reads packets until one says the version of the stream, if nobody else does. Those before it
    /// are read by the version that they are alike in, or by the likeliest.
    fn find_version(&mut self, packets: &Array) -> Result<(), Failure> {
        if let Some(version) = self.options.version() {
            let sender = self.options.sender();
            self.context = Some(Context { version, sender });
        }
        while self.context.is_none() {
            let len = match frame::header(&self.buffer) {
                frame::Header::Complete { len, .. } if len <= self.options.maximum_of_stream() => {
                    len
                }
                frame::Header::Incomplete { .. } => return Ok(()),
                _ => {
                    // It cannot be read in any version.
                    self.context = Some(self.options.context(&self.buffer));
                    return Ok(());
                }
            };
            let Some(packet) = self.buffer.get(..len) else {
                return Ok(());
            };
            let told = version::of(packet, self.options.sender());
            let mut context = told.context;
            if told.is_certain {
                self.context = Some(context);
                return Ok(());
            }
            reader::read(packet, self.before, &mut context, usize::MAX, packets)?;
            self.buffer.drain(..len);
            self.before = self.before.saturating_add(len as u64);
        }
        Ok(())
    }

    fn read(&mut self, packets: &Array) -> Result<(), Failure> {
        self.find_version(packets)?;
        let Some(mut context) = self.context else {
            return Ok(());
        };
        let maximum = self.options.maximum_of_stream();
        let stopped = reader::read(&self.buffer, self.before, &mut context, maximum, packets);
        self.context = Some(context);
        let Stopped { at, .. } = stopped?;
        self.buffer.drain(..at);
        self.before = self.before.saturating_add(at as u64);
        Ok(())
    }
}
