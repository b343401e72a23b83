package chat

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBlocksAreLinesThatBelongTogether(t *testing.T) {
	code := func(s string) Span { return Span{Text: s, Code: true, Pre: true} }
	text := Text{{Text: "before\n\nit "}, {Text: "is\n", Bold: true}, code("a\n\n\tb"), {Text: "\n"},
		Mark(Quote, 0, 0), {Text: "said\n"}, Mark(Quote, 0, 0), code("x()"), {Text: "\n"},
		Mark(Bullet, 0, 0), {Text: "one\n"}, Mark(Bullet, 0, 0), {Text: "two\n"}, Mark(Number, 1, 3), {Text: "three\n"},
		Mark(Number, 1, 4), {Text: "four\n"}, Mark(Number, 1, 1), {Text: "again"}, {Text: " and\non"}}
	want := []Block{
		{Lines: []Text{{{Text: "before"}}, nil, {{Text: "it "}, {Text: "is", Bold: true}}}},
		{Pre: true, Lines: []Text{{code("a")}, {code("")}, {code("\tb")}}},
		{Quoted: true, Lines: []Text{{{Text: "said"}}}},
		{Quoted: true, Pre: true, Lines: []Text{{code("x()")}}},
		{Lead: Bullet, Lines: []Text{{{Text: "one"}}, {{Text: "two"}}}},
		{Lead: Number, Depth: 1, First: 3, Lines: []Text{{{Text: "three"}}, {{Text: "four"}}}},
		{Lead: Number, Depth: 1, First: 1, Lines: []Text{{{Text: "again"}, {Text: " and"}}}},
		{Lines: []Text{{{Text: "on"}}}},
	}
	if diff := cmp.Diff(want, text.Blocks()); diff != "" {
		t.Error(diff)
	}
	if want := "before\n\nit is\na\n\n\tb\n> said\n> x()\n• one\n• two\n  3. three\n  4. four\n  1. again and\non"; text.Plain() != want {
		t.Errorf("plain: %q", text.Plain())
	}
	if text.Plain() != text.Command() {
		t.Errorf("command: %q", text.Command())
	}
	raw, err := json.Marshal(text)
	var back Text
	if err != nil || json.Unmarshal(raw, &back) != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text, back); diff != "" {
		t.Error(diff)
	}
}

func TestWordsWithoutBlocksAreStoredAsBefore(t *testing.T) {
	raw, err := json.Marshal(Text{{Text: "x", Code: true}})
	if err != nil || string(raw) != `[{"t":"x","c":true}]` {
		t.Errorf("%s, %v", raw, err)
	}
}

// Whatever stands in a mark, its depth and number are no surprise.
func TestOddMarksAreItemsAllTheSame(t *testing.T) {
	for _, words := range []string{" ", "•", "-1. ", "99999999999999999999. ", ". ", "1", "\t• "} {
		b := Text{{Text: words, Lead: Number}, {Text: "x"}}.Blocks()
		if len(b) != 1 || b[0].Lead != Number || b[0].First < 0 || b[0].Depth < 0 {
			t.Errorf("%q: %+v", words, b)
		}
	}
}
