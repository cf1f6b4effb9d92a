package stub

import (
	"context"
	"testing"
	"time"

	"example.com/kazashi-adapter/contract"
)

var (
	ctx   = context.Background()
	noon  = time.Date(2026, time.December, 1, 12, 0, 0, 0, time.UTC)
	login = contract.Attempt{
		Purpose: contract.PurposeLogin, Service: "library", Environment: contract.EnvironmentOnline,
	}
)

func newStub(t *testing.T) *Product {
	t.Helper()
	product := New()
	if _, err := product.SetTime(ctx, noon, 7); err != nil {
		t.Fatal(err)
	}
	return product
}

func begin(t *testing.T, product *Product) contract.Begun {
	t.Helper()
	answer, err := product.Begin(ctx, login)
	begun, isBegun := answer.(contract.Begun)
	if err != nil || !isBegun {
		t.Fatalf("expected a session, actual %v, %v", answer, err)
	}
	return begun
}

// expect completes a session and checks the reason; in all outcomes nobody is accepted and the epoch comes back.
func expect(t *testing.T, product *Product, session string, challenge []byte, reason contract.Reason) {
	t.Helper()
	presentation := contract.Presentation{Challenge: challenge, Certificate: []byte("certificate"), Signature: []byte("s")}
	outcome, err := product.Complete(ctx, session, presentation)
	if err != nil {
		t.Fatal(err)
	}
	if outcome.Decision != contract.Reject || outcome.Reason != reason {
		t.Errorf("expected reject %s, actual %s %s", reason, outcome.Decision, outcome.Reason)
	}
	if outcome.Epoch == nil || *outcome.Epoch != 7 {
		t.Errorf("expected epoch 7, actual %v", outcome.Epoch)
	}
}

func TestChallengesAreFresh(t *testing.T) {
	product := newStub(t)
	seen := map[string]bool{}
	for range [20]int{} {
		begun := begin(t, product)
		if len(begun.Challenge) != challengeBytes || seen[string(begun.Challenge)] || seen[begun.Session] {
			t.Fatalf("a challenge or a name came again: %v", begun)
		}
		seen[string(begun.Challenge)], seen[begun.Session] = true, true
	}
}

func TestChallengeIsSpentOnce(t *testing.T) {
	product := newStub(t)
	begun := begin(t, product)
	expect(t, product, begun.Session, begun.Challenge, contract.Policy)
	expect(t, product, begun.Session, begun.Challenge, contract.ChallengeReplayed)
}

func TestWrongChallengeSpendsTheRightOne(t *testing.T) {
	product := newStub(t)
	begun := begin(t, product)
	expect(t, product, begun.Session, make([]byte, challengeBytes), contract.ChallengeMismatch)
	expect(t, product, begun.Session, begun.Challenge, contract.ChallengeReplayed)
}

func TestForgottenSessionIsAMismatch(t *testing.T) {
	product := newStub(t)
	begun := begin(t, product)
	if err := product.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	expect(t, product, begun.Session, begun.Challenge, contract.ChallengeMismatch)
}

func TestChallengeIsGoodFor300Seconds(t *testing.T) {
	for seconds, reason := range map[time.Duration]contract.Reason{
		300: contract.Policy, 301: contract.ChallengeExpired, -1: contract.ChallengeExpired,
	} {
		product := newStub(t)
		begun := begin(t, product)
		if _, err := product.SetTime(ctx, noon.Add(seconds*time.Second), 7); err != nil {
			t.Fatal(err)
		}
		expect(t, product, begun.Session, begun.Challenge, reason)
	}
}
