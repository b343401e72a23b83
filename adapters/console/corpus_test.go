package console_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"sprintbot/adapters/console"
	"sprintbot/sprints/chat"
)

// What people say on Slack and IRC, as the console prints it.
func TestSentencesOfOthersOnTheConsole(t *testing.T) {
	var out bytes.Buffer
	n := console.New(console.Config{Nick: "ada", In: strings.NewReader(""), Out: &out})
	for _, from := range []string{"Slack", "IRC"} {
		raw, err := os.ReadFile("../../sprints/chat/testdata/said-on-" + strings.ToLower(from) + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var said []struct {
			Name string
			Text chat.Text
		}
		if err := json.Unmarshal(raw, &said); err != nil {
			t.Fatal(err)
		}
		for _, s := range said {
			fmt.Fprintf(&out, "--- %s: %s\n", from, s.Name)
			row := chat.Outgoing{To: n.Place(), Kind: chat.Said, As: &chat.Handle{Nick: "kim"}, From: from}
			for _, line := range s.Text.Lines() {
				if len(line) > 0 {
					row.Reply.Lines = append(row.Reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{line}})
				}
			}
			for _, p := range n.Render(row) {
				n.Send(t.Context(), p, func(chat.Receipt, error) {})
			}
		}
	}
	golden(t, "corpus.txt", out.Bytes())
}
