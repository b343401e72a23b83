package slackdouble

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

type trigger struct {
	minted time.Time
	used   bool
}

type returnURL struct {
	minted  time.Time
	uses    int
	user    string
	channel string
}

func (d *Double) returnLocked(userID, channelID string) (address, triggerID string) {
	id := d.idLocked("R")
	d.returns[id] = &returnURL{minted: time.Now(), user: userID, channel: channelID}
	triggerID = fmt.Sprintf("%s.%s", d.idLocked("1"), strings.ToLower(TeamID))
	d.triggers[triggerID] = &trigger{minted: time.Now()}
	return d.server.URL + "/response/" + id, triggerID
}

// Slash lets a person give a slash command, "/sprint here 7", and returns its trigger id.
func (d *Double) Slash(who, where, text string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, c := d.userLocked(who), d.channelLocked(where)
	command, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	address, trig := d.returnLocked(u.ID, c.ID)
	name := c.Name
	if c.im != "" {
		name = "directmessage"
	}
	payload, _ := json.Marshal(map[string]any{
		"token": "double", "team_id": TeamID, "team_domain": "sprints", "channel_id": c.ID, "channel_name": name,
		"user_id": u.ID, "user_name": u.Name, "command": command, "text": strings.TrimSpace(rest),
		"api_app_id": AppID, "is_enterprise_install": false, "response_url": address, "trigger_id": trig,
	})
	d.queueLocked("slash_commands", "", payload)
	return trig
}

// Click lets a person press a button of a message: the one whose action_id, value or words are given. It returns the
// trigger id, or an error when the message has no such button.
func (d *Double) Click(who, where, ts, button string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	u, c := d.userLocked(who), d.channelLocked(where)
	m := c.find(ts)
	if m == nil {
		return "", fmt.Errorf("slack double: no message %s in %s", ts, where)
	}
	var blocks []struct {
		Type     string           `json:"type"`
		ID       string           `json:"block_id"`
		Elements []map[string]any `json:"elements"`
		Extra    map[string]any   `json:"accessory"`
	}
	if len(m.blocks) > 0 {
		if err := json.Unmarshal(m.blocks, &blocks); err != nil {
			return "", fmt.Errorf("slack double: blocks of %s: %w", ts, err)
		}
	}
	for _, b := range blocks {
		for _, el := range append(b.Elements, b.Extra) {
			if el["type"] != "button" {
				continue
			}
			words, _ := el["text"].(map[string]any)
			if el["action_id"] != button && el["value"] != button && words["text"] != button {
				continue
			}
			address, trig := d.returnLocked(u.ID, c.ID)
			shown := m.json(true)
			shown["channel"] = c.ID
			payload, _ := json.Marshal(map[string]any{
				"type": "block_actions", "token": "double", "api_app_id": AppID,
				"team":    map[string]any{"id": TeamID, "domain": "sprints"},
				"user":    map[string]any{"id": u.ID, "username": u.Name, "name": u.Name, "team_id": TeamID},
				"channel": map[string]any{"id": c.ID, "name": c.Name}, "message": shown,
				"container": map[string]any{"type": "message", "message_ts": ts, "channel_id": c.ID,
					"is_ephemeral": false},
				"trigger_id": trig, "response_url": address,
				"actions": []any{map[string]any{"type": "button", "block_id": b.ID, "action_id": el["action_id"],
					"text": words, "value": el["value"], "action_ts": d.tsLocked()}},
			})
			d.queueLocked("interactive", "", payload)
			return trig, nil
		}
	}
	return "", fmt.Errorf("slack double: message %s has no button %q", ts, button)
}
