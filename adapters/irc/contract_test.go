package irc_test

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bot is a running network and what it heard.
type bot struct {
	t   *testing.T
	net *irc.Network

	mu    sync.Mutex
	heard []chat.Message
	more  chan struct{}

	cancel context.CancelFunc
	ended  chan struct{}
	err    error
}

func config(server string) irc.Config {
	return irc.Config{Name: "libera", Server: server, Nick: "sprintbot", Channels: []string{"#Sprint"}}
}

func secure(s *irctest.Server, c irc.Config) irc.Config {
	c.Server, c.TLS, c.Roots = s.TLSAddr, true, s.Roots
	return c
}

func start(t *testing.T, c irc.Config) *bot {
	t.Helper()
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Hasten(n)
	return run(t, n)
}

func run(t *testing.T, n *irc.Network) *bot {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	b := &bot{t: t, net: n, more: make(chan struct{}, 1), cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(b.ended)
		b.err = n.Run(ctx, b.hear)
	}()
	t.Cleanup(b.stop)
	return b
}

func (b *bot) stop() {
	b.cancel()
	<-b.ended
}

func (b *bot) hear(_ context.Context, ms []chat.Message) ([]chat.Heard, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.heard = append(b.heard, ms...)
	select {
	case b.more <- struct{}{}:
	default:
	}
	return make([]chat.Heard, len(ms)), nil
}

// status waits until the network's status is as wanted.
func (b *bot) status(what string, want func(chat.Status) bool) chat.Status {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for {
		if st := b.net.Status(); want(st) {
			return st
		}
		select {
		case <-b.net.Changed():
		case <-ctx.Done():
			b.t.Fatalf("never %s: %+v", what, b.net.Status())
		}
	}
}

func (b *bot) up() *bot {
	b.t.Helper()
	b.status("up", func(st chat.Status) bool { return st.Up })
	return b
}

// hears waits for the first message that matches.
func (b *bot) hears(words string) chat.Message {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for {
		b.mu.Lock()
		for _, m := range b.heard {
			if m.Line() == words {
				b.mu.Unlock()
				return m
			}
		}
		b.mu.Unlock()
		select {
		case <-b.more:
		case <-ctx.Done():
			b.t.Fatalf("never heard %q, but %d others", words, len(b.heard))
		}
	}
}

type result struct {
	receipt chat.Receipt
	err     error
}

// sends puts a row on the wire and waits for its last part's fate.
func (b *bot) sends(out chat.Outgoing) result {
	b.t.Helper()
	var last result
	for _, part := range b.net.Render(out) {
		done := make(chan result, 1)
		b.net.Send(b.t.Context(), part, func(r chat.Receipt, err error) { done <- result{r, err} })
		select {
		case last = <-done:
		case <-time.After(20 * time.Second):
			b.t.Fatal("no fate of what was sent")
		}
	}
	return last
}

func channel() chat.Place { return chat.Place{Network: "libera", Channel: "#Sprint"} }

func relayed(nick, words string) chat.Outgoing {
	return chat.Outgoing{
		To: channel(), Kind: chat.Said, As: &chat.Handle{Network: "pycon", ID: "U1", Nick: nick}, From: "Slack",
		Reply: chat.Saying(chat.Plainly(words)),
	}
}

func answer(to chat.Place, words string) chat.Outgoing {
	return chat.Outgoing{To: to, Kind: chat.Said, Reply: chat.Reply{Private: true, Lines: chat.Saying(chat.Plainly(words)).Lines}}
}

// onBoth runs a test on each real server.
func onBoth(t *testing.T, test func(t *testing.T, s *irctest.Server)) {
	t.Run("ngircd", func(t *testing.T) {
		t.Parallel()
		test(t, irctest.NgIRCd(t))
	})
	t.Run("inspircd", func(t *testing.T) {
		t.Parallel()
		test(t, irctest.InspIRCd(t))
	})
}

func TestNetworkCarriesWordsBothWays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		b := start(t, secure(s, config(""))).up()

		ada.Say("#sprint", "hello \x02all\x02")
		m := b.hears("hello all")
		if m.In != channel() || m.From.Nick != "ada" || !m.From.Guest() || m.Addressed || m.Kind != chat.Said || m.ID == "" || !m.Text[1].Bold {
			t.Fatalf("heard %+v", m)
		}
		ada.Action("#sprint", "waves")
		if m := b.hears("waves"); m.Kind != chat.Action {
			t.Fatalf("heard %+v", m)
		}
		ada.Say("#sprint", "!here 7")
		if m := b.hears("!here 7"); !m.Addressed || m.Text.Plain() != "here 7" {
			t.Fatalf("heard %+v", m)
		}
		ada.Say("#sprint", "SprintBot, here 7")
		if m := b.hears("SprintBot, here 7"); !m.Addressed || m.Text.Plain() != "here 7" {
			t.Fatalf("heard %+v", m)
		}
		ada.Say("sprintbot", "easy")
		private := b.hears("easy")
		if !private.Addressed || !private.Direct || private.In != chat.Direct(private.From) {
			t.Fatalf("heard %+v", private)
		}

		if got := b.sends(relayed("Grace Hopper", "moin ☕")); got.err != nil {
			t.Fatal(got.err)
		} else if s.Kind == "inspircd" && got.receipt.ID == "" {
			t.Fatal("no message id in the receipt of an echo")
		}
		ada.WaitLine(t.Context(), irctest.Says("sprintbot", "#sprint", "<Grace Hopper (Slack)> moin ☕"))
		act := relayed("Grace", "waves")
		act.Kind = chat.Action
		if got := b.sends(act); got.err != nil {
			t.Fatal(got.err)
		}
		ada.WaitLine(t.Context(), irctest.Says("sprintbot", "#sprint", "\x01ACTION <Grace (Slack)> waves\x01"))
		if got := b.sends(answer(chat.Direct(private.From), "Try B4.")); got.err != nil {
			t.Fatal(got.err)
		}
		line := ada.WaitLine(t.Context(), irctest.Says("sprintbot", "ada", "Try B4."))
		if line.Command != "PRIVMSG" {
			t.Fatalf("a private answer came as %s", line.Command)
		}
		public := chat.Outgoing{To: channel(), Kind: chat.Said, Reply: chat.Saying(chat.Plainly("Day 1 is open."))}
		if got := b.sends(public); got.err != nil {
			t.Fatal(got.err)
		}
		if line := ada.WaitLine(t.Context(), irctest.Says("sprintbot", "#sprint", "Day 1")); line.Command != "NOTICE" {
			t.Fatalf("a public answer came as %s", line.Command)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, m := range b.heard {
			if m.From.Nick == "sprintbot" {
				t.Fatalf("the bot heard itself: %+v", m)
			}
		}
	})
}

func TestThreeHundredLinesKeepTheirOrderBothWays(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		const n = 300
		for i := range n {
			ada.Say("#sprint", fmt.Sprintf("in %d", i))
		}
		b.hears(fmt.Sprintf("in %d", n-1))
		b.mu.Lock()
		for i, m := range b.heard {
			if m.Line() != fmt.Sprintf("in %d", i) {
				t.Fatalf("message %d is %q", i, m.Line())
			}
		}
		b.mu.Unlock()

		fates := make(chan error, n)
		for i := range n {
			part := b.net.Render(relayed("grace", fmt.Sprintf("out %d.", i)))[0]
			b.net.Send(t.Context(), part, func(_ chat.Receipt, err error) { fates <- err })
		}
		for range n {
			if err := <-fates; err != nil {
				t.Fatal(err)
			}
		}
		ada.Seen(t.Context(), irctest.Says("sprintbot", "#sprint", fmt.Sprintf("out %d.", n-1)))
		said := ada.Said("#sprint")
		if len(said) != n {
			t.Fatalf("%d lines arrived", len(said))
		}
		for i, words := range said {
			if !strings.HasSuffix(words, fmt.Sprintf(" out %d.", i)) {
				t.Fatalf("line %d is %q", i, words)
			}
		}
	})
}

func TestGuestFollowsItsNickAndEndsAtQuit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		ada.Say("#sprint", "one")
		first := b.hears("one").From
		ada.Nick("ada_lunch")
		ada.Say("#sprint", "two")
		if second := b.hears("two").From; second.ID != first.ID || second.Nick != "ada_lunch" {
			t.Fatalf("after NICK %+v, before %+v", second, first)
		}
		thief := s.Dial("ada")
		thief.Join("#sprint")
		thief.Say("#sprint", "three")
		if third := b.hears("three").From; third.ID == first.ID {
			t.Fatal("the nick's next holder is the same guest")
		}
		if got := b.sends(answer(chat.Direct(first), "yours")); got.err != nil {
			t.Fatal(got.err)
		}
		ada.WaitLine(t.Context(), irctest.Says("sprintbot", "ada_lunch", "yours"))
		ada.Quit("off")
		thief.Say("#sprint", "four")
		b.hears("four")
		var refused *chat.ErrRefused
		if got := b.sends(answer(chat.Direct(first), "too late")); !errors.As(got.err, &refused) {
			t.Fatalf("words for a guest who quit: %v", got.err)
		}
		again := s.Dial("ada_lunch")
		again.Join("#sprint")
		again.Say("#sprint", "five")
		if fifth := b.hears("five").From; fifth.ID == first.ID {
			t.Fatal("the same nick after QUIT is the same guest")
		}
		again.Part("#sprint")
		again.Join("#sprint")
		again.Say("#sprint", "six")
		if b.hears("six").From.ID == b.hears("five").From.ID {
			t.Fatal("a guest outlived leaving the last shared channel")
		}
	})
}

func TestLoginByAccount(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("Ada", "secret-1")
	s.Register("sprintbot", "secret-2")
	c := config(s.Addr)
	c.Account, c.Password = "sprintbot", "secret-2"

	t.Run("succeeds and sees accounts", func(t *testing.T) {
		ada := s.Dial("ada_phone", irctest.WithSASL("Ada", "secret-1"))
		ada.Join("#sprint")
		b := start(t, c).up()
		ada.Say("#sprint", "hello")
		from := b.hears("hello").From
		if from.ID != "account:ada" || from.Account != "Ada" || from.Guest() {
			t.Fatalf("heard from %+v", from)
		}
		ada.Nick("someone")
		ada.Say("#sprint", "renamed")
		b.hears("renamed")
		if got := b.sends(answer(chat.Direct(chat.Handle{Network: "libera", ID: "account:ada"}), "found you")); got.err != nil {
			t.Fatal(got.err)
		}
		ada.WaitLine(t.Context(), irctest.Says("sprintbot", "someone", "found you"))
		late := s.Dial("late")
		late.Join("#sprint")
		late.Say("NickServ", "IDENTIFY Ada secret-1")
		late.WaitLine(t.Context(), func(l irctest.Line) bool { return l.Command == "900" })
		late.Say("#sprint", "logged in later")
		if from := b.hears("logged in later").From; from.ID != "account:ada" {
			t.Fatalf("heard from %+v", from)
		}
		var place *chat.ErrPlace
		if got := b.sends(answer(chat.Direct(chat.Handle{Network: "libera", ID: "account:grace"}), "anyone")); !errors.As(got.err, &place) {
			t.Fatalf("words to an account nobody is logged in to: %v", got.err)
		}
	})
	t.Run("refused ends the network", func(t *testing.T) {
		wrong := c
		wrong.Password = "wrong"
		b := start(t, wrong)
		st := b.status("refused", func(st chat.Status) bool { return st.Fatal })
		<-b.ended
		if b.err == nil || st.Up || !strings.Contains(st.Note, "SASL") || strings.Contains(st.Note, "wrong") {
			t.Fatalf("error %v, status %+v", b.err, st)
		}
	})
}

func TestLoginThatTheServerDoesNotOfferIsNeverUp(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	c := config(s.Addr)
	c.Account, c.Password = "sprintbot", "x"
	b := start(t, c)
	st := b.status("turned away", func(st chat.Status) bool { return strings.Contains(st.Note, "no SASL") })
	if st.Up || st.Fatal {
		t.Fatalf("status %+v", st)
	}
}

func TestTLSIsVerified(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	c := secure(s, config(""))
	c.Roots = x509.NewCertPool()
	b := start(t, c)
	st := b.status("refused", func(st chat.Status) bool { return strings.Contains(st.Note, "certificate") })
	if st.Up {
		t.Fatalf("status %+v", st)
	}
}

func TestNickCollisionIsBypassedAndTheNickRegained(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		squatter := s.Dial("sprintbot")
		squatter.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		if st := b.net.Status(); !strings.Contains(st.Note, "as sprintbot_") {
			t.Fatalf("status %+v", st)
		}
		squatter.Say("#sprint", "sprintbot_: help")
		if m := b.hears("sprintbot_: help"); !m.Addressed {
			t.Fatalf("heard %+v", m)
		}
		squatter.Quit("done")
		b.status("regained", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
	})
}

func TestRestartOfTheServerIsSurvived(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	ada := s.Dial("ada")
	ada.Join("#sprint")
	b := start(t, config(s.Addr)).up()
	ada.Say("#sprint", "before")
	old := b.hears("before").From
	s.Stop()
	b.status("away", func(st chat.Status) bool { return !st.Up })
	if got := b.sends(relayed("grace", "lost?")); !errors.Is(got.err, chat.ErrOffline) {
		t.Fatalf("while away: %v", got.err)
	}
	s.Start()
	ada = s.Dial("ada")
	ada.Join("#sprint")
	b.up()
	ada.Say("#sprint", "after")
	if now := b.hears("after").From; now.ID == old.ID {
		t.Fatal("a guest outlived the link")
	}
	var refused *chat.ErrRefused
	if got := b.sends(answer(chat.Direct(old), "late")); !errors.As(got.err, &refused) {
		t.Fatalf("words for a guest of the old link: %v", got.err)
	}
	if got := b.sends(relayed("grace", "again")); got.err != nil {
		t.Fatal(got.err)
	}
}

func TestLoginIsRequiredAgainAfterTheServicesComeBack(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("sprintbot", "secret-2")
	c := secure(s, config(""))
	c.Account, c.Password = "sprintbot", "secret-2"
	b := start(t, c).up()
	s.Stop()
	b.status("away", func(st chat.Status) bool { return !st.Up })
	s.Start()
	ada := s.Dial("ada", irctest.WithCaps("extended-join"))
	ada.Join("#sprint")
	b.up()
	if got := b.sends(relayed("grace", "back")); got.err != nil {
		t.Fatal(got.err)
	}
	joined := ada.Seen(t.Context(), func(l irctest.Line) bool {
		return l.Command == "JOIN" && l.Nick == "sprintbot" || l.Command == "353" && strings.Contains(l.Text(), "sprintbot")
	})
	if joined.Command == "JOIN" && joined.Params[1] != "sprintbot" {
		t.Fatalf("joined without its account: %s", joined.Raw)
	}
}

func TestSilentServerIsNoticed(t *testing.T) {
	t.Parallel()
	s := irctest.NgIRCd(t)
	b := start(t, config(s.Addr)).up()
	s.Freeze()
	defer s.Thaw()
	fate := make(chan error, 1)
	b.net.Send(t.Context(), b.net.Render(relayed("grace", "anyone there"))[0], func(_ chat.Receipt, err error) { fate <- err })
	if err := <-fate; !errors.Is(err, chat.ErrOffline) {
		t.Fatalf("a line into silence: %v", err)
	}
}

func TestPlaceThatRefusesAndPersonWhoIsGone(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		ada.Send("MODE #sprint +m")
		ada.Sync()
		var place *chat.ErrPlace
		if got := b.sends(relayed("grace", "hush")); !errors.As(got.err, &place) {
			t.Fatalf("into a moderated channel: %v", got.err)
		}
		ada.Send("MODE #sprint -m")
		ada.Sync()
		if got := b.sends(relayed("grace", "hello")); got.err != nil {
			t.Fatal(got.err)
		}
		ada.Send("KICK #sprint sprintbot :out")
		b.status("kicked", func(st chat.Status) bool { return strings.Contains(st.Note, "kicked") })
		if got := b.sends(relayed("grace", "hm")); !errors.As(got.err, &place) {
			t.Fatalf("after a kick: %v", got.err)
		}
		b.status("back", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
		elsewhere := chat.Place{Network: "libera", Channel: "#other"}
		if got := b.sends(answer(elsewhere, "hm")); !errors.As(got.err, &place) {
			t.Fatalf("into a channel nobody configured: %v", got.err)
		}
	})
}
