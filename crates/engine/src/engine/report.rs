//! What the page has not heard yet.

use super::{BETWEEN_REPORTS, BETWEEN_SUMMARIES, Engine};
use crate::protocol::{Report, Summary, Window};
use crate::view::rows;

impl Engine {
    /// What the page is told now: answers at once, rows and counts when it has drawn the last ones.
    /// The caller sends them as one message; the page says [`crate::protocol::Command::Drawn`].
    pub fn reports(&mut self, now_ms: f64) -> Vec<Report> {
        let mut reports = core::mem::take(&mut self.answers);
        let since = now_ms - self.reported_ms;
        let is_due = (self.changed && since >= BETWEEN_REPORTS) || since >= BETWEEN_SUMMARIES;
        if !self.drawn || !is_due {
            return reports;
        }
        self.drawn = false;
        self.changed = false;
        self.reported_ms = now_ms;
        self.search();
        reports.push(Report::Summary(Box::new(Summary {
            connections: self
                .connections
                .values()
                .map(|connection| connection.view(now_ms))
                .collect(),
            log: self.log.view(),
            findings: self.findings,
        })));
        let looking = &self.looking;
        if let Some(window) = looking.wire {
            let (first, total, ids) = self.wire.window(&self.log, self.still(window));
            let rows = rows::wire(&self.log, &mut self.dissector, &ids);
            reports.push(Report::Wire { first, total, rows });
        }
        if let Some(window) = looking.messages {
            let (first, total, ids) = self.messages.window(&self.log, self.still(window));
            let rows = ids
                .iter()
                .filter_map(|&id| rows::message(&self.log, &self.topics, &self.connections, id))
                .collect();
            reports.push(Report::Messages { first, total, rows });
        }
        if let Some(window) = looking.topics {
            let open = looking.open_topics.iter().cloned().collect();
            let shown = self.topics.shown(&open);
            let first = usize::try_from(window.first).unwrap_or(usize::MAX);
            let rows = shown
                .iter()
                .skip(first)
                .take(window.count as usize)
                .filter_map(|&number| {
                    self.topics
                        .row(number, &open, |record| rows::preview_of(&self.log, record))
                })
                .collect();
            reports.push(Report::Topics {
                first: window.first,
                total: shown.len() as u64,
                rows,
            });
        }
        if looking.chart {
            reports.push(Report::Chart(self.charting.chart(&self.topics)));
        }
        reports
    }

    /// A list that stands still does not follow the end.
    const fn still(&self, window: Window) -> Window {
        Window {
            tail: window.tail && !self.looking.paused,
            ..window
        }
    }
}
