/** The closed lists of words of contract 1.0: a word that is not here is a broken message. */

export const CONTRACT = "1.0";
export const ROLE = "relying-party";

/** Which of the two JPKI authorities: 利用者証明用 (authentication) or 署名用 (signature). */
export const KINDS = ["auth", "sign"] as const;
export type Kind = (typeof KINDS)[number];

/** What the person came for. */
export const PURPOSES = ["enrol", "login", "tap", "sign"] as const;
export type Purpose = (typeof PURPOSES)[number];

/** Where the terminal stands. */
export const ENVIRONMENTS = ["attended", "managed", "lent", "online", "outdoor"] as const;
export type Environment = (typeof ENVIRONMENTS)[number];

/** What a product says of itself in `hello`; cases that need more are not applicable to it. */
export type Capability = "set_time" | "enrol" | "login" | "tap" | "sign" | "account" | "coarse_reasons";

/** What the product decided. */
export type Decision = "accept" | "reject" | "retry" | "pending";

/** A check of the product, in the order in which they are made. */
export type Step =
  | "decode"
  | "purpose"
  | "issuer"
  | "validity"
  | "place"
  | "challenge"
  | "proof"
  | "genuineness"
  | "status"
  | "account"
  | "policy"
  | "done";

/** Where the product learnt the status of the certificate. */
export type StatusSource = "ocsp" | "crl";

/** Why: exactly one of these for each outcome. */
export type Reason =
  | "OK"
  | "REVOKED"
  | "ON_HOLD"
  | "EXPIRED"
  | "NOT_YET_VALID"
  | "UNKNOWN_ISSUER"
  | "BAD_SIGNATURE"
  | "WRONG_PURPOSE"
  | "CHALLENGE_REPLAYED"
  | "CHALLENGE_MISMATCH"
  | "CHALLENGE_EXPIRED"
  | "STATUS_UNAVAILABLE"
  | "STATUS_STALE"
  | "STATUS_UNTRUSTED"
  | "STATUS_UNKNOWN"
  | "NOT_ENROLLED"
  | "RENEWAL_PENDING"
  | "ALREADY_ENROLLED"
  | "CARD_NOT_GENUINE"
  | "CARD_CHANGED"
  | "HOLDER_MISMATCH"
  | "PLACE_NOT_ALLOWED"
  | "ASSURANCE_TOO_LOW"
  | "ENTITLEMENT"
  | "MALFORMED"
  | "POLICY";
