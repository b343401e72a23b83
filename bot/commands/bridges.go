package commands

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

func bridgeCommands() []Command {
	return []Command{
		{
			Name: "bridges", Usage: "", Access: Organizer,
			Summary:  "How each network and bridged channel is: last heard, last sent, what waits, what holds it up.",
			Detail:   "The numbers name the channels in bridge pause, resume and retry.",
			Examples: []string{"bridges"},
			Run:      bridges,
		},
		{
			Name: "bridge pause", Aliases: []string{"pause bridge"}, Usage: "NUMBER or NETWORK #CHANNEL", Access: Organizer, Min: 1, Max: 2,
			Summary:  "Relays nothing into a channel nor out of it, until you resume it.",
			Detail:   "What is said elsewhere waits for it as long as relays live. What is said in it is counted, not carried. Answers and announcements still go.",
			Examples: []string{"bridge pause 1"},
			Run:      bridgePause,
		},
		{
			Name: "bridge resume", Aliases: []string{"resume bridge", "bridge continue"}, Usage: "NUMBER or NETWORK #CHANNEL", Access: Organizer, Min: 1, Max: 2,
			Summary:  "Ends a pause, or has all carried again that is said after a flood.",
			Examples: []string{"bridge resume 1"},
			Run:      bridgeResume,
		},
		{
			Name: "bridge retry", Usage: "[NUMBER, NETWORK or NETWORK #CHANNEL]", Access: Organizer, Max: 2,
			Summary:  "Sends again what was refused for good, if its words are still kept; a network that gave up is tried at once.",
			Detail:   "Words are kept for an hour after they were refused; what is older is counted no more. A network that gave up is tried again by itself, after 5 minutes and then ever later, once an hour at last.",
			Examples: []string{"bridge retry"},
			Run:      bridgeRetry,
		},
		{
			Name: "bridge ignore", Usage: "NETWORK WHO", Access: Organizer, Min: 2, Max: 2,
			Summary:  "Neither carries nor obeys what another relay says.",
			Detail:   "WHO is an id, account:NAME, or a nick in which * stands for anything.",
			Examples: []string{"bridge ignore libera gateway*"},
			Run:      bridgeIgnore,
		},
		{
			Name: "bridge heed", Aliases: []string{"bridge unignore"}, Usage: "NETWORK WHO", Access: Organizer, Min: 2, Max: 2,
			Summary:  "Says that one is no relay: what it says is carried, and obeyed as anybody's.",
			Detail:   "Ends a bridge ignore. One that looks like a relay, and is none, is not asked about again.",
			Examples: []string{"bridge heed libera gateway*"},
			Run:      bridgeHeed,
		},
		{
			Name: "reload", Access: Organizer,
			Summary:  "Reads the configuration again; a file with faults changes nothing.",
			Detail:   "Networks and bridges come, go and change without the others noticing. The database and the page's address take a restart.",
			Examples: []string{"reload"},
			Run:      reload,
		},
	}
}

// bridges lists every bridged place, and what else has trouble.
func bridges(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	traffic, err := tx.Traffic()
	if err != nil {
		return chat.Reply{}, err
	}
	places := call.bridgePlaces()
	var paces map[string]chat.Pace
	if call.Desk.Bridging.Paces != nil {
		paces = call.Desk.Bridging.Paces()
	}
	remains := call.remains(traffic)
	lines := append(call.networks(e, tx.Now(), true, paces), remains...)
	for i, p := range places {
		t := sprints.Traffic{Queue: sprints.Queue{Place: p}}
		if at := slices.IndexFunc(traffic, func(t sprints.Traffic) bool { return t.Place == p }); at >= 0 {
			t = traffic[at]
		}
		lines = append(lines, call.Line(chat.Item, "%d. %s: %s", i+1, p, call.traffic(e, tx.Now(), t)))
	}
	for _, t := range traffic {
		if !slices.Contains(places, t.Place) && (t.Waiting > 0 || t.Dead > 0) {
			lines = append(lines, call.Line(chat.Item, "%s: %s", whereTo(t.Place), call.traffic(e, tx.Now(), t)))
		}
	}
	ignored, err := tx.Ignored()
	if err != nil {
		return chat.Reply{}, err
	}
	for _, i := range ignored {
		lines = append(lines, call.Line(chat.Item, "Ignored on %s: %s", i.Network, i.Who))
	}
	trusted, err := tx.Trusted()
	if err != nil {
		return chat.Reply{}, err
	}
	for _, i := range trusted {
		lines = append(lines, call.Line(chat.Item, "No relay on %s: %s", i.Network, i.Who))
	}
	if call.Desk.Bridging.Reload && (len(remains) > 0 || slices.ContainsFunc(traffic, takenOut)) {
		lines = append(lines, call.Try("reload"))
	}
	if len(lines) == 0 {
		return call.Answer(call.Say("There is no bridge here, and nothing waits."), call.Try("status"))
	}
	return call.Answer(lines...)
}

// whereTo is a place as an organizer may read it: a private conversation is
// somebody's own.
func whereTo(p chat.Place) string {
	if _, direct := p.DirectID(); direct {
		return p.Network + ", in private"
	}
	return p.String()
}

// takenOut says that something waits for a place that is not in the configuration
// any more.
func takenOut(t sprints.Traffic) bool { return t.Waiting > 0 && t.Reason == sprints.Outside }

// traffic is how a place is, in one line.
func (c *Call) traffic(e sprints.Event, now time.Time, t sprints.Traffic) string {
	at := func(t time.Time) string {
		if t.IsZero() {
			return "never"
		}
		return clock(e, now, t)
	}
	said := []string{fmt.Sprintf("heard %s, sent %s", at(t.Heard), at(t.Sent))}
	add := func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) }
	gone := c.gone(t.Place.Network)
	if gone {
		add("gone")
	}
	if !t.Paused.IsZero() {
		add("paused since %s", at(t.Paused))
	}
	if c.Desk.Bridging.Flooded != nil && slices.Contains(c.Desk.Bridging.Flooded(), t.Place) {
		add("too much at once there, not all is carried")
	}
	switch {
	case t.Waiting == 1:
		add("1 waits since %s", at(t.Oldest))
	case t.Waiting > 1:
		add("%d wait, the oldest since %s", t.Waiting, at(t.Oldest))
	}
	switch {
	case gone: // its network's line says it
	case takenOut(t) && c.Desk.Bridging.Reload:
		add("%s; to send what waits put it back there, then say reload", t.Reason)
	case !t.Held.IsZero():
		add("held until %s: %s", at(t.Held), strings.TrimSuffix(t.Reason, "."))
	case t.Reason != "" && t.Waiting > 0:
		add("%s", strings.TrimSuffix(t.Reason, "."))
	}
	if t.Dead > 0 {
		add("%s", t.Refused())
	}
	if t.Learned > 0 {
		add("one each %s, learned", t.Learned)
	} else if c.Desk.Bridging.Paces != nil && t.Waiting > 0 {
		if p := c.Desk.Bridging.Paces()[t.Place.Network]; p.Every > 0 || p.PlaceEvery > 0 {
			add("one each %s", max(p.Every, p.PlaceEvery))
		}
	}
	return strings.Join(said, "; ") + "."
}

// tellBridge says something in a place, once a key and instant.
func tellBridge(tx sprints.Tx, key string, to chat.Place, line chat.Line) error {
	_, _, err := tx.Post(chat.Outgoing{
		Key: fmt.Sprintf("bridge\x1f%s\x1f%d\x1f%s", key, tx.Now().UnixNano(), to), To: to, Lane: chat.Announcements, Kind: chat.Said,
		Reply: chat.Reply{Lines: []chat.Line{line}}, At: tx.Now(), Expires: tx.Now().Add(24 * time.Hour),
	})
	return err
}

func bridgePause(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	p, err := call.bridgePlace()
	if err != nil {
		return chat.Reply{}, err
	}
	call.object = "place " + p.String()
	first, err := tx.PauseBridge(p)
	if err != nil {
		return chat.Reply{}, err
	}
	if !first {
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s is paused already.", p).Hint("bridge resume " + p.String())
	}
	here := call.Say("An organizer has paused the bridge: what is said elsewhere waits.")
	for _, q := range call.bridgeOthers(p) {
		hears, line := call.carried(p, q), call.Say("An organizer has paused the bridge with %s: what is said here waits.", p)
		if hears {
			here = call.Say("An organizer has paused the bridge: what is said here stays here.")
		}
		if !call.carried(q, p) {
			if !hears {
				continue
			}
			line = call.Say("An organizer has paused the bridge with %s: what is said there does not come here.", p)
		}
		if err := tellBridge(tx, "pause "+p.String(), q, line); err != nil {
			return chat.Reply{}, err
		}
	}
	if err := tellBridge(tx, "pause "+p.String(), p, here); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(call.Say("%s is paused: nothing is relayed into it or out of it. Answers and announcements still go.", p),
		call.Try("bridge resume "+p.String()))
}

func bridgeResume(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	p, err := call.bridgePlace()
	if err != nil {
		return chat.Reply{}, err
	}
	call.object = "place " + p.String()
	calmed := false
	if b := call.Desk.Bridging; b.Flooded != nil && slices.Contains(b.Flooded(), p) {
		b.Calm(p)
		calmed = true
	}
	pause, err := tx.ResumeBridge(p)
	if errors.Is(err, sprints.ErrNotFound) {
		if calmed {
			return call.Answer(call.Say("What is said in %s is carried again.", p), call.Try("bridges"))
		}
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s is not paused.", p).Hint("bridges")
	}
	if err != nil {
		return chat.Reply{}, err
	}
	e, err := tx.Event()
	if err != nil {
		return chat.Reply{}, err
	}
	line := call.Say("The bridge with %s goes on.", p)
	if pause.Skipped > 0 {
		when, them := clock(e, tx.Now(), pause.First), "it"
		if pause.Skipped > 1 {
			when, them = chat.Clocks(tx.Now(), pause.First.In(e.Zone), pause.Last.In(e.Zone)), "them"
		}
		line = call.Say("The bridge with %s goes on. %s there meanwhile, %s; read %s in %s.", p,
			count(pause.Skipped, "message was said", "messages were said"), when, them, call.where(p))
	}
	for _, q := range call.bridgeOthers(p) {
		told := line
		switch {
		case call.carried(p, q):
		case call.carried(q, p):
			told = call.Say("The bridge with %s goes on.", p)
		default:
			continue
		}
		if err := tellBridge(tx, "resume "+p.String(), q, told); err != nil {
			return chat.Reply{}, err
		}
	}
	if err := tellBridge(tx, "resume "+p.String(), p, call.Say("The bridge goes on.")); err != nil {
		return chat.Reply{}, err
	}
	return call.Answer(line, call.Try("bridges"))
}

func bridgeRetry(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	var p chat.Place
	var err error
	if name, is := call.network(); is {
		return call.retryNetwork(name)
	}
	if len(call.Args) > 0 {
		if p, err = call.bridgePlace(); err != nil {
			return chat.Reply{}, err
		}
		call.object = "place " + p.String()
	}
	queues, err := tx.Queues()
	if err != nil {
		return chat.Reply{}, err
	}
	dead, places := 0, 0
	for _, q := range queues {
		if q.Dead > 0 && (p == chat.Place{} || q.Place == p) {
			dead += q.Dead
			places++
		}
	}
	if dead == 0 {
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "Nothing was refused for good.").Hint("bridges")
	}
	if dead > 1 && !call.confirmed {
		call.right = "" // nothing is done yet
		if err := call.ask(tx, strings.TrimSpace("bridge retry "+call.Rest(0))); err != nil {
			return chat.Reply{}, err
		}
		return call.Answer(call.Say("%d messages were refused in %s; those still kept would go again behind what waits there. Really? yes / no",
			dead, count(places, "place", "places")), call.Try("yes"), call.Try("no"))
	}
	again, gone, err := tx.Revive(p)
	if err != nil {
		return chat.Reply{}, err
	}
	line := call.Say("%s again.", count(again, "message goes", "messages go"))
	switch {
	case gone == 1 && again == 0:
		line = call.Say("The words of 1 message are not kept any more: it can't go again, and is counted no more.")
	case again == 0:
		line = call.Say("The words of %d messages are not kept any more: they can't go again, and are counted no more.", gone)
	case gone > 0:
		line = call.Say("%s again; the words of %d are not kept any more, and these are counted no more.", count(again, "message goes", "messages go"), gone)
	}
	return call.Answer(line, call.Try("bridges"))
}

// network is the network that the arguments name and nothing else.
func (c *Call) network() (name string, is bool) {
	if len(c.Args) != 1 || c.Desk.Status == nil {
		return "", false
	}
	for name := range c.Desk.Status() {
		if strings.EqualFold(name, c.Args[0]) {
			return name, true
		}
	}
	return "", false
}

// retryNetwork has a network that gave up tried at once.
func (c *Call) retryNetwork(name string) (chat.Reply, error) {
	c.object = "network " + name
	if c.Desk.Bridging.Retry == nil || !c.Desk.Bridging.Retry(name) {
		if c.Desk.Status()[name].Up {
			return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s is connected.", name).Hint("bridges")
		}
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s has not given up: it is tried again all the time.", name).Hint("bridges")
	}
	return c.Answer(c.Say("I try %s again now.", name), c.Try("bridges"))
}

// ignoring is the network and whom, checked.
func (c *Call) ignoring() (network, who string, err error) {
	network, who = c.Args[0], c.Args[1]
	known := []string{}
	for _, p := range c.bridgePlaces() {
		if strings.EqualFold(p.Network, network) {
			network = p.Network
		}
		if !slices.Contains(known, p.Network) {
			known = append(known, p.Network)
		}
	}
	if !slices.Contains(known, network) {
		return "", "", sprints.Refuse(sprints.Unknown, "No bridge has a network called %q; there are: %s.", shortened(network), strings.Join(known, ", ")).Hint("bridges")
	}
	if strings.Trim(who, "*? ") == "" {
		return "", "", sprints.Refuse(sprints.Unclear, "That would be everybody. Name an id, account:NAME, or a nick in which * stands for anything.").
			Hint("help bridge ignore")
	}
	return network, sprints.OneLine(who), nil
}

func bridgeIgnore(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	network, who, err := call.ignoring()
	if err != nil {
		return chat.Reply{}, err
	}
	if call.Desk.Organizer(network, who) {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "%s is an organizer, and what organizers say is always heard.", who).Hint("bridges")
	}
	call.object = "relay " + network + " " + who
	first, err := tx.Ignore(network, who)
	if err != nil {
		return chat.Reply{}, err
	}
	if !first {
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s on %s is ignored already.", who, network).Hint("bridge heed " + network + " " + who)
	}
	return call.Answer(call.Say("What %s says on %s is neither carried nor obeyed from now on.", who, network), call.Try("bridge heed "+network+" "+who))
}

func bridgeHeed(_ context.Context, tx sprints.Tx, call *Call) (chat.Reply, error) {
	network, who, err := call.ignoring()
	if err != nil {
		return chat.Reply{}, err
	}
	call.object = "relay " + network + " " + who
	if b := call.Desk.Bridging; b.Configured != nil && b.Configured(network, who) {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "The configuration ignores %s on %s. Take it out there, then say reload.", who, network).Hint("reload")
	}
	there, err := tx.Heed(network, who)
	if err != nil {
		return chat.Reply{}, err
	}
	first, err := tx.Trust(network, who)
	switch {
	case err != nil:
		return chat.Reply{}, err
	case there:
		return call.Answer(call.Say("I listen to %s on %s again.", who, network), call.Try("bridge ignore "+network+" "+who))
	case !first:
		return chat.Reply{}, sprints.Refuse(sprints.Conflict, "%s on %s is listened to already.", who, network).Hint("bridge ignore " + network + " " + who)
	}
	return call.Answer(call.Say("%s on %s is no relay: I carry what it says, and don't ask again.", who, network), call.Try("bridge ignore "+network+" "+who))
}

func reload(_ context.Context, _ sprints.Tx, call *Call) (chat.Reply, error) {
	if !call.Desk.Bridging.Reload {
		return chat.Reply{}, sprints.Refuse(sprints.Closed, "The made-up sprint has no configuration to read again.").Hint("status")
	}
	call.object = "configuration"
	call.reload = true
	return call.Answer(call.Say("I read the configuration again now, and tell you what came of it."))
}
