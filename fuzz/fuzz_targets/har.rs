//! Any bytes within a HAR file: as they are, or as its messages.
#![no_main]

mod alike;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&how, rest)) = bytes.split_first() else {
        return;
    };
    let mut file = b"{\"log\":{\"entries\":[".to_vec();
    if how < 128 {
        file.extend(rest);
    } else {
        file.extend(b"{\"_webSocketMessages\":[");
        for message in rest.split(|&byte| byte == b'\n') {
            let who: &[u8] = if message.len() % 2 == 0 { b"send" } else { b"receive" };
            file.extend(b"{\"type\":\"");
            file.extend(who);
            file.extend(b"\",\"time\":1.5,\"opcode\":2,\"data\":\"");
            let text = mqttscope_capture::text::write(message, mqttscope_capture::text::Style::Base64);
            file.extend(text.bytes());
            file.extend(b"\"},");
        }
        file.extend(b"],\"request\":{\"url\":\"wss://a/\"}}]}}");
    }
    alike::check(&file, usize::from(how));
});
