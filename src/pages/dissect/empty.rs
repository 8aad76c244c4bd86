//! What stands in place of the inspector while there is no packet: an invitation.

use mqttscope_inspect::examples;
use yew::prelude::*;

use super::act::Acts;

/// Titles of the examples that are offered.
const OFFERED: [usize; 3] = [0, 1, 2];

/// A PINGREQ-sized lesson: what a few bytes say.
const LESSON: [(&str, &str); 9] = [
    ("on-fixed", "30"),
    ("on-fixed", "07"),
    ("on-variable", "00"),
    ("on-variable", "01"),
    ("on-variable", "74"),
    ("on-payload", "32"),
    ("on-payload", "31"),
    ("on-payload", "2e"),
    ("on-payload", "35"),
];

/// The invitation; `nothing`: nothing was given. Otherwise what was given holds no packet.
pub(super) fn empty(nothing: bool, acts: &Acts) -> Html {
    let tries = OFFERED.iter().filter_map(|&index| examples::ALL.get(index)).map(|example| {
        let acts = acts.clone();
        let open = Callback::from(move |_: MouseEvent| {
            if let Some(act) = super::examples::open(example) {
                acts.dispatch(act);
            }
        });
        html! { <button onclick={open} data-testid="try">{ example.title }<span>{ example.shows }</span></button> }
    });
    html! {
        <section class="pane inspector-empty" aria-label="How to begin">
            <div class="empty" data-testid="empty">
                if nothing {
                    <div class="bytes mono" aria-hidden="true">{ for LESSON.iter().map(|&(class, text)| html! { <span {class}>{ text }</span> }) }</div>
                    <h2>{ "Every byte of MQTT, explained" }</h2>
                    <p>{ "Paste a hex dump, a log line or base64, drop a file anywhere on this page, or begin with one of these:" }</p>
                    <div class="tries">{ for tries }</div>
                    <p class="quiet">{ "Versions 3.1, 3.1.1 and 5. The bytes stay in this tab." }</p>
                } else {
                    <h2>{ "No bytes to show yet" }</h2>
                    <p>{ "What stands on the left could not be read as bytes. The message below it says where." }</p>
                }
            </div>
        </section>
    }
}
