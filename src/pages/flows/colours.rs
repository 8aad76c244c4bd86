//! The colours of the page for files.

use mqttscope_flows::Palette;

use crate::services::browser;

/// The colours of the page, so that the file looks like it.
pub(super) fn colours() -> Palette {
    let colour = |name: &str, otherwise: String| browser::colour(name).unwrap_or(otherwise);
    let plain = Palette::default();
    let [client, client_edge] = plain.client;
    let [broker, broker_edge] = plain.broker;
    Palette {
        ground: colour("--ground", plain.ground),
        ink: colour("--ink", plain.ink),
        line: colour("--line-2", plain.line),
        error: colour("--error", plain.error),
        error_soft: colour("--error-soft", plain.error_soft),
        client: [
            colour("--fixed-soft", client),
            colour("--fixed", client_edge),
        ],
        broker: [
            colour("--variable-soft", broker),
            colour("--variable", broker_edge),
        ],
        publish: colour("--payload", plain.publish),
        acknowledge: colour("--variable", plain.acknowledge),
        subscribe: colour("--property", plain.subscribe),
        connect: colour("--fixed", plain.connect),
    }
}
