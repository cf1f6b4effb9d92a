package contract

import (
	"context"
	"time"
)

// Product is a product in the role relying-party: the one interface a vendor implements. Its methods are called from
// several goroutines at once. They answer, whatever they decide; an error means that the adapter is broken (HTTP 500),
// not that somebody is refused.
type Product interface {
	// Hello returns name, version, capabilities and tolerances; claim only what is there.
	Hello() Introduction
	// Configure takes these anchors, addresses, terminals and services in place of the former ones.
	Configure(ctx context.Context, configuration Configuration) error
	// Reset forgets accounts, sessions and caches; configuration and clock stay.
	Reset(ctx context.Context) error
	// SetTime makes the product live at this instant, and returns the epoch of the clock as it then is.
	SetTime(ctx context.Context, instant time.Time, epoch int64) (int64, error)
	// Begin returns Begun, with a challenge that was never drawn before, or the Outcome at once.
	Begin(ctx context.Context, attempt Attempt) (Beginning, error)
	// Complete returns what is decided on a presentation, and why.
	Complete(ctx context.Context, session string, presentation Presentation) (Outcome, error)
	// Account returns what is stored of the holder of this certificate (DER), or nil.
	Account(ctx context.Context, certificate []byte) (*Account, error)
}

// Beginning is Begun or Outcome.
type Beginning interface{ isBeginning() }
