package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

const module = "sprintbot/"

// mayImport says which of our packages a room's code may import, by prefix of
// their paths: ARCHITECTURE.md, rooms and arrows. The first line that fits a
// package counts.
var mayImport = []struct {
	room string
	to   []string
}{
	{"sprints/chat", nil},
	{"sprints/storetest", []string{"sprints", "sprints/chat"}},
	{"sprints/", []string{"sprints", "sprints/chat"}},
	{"sprints", []string{"sprints/chat"}},
	{"bot/commands", []string{"sprints", "sprints/"}},
	{"bot/relay", []string{"sprints", "sprints/"}},
	{"bot/jobs", []string{"sprints", "sprints/"}},
	{"bot/charts", []string{"sprints", "sprints/"}},
	{"bot", []string{"bot/", "adapters/", "sprints", "sprints/"}},
	// adapters/x and what is below it: themselves and sprints; see arrow.
	{"adapters/", []string{"sprints", "sprints/"}},
}

// home is the only room whose code may use a library: its types never leave it.
var home = map[string]string{
	"github.com/slack-go/slack":       "adapters/slack",
	"github.com/lrstanley/girc":       "adapters/irc",
	"github.com/ergochat/irc-go":      "adapters/irc",
	"github.com/google/go-github":     "adapters/github",
	"golang.org/x/image":              "bot/charts",
	"modernc.org/sqlite":              "adapters/sqlite",
	"github.com/pressly/goose":        "adapters/sqlite",
	"code.dny.dev/ssrf":               "adapters/wiki",
	"github.com/peterh/liner":         "adapters/console",
	"github.com/alecthomas/kong":      "bot",
	"go.yaml.in/yaml":                 "bot",
	"database/sql":                    "adapters/sqlite",
	"github.com/rogpeppe/go-internal": "tests",
	"github.com/google/go-cmp":        "tests",
	"pgregory.net/rapid":              "tests",
	"go.uber.org/goleak":              "tests",
	"github.com/chromedp":             "tests",
}

// doubles are for tests, beside the adapter they double.
var doubles = []string{"adapters/slack/slackdouble", "adapters/irc/irctest", "adapters/github/githubdouble", "sprints/storetest"}

type goPackage struct {
	ImportPath           string
	Imports, TestImports []string
	XTestImports         []string
}

// TestArrows asks the go command who imports whom and fails on any arrow that
// ARCHITECTURE.md does not draw.
func TestArrows(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := 0
	for list := json.NewDecoder(bytes.NewReader(out)); ; seen++ {
		var p goPackage
		if err := list.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, to := range p.Imports {
			if why := arrow(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
		for _, to := range append(p.TestImports, p.XTestImports...) {
			if why := testArrow(from, to); why != "" {
				t.Errorf("a test of %s imports %s: %s", from, to, why)
			}
		}
	}
	if seen < 10 {
		t.Errorf("go list names only %d packages", seen)
	}
}

// arrow says why code of a package may not import another, "" if it may.
func arrow(from, to string) string {
	for library, room := range home {
		if within(to, library) && (room == "tests" && !isDouble(from) || room != "tests" && !within(from, room)) {
			return "its home is " + room
		}
	}
	to, ours := strings.CutPrefix(to, module)
	switch {
	case !ours && strings.HasPrefix(from, "sprints") && !isDouble(from) && strings.Contains(head(to), "."):
		return "sprints stands on the standard library alone"
	case !ours:
		return ""
	case isDouble(to):
		return "doubles are for tests"
	case from == to:
		return ""
	}
	for _, m := range mayImport {
		if !inRoom(m.room, from) {
			continue
		}
		if strings.HasPrefix(from, "adapters/") && within(to, adapterOf(from)) {
			return ""
		}
		for _, may := range m.to {
			if inRoom(may, to) {
				return ""
			}
		}
		return "there is no such arrow"
	}
	return "the package stands in no room of ARCHITECTURE.md"
}

// testArrow is arrow for tests, which may also use their doubles, the real
// store and, in bot, the real adapters.
func testArrow(from, to string) string {
	own, ours := strings.CutPrefix(to, module)
	switch {
	case !ours:
		return ""
	case own == from, own == "adapters/sqlite", own == "sprints/storetest" && from == "adapters/sqlite":
		return ""
	case strings.HasPrefix(from, "bot") && strings.HasPrefix(own, "adapters/"):
		return "" // what a room of bot is wired to, it is tried with
	case isDouble(own) && within(own, adapterOf(from)):
		return ""
	}
	return arrow(from, to)
}

func isDouble(p string) bool {
	for _, d := range doubles {
		if within(p, d) {
			return true
		}
	}
	return false
}

// inRoom says that a path is a room, or in it where the room ends in a stroke.
func inRoom(room, path string) bool {
	return room == path || strings.HasSuffix(room, "/") && strings.HasPrefix(path, room)
}

func within(path, room string) bool {
	return room != "" && (path == room || strings.HasPrefix(path, room+"/"))
}

// adapterOf is the adapter a package belongs to, "" if to none.
func adapterOf(p string) string {
	rest, ok := strings.CutPrefix(p, "adapters/")
	if !ok {
		return ""
	}
	return "adapters/" + head(rest)
}

func head(p string) string {
	name, _, _ := strings.Cut(p, "/")
	return name
}

func TestOtherArrowsAreRefused(t *testing.T) {
	for _, c := range []struct {
		from, to string
		may      bool
	}{
		{"bot", module + "adapters/irc", true},
		{"bot", module + "adapters/irc/irctest", false},
		{"bot", "github.com/slack-go/slack", false},
		{"bot/commands", module + "bot/relay", false},
		{"bot/commands", module + "sprints/attendance", true},
		{"bot/jobs", module + "adapters/github", false},
		{"adapters/irc", module + "adapters/slack", false},
		{"adapters/irc", module + "bot/relay", false},
		{"adapters/irc", module + "sprints/chat", true},
		{"adapters/irc/irctest", "github.com/ergochat/irc-go/ircmsg", true},
		{"adapters/web", "database/sql", false},
		{"sprints", module + "adapters/sqlite", false},
		{"sprints", "golang.org/x/text/cases", false},
		{"sprints/chat", module + "sprints", false},
		{"elsewhere", module + "sprints", false},
	} {
		if why := arrow(c.from, c.to); (why == "") != c.may {
			t.Errorf("%s to %s: %q", c.from, c.to, why)
		}
	}
}
