import { readFile } from "node:fs/promises";
import { Parser } from "@asyncapi/parser";
const { document, diagnostics } = await new Parser().parse(await readFile(process.argv[2], "utf8"));
const wrong = diagnostics.filter((found) => found.severity <= 1);
for (const found of wrong) console.error(`${found.path.join(".")}: ${found.message}`);
if (!document || wrong.length) process.exit(1);
console.log(`${process.argv[2]} is valid: ${document.allMessages().length} messages.`);
