//! The whole page: the text field, the packets, the way back.

use mqttscope::App;
use mqttscope::services::reader;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::HtmlTextAreaElement;

use super::stage::Stage;

/// Waits until the browser has drawn a frame: text is read once a frame.
async fn frame() {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        web_sys::window()
            .unwrap()
            .request_animation_frame(&resolve)
            .unwrap();
    });
    JsFuture::from(promise).await.unwrap();
    yew::scheduler::flush().await;
}

async fn give(stage: &Stage, text: &str) {
    reader::stand_in(|request| Some(mqttscope_view::reader::read(request)));
    let field: HtmlTextAreaElement = stage.find("[data-testid=text]").unchecked_into();
    field.set_value(text);
    let init = web_sys::EventInit::new();
    init.set_bubbles(true);
    field
        .dispatch_event(&web_sys::Event::new_with_event_init_dict("input", &init).unwrap())
        .unwrap();
    frame().await;
    frame().await;
}

#[wasm_bindgen_test]
async fn text_becomes_packets_and_an_edit_becomes_text() {
    let stage = Stage::show::<App>(()).await;
    assert_eq!(stage.count("[data-testid=empty]"), 1);
    give(&stage, "c000 300800 03612f62 3231c2").await;
    assert_eq!(stage.text("[data-testid=count]"), "2 packets · 12 bytes");
    stage.click("#packet-1").await;
    assert_eq!(stage.text("[data-testid=packet-type]"), "PUBLISH");
    stage.click("[data-name=RETAIN] [role=switch]").await;
    let field: HtmlTextAreaElement = stage.find("[data-testid=text]").unchecked_into();
    assert_eq!(field.value(), "c0 00\n31 08 00 03 61 2f 62 32 31 c2");
    stage.click("[data-testid=undo]").await;
    assert_eq!(field.value(), "c000 300800 03612f62 3231c2");
}

#[wasm_bindgen_test]
async fn a_bad_character_is_named_and_selected() {
    let stage = Stage::show::<App>(()).await;
    give(&stage, "10 0c zz 00").await;
    assert!(stage.text("[data-testid=text-error]").contains("column 7"));
    stage.click("[data-testid=show-in-text]").await;
    let field: HtmlTextAreaElement = stage.find("[data-testid=text]").unchecked_into();
    assert_eq!(
        (field.selection_start(), field.selection_end()),
        (Ok(Some(6)), Ok(Some(8)))
    );
}
