package relay

import (
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Carrier turns what was heard in a bridged place into rows for the others.
type Carrier struct {
	Routes  Routes
	Labels  map[string]string // what people call a network, by its name: "IRC"
	Manners map[string]chat.Manners
	Pages   string        // public address of the page, under which long words may be read; "" none
	Expires time.Duration // a relayed line is not sent when it is older
	// Doubts says that somebody, as shown on a network, goes by a name that may
	// be taken for an organizer's, the bot's, or that of somebody linked, and is
	// not known to be them. nil doubts nobody.
	Doubts func(v sprints.PersonReader, h chat.Handle, there string) (bool, error)
	// Gone says that somebody is seen to have left their network, so that their
	// nick may be a stranger's; GoneFrom. nil says so of nobody.
	Gone func(h chat.Handle) bool
}

// Carrying is what the carrier needs of a write.
type Carrying interface {
	sprints.Clocked
	sprints.EventReader
	sprints.PersonReader
	Meet(h chat.Handle) (sprints.Person, error) // keeps the newest nick of who is known
	sprints.OutboxWriter
	sprints.ThreadWriter
	sprints.PasteWriter
}

// Carry posts m to every other place of its bridge: words and actions, edits
// and deletions of those, and what else happens where the bridge shows it.
func (c Carrier) Carry(tx Carrying, m chat.Message) error {
	switch m.Kind {
	case chat.Said, chat.Action:
		return c.say(tx, m)
	case chat.Edited, chat.Deleted:
		return c.change(tx, m)
	}
	return c.happen(tx, m)
}

// say carries what is said or done ("/me").
func (c Carrier) say(tx Carrying, m chat.Message) error {
	words := wordsOf(m)
	others := c.Routes.Others(m.In)
	if words.Silent() || others == nil {
		return nil
	}
	source := chat.SourceKey(m.In.Network, m.ID)
	var page string
	for _, to := range others {
		ways, _ := c.Routes.between(m.In, to)
		as, doubt, err := c.speaker(tx, m, to.Network)
		if err != nil {
			return err
		}
		there, err := c.mentionsFor(tx, words, to.Network)
		if err != nil {
			return err
		}
		out := chat.Outgoing{
			Key:     "relay\x1f" + source + "\x1f" + to.String(),
			To:      to,
			Lane:    chat.Relays,
			Kind:    m.Kind,
			As:      as,
			Doubt:   doubt,
			From:    c.label(m),
			Reply:   there,
			Near:    ways.joinLines(),
			Source:  source,
			At:      m.At,
			Expires: tx.Now().Add(c.Expires),
		}
		if m.In.Thread != "" || len(c.Routes.heardFrom(m.In.Network, to)) > 1 {
			out.Home = &m.In
		}
		if told, err := c.thread(tx, m, ways, &out); err != nil || !told {
			if err != nil {
				return err
			}
			continue
		}
		if c.Manners[to.Network].Short && long(words) && page == "" {
			var err error
			if page, err = c.paste(tx, m, source); err != nil {
				return err
			}
		}
		if c.Manners[to.Network].Short {
			out.Page = page
		}
		if _, _, err := tx.Post(out); err != nil {
			return err
		}
	}
	if !c.Manners[m.In.Network].Threads {
		return nil
	}
	return tx.Spoke(m.From, m.In, tx.Now().Add(-m.Ago))
}

// label is what people call the network of m.
func (c Carrier) label(m chat.Message) string {
	if l := c.Labels[m.In.Network]; l != "" {
		return l
	}
	return m.In.Network
}

// wordsOf is what m says, door included, a line each; silent if nothing.
func wordsOf(m chat.Message) chat.Reply {
	words := m.Text
	if m.Door != "" {
		words = append(chat.Plainly(m.Door), words...)
	}
	var reply chat.Reply
	if strings.TrimSpace(words.Plain()) == "" {
		return reply
	}
	for _, t := range words.Lines() {
		if len(t) > 0 { // an empty line of code has a span that says so
			reply.Lines = append(reply.Lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{t}})
		}
	}
	return reply
}

// Where is how people call a channel and its network: "#sprints on Slack".
func (c Carrier) Where(p chat.Place) string {
	if l := c.Labels[p.Network]; l != "" {
		return p.Channel + " on " + l
	}
	return p.Channel + " on " + p.Network
}
