//! The mqttscope page.
