package slackdouble

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// File is a file somebody shares.
type File struct {
	Name  string
	Title string
}

// Say lets a person say something in a channel, typed as people type: @name, #channel and addresses become what Slack
// makes of them, and the words travel both as text and as rich text. It returns the message's ts.
func (d *Double) Say(who, where, text string) string {
	return d.say(who, where, text, sayOptions{})
}

// SayInThread is Say as a reply to the message thread.
func (d *Double) SayInThread(who, where, thread, text string) string {
	return d.say(who, where, text, sayOptions{thread: thread})
}

// Me is Say by /me.
func (d *Double) Me(who, where, text string) string {
	return d.say(who, where, text, sayOptions{subtype: "me_message"})
}

// Share is Say with files.
func (d *Double) Share(who, where, text string, files ...File) string {
	return d.say(who, where, text, sayOptions{subtype: "file_share", files: files})
}

// SayRaw says text exactly as Slack would send it, with no blocks unless blocks is JSON.
func (d *Double) SayRaw(who, where, text, blocks string) string {
	return d.say(who, where, text, sayOptions{raw: true, blocks: blocks})
}

// DirectMessage lets a person write to the bot in private.
func (d *Double) DirectMessage(who, text string) string {
	d.mu.Lock()
	id := d.directLocked(d.userLocked(who).ID).ID
	d.mu.Unlock()
	return d.Say(who, id, text)
}

// DirectChannel is the id of the direct message channel between the bot and a person; it is opened if need be.
func (d *Double) DirectChannel(who string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.directLocked(d.userLocked(who).ID).ID
}

type sayOptions struct {
	thread, subtype, blocks string
	files                   []File
	raw                     bool
}

func (d *Double) say(who, where, text string, o sayOptions) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, c := d.userLocked(who), d.channelLocked(where)
	c.members[u.ID] = true
	m := &message{ts: d.tsLocked(), thread: o.thread, subtype: o.subtype, user: u.ID, text: text}
	switch {
	case o.raw:
		m.blocks = json.RawMessage(o.blocks)
	default:
		typed := d.typedLocked(text)
		m.text = typed.text
		if o.subtype == "" {
			m.blocks = typed.blocks
		}
	}
	if u.Bot {
		m.botID = u.BotID
		if u.ID != BotUserID {
			m.subtype, m.username = "bot_message", u.Name
			m.user, m.blocks = "", nil
		}
	}
	for _, f := range o.files {
		id := d.idLocked("F")
		m.files = append(m.files, map[string]any{
			"id": id, "name": f.Name, "title": f.Title, "mimetype": "application/octet-stream", "filetype": "binary",
			"user": u.ID, "size": 123, "mode": "hosted",
			"url_private": d.server.URL + "/files-pri/" + id + "/secret",
			"permalink":   "https://sprints.slack.example/files/" + u.ID + "/" + id + "/" + f.Name,
		})
	}
	c.messages = append(c.messages, m)
	d.announceLocked(c, m)
	return m.ts
}

// announceLocked sends a new message to the app: message, and app_mention when the bot is named in a channel.
func (d *Double) announceLocked(c *channel, m *message) {
	if !c.members[BotUserID] {
		return
	}
	inner := m.json(true)
	_, kind := c.kind()
	inner["channel"], inner["channel_type"], inner["event_ts"] = c.ID, kind, m.ts
	d.emitLocked(inner)
	if c.im == "" && m.botID == "" && strings.Contains(m.text, "<@"+BotUserID) {
		mention := m.json(true)
		mention["type"], mention["channel"], mention["event_ts"] = "app_mention", c.ID, m.ts
		d.emitLocked(mention)
	}
}

// Edit changes the words of a message and sends message_changed.
func (d *Double) Edit(where, ts, text string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channelLocked(where)
	m := d.messageLocked(c, ts)
	before := m.json(true)
	typed := d.typedLocked(text)
	m.text, m.blocks, m.editedBy, m.editedTS = typed.text, typed.blocks, m.user, d.tsLocked()
	d.changedLocked(c, m, before)
}

// Unfurl adds what Slack adds for an address: a message_changed whose words are the same.
func (d *Double) Unfurl(where, ts string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channelLocked(where)
	m := d.messageLocked(c, ts)
	d.changedLocked(c, m, m.json(true))
}

func (d *Double) changedLocked(c *channel, m *message, before map[string]any) {
	if !c.members[BotUserID] {
		return
	}
	_, kind := c.kind()
	now := d.tsLocked()
	d.emitLocked(map[string]any{"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.ID,
		"channel_type": kind, "message": m.json(true), "previous_message": before, "ts": now, "event_ts": now})
}

// Delete takes a message away and sends message_deleted.
func (d *Double) Delete(where, ts string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channelLocked(where)
	d.deleteLocked(c, d.messageLocked(c, ts))
}

func (d *Double) deleteLocked(c *channel, m *message) {
	for i := range c.messages {
		if c.messages[i] == m {
			c.messages = append(c.messages[:i:i], c.messages[i+1:]...)
			break
		}
	}
	if !c.members[BotUserID] {
		return
	}
	_, kind := c.kind()
	now := d.tsLocked()
	d.emitLocked(map[string]any{"type": "message", "subtype": "message_deleted", "hidden": true, "channel": c.ID,
		"channel_type": kind, "deleted_ts": m.ts, "previous_message": m.json(true), "ts": now, "event_ts": now})
}

// React puts an emoji on a message and sends reaction_added.
func (d *Double) React(who, where, ts, emoji string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, u := d.channelLocked(where), d.userLocked(who)
	m := d.messageLocked(c, ts)
	m.react(emoji, u.ID)
	d.emitLocked(map[string]any{"type": "reaction_added", "user": u.ID, "reaction": emoji, "item_user": m.user,
		"item": map[string]any{"type": "message", "channel": c.ID, "ts": ts}, "event_ts": d.tsLocked()})
}

func (m *message) react(emoji, userID string) bool {
	if m.reactions == nil {
		m.reactions = map[string][]string{}
	}
	for _, id := range m.reactions[emoji] {
		if id == userID {
			return false
		}
	}
	m.reactions[emoji] = append(m.reactions[emoji], userID)
	return true
}

// Tombstone deletes a root under its thread: what is left of it stands where it was, and message_changed says so.
func (d *Double) Tombstone(where, ts string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channelLocked(where)
	m := d.messageLocked(c, ts)
	before := m.json(true)
	m.subtype, m.user, m.botID, m.text, m.blocks, m.files = "tombstone", "USLACKBOT", "", "This message was deleted.", nil, nil
	d.changedLocked(c, m, before)
}

func (d *Double) messageLocked(c *channel, ts string) *message {
	if m := c.find(ts); m != nil {
		return m
	}
	panic(fmt.Sprintf("slack double: no message %s in %s", ts, c.ID))
}

type typedWords struct {
	text   string
	blocks json.RawMessage
}

var wordKinds = regexp.MustCompile(`(https?://[^\s<>]+)|([@#])([\pL\pN][\pL\pN._-]*)`)

// typedLocked is what Slack's composer makes of plain typing.
func (d *Double) typedLocked(text string) typedWords {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	var out strings.Builder
	var elements []any
	plain := func(s string) {
		if s != "" {
			out.WriteString(escape.Replace(s))
			elements = append(elements, map[string]any{"type": "text", "text": s})
		}
	}
	mark := func(s string, el map[string]any) {
		out.WriteString(s)
		elements = append(elements, el)
	}
	last := 0
	for _, at := range wordKinds.FindAllStringSubmatchIndex(text, -1) {
		word := text[at[0]:at[1]]
		plain(text[last:at[0]])
		last = at[1]
		if at[2] >= 0 {
			mark("<"+escape.Replace(word)+">", map[string]any{"type": "link", "url": word})
			continue
		}
		name := strings.TrimRight(text[at[6]:at[7]], ".-_")
		last = at[6] + len(name)
		u, c := d.findUserLocked(name), d.findChannelLocked(name)
		switch {
		case word[0] == '@' && u != nil:
			mark("<@"+u.ID+">", map[string]any{"type": "user", "user_id": u.ID})
		case word[0] == '@' && (name == "channel" || name == "here" || name == "everyone"):
			mark("<!"+name+">", map[string]any{"type": "broadcast", "range": name})
		case word[0] == '#' && c != nil:
			mark("<#"+c.ID+"|"+c.Name+">", map[string]any{"type": "channel", "channel_id": c.ID})
		default:
			plain(word[:1] + name)
		}
	}
	plain(text[last:])
	blocks, _ := json.Marshal([]any{map[string]any{"type": "rich_text", "block_id": d.idLocked("b"),
		"elements": []any{map[string]any{"type": "rich_text_section", "elements": elements}}}})
	return typedWords{text: out.String(), blocks: blocks}
}
