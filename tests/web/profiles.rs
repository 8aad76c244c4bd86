//! Connections and messages in the browser's database.

use mqttscope::services::{messages, profiles};
use mqttscope::state::live::saved::{LARGEST_KEPT, Saved};
use mqttscope_protocol::{MessageDraft, Profile, Target, WillDraft};
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
async fn what_is_kept_comes_back() {
    let mut first = Profile {
        id: "a".into(),
        name: "one".into(),
        target: Target::WebSocket("ws://127.0.0.1:9001/".into()),
        will: Some(WillDraft::default()),
        ..Profile::default()
    };
    first.properties.session_expiry_interval = Some(u32::MAX);
    first.properties.authentication_data = Some(vec![0, 255].into());
    let second = Profile {
        id: "b".into(),
        ..Profile::default()
    };
    profiles::put(&second).await;
    profiles::put(&first).await;
    assert_eq!(profiles::all().await, [first.clone(), second.clone()]);

    first.name = "another".into();
    profiles::put(&first).await;
    profiles::remove("b").await;
    profiles::remove("never there").await;
    assert_eq!(profiles::all().await, [first]);
    profiles::remove("a").await;
    assert!(profiles::all().await.is_empty());
}

#[wasm_bindgen_test]
async fn messages_come_back_but_for_what_is_large() {
    let message = |topic: &str, size: usize| MessageDraft {
        topic: topic.into(),
        payload: vec![0xff; size],
        ..MessageDraft::default()
    };
    let saved = Saved {
        kept: vec![message("kept", 3)],
        lately: vec![message("large", LARGEST_KEPT + 1), message("lately", 0)],
    };
    messages::put(&saved).await;
    let back = messages::get().await.unwrap();
    assert_eq!(back.kept, saved.kept);
    assert_eq!(back.lately, [message("lately", 0)]);
    messages::put(&Saved::default()).await;
    assert_eq!(messages::get().await, Some(Saved::default()));
}
