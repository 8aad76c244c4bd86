import * as mqttscope from "mqttscope";
import { run } from "./suite.js";

console.log(`Node ${process.version}, nanoseconds a packet`);
console.table(run(mqttscope));
