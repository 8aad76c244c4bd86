//! mqttscope-capture
