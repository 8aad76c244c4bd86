//! Connections in the browser's database.

use mqttscope::services::profiles;
use mqttscope_engine::protocol::{Profile, Target, WillDraft};
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
