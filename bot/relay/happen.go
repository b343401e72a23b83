package relay

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints/chat"
)

const (
	summedOver = time.Minute // what happens is told together, once in so long
	namesTold  = 10          // of people, in one line
)

// Wants says whether anything is to be made of m: words always, and what else
// happens where some bridge shows it.
func (c Carrier) Wants(m chat.Message) bool {
	if !summed(m.Kind) {
		return true
	}
	for _, to := range c.Routes.Others(m.In) {
		if ways, _ := c.Routes.between(m.In, to); ways.show(m.Kind) {
			return true
		}
	}
	return false
}

// summed says that what happened is told together with more of its kind.
func summed(k chat.Kind) bool {
	return k == chat.Reacted || k == chat.Joined || k == chat.Left || k == chat.Topic
}

func (w Ways) show(k chat.Kind) bool {
	switch k {
	case chat.Reacted:
		return w.Reactions
	case chat.Joined, chat.Left:
		return w.Joins
	case chat.Topic:
		return w.Topics
	}
	return false
}

// happen posts what happened for the places that show it; the sender makes
// one line of a minute's rows.
func (c Carrier) happen(tx Carrying, m chat.Message) error {
	if !summed(m.Kind) {
		return nil
	}
	for _, to := range c.Routes.Others(m.In) {
		ways, _ := c.Routes.between(m.In, to)
		if !ways.show(m.Kind) {
			continue
		}
		source := chat.SourceKey(m.In.Network, m.ID)
		out := chat.Outgoing{
			Key:       "happen\x1f" + source + "\x1f" + to.String(),
			To:        to,
			Lane:      chat.Relays,
			Kind:      m.Kind,
			As:        &m.From,
			From:      c.label(m),
			Reply:     chat.Saying(m.Text),
			At:        m.At,
			NotBefore: tx.Now().Truncate(summedOver).Add(summedOver),
			Expires:   tx.Now().Add(c.Expires),
		}
		if m.Kind == chat.Reacted {
			r, err := c.root(tx, m, to)
			if err != nil {
				return err
			}
			if r.as == nil {
				continue // to something that nobody there has read
			}
			out.Of = r.source
			if err = r.re(c, tx, &out, false); err != nil {
				return err
			}
		}
		if _, _, err := tx.Post(out); err != nil {
			return err
		}
	}
	return nil
}

// sum is one line of what happened in a place: "On IRC: ada, lin joined; bob
// left". The words are nobody's but the bot's.
func sum(rows []chat.Outgoing) chat.Reply {
	var lines []chat.Line
	say := func(t chat.Text) { lines = append(lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{t}}) }
	var networks []string
	for _, r := range rows {
		if !slices.Contains(networks, r.From) {
			networks = append(networks, r.From)
		}
	}
	for _, from := range networks {
		there := slices.DeleteFunc(slices.Clone(rows), func(r chat.Outgoing) bool { return r.From != from })
		if words := comings(there); words != nil {
			say(slices.Concat(chat.Plainly("On "+from+": "), words, chat.Plainly(".")))
		}
		if topic := last(there, chat.Topic); topic != nil {
			say(slices.Concat(chat.Plainly("Topic on "+from+", by "), chat.Text{uncalling(topic.As.Nick)}, chat.Plainly(": "), topic.Reply.Lines[0].Cells[0]))
		}
		for _, t := range reactions(there) {
			say(t)
		}
	}
	return chat.Reply{Lines: lines}
}

// comings are who came and who left; who did both is where they were.
func comings(rows []chat.Outgoing) chat.Text {
	var (
		order       []string
		first, last = map[string]chat.Kind{}, map[string]chat.Kind{}
		nick        = map[string]string{}
	)
	for _, r := range rows {
		if r.Kind != chat.Joined && r.Kind != chat.Left {
			continue
		}
		id := r.As.ID
		if first[id] == "" {
			first[id] = r.Kind
			order = append(order, id)
		}
		last[id], nick[id] = r.Kind, r.As.Nick
	}
	var words chat.Text
	for _, kind := range []chat.Kind{chat.Joined, chat.Left} {
		var names []string
		for _, id := range order {
			if first[id] == kind && last[id] == kind {
				names = append(names, nick[id])
			}
		}
		if names == nil {
			continue
		}
		if words != nil {
			words = append(words, chat.Span{Text: "; "})
		}
		words = append(people(words, names), chat.Span{Text: " " + string(kind)})
	}
	return words
}

// people adds names to words, the first few of them.
func people(words chat.Text, names []string) chat.Text {
	for i, name := range names[:min(len(names), namesTold)] {
		if i > 0 {
			words = append(words, chat.Span{Text: ", "})
		}
		words = append(words, uncalling(name))
	}
	if more := len(names) - namesTold; more > 0 {
		words = append(words, chat.Span{Text: fmt.Sprintf(" and %d more", more)})
	}
	return words
}

// uncalling is a name in news: it calls nobody, wherever it is read.
func uncalling(name string) chat.Span {
	return chat.Span{Text: name, Who: &chat.Handle{Nick: name}}
}

func last(rows []chat.Outgoing, kind chat.Kind) *chat.Outgoing {
	for i := len(rows) - 1; i >= 0; i-- {
		if rows[i].Kind == kind && !rows[i].Reply.Silent() {
			return &rows[i]
		}
	}
	return nil
}

// reactions are counted for each message: `re ada "good morning": heart ×2`.
func reactions(rows []chat.Outgoing) []chat.Text {
	var (
		order  []string
		re     = map[string]chat.Text{}
		kinds  = map[string][]string{}
		counts = map[string]int{}
	)
	for _, r := range rows {
		if r.Kind != chat.Reacted {
			continue
		}
		about, with := r.Of+"\x1f"+r.Re.Plain(), r.Reply.Plain()
		if re[about] == nil {
			re[about] = r.Re
			order = append(order, about)
		}
		if counts[about+"\x1f"+with] == 0 {
			kinds[about] = append(kinds[about], with)
		}
		counts[about+"\x1f"+with]++
	}
	var all []chat.Text
	for _, about := range order {
		var words []string
		for _, with := range kinds[about] {
			if n := counts[about+"\x1f"+with]; n > 1 {
				with += fmt.Sprintf(" ×%d", n)
			}
			words = append(words, with)
		}
		quiet := slices.Clone(re[about])
		for i, s := range quiet {
			if s.Who != nil {
				quiet[i] = uncalling(s.Text)
			}
		}
		all = append(all, append(quiet, chat.Span{Text: strings.Join(words, ", ")}))
	}
	return all
}
