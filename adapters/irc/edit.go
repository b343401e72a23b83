package irc

import (
	"slices"
	"strings"

	"sprintbot/sprints/chat"
)

const (
	changedWords = 5   // of one run that may differ for a short form
	changedBytes = 120 // of both runs
	contextWords = 3   // beside the change at most, to say where it is
)

// Manners of IRC: a line said stays, or is taken back by the few servers that
// can, and many lines are a burden.
func (n *Network) Manners() chat.Manners { return chat.Manners{Short: true, Retracts: true} }

// substitution is the short form of an edit, "s/tehm/them/": one changed run of
// words, with as many of those beside it as it takes to tell where it is. It is
// "" where the new words must be said whole. Whom the words call it calls, by
// the same names.
func (n *Network) substitution(out chat.Outgoing) string {
	if out.Was == nil {
		return ""
	}
	was, now := n.fields(*out.Was), n.fields(out.Reply)
	if slices.Equal(was, now) {
		return ""
	}
	from := 0
	for from < len(was) && from < len(now) && was[from] == now[from] {
		from++
	}
	till := 0 // counted from the end
	for till < len(was)-from && till < len(now)-from && was[len(was)-1-till] == now[len(now)-1-till] {
		till++
	}
	if len(was)-till-from > changedWords || len(now)-till-from > changedWords || from+till == 0 {
		return ""
	}
	before, after := 0, 0 // words of context
	for {
		a, b := was[from-before:len(was)-till+after], now[from-before:len(now)-till+after]
		if len(a) > 0 && len(b) > 0 && times(was, a) == 1 {
			return substitute(a, b)
		}
		switch {
		case before+after >= contextWords:
			return ""
		case before < from && before <= after || after >= till && before < from:
			before++
		case after < till:
			after++
		default:
			return ""
		}
	}
}

// fields are the words of a reply as they are shown here.
func (n *Network) fields(r chat.Reply) []string {
	var all []string
	for _, l := range r.Lines {
		all = append(all, strings.Fields(n.words(l).Plain())...)
	}
	return all
}

func substitute(a, b []string) string {
	before, after := strings.Join(a, " "), strings.Join(b, " ")
	if strings.Contains(before+after, "/") || len(before)+len(after) > changedBytes {
		return ""
	}
	return "s/" + before + "/" + after + "/"
}

// times is how often the run of words a stands in all.
func times(all, a []string) int {
	n := 0
	for i := 0; i+len(a) <= len(all); i++ {
		if slices.Equal(all[i:i+len(a)], a) {
			n++
		}
	}
	return n
}
