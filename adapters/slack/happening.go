package slack

import (
	"cmp"
	"strings"

	"github.com/slack-go/slack/slackevents"

	"sprintbot/sprints/chat"
)

// reacted is an emoji put on a message. Where nobody else is told to have written it, it may be a post of ours, which is
// known by its timestamp alone, as a thread is.
func (t translator) reacted(ev *slackevents.ReactionAddedEvent) (chat.Message, bool) {
	if ev.Item.Type != "message" {
		return chat.Message{}, false
	}
	out, ok := t.happened(chat.Reacted, ev.Item.Channel, ev.User, ev.EventTimestamp)
	out.Of = ev.Item.Channel + ":" + ev.Item.Timestamp
	out.ID += ":" + ev.Reaction
	out.Text = chat.Plainly(cmp.Or(emoji(ev.Reaction), ":"+ev.Reaction+":"))
	if ev.ItemUser == "" || ev.ItemUser == t.me.UserID {
		out.In.Thread = ev.Item.Timestamp
	}
	return out, ok
}

// happened is what somebody did in a channel without a word. It is no word, so nothing marks how far the channel is heard.
func (t translator) happened(kind chat.Kind, channel, user, ts string) (chat.Message, bool) {
	if channel == "" || user == "" || user == t.me.UserID || instant(ts).IsZero() {
		return chat.Message{}, false
	}
	name, bot := t.names.person(user)
	return chat.Message{
		ID: channel + ":" + ts + ":" + string(kind) + ":" + user, In: t.places.place(channel, "", ts), At: instant(ts), Kind: kind,
		From: chat.Handle{Network: t.network, ID: user, Nick: name, Bot: bot},
	}, true
}

// told says that a subtype is what Slack tells of a channel or of a message that is heard otherwise: nobody's words. Of
// subtypes that are not known, words are words.
func told(subtype string) bool {
	for _, about := range []string{"channel_", "group_", "message_", "bot_", "pinned_", "unpinned_", "joiner_", "tabbed_", "app_conversation_", "sh_room_"} {
		if strings.HasPrefix(subtype, about) {
			return true
		}
	}
	switch subtype {
	case "tombstone", "reply_broadcast", "ekm_access_denied", "assistant_app_thread", "huddle_thread", "file_mention":
		return true
	}
	return false
}
