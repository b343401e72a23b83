package slack

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

// answers are all replies of the commands' golden conversations.
func answers(t *testing.T) map[string]chat.Reply {
	t.Helper()
	files, err := filepath.Glob("../../bot/commands/testdata/replies/*.txt")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d conversations, %v", len(files), err)
	}
	all := map[string]chat.Reply{}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		said := ""
		for i, line := range strings.Split(string(raw), "\n") {
			body, answer := strings.CutPrefix(line, "  > ")
			if !answer {
				body, answer = strings.CutPrefix(line, "  ! ")
			}
			if !answer {
				said = fmt.Sprintf("%s:%d %s", filepath.Base(file), i+1, line)
				continue
			}
			var l chat.Line
			if err := json.Unmarshal([]byte(body), &l); err != nil {
				t.Fatal(err)
			}
			r := all[said]
			r.Private, r.Lines = true, append(r.Lines, l)
			all[said] = r
		}
	}
	return all
}

type button struct {
	Type, Value string
	ID          string `json:"action_id"`
}

// buttons are those of a post.
func buttons(t *testing.T, body string) []button {
	t.Helper()
	var b struct {
		Blocks []struct {
			Type     string
			Elements json.RawMessage
		}
	}
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		t.Fatal(err)
	}
	var all []button
	for _, block := range b.Blocks {
		if block.Type != "actions" {
			continue
		}
		var some []button
		if err := json.Unmarshal(block.Elements, &some); err != nil {
			t.Fatal(err)
		}
		all = append(all, some...)
	}
	return all
}

func TestEveryCommandThatAnyAnswerSuggestsIsAButtonThatSaysIt(t *testing.T) {
	n := renderer()
	all := answers(t)
	tries := 0
	commands := map[string]bool{}
	for said, r := range all {
		var want, got []string
		for _, l := range r.Lines {
			if l.Role == chat.Try {
				want = append(want, strings.Join(strings.Fields(joined(l.Cells).Command()), " "))
			}
		}
		for _, p := range n.Render(chat.Outgoing{To: chat.Place{Network: "pycon", Channel: "@U1"}, Kind: chat.Said, Reply: r}) {
			ids := map[string]bool{}
			for _, b := range buttons(t, p.Body) {
				if ids[b.ID] {
					t.Errorf("%s: two buttons are %s", said, b.ID)
				}
				ids[b.ID] = true
				got = append(got, b.Value)
				commands[b.Value] = true
			}
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: buttons %q, want %q", said, got, want)
		}
		tries += len(want)
	}
	if tries < 50 {
		t.Errorf("only %d suggestions in %d answers", tries, len(all))
	}
	// And each is taken by Slack, pressed, and heard once, though Slack brings each press three times.
	b := newBench(t).run()
	b.d.SetRepeat(3)
	heard := 0
	for command := range commands {
		got := b.send(chat.Outgoing{Key: "try " + command, To: chat.Direct(chat.Handle{Network: "pycon", ID: b.ada}), Kind: chat.Said,
			Reply: chat.Reply{Private: true, Lines: []chat.Line{{Role: chat.Try, Cells: []chat.Text{chat.Plainly(command)}}}}})
		if got[0].err != nil {
			t.Fatal(command, got[0].err)
		}
		if _, err := b.d.Click("ada.l", b.d.DirectChannel("ada.l"), got[0].receipt.ID, command); err != nil {
			t.Fatal(err)
		}
		heard++
		if m := b.messages(heard)[heard-1]; !m.Addressed || !m.Direct || m.In != chat.Direct(m.From) || m.Text.Plain() != command || m.From.ID != b.ada {
			t.Errorf("%q pressed is heard as %+v", command, m)
		}
	}
	b.settled()
	if got := b.messages(heard); len(got) != heard {
		t.Errorf("%d presses are %d commands", heard, len(got))
	}
}

func TestAPressInAChannelIsAPrivateWordOfWhoPressed(t *testing.T) {
	b := newBench(t).run()
	got := b.send(chat.Outgoing{Key: "k", To: chat.Place{Network: "pycon", Channel: "#sprints"}, Lane: chat.Announcements, Kind: chat.Said,
		Reply: chat.Reply{Lines: []chat.Line{
			{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("Larkfield sits at B4.")}},
			{Role: chat.Try, Cells: []chat.Text{chat.Plainly("here larkfield")}},
		}}})
	if got[0].err != nil {
		t.Fatal(got[0].err)
	}
	if _, err := b.d.Click("ada.l", "#sprints", got[0].receipt.ID, "here larkfield"); err != nil {
		t.Fatal(err)
	}
	if m := b.messages(1)[0]; !m.Direct || m.In != chat.Direct(m.From) || m.From.ID != b.ada {
		t.Errorf("heard %+v", m)
	}
}

func TestManyAndLongSuggestionsStayWithinSlacksLimitsAndAreLostNever(t *testing.T) {
	b := newBench(t).run()
	r := chat.Reply{Private: true}
	long := "easy " + strings.Repeat("x", 2100)
	for i := range 60 {
		r.Lines = append(r.Lines, chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(fmt.Sprintf("take %d", i))}})
	}
	for _, words := range []string{long, strings.Repeat("é", 1999), strings.Repeat("\U0001f389", 1500)} {
		r.Lines = append(r.Lines, chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(words)}})
	}
	out := chat.Outgoing{Key: "k", To: chat.Direct(chat.Handle{Network: "pycon", ID: b.ada}), Kind: chat.Said, Reply: r}
	n := 0
	for _, p := range b.n.Render(out) {
		n += len(buttons(t, p.Body))
		var shown struct{ Blocks json.RawMessage }
		if err := json.Unmarshal([]byte(p.Body), &shown); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.Body, long[:100]) && !strings.Contains(string(shown.Blocks), long[:100]) {
			t.Error("a command too long for a button is shown nowhere")
		}
	}
	if n != 61 {
		t.Errorf("%d buttons", n)
	}
	for i, got := range b.send(out) {
		if got.err != nil {
			t.Errorf("part %d: %v", i, got.err)
		}
	}
}
