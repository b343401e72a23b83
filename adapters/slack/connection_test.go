package slack

import (
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

// What finds the old link closing is not acknowledged in time and brought again; how often that happens to one event depends
// on how fast this machine is, so Slack tries more often here, and sooner.
func TestARefreshLosesNothing(t *testing.T) {
	soon := slices.Repeat([]time.Duration{100 * time.Millisecond}, 20)
	b := newBench(t, slackdouble.WithAckWithin(time.Second), slackdouble.WithRetryAfter(soon...)).run()
	for i := range 60 {
		b.d.Say("ada.l", "#sprints", "x")
		if i%20 == 10 {
			b.d.Disconnect([]string{"refresh_requested", "warning"}[i/20%2])
		}
	}
	if got := b.messages(60); len(got) != 60 {
		t.Errorf("heard %d", len(got))
	}
	b.settled()
	if n := b.d.Connections(); n < 2 {
		t.Errorf("%d connections", n)
	}
}

func TestACutLinkIsRedialled(t *testing.T) {
	b := newBench(t).run()
	b.d.Cut()
	if err := b.d.WaitConnected(b.ctx(), 2); err != nil {
		t.Fatal(err)
	}
	b.d.Say("ada.l", "#sprints", "still there?")
	b.messages(1)
	b.settled()
}

// Slack itself answers, and what it sends to ends each connection.
func TestConnectionsThatEndAsSoonAsTheyAreOpenAreNotAskedForWithoutEnd(t *testing.T) {
	b := newBench(t).run()
	for over := time.Now().Add(2 * time.Second); time.Now().Before(over); b.d.Cut() {
		if err := b.d.WaitConnected(b.ctx(), b.d.Connections()); err != nil {
			t.Fatal(err)
		}
		<-time.After(time.Millisecond)
	}
	if n := b.d.Connections(); n > 5*shortMost {
		t.Errorf("%d connections within two seconds", n)
	}
	b.until("connected", func() bool { return b.n.Status().Up })
	b.d.Say("ada.l", "#sprints", "still there?")
	b.messages(1)
}

func TestASilentLinkIsNoticed(t *testing.T) {
	b := newBench(t, slackdouble.WithPing(10*time.Millisecond))
	b.n = newNetwork(Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken, Channels: []string{"#sprints"},
		APIURL: b.d.URL()}, slog.New(slog.DiscardHandler), 100*time.Millisecond)
	b.run()
	b.d.FallSilent(true)
	b.d.Say("ada.l", "#sprints", "anybody?")
	if err := b.d.WaitConnected(b.ctx(), 2); err != nil {
		t.Fatal(err)
	}
	b.d.FallSilent(false)
	b.messages(1)
}

func TestSlackAwayIsWaitedFor(t *testing.T) {
	b := newBench(t).run()
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.n.Status().Up })
	b.d.Say("ada.l", "#sprints", "said meanwhile")
	b.d.SetAway(false)
	b.until("back", func() bool { return b.n.Status().Up })
	b.messages(1)
	b.settled()
}

func TestARefusedTokenEndsTheNetworkWithAClearReason(t *testing.T) {
	for _, c := range []struct {
		name, app, bot, want string
		opts                 []slackdouble.Option
		fault                slackdouble.Fault
	}{
		{name: "bot token", app: "xapp-1-double", bot: "xoxb-wrong", want: "invalid_auth"},
		{name: "app token", app: "xapp-wrong", bot: "xoxb-double", want: "invalid_auth"},
		{name: "revoked", app: "xapp-1-double", bot: "xoxb-double", want: "token_revoked",
			fault: slackdouble.Fault{Method: "apps.connections.open", Error: "token_revoked"}},
		{name: "scope", app: "xapp-1-double", bot: "xoxb-double", want: "missing_scope (needs connections:write)",
			fault: slackdouble.Fault{Method: "apps.connections.open", Error: "missing_scope", Needed: "connections:write"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := newBench(t, c.opts...)
			if c.fault.Method != "" {
				b.d.Fail(c.fault)
			}
			b.n = newNetwork(Config{Name: "pycon", AppToken: c.app, BotToken: c.bot, APIURL: b.d.URL()}, testLog(t), time.Minute)
			b.runOnly()
			select {
			case err := <-b.ran:
				if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), c.bot) || strings.Contains(err.Error(), "xapp-w") {
					t.Errorf("ended with %v", err)
				}
			case <-b.ctx().Done():
				t.Fatal("goes on")
			}
			if s := b.n.Status(); !s.Fatal || s.Up || !strings.Contains(s.Note, c.want) {
				t.Errorf("status %+v", s)
			}
		})
	}
}

func TestUnknownAndBrokenEventsAreAcknowledgedAndTheNextIsHeard(t *testing.T) {
	b := newBench(t, slackdouble.WithAckWithin(300*time.Millisecond), slackdouble.WithRetryAfter()).run()
	b.d.Emit(map[string]any{"type": "brand_new_event", "what": 1})
	b.d.Emit(map[string]any{"type": "message", "channel": b.room, "user": b.ada, "ts": "1700000000.000100",
		"text": "words with an odd block", "blocks": []any{map[string]any{"type": "section", "text": 7}}})
	b.d.Emit(map[string]any{"type": "message", "subtype": "brand_new", "channel": b.room, "user": b.ada, "ts": "1700000000.000200"})
	b.d.Emit(map[string]any{"type": "reaction_added", "user": b.ada, "reaction": "wave"})
	b.d.SendRaw("not JSON")
	b.d.SendRaw(`{"type":"brand_new_envelope","envelope_id":"e-new","payload":{}}`)
	b.d.Say("ada.l", "#sprints", "hello")
	got := b.messages(2)
	if got[0].Text.Plain() != "words with an odd block" || got[0].ID != b.room+":1700000000.000100" || got[1].Text.Plain() != "hello" {
		t.Errorf("heard %v", got)
	}
	b.settled()
	if n := b.d.GaveUp(); n != 0 {
		t.Errorf("%d events were not acknowledged", n)
	}
}

func TestAChannelTheBotIsNotInIsJoined(t *testing.T) {
	b := newBench(t)
	b.d.AddChannel(slackdouble.Channel{Name: "open", NoBot: true})
	b.d.AddChannel(slackdouble.Channel{Name: "closed", NoBot: true, Private: true})
	b.n = newNetwork(Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken, APIURL: b.d.URL(),
		Channels: []string{"#open", "#closed", "#sprints"}}, slog.New(slog.DiscardHandler), time.Minute)
	b.run()
	b.d.Say("ada.l", "#open", "hello")
	if m := b.messages(1)[0]; m.In.Channel != "#open" {
		t.Errorf("heard in %+v", m.In)
	}
	if s := b.n.Status(); !s.Lacks || !strings.Contains(s.Note, "#closed") || strings.Contains(s.Note, "#open") {
		t.Errorf("status %+v", s)
	}
	out := b.relay("k", "x")
	out.To.Channel = "#closed"
	if r := b.send(out)[0]; !isPlace(r.err) {
		t.Errorf("sent to a channel the bot can't see: %v", r.err)
	}
	b.d.Invite("#closed", "")
	b.d.Say("ada.l", "#closed", "welcome")
	if m := b.messages(2)[1]; m.In.Channel != "#closed" {
		t.Errorf("heard in %+v", m.In)
	}
	if r := b.send(out)[0]; r.err != nil {
		t.Error(r.err)
	}
	if s := b.n.Status(); s.Lacks || strings.Contains(s.Note, "#closed") {
		t.Errorf("status %+v", s)
	}
}

func isPlace(err error) bool {
	_, ok := errors.AsType[*chat.ErrPlace](err)
	return ok
}

// TestAWorkspaceThatTookTheTokenBackIsConnectedAgain runs the same network
// anew after its token was taken back and given again.
func TestAWorkspaceThatTookTheTokenBackIsConnectedAgain(t *testing.T) {
	b := newBench(t).run()
	b.d.Fail(slackdouble.Fault{Method: "apps.connections.open", Error: "token_revoked"})
	b.d.Cut()
	select {
	case err := <-b.ran:
		if err == nil || !b.n.Status().Fatal {
			t.Errorf("ended with %v, status %+v", err, b.n.Status())
		}
	case <-b.ctx().Done():
		t.Fatal("goes on")
	}
	b.d.Say("ada.l", "#sprints", "said meanwhile")
	b.d.Heal()
	b.run()
	if s := b.n.Status(); s.Fatal {
		t.Errorf("status %+v", s)
	}
	b.d.Say("ada.l", "#sprints", "and now")
	b.messages(2)
	b.settled()
}
