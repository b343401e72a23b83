package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"sprintbot/sprints/chat"
)

// oddWords are what people say, and what tries more than that.
var oddWords = []string{
	"",
	"   ",
	"plain words",
	"two\nlines\r\nand\n\n\na third",
	"bell\x07 nul\x00 escape\x1b[31mred form\x0cfeed turn\u202earound \x01ACTION bows\x01",
	"@here @channel @everyone <!channel> <!here|here> <!everyone> <@U0SPRINTBT>",
	"PRIVMSG #Sprints :hello\r\nQUIT :bye",
	"<script>alert(1)</script> & <b>bold</b> *stars* _lines_ `ticks` ~waves~",
	"\xff\xfe broken bytes",
	"👩‍👩‍👧‍👦 e\u0301 \u200b 漢字 عربي",
	strings.TrimSpace(strings.Repeat("twelve bytes ", 385)), // 5,000 bytes
	strings.Repeat("x", 5000),
}

// squeezed is of words what every network can show as it is: no spaces, no
// controls, and of other scripts nothing.
func squeezed(words string) string {
	return strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || unicode.IsControl(r) || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, words)
}

func relayed(o *chat.Outgoing, nick, words string) {
	o.As, o.From = &chat.Handle{Network: "elsewhere", ID: "U9", Nick: nick}, "Elsewhere"
	o.Lane, o.Reply = chat.Relays, chat.Saying(chat.Plainly(words))
}

func privately(words string) chat.Reply {
	return chat.Reply{Private: true, Lines: chat.Saying(chat.Plainly(words)).Lines}
}

func everyRole(words string) chat.Reply {
	var r chat.Reply
	words = words[:min(len(words), 700)]
	for _, role := range []chat.Role{chat.Title, chat.Plain, chat.Item, chat.Item, chat.Row, chat.Row, chat.Try, chat.Hint} {
		r.Lines = append(r.Lines, chat.Line{Role: role, Cells: []chat.Text{
			chat.Plainly(words), {{Text: words, Bold: true}, {Text: "label", URL: "https://example.org/" + words}, {Text: words, Who: &ada}},
		}})
	}
	return r
}

// contract is a running network between a stand's people and an ear.
type contract struct {
	stand
	ctx context.Context
	ear *contractEar

	turns atomic.Int64 // taken to speak
	rows  atomic.Int64
	mu    sync.Mutex
	fates []*fate
	noted []string // of every status seen

	stop func() error // ends the network and returns how Run ended, once
}

// startContract runs the stand's network until it is up.
func startContract(t *testing.T, s stand) *contract {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 75*time.Second)
	t.Cleanup(cancel)
	c := &contract{stand: s, ctx: ctx, ear: &contractEar{people: s.people(), known: map[string]chat.Message{}, more: make(chan struct{})}}
	running, end := context.WithCancel(ctx)
	ran := make(chan error, 1)
	go func() { ran <- s.network().Run(running, c.ear.hear) }()
	c.stop = sync.OnceValue(func() error {
		end()
		return <-ran
	})
	t.Cleanup(func() {
		if err := c.stop(); err != nil {
			t.Errorf("Run ended with %v", err)
		}
		for _, p := range c.ear.problems() {
			t.Error(p)
		}
	})
	if st := c.until(t, "up", func(st chat.Status) bool { return st.Up }); st.Since.IsZero() || st.Note == "" || st.Fatal {
		t.Errorf("once it is up its status is %+v", st)
	}
	return c
}

// until waits for a status, woken by Changed alone.
func (c *contract) until(t *testing.T, what string, is func(chat.Status) bool) chat.Status {
	t.Helper()
	for {
		st := c.network().Status()
		c.mu.Lock()
		c.noted = append(c.noted, st.Note)
		c.mu.Unlock()
		if is(st) {
			return st
		}
		select {
		case <-c.network().Changed():
		case <-c.ctx.Done():
			t.Fatalf("never %s: %+v", what, st)
		}
	}
}

func (c *contract) notes() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append(slices.Clone(c.noted), c.network().Status().Note)
}

// row is a new row of the outbox.
func (c *contract) row(to chat.Place, change func(*chat.Outgoing)) chat.Outgoing {
	n := c.rows.Add(1)
	o := chat.Outgoing{Row: n, Key: fmt.Sprintf("contract %d", n), To: to, Kind: chat.Said, At: time.Now()}
	change(&o)
	return o
}

// sent sends a row, part after part, and fails unless all of it arrives.
func (c *contract) sent(t *testing.T, o chat.Outgoing) {
	t.Helper()
	for _, p := range c.network().Render(o) {
		if err := c.send(p).wait(t, c.ctx); err != nil {
			t.Fatalf("%.60q: %v", o.Reply.Plain(), err)
		}
	}
}

// fate is what became of one part.
type fate struct {
	calls atomic.Int32
	told  chan error
}

// send gives one part to the network.
func (c *contract) send(p chat.Part) *fate {
	f := &fate{told: make(chan error, 1)}
	c.mu.Lock()
	c.fates = append(c.fates, f)
	c.mu.Unlock()
	c.network().Send(c.ctx, p, func(_ chat.Receipt, err error) {
		if f.calls.Add(1) == 1 {
			f.told <- err
		}
	})
	return f
}

func (f *fate) wait(t *testing.T, ctx context.Context) error {
	t.Helper()
	select {
	case err := <-f.told:
		return err
	case <-ctx.Done():
		t.Fatal("a part was sent and nothing was told of it")
		return nil
	}
}

// settle fails unless every part's fate was told exactly once.
func (c *contract) settle(t *testing.T) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for i, f := range c.fates {
		if n := f.calls.Load(); n != 1 {
			t.Errorf("of part %d of %d was told %d times", i, len(c.fates), n)
		}
	}
}

// turn is whose turn it is to speak.
func (c *contract) turn() string {
	people := c.people()
	return people[int(c.turns.Add(1))%len(people)]
}

func (c *contract) mark() int { return c.ear.mark() }

func (c *contract) wait(t *testing.T, from, n int) []chat.Message {
	t.Helper()
	return c.ear.wait(t, c.ctx, from, n)
}

// contractEar hears as the bot does: it keeps each message once, answers
// commands that want it at once, and fails when told to.
type contractEar struct {
	people []string
	busy   atomic.Bool

	mu      sync.Mutex
	heard   []chat.Message
	known   map[string]chat.Message
	wrong   []string
	more    chan struct{} // closed and replaced when something was heard
	failing int           // so many calls
}

var errEarFails = errors.New("the disk is full")

func (e *contractEar) hear(_ context.Context, ms []chat.Message) ([]chat.Heard, error) {
	if !e.busy.CompareAndSwap(false, true) {
		e.blame("hear is called twice at once")
	}
	defer e.busy.Store(false)
	if len(ms) < 1 || len(ms) > 64 {
		e.blame("%d messages are heard at once", len(ms))
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.failing > 0 {
		e.failing--
		return nil, errEarFails
	}
	out := make([]chat.Heard, len(ms))
	for i, m := range ms {
		before, again := e.known[m.ID]
		if again {
			if before.Line() != m.Line() || before.From.ID != m.From.ID {
				e.wrong = append(e.wrong, fmt.Sprintf("%+v and %+v have one key", before, m))
			}
			continue
		}
		if m.ID == "" || !slices.Contains(e.people, m.From.Nick) {
			e.wrong = append(e.wrong, fmt.Sprintf("the bot or a stranger was heard: %+v", m))
		}
		e.known[m.ID] = m
		e.heard = append(e.heard, m)
		out[i].First = true
		if m.Inline && m.Addressed {
			r := privately("the answer to " + m.Text.Command())
			out[i].Reply = &r
		}
	}
	close(e.more)
	e.more = make(chan struct{})
	return out, nil
}

// refuse makes the next calls fail.
func (e *contractEar) refuse(calls int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.failing = calls
}

func (e *contractEar) blame(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.wrong = append(e.wrong, fmt.Sprintf(format, args...))
}

func (e *contractEar) problems() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.wrong
}

func (e *contractEar) mark() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.heard)
}

// wait returns the messages after the first from, once there are n of them.
func (e *contractEar) wait(t *testing.T, ctx context.Context, from, n int) []chat.Message {
	t.Helper()
	for {
		e.mu.Lock()
		heard, more := slices.Clone(e.heard[from:]), e.more
		e.mu.Unlock()
		if len(heard) > n {
			t.Fatalf("heard more than %d: %+v", n, heard[n:])
		}
		if len(heard) == n {
			return heard
		}
		select {
		case <-more:
		case <-ctx.Done():
			t.Fatalf("heard %d of %d: %+v", len(heard), n, heard)
		}
	}
}
