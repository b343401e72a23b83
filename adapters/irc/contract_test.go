package irc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

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
		if got := b.sends(answer(chat.Direct(first), "too late")); !errors.As(got.err, &refused) || !refused.Nobody {
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

func TestTheBotSaysThatItIsOne(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		start(t, config(s.Addr)).up()
		ada := s.Dial("ada")
		ada.Send("WHOIS sprintbot")
		ada.WaitLine(t.Context(), func(l irctest.Line) bool {
			return l.Command == "335" && strings.Contains(strings.ToLower(l.Text()), "bot")
		})
	})
}

// Also where no line of a bot is marked, as on ngIRCd.
func TestWhoIsABotIsKnown(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		before := s.Dial("otherbot")
		before.Send("MODE otherbot +B")
		before.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		says := func(c *irctest.Client, words string, want bool) {
			t.Helper()
			for n := 0; ; n++ { // the answer to the question is on its way
				c.Say("#sprint", fmt.Sprint(words, " ", n))
				if m := b.hears(fmt.Sprint(words, " ", n)); m.From.Bot == want {
					return
				} else if n == 50 {
					t.Fatalf("%q is by %+v", words, m.From)
				}
				c.Sync()
			}
		}
		says(before, "beep", true)
		later := s.Dial("thirdBot")
		later.Send("MODE thirdBot +B")
		later.Join("#sprint")
		says(later, "boop", true)
		relay := s.Dial("gateway")
		relay.Send("MODE gateway +B")
		relay.Join("#sprint")
		says(relay, "<ada (Slack)> hello", true)
		robot := s.Dial("robothina")
		robot.Join("#sprint")
		says(robot, "no bot at all", false)
	})
}

func TestAGhostOfOursIsRemovedByTheServices(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("sprintbot", "secret-2")
	// The ghost stays as long as the server lets it, in no channel of ours.
	ghost := s.Dial("sprintbot", irctest.WithSASL("sprintbot", "secret-2"))
	c := config(s.Addr)
	c.Account, c.Password = "sprintbot", "secret-2"
	b := start(t, c)
	b.status("regained", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
	ghost.Seen(t.Context(), func(l irctest.Line) bool { return l.Command == "ERROR" || l.Command == "KILL" })
}

func TestAStrangersNickIsLeftToThem(t *testing.T) {
	t.Parallel()
	_, peer, _ := served(t, "") // not logged in
	peer.Send(":sprintbot!bot@127.0.0.1 NICK sprintbot_")
	for range 3 {
		peer.Expect(t.Context(), command("NICK"))
		peer.Send(":scripted 433 sprintbot_ sprintbot :Nickname is already in use")
	}
	for _, l := range peer.Lines() {
		if l.Command == "PRIVMSG" {
			t.Fatalf("the services were asked without a login: %s", l.Raw)
		}
	}
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
	s.Thaw()
	b.up()
	s.Freeze() // and where nothing is under way
	b.status("away", func(st chat.Status) bool { return !st.Up && strings.Contains(st.Note, "silent") })
	s.Thaw()
	b.up()
	if got := b.sends(relayed("grace", "anyone there")); got.err != nil {
		t.Fatal(got.err)
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
		fates := make(chan error, 6)
		for i := range 6 {
			b.net.Send(t.Context(), b.net.Render(relayed("grace", fmt.Sprintf("hush %d", i)))[0], func(_ chat.Receipt, err error) { fates <- err })
		}
		for range 6 {
			if err := <-fates; !errors.As(err, &place) {
				t.Fatalf("one of many into a moderated channel: %v", err)
			}
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

func TestChannelWithoutColoursGetsPlainWords(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	ada := s.Dial("ada")
	ada.Join("#sprint")
	ada.Send("MODE #sprint +c")
	b := start(t, config(s.Addr)).up()
	loud := relayed("grace", "")
	loud.Reply = chat.Saying(chat.Text{{Text: "loud", Bold: true}, {Text: " words"}})
	if got := b.sends(loud); got.err != nil {
		t.Fatal(got.err)
	}
	ada.WaitLine(t.Context(), irctest.Says("sprintbot", "#sprint", "<grace (Slack)> loud words"))
}

func TestAnswerReachesSomebodyWhoIsAway(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		ada.Send("AWAY :lunch")
		ada.Say("sprintbot", "easy")
		from := b.hears("easy").From
		got := b.sends(answer(chat.Direct(from), "three issues"))
		if got.err != nil {
			t.Fatal(got.err)
		}
		if s.Kind == "inspircd" && got.receipt.ID == "" {
			t.Fatal("the echo beside the away notice was not found")
		}
		ada.WaitLine(t.Context(), irctest.Says("sprintbot", "ada", "three issues"))
	})
}

func TestComingsAndGoingsAreToldWhereWantedAndAreNoWords(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		c := config(s.Addr)
		c.Presence = true
		b := start(t, c).up()
		ada, grace := s.Dial("ada"), s.Dial("grace")
		ada.Join("#sprint")
		grace.Join("#sprint")
		for range 40 { // a flood of them is bounded
			grace.Send("PART #sprint :hop")
			grace.Join("#sprint")
		}
		ada.Say("#sprint", "still here")
		b.hears("still here")
		b.mu.Lock()
		told := len(b.heard)
		for _, m := range b.heard[:told-1] {
			if m.Addressed || m.Door != "" || m.In != channel() || m.Kind != chat.Joined && m.Kind != chat.Left || m.ID == "" {
				t.Errorf("told %+v", m)
			}
		}
		first, third := b.heard[0], b.heard[2]
		b.mu.Unlock()
		if first.Kind != chat.Joined || first.From.Nick != "ada" || third.Kind != chat.Left || third.From.Nick != "grace" || third.Text.Plain() != "hop" {
			t.Errorf("told %+v, %+v", first, third)
		}
		if told > 52 {
			t.Errorf("%d told", told)
		}
	})
}

func TestATopicIsToldWithWhoSetIt(t *testing.T) {
	t.Parallel()
	script := irctest.Listen(t)
	c := config(script.Addr)
	c.Presence = true
	b := start(t, c)
	peer := script.Accept()
	enter(peer, "")
	peer.Send(":ada!a@h TOPIC #Sprint :!lunch at \x02noon\x02", ":scripted TOPIC #Sprint :a server's", ":bob!b@h QUIT :gone")
	if m := b.hears("!lunch at noon"); m.Kind != chat.Topic || m.From.Nick != "ada" || m.Addressed {
		t.Errorf("told %+v", m)
	}
}
