namespace KazashiAdapter.Contract;

/// <summary>The word of the contract for a member of a closed list; a word that no member has is a broken message.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class WordAttribute(string word) : Attribute
{
    public string Word { get; } = word;
}

/// <summary>What this adapter speaks.</summary>
public static class Spoken
{
    public const string Contract = "1.0";
    public const string Role = "relying-party";
}

/// <summary>Which of the two JPKI authorities: 利用者証明用 (authentication) or 署名用 (signature).</summary>
public enum Kind
{
    [Word("auth")] Auth,
    [Word("sign")] Sign,
}

/// <summary>What the person came for; with Relink the holder of a renewed certificate moves the account to it.</summary>
public enum Purpose
{
    [Word("enrol")] Enrol,
    [Word("login")] Login,
    [Word("tap")] Tap,
    [Word("sign")] Sign,
    [Word("relink")] Relink,
}

/// <summary>Where the terminal stands; a tap without PIN is allowed in the first three only.</summary>
public enum Environment
{
    [Word("attended")] Attended,
    [Word("managed")] Managed,
    [Word("lent")] Lent,
    [Word("online")] Online,
    [Word("outdoor")] Outdoor,
}

/// <summary>What a product says of itself in <c>hello</c>; cases that need more are not applicable to it.</summary>
public enum Capability
{
    [Word("set_time")] SetTime,
    [Word("enrol")] Enrol,
    [Word("login")] Login,
    [Word("tap")] Tap,
    [Word("sign")] Sign,
    [Word("account")] Account,
    [Word("relink")] Relink,
    [Word("unlink")] Unlink,
    [Word("reconcile")] Reconcile,
    [Word("reported_chip")] ReportedChip,
    [Word("card_application")] CardApplication,
    [Word("phone")] Phone,
    [Word("coarse_reasons")] CoarseReasons,
    [Word("status_lists")] StatusLists,
    [Word("status_ocsp")] StatusOcsp,
    [Word("assurance")] Assurance,
}

/// <summary>What the product decided.</summary>
public enum Decision
{
    [Word("accept")] Accept,
    [Word("reject")] Reject,
    [Word("retry")] Retry,
    [Word("pending")] Pending,
}

/// <summary>A check of the product, in the order in which they are made.</summary>
public enum Step
{
    [Word("decode")] Decode,
    [Word("purpose")] Purpose,
    [Word("issuer")] Issuer,
    [Word("validity")] Validity,
    [Word("place")] Place,
    [Word("challenge")] Challenge,
    [Word("proof")] Proof,
    [Word("genuineness")] Genuineness,
    [Word("status")] Status,
    [Word("account")] Account,
    [Word("policy")] Policy,
    [Word("done")] Done,
}

/// <summary>Where the product learnt the status of the certificate.</summary>
public enum StatusSource
{
    [Word("ocsp")] Ocsp,
    [Word("crl")] Crl,
}

/// <summary>Why: exactly one of these for each outcome.</summary>
public enum Reason
{
    [Word("OK")] Ok,
    [Word("REVOKED")] Revoked,
    [Word("ON_HOLD")] OnHold,
    [Word("EXPIRED")] Expired,
    [Word("NOT_YET_VALID")] NotYetValid,
    [Word("UNKNOWN_ISSUER")] UnknownIssuer,
    [Word("BAD_SIGNATURE")] BadSignature,
    [Word("WRONG_PURPOSE")] WrongPurpose,
    [Word("CHALLENGE_REPLAYED")] ChallengeReplayed,
    [Word("CHALLENGE_MISMATCH")] ChallengeMismatch,
    [Word("CHALLENGE_EXPIRED")] ChallengeExpired,
    [Word("STATUS_UNAVAILABLE")] StatusUnavailable,
    [Word("STATUS_STALE")] StatusStale,
    [Word("STATUS_UNTRUSTED")] StatusUntrusted,
    [Word("STATUS_UNKNOWN")] StatusUnknown,
    [Word("NOT_ENROLLED")] NotEnrolled,
    [Word("RENEWAL_PENDING")] RenewalPending,
    [Word("ALREADY_ENROLLED")] AlreadyEnrolled,
    [Word("CARD_NOT_GENUINE")] CardNotGenuine,
    [Word("CARD_CHANGED")] CardChanged,
    [Word("HOLDER_MISMATCH")] HolderMismatch,
    [Word("PLACE_NOT_ALLOWED")] PlaceNotAllowed,
    [Word("ASSURANCE_TOO_LOW")] AssuranceTooLow,
    [Word("ENTITLEMENT")] Entitlement,
    [Word("MALFORMED")] Malformed,
    [Word("POLICY")] Policy,
}
