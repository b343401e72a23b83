package irc_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

func rooms(n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("#sprint-room-%03d", i))
	}
	return all
}

// A hundred channels are joined at the usual pace on servers with their usual
// limits against floods, before the first word may go.
func TestAHundredChannelsAreJoinedUnderTheServersLimits(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]func() *irctest.Server{
		"ngircd":   func() *irctest.Server { return irctest.NgIRCd(t, irctest.WithFines()) },
		"inspircd": func() *irctest.Server { return irctest.InspIRCd(t, irctest.WithFines()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server()
			c := config(s.Addr)
			c.Channels, c.Pace = rooms(100), chat.Pace{Burst: 5, Every: 2 * time.Second}
			n, err := irc.New(c)
			if err != nil {
				t.Fatal(err)
			}
			b := run(t, n)
			// InspIRCd reads slowly from whoever said much while registering
			b.status("in all channels", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
			out := relayed("grace", "hello")
			out.To.Channel = "#sprint-room-099"
			if got := b.sends(out); got.err != nil {
				t.Error(got.err)
			}
		})
	}
}

func TestJoinsAreFewLinesAtThePaceOfWords(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Channels, c.Pace = rooms(200), chat.Pace{Burst: 2, Every: 300 * time.Millisecond}
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	run(t, n)
	peer := script.Accept()
	peer.Welcome("", "TARGMAX=NAMES:1,JOIN:,KICK:1")
	began, lines, asked := time.Now(), 0, map[string]bool{}
	for len(asked) < 200 {
		l := peer.Expect(t.Context(), command("JOIN"))
		if len(l.Raw)+2 > 512 {
			t.Fatalf("a line of %d bytes", len(l.Raw)+2)
		}
		for name := range strings.SplitSeq(l.Target(), ",") {
			if asked[name] {
				t.Errorf("%s is asked for twice", name)
			}
			asked[name] = true
		}
		lines++
	}
	if took := time.Since(began); lines != 7 || took < 1300*time.Millisecond {
		t.Errorf("%d lines in %v", lines, took)
	}
}

func TestAServerMayTakeFewChannelsInOneJoin(t *testing.T) {
	t.Parallel()
	for token, most := range map[string]int{"TARGMAX=JOIN:4,KICK:1": 4, "TARGMAX=KICK:1": 1, "MAXTARGETS=3": 3} {
		script := irctest.Listen(t)
		c := config(script.Addr)
		c.Channels = rooms(9)
		n, err := irc.New(c)
		if err != nil {
			t.Fatal(err)
		}
		irc.Patient(n)
		run(t, n)
		peer := script.Accept()
		peer.Welcome("", token)
		for asked := 0; asked < 9; {
			names := strings.Split(peer.Expect(t.Context(), command("JOIN")).Target(), ",")
			if len(names) > most {
				t.Errorf("%s: %d in one line", token, len(names))
			}
			asked += len(names)
		}
	}
}

func TestAServerThatTakesNoListIsAskedOneByOne(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Channels = rooms(3)
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	run(t, n)
	peer := script.Accept()
	nick := peer.Welcome("")
	peer.Expect(t.Context(), command("JOIN"))
	peer.Send(":s 407 " + nick + " " + strings.Join(c.Channels, ",") + " :Too many recipients")
	for _, name := range c.Channels {
		if got := peer.Expect(t.Context(), command("JOIN")).Target(); got != name {
			t.Errorf("asked for %s, want %s", got, name)
		}
	}
}

// A server that takes only so many channels names those it refuses; they are
// asked for again, a few lines a time.
func TestChannelsBeyondAServersMostAreToldAndAskedForAgain(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t, irctest.WithChannels(15))
	c := config(s.Addr)
	c.Channels = rooms(22)
	b := start(t, c)
	st := b.up().net.Status()
	if !strings.HasPrefix(st.Note, "connected as sprintbot, not in #sprint-room-015 (") || !strings.HasSuffix(st.Note, ", nor in 2 more") {
		t.Errorf("status %+v", st)
	}
	if got := b.sends(func() chat.Outgoing { out := relayed("grace", "x"); out.To.Channel = c.Channels[0]; return out }()); got.err != nil {
		t.Error(got.err)
	}
}
