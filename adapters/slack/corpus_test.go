package slack

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// sentence is one of the corpus: what was heard somewhere, as chat.Text.
type sentence struct {
	Name string    `json:"name"`
	Text chat.Text `json:"text"`
}

// relayed is the row that carries a sentence.
func (s sentence) relayed(by chat.Handle, from string) chat.Outgoing {
	out := chat.Outgoing{To: chat.Place{Network: "pycon", Channel: "#sprints"}, Kind: chat.Said, As: &by, From: from}
	for _, line := range s.Text.Lines() {
		if len(line) > 0 {
			out.Reply.Lines = append(out.Reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{line}})
		}
	}
	return out
}

// What people say on Slack, as all networks get it: the other adapters show
// sprints/chat/testdata/said-on-slack.json, which is written here.
func TestSentencesHeardOnSlack(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("testdata", "heard.json"))
	if err != nil {
		t.Fatal(err)
	}
	var heard []struct {
		Name, Text string
		Blocks     slackapi.Blocks
	}
	if err := json.Unmarshal(raw, &heard); err != nil {
		t.Fatal(err)
	}
	var got []sentence
	for _, h := range heard {
		got = append(got, sentence{h.Name, readWords("pycon", h.Text, h.Blocks, fixed{})})
	}
	path := filepath.Join("..", "..", "sprints", "chat", "testdata", "said-on-slack.json")
	if *update {
		var b bytes.Buffer
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("", " ")
		if err := e.Encode(got); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var want []sentence
	if err := json.Unmarshal(read(t, path), &want); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (run with -update to take the new one):\n%s", path, diff)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What people say on IRC, as Slack gets it. One grace is known there, and two
// people called lin.
func TestSentencesOfIRCOnSlack(t *testing.T) {
	n := newNetwork(Config{Name: "pycon", BotToken: "xoxb-double"}, slog.New(slog.DiscardHandler), time.Minute)
	n.names.learn("U1", "Grace", "Grace Hopper", "grace", false)
	n.names.learn("U2", "lin", "", "lin", false)
	n.names.learn("U3", "Lin", "", "lin2", false)
	var said []sentence
	if err := json.Unmarshal(read(t, "../../sprints/chat/testdata/said-on-irc.json"), &said); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, s := range said {
		fmt.Fprintf(&out, "--- %s\n", s.Name)
		for _, p := range n.Render(s.relayed(chat.Handle{Network: "libera", ID: "account:ada", Nick: "ada"}, "IRC")) {
			var b struct {
				Text   string
				Blocks []struct{ Elements []json.RawMessage }
			}
			if err := json.Unmarshal([]byte(p.Body), &b); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "%s\n", b.Text)
			for _, block := range b.Blocks {
				for _, e := range block.Elements {
					fmt.Fprintf(&out, "  %s\n", plainJSON(t, e))
				}
			}
		}
	}
	golden(t, "corpus.txt", out.String())
}
