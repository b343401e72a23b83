package slack

import (
	"strings"
	"testing"

	"sprintbot/sprints/chat"
)

func TestNamesFromElsewherePassForNobodys(t *testing.T) {
	for nick, want := range map[string]string{
		"ada":                       "ada (IRC)",
		"\u0430da":                  "\u0430da (IRC, mixed letters)",
		"נועה":                      "\u2068נועה\u2069 (IRC)",
		"eve\u202eada\u200b":        "eveada (IRC)",
		"\u3164":                    "account:x (IRC)",
		strings.Repeat("long ", 40): strings.TrimSpace(strings.Repeat("long ", 14)) + "… (IRC)",
	} {
		got := userName(chat.Outgoing{As: &chat.Handle{Network: "libera", ID: "account:x", Nick: nick}, From: "IRC"})
		if got != want || units(got) > nickUnits {
			t.Errorf("%q is %q (%d units), want %q", nick, got, units(got), want)
		}
	}
}

func TestANameThatPassesForAnOrganizersSaysSo(t *testing.T) {
	out := chat.Outgoing{As: &chat.Handle{Network: "libera", ID: "guest:1", Nick: "\u0430da"}, From: "IRC", Doubt: true}
	if got, want := userName(out), "\u0430da (IRC, unconfirmed)"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// FuzzWordsFromOthers posts what anybody may say elsewhere: no mark is made but
// of a person known by that name, and no word is lost.
func FuzzWordsFromOthers(f *testing.F) {
	for _, s := range []string{"@grace grace: <!here> <@U1>", ":tada: @here https://x.org/a|b>", "\x00\u202e\xff```x```", "> q\n• l\n1. n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := renderer()
		n.names.learn("U1", "grace", "Grace Hopper", "g", false)
		row := sentence{Text: chat.Plainly(s)}.relayed(chat.Handle{Network: "libera", ID: "account:x", Nick: s}, s)
		want := clean(strings.ReplaceAll(withEmoji(chat.Plainly(strings.ToValidUTF8(s, "\uFFFD"))).Plain(), "\n", ""))
		var got strings.Builder
		for _, b := range n.relayed(row) {
			for _, mark := range []string{"<!", "<#", "<@U1|", "<@g"} {
				if strings.Contains(b.Text, mark) {
					t.Fatalf("%q goes out as %q", s, b.Text)
				}
			}
			got.WriteString(b.Text)
		}
		words := strings.NewReplacer("<@U1>", "", "<", "", ">", "", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(got.String())
		squeeze := func(s string) string {
			s = strings.NewReplacer(chat.Apart, "", "@", "").Replace(strings.ToLower(s))
			for _, name := range []string{"grace hopper", "grace", "g"} {
				s = strings.ReplaceAll(s, name, "")
			}
			return strings.Join(strings.Fields(s), "")
		}
		if squeeze(words) != squeeze(want) {
			t.Fatalf("%q goes out as %q", s, got.String())
		}
	})
}
