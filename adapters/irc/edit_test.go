package irc

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sprintbot/sprints/chat"
)

func TestASmallEditIsAShortForm(t *testing.T) {
	n := lonely(t, "#x").n
	for _, c := range []struct{ was, now, want string }{
		{"the tabel is B4", "the table is B4", "s/tabel/table/"},
		{"lunch is at 12", "lunch is at 13", "s/12/13/"},
		{"lunch is at", "lunch is at 13", "s/at/at 13/"},
		{"it is very good", "it is good", "s/is very/is/"},
		{"go to to B4", "go to B4", "s/to to/to/"}, // "to" alone stands there twice
		{"a b a b", "a b a c", "s/b a b/b a c/"},
		{"a a a a a a a a", "a a a a a a a", ""}, // told only by too much context
		{"look in a/b", "look in a/c", ""},
		{"one two three", "quite other words", ""},
		{"same words", "same words", ""},
		{"same\nwords", "same words", ""},
		{"a 1 2 3 4 5 6 z", "a 9 8 7 6 5 4 z", ""},
		{"hi", "hello", ""},
	} {
		was := chat.Saying(chat.Plainly(c.was))
		out := chat.Outgoing{Kind: chat.Edited, Was: &was, Reply: chat.Saying(chat.Plainly(c.now))}
		if got := n.substitution(out); got != c.want {
			t.Errorf("%q to %q: %q, want %q", c.was, c.now, got, c.want)
		}
	}
	if got := n.substitution(chat.Outgoing{Reply: chat.Saying(chat.Plainly("x"))}); got != "" {
		t.Errorf("with nothing before: %q", got)
	}
}

// Whom an edit names is called as the words themselves would call them: people
// of here by their nick, those of elsewhere not at all, whoever has their name.
func TestAShortFormCallsNobodyWhoIsNotMeant(t *testing.T) {
	n := lonely(t, "#x").n
	slack := func(id, nick string) chat.Span {
		return chat.Span{Text: "@" + nick, Who: &chat.Handle{Network: "pycon", ID: id, Nick: nick}}
	}
	linked := chat.Span{Text: "@Lin Doe", Who: &chat.Handle{Network: n.cfg.Name, ID: "account:lin", Nick: "lin"}}
	group := chat.Span{Text: "@here"}
	edit := func(whom chat.Span) string {
		say := func(whom chat.Span) chat.Reply {
			return chat.Saying(chat.Text{{Text: "please ask "}, whom, {Text: " about it"}})
		}
		was := say(slack("U1", "bob"))
		out := chat.Outgoing{To: chat.Place{Network: n.cfg.Name, Channel: "#x"}, Kind: chat.Edited, From: "Slack",
			As: &chat.Handle{Network: "pycon", ID: "U1", Nick: "zoë"}, Was: &was, Reply: say(whom)}
		return strings.TrimPrefix(n.Render(out)[0].Body, "PRIVMSG :"+speaker(out)+" ")
	}
	for want, whom := range map[string]chat.Span{
		"s/@b\u200bob/@g\u200brace/": slack("U2", "grace"),
		"s/@b\u200bob/lin/":          linked,
		"s/@b\u200bob/@\u200bhere/":  group,
	} {
		if got := edit(whom); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// shownAs is what a channel sees of a row, without the marks that call nobody.
func shownAs(n *Network, out chat.Outgoing) []string {
	var lines []string
	for _, p := range n.Render(out) {
		lines = append(lines, strings.ReplaceAll(strings.TrimPrefix(p.Body, "PRIVMSG :"), chat.Apart, ""))
	}
	return lines
}

func TestEditsRepliesAndLongWordsOnIRC(t *testing.T) {
	n := lonely(t, "#x").n
	room := chat.Place{Network: n.cfg.Name, Channel: "#x"}
	grace := chat.Handle{Network: "pycon", ID: "U1", Nick: "grace"}
	say := func(words string) chat.Outgoing {
		var r chat.Reply
		for l := range strings.SplitSeq(words, "\n") {
			r.Lines = append(r.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{chat.Plainly(l)}})
		}
		return chat.Outgoing{To: room, Kind: chat.Said, As: &grace, From: "Slack", Reply: r}
	}
	is := func(what string, out chat.Outgoing, want ...string) {
		t.Helper()
		if got := shownAs(n, out); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	was := say("the tabel is B4").Reply
	edit := say("the table is B4")
	edit.Kind, edit.Was = chat.Edited, &was
	is("a small edit", edit, "<grace (Slack)> s/tabel/table/")
	edit.Was = nil
	is("an edit in full", edit, "<grace (Slack)> (edited) the table is B4")
	gone := say("")
	gone.Kind, gone.Reply = chat.Deleted, chat.Reply{}
	is("taken back", gone, "<grace (Slack)> (took back a line)")
	gone.At = time.Date(2027, 5, 17, 18, 30, 0, 0, time.UTC)
	gone.OfAt = time.Date(2027, 5, 17, 14, 2, 0, 0, time.FixedZone("", -4*60*60))
	is("taken back, said at a known time", gone, "<grace (Slack)> (took back what they said at 14:02)")
	gone.OfAt = gone.OfAt.AddDate(0, 0, -1)
	is("taken back, said the day before", gone, "<grace (Slack)> (took back what they said on Sun at 14:02)")
	reply := say("yes\nof course")
	reply.Re = chat.Text{{Text: "re "}, {Text: "ada", Who: &chat.Handle{Network: n.cfg.Name, Nick: "ada_"}}, {Text: ` "good morning…": `}}
	is("a reply", reply, `<grace (Slack)> re ada_ "good morning…": yes`, "<grace (Slack)> of course")

	long := "1\n2\n3\n4\n5"
	is("long words without a page", say(long), "<grace (Slack)> 1", "<grace (Slack)> 2", "<grace (Slack)> 3", "<grace (Slack)> 4", "<grace (Slack)> 5")
	paged := say(long)
	paged.Page = "https://s.example/t/x"
	is("long words with a page", paged, "<grace (Slack)> 1", "<grace (Slack)> 2", "<grace (Slack)> 3", "<grace (Slack)> 2 more lines: https://s.example/t/x")
	paged.Kind = chat.Edited
	is("an edit of long words", paged, "<grace (Slack)> (edited) now 5 lines: https://s.example/t/x")
	paged.Kind, paged.Reply = chat.Said, say("1\n2\n3\n4").Reply
	is("one line more", paged, "<grace (Slack)> 1", "<grace (Slack)> 2", "<grace (Slack)> 3", "<grace (Slack)> 1 more line: https://s.example/t/x")
	paged.Reply = say("1\n2\n3").Reply
	is("not that long", paged, "<grace (Slack)> 1", "<grace (Slack)> 2", "<grace (Slack)> 3")
	paged.Reply = say(strings.Repeat("word ", 400)).Reply
	if got := shownAs(n, paged); len(got) != 4 || !strings.HasSuffix(got[3], fmt.Sprint(" more lines: ", paged.Page)) {
		t.Errorf("one long line: %d lines, %q", len(got), got[len(got)-1])
	}
}
