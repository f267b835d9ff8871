/** Run in docker-compose.yml, with Node and no package: `node echo-main.ts <name> <port>`. */
import { serveEcho } from "./echo.ts";

const [name = "", port] = process.argv.slice(2);
const server = await serveEcho(name, "0.0.0.0", Number(port));
console.log(`${name} on port ${server.port}`);
// The first process of a container ends at no signal that it does not handle.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void server[Symbol.asyncDispose]());
