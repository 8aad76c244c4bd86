//! Servers that clients did not reach: those that refuse connections, and those from which no answer comes.

use super::Transport;

/// Servers that are told apart.
const MOST: usize = 100;

/// How often clients did not reach which server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unreached {
    /// Each with how often it refused, and how often nothing came.
    servers: Vec<(String, u64, u64)>,
}

impl Unreached {
    /// Counts a connection, if it is one that did not reach its server.
    pub fn count(&mut self, server: &impl ToString, transport: Transport) {
        if !matches!(transport, Transport::Refused | Transport::Unanswered) {
            return;
        }
        let server = server.to_string();
        let known = self.servers.iter().position(|(name, ..)| *name == server);
        if known.is_none() && self.servers.len() < MOST {
            self.servers.push((server, 0, 0));
        } else if known.is_none() {
            return;
        }
        let at = known.unwrap_or(self.servers.len().saturating_sub(1));
        if let Some((_, refused, unanswered)) = self.servers.get_mut(at) {
            let count = if transport == Transport::Refused {
                refused
            } else {
                unanswered
            };
            *count = count.saturating_add(1);
        }
    }

    /// What is said of them: sentences without a full stop.
    pub fn says(&self) -> impl Iterator<Item = String> + '_ {
        self.servers
            .iter()
            .flat_map(|(server, refused, unanswered)| {
                let refused = (*refused > 0)
                    .then(|| format!("{server} refused the connection (RST), {}", times(*refused)));
                let unanswered = (*unanswered > 0).then(|| {
                    format!(
                        "nothing answered the SYN to {server}, {}",
                        times(*unanswered)
                    )
                });
                refused.into_iter().chain(unanswered)
            })
    }
}

fn times(number: u64) -> String {
    if number == 1 {
        return "once".to_owned();
    }
    format!("{number} times")
}
