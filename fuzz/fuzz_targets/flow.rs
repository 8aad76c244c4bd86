//! Any bytes within a flow file of mitmproxy: as they are, or as its messages.
#![no_main]

mod alike;

use libfuzzer_sys::fuzz_target;

/// A value with its length and kind.
fn value(content: &[u8], kind: u8) -> Vec<u8> {
    let mut value = content.len().to_string().into_bytes();
    value.push(b':');
    value.extend(content);
    value.push(kind);
    value
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&how, rest)) = bytes.split_first() else {
        return;
    };
    let file = if how < 128 {
        [b"99999:4:type;".as_slice(), rest].concat()
    } else {
        let messages = rest.split(|&byte| byte == b'\n').map(|message| {
            let who: &[u8] = if message.len() % 2 == 0 { b"true" } else { b"false" };
            let list = [value(who, b'!'), value(message, b','), value(b"1.5", b'^')].concat();
            value(&list, b']')
        });
        let messages = messages.collect::<Vec<_>>().concat();
        let flow = [value(b"type", b';'), value(b"tcp", b';'), value(b"messages", b';'), value(&messages, b']')];
        value(&flow.concat(), b'}')
    };
    alike::check(&file, usize::from(how));
});
