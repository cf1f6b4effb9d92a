/**
 * Starts the adapter: the surface of contract 1.0 on loopback, around the product that is made here.
 * It is a program for tests only. Leave it out of every release build.
 */
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";

import { createSurface } from "./contract/surface.js";
import { StubProduct } from "./stub/product.js";

/** Milliseconds for answers under way, when it is asked to end. */
const GRACE = 3000;

function portOf(words: readonly string[]): number {
  const { values } = parseArgs({ args: [...words], options: { port: { type: "string", default: "0" } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new Error(`--port: expected 0 to 65535 (0: any free port), actual ${values.port}`);
  }
  return port;
}

function main(): void {
  const port = portOf(process.argv.slice(2));

  const product = new StubProduct(); // <- your product goes here

  const surface = createSurface(product);
  surface.on("error", (fault) => {
    console.error(`cannot listen on 127.0.0.1:${port}: ${fault.message}; give another --port, or 0 for any`);
    process.exitCode = 2;
  });
  surface.listen({ host: "127.0.0.1", port }, () => {
    const address = surface.address() as AddressInfo;
    console.log(`listening http://127.0.0.1:${address.port}`);
  });
  const end = (): void => {
    surface.close();
    surface.closeIdleConnections();
    setTimeout(() => surface.closeAllConnections(), GRACE).unref();
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
}

try {
  main();
} catch (fault) {
  console.error(fault instanceof Error ? fault.message : fault);
  process.exitCode = 2;
}
