package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

func TestAnEditThatOvertakesItsWordsIsTheWords(t *testing.T) {
	now := time.Now()
	words := func(id, text string, at time.Time, command bool) chat.Message {
		return said(id, text, func(m *chat.Message) {
			if m.At = at; command {
				m.Addressed, m.Door = true, "!"
			}
		})
	}
	changed := func(kind chat.Kind, of, text string, ofAt time.Time, command bool) chat.Message {
		m := words(of+":changed", text, now, command)
		m.Kind, m.Of, m.OfAt = kind, of, ofAt
		return m
	}
	for name, c := range map[string]struct {
		heard []chat.Message
		want  string
	}{
		"an edit":          {[]chat.Message{changed(chat.Edited, "2", "better", now, false), words("2", "worse", now, false)}, `["pycon #sprints: first" "pycon #sprints: better"]`},
		"a deletion":       {[]chat.Message{changed(chat.Deleted, "2", "", now, false), words("2", "worse", now, false)}, `["pycon #sprints: first"]`},
		"of long ago":      {[]chat.Message{changed(chat.Edited, "2", "better", now.Add(-time.Hour), false)}, `["pycon #sprints: first"]`},
		"in its turn":      {[]chat.Message{words("2", "worse", now, false), changed(chat.Edited, "2", "better", now, false)}, `["pycon #sprints: first" "pycon #sprints: worse" "pycon #sprints: better"]`},
		"of a command":     {[]chat.Message{changed(chat.Edited, "2", "project new Lark", now, true), words("2", "project new Lrk", now, true)}, "Lark"},
		"and a command's":  {[]chat.Message{words("2", "project new Lrk", now, true), changed(chat.Edited, "2", "project new Lark", now, true)}, "Lrk"},
		"without its time": {[]chat.Message{changed(chat.Edited, "2", "better", time.Time{}, false)}, `["pycon #sprints: first"]`},
	} {
		t.Run(name, func(t *testing.T) {
			e, store := newEar(t)
			for _, m := range append([]chat.Message{words("1", "first", now.Add(-30*time.Minute), false)}, c.heard...) {
				if _, err := e.hear(t.Context(), []chat.Message{m}); err != nil {
					t.Fatal(err)
				}
			}
			got := rows(t, store)
			if strings.HasPrefix(c.want, "[") {
				if fmt.Sprintf("%q", got) != c.want {
					t.Errorf("rows %q, want %s", got, c.want)
				}
				return
			}
			answers := slices.DeleteFunc(got, func(r string) bool { return !strings.HasPrefix(r, "libera @") })
			if len(answers) != 1 || !strings.Contains(answers[0], c.want) {
				t.Errorf("answers %q, want one of %s", answers, c.want)
			}
		})
	}
}
