//! A scenario as the text that gives it back.

use std::fmt::Write as _;

use crate::scenario::{Act, Fault, Scenario, Station, When};

impl Scenario {
    /// The scenario as text: [`Scenario::parse`] reads it back.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        for (word, text) in [("title", &self.title), ("watch", &self.watch)] {
            if !text.is_empty() {
                line(&mut out, format_args!("{word} {text}"));
            }
        }
        line(&mut out, format_args!("version {}", self.version.name()));
        line(&mut out, format_args!("delay {}", self.delay));
        for client in &self.clients {
            self.write_client(&mut out, client);
        }
        for step in &self.steps {
            let name = self.name_of(step.client);
            let act = match &step.act {
                Act::Connect => "connect".to_owned(),
                Act::Disconnect => "disconnect".to_owned(),
                Act::Subscribe { filter, qos } => format!("subscribe {filter} {}", *qos as u8),
                Act::Publish(message) => {
                    let mut act = format!("publish {} {}", message.topic, message.qos as u8);
                    if message.retain {
                        act.push_str(" retain");
                    }
                    if let Some(seconds) = message.expiry {
                        add(&mut act, format_args!(" expiry {seconds}"));
                    }
                    if let Some(topic) = &message.respond {
                        add(&mut act, format_args!(" respond {topic}"));
                    }
                    if let Some(data) = &message.correlate {
                        add(&mut act, format_args!(" correlate {data}"));
                    }
                    said(&mut act, &message.payload);
                    act
                }
            };
            line(&mut out, format_args!("at {} {name} {act}", step.at));
        }
        for behaviour in &self.behaviours {
            line(&mut out, format_args!("{}", self.behaviour_text(behaviour)));
        }
        for fault in &self.faults {
            line(&mut out, format_args!("{}", self.fault_text(fault)));
        }
        out
    }

    /// A fault as its line.
    #[must_use]
    pub fn fault_text(&self, fault: &Fault) -> String {
        let name = |client: &usize| self.name_of(*client);
        let kept = |keeps: bool| if keeps { "keeping" } else { "forgetting" };
        match fault {
            Fault::Cut { client, when } => {
                let when = match when {
                    When::At(at) => format!("at {at}"),
                    When::Before(nth) => format!("before {} {}", nth.kind.name(), nth.n),
                    When::After(nth) => format!("after {} {}", nth.kind.name(), nth.n),
                };
                format!("cut {} {when}", name(client))
            }
            Fault::Restart { client, at, keeps } => {
                format!("restart {} at {at} {}", name(client), kept(*keeps))
            }
            Fault::RestartBroker { at, keeps } => {
                format!("restart broker at {at} {}", kept(*keeps))
            }
            Fault::Offline { client, from, to } => {
                format!("offline {} from {from} to {to}", name(client))
            }
            Fault::Slow { client, at, delay } => {
                format!("slow {} at {at} by {delay}", name(client))
            }
            Fault::Hold {
                client,
                from: 0,
                until,
            } => format!("hold {} until {until}", name(client)),
            Fault::Hold {
                client,
                from,
                until,
            } => format!("hold {} from {from} until {until}", name(client)),
        }
    }

    fn write_client(&self, out: &mut String, client: &Station) {
        let role = if client.publisher {
            "publisher"
        } else {
            "subscriber"
        };
        let mut text = format!("{role} {}", client.name);
        for (set, word) in [(client.session, " session"), (client.alias, " alias")] {
            if set {
                text.push_str(word);
            }
        }
        if let Some(maximum) = client.receive_maximum {
            add(&mut text, format_args!(" receive-maximum {maximum}"));
        }
        if let Some(identifier) = &client.identifier {
            add(&mut text, format_args!(" as {identifier}"));
        }
        line(out, format_args!("{text}"));
        if let Some(will) = &client.will {
            let mut text = format!(
                "will {} {} {} {}",
                client.name, will.topic, will.qos as u8, will.delay
            );
            said(&mut text, &will.payload);
            line(out, format_args!("{text}"));
        }
    }

    /// What a client is called.
    #[must_use]
    pub fn name_of(&self, client: usize) -> &str {
        self.clients
            .get(client)
            .map_or("?", |client| client.name.as_str())
    }
}

fn said(text: &mut String, payload: &str) {
    if !payload.is_empty() {
        add(text, format_args!(" : {payload}"));
    }
}

fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    add(out, text);
    out.push('\n');
}

fn add(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = out.write_fmt(text);
}
