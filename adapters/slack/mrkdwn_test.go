package slack

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
	"pgregory.net/rapid"

	"sprintbot/sprints/chat"
)

// fixed is a directory of two names.
type fixed struct{}

func (fixed) person(id string) (string, bool) {
	if id == "U1" {
		return "ada", false
	}
	return id, false
}
func (fixed) channel(id string) string {
	if id == "C1" {
		return "sprints"
	}
	return id
}
func (fixed) group(id string) string { return id }

func translated(ev socketmode.Event) (chat.Message, bool) {
	return translator{network: "pycon", me: self{UserID: "UBOT", BotID: "BBOT", Name: "sprintbot"},
		places: newPlaces("pycon", nil, nil), names: fixed{}}.message(ev)
}

func TestMrkdwnIsRead(t *testing.T) {
	ada := &chat.Handle{Network: "pycon", ID: "U1", Nick: "ada"}
	for _, c := range []struct {
		in   string
		want chat.Text
	}{
		{"plain &amp; &lt;simple&gt; &amp;lt;", chat.Text{{Text: "plain & <simple> &lt;"}}},
		{"a *bold* _italic_ ~gone~ `code *x*` end", chat.Text{{Text: "a "}, {Text: "bold", Bold: true}, {Text: " "},
			{Text: "italic", Italic: true}, {Text: " "}, {Text: "gone", Strike: true}, {Text: " "},
			{Text: "code *x*", Code: true}, {Text: " end"}}},
		{"*bold _both_*", chat.Text{{Text: "bold ", Bold: true}, {Text: "both", Bold: true, Italic: true}}},
		{"snake_case_name 2*3*4 a * b * c *", chat.Text{{Text: "snake_case_name 2*3*4 a * b * c *"}}},
		{"*not\nbold*", chat.Text{{Text: "*not\nbold*"}}},
		{"```\nx = *y*\n``` then", chat.Text{{Text: "x = *y*", Code: true, Pre: true}, {Text: "\n then"}}},
		{"see ```\n  a\n\n\tb```\nthere", chat.Text{{Text: "see \n"}, {Text: "  a\n\n\tb", Code: true, Pre: true}, {Text: "\nthere"}}},
		{"open ``` fence `tick", chat.Text{{Text: "open ``` fence `tick"}}},
		{"<@U1> see <#C1> <#C2|help> <!here> <!subteam^S1|@mentors>",
			chat.Text{{Text: "@ada", Who: ada}, {Text: " see #sprints #help @here "},
				{Text: "@mentors", Who: &chat.Handle{Network: "pycon", ID: "S1", Nick: "mentors"}}}},
		{"<@U1|ignored>", chat.Text{{Text: "@ada", Who: ada}}},
		{"<https://example.org/a_b_c?x=1&amp;y=2|label &amp; more> <https://example.org>",
			chat.Text{{Text: "label & more", URL: "https://example.org/a_b_c?x=1&y=2"}, {Text: " "}, {URL: "https://example.org"}}},
		{"<http://example.org|example.org>", chat.Text{{URL: "http://example.org"}}},
		{"_<https://example.org/a_b>_", chat.Text{{URL: "https://example.org/a_b", Italic: true}}},
		{"<mailto:a@example.org|a@example.org>", chat.Text{{Text: "a@example.org"}}},
		{"<!date^1392734382^Posted {date}|18 Feb 2014>", chat.Text{{Text: "18 Feb 2014"}}},
		{"a < b <> <| <unfinished", chat.Text{{Text: "a < b <> <| <unfinished"}}},
		{"&gt; quoted\n:wave: ok", chat.Text{chat.Mark(chat.Quote, 0, 0), {Text: "quoted\n👋 ok"}}},
		{"&gt;&gt;&gt; to\nthe end", chat.Text{chat.Mark(chat.Quote, 0, 0), {Text: "to\n"}, chat.Mark(chat.Quote, 0, 0), {Text: "the end"}}},
		{"• one\n  • two", chat.Text{chat.Mark(chat.Bullet, 0, 0), {Text: "one\n"}, chat.Mark(chat.Bullet, 1, 0), {Text: "two"}}},
		{"(:wave::skin-tone-3:) :shipit: :heart::100:, :man-shrugging::skin-tone-6:", chat.Text{{Text: "(👋🏼) :shipit: ❤️💯, 🤷🏿‍♂️"}}},
		{"12:100:30 std::x::y a:b:c :tada:x `:tada:` <http://h/:tada:>", chat.Text{{Text: "12:100:30 std::x::y a:b:c :tada:x "},
			{Text: ":tada:", Code: true}, {Text: " "}, {URL: "http://h/:tada:"}}},
		{"merged *<https://example.org/1|#1 Fix `foo` in ```bar```>* `<https://example.org|a `b`>`", chat.Text{{Text: "merged "},
			{Text: "#1 Fix `foo` in ```bar```", URL: "https://example.org/1", Bold: true}, {Text: " "},
			{Text: "a `b`", URL: "https://example.org", Code: true}}},
		{"*bold `x* y` bold* _`i`_ *a `b* c` ``no`` `yes`", chat.Text{{Text: "bold ", Bold: true}, {Text: "x* y", Bold: true, Code: true},
			{Text: " bold", Bold: true}, {Text: " "}, {Text: "i", Italic: true, Code: true}, {Text: " *a "}, {Text: "b* c", Code: true},
			{Text: " ``no`` "}, {Text: "yes", Code: true}}},
		{"", nil},
	} {
		if diff := cmp.Diff(c.want, readMrkdwn("pycon", c.in, fixed{})); diff != "" {
			t.Errorf("%q (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestRichTextIsRead(t *testing.T) {
	text := func(s string, style *slackapi.RichTextSectionTextStyle) slackapi.RichTextSectionElement {
		return slackapi.NewRichTextSectionTextElement(s, style)
	}
	block := slackapi.NewRichTextBlock("b",
		slackapi.NewRichTextSection(text("hi ", nil), slackapi.NewRichTextSectionUserElement("U1", nil),
			text(" *literal* ", nil), text("bold", &slackapi.RichTextSectionTextStyle{Bold: true}),
			slackapi.NewRichTextSectionEmojiElement("wave", 2, nil)),
		slackapi.NewRichTextList(slackapi.RTEListOrdered, 0,
			slackapi.NewRichTextSection(text("one", nil)), slackapi.NewRichTextSection(text("two", nil))),
		&slackapi.RichTextQuote{Type: slackapi.RTEQuote, Elements: []slackapi.RichTextSectionElement{text("a\nb", nil)}},
		&slackapi.RichTextPreformatted{Type: slackapi.RTEPreformatted, Elements: []slackapi.RichTextSectionElement{text("x()", nil)}},
	)
	got := readWords("pycon", "the text field", slackapi.Blocks{BlockSet: []slackapi.Block{block}}, fixed{})
	if want := "hi @ada *literal* bold👋🏻\n1. one\n2. two\n> a\n> b\nx()"; got.Plain() != want {
		t.Errorf("read %q, want %q", got.Plain(), want)
	}
	if last := got[len(got)-1]; !last.Code {
		t.Errorf("the last span is %+v", last)
	}
}

func FuzzMrkdwn(f *testing.F) {
	for _, s := range []string{"*a* _b_ ~c~ `d` ```e```", "<@U1> <#C1|x> <!here> <https://x|y>", "&lt;&amp;&gt;", "*_~`<>&|\n",
		"<!date^1^{date}|x>", "*<*>*", "```", "\xff*\xfe*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		start := time.Now()
		got := readMrkdwn("pycon", s, fixed{})
		if took := time.Since(start); took > time.Second {
			t.Errorf("%d bytes took %s", len(s), took)
		}
		for _, span := range got {
			if !utf8.ValidString(span.Text) {
				t.Errorf("%q gives invalid %q", s, span.Text)
			}
		}
		if !strings.ContainsAny(s, "*_~`<&:") && utf8.ValidString(s) && got.Plain() != s {
			t.Errorf("plain %q became %q", s, got.Plain())
		}
		door, rest, _ := atDoor(got, self{UserID: "U1", Name: "sprintbot"}, false)
		if said := door + rest.Plain(); !strings.HasSuffix(strings.TrimSpace(got.Plain()), strings.TrimSpace(rest.Plain())) && said == "" {
			t.Errorf("%q lost its words at the door", s)
		}
	})
}

func TestHostileMrkdwnIsReadAtOnce(t *testing.T) {
	for _, unit := range []string{"*a ", "<", "*_~", "<@", "`", "```", "<a|", "*a*", "_*~a", "&amp;", "*a` ", "*`a`* ", "``a", "<a`"} {
		s := strings.Repeat(unit, 40000/len(unit))
		start := time.Now()
		readMrkdwn("pycon", s, fixed{})
		if took := time.Since(start); took > 500*time.Millisecond {
			t.Errorf("%d bytes of %q took %s", len(s), unit, took)
		}
	}
}

func TestSplittingLosesNothingAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOf(rapid.SampledFrom([]string{"a", " ", "\n", "\n\n", "word ", "é", "👩‍👩‍👧‍👦", "e\u0301", "שלום", "🇩🇪",
			strings.Repeat("x", 50), "."})).Draw(t, "pieces")
		most := rapid.IntRange(12, 60).Draw(t, "most")
		var text chat.Text
		for i, p := range pieces {
			text = append(text, chat.Span{Text: p, Bold: i%3 == 0})
		}
		var all strings.Builder
		for _, part := range split(text, most) {
			if n := size(part); n > most {
				t.Errorf("a part has %d units, at most %d", n, most)
			}
			for _, s := range part {
				all.WriteString(s.Text)
				if !utf8.ValidString(s.Text) {
					t.Errorf("cut inside a rune: %q", s.Text)
				}
			}
		}
		if want := strings.Join(pieces, ""); all.String() != want {
			t.Errorf("got %q, want %q", all.String(), want)
		}
	})
}
