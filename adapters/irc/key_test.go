package irc_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// written is a log that several goroutines write.
type written struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (w *written) Write(p []byte) (int, error) { w.mu.Lock(); defer w.mu.Unlock(); return w.b.Write(p) }
func (w *written) String() string              { w.mu.Lock(); defer w.mu.Unlock(); return w.b.String() }

func TestAChannelIsJoinedWithItsKey(t *testing.T) {
	t.Parallel()
	for name, server := range map[string]func(testing.TB, ...irctest.Option) *irctest.Server{"ngircd": irctest.NgIRCd, "inspircd": irctest.InspIRCd} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := server(t)
			op := s.Dial("ada")
			op.Join("#secret")
			op.Send("MODE #secret +k hunter2")
			op.Sync()
			c := config(s.Addr)
			log := &written{}
			c.Log = slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			c.Channels, c.Keys = []string{"#Sprint", "#Secret"}, map[string]string{"#Secret": "hunter2"}
			b := start(t, c)
			b.status("in both", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
			out := relayed("grace", "hello")
			out.To.Channel = "#Secret"
			if got := b.sends(out); got.err != nil {
				t.Error(got.err)
			}
			if strings.Contains(log.String(), "hunter2") {
				t.Error("the key is in the log")
			}
		})
	}
}

func TestAMissingOrWrongKeyIsToldWithWhatToDo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		keys map[string]string
		want string
	}{
		"none":  {nil, "connected as sprintbot, not in #Sprint (475: it has a key; put it under keys of this network)"},
		"wrong": {map[string]string{"#Sprint": "old"}, "connected as sprintbot, not in #Sprint (475: its key is another by now; change it under keys of this network)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := irctest.Listen(t)
			conf := config(script.Addr)
			conf.Keys = c.keys
			n, err := irc.New(conf)
			if err != nil {
				t.Fatal(err)
			}
			irc.Patient(n)
			b := run(t, n)
			peer := script.Accept()
			nick := peer.Welcome("")
			join := peer.Expect(t.Context(), command("JOIN"))
			if key := c.keys["#Sprint"]; join.Raw != strings.TrimSpace("JOIN #Sprint "+key) {
				t.Errorf("joins by %q", join.Raw)
			}
			peer.Send(":scripted 475 " + nick + " #Sprint :Cannot join channel (+k)")
			b.status("told", func(st chat.Status) bool { return st.Note == c.want })
		})
	}
}

func TestOnlyItsOwnChannelIsToldAKey(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Channels, c.Keys = []string{"#a", "#b", "#c", "#d"}, map[string]string{"#b": "k1", "#c": "k2"}
	n, err := irc.New(c)
	if err != nil {
		t.Fatal(err)
	}
	irc.Patient(n)
	run(t, n)
	peer := script.Accept()
	peer.Welcome("")
	var got []string
	for range 4 {
		got = append(got, peer.Expect(t.Context(), command("JOIN")).Raw)
	}
	if want := "JOIN #a|JOIN #b k1|JOIN #c k2|JOIN #d"; strings.Join(got, "|") != want {
		t.Errorf("joins by %q", got)
	}
}

func TestAKeyThatCanNotBeSaidIsRefusedWithoutNamingIt(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"two words", "a,b", ":x", "", "x\ry", strings.Repeat("x", 51)} {
		c := config("127.0.0.1:1")
		c.Keys = map[string]string{"#Sprint": key}
		_, err := irc.New(c)
		if err == nil || !strings.Contains(err.Error(), "#Sprint") || len(key) > 1 && strings.Contains(err.Error(), key) {
			t.Errorf("%q: %v", key, err)
		}
	}
	c := config("127.0.0.1:1")
	c.Keys = map[string]string{"#other": "x"}
	if _, err := irc.New(c); err == nil || !strings.Contains(err.Error(), "#other") {
		t.Errorf("a key of a channel that is not joined: %v", err)
	}
}
