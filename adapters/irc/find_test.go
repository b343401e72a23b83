package irc_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

const finderCaps = historyCaps + " echo-message"

// seeker is a network on a scripted server with history.
func seeker(t *testing.T, caps string, isupport ...string) (*bot, *irctest.Peer) {
	t.Helper()
	script := irctest.Listen(t)
	n, err := irc.New(config(script.Addr))
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	b := run(t, n)
	peer := script.Accept()
	joins(peer, caps, isupport...)
	b.up()
	return b, peer
}

// recall asks for lines that may have been sent a while after away, and answers
// the bot's questions with pages, the newest first. It returns what was found.
func (b *bot) recall(peer *irctest.Peer, known []string, words []string, pages ...[]string) (ids []string, asked []irctest.Line) {
	b.t.Helper()
	var parts []chat.Part
	for i, w := range words {
		out := relayed("grace", w)
		out.Key = fmt.Sprint("k", i)
		parts = append(parts, b.net.Render(out)...)
	}
	type answer struct {
		receipts []chat.Receipt
		err      error
	}
	done := make(chan answer, 1)
	go func() {
		// The server's clock stands at away plus ten minutes.
		rs, err := b.net.Recall(b.t.Context(), parts, time.Now().Add(-5*time.Minute), func(id string) bool { return slices.Contains(known, id) })
		done <- answer{rs, err}
	}()
	for _, p := range pages {
		asked = append(asked, plays(peer, p...))
	}
	a := <-done
	if a.err != nil {
		b.t.Fatal(a.err)
	}
	for _, r := range a.receipts {
		ids = append(ids, r.ID)
	}
	return ids, asked
}

func saidAt(id string, after time.Duration, words string) string {
	return "msgid=" + id + ";" + stamp(after) + " :sprintbot!bot@h PRIVMSG #Sprint :" + words
}

func TestWordsInDoubtAreFoundInTheServersHistory(t *testing.T) {
	t.Parallel()
	b, peer := seeker(t, finderCaps, "CHATHISTORY=4")
	if !b.net.Recalls(channel()) {
		t.Fatal("a server with history is not asked")
	}
	us := b.net.Render(relayed("grace", "x"))[0].Body
	head := us[len("PRIVMSG :") : len(us)-1]
	ids, asked := b.recall(peer, []string{"m4"}, []string{"arrived", "lost", "yes", "yes", "loud", "early"},
		[]string{
			saidAt("m4", 8*time.Minute, head+"yes"), // known to be another row's
			saidAt("m5", 8*time.Minute, head+"yes"),
			"msgid=m6;" + stamp(8*time.Minute) + " :ada!a@h PRIVMSG #Sprint :" + head + "lost", // not ours
			saidAt("m7", 9*time.Minute, head+"\x02loud\x02"),
		},
		[]string{
			saidAt("m1", 3*time.Minute, head+"early"), // said before the words in doubt
			saidAt("m2", 6*time.Minute, head+"arrived"),
			saidAt("m4", 8*time.Minute, head+"yes"),
		})
	if want := []string{"m2", "", "m5", "", "m7", ""}; !slices.Equal(ids, want) {
		t.Errorf("found %q, want %q", ids, want)
	}
	if want := []string{"LATEST", "#Sprint", "*", "4"}; !slices.Equal(asked[0].Params, want) {
		t.Errorf("asked for %q", asked[0].Params)
	}
	if want := []string{"BEFORE", "#Sprint", "timestamp=2027-05-17T09:08:00.001Z", "4"}; !slices.Equal(asked[1].Params, want) {
		t.Errorf("asked for %q", asked[1].Params)
	}
}

func TestLinesBehindALostOneOfTheSameWordsDidNotArrive(t *testing.T) {
	t.Parallel()
	b, peer := seeker(t, finderCaps)
	us := b.net.Render(relayed("grace", "x"))[0].Body
	head := us[len("PRIVMSG :") : len(us)-1]
	ids, _ := b.recall(peer, nil, []string{"one\ntwo", "three\nfour", "five\nsix"},
		[]string{
			saidAt("m1", 6*time.Minute, head+"two"), // of other words: "one" is not there
			saidAt("m2", 7*time.Minute, head+"four"),
			saidAt("m3", 8*time.Minute, head+"three"), // "four" did not come behind it
			saidAt("m4", 9*time.Minute, head+"five"),
			saidAt("m5", 9*time.Minute, head+"six"),
		},
		nil)
	if want := []string{"", "", "m3", "", "m4", "m5"}; !slices.Equal(ids, want) {
		t.Errorf("found %q, want %q", ids, want)
	}
}

func TestInAnEmptyHistoryNothingIsFound(t *testing.T) {
	t.Parallel()
	b, peer := seeker(t, finderCaps)
	ids, _ := b.recall(peer, nil, []string{"nothing of it"}, nil)
	if ids[0] != "" {
		t.Errorf("found %q in an empty history", ids)
	}
}

func TestWhereNothingCanBeReadBackNothingIsAsked(t *testing.T) {
	t.Parallel()
	for name, caps := range map[string]string{
		"no history": "message-tags server-time batch labeled-response echo-message",
		"no echo":    historyCaps,
		"no labels":  "message-tags server-time batch draft/chathistory echo-message",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, _ := seeker(t, caps)
			if b.net.Recalls(channel()) {
				t.Error("it is asked")
			}
		})
	}
}

func TestAServerThatRefusesToReadBackIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(*irctest.Peer, string){
		"refused": func(p *irctest.Peer, label string) {
			p.Send("@label=" + label + " :s FAIL CHATHISTORY INVALID_TARGET LATEST #Sprint :No")
		},
		"silence": func(*irctest.Peer, string) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b, peer := seeker(t, finderCaps)
			if b.net.Recalls(chat.Direct(chat.Handle{Network: "libera", ID: "account:ada"})) {
				t.Error("a private conversation is looked up")
			}
			done := make(chan error, 1)
			go func() {
				_, err := b.net.Recall(t.Context(), b.net.Render(relayed("grace", "x")), time.Now(), func(string) bool { return false })
				done <- err
			}()
			answer(peer, peer.Expect(context.Background(), command("CHATHISTORY")).Tags["label"])
			if err := <-done; err == nil || b.net.Recalls(channel()) {
				t.Errorf("error %v, asked again %v", err, b.net.Recalls(channel()))
			}
		})
	}
}

func TestALinkThatDiesEndsTheQuestion(t *testing.T) {
	t.Parallel()
	b, peer := seeker(t, finderCaps)
	done := make(chan error, 1)
	go func() {
		_, err := b.net.Recall(t.Context(), b.net.Render(relayed("grace", "x")), time.Now(), func(string) bool { return false })
		done <- err
	}()
	peer.Expect(context.Background(), command("CHATHISTORY"))
	peer.Close()
	if err := <-done; err != chat.ErrOffline {
		t.Errorf("error %v", err)
	}
}

// What is in doubt as the link ends is asked about then already: it must not be
// said again because nobody is there to ask.
func TestWhetherWordsCanBeReadBackIsNotDeniedWhileTheServerIsAway(t *testing.T) {
	t.Parallel()
	b, peer := seeker(t, finderCaps)
	peer.Close()
	b.status("away", func(st chat.Status) bool { return !st.Up })
	if !b.net.Recalls(channel()) {
		t.Error("nothing can be read back, it says")
	}
	if _, err := b.net.Recall(t.Context(), b.net.Render(relayed("grace", "x")), time.Now(), func(string) bool { return false }); !errors.Is(err, chat.ErrOffline) {
		t.Errorf("Recall says %v", err)
	}
}
