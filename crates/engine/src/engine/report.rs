//! What the page has not heard yet.

use hashbrown::HashMap;
use mqttscope_protocol::{ConnectionId, FlowView, MessageRow, RecordId, Report, Summary, Window};
use mqttscope_shared::Instant;
use mqttscope_wire::{Sender, Severity};

use super::pace::Part;
use super::{BETWEEN_SUMMARIES, Engine};
use crate::connection::Owed;
use crate::log::{Record, Tally};
use crate::sieve::Facts;
use crate::topics::{Narrowed, Unfolded};
use crate::view::cut::cut;
use crate::view::{flows, rows};
use crate::watch::{Entry, Listed, Watched, grouped};

/// Topics below `$SYS` that are told, and characters of each.
const SYSTEM: usize = 100;
const SYSTEM_NAME: usize = 100;
/// Characters of a connection's name in a row.
const MOST_NAME: usize = 60;
/// Connections that are named of those that one row stands for.
const MOST_NAMES: usize = 40;

impl Engine {
    /// What the page is told now: answers at once, rows and counts when it has drawn the last ones.
    /// The caller sends them as one message; the page says [`mqttscope_protocol::Command::Drawn`].
    #[inline(never)]
    pub fn reports(&mut self, now: Instant) -> Vec<Report> {
        let mut reports = core::mem::take(&mut self.answers);
        if !self.is_report_due(now) {
            return reports;
        }
        let (end, has_tree) = (self.log.end(), self.looking.topics.is_some());
        let part = self.pace.part(now, end, has_tree);
        self.pace.tell(part, now, end);
        self.changed = part == Part::Tree;
        self.search();
        if part != Part::Tree {
            self.tell_struck();
            reports.append(&mut self.answers);
            self.report_answers(now, &mut reports);
            self.report_rows(now, &mut reports);
            self.examining.report(&mut reports);
            self.case.report_case(&mut reports);
        }
        if part != Part::Rows {
            self.report_tree(&mut reports);
        }
        reports
    }

    /// Whether the page is told something now: asked for every packet, where [`Engine::reports`] is much to
    /// call for nothing.
    #[must_use]
    pub fn has_reports(&self, now: Instant) -> bool {
        !self.answers.is_empty() || self.is_report_due(now)
    }

    fn is_report_due(&self, now: Instant) -> bool {
        self.pace.is_drawn()
            && ((now >= self.report_due() && self.changed) || now >= self.summary_due())
    }

    /// When what is always shown is told again, if nothing else is told before.
    pub(super) fn summary_due(&self) -> Instant {
        match self.pace.told() {
            Some(told) => told + BETWEEN_SUMMARIES,
            None => Instant::ZERO,
        }
    }

    /// When there is something to tell, it is due then.
    pub(super) fn report_due(&self) -> Instant {
        let has_tree = self.looking.topics.is_some();
        self.pace.due(self.log.end(), has_tree)
    }

    /// What each server owes the longest.
    fn owed(&self) -> HashMap<ConnectionId, Owed> {
        let mut oldest: HashMap<ConnectionId, Owed> = HashMap::new();
        for (connection, answer, asked) in self.links.owed() {
            let Some(record) = self.log.get(asked) else {
                continue;
            };
            let place = oldest.entry(connection).or_insert((answer, record.at));
            if record.at < place.1 {
                *place = (answer, record.at);
            }
        }
        oldest
    }

    /// What is always shown, and what stands in the middle of the page.
    fn report_rows(&mut self, now: Instant, reports: &mut Vec<Report>) {
        self.drop_tree_of_gone();
        let oldest = RecordId(self.log.first());
        // A search decides of each connection for itself.
        let together = !self.found.is_narrowed();
        let (listed, remarks_left) = (self.watch).listed(self.looking.connection, oldest, together);
        self.has_findings = !listed.is_empty();
        let looks_at_one = self.looking.connection.is_some();
        let is_left = |one: &&Listed<'_>| self.is_left(one);
        let found = self
            .found
            .is_narrowed()
            .then(|| counted(listed.iter().filter(is_left)));
        // Of a capture all is counted, whichever connection is looked at.
        let of_all = (looks_at_one && self.captures.is_used())
            .then(|| self.watch.listed(None, oldest, together).0);
        let of_capture = counted(of_all.as_ref().unwrap_or(&listed));
        let owed = self.owed();
        reports.push(Report::Summary(Box::new(Summary {
            connections: self
                .connections
                .values()
                .map(|connection| connection.view(now, owed.get(&connection.id).copied()))
                .collect(),
            log: self.log.view(),
            findings: counted(&listed),
            found,
            left_out: (self.watch.left_out(self.looking.connection)).saturating_add(remarks_left),
            flows_left_out: self.watch.flows_left_out(),
            settled: self.settled,
            capture: self.captures.view(of_capture),
            search: self.sought.clone(),
        })));
        if let Some((window, order)) = self.looking.captured {
            // What only several connections show is a remark: it counts with the connection that it is about.
            let remarks = of_all
                .as_ref()
                .unwrap_or(&listed)
                .iter()
                .filter_map(|one| match one {
                    Listed::Remark(remark) => Some((remark.connection, remark.severity)),
                    Listed::Found(_) => None,
                });
            self.captures.remarked(remarks);
            let found = self.found.tally();
            reports.push(self.captures.report(window, order, found));
        }
        let looking = &self.looking;
        // Where the packets of several connections stand in one list, each says whose it is.
        let is_mixed =
            looking.connection.is_none() && (self.connections.len() > 1 || self.captures.is_used());
        let (connections, captures) = (&self.connections, &self.captures);
        let name = |id: ConnectionId| {
            let captured = || captures.name(id);
            let own = || Some(connections.get(&id)?.profile.shown_name().to_owned());
            let name = is_mixed.then(|| captured().or_else(own)).flatten()?;
            Some(cut(&name, MOST_NAME))
        };
        if looking.timeline {
            let at = |listed: &Listed<'_>| {
                let last = listed.last();
                Some((self.log.entry(last)?.record().at, listed.severity()))
            };
            let found = listed.iter().filter_map(at);
            let left = self.found.tally().filter(|_| self.found.is_narrowed());
            let left = left.map(Tally::bars);
            reports.push(Report::Timeline(self.timeline.view(left, found)));
        }
        if let Some(moment) = looking.state {
            let state = self.states.report(moment, &self.log);
            // A row that is still looked for may be there.
            if state.is_some() || !self.searching {
                reports.push(Report::State(state.map(Box::new)));
            }
        }
        if let Some(window) = looking.wire {
            let wire = if self.found.is_like(&self.wire) {
                &self.found
            } else {
                &self.wire
            };
            let part = wire.window(&self.log, window);
            let rows = rows::wire(
                &self.log,
                &self.topics,
                &self.payloads,
                &mut self.dissector,
                captures,
                &part,
                name,
            );
            let revealed = looking.reveal;
            reports.push(Report::Wire {
                first: part.first,
                total: part.total,
                dropped: part.dropped,
                events: part.events,
                rows,
                revealed: revealed.and_then(|id| Some((id, wire.row_of(&self.log, id)?))),
            });
        }
        if let Some(window) = looking.messages {
            let part = self.messages.window(&self.log, window);
            let before = part.before.and_then(|id| self.log.entry(id));
            let mut before = before.map(|entry| entry.record().at);
            let rows = part
                .ids
                .iter()
                .filter_map(|&id| {
                    let row = rows::message(
                        &self.log,
                        &self.topics,
                        &self.payloads,
                        &mut self.dissector,
                        connections,
                        id,
                    )?;
                    Some(MessageRow {
                        before: before.replace(row.at),
                        of: name(row.connection),
                        ..row
                    })
                })
                .collect();
            reports.push(Report::Messages {
                first: part.first,
                total: part.total,
                dropped: part.dropped,
                rows,
            });
        }
        if let Some(window) = looking.flows {
            let mut all = self
                .watch
                .flows(looking.connection, RecordId(self.log.first()));
            let sieve = &mut self.flows_sieve;
            if !sieve.is_open() || looking.span.is_some() {
                let facts = Facts {
                    connections: Some(&self.connections),
                    captures: Some(&self.captures),
                    watch: Some(&self.watch),
                    minutes_behind: self.minutes_behind,
                };
                let (log, topics) = (&self.log, &self.topics);
                sieve.refresh(log, facts);
                let mut found = |id: &RecordId| {
                    log.get(*id).is_some_and(|record| {
                        is_within(looking.span, record.at)
                            && sieve.passes(*id, record, log, topics, facts)
                    })
                };
                all.retain(|flow| flow.packets().iter().any(&mut found));
            }
            let numbers = all.iter().map(Watched::number);
            let gone = &mut self.flows_gone;
            let of = format!("{:?} {}", looking.span, self.usable);
            let dropped = gone.count(looking.connection, &of, numbers);
            let (first, shown) = part(&all, window, dropped);
            let row = |flow| {
                let row = flows::row(flow, &self.log, &self.topics);
                FlowView {
                    of: name(row.connection),
                    ..row
                }
            };
            reports.push(Report::Flows {
                first,
                total: all.len() as u64,
                dropped,
                rows: shown.iter().map(row).collect(),
            });
        }
        if let Some(window) = looking.findings {
            let mut all = listed;
            if self.found.is_narrowed() {
                all.retain(|one| self.is_left(one));
            }
            if let Some(severity) = looking.severity {
                all.retain(|one| one.severity() == severity);
            }
            let is_recording = self.captures.is_used();
            let entries = grouped(&all, looking.opened.as_ref(), is_recording);
            // Only broken rules are many enough to be dropped.
            let numbers = entries.iter().filter_map(Entry::number);
            let of = format!(
                "{:?} {:?} {:?} {}",
                looking.severity, looking.opened, looking.span, self.usable
            );
            let dropped = (self.findings_gone).count(looking.connection, &of, numbers);
            let (first, shown) = part(&entries, window, dropped);
            reports.push(Report::Findings {
                first,
                total: entries.len() as u64,
                dropped,
                findings: all.len() as u64,
                rows: shown
                    .iter()
                    .map(|one| {
                        let mut view = one.view();
                        // One that was cleared cannot be gone to.
                        let floor = self.log.floor();
                        view.packets.retain(|record| record.0 >= floor);
                        let last = view.packets.last().and_then(|&last| self.log.entry(last));
                        view.at = view.at.or(last.map(|last| last.record().at));
                        view.of = name(view.connection);
                        if !view.connections.is_empty() {
                            view.of = Some(names(&view.connections, &name));
                        }
                        view
                    })
                    .collect(),
            });
        }
        if looking.chart {
            reports.push(Report::Chart(self.charting.chart(&self.topics)));
        }
    }

    /// Whether the search and the span leave a finding: by a packet of it, or by its own words where no packet has them.
    fn is_left(&self, one: &Listed<'_>) -> bool {
        let is_said = || match one {
            Listed::Found(found) if !found.packets().is_empty() => false,
            _ => self.looking.span.is_none() && self.found.is_said_in(&one.view().says()),
        };
        one.packets().iter().any(|&it| self.found.contains(it)) || is_said()
    }

    /// Makes the tree that the search and the span leave, where it is another one than before.
    fn narrow_tree(&mut self) {
        // Who is connected wants to see what there is, whatever is searched for among the packets.
        let found = self.found.tally().filter(|_| self.captures.is_used());
        let (topics, of) = (&self.topics, self.looking.connection);
        self.narrowed = found.map(|found| match self.narrowed.take() {
            Some(narrowed) if narrowed.is_of(topics, of, found) => narrowed,
            _ => Narrowed::new(topics, of, found),
        });
    }

    fn report_tree(&mut self, reports: &mut Vec<Report>) {
        let Some(window) = self.looking.topics else {
            return;
        };
        self.narrow_tree();
        let looking = &self.looking;
        let unfolded = Unfolded::new(&looking.tree, self.narrowed.as_ref());
        let of = looking.connection;
        let shown = self.topics.shown(of, &unfolded);
        let first = usize::try_from(window.first).unwrap_or(usize::MAX);
        let preview = |record| rows::preview_of(&self.log, &self.topics, &self.payloads, record);
        let rows = shown
            .iter()
            .skip(first)
            .take(window.count as usize)
            .filter_map(|&number| {
                let mut row = self.topics.row(number, of, &unfolded, preview)?;
                let last = row.last_record.and_then(|last| self.log.get(last));
                if self.narrowed.is_some()
                    && let Some(publish) = last.and_then(|last| rows::publish(&self.log, last))
                {
                    row.last_size = u32::try_from(publish.payload.len()).unwrap_or(u32::MAX);
                }
                Some(row)
            })
            .collect();
        reports.push(Report::Topics {
            first: window.first,
            total: shown.len() as u64,
            left_out: self.topics.left_out(),
            too_deep: self.topics.too_deep(),
            found: self.narrowed.as_ref().map(Narrowed::topics),
            system: self.system(),
            rows,
        });
    }

    /// What the server says of itself.
    fn system(&self) -> Vec<(String, String)> {
        let last = self
            .topics
            .last_below("$SYS", self.looking.connection, SYSTEM);
        let with_payload = |(topic, record): (String, RecordId)| {
            // What somebody else publishes there says nothing of the server.
            let is_servers = |it: &Record| it.sender == Sender::Server;
            self.log.get(record).filter(|it| is_servers(it))?;
            let name = topic.strip_prefix("$SYS/").unwrap_or(&topic);
            Some((
                cut(name, SYSTEM_NAME),
                rows::preview_of(&self.log, &self.topics, &self.payloads, record)?,
            ))
        };
        last.into_iter().filter_map(with_payload).collect()
    }
}

/// Errors, warnings and notes.
fn counted<'a>(all: impl IntoIterator<Item = &'a Listed<'a>>) -> [u64; 3] {
    let mut counts = [0_u64; 3];
    for one in all {
        let at = match one.severity() {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        if let Some(count) = counts.get_mut(at) {
            *count = count.saturating_add(1);
        }
    }
    counts
}

/// Whether a time is within these.
fn is_within(span: Option<(Instant, Instant)>, at: Instant) -> bool {
    span.is_none_or(|(from, to)| (from..to).contains(&at))
}

/// What several connections are called.
fn names(connections: &[ConnectionId], name: &impl Fn(ConnectionId) -> Option<String>) -> String {
    let first = connections.iter().take(MOST_NAMES);
    let mut names: Vec<String> = first.filter_map(|id| name(*id)).collect();
    let more = connections.len().saturating_sub(MOST_NAMES);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    names.join(", ")
}

/// The number of the first item in a window, and the items; `dropped` stood before the first of all.
fn part<T>(all: &[T], window: Window, dropped: u64) -> (u64, &[T]) {
    let count = usize::try_from(window.count).unwrap_or(usize::MAX);
    let last = all.len().saturating_sub(count);
    let first = if window.tail {
        last
    } else {
        let since = dropped.saturating_sub(window.dropped);
        let first = window.first.saturating_sub(since);
        usize::try_from(first).unwrap_or(usize::MAX).min(all.len())
    };
    let end = first.saturating_add(count).min(all.len());
    (first as u64, all.get(first..end).unwrap_or_default())
}
