package slack

import (
	"encoding/json"
	"strings"

	slackapi "github.com/slack-go/slack"
	"golang.org/x/text/unicode/bidi"

	"sprintbot/sprints/chat"
)

// Published limits of one message, and what we keep below them.
const (
	partUnits   = 3000  // of words in one post; a section takes 3,000, a message reads well under 4,000
	partLines   = 40    // of a reply in one post; a message takes 50 blocks
	buttonUnits = 75    // of a button's words; its value takes 2,000
	hintUnits   = 1500  // longer hints are plain lines
	nickUnits   = 80    // of the name above a relayed line
	tableUnits  = 60    // wider tables are lines
	titleUnits  = 150   // of a picture's title; it takes 2,000
	altUnits    = 1000  // of what is said of a picture to who does not see it
	actionRow   = 5     // buttons side by side
	tryAction   = "try" // action ids of suggested commands begin with it
)

// body is what a part carries from Render to Send.
type body struct {
	Text    string           `json:"text"`
	Blocks  []slackapi.Block `json:"blocks"`
	Picture *chat.Picture    `json:"picture,omitempty"` // shown below these
}

// Render makes the posts of a row: the same for the same row, at least one.
func (n *Network) Render(out chat.Outgoing) []chat.Part {
	var bodies []body
	switch {
	case out.Kind == chat.Deleted:
		bodies = []body{{}}
	case out.Relayed():
		bodies = n.relayed(out)
	default:
		for _, lines := range portions(out.Reply.Lines) {
			bodies = append(bodies, n.reply(lines))
		}
		if p := out.Reply.Picture; p != nil {
			last := &bodies[len(bodies)-1]
			last.Picture = p
			if p.Told {
				break
			}
			last.Text = strings.TrimPrefix(last.Text+"\n"+n.line(p.Lines()[0]), "\n")
		}
	}
	parts := make([]chat.Part, len(bodies))
	for i, b := range bodies {
		raw, err := json.Marshal(b)
		if err != nil {
			raw = []byte("{}") // only the library's own types are marshalled here: they always can be
		}
		parts[i] = chat.Part{Out: out, N: i, Of: len(bodies), Body: string(raw)}
	}
	return parts
}

// relayed is a person's words, under their own name.
func (n *Network) relayed(out chat.Outgoing) []body {
	t := n.said(out)
	if len(out.Together) > 0 {
		t = n.together(out.Together)
	}
	foreign := out.As.Network != n.name
	var bodies []body
	for _, piece := range split(t, partUnits) {
		if foreign {
			piece = n.names.mentioned(n.name, piece)
		}
		b := body{Text: n.fallback(piece)}
		if strings.TrimSpace(b.Text) == "" && len(bodies) > 0 {
			continue // Slack takes no post of spaces, and nobody misses it
		}
		if elements := n.elements(piece); len(elements) > 0 {
			b.Blocks = []slackapi.Block{slackapi.NewRichTextBlock("", elements...)}
		}
		bodies = append(bodies, b)
	}
	return bodies
}

// userName is the name above a relayed line: who, and from where. One written from right to left is isolated, so that where
// they are from stands behind it.
func userName(out chat.Outgoing) string {
	where := chat.Name(out.From)
	if where == "" {
		where = out.As.Network
	}
	nick := chat.Name(out.As.Nick)
	if nick == "" {
		nick = out.As.ID
	}
	if caveat := out.Caveat(); caveat != "" {
		where += ", " + caveat // the name may pass for a member's
	}
	tail := " (" + where + ")"
	isolate := leftward(nick)
	if isolate {
		tail = "\u2069" + tail
	}
	nick = clip(nick, nickUnits-units(tail)-1)
	if isolate {
		nick = "\u2068" + nick
	}
	return nick + tail
}

// leftward says that s has letters that are written from right to left.
func leftward(s string) bool {
	for _, r := range s {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return true
		}
	}
	return false
}

// portions cuts a reply into posts, and a line too long for one into several.
func portions(lines []chat.Line) [][]chat.Line {
	var out [][]chat.Line
	var now []chat.Line
	used := 0
	put := func(l chat.Line, n int) {
		if len(now) > 0 && (used+n > partUnits || len(now) >= partLines) {
			out, now, used = append(out, now), nil, 0
		}
		now, used = append(now, l), used+n
	}
	for _, l := range lines {
		n := units(l.Plain())
		if n <= partUnits {
			put(l, n)
			continue
		}
		for _, piece := range split(joined(l.Cells), partUnits) {
			role := l.Role
			if role != chat.Item {
				role = chat.Plain
			}
			put(chat.Line{Role: role, Cells: []chat.Text{piece}}, size(piece))
		}
	}
	return append(out, now)
}

// joined is the cells of a line as one text.
func joined(cells []chat.Text) chat.Text {
	var t chat.Text
	for i, c := range cells {
		if i > 0 {
			t = append(t, chat.Span{Text: "  "})
		}
		t = append(t, c...)
	}
	return t
}

// reply is what the bot itself says: blocks, and the same in words for notifications and readers.
func (n *Network) reply(lines []chat.Line) body {
	words := make([]string, len(lines))
	b := &blocks{net: n}
	for i, l := range lines {
		words[i] = n.line(l)
		b.add(l)
	}
	b.close()
	return body{Text: strings.Join(words, "\n"), Blocks: b.done}
}

// line is one line in words.
func (n *Network) line(l chat.Line) string {
	words := n.fallback(joined(l.Cells))
	switch {
	case l.Role == chat.Try:
		return "!" + words
	case l.Role == chat.Item && !numbered(l):
		return "• " + words
	}
	return words
}

// numbered says that an item brings its own number: it gets no bullet.
func numbered(l chat.Line) bool {
	words := l.Plain()
	return words != "" && words[0] >= '0' && words[0] <= '9'
}
