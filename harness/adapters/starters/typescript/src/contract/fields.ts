/**
 * Reads JSON strictly: a field that is missing, unknown or of another type is a BrokenMessage that says where. Values
 * are not repeated in it, but for words: a credential must not come back in an error.
 */

const LONGEST_NAME = 128;
const INSTANT = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** A message outside the contract: what is wrong, where, and both sides. */
export class BrokenMessage extends Error {
  constructor(
    readonly what: string,
    readonly where: string,
    readonly expected: string,
    readonly actual: string,
    readonly http = 400,
  ) {
    super(`${what} at ${where}: expected ${expected}, actual ${actual}`);
  }
}

/** The message that `build` makes of the fields in `body`. */
export function readMessage<M>(body: Buffer, build: (fields: Fields) => M): M {
  const fields = new Fields(parsed(body), "$");
  const message = build(fields);
  fields.refuseRest();
  return message;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    throw new BrokenMessage("broken JSON", "$", "one JSON object in UTF-8", `${body.length} bytes that are none`);
  }
}

/** The fields of one JSON object. What nobody asked for is refused by `refuseRest`, here and further in. */
export class Fields {
  readonly #values: Map<string, unknown>;
  readonly #where: string;
  readonly #asked = new Set<string>();
  readonly #within: Fields[] = [];

  constructor(value: unknown, where: string) {
    if (typeOf(value) !== "object") {
      throw new BrokenMessage("wrong type", where, "object", typeOf(value));
    }
    this.#values = new Map(Object.entries(value as object));
    this.#where = where;
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  text(name: string): string {
    return asText(this.#value(name), this.at(name));
  }

  /** A string of 1 to 128 characters without control characters. */
  name(name: string): string {
    const text = this.text(name);
    const length = [...text].length;
    if (length < 1 || length > LONGEST_NAME || CONTROL.test(text)) {
      const expected = `1 to ${LONGEST_NAME} characters, no control characters`;
      throw new BrokenMessage("unusable name", this.at(name), expected, `${length} characters`);
    }
    return text;
  }

  number(name: string): number {
    const value = this.#value(name);
    if (typeof value !== "number" || !Number.isSafeInteger(value)) {
      throw new BrokenMessage("wrong type", this.at(name), "integer", typeOf(value));
    }
    return value;
  }

  /** Bytes, which are base64 with padding in JSON. */
  data(name: string): Buffer {
    const text = this.text(name);
    if (text.length % 4 !== 0 || !BASE64.test(text)) {
      throw new BrokenMessage("broken base64", this.at(name), "base64 with padding", `${text.length} characters`);
    }
    return Buffer.from(text, "base64");
  }

  /** An instant such as 2026-11-21T00:15:00Z. */
  instant(name: string): Date {
    const text = this.text(name);
    const instant = new Date(INSTANT.test(text) ? text : NaN);
    // The comparison refuses 30 February, which Date would carry over into March.
    if (Number.isNaN(instant.getTime()) || instant.toISOString().replace(".000Z", "Z") !== text) {
      const expected = "an instant such as 2026-11-21T00:15:00Z";
      throw new BrokenMessage("unusable instant", this.at(name), expected, "something else");
    }
    return instant;
  }

  /** A word of a closed list. */
  word<W extends string>(name: string, known: readonly W[]): W {
    return asWord(this.#value(name), known, this.at(name));
  }

  /** A list of words of a closed list. */
  words<W extends string>(name: string, known: readonly W[]): W[] {
    return this.#items(name).map(([value, where]) => asWord(value, known, where));
  }

  /** The fields of an object within this one. */
  part(name: string): Fields {
    return this.#kept(new Fields(this.#value(name), this.at(name)));
  }

  /** What `build` makes of the fields of each object of a list. */
  parts<T>(name: string, build: (fields: Fields) => T): T[] {
    return this.#items(name).map(([value, where]) => build(this.#kept(new Fields(value, where))));
  }

  /** Throws BrokenMessage for a field that nobody asked for. */
  refuseRest(): void {
    const unknown = [...this.#values.keys()].filter((name) => !this.#asked.has(name)).sort()[0];
    if (unknown !== undefined) {
      throw new BrokenMessage("unknown field", this.at(unknown), "absent", "present");
    }
    this.#within.forEach((part) => part.refuseRest());
  }

  at(name: string): string {
    return `${this.#where}.${name.slice(0, 40)}`;
  }

  #value(name: string): unknown {
    this.#asked.add(name);
    if (!this.#values.has(name)) {
      throw new BrokenMessage("missing field", this.at(name), "present", "absent");
    }
    return this.#values.get(name);
  }

  #items(name: string): [unknown, string][] {
    const value = this.#value(name);
    if (!Array.isArray(value)) {
      throw new BrokenMessage("wrong type", this.at(name), "array", typeOf(value));
    }
    return value.map((item: unknown, number) => [item, `${this.at(name)}[${number}]`]);
  }

  #kept(part: Fields): Fields {
    this.#within.push(part);
    return part;
  }
}

function asText(value: unknown, where: string): string {
  if (typeof value !== "string") {
    throw new BrokenMessage("wrong type", where, "string", typeOf(value));
  }
  return value;
}

function asWord<W extends string>(value: unknown, known: readonly W[], where: string): W {
  const text = asText(value, where);
  const found = known.find((word) => word === text);
  if (found === undefined) {
    throw new BrokenMessage("unknown word", where, known.join(", "), JSON.stringify(text.slice(0, 40)));
  }
  return found;
}

/** What JSON calls the type of a value. */
function typeOf(value: unknown): string {
  if (value === null) {
    return "null";
  }
  return Array.isArray(value) ? "array" : typeof value;
}
