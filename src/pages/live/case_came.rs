//! What came of a case: what either side broke, what the server had to do and did, and every packet.

use std::rc::Rc;

use mqttscope_protocol::{CaseFinding, CaseView};
use mqttscope_wire::{ProtocolVersion, Sender, Severity};
use yew::prelude::*;

use super::examine::check::{lines, notation};
use super::examine::conversation::Conversation;
use crate::components::inspector::marked;
use crate::components::rule_chip::rule_chip;
use crate::state::live::cases;

/// What came of it; nothing before it has come to its end.
pub(super) fn case_came(case: &CaseView) -> Html {
    let (Some(came), Some((word, class))) = (&case.came, cases::outcome(case)) else {
        return Html::default();
    };
    let asked: Vec<_> = came.lines.iter().filter(|line| line.is_shown).collect();
    html! {
        <div class="case-came" data-testid="case-came">
            <p class="judged" role="status"><b class={classes!("verdict", class)} data-testid="case-outcome">{ word }</b>
                if let Some(judged) = came.judged.as_ref().filter(|_| class != "kept") { <span>{ marked(&judged.why) }</span> }</p>
            <h2>{ "What was broken" }</h2>
            if case.findings.is_empty() { <p class="quiet" data-testid="case-sound">{ "No rule." }</p> }
            else { <ul data-testid="case-findings">{ for case.findings.iter().map(|it| finding(it, case.version)) }</ul> }
            <h2>{ "What the server has to do" }</h2>
            if asked.is_empty() { <p class="quiet">{ "The case does not say: lines behind “-- shown” are what it has to do." }</p> }
            else { { lines(&asked) } }
            <h2>{ "What came" }</h2>
            <Conversation opened={Rc::new(came.clone())} />
        </div>
    }
}

fn finding(finding: &CaseFinding, version: ProtocolVersion) -> Html {
    let who = match finding.by {
        Sender::Client => "This side: ",
        Sender::Server => "The server: ",
    };
    let class = match finding.severity {
        Severity::Error => "is-error",
        Severity::Warning => "is-warning",
        Severity::Note => "quiet",
    };
    html! {
        <li data-testid="case-finding" data-rule={finding.rule.clone()}>
            { who }<span {class}>{ marked(&finding.says) }</span>{ " " }{ for finding.statement.as_ref().map(|statement| rule_chip(version, statement)) }
        </li>
    }
}

/// What a case is, and how its lines read.
pub(super) fn case_help() -> Html {
    html! {
        <>
            <p class="quiet" id="bytes-help">{ "A case runs on connections of its own, the same way to the broker as this one, under client identifiers of its own: the client here would answer by itself. The first comment is its name. " }
                <code>{ "a> bytes 30 | \"a\" {} 'hi'" }</code>{ " sends bytes." }</p>
            { notation() }
        </>
    }
}
