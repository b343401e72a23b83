package relay

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"sprintbot/sprints/chat"
)

const (
	echoLines = 3  // lines in a row in our own form, by somebody not known as a bot, that make them another sprintbot
	relayLike = 10 // lines of others' words after which somebody may be another relay
	otherKept = 2048
)

// Others knows the other relays that stand in our channels: those that are to
// be ignored, other sprintbots by the form of their lines, and those that look
// like a relay because they say others' words. Its methods may be called from
// any goroutine.
type Others struct {
	mu      sync.Mutex
	ignored map[string][]string // by network: ids and patterns
	labels  []string            // what people call our networks
	habits  map[source]*habit
}

// habit is how somebody speaks in a place.
type habit struct {
	ours  int // lines in a row that were in our own form
	lines int
	like  int // of lines, those that say who said them
	names []string
}

// NewOthers knows nobody yet.
func NewOthers() *Others { return &Others{habits: map[source]*habit{}} }

// Know replaces who is ignored, by network, and what people call our networks.
func (o *Others) Know(ignored map[string][]string, labels []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ignored, o.labels = ignored, append(slices.Clone(labels), "IRC", "Slack", "lobby", "console")
}

// Ignores says that what h says is neither carried nor obeyed.
func (o *Others) Ignores(h chat.Handle) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.ContainsFunc(o.ignored[h.Network], func(p string) bool {
		return strings.EqualFold(p, h.ID) || h.Account != "" && strings.EqualFold(p, "account:"+h.Account) ||
			Matches(p, h.Nick)
	})
}

// Matches says whether a nick is one of a pattern, in which * stands for
// anything, whatever the case.
func Matches(pattern, nick string) bool {
	pieces := strings.Split(strings.ToLower(pattern), "*")
	rest, first := strings.CutPrefix(strings.ToLower(nick), pieces[0])
	if !first || len(pieces) == 1 {
		return first && rest == ""
	}
	last := pieces[len(pieces)-1]
	for _, p := range pieces[1 : len(pieces)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, last)
}

// Relayed is what Others thinks of a message.
type Relayed int

// What a message may be.
const (
	Own   Relayed = iota // somebody's own words
	Echo                 // words that another sprintbot has relayed: never carried further
	Found                // the same, and its speaker was not known to be one
	Maybe                // somebody's words, by one who seems to be another relay; said once
)

// Judge says whether m was relayed by another bot.
func (o *Others) Judge(m chat.Message) Relayed {
	words := m.Door + m.Text.Plain()
	o.mu.Lock()
	defer o.mu.Unlock()
	own := o.inOurForm(m.From, words)
	if m.From.Bot && own {
		return Echo
	}
	name, like := saidFor(words)
	key := source{m.In.Root(), m.From.ID}
	h := o.habits[key]
	if h == nil {
		if !own && !like {
			return Own
		}
		if len(o.habits) > otherKept {
			clear(o.habits)
		}
		h = &habit{}
		o.habits[key] = h
	}
	if own {
		h.ours = min(h.ours+1, echoLines+1)
	} else {
		h.ours = 0 // a sprintbot has few words of its own: who pasted a few lines is heard again
	}
	switch {
	case own && h.ours == echoLines:
		return Found
	case own && h.ours > echoLines:
		return Echo
	}
	if h.lines++; like {
		if h.like++; !slices.Contains(h.names, name) && len(h.names) < 2 {
			h.names = append(h.names, name)
		}
		if h.like == relayLike && len(h.names) > 1 && h.like*5 >= h.lines*4 {
			return Maybe
		}
	}
	return Own
}

// wrapped is the speaker in front of a relayed line, as relays write them:
// <ada>, [slack] <ada>, (ada), [ada].
var wrapped = regexp.MustCompile(`^(?:<[^<>]{1,96}>|\[[^\[\]]{1,48}\]|\([^()]{1,48}\)):? ?`)

// inOurForm says that words, or who says them on a network that shows a name
// above each line, are as a sprintbot relays: "<ada (IRC)> hello", also inside
// the marks of other relays.
func (o *Others) inOurForm(from chat.Handle, words string) bool {
	if from.Bot && o.labelled(from.Nick) {
		return true
	}
	for range 4 {
		mark := wrapped.FindString(words)
		if mark == "" {
			return false
		}
		if name, ok := strings.CutPrefix(strings.TrimRight(mark, ": "), "<"); ok && o.labelled(strings.TrimSuffix(name, ">")) {
			return true
		}
		words = words[len(mark):]
	}
	return false
}

// labelled says that a name ends in one of our networks, as "ada (IRC)", or in
// any network and has the invisible mark that relayed nicks have.
func (o *Others) labelled(name string) bool {
	at := strings.LastIndex(name, " (") // a name may have brackets of its own
	if at < 1 {
		return false
	}
	before := name[:at]
	label, ok := strings.CutSuffix(strings.TrimRight(name[at+len(" ("):], "\u2069"), ")")
	label, _, _ = strings.Cut(label, ", ") // and what is to be known of the name
	return ok && (slices.Contains(o.labels, label) || strings.Contains(before, chat.Apart))
}

// speech is a line that says who said it: "<ada> hello", "[slack] ada: hello".
var speech = regexp.MustCompile(`^\[[^\[\]\s]{1,24}\] ([^\s:<>]{1,40}): |^(?:\[[^\[\]\s]{1,24}\] ?)?(?:<([^<>\s]{1,40})> |\(([^()\s]{1,40})\) |\[([^\[\]\s]{1,40})\] )`)

// saidFor is whom a line says it comes from.
func saidFor(words string) (name string, ok bool) {
	m := speech.FindStringSubmatch(words)
	if m == nil {
		return "", false
	}
	return m[1] + m[2] + m[3] + m[4], true
}
