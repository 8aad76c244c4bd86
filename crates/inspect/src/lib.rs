//! mqttscope-inspect
