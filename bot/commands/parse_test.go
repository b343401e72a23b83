package commands_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sprintbot/bot/commands"
)

func TestParseIsGenerous(t *testing.T) {
	for line, want := range map[string][]string{
		"here 7":                               {"here", "7"},
		"!HERE 7":                              {"here", "7"},
		"#here B4":                             {"here", "B4"},
		"here table 7":                         {"here", "table", "7"},
		"Here: copperkettle.":                  {"here", "copperkettle"},
		"here copperkettle, please!":           {"here", "copperkettle"},
		"ｈｅｒｅ B4":                              {"here", "B4"},
		"take 2":                               {"take", "2"},
		"claim 2":                              {"take", "2"},
		"grab example/foo#12":                  {"take", "example/foo#12"},
		"unclaim":                              {"drop"},
		"project new Foo owner/foo":            {"project new", "Foo", "owner/foo"},
		"project-new Foo":                      {"project new", "Foo"},
		`project new "Tin Whistle" o/w`:        {"project new", "Tin Whistle", "o/w"},
		"project new “Tin Whistle”":            {"project new", "Tin Whistle"},
		"project new Ada's":                    {"project new", "Ada's"},
		"project new 'tis fine":                {"project new", "'tis", "fine"},
		"project set foo summary Hello there.": {"project set", "foo", "summary", "Hello", "there."},
		"project foo":                          {"project show", "foo"},
		"projects":                             {"projects"},
		`"help here"`:                          {"help", "here"},
		`"here" B4`:                            {"here", "B4"},
		`“show yes”, please`:                   {"show", "yes"},
		"table claim B4 seats 8":               {"table claim", "B4", "seats", "8"},
		"tab cl B4":                            {"table claim", "B4"},
		"table B4":                             {"where", "B4"},
		"forget me":                            {"forget me"},
		"forget-me":                            {"forget me"},
		"forget":                               {"forget me"},
		"headc 302 41":                         {"headcount", "302", "41"},
		"help":                                 {"help"},
		"me?":                                  {"me"},
	} {
		p := commands.Parse(commands.Table(), line)
		if p.Command == nil {
			t.Errorf("%q names no command; near: %q", line, p.Near)
			continue
		}
		if diff := cmp.Diff(want, append([]string{p.Command.Name}, p.Args...)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

func TestParsePassesOverWhatShowsNothing(t *testing.T) {
	for line, want := range map[string]string{
		"\ufeffhe\u200bre B\u00ad4\u2060":                              "here|B4",
		"\u202ehere\u202c \u2067B4\u2069\u200d":                        "here|B4",
		"project new Kettle \U0001F469\u200d\U0001F4BB\u200d":          "project new|Kettle|\U0001F469\u200d\U0001F4BB",
		"project new \u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645": "project new|\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645",
	} {
		p := commands.Parse(commands.Table(), line)
		if p.Command == nil || strings.Join(append([]string{p.Command.Name}, p.Args...), "|") != want {
			t.Errorf("%q is read as %+v", line, p)
		}
	}
	w := newWorld(t)
	w.did(newcomer, "show yes", "forget me", "\u200byes\ufeff")
	if p, _ := w.person(newcomer); p.ID != 0 {
		t.Error("a yes with characters that show nothing was not heard")
	}
}

func TestParseSuggestsWhatIsASlipAway(t *testing.T) {
	for line, want := range map[string]string{
		"esay python":     "easy python",
		"tkae 2":          "take 2",
		"hlep":            "help",
		"projcts":         "projects",
		"project nwe Foo": "project new Foo",
		"forgetme":        "forget me",
		"tabel claim B4":  "table claim B4",
		"anounce foo":     "announce foo",
	} {
		p := commands.Parse(commands.Table(), line)
		if p.Command != nil || len(p.Near) == 0 || p.Near[0] != want {
			t.Errorf("%q suggests %q, not %q first (command %v)", line, p.Near, want, p.Command != nil)
		}
	}
	for _, line := range []string{"", "!!!", "…", "wonderful", "lol", "xy", strings.Repeat("easy", 5000), "how do I start?", "I need help", "I'm new",
		"is anyone here", "what can you do", "do I need Python"} {
		if p := commands.Parse(commands.Table(), line); p.Command != nil || len(p.Near) > 0 && !p.Guess {
			t.Errorf("%.20q is taken for %v %q", line, p.Command, p.Near)
		}
	}
}

func TestNoTwoCommandsShareAName(t *testing.T) {
	seen := map[string]string{}
	for _, c := range commands.Table() {
		for _, n := range append([]string{c.Name}, c.Aliases...) {
			if other, ok := seen[n]; ok {
				t.Errorf("%q is %s and %s", n, other, c.Name)
			}
			seen[n] = c.Name
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"here B4", `project new "a b" c/d`, "“", "'", "!", "project", "-", "_", "a-b", "\x00", "«»", "forget me now, please"} {
		f.Add(s)
	}
	table := commands.Table()
	f.Fuzz(func(t *testing.T, line string) {
		p := commands.Parse(table, line)
		if len(p.Near) > 3 {
			t.Errorf("%d suggestions", len(p.Near))
		}
		for _, n := range p.Near {
			if q := commands.Parse(table, n); q.Command == nil && utf8.ValidString(line) && !strings.ContainsAny(n, "\"'“”‘’„‚«»") {
				t.Errorf("%q suggests %q, which is no command", line, n)
			}
		}
	})
}
