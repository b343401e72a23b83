package relay_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// holding are the columns of the store's file in which a word stands.
func (b *bridge) holding(word string) (found []string) {
	b.t.Helper()
	db, err := sql.Open("sqlite", "file:"+b.path+"?mode=ro")
	if err != nil {
		b.t.Fatal(err)
	}
	defer db.Close()
	texts := func(query string) (all []string) {
		rows, err := db.QueryContext(b.t.Context(), query)
		if err != nil {
			b.t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var s string
			if err := rows.Scan(&s); err != nil {
				b.t.Fatal(err)
			}
			all = append(all, s)
		}
		if err := rows.Err(); err != nil {
			b.t.Fatal(err)
		}
		return all
	}
	for _, table := range texts("SELECT name FROM sqlite_schema WHERE type = 'table'") {
		for _, column := range texts(fmt.Sprintf("SELECT name FROM pragma_table_info('%s')", table)) {
			for _, v := range texts(fmt.Sprintf(`SELECT CAST("%s" AS TEXT) FROM "%s" WHERE "%[1]s" IS NOT NULL`, column, table)) {
				if strings.Contains(v, word) {
					found = append(found, table+"."+column+": "+v)
				}
			}
		}
	}
	return found
}

func (b *bridge) forget(who chat.Handle) {
	b.t.Helper()
	b.write(func(tx sprints.Tx) error {
		p, err := tx.Meet(who)
		if err == nil {
			_, err = tx.ForgetPerson(p.ID)
		}
		return err
	})
}

func (b *bridge) clean(what string) {
	b.t.Helper()
	for _, f := range b.holding("xyzzy") {
		b.t.Errorf("%s: %.300s", what, f)
	}
}

// graceSays has grace say xyzzy in all ways, and others quote her, before IRC
// got any of it but the first.
func (b *bridge) graceSays() {
	b.t.Helper()
	root := b.hear(chat.Message{ID: "C1:7", From: grace, Text: chat.Plainly("xyzzy words")})
	b.drained()
	b.irc.set(func() { b.irc.up = false })
	thread := inSlack
	thread.Thread = "7"
	b.hear(chat.Message{In: thread, From: lin, Of: root, Text: chat.Plainly("why?")})
	b.hear(chat.Message{From: lin, Kind: chat.Reacted, Of: root, Text: chat.Plainly("+1")})
	b.say(grace, "xyzzy waits")
	b.say(grace, strings.Repeat("xyzzy is long\n", 9))
	b.edit(grace, root, "xyzzy edited")
	b.hear(chat.Message{From: grace, Kind: chat.Topic, Text: chat.Plainly("xyzzy topic")})
	b.write(func(tx sprints.Tx) error {
		stopped := chat.Message{ID: "stopped", In: inSlack, From: grace, Kind: chat.Said, Text: chat.Plainly("xyzzy too much"), At: tx.Now()}
		if err := b.carrier.Stop(tx, stopped); err != nil {
			return err
		}
		for _, to := range []chat.Place{chat.Direct(grace), {Network: "libera", Channel: "@account:grace"}} {
			if _, _, err := tx.Post(chat.Outgoing{Key: "answer" + to.String(), To: to, Kind: chat.Said,
				Reply: chat.Saying(chat.Plainly("I know no project called xyzzy."))}); err != nil {
				return err
			}
		}
		// Grace is on IRC, too: her answers wait there.
		p, err := tx.Meet(grace)
		if err != nil {
			return err
		}
		q, err := tx.Meet(chat.Handle{Network: "libera", ID: "account:grace", Nick: "grace"})
		if err != nil {
			return err
		}
		return tx.JoinPersons(p.ID, q.ID)
	})
	if len(b.holding("xyzzy")) < 8 {
		b.t.Fatalf("the test says too little: %q", b.holding("xyzzy"))
	}
}

func TestNothingThatSomebodySaidIsLeftOnceTheyAreForgotten(t *testing.T) {
	for name, held := range map[string]bool{"in hand": false, "not yet": true} {
		b := newBridge(t, relay.Ways{Reactions: true, Topics: true})
		if b.graceSays(); held {
			b.stop()
		}
		b.forget(grace)
		b.clean(name + ": forgotten")
		b.irc.set(func() { b.irc.up = true })
		if held {
			b.start()
		}
		b.clock.forward(time.Minute)
		b.say(lin, "on we go")
		b.drained()
		got := slices.DeleteFunc(b.irc.stands(), func(s string) bool { return strings.HasPrefix(s, "I know no project") }) // which they may read still
		if want := []string{"xyzzy words", "re grace: why?", "re grace: +1", "on we go"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
		b.clean(name + ": sent")
	}
}

func TestNothingThatSomebodySaidStandsOnThePageOfWhatWasLeftOut(t *testing.T) {
	b := newBridge(t, relay.Ways{Reactions: true, Topics: true})
	b.stop()
	b.lead = relay.Lead{Pages: "https://s.example"}
	b.start()
	b.graceSays()
	b.clock.forward(7 * time.Hour)
	b.until("the rest is told of", func() bool { return len(b.waits("libera")) == 2 }) // an answer has no end
	b.forget(grace)
	b.clean("forgotten")
	if left := b.holding("why?"); len(left) == 0 {
		t.Error("the words of others are gone")
	}
}

// until waits for a fact of the store.
func (b *bridge) until(what string, fact func() bool) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 30*time.Second)
	defer cancel()
	for changes := b.store.Changes(ctx); !fact(); {
		select {
		case <-changes:
		case <-ctx.Done():
			b.t.Fatal(what, "never came")
		}
	}
}

// noticed is a log that tells of one of its records.
type noticed struct {
	slog.Handler
	message string
	seen    chan struct{}
}

func (n noticed) Enabled(context.Context, slog.Level) bool { return true }
func (n noticed) WithAttrs([]slog.Attr) slog.Handler       { return n }
func (n noticed) Handle(_ context.Context, r slog.Record) error {
	if r.Message == n.message {
		n.seen <- struct{}{}
	}
	return nil
}

// What is said of words in the moment in which they are left out holds for the
// page too: the sender has let go of them, and the store does not know it yet.
func TestWordsLeftOutAreAsTheyWereLastSaid(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(b *bridge, tx sprints.Tx, id string) error
		want      string
	}{
		"nothing": {func(*bridge, sprints.Tx, string) error { return nil }, "xyzzy; again"},
		"forgotten": {func(_ *bridge, tx sprints.Tx, _ string) error {
			p, err := tx.Meet(grace)
			if err == nil {
				_, err = tx.ForgetPerson(p.ID)
			}
			return err
		}, "again"},
		"taken back": {func(b *bridge, tx sprints.Tx, id string) error {
			return b.carrier.Carry(tx, chat.Message{ID: "x", In: inSlack, From: grace, Kind: chat.Deleted, Of: id, At: tx.Now()})
		}, "again"},
		"edited": {func(b *bridge, tx sprints.Tx, id string) error {
			return b.carrier.Carry(tx, chat.Message{ID: "x", In: inSlack, From: grace, Kind: chat.Edited, Of: id, Text: chat.Plainly("plugh"), At: tx.Now()})
		}, "plugh; again"},
	} {
		b := newBridge(t, relay.Ways{})
		b.stop()
		gone := make(chan struct{}, 1)
		b.lead, b.log = relay.Lead{Pages: "https://s.example"}, noticed{message: "rows expired", seen: gone}
		b.start()
		b.irc.set(func() { b.irc.up = false })
		one := b.say(grace, "xyzzy")
		b.say(lin, "again")
		b.write(func(tx sprints.Tx) error {
			b.clock.forward(7 * time.Hour)
			select {
			case <-gone:
			case <-time.After(30 * time.Second):
				return fmt.Errorf("nothing expired")
			}
			return c.meanwhile(b, tx, one)
		})
		b.irc.set(func() { b.irc.up = true })
		b.until("it is told", func() bool { return len(b.irc.stands()) == 1 })
		b.drained()
		_, token, _ := strings.Cut(b.irc.stands()[0], "/t/")
		var words []string
		if err := b.store.Read(t.Context(), func(v sprints.View) error {
			all, err := v.Skipped(token)
			for _, s := range all {
				words = append(words, s.Text.Plain())
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(words, "; "); got != c.want {
			t.Errorf("%s: %q, want %q; told %q", name, got, c.want, b.irc.stands())
		}
		if name == "forgotten" || name == "taken back" {
			b.stop()
			if left := b.holding("xyzzy"); name == "forgotten" && len(left) > 0 {
				t.Errorf("%s: %q", name, left)
			}
		}
	}
}

// Words that a place asked to wait with have not arrived, and are not said once
// their author is forgotten, also not in a post that was to be shared.
func TestWordsThatWereRefusedForNowAreNotSaidOfWhoIsForgotten(t *testing.T) {
	for name, refusal := range map[string]error{
		"too fast": &chat.RetryAfter{Wait: time.Minute, TooFast: true}, "closed": &chat.ErrPlace{Reason: "is_archived"},
	} {
		for _, shared := range []bool{false, true} {
			b := newBridge(t, relay.Ways{})
			b.stop()
			if b.slack.refuse = refusal; shared {
				b.slack.pace.PlaceEvery, b.slack.pace.PlaceBurst = time.Millisecond, 1
			}
			b.say(bob, "mine")
			b.say(ada, "xyzzy")
			b.start()
			b.until(name+": waits", func() bool {
				held := false
				if err := b.store.Read(t.Context(), func(v sprints.View) error {
					all, err := v.Traffic()
					held = slices.ContainsFunc(all, func(t sprints.Traffic) bool { return t.Reason != "" })
					return err
				}); err != nil {
					t.Fatal(err)
				}
				return held
			})
			b.slack.mu.Lock()
			tried := slices.Clone(b.slack.said)
			b.slack.mu.Unlock()
			if want := map[bool]string{false: "said mine", true: "said bob: mine + ada: xyzzy"}[shared]; !slices.Equal(tried, []string{want}) {
				t.Fatalf("%s: tried %q", name, tried)
			}
			forgotten, left := bob, "xyzzy"
			if shared {
				forgotten, left = ada, "mine"
			}
			b.forget(forgotten)
			b.slack.set(func() { b.slack.refuse = nil })
			b.clock.forward(10 * time.Minute)
			b.drained()
			if got := b.slack.stands(); !slices.Equal(got, []string{left}) {
				t.Errorf("%s, shared %v: %q", name, shared, got)
			}
		}
	}
}

// Who had left their network when they were quoted is found in the quote.
func TestAQuoteOfWhoWasNotThereGoesWithThem(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	said := b.say(ada, "xyzzy")
	b.drained()
	b.carrier.Gone = func(h chat.Handle) bool { return h.ID == ada.ID }
	b.irc.set(func() { b.irc.up = false })
	root := b.slackIDOf(chat.SourceKey("libera", said))
	b.hear(chat.Message{From: lin, Of: root, In: chat.Place{Network: "pycon", Channel: "#s", Thread: root}, Text: chat.Plainly("yes")})
	if got := b.waits("libera"); len(got) != 1 || got[0].Quotes == "" {
		t.Fatalf("waits %+v", got)
	}
	b.forget(ada)
	b.clean("forgotten")
	b.irc.set(func() { b.irc.up = true })
	b.drained()
	b.stands("told", b.irc, "re ada: yes")
	b.clean("sent")
}
