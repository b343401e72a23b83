package slackdouble

import (
	"slices"
	"strings"
)

// WithApp gives the workspace an app with these scopes and these events, as its manifest asks for them: a method that needs
// another scope answers missing_scope, and of what the app does not subscribe to it is told nothing. The default is an app
// with every scope and every event.
func WithApp(scopes, events []string) Option {
	return func(d *Double) {
		d.scopes = map[string]bool{}
		for _, s := range scopes {
			d.scopes[s] = true
		}
		d.events = slices.Clone(events)
		if d.events == nil {
			d.events = []string{}
		}
	}
}

// Scopes are the scopes of which a bot token needs one to call a method of the Web API, none where any token will do, and
// whether the double knows the method. Methods on conversations need that of each kind of conversation they are called for.
func Scopes(name string) (scopes []string, known bool) {
	m, known := methods()[name]
	return slices.Clone(m.scopes), known
}

// EventScopes are the scopes of which an app needs one to subscribe to an event, none where any app may, and whether the
// double knows the event. Slack gives an event of a channel only for the kinds of channels whose scope the app has.
func EventScopes(name string) (scopes []string, known bool) {
	reads := []string{"channels:read", "groups:read"}
	all := map[string][]string{
		"app_mention":           {"app_mentions:read"},
		"channel_archive":       {"channels:read"},
		"channel_left":          {"channels:read"},
		"channel_rename":        {"channels:read"},
		"channel_unarchive":     {"channels:read"},
		"group_archive":         {"groups:read"},
		"group_left":            {"groups:read"},
		"group_rename":          {"groups:read"},
		"group_unarchive":       {"groups:read"},
		"member_joined_channel": reads,
		"member_left_channel":   reads,
		"message.channels":      {"channels:history"},
		"message.groups":        {"groups:history"},
		"message.im":            {"im:history"},
		"reaction_added":        {"reactions:read"},
		"tokens_revoked":        nil,
		"user_change":           {"users:read"},
	}
	scopes, known = all[name]
	return slices.Clone(scopes), known
}

// subscribedLocked says whether the app is told of an event.
func (d *Double) subscribedLocked(inner map[string]any) bool {
	if d.events == nil {
		return true
	}
	name, _ := inner["type"].(string)
	if name == "message" {
		kind, _ := inner["channel_type"].(string)
		name = map[string]string{"group": "message.groups", "im": "message.im", "mpim": "message.mpim"}[kind]
		if name == "" {
			name = "message.channels"
		}
	}
	return slices.Contains(d.events, name)
}

// heldLocked is what the header of each answer says of the token's scopes.
func (d *Double) heldLocked(token string) string {
	if token != d.BotToken {
		return "connections:write"
	}
	return strings.ReplaceAll(d.providedLocked(), " ", "")
}
