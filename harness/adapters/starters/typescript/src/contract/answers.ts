/** What the product answers, as types; each `write…` makes JSON of one. An absent field is absent, not null. */
import { CONTRACT, ROLE, type Capability, type Decision, type Reason, type StatusSource, type Step } from "./words.js";

export type Json = Readonly<Record<string, unknown>>;

/** What the product says of itself; the tolerances are those of its own comparisons, in seconds. */
export interface Introduction {
  readonly product: string;
  readonly version: string;
  readonly capabilities: readonly Capability[];
  readonly tolerances: {
    readonly clockSeconds: number;
    readonly statusSeconds: number;
    readonly challengeSeconds: number;
  };
}

/** What the product decided, and why. */
export interface Outcome {
  readonly decision: Decision;
  readonly reason: Reason;
  readonly steps: readonly Step[];
  /** That of the clock it was decided by; undefined on the host's clock. */
  readonly epoch: number | undefined;
  /** Where the status came from, and as of when it speaks. */
  readonly status?: { readonly source: StatusSource; readonly thisUpdate: Date };
  /** For people: shown and never judged. */
  readonly details?: Json;
}

/** A session with its challenge of 32 bytes. */
export interface Begun {
  readonly session: string;
  readonly challenge: Buffer;
  /** The enrolled one, for a tap: YYYY-MM-DD. */
  readonly birthDate?: string;
  /** What is to be signed, for a signature. */
  readonly document?: Buffer;
}

/** What the product stores: the key of the account, never a name, a number or an address. */
export interface Account {
  /** SHA-256 of the issuer's SubjectPublicKeyInfo. */
  readonly issuerKey: Buffer;
  readonly serial: bigint;
  readonly services: readonly string[];
  /** SHA-256 of the chip's SubjectPublicKeyInfo, once one was seen. */
  readonly chipKey: Buffer | null;
  readonly accepted: number;
}

/** The answer to `hello`. */
export function writeIntroduction(said: Introduction): Json {
  return {
    contract: CONTRACT,
    role: ROLE,
    product: said.product,
    version: said.version,
    capabilities: said.capabilities,
    tolerances: {
      clock_seconds: said.tolerances.clockSeconds,
      status_seconds: said.tolerances.statusSeconds,
      challenge_seconds: said.tolerances.challengeSeconds,
    },
  };
}

/** The answer to `complete`, and to a `begin` that is refused at once. JSON leaves out what is undefined. */
export function writeOutcome(outcome: Outcome): Json {
  const { decision, reason, steps, epoch, status, details } = outcome;
  const seen = status && { source: status.source, this_update: writeInstant(status.thisUpdate) };
  return { outcome: { decision, reason, steps, epoch, status: seen, details } };
}

/** The answer to `begin`. */
export function writeBegun(begun: Begun): Json {
  return {
    session: begun.session,
    challenge: begun.challenge.toString("base64"),
    birth_date: begun.birthDate,
    document: begun.document?.toString("base64"),
  };
}

/** The answer to `account`: null says that nothing is stored. */
export function writeAccount(account: Account | null): Json {
  return {
    account: account && {
      issuer_key: account.issuerKey.toString("hex"),
      serial: account.serial.toString(16),
      services: account.services,
      chip_key: account.chipKey && account.chipKey.toString("hex"),
      accepted: account.accepted,
    },
  };
}

function writeInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}Z`;
}
