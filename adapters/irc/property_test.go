package irc

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sprintbot/sprints/chat"
)

// hard is what splitting finds hard: families of emoji, flags, combining marks,
// right-to-left words, wide letters, words of 900 bytes, codes and controls.
func hard() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷🇯🇵", "e\u0301", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "שלום עולם", "مرحبا بالعالم", "日本語の文章です", "क्षत्रिय", "👍🏽",
			" ", "  ", ", ", "https://example.org/a?b=c#d", strings.Repeat("x", 900), strings.Repeat("é", 450), strings.Repeat("👩‍👩‍👧‍👦", 30),
			"a" + strings.Repeat("\u0301", 400), "\x01ACTION x\x01", "\r\nQUIT :x\r\n", "\x00", "\x0304,12red", "\xff\xfe", "\u202Eevil", "\u2028",
		}),
		rapid.StringN(0, 40, -1),
		rapid.StringMatching(`[a-z]{1,12} `),
	)
}

func texts() *rapid.Generator[chat.Text] {
	return rapid.Custom(func(t *rapid.T) chat.Text {
		var text chat.Text
		for range rapid.IntRange(1, 8).Draw(t, "spans") {
			text = append(text, chat.Span{
				Text: strings.Join(rapid.SliceOfN(hard(), 1, 12).Draw(t, "words"), ""),
				Bold: rapid.Bool().Draw(t, "bold"), Italic: rapid.Bool().Draw(t, "italic"),
				Strike: rapid.Bool().Draw(t, "strike"), Code: rapid.Bool().Draw(t, "code"),
			})
		}
		return text
	})
}

// settled is t as IRC can carry it: clean, without empty spans, adjoining runs
// of one look together.
func settled(t chat.Text) chat.Text {
	var out chat.Text
	for _, s := range t {
		if s.Text = clean(s.Text); s.Text == "" {
			continue
		}
		if n := len(out); n > 0 && lookOf(out[n-1]) == lookOf(s) {
			out[n-1].Text += s.Text
			continue
		}
		out = append(out, s)
	}
	return out
}

func TestSplittingLosesNothingAndKeepsToItsBudget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		budget := rapid.IntRange(16, 400).Draw(t, "budget")
		var back chat.Text
		for _, piece := range wrap(text, budget) {
			if len(piece) > budget {
				t.Fatalf("%d bytes of %d: %q", len(piece), budget, piece)
			}
			if piece == "" || !utf8.ValidString(piece) || strings.ContainsAny(piece, "\r\n\x00\x01\x03") {
				t.Fatalf("not one clean line: %q", piece)
			}
			back = append(back, decode(piece)...)
		}
		if diff := cmp.Diff(settled(text), settled(back)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestSplittingKeepsGraphemesAndWordsWhole(t *testing.T) {
	family := "👩‍👩‍👧‍👦"
	for _, piece := range wrap(chat.Plainly(strings.Repeat(family, 40)), 100) {
		if strings.ReplaceAll(piece, family, "") != "" {
			t.Errorf("a family was parted: %q", piece)
		}
	}
	got := wrap(chat.Plainly("one two three four five six"), 16)
	if diff := cmp.Diff([]string{"one two three ", "four five six"}, got); diff != "" {
		t.Error(diff)
	}
	bold := wrap(chat.Text{{Text: strings.Repeat("loud ", 8), Bold: true}}, 22)
	for _, piece := range bold {
		if !strings.HasPrefix(piece, "\x02") {
			t.Errorf("the formatting is not opened again: %q", piece)
		}
	}
}

func TestFormattingSurvivesTheRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := settled(texts().Draw(t, "text"))
		var line strings.Builder
		for _, piece := range wrap(want, 1<<20) {
			line.WriteString(piece)
		}
		if diff := cmp.Diff(want, decode(line.String())); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestNoRenderedLineIsOver512BytesOnTheWire(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		nick := rapid.StringMatching(`[a-z]{1,20}`).Draw(t, "nick")
		n, err := New(Config{Name: "libera", Server: "h:1", Nick: nick, Channels: []string{"#x"}})
		if err != nil {
			t.Fatal(err)
		}
		out := chat.Outgoing{
			To:   chat.Place{Network: "libera", Channel: "#" + rapid.StringMatching(`[a-z]{1,49}`).Draw(t, "channel")},
			Kind: rapid.SampledFrom([]chat.Kind{chat.Said, chat.Action, chat.Edited}).Draw(t, "kind"),
			As:   &chat.Handle{Nick: strings.Join(rapid.SliceOfN(hard(), 0, 3).Draw(t, "who"), "")}, From: "Slack",
			Reply: chat.Saying(texts().Draw(t, "text")),
		}
		target := out.To.Channel
		if rapid.Bool().Draw(t, "bot") {
			out.As = nil
		}
		if rapid.Bool().Draw(t, "private") {
			out.To = chat.Direct(chat.Handle{Network: "libera", ID: "account:ada"})
			target = strings.Repeat("n", nickBytes)
		}
		// As long a source as a server may put in front.
		source := ":" + nick + collisions[len(collisions)-1] + "!" + strings.Repeat("u", userBytes) + "@" + strings.Repeat("h", hostBytes)
		parts := n.Render(out)
		for i, part := range parts {
			verb, text, ok := strings.Cut(part.Body, " :")
			if !ok || part.N != i || part.Of != len(parts) {
				t.Fatalf("odd part %+v", part)
			}
			wire := source + " " + verb + " " + target + " :" + text + "\r\n"
			if len(wire) > lineBytes {
				t.Fatalf("%d bytes: %q", len(wire), wire)
			}
			if !utf8.ValidString(wire) || strings.ContainsAny(text, "\r\n\x00") {
				t.Fatalf("not one line: %q", wire)
			}
			if out.Relayed() && !strings.HasPrefix(strings.TrimPrefix(text, "\x01ACTION "), speaker(out)) {
				t.Fatalf("the part does not name its speaker: %q", text)
			}
		}
		if diff := cmp.Diff(parts, n.Render(out)); diff != "" {
			t.Fatal("rendered again it differs: ", diff)
		}
	})
}

func TestRoomIsFoundForWhateverTheServerPutsInFront(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{"", "\x01ACTION "}).Draw(t, "action")
		if lines := wrap(texts().Draw(t, "text"), 380); len(lines) > 0 { // no words, no lines
			text += lines[0]
		}
		if strings.HasPrefix(text, "\x01") {
			text += "\x01"
		}
		budget := rapid.IntRange(60, 420).Draw(t, "budget")
		for _, piece := range narrowed(text, budget) {
			if len(piece) > budget {
				t.Fatalf("%d bytes of %d", len(piece), budget)
			}
		}
	})
}

func TestOnlyInvalidBytesAreReadAsWindows1252(t *testing.T) {
	for in, want := range map[string]string{
		"caf\xe9":          "café",
		"café":             "café",
		"caf\xe9 ☕":        "café ☕",
		"\x93hi\x94 \x80":  "“hi” €",
		"a\x81b":           "a\uFFFDb",
		"привет\xd0":       "привет", // cut by the server
		"один \xd0":        "один ",
		"日本\xe3\x81":       "日本",
		"so 👩\xf0\x9f\x91": "so 👩",
		"☕ caf\xe9":        "☕ café",
		"h\xe9h\xe9":       "héhé",
		"\xe9":             "é",
	} {
		if got := decode(in).Plain(); got != want {
			t.Errorf("%q is read as %q, want %q", in, got, want)
		}
	}
}

func TestFoldingFollowsTheServer(t *testing.T) {
	for _, c := range []struct {
		named, in, want string
	}{
		{"ascii", "Ada[\\]^Ä", "ada[\\]^Ä"},
		{"rfc1459", "Ada[\\]^", "ada{|}~"},
		{"strict-rfc1459", "Ada[\\]^", "ada{|}^"},
		{"rfc1459-strict", "Ada[\\]^", "ada{|}^"},
		{"", "[x]^", "{x}~"},
	} {
		if got := foldingNamed(c.named).fold(c.in); got != c.want {
			t.Errorf("%s folds %q to %q, want %q", c.named, c.in, got, c.want)
		}
	}
}
