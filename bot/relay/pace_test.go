package relay_test

import (
	"slices"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// learned is the pace that #a has taught, as the store has it.
func (r *rig) learned() (every time.Duration) {
	r.t.Helper()
	err := r.store.Read(r.t.Context(), func(v sprints.View) error {
		all, err := v.Traffic()
		for _, t := range all {
			if t.Place.Channel == "#a" {
				every = t.Learned
			}
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return every
}

// tooFast refuses the parts of #a whose turns are named.
func tooFast(turns ...int) func(chat.Part) (chat.Receipt, error) {
	n := 0
	return func(p chat.Part) (chat.Receipt, error) {
		if p.Out.To.Channel != "#a" {
			return chat.Receipt{}, nil
		}
		if n++; slices.Contains(turns, n) {
			return chat.Receipt{}, &chat.RetryAfter{TooFast: true}
		}
		return chat.Receipt{}, nil
	}
}

// TestAPlaceSpokenToTooFastIsLearnedFrom: each refusal halves the pace of its
// place alone, a later run begins as slow, and in time it is forgotten.
func TestAPlaceSpokenToTooFastIsLearnedFrom(t *testing.T) {
	const every = 10 * time.Millisecond
	w := newWire()
	w.pace = chat.Pace{Window: 1, PlaceBurst: 4, PlaceEvery: every}
	w.answer = tooFast(3, 6)
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, numbered(8)...)
	r.drained()
	if got := r.learned(); got != 4*every {
		t.Errorf("learned %s", got)
	}
	want := []string{"#a 000", "#a 001", "#a 002", "#a 002", "#a 003", "#a 004", "#a 004", "#a 005", "#a 006", "#a 007"}
	if got := w.lines(); !slices.Equal(got, want) {
		t.Errorf("sent %q", got)
	}
	takes := func(channel string, least, most time.Duration) {
		t.Helper()
		start := time.Now()
		r.post(channel, chat.Relays, nil, numbered(4)...)
		r.drained()
		if took := time.Since(start); took < least || took > most {
			t.Errorf("4 lines to %s took %s", channel, took)
		}
	}
	r.stop()
	r.start(w)
	takes("#a", 3*4*every, time.Minute)
	for _, want := range []time.Duration{2 * every, 0, 0} {
		r.clock.forward(10*time.Minute - time.Second)
		before := r.learned()
		takes("#a", 0, time.Minute)
		if r.learned() != before {
			t.Errorf("%s is left too early", r.learned())
		}
		r.clock.forward(time.Second)
		takes("#a", 0, time.Minute)
		takes("#b", 0, time.Minute)
		if got := r.learned(); got != want {
			t.Errorf("%s is left, wanted %s", got, want)
		}
	}
}

// TestWhatNoPacePreventsTeachesNothing: a place that is shut for a while, or
// refuses the first words after a pause, was not spoken to too fast.
func TestWhatNoPacePreventsTeachesNothing(t *testing.T) {
	w := newWire()
	w.pace = chat.Pace{Window: 1, PlaceBurst: 4, PlaceEvery: time.Millisecond}
	w.answer = tooFast(1, 2, 5, 6, 7, 8, 11)
	r := newRig(t, w, w)
	r.post("#a", chat.Relays, nil, "first")
	r.drained()
	if got := r.learned(); got != 0 {
		t.Errorf("%s learned of the first words", got)
	}
	r.post("#a", chat.Relays, nil, "passes", "is refused 4 times")
	r.drained()
	if got := r.learned(); got != 2*time.Millisecond {
		t.Errorf("%s learned of a place that was shut", got)
	}
	r.post("#a", chat.Relays, nil, "passes")
	r.drained()
	r.clock.forward(time.Minute)
	r.post("#a", chat.Relays, nil, "is refused after a pause")
	r.drained()
	if got := r.learned(); got != 2*time.Millisecond {
		t.Errorf("%s learned of words after a pause", got)
	}
	if got := w.lines(); len(got) != 12 {
		t.Errorf("sent %q", got)
	}
}
