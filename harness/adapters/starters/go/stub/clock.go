package stub

import (
	"sync"
	"time"
)

// reading is an instant and the epoch it was set by (nil on the host's clock). They belong together.
type reading struct {
	instant time.Time
	epoch   *int64
}

// clock is the product's: the host's until it is set, and from then on the instant that was set last. It is read once
// for each attempt, so that an attempt is judged at one instant.
type clock struct {
	mutex sync.Mutex
	last  *reading
}

// set stops the clock at this instant, and returns the epoch that is read from now on.
func (c *clock) set(instant time.Time, epoch int64) int64 {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.last = &reading{instant: instant, epoch: &epoch}
	return epoch
}

func (c *clock) read() reading {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.last == nil {
		return reading{instant: time.Now()}
	}
	return *c.last
}
