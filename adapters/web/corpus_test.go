package web

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sprintbot/sprints/chat"
)

var update = flag.Bool("update", false, "rewrite golden files")

// What people say on Slack and IRC, as the page shows it.
func TestSentencesOfOthersOnThePage(t *testing.T) {
	var out strings.Builder
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
			fmt.Fprintf(&out, "--- %s: %s\n%s\n", from, s.Name, replyHTML(lines(s.Text)))
		}
	}
	path := filepath.Join("testdata", "corpus.txt")
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), out.String()); diff != "" {
		t.Errorf("%s (run with -update to take the new one):\n%s", path, diff)
	}
}
