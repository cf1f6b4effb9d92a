/** What the suite sends, as types; each `read…` makes one of them of JSON fields. Bytes of certificates are DER. */
import { BrokenMessage, type Fields } from "./fields.js";
import { CONTRACT, ENVIRONMENTS, KINDS, PURPOSES, type Environment, type Kind, type Purpose } from "./words.js";

/** A certification authority to trust, as its self-signed certificate. */
export interface AuthorityAnchor {
  readonly kind: Kind;
  readonly certificate: Buffer;
}

/** A card-issuer key of the second PKI: 16 bytes of key id, DER SubjectPublicKeyInfo. */
export interface CardIssuerAnchor {
  readonly keyId: Buffer;
  readonly key: Buffer;
}

/** Where the status of one kind of certificate is asked: OCSP, and the index of the revocation lists. */
export interface StatusAddress {
  readonly kind: Kind;
  readonly ocsp: string;
  readonly crl: string;
}

/** Who a terminal is: only one whose credential is right may be told an enrolled birth date. */
export interface Terminal {
  readonly id: string;
  readonly credential: string;
}

/** A service of the product, and what it offers. */
export interface Service {
  readonly id: string;
  readonly purposes: readonly Purpose[];
}

/** All that the product must know of the world it is tested in. */
export interface Configuration {
  readonly authorities: readonly AuthorityAnchor[];
  readonly cardIssuers: readonly CardIssuerAnchor[];
  readonly status: readonly StatusAddress[];
  readonly terminals: readonly Terminal[];
  readonly services: readonly Service[];
}

/** The world's instant, and the number of this setting of the clock. */
export interface ClockSetting {
  readonly instant: Date;
  readonly epoch: number;
}

/** A person stands at a terminal and wants something; `holder` is the certificate the terminal read, if it did. */
export interface Attempt {
  readonly purpose: Purpose;
  readonly service: string;
  readonly environment: Environment;
  readonly terminal?: Terminal;
  readonly holder?: Buffer;
}

/** An internal authentication by the 券面事項確認AP: its EF 0001 and EF 0004, and the chip's signature. */
export interface ChipProof {
  readonly birthRecord: Buffer;
  readonly cvc: Buffer;
  readonly signature: Buffer;
}

/** What the terminal collected from the card; which parts there are depends on the purpose. */
export interface Presentation {
  readonly challenge: Buffer;
  readonly certificate: Buffer;
  readonly signature?: Buffer;
  readonly documentSignature?: Buffer;
  readonly chip?: ChipProof;
}

/** The presentation that answers a session. */
export interface Completion {
  readonly session: string;
  readonly presentation: Presentation;
}

/** Accepts the contract that this adapter speaks, and no other. */
export function readHello(fields: Fields): void {
  const contract = fields.text("contract");
  if (contract !== CONTRACT) {
    throw new BrokenMessage("another contract", "$.contract", CONTRACT, JSON.stringify(contract.slice(0, 40)));
  }
}

/** Accepts the empty object. */
export function readNothing(): void {}

export function readConfiguration(fields: Fields): Configuration {
  return {
    authorities: fields.parts("authorities", (part) => ({
      kind: part.word("kind", KINDS),
      certificate: part.data("certificate"),
    })),
    cardIssuers: fields.parts("card_issuers", (part) => ({ keyId: part.data("key_id"), key: part.data("key") })),
    status: fields.parts("status", (part) => ({
      kind: part.word("kind", KINDS),
      ocsp: part.text("ocsp"),
      crl: part.text("crl"),
    })),
    terminals: fields.parts("terminals", readTerminal),
    services: fields.parts("services", (part) => ({
      id: part.name("id"),
      purposes: part.words("purposes", PURPOSES),
    })),
  };
}

export function readClockSetting(fields: Fields): ClockSetting {
  return { instant: fields.instant("instant"), epoch: fields.number("epoch") };
}

export function readAttempt(fields: Fields): Attempt {
  return {
    purpose: fields.word("purpose", PURPOSES),
    service: fields.name("service"),
    environment: fields.word("environment", ENVIRONMENTS),
    ...(fields.has("terminal") && { terminal: readTerminal(fields.part("terminal")) }),
    ...(fields.has("holder") && { holder: fields.part("holder").data("certificate") }),
  };
}

export function readCompletion(fields: Fields): Completion {
  return { session: fields.name("session"), presentation: readPresentation(fields.part("presentation")) };
}

/** The certificate that `account` asks about. */
export function readCertificate(fields: Fields): Buffer {
  return fields.data("certificate");
}

function readTerminal(fields: Fields): Terminal {
  return { id: fields.name("id"), credential: fields.name("credential") };
}

function readPresentation(fields: Fields): Presentation {
  return {
    challenge: fields.data("challenge"),
    certificate: fields.data("certificate"),
    ...(fields.has("signature") && { signature: fields.data("signature") }),
    ...(fields.has("document_signature") && { documentSignature: fields.data("document_signature") }),
    ...(fields.has("chip") && { chip: readChipProof(fields.part("chip")) }),
  };
}

function readChipProof(fields: Fields): ChipProof {
  return { birthRecord: fields.data("birth_record"), cvc: fields.data("cvc"), signature: fields.data("signature") };
}
