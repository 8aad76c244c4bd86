//! Scripts at work: those of connections that are open run, each in a sandbox of its own ([`ScriptFrame`]), and the engine hears
//! what they say.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use mqttscope_answers::{ScriptNews, ScriptSays, check};
use mqttscope_protocol::{Command, ConnectionId, ConnectionState, Profile, Summary};
use yew::prelude::*;

use crate::services::script::{Begin, Given, Heard, ScriptFrame};
use crate::state::live::profiles::Profiles;

/// A script of an answer.
#[derive(Clone, Debug, PartialEq)]
struct Script {
    connection: ConnectionId,
    /// [`Profile::id`], by which it is known the next time.
    profile: String,
    /// The name of its answer.
    name: String,
    code: String,
}

/// A script that was begun, and whether it still runs.
struct Running {
    script: Script,
    run: u32,
    filters: Vec<String>,
    edits: u64,
    frame: Frame,
}

enum Frame {
    /// It is begun when the engine tells it the tables.
    Awaited,
    Runs(ScriptFrame),
    /// It is not begun again before it is turned off, or is another one.
    Over,
}

#[derive(Default)]
struct Scripts {
    talk: Option<Callback<Command>>,
    running: Vec<Running>,
    /// Runs that there were.
    runs: u32,
    /// What each keeps for the next time, by profile and name.
    kept: BTreeMap<(String, String), String>,
}

thread_local! {
    static SCRIPTS: RefCell<Scripts> = RefCell::default();
}

/// What a script of this name kept, as JSON.
pub(super) fn kept(profile: &str, name: &str) -> String {
    let key = (profile.to_owned(), name.to_owned());
    SCRIPTS.with_borrow(|all| all.kept.get(&key).cloned().unwrap_or_else(|| "{}".into()))
}

/// Has the scripts run that are turned on, while their connections are open or come back by themselves.
#[hook]
pub(super) fn use_scripts(summary: &Rc<Summary>, profiles: &Profiles, talk: &Callback<Command>) {
    let wanted: Vec<(u32, Script)> = (profiles.known().iter())
        .filter_map(|known| Some((known, phase(summary, known.number)?)))
        .flat_map(|(known, is_open)| {
            let all = of(known.number, &known.profile);
            all.into_iter()
                .filter(move |(_, script)| is_open || is_running(script))
        })
        .collect();
    // An engine that was started again knows of none.
    let states: Vec<_> = (summary.connections.iter())
        .map(|view| (view.id, view.state == ConnectionState::Open))
        .collect();
    let talk = talk.clone();
    use_effect_with((wanted, states), move |(wanted, _)| settle(wanted, &talk));
}

/// Whether it is open; none: it has ended.
fn phase(summary: &Summary, number: ConnectionId) -> Option<bool> {
    let view = (summary.connections.iter()).find(|view| view.id == number)?;
    match view.state {
        ConnectionState::Closed | ConnectionState::Failed { .. } => None,
        ConnectionState::Open => Some(true),
        _ => Some(false),
    }
}

fn is_running(script: &Script) -> bool {
    SCRIPTS.with_borrow(|all| all.running.iter().any(|it| it.script == *script))
}

/// The scripts of a connection that are on and can run, with their places.
fn of(connection: ConnectionId, profile: &Profile) -> Vec<(u32, Script)> {
    let all = (0_u32..).zip(&profile.answers);
    let scripts = all.filter_map(|(place, answer)| {
        let code = answer.script.clone().filter(|_| answer.on)?;
        let script = Script {
            connection,
            profile: profile.id.clone(),
            name: answer.name.clone(),
            code,
        };
        check(answer, None).is_empty().then_some((place, script))
    });
    scripts.collect()
}

/// Ends what is not wanted any more, and begins what is.
fn settle(wanted: &[(u32, Script)], talk: &Callback<Command>) {
    let commands = SCRIPTS.with_borrow_mut(|all| {
        all.talk = Some(talk.clone());
        let mut before = core::mem::take(&mut all.running);
        let mut commands = Vec::new();
        for (place, script) in wanted {
            let at = before.iter().position(|it| it.script == *script);
            let running = match at {
                Some(at) => before.swap_remove(at),
                None => {
                    all.runs = all.runs.wrapping_add(1);
                    Running {
                        script: script.clone(),
                        run: all.runs,
                        filters: Vec::new(),
                        edits: 0,
                        frame: Frame::Awaited,
                    }
                }
            };
            if !matches!(running.frame, Frame::Over) {
                commands.push(Command::BeginScript {
                    connection: script.connection,
                    place: *place,
                    run: running.run,
                    filters: running.filters.clone(),
                    edits: running.edits,
                });
            }
            all.running.push(running);
        }
        let ends = before
            .iter()
            .map(|it| Command::EndScript(it.script.connection, it.run));
        ends.chain(commands).collect::<Vec<_>>()
    });
    commands.into_iter().for_each(|command| talk.emit(command));
}

/// The engine tells a script something.
pub(super) fn hear(news: ScriptNews) {
    SCRIPTS.with_borrow_mut(|all| {
        let Some(running) = all.running.iter_mut().find(|it| it.run == news.run) else {
            return;
        };
        match (&running.frame, news.tables) {
            (Frame::Runs(frame), tables) => frame.tell(&ScriptNews { tables, ..news }),
            (Frame::Awaited, Some(tables)) => {
                let script = &running.script;
                let key = (script.profile.clone(), script.name.clone());
                let begin = Begin {
                    code: script.code.clone(),
                    given: Given {
                        tables,
                        edits: news.edits,
                        state: all.kept.get(&key).cloned().unwrap_or_else(|| "{}".into()),
                    },
                };
                let run = news.run;
                let on_heard = Callback::from(move |heard| says(run, heard));
                let started = ScriptFrame::start(&begin, on_heard);
                running.frame = started.map_or(Frame::Over, Frame::Runs);
            }
            _ => {}
        }
    });
}

/// A run of a script says something.
fn says(run: u32, heard: Heard) {
    let (talk, commands) = SCRIPTS.with_borrow_mut(|all| {
        let Some(running) = all.running.iter_mut().find(|it| it.run == run) else {
            return (None, Vec::new());
        };
        let connection = running.script.connection;
        let commands = match heard {
            Heard::Says(says) => {
                for one in &says {
                    match one {
                        ScriptSays::Filters(filters) => running.filters.clone_from(filters),
                        ScriptSays::Edit(_) => running.edits = running.edits.saturating_add(1),
                        _ => {}
                    }
                }
                vec![Command::ScriptSays(connection, run, says)]
            }
            Heard::State(state) => {
                let script = &running.script;
                let key = (script.profile.clone(), script.name.clone());
                all.kept.insert(key, state);
                Vec::new()
            }
            Heard::Answered => Vec::new(),
            Heard::Ended => {
                running.frame = Frame::Over;
                vec![Command::EndScript(connection, run)]
            }
            Heard::Silent(says) => {
                running.frame = Frame::Over;
                let line = ScriptSays::Log {
                    text: format!("{says} Change it, or turn it off and on, to start it again."),
                    is_problem: true,
                    line: 0,
                };
                vec![
                    Command::ScriptSays(connection, run, vec![line]),
                    Command::EndScript(connection, run),
                ]
            }
        };
        (all.talk.clone(), commands)
    });
    if let Some(talk) = talk {
        commands.into_iter().for_each(|command| talk.emit(command));
    }
}
