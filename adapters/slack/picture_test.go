package slack

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

func TestEveryoneRelayedHasAPictureThatStays(t *testing.T) {
	b := newBench(t)
	b.n.face = func(network, who string) string {
		if network == "oftc" {
			return ""
		}
		return "https://sprints.example.org/face/" + network + who + ".png"
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
	if a, again := say("1", "libera", "Grace"), say("2", "libera", "grace"); a != "https://sprints.example.org/face/liberaguest:grace.png" || again != a {
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

// A picture is a person's, not a name's: who only has somebody's nick has
// another, and who may be taken for somebody has a mark instead of one.
func TestAPictureIsOfWhoTheyAreAndNotOfTheirName(t *testing.T) {
	for _, paged := range []bool{true, false} {
		b := newBench(t)
		if paged {
			b.n.face = func(network, who string) string { return "https://sprints.example.org/face/" + network + who + ".png" }
		}
		b.run()
		shown := func(as chat.Handle, doubt bool) string {
			t.Helper()
			as.Network = "libera"
			out := b.relay(fmt.Sprint(as, doubt), "hello")
			out.As, out.Doubt = &as, doubt
			if r := b.send(out)[0]; r.err != nil {
				t.Fatal(r.err)
			}
			posts := b.d.Posts()
			return posts[len(posts)-1].Icon
		}
		ada := shown(chat.Handle{ID: "account:ada", Nick: "ada"}, false)
		if away := shown(chat.Handle{ID: "account:ada", Nick: "ada_away"}, false); away != ada {
			t.Errorf("by another nick ada has %q, not %q", away, ada)
		}
		guest := shown(chat.Handle{ID: "guest:1:ada", Nick: "ada"}, false)
		if guest == ada {
			t.Errorf("a guest by her nick has her picture %q", guest)
		}
		if again := shown(chat.Handle{ID: "guest:2:ada", Nick: "Ada"}, false); again != guest {
			t.Errorf("on the next connection the guest has %q, not %q", again, guest)
		}
		if other := shown(chat.Handle{ID: "account:other", Nick: "ada"}, false); other == ada {
			t.Errorf("another account has her picture %q", other)
		}
		for _, who := range []chat.Handle{{ID: "guest:1:ada", Nick: "ada"}, {ID: "account:other", Nick: "ada"}, {ID: "guest:3:anna", Nick: "anna"}} {
			if got := shown(who, true); got != ":grey_question:" {
				t.Errorf("%s, unconfirmed, has %q", who.ID, got)
			}
		}
	}
	if slices.Contains(creatures(), "grey_question") || emoji("grey_question") == "" {
		t.Error("the mark is somebody's picture, or none")
	}
}
