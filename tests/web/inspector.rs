//! The inspector, by itself.

use mqttscope::components::inspector::{Edited, Inspector, Shown};
use mqttscope::services::texts;
use mqttscope_view::recording::Recording;
use mqttscope_view::texts::Texts;
use mqttscope_wire::ProtocolVersion;
use wasm_bindgen_test::wasm_bindgen_test;
use yew::prelude::*;

use super::stage::Stage;

/// PUBLISH, QoS 0, to `a/b`.
const PUBLISH: [u8; 10] = [0x30, 0x08, 0x00, 0x03, 0x61, 0x2f, 0x62, 0x32, 0x31, 0xc2];

#[derive(Clone, PartialEq, Properties)]
struct BenchProps {
    bytes: Vec<u8>,
    #[prop_or(true)]
    can_edit: bool,
}

/// An inspector with as much around it as it needs: its selection and its bytes.
#[component]
fn Bench(props: &BenchProps) -> Html {
    let bytes = use_state(|| props.bytes.clone());
    let selected = use_state(|| None::<usize>);
    let shown = use_memo(bytes.clone(), |bytes| {
        let recording = Recording::read((**bytes).clone(), Some(ProtocolVersion::V3_1_1), None);
        Shown::of(&recording, 0, Vec::new(), |asked| asked.forms()).unwrap()
    });
    let on_select = {
        let selected = selected.clone();
        Callback::from(move |node: usize| selected.set(Some(node)))
    };
    let on_edit = props.can_edit.then(|| {
        Callback::from(move |edited: Edited| {
            if let Ok(new) = edited {
                bytes.set(new);
            }
        })
    });
    html! { <Inspector shown={(*shown).clone()} selected={*selected} {on_select} {on_edit} /> }
}

async fn bench(bytes: &[u8]) -> Stage {
    // No file is served beside the tests.
    texts::keep(Texts::read(&Texts::file()).unwrap());
    Stage::show::<Bench>(BenchProps {
        bytes: bytes.to_vec(),
        can_edit: true,
    })
    .await
}

fn value(name: &str) -> String {
    format!("[data-name='{name}'] code")
}

fn bytes(stage: &Stage) -> String {
    (0..stage.count("[data-testid=byte]"))
        .map(|at| stage.text(&format!("#byte-{at}")))
        .collect::<Vec<_>>()
        .join(" ")
}

#[wasm_bindgen_test]
async fn a_dissection_is_drawn() {
    let stage = bench(&PUBLISH).await;
    assert_eq!(stage.text("[data-testid=packet-type]"), "PUBLISH");
    assert_eq!(stage.text(&value("Topic Name")), "\"a/b\"");
    assert_eq!(stage.text(&value("Remaining Length")), "8");
    assert_eq!(bytes(&stage), "30 08 00 03 61 2f 62 32 31 c2");
    assert_eq!(stage.count("[data-testid=valid]"), 1);
}

#[wasm_bindgen_test]
async fn a_broken_rule_stands_beside_its_field() {
    let mut broken = PUBLISH;
    broken[4] = b'+';
    let stage = bench(&broken).await;
    assert_eq!(stage.text("[data-testid=faults]"), "1 error");
    assert_eq!(
        stage.count("[data-name='Topic Name'] [data-rule=publish-topic-wildcard]"),
        1
    );
    assert!(stage.find("#byte-4").class_name().contains("faulty"));
}

#[wasm_bindgen_test]
async fn a_byte_selects_its_field_and_a_field_its_bytes() {
    let stage = bench(&PUBLISH).await;
    stage.click("#byte-8").await;
    assert_eq!(
        stage
            .find("[data-name='Application Message']")
            .get_attribute("aria-selected")
            .as_deref(),
        Some("true")
    );
    stage.click("[data-name='Remaining Length'] .label").await;
    assert_eq!(stage.count(".cells b.on"), 1);
    assert!(stage.find("#byte-1").class_name().contains("on"));
}

#[wasm_bindgen_test]
async fn a_flag_is_switched() {
    let stage = bench(&PUBLISH).await;
    stage.click("[data-name=RETAIN] [role=switch]").await;
    assert_eq!(stage.text("#byte-0"), "31");
    assert_eq!(stage.text(&value("RETAIN")), "1");
}

#[wasm_bindgen_test]
async fn a_byte_is_typed() {
    let stage = bench(&PUBLISH).await;
    stage.click("#byte-4").await;
    stage.press("#bytes", "7").await;
    assert_eq!(
        stage.text("#byte-4"),
        "7_",
        "half a byte changes nothing yet"
    );
    assert_eq!(stage.text(&value("Topic Name")), "\"a/b\"");
    stage.press("#bytes", "a").await;
    assert_eq!(stage.text(&value("Topic Name")), "\"z/b\"");
}

#[wasm_bindgen_test]
async fn a_bit_is_turned_over_and_nothing_else() {
    let stage = bench(&PUBLISH).await;
    stage.click("#byte-1").await;
    stage.click("[data-bit='15']").await;
    assert_eq!(bytes(&stage), "30 09 00 03 61 2f 62 32 31 c2");
}

#[wasm_bindgen_test]
async fn what_cannot_be_edited_offers_no_edit() {
    let stage = Stage::show::<Bench>(BenchProps {
        bytes: PUBLISH.to_vec(),
        can_edit: false,
    })
    .await;
    assert_eq!(
        stage.count("[data-does=edit], [data-does=remove], [data-testid=add]"),
        0
    );
    stage.click("[data-name='Topic Name'] .label").await;
    stage.press("#fields", "Enter").await;
    assert_eq!(stage.count("[data-testid=edit]"), 0);
}
