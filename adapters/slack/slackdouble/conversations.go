package slackdouble

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

func (d *Double) connectionsOpen(args) (map[string]any, *refusal) {
	ticket := d.idLocked("t")
	d.tickets[ticket] = true
	return map[string]any{
		"url": "ws" + strings.TrimPrefix(d.server.URL, "http") + "/link/?ticket=" + ticket + "&app_id=" + AppID,
	}, nil
}

func (d *Double) authTest(args) (map[string]any, *refusal) {
	return map[string]any{"url": "https://sprints.slack.example/", "team": "Sprints", "user": BotName,
		"team_id": TeamID, "user_id": BotUserID, "bot_id": BotID, "is_enterprise_install": false}, nil
}

func (d *Double) usersInfo(a args) (map[string]any, *refusal) {
	if u := d.users[a["user"]]; u != nil {
		return map[string]any{"user": u.json()}, nil
	}
	return nil, refuse("user_not_found")
}

func (d *Double) usersList(a args) (map[string]any, *refusal) {
	ids := slices.Sorted(maps.Keys(d.users))
	from, to, next := page(len(ids), a, 1000)
	members := []any{}
	for _, id := range ids[from:to] {
		members = append(members, d.users[id].json())
	}
	return map[string]any{"members": members, "cache_ts": d.clock().Unix(), "response_metadata": next}, nil
}

func (d *Double) botsInfo(a args) (map[string]any, *refusal) {
	for _, u := range d.users {
		if u.Bot && u.BotID == a["bot"] {
			return map[string]any{"bot": map[string]any{"id": u.BotID, "name": u.Name, "user_id": u.ID}}, nil
		}
	}
	return nil, refuse("bot_not_found")
}

func (d *Double) usergroupsList(args) (map[string]any, *refusal) {
	out := []any{}
	for _, id := range slices.Sorted(maps.Keys(d.groups)) {
		out = append(out, map[string]any{"id": id, "team_id": TeamID, "is_usergroup": true,
			"handle": d.groups[id], "name": d.groups[id]})
	}
	return map[string]any{"usergroups": out}, nil
}

// visibleLocked finds a channel by id as the bot may see it: a private one only from the inside.
func (d *Double) visibleLocked(id string) (*channel, *refusal) {
	c := d.channels[id]
	if c == nil || c.Private && !c.members[BotUserID] {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

func (d *Double) conversationsInfo(a args) (map[string]any, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	if no != nil {
		return nil, no
	}
	return map[string]any{"channel": c.json()}, nil
}

func (d *Double) conversationsJoin(a args) (map[string]any, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	switch {
	case no != nil:
		return nil, no
	case c.Archived:
		return nil, refuse("is_archived")
	case c.Private:
		return nil, refuse("method_not_supported_for_channel_type")
	}
	out := map[string]any{}
	if c.members[BotUserID] {
		out["warning"] = "already_in_channel"
		out["response_metadata"] = map[string]any{"warnings": []any{"already_in_channel"}}
	}
	if !c.members[BotUserID] {
		c.members[BotUserID] = true
		c.messages = append(c.messages, &message{ts: d.tsLocked(), subtype: "channel_join", user: BotUserID,
			text: "<@" + BotUserID + "> has joined the channel"})
		d.emitLocked(map[string]any{"type": "member_joined_channel", "user": BotUserID, "channel": c.ID,
			"channel_type": "C", "team": TeamID, "event_ts": d.tsLocked()})
	}
	out["channel"] = c.json()
	return out, nil
}

func (d *Double) conversationsList(a args) (map[string]any, *refusal) {
	kinds := strings.Split(a["types"], ",")
	if a["types"] == "" {
		kinds = []string{"public_channel"}
	}
	for _, kind := range kinds {
		need := map[string]string{"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read", "mpim": "mpim:read"}[kind]
		if !d.scopes[need] {
			return nil, d.missingLocked(need)
		}
	}
	var fit []*channel
	for _, id := range d.order {
		c := d.channels[id]
		kind := "public_channel"
		switch {
		case c.im != "":
			kind = "im"
		case c.Private:
			kind = "private_channel"
		}
		if !slices.Contains(kinds, kind) || c.Private && !c.members[BotUserID] || c.Archived && a.yes("exclude_archived") {
			continue
		}
		fit = append(fit, c)
	}
	from, to, next := page(len(fit), a, 1000)
	out := []any{}
	for _, c := range fit[from:to] {
		out = append(out, c.json())
	}
	return map[string]any{"channels": out, "response_metadata": next}, nil
}

func (d *Double) conversationsMembers(a args) (map[string]any, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	if no != nil {
		return nil, no
	}
	ids := slices.Sorted(maps.Keys(c.members))
	from, to, next := page(len(ids), a, 1000)
	return map[string]any{"members": ids[from:to], "response_metadata": next}, nil
}

func (d *Double) conversationsOpen(a args) (map[string]any, *refusal) {
	u := d.users[a["users"]]
	switch {
	case strings.Contains(a["users"], ","):
		return nil, refuse("not_implemented_by_double")
	case u == nil:
		return nil, refuse("user_not_found")
	case u.Bot:
		return nil, refuse("cannot_dm_bot")
	}
	return map[string]any{"channel": d.directLocked(u.ID).json()}, nil
}

// page cuts a list at the caller's limit and cursor.
func page(n int, a args, most int) (from, to int, next map[string]any) {
	from = min(max(0, args{"c": strings.TrimPrefix(a["cursor"], "next:")}.num("c", 0)), n)
	limit := a.num("limit", 100)
	if limit <= 0 || limit > most {
		limit = most
	}
	to = min(n, from+limit)
	next = map[string]any{"next_cursor": ""}
	if to < n {
		next["next_cursor"] = "next:" + strconv.Itoa(to)
	}
	return from, to, next
}

func (d *Double) history(a args) (map[string]any, *refusal) {
	return d.read(a, func(m *message) bool { return m.thread == "" || m.thread == m.ts || m.broadcast }, true)
}

func (d *Double) replies(a args) (map[string]any, *refusal) {
	root := a["ts"]
	if c := d.channels[a["channel"]]; c != nil && c.find(root) == nil {
		return nil, refuse("thread_not_found")
	}
	return d.read(a, func(m *message) bool { return m.ts == root || m.thread == root }, false)
}

func (d *Double) read(a args, fits func(*message) bool, newestFirst bool) (map[string]any, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	switch {
	case no != nil:
		return nil, no
	case !c.members[BotUserID]:
		return nil, refuse("not_in_channel")
	}
	inclusive := a.yes("inclusive")
	var fit []*message
	for _, m := range c.messages {
		oldest, latest := a["oldest"], a["latest"]
		if oldest != "" && oldest != "0" && (m.ts < oldest || m.ts == oldest && !inclusive) ||
			latest != "" && (m.ts > latest || m.ts == latest && !inclusive) || !fits(m) {
			continue
		}
		fit = append(fit, m)
	}
	if newestFirst {
		slices.Reverse(fit)
	}
	from, to, next := page(len(fit), a, d.historyCap)
	out := []any{}
	for _, m := range fit[from:to] {
		shown := m.json(a.yes("include_all_metadata"))
		c.countReplies(m, shown)
		out = append(out, shown)
	}
	return map[string]any{"messages": out, "has_more": to < len(fit), "response_metadata": next}, nil
}

// countReplies adds to a thread's root what history tells of its replies.
func (c *channel) countReplies(root *message, shown map[string]any) {
	n, last := 0, ""
	for _, m := range c.messages {
		if m.thread == root.ts && m != root {
			n, last = n+1, m.ts
		}
	}
	if n > 0 {
		shown["thread_ts"], shown["reply_count"], shown["latest_reply"] = root.ts, n, last
	}
}

func (d *Double) reactionsAdd(a args) (map[string]any, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	if no != nil {
		return nil, no
	}
	m := c.find(a["timestamp"])
	switch {
	case m == nil:
		return nil, refuse("message_not_found")
	case a["name"] == "":
		return nil, refuse("invalid_name")
	case !m.react(a["name"], BotUserID):
		return nil, refuse("already_reacted")
	}
	return nil, nil
}
