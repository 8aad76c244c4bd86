//! How a recording is published again.

use mqttscope_answers::{Replay, Template};
use yew::prelude::*;

use super::fields::{text, tick, with};
use crate::state::live::words;

/// Its fields.
pub(super) fn replay(replay: &Replay, change: &Callback<Replay>) -> Html {
    let count = replay.messages.len();
    let noun = if count == 1 { "message" } else { "messages" };
    let says = format!(
        "{} {noun} in {}, from {} on",
        words::whole(count as u64),
        words::duration(replay.length()),
        replay
            .messages
            .first()
            .map_or("none", |first| first.message.topic.as_str()),
    );
    html! { <>
        { text("Speed, in percent", "replay-speed", &replay.speed.to_string(), with(replay, change, |it, to| it.speed = to.trim().parse().unwrap_or(0))) }
        { text("Before each topic", "replay-prefix", &replay.prefix.0, with(replay, change, |it, to| it.prefix = Template(to))) }
        { tick("Again and again", "replay-repeat", replay.repeat, with(replay, change, |it, to| it.repeat = to == "yes")) }
        <p class="wide quiet" data-testid="replay-says">{ says }</p>
    </> }
}
