package main

import (
	"slices"
	"testing"

	"sprintbot/sprints/chat"
)

// Words that began as a command went nowhere: what an edit makes of them is new
// to the others, once, and a further edit changes that.
func TestACommandThatIsEditedIntoWordsIsCarriedOnce(t *testing.T) {
	edit := func(id, words string, change func(*chat.Message)) chat.Message {
		return said(id, words, func(m *chat.Message) {
			m.Kind, m.Of = chat.Edited, "2"
			if change != nil {
				change(m)
			}
		})
	}
	for name, c := range map[string]struct {
		heard []chat.Message
		want  []string
	}{
		"into words":               {[]chat.Message{said("2", "status", command), edit("3", "just words", nil)}, []string{"pycon #sprints: just words"}},
		"and once more":            {[]chat.Message{said("2", "status", command), edit("3", "just words", nil), edit("4", "better words", nil)}, []string{"pycon #sprints: just words", "pycon #sprints: better words"}},
		"and taken back":           {[]chat.Message{said("2", "status", command), edit("3", "just words", nil), said("4", "", func(m *chat.Message) { m.Kind, m.Of = chat.Deleted, "2" })}, []string{"pycon #sprints: just words", "pycon #sprints: "}},
		"into another command":     {[]chat.Message{said("2", "status", command), edit("3", "projects", command)}, nil},
		"then words":               {[]chat.Message{said("2", "status", command), edit("3", "projects", command), edit("4", "just words", nil)}, []string{"pycon #sprints: just words"}},
		"words never heard":        {[]chat.Message{edit("3", "just words", nil)}, nil},
		"said in private":          {[]chat.Message{said("2", "status", func(m *chat.Message) { command(m); m.Direct, m.In = true, chat.Direct(ada) }), edit("3", "just words", func(m *chat.Message) { m.Direct, m.In = true, chat.Direct(ada) })}, nil},
		"a stray word was carried": {[]chat.Message{said("2", "zzzyx", command), edit("3", "just words", nil)}, []string{"pycon #sprints: !zzzyx", "pycon #sprints: just words"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, store := newEar(t)
			for range 2 { // the second time all is a redelivery
				e.hears(t, c.heard...)
			}
			got := slices.DeleteFunc(rows(t, store), func(r string) bool { return r[:7] == "libera " })
			if !slices.Equal(got, c.want) {
				t.Errorf("rows %q, want %q", got, c.want)
			}
		})
	}
}

// The same through Slack itself: the edit names the command's message.
func TestACommandOnSlackThatIsEditedIntoWordsIsCarried(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	ts := b.d.Say("ada", "#sprints", "!status")
	b.until("answered", func() bool { return len(b.d.Posts()) > 0 })
	b.d.Edit("#sprints", ts, "now just words")
	b.carried([]string{"#sprints now just words"})
	b.d.Edit("#sprints", ts, "better words")
	b.carried([]string{"#sprints now just words", "#sprints better words"})
}
