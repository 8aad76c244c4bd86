//! What was recorded, on this page or on the one of captures, as a device that publishes it again.

use mqttscope_answers::{Answer, Recording, Replay, read_recording};

use crate::hooks::Inbox;
use crate::route::{Page, Route};
use crate::services::browser;
use crate::state::live::words;

thread_local! {
    /// It waits until the answers of a connection are on screen.
    pub(super) static RECORDED: Inbox<Recording> = const { Inbox::new() };
}

/// Takes messages over, a JSON object a line, and goes to the Live page.
///
/// # Errors
/// Why they cannot be published again, in a sentence without its full stop.
pub(super) fn hand_over(text: &[u8]) -> Result<(), String> {
    let recording = read_recording(&String::from_utf8_lossy(text))?;
    RECORDED.with(|inbox| inbox.put(recording));
    if Route::of_hash(&browser::hash()).page != Page::Live {
        browser::go_to(Page::Live.hash());
    }
    Ok(())
}

/// The device that publishes it, as it begins: as fast as it was, so it is bounded only far above.
pub(super) fn device(recording: Recording) -> Answer {
    Answer {
        name: "Recording".into(),
        most_a_second: 1000,
        replay: Some(Replay {
            messages: recording.messages,
            ..Replay::default()
        }),
        ..Answer::default()
    }
}

/// What is told of what is not in it.
pub(super) fn left_out(recording: &Recording) -> Option<String> {
    let (taken, other) = if recording.came {
        ("came", "those that were sent")
    } else {
        ("were sent", "others")
    };
    (recording.left_out > 0).then(|| {
        let [count, out] = [recording.messages.len() as u64, recording.left_out as u64].map(words::whole);
        format!(
            "{count} messages that {taken} are taken; {out} are left out: {other}, repeated ones, $ topics, what is beyond 5,000 or 1 MiB."
        )
    })
}
