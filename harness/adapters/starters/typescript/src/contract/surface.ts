/**
 * The surface of contract 1.0 over HTTP: `POST /kazashi/v1/<verb>`, one JSON object each way. It decides nothing.
 * 200 with the product's answer, whatever was decided; 400 for a broken message, 404 for an unknown path, 405 for
 * another method, 413 for a body over 1 MiB; 500 when the product failed, which is no refusal but a fault.
 */
import { createServer, STATUS_CODES, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import type { Product } from "../product.js";
import { writeAccount, writeBegun, writeIntroduction, writeOutcome, type Json } from "./answers.js";
import { BrokenMessage, readMessage } from "./fields.js";
import * as requests from "./requests.js";

const PREFIX = "/kazashi/v1/";
const LONGEST_BODY = 1 << 20;
/** How much of a body is read and thrown away before we hang up: whoever still writes does not read our answer. */
const DISCARDED = 16 << 20;

type Verb = (body: Buffer) => Promise<Json>;

/** A server around the product; the caller lets it listen, on loopback only. */
export function createSurface(product: Product): Server {
  const verbs = verbsOf(product);
  const server = createServer((request, response) => {
    void serve(verbs, request, response);
  });
  server.on("clientError", (fault, socket) => {
    if (!socket.writable) {
      socket.destroy();
      return;
    }
    const broken = new BrokenMessage("broken request", "request", "HTTP/1.1", fault.message);
    const body = JSON.stringify(complaint(broken));
    const length = Buffer.byteLength(body);
    const head = ["HTTP/1.1 400 Bad Request", "Content-Type: application/json", `Content-Length: ${length}`];
    socket.end([...head, "Connection: close", "", body].join("\r\n"));
  });
  return server;
}

function verbsOf(product: Product): ReadonlyMap<string, Verb> {
  return new Map<string, Verb>([
    [
      "hello",
      async (body) => {
        readMessage(body, requests.readHello);
        return writeIntroduction(await product.hello());
      },
    ],
    [
      "configure",
      async (body) => {
        await product.configure(readMessage(body, requests.readConfiguration));
        return {};
      },
    ],
    [
      "reset",
      async (body) => {
        readMessage(body, requests.readNothing);
        await product.reset();
        return {};
      },
    ],
    [
      "set_time",
      async (body) => {
        const { instant, epoch } = readMessage(body, requests.readClockSetting);
        return { epoch: await product.setTime(instant, epoch) };
      },
    ],
    [
      "begin",
      async (body) => {
        const begun = await product.begin(readMessage(body, requests.readAttempt));
        return "decision" in begun ? writeOutcome(begun) : writeBegun(begun);
      },
    ],
    [
      "complete",
      async (body) => {
        const { session, presentation } = readMessage(body, requests.readCompletion);
        return writeOutcome(await product.complete(session, presentation));
      },
    ],
    [
      "account",
      async (body) => writeAccount(await product.account(readMessage(body, requests.readCertificate))),
    ],
  ]);
}

async function serve(
  verbs: ReadonlyMap<string, Verb>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    send(response, 200, await answer(verbs, request));
  } catch (fault) {
    if (request.destroyed && !request.complete) {
      return; // the other side hung up
    }
    let broken: BrokenMessage;
    if (fault instanceof BrokenMessage) {
      broken = fault;
    } else {
      console.error(fault);
      broken = new BrokenMessage("the adapter failed", "product", "an answer", "a fault, see its log", 500);
    }
    console.error(`${broken.http} ${JSON.stringify(request.url?.slice(0, 100))}: ${broken.message}`);
    send(response, broken.http, complaint(broken));
  }
}

async function answer(verbs: ReadonlyMap<string, Verb>, request: IncomingMessage): Promise<Json> {
  const body = await readBody(request);
  const path = request.url ?? "";
  const verb = path.startsWith(PREFIX) ? verbs.get(path.slice(PREFIX.length)) : undefined;
  if (verb === undefined) {
    throw new BrokenMessage("unknown path", "path", `${PREFIX}<verb>`, JSON.stringify(path.slice(0, 100)), 404);
  }
  if (request.method !== "POST") {
    throw new BrokenMessage("wrong method", "method", "POST", JSON.stringify(request.method), 405);
  }
  return verb(body);
}

/** The body, of which no more is kept than may come. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= LONGEST_BODY) {
      chunks.push(chunk);
    } else if (length > DISCARDED) {
      break;
    }
  }
  if (length > LONGEST_BODY) {
    throw new BrokenMessage("oversized message", "body", `at most ${LONGEST_BODY} bytes`, "more", 413);
  }
  return Buffer.concat(chunks);
}

function complaint({ what, where, expected, actual }: BrokenMessage): Json {
  return { error: { what, where, expected, actual } };
}

function send(response: ServerResponse, http: number, answered: Json): void {
  const body = Buffer.from(JSON.stringify(answered));
  response.writeHead(http, STATUS_CODES[http], { "Content-Type": "application/json", "Content-Length": body.length });
  response.end(body);
}
