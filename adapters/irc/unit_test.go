package irc

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

func TestRedialIsQuickForAMinuteThenDoublesAndForgetsAfterALongConnection(t *testing.T) {
	b := usualBackoff()
	now := time.Date(2027, 5, 17, 9, 0, 0, 0, time.UTC)
	for range 30 {
		wait := b.after(now, 0)
		if wait < time.Second || wait > 2*time.Second {
			t.Fatalf("in the first minute it waits %s", wait)
		}
		now = now.Add(2 * time.Second)
	}
	last := time.Duration(0)
	for range 12 {
		wait := b.after(now, 0)
		if wait < last || wait > 5*time.Minute {
			t.Fatalf("after %s it waits %s", last, wait)
		}
		now, last = now.Add(wait), wait
	}
	if last != 5*time.Minute {
		t.Fatalf("it ends at %s", last)
	}
	if wait := b.after(now, 61*time.Second); wait > 2*time.Second {
		t.Fatalf("after a long connection it waits %s", wait)
	}
}

func TestPaceLeavesRoomForPINGsWhereTheServerDoesNotEcho(t *testing.T) {
	n, err := New(Config{Name: "x", Server: "h:1", Nick: "bot", Pace: chat.Pace{Burst: 5, Every: 2 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	if p := n.Pace(); p.Every != 2500*time.Millisecond || p.Burst != 5 || p.Window != 8 {
		t.Fatalf("without echo: %+v", p)
	}
	n.echoes = true
	if p := n.Pace(); p.Every != 2*time.Second {
		t.Fatalf("with echo: %+v", p)
	}
}

func TestBarrierKeepsToASlowPace(t *testing.T) {
	s := lonely(t, "#x")
	s.n.cfg.Pace = chat.Pace{Burst: 5, Every: 2 * time.Second}
	s.loggedIn = true
	for _, raw := range []string{":s 001 sprintbot :hi", ":s 376 sprintbot :end", ":sprintbot!b@h JOIN #x", ":s 366 sprintbot #x :End"} {
		s.feed(raw)
	}
	post := func() {
		s.locked(func() {
			s.post(chat.Part{Body: "PRIVMSG :hi", Out: chat.Outgoing{To: chat.Place{Channel: "#x"}}}, func(chat.Receipt, error) {})
		})
	}
	post()
	if s.pings != 1 {
		t.Fatalf("%d PINGs for the first line", s.pings)
	}
	post()
	s.tick(s.lastPing.Add(7 * time.Second))
	if s.pings != 1 {
		t.Fatal("a second PING within four lines' time")
	}
	s.tick(s.lastPing.Add(9 * time.Second))
	if s.pings != 2 {
		t.Fatal("no PING after four lines' time")
	}
	for range barrierLines {
		post()
	}
	if s.pings != 3 {
		t.Fatalf("%d PINGs after eight lines more", s.pings)
	}
}

func TestSettingsThatCannotWorkAreNamed(t *testing.T) {
	good := Config{Name: "libera", Server: "h:6697", Nick: "bot", Channels: []string{"#x"}}
	for want, change := range map[string]func(*Config){
		"name":           func(c *Config) { c.Name = "" },
		"host:port":      func(c *Config) { c.Server = "irc.example.org" },
		"nick":           func(c *Config) { c.Nick = "two words" },
		`"sprints"`:      func(c *Config) { c.Channels = []string{"sprints"} },
		"both an accoun": func(c *Config) { c.Password = "hunter2" },
		"64 hex digits":  func(c *Config) { c.TLS, c.Pin = true, "hunter2" },
		"a pin needs":    func(c *Config) { c.Pin = strings.Repeat("ab", 32) },
		"by certificate": func(c *Config) { c.External = true },
		"its key's":      func(c *Config) { c.TLS, c.External = true, true },
		"can't be read":  func(c *Config) { c.TLS, c.External, c.CertFile, c.KeyFile = true, true, "no.pem", "no.key" },
	} {
		c := good
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %v, want one with %q", err, want)
		}
	}
}

func TestLineThatDoesNotFitTheRealSourceGoesInPieces(t *testing.T) {
	s := lonely(t, "#x")
	s.loggedIn = true
	host := strings.Repeat("h", 200)
	for _, raw := range []string{":s 001 sprintbot :hi", ":s 376 sprintbot :end", ":sprintbot!b@" + host + " JOIN #x", ":s 366 sprintbot #x :End"} {
		s.feed(raw)
	}
	fates := 0
	part := s.n.Render(chat.Outgoing{To: chat.Place{Network: "libera", Channel: "#x"}, Reply: chat.Saying(chat.Plainly(strings.Repeat("word ", 70)))})[0]
	s.locked(func() { s.post(part, func(chat.Receipt, error) { fates++ }) })
	if len(s.flight) < 2 {
		t.Fatalf("%d lines", len(s.flight))
	}
	got := ""
	for _, f := range s.flight {
		if wire := ":sprintbot!b@" + host + " " + f.raw + "\r\n"; len(wire) > 512 {
			t.Errorf("%d bytes on the wire", len(wire))
		}
		got += f.text
	}
	if _, want, _ := strings.Cut(part.Body, " :"); got != want {
		t.Errorf("%q became %q", want, got)
	}
	for range 3 { // each PONG may call for the next barrier
		s.feed("PONG s :" + s.pingToken(s.pings))
	}
	if fates != 1 {
		t.Fatalf("%d fates", fates)
	}
}

// TestADeadLinkIsNoticedWithinAMinute adds up the usual limits: whatever a
// server falls silent in, this side knows within 60 s.
func TestADeadLinkIsNoticedWithinAMinute(t *testing.T) {
	l := usualLimits()
	for when, sum := range map[string]time.Duration{
		"while dialled":     2 * l.handshake,
		"while registering": l.welcome + l.tick,
		"while idle":        l.dead + l.tick,
		"in one direction":  l.quiet + l.answer() + 2*l.tick,
		"while written to":  l.dead + l.tick + writeBound,
	} {
		if sum > time.Minute {
			t.Errorf("a server silent %s is noticed after %s", when, sum)
		}
	}
	if room := l.dead - l.quiet - 2*l.tick; room < 10*time.Second {
		t.Errorf("a server has %s to answer a PING", room)
	}
	if l.regain > time.Minute || time.Duration(len(pleas)+1)*(l.plead+l.tick) > time.Minute {
		t.Error("the nick is not tried again within a minute")
	}
}

// TestWhatWasLearnedIsForgottenInTime lets hours pass without being cut off.
func TestWhatWasLearnedIsForgottenInTime(t *testing.T) {
	n, err := New(Config{Name: "libera", Server: "127.0.0.1:6667", Nick: "sprintbot", Pace: chat.Pace{Every: 2 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for range 5 {
		n.learn(now)
	}
	if got := n.Learned(); got != mostLearned {
		t.Errorf("learned %s", got)
	}
	for _, want := range []time.Duration{5 * time.Second, 2500 * time.Millisecond, 0, 0} {
		now = now.Add(forgets - time.Second)
		before := n.Learned()
		if n.forgive(now); n.Learned() != before {
			t.Error("forgotten too early")
		}
		now = now.Add(time.Second)
		if n.forgive(now); n.Learned() != want {
			t.Errorf("%s is left, wanted %s", n.Learned(), want)
		}
	}
}

// ngIRCd cuts a nick after nine letters, and fines each that is taken.
func TestANickThatAServerHasRoomForIsTriedEarly(t *testing.T) {
	for nick, want := range map[string][]string{
		"sprintbot":   {"sprintbot", "sprintbot_", "sprintbo_", "sprintbot__", "sprintb__"},
		"sprintbot27": {"sprintbot27", "sprintbot27_", "sprintbot", "sprintbo_"},
		"bot":         {"bot", "bot_", "bot__", "bot-bot", "bot-bot2", "bot-bot3"},
	} {
		if got := standIns(nick); len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s: %q", nick, got)
		}
	}
}
