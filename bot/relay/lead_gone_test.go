package relay_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func TestWordsTakenBackAfterTheyWereSkippedGoFromTheirPage(t *testing.T) {
	w := newWire()
	r := newRig(t, w, w)
	r.leads(w, relay.Lead{Pages: "https://s.example"})
	r.expiring(w, 1)
	r.until("it is told", func() bool { return len(r.waiting()) == 1 })
	w.set(func() { w.up = true })
	page := regexp.MustCompile(`/t/([\w-]{22})$`).FindStringSubmatch(w.wait(t, 1)[0])
	skipped := func() (all []sprints.Skipped) {
		if err := r.store.Read(t.Context(), func(v sprints.View) (err error) {
			all, err = v.Skipped(page[1])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := skipped()
	if len(all) != 1 {
		t.Fatalf("the page has %v", all)
	}
	far, near := chat.Place{Network: "far", Channel: "#f"}, chat.Place{Network: "net", Channel: "#a"}
	c := relay.Carrier{Routes: relay.Routes{{Join: []chat.Place{far, near}}}, Expires: time.Hour}
	_, of, _ := strings.Cut(all[0].Source, "\x1f")
	if err := r.store.Write(t.Context(), func(tx sprints.Tx) error {
		return c.Carry(tx, chat.Message{ID: "d", Of: of, In: far, Kind: chat.Deleted, At: tx.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	if left := skipped(); len(left) != 0 {
		t.Errorf("the page still has %v", left)
	}
}
