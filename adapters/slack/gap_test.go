package slack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// marks are a store's marks.
type marks struct {
	mu   sync.Mutex
	of   map[string]sprints.Mark
	keys map[string]string // id → thread
}

// heard are the keys that a store would know.
func (k *marks) heard(_ context.Context, from, to string, most int) (all []sprints.HeardKey, _ error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for id, thread := range k.keys {
		if id > from && id < to {
			all = append(all, sprints.HeardKey{ID: id, Thread: thread})
		}
	}
	slices.SortFunc(all, func(a, b sprints.HeardKey) int { return strings.Compare(b.ID, a.ID) })
	return all[:min(most, len(all))], nil
}

func (k *marks) note(ms []chat.Message) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range ms {
		k.keys[m.ID] = m.In.Thread
		if m.Behind || m.Kind != chat.Said && m.Kind != chat.Action {
			continue
		}
		mark, known := k.of[m.In.Channel]
		if !known {
			mark = sprints.Mark{Place: m.In.Root(), First: m.At}
		}
		if !m.At.Before(mark.At) {
			mark.ID, mark.At = m.ID, m.At
		}
		k.of[m.In.Channel] = mark
	}
	return nil
}

func (k *marks) mark(_ context.Context, p chat.Place) (sprints.Mark, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	m, ok := k.of[p.Channel]
	if !ok {
		return m, sprints.ErrNotFound
	}
	return m, nil
}

// keeping is a bench whose marks outlive the network; Slack forgets what finds no connection.
func keeping(t *testing.T, opts ...slackdouble.Option) (*bench, *marks) {
	t.Helper()
	b := newBench(t, append(opts, slackdouble.WithRetryAfter(0, 0))...)
	b.d.Forget(true)
	k := &marks{of: map[string]sprints.Mark{}, keys: map[string]string{}}
	b.fail = k.note
	b.n = b.marked(k)
	return b, k
}

func (b *bench) marked(k *marks, channels ...string) *Network {
	return newNetwork(Config{Name: "pycon", AppToken: b.d.AppToken, BotToken: b.d.BotToken,
		Channels: append(channels, "#sprints"), APIURL: b.d.URL(), Pace: chat.Pace{Burst: 1000}, Mark: k.mark, Heard: k.heard}, testLog(b.t), 30*time.Second)
}

// read waits until the gap of the bench's channel is read.
func (b *bench) read() {
	b.t.Helper()
	for open := b.n.Gap(b.place()); open != nil; open = b.n.Gap(b.place()) {
		select {
		case <-open:
		case <-b.ctx().Done():
			b.t.Fatal("the gap is never read")
		}
	}
}

// again ends the network and starts another on the same marks, as a restart does.
func (b *bench) again(k *marks, channels ...string) {
	b.t.Helper()
	b.stop()
	if err := <-b.ran; err != nil {
		b.t.Fatal(err)
	}
	before := b.d.Connections()
	b.n = b.marked(k, channels...)
	b.runOnly()
	if err := b.d.WaitConnected(b.ctx(), before+1); err != nil {
		b.t.Fatal(err)
	}
	b.until("connected", func() bool { return b.n.Status().Up })
}

func plain(ms []chat.Message) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.Text.Plain()
	}
	return out
}

func TestWhatSlackForgotIsReadFromHistoryOnceAndInOrder(t *testing.T) {
	b, _ := keeping(t, slackdouble.WithHistoryCap(15))
	var want []string
	say := func(words string) string { want = append(want, words); return b.d.Say("ada.l", "#sprints", words) }
	b.d.Say("ada.l", "#sprints", "before the bot came")
	b.run()
	b.read()
	root := say("first")
	b.d.SayInThread("ada.l", "#sprints", root, "in a thread")
	want = append(want, "in a thread")
	b.messages(2)
	b.settled()
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.n.Status().Up })
	for i := range 70 {
		if i == 40 {
			b.d.SayInThread("ada.l", "#sprints", root, "in the thread meanwhile")
			want = append(want, "in the thread meanwhile")
		}
		say(fmt.Sprint("meanwhile ", i))
	}
	if b.d.Lost() == 0 {
		t.Fatal("the double lost nothing")
	}
	b.d.SetAway(false)
	b.until("back", func() bool { return b.n.Status().Up })
	got := b.messages(len(want))
	b.read()
	if !slices.Equal(plain(got), want) {
		t.Errorf("heard %q", plain(got))
	}
	for _, m := range got[2:] {
		if m.Ago <= 0 || m.Behind {
			t.Errorf("%q: ago %v, behind %v", m.Text.Plain(), m.Ago, m.Behind)
		}
	}
	if got[0].Ago != 0 {
		t.Errorf("what was heard as it was said is %v old", got[0].Ago)
	}
	say("live again")
	if got := b.messages(len(want)); !slices.Equal(plain(got), want) || got[len(want)-1].Behind {
		t.Errorf("heard %q", plain(got))
	}
}

// A block that the library cannot read costs neither its words nor those around it, live or read back.
func TestABlockThatCannotBeReadHoldsNoGapUp(t *testing.T) {
	b, _ := keeping(t)
	b.run()
	b.read()
	const odd = `[{"type":"context","elements":[{"type":"hologram","label":"deep"}]},{"type":"section","text":{"type":"mrkdwn","text":"still *heard*"}}]`
	b.d.SayRaw("ada.l", "#sprints", "", odd)
	b.messages(1)
	b.settled()
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.n.Status().Up })
	b.d.Say("ada.l", "#sprints", "one")
	b.d.SayRaw("ada.l", "#sprints", "", odd)
	b.d.Say("ada.l", "#sprints", "two")
	b.d.SetAway(false)
	got := b.messages(4)
	b.read()
	if want := []string{"deep\nstill heard", "one", "deep\nstill heard", "two"}; !slices.Equal(plain(got), want) {
		t.Errorf("heard %q", plain(got))
	}
}

func TestWhatIsHeardBeforeTheGapIsReadIsBehindItAndAcknowledgedAtOnce(t *testing.T) {
	b, k := keeping(t, slackdouble.WithAckWithin(time.Second))
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.n.Status().Up })
	b.d.Say("ada.l", "#sprints", "meanwhile")
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", Times: 1, RetryAfter: time.Second})
	b.d.SetAway(false)
	b.until("back", func() bool { return b.n.Status().Up })
	b.d.Say("ada.l", "#sprints", "live")
	got := b.messages(2)
	b.settled()
	if got[1].Text.Plain() != "live" || !got[1].Behind || b.n.Gap(b.place()) == nil || k.of["#sprints"].ID != got[0].ID {
		t.Errorf("heard %+v; mark %+v", got[1], k.of["#sprints"])
	}
	got = b.messages(3)
	b.read()
	if got[2].Text.Plain() != "meanwhile" || got[2].Behind || k.of["#sprints"].ID != got[1].ID || b.d.GaveUp() != 0 {
		t.Errorf("heard %+v; mark %+v", got[2], k.of["#sprints"])
	}
}

func TestARestartReadsTheGapButNothingFromBeforeTheFirstMessage(t *testing.T) {
	b, k := keeping(t)
	b.d.Say("ada.l", "#sprints", "before the bot came")
	b.run()
	b.read()
	root := b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.stop()
	b.d.SayInThread("ada.l", "#sprints", root, "a reply meanwhile")
	b.d.Say("ada.l", "#sprints", "meanwhile")
	b.again(k)
	b.d.Say("ada.l", "#sprints", "live")
	b.messages(4)
	b.read()
	b.settled()
	if got := b.messages(4); len(got) != 4 || slices.Contains(plain(got), "before the bot came") || got[1].In.Thread != "" && got[1].In.Thread != root {
		t.Errorf("heard %q", plain(got))
	}
}

func TestOwnPostsInTheGapAreNotHeardAndSettleWhatIsInDoubt(t *testing.T) {
	b, k := keeping(t)
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.send(b.relay("k1", "from IRC"))
	b.settled()
	b.again(k)
	b.read()
	if got := b.messages(1); len(got) != 1 {
		t.Errorf("heard %q", plain(got))
	}
	if r, ok := b.n.own.find(b.n.Render(b.relay("k1", "from IRC"))[0]); !ok || r.ID == "" {
		t.Error("the own post in history is not recognised")
	}
}

func TestAGapThatMayNotBeReadIsToldWithTheMissingScope(t *testing.T) {
	b, _ := keeping(t)
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.d.Fail(slackdouble.Fault{Method: "conversations.history", Error: "missing_scope", Needed: "channels:history"})
	b.d.Cut()
	if err := b.d.WaitConnected(b.ctx(), 2); err != nil {
		t.Fatal(err)
	}
	b.until("told", func() bool {
		return b.n.Gap(b.place()) == nil && b.n.Status().Note == "connected as sprintbot; what was said in #sprints meanwhile can't be read: missing_scope (needs channels:history)"
	})
}

func TestANameKeepsMeaningItsChannel(t *testing.T) {
	b, k := keeping(t)
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.d.RenameChannel("#sprints", "sprints-2027")
	b.d.Say("ada.l", b.room, "renamed")
	if m := b.messages(2)[1]; m.In != b.place() {
		t.Errorf("heard in %+v", m.In)
	}
	b.settled()
	other := b.d.AddChannel(slackdouble.Channel{Name: "sprints"})
	b.again(k)
	b.d.Say("ada.l", b.room, "after a start")
	b.d.Say("ada.l", other, "another room")
	in := map[string]chat.Place{} // one of the two may come out of its channel's history: the order between channels is open
	for _, m := range b.messages(4) {
		in[m.Text.Plain()] = m.In
	}
	if in["after a start"] != b.place() || in["another room"].Channel != other {
		t.Errorf("heard in %+v", in)
	}
	b.settled()
	b.read()
	b.stop()
	b.d.Archive(b.room, true)
	b.again(k)
	b.d.Say("ada.l", other, "the new room")
	if m := b.messages(5)[4]; m.In != b.place() {
		t.Errorf("heard in %+v though the old channel is archived", m.In)
	}
}

func TestAChannelThatTakesTheNameOfARenamedOneIsAnother(t *testing.T) {
	b, _ := keeping(t)
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.d.RenameChannel("#sprints", "sprints-2027")
	other := b.d.AddChannel(slackdouble.Channel{Name: "sprints"})
	b.d.Invite(other, "")
	b.d.Say("ada.l", other, "another room")
	b.d.Say("ada.l", b.room, "renamed")
	got := b.messages(3)[1:]
	if got[0].In.Channel != other || got[1].In != b.place() {
		t.Errorf("heard in %+v and %+v", got[0].In, got[1].In)
	}
	out := b.relay("k1", "to the old room")
	out.To = b.place()
	b.send(out)
	if posts := b.d.Posts(); len(posts) != 1 || posts[0].Channel != b.room {
		t.Errorf("posted %+v", posts)
	}
}

// Slack may bring what was said later first; a restart in between must not hide the other.
func TestWordsThatLaterOnesOvertookAreReadAfterARestart(t *testing.T) {
	b, k := keeping(t)
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.stop()
	b.d.Say("ada.l", "#sprints", "overtaken")
	ts := b.d.Say("ada.l", "#sprints", "overtook")
	if err := k.note([]chat.Message{{ID: b.room + ":" + ts, In: b.place(), At: instant(ts), Kind: chat.Said}}); err != nil {
		t.Fatal(err)
	}
	b.again(k)
	b.read()
	if got := plain(b.messages(1)); !slices.Contains(got, "overtaken") {
		t.Errorf("heard %q", got)
	}
}

func TestWhatComesLateTellsHowLateItIs(t *testing.T) {
	b, _ := keeping(t)
	b.d.SetClock(func() time.Time { return time.Now().Add(-72 * time.Hour) }) // Slack's clock is what counts
	b.run()
	b.read()
	ts := b.d.Say("ada.l", "#sprints", "!here 7")
	b.messages(1)
	b.settled()
	b.d.SetAway(true)
	b.until("away", func() bool { return !b.n.Status().Up })
	b.d.Say("ada.l", "#sprints", "!leave")
	b.d.SetClock(func() time.Time { return time.Now().Add(-72*time.Hour + 20*time.Minute) })
	b.d.SetAway(false)
	got := b.messages(2)
	if got[0].Ago != 0 || got[1].Ago < 18*time.Minute || got[1].Ago > 22*time.Minute || got[1].ID == b.room+":"+ts {
		t.Errorf("ages %v and %v", got[0].Ago, got[1].Ago)
	}
}

func TestABotThatWasTakenOutReadsNothingSaidWithoutIt(t *testing.T) {
	b, k := keeping(t)
	b.run()
	b.read()
	b.d.Say("ada.l", "#sprints", "first")
	b.messages(1)
	b.settled()
	b.stop() // it is taken out and invited again while it does not run
	b.d.Kick("#sprints", "")
	b.d.Say("ada.l", "#sprints", "without the bot")
	b.d.Invite("#sprints", "")
	b.d.Say("ada.l", "#sprints", "welcome back")
	b.again(k)
	b.messages(2)
	b.read()
	if got := b.messages(2); !slices.Equal(plain(got), []string{"first", "welcome back"}) {
		t.Errorf("heard %q", plain(got))
	}
}
