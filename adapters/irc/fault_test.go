package irc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sprintbot/adapters/irc"
	"sprintbot/adapters/irc/irctest"
	"sprintbot/sprints/chat"
)

// queue is a small sender: it sends rows one after the other, each until it is
// confirmed, and counts how often it had to wait.
type queue struct {
	t    *testing.T
	net  *irc.Network
	wake chan struct{}
	done sync.WaitGroup

	mu     sync.Mutex
	rows   []string
	waited map[string]bool // what made rows wait
}

func newQueue(t *testing.T, n *irc.Network) *queue {
	q := &queue{t: t, net: n, wake: make(chan struct{}, 1), waited: map[string]bool{}}
	q.done.Go(q.run)
	return q
}

func (q *queue) run() {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for row := int64(1); ; {
		q.mu.Lock()
		words := ""
		if len(q.rows) > 0 {
			words = q.rows[0]
		}
		q.mu.Unlock()
		if words != "" {
			out := relayed("grace", words)
			out.Row = row
			fate := make(chan error, 1)
			q.net.Send(q.t.Context(), q.net.Render(out)[0], func(_ chat.Receipt, err error) { fate <- err })
			err := <-fate
			var place *chat.ErrPlace
			switch {
			case err == nil:
				row++
				q.mu.Lock()
				q.rows = q.rows[1:]
				q.mu.Unlock()
				continue
			case errors.As(err, &place):
				q.note("place")
			case errors.Is(err, chat.ErrOffline):
				q.note("offline")
			default:
				q.t.Errorf("%q: %v", words, err)
				return
			}
		}
		select {
		case <-tick.C:
		case <-q.t.Context().Done():
			return
		}
	}
}

func (q *queue) note(what string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waited[what] = true
}

// add puts n rows into the queue.
func (q *queue) add(name string, n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.waited)
	for i := range n {
		q.rows = append(q.rows, fmt.Sprintf("%s %d", name, i))
	}
}

// until waits for a fact.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	tick, end := time.NewTicker(10*time.Millisecond), time.After(30*time.Second)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("never %s", what)
		}
	}
}

// waits is the fact that rows have waited for a reason.
func (q *queue) waits(why string) {
	q.t.Helper()
	until(q.t, "waiting: "+why, func() bool { q.mu.Lock(); defer q.mu.Unlock(); return q.waited[why] && len(q.rows) > 0 })
}

// flows is the fact that nothing waits any more.
func (q *queue) flows() {
	q.t.Helper()
	until(q.t, "sent", func() bool { q.mu.Lock(); defer q.mu.Unlock(); return len(q.rows) == 0 })
}

// count compares what readers saw with what was sent, oldest first: nothing
// lost, in order, doubled at most as often as told.
func count(t *testing.T, mostDoubled int, want []string, seen ...string) {
	t.Helper()
	times := map[string]int{}
	var firsts []string
	for _, line := range seen {
		if _, words, ok := strings.Cut(line, "> "); ok {
			if times[words]++; times[words] == 1 {
				firsts = append(firsts, words)
			}
		}
	}
	doubled := 0
	for _, n := range times {
		doubled += n - 1
	}
	t.Logf("%d sent, %d arrived, %d doubled", len(want), len(firsts), doubled)
	if !slices.Equal(firsts, want) || doubled > mostDoubled {
		t.Errorf("arrived %q, %d doubled (%d allowed)", firsts, doubled, mostDoubled)
	}
}

func numbered(name string, n int) []string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("%s %d", name, i))
	}
	return all
}

// TestFaultAChannelThatRefuses has the channel moderated, banning, full and
// closed to the uninvited, on both servers: each time what is sent waits, and
// goes when the channel takes it again; what people say while the bot is in the
// channel is heard throughout.
func TestFaultAChannelThatRefuses(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada := s.Dial("ada")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		q := newQueue(t, b.net)
		var sent []string
		send := func(name string) {
			q.add(name, 5)
			sent = append(sent, numbered(name, 5)...)
		}
		send("before")
		q.flows()
		for _, fault := range []struct {
			name, begin, end string
			out              bool
		}{
			{"moderated", "MODE #sprint +m", "MODE #sprint -m", false},
			{"banned", "MODE #sprint +b sprintbot!*@*", "MODE #sprint -b sprintbot!*@*", false},
			{"banned and out", "MODE #sprint +b sprintbot!*@*", "MODE #sprint -b sprintbot!*@*", true},
			{"full", "MODE #sprint +l 1", "MODE #sprint -l", true},
			{"invited only", "MODE #sprint +i", "MODE #sprint -i", true},
			{"locked by a key", "MODE #sprint +k secret", "MODE #sprint -k secret", true},
		} {
			ada.Send(fault.begin)
			if fault.out {
				ada.Send("KICK #sprint sprintbot :" + fault.name)
				b.status("out", func(st chat.Status) bool { return strings.Contains(st.Note, "not in #Sprint") })
			}
			ada.Sync()
			send(fault.name)
			q.waits("place")
			if fault.out {
				b.status("told why", func(st chat.Status) bool { return strings.Contains(st.Note, "(47") })
			} else {
				ada.Say("#sprint", fault.name)
				b.hears(fault.name)
			}
			ada.Send(fault.end)
			q.flows()
			ada.Say("#sprint", "after "+fault.name)
			b.hears("after " + fault.name)
		}
		ada.Sync()
		count(t, 0, sent, ada.Said("#sprint")...)
	})
}

// TestFaultABanOfTheServer has an operator ban the bot: the network stops and
// says so, what is sent waits, and goes once the ban is lifted and the network
// is started again.
func TestFaultABanOfTheServer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada, oper := s.Dial("ada"), s.Oper("oper")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		ada.Say("#sprint", "before")
		b.hears("before")
		q := newQueue(t, b.net)
		q.add("row", 1)
		q.flows()
		mask := "sprintbot@*"
		if s.Kind == "ngircd" {
			mask = "*!~sprintbot@*"
		}
		oper.Send("KLINE " + mask + " 3600 :go away")
		oper.Sync()
		if s.Kind == "ngircd" { // bans who comes, not who is there
			oper.Send("KILL sprintbot :go away")
		}
		st := b.status("banned", func(st chat.Status) bool { return st.Fatal })
		<-b.ended
		if b.err == nil || st.Up || !strings.Contains(st.Note, "banned") {
			t.Fatalf("error %v, status %+v", b.err, st)
		}
		q.mu.Lock()
		q.rows = numbered("waiting", 5)
		q.mu.Unlock()
		q.waits("offline")
		oper.Send("KLINE " + mask)
		oper.Sync()
		again := run(t, b.net).up()
		q.flows()
		ada.Say("#sprint", "after")
		again.hears("after")
		ada.Sync()
		count(t, 0, append([]string{"row 0"}, numbered("waiting", 5)...), ada.Said("#sprint")...)
	})
}

// TestFaultLoginRefused starts the bot with a wrong password: the network stops,
// says so and comes into no channel, and what is sent waits. With the right
// password all of it goes, once.
func TestFaultLoginRefused(t *testing.T) {
	t.Parallel()
	s := irctest.InspIRCd(t)
	s.Register("sprintbot", "secret-2")
	ada := s.Dial("ada")
	ada.Join("#sprint")
	c := config(s.Addr)
	c.Account, c.Password = "sprintbot", "forgotten"
	b := start(t, c)
	q := newQueue(t, b.net)
	q.add("row", 5)
	st := b.status("refused", func(st chat.Status) bool { return st.Fatal })
	<-b.ended
	if b.err == nil || !strings.Contains(st.Note, "SASL") || strings.Contains(st.Note, "forgotten") {
		t.Fatalf("error %v, status %+v", b.err, st)
	}
	q.waits("offline")
	ada.Sync()
	if slices.ContainsFunc(ada.Lines(), func(l irctest.Line) bool { return l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") }) {
		t.Error("the bot came without its login")
	}

	c.Password = "secret-2"
	again := start(t, c).up()
	right := newQueue(t, again.net)
	q.mu.Lock()
	right.mu.Lock()
	right.rows, q.rows = q.rows, nil
	right.mu.Unlock()
	q.mu.Unlock()
	right.flows()
	ada.Say("#sprint", "after")
	again.hears("after")
	ada.Sync()
	count(t, 0, numbered("row", 5), ada.Said("#sprint")...)
}

// TestFaultNickTaken finds the bot's nick taken when it comes, and lets it have
// the nick while it speaks: nothing sent or said is lost or comes twice.
func TestFaultNickTaken(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *irctest.Server) {
		ada, squatter := s.Dial("ada"), s.Dial("sprintbot")
		ada.Join("#sprint")
		b := start(t, config(s.Addr)).up()
		q := newQueue(t, b.net)
		q.add("taken", 20)
		ada.Say("#sprint", "while it is taken")
		b.hears("while it is taken")
		squatter.Quit("done")
		q.add("regaining", 50)
		b.status("regained", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
		q.add("regained", 20)
		q.flows()
		ada.Say("#sprint", "after")
		b.hears("after")
		ada.Sync()
		count(t, 0, slices.Concat(numbered("taken", 20), numbered("regaining", 50), numbered("regained", 20)), ada.Said("#sprint")...)
		for _, words := range []string{"while it is taken", "after"} {
			if n := len(slices.DeleteFunc(b.words(), func(w string) bool { return w != words })); n != 1 {
				t.Errorf("%q heard %d times", words, n)
			}
		}
	})
}

// TestFaultNetsplit parts two servers of a network and joins them again, with
// the bot's nick taken on the other side meanwhile: the servers kill both, the
// bot comes back. Nothing sent is lost; who is on the bot's side hears it all,
// and what the bot was there to hear is heard once.
func TestFaultNetsplit(t *testing.T) {
	t.Parallel()
	here, there := irctest.Linked(t)
	near, far := here.Dial("near"), there.Dial("far")
	near.Join("#sprint")
	far.Join("#sprint")
	b := start(t, config(here.Addr)).up()
	q := newQueue(t, b.net)
	until(t, "together", func() bool {
		far.Say("#sprint", "far before")
		far.Sync()
		return slices.Contains(b.words(), "far before")
	})
	q.add("before", 5)
	q.flows()

	irctest.Split(there)
	near.WaitLine(t.Context(), func(l irctest.Line) bool { return l.Command == "QUIT" && l.Nick == "far" })
	q.add("split", 5)
	q.flows()
	near.Say("#sprint", "near meanwhile")
	b.hears("near meanwhile")
	far.Say("#sprint", "said where nobody hears")
	impostor := there.Dial("sprintbot")
	impostor.Join("#sprint")

	irctest.Heal(there)
	near.WaitLine(t.Context(), func(l irctest.Line) bool {
		return (l.Command == "QUIT" || l.Command == "KILL") && l.Nick == "sprintbot"
	})
	q.add("healed", 5)
	near.WaitLine(t.Context(), func(l irctest.Line) bool { return l.Command == "JOIN" && strings.HasPrefix(l.Nick, "sprintbot") })
	b.up()
	q.flows()
	b.status("the nick regained", func(st chat.Status) bool { return st.Note == "connected as sprintbot" })
	far.Say("#sprint", "far after")
	b.hears("far after")
	near.Sync()
	far.Sync()
	sent := slices.Concat(numbered("before", 5), numbered("split", 5), numbered("healed", 5))
	count(t, 8, sent, near.Said("#sprint")...)
	count(t, 8, slices.Concat(numbered("before", 5), numbered("healed", 5)), far.Said("#sprint")...)
	heard := b.words()
	for _, words := range []string{"near meanwhile", "far after"} {
		if n := len(slices.DeleteFunc(slices.Clone(heard), func(w string) bool { return w != words })); n != 1 {
			t.Errorf("%q heard %d times", words, n)
		}
	}
	if slices.Contains(heard, "said where nobody hears") {
		t.Error("heard across a split")
	}
}
