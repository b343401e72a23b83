package irc

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"sprintbot/sprints/chat"
)

var update = flag.Bool("update", false, "rewrite golden files")

// atoms are a line taken apart, as the parser tests of ircdocs write them.
type atoms struct {
	Tags   map[string]string `yaml:"tags"`
	Source string            `yaml:"source"`
	Verb   string            `yaml:"verb"`
	Params []string          `yaml:"params"`
}

// parsed takes a raw line the way the adapter does.
func parsed(t testing.TB, raw string) atoms {
	t.Helper()
	l, ok := lineOf(raw)
	if !ok {
		t.Fatalf("%q is no line", raw)
	}
	a := atoms{Tags: l.tags, Source: l.nick, Verb: l.command, Params: l.params}
	if l.user != "" {
		a.Source += "!" + l.user
	}
	if l.host != "" {
		a.Source += "@" + l.host
	}
	return a
}

// differ compares atoms; no tags and empty tags, no case of the verb matter.
func differ(want, got atoms) string {
	for _, a := range []*atoms{&want, &got} {
		a.Verb = strings.ToUpper(a.Verb)
		if len(a.Tags) == 0 {
			a.Tags = nil
		}
		if len(a.Params) == 0 {
			a.Params = nil
		}
	}
	return cmp.Diff(want, got)
}

// recorded reads a file of the shared real inputs, or skips.
func recorded(t *testing.T, name string, into any) {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if parent := filepath.Dir(dir); parent != dir {
			dir = parent
			continue
		}
		t.Fatal("no go.mod above the test")
	}
	raw, err := os.ReadFile(filepath.Join(dir, "..", "shared", "data", "irc", name))
	if os.IsNotExist(err) {
		t.Skip("the folder of real inputs, ../shared/data, is absent")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, into); err != nil {
		t.Fatal(err)
	}
}

func TestLinesOfTheParserTestsAreTakenApart(t *testing.T) {
	// girc keeps a backslash that escapes nothing. (Asked by Tags.Get it unescapes
	// twice and has four of these wrong; the adapter reads the values itself.) No
	// tag that is used holds escapes.
	known := map[string]bool{`@tag1=value\1 COMMAND`: true, `@tag1=value1\ COMMAND`: true}
	var file struct {
		Tests []struct {
			Input string `yaml:"input"`
			Atoms atoms  `yaml:"atoms"`
		} `yaml:"tests"`
	}
	recorded(t, "msg-split.yaml", &file)
	for _, test := range file.Tests {
		diff := differ(test.Atoms, parsed(t, test.Input))
		if known[test.Input] == (diff == "") {
			t.Errorf("%q, known to be wrong %v: %s", test.Input, known[test.Input], diff)
		}
	}
	if len(file.Tests) != 35 {
		t.Errorf("%d lines, expected 35", len(file.Tests))
	}
}

func TestEveryWayToWriteALineIsRead(t *testing.T) {
	var file struct {
		Tests []struct {
			Desc    string   `yaml:"desc"`
			Atoms   atoms    `yaml:"atoms"`
			Matches []string `yaml:"matches"`
		} `yaml:"tests"`
	}
	recorded(t, "msg-join.yaml", &file)
	for _, test := range file.Tests {
		for _, raw := range test.Matches {
			tab := strings.Contains(raw, "\t") // girc parts parameters at tabs too; none that is used has one
			if diff := differ(test.Atoms, parsed(t, raw)); tab == (diff == "") {
				t.Errorf("%s: %q: %s", test.Desc, raw, diff)
			}
		}
	}
}

func TestTwentyRepliesAsIRCShowsThem(t *testing.T) {
	raw, err := os.ReadFile("../../sprints/chat/testdata/replies.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []chat.Outgoing
	if err := json.Unmarshal(raw, &rows); err != nil {
		t.Fatal(err)
	}
	n, err := New(Config{Name: "libera", Server: "irc.example.org:6697", Nick: "sprintbot", Channels: []string{"#sprints"}})
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for i, row := range rows {
		row.To.Network = "libera"
		fmt.Fprintf(&out, "--- %d\n", i+1)
		for _, part := range n.Render(row) {
			fmt.Fprintf(&out, "%s\n", strings.Trim(fmt.Sprintf("%q", part.Body), `"`))
		}
	}
	path := filepath.Join("testdata", "replies.txt")
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
