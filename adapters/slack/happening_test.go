package slack

import (
	"testing"

	"sprintbot/sprints/chat"
)

func TestWhatHappensWithoutAWordIsHeardAsSuch(t *testing.T) {
	b := newBench(t).run()
	ts := b.d.Say(b.ada, "#sprints", "root")
	b.d.React(b.ada, "#sprints", ts, "wave")
	for _, ev := range []map[string]any{
		{"type": "member_joined_channel", "user": b.ada, "channel": b.room, "event_ts": "1800000000.000100"},
		{"type": "member_left_channel", "user": b.ada, "channel": b.room, "event_ts": "1800000000.000200"},
		{"type": "message", "subtype": "channel_topic", "user": b.ada, "channel": b.room, "channel_type": "channel",
			"ts": "1800000000.000300", "event_ts": "1800000000.000300", "topic": "day 2", "text": "set the channel topic: day 2"},
	} {
		b.d.Emit(ev)
	}
	got := b.messages(5)
	for i, want := range []struct {
		kind     chat.Kind
		text, of string
	}{{chat.Reacted, "👋", b.room + ":" + ts}, {chat.Joined, "", ""}, {chat.Left, "", ""}, {chat.Topic, "day 2", ""}} {
		m := got[i+1]
		if m.Kind != want.kind || m.Text.Plain() != want.text || m.Of != want.of || m.From.ID != b.ada || m.In.Channel != "#sprints" || m.ID == "" {
			t.Errorf("%s: %+v", want.kind, m)
		}
	}
}
