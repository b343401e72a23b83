package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"sprintbot/bot/commands"
	"sprintbot/bot/relay"
	"sprintbot/sprints"
	"sprintbot/sprints/chat"
)

// toldFor is how long a word to organizers is worth saying.
const toldFor = 24 * time.Hour

// guard keeps the bridge from floods, from other relays, and from places that
// are paused. What it counts is lost at a restart; what floods left out, pauses
// and who is ignored are rows, kept here as they were after the last commit that changed them.
type guard struct {
	floods *relay.Floods
	others *relay.Others
	staff  *staff
	paused atomic.Pointer[map[chat.Place]bool]
	// names are of the configuration: who is ignored, by network, what people
	// call each network and the bot, and who organizes.
	names atomic.Pointer[guardNames]
	fresh sync.Mutex // one refresh at a time: a slow one must not undo a later one's
}

type guardNames struct {
	ignored    map[string][]string
	labels     []string
	own        []string // what the bot is called
	organizers []Organizer
	readers    []string // of the lobby, as people call their networks
}

// newGuard lets everything pass until it is told limits and names.
func newGuard() *guard {
	g := &guard{floods: relay.NewFloods(relay.Limits{}), others: relay.NewOthers(), staff: newStaff()}
	g.paused.Store(&map[chat.Place]bool{})
	g.names.Store(&guardNames{own: []string{"sprintbot"}})
	return g
}

// isPaused says that relays of a place wait.
func (g *guard) isPaused(p chat.Place) bool { return (*g.paused.Load())[p.Root()] }

// refresh reads what organizers have said about bridges.
func (g *guard) refresh(ctx context.Context, store sprints.Store) error {
	g.fresh.Lock()
	defer g.fresh.Unlock()
	names := g.names.Load()
	ignored := map[string][]string{}
	for n, all := range names.ignored {
		ignored[n] = append(ignored[n], all...)
	}
	paused, trusted := map[chat.Place]bool{}, map[string][]string{}
	err := store.Read(ctx, func(v sprints.View) error {
		pauses, err := v.Pauses()
		if err != nil {
			return err
		}
		for _, p := range pauses {
			paused[p.Place] = true
		}
		said, err := v.Ignored()
		for _, i := range said {
			ignored[i.Network] = append(ignored[i.Network], i.Who)
		}
		if err != nil {
			return err
		}
		carried, err := v.Trusted()
		if err != nil {
			return err
		}
		for _, i := range carried {
			trusted[i.Network] = append(trusted[i.Network], i.Who)
		}
		return g.staff.know(v, names.own, names.organizers)
	})
	if err != nil {
		return fmt.Errorf("read what is paused, who is ignored and who organizes: %w", err)
	}
	g.paused.Store(&paused)
	g.others.Know(ignored, names.labels)
	g.others.Trust(trusted)
	return nil
}

// heeded takes up what a command may have changed of bridges, after its commit.
func (e *ear) heeded(ctx context.Context, ms []chat.Message) {
	if !slices.ContainsFunc(ms, func(m chat.Message) bool { return m.Addressed }) {
		return
	}
	if err := e.guard.refresh(ctx, e.store); err != nil {
		if ctx.Err() == nil {
			e.log.Error("bridges go on as they were", "error", err)
		}
		return
	}
	if e.kick != nil {
		e.kick()
	}
}

// ignores says that m is by another relay. Organizers are never ignored, so
// that no pattern locks them out.
func (e *ear) ignores(m chat.Message) bool {
	return e.guard.others.Ignores(m.From) && !e.desk.Organizer(m.From.Network, m.From.ID)
}

// tooMany answers, once, a person whose commands come faster than is run.
func (e *ear) tooMany(tx sprints.Tx, m chat.Message, v relay.Verdict) (*chat.Reply, error) {
	reply := chat.Reply{Private: true, Lines: []chat.Line{
		{Role: chat.Plain, Cells: []chat.Text{chat.Plainly("That was a lot at once, and I have left the last one out. Say it again in ten seconds.")}},
		{Role: chat.Try, Cells: []chat.Text{chat.Plainly("help")}},
	}}
	if !v.Tell && !m.Inline {
		return nil, nil
	}
	return e.answer(tx, m, commands.Outcome{Reply: reply})
}

// carry takes m to the other places of its bridge, unless it is part of a
// flood, was relayed already by another bot, or its place is paused.
func (e *ear) carry(tx sprints.Tx, m chat.Message, v relay.Verdict) error {
	others := e.carrier.Routes.Others(m.In)
	switch {
	case m.Kind == chat.Deleted, // words taken back are taken back everywhere, whatever holds others
		m.Kind == chat.Edited && len(others) == 0: // they may still wait for a place that was bridged
		return e.carrier.Carry(inTurn(tx, m), m)
	case len(others) == 0:
		return nil
	}
	if v.Over { // also where the place was paused meanwhile
		if err := e.carrier.TellStopped(inTurn(tx, m), m.In, m.At); err != nil {
			return err
		}
	}
	if e.guard.isPaused(m.In) {
		paused, err := pausedNow(tx, m.In)
		switch {
		case err != nil:
			return err
		case paused && m.Kind != chat.Said && m.Kind != chat.Action:
			return e.carrier.Reworded(tx, m)
		case paused:
			return tx.SkipLine(m.In.Root(), m.At)
		}
	}
	if v.Stop {
		if v.Tell {
			if err := e.tellFlood(inTurn(tx, m), m, v); err != nil {
				return err
			}
		}
		return e.carrier.Stop(tx, m)
	}
	if e.desk.Organizer(m.From.Network, m.From.ID) {
		e.guard.staff.saw(m.From)
	}
	if m.Kind == chat.Said || m.Kind == chat.Action {
		at := tx.Now().Add(-m.Ago)
		switch e.guard.others.Judge(at, m) {
		case relay.Echo:
			return nil
		case relay.Found:
			return e.tellOrganizers(tx, "echo\x1f"+veiled(m.From), []chat.Line{
				sayLine("%s in %s repeats what I carry, as another relay does. I carry those lines no further, so that nothing goes round in circles.", called(m.From), m.In),
				tryLine("bridge ignore " + m.From.Network + " " + nameFor(m.From)),
				tryLine("bridge heed " + m.From.Network + " " + nameFor(m.From)),
			})
		case relay.Maybe:
			err := e.tellOrganizers(tx, "relay\x1f"+veiled(m.From), []chat.Line{
				sayLine("%s in %s says what others said, as a relay does. Is it one? Then tell me to ignore it; if not, to heed it, and I don't ask again.", called(m.From), m.In),
				tryLine("bridge ignore " + m.From.Network + " " + nameFor(m.From)),
				tryLine("bridge heed " + m.From.Network + " " + nameFor(m.From)),
			})
			if err != nil {
				return err
			}
		}
		e.guard.others.Carried(at, m, others)
	}
	return e.carrier.Carry(inTurn(tx, m), m)
}

// pausedNow says what the rows say: a pause may have been ended a moment ago,
// in this very write.
func pausedNow(v sprints.BridgeReader, p chat.Place) (bool, error) {
	pauses, err := v.Pauses()
	return slices.ContainsFunc(pauses, func(s sprints.Pause) bool { return s.Place == p.Root() }), err
}

// tellFlood says, once a flood, that not all that comes is carried: to those who
// would have read it, behind what is carried of it, and to organizers.
func (e *ear) tellFlood(tx sprints.Tx, m chat.Message, v relay.Verdict) error {
	who := called(m.From)
	if v.Whole {
		who = "several people together"
	}
	source := chat.SourceKey(m.In.Network, m.ID)
	e.log.Warn("a flood is not carried", "place", m.In.String(), "whole", v.Whole)
	said := chat.Saying(chat.Plainly(fmt.Sprintf("Too much at once from %s in %s: what is above the limit is not carried here. How much that was, and where to read it, I say when it is over.", who, m.In)))
	for _, to := range e.carrier.Routes.Others(m.In) {
		if _, _, err := tx.Post(chat.Outgoing{
			Key: "flood\x1f" + source + "\x1f" + to.String(), To: to, Lane: chat.Relays, Kind: chat.Said, Reply: said,
			At: m.At, Expires: tx.Now().Add(e.carrier.Expires),
		}); err != nil {
			return err
		}
	}
	return e.tellOrganizers(tx, "flood\x1f"+source, []chat.Line{
		sayLine("More than the limit within ten seconds from %s in %s: what is above it is not carried, until it comes more slowly.", who, m.In),
		tryLine("bridge resume " + m.In.String()),
		tryLine("bridges"),
	})
}

// tellOver tells of floods that are over, also where nobody has spoken since,
// and of those before a restart.
func (e *ear) tellOver(ctx context.Context) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var all []sprints.Flood
	err := e.store.Read(ctx, func(v sprints.View) (err error) {
		all, err = v.Floods()
		return err
	})
	for _, f := range all {
		if err == nil && relay.Due(f, time.Now()) {
			err = e.store.Write(ctx, func(tx sprints.Tx) error { return e.carrier.TellStopped(tx, f.Place, tx.Now()) })
		}
	}
	if err != nil && ctx.Err() == nil {
		e.log.Error("what a flood left out can't be told yet", "error", err)
	}
}

// where is how people call the channels of a network that a place hears, asked
// from outside hear.
func (e *ear) where(to chat.Place, network string) string {
	e.mu.RLock()
	defer e.mu.RUnlock()
	var all []string
	for _, b := range e.carrier.Routes {
		for _, from := range b.Join {
			if w := e.carrier.Where(from); from.Network == network && b.Carries(from, to) && !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return strings.Join(all, ", ")
}

// tellOrganizers says something where organizers read, once a key. It is called
// inside hear.
func (e *ear) tellOrganizers(tx sprints.Tx, key string, lines []chat.Line) error {
	return tellIn(tx, e.tellable(), key, lines)
}

// tellable are the places where organizers read. It may be asked from any
// goroutine, also in a write that hear and a reload wait for.
func (e *ear) tellable() []chat.Place {
	e.telling.Lock()
	defer e.telling.Unlock()
	return slices.Clone(e.organizers)
}

// tellIn says something to organizers in places, once a key.
func tellIn(tx sprints.Tx, places []chat.Place, key string, lines []chat.Line) error {
	for _, to := range places {
		where := to.String()
		if id, direct := to.DirectID(); direct {
			where = veiled(chat.Handle{Network: to.Network, ID: id})
		}
		if _, _, err := tx.Post(chat.Outgoing{
			Key: "organizers\x1f" + key + "\x1f" + where, To: to, Lane: chat.Announcements, Kind: chat.Said,
			Reply: chat.Reply{Private: true, Lines: lines}, At: tx.Now(), Expires: tx.Now().Add(toldFor),
		}); err != nil {
			return err
		}
	}
	return nil
}

// veiled is who somebody is in the key of a row: keys are kept for ever, and
// whoever is forgotten must not be found in them.
func veiled(h chat.Handle) string {
	sum := sha256.Sum256([]byte(chat.SourceKey(h.Network, h.ID)))
	return hex.EncodeToString(sum[:16])
}

func sayLine(format string, args ...any) chat.Line {
	return chat.Line{Role: chat.Plain, Cells: []chat.Text{chat.Plainly(fmt.Sprintf(format, args...))}}
}

func tryLine(command string) chat.Line {
	return chat.Line{Role: chat.Try, Cells: []chat.Text{chat.Plainly(command)}}
}

// called is how people know somebody.
func called(h chat.Handle) string {
	if name := chat.Name(h.Nick); name != "" {
		return name
	}
	return h.ID
}

// nameFor is what to ignore to ignore h: what the network vouches for, else a nick.
func nameFor(h chat.Handle) string {
	if h.Guest() || h.ID == "" {
		return h.Nick
	}
	return h.ID
}
