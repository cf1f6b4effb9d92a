// Package stub is an honest product that can do almost nothing, and says so: it keeps clock, sessions and challenges,
// verifies nothing, and refuses everybody. Replace it step by step; toDo is the order.
package stub

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/kazashi-adapter/contract"
)

// toDo are the steps in order. Until the last one is there nobody may be accepted.
var toDo = []string{
	"decode: parse the certificate (crypto/x509); else MALFORMED",
	"purpose: the certificate is for this purpose: key usage, policy; else WRONG_PURPOSE",
	"issuer: signed by a configured authority of the right kind; else UNKNOWN_ISSUER",
	"validity: within notBefore and notAfter at the clock's instant; else NOT_YET_VALID, EXPIRED",
	"challenge: done here, see sessions.go; make it durable",
	"proof: RSA PKCS#1 v1.5 with SHA-256 over the 32 bytes of the challenge; else BAD_SIGNATURE",
	"status: ask OCSP at the configured address, for each presentation; else REVOKED, ON_HOLD, STATUS_…",
	"account: store and find by issuer key and serial; else NOT_ENROLLED, ALREADY_ENROLLED",
}

// Product is the stub.
type Product struct {
	clock    clock
	sessions sessions

	mutex         sync.Mutex
	configuration contract.Configuration // kept for the steps that need it
}

var _ contract.Product = (*Product)(nil)

// New returns a stub without configuration, on the host's clock.
func New() *Product {
	return &Product{sessions: sessions{byName: map[string]*session{}}}
}

// Hello says what there is: account answers that nothing is stored, which is true.
func (p *Product) Hello() contract.Introduction {
	return contract.Introduction{
		Product: "Kazashi starter (Go)",
		Version: "0",
		Capabilities: []contract.Capability{
			contract.CapabilitySetTime, contract.CapabilityEnrol, contract.CapabilityLogin, contract.CapabilityAccount,
		},
		Tolerances: contract.Tolerances{ChallengeSeconds: int(lifetime.Seconds())},
	}
}

// Configure keeps the configuration.
func (p *Product) Configure(_ context.Context, configuration contract.Configuration) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.configuration = configuration
	return nil
}

// Reset forgets the sessions; there are no accounts yet.
func (p *Product) Reset(context.Context) error {
	p.sessions.forget()
	return nil
}

// SetTime sets the clock.
func (p *Product) SetTime(_ context.Context, instant time.Time, epoch int64) (int64, error) {
	return p.clock.set(instant, epoch), nil
}

// Begin opens a session for what can be begun. Add tap (place, genuineness) and sign (document) when they are there,
// and the capabilities with them.
func (p *Product) Begin(_ context.Context, attempt contract.Attempt) (contract.Beginning, error) {
	now := p.clock.read()
	if attempt.Purpose != contract.PurposeEnrol && attempt.Purpose != contract.PurposeLogin {
		return notYet(now, nil, fmt.Sprintf("%s cannot be begun", attempt.Purpose), "この手続きは未実装です"), nil
	}
	opened, err := p.sessions.open(attempt, now.instant)
	if err != nil {
		return nil, err
	}
	return contract.Begun{Session: opened.name, Challenge: opened.challenge}, nil
}

// Complete refuses: for the challenge, or because the rest is still to do.
func (p *Product) Complete(
	_ context.Context, session string, presentation contract.Presentation,
) (contract.Outcome, error) {
	now := p.clock.read()
	// To do, in this order: decode, purpose, issuer, validity.
	if refused := p.sessions.spend(session, presentation.Challenge, now.instant); refused != "" {
		return contract.Outcome{Decision: contract.Reject, Reason: refused, Epoch: now.epoch}, nil
	}
	// To do, in this order: proof, status, account. Only then may a decision be Accept.
	done := []contract.Step{contract.StepChallenge}
	return notYet(now, done, "nothing is verified", "何も検証していません"), nil
}

// Account returns nil: nobody was ever accepted, so nothing is stored.
func (p *Product) Account(context.Context, []byte) (*contract.Account, error) {
	return nil, nil
}

func notYet(now reading, steps []contract.Step, english, japanese string) contract.Outcome {
	todo := map[string]any{
		"en":    "starter: " + english + "; fill in stub/product.go",
		"ja":    "スターター: " + japanese,
		"steps": toDo,
	}
	return contract.Outcome{
		Decision: contract.Reject,
		Reason:   contract.Policy,
		Steps:    steps,
		Epoch:    now.epoch,
		Details:  map[string]any{"todo": todo},
	}
}
