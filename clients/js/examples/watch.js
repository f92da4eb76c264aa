import { Gateway } from "../src/gateway.js";

const { GATEWAY_URL, GATEWAY_TOKEN } = process.env;
const WebSocket = globalThis.WebSocket ?? (await import("ws")).WebSocket; // Node before 22 has none

const gateway = new Gateway(GATEWAY_URL, { token: GATEWAY_TOKEN, WebSocket });
for await (const { seq, type, actor, payload } of gateway.subscribe(process.argv[2], { after: 0 })) {
  console.log(seq, type, actor.name, payload);
}
