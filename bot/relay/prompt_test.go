package relay_test

import (
	"context"
	"slices"
	"testing"

	"sprintbot/sprints/chat"
)

// opening refuses the first part at once, for it is not in the place yet, and
// has come in by the time of the second.
type opening struct {
	*wire
	given int
	taken []string
}

func (o *opening) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	o.mu.Lock()
	o.given++
	refused := o.given == 1
	if !refused {
		o.taken = append(o.taken, p.Body)
	}
	o.mu.Unlock()
	if refused {
		done(chat.Receipt{}, &chat.ErrPlace{Reason: "not in #a yet"})
		return
	}
	done(chat.Receipt{}, nil)
}

// A place may open between two parts of one burst: what was refused at once is
// known before the next is given, which would overtake it.
func TestAPlaceThatOpensInMidBurstKeepsItsOrder(t *testing.T) {
	o := &opening{wire: newWire()}
	r := newRig(t, o, o.wire)
	r.post("#a", chat.Relays, nil, "one", "two", "three")
	r.until("the place waits", func() bool { qs := r.queues(); return len(qs) == 0 || !qs[0].Held.IsZero() })
	o.set(func() {})
	r.drained()
	o.mu.Lock()
	defer o.mu.Unlock()
	if want := []string{"one", "two", "three"}; !slices.Equal(o.taken, want) {
		t.Errorf("taken %q, want %q", o.taken, want)
	}
}
