package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"sprintbot/adapters/console"
	"sprintbot/sprints/chat"
)

var update = flag.Bool("update", false, "rewrite golden files")

func TestMain(m *testing.M) {
	flag.Parse()
	goleak.VerifyTestMain(m)
}

// desk hears as the bot does: it echoes what it is asked, and keeps all.
type desk struct {
	mu    sync.Mutex
	heard []chat.Message
	fails int // so many times the store is away
}

func (d *desk) hear(_ context.Context, ms []chat.Message) ([]chat.Heard, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails > 0 {
		d.fails--
		return nil, errors.New("disk full")
	}
	heard := make([]chat.Heard, len(ms))
	for i, m := range ms {
		d.heard = append(d.heard, m)
		heard[i].First = true
		if m.Addressed {
			heard[i].Reply = &chat.Reply{Private: true, Lines: []chat.Line{
				{Role: chat.Plain, Cells: []chat.Text{chat.Plainly(m.From.Nick + " asked: " + m.Text.Plain())}},
				{Role: chat.Try, Cells: []chat.Text{chat.Plainly("take 2")}},
			}}
		}
	}
	return heard, nil
}

// session runs a console over the lines typed and returns what was printed.
func session(t *testing.T, d *desk, lines ...string) string {
	t.Helper()
	var out bytes.Buffer
	n := console.New(console.Config{Nick: "ada", In: strings.NewReader(strings.Join(lines, "\n") + "\n"), Out: &out})
	if err := n.Run(t.Context(), d.hear); !errors.Is(err, console.ErrEnd) {
		t.Fatalf("Run ended with %v", err)
	}
	return out.String()
}

func TestALineIsAPrivateWordAnsweredPlainlyAndThenABlankLine(t *testing.T) {
	d := &desk{}
	out := session(t, d, "easy python", "!here B4", "sprintbot: projects")
	want := "ada asked: easy python\n  try: take 2\n\nada asked: here B4\n  try: take 2\n\nada asked: projects\n  try: take 2\n\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	keys := map[string]bool{}
	for _, m := range d.heard {
		keys[m.ID] = true
		if !m.Addressed || !m.Direct || !m.Inline || m.Kind != chat.Said || m.In != chat.Direct(m.From) || m.From.ID != "console:ada" || m.At.IsZero() {
			t.Errorf("heard %+v", m)
		}
	}
	if len(keys) != 3 {
		t.Errorf("three lines have %d keys", len(keys))
	}
	if d.heard[1].Door != "!" || d.heard[2].Door != "sprintbot: " {
		t.Errorf("doors %q and %q", d.heard[1].Door, d.heard[2].Door)
	}
}

func TestKeysOfAnotherRunAreOthers(t *testing.T) {
	a, b := &desk{}, &desk{}
	session(t, a, "help")
	session(t, b, "help")
	if a.heard[0].ID == b.heard[0].ID {
		t.Error("a line of the second run would pass for a redelivery of the first")
	}
}

func TestSaySpeaksInTheRoom(t *testing.T) {
	d := &desk{}
	out := session(t, d, "/say Hello, room", "/me waves", "/say !here B4", "/say @sprintbot easy", "/say sprintbot: bye", "/say sprintbots are nice", "/say !!! wow", "/say ! wow", "/say")
	want := "\n\nada asked: here B4\n  try: take 2\n\nada asked: easy\n  try: take 2\n\nada asked: bye\n  try: take 2\n\n\n\n\nSay what? For example:\n  /say Hello, room.\n\n"
	if diff := cmp.Diff(want, out); diff != "" {
		t.Error(diff)
	}
	type short struct {
		Line                       string
		Kind                       chat.Kind
		Addressed, Direct, Inlined bool
	}
	var got []short
	for _, m := range d.heard {
		if m.In != (chat.Place{Network: "console", Channel: "#room"}) {
			t.Errorf("said in %v", m.In)
		}
		got = append(got, short{m.Line(), m.Kind, m.Addressed, m.Direct, m.Inline})
	}
	wanted := []short{
		{"Hello, room", chat.Said, false, false, true},
		{"waves", chat.Action, false, false, true},
		{"!here B4", chat.Said, true, false, true},
		{"@sprintbot easy", chat.Said, true, false, true},
		{"sprintbot: bye", chat.Said, true, false, true},
		{"sprintbots are nice", chat.Said, false, false, true},
		{"!!! wow", chat.Said, false, false, true},
		{"! wow", chat.Said, false, false, true},
	}
	if diff := cmp.Diff(wanted, got); diff != "" {
		t.Error(diff)
	}
}

func TestNickChangesWhoSpeaks(t *testing.T) {
	d := &desk{}
	out := session(t, d, "/nick Grace", "me", "/nick sprintbot", "/nick two words", "/quit", "never read")
	for _, words := range []string{"You are Grace now.", "Grace asked: me", "not mine"} {
		if !strings.Contains(out, words) {
			t.Errorf("no %q in:\n%s", words, out)
		}
	}
	if len(d.heard) != 1 || d.heard[0].From != (chat.Handle{Network: "console", ID: "console:grace", Nick: "Grace"}) {
		t.Errorf("heard %+v", d.heard)
	}
}

func TestAnUnknownStrokeIsAnsweredKindlyAndHeardByNobody(t *testing.T) {
	d := &desk{}
	out := session(t, d, "/join #other", "")
	if !strings.Contains(out, "I don't know /join here.") || !strings.Contains(out, "try: help") || len(d.heard) != 0 {
		t.Errorf("%s%v", out, d.heard)
	}
	if out := session(t, d, "/sprint easy"); out != "ada asked: easy\n  try: take 2\n\n" {
		t.Error(out)
	}
}

func TestWhoSaysQuitIsToldHow(t *testing.T) {
	d := &desk{}
	if out := session(t, d, "quit", "Exit", "me"); strings.Count(out, "  /quit\n") != 2 || len(d.heard) != 1 {
		t.Errorf("%s%v", out, d.heard)
	}
}

func TestWhatCantBeKeptIsSaidAndTheConsoleGoesOn(t *testing.T) {
	d := &desk{fails: 1}
	out := session(t, d, "here B4", "here B4")
	if !strings.HasPrefix(out, "I can't keep anything") || !strings.HasSuffix(out, "ada asked: here B4\n  try: take 2\n\n") {
		t.Error(out)
	}
}

func TestLinesTooLongOrBrokenAreNoHarm(t *testing.T) {
	d := &desk{}
	out := session(t, d, strings.Repeat("x", 9000), "a\x00b\x1b[31m\xff", "last")
	if !strings.HasPrefix(out, "That line is longer") || len(d.heard) != 2 || d.heard[0].Text.Plain() != "ab[31m\ufffd" {
		t.Errorf("%q %v", out, d.heard)
	}
}

func TestTheNextLineIsReadOnlyAfterTheAnswer(t *testing.T) {
	in, typed := io.Pipe()
	printed, out := io.Pipe()
	n := console.New(console.Config{Nick: "ada", In: in, Out: out})
	ended := make(chan error, 1)
	go func() { ended <- n.Run(t.Context(), (&desk{}).hear) }()
	answers := make([]byte, 1000)
	for i := range 3 {
		fmt.Fprintf(typed, "line %d\n", i)
		k, err := printed.Read(answers)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("ada asked: line %d\n  try: take 2\n\n", i); string(answers[:k]) != want {
			t.Errorf("%q", answers[:k])
		}
	}
	typed.Close()
	if err := <-ended; !errors.Is(err, console.ErrEnd) {
		t.Error(err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	in, typed := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	n := console.New(console.Config{Nick: "ada", In: in, Out: io.Discard})
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx, (&desk{}).hear) }()
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	typed.Close()
}

func TestWhatIsSentIsPrintedAndConfirmedAlsoAfterTheEnd(t *testing.T) {
	var out bytes.Buffer
	n := console.New(console.Config{Nick: "ada", In: strings.NewReader(""), Out: &out})
	if err := n.Run(t.Context(), (&desk{}).hear); !errors.Is(err, console.ErrEnd) {
		t.Fatal(err)
	}
	row := chat.Outgoing{To: n.Place(), Kind: chat.Said, From: "lobby", As: &chat.Handle{Network: "lobby", Nick: "visitor"}, Reply: chat.Saying(chat.Plainly("anyone here?"))}
	confirmed := 0
	for _, p := range n.Render(row) {
		n.Send(t.Context(), p, func(r chat.Receipt, err error) {
			if err != nil || r.At.IsZero() {
				t.Errorf("%v %v", r, err)
			}
			confirmed++
		})
	}
	if out.String() != "[lobby] visitor: anyone here?\n" || confirmed != 1 {
		t.Errorf("%q, %d confirmed", out.String(), confirmed)
	}
	if st := n.Status(); !st.Up || st.Fatal || st.Since.After(time.Now()) {
		t.Errorf("%+v", st)
	}
}

// How the networks are is asked inside a write of the store.
func TestAConsoleThatTakesNothingNowStillTellsHowItIs(t *testing.T) {
	read, write := io.Pipe()
	n := console.New(console.Config{In: strings.NewReader(""), Out: write, Nick: "ada"})
	sent := make(chan struct{})
	go func() {
		n.Send(t.Context(), chat.Part{Body: "[room] sprintbot: hello"}, func(chat.Receipt, error) {})
		close(sent)
	}()
	one := make([]byte, 1)
	if _, err := read.Read(one); err != nil { // it is being written
		t.Fatal(err)
	}
	told := make(chan chat.Status, 1)
	go func() { told <- n.Status() }()
	select {
	case st := <-told:
		if !st.Up {
			t.Errorf("status %+v", st)
		}
	case <-time.After(5 * time.Second):
		t.Error("it waits for the terminal")
	}
	if err := read.Close(); err != nil {
		t.Fatal(err)
	}
	<-sent
}

func TestTwentyRepliesAsTheConsolePrintsThem(t *testing.T) {
	raw, err := os.ReadFile("../../sprints/chat/testdata/replies.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []chat.Outgoing
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	n := console.New(console.Config{Nick: "ada", In: strings.NewReader(""), Out: &out})
	for i, row := range rows {
		row.To.Network = "console"
		first, again := n.Render(row), n.Render(row)
		if diff := cmp.Diff(first, again); diff != "" || len(first) == 0 {
			t.Errorf("reply %d: rendered twice, %d parts: %s", i+1, len(first), diff)
		}
		fmt.Fprintf(&out, "--- %d\n", i+1)
		for _, p := range first {
			n.Send(t.Context(), p, func(chat.Receipt, error) {})
		}
	}
	golden(t, "replies.txt", out.Bytes())
}

// golden compares with a file of testdata; -update rewrites it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (run with -update to take the new one):\n%s", path, diff)
	}
}
