package irc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sprintbot/sprints/chat"
)

// sentence is one of the corpus: what was heard somewhere, as chat.Text.
type sentence struct {
	Name string    `json:"name"`
	Text chat.Text `json:"text"`
}

// relayed is the row that carries a sentence.
func (s sentence) relayed(by chat.Handle, from string) chat.Outgoing {
	out := chat.Outgoing{To: chat.Place{Network: "libera", Channel: "#sprints"}, Kind: chat.Said, As: &by, From: from}
	for _, line := range s.Text.Lines() {
		if len(line) > 0 {
			out.Reply.Lines = append(out.Reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{line}})
		}
	}
	return out
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// What people say on IRC, as all networks get it: the other adapters show
// sprints/chat/testdata/said-on-irc.json, which is written here.
func TestSentencesHeardOnIRC(t *testing.T) {
	var got []sentence
	for line := range strings.Lines(string(read(t, filepath.Join("testdata", "heard.txt")))) {
		name, quoted, _ := strings.Cut(strings.TrimSuffix(line, "\n"), `: "`)
		raw, err := strconv.Unquote(`"` + quoted)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		got = append(got, sentence{name, decode(raw)})
	}
	path := filepath.Join("..", "..", "sprints", "chat", "testdata", "said-on-irc.json")
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

// What people say on Slack and on another IRC network, as IRC gets it.
func TestSentencesOfOthersOnIRC(t *testing.T) {
	n, err := New(Config{Name: "libera", Server: "irc.example.org:6697", Nick: "sprintbot", Channels: []string{"#sprints"}})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, from := range []struct {
		file, label string
		by          chat.Handle
	}{
		{"said-on-slack.json", "Slack", chat.Handle{Network: "pycon", ID: "U9", Nick: "Zoë"}},
		{"said-on-irc.json", "OFTC", chat.Handle{Network: "oftc", ID: "account:kim", Nick: "kim"}},
	} {
		var said []sentence
		if err := json.Unmarshal(read(t, filepath.Join("..", "..", "sprints", "chat", "testdata", from.file)), &said); err != nil {
			t.Fatal(err)
		}
		for _, s := range said {
			fmt.Fprintf(&out, "--- %s: %s\n", from.label, s.Name)
			for _, part := range n.Render(s.relayed(from.by, from.label)) {
				fmt.Fprintf(&out, "%s\n", strings.Trim(fmt.Sprintf("%q", part.Body), `"`))
				if len(part.Body) > len("PRIVMSG :")+textBytes {
					t.Errorf("%s: a line of %d bytes", s.Name, len(part.Body))
				}
			}
		}
	}
	path := filepath.Join("testdata", "corpus.txt")
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(string(read(t, path)), out.String()); diff != "" {
		t.Errorf("%s (run with -update to take the new one):\n%s", path, diff)
	}
}

// Whatever is composed, IRC gets all its words, in lines that fit and name
// their speaker.
func TestBlocksReachIRCWithAllTheirWords(t *testing.T) {
	n, err := New(Config{Name: "libera", Server: "irc.example.org:6697", Nick: "sprintbot", Channels: []string{"#sprints"}})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		var text chat.Text
		var want strings.Builder
		put := func(s chat.Span) {
			text = append(text, s)
			s.Text = chat.Unturned(s.Text) // a label of nothing else is none
			want.WriteString(chat.Text{s}.Plain())
		}
		for range rapid.IntRange(1, 10).Draw(t, "lines") {
			switch rapid.IntRange(0, 4).Draw(t, "kind") {
			case 0:
				put(chat.Mark(rapid.SampledFrom([]chat.Lead{chat.Quote, chat.Bullet, chat.Number}).Draw(t, "lead"),
					rapid.IntRange(0, 8).Draw(t, "depth"), rapid.IntRange(1, 99).Draw(t, "n")))
			case 1:
				put(chat.Span{Text: "if x:\n\n\ty()", Code: true, Pre: true})
			case 2:
				put(chat.Span{Text: hard().Draw(t, "label"), URL: "https://example.org/" + strings.Repeat("a", rapid.IntRange(0, 600).Draw(t, "long"))})
			}
			put(chat.Span{Text: hard().Draw(t, "words"), Bold: rapid.Bool().Draw(t, "bold"), Code: rapid.Bool().Draw(t, "code")})
			put(chat.Span{Text: "\n"})
		}
		var got strings.Builder
		row := sentence{Text: text}.relayed(chat.Handle{Network: "pycon", ID: "U9", Nick: "Zoë"}, "Slack")
		for _, part := range n.Render(row) {
			words, ok := strings.CutPrefix(part.Body, "PRIVMSG :"+speaker(row)+" ")
			if !ok || len(part.Body) > len("PRIVMSG :")+textBytes || strings.ContainsAny(words, "\r\n\x00\x01\x03") {
				t.Fatalf("%d bytes: %q", len(part.Body), part.Body)
			}
			got.WriteString(decode(words).Plain())
		}
		// Blanks between lines and around code, and the backticks in which code stands, are the only thing a line may gain or lose.
		if words := func(s string) string { return strings.ReplaceAll(bare(s), "`", "") }; words(got.String()) != words(want.String()) {
			t.Fatalf("%q came as %q", want.String(), got.String())
		}
	})
}

// bare is what must come through: what is shown, without blanks.
func bare(s string) string {
	s = strings.ReplaceAll(chat.Unturned(clean(strings.ReplaceAll(s, "\n", " "))), chat.Apart, "")
	return strings.Join(strings.Fields(s), "")
}
