import init, * as mqttscope from "mqttscope/web";
import { run } from "./suite.js";

globalThis.bench = async (base64) => {
  const wasm = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  await init({ module_or_path: wasm });
  return run(mqttscope);
};
