package slack

import (
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

func TestEveryoneRelayedHasAPictureThatStays(t *testing.T) {
	b := newBench(t)
	b.n.face = func(network, nick string) string {
		if network == "oftc" {
			return ""
		}
		return "https://sprints.example.org/face/" + network + nick + ".png"
	}
	b.run()
	say := func(key, network, nick string) string {
		t.Helper()
		out := b.relay(key, "hello")
		out.As = &chat.Handle{Network: network, ID: "guest:1:" + key, Nick: nick}
		if r := b.send(out)[0]; r.err != nil {
			t.Fatal(r.err)
		}
		posts := b.d.Posts()
		p := posts[len(posts)-1]
		if !strings.HasSuffix(p.Username, " (IRC)") {
			t.Errorf("%q may be taken for a member", p.Username)
		}
		return p.Icon
	}
	if a, again := say("1", "libera", "Grace"), say("2", "libera", "grace"); a != "https://sprints.example.org/face/liberagrace.png" || again != a {
		t.Errorf("pictures %q and %q", a, again)
	}
	first, again, other := say("3", "oftc", "grace"), say("4", "oftc", "grace"), say("5", "oftc", "linus")
	if first != again || first == other || !strings.HasPrefix(first, ":") || !strings.HasSuffix(first, ":") {
		t.Errorf("pictures %q, %q and %q", first, again, other)
	}
	for _, name := range creatures() {
		if emoji(name) == "" {
			t.Errorf("Slack knows no :%s:", name)
		}
	}
}
