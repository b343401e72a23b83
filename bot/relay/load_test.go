package relay

import (
	"strings"
	"testing"
	"time"
)

// A jump of the wall clock can't be made in a test; what makes it harmless is
// that both times of a comparison carry the machine's steady clock.
func TestWaitingTimesAreCountedByTheSteadyClock(t *testing.T) {
	now := time.Now()
	stored := time.UnixMilli(now.Add(time.Hour).UnixMilli()).UTC()
	got := steady(now, stored)
	if !got.Equal(stored) || !strings.Contains(got.String(), " m=+") {
		t.Errorf("%v became %v", stored, got)
	}
	if never := steady(now, time.Time{}); !never.IsZero() {
		t.Errorf("no time became %v", never)
	}
}
