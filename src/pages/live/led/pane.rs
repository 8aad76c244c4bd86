//! One situation: what the standard asks, what is to be done or was found, and the packets that show it.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use mqttscope_protocol::{AskLed, ExaminedCheck, ExaminedStage, LedRow, LedStands};
use yew::prelude::*;

use crate::components::icon::{Icon, icon};
use crate::components::inspector::marked;
use crate::pages::live::desk::Desk;
use crate::pages::live::examine::check::asked;
use crate::pages::live::examine::conversation::Conversation;
use crate::services::browser;
use crate::state::live::Act;
use crate::state::live::examine::Statements;
use crate::state::live::led::{LedAct, word};

#[derive(Clone, PartialEq, Properties)]
pub(super) struct PaneProps {
    pub(super) number: u32,
    pub(super) row: LedRow,
    /// What went over the client's connections; none: not here yet.
    pub(super) packets: Option<Rc<ExaminedCheck>>,
    pub(super) ask: Callback<AskLed>,
    /// What statements ask; none: not known yet.
    pub(super) statements: Option<Rc<Statements>>,
    /// How far the examination is.
    pub(super) stage: ExaminedStage,
    /// It is of a report that is kept without its packets.
    pub(super) is_kept: bool,
}

#[component]
pub(super) fn Pane(props: &PaneProps) -> Html {
    let row = &props.row;
    let is_judged = matches!(row.stands, LedStands::Judged(..));
    {
        let (ask, number) = (props.ask.clone(), props.number);
        use_effect_with(is_judged && !props.is_kept, move |&is_told| {
            if is_told {
                ask.emit(AskLed::Open(number));
            }
        });
    }
    let Some(desk) = use_context::<Desk>() else {
        return Html::default();
    };
    let close = Callback::from(move |_: MouseEvent| {
        desk.live.dispatch(Act::Led(LedAct::Select(None)));
        // On a narrow screen the list is not there before.
        Timeout::new(0, || browser::focus_id("situations")).forget();
    });
    let skip = {
        let number = props.number;
        (props.ask).reform(move |_: MouseEvent| AskLed::Skip(number))
    };
    let (said, class) = word(&row.stands, &props.stage);
    let can_skip = props.stage.is_on() && !is_judged;
    html! {
        <section class="pane examine-side" aria-label="Situation" data-testid="led-situation">
            <div class="head">
                <h2 title={row.name.clone()}>{ &row.name }</h2><span>{ format!("MQTT {}", row.version.name()) }</span>
                <span class="grow"></span>
                if can_skip { <button data-testid="led-leave-out" onclick={skip}>{ "Leave out" }</button> }
                <button class="bare square" data-testid="led-close" aria-label="Close the situation" onclick={close}>{ icon(Icon::Cross) }</button>
            </div>
            <div class="check-body" tabindex="0" role="region" aria-label="The situation" data-testid="led-body">
                <p class="asks">{ &row.title }</p>
                <p class="judged"><b class={classes!("verdict", class)} data-testid="led-verdict">{ said }</b>
                    { stands(row) }</p>
                { asked(row.version, &row.statements, row.is_must, props.statements.as_deref()) }
                if let Some(packets) = props.packets.as_ref().filter(|packets| !packets.rows.is_empty()) {
                    <h3>{ "What came" }</h3><Conversation opened={packets.clone()} />
                } else if props.is_kept && is_judged {
                    <p class="quiet" data-testid="led-kept">{ "Its packets are not kept. “Examine again…” shows them." }</p>
                }
            </div>
        </section>
    }
}

/// What is to be done for it, what it waits for, or why it was judged so.
fn stands(row: &LedRow) -> Html {
    match &row.stands {
        LedStands::Later | LedStands::Open => html! { <span>{ &row.ask }</span> },
        LedStands::Running(step) => {
            html! { <span>{ "It waits for: " }<code>{ step }</code></span> }
        }
        LedStands::Never(why) | LedStands::Judged(_, why) => {
            html! { <span data-testid="led-why">{ marked(why) }</span> }
        }
    }
}
