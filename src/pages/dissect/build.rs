//! Building a packet: choose a type and a version, begin with the smallest valid one, and change
//! it in the inspector, rightly or wrongly.

use std::rc::Rc;

use mqttscope_view::build;
use mqttscope_wire::{PacketType, ProtocolVersion};
use yew::prelude::*;

use super::desk::Desk;
use crate::components::dialog::Dialog;
use crate::state::workbench::{Act, OpenBytes};

/// The version of what is built, and whether it is added to what there is; none: the window is shut.
pub(super) type Building = UseStateHandle<Option<(ProtocolVersion, bool)>>;

/// What opens the window.
pub(super) fn build_button(desk: &Rc<Desk>, building: &Building) -> Html {
    let now = &desk.now;
    let version = now.recording.version();
    let is_more = !now.given.is_nothing();
    let building = building.setter();
    let open = Callback::from(move |_: MouseEvent| building.set(Some((version, is_more))));
    html! { <button data-testid="build" title="Build a packet" onclick={open}>{ "Build…" }</button> }
}

/// The window.
pub(super) fn build_window(desk: &Rc<Desk>, building: &Building) -> Html {
    let Some((version, add)) = **building else {
        return Html::default();
    };
    // A conversation has one version.
    let may_add = version == desk.now.recording.version();
    let on_close = {
        let building = building.setter();
        Callback::from(move |()| building.set(None))
    };
    let turn = {
        let building = building.setter();
        Callback::from(move |_: Event| building.set(Some((version, !add))))
    };
    html! {
        <Dialog title="Build a packet" {on_close}>
            <p>
                { "Begin with the smallest valid packet and change it: every field, flag, bit " }
                { "and byte can be set, even to values the standard forbids." }
            </p>
            <fieldset class="versions">
                <legend>{ "Version" }</legend>
                for &offered in ProtocolVersion::ALL.iter() {
                    { choice_of(offered, version, add, building) }
                }
            </fieldset>
            <div class="build">
                for offered in build::types(version) {
                    { type_button(offered, version, add && may_add, desk, building) }
                }
            </div>
            if !desk.now.given.is_nothing() {
                <label class="check">
                    <input type="checkbox" checked={add && may_add} disabled={!may_add} onchange={turn} />
                    { if may_add { "Append to the current packets" } else { "Append to the current packets: they are of another version" } }
                </label>
            }
        </Dialog>
    }
}

/// A version to choose.
fn choice_of(
    offered: ProtocolVersion,
    now: ProtocolVersion,
    add: bool,
    building: &Building,
) -> Html {
    let choose = {
        let building = building.setter();
        Callback::from(move |_: Event| building.set(Some((offered, add))))
    };
    html! {
        <label class="check">
            <input type="radio" name="build-version" checked={now == offered} onchange={choose} />
            { format!("MQTT {}", offered.name()) }
        </label>
    }
}

/// What begins with a packet of this type.
fn type_button(
    offered: PacketType,
    version: ProtocolVersion,
    add: bool,
    desk: &Rc<Desk>,
    building: &Building,
) -> Html {
    let begin = {
        let (desk, building) = (desk.clone(), building.setter());
        Callback::from(move |_: MouseEvent| {
            desk.acts.dispatch(begin(offered, version, add));
            building.set(None);
        })
    };
    let name = offered.name();
    html! {
        <button key={name} onclick={begin} data-testid={format!("build-{name}")}><b>{ name }</b></button>
    }
}

fn begin(offered: PacketType, version: ProtocolVersion, add: bool) -> Act {
    let bytes: Rc<[u8]> = build::template(offered, version).into();
    if add {
        return Act::Append(bytes);
    }
    Act::OpenBytes(OpenBytes {
        bytes,
        version: Some(version),
        sender: None,
        runs: Vec::new(),
        cuts: Vec::new(),
        packet: 0,
        node: None,
    })
}
