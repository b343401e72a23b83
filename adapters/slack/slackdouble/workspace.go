package slackdouble

import (
	"cmp"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
)

// User is a member of the workspace. An empty ID gets one.
type User struct {
	ID          string
	Name        string // the handle: "ada"
	RealName    string
	DisplayName string
	Bot         bool
	BotID       string // of another app's bot; an empty one gets one when Bot is set
}

// Channel is a channel of the workspace. An empty ID gets one. The bot is a member unless NoBot.
type Channel struct {
	ID       string
	Name     string // without the #
	Topic    string
	Private  bool
	NoBot    bool
	Archived bool
}

type user struct {
	User
}

type channel struct {
	Channel
	im       string // the other person of a direct message
	created  int64
	members  map[string]bool
	messages []*message
}

type message struct {
	ts, thread, subtype string
	user, botID         string
	username, icon      string
	text                string
	blocks              json.RawMessage
	metadata            *Metadata
	files               []map[string]any
	editedBy, editedTS  string
	broadcast           bool
	inviter             string
	reactions           map[string][]string
}

// AddUser adds a person (or another app's bot) and returns the id.
func (d *Double) AddUser(u User) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if u.ID == "" {
		u.ID = d.idLocked("U")
	}
	if u.Bot && u.BotID == "" {
		u.BotID = d.idLocked("B")
	}
	d.users[u.ID] = &user{User: u}
	return u.ID
}

// AddChannel adds a channel and returns its id.
func (d *Double) AddChannel(c Channel) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	c.Name = strings.TrimPrefix(c.Name, "#")
	if c.ID == "" {
		c.ID = d.idLocked("C")
	}
	ch := &channel{Channel: c, members: map[string]bool{}}
	if !c.NoBot {
		ch.members[BotUserID] = true
	}
	d.channels[c.ID] = ch
	d.order = append(d.order, c.ID)
	return c.ID
}

// AddGroup adds a user group and returns its id.
func (d *Double) AddGroup(handle string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := d.idLocked("S")
	d.groups[id] = handle
	return id
}

// ChangeUser changes a person and sends user_change, as Slack does when someone renames themselves.
func (d *Double) ChangeUser(who string, change func(*User)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u := d.userLocked(who)
	change(&u.User)
	d.emitLocked(map[string]any{
		"type": "user_change", "user": u.json(), "cache_ts": d.clock().Unix(),
	})
}

// RenameChannel renames a channel and sends channel_rename.
func (d *Double) RenameChannel(where, name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channelLocked(where)
	c.Name = name
	d.emitLocked(map[string]any{"type": "channel_rename", "channel": map[string]any{
		"id": c.ID, "name": name, "is_channel": true, "created": 1700000000}})
}

// Archive archives a channel or brings it back, and sends channel_archive or channel_unarchive. An archived channel has
// lost its apps, as on Slack: one brought back has to be joined again.
func (d *Double) Archive(where string, archived bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := d.channelLocked(where)
	c.Archived = archived
	_, kind := c.kind()
	event := kind + "_unarchive"
	if archived {
		event = kind + "_archive"
		if !c.Private {
			delete(c.members, BotUserID)
		}
	}
	d.emitLocked(map[string]any{"type": event, "channel": c.ID, "user": "U0SOMEBODY", "event_ts": d.tsLocked()})
}

// Invite makes somebody a member of a channel; the empty name is the bot, whose joining stands in the history. It sends
// member_joined_channel.
func (d *Double) Invite(where, who string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	c, id := d.channelLocked(where), BotUserID
	if who != "" {
		id = d.userLocked(who).ID
	}
	c.members[id] = true
	if id == BotUserID {
		c.messages = append(c.messages, &message{ts: d.tsLocked(), subtype: "channel_join", user: id,
			text: "<@" + id + "> has joined the channel", inviter: "U0SOMEBODY"})
	}
	d.emitLocked(map[string]any{"type": "member_joined_channel", "user": id, "channel": c.ID, "inviter": "U0SOMEBODY",
		"channel_type": "C", "team": TeamID, "event_ts": d.tsLocked()})
}

// Kick takes somebody out of a channel; the empty name is the bot, which gets channel_left or group_left.
func (d *Double) Kick(where, who string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := BotUserID
	if who != "" {
		id = d.userLocked(who).ID
	}
	c := d.channelLocked(where)
	delete(c.members, id)
	if _, kind := c.kind(); id == BotUserID {
		d.emitLocked(map[string]any{"type": kind + "_left", "channel": c.ID, "event_ts": d.tsLocked()})
	}
}

// userLocked finds a user by id or handle. A test that names nobody has a mistake in it, so it panics.
func (d *Double) userLocked(who string) *user {
	if u := d.findUserLocked(who); u != nil {
		return u
	}
	panic(fmt.Sprintf("slack double: no user %q", who))
}

func (d *Double) findUserLocked(who string) *user {
	if u := d.users[who]; u != nil {
		return u
	}
	for _, u := range d.users {
		if u.Name == strings.TrimPrefix(who, "@") {
			return u
		}
	}
	return nil
}

// channelLocked finds a channel by id or name, or panics as userLocked does.
func (d *Double) channelLocked(where string) *channel {
	if c := d.findChannelLocked(where); c != nil {
		return c
	}
	panic(fmt.Sprintf("slack double: no channel %q", where))
}

func (d *Double) findChannelLocked(where string) *channel {
	if c := d.channels[where]; c != nil {
		return c
	}
	name := strings.TrimPrefix(where, "#")
	for _, id := range d.order {
		if c := d.channels[id]; c.im == "" && c.Name == name {
			return c
		}
	}
	return nil
}

// directLocked finds or opens the direct message channel between the bot and a person.
func (d *Double) directLocked(userID string) *channel {
	for _, id := range d.order {
		if d.channels[id].im == userID {
			return d.channels[id]
		}
	}
	c := &channel{Channel: Channel{ID: d.idLocked("D"), Private: true}, im: userID, created: d.clock().Unix(),
		members: map[string]bool{BotUserID: true, userID: true}}
	d.channels[c.ID] = c
	d.order = append(d.order, c.ID)
	return c
}

func (c *channel) find(ts string) *message {
	i := sort.Search(len(c.messages), func(i int) bool { return c.messages[i].ts >= ts })
	if i < len(c.messages) && c.messages[i].ts == ts {
		return c.messages[i]
	}
	return nil
}

func (c *channel) kind() (id, event string) {
	switch {
	case c.im != "":
		return "im", "im"
	case c.Private:
		return "group", "group"
	}
	return "channel", "channel"
}

func (u *user) json() map[string]any {
	return map[string]any{
		"id": u.ID, "team_id": TeamID, "name": u.Name, "deleted": false, "real_name": u.RealName, "is_bot": u.Bot,
		"updated": 1700000000, "profile": map[string]any{
			"display_name": u.DisplayName, "display_name_normalized": u.DisplayName,
			"real_name": u.RealName, "real_name_normalized": u.RealName, "bot_id": u.BotID, "team": TeamID,
		},
	}
}

func (c *channel) json() map[string]any {
	out := map[string]any{
		"id": c.ID, "created": cmp.Or(c.created, 1700000000), "is_archived": c.Archived, "is_im": c.im != "",
		"is_mpim": false, "is_private": c.Private, "context_team_id": TeamID,
	}
	if c.im != "" {
		out["user"], out["is_open"] = c.im, true
		return out
	}
	out["name"], out["name_normalized"] = c.Name, c.Name
	out["is_channel"], out["is_group"], out["is_member"] = !c.Private, c.Private, c.members[BotUserID]
	out["topic"] = map[string]any{"value": c.Topic, "creator": "", "last_set": 0}
	out["num_members"] = len(c.members)
	return out
}

// json is the message as history shows it: metadata's payload only when asked for.
func (m *message) json(payload bool) map[string]any {
	out := map[string]any{"type": "message", "ts": m.ts, "text": m.text, "team": TeamID}
	set := func(key, value string) {
		if value != "" {
			out[key] = value
		}
	}
	set("subtype", m.subtype)
	set("user", m.user)
	set("bot_id", m.botID)
	set("username", m.username)
	set("thread_ts", m.thread)
	set("inviter", m.inviter)
	if m.botID != "" {
		out["app_id"] = AppID
		out["bot_profile"] = map[string]any{"id": m.botID, "app_id": AppID, "name": BotName, "team_id": TeamID}
	}
	if m.icon != "" {
		out["icons"] = map[string]any{"image_48": m.icon}
	}
	if len(m.blocks) > 0 {
		out["blocks"] = m.blocks
	}
	if len(m.files) > 0 {
		out["files"] = m.files
		out["upload"] = true
	}
	if m.editedTS != "" {
		out["edited"] = map[string]any{"user": m.editedBy, "ts": m.editedTS}
	}
	if m.metadata != nil {
		meta := map[string]any{"event_type": m.metadata.EventType}
		if payload {
			meta["event_payload"] = m.metadata.EventPayload
		}
		out["metadata"] = meta
	}
	return out
}

// ChannelID is the id of a channel, by its name or id.
func (d *Double) ChannelID(where string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.channelLocked(where).ID
}
