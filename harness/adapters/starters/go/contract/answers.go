package contract

import (
	"encoding/hex"
	"encoding/json"
	"math/big"
	"time"
)

// Tolerances are those of the product's own comparisons, in seconds; boundary cases are made from them.
type Tolerances struct {
	ClockSeconds     int `json:"clock_seconds"`
	StatusSeconds    int `json:"status_seconds"`
	ChallengeSeconds int `json:"challenge_seconds"`
}

// Introduction is what the product says of itself.
type Introduction struct {
	Product      string
	Version      string
	Capabilities []Capability
	Tolerances   Tolerances
}

// StatusSeen is where the status came from, and as of when it speaks.
type StatusSeen struct {
	Source     StatusSource
	ThisUpdate time.Time
}

// Outcome is what the product decided, and why.
type Outcome struct {
	Decision Decision
	Reason   Reason
	Steps    []Step
	Epoch    *int64 // that of the clock it was decided by; nil on the host's clock
	Status   *StatusSeen
	Details  map[string]any // for people, shown and never judged
}

// Begun is a session with its challenge of 32 bytes.
type Begun struct {
	Session   string
	Challenge []byte
	BirthDate *time.Time // the enrolled one, for a tap
	Document  []byte     // what is to be signed, for a signature
}

// Account is what the product stores: the key of the account, never a name, a number or an address.
type Account struct {
	IssuerKey [32]byte // SHA-256 of the issuer's SubjectPublicKeyInfo
	Serial    *big.Int
	Services  []string
	ChipKey   *[32]byte // SHA-256 of the chip's SubjectPublicKeyInfo, once one was seen
	Accepted  int
}

func (Outcome) isBeginning() {}
func (Begun) isBeginning()   {}

// MarshalJSON writes the answer to hello.
func (i Introduction) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"contract":     Version,
		"role":         Role,
		"product":      i.Product,
		"version":      i.Version,
		"capabilities": neverNull(i.Capabilities),
		"tolerances":   i.Tolerances,
	})
}

// MarshalJSON writes the answer to complete, and to a begin that is refused at once.
func (o Outcome) MarshalJSON() ([]byte, error) {
	said := map[string]any{"decision": o.Decision, "reason": o.Reason, "steps": neverNull(o.Steps)}
	if o.Epoch != nil {
		said["epoch"] = *o.Epoch
	}
	if o.Status != nil {
		said["status"] = map[string]any{
			"source":      o.Status.Source,
			"this_update": o.Status.ThisUpdate.UTC().Format("2006-01-02T15:04:05Z"),
		}
	}
	if o.Details != nil {
		said["details"] = o.Details
	}
	return json.Marshal(map[string]any{"outcome": said})
}

// MarshalJSON writes the answer to begin.
func (b Begun) MarshalJSON() ([]byte, error) {
	said := map[string]any{"session": b.Session, "challenge": b.Challenge} // bytes become base64
	if b.BirthDate != nil {
		said["birth_date"] = b.BirthDate.Format("2006-01-02")
	}
	if b.Document != nil {
		said["document"] = b.Document
	}
	return json.Marshal(said)
}

// MarshalJSON writes an account.
func (a Account) MarshalJSON() ([]byte, error) {
	said := map[string]any{
		"issuer_key": hex.EncodeToString(a.IssuerKey[:]),
		"serial":     a.Serial.Text(16),
		"services":   neverNull(a.Services),
		"chip_key":   nil,
		"accepted":   a.Accepted,
	}
	if a.ChipKey != nil {
		said["chip_key"] = hex.EncodeToString(a.ChipKey[:])
	}
	return json.Marshal(said)
}

// neverNull returns an empty list for nil: the contract knows no null there.
func neverNull[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
