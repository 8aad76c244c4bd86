// What mqtt-packet takes from Node, as its bundlers give it in a page.
export { Buffer } from "buffer";
export { default as process } from "process/browser.js";
