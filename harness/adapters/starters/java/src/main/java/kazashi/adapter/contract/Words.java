package kazashi.adapter.contract;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The closed lists of words of contract 1.0: a word that is not here is a broken message. */
public final class Words {
    public static final String CONTRACT = "1.0";
    public static final String ROLE = "relying-party";

    private Words() {}

    /** Which of the two JPKI authorities: 利用者証明用 (authentication) or 署名用 (signature). */
    public enum Kind {
        @JsonProperty("auth") AUTH,
        @JsonProperty("sign") SIGN
    }

    /** What the person came for; with {@code relink} the holder of a renewed certificate moves the account to it. */
    public enum Purpose {
        @JsonProperty("enrol") ENROL,
        @JsonProperty("login") LOGIN,
        @JsonProperty("tap") TAP,
        @JsonProperty("sign") SIGN,
        @JsonProperty("relink") RELINK
    }

    /** Where the terminal stands; a tap without PIN is allowed in the first three only. */
    public enum Environment {
        @JsonProperty("attended") ATTENDED,
        @JsonProperty("managed") MANAGED,
        @JsonProperty("lent") LENT,
        @JsonProperty("online") ONLINE,
        @JsonProperty("outdoor") OUTDOOR
    }

    /** What a product says of itself in {@code hello}; cases that need more are not applicable to it. */
    public enum Capability {
        @JsonProperty("set_time") SET_TIME,
        @JsonProperty("enrol") ENROL,
        @JsonProperty("login") LOGIN,
        @JsonProperty("tap") TAP,
        @JsonProperty("sign") SIGN,
        @JsonProperty("account") ACCOUNT,
        @JsonProperty("relink") RELINK,
        @JsonProperty("unlink") UNLINK,
        @JsonProperty("reconcile") RECONCILE,
        @JsonProperty("reported_chip") REPORTED_CHIP,
        @JsonProperty("card_application") CARD_APPLICATION,
        @JsonProperty("phone") PHONE,
        @JsonProperty("coarse_reasons") COARSE_REASONS,
        @JsonProperty("status_lists") STATUS_LISTS,
        @JsonProperty("status_ocsp") STATUS_OCSP,
        @JsonProperty("assurance") ASSURANCE
    }

    /** What the product decided. */
    public enum Decision {
        @JsonProperty("accept") ACCEPT,
        @JsonProperty("reject") REJECT,
        @JsonProperty("retry") RETRY,
        @JsonProperty("pending") PENDING
    }

    /** A check of the product, in the order in which they are made. */
    public enum Step {
        @JsonProperty("decode") DECODE,
        @JsonProperty("purpose") PURPOSE,
        @JsonProperty("issuer") ISSUER,
        @JsonProperty("validity") VALIDITY,
        @JsonProperty("place") PLACE,
        @JsonProperty("challenge") CHALLENGE,
        @JsonProperty("proof") PROOF,
        @JsonProperty("genuineness") GENUINENESS,
        @JsonProperty("status") STATUS,
        @JsonProperty("account") ACCOUNT,
        @JsonProperty("policy") POLICY,
        @JsonProperty("done") DONE
    }

    /** Where the product learnt the status of the certificate. */
    public enum StatusSource {
        @JsonProperty("ocsp") OCSP,
        @JsonProperty("crl") CRL
    }

    /** Why: exactly one of these for each outcome. */
    public enum Reason {
        OK,
        REVOKED,
        ON_HOLD,
        EXPIRED,
        NOT_YET_VALID,
        UNKNOWN_ISSUER,
        BAD_SIGNATURE,
        WRONG_PURPOSE,
        CHALLENGE_REPLAYED,
        CHALLENGE_MISMATCH,
        CHALLENGE_EXPIRED,
        STATUS_UNAVAILABLE,
        STATUS_STALE,
        STATUS_UNTRUSTED,
        STATUS_UNKNOWN,
        NOT_ENROLLED,
        RENEWAL_PENDING,
        ALREADY_ENROLLED,
        CARD_NOT_GENUINE,
        CARD_CHANGED,
        HOLDER_MISMATCH,
        PLACE_NOT_ALLOWED,
        ASSURANCE_TOO_LOW,
        ENTITLEMENT,
        MALFORMED,
        POLICY
    }
}
