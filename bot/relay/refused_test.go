package relay_test

import (
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestAPlaceThatRefusesTakesAndRefusesWhatIsOnTheWireTogetherWaits(t *testing.T) {
	w := newWire()
	w.keep = true
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "one", "two", "three")
	w.wait(t, 3)
	w.mu.Lock()
	dones := w.dones
	w.keep, w.dones = false, nil
	w.mu.Unlock()
	dones[2](chat.Receipt{}, &chat.ErrPlace{Reason: "not in #a yet"})
	dones[0](chat.Receipt{ID: "1"}, nil)
	dones[1](chat.Receipt{}, &chat.ErrPlace{Reason: "404 moderated"})
	r.until("it waits with a reason", func() bool {
		q := r.queues()
		return len(q) == 1 && q[0].Reason != "" && !q[0].Held.IsZero()
	})
	r.passing(time.Minute)
	r.drained()
	if got := w.lines(); len(got) != 5 || got[3] != "#a two" || got[4] != "#a three" {
		t.Errorf("sent %q", got)
	}
}

func TestWhyAPlaceWaitedGoesThoughAllThatWaitedThereHasExpired(t *testing.T) {
	w := newWire()
	refuse := true
	w.answer = func(chat.Part) (chat.Receipt, error) {
		if refuse {
			return chat.Receipt{}, &chat.ErrPlace{Reason: "404 moderated"}
		}
		return chat.Receipt{}, nil
	}
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, func(o *chat.Outgoing) { o.Expires = r.clock.Now().Add(2 * time.Second) }, "one")
	reason := func() string {
		var all []sprints.Traffic
		if err := r.store.Read(t.Context(), func(v sprints.View) (err error) {
			all, err = v.Traffic()
			return err
		}); err != nil || len(all) != 1 {
			return ""
		}
		return all[0].Reason
	}
	r.until("it waits with a reason", func() bool { return reason() != "" })
	r.passing(time.Minute)
	r.drained()
	w.set(func() { refuse = false })
	r.clock.forward(time.Minute)
	r.post("#b", chat.Relays, nil, "elsewhere") // the loop goes round, and forgets the place
	r.drained()
	r.post("#a", chat.Relays, nil, "two")
	r.drained()
	r.until("the reason is gone", func() bool { return reason() == "" })
}
