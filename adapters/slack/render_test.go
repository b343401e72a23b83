package slack

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

var update = flag.Bool("update", false, "rewrite golden files")

func renderer() *Network {
	return newNetwork(Config{Name: "pycon", BotToken: "xoxb-double"}, slog.New(slog.DiscardHandler), time.Minute)
}

func replies(t *testing.T) []chat.Outgoing {
	t.Helper()
	raw, err := os.ReadFile("../../sprints/chat/testdata/replies.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []chat.Outgoing
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestTwentyRepliesAsSlackGetsThem(t *testing.T) {
	n := renderer()
	var out bytes.Buffer
	for i, row := range replies(t) {
		row.To.Network = "pycon"
		parts, again := n.Render(row), n.Render(row)
		if diff := cmp.Diff(parts, again); diff != "" || len(parts) == 0 {
			t.Errorf("reply %d: rendered twice, %d parts: %s", i+1, len(parts), diff)
		}
		for _, p := range parts {
			fmt.Fprintf(&out, "--- %d", i+1)
			if row.Relayed() {
				fmt.Fprintf(&out, " as %s", userName(row))
			}
			var b struct {
				Text   string
				Blocks []json.RawMessage
			}
			if err := json.Unmarshal([]byte(p.Body), &b); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "\n%s\n", b.Text)
			for _, block := range b.Blocks {
				fmt.Fprintf(&out, "%s\n", plainJSON(t, block))
			}
		}
	}
	golden(t, "replies.txt", out.String())
}

// golden compares with a file of testdata, in which what cannot be seen is written out.
func golden(t *testing.T, name, got string) {
	t.Helper()
	got = strings.NewReplacer("\u200b", `\u200b`, "\u2068", `\u2068`, "\u2069", `\u2069`).Replace(got)
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (run with -update to take the new one):\n%s", path, diff)
	}
}

// plainJSON is JSON as people read it, without escapes of < > &.
func plainJSON(t *testing.T, raw json.RawMessage) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(b.String())
}

func TestTheTwentyRepliesAreTakenBySlack(t *testing.T) {
	b := newBench(t).run()
	for i, row := range replies(t) {
		row.Key, row.To.Network = fmt.Sprint("reply ", i+1), "pycon"
		if row.To.Channel == "@ada" {
			row.To.Channel = "@" + b.ada
		}
		row.Of = ""
		for _, r := range b.send(row) {
			if r.err != nil {
				t.Errorf("reply %d: %v", i+1, r.err)
			}
		}
	}
}

// hostile are words that try to be more than words.
var hostile = []string{"<!channel>", "<!here|x>", "<@U024BE7LH>", "<https://evil.example|https://good.example>", "@here", "@channel",
	"&lt;!everyone&gt;", "*", "_", "`", "```", "\u202e", "\x1b[31m", "\x00", "\xff", "\n", " ", "word", "https://example.org/x|y>", "|",
	"👩‍👩‍👧‍👦", strings.Repeat("e\u0301", 100), strings.Repeat("long", 200), strings.Repeat("z\u0301\u0302", 1)}

func TestNothingFromOutsideBecomesAMark(t *testing.T) {
	n := renderer()
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom(hostile), 1, 30)
		text := func(name string) chat.Text {
			var out chat.Text
			for i, w := range words.Draw(t, name) {
				s := chat.Span{Text: w, Bold: i%2 == 0, Code: i%5 == 0}
				if i%4 == 1 {
					s.URL = w
				}
				if i%4 == 2 {
					s.Who = &chat.Handle{Network: "libera", ID: "U024BE7LH", Nick: w}
				}
				out = append(out, s)
			}
			return out
		}
		out := chat.Outgoing{Key: "k", To: chat.Place{Network: "pycon", Channel: "#sprints"}, Kind: chat.Said}
		if rapid.Bool().Draw(t, "relayed") {
			out.As = &chat.Handle{Network: "libera", ID: "account:x", Nick: text("nick").Plain()}
			out.Reply = chat.Saying(text("words"))
		} else {
			roles := []chat.Role{chat.Title, chat.Plain, chat.Item, chat.Row, chat.Try, chat.Hint}
			for range rapid.IntRange(1, 25).Draw(t, "lines") {
				out.Reply.Lines = append(out.Reply.Lines, chat.Line{Role: rapid.SampledFrom(roles).Draw(t, "role"),
					Cells: []chat.Text{text("cell"), text("cell")}})
			}
		}
		for _, p := range n.Render(out) {
			if !utf8.ValidString(p.Body) {
				t.Error("invalid UTF-8")
			}
			var b struct {
				Text   string
				Blocks json.RawMessage
			}
			if err := json.Unmarshal([]byte(p.Body), &b); err != nil {
				t.Fatal(err)
			}
			for _, mark := range []string{"<!", "<@", "<#", "\u202e", "\x1b", "\x00"} {
				if strings.Contains(b.Text, mark) {
					t.Errorf("the text holds %q: %q", mark, b.Text)
				}
			}
			for _, errs := range slackdouble.Refusals(b.Text, b.Blocks) {
				t.Error(errs)
			}
			if strings.Contains(string(b.Blocks), `"broadcast"`) || strings.Contains(string(b.Blocks), `"user_id"`) {
				t.Errorf("somebody would be called: %s", b.Blocks)
			}
			checkMarkdown(t, b.Blocks)
		}
		if out.Relayed() && units(userName(out)) > nickUnits {
			t.Errorf("the name is %q", userName(out))
		}
	})
}

// checkMarkdown looks at the only blocks in which Slack reads marks.
func checkMarkdown(t *rapid.T, raw json.RawMessage) {
	var blocks []struct {
		Type     string
		Elements []struct{ Type, Text string }
	}
	if json.Unmarshal(raw, &blocks) != nil {
		return // rich text has nested elements; it holds no marks
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.Type == "mrkdwn" && (strings.Contains(e.Text, "<!") || strings.Contains(e.Text, "<@")) {
				t.Errorf("a mark in %q", e.Text)
			}
		}
	}
}

func TestAKnownPersonOfThisWorkspaceIsMentioned(t *testing.T) {
	n := renderer()
	out := chat.Outgoing{Kind: chat.Said, Reply: chat.Saying(chat.Text{{Text: "ask "},
		{Text: "@ada", Who: &chat.Handle{Network: "pycon", ID: "U024BE7LH", Nick: "ada"}}})}
	body := n.Render(out)[0].Body
	if !strings.Contains(body, `"user_id":"U024BE7LH"`) || !strings.Contains(body, `\u003c@U024BE7LH\u003e`) {
		t.Errorf("rendered %s", body)
	}
}

// A stroke in a link's label would end its address in the text field.
func TestALabelWithAStrokeStaysALabel(t *testing.T) {
	out := chat.Outgoing{Kind: chat.Said, Reply: chat.Saying(chat.Text{{Text: "a|b", URL: "https://example.org/x"}})}
	if body := renderer().Render(out)[0].Body; !strings.Contains(body, `\u003chttps://example.org/x|a¦b\u003e`) || !strings.Contains(body, `"text":"a|b"`) {
		t.Errorf("rendered %s", body)
	}
}

func TestALongReplyIsSeveralPosts(t *testing.T) {
	n := renderer()
	var lines []chat.Line
	for i := range 130 {
		lines = append(lines, chat.Line{Role: chat.Item, Cells: []chat.Text{chat.Plainly(fmt.Sprint("issue ", i))}},
			chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(fmt.Sprint("take ", i))}})
	}
	lines = append(lines, chat.Line{Role: chat.Hint, Cells: []chat.Text{chat.Plainly(strings.Repeat("a long hint ", 1000))}})
	parts := n.Render(chat.Outgoing{Kind: chat.Said, Reply: chat.Reply{Lines: lines}})
	var all strings.Builder
	for _, p := range parts {
		var b struct {
			Text   string
			Blocks json.RawMessage
		}
		if err := json.Unmarshal([]byte(p.Body), &b); err != nil {
			t.Fatal(err)
		}
		for _, e := range slackdouble.Refusals(b.Text, b.Blocks) {
			t.Error(e)
		}
		all.WriteString(b.Text)
	}
	for i := range 130 {
		if !strings.Contains(all.String(), fmt.Sprintf("• issue %d\n!take %d", i, i)) {
			t.Errorf("issue %d is lost or apart from its button", i)
		}
	}
	if n := strings.Count(all.String(), "a long hint"); n < 998 {
		t.Errorf("%d of 1000 hints are left", n)
	}
}
