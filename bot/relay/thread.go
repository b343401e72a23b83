package relay

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

const quoted = 32 // characters of the words that a reply answers

// thread puts a row where the conversation it belongs to stands: under the
// root's counterpart, or with a word on whom and what it answers. told is false
// where threads are not carried there.
func (c Carrier) thread(tx Carrying, m chat.Message, ways Ways, out *chat.Outgoing) (told bool, err error) {
	if m.In.Thread == "" && m.Of == "" {
		return true, c.threadByName(tx, m, ways, out)
	}
	threads := c.Manners[out.To.Network].Threads
	if m.In.Thread != "" && ways.Flat && !threads {
		return false, nil
	}
	root, err := c.root(tx, m)
	if err != nil {
		return false, err
	}
	if m.In.Thread == "" && root.as == nil {
		return true, nil // a reply to nothing that is known
	}
	if threads {
		return true, root.under(tx, out)
	}
	again := false
	if m.In.Thread != "" {
		talk, err := tx.Threads(m.In.Root(), tx.Now().Add(-ways.threads()))
		if err != nil {
			return false, err
		}
		again = slices.ContainsFunc(talk, func(t sprints.Threaded) bool { return t.In == m.In })
	}
	out.Re, err = root.re(tx, out.To.Network, again)
	return err == nil, err
}

// root is the message that a reply or a reaction answers.
type root struct {
	source  string               // its SourceKey
	message string               // its Message.ID where it was said, "" not known
	network string               // where it was said
	as      *sprints.Counterpart // a row with its words, nil if they are gone
}

// root finds what m answers: words that were carried from here, or that the
// bot said here for somebody.
func (c Carrier) root(tx Carrying, m chat.Message) (root, error) {
	if m.Of != "" {
		r := root{source: chat.SourceKey(m.In.Network, m.Of), message: m.Of, network: m.In.Network}
		carried, err := tx.Counterparts(r.source)
		if err != nil {
			return r, err
		}
		for i, p := range carried {
			if p.Out != nil && (p.Out.Kind == chat.Said || p.Out.Kind == chat.Action) {
				r.as = &carried[i]
				return r, nil
			}
		}
		if carried != nil {
			return r, nil
		}
	}
	for _, receipt := range []string{m.In.Thread, m.Of} {
		ours, err := tx.Carried(m.In.Root(), receipt)
		if err != nil {
			return root{}, err
		}
		for i, p := range ours {
			if p.Out == nil {
				continue
			}
			r := root{source: p.Out.Source, as: &ours[i]}
			r.network, r.message, _ = strings.Cut(r.source, "\x1f")
			return r, nil
		}
	}
	return root{}, nil
}

// under puts out below the root, where it is on out's network.
func (r root) under(tx Carrying, out *chat.Outgoing) error {
	if r.network == out.To.Network {
		if r.as == nil || r.as.Out.Re == nil { // a reply has no thread of its own, and its root's is not known here
			out.Of = r.message
		}
		return nil
	}
	carried, err := tx.Counterparts(r.source)
	if err != nil {
		return err
	}
	for _, p := range carried {
		if p.Place.Root() == out.To.Root() {
			out.To.Thread = p.Place.Thread
			if out.To.Thread == "" {
				out.About = p.Row
			}
			return nil
		}
	}
	return nil
}

// re is whom and what a reply answers, in a few words for the people of a
// network; only whom when the thread was quoted a moment ago.
func (r root) re(tx Carrying, network string, again bool) (chat.Text, error) {
	if r.as == nil || r.as.Out == nil {
		return chat.Plainly("in a thread: "), nil
	}
	who := chat.Span{Text: "sprintbot"}
	if as := r.as.Out.As; as != nil {
		there, err := named(tx, *as, network)
		if err != nil {
			return nil, err
		}
		who = chat.Span{Text: there.Nick, Who: &there}
	}
	words := brief(r.as.Out.Reply.Plain())
	if again || words == "" {
		return chat.Text{{Text: "re "}, who, {Text: ": "}}, nil
	}
	return chat.Text{{Text: "re "}, who, {Text: ` "` + words + `": `}}, nil
}

// named is the author of a row by the name that a network knows them by: the
// row has the name of its own place.
func named(tx sprints.PersonReader, h chat.Handle, network string) (chat.Handle, error) {
	p, err := tx.PersonOf(h)
	if errors.Is(err, sprints.ErrNotFound) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	ids, err := tx.Identities(p.ID)
	for _, id := range ids {
		if id.Network == network && id.Nick != "" {
			return chat.Handle{Network: network, ID: id.Key, Nick: id.Nick}, err
		}
	}
	return h, err
}

// brief is the beginning of s: whole words of its first line.
func brief(s string) string {
	line, rest, _ := strings.Cut(strings.TrimSpace(s), "\n")
	short, cut := "", strings.TrimSpace(rest) != ""
	for i, f := range strings.Fields(line) {
		longer := strings.TrimSpace(short + " " + f)
		if i > 0 && utf8.RuneCountInString(longer) > quoted {
			cut = true
			break
		}
		short = longer
	}
	if runes := []rune(short); len(runes) > quoted { // one word: between its graphemes, more or less
		n := quoted
		for n > 1 && (unicode.IsMark(runes[n]) || unicode.Is(unicode.Cf, runes[n]) || unicode.Is(unicode.Cf, runes[n-1])) {
			n--
		}
		short, cut = string(runes[:n]), true
	}
	if cut {
		short += "…"
	}
	return short
}

// threadByName puts a line "grace: yes" into the thread in which grace spoke
// last, if that is not long ago.
func (c Carrier) threadByName(tx Carrying, m chat.Message, ways Ways, out *chat.Outgoing) error {
	if !c.Manners[out.To.Network].Threads || m.Kind != chat.Said {
		return nil
	}
	words := strings.TrimSpace(strings.ReplaceAll(m.Text.Plain(), chat.Apart, ""))
	if at := strings.IndexAny(words, ":,"); at < 1 || at > 80 {
		return nil
	}
	talk, err := tx.Threads(out.To.Root(), tx.Now().Add(-ways.threads()))
	if err != nil {
		return err
	}
	for _, t := range talk {
		who, err := knownAs(tx, t.Who, m.In.Network)
		if err != nil {
			return err
		}
		name := chat.Name(who.Nick)
		if name == "" || len(words) <= len(name) || !strings.EqualFold(words[:len(name)], name) {
			continue
		}
		if after := words[len(name)]; after == ':' || after == ',' {
			out.To.Thread = t.In.Thread
			return nil
		}
	}
	return nil
}
