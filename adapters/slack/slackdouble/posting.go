package slackdouble

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"
)

// targetLocked finds where a post goes: an id, #name, or a person's id for the direct message.
func (d *Double) targetLocked(where string) (*channel, *refusal) {
	if u := d.users[where]; u != nil && !u.Bot {
		return d.directLocked(u.ID), nil
	}
	c := d.findChannelLocked(where)
	switch {
	case c == nil || c.Private && !c.members[BotUserID]:
		return nil, refuse("channel_not_found")
	case c.Archived:
		return nil, refuse("is_archived")
	case !c.members[BotUserID]:
		return nil, refuse("not_in_channel")
	}
	return c, nil
}

// wordsLocked reads and checks the words of a post: text, blocks, metadata.
func (d *Double) wordsLocked(a args) (*message, *refusal) {
	m := &message{text: a["text"], user: BotUserID, botID: BotID, thread: a["thread_ts"]}
	blocks := a["blocks"]
	if blocks != "" && blocks != "null" && blocks != "[]" {
		if errs := append(checkBlocks([]byte(blocks), 50), d.picturesLocked([]byte(blocks))...); len(errs) > 0 {
			return nil, &refusal{code: "invalid_blocks", extra: map[string]any{"errors": errs,
				"response_metadata": map[string]any{"messages": errs}}}
		}
		m.blocks = json.RawMessage(blocks)
	}
	if strings.TrimSpace(m.text) == "" && len(m.blocks) == 0 && (a["attachments"] == "" || a["attachments"] == "[]") {
		return nil, refuse("no_text")
	}
	if utf8.RuneCountInString(m.text) > 40000 {
		return nil, refuse("msg_too_long")
	}
	if raw := a["metadata"]; raw != "" {
		var meta Metadata
		if json.Unmarshal([]byte(raw), &meta) != nil || meta.EventType == "" || meta.EventPayload == nil {
			return nil, refuse("invalid_metadata_format")
		}
		if len(raw) > 16*1024 {
			return nil, refuse("metadata_too_large")
		}
		m.metadata = &meta
	}
	if a["username"] != "" || a["icon_url"] != "" || a["icon_emoji"] != "" {
		if !d.scopes["chat:write.customize"] {
			return nil, d.missingLocked("chat:write.customize")
		}
		m.username, m.icon = a["username"], cmp.Or(a["icon_url"], a["icon_emoji"])
		m.subtype, m.user = "bot_message", ""
	}
	return m, nil
}

func (d *Double) chatPost(a args) (map[string]any, *refusal) {
	c, no := d.targetLocked(a["channel"])
	if no != nil {
		return nil, no
	}
	m, no := d.wordsLocked(a)
	if no != nil {
		return nil, no
	}
	if m.thread != "" && c.find(m.thread) == nil {
		return nil, refuse("thread_not_found")
	}
	m.ts, m.broadcast = d.tsLocked(), a.yes("reply_broadcast")
	c.messages = append(c.messages, m)
	d.recordPostLocked("chat.postMessage", c, m, "")
	d.announceLocked(c, m)
	return map[string]any{"channel": c.ID, "ts": m.ts, "message": m.json(true)}, nil
}

func (d *Double) chatEphemeral(a args) (map[string]any, *refusal) {
	c, no := d.targetLocked(a["channel"])
	if no != nil {
		return nil, no
	}
	m, no := d.wordsLocked(a)
	switch {
	case no != nil:
		return nil, no
	case d.users[a["user"]] == nil || !c.members[a["user"]]:
		return nil, refuse("user_not_in_channel")
	}
	m.ts = d.tsLocked()
	d.recordPostLocked("chat.postEphemeral", c, m, a["user"])
	return map[string]any{"message_ts": m.ts}, nil
}

// ownLocked finds a message that the bot may change.
func (d *Double) ownLocked(a args, otherwise string) (*channel, *message, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	if no != nil {
		return nil, nil, no
	}
	m := c.find(a["ts"])
	switch {
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case m.botID != BotID:
		return nil, nil, refuse(otherwise)
	}
	return c, m, nil
}

func (d *Double) chatUpdate(a args) (map[string]any, *refusal) {
	c, m, no := d.ownLocked(a, "cant_update_message")
	if no != nil {
		return nil, no
	}
	a["thread_ts"] = m.thread
	words, no := d.wordsLocked(a)
	if no != nil {
		return nil, no
	}
	before := m.json(true)
	m.text, m.blocks, m.editedBy, m.editedTS = words.text, words.blocks, BotUserID, d.tsLocked()
	if words.metadata != nil {
		m.metadata = words.metadata
	}
	d.recordPostLocked("chat.update", c, m, "")
	d.changedLocked(c, m, before)
	return map[string]any{"channel": c.ID, "ts": m.ts, "text": m.text, "message": m.json(true)}, nil
}

func (d *Double) chatDelete(a args) (map[string]any, *refusal) {
	c, m, no := d.ownLocked(a, "cant_delete_message")
	if no != nil {
		return nil, no
	}
	d.recordPostLocked("chat.delete", c, m, "")
	d.deleteLocked(c, m)
	return map[string]any{"channel": c.ID, "ts": m.ts}, nil
}

func (d *Double) chatPermalink(a args) (map[string]any, *refusal) {
	c, no := d.visibleLocked(a["channel"])
	if no != nil {
		return nil, no
	}
	m := c.find(a["message_ts"])
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := fmt.Sprintf("https://sprints.slack.example/archives/%s/p%s", c.ID, strings.ReplaceAll(m.ts, ".", ""))
	if m.thread != "" && m.thread != m.ts {
		link += "?thread_ts=" + m.thread + "&cid=" + c.ID
	}
	return map[string]any{"channel": c.ID, "permalink": link}, nil
}

// triggerLocked spends a trigger id, which lives 3 s and opens one view.
func (d *Double) triggerLocked(id string) *refusal {
	t := d.triggers[id]
	switch {
	case t == nil:
		return refuse("invalid_trigger_id")
	case t.used:
		return refuse("exchanged_trigger_id")
	case time.Since(t.minted) > 3*time.Second:
		return refuse("expired_trigger_id")
	}
	t.used = true
	return nil
}

func (d *Double) viewsOpen(a args) (map[string]any, *refusal) {
	view, no := checkView(a["view"])
	if no != nil {
		return nil, no
	}
	if no := d.triggerLocked(a["trigger_id"]); no != nil {
		return nil, no
	}
	return d.recordViewLocked("views.open", "", view), nil
}

func (d *Double) viewsPublish(a args) (map[string]any, *refusal) {
	view, no := checkView(a["view"])
	switch {
	case no != nil:
		return nil, no
	case d.users[a["user_id"]] == nil:
		return nil, refuse("invalid_user_id")
	}
	return d.recordViewLocked("views.publish", a["user_id"], view), nil
}

func (d *Double) recordViewLocked(method, userID string, view map[string]any) map[string]any {
	view["id"], view["team_id"], view["bot_id"] = d.idLocked("V"), TeamID, BotID
	raw, _ := json.Marshal(view)
	d.views = append(d.views, View{Method: method, User: userID, JSON: raw})
	return map[string]any{"view": view}
}

// serveReturn takes a post to a response URL: 5 within 30 minutes, no token.
func (d *Double) serveReturn(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	var in struct {
		Text     string          `json:"text"`
		Type     string          `json:"response_type"`
		Blocks   json.RawMessage `json:"blocks"`
		Original bool            `json:"replace_original"`
	}
	if err != nil || json.Unmarshal(body, &in) != nil {
		http.Error(w, "invalid_payload", http.StatusBadRequest)
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	ret := d.returns[r.PathValue("id")]
	switch {
	case d.away:
		http.Error(w, "away", http.StatusServiceUnavailable)
		return
	case ret == nil || time.Since(ret.minted) > 30*time.Minute:
		answer(w, http.StatusNotFound, map[string]any{"ok": false, "error": "expired_url"})
		return
	case ret.uses >= 5:
		answer(w, http.StatusNotFound, map[string]any{"ok": false, "error": "used_url"})
		return
	}
	m, no := d.wordsLocked(args{"text": in.Text, "blocks": string(in.Blocks)})
	if no != nil {
		d.calls = append(d.calls, Call{Method: "response_url", At: time.Now(), Status: http.StatusOK, Error: no.code})
		answer(w, http.StatusOK, map[string]any{"ok": false, "error": no.code})
		return
	}
	ret.uses++
	c := d.channels[ret.channel]
	m.ts = d.tsLocked()
	to := ret.user
	if in.Type == "in_channel" {
		to = ""
		c.messages = append(c.messages, m)
	}
	d.calls = append(d.calls, Call{Method: "response_url", Args: map[string]string{"channel": c.ID, "text": in.Text},
		At: time.Now(), Status: http.StatusOK})
	d.recordPostLocked("response_url", c, m, to)
	if in.Type == "in_channel" {
		d.announceLocked(c, m)
	}
	answer(w, http.StatusOK, map[string]any{"ok": true})
}
