package contract

// Version and Role are what this adapter speaks.
const (
	Version = "1.0"
	Role    = "relying-party"
)

// Kind is one of the two JPKI authorities: 利用者証明用 (authentication) or 署名用 (signature).
type Kind string

// The kinds.
const (
	KindAuth Kind = "auth"
	KindSign Kind = "sign"
)

var kinds = []Kind{KindAuth, KindSign}

// Purpose is what the person came for.
type Purpose string

// The purposes.
const (
	PurposeEnrol Purpose = "enrol"
	PurposeLogin Purpose = "login"
	PurposeTap   Purpose = "tap"
	PurposeSign  Purpose = "sign"
)

var purposes = []Purpose{PurposeEnrol, PurposeLogin, PurposeTap, PurposeSign}

// Environment is where the terminal stands.
type Environment string

// The environments.
const (
	EnvironmentAttended Environment = "attended"
	EnvironmentManaged  Environment = "managed"
	EnvironmentLent     Environment = "lent"
	EnvironmentOnline   Environment = "online"
	EnvironmentOutdoor  Environment = "outdoor"
)

var environments = []Environment{
	EnvironmentAttended, EnvironmentManaged, EnvironmentLent, EnvironmentOnline, EnvironmentOutdoor,
}

// Capability is what a product says of itself in hello; cases that need more are not applicable to it.
type Capability string

// The capabilities.
const (
	CapabilitySetTime       Capability = "set_time"
	CapabilityEnrol         Capability = "enrol"
	CapabilityLogin         Capability = "login"
	CapabilityTap           Capability = "tap"
	CapabilitySign          Capability = "sign"
	CapabilityAccount       Capability = "account"
	CapabilityCoarseReasons Capability = "coarse_reasons"
)

// Decision is what the product decided.
type Decision string

// The decisions.
const (
	Accept  Decision = "accept"
	Reject  Decision = "reject"
	Retry   Decision = "retry"
	Pending Decision = "pending"
)

// Step is a check of the product.
type Step string

// The steps, in the order in which they are made.
const (
	StepDecode      Step = "decode"
	StepPurpose     Step = "purpose"
	StepIssuer      Step = "issuer"
	StepValidity    Step = "validity"
	StepPlace       Step = "place"
	StepChallenge   Step = "challenge"
	StepProof       Step = "proof"
	StepGenuineness Step = "genuineness"
	StepStatus      Step = "status"
	StepAccount     Step = "account"
	StepPolicy      Step = "policy"
	StepDone        Step = "done"
)

// StatusSource is where the product learnt the status of the certificate.
type StatusSource string

// The sources.
const (
	SourceOCSP StatusSource = "ocsp"
	SourceCRL  StatusSource = "crl"
)

// Reason is why: exactly one of these for each outcome.
type Reason string

// The reasons.
const (
	OK                Reason = "OK"
	Revoked           Reason = "REVOKED"
	OnHold            Reason = "ON_HOLD"
	Expired           Reason = "EXPIRED"
	NotYetValid       Reason = "NOT_YET_VALID"
	UnknownIssuer     Reason = "UNKNOWN_ISSUER"
	BadSignature      Reason = "BAD_SIGNATURE"
	WrongPurpose      Reason = "WRONG_PURPOSE"
	ChallengeReplayed Reason = "CHALLENGE_REPLAYED"
	ChallengeMismatch Reason = "CHALLENGE_MISMATCH"
	ChallengeExpired  Reason = "CHALLENGE_EXPIRED"
	StatusUnavailable Reason = "STATUS_UNAVAILABLE"
	StatusStale       Reason = "STATUS_STALE"
	StatusUntrusted   Reason = "STATUS_UNTRUSTED"
	StatusUnknown     Reason = "STATUS_UNKNOWN"
	NotEnrolled       Reason = "NOT_ENROLLED"
	RenewalPending    Reason = "RENEWAL_PENDING"
	AlreadyEnrolled   Reason = "ALREADY_ENROLLED"
	CardNotGenuine    Reason = "CARD_NOT_GENUINE"
	CardChanged       Reason = "CARD_CHANGED"
	HolderMismatch    Reason = "HOLDER_MISMATCH"
	PlaceNotAllowed   Reason = "PLACE_NOT_ALLOWED"
	AssuranceTooLow   Reason = "ASSURANCE_TOO_LOW"
	Entitlement       Reason = "ENTITLEMENT"
	Malformed         Reason = "MALFORMED"
	Policy            Reason = "POLICY"
)
