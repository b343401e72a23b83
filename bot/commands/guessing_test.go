package commands_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// code asks for one.
func (w *world) code(h chat.Handle) string {
	w.t.Helper()
	return strings.TrimPrefix(secrets.FindString(w.did(h, "link").Reply.Plain()), "link ")
}

// guess is n wrong codes of guests who come again under another name.
func (w *world) guess(n int) {
	w.t.Helper()
	w.write(func(tx sprints.Tx) error {
		for i := range n {
			h := chat.Handle{Network: "libera", ID: fmt.Sprintf("guest:g%d", i/5), Nick: "gus"}
			if err := tx.FailedLink(h); err != nil {
				return err
			}
		}
		return nil
	})
}

func TestGuessingLocksOutNobodyElse(t *testing.T) {
	w := newWorld(t)
	code := w.code(leader)
	for i := range 20 {
		h := chat.Handle{Network: "libera", ID: fmt.Sprintf("guest:g%d", i), Nick: fmt.Sprintf("gus%d", i)}
		for range 5 {
			w.say(h, "link 12")
		}
		if out := w.say(h, "link "+code); !out.Refused {
			t.Fatalf("a sixth code of one guest: %s", out.Reply.Plain())
		}
	}
	if out := w.did(guest, "link "+code); !strings.Contains(out.Reply.Plain(), "one person now") {
		t.Errorf("a right code after a hundred wrong ones of others: %s", out.Reply.Plain())
	}
}

func TestCodesGrowWithTheGuessing(t *testing.T) {
	w := newWorld(t)
	six := w.code(leader)
	if len(six) != 6 {
		t.Fatalf("a code is %q", six)
	}
	for _, now := range []struct{ wrong, digits int }{{100, 6}, {101, 7}, {1000, 7}, {1001, 8}} {
		w.guess(now.wrong - w.guessed())
		if code := w.code(orga); len(code) != now.digits {
			t.Errorf("after %d wrong codes it is %q", now.wrong, code)
		}
	}
	// By now the short one of before could be hit.
	if out := w.say(guest, "link "+six); !strings.Contains(out.Reply.Plain(), "wrong, used or too old") {
		t.Errorf("six digits after a thousand wrong codes: %s", out.Reply.Plain())
	}
	if out := w.did(guest, "link "+w.code(leader)); !strings.Contains(out.Reply.Plain(), "one person now") {
		t.Errorf("a new code: %s", out.Reply.Plain())
	}
	w.clock.pass(11 * time.Minute)
	if code := w.code(orga); len(code) != 6 {
		t.Errorf("when it is over, a code is %q", code)
	}
}

// guessed is how many wrong codes came of late, from anywhere.
func (w *world) guessed() (n int) {
	w.t.Helper()
	w.read(func(v sprints.View) (err error) {
		n, err = v.FailedLinks(chat.Handle{}, v.Now().Add(-10*time.Minute))
		return err
	})
	return n
}

func TestALeadsLongCodeOutlivesTheGuessing(t *testing.T) {
	w := newWorld(t)
	code := secrets.FindString(w.did(guest, "project new Gusto").Reply.Plain())
	w.guess(20000)
	w.did(chat.Handle{Network: "libera", ID: "guest:99", Nick: "gus"}, code, "announce gusto")
}
