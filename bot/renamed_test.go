package main

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// linkedPair is ann on IRC, who is Ada on Slack.
func linkedPair(t *testing.T, store sprints.Store) (ann, ada chat.Handle) {
	t.Helper()
	ann = chat.Handle{Network: "libera", ID: "account:ann", Nick: "ann", Account: "ann"}
	ada = chat.Handle{Network: "pycon", ID: "U1", Nick: "Ada"}
	err := store.Write(t.Context(), func(tx sprints.Tx) error {
		p, err := tx.Meet(ann)
		if err != nil {
			return err
		}
		q, err := tx.Meet(ada)
		if err != nil {
			return err
		}
		return tx.JoinPersons(p.ID, q.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	return ann, ada
}

// shownThere is by what names words were relayed to a network, by the words.
func shownThere(t *testing.T, store sprints.Store, network string) map[string]chat.Outgoing {
	t.Helper()
	all := map[string]chat.Outgoing{}
	err := store.Read(t.Context(), func(v sprints.View) error {
		waiting, err := v.Waiting(network, 0, 100)
		for _, w := range waiting {
			if w.As != nil {
				all[w.Reply.Plain()] = w.Outgoing
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Who linked two identities has the newest name of each on the other, however
// the bot learns of it, and nobody else who takes the old one is them.
func TestALinkedPersonIsShownByTheNameTheyHaveNow(t *testing.T) {
	slack := func(m *chat.Message) { m.In = onSlack }
	for name, c := range map[string]struct {
		how  func(m *chat.Message)
		want string
	}{
		"speaks":       {nil, "ann2"},
		"acts":         {func(m *chat.Message) { m.Kind = chat.Action }, "ann2"},
		"asks the bot": {func(m *chat.Message) { command(m); m.Text = chat.Plainly("projects") }, "ann2"},
		"asks in private": {func(m *chat.Message) {
			m.Addressed, m.Direct, m.In = true, true, chat.Direct(m.From)
			m.Text = chat.Plainly("projects")
		}, "ann2"},
		"takes another nick":        {func(m *chat.Message) { m.Kind, m.Text, m.In = chat.Renamed, nil, chat.Direct(m.From) }, "ann2"},
		"said it long ago":          {func(m *chat.Message) { m.Ago = time.Minute }, "ann"},
		"has a name that is no one": {func(m *chat.Message) { m.From.Nick = m.From.ID }, "ann"},
		"is a bot's mouth":          {func(m *chat.Message) { m.From.Bot = true }, "ann"},
		"has none":                  {func(m *chat.Message) { m.From.Nick = "" }, "ann"},
	} {
		t.Run(name, func(t *testing.T) {
			e, store := newEar(t)
			e.carrier.Doubts = e.doubts
			ann, ada := linkedPair(t, store)
			ann.Nick = "ann2"
			e.hears(t, said("1", "from IRC", func(m *chat.Message) {
				if by(ann)(m); c.how != nil {
					c.how(m)
				}
			}))
			stranger := chat.Handle{Network: "libera", ID: "guest:9:ann", Nick: "ann"}
			e.hears(t, said("2", "from a stranger", by(stranger)))
			e.hears(t, said("3", "from Slack", func(m *chat.Message) { by(ada)(m); slack(m) }))
			if got := shownThere(t, store, "libera")["from Slack"]; got.As == nil || got.As.Nick != c.want {
				t.Errorf("on IRC Ada is %+v, want %s", got.As, c.want)
			}
			other := shownThere(t, store, "pycon")["from a stranger"]
			if other.As == nil || other.As.Nick != "ann" || other.Doubt != (c.want == "ann") {
				t.Errorf("the stranger is %+v, in doubt %t", other.As, other.Doubt)
			}
		})
	}
}

func TestARenameOnSlackIsSeenOnTheOtherSideAndNobodyNewIsKept(t *testing.T) {
	e, store := newEar(t)
	ann, ada := linkedPair(t, store)
	e.hears(t, said("0", "as before", by(ann)))
	ada.Nick = "Ada L."
	called := func(id string, h chat.Handle) chat.Message {
		return said(id, "", func(m *chat.Message) { m.From, m.In, m.Kind = h, chat.Direct(h), chat.Renamed })
	}
	e.hears(t, called("1", ada))
	e.hears(t, called("2", chat.Handle{Network: "pycon", ID: "U2", Nick: "somebody"}))
	e.hears(t, called("3", ada)) // as somebody who changed back and forth
	e.hears(t, said("4", "now", by(ann)))
	shown := shownThere(t, store, "pycon")
	if before, now := shown["as before"], shown["now"]; before.As.Nick != "Ada" || now.As.Nick != "Ada L." {
		t.Errorf("shown as %q, then as %q", before.As.Nick, now.As.Nick)
	}
	if len(shown) != 2 {
		t.Errorf("relayed %v", shown)
	}
	err := store.Read(t.Context(), func(v sprints.View) error {
		people, err := v.People()
		if len(people) != 1 {
			t.Errorf("%d people are kept", len(people))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestANICKIsSeenOnTheOtherSideBeforeTheyTalk links, through the built bot,
// ann of one server with ada of another; ann takes another nick and says
// nothing, and somebody else takes hers.
func TestANICKIsSeenOnTheOtherSideBeforeTheyTalk(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	one, two := irctest.NgIRCd(t), irctest.NgIRCd(t)
	r := &reloading{program: &program{t: t, dir: t.TempDir()}, ctx: ctx}
	ann, witness, ada := one.Dial("ann"), one.Dial("witness"), two.Dial("ada")
	for _, c := range []*irctest.Client{ann, witness, ada} {
		c.Join("#a")
	}
	r.config("bridges:\n  - [\"one #a\", \"two #a\"]\nrelay: {flood: unlimited}\n", "one", one.Addr, "two", two.Addr)
	t.Cleanup(r.kill)
	r.start()
	ann.Seen(ctx, joinedTimes(1))
	ada.Seen(ctx, joinedTimes(1))

	ann.Say("sprintbot", "link")
	digits := regexp.MustCompile(`link (\d{6,})`)
	given := ann.Seen(ctx, func(l irctest.Line) bool { return l.Target() == "ann" && digits.MatchString(strip(l.Text())) })
	ada.Say("sprintbot", "link "+digits.FindStringSubmatch(strip(given.Text()))[1])
	ada.Seen(ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" && l.Target() == "ada" })
	shown := func(c *irctest.Client, words string) string {
		t.Helper()
		l := c.Seen(ctx, func(l irctest.Line) bool {
			return l.Command == "PRIVMSG" && l.Target() == "#a" && strings.HasSuffix(l.Text(), words)
		})
		return irctest.Shown(strip(l.Text()))
	}
	ada.Say("#a", "as before")
	if got := shown(witness, "as before"); got != "<ann (two)> as before" {
		t.Errorf("linked: %q", got)
	}
	ann.Nick("ann2")
	thief := one.Dial("ann")
	thief.Join("#a")
	thief.Say("#a", "I am ann now") // behind the NICK on that server
	if got := shown(ada, "I am ann now"); got != "<ann (one)> I am ann now" {
		t.Errorf("who took the nick: %q", got)
	}
	ada.Say("#a", "and now")
	if got := shown(witness, "and now"); got != "<ann2 (two)> and now" {
		t.Errorf("after the NICK: %q", got)
	}
}

// TestWhoLeavesLendsTheirNickToNobody links ann of one server with ada of
// another; ann leaves, and a stranger takes her nick: they are neither shown
// nor called as her.
func TestWhoLeavesLendsTheirNickToNobody(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	one, two := irctest.NgIRCd(t), irctest.NgIRCd(t)
	r := &reloading{program: &program{t: t, dir: t.TempDir()}, ctx: ctx}
	ann, witness, ada, friend := one.Dial("ann"), one.Dial("witness"), two.Dial("ada"), two.Dial("friend")
	for _, c := range []*irctest.Client{ann, witness, ada, friend} {
		c.Join("#a")
	}
	r.config("bridges:\n  - [\"one #a\", \"two #a\"]\nrelay: {flood: unlimited}\n", "one", one.Addr, "two", two.Addr)
	t.Cleanup(r.kill)
	r.start()
	ann.Seen(ctx, joinedTimes(1))
	ada.Seen(ctx, joinedTimes(1))

	ann.Say("sprintbot", "link")
	digits := regexp.MustCompile(`link (\d{6,})`)
	given := ann.Seen(ctx, func(l irctest.Line) bool { return l.Target() == "ann" && digits.MatchString(strip(l.Text())) })
	ada.Say("sprintbot", "link "+digits.FindStringSubmatch(strip(given.Text()))[1])
	ada.Seen(ctx, func(l irctest.Line) bool { return l.Command == "PRIVMSG" && l.Target() == "ada" })
	shown := func(c *irctest.Client, words string) string {
		t.Helper()
		l := c.Seen(ctx, func(l irctest.Line) bool {
			return l.Command == "PRIVMSG" && l.Target() == "#a" && strings.HasSuffix(l.Text(), words)
		})
		return strip(l.Text())
	}
	ada.Say("#a", "as before")
	friend.Say("#a", "ada: are you there")
	if got := irctest.Shown(shown(witness, "as before")); got != "<ann (two)> as before" {
		t.Errorf("linked: %q", got)
	}
	if got := shown(witness, "are you there"); !strings.HasSuffix(got, "(two)> ann: are you there") {
		t.Errorf("called: %q", got)
	}
	ann.Quit("lunch")
	witness.Seen(ctx, func(l irctest.Line) bool { return l.Command == "QUIT" && l.Nick == "ann" })
	thief := one.Dial("ann")
	thief.Join("#a")
	thief.Say("#a", "I am ann now")
	if got := irctest.Shown(shown(ada, "I am ann now")); got != "<ann (one)> I am ann now" {
		t.Errorf("who took the nick: %q", got)
	}
	ada.Say("#a", "and now")
	friend.Say("#a", "ada: still there")
	if got := irctest.Shown(shown(witness, "and now")); got != "<ada (two)> and now" {
		t.Errorf("after the QUIT: %q", got)
	}
	if got := shown(witness, "still there"); strings.Contains(got, "ann") {
		t.Errorf("calls the stranger: %q", got)
	}
}
