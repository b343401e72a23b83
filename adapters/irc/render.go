package irc

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/bidi"

	"sprintbot/sprints/chat"
)

const (
	lineBytes  = 512 // of a line with its CRLF and the source the server puts in front
	textBytes  = 380 // of text at most, as other clients and bouncers expect
	userBytes  = 11  // of the user name a server shows for us, "~" included
	hostBytes  = 64  // of a host name or a cloak
	nickBytes  = 31  // of a nick that is not known yet
	nameGraphs = 32  // graphemes of a relayed person's name
	nameBytes  = 64  // about so many bytes of it

	channelLines = 3 // lines of the bot's own in a channel
	privateLines = 6 // and in private; "more" shows the rest
)

// Render makes the parts of a row: one line of IRC each, at most 512 bytes
// whatever the server puts in front. A part's Body is the line without its
// target: "PRIVMSG :text" or "NOTICE :text".
func (n *Network) Render(out chat.Outgoing) []chat.Part {
	budget := n.budget(out.To)
	verb := "PRIVMSG"
	_, direct := out.To.DirectID()
	if !direct && !out.Relayed() && !out.Reply.Private {
		verb = "NOTICE"
	}
	head, open, shut := "", "", ""
	if out.Relayed() {
		head = speaker(out) + " "
	}
	if out.Kind == chat.Action {
		verb, open, shut = "PRIVMSG", "\x01ACTION ", "\x01"
	}
	out.Reply = out.Words().Spelled()
	switch out.Kind {
	case chat.Edited:
		if change := n.substitution(out); change != "" {
			out.Reply, out.Page = chat.Saying(chat.Plainly(change)), ""
		} else {
			head += "(edited) "
		}
	case chat.Deleted:
		head += "(" + out.TookBack() + ") "
	}
	budget -= len(open) + len(shut) + len(head)

	var bodies []string
	for _, line := range n.lines(out, direct) {
		for _, piece := range wrap(line, budget) {
			bodies = append(bodies, verb+" :"+open+head+piece+shut)
		}
	}
	if more := len(bodies) - channelLines; out.Page != "" && more > 0 {
		shown, count := channelLines, strconv.Itoa(more)+" more lines: "
		switch {
		case out.Kind == chat.Edited: // the lines were read before
			shown, count = 0, "now "+strconv.Itoa(len(bodies))+" lines: "
		case more == 1:
			count = "1 more line: "
		}
		link := wrap(chat.Plainly(count+out.Page), budget)[0]
		bodies = append(bodies[:shown], verb+" :"+open+head+link+shut)
	}
	if len(bodies) == 0 {
		if head = strings.TrimRight(head, " "); out.Kind != chat.Deleted {
			head += " " // a server takes no empty line
		}
		bodies = []string{verb + " :" + open + head + shut}
	}
	parts := make([]chat.Part, len(bodies))
	for i, body := range bodies {
		parts[i] = chat.Part{Out: out, N: i, Of: len(bodies), Body: body}
	}
	return parts
}

// budget is how many bytes of text fit into a line to a place, behind the
// longest source the server may put in front of it.
func (n *Network) budget(to chat.Place) int {
	target := nickBytes
	if _, direct := to.DirectID(); !direct {
		target = len(to.Channel)
	}
	source := len(":!@ ") + len(n.cfg.Nick) + len(collisions[len(collisions)-1]) + userBytes + hostBytes
	return min(textBytes, lineBytes-len("\r\n")-source-len("PRIVMSG  :")-target)
}

// lines are the lines of text a row shows. Words of people are shown whole.
// The bot's own, not counting hints and commands to try, are at most 6 in
// private, and then name the word that shows the rest; in a channel at most 3,
// the third holding all that is left.
func (n *Network) lines(out chat.Outgoing, direct bool) []chat.Text {
	var lines []chat.Text
	var tries []string
	shown, last, more := 0, 0, false
	flush := func() {
		if len(tries) > 0 {
			lines = append(lines, chat.Plainly("Try: "+strings.Join(tries, " · ")))
			tries = nil
		}
	}
	for _, l := range out.Reply.Lines {
		if l.Role == chat.Try {
			tries = append(tries, "!"+clean(l.Plain()))
			continue
		}
		flush()
		words := n.words(l)
		if !out.Relayed() {
			words = quoted(words)
		}
		for _, t := range words.Lines() {
			switch {
			case strings.TrimSpace(clean(t.Plain())) == "":
			case out.Relayed():
				lines = append(lines, spelled(t))
			case l.Role == chat.Hint:
				lines = append(lines, t)
			case direct && shown == privateLines:
				more = true
			case !direct && shown == channelLines:
				lines[last] = append(append(lines[last], chat.Span{Text: " · "}), t...)
			default:
				shown, last = shown+1, len(lines)
				lines = append(lines, t)
			}
		}
	}
	if more && !slices.Contains(tries, "!more") {
		tries = append(tries, "!more")
	}
	flush()
	return lines
}

// words are a line's cells as one Text, parted by two spaces, with names of
// people known here as their nicks: that calls them, as it is meant to. Names
// of people of other networks call nobody who has the same nick here. What
// calls everybody on another network calls nobody, should a bridge stand
// behind this channel; no mark turns the direction of the line around.
func (n *Network) words(l chat.Line) chat.Text {
	var t chat.Text
	for i, cell := range l.Cells {
		if i > 0 {
			t = append(t, chat.Span{Text: "  "})
		}
		for _, span := range cell {
			switch {
			case span.Who != nil && span.Who.Network == n.cfg.Name && span.Who.Nick != "":
				span.Text = span.Who.Nick
			case span.Who != nil:
				span.Text = uncalled(chat.Defused(chat.Unturned(span.Text)))
			default:
				span.Text = chat.Defused(chat.Unturned(span.Text))
			}
			span.URL = chat.Unturned(span.URL)
			if span.Pre {
				span.Text = strings.ReplaceAll(span.Text, "\t", "    ") // a line has no tabs; code keeps its steps
			}
			t = append(t, span)
		}
	}
	return t
}

// speaker is who said relayed words, as every part of them begins: <ada
// (Slack)>. A name keeps to its place: no controls, no marks of direction, no
// angle brackets; one written from right to left is isolated, one that passes
// for another says so. It does not call whoever has the same nick here.
func speaker(out chat.Outgoing) string {
	name, where := nameOf(out.As.Nick), isolated(nameOf(out.From))
	if caveat := out.Caveat(); caveat != "" {
		where = strings.TrimPrefix(where+", "+caveat, ", ")
	}
	if name = isolated(uncalled(name)); name == "" {
		name = "somebody"
	}
	if where == "" {
		return "<" + name + ">"
	}
	return "<" + name + " (" + where + ")>"
}

// brackets are those that stand around a speaker.
var brackets = strings.NewReplacer("<", "'", ">", "'")

// nameOf is a name at the length a line has room for.
func nameOf(nick string) string {
	rest, state, cluster := brackets.Replace(chat.Name(nick)), -1, ""
	name := ""
	for i := 0; rest != "" && i < nameGraphs && len(name) < nameBytes; i++ {
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if len(cluster) > nameBytes {
			break
		}
		name += cluster
	}
	return name
}

// isolated is a name that turns nothing around it: one with letters written
// from right to left stands in an isolate.
func isolated(name string) string {
	for _, r := range name {
		if p, _ := bidi.LookupRune(r); p.Class() == bidi.R || p.Class() == bidi.AL {
			return "\u2068" + name + "\u2069"
		}
	}
	return name
}

// uncalled is a name with an invisible separator behind the first grapheme of
// each of its words, so that no client takes it for its owner's nick. A name of
// one grapheme has no room for one: a stroke behind it, which all clients count
// to a nick, makes it another.
func uncalled(name string) string {
	var b strings.Builder
	first, run, parted := 0, 0, false
	rest, state, cluster := name, -1, ""
	for rest != "" {
		cluster, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		r, _ := utf8.DecodeRuneInString(cluster)
		if run++; !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			run = 0
		}
		if run == 2 {
			b.WriteString(chat.Apart)
			parted = true
		}
		b.WriteString(cluster)
		if first == 0 {
			first = len(cluster)
		}
	}
	if !parted && len(name) > first {
		return name[:first] + chat.Apart + name[first:] // "a_b", "--x--"
	}
	if r, size := utf8.DecodeRuneInString(name); !parted && len(name) > 0 && (unicode.IsLetter(r) || unicode.IsDigit(r) || size == 1) {
		b.WriteByte('_')
	}
	return b.String()
}

// narrowed cuts a text that is already on its way to a smaller budget, because
// the server turned out to put more in front than Render could know.
func narrowed(text string, budget int) []string {
	if len(text) <= budget {
		return []string{text}
	}
	if action, ok := strings.CutPrefix(text, "\x01ACTION "); ok && utf8.ValidString(text) {
		pieces := wrap(decode(strings.TrimSuffix(action, "\x01")), budget-len("\x01ACTION \x01"))
		for i := range pieces {
			pieces[i] = "\x01ACTION " + pieces[i] + "\x01"
		}
		return pieces
	}
	return wrap(decode(text), budget)
}
