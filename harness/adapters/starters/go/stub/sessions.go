package stub

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"example.com/kazashi-adapter/contract"
)

const (
	challengeBytes = 32
	nameBytes      = 24
	lifetime       = 300 * time.Second // declared in hello
)

// session is one attempt that was begun.
type session struct {
	name      string
	attempt   contract.Attempt
	challenge []byte
	begun     time.Time
	isSpent   bool
}

// sessions are those opened since they were last forgotten. In memory; a product keeps them in its store.
type sessions struct {
	mutex  sync.Mutex
	byName map[string]*session
}

// open returns a new session, its name and challenge drawn at random.
func (s *sessions) open(attempt contract.Attempt, now time.Time) (*session, error) {
	drawn := make([]byte, challengeBytes+nameBytes)
	if _, err := rand.Read(drawn); err != nil {
		return nil, fmt.Errorf("drawing a challenge: %w", err)
	}
	opened := &session{
		name:      hex.EncodeToString(drawn[challengeBytes:]),
		attempt:   attempt,
		challenge: drawn[:challengeBytes:challengeBytes],
		begun:     now,
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.byName[opened.name] = opened
	return opened, nil
}

// spend spends the challenge of the session of this name, whatever was presented, and returns why it is refused: ""
// when it was that challenge, unspent and young. Of two completions at the same time at most one finds it unspent.
func (s *sessions) spend(name string, presented []byte, now time.Time) contract.Reason {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	found, known := s.byName[name]
	if !known {
		return contract.ChallengeMismatch
	}
	wasSpent := found.isSpent
	found.isSpent = true
	switch age := now.Sub(found.begun); {
	case !bytes.Equal(presented, found.challenge):
		return contract.ChallengeMismatch
	case wasSpent:
		return contract.ChallengeReplayed
	case age < 0 || age > lifetime: // one of the future is not young either: the clock was set back
		return contract.ChallengeExpired
	}
	return ""
}

func (s *sessions) forget() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.byName = map[string]*session{}
}
