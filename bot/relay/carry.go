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
	Expires time.Duration     // a relayed line is not sent when it is older
}

// Carry posts m to every other place of its bridge. What is neither said nor
// done ("/me") is not carried.
func (c Carrier) Carry(tx interface {
	sprints.Clocked
	sprints.OutboxWriter
}, m chat.Message) error {
	if m.Kind != chat.Said && m.Kind != chat.Action {
		return nil
	}
	words := m.Text
	if m.Door != "" {
		words = append(chat.Plainly(m.Door), words...)
	}
	if strings.TrimSpace(words.Plain()) == "" {
		return nil
	}
	var lines []chat.Line
	for _, t := range words.Lines() {
		if len(t) > 0 { // an empty line of code has a span that says so
			lines = append(lines, chat.Line{Role: chat.Plain, Cells: []chat.Text{t}})
		}
	}
	label := c.Labels[m.In.Network]
	if label == "" {
		label = m.In.Network
	}
	source := chat.SourceKey(m.In.Network, m.ID)
	for _, to := range c.Routes.Others(m.In) {
		_, _, err := tx.Post(chat.Outgoing{
			Key:     "relay\x1f" + source + "\x1f" + to.String(),
			To:      to,
			Lane:    chat.Relays,
			Kind:    m.Kind,
			As:      &m.From,
			From:    label,
			Reply:   chat.Reply{Lines: lines},
			Source:  source,
			At:      m.At,
			Expires: tx.Now().Add(c.Expires),
		})
		if err != nil {
			return err
		}
	}
	return nil
}
