package commands_test

import (
	"bytes"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"sprintbot/bot/commands"
)

func TestTheManualIsTheTable(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`# Commands

Written from the command table by ` + "`go test ./bot/commands -update`" + `; edit the table, not this file.

Say them bare in a private word to the bot, in a form on the page and on the console; with ` + "`!`" + ` or ` + "`sprintbot: `" + ` in front
in a channel; as ` + "`/sprint here B4`" + ` or ` + "`@sprintbot here B4`" + ` on Slack. Small and capital letters are the same, a name may be
begun (` + "`ann`" + `, ` + "`tab cl`" + `), names of more than one word need no quotes, and what is nearly a command gets a suggestion.
Answers come in private, six lines at most; ` + "`more`" + ` shows the next ones.
`)
	who := map[commands.Access]string{commands.Anyone: "anyone", commands.Lead: "the project's lead, organizers", commands.Organizer: "organizers"}
	for _, c := range commands.Table() {
		fmt.Fprintf(&b, "\n## %s\n\n    %s\n\n%s", c.Name, strings.TrimSpace(c.Name+" "+c.Usage), c.Summary)
		if c.Detail != "" {
			fmt.Fprintf(&b, " %s", c.Detail)
		}
		fmt.Fprintf(&b, "\n\n- Who: %s", who[c.Access])
		if c.Private {
			b.WriteString(", in private")
		}
		if len(c.Aliases) > 0 {
			fmt.Fprintf(&b, "\n- Also: `%s`", strings.Join(c.Aliases, "`, `"))
		}
		fmt.Fprintf(&b, "\n- Examples: `%s`\n", strings.Join(c.Examples, "`, `"))
	}
	golden(t, filepath.Join("..", "..", "docs", "commands.md"), b.Bytes())
}

func TestHelpFitsTheRowsOfTheTable(t *testing.T) {
	w := newWorld(t)
	for _, c := range commands.Table() {
		if !strings.HasSuffix(c.Summary, ".") || strings.ToUpper(c.Summary[:1]) != c.Summary[:1] {
			t.Errorf("%s: the summary is no sentence: %q", c.Name, c.Summary)
		}
		if len(c.Summary) > 120 || len(c.Detail) > 240 {
			t.Errorf("%s: too long for a line of help", c.Name)
		}
		if out := w.did(orga, "help "+c.Name); !strings.HasPrefix(out.Reply.Plain(), c.Name) {
			t.Errorf("help %s says %s", c.Name, out.Reply.Plain())
		}
	}
}
