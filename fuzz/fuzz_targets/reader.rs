//! Whatever is given, in whatever way it is to be read: what is found lies inside it, and comes whole out of the format
//! in which it is sent to the page.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mqttscope_capture::text::Format;
use mqttscope_view::reader::{Given, Request, Taking, read};

fuzz_target!(|input: (u8, u8, &[u8])| {
    let (how, format, bytes) = input;
    let text = String::from_utf8_lossy(bytes);
    let request = Request {
        given: match how % 3 {
            0 => Given::Text(&text),
            1 => Given::File(bytes),
            _ => Given::Bytes(bytes),
        },
        format: Format::ALL.get(usize::from(format)).copied(),
        takes_turns: how & 0x10 != 0,
        taking: match how >> 6 {
            0 => Taking::AsTheyAre,
            1 => Taking::Inside,
            _ => Taking::Found,
        },
        stream: usize::from(how >> 2 & 3),
    };
    let found = read(&request);
    let text = found.text.as_deref().unwrap_or(&text);
    if let Some(source) = &found.source {
        assert_eq!(source.len(), found.bytes.len());
        let end = source.span_of(0..found.bytes.len()).map_or(0, |span| span.end);
        assert!(end <= text.len());
    }
    if let Some(fault) = &found.fault {
        assert!(fault.start <= fault.end && fault.end <= text.encode_utf16().count());
    }
    assert!(found.runs.iter().all(|run| run.start <= found.bytes.len()));
    let sent = postcard::to_allocvec(&found).unwrap();
    assert_eq!(postcard::from_bytes(&sent), Ok(found));
    let asked = postcard::to_allocvec(&request).unwrap();
    assert_eq!(postcard::from_bytes(&asked), Ok(request));
});
