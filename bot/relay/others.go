package relay

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"sprintbot/sprints/chat"
)

const (
	relayLike = 10 // lines of others' words after which somebody may be another relay
	otherKept = 2048
)

// Others knows the other relays that stand in our channels: those that are to
// be ignored, those who repeat what the bridge has carried, and those that look
// like a relay because they say others' words. Its methods may be called from
// any goroutine.
type Others struct {
	mu      sync.Mutex
	ignored map[string][]string // by network: ids and patterns
	trusted map[string][]string // the same of those an organizer says are no relays
	labels  []string            // what people call our networks
	habits  map[source]*habit
	halls   map[chat.Place]*hall
}

// habit is how somebody speaks in a place.
type habit struct {
	rounds int       // times that words carried since the time before came back within seconds
	last   time.Time // when they did last
	lines  int
	like   int // of lines, those that say who said them
	names  []string
	told   string // the message of which organizers were told that it goes round, a SourceKey
	asked  string // and the one at which they were asked whether this is a relay
}

// NewOthers knows nobody yet.
func NewOthers() *Others { return &Others{habits: map[source]*habit{}, halls: map[chat.Place]*hall{}} }

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
	return names(o.ignored[h.Network], h)
}

// Trust replaces who is no relay, whatever they say, by network.
func (o *Others) Trust(trusted map[string][]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !maps.EqualFunc(o.trusted, trusted, slices.Equal) {
		clear(o.habits) // who was taken for a relay may be one of them
	}
	o.trusted = trusted
}

// names says that one of these ids and patterns is h.
func names(patterns []string, h chat.Handle) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
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
	Echo                 // words that another bot has relayed: never carried further
	Found                // the same, and its speaker was not known to be one
	Maybe                // somebody's words, by one who seems to be another relay; said once
)

// Judge says whether m, said at an instant, was relayed by another bot. What a
// person says is theirs until it is proven that it goes round: it repeats, in
// the form of relays, what the bridge has carried, and either two sprintbots
// have relayed it already, or its speaker has repeated each time within seconds
// what was carried since the last time.
func (o *Others) Judge(at time.Time, m chat.Message) Relayed {
	said := lineOf(at, m)
	o.mu.Lock()
	defer o.mu.Unlock()
	name, times := o.inOurForm(said.words)
	if m.From.Bot && (times > 0 || o.labelled(m.From.Nick)) {
		return Echo
	}
	if names(o.trusted[m.From.Network], m.From) {
		return Own
	}
	like := times > 0
	if !like {
		name, like = saidFor(said.words)
	}
	h := o.habits[said.by]
	if h == nil {
		if !like && !m.From.Bot {
			return Own
		}
		if len(o.habits) > otherKept {
			clear(o.habits)
		}
		h = &habit{}
		o.habits[said.by] = h
	}
	again := false
	if like || m.From.Bot {
		again = o.again(h, said, m.Ago == 0, times > 0)
	}
	if !like && !again {
		h.rounds = 0 // a relay has few words of its own: who pasted lines is heard again
	}
	if again && times > 1 || h.rounds >= echoRounds && (again || times > 0) {
		if once(&h.told, said.id) {
			return Found
		}
		return Echo
	}
	if h.lines++; like {
		if h.like++; !slices.Contains(h.names, name) && len(h.names) < 2 {
			h.names = append(h.names, name)
		}
		if h.like >= relayLike && len(h.names) > 1 && h.like*5 >= h.lines*4 && once(&h.asked, said.id) {
			return Maybe
		}
	}
	return Own
}

// again says that said repeats what was heard in its place or carried into it,
// and counts against its speaker if that was a moment ago. Words that are not
// known yet may become so.
func (o *Others) again(h *habit, said line, now, ours bool) bool {
	hall := o.hall(said.by.place)
	before, ok := hall.find(said, false)
	switch {
	case ok && now:
		h.round(said.at, before.at, false)
	case !ok && now:
		said.ours = ours
		hall.wait(said)
	}
	if !ok {
		_, ok = hall.find(said, true)
	}
	return ok
}

// once is true for the first message that asks, also when it comes again
// because it could not be kept.
func once(first *string, id string) bool {
	if *first == "" {
		*first = id
	}
	return *first == id
}

// wrapped is the speaker in front of a relayed line, as relays write them:
// <ada>, [slack] <ada>, (ada), [ada].
var wrapped = regexp.MustCompile(`^(?:<[^<>]{1,96}>|\[[^\[\]]{1,48}\]|\([^()]{1,48}\)):? ?`)

// inOurForm says how many times words stand as a sprintbot relays them,
// "<ada (IRC)> hello", also inside the marks of other relays, and whose they
// are.
func (o *Others) inOurForm(words string) (name string, times int) {
	for range 8 {
		mark := wrapped.FindString(words)
		if mark == "" {
			break
		}
		if in, ok := strings.CutPrefix(strings.TrimRight(mark, ": "), "<"); ok && o.labelled(strings.TrimSuffix(in, ">")) {
			name = in
			times++
		}
		words = words[len(mark):]
	}
	return name, times
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
