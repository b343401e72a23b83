package irc

import (
	"time"

	"sprintbot/sprints/chat"
)

// refusals are what the numerics mean that say no to a line or a JOIN. They are
// told in these words and not in the server's, which may repeat what was said.
var refusals = map[string]string{
	"401": "nobody is there by that name",
	"402": "there is no such server",
	"403": "there is no such channel",
	"404": "the channel takes nothing from the bot: it may be moderated, or the bot banned",
	"405": "the bot is in as many channels as the server allows",
	"406": "nobody was there by that name",
	"408": "the channel takes no colours",
	"437": "the channel can't be used just now",
	"442": "the bot is not in the channel",
	"471": "the channel is full",
	"473": "the channel is by invitation only",
	"474": "the bot is banned from the channel",
	"475": "the channel has a key",
	"476": "that is no name of a channel",
	"477": "the channel is for registered accounts only",
	"482": "only the channel's operators may do that",
	"486": "only who is logged in may speak to them",
	"489": "the channel is for encrypted connections only, or for those with a voice",
	"520": "the channel is for the network's operators only",
	"531": "they take no private words",
	"716": "they take no private words from the bot",
	"936": "the server censors a word in it",
}

// refusal takes the numerics that say no to a line or a JOIN.
func (s *session) refusal(l line) {
	subject := l.param(1)
	key := s.folding.fold(subject)
	reason := refusals[l.command] + " (" + l.command + ")"
	switch l.command {
	case "403", "404", "405", "408", "437", "442", "471", "473", "474", "475", "476", "477", "482", "489", "520", "936":
		r := s.rooms[key]
		if r != nil && !r.joined {
			if l.command == "475" {
				reason = "475: " + s.keyless(r)
			}
			r.refused = reason
			s.n.log.Warn("a channel refuses the bot", "channel", r.name, "code", l.command)
			s.settleReady(time.Now())
			s.announce()
		}
		s.turnDown(l, key, &chat.ErrPlace{Reason: reason})
	case "401", "402", "406", "486", "531", "716":
		s.turnDown(l, key, &chat.ErrRefused{Reason: reason})
	case "439", "707":
		s.turnDown(l, key, &chat.RetryAfter{Wait: targetChange})
	}
}
