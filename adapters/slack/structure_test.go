package slack

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	slackapi "github.com/slack-go/slack"
	"pgregory.net/rapid"

	"sprintbot/adapters/slack/slackdouble"
	"sprintbot/sprints/chat"
)

// composed is a message as somebody may compose it in Slack: sections, lists
// within lists, quotes and code.
func composed() *rapid.Generator[*slackapi.RichTextBlock] {
	return rapid.Custom(func(t *rapid.T) *slackapi.RichTextBlock {
		words := rapid.SampledFrom([]string{"one", " two ", "a  b", "x\ny", "x\n\n\ty", "שלום", "👩‍👩‍👧‍👦", "<!here>", "&amp;", "*a*", ":tada:", "> q", "• l", "3. n"})
		inner := func(name string) []slackapi.RichTextSectionElement {
			var out []slackapi.RichTextSectionElement
			for range rapid.IntRange(1, 3).Draw(t, name) {
				switch rapid.IntRange(0, 4).Draw(t, "kind") {
				case 0:
					out = append(out, slackapi.NewRichTextSectionLinkElement("https://example.org/a?b=c&d", rapid.SampledFrom([]string{"", "label"}).Draw(t, "label"), nil))
				case 1:
					out = append(out, slackapi.NewRichTextSectionEmojiElement(rapid.SampledFrom([]string{"tada", "shipit"}).Draw(t, "emoji"), 0, nil))
				case 2:
					out = append(out, slackapi.NewRichTextSectionUserElement("U1", nil))
				default:
					out = append(out, slackapi.NewRichTextSectionTextElement(words.Draw(t, "words"),
						&slackapi.RichTextSectionTextStyle{Bold: rapid.Bool().Draw(t, "bold"), Strike: rapid.Bool().Draw(t, "strike")}))
				}
			}
			return out
		}
		block := slackapi.NewRichTextBlock("")
		for range rapid.IntRange(1, 5).Draw(t, "elements") {
			switch rapid.IntRange(0, 3).Draw(t, "element") {
			case 0:
				block.Elements = append(block.Elements, slackapi.NewRichTextSection(inner("section")...))
			case 1:
				block.Elements = append(block.Elements, &slackapi.RichTextQuote{Type: slackapi.RTEQuote, Elements: inner("quote")})
			case 2:
				block.Elements = append(block.Elements, &slackapi.RichTextPreformatted{Type: slackapi.RTEPreformatted, Elements: inner("pre")})
			default:
				list := slackapi.NewRichTextList(rapid.SampledFrom([]slackapi.RichTextListElementType{slackapi.RTEListBullet, slackapi.RTEListOrdered}).Draw(t, "style"),
					rapid.IntRange(0, 3).Draw(t, "indent"))
				list.Offset, list.Border = rapid.IntRange(0, 4).Draw(t, "offset"), rapid.IntRange(0, 1).Draw(t, "border")
				for range rapid.IntRange(1, 4).Draw(t, "items") {
					list.Elements = append(list.Elements, slackapi.NewRichTextSection(inner("item")...))
				}
				block.Elements = append(block.Elements, list)
			}
		}
		return block
	})
}

func TestRichTextComesBackWithItsWords(t *testing.T) {
	n := renderer()
	rapid.Check(t, func(t *rapid.T) {
		first := readRich("pycon", composed().Draw(t, "message"), fixed{})
		out := chat.Outgoing{Kind: chat.Said, As: &chat.Handle{Network: "other", Nick: "ada"}, From: "IRC"}
		for _, line := range first.Lines() {
			out.Reply.Lines = append(out.Reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{line}})
		}
		parts := n.Render(out)
		if len(parts) != 1 {
			t.Fatalf("%d posts", len(parts))
		}
		var b struct {
			Text   string
			Blocks slackapi.Blocks
		}
		if err := json.Unmarshal([]byte(parts[0].Body), &b); err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(b.Blocks)
		for _, e := range slackdouble.Refusals(b.Text, raw) {
			t.Error(e)
		}
		if len(b.Blocks.BlockSet) != 1 {
			t.Fatalf("%d blocks", len(b.Blocks.BlockSet))
		}
		again := readRich("pycon", b.Blocks.BlockSet[0].(*slackapi.RichTextBlock), fixed{})
		if want, got := lasting(first), lasting(again); want != got {
			t.Fatalf("%q came back as %q from\n%s", want, got, raw)
		}
	})
}

// lasting is what of a text must come back: its words and marks, without empty
// lines around blocks, emoji by character, calls defused.
func lasting(t chat.Text) string {
	var lines []string
	for _, l := range withEmoji(t).Lines() {
		if words := strings.TrimRight(chat.Defused(strings.ReplaceAll(l.Plain(), chat.Apart, "")), " "); words != "" && words != ">" {
			lines = append(lines, words)
		}
	}
	return strings.Join(lines, "\n")
}

func TestBlocksAreSlacksOwn(t *testing.T) {
	n := renderer()
	words := chat.Text{{Text: "steps:\n"}, chat.Mark(chat.Number, 0, 1), {Text: "one\n"}, chat.Mark(chat.Bullet, 1, 0), {Text: "deeper\n"},
		chat.Mark(chat.Number, 0, 2), {Text: "two\n"}, chat.Mark(chat.Quote, 0, 0), {Text: "said\n"},
		chat.Mark(chat.Quote, 0, 0), {Text: "so\n"}, {Text: "if x:\n\n\ty()", Code: true, Pre: true}, {Text: "\nend"}}
	var got []string
	for _, e := range n.elements(words) {
		raw, _ := json.Marshal(e)
		got = append(got, plainJSON(t, raw))
	}
	text := func(s string) string { return fmt.Sprintf(`{"text":%q,"type":"text"}`, s) }
	section := func(s string) string {
		return `{"elements":[` + text(s) + `],"type":"rich_text_section"}`
	}
	if diff := cmp.Diff([]string{
		section("steps:"),
		`{"border":0,"elements":[` + section("one") + `],"indent":0,"offset":0,"style":"ordered","type":"rich_text_list"}`,
		`{"border":0,"elements":[` + section("deeper") + `],"indent":1,"offset":0,"style":"bullet","type":"rich_text_list"}`,
		`{"border":0,"elements":[` + section("two") + `],"indent":0,"offset":1,"style":"ordered","type":"rich_text_list"}`,
		`{"elements":[` + text("said\nso") + `],"type":"rich_text_quote"}`,
		`{"border":0,"elements":[` + text("if x:\n\n\ty()") + `],"type":"rich_text_preformatted"}`,
		section("end"),
	}, got); diff != "" {
		t.Error(diff)
	}
}

func TestPeopleAreMentionedOnlyWhereOneIsMeant(t *testing.T) {
	n := newNetwork(Config{Name: "pycon", BotToken: "xoxb-double"}, slog.New(slog.DiscardHandler), 0)
	n.names.setSelf(self{UserID: "UBOT", BotID: "BBOT", Name: "sprintbot"})
	n.names.learn("U1", "Grace", "Grace Hopper", "ghopper", false)
	n.names.learn("U2", "lin", "Lin B", "lin", false)
	n.names.learn("U3", "Lin", "Lin C", "linc", false)
	n.names.learn("U4", "channel", "here", "everyone", false)
	n.names.learn("U5", "deploys", "", "deploys", true)
	n.names.learn("UBOT", "sprintbot", "", "sprintbot", true)
	n.names.learn("U6", "Zoë", "", "zoe", false)
	n.names.learn("U7", "was Old", "", "was", false)
	n.names.learn("U7", "New", "", "new", false)
	for in, want := range map[string]string{
		"@grace can you look":             "<@U1> can you look",
		"ask @Grace Hopper, please":       "ask <@U1>, please",
		"ghopper: ping":                   "<@U1>: ping",
		"grace, ping":                     "<@U1>, ping",
		"say grace: now":                  "say grace: now",
		"one\ngrace: two":                 "one\n<@U1>: two",
		"@GRACE's talk (@grace)":          "<@U1>'s talk (<@U1>)",
		"@graceful @grace_h @grace.h":     "@graceful @grace_h @grace.h",
		"a@grace mail me@grace.org":       "a@grace mail me@grace.org",
		"@lin is two people, so is lin:":  "@lin is two people, so is lin:",
		"lin: hello":                      "lin: hello",
		"@lin b is one":                   "<@U2> is one",
		"@here @channel @everyone @group": "@\u200bhere @\u200bchannel @\u200beveryone @\u200bgroup",
		"here: and channel: ":             "here: and channel: ",
		"@deploys @sprintbot":             "@deploys @sprintbot",
		"@zoë!":                           "<@U6>!",
		"@was Old @New":                   "@was Old <@U7>",
		"https://x.org/@grace":            "<https://x.org/@grace>",
		"<@U1> <!here>":                   "&lt;@U1&gt; &lt;\u200b!here&gt;",
		"@@grace @ grace":                 "@@grace @ grace",
		"@grace:example.org @grace: yes":  "@grace:example.org <@U1>: yes",
		"`@grace` is code, @grace is not": "`@grace` is code, <@U1> is not",
	} {
		out := chat.Outgoing{Kind: chat.Said, As: &chat.Handle{Network: "libera", Nick: "ada"}, From: "IRC", Reply: chat.Saying(chat.Plainly(in))}
		var b body0
		if err := json.Unmarshal([]byte(n.Render(out)[0].Body), &b); err != nil {
			t.Fatal(err)
		}
		if b.Text != want {
			t.Errorf("%q goes out as %q, want %q", in, b.Text, want)
		}
		if got, want := strings.Count(string(b.Blocks), `"user_id"`), strings.Count(want, "<@"); got != want {
			t.Errorf("%q mentions %d in its blocks, %d in its text", in, got, want)
		}
	}
	for name, quiet := range map[string]chat.Text{
		"code":     {{Text: "@grace", Code: true}},
		"a label":  {{Text: "@grace", URL: "https://example.org"}},
		"a person": {{Text: "@grace", Who: &chat.Handle{Network: "other", ID: "account:grace"}}},
	} {
		out := chat.Outgoing{Kind: chat.Said, As: &chat.Handle{Network: "libera", Nick: "ada"}, Reply: chat.Saying(quiet)}
		if body := n.Render(out)[0].Body; strings.Contains(body, "user_id") {
			t.Errorf("%s became a mention: %s", name, body)
		}
	}
	own := chat.Outgoing{Kind: chat.Said, As: &chat.Handle{Network: "pycon", Nick: "ada"}, Reply: chat.Saying(chat.Plainly("@grace"))}
	if body := n.Render(own)[0].Body; strings.Contains(body, "user_id") {
		t.Errorf("words typed on Slack itself became a mention: %s", body)
	}
}

func TestInAPostOfSeveralPeopleOnlyTheirWordsMention(t *testing.T) {
	n := newNetwork(Config{Name: "pycon", BotToken: "xoxb-double"}, slog.New(slog.DiscardHandler), 0)
	n.names.learn("U1", "grace", "", "grace", false)
	n.names.learn("U2", "ada", "", "ada", false)
	say := func(nick, words string) chat.Outgoing {
		return chat.Outgoing{Kind: chat.Said, As: &chat.Handle{Network: "libera", ID: nick, Nick: nick}, From: "IRC", Reply: chat.Saying(chat.Plainly(words))}
	}
	rows := []chat.Outgoing{say("ada", "grace: one"), say("grace, the other", "two"), say("@grace", "three @ada"), say("ada", "four grace: no")}
	out := rows[0]
	out.Together = rows
	bodies := n.relayed(out)
	if want := "ada: <@U1>: one\ngrace, the other: two\n@grace: three <@U2>\nada: four grace: no"; len(bodies) != 1 || bodies[0].Text != want {
		t.Errorf("posted %q, want %q", bodies[0].Text, want)
	}
}

// body0 is a post as it goes out.
type body0 struct {
	Text   string
	Blocks json.RawMessage
}
