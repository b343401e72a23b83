package slack

import (
	"cmp"
	"slices"
	"strings"

	slackapi "github.com/slack-go/slack"

	"sprintbot/sprints/chat"
)

// joinedRows is how many rows share a post at most: their keys stand in its metadata.
const joinedRows = 40

// Manners of Slack: what was said can be changed, and answered in a thread.
func (n *Network) Manners() chat.Manners { return chat.Manners{Rewrites: true, Threads: true} }

// Joins says that the words of next fit into the post of those before it, each line with its speaker.
func (n *Network) Joins(before []chat.Outgoing, next chat.Outgoing) bool {
	used := 0
	for _, out := range append(slices.Clip(before), next) {
		words := out.Reply.Plain()
		used += units(words) + (1+strings.Count(words, "\n"))*(units(userName(out))+len("*: *\n"))
	}
	return used <= partUnits && len(before) < joinedRows
}

// together is the words of rows in one post: each line with its speaker, unless all are one person's. Rows that were taken
// back stay in the list, for the post keeps its name, and show nothing.
func (n *Network) together(outs []chat.Outgoing) chat.Text {
	alone := oneSpeaker(outs)
	var t chat.Text
	for _, out := range outs {
		if out.Reply.Silent() {
			continue
		}
		if len(t) > 0 {
			t = append(t, chat.Span{Text: "\n"})
		}
		words := n.said(out)
		if !alone {
			words = spoken(words, out, outs)
		}
		t = append(t, words...)
	}
	return t
}

// spoken is words with their speaker in front of every line, so that nobody writes a line that looks like another's; above,
// where quotes, lists and code begin.
func spoken(words chat.Text, out chat.Outgoing, outs []chat.Outgoing) chat.Text {
	var t chat.Text
	block := false // the line before is of one
	for i, line := range words.Lines() {
		if i > 0 {
			t = append(t, chat.Span{Text: "\n"})
		}
		of := len(line) > 0 && (line[0].Pre || line[0].Lead != "")
		if !of || !block {
			t = append(t, speaker(out, outs, line)...)
		}
		t, block = append(t, line...), of
	}
	return t
}

// said is the words of one row, with names of emoji as characters where they come from elsewhere.
func (n *Network) said(out chat.Outgoing) chat.Text {
	var t chat.Text
	for i, l := range out.Words().Lines {
		if i > 0 {
			t = append(t, chat.Span{Text: "\n"})
		}
		for _, c := range l.Cells {
			t = append(t, c...)
		}
	}
	if out.Kind == chat.Action {
		for i := range t {
			t[i].Italic = true // t is a copy of the spans
		}
	}
	if out.As.Network != n.name {
		t = withEmoji(t)
	}
	return t
}

// speaker is who says words, in front of them; above, where a quote, a list or code must begin its line. The name is marked as
// nobody's here: it is no mention, neither of a namesake nor of themselves, should they speak in another channel of this workspace.
func speaker(out chat.Outgoing, outs []chat.Outgoing, words chat.Text) chat.Text {
	name := userName(out)
	if !slices.ContainsFunc(outs, func(o chat.Outgoing) bool { return o.From != out.From }) {
		name = strings.TrimSuffix(name, " ("+cmp.Or(chat.Name(out.From), out.As.Network)+")")
	}
	nobody := &chat.Handle{Nick: name}
	if out.Kind == chat.Action {
		return chat.Text{{Text: name, Bold: true, Italic: true, Who: nobody}, {Text: " ", Italic: true}}
	}
	if len(words) > 0 && (words[0].Pre || words[0].Lead != "") {
		return chat.Text{{Text: name, Bold: true, Who: nobody}, {Text: ":\n"}}
	}
	return chat.Text{{Text: name, Bold: true, Who: nobody}, {Text: ": "}}
}

// oneSpeaker says that all rows are the words of one person, whatever they were called meanwhile. A bot may speak for
// several, each by another name.
func oneSpeaker(outs []chat.Outgoing) bool {
	first := outs[0]
	return !slices.ContainsFunc(outs, func(o chat.Outgoing) bool {
		same := o.As.Network == first.As.Network && o.As.ID == first.As.ID && (!o.As.Bot && !first.As.Bot || *o.As == *first.As)
		return !same || o.From != first.From
	})
}

// postName is the name above a post, and the picture beside it.
func (n *Network) postName(out chat.Outgoing) (name string, picture slackapi.MsgOption) {
	if len(out.Together) == 0 || oneSpeaker(out.Together) {
		return userName(out), n.picture(out)
	}
	var from []string
	for _, o := range out.Together {
		if label := cmp.Or(chat.Name(o.From), o.As.Network); !slices.Contains(from, label) {
			from = append(from, label)
		}
	}
	return "several people (" + clip(strings.Join(from, ", "), nickUnits/2) + ")", slackapi.MsgOptionIconEmoji(":busts_in_silhouette:")
}

// keysOf are the keys of all rows in a post.
func keysOf(out chat.Outgoing) []string {
	if len(out.Together) == 0 {
		return []string{out.Key}
	}
	keys := make([]string, len(out.Together))
	for i, o := range out.Together {
		keys[i] = o.Key
	}
	return keys
}

// stampOf is the ts in the id of a message, which is one already or has its channel in front.
func stampOf(id string) string { return id[strings.LastIndexByte(id, ':')+1:] }
