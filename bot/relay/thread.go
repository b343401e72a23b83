package relay

import (
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
	root, err := c.root(tx, m, out.To)
	if err != nil {
		return false, err
	}
	if m.In.Thread == "" && root.as == nil { // a reply to nothing that is known there
		return true, c.threadByName(tx, m, ways, out)
	}
	if threads {
		root.under(out)
		return true, nil
	}
	again := false
	if m.In.Thread != "" {
		talk, err := tx.Threads(m.In.Root(), tx.Now().Add(-ways.threads()))
		if err != nil {
			return false, err
		}
		again = slices.ContainsFunc(talk, func(t sprints.Threaded) bool { return t.In == m.In })
	}
	err = root.re(c, tx, out, again)
	return err == nil, err
}

// root is the message that a reply or a reaction answers.
type root struct {
	source  string                // its SourceKey, "" of the bot's own
	message string                // its Message.ID where it was said, "" not known
	home    chat.Place            // where that is, thread included; zero not known
	as      *sprints.Counterpart  // a row with its words, nil if they are gone
	carried []sprints.Counterpart // where its words went
	secret  bool                  // its words were taken back, or are not for others: it is not quoted
}

// root finds what m answers, as far as it is known in a place: words that were
// said there, or carried there. Words of another bridge that m's place is in
// too are nobody's.
func (c Carrier) root(tx Carrying, m chat.Message, to chat.Place) (root, error) {
	r, err := c.answered(tx, m)
	if err != nil || r.source == "" {
		return r, err
	}
	known := r.home.Root() == to.Root()
	for _, p := range r.carried {
		known = known || p.Place.Root() == to.Root() && (p.Sent || p.Waiting)
		r.secret = r.secret || p.Out != nil && p.Out.Kind == chat.Deleted
	}
	if !known {
		return root{}, nil
	}
	return r, nil
}

// answered is what m answers: words that were carried from here, or that the
// bot said here for somebody or for itself.
func (c Carrier) answered(tx Carrying, m chat.Message) (r root, err error) {
	if m.Of != "" {
		r = root{source: chat.SourceKey(m.In.Network, m.Of), message: m.Of, home: m.In}
		if r.carried, err = tx.Counterparts(r.source); err != nil {
			return r, err
		}
		for i, p := range r.carried {
			if p.Out != nil && (p.Out.Kind == chat.Said || p.Out.Kind == chat.Action) {
				r.as = &r.carried[i]
				return r, nil
			}
		}
		if r.carried != nil {
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
			network, message, _ := strings.Cut(r.source, "\x1f")
			r.message = message
			if homes := c.Routes.heardFrom(network, m.In); p.Out.Home != nil {
				r.home = *p.Out.Home
			} else if len(homes) == 1 {
				r.home = homes[0]
			}
			if r.source == "" {
				r.secret = p.Out.Reply.Private || slices.Contains(c.Routes.Organizing(), m.In.Root())
			}
			r.carried, err = tx.Counterparts(r.source)
			return r, err
		}
	}
	return root{}, nil
}

// under puts out below the root, where it is in out's place.
func (r root) under(out *chat.Outgoing) {
	if r.home.Root() == out.To.Root() {
		switch {
		case r.home.Thread != "":
			out.To.Thread = r.home.Thread
		case r.as == nil || r.as.Out.Re == nil: // else a reply, said in a thread that is not known
			out.Of = r.message
		}
		return
	}
	for _, p := range r.carried {
		if p.Place.Root() == out.To.Root() {
			out.To.Thread = p.Place.Thread
			if out.To.Thread == "" {
				out.About = p.Row
			}
			return
		}
	}
}

// re has out say whom and what it answers, in a few words for the people of its
// network; only whom when the thread was quoted a moment ago.
func (r root) re(c Carrier, tx Carrying, out *chat.Outgoing, again bool) error {
	if r.as == nil || r.as.Out == nil {
		out.Re = chat.Plainly("in a thread: ")
		return nil
	}
	who := chat.Span{Text: "sprintbot"}
	if as := r.as.Out.As; as != nil {
		there, err := c.named(tx, *as, out.To.Network)
		if err != nil {
			return err
		}
		who = chat.Span{Text: there.Nick, Who: &there}
	}
	words := brief(r.as.Out.Reply.Plain())
	if again || r.secret || words == "" {
		out.Re = chat.Text{{Text: "re "}, who, {Text: ": "}}
		return nil
	}
	quote := uncalled(words, r.as.Out.Reply)
	out.Re = slices.Concat(chat.Text{{Text: "re "}, who, {Text: ` "`}}, quote, chat.Text{{Text: `": `}})
	out.Quotes = r.source
	return nil
}

// uncalled is a quote of a reply: whom the words called they do not call again.
func uncalled(quote string, reply chat.Reply) chat.Text {
	var names []string
	for _, l := range reply.Lines {
		for _, c := range l.Cells {
			for _, s := range c {
				if s.Who != nil && s.Text != "" {
					names = append(names, s.Text)
				}
			}
		}
	}
	var out chat.Text
	for quote != "" {
		at, name := len(quote), ""
		for _, n := range names {
			if i := strings.Index(quote, n); i >= 0 && (i < at || i == at && len(n) > len(name)) {
				at, name = i, n
			}
		}
		if at > 0 {
			out = append(out, chat.Span{Text: quote[:at]})
		}
		if name != "" {
			out = append(out, uncalling(name))
		}
		quote = quote[at+len(name):]
	}
	return out
}

// named is the author of a row by the name that a network knows them by: the
// row has the name of its own place. Who is gone from there is called by none, and
// known by the id alone, for the day they are forgotten.
func (c Carrier) named(tx sprints.PersonReader, h chat.Handle, network string) (chat.Handle, error) {
	ids, err := identities(tx, h)
	if err != nil {
		return h, err
	}
	if h = c.nicked(ids, h, network); h.Network == network && c.gone(h) {
		return chat.Handle{ID: h.ID, Nick: h.Nick}, nil
	}
	return h, nil
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
// last, if that is not long ago. Who is meant by name where it is said is meant,
// and no namesake.
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
	meant := m.Text[0].Who
	for _, t := range talk {
		who, err := c.knownAs(tx, t.Who, m.In.Network)
		if err != nil {
			return err
		}
		if meant != nil && (meant.Network != who.Network || meant.ID != who.ID) {
			continue
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
