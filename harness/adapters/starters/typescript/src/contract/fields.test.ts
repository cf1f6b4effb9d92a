import assert from "node:assert/strict";
import test from "node:test";

import { BrokenMessage, readMessage, type Fields } from "./fields.js";
import { readAttempt, readClockSetting, readCompletion } from "./requests.js";

const BROKEN: readonly [(fields: Fields) => unknown, string, string][] = [
  [readClockSetting, "", "$"],
  [readClockSetting, "[]", "$"],
  [readClockSetting, "null", "$"],
  [readClockSetting, "[".repeat(100_000), "$"],
  [readClockSetting, '{"instant": "2026-12-01T00:00:00Z"}', "$.epoch"],
  [readClockSetting, '{"instant": "2026-12-01T00:00:00Z", "epoch": true}', "$.epoch"],
  [readClockSetting, '{"instant": "2026-12-01T00:00:00Z", "epoch": 1.5}', "$.epoch"],
  [readClockSetting, '{"instant": "2026-02-30T00:00:00Z", "epoch": 1}', "$.instant"],
  [readClockSetting, '{"instant": "2026-12-01T00:00:00.5Z", "epoch": 1}', "$.instant"],
  [readClockSetting, '{"instant": "2026-12-01T00:00:00Z", "epoch": 1, "__proto__": 1}', "$.__proto__"],
  [readAttempt, '{"purpose": "fly", "service": "s", "environment": "online"}', "$.purpose"],
  [readAttempt, '{"purpose": "tap", "service": "", "environment": "online"}', "$.service"],
  [readAttempt, '{"purpose": "tap", "service": "s", "environment": "online", "holder": null}', "$.holder"],
  [readCompletion, '{"session": "s", "presentation": {"challenge": "AA"}}', "$.presentation.challenge"],
  [readCompletion, '{"session":"s","presentation":{"challenge": "", "certificate": "", "x": 1}}', "$.presentation.x"],
];

for (const [read, body, where] of BROKEN) {
  test(`broken at ${where}: ${body.slice(0, 80)}`, () => {
    assert.throws(
      () => readMessage(Buffer.from(body), read),
      (fault) => fault instanceof BrokenMessage && fault.where === where,
    );
  });
}

test("bytes that are no UTF-8 are broken", () => {
  assert.throws(() => readMessage(Buffer.from([0x22, 0xff, 0x22]), readClockSetting), BrokenMessage);
});

test("a whole message is read", () => {
  const body = '{"session": "s", "presentation": {"challenge": "AAE=", "certificate": ""}}';
  const { presentation } = readMessage(Buffer.from(body), readCompletion);
  assert.deepEqual([...presentation.challenge], [0, 1]);
  assert.equal(presentation.chip, undefined);
});
