package relay_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/sqlite"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// room is a network of one channel that remembers what stands there.
type room struct {
	name    string
	manners chat.Manners
	pace    chat.Pace

	mu      sync.Mutex
	up      bool
	stuck   []func() // answers that wait to be given; nil: they come at once
	hang    bool
	lose    bool // posts arrive, their answers do not
	n       int
	ids     []string // posts, oldest first
	posts   map[string]string
	keys    map[string]string // row's key to post
	thread  map[string]string // post to its root
	said    []string          // every part that was put on the wire
	changed chan struct{}
	news    chan struct{}
}

func newRoom(name string, manners chat.Manners) *room {
	return &room{name: name, manners: manners, pace: chat.Pace{Window: 8}, up: true, posts: map[string]string{}, keys: map[string]string{},
		thread: map[string]string{}, changed: make(chan struct{}, 1), news: make(chan struct{}, 1)}
}

func (r *room) Name() string             { return r.name }
func (r *room) Manners() chat.Manners    { return r.manners }
func (r *room) Pace() chat.Pace          { return r.pace }
func (r *room) Changed() <-chan struct{} { return r.changed }
func (r *room) Status() chat.Status {
	r.mu.Lock()
	defer r.mu.Unlock()
	return chat.Status{Up: r.up}
}
func (r *room) Run(ctx context.Context, _ func(context.Context, []chat.Message) ([]chat.Heard, error)) error {
	<-ctx.Done()
	return nil
}

func (r *room) Render(out chat.Outgoing) []chat.Part {
	var lines []string
	all := out.Together
	if all == nil {
		all = []chat.Outgoing{out}
	}
	for _, o := range all {
		if o.Reply.Silent() {
			continue
		}
		line := strings.ReplaceAll(o.Words().Plain(), "\n", "|")
		if len(all) > 1 {
			line = o.As.Nick + ": " + line
		}
		lines = append(lines, line)
	}
	body := strings.Join(lines, " + ")
	if out.Was != nil {
		body = out.Was.Plain() + " -> " + body
	}
	if out.Page != "" {
		body += " @" + out.Page
	}
	return []chat.Part{{Out: out, Of: 1, Body: body}}
}

func (r *room) Send(_ context.Context, p chat.Part, done func(chat.Receipt, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := p.Out
	r.said = append(r.said, string(out.Kind)+" "+p.Body)
	id := out.Of
	switch {
	case out.Kind == chat.Edited && r.manners.Rewrites:
		r.posts[id] = p.Body
	case out.Kind == chat.Deleted && r.manners.Rewrites:
		delete(r.posts, id)
		r.ids = slices.DeleteFunc(r.ids, func(o string) bool { return o == id })
	default:
		r.n++
		id = fmt.Sprint(r.name, "-", r.n)
		r.ids, r.posts[id] = append(r.ids, id), p.Body
		all := out.Together
		if all == nil {
			all = []chat.Outgoing{out}
		}
		for _, o := range all {
			r.keys[o.Key] = id
		}
		if root := out.To.Thread + out.Of; root != "" && out.Kind == chat.Said {
			r.thread[id] = root
		}
	}
	answer := func() { done(chat.Receipt{ID: id}, nil) }
	if r.lose {
		answer = func() { done(chat.Receipt{}, errors.New("no answer")) }
	}
	select {
	case r.news <- struct{}{}:
	default:
	}
	if r.hang {
		r.stuck = append(r.stuck, answer)
		return
	}
	go answer()
}

func (r *room) set(f func()) {
	r.mu.Lock()
	f()
	r.mu.Unlock()
	select {
	case r.changed <- struct{}{}:
	default:
	}
}

// stands is what the channel shows, oldest first; a thread's root in front.
func (r *room) stands() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for _, id := range r.ids {
		words := r.posts[id]
		if root := r.thread[id]; root != "" {
			words = root + " > " + words
		}
		all = append(all, words)
	}
	return all
}

// desk is a room that can look up and say several lines in one post.
type desk struct{ *room }

func (d desk) Newest(chat.Place) string { return "" }
func (d desk) Find(_ context.Context, p chat.Part, _ string) (chat.Receipt, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok := d.keys[p.Out.Key]
	return chat.Receipt{ID: id}, ok, nil
}
func (d desk) Joins(before []chat.Outgoing, _ chat.Outgoing) bool { return len(before) < 5 }

// bridge is a Slack-like and an IRC-like room over a real store, and both
// their senders.
type bridge struct {
	t       *testing.T
	store   *sqlite.Store
	clock   *handClock
	slack   desk
	irc     *room
	carrier relay.Carrier
	stop    func()
	n       int
}

var (
	grace = chat.Handle{Network: "pycon", ID: "U1", Nick: "grace"}
	lin   = chat.Handle{Network: "pycon", ID: "U2", Nick: "lin"}
	ada   = chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"}
	bob   = chat.Handle{Network: "libera", ID: "account:bob", Nick: "bob"}

	inSlack = chat.Place{Network: "pycon", Channel: "#s"}
	inIRC   = chat.Place{Network: "libera", Channel: "#i"}
)

func newBridge(t *testing.T, ways relay.Ways) *bridge {
	if ways.JoinLines == 0 {
		ways.JoinLines = -1 // what waits at one moment depends on the machine
	}
	b := &bridge{t: t, clock: newClock(), slack: desk{newRoom("pycon", chat.Manners{Rewrites: true, Threads: true})},
		irc: newRoom("libera", chat.Manners{Short: true})}
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "k.db"), sqlite.Options{Clock: b.clock, Log: slog.New(slog.DiscardHandler), Normal: true})
	if err != nil {
		t.Fatal(err)
	}
	b.store = store
	b.slack.pace.Window = 1
	b.carrier = relay.Carrier{
		Routes: relay.Routes{{Join: []chat.Place{inIRC, inSlack}, Ways: ways}}, Labels: map[string]string{"libera": "IRC", "pycon": "Slack"},
		Manners: relay.MannersOf([]relay.Network{b.slack, b.irc}), Pages: "https://s.example", Expires: 6 * time.Hour,
	}
	b.start()
	t.Cleanup(func() { b.stop(); store.Close() })
	return b
}

func (b *bridge) start() {
	ctx, cancel := context.WithCancel(b.t.Context())
	var senders sync.WaitGroup
	for _, n := range []relay.Network{b.slack, b.irc} {
		s := relay.NewSender(n, b.store, b.clock, slog.New(slog.DiscardHandler))
		senders.Go(func() { s.Run(ctx) })
	}
	b.stop = sync.OnceFunc(func() { cancel(); senders.Wait() })
}

// hear carries a message and returns its id.
func (b *bridge) hear(m chat.Message) string {
	b.t.Helper()
	if b.n++; m.ID == "" {
		m.ID = fmt.Sprint("m", b.n)
	}
	if m.Kind == "" {
		m.Kind = chat.Said
	}
	if m.In.Network == "" {
		if m.In = inIRC; m.From.Network == "pycon" {
			m.In = inSlack
		}
	}
	m.At = b.clock.Now()
	err := b.store.Write(b.t.Context(), func(tx sprints.Tx) error {
		if _, err := tx.Heard(m); err != nil {
			return err
		}
		return b.carrier.Carry(tx, m)
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return m.ID
}

func (b *bridge) say(who chat.Handle, words string) string {
	b.t.Helper()
	return b.hear(chat.Message{From: who, Text: chat.Plainly(words)})
}

func (b *bridge) edit(who chat.Handle, of, words string) {
	b.t.Helper()
	b.hear(chat.Message{From: who, Kind: chat.Edited, Of: of, Text: chat.Plainly(words)})
}

func (b *bridge) delete(who chat.Handle, of string) {
	b.t.Helper()
	b.hear(chat.Message{From: who, Kind: chat.Deleted, Of: of})
}

// drained waits until nothing may be sent any more now.
func (b *bridge) drained() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
	defer cancel()
	changes := b.store.Changes(ctx)
	for {
		var waiting []sprints.Queued
		err := b.store.Read(ctx, func(v sprints.View) error {
			for _, n := range []string{"libera", "pycon"} {
				rows, err := v.Waiting(n, 0, 1000)
				if err != nil {
					return err
				}
				waiting = append(waiting, rows...)
			}
			return nil
		})
		if err != nil {
			b.t.Fatal(err)
		}
		now := b.clock.Now()
		waiting = slices.DeleteFunc(waiting, func(q sprints.Queued) bool { return q.NotBefore.After(now) })
		if len(waiting) == 0 {
			return
		}
		select {
		case <-changes:
		case <-ctx.Done():
			b.t.Fatalf("%d rows still wait, the first: %+v", len(waiting), waiting[0])
		}
	}
}

func (b *bridge) stands(what string, r *room, want ...string) {
	b.t.Helper()
	b.drained()
	if got := r.stands(); !slices.Equal(got, want) {
		b.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// saw waits until a network got a part.
func (b *bridge) saw(r *room) {
	b.t.Helper()
	select {
	case <-r.news:
	case <-time.After(10 * time.Second):
		b.t.Fatal("nothing was sent")
	}
}

func TestAnEditChangesWhatWasSaid(t *testing.T) {
	b := newBridge(t, relay.Ways{JoinLines: -1})
	one, two := b.say(ada, "one"), b.say(ada, "two")
	b.drained()
	b.edit(ada, one, "one, better")
	b.delete(ada, two)
	b.edit(ada, "unknown", "nobody knows what")
	b.delete(ada, "unknown")
	b.stands("slack", b.slack.room, "one, better")
	b.stop()
	b.start()
	b.edit(ada, one, "one, after a restart")
	b.stands("slack", b.slack.room, "one, after a restart")
	n := len(b.slack.said)
	b.edit(ada, one, "one, after a restart")
	b.drained()
	if len(b.slack.said) != n {
		t.Error("an edit without new words was sent")
	}
}

func TestAnEditOfWhatWaitsChangesItAndADeletionRemovesIt(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	for _, r := range []*room{b.slack.room, b.irc} {
		r.set(func() { r.up = false })
	}
	for _, who := range []chat.Handle{ada, grace} {
		one, two := b.say(who, "one"), b.say(who, "two")
		b.edit(who, one, "one, better")
		b.edit(who, one, "one, best")
		b.delete(who, two)
		b.say(who, "three")
	}
	b.stop() // what was settled in memory is settled in the store
	b.start()
	for _, r := range []*room{b.slack.room, b.irc} {
		r.set(func() { r.up = true })
	}
	b.drained()
	for _, r := range []*room{b.slack.room, b.irc} {
		if want := []string{"said one, best", "said three"}; !slices.Equal(r.said, want) {
			t.Errorf("%s: sent %q, want %q", r.name, r.said, want)
		}
	}
}

func TestAChangeOfWhatIsUnderWayGoesBehindIt(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.hang = true
	one, two := b.say(ada, "one"), ""
	b.saw(b.slack.room)
	two = b.say(bob, "two")
	b.edit(ada, one, "one, mended")
	b.edit(ada, one, "one, mended twice")
	b.edit(bob, two, "two, mended")
	b.slack.set(func() { b.slack.hang = false; b.slack.stuck[0]() })
	b.stands("slack", b.slack.room, "one, mended twice", "two, mended")
	if n := len(b.slack.said); n != 3 {
		t.Errorf("it took %d calls: %q", n, b.slack.said)
	}
}

func TestEditsWhereWordsStayAreShownShortAndNeverAStorm(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	one := b.say(grace, "the tabel is B4")
	b.drained()
	b.edit(grace, one, "the table is B4")
	b.drained()
	b.edit(grace, one, "the table is B5")
	b.edit(grace, one, "the table is B6")
	b.stands("at once", b.irc, "the tabel is B4", "the tabel is B4 -> the table is B4")
	b.clock.forward(9 * time.Second)
	b.edit(grace, one, "the table is B7")
	b.clock.forward(time.Second)
	b.stands("the last of them, 10 s later", b.irc, "the tabel is B4", "the tabel is B4 -> the table is B4", "the table is B4 -> the table is B7")
	n := len(b.irc.said)
	b.delete(grace, one)
	b.drained()
	b.clock.forward(5 * time.Minute)
	b.edit(grace, one, "too late")
	b.drained()
	if len(b.irc.said) != n {
		t.Errorf("then %q", b.irc.said[n:])
	}
}

func TestABridgeSaysWhatOfChangesItShows(t *testing.T) {
	for name, c := range map[string]struct {
		ways relay.Ways
		want []string
	}{
		"full":               {relay.Ways{Edits: relay.Full}, []string{"said one", "edited two"}},
		"off, with a notice": {relay.Ways{Edits: relay.Off, Deletes: true}, []string{"said one", "deleted "}},
		"an hour":            {relay.Ways{EditsWithin: time.Hour}, []string{"said one", "edited one -> two"}},
	} {
		b := newBridge(t, c.ways)
		one := b.say(grace, "one")
		b.drained()
		b.clock.forward(4 * time.Minute)
		b.edit(grace, one, "two")
		b.delete(grace, one)
		b.drained()
		if name != "off, with a notice" { // the edit is out before it can be taken back, or it is not
			if len(b.irc.said) == 1 {
				continue
			}
		}
		if !slices.Equal(b.irc.said, c.want) {
			t.Errorf("%s: %q, want %q", name, b.irc.said, c.want)
		}
	}
}

func TestAThreadIsOneConversationOnBothSides(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	root := b.say(ada, "good morning everybody, where is the coffee this early in the day?")
	b.drained()
	thread := inSlack
	thread.Thread = "pycon-1"
	reply := func(who chat.Handle, words string) {
		b.hear(chat.Message{In: thread, From: who, Of: "C1:pycon-1", Text: chat.Plainly(words)})
	}
	reply(grace, "upstairs")
	reply(lin, "in the hall")
	b.stands("irc", b.irc, `re ada "good morning everybody, where is…": upstairs`, "re ada: in the hall")
	b.say(bob, "grace: thanks")
	b.say(bob, "GRACE, again")
	b.say(bob, "gracehopper: no")
	b.say(bob, "eve: nobody")
	b.stands("slack", b.slack.room, "good morning everybody, where is the coffee this early in the day?",
		"pycon-1 > grace: thanks", "pycon-1 > GRACE, again", "gracehopper: no", "eve: nobody")
	b.say(grace, "out of the thread")
	b.say(bob, "grace: here")
	b.clock.forward(11 * time.Minute)
	b.say(bob, "lin: long ago")
	reply(lin, "still there")
	b.drained()
	if got := b.irc.stands(); got[len(got)-1] != `re ada "good morning everybody, where is…": still there` {
		t.Errorf("later: %q", got[len(got)-1])
	}
	if got := b.slack.stands(); !slices.Equal(got[len(got)-2:], []string{"grace: here", "lin: long ago"}) {
		t.Errorf("slack: %q", got)
	}
	// An answer on IRC to a line goes under it; its receipt may be on its way.
	b.slack.set(func() { b.slack.up = false })
	other := b.say(ada, "question")
	b.hear(chat.Message{From: bob, Of: other, Text: chat.Plainly("answer")})
	b.hear(chat.Message{From: bob, Of: root, Text: chat.Plainly("to the first")})
	b.say(ada, "next")
	b.slack.set(func() { b.slack.up = true })
	b.drained()
	got := b.slack.stands()
	n := b.slack.n
	if want := []string{"question", fmt.Sprintf("pycon-%d > answer", n-3), "pycon-1 > to the first", "next"}; !slices.Equal(got[len(got)-4:], want) {
		t.Errorf("slack: %q, want %q", got[len(got)-4:], want)
	}
}

func TestAThreadOfSlacksOwnIsToldByItsRoot(t *testing.T) {
	for _, flat := range []bool{false, true} {
		b := newBridge(t, relay.Ways{Flat: flat})
		b.hear(chat.Message{ID: "C1:7", From: grace, Text: chat.Plainly("lunch?")})
		thread := inSlack
		thread.Thread = "7"
		b.hear(chat.Message{In: thread, From: lin, Of: "C1:7", Text: chat.Plainly("yes")})
		b.hear(chat.Message{In: thread, From: lin, Of: "C1:8", Text: chat.Plainly("unknown root")})
		want := []string{"lunch?", `re grace "lunch?": yes`, "in a thread: unknown root"}
		if flat {
			want = want[:1]
		}
		b.stands(fmt.Sprint("flat ", flat), b.irc, want...)
		b.say(ada, "lin: me too")
		b.stands("slack", b.slack.room, "7 > lin: me too")
	}
}

func TestLongWordsHaveAPageWhereLinesAreABurden(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	one := b.say(grace, "1\n2\n3\n4")
	b.say(ada, "1\n2\n3\n4\n5")
	b.say(grace, "short")
	b.stands("slack", b.slack.room, "1|2|3|4|5")
	b.drained()
	got := b.irc.stands()
	words, page, _ := strings.Cut(got[0], " @https://s.example/t/")
	if words != "1|2|3|4" || len(page) != 22 || got[1] != "short" {
		t.Fatalf("irc: %q", got)
	}
	read := func() (p sprints.Paste, err error) {
		err = b.store.Read(t.Context(), func(v sprints.View) (err error) { p, err = v.Paste(page); return err })
		return p, err
	}
	if p, err := read(); err != nil || p.Text.Plain() != "1\n2\n3\n4" || p.Who.Nick != "grace" || p.Place != "Slack" {
		t.Errorf("%+v, %v", p, err)
	}
	b.edit(grace, one, "1\n2\n3\n4\n5")
	b.drained()
	if p, err := read(); err != nil || p.Text.Plain() != "1\n2\n3\n4\n5" {
		t.Errorf("after the edit: %+v, %v", p, err)
	}
	if got := b.irc.stands(); !strings.HasSuffix(got[2], "1|2|3|4|5 @https://s.example/t/"+page) {
		t.Errorf("the edit: %q", got[2])
	}
	b.delete(grace, one)
	if _, err := read(); !errors.Is(err, sprints.ErrNotFound) {
		t.Errorf("after the deletion: %v", err)
	}
	b.carrier.Pages = ""
	b.say(grace, "1\n2\n3\n4\n5\n6")
	b.drained()
	if got := b.irc.stands(); got[len(got)-1] != "1|2|3|4|5|6" {
		t.Errorf("without a public address: %q", got[len(got)-1])
	}
}

func TestWhatHappensIsToldTogetherOnceAMinute(t *testing.T) {
	b := newBridge(t, relay.Ways{Joins: true, Topics: true, Reactions: true})
	one := b.hear(chat.Message{ID: "C1:1", From: grace, Text: chat.Plainly("good morning")})
	b.drained()
	for _, m := range []chat.Message{
		{From: ada, Kind: chat.Joined}, {From: bob, Kind: chat.Left}, {From: chat.Handle{Network: "libera", ID: "x", Nick: "eve"}, Kind: chat.Joined},
		{From: chat.Handle{Network: "libera", ID: "x", Nick: "eve"}, Kind: chat.Left}, {From: ada, Kind: chat.Topic, Text: chat.Plainly("day 2")},
		{From: lin, Kind: chat.Reacted, Of: one, Text: chat.Plainly("👍")}, {From: grace, Kind: chat.Reacted, Of: one, Text: chat.Plainly("👍")},
		{From: lin, Kind: chat.Reacted, Of: "unknown", Text: chat.Plainly("👍")},
	} {
		b.hear(m)
	}
	b.stands("at once", b.slack.room)
	b.clock.forward(time.Minute)
	b.stands("a minute later", b.slack.room, "On IRC: ada joined; bob left.|Topic on IRC, by ada: day 2")
	b.stands("reactions", b.irc, "good morning", `re grace "good morning": 👍 ×2`)

	quiet := newBridge(t, relay.Ways{})
	if m := (chat.Message{In: inIRC, From: ada, Kind: chat.Joined}); quiet.carrier.Wants(m) || !b.carrier.Wants(m) {
		t.Error("a bridge is told of comings without having asked, or is not when it has")
	}
	quiet.hear(chat.Message{From: ada, Kind: chat.Joined})
	quiet.clock.forward(time.Minute)
	quiet.stands("by default", quiet.slack.room)
}

// Two networks' clocks differ: a reply may have been said before what it
// replies to, by its own network's clock.
func TestAReplyOlderThanItsRootHoldsNothingUp(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	b.slack.set(func() { b.slack.up = false })
	root := b.say(ada, "root")
	b.clock.forward(-time.Minute)
	b.hear(chat.Message{From: bob, Of: root, Text: chat.Plainly("reply")})
	b.edit(ada, root, "root, mended")
	b.say(ada, "next")
	b.slack.set(func() { b.slack.up = true })
	b.drained()
	if got := b.slack.stands(); len(got) != 3 || !slices.Contains(got, "root, mended") || !strings.HasSuffix(got[slices.IndexFunc(got, func(s string) bool { return strings.HasSuffix(s, "reply") })], "> reply") {
		t.Errorf("%q", got)
	}
}

func TestWhoLinkedIsAnsweredByTheNameOfThePlace(t *testing.T) {
	b := newBridge(t, relay.Ways{})
	err := b.store.Write(t.Context(), func(tx sprints.Tx) error {
		here, err := tx.Meet(ada)
		if err != nil {
			return err
		}
		there, err := tx.Meet(chat.Handle{Network: "pycon", ID: "U9", Nick: "Ada Lovelace"})
		if err != nil {
			return err
		}
		return tx.JoinPersons(here.ID, there.ID)
	})
	if err != nil {
		t.Fatal(err)
	}
	b.say(ada, "root")
	b.drained()
	thread := inSlack
	thread.Thread = "pycon-1"
	b.hear(chat.Message{In: thread, From: grace, Of: "C1:pycon-1", Text: chat.Plainly("yes")})
	b.hear(chat.Message{In: thread, From: chat.Handle{Network: "pycon", ID: "U9", Nick: "Ada Lovelace"}, Of: "C1:pycon-1", Text: chat.Plainly("good")})
	b.stands("irc", b.irc, `re ada "root": yes`, "re ada: good")
	b.say(bob, "ada: both names")
	b.say(bob, "Ada Lovelace: both names")
	if got := b.slackLines(); !slices.Equal(got, []string{"root", "pycon-1 > ada: both names", "Ada Lovelace: both names"}) {
		t.Errorf("slack: %q", got)
	}
}

func (b *bridge) slackLines() []string {
	b.t.Helper()
	b.drained()
	return b.slack.stands()
}
