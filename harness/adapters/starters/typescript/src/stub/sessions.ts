/** Sessions and their challenges: each drawn at random, looked at once. In memory; a product keeps them in its store. */
import { randomBytes } from "node:crypto";

import type { Attempt } from "../contract/requests.js";
import type { Reason } from "../contract/words.js";

const CHALLENGE_BYTES = 32;
const NAME_BYTES = 24;
/** Declared in `hello`. */
export const LIFETIME_SECONDS = 300;

/** One attempt that was begun. */
export interface Session {
  readonly name: string;
  readonly attempt: Attempt;
  readonly challenge: Buffer;
  readonly begun: Date;
}

/** The sessions that were opened since the last `forget`. */
export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #unspent = new Set<string>();

  open(attempt: Attempt, now: Date): Session {
    const name = randomBytes(NAME_BYTES).toString("hex");
    const session = { name, attempt, challenge: randomBytes(CHALLENGE_BYTES), begun: now };
    this.#sessions.set(name, session);
    this.#unspent.add(name);
    return session;
  }

  /** The session of this name, spent or not. */
  find(name: string): Session | undefined {
    return this.#sessions.get(name);
  }

  /** Spends the session's challenge, whatever was presented; undefined when it was that one, unspent and young. */
  spend(session: Session, presented: Buffer, now: Date): Reason | undefined {
    const wasFirst = this.#unspent.delete(session.name);
    if (!presented.equals(session.challenge)) {
      return "CHALLENGE_MISMATCH";
    }
    if (!wasFirst) {
      return "CHALLENGE_REPLAYED";
    }
    const seconds = (now.getTime() - session.begun.getTime()) / 1000;
    // A challenge of the future is not young either: the clock was set back.
    return seconds >= 0 && seconds <= LIFETIME_SECONDS ? undefined : "CHALLENGE_EXPIRED";
  }

  forget(): void {
    this.#sessions.clear();
    this.#unspent.clear();
  }
}
