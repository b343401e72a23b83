package slackdouble

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

const (
	waiting = iota // for a socket, or for its next try
	sent           // and not acknowledged
	acked
	gaveUp
)

// delivery is one event, slash command or interaction on its way to the app, over as many envelopes as it needs.
type delivery struct {
	kind     string
	payload  json.RawMessage
	eventID  string
	attempt  int
	reason   string
	state    int
	envelope *Envelope // the last one sent
	on       *socket
	deadline *time.Timer
}

// Envelope is one sending of one delivery over a socket.
type Envelope struct {
	ID, Kind, EventID string
	Attempt           int    // retry_attempt, 0 the first time
	Reason            string // retry_reason
	Sent              time.Time
	Acked             time.Time       // zero while unacknowledged
	Late              bool            // acknowledged after the deadline, which Slack ignores
	Response          json.RawMessage // the payload of the acknowledgement
}

// emitLocked tells the app of an event, if it subscribes to it.
func (d *Double) emitLocked(inner map[string]any) {
	if d.subscribedLocked(inner) {
		d.wrapLocked(inner)
	}
}

// wrapLocked wraps an inner event as the Events API does and queues it. It returns the event id.
func (d *Double) wrapLocked(inner map[string]any) string {
	id := d.idLocked("Ev")
	payload, err := json.Marshal(map[string]any{
		"token": "double", "team_id": TeamID, "context_team_id": TeamID, "api_app_id": AppID, "event": inner,
		"type": "event_callback", "event_id": id, "event_time": d.clock().Unix(),
		"authorizations": []any{map[string]any{"team_id": TeamID, "user_id": BotUserID, "is_bot": true,
			"is_enterprise_install": false}},
		"is_ext_shared_channel": false, "event_context": "4-double",
	})
	if err != nil {
		panic(err) // the test's own map
	}
	d.queueLocked("events_api", id, payload)
	return id
}

// Emit sends any inner event of the Events API, known or unknown, and returns its event id.
func (d *Double) Emit(inner map[string]any) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.wrapLocked(inner)
}

func (d *Double) queueLocked(kind, eventID string, payload json.RawMessage) {
	for i := range d.repeat {
		del := &delivery{kind: kind, payload: payload, eventID: eventID}
		if i > 0 {
			del.attempt, del.reason = i, "timeout"
		}
		d.pending = append(d.pending, del)
		if kind != "events_api" {
			break
		}
	}
	d.dispatchLocked()
}

// SetRepeat makes every later event arrive n times with one event id.
func (d *Double) SetRepeat(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.repeat = max(1, n)
}

// dispatchLocked hands what waits to the newest socket, in order.
func (d *Double) dispatchLocked() {
	var s *socket
	for _, one := range d.sockets {
		if !one.ending && !one.over() {
			s = one
		}
	}
	if d.holding || d.silent || d.closed {
		return
	}
	if s == nil {
		d.forgetLocked()
		return
	}
	for _, del := range d.pending {
		e := &Envelope{ID: strings.ToLower(d.idLocked("e")), Kind: del.kind, EventID: del.eventID,
			Attempt: del.attempt, Reason: del.reason, Sent: time.Now()}
		frame := map[string]any{"envelope_id": e.ID, "type": del.kind, "payload": del.payload,
			"accepts_response_payload": del.kind != "events_api"}
		if del.kind == "events_api" {
			frame["retry_attempt"], frame["retry_reason"] = del.attempt, del.reason
		}
		raw, _ := json.Marshal(frame)
		del.state, del.envelope, del.on = sent, e, s
		d.open[e.ID] = del
		d.envelopes = append(d.envelopes, e)
		del.deadline = d.afterLocked(d.ackWithin, func() {
			if del.state == sent && del.envelope == e {
				d.failedLocked(del)
				d.tellLocked()
			}
		})
		s.push(raw)
	}
	d.pending = nil
	d.tellLocked()
}

// Hold keeps deliveries back until Release.
func (d *Double) Hold() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.holding = true
}

// Release sends what Hold kept back, in an order that seed shuffles; 0 keeps it.
func (d *Double) Release(seed uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.holding = false; seed != 0 {
		rand.New(rand.NewPCG(seed, seed)).Shuffle(len(d.pending), func(i, j int) {
			d.pending[i], d.pending[j] = d.pending[j], d.pending[i]
		})
	}
	d.dispatchLocked()
}

// Forget makes the double lose events as Slack does: one that finds no socket fails, and after its last try is given up.
func (d *Double) Forget(forgetful bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.forgetful = forgetful
	d.dispatchLocked()
}

// Lost counts events that were given up without ever having been sent.
func (d *Double) Lost() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lost
}

// WaitLost waits until n events were given up without ever having been sent.
func (d *Double) WaitLost(ctx context.Context, n int) error {
	return d.waitFor(ctx, "lost events", func() bool { return d.lost >= n })
}

// forgetLocked fails what finds no socket.
func (d *Double) forgetLocked() {
	if !d.forgetful {
		return
	}
	failed := d.pending
	d.pending = nil
	for _, del := range failed {
		if d.failedLocked(del); del.state == gaveUp {
			d.lost++
		}
	}
	d.tellLocked()
}

// failedLocked plans the next try of an unacknowledged event; commands and interactions get none.
func (d *Double) failedLocked(del *delivery) {
	if del.deadline != nil {
		del.deadline.Stop()
		delete(d.timers, del.deadline)
	}
	if del.kind != "events_api" || del.attempt >= len(d.retryAfter) {
		del.state = gaveUp
		return
	}
	wait := d.retryAfter[del.attempt]
	del.attempt, del.reason, del.state = del.attempt+1, "timeout", waiting
	again := func() {
		d.pending = append(d.pending, del)
		d.dispatchLocked()
	}
	if wait == 0 {
		again()
		return
	}
	d.afterLocked(wait, again)
}

// heardBack takes one frame of the app: an acknowledgement.
func (d *Double) heardBack(_ *socket, frame []byte) {
	var ack struct {
		ID      string          `json:"envelope_id"`
		Payload json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(frame, &ack) != nil || len(frame) >= 20*1024 {
		return // Slack drops an acknowledgement of 20 KB without a word
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	del := d.open[ack.ID]
	if del == nil || d.silent {
		return
	}
	for _, e := range d.envelopes {
		if e.ID == ack.ID {
			e.Response, e.Acked = ack.Payload, time.Now()
			e.Late = del.envelope != e || del.state != sent
		}
	}
	if del.envelope.ID == ack.ID && del.state == sent {
		del.state = acked
		del.deadline.Stop()
		delete(d.timers, del.deadline)
	}
	d.tellLocked()
}

// Envelopes are all envelopes sent so far, oldest first.
func (d *Double) Envelopes() []Envelope {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.envelopesLocked()
}

func (d *Double) envelopesLocked() []Envelope {
	out := make([]Envelope, len(d.envelopes))
	for i, e := range d.envelopes {
		out[i] = *e
	}
	return out
}

// WaitEnvelope waits for an envelope that fits and returns it.
func (d *Double) WaitEnvelope(ctx context.Context, fits func(Envelope) bool) (Envelope, error) {
	var got Envelope
	err := d.waitFor(ctx, "an envelope", func() bool {
		for _, e := range d.envelopes {
			if fits(*e) {
				got = *e
				return true
			}
		}
		return false
	})
	return got, err
}

// WaitSettled waits until everything said so far is acknowledged or given up.
func (d *Double) WaitSettled(ctx context.Context) error {
	return d.waitFor(ctx, "acknowledgements", func() bool {
		if len(d.pending) > 0 {
			return false
		}
		for _, del := range d.open {
			if del.state == sent || del.state == waiting {
				return false
			}
		}
		return true
	})
}

// GaveUp counts deliveries that were never acknowledged in time and are not tried again.
func (d *Double) GaveUp() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	lost := map[*delivery]bool{}
	for _, del := range d.open {
		if del.state == gaveUp {
			lost[del] = true
		}
	}
	return len(lost)
}

// Redeliver sends acknowledged events again, as Slack does when an acknowledgement is lost on the way.
func (d *Double) Redeliver(eventID string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, del := range d.open {
		if del.eventID == eventID {
			d.pending = append(d.pending, &delivery{kind: del.kind, payload: del.payload, eventID: eventID,
				attempt: 1, reason: "timeout"})
			d.dispatchLocked()
			return nil
		}
	}
	return fmt.Errorf("slack double: no event %s was ever sent", eventID)
}
