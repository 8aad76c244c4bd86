//! The Live page: connections, and every packet that goes over them.

mod advice;
mod chart_view;
mod connection_card;
mod connection_row;
mod connection_state;
mod connections;
mod desk;
mod detail_bar;
mod details;
mod edit;
mod engine;
mod event_card;
mod finding_card;
mod finding_list;
mod flow_list;
mod flow_picture;
mod import_notes;
mod keep;
mod keys;
mod message_list;
mod message_row;
mod new_menu;
mod opening;
mod payload_field;
mod publish;
mod publish_more;
mod record_list;
mod repair;
mod saved_menu;
mod setting_field;
mod steps;
mod strip;
mod subscribe;
mod subscriptions;
mod toolbar;
mod topic_row;
mod topics;
mod traffic;
mod undo;
mod wire_list;
mod wire_row;

use mqttscope_engine::protocol::{Command, ConnectionState, Looking};
use yew::prelude::*;

use crate::state::live::Live as State;
use crate::state::live::profiles::Profiles;
use crate::state::live::publishing::Publishing;
use crate::state::live::saved::Saved;
use crate::state::toasts::Toaster;
use desk::Desk;
use steps::Step;

/// What the page is given.
#[derive(Clone, PartialEq, Properties)]
pub struct LiveProps {
    /// Whether it is looked at. Its connections stay open when it is not.
    pub shown: bool,
}

/// The page.
#[component]
pub fn Live(props: &LiveProps) -> Html {
    let live = use_reducer(State::default);
    let profiles = use_reducer(Profiles::default);
    let publishing = use_reducer(Publishing::default);
    let saved = use_reducer(Saved::default);
    let step = use_state_eq(|| Step::Traffic);
    let toaster = use_context::<Toaster>();
    let talk = engine::use_engine(&live.dispatcher(), toaster.clone());
    opening::use_opening(&live, &profiles, &saved, &talk);
    keys::use_page_keys(&live, props.shown);
    {
        let talk = talk.clone();
        let looking = if props.shown {
            live.looking()
        } else {
            Looking::default()
        };
        use_effect_with(looking, move |looking| {
            talk.emit(Command::Look(Box::new(looking.clone())));
        });
    }
    {
        let talk = talk.clone();
        use_effect_with(live.selected, move |selected| {
            if let Some(record) = *selected {
                talk.emit(Command::Inspect(record));
            }
        });
    }
    let on_step = {
        let step = step.clone();
        use_callback((), move |to: Step, ()| step.set(to))
    };
    let desk = use_memo((), {
        let (live, profiles) = (live.dispatcher(), profiles.dispatcher());
        let (publishing, saved) = (publishing.dispatcher(), saved.dispatcher());
        let step = on_step.clone();
        move |()| Desk {
            talk,
            live,
            profiles,
            publishing,
            saved,
            toaster,
            step,
        }
    });
    if !props.shown {
        return Html::default();
    }
    let view = live.current().cloned();
    let known = live.connection.and_then(|number| profiles.get(number));
    let is_open = view
        .as_ref()
        .is_some_and(|view| view.state == ConnectionState::Open);
    let is_v5 = known.is_some_and(|known| known.profile.version == "5");
    let name = known
        .map(|known| AttrValue::from(known.profile.name.clone()))
        .unwrap_or_default();
    html! {
        <ContextProvider<Desk> context={(*desk).clone()}>
            <main id="main" tabindex="-1" class="live" data-step={step.name()}>
                <h1 class="unseen">{ "Connections and their wire" }</h1>
                { steps::steps(*step, &on_step) }
                <div class="pane live-side">
                    <connections::Connections profiles={(*profiles).clone()} summary={live.summary.clone()} current={live.connection} />
                    if let Some(known) = known {
                        <subscriptions::Subscriptions connection={known.number} profile={known.profile.clone()} filters={view.as_ref().map(|view| view.filters.clone()).unwrap_or_default()} {is_open} {is_v5} />
                    }
                    <topics::Topics rows={live.topics.clone()} />
                </div>
                <div class="pane middle">
                    { traffic::traffic(&live, &desk) }
                    <publish::Publish form={(*publishing).clone()} saved={(*saved).clone()} connection={live.connection} {is_open} {is_v5}
                        repeating={view.as_ref().is_some_and(|view| view.repeating)} />
                </div>
                <details::Details packet={live.packet.clone()} event={live.event.clone()} on_repair={repair::on_repair(&profiles, &desk)} row={live.selected_row().cloned()} around={live.around.clone()} {view} {name} />
            </main>
        </ContextProvider<Desk>>
    }
}
