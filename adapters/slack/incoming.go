package slack

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"sprintbot/sprints/chat"
)

// translator turns events into messages, with the names it is given. It changes nothing but what it was handed, so a
// batch is read twice: once to see which names are needed, once with them.
type translator struct {
	network string
	me      self
	places  *places
	names   names
}

// message is what ev says, false when nobody said anything that matters.
func (t translator) message(ev socketmode.Event) (chat.Message, bool) {
	switch data := ev.Data.(type) {
	case slackevents.EventsAPIEvent:
		switch inner := data.InnerEvent.Data.(type) {
		case *slackevents.MessageEvent:
			return t.event(inner)
		case *slackevents.AppMentionEvent:
			return t.mention(inner)
		case *slackevents.ReactionAddedEvent:
			return t.reacted(inner)
		case *slackevents.MemberJoinedChannelEvent:
			return t.happened(chat.Joined, inner.Channel, inner.User, inner.EventTimestamp)
		case *slackevents.MemberLeftChannelEvent:
			return t.happened(chat.Left, inner.Channel, inner.User, inner.EventTimestamp)
		}
	case *socketmode.ErrorBadMessage:
		return t.odd(data.Message)
	case slackapi.SlashCommand:
		return t.slash(data)
	case slackapi.InteractionCallback:
		return t.press(data)
	}
	return chat.Message{}, false
}

func (t translator) event(ev *slackevents.MessageEvent) (chat.Message, bool) {
	if ev.Message == nil || ev.Channel == "" {
		return chat.Message{}, false
	}
	direct := ev.ChannelType == slackevents.ChannelTypeIM || strings.HasPrefix(ev.Channel, "D")
	switch ev.SubType {
	case "", "me_message", "file_share", "thread_broadcast", "bot_message":
		m := *ev.Message
		m.SubType = ev.SubType
		return t.said(ev.Channel, direct, m)
	case "channel_topic", "group_topic":
		out, ok := t.happened(chat.Topic, ev.Channel, ev.Message.User, ev.Message.Timestamp)
		out.Text = readMrkdwn(t.network, ev.Message.Topic, t.names)
		return out, ok
	case "message_changed":
		return t.changed(ev, direct)
	case "message_deleted":
		if ev.PreviousMessage == nil || t.mine(*ev.PreviousMessage) {
			return chat.Message{}, false
		}
		return t.deleted(ev, direct, *ev.PreviousMessage, ev.DeletedTimeStamp), true
	}
	if !ev.Message.Hidden && !told(ev.SubType) {
		m := *ev.Message
		m.SubType = ev.SubType
		return t.said(ev.Channel, direct, m)
	}
	return chat.Message{}, false
}

// mention is the second event of a sentence that names the bot; it has the same key as the first.
func (t translator) mention(ev *slackevents.AppMentionEvent) (chat.Message, bool) {
	return t.said(ev.Channel, false, slackapi.Msg{
		User: ev.User, BotID: ev.BotID, Text: ev.Text, Blocks: ev.Blocks, Files: ev.Files, Attachments: ev.Attachments,
		Timestamp: ev.TimeStamp, ThreadTimestamp: ev.ThreadTimeStamp,
	})
}

func (t translator) mine(m slackapi.Msg) bool {
	return m.BotID != "" && m.BotID == t.me.BotID || m.User != "" && m.User == t.me.UserID
}

func (t translator) from(m slackapi.Msg) chat.Handle {
	h := chat.Handle{Network: t.network, ID: cmp.Or(m.User, m.BotID, "unknown"), Bot: m.BotID != "" || m.SubType == "bot_message" || m.User == "USLACKBOT"}
	if m.User != "" {
		name, bot := t.names.person(m.User)
		h.Nick, h.Bot = name, h.Bot || bot
		return h
	}
	if m.BotProfile != nil {
		h.Nick = m.BotProfile.Name
	}
	h.Nick = cmp.Or(m.Username, h.Nick, h.ID)
	return h
}

func (t translator) said(channel string, direct bool, m slackapi.Msg) (chat.Message, bool) {
	if t.mine(m) || m.Timestamp == "" || channel == "" {
		return chat.Message{}, false
	}
	out := t.base(channel, direct, m)
	out.ID, out.Text = channel+":"+m.Timestamp, t.words(m)
	out.Of = under(channel, m)
	if len(out.Text) == 0 {
		return chat.Message{}, false
	}
	if m.SubType == "me_message" {
		out.Kind = chat.Action
		return out, true
	}
	switch m.SubType {
	case "", "file_share", "thread_broadcast": // typed by somebody
		if !out.From.Bot {
			out.Door, out.Text, out.Addressed = atDoor(out.Text, t.me, direct)
		}
	}
	return out, true
}

// under is the message in whose thread m stands, "" if it is in none.
func under(channel string, m slackapi.Msg) string {
	if m.ThreadTimestamp == "" || m.ThreadTimestamp == m.Timestamp {
		return ""
	}
	return channel + ":" + m.ThreadTimestamp
}

func (t translator) base(channel string, direct bool, m slackapi.Msg) chat.Message {
	out := chat.Message{
		In: t.places.place(channel, m.ThreadTimestamp, m.Timestamp), From: t.from(m), At: instant(m.Timestamp),
		Kind: chat.Said, Direct: direct,
	}
	if out.At.IsZero() {
		out.At = time.Now().UTC()
	}
	if direct {
		out.In = chat.Direct(out.From)
	}
	return out
}

// words is the text with what was shared.
func (t translator) words(m slackapi.Msg) chat.Text {
	s := sheet{text: t.written(m)}
	for _, f := range m.Files {
		s.line(file(f))
	}
	return s.text
}

// written is the text and what the attachments add to it.
func (t translator) written(m slackapi.Msg) chat.Text {
	s := sheet{text: readWords(t.network, m.Text, m.Blocks, t.names)}
	said := s.text
	for _, a := range m.Attachments {
		s.line(t.attached(said, a))
	}
	return s.text
}

// weight is a file's size in words, "" where it is not told.
func weight(bytes int) string {
	switch {
	case bytes <= 0:
		return ""
	case bytes < 1000:
		return fmt.Sprintf(", %d bytes", bytes)
	case bytes < 1_000_000:
		return fmt.Sprintf(", %d kB", (bytes+500)/1000)
	}
	return fmt.Sprintf(", %.1f MB", float64(bytes)/1e6)
}

// changed is an edit when the words changed; a link's preview or a reply count is none. A root that was deleted under
// its thread is changed into a tombstone.
func (t translator) changed(ev *slackevents.MessageEvent, direct bool) (chat.Message, bool) {
	now, before := *ev.Message, ev.PreviousMessage
	if t.mine(now) {
		return chat.Message{}, false
	}
	if now.SubType == "tombstone" {
		if before == nil {
			before = &slackapi.Msg{ThreadTimestamp: now.ThreadTimestamp}
		}
		return t.deleted(ev, direct, *before, now.Timestamp), true
	}
	if before != nil && before.Text == now.Text && len(before.Files) == len(now.Files) && there(before.Files) == there(now.Files) &&
		saying(t.written(*before)) == saying(t.written(now)) {
		return chat.Message{}, false
	}
	edited := ev.EventTimeStamp
	if now.Edited != nil {
		edited = now.Edited.Timestamp
	}
	out := t.base(ev.Channel, direct, now)
	out.Kind, out.Of, out.Text = chat.Edited, ev.Channel+":"+now.Timestamp, t.words(now)
	out.ID, out.OfAt, out.Under = out.Of+":"+edited, instant(now.Timestamp), under(ev.Channel, now)
	if !out.From.Bot { // obeyed only when the words before have not been heard
		out.Door, out.Text, out.Addressed = atDoor(out.Text, t.me, direct)
	}
	if at := instant(edited); !at.IsZero() {
		out.At = at
	}
	return out, true
}

func (t translator) deleted(ev *slackevents.MessageEvent, direct bool, before slackapi.Msg, ts string) chat.Message {
	before.Timestamp = ts
	out := t.base(ev.Channel, direct, before)
	if before.User == "" && before.BotID == "" {
		out.From = chat.Handle{Network: t.network} // found to be gone: nobody tells whose it was
	}
	out.Kind, out.Of = chat.Deleted, ev.Channel+":"+ts
	out.ID, out.OfAt = out.Of+":deleted", instant(ts)
	if at := instant(ev.EventTimeStamp); !at.IsZero() {
		out.At = at
	}
	return out
}

// slash is a command of Slack's own: nobody else saw it, so it is a private word wherever it was given.
func (t translator) slash(c slackapi.SlashCommand) (chat.Message, bool) {
	door, text, _ := atDoor(readMrkdwn(t.network, c.Text, t.names), t.me, true)
	return t.private(c.UserID, c.UserName, c.TriggerID, c.ResponseURL, c.Command+" "+door, text)
}

// press is the pressing of a suggested command's button.
func (t translator) press(c slackapi.InteractionCallback) (chat.Message, bool) {
	if c.Type != slackapi.InteractionTypeBlockActions {
		return chat.Message{}, false
	}
	for _, a := range c.ActionCallback.BlockActions {
		if a != nil && strings.HasPrefix(a.ActionID, tryAction) && a.Value != "" {
			return t.private(c.User.ID, c.User.Name, c.TriggerID, c.ResponseURL, "", chat.Plainly(a.Value))
		}
	}
	return chat.Message{}, false
}

func (t translator) private(user, handle, trigger, back, door string, text chat.Text) (chat.Message, bool) {
	if user == "" || trigger == "" {
		return chat.Message{}, false
	}
	from := t.from(slackapi.Msg{User: user})
	if from.Nick == user && handle != "" {
		from.Nick = handle
	}
	return chat.Message{
		ID: trigger, In: chat.Direct(from), From: from, At: time.Now().UTC(), Text: text, Kind: chat.Said,
		Addressed: true, Direct: true, Door: door, Return: back,
	}, true
}

// odd reads an event that the library could not: a block or field of a new shape must not cost the words.
func (t translator) odd(raw json.RawMessage) (chat.Message, bool) {
	var frame struct {
		Payload json.RawMessage `json:"payload"`
	}
	if json.Unmarshal(raw, &frame) == nil {
		ev, err := slackevents.ParseEvent(mended(frame.Payload), slackevents.OptionNoVerifyToken())
		if err == nil && ev.InnerEvent.Data != nil {
			return t.message(socketmode.Event{Data: ev})
		}
	}
	var in struct {
		Payload struct {
			Event struct {
				Type     string `json:"type"`
				Subtype  string `json:"subtype"`
				Channel  string `json:"channel"`
				Kind     string `json:"channel_type"`
				User     string `json:"user"`
				BotID    string `json:"bot_id"`
				Username string `json:"username"`
				Text     string `json:"text"`
				TS       string `json:"ts"`
				Thread   string `json:"thread_ts"`

				Blocks      []json.RawMessage `json:"blocks"`
				Attachments []json.RawMessage `json:"attachments"`
			} `json:"event"`
		} `json:"payload"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return chat.Message{}, false
	}
	e := in.Payload.Event
	if e.Type != "message" && e.Type != "app_mention" || e.Channel == "" {
		return chat.Message{}, false
	}
	m := slackapi.Msg{SubType: e.Subtype, User: e.User, BotID: e.BotID, Username: e.Username, Text: e.Text,
		Timestamp: e.TS, ThreadTimestamp: e.Thread}
	m.Blocks, m.Attachments = readable(e.Blocks, e.Attachments)
	return t.event(&slackevents.MessageEvent{Channel: e.Channel, ChannelType: e.Kind, SubType: e.Subtype, Message: &m})
}
