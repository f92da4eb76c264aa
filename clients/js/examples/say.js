import { Gateway } from "../src/gateway.js";

const { GATEWAY_URL, GATEWAY_TOKEN } = process.env;
const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket; // Node before 22 has none

const [project, text] = process.argv.slice(2);
const gateway = new Gateway(GATEWAY_URL, { token: GATEWAY_TOKEN, WebSocket });
const { seq } = await gateway.publish(project, "chat", { text });
console.log("stored as event", seq);
gateway.close();
