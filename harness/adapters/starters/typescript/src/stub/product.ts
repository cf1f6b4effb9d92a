/**
 * The stub: an honest product that can do almost nothing, and says so. It keeps clock, sessions and challenges,
 * verifies nothing, and refuses everybody. Replace it step by step; `TO_DO` is the order.
 */
import type { Account, Begun, Introduction, Outcome } from "../contract/answers.js";
import type { Attempt, Configuration, Presentation } from "../contract/requests.js";
import type { Purpose, Step } from "../contract/words.js";
import type { Product } from "../product.js";
import { Clock, type Reading } from "./clock.js";
import { LIFETIME_SECONDS, Sessions } from "./sessions.js";

/** The steps in order. Until the last one is there nobody may be accepted. */
const TO_DO = {
  decode: "parse the certificate (DER; node:crypto X509Certificate); else MALFORMED",
  purpose: "the certificate is for this purpose: key usage, policy; else WRONG_PURPOSE",
  issuer: "signed by a configured authority of the right kind; else UNKNOWN_ISSUER",
  validity: "within notBefore and notAfter at the clock's instant; else NOT_YET_VALID, EXPIRED",
  challenge: "done here, see sessions.ts; make it durable",
  proof: "RSA PKCS#1 v1.5 with SHA-256 over the 32 bytes of the challenge; else BAD_SIGNATURE",
  status: "ask OCSP at the configured address, for each presentation; else REVOKED, ON_HOLD, STATUS_…",
  account: "store and find by issuer key and serial; else NOT_ENROLLED, ALREADY_ENROLLED",
};

/** Add tap (place, genuineness) and sign (document) when they are there, and the capabilities with them. */
const BEGUN_HERE: readonly Purpose[] = ["enrol", "login"];

export class StubProduct implements Product {
  readonly #clock = new Clock();
  readonly #sessions = new Sessions();
  /** Kept for the steps that need it. */
  protected configuration: Configuration | undefined;

  /** What there is: `account` answers that nothing is stored, which is true. */
  async hello(): Promise<Introduction> {
    return {
      product: "Kazashi starter (TypeScript)",
      version: "0",
      capabilities: ["set_time", "enrol", "login", "account"],
      tolerances: { clockSeconds: 0, statusSeconds: 0, challengeSeconds: LIFETIME_SECONDS },
    };
  }

  async configure(configuration: Configuration): Promise<void> {
    this.configuration = configuration;
  }

  /** Forgets the sessions; there are no accounts yet. */
  async reset(): Promise<void> {
    this.#sessions.forget();
  }

  async setTime(instant: Date, epoch: number): Promise<number> {
    return this.#clock.set(instant, epoch);
  }

  /** Opens a session for what can be begun. */
  async begin(attempt: Attempt): Promise<Begun | Outcome> {
    const now = this.#clock.read();
    if (!BEGUN_HERE.includes(attempt.purpose)) {
      return notYet(now, [], `${attempt.purpose} cannot be begun`, "この手続きは未実装です");
    }
    const { name, challenge } = this.#sessions.open(attempt, now.instant);
    return { session: name, challenge };
  }

  /** Refuses: for the challenge, or because the rest is still to do. */
  async complete(session: string, presentation: Presentation): Promise<Outcome> {
    const now = this.#clock.read();
    // To do, in this order: decode, purpose, issuer, validity.
    const opened = this.#sessions.find(session);
    if (opened === undefined) {
      return { decision: "reject", reason: "CHALLENGE_MISMATCH", steps: [], epoch: now.epoch };
    }
    const refused = this.#sessions.spend(opened, presentation.challenge, now.instant);
    if (refused !== undefined) {
      return { decision: "reject", reason: refused, steps: [], epoch: now.epoch };
    }
    // To do, in this order: proof, status, account. Only then may a decision be "accept".
    return notYet(now, ["challenge"], "nothing is verified", "何も検証していません");
  }

  /** Nobody was ever accepted, so nothing is stored. */
  async account(): Promise<Account | null> {
    return null;
  }
}

function notYet(now: Reading, steps: readonly Step[], english: string, japanese: string): Outcome {
  const todo = { en: `starter: ${english}; fill in stub/product.ts`, ja: `スターター: ${japanese}`, steps: TO_DO };
  return { decision: "reject", reason: "POLICY", steps, epoch: now.epoch, details: { todo } };
}
