import assert from "node:assert/strict";
import test from "node:test";

import type { Begun } from "../contract/answers.js";
import type { Attempt } from "../contract/requests.js";
import type { Reason } from "../contract/words.js";
import { StubProduct } from "./product.js";

const NOON = new Date("2026-12-01T12:00:00Z");
const LOGIN: Attempt = { purpose: "login", service: "library", environment: "online" };

async function stub(): Promise<StubProduct> {
  const product = new StubProduct();
  await product.setTime(NOON, 7);
  return product;
}

async function begin(product: StubProduct): Promise<Begun> {
  const begun = await product.begin(LOGIN);
  assert.ok(!("decision" in begun));
  return begun;
}

/** Completes a session and checks the reason; in all outcomes nobody is accepted and the epoch comes back. */
async function expect(product: StubProduct, session: string, challenge: Buffer, reason: Reason): Promise<void> {
  const presentation = { challenge, certificate: Buffer.from("certificate"), signature: Buffer.from("s") };
  const outcome = await product.complete(session, presentation);
  assert.deepEqual([outcome.decision, outcome.reason, outcome.epoch], ["reject", reason, 7]);
}

test("challenges are fresh", async () => {
  const product = await stub();
  const begun = await Promise.all(Array.from({ length: 20 }, () => begin(product)));
  assert.ok(begun.every((each) => each.challenge.length === 32));
  assert.equal(new Set(begun.map((each) => each.challenge.toString("hex"))).size, 20);
  assert.equal(new Set(begun.map((each) => each.session)).size, 20);
});

test("a challenge is spent once", async () => {
  const product = await stub();
  const { session, challenge } = await begin(product);
  await expect(product, session, challenge, "POLICY");
  await expect(product, session, challenge, "CHALLENGE_REPLAYED");
});

test("a wrong challenge spends the right one", async () => {
  const product = await stub();
  const { session, challenge } = await begin(product);
  await expect(product, session, Buffer.alloc(32), "CHALLENGE_MISMATCH");
  await expect(product, session, challenge, "CHALLENGE_REPLAYED");
});

test("a forgotten session is a mismatch", async () => {
  const product = await stub();
  const { session, challenge } = await begin(product);
  await product.reset();
  await expect(product, session, challenge, "CHALLENGE_MISMATCH");
});

for (const [seconds, reason] of [[300, "POLICY"], [301, "CHALLENGE_EXPIRED"], [-1, "CHALLENGE_EXPIRED"]] as const) {
  test(`a challenge after ${seconds} seconds: ${reason}`, async () => {
    const product = await stub();
    const { session, challenge } = await begin(product);
    await product.setTime(new Date(NOON.getTime() + seconds * 1000), 7);
    await expect(product, session, challenge, reason);
  });
}
