package main

import (
	"slices"
	"testing"
	"time"

	"sprintbot/sprints"
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

// Said in a thread, they answer what stands there, as words do that were never a
// command: of an edit only the network knows in which thread its words are.
func TestWhatAnEditMakesWordsInAThreadSaysWhomItAnswers(t *testing.T) {
	inThread := func(kind chat.Kind, of, under string) func(*chat.Message) {
		return func(m *chat.Message) {
			m.In.Thread, m.Kind, m.Of, m.Under = "1", kind, of, under
		}
	}
	for name, heard := range map[string][]chat.Message{
		"a command": {said("C:2", "status", func(m *chat.Message) { inThread(chat.Said, "C:1", "")(m); command(m) }),
			said("3", "just words", inThread(chat.Edited, "C:2", "C:1"))},
		"words that it overtook": {said("3", "just words", func(m *chat.Message) { inThread(chat.Edited, "C:2", "C:1")(m); m.OfAt = time.Now().Add(time.Minute) }),
			said("C:2", "words", inThread(chat.Said, "C:1", ""))},
	} {
		e, store := newEar(t)
		e.hears(t, said("C:1", "lunch?", nil))
		e.hears(t, heard...)
		var got []string
		if err := store.Read(t.Context(), func(v sprints.View) error {
			waiting, err := v.Waiting("pycon", 0, 10)
			for _, w := range waiting {
				got = append(got, w.Words().Plain())
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if want := []string{"lunch?", `re ada "lunch?": just words`}; !slices.Equal(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// The same through Slack itself.
func TestACommandInASlackThreadThatIsEditedIntoWordsSaysWhomItAnswers(t *testing.T) {
	b := newBridged(t, []string{"#sprints"})
	root := b.d.Say("ada", "#sprints", "lunch?")
	b.carried([]string{"#sprints lunch?"})
	ts := b.d.SayInThread("ada", "#sprints", root, "!status")
	b.until("answered", func() bool { return len(b.d.Posts()) > 0 })
	b.d.Edit("#sprints", ts, "now just words")
	b.carried([]string{"#sprints lunch?", "#sprints now just words"})
	var words string
	if err := b.store.Read(t.Context(), func(v sprints.View) error {
		all, err := v.Counterparts(chat.SourceKey("pycon", b.d.ChannelID("#sprints")+":"+ts))
		for _, c := range all {
			words += c.Out.Words().Plain()
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if words != `re ada "lunch?": now just words` {
		t.Errorf("%q", words)
	}
}
