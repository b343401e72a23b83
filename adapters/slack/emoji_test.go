package slack

import (
	"strings"
	"testing"
	"unicode/utf8"

	"sprintbot/sprints/chat"
)

func TestEveryNameInTheTableIsFound(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(emojiTable, "\n"), "\n")
	if len(lines) != 1972 {
		t.Errorf("%d names", len(lines))
	}
	before := ""
	for _, line := range lines {
		at := strings.IndexAny(line, " *&")
		name, chars := line[:at], line[at+1:]
		if name <= before || chars == "" || !utf8.ValidString(chars) {
			t.Fatalf("%q stands behind %q", line, before)
		}
		before = name
		if got := emoji(name); got != chars {
			t.Errorf("%s is %q, want %q", name, got, chars)
		}
		if got := emojied("a :" + name + ":"); got != "a "+chars {
			t.Errorf("in words %s is %q", name, got)
		}
	}
}

func TestSkinTonesStandWhereUnicodePutsThem(t *testing.T) {
	for name, want := range map[string]string{
		"wave::skin-tone-2":                    "👋🏻",
		"point_up::skin-tone-6":                "☝🏿",
		"man-shrugging::skin-tone-4":           "🤷🏽‍♂️",
		"woman-running::skin-tone-5":           "🏃🏾‍♀️",
		"people_holding_hands::skin-tone-3":    "🧑🏼‍🤝‍🧑🏼",
		"woman-heart-man::skin-tone-6":         "👩🏿‍❤️‍👨🏿",
		"tada::skin-tone-3":                    "🎉",
		"wave::skin-tone-7":                    "",
		"wave::skin-tone-":                     "",
		"partyparrot":                          "",
		"partyparrot::skin-tone-2":             "",
		"":                                     "",
		strings.Repeat("x", 200):               "",
		"zzzz":                                 "",
		"!":                                    "",
		"flag-de":                              "🇩🇪",
		"+1::skin-tone-3":                      "👍🏼",
		"male-technologist::skin-tone-2":       "👨🏻‍💻",
		"flag-england":                         "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
		"mermaid::skin-tone-2":                 "🧜🏻‍♀️",
		"heart":                                "❤️",
		"hash":                                 "#️⃣",
		"two_women_holding_hands::skin-tone-2": "👭🏻",
	} {
		if got := emoji(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

// Code that people type between backticks is code: no emoji is made in it.
func TestNoEmojiIsMadeInCodeThatIsTyped(t *testing.T) {
	for words, want := range map[string]string{
		"`:tada:` :tada:":                   "`:tada:` 🎉",
		":tada: `x :tada: y` :wave:":        "🎉 `x :tada: y` 👋",
		"``a ` :tada:`` :tada:":             "``a ` :tada:`` 🎉",
		"it`s :tada:":                       "it`s 🎉",
		"it`s :tada:\nand `that :tada:":     "it`s 🎉\nand `that 🎉",
		"```:tada:\n:wave:``` :tada:":       "```:tada:\n:wave:``` 🎉",
		"``` :tada:":                        "``` 🎉",
		"`https://x.org/:tada:` :tada: `a`": "`https://x.org/:tada:` 🎉 `a`",
	} {
		if got := withEmoji(chat.Plainly(words)).Plain(); got != want {
			t.Errorf("%q is %q, want %q", words, got, want)
		}
	}
	formatted := chat.Text{{Text: "`a "}, {Text: ":tada:", Bold: true}, {Text: "` :tada:"}, {Text: "`", Code: true}, {Text: " :tada: `"}}
	if got, want := withEmoji(formatted).Plain(), "`a :tada:` 🎉` 🎉 `"; got != want {
		t.Errorf("with formatting %q, want %q", got, want)
	}
}
