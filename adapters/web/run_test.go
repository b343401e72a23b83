package web_test

import (
	"log/slog"
	"net"
	"testing"

	"sprintbot/adapters/web"
)

// The bot tries what gave up again, in its time: the page, too.
func TestAPageThatCanNotBeServedAnyMoreMayBeTriedAgain(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	clock := &wall{now: afternoon(t)}
	site, err := web.Listen(t.Context(), web.Config{Listener: l, Store: newStore(t, clock), Clock: clock, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := site.Run(t.Context(), nil); err == nil {
			t.Error("it serves a port that is closed")
		}
		if st := site.Status(); st.Up || !st.Fatal {
			t.Errorf("status %+v", st)
		}
	}
}
