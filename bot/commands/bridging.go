package commands

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// Bridge is places joined into one conversation, as the configuration says.
type Bridge struct {
	Places  []chat.Place
	Private bool                           // organizers' own: nothing is announced there from elsewhere
	Carries func(from, to chat.Place) bool // what is said in one of Places is heard in another; nil: everywhere
}

// Bridging is what commands about bridges ask of the running bot.
type Bridging struct {
	Bridges func() []Bridge             // as they are now
	Where   func(chat.Place) string     // how people call a channel, "#sprints on Slack"; nil: by its place
	Paces   func() map[string]chat.Pace // of each network
	Flooded func() []chat.Place         // places of which something is not carried because it came too fast
	Calm    func(chat.Place)            // ends that
	Retry   func(network string) bool   // has one that gave up tried now; false: it has not given up
	Reload  bool                        // the configuration can be read again
	// Configured says that the configuration itself ignores that one; nil: it
	// ignores nobody.
	Configured func(network, who string) bool
}

// bridgePlaces are the bridged places in the order of their numbers.
func (c *Call) bridgePlaces() []chat.Place {
	var all []chat.Place
	if c.Desk.Bridging.Bridges == nil {
		return nil
	}
	for _, b := range c.Desk.Bridging.Bridges() {
		for _, p := range b.Places {
			if !slices.Contains(all, p) {
				all = append(all, p)
			}
		}
	}
	return all
}

// where is how people call a channel.
func (c *Call) where(p chat.Place) string {
	if c.Desk.Bridging.Where == nil {
		return p.String()
	}
	return c.Desk.Bridging.Where(p)
}

// bridgeOthers are the places bridged with p.
func (c *Call) bridgeOthers(p chat.Place) []chat.Place {
	var all []chat.Place
	for _, b := range c.Desk.Bridging.Bridges() {
		if !slices.Contains(b.Places, p) {
			continue
		}
		for _, q := range b.Places {
			if q != p && !slices.Contains(all, q) {
				all = append(all, q)
			}
		}
	}
	return all
}

// carried says whether what is said in one place is heard in the other.
func (c *Call) carried(from, to chat.Place) bool {
	return slices.ContainsFunc(c.Desk.Bridging.Bridges(), func(b Bridge) bool {
		return slices.Contains(b.Places, from) && slices.Contains(b.Places, to) && (b.Carries == nil || b.Carries(from, to))
	})
}

// bridgePlace is the place that is meant: by its number, its network and
// channel, or a channel that only one network has.
func (c *Call) bridgePlace() (chat.Place, error) {
	all := c.bridgePlaces()
	if len(all) == 0 {
		return chat.Place{}, sprints.Refuse(sprints.Unknown, "There is no bridge here.").Hint("status")
	}
	words := strings.Join(c.Args, " ")
	if n, err := strconv.Atoi(words); err == nil {
		if n < 1 || n > len(all) {
			return chat.Place{}, sprints.Refuse(sprints.Unknown, "The channels have the numbers 1 to %d.", len(all)).Hint("bridges")
		}
		return all[n-1], nil
	}
	var found []chat.Place
	for _, p := range all {
		if strings.EqualFold(p.String(), words) || strings.EqualFold(p.Channel, words) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return chat.Place{}, sprints.Refuse(sprints.Unknown, "No bridged channel is called %q.", shortened(words)).Hint("bridges")
	case 1:
		return found[0], nil
	}
	return chat.Place{}, sprints.Refuse(sprints.Unclear, "Several networks have %s: name the network too.", found[0].Channel).
		Hint(c.Command.Name+" "+found[0].String(), "bridges")
}

// gone says that a network is not in the configuration any more.
func (c *Call) gone(network string) bool {
	if c.Desk.Status == nil {
		return false
	}
	_, there := c.Desk.Status()[network]
	return !there
}

// remains are a line for each network that is gone and for which something
// waits, with what sends it.
func (c *Call) remains(traffic []sprints.Traffic) (lines []chat.Line) {
	waiting := map[string]int{}
	for _, t := range traffic {
		if t.Waiting > 0 && c.gone(t.Place.Network) {
			waiting[t.Place.Network] += t.Waiting
		}
	}
	next := "."
	if c.Desk.Bridging.Reload {
		next = ". To send them put it back there, then say reload."
	}
	for _, name := range slices.Sorted(maps.Keys(waiting)) {
		lines = append(lines, chat.Line{Role: chat.Row, Cells: []chat.Text{c.Text("%s:", name),
			c.Text("not in the configuration any more; %s%s", count(waiting[name], "line waits", "lines wait"), next)}})
	}
	return lines
}
